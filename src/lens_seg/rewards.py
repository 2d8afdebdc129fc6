"""Rewards of completions (method.md section 3): pure functions, a batch in, a list of floats in [0, 1] out.

Sentence level, box level and segment level, a penalty for length, and their weighted sum with a per-name breakdown.
No model here: texts, boxes and masks come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .boxes import matched_iou
from .masks import mask_iou
from .prompts import format_ok
from .types import Box

THOUGHT_MARKS = ("<think>", "</think>", "<answer>", "</answer>")
BOX_MARKS = ("<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>")
REWARDS = ("format", "box", "mask", "boundary", "soft_format", "overlong")
"""Names under which rewards are weighted."""


@dataclass(frozen=True)
class Rewards:
    """The rewards of N completions."""

    total: list[float]
    """N weighted sums."""
    by_name: dict[str, list[float]]
    """N values before weighting, for each reward."""


def format_reward(completions: Sequence[str], cot: bool) -> list[float]:
    """Sentence level: 1 for a completion in the required form, else 0.

    >>> format_reward(["<think>red</think><answer>[1, 2, 3, 4]</answer>", "[1, 2, 3, 4]"], cot=True)
    [1.0, 0.0]
    """
    return [float(format_ok(text, cot)) for text in completions]


def box_reward(
    boxes_pred: Sequence[Sequence[Box] | None], boxes_true: Sequence[Sequence[Box]], squared: bool = True
) -> list[float]:
    """Box level: all boxes of each completion against all true ones in one frame, by `boxes.matched_iou`.

    One box against one gives their IoU, squared in the published recipe. Several give the sum over the best matching,
    divided by the larger number of boxes. No boxes = no target: right gives 1, wrong 0. None = an answer that could
    not be read, always 0. Raises ValueError when the lengths differ.

    >>> one, two = (0, 0, 2, 2), (4, 0, 6, 2)
    >>> box_reward([[(0, 0, 1, 2)], [], [], None], [[one], [one], [], []])
    [0.25, 0.0, 1.0, 0.0]
    >>> box_reward([[two, one], [one], [one, two]], [[one, two], [one, two], [one]])
    [1.0, 0.5, 0.5]
    """
    return [
        0.0 if predicted is None else matched_iou(predicted, true, squared)
        for predicted, true in zip(boxes_pred, boxes_true, strict=True)
    ]


def mask_reward(
    masks_pred: Sequence[np.ndarray],
    masks_true: Sequence[np.ndarray],
    ignore: Sequence[np.ndarray | None] | None = None,
    squared: bool = True,
) -> list[float]:
    """Segment level: IoU of (H, W) bool masks, squared in the published recipe; 1 when both are empty.

    Pixels of a sample's `ignore` count for nothing. Raises ValueError when lengths or shapes differ.

    >>> mask_reward([np.array([[True, False]])], [np.array([[True, True]])])
    [0.25]
    """
    skip = ignore if ignore is not None else [None] * len(masks_pred)
    return [_power(mask_iou(p, t, s), squared) for p, t, s in zip(masks_pred, masks_true, skip, strict=True)]


def soft_format_reward(completions: Sequence[str], cot: bool) -> list[float]:
    """Sentence level, by degrees: the share of the format's marks that stand once and in their order; 1 = `format_ok`.

    A completion that is nearly right then has something to gain. Without a thought the marks are those of the
    object-and-box form.

    >>> soft_format_reward(["<think>red</think>", "<think>red</think><answer>x</answer>"], cot=True)
    [0.5, 1.0]
    """
    marks = THOUGHT_MARKS if cot else BOX_MARKS
    scores = []
    for text in completions:
        if format_ok(text, cot):
            scores.append(1.0)
            continue
        found, place = 0, 0
        for mark in marks:
            at = text.find(mark, place)
            if at >= 0 and text.count(mark) == 1:
                found, place = found + 1, at + len(mark)
        scores.append(min(found, len(marks) - 0.5) / len(marks))
    return scores


def boundary_reward(
    masks_pred: Sequence[np.ndarray],
    masks_true: Sequence[np.ndarray],
    ignore: Sequence[np.ndarray | None] | None = None,
    squared: bool = True,
    width: float = 0.02,
) -> list[float]:
    """Segment level: IoU of the masks' inner bands along their edges (boundary IoU, arXiv 2103.16562).

    A band holds a mask's pixels within `width` times the image diagonal of its edge, at least 1 pixel; the image's
    border is an edge. 1 when both masks are empty. Raises ValueError when lengths or shapes differ.
    """
    skip = ignore if ignore is not None else [None] * len(masks_pred)
    scores = []
    for predicted, true, skipped in zip(masks_pred, masks_true, skip, strict=True):
        pixels = max(1, round(width * float(np.hypot(*true.shape))))
        scores.append(_power(mask_iou(edge_band(predicted, pixels), edge_band(true, pixels), skipped), squared))
    return scores


def edge_band(mask: np.ndarray, pixels: int) -> np.ndarray:
    """(H, W) bool: the mask's pixels that a square of side 2 * pixels + 1 around them does not leave whole."""
    side = 2 * pixels + 1
    sums = np.pad(mask.astype(np.int32), pixels).cumsum(0).cumsum(1)
    sums = np.pad(sums, ((1, 0), (1, 0)))
    inside = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return mask & (inside < side * side)


def overlong_reward(lengths: Sequence[int], limit: int, margin: int) -> list[float]:
    """A penalty in [-1, 0] for completions that near the limit: 0 up to `limit - margin` tokens, then linearly to -1.

    >>> overlong_reward([10, 90, 95, 100], limit=100, margin=10)
    [0.0, 0.0, -0.5, -1.0]
    """
    return [0.0 - min(1.0, max(0, length - (limit - margin)) / margin) for length in lengths]


def combine(named: Mapping[str, Sequence[float]], weights: Mapping[str, float], scale: float = 1.0) -> Rewards:
    """`scale` times the weighted sum over the names of `weights`; a reward without a weight is reported alone.

    Raises ValueError for a weight without its reward and for lists that differ in length.

    >>> combine({"format": [1.0, 0.0], "box": [0.5, 1.0]}, {"format": 1.0, "box": 2.0}).total
    [2.0, 2.0]
    """
    missing = sorted(set(weights) - set(named))
    if missing:
        raise ValueError(f"no reward named {', '.join(missing)}; there are: {', '.join(sorted(named))}")
    lengths = {name: len(values) for name, values in named.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"rewards must cover the same completions, their lengths are {lengths}")
    count = next(iter(lengths.values()), 0)
    total = [scale * sum((w * named[name][i] for name, w in weights.items()), 0.0) for i in range(count)]
    return Rewards(total, {name: list(values) for name, values in named.items()})


def _power(value: float, squared: bool) -> float:
    return value * value if squared else value
