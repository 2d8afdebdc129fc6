"""On a GPU: every stage trains, resumes, and the shipped model answers as it does on the CPU. Skipped without one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lens_seg import Lens
from lens_seg.config import run_recipe
from lens_seg.data.toybox import Toybox

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

RECIPES = Path(__file__).parents[1] / "recipes"
SMALL = {
    "tiny_1_vlm": ["batch_size=4", "dense_scenes=4", "single_scenes=2", "few_scenes=2"],
    "tiny_2_segmenter": ["batch_size=4"],
    "tiny_3_align": ["model=lens-tiny", "segmenter=null", "batch_size=4"],
    "tiny_4_grpo": ["model=lens-tiny", "prompts_per_step=4", "prompts_per_forward=2", "group_size=4"],
}


def test_the_shipped_model_answers_as_on_the_cpu() -> None:
    ours, theirs = (Lens.from_pretrained("lens-tiny", device, torch.float32) for device in ("cuda", "cpu"))
    for sample in Toybox("val")[:8]:
        there, here = (lens.segment(sample.image, sample.prompt) for lens in (ours, theirs))
        assert there.thought == here.thought and there.box == here.box
        assert np.mean(there.mask != here.mask) < 1e-3


def train(name: str, folder: Path, *changes: str, resume: bool = False) -> list[dict[str, float]]:
    """Runs a shipped recipe at small size; its lines of metrics."""
    every = [*SMALL[name], f"output={folder}", "log_every=1", *changes]
    run_recipe(RECIPES / f"{name}.yaml", every, resume=resume)
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("precision", ["highest", "medium"])
@pytest.mark.parametrize("attention", ["sdpa", "blocks"])
@pytest.mark.parametrize("name", SMALL)
def test_every_stage_trains(name: str, attention: str, precision: str, tmp_path: Path) -> None:
    lines = train(name, tmp_path, f"attention={attention}", f"matmul_precision={precision}", "steps=3")
    assert len(lines) == 3 and all(np.isfinite(line["loss"]) for line in lines)
    Lens.from_pretrained(tmp_path / "model", "cuda").segment(Image.new("RGB", (192, 192)), "the red cup")


def test_bfloat16_and_resuming(tmp_path: Path) -> None:
    changes = ("precision=bfloat16", "gradient_checkpointing=true", "attention=sdpa", "save_every=1", "sample_every=1")
    train("tiny_4_grpo", tmp_path, *changes, "steps=1")
    assert train("tiny_4_grpo", tmp_path, *changes, "steps=3", resume=True)[-1]["step"] == 3
