"""Pinned curves: 50 steps of both stages on a very small model. A change of the training must face these numbers.

Tolerance: 2%, and 0.01 absolute, over the first half, which covers other CPUs and thread numbers in float32. Over the
second half of GRPO, 50%: there another CPU's rounding may sample another token once, and the runs part.
`python -m tests.train.test_pinned` writes the numbers anew.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from lens_seg.train.align import align
from lens_seg.train.grpo import grpo

from .conftest import curve, micro
from .test_options import config
from .test_runs import align_config

PINNED = Path(__file__).with_name("pinned_curves.json")
NAMES = {"align": ("loss", "grad_norm"), "grpo": ("loss", "grad_norm", "reward", "length")}


def made(stage: str, start: str, output: Path) -> dict[str, list[float]]:
    """The curve of 50 steps: every metric in steps of five."""
    if stage == "align":
        align(align_config(start, output, steps=50, log_every=5, save_every=100), resume=False)
    else:
        grpo(config(start, output, steps=50, log_every=5, learning_rate=3e-4, max_new_tokens=6), resume=False)
    return {name: [line[name] for line in curve(output)] for name in NAMES[stage]}


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["align", "grpo"])
def test_fifty_steps_give_the_pinned_curve(stage, start, tmp_path):
    pinned, ours = json.loads(PINNED.read_text())[stage], made(stage, start, tmp_path / "run")
    late = 0.5 if stage == "grpo" else 0.02
    for name in NAMES[stage]:
        half = len(pinned[name]) // 2
        assert ours[name][:half] == pytest.approx(pinned[name][:half], rel=0.02, abs=0.01), name
        assert ours[name][half:] == pytest.approx(pinned[name][half:], rel=late, abs=0.01), name


def main() -> None:
    """Writes the numbers of this machine."""
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "start"
        for part in micro():
            part.save_pretrained(start)
        curves = {stage: made(stage, str(start), Path(folder) / stage) for stage in NAMES}
    PINNED.write_text(json.dumps(curves, indent=1) + "\n")


if __name__ == "__main__":
    main()
