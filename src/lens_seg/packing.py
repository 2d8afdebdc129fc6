"""Packed rows: token lists in, `LensInputs` out. The only place where positions and labels are laid out.

Row layout: `[prefix | context completion queries | context completion queries | ...]`; every branch follows the prefix
in position, not the branch before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from .types import LensInputs

LENGTH_STEP = 32
"""Rows are padded to a multiple of this: kernels that are compiled for a shape (oneDNN) or like round ones (tensor
cores) then see few shapes."""


@dataclass(frozen=True, kw_only=True)
class Branch:
    """What one branch holds after the shared prefix."""

    context: list[int]
    """At least one token that is given, not predicted (a question, or the last token of a shared prompt)."""
    completion: list[int]
    """Tokens to predict, the end token included."""
    queries: bool = True
    """Whether the context queries follow."""
    loss: bool = True
    """Whether the completion is a target."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One image with its prefix and branches."""

    prefix: list[int]
    grid_thw: tuple[int, int, int]
    branches: Sequence[Branch]


def prefix_positions(
    prefix: Sequence[int], grid_thw: tuple[int, int, int], image_token: int, merge: int
) -> tuple[np.ndarray, int]:
    """M-RoPE positions (3, P) of a prefix with one image, and the position of the token after it.

    Text advances all three axes by one; an image token at row r, column c stands at (p, p + r, p + c), and text goes
    on after the largest (Qwen2-VL, section 2.1).
    """
    _, height, width = grid_thw[0], grid_thw[1] // merge, grid_thw[2] // merge
    ids = np.asarray(prefix)
    count = int((ids == image_token).sum())
    if count not in (0, height * width):
        raise ValueError(f"{count} image placeholders for a {height} x {width} image")
    positions = np.zeros((3, len(ids)), dtype=np.int64)
    start = int(np.argmax(ids == image_token)) if count else len(ids)
    positions[:, :start] = np.arange(start)
    if not count:
        return positions, start
    rows, cols = np.divmod(np.arange(count), width)
    positions[:, start : start + count] = start + np.stack([np.zeros(count, dtype=np.int64), rows, cols])
    after = start + max(height, width)
    tail = len(ids) - start - count
    positions[:, start + count :] = after + np.arange(tail)
    return positions, after + tail


def pack(
    rows: Sequence[Row], *, num_queries: int, image_token: int, merge: int, pad_token: int
) -> dict[str, torch.Tensor]:
    """The token fields of `LensInputs` for a batch of rows, right-padded to a multiple of `LENGTH_STEP`."""
    packed = [_pack_row(row, num_queries, image_token, merge, pad_token) for row in rows]
    length = -(-max(len(p["input_ids"]) for p in packed) // LENGTH_STEP) * LENGTH_STEP
    fill = {"input_ids": pad_token, "segment_ids": -1, "query_ids": -1, "labels": -100, "position_ids": 0}
    fields = {}
    for name, value in fill.items():
        padded = [_pad(p[name], length, value) for p in packed]
        fields[name] = torch.from_numpy(np.stack(padded, axis=1 if name == "position_ids" else 0))
    return fields


def _pad(array: np.ndarray, length: int, value: int) -> np.ndarray:
    width = [(0, 0)] * (array.ndim - 1) + [(0, length - array.shape[-1])]
    return np.pad(array, width, constant_values=value)


def _pack_row(row: Row, num_queries: int, image_token: int, merge: int, pad_token: int) -> dict[str, np.ndarray]:
    positions, start = prefix_positions(row.prefix, row.grid_thw, image_token, merge)
    size = len(row.prefix)
    ids, segments = list(row.prefix), [0] * size
    queries, labels, places = [-1] * size, [-100] * size, [positions]
    for number, branch in enumerate(row.branches, start=1):
        if not branch.context or not branch.completion:
            raise ValueError("a branch needs at least one context token and one completion token")
        text = branch.context + branch.completion
        slots = num_queries if branch.queries else 0
        if not slots:
            text = text[:-1]  # the last token would only be needed by the queries
        ids += text + [pad_token] * slots
        segments += [number] * (len(text) + slots)
        queries += [-1] * len(text) + list(range(slots))
        target = branch.completion if branch.loss else [-100] * len(branch.completion)
        row_labels = [-100] * (len(branch.context) - 1) + target
        labels += row_labels + [-100] * (len(text) + slots - len(row_labels))
        places.append(np.broadcast_to(start + np.arange(len(text) + slots), (3, len(text) + slots)))
    return {
        "input_ids": np.array(ids, dtype=np.int64),
        "segment_ids": np.array(segments, dtype=np.int64),
        "query_ids": np.array(queries, dtype=np.int64),
        "labels": np.array(labels, dtype=np.int64),
        "position_ids": np.concatenate(places, axis=1),
    }


def collate(
    rows: Sequence[Row],
    pixels: Sequence[torch.Tensor],
    segmenter_pixels: Sequence[torch.Tensor] | None,
    *,
    num_queries: int,
    image_token: int,
    merge: int,
    pad_token: int,
) -> LensInputs:
    """Rows and their images -> one `LensInputs`."""
    fields = pack(rows, num_queries=num_queries, image_token=image_token, merge=merge, pad_token=pad_token)
    return LensInputs(
        **fields,
        pixel_values=torch.cat(list(pixels)),
        image_grid_thw=torch.tensor([row.grid_thw for row in rows]),
        segmenter_pixels=torch.stack(list(segmenter_pixels)) if segmenter_pixels is not None else None,
    )
