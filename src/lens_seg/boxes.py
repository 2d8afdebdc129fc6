"""Boxes: two coordinate frames, corner order and IoU, of one box or of several. The standard library alone, and scipy
where lists of boxes are matched.

Frames (method.md section 1.5): *original pixels*, floats in (0, 0, W, H); and the *model frame*, integers
in which a VLM writes boxes. The model frame spans (0, 0, W', H') for absolute pixels of the resized image
(Qwen2.5-VL) or (0, 0, N, N) for a scale N (1000, per-mille: Qwen2-VL and Qwen3-VL). Far edges are exclusive.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from .types import Box

MOST_BOXES = 256
"""Boxes of an answer that are matched; further ones only count."""


def ordered(box: Sequence[float]) -> Box:
    """The same rectangle with x1 <= x2 and y1 <= y2. Raises ValueError unless there are 4 numbers.

    >>> ordered((5, 2, 1, 8))
    (1, 2, 5, 8)
    """
    if len(box) != 4:
        raise ValueError(f"a box has 4 numbers (x1, y1, x2, y2), got {len(box)}: {tuple(box)}")
    x1, y1, x2, y2 = box
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def to_frame(
    box: Sequence[float], original_size: tuple[int, int], resized_size: tuple[int, int], scale: int | None
) -> tuple[int, int, int, int]:
    """A box in original pixels as the integers a VLM writes: nearest (halves up), ordered, inside the frame.

    Sizes are (W, H) in pixels. Raises ValueError for a NaN, a box without 4 numbers or a size that is not
    positive.

    >>> to_frame((10, 20, 110, 70), (200, 100), (280, 140), None)
    (14, 28, 154, 98)
    >>> to_frame((10, 20, 110, 70), (200, 100), (280, 140), 1000)
    (50, 200, 550, 700)
    """
    _check(box, original_size)
    width, height = _extent(resized_size, scale)
    x1, y1, x2, y2 = _rescale(ordered(box), original_size, (width, height))
    return (math.floor(x1 + 0.5), math.floor(y1 + 0.5), math.floor(x2 + 0.5), math.floor(y2 + 0.5))


def from_frame(
    box: Sequence[float], original_size: tuple[int, int], resized_size: tuple[int, int], scale: int | None
) -> Box:
    """A box as a VLM wrote it, as floats in original pixels: corners sorted, clamped to the image.

    Errors as for `to_frame`; numbers far outside the frame (infinite ones too) are clamped, not refused.

    >>> from_frame((14, 28, 154, 9999), (200, 100), (280, 140), None)
    (10.0, 20.0, 110.0, 100.0)
    """
    _check(box, original_size)
    return _rescale(ordered(box), _extent(resized_size, scale), original_size)


def area(box: Box) -> float:
    """Area in square pixels; 0 for an empty or swapped box."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def iou(a: Box | None, b: Box | None) -> float:
    """Intersection over union, in [0, 1], of two boxes of the same frame (method.md section 4).

    None means "no target": both None agree (1.0), one None does not (0.0). A box without area has IoU 0 with
    everything, itself included, and nothing is divided by zero.

    >>> iou((0, 0, 2, 2), (1, 0, 3, 2))
    0.3333333333333333
    """
    if a is None or b is None:
        return 1.0 if a is b else 0.0
    overlap = area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))
    if not overlap > 0:
        return 0.0
    return min(1.0, overlap / (area(a) + area(b) - overlap))


def matched_iou(predicted: Sequence[Box], true: Sequence[Box], squared: bool = False) -> float:
    """How well an answer of several boxes fits the true ones, in [0, 1]; boxes of one frame, in any order.

    Predicted and true boxes are matched one to one (Hungarian assignment) so that the sum of their IoUs, `squared` or
    not, is largest; that sum is divided by the length of the longer list. A missing box and one too many thus cost
    alike, and an empty box, or a copy of another that the true boxes do not hold as often, gains nothing. An empty list
    means "no target": two of them agree (1.0), one does not (0.0). Of an answer the first `MOST_BOXES` different boxes
    are matched.

    >>> matched_iou([(0, 0, 2, 2), (4, 0, 6, 1)], [(4, 0, 6, 2), (0, 0, 2, 2)])
    0.75
    >>> matched_iou([(0, 0, 2, 2)], [(4, 0, 6, 2), (0, 0, 2, 2)])
    0.5
    """
    if not predicted or not true:
        return float(not predicted and not true)
    from scipy.optimize import linear_sum_assignment

    copies = max(Counter(true).values())
    tried = [box for box, count in Counter(predicted).items() for _ in range(min(count, copies))][:MOST_BOXES]
    gains = [[iou(p, t) * (iou(p, t) if squared else 1.0) for t in true] for p in tried]
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return math.fsum(gains[i][j] for i, j in zip(rows, columns, strict=True)) / max(len(predicted), len(true))


def _extent(resized: tuple[int, int], scale: int | None) -> tuple[int, int]:
    """Largest x and largest y of the frame. Raises ValueError for a size or scale that is not positive."""
    if min(resized) <= 0 or (scale is not None and scale <= 0):
        raise ValueError(f"a box frame needs positive sizes, got resized={resized} scale={scale}")
    return resized if scale is None else (scale, scale)


def _check(box: Sequence[float], original_size: tuple[int, int]) -> None:
    if any(math.isnan(v) for v in box):
        raise ValueError(f"a box cannot hold NaN: {tuple(box)}")
    if min(original_size) <= 0:
        raise ValueError(f"an image size must be positive, got {original_size}")


def _rescale(box: Box, source: tuple[int, int], target: tuple[int, int]) -> Box:
    """From a frame (0, 0, *source) to (0, 0, *target), clamped."""
    x1, y1, x2, y2 = (min(max(v * t / s, 0.0), float(t)) for v, s, t in zip(box, source * 2, target * 2, strict=True))
    return (x1, y1, x2, y2)
