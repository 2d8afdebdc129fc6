"""Weights, gradients and moments split over processes, and put together for checkpoints: FSDP2, or ZeRO-3 (`zero.py`).

accelerate starts the processes and says that FSDP is wanted; the splitting is torch's own `fully_shard`, which works on
CPUs too, where accelerate leaves its FSDP settings aside. So what the tests run on two CPU processes is what GPUs run.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable
from typing import TypeVar, cast

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedType
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard, register_fsdp_forward_method
from torch.distributed.tensor import DTensor, distribute_tensor

from .zero import Zero3, gather, is_split, scatter

T = TypeVar("T")
METHODS = ("encode_segmenter", "prefill", "decode", "read_queries", "reference_logp")
"""Methods of the model that are called beside `forward`, and need its weights gathered too."""


def is_zero3(accelerator: Accelerator) -> bool:
    """Whether the launch configuration asks for DeepSpeed. ValueError for another of its stages than 3."""
    wanted = os.environ.get("ACCELERATE_USE_DEEPSPEED", "false").lower() == "true"
    if wanted and os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE", "2") != "3":
        raise ValueError("the accelerate configuration asks for DeepSpeed below ZeRO-3: set zero_stage: 3, or use DDP")
    return wanted and (accelerator.num_processes > 1 or accelerator.distributed_type == DistributedType.DEEPSPEED)


def is_sharded(accelerator: Accelerator) -> bool:
    """Whether the launch configuration asks for FSDP2 or ZeRO-3. ValueError for a kind that no run supports."""
    wanted = os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true" and accelerator.num_processes > 1
    if wanted and os.environ.get("FSDP_VERSION", "1") != "2":
        raise ValueError("the accelerate configuration asks for FSDP 1: set fsdp_version: 2")
    return wanted or is_zero3(accelerator)


def shard(accelerator: Accelerator, model: nn.Module) -> None:
    """Splits the model's weights over processes, in place, by the blocks that it names in `_no_split_modules`.

    What is outside the blocks (embeddings, head, queries) stays gathered from a forward pass to its backward pass.
    """
    blocks = set(getattr(model, "_no_split_modules", None) or ())
    mesh = init_device_mesh(accelerator.device.type, (accelerator.num_processes,))
    model.to(accelerator.device)
    for module in list(model.modules())[:0:-1]:
        if type(module).__name__ in blocks:
            fully_shard(module, mesh=mesh)
    fully_shard(model, mesh=mesh, reshard_after_forward=False)
    model.run_inside = types.MethodType(lambda _, function: function(), model)  # type: ignore[assignment]
    for name in (*METHODS, "run_inside"):
        if hasattr(model, name):
            register_fsdp_forward_method(model, name)


def with_whole_weights(model: nn.Module, function: Callable[[], T]) -> T:
    """Runs `function` while every process holds all weights: sampling, token by token, would else gather them for each.

    No process waits for another meanwhile, so completions may end when they will.
    """
    if isinstance(engine := getattr(model, "zero3", None), Zero3):
        return engine.with_whole_weights(function)
    parts = [cast(FSDPModule, module) for module in model.modules() if isinstance(module, FSDPModule)]

    def inside() -> T:
        for part in parts:
            part.unshard()
            part.set_reshard_after_forward(False, recurse=False)
        return function()

    try:
        return cast(Callable[[Callable[[], T]], T], model.run_inside)(inside)
    finally:
        for part in parts:
            part.set_reshard_after_forward(part is not model, recurse=False)
            part.reshard()


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """The whole of a tensor that may be split, detached; then every process must ask."""
    if is_split(tensor):
        return gather(tensor)
    return (tensor.full_tensor() if isinstance(tensor, DTensor) else tensor).detach()


@torch.no_grad()
def load_whole(target: torch.Tensor, source: torch.Tensor) -> None:
    """Copies a whole tensor into one that may be split."""
    if is_split(target):
        scatter(target, source)
        return
    if isinstance(target, DTensor):
        source = distribute_tensor(source.to(target.device), target.device_mesh, target.placements)
    target.copy_(source)
