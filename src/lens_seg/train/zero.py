"""DeepSpeed ZeRO-3 for a run: weights, gradients and moments split over processes by DeepSpeed's own engine.

accelerate starts the processes and says that DeepSpeed is wanted; the engine is made here, since accelerate leaves it
aside on CPUs. So what two CPU processes run is what GPUs run. DeepSpeed gathers a module's weights around the module's
own forward, so the model is called as ever; only the mask decoding, which reads weights of SAM 2 that belong to none of
the modules it calls, is run inside a call of SAM 2.
"""

from __future__ import annotations

import contextlib
import math
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import nn

T = TypeVar("T")
MOMENTS = ("exp_avg", "exp_avg_sq")
WHOLE_BELOW = 100_000
"""Weights with fewer elements stay whole: norms, biases, small embeddings."""


class Zero3:
    """DeepSpeed's engine around a model that is called directly."""

    def __init__(self, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Splits the model's weights in place and takes over `optimizer`, whose learning rates stay in use."""
        try:
            import deepspeed
        except ModuleNotFoundError:
            raise ValueError(
                "DeepSpeed is not installed: pip install 'lens-seg[deepspeed]', or use fsdp2.yaml"
            ) from None

        config = {
            "train_micro_batch_size_per_gpu": 1,  # never used: batches are made by the run
            "managed_gradient_accumulation": False,  # every `step` ends a batch, whatever the number of backward passes
            "zero_allow_untested_optimizer": True,
            "zero_optimization": {"stage": 3, "stage3_param_persistence_threshold": WHOLE_BELOW},
        }
        self.engine, *_ = deepspeed.initialize(model=model, optimizer=optimizer, config=config)
        if not hasattr(self.engine, "managed_gradient_accumulation"):
            raise ValueError(f"DeepSpeed {deepspeed.__version__} is too old: pip install 'lens-seg[deepspeed]'")
        self.optimizer = optimizer
        parts: Any = model
        parts.zero3 = self  # sampling has the model alone
        decode, segmenter = parts.decode, parts.segmenter
        segmenter.forward = types.MethodType(lambda _, function: function(), segmenter)
        parts.decode = lambda *arguments: segmenter(lambda: decode(*arguments))

    def backward(self, loss: torch.Tensor) -> None:
        """Adds the gradients, averaged over processes, each process keeping its part."""
        self.engine.backward(loss)

    @torch.no_grad()
    def clip(self, parameters: Sequence[nn.Parameter], limit: float) -> float:
        """Scales the gradients down to a norm of `limit`; returns the norm before that."""
        from deepspeed.utils import safe_get_local_grad, safe_set_local_grad

        parts = [safe_get_local_grad(p) for p in parameters]
        total = torch.stack(
            [_unpadded(p, part).square().sum() for p, part in zip(parameters, parts, strict=True)]
        ).sum()
        torch.distributed.all_reduce(total)
        norm = math.sqrt(float(total))
        if norm > limit:
            for parameter, part in zip(parameters, parts, strict=True):
                safe_set_local_grad(parameter, part * (limit / (norm + 1e-6)))
        return norm

    def step(self) -> None:
        """Steps the optimiser and clears the gradients."""
        self.engine.step()

    def moments(self, parameter: nn.Parameter) -> dict[str, torch.Tensor]:
        """The optimiser's state of a parameter, whole; empty before the first step. Every process must ask."""
        from deepspeed.utils import safe_get_full_optimizer_state

        steps = [state["step"] for state in self.optimizer.state.values() if "step" in state]
        if not steps:
            return {}
        return {"step": steps[0].clone(), **{key: safe_get_full_optimizer_state(parameter, key) for key in MOMENTS}}

    def load_moments(self, parameter: nn.Parameter, name: str, tensors: Mapping[str, torch.Tensor]) -> None:
        """Puts back what `moments` gave, from a checkpoint that holds it as KEY/`name`."""
        from deepspeed.utils import safe_set_local_optimizer_state

        if f"step/{name}" not in tensors:
            return
        for flat in self.engine.optimizer.fp32_partitioned_groups_flat:
            if not self.optimizer.state.get(flat):
                moments = {key: torch.zeros_like(flat) for key in MOMENTS}
                self.optimizer.state[flat] = {"step": tensors[f"step/{name}"].clone(), **moments}
        for key in MOMENTS:
            safe_set_local_optimizer_state(parameter, _own_part(parameter, tensors[f"{key}/{name}"]), key)

    def with_whole_weights(self, function: Callable[[], T]) -> T:
        """Runs `function` while every process holds all weights, and none waits for another."""
        from deepspeed.runtime.zero.stage3 import unwrap_model_for_generation

        with unwrap_model_for_generation(self.engine):
            return function()


def is_split(tensor: torch.Tensor) -> bool:
    """Whether a parameter is one that DeepSpeed has split."""
    return hasattr(tensor, "ds_id")


def gathered(model: nn.Module) -> contextlib.AbstractContextManager[Any]:
    """Inside, the weights of a model that DeepSpeed has split are whole, to be read. Every process must enter."""
    split = [p for p in model.parameters() if is_split(p)]
    if not split:
        return contextlib.nullcontext()
    import deepspeed

    return deepspeed.zero.GatheredParameters(split)


def gather(parameter: Any) -> torch.Tensor:
    """The whole of a split parameter. Every process must ask."""
    import deepspeed

    if parameter.shape == parameter.ds_shape:  # whole at the moment, as inside `gathered`
        return parameter.detach().clone()
    with deepspeed.zero.GatheredParameters([parameter]):
        return parameter.detach().clone()


def scatter(parameter: torch.Tensor, source: torch.Tensor) -> None:
    """Copies a whole tensor into a split parameter: the weights that are read and those that the optimiser steps."""
    import deepspeed
    from deepspeed.utils import safe_set_local_fp32_param

    with deepspeed.zero.GatheredParameters([parameter], modifier_rank=0):
        parameter.copy_(source)
    safe_set_local_fp32_param(parameter, _own_part(parameter, source))


def _unpadded(parameter: Any, part: torch.Tensor) -> torch.Tensor:
    """This process's part of a tensor without the padding that makes all parts equal."""
    return part.flatten()[: max(0, parameter.ds_numel - part.numel() * torch.distributed.get_rank())]


def _own_part(parameter: Any, source: torch.Tensor) -> torch.Tensor:
    """This process's part of a whole tensor, padded with zeros as DeepSpeed pads."""
    size, rank = parameter.ds_tensor.numel(), torch.distributed.get_rank()
    flat = source.to(parameter.ds_tensor.device).flatten()[size * rank : size * (rank + 1)]
    return nn.functional.pad(flat, (0, size - len(flat)))
