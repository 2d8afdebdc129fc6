"""Every recipe that ships can be read, and starts from something that ships or that another recipe makes."""

from pathlib import Path

import pytest
import yaml

from lens_seg.config import read_recipe

RECIPES = sorted((Path(__file__).parents[1] / "recipes").glob("*.yaml"))
JOINED = {"runs/lens3b_0_start"}
"""Starts that `lens convert --segmenter` joins from stock weights."""
MADE = JOINED | {yaml.safe_load(path.read_text())["output"] for path in RECIPES}


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipe_is_valid(path: Path) -> None:
    stage, config = read_recipe(path)
    assert stage in {"pretrain_vlm", "pretrain_segmenter", "align", "grpo"}
    assert config.output.startswith("runs/")
    for key in ("model", "segmenter"):
        start = getattr(config, key, None)
        if isinstance(start, str) and start != "lens-tiny":
            assert start.removesuffix("/model") in MADE, f"{key}={start} is what no recipe makes"


def test_no_two_recipes_share_a_folder() -> None:
    assert len(MADE - JOINED) == len(RECIPES)
