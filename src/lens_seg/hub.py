"""Where a model is: a folder, a shipped name or a Hub id."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"


def resolve_model(name: str | Path) -> Path:
    """The folder of a model: a folder given as such, a shipped model's name, or a Hub id, which is fetched.

    Raises FileNotFoundError where none of these is to be had.
    """
    for folder in (Path(name), WEIGHTS / name):
        if (folder / "config.json").is_file():
            return folder
    if Path(name).exists() or str(name).count("/") != 1:
        shipped = ", ".join(sorted(p.parent.name for p in WEIGHTS.glob("*/config.json"))) or "none"
        raise FileNotFoundError(
            f"model {str(name)!r} is neither a folder with config.json nor a Hub id nor shipped (shipped: {shipped})"
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(str(name), allow_patterns=["*.json", "*.safetensors", "*.txt", "*.jinja"]))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise FileNotFoundError(
            f"model {str(name)!r} is no folder here, and the Hub did not give it ({type(error).__name__})"
        ) from None
