"""Metrics, curves and trackers."""

from __future__ import annotations

import importlib.util
import json
from typing import ClassVar

import pytest
import torch
from accelerate import tracking
from accelerate.tracking import GeneralTracker
from PIL import Image

from lens_seg.train.watch import TRACKERS, Means, Phases, check_trackers, draw_curves, read_metrics

from .test_options import run


def test_curves_of_a_run_with_a_line_cut_off_by_a_kill(tmp_path):
    lines = [json.dumps({"step": i, "loss": 1 / i, "reward": i, "seconds": i}) for i in range(1, 5)]
    (tmp_path / "metrics.jsonl").write_text("\n".join(lines) + '\n{"step": 5, "lo')
    assert [record["step"] for record in read_metrics(tmp_path)] == [1, 2, 3, 4]
    path = draw_curves(tmp_path)
    assert path == tmp_path / "curves.png"
    assert Image.open(path).size[0] > 300
    assert draw_curves(tmp_path / "none") is None


def test_every_save_draws_the_curves(start, tmp_path):
    metrics = run(start, tmp_path / "run", curves=True, steps=1)[0]
    assert (tmp_path / "run" / "curves.png").is_file()
    named = {
        "loss", "policy", "kl", "entropy", "clip_fraction", "bce", "dice", "reward", "reward_format", "reward_box",
        "reward_mask", "reward_std", "groups_without_spread", "mask_iou", "readable", "length", "finished",
        "resampled", "temperature", "grad_norm", "learning_rate",
    }  # fmt: skip
    assert named <= set(metrics)
    seconds = set(json.loads((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()[0]))
    phases = ("rollout", "reference", "forward", "backward", "segmenter", "step")
    assert {f"seconds_{phase}" for phase in phases} | {"tokens_per_second"} <= seconds


def test_phases_add_up():
    phases = Phases(torch.device("cpu"))
    for _ in range(2):
        with phases("forward"):
            sum(range(1000))
    metrics = phases.metrics(tokens=50)
    assert 0 < metrics["seconds_forward"] <= metrics["seconds_step"]
    assert metrics["tokens_per_second"] == pytest.approx(50 / metrics["seconds_step"])


def test_means():
    means = Means()
    means.add(a=1.0, b=5.0)
    means.add(a=2.0)
    assert means.mean() == {"a": 1.5, "b": 5.0}


def test_a_tracker_that_is_unknown_or_absent_is_named():
    with pytest.raises(ValueError, match="unknown 'comet'; choose from tensorboard, wandb, trackio"):
        check_trackers(["comet"])
    absent = [name for name, packages in TRACKERS.items() if not any(map(importlib.util.find_spec, packages))]
    for name in absent:
        with pytest.raises(ValueError, match=f"{name} is not installed: pip install {name}"):
            check_trackers([name])
    check_trackers(sorted(set(TRACKERS) - set(absent)))


class Fake(GeneralTracker):
    """Keeps what accelerate hands to a tracker."""

    name, requires_logging_directory, tracker = "fake", False, None
    settings: ClassVar[dict] = {}
    lines: ClassVar[list[tuple[int, dict]]] = []

    def __init__(self, run_name: str) -> None:
        super().__init__()
        self.run_name = run_name

    def store_init_configuration(self, values):
        self.settings.update(values, run=self.run_name)

    def log(self, values, step=None, **_):
        self.lines.append((step, values))


def test_a_tracker_gets_the_recipe_and_every_line_of_metrics(start, tmp_path, monkeypatch):
    monkeypatch.setitem(tracking.LOGGER_TYPE_TO_CLASS, "fake", Fake)
    monkeypatch.setitem(TRACKERS, "fake", ("json",))
    metrics = run(start, tmp_path / "run", trackers=("fake",), steps=2)
    assert Fake.settings["run"] == "run" and Fake.settings["data.name"] == "toybox" and Fake.settings["beta"] == 0.04
    assert [step for step, _ in Fake.lines] == [1, 2]
    assert [values["reward"] for _, values in Fake.lines] == pytest.approx(
        [line["reward"] for line in metrics], abs=1e-4
    )
    assert {"grad_norm", "seconds_rollout", "tokens_per_second"} <= set(Fake.lines[0][1])


def test_a_run_writes_to_tensorboard(start, tmp_path):
    pytest.importorskip("tensorboard")
    run(start, tmp_path / "run", trackers=("tensorboard",), steps=1)
    assert list((tmp_path / "run").rglob("events.out.tfevents.*"))
