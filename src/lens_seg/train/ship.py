"""Puts a trained model into the package: float16 weights, processor, and the recipes that made it.

python -m lens_seg.train.ship runs/tiny_4_grpo/model src/lens_seg/weights/lens-tiny recipes/tiny_*.yaml
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import torch

from ..files import replaced_folder
from .start import load_start, save_model

LIMIT = 16_000_000
"""Bytes that a shipped model may take."""


def ship(source: str, target: Path, recipes: list[Path]) -> int:
    """Writes `target` whole and returns its size in bytes. Raises ValueError when it is over the limit; then what is
    at `target` stays."""
    model, processor = load_start(source)
    with replaced_folder(target) as temporary:
        save_model(model, processor, temporary / "model", dtype=torch.float16)
        for file in (temporary / "model").iterdir():
            file.rename(temporary / file.name)
        (temporary / "model").rmdir()
        (temporary / "recipes").mkdir()
        for recipe in recipes:
            shutil.copy(recipe, temporary / "recipes" / recipe.name)
        size = sum(file.stat().st_size for file in temporary.rglob("*") if file.is_file())
        if size > LIMIT:
            raise ValueError(f"{source} takes {size:,} bytes, more than the {LIMIT:,} that the package may carry")
    return size


def main() -> None:
    """The command; ends with exit code 2 for wrong arguments, 1 where the model cannot be shipped."""
    parser = argparse.ArgumentParser(prog="ship", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("source", help="trained model")
    parser.add_argument("target", type=Path, help="folder that it replaces")
    parser.add_argument("recipes", type=Path, nargs="+", metavar="RECIPE.yaml", help="what made it")
    options = parser.parse_args()
    try:
        size = ship(options.source, options.target, options.recipes)
    except (ValueError, OSError) as error:
        sys.exit(f"ship: {error}")
    print(f"{options.target}: {size:,} bytes")


if __name__ == "__main__":
    main()
