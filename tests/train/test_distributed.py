"""Two processes (gloo): half the batch each gives the curve of one process, with whole weights and with FSDP2."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import socket
import time
from pathlib import Path

import pytest
import torch
import yaml
from accelerate.state import AcceleratorState
from safetensors.torch import load_file

from lens_seg.cli import main
from lens_seg.config import run_recipe
from lens_seg.data.registry import draw_images

from .conftest import curve
from .test_failures import recipe
from .test_runs import weights

CONFIGS = Path(__file__).parents[2] / "recipes" / "accelerate"


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("localhost", 0))
        return held.getsockname()[1]


def one_process(rank: int, world: int, settings: dict[str, str], arguments: list[str], folder: Path) -> None:
    """What `accelerate launch` sets up for a process, and then `lens train` in it."""
    os.environ.update(settings | {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world)})
    AcceleratorState._reset_state(reset_partial_state=True)
    with (folder / f"rank-{rank}.txt").open("w") as file:
        os.dup2(file.fileno(), 2)
        os._exit(main(["train", *arguments]))


def launch(path: Path, *arguments: str, processes: int = 2, fsdp: bool = False) -> None:
    """`lens train` in several processes on this CPU; forked, so that none loads the libraries again."""
    settings = {"ACCELERATE_USE_CPU": "true", "MASTER_ADDR": "localhost", "MASTER_PORT": str(free_port())}
    if fsdp:
        config = yaml.safe_load((CONFIGS / "fsdp2.yaml").read_text())["fsdp_config"]
        settings |= {key.upper(): str(value).lower() for key, value in config.items()} | {"ACCELERATE_USE_FSDP": "true"}
    context = multiprocessing.get_context("fork")
    started = [
        context.Process(target=one_process, args=(rank, processes, settings, [str(path), *arguments], path.parent))
        for rank in range(processes)
    ]
    for process in started:
        process.start()
    deadline = time.monotonic() + 500
    while any(process.is_alive() for process in started) and time.monotonic() < deadline:
        time.sleep(0.1)
        if any(process.exitcode for process in started):
            break
    for process in started:
        process.join(5 if time.monotonic() < deadline else 0)
        process.kill()
    said = "".join((path.parent / f"rank-{rank}.txt").read_text()[-2000:] for rank in range(processes))
    assert [process.exitcode for process in started] == [0] * processes, said


def distance(ours: dict[str, torch.Tensor], oracle: dict[str, torch.Tensor]) -> float:
    return math.sqrt(sum(float((ours[name].float() - oracle[name].float()).square().sum()) for name in oracle))


def compare(start: str, tmp_path: Path, fsdp: bool) -> None:
    fields = {"steps": 3, "save_every": 2, "workers": 0, "trains": ["vlm", "queries", "connector"]}
    one = recipe(start, tmp_path / "one", tmp_path / "one.yaml", batch_size=4, **fields)
    two = recipe(start, tmp_path / "two", tmp_path / "two.yaml", batch_size=2, **fields)
    run_recipe(one, [], resume=False)
    launch(two, fsdp=fsdp)
    for ours, oracle in zip(curve(tmp_path / "two"), curve(tmp_path / "one"), strict=True):
        for name in ("loss", "bce", "dice", "grad_norm"):
            assert ours[name] == pytest.approx(oracle[name], rel=1e-4), (name, ours["step"])
    begun = load_file(Path(start) / "model.safetensors")
    ours, oracle = weights(tmp_path / "two"), weights(tmp_path / "one")
    assert set(ours) == set(oracle)
    # Of the whole way that training went, not weight by weight: Adam gives a full step to a gradient of pure rounding.
    assert distance(ours, oracle) < 0.01 * distance(begun, oracle)
    launch(two, "--resume", "--set", "steps=4", fsdp=fsdp)
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
    launch(path, fsdp=True)
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
