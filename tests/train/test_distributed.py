"""Two processes (gloo): half the batch each gives the curve of one process, with whole weights and with FSDP2."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lens_seg.config import run_recipe
from lens_seg.data.registry import draw_images

from .conftest import curve
from .test_failures import recipe
from .test_runs import weights

LENS = Path(sys.executable).with_name("lens")
CONFIGS = Path(__file__).parents[2] / "recipes" / "accelerate"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("localhost", 0))
        return held.getsockname()[1]


def launch(path: Path, *arguments: str, processes: int = 2, fsdp: bool = False) -> subprocess.CompletedProcess:
    """`lens train` in several processes on this CPU, started as accelerate does it."""
    environment = {**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    if fsdp:
        settings = yaml.safe_load((CONFIGS / "fsdp2.yaml").read_text())["fsdp_config"]
        for key, value in settings.items():
            environment[key.upper()] = str(value).lower() if isinstance(value, bool) else str(value)
        environment |= {"ACCELERATE_USE_FSDP": "true"}
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", str(processes), "--master_port",
        str(free_port()), str(LENS), "train", str(path), *arguments,
    ]  # fmt: skip
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=580)


def compare(start: str, tmp_path: Path, fsdp: bool) -> None:
    fields = {"steps": 3, "save_every": 2, "workers": 0, "trains": ["vlm", "queries", "connector"]}
    one = recipe(start, tmp_path / "one", tmp_path / "one.yaml", batch_size=4, **fields)
    two = recipe(start, tmp_path / "two", tmp_path / "two.yaml", batch_size=2, **fields)
    run_recipe(one, [], resume=False)
    done = launch(two, fsdp=fsdp)
    assert done.returncode == 0, done.stderr[-3000:]
    for ours, oracle in zip(curve(tmp_path / "two"), curve(tmp_path / "one"), strict=True):
        for name in ("loss", "bce", "dice", "grad_norm"):
            assert ours[name] == pytest.approx(oracle[name], rel=1e-4), (name, ours["step"])
    ours, oracle = weights(tmp_path / "two"), weights(tmp_path / "one")
    assert set(ours) == set(oracle)
    assert all((ours[name] - oracle[name]).abs().max() < 1e-4 for name in oracle)
    resumed = launch(two, "--resume", "--set", "steps=4", fsdp=fsdp)
    assert resumed.returncode == 0, resumed.stderr[-3000:]
    assert len(curve(tmp_path / "two")) == 4


@pytest.mark.slow
def test_two_processes_with_half_the_batch_give_the_curve_of_one(start, tmp_path):
    compare(start, tmp_path, fsdp=False)


@pytest.mark.slow
def test_two_processes_with_fsdp2_give_the_curve_of_one(start, tmp_path):
    compare(start, tmp_path, fsdp=True)


@pytest.mark.slow
def test_grpo_samples_on_two_processes_with_fsdp2(start, tmp_path):
    """Completions end at different lengths on each process, and none waits for the other for ever."""
    fields = {
        "stage": "grpo", "model": start, "output": str(tmp_path / "run"), "steps": 2, "learning_rate": 1e-3,
        "prompts_per_step": 2, "group_size": 2, "max_new_tokens": 12, "workers": 0, "curves": False, "log_every": 1,
        "precision": "bfloat16", "gradient_checkpointing": True, "sync_reference_every": 1, "warmup_steps": 0,
    }  # fmt: skip
    path = tmp_path / "grpo.yaml"
    path.write_text(json.dumps(fields))
    done = launch(path, fsdp=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(curve(tmp_path / "run")) == 2


@pytest.mark.parametrize("world", [1, 2, 3])
def test_no_process_gets_a_sample_twice_and_all_get_the_same_number(world):
    """An epoch of 10 images over processes that take 2 at a time: the last batch goes on into the next epoch."""
    drawn = [
        [draw_images(10, 2, step * world + rank, seed=0) for rank in range(world)] for step in range(30 // (2 * world))
    ]
    assert {len(batch) for step in drawn for batch in step} == {2}
    flat = [pair for step in drawn for batch in step for pair in batch]
    for epoch in range(len(flat) // 10):
        assert sorted(image for image, e in flat if e == epoch) == list(range(10))


def test_the_shipped_configurations_are_what_accelerate_reads():
    from accelerate.commands.config.config_args import ClusterConfig

    for path in sorted(CONFIGS.glob("*.yaml")):
        config = ClusterConfig.from_yaml_file(str(path))
        assert config.num_processes >= 2, path
    fsdp = yaml.safe_load((CONFIGS / "fsdp2.yaml").read_text())["fsdp_config"]
    assert fsdp["fsdp_version"] == 2
    assert "fsdp_transformer_layer_cls_to_wrap" not in fsdp, "the model names its blocks, whatever its family"
    assert {path.stem for path in CONFIGS.glob("*.yaml")} == {"ddp", "fsdp2", "cpu2"}
