"""Two processes (gloo): half the batch each gives the curve of one process, with whole weights, FSDP2 and ZeRO-3."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import socket
import sys
import time
import types
from pathlib import Path

import pytest
import torch
import yaml
from accelerate.state import AcceleratorState
from accelerate.utils import DistributedType
from safetensors.torch import load_file

from lens_seg.cli import main
from lens_seg.config import run_recipe
from lens_seg.data.registry import draw_images
from lens_seg.train import zero
from lens_seg.train.sharding import is_sharded, is_zero3

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


def launch(path: Path, *arguments: str, processes: int = 2, kind: str = "ddp") -> None:
    """`lens train` in several processes on this CPU; forked, so that none loads the libraries again."""
    settings = {"ACCELERATE_USE_CPU": "true", "MASTER_ADDR": "localhost", "MASTER_PORT": str(free_port())}
    shipped = yaml.safe_load((CONFIGS / f"{kind}.yaml").read_text())
    if kind == "fsdp2":
        config = shipped["fsdp_config"]
        settings |= {key.upper(): str(value).lower() for key, value in config.items()} | {"ACCELERATE_USE_FSDP": "true"}
    if kind == "zero3":
        stage = str(shipped["deepspeed_config"]["zero_stage"])
        settings |= {"ACCELERATE_USE_DEEPSPEED": "true", "ACCELERATE_DEEPSPEED_ZERO_STAGE": stage}
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


def compare(start: str, tmp_path: Path, kind: str, **changes) -> None:
    fields = {
        "steps": 3, "save_every": 2, "workers": 0, "rates": {"connector": 3.0}, "schedule": "constant",
        "trains": ["vlm", "queries", "connector"], **changes,
    }  # fmt: skip
    one = recipe(start, tmp_path / "one", tmp_path / "one.yaml", batch_size=4, **fields)
    two = recipe(start, tmp_path / "two", tmp_path / "two.yaml", batch_size=2, **fields)
    run_recipe(one, [], resume=False)
    launch(two, kind=kind)
    same_way(start, tmp_path)
    run_recipe(one, ["steps=5"], resume=True)
    launch(two, "--resume", "--set", "steps=5", kind=kind)  # with other moments the fifth loss would be another
    same_way(start, tmp_path)
    assert len(curve(tmp_path / "two")) == 5


def same_way(start: str, tmp_path: Path) -> None:
    """The runs "one" and "two" have the same curve and weights."""
    for ours, oracle in zip(curve(tmp_path / "two"), curve(tmp_path / "one"), strict=True):
        for name in ("loss", "bce", "dice", "grad_norm"):
            assert ours[name] == pytest.approx(oracle[name], rel=1e-4), (name, ours["step"])
    begun = load_file(Path(start) / "model.safetensors")
    ours, oracle = weights(tmp_path / "two"), weights(tmp_path / "one")
    assert set(ours) == set(oracle)
    # Of the whole way that training went, not weight by weight: Adam gives a full step to a gradient of pure rounding.
    assert distance(ours, oracle) < 0.01 * distance(begun, oracle)


@pytest.fixture
def zero3(monkeypatch) -> None:
    """DeepSpeed, where it is installed, with no weight left whole, however small."""
    pytest.importorskip("deepspeed")
    monkeypatch.setattr(zero, "WHOLE_BELOW", 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ddp", "fsdp2"])
def test_two_processes_with_half_the_batch_give_the_curve_of_one(start, tmp_path, kind):
    compare(start, tmp_path, kind, mean_weights=kind == "fsdp2")


@pytest.mark.slow
def test_two_processes_with_zero3_give_the_curve_of_one(start, tmp_path, zero3):
    compare(start, tmp_path, "zero3", trains=["vlm", "vision", "queries", "connector", "segmenter_decoder"])


def grpo_on_two(start: str, folder: Path, kind: str, **changes) -> None:
    """Completions end at different lengths on each process, and none waits for the other for ever."""
    fields = {
        "stage": "grpo", "model": start, "output": str(folder / "run"), "steps": 2, "learning_rate": 1e-3,
        "prompts_per_step": 2, "group_size": 2, "max_new_tokens": 12, "workers": 0, "curves": False, "log_every": 1,
        "precision": "bfloat16", "gradient_checkpointing": True, "sync_reference_every": 1, "warmup_steps": 0,
        **changes,
    }  # fmt: skip
    path = folder / "grpo.yaml"
    path.write_text(json.dumps(fields))
    launch(path, kind=kind)
    assert len(curve(folder / "run")) == 2


ADAPTER = {
    "adapter": {"rank": 2, "alpha": 8.0}, "trains": ["vlm", "queries", "connector", "segmenter_decoder"],
    "sync_reference_every": 0,
}  # fmt: skip


@pytest.mark.slow
def test_grpo_samples_on_two_processes_with_fsdp2(start, tmp_path):
    grpo_on_two(start, tmp_path, "fsdp2")


@pytest.mark.slow
def test_grpo_samples_on_two_processes_with_zero3(start, tmp_path, zero3):
    grpo_on_two(start, tmp_path, "zero3", entropy_weight=0.1, prompts_per_forward=1, updates_per_batch=2)


def adapters_on_two(start: str, folder: Path, kind: str) -> None:
    """Adapters are whole in what a split run leaves, and so is the merged model."""
    grpo_on_two(start, folder, kind, **ADAPTER)
    adapter = load_file(folder / "run" / "adapter" / "adapter_model.safetensors")
    shapes = {
        name.rsplit(".", 2)[-2]: tensor.shape for name, tensor in adapter.items() if "layers.0.self_attn.q" in name
    }
    assert shapes == {"lora_A": (2, 32), "lora_B": (32, 2)}
    begun, done = load_file(Path(start) / "model.safetensors"), weights(folder / "run")
    assert {name: t.shape for name, t in done.items()} == {name: t.shape for name, t in begun.items()}


@pytest.mark.slow
def test_adapters_of_two_processes_with_fsdp2_are_written_whole(start, tmp_path):
    adapters_on_two(start, tmp_path, "fsdp2")


@pytest.mark.slow
def test_adapters_of_two_processes_with_zero3_are_written_whole(start, tmp_path, zero3):
    adapters_on_two(start, tmp_path, "zero3")


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


def test_deepspeed_is_wanted_as_zero3_or_refused(monkeypatch):
    accelerator = types.SimpleNamespace(num_processes=2, distributed_type=DistributedType.MULTI_CPU)
    assert not is_zero3(accelerator) and not is_sharded(accelerator)
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    monkeypatch.setenv("ACCELERATE_DEEPSPEED_ZERO_STAGE", "3")
    assert is_zero3(accelerator) and is_sharded(accelerator)
    monkeypatch.setenv("ACCELERATE_DEEPSPEED_ZERO_STAGE", "2")
    with pytest.raises(ValueError, match="set zero_stage: 3"):
        is_sharded(accelerator)
    monkeypatch.setitem(sys.modules, "deepspeed", None)
    with pytest.raises(ValueError, match="DeepSpeed is not installed: pip install"):
        zero.Zero3(torch.nn.Linear(1, 1), torch.optim.AdamW([torch.zeros(1)]))


def test_the_shipped_configurations_are_what_accelerate_reads():
    from accelerate.commands.config.config_args import ClusterConfig

    for path in sorted(CONFIGS.glob("*.yaml")):
        config = ClusterConfig.from_yaml_file(str(path))
        assert config.num_processes >= 2, path
    fsdp = yaml.safe_load((CONFIGS / "fsdp2.yaml").read_text())["fsdp_config"]
    assert fsdp["fsdp_version"] == 2
    deepspeed = yaml.safe_load((CONFIGS / "zero3.yaml").read_text())["deepspeed_config"]
    assert deepspeed["zero_stage"] == 3 and deepspeed["zero3_init_flag"] is False
    assert "fsdp_transformer_layer_cls_to_wrap" not in fsdp, "the model names its blocks, whatever its family"
    assert {path.stem for path in CONFIGS.glob("*.yaml")} == {"ddp", "fsdp2", "zero3", "cpu2"}
