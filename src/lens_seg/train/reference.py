"""The VLM that the policy is held near: a frozen copy of the start, one that follows every so often, or no adapters."""

from __future__ import annotations

import copy
from typing import Literal

import torch
from torch import nn

from ..models.lens import LensModel
from ..types import LensInputs
from .adapters import adapters_off
from .sharding import load_whole, whole


class Reference:
    """Log-probabilities of the reference model."""

    def __init__(
        self,
        model: LensModel,
        kind: Literal["none", "copy", "adapters_off"],
        sync_every: int = 0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """`sync_every` steps the copy takes the policy's weights; 0 never. Make it before the model is sharded."""
        self.kind, self.sync_every = kind, sync_every
        self.vlm = copy.deepcopy(model.vlm).requires_grad_(False).eval().to(dtype) if kind == "copy" else None

    @property
    def held(self) -> nn.Module | None:
        """What a checkpoint must hold: the copy, where it has moved away from the start."""
        return self.vlm if self.sync_every else None

    def to(self, device: torch.device) -> None:
        """Moves the copy, where there is one."""
        if self.vlm is not None:
            nn.Module.to(self.vlm, device)

    def logp(self, model: LensModel, inputs: LensInputs, temperature: float) -> torch.Tensor | None:
        """(B, L) log-probabilities of the labels, or None where there is no reference."""
        if self.kind == "none":
            return None
        if self.vlm is not None:
            return model.reference_logp(self.vlm, inputs, temperature)
        with adapters_off(model):
            return model.reference_logp(model.vlm, inputs, temperature)

    def sync(self, model: LensModel, step: int) -> None:
        """Before step number `step`: takes the policy's weights when that is due."""
        if self.vlm is None or not self.sync_every or step % self.sync_every:
            return
        policy = dict(model.vlm.named_parameters())
        for name, parameter in self.vlm.named_parameters():
            load_whole(parameter, whole(policy[name]))
