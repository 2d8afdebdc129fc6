"""Masks: (H, W) bool arrays, y down. Box around a mask, IoU, COCO run lengths and polygons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .types import Box

_FAR = 100_000.0
"""Largest |polygon coordinate| accepted, in pixels: pycocotools needs memory in proportion to it."""


def mask_to_box(mask: np.ndarray) -> Box | None:
    """(H, W) bool -> x1, y1, x2, y2 in pixels with exclusive far edges, or None for an empty mask.

    >>> mask_to_box(np.array([[0, 0, 0], [0, 1, 1]], dtype=bool))
    (1.0, 1.0, 3.0, 2.0)
    """
    xs = np.flatnonzero(mask.any(axis=0))
    if not xs.size:
        return None
    ys = np.flatnonzero(mask.any(axis=1))
    return (float(xs[0]), float(ys[0]), float(xs[-1] + 1), float(ys[-1] + 1))


def intersection_union(pred: np.ndarray, true: np.ndarray, ignore: np.ndarray | None = None) -> tuple[int, int]:
    """Pixels in both masks, pixels in either; pixels of `ignore` count for nothing (method.md section 4).

    All (H, W) bool; raises ValueError when the shapes differ.
    """
    for name, other in (("true", true), ("ignore", ignore)):
        if other is not None and other.shape != pred.shape:
            raise ValueError(f"masks differ in shape: pred {pred.shape}, {name} {other.shape}; resize first")
    pred, true = pred.astype(bool, copy=False), true.astype(bool, copy=False)
    if ignore is not None:
        keep = ~ignore.astype(bool, copy=False)
        pred, true = pred & keep, true & keep
    return int(np.count_nonzero(pred & true)), int(np.count_nonzero(pred | true))


def mask_iou(pred: np.ndarray, true: np.ndarray, ignore: np.ndarray | None = None) -> float:
    """IoU in [0, 1] of two (H, W) bool masks; 1 when both are empty outside `ignore` (method section 4)."""
    intersection, union = intersection_union(pred, true, ignore)
    return intersection / union if union else 1.0


def encode_rle(mask: np.ndarray) -> dict[str, Any]:
    """(H, W) bool -> COCO compressed run lengths {"size": [H, W], "counts": str}, ready for JSON."""
    from pycocotools import mask as coco

    if mask.ndim != 2:
        raise ValueError(f"a mask is (H, W), got shape {mask.shape}")
    rle = coco.encode(np.asfortranarray(mask.astype(bool, copy=False).view(np.uint8)))
    return {"size": [int(side) for side in rle["size"]], "counts": rle["counts"].decode("ascii")}


def decode_rle(rle: Mapping[str, Any]) -> np.ndarray:
    """COCO run lengths, compressed (str or bytes) or plain (list of int), -> (H, W) bool.

    Raises ValueError when fields are missing or the runs do not add up to H·W.
    """
    try:
        height, width = (int(side) for side in rle["size"])
        counts = rle["counts"]
        if height <= 0 or width <= 0 or height * width > 2**28:
            raise ValueError(f"size {height}x{width} is out of range")
        runs = counts if isinstance(counts, list | tuple) else _runs(counts)
        if any(not isinstance(run, int) or run < 0 for run in runs) or sum(runs) != height * width:
            raise ValueError(f"runs must be >= 0 and add up to {height}x{width}, they give {sum(runs)}")
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a COCO mask {{'size': [H, W], 'counts': ...}}: {error!r}") from error
    return _paint(runs, height, width)


def polygons_to_mask(polygons: Sequence[Sequence[float]], height: int, width: int) -> np.ndarray:
    """Polygons [[x1, y1, x2, y2, ...], ...] in pixels -> (H, W) bool, their union (an overlap stays True).

    Rasterised as COCO does. No polygon gives an empty mask. Raises ValueError naming the bad polygon: fewer
    than 3 points, an odd count, or a coordinate that is not a finite number below 1e5.
    """
    from pycocotools import mask as coco

    flat = [_polygon(polygon, index) for index, polygon in enumerate(polygons)]
    if not flat:
        return np.zeros((height, width), dtype=bool)
    return _paint(_runs(coco.merge(coco.frPyObjects(flat, height, width))["counts"]), height, width)


def outlined_polygon(points: Sequence[Sequence[float]], height: int, width: int) -> np.ndarray:
    """Points [[x, y], ...] as pixel centres, cut to whole numbers, -> (H, W) bool with the border line in the shape.

    OpenCV's fillPoly with polylines treats borders so (single pixels of slanted lines may differ); a mask gets about
    half a pixel wider on each side than with COCO's rule. Raises ValueError for a coordinate beyond 1e5.
    """
    from PIL import Image, ImageDraw

    corners = [(int(x), int(y)) for x, y in points]
    if any(abs(value) > _FAR for corner in corners for value in corner):
        raise ValueError(f"a polygon has a coordinate beyond ±{_FAR:g}")
    image = Image.new("1", (width, height))
    ImageDraw.Draw(image).polygon(corners, fill=1, outline=1)
    return np.array(image)


def mask_to_polygons(mask: np.ndarray) -> list[list[int]]:
    """(H, W) bool -> polygons [[x1, y1, x2, y2, ...], ...] along pixel edges; `polygons_to_mask` gives the mask back.

    One for each connected part (corners do not connect). A hole is cut into its part by a line there and back, since
    flat polygons, COCO's and LabelMe's, have no other way to leave pixels out.

    >>> mask_to_polygons(np.array([[0, 0, 0], [0, 1, 1]], dtype=bool))
    [[1, 1, 3, 1, 3, 2, 1, 2]]
    """
    from scipy import ndimage

    parts, _ = ndimage.label(mask)
    inside = np.pad(np.asarray(mask, dtype=bool), 1)
    outer: dict[int, list[tuple[int, int]]] = {}
    holes: list[tuple[int, list[tuple[int, int]]]] = []
    for ring in _rings(inside):
        x, y = ring[0]  # the highest corner, the leftmost of these: what lies below it to the right tells
        if inside[y + 1, x + 1]:
            outer[int(parts[y, x])] = ring
        else:
            holes.append((int(parts[y - 1, x]), ring))
    for part, ring in holes:
        around, (x, y) = outer[part], ring[0]
        distances = np.abs(np.asarray(around) - (x, y)).sum(axis=1)
        bridge = int(distances.argmin())
        around[bridge + 1 : bridge + 1] = [ring[0], *reversed(ring), around[bridge]]
    return [[value for point in ring for value in point] for ring in outer.values()]


def _rings(inside: np.ndarray) -> list[list[tuple[int, int]]]:
    """The closed outlines of a mask with a border of one pixel: corners (x, y) of the mask without that border.

    Along each row and each column of the grid, corners pair up into edges. Where two pixels meet in a point alone, two
    corners stand there, and each keeps to the edges of its own pixel.
    """
    top, bottom = inside[:-1], inside[1:]
    a, b, c, d = top[:, :-1], top[:, 1:], bottom[:, :-1], bottom[:, 1:]  # the four pixels around each grid point
    meet = (a == d) & (b == c) & (a != b)
    ys, xs = np.nonzero(a ^ b ^ c ^ d | meet)
    counts = 1 + meet[ys, xs]
    second = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)  # 1 for the second of two corners
    crossed = np.repeat(meet[ys, xs] & b[ys, xs], counts)
    ys, xs = np.repeat(ys, counts), np.repeat(xs, counts)
    along_row = np.lexsort((second, xs, ys))
    along_column = np.lexsort((second ^ crossed, ys, xs))
    across, down = np.empty(len(ys), dtype=int), np.empty(len(ys), dtype=int)
    for order, partner in ((along_row, across), (along_column, down)):
        partner[order[::2]], partner[order[1::2]] = order[1::2], order[::2]
    rings, seen = [], np.zeros(len(ys), dtype=bool)
    for start in along_row:
        if seen[start]:
            continue
        ring, corner = [], int(start)
        while not seen[corner]:
            for end in (corner, int(across[corner])):
                seen[end] = True
                ring.append((int(xs[end]), int(ys[end])))
            corner = int(down[across[corner]])
        rings.append(ring)
    return rings


def _polygon(polygon: Sequence[float], index: int) -> list[float]:
    try:
        values = [float(value) for value in polygon]
    except (TypeError, ValueError) as error:
        raise ValueError(f"polygon {index} is not a flat list x1, y1, x2, y2, ...: {error}") from error
    if len(values) < 6 or len(values) % 2:
        raise ValueError(f"polygon {index} has {len(values)} numbers; it needs an even count of at least 6")
    for value in values:
        if not (math.isfinite(value) and abs(value) <= _FAR):
            raise ValueError(f"polygon {index} has the coordinate {value}; allowed is ±{_FAR:g}")
    return values


def _paint(runs: Sequence[int], height: int, width: int) -> np.ndarray:
    """Run lengths down the columns, the first of them background, -> (H, W) bool."""
    columns = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(width, height)
    return np.ascontiguousarray(columns.T)


def _runs(counts: str | bytes) -> list[int]:
    """Compressed COCO counts -> run lengths, checked: pycocotools reads past the end of malformed ones."""
    data = counts.encode("ascii") if isinstance(counts, str) else counts
    runs: list[int] = []
    value = shift = 0
    for byte in data:
        chunk = byte - 48
        if not 0 <= chunk < 64 or shift > 35:
            raise ValueError(f"counts hold the byte {byte} where none is possible")
        value |= (chunk & 31) << shift
        shift += 5
        if chunk & 32:
            continue
        if chunk & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError("counts end in the middle of a number")
    return runs
