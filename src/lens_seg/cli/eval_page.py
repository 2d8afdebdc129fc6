"""The page of an evaluation: its worst and best cases, predicted beside true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from ..drawing import overlay
from ..masks import decode_rle
from ..types import Sample
from .data_page import Picture, page

WORST, BEST = 24, 12
"""How many of each are shown."""


def report(summary: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], samples: Sequence[Sample]) -> bytes:
    """One HTML file: the worst cases first, then the best, with a search field."""
    order = sorted(range(len(rows)), key=lambda i: rows[i]["iou"])
    chosen = [("worst", i) for i in order[:WORST]] + [("best", i) for i in order[WORST:][::-1][:BEST]]
    pictures = [_pair(rank, rows[i], samples[rows[i]["index"]]) for rank, i in chosen]
    numbers = ", ".join(f"{name} {100 * summary[name]:.1f}" for name in ("cIoU", "gIoU", "box_iou"))
    return page(pictures, f"{summary['model']} on {summary['dataset']} {summary['split']}: {numbers}")


def _pair(rank: str, row: Mapping[str, Any], sample: Sample) -> Picture:
    """The prediction on the left, the truth on the right."""
    box = tuple(row["box"]) if row["box"] else None
    left = overlay(sample.image, decode_rle(row["mask"]), box)
    right = overlay(sample.image, sample.mask, sample.box)
    both = Image.new("RGB", (left.width + right.width + 4, left.height), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width + 4, 0))
    tags = ", ".join(f"{key}: {value}" for key, value in row["tags"].items())
    facts = f"{rank} · IoU {row['iou']:.2f} · {sample.id} · {tags} · {row['completion']}"
    return Picture(both, f"{row['prompt']} (predicted, true)", facts)
