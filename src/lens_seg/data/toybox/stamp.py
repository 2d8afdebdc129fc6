"""From a drawing to pixels: turned by a few degrees, lit from the top left, shrunk to the wanted size."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from lens_seg.data.toybox.pen import Pen
from lens_seg.data.toybox.shapes import DRAW


class Stamp(NamedTuple):
    """One toy of one size, ready to be coloured; all three are (h, w) float32."""

    tone: np.ndarray
    """-1 black, 0 own colour, +1 white."""
    alpha: np.ndarray
    """0 to 1, the share of the pixel that the toy covers."""
    shadow: np.ndarray
    """0 to 1, (h + 2 * pad, w + 2 * pad): the blurred silhouette, `pad` pixels wider on every side."""
    pad: int


@cache
def _master(kind: str, angle: int) -> tuple[Image.Image, Image.Image, Image.Image]:
    """Large tone and alpha images, cut to the silhouette's box, and the blurred alpha with its margin."""
    pen = Pen()
    DRAW[kind](pen)
    tone = pen.tone.rotate(angle, Image.Resampling.BICUBIC, fillcolor=128)
    alpha = pen.alpha.rotate(angle, Image.Resampling.BICUBIC)
    soft = np.asarray(alpha.filter(ImageFilter.GaussianBlur(5)), np.float32) / 255
    bevel = np.roll(soft, (-4, -4), (0, 1)) - np.roll(soft, (4, 4), (0, 1))
    tone = Image.fromarray(np.clip(np.asarray(tone, np.float32) + 30 * bevel, 0, 255).astype(np.uint8))
    box = alpha.getbbox()
    assert box is not None
    margin = _margin(box)
    wide = (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    shadow = alpha.crop(wide).filter(ImageFilter.GaussianBlur(margin / 2.5)).reduce(2)
    return tone.crop(box), alpha.crop(box), shadow


def _margin(box: tuple[int, int, int, int]) -> int:
    return round(max(box[2] - box[0], box[3] - box[1]) / 8)


@lru_cache(maxsize=128)
def stamp(kind: str, angle: int, longest: int) -> Stamp:
    """A toy turned by `angle` degrees, whose longest side measures `longest` pixels."""
    tone, alpha, shadow = _master(kind, angle)
    scale = longest / max(alpha.size)
    w, h = (max(1, round(side * scale)) for side in alpha.size)
    pad = round(longest / 8)
    small = [image.resize((w, h), Image.Resampling.BOX) for image in (tone, alpha)]
    blur = shadow.resize((w + 2 * pad, h + 2 * pad), Image.Resampling.BILINEAR)
    grey, cover, dark = (np.asarray(image, np.float32) for image in (*small, blur))
    return Stamp((grey - 128) / 127, cover / 255, dark / 255, pad)
