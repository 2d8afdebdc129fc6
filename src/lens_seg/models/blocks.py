"""Attention over packed rows in blocks: no score is computed between branches that do not see each other.

A dense mask over `[prefix | branch 1 | ... | branch G]` computes every pair of tokens, some four times as many as
count. Here branches of like length form a block of their own, with the prefix's keys before their own. Written with
plain matrix products, so that `torch.set_float32_matmul_precision` speeds it up; the CPU's fused kernel slows down
under it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import AttentionInterface

NAME = "lens_blocks"
"""What `set_attn_implementation` calls it."""
LENGTH_STEP = 32
"""Branches whose lengths round up to the same multiple of this share a block, padded to it: oneDNN compiles a kernel
for every new shape."""


class Block(NamedTuple):
    """n segments, padded to T queries and S keys; slots count through the flattened (B, L)."""

    queries: torch.Tensor
    """(n, T) long, any slot at padding."""
    keys: torch.Tensor
    """(n, S) long, any slot at padding."""
    mask: torch.Tensor
    """(n, 1, T, S) additive."""


class Blocks(NamedTuple):
    """How the tokens of a packed batch attend."""

    parts: list[Block]
    back: torch.Tensor
    """(B * L,) long: where each token's output stands among those of all parts; padding reads the row after them."""


def make_blocks(segment_ids: torch.Tensor) -> Blocks:
    """(B, L) segment ids -> blocks that let each token see what `packed_mask` lets it see."""
    ids = segment_ids.cpu().numpy()
    groups: dict[tuple[bool, int], list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
    for row, segments in enumerate(ids):
        prefix = np.flatnonzero(segments == 0) + row * ids.shape[1]
        for segment in range(segments.max() + 1):
            own = np.flatnonzero(segments == segment) + row * ids.shape[1]
            if len(own):
                key = (segment > 0, -(-len(own) // LENGTH_STEP))
                groups[key].append((own, prefix if segment else prefix[:0]))
    parts, back, done = [], np.full(ids.size, -1), 0
    for (_, steps), segments in groups.items():
        length, shared = steps * LENGTH_STEP, max(len(prefix) for _, prefix in segments)
        queries = np.zeros((len(segments), length), dtype=np.int64)
        keys = np.zeros((len(segments), shared + length), dtype=np.int64)
        seen = np.zeros((len(segments), length, shared + length), dtype=bool)
        for i, (own, prefix) in enumerate(segments):
            queries[i, : len(own)] = keys[i, shared : shared + len(own)] = own
            keys[i, : len(prefix)] = prefix
            seen[i, :, : len(prefix)] = True
            seen[i, :, shared : shared + len(own)] = np.tri(length, len(own), dtype=bool)
            back[own] = done + i * length + np.arange(len(own))
        done += queries.size
        mask = torch.from_numpy(np.where(seen, np.float32(0), np.float32(-np.inf))).unsqueeze(1)
        parts.append(
            Block(*(t.to(segment_ids.device) for t in (torch.from_numpy(queries), torch.from_numpy(keys), mask)))
        )
    back[back < 0] = done
    return Blocks(parts, torch.from_numpy(back).to(segment_ids.device))


def attention(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    blocks: Blocks | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """transformers' attention interface: (B, heads, L, d) -> (B, L, heads, d).

    Without `blocks` (the image tower, the segmenter) it is plain attention under `attention_mask`; torch's own for
    a single query, where the rest is a cache that plain bfloat16 products would copy.
    """
    if dropout:
        raise ValueError(f"{NAME} attention has no dropout")
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    if blocks is None and query.shape[2] == 1:
        attended = F.scaled_dot_product_attention(query, key, value, attention_mask, scale=scale, enable_gqa=True)
        return attended.transpose(1, 2).contiguous(), None
    if blocks is None:
        return attend(query * scale, key, value, attention_mask).transpose(1, 2).contiguous(), None
    batch, heads, length, width = query.shape
    flat_query, flat_key, flat_value = (x.transpose(1, 2).flatten(0, 1).flatten(1) for x in (query * scale, key, value))

    def pick(flat: torch.Tensor, slots: torch.Tensor) -> torch.Tensor:
        """(B * L, heads * d) -> (n, heads, slots of each, d)."""
        return flat.index_select(0, slots.flatten()).view(*slots.shape, -1, width).transpose(1, 2)

    outputs = [
        attend(pick(flat_query, part.queries), pick(flat_key, part.keys), pick(flat_value, part.keys), part.mask)
        .transpose(1, 2)
        .reshape(-1, heads * width)
        for part in blocks.parts
    ]
    outputs.append(outputs[0].new_zeros(1, heads * width))
    return torch.cat(outputs).index_select(0, blocks.back).view(batch, length, heads, width), None


def attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Attention of scaled queries (n, heads, T, d) to (n, kv heads, S, d): heads that share keys form one product, and
    no key is copied."""
    batch, heads, length, _ = query.shape
    shared = key.shape[1]
    scores = query.reshape(batch, shared, -1, query.shape[-1]) @ key.transpose(-1, -2)
    scores = scores.view(batch, shared, heads // shared, length, -1)
    if mask is not None:
        scores = scores.add_(mask.unsqueeze(2))  # in place: no backward formula needs the product itself
    weights = scores.softmax(-1).to(value.dtype)
    return (weights.flatten(2, 3) @ value).view(batch, heads, length, -1)


AttentionInterface.register(NAME, attention)
