"""Every recipe that ships can be read, and starts from something that ships or that another recipe makes."""

from pathlib import Path

import pytest
import yaml

from lens_seg.config import plan_recipe, read_recipe
from lens_seg.data.catalogue import SOURCES

RECIPES = sorted((Path(__file__).parents[1] / "recipes").glob("*.yaml"))
PAPER = [path for path in RECIPES if path.stem.startswith("lens")]
JOINED = {"runs/lens3b_0_start", "runs/lens2b_0_start"}
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


@pytest.mark.slow
@pytest.mark.parametrize("path", PAPER, ids=lambda path: path.stem)
def test_the_papers_recipes_can_be_planned(path: Path) -> None:
    vlm = "qwen2-vl-2b" if path.stem.startswith("lens2b") else "qwen2.5-vl-3b"
    text = plan_recipe(path, [f"model={vlm}+sam2-large"], gpus=8, memory=80, sharded=True)
    assert "memory of each of 8 GPUs" in text


@pytest.mark.parametrize("path", PAPER, ids=lambda path: path.stem)
def test_the_papers_recipes_never_see_evaluation_photos(path: Path) -> None:
    data = read_recipe(path)[1].data
    names = {part.name for part in data.mix} or {data.name}
    assert {part.split for part in (*data.mix, data)} == {"train"}
    if names <= {"reasonseg", "reasonseg-opencv"}:
        return  # its splits share no photo
    assert not data.mix or names == {"refcoco", "refcoco+", "refcocog"}
    wanted = {(name, split) for name in ("refcoco", "refcoco+", "refcocog") for split in SOURCES[name].evaluation}
    assert {(other.name, other.split) for other in data.exclude} == wanted


def test_no_two_recipes_share_a_folder() -> None:
    assert len(MADE - JOINED) == len(RECIPES)
