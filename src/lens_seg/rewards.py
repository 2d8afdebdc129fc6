"""Rewards of completions (method.md section 3): pure functions, a batch in, a list of floats in [0, 1] out.

Sentence level, box level and segment level, and their weighted sum with a per-name breakdown. No model here:
texts, boxes and masks come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .boxes import iou
from .masks import mask_iou
from .prompts import format_ok
from .types import Box


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


def box_reward(boxes_pred: Sequence[Box | None], boxes_true: Sequence[Box | None], squared: bool = True) -> list[float]:
    """Box level: IoU of predicted and true box in one frame, squared in the published recipe.

    None = no target: None for None gives 1, None against a box 0. A prediction that could not be read is also
    None, so a caller who must not reward it on a no-target sample replaces it with a box such as (0, 0, 0,
    0). Raises ValueError when the lengths differ.

    >>> box_reward([(0, 0, 1, 2), None, None], [(0, 0, 2, 2), (0, 0, 2, 2), None])
    [0.25, 0.0, 1.0]
    """
    return [_power(iou(p, t), squared) for p, t in zip(boxes_pred, boxes_true, strict=True)]


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


def combine(named: Mapping[str, Sequence[float]], weights: Mapping[str, float]) -> Rewards:
    """Weighted sum over the names of `weights`; a reward without a weight is reported and adds nothing.

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
    total = [sum((w * named[name][i] for name, w in weights.items()), 0.0) for i in range(count)]
    return Rewards(total, {name: list(values) for name, values in named.items()})


def _power(value: float, squared: bool) -> float:
    return value * value if squared else value
