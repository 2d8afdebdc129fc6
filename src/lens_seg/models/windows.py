"""Attention of the image tower over all images, or all windows, at once.

Without flash attention transformers calls attention once for each of them, in every layer: for 64 small images that was
a third of all operations of a training step. Here they are rows of one call, padded where they differ in length. Where
windows and positions lie is worked out once for images of the same sizes (another third of the operations).
"""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import nn
from transformers import AttentionInterface, PreTrainedConfig, PreTrainedModel
from transformers.vision_utils import get_vision_cu_seqlens, get_vision_position_ids, get_vision_window_index

from . import blocks

NAME = "lens_flash_windows"
"""What the tower's configuration calls it: transformers hands windows over whole to names that hold "flash"."""


def use(vlm: PreTrainedModel) -> None:
    """Sets it in the image tower of a VLM, unless that was set to flash or eager attention.

    The tower gets a configuration of its own: from the VLM's, other models are made, and transformers would then look
    for a package of that name.
    """
    tower = vlm.model.visual
    shared = tower.config
    if shared._attn_implementation not in (None, "sdpa", blocks.NAME):
        return
    own = copy.copy(shared)
    own._attn_implementation = NAME
    for module in tower.modules():
        if getattr(module, "config", None) is shared:
            module.config = own


def layout(tower: nn.Module, grid_thw: torch.Tensor) -> dict[str, Any]:
    """Positions and bounds that a tower of this attention would work out for every batch anew; else nothing.

    Bounds stay on the CPU, where `attention` reads them.
    """
    if cast(PreTrainedConfig, tower.config)._attn_implementation != NAME:
        return {}
    sizes = [getattr(tower, name, None) for name in ("window_size", "patch_size")]
    grids = tuple(tuple(grid) for grid in grid_thw.tolist())
    return dict(_layout(grids, tower.spatial_merge_size, *sizes, grid_thw.device))


@lru_cache(maxsize=64)
def _layout(
    grids: tuple[tuple[int, ...], ...], merge: int, window: int | None, patch: int | None, device: torch.device
) -> dict[str, Any]:
    grid = torch.tensor(grids)
    bounds = get_vision_cu_seqlens(grid)
    found = {
        "position_ids": get_vision_position_ids(grid, merge).to(device),
        "cu_seqlens": bounds,
        "max_seqlen": int(bounds.diff().max()),
    }
    if window is None or patch is None:
        return found
    order, inner = get_vision_window_index(grid, merge, window, patch)
    width = int(inner.diff().max())
    return {**found, "window_index": order.to(device), "cu_window_seqlens": inner, "max_window_seqlen": width}


def attention(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    cu_seq_lens_q: torch.Tensor,
    scaling: float,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """transformers' interface for windows laid end to end: (1, heads, n, d) -> (1, n, heads, d).

    `cu_seq_lens_q` are the windows' bounds; no token sees another window.
    """
    if dropout:
        raise ValueError(f"{NAME} attention has no dropout")
    lengths = cu_seq_lens_q.diff().tolist()
    longest, heads, width = max(lengths), query.shape[1], query.shape[3]
    flat = [x[0].transpose(0, 1) for x in (query, key, value)]  # (n, heads, d)
    if min(lengths) == longest:
        rows = [x.reshape(-1, longest, heads, width).transpose(1, 2) for x in flat]
        return _attend(rows, None, scaling).transpose(1, 2).reshape(1, -1, heads, width), None
    real = (torch.arange(longest) < cu_seq_lens_q.diff().cpu().unsqueeze(1)).to(query.device)
    slots = real.flatten().nonzero().squeeze(1)
    rows = [
        x.new_zeros(real.numel(), heads, width).index_copy(0, slots, x).view(*real.shape, heads, width).transpose(1, 2)
        for x in flat
    ]
    attended = _attend(rows, real[:, None, None], scaling).transpose(1, 2).reshape(-1, heads, width)
    return attended.index_select(0, slots).unsqueeze(0), None


def _attend(rows: list[torch.Tensor], seen: torch.Tensor | None, scaling: float) -> torch.Tensor:
    query, key, value = rows
    if query.device.type != "cpu" or torch.get_float32_matmul_precision() == "highest":
        return F.scaled_dot_product_attention(query, key, value, seen, scale=scaling)
    # the CPU's fused kernel slows down where plain products may be in bfloat16
    mask = None if seen is None else torch.zeros_like(seen, dtype=query.dtype).masked_fill(~seen, -torch.inf)
    return blocks.attend(query * scaling, key, value, mask)


AttentionInterface.register(NAME, attention)
