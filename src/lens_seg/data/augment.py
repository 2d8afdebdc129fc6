"""Changes to a sample that keep it true."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from PIL import ImageOps

from ..types import Sample


def mirror(sample: Sample) -> Sample:
    """The sample seen in a mirror: image, masks, boxes, and left and right in its words. Its scene is dropped."""
    width = sample.image.width
    return replace(
        sample,
        image=ImageOps.mirror(sample.image),
        mask=np.ascontiguousarray(sample.mask[:, ::-1]),
        ignore=None if sample.ignore is None else np.ascontiguousarray(sample.ignore[:, ::-1]),
        boxes=tuple((width - x2, y1, width - x1, y2) for x1, y1, x2, y2 in sample.boxes),
        prompt=_mirror_words(sample.prompt),
        thought=None if sample.thought is None else _mirror_words(sample.thought),
        scene=None,
    )


_SIDE = re.compile(
    r"\b(left|right)(?=(?:[- ]?(?:most|hand))?\b)(?! (?:above|below|behind|under|over)\b)", re.IGNORECASE
)
"""A side, but not the "right" that means "directly"."""


def _mirror_words(text: str) -> str:
    def other(found: re.Match[str]) -> str:
        side = "right" if found[1].lower() == "left" else "left"
        return side.capitalize() if found[1][0].isupper() else side

    return _SIDE.sub(other, text)
