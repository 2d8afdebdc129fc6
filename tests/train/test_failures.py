"""A run that must stop leaves what is needed to go on and to find out why; one that is killed loses nothing."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lens_seg.cli import main
from lens_seg.config import run_recipe
from lens_seg.train import align as align_module
from lens_seg.train.align import align
from lens_seg.train.checkpoints import CheckpointError
from lens_seg.train.common import NotFiniteError, Run
from lens_seg.train.failure import move, sample_ids, save_batch

from .conftest import curve
from .test_runs import align_config, weights


def recipe(start: str, output: Path, path: Path, **changes) -> Path:
    """An align recipe as a file."""
    fields = {
        "stage": "align", "model": start, "output": str(output), "steps": 30, "learning_rate": 1e-3,
        "warmup_steps": 2, "batch_size": 2, "expressions": 2, "log_every": 1, "save_every": 3, "workers": 1,
        "curves": False, **changes,
    }  # fmt: skip
    path.write_text(json.dumps(fields))
    return path


@pytest.mark.slow
def test_kill_9_at_a_random_step_then_resume_gives_the_same_curve_to_the_bit(start, tmp_path):
    whole, broken = (recipe(start, tmp_path / name, tmp_path / f"{name}.yaml") for name in ("whole", "broken"))
    run_recipe(whole, [], resume=False)
    stop_at = random.SystemRandom().randint(4, 24)
    command = [str(Path(sys.executable).with_name("lens")), "train", str(broken)]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL, env=os.environ)
    metrics, deadline = tmp_path / "broken" / "metrics.jsonl", time.monotonic() + 500
    while not metrics.is_file() or len(metrics.read_text().splitlines()) < stop_at:
        assert process.poll() is None, "the run ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "broken" / "model").exists()
    run_recipe(broken, [], resume=True)
    assert curve(tmp_path / "broken") == curve(tmp_path / "whole"), f"killed at step {stop_at}"
    ours, oracle = weights(tmp_path / "broken"), weights(tmp_path / "whole")
    assert all(torch.equal(ours[name], oracle[name]) for name in oracle)


def test_a_disk_that_fills_up_stops_the_run_in_one_line_and_it_goes_on_later(start, tmp_path, capsys):
    """No file over 4 KB may be written meanwhile, which fails as a full disk does."""
    path = recipe(start, tmp_path / "run", tmp_path / "r.yaml", steps=4, save_every=1, workers=0)
    whole = recipe(start, tmp_path / "whole", tmp_path / "w.yaml", steps=4, save_every=1, workers=0)
    assert main(["train", str(path), "--set", "steps=2", "--set", "schedule=constant"]) == 0
    capsys.readouterr()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        assert main(["train", str(path), "--resume", "--set", "schedule=constant"]) != 0
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("lens: ")]
    assert len(said) == 1 and "step 3" in said[0] and "step-00000002 is kept" in said[0] and "--resume" in said[0]
    assert main(["train", str(path), "--resume", "--set", "schedule=constant"]) == 0
    assert main(["train", str(whole), "--set", "schedule=constant"]) == 0
    assert curve(tmp_path / "run") == curve(tmp_path / "whole")


def test_a_gradient_explosion_stops_with_the_batch_and_the_ids(start, tmp_path, monkeypatch):
    losses, steps = align_module.mask_losses, []

    def exploding(logits, samples):
        bce, dice, drawn = losses(logits, samples)
        steps.append(1)
        return (bce * 1e9 if len(steps) in (30, 36) else bce), dice, drawn  # both times of step 29

    monkeypatch.setattr(align_module, "mask_losses", exploding)
    with pytest.raises(NotFiniteError) as error:
        align(align_config(start, tmp_path / "run", steps=40, save_every=8), resume=False)
    text = str(error.value)
    assert "\n" not in text and "explosion" in text and "at step 29" in text and "toybox" in text.lower()
    folder = tmp_path / "run" / "failed" / "step-00000029"
    record = json.loads((folder / "batch.json").read_text())
    assert record["step"] == 29 and len(record["samples"]) == 4
    assert all(name in text for name in record["samples"])
    tensors = load_file(folder / "batch.safetensors")
    assert {"batch.0.input_ids", "batch.0.pixel_values", "batch.1.0.0.mask"} <= set(tensors)
    assert "--resume --set explosion=0" in text
    last = tmp_path / "run" / "checkpoints" / "step-00000024"
    assert last.is_dir() and not (tmp_path / "run" / "model").exists()
    align(align_config(start, tmp_path / "run", steps=40, save_every=8, explosion=0), resume=True)
    norms = {line["step"]: line["grad_norm"] for line in curve(tmp_path / "run")}
    assert len(steps) == 46 and max(norms, key=norms.__getitem__) == 30 and max(norms) == 40


def test_a_gradient_that_is_nan_is_caught_before_the_step(start, tmp_path):
    run = Run(align_config(start, tmp_path / "run"), torch.nn.Linear(2, 2), lambda step: step, resume=False)
    before = [p.detach().clone() for p in run.parameters]
    run.parameters[0].grad = torch.full_like(run.parameters[0], float("nan"))
    with pytest.raises(NotFiniteError, match="gradient norm is nan at step 0"):
        run.advance({})
    assert all(torch.equal(a, b) for a, b in zip(before, run.parameters, strict=True))


def test_the_batch_of_a_failure_keeps_structure_and_values(tmp_path):
    batch = {"a": [torch.arange(3), "text", None], "b": (1, 2.5), "c": {"d": torch.ones(1)}}
    save_batch(tmp_path / "failed", batch, step=3)
    record = json.loads((tmp_path / "failed" / "batch.json").read_text())
    tensor = {"tensor": "batch.a.0"}
    assert record["batch"] == {"a": [tensor, "text", None], "b": [1, 2.5], "c": {"d": {"tensor": "batch.c.d"}}}
    assert torch.equal(load_file(tmp_path / "failed" / "batch.safetensors")["batch.a.0"], torch.arange(3))
    assert sample_ids(batch) == []
    moved = move(batch, torch.device("meta"))
    assert moved["a"][0].is_meta and moved["c"]["d"].is_meta and moved["a"][1] == "text"


def test_any_checkpoint_becomes_a_model_folder(start, tmp_path):
    path = recipe(start, tmp_path / "run", tmp_path / "r.yaml", steps=4, save_every=2, workers=0)
    run_recipe(path, [], resume=False)
    done = weights(tmp_path / "run")
    before = curve(tmp_path / "run")
    assert main(["train", str(path), "--export", "--set", "resume_from=2"]) == 0
    exported = weights(tmp_path / "run")
    assert any(not torch.equal(done[name], exported[name]) for name in done)
    assert main(["train", str(path), "--export"]) == 0
    assert all(torch.equal(done[name], weights(tmp_path / "run")[name]) for name in done)
    assert curve(tmp_path / "run") == before, "exporting takes no step and forgets none"
    assert json.loads((tmp_path / "run" / "recipe.json").read_text())["steps"] == 4


def test_a_checkpoint_of_other_parts_is_refused(start, tmp_path):
    align(align_config(start, tmp_path / "run", steps=1), resume=False)
    with pytest.raises(CheckpointError, match="other parameters than this recipe trains"):
        align(align_config(start, tmp_path / "run", steps=2, trains=("connector",)), resume=True)
