"""A key-value cache that grows in place: transformers' own copies all keys and values at every token."""

from __future__ import annotations

from copy import copy
from typing import Any

import torch
from transformers.cache_utils import Cache, DynamicLayer

ROOM = 64
"""Buffers hold a multiple of this many tokens."""


class GrowingLayer(DynamicLayer):
    """One layer: (N, heads, T, d) keys and values are the filled part of buffers with room to spare."""

    def __init__(self) -> None:
        super().__init__()
        self.buffers: list[torch.Tensor] = []

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Appends the keys and values of new tokens; returns those of all, as views of the buffers."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        held = self.get_seq_length()
        length = held + key_states.shape[-2]
        if not self.buffers or self.buffers[0].shape[-2] < length:
            room = -(-length // ROOM) * ROOM
            self.buffers = [new.new_empty(*new.shape[:2], room, new.shape[3]) for new in (key_states, value_states)]
            for buffer, filled in zip(self.buffers, (self.keys, self.values), strict=True):
                if filled is not None and held:
                    buffer[:, :, :held] = filled
        for buffer, new in zip(self.buffers, (key_states, value_states), strict=True):
            buffer[:, :, held:length] = new
        self.keys, self.values = (buffer[:, :, :length] for buffer in self.buffers)
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Row i becomes a copy of row `indices[i]`."""
        super().batch_select_indices(indices)
        self.buffers = []


def growing_cache(layers: int) -> Cache:
    """An empty cache for inference: it is written to in place, so no gradient may flow through it."""
    return Cache(layers=[GrowingLayer() for _ in range(layers)])


def own_layers(cache: Cache) -> Cache:
    """A cache of the same keys and values, of which `batch_select_indices` takes copies and leaves `cache` as it is."""
    return Cache(layers=[copy(layer) for layer in cache.layers])
