"""`Lens`: image and prompt(s) in, results out."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"


def resolve_model(name: str) -> Path:
    """A shipped model's name, or a folder."""
    for folder in (Path(name), WEIGHTS / name):
        if (folder / "config.json").is_file():
            return folder
    raise FileNotFoundError(f"model {name!r} is neither a folder with config.json nor shipped with lens-seg")
