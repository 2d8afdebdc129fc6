"""From a drawing to pixels: turned by a few degrees, lit from the top left, shrunk to the wanted size."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from lens_seg.data.toybox.hands import BY_HANDS
from lens_seg.data.toybox.pen import CANVAS, Pen
from lens_seg.data.toybox.shapes import DRAW, KINDS

SILHOUETTES = {kind: (draw, *BY_HANDS[kind]) for kind, draw in DRAW.items()}
"""What can be redrawn: home's drawing of each kind, and those of other hands."""
DRAWINGS = 1 + 3 * len(SILHOUETTES[KINDS[0]])
"""Ways to draw each kind; 0 is home, training alone shows the others: three of each silhouette."""
SHRINK = 1.1
"""So that what is stretched and turned stays on the canvas."""


class Stamp(NamedTuple):
    """One toy of one size, ready to be coloured; all three are (h, w) float32."""

    tone: np.ndarray
    """-1 black, 0 own colour, +1 white."""
    alpha: np.ndarray
    """0 to 1, the share of the pixel that the toy covers."""
    shadow: np.ndarray
    """0 to 1, (h + 2 * pad, w + 2 * pad): the blurred silhouette, `pad` pixels wider on every side."""
    pad: int


@lru_cache(maxsize=3000)
def _master(kind: str, angle: int, drawing: int) -> tuple[Image.Image, Image.Image, Image.Image]:
    """Large tone and alpha images, cut to the silhouette's box, and the blurred alpha with its margin."""
    pen = Pen()
    found = SILHOUETTES[kind]
    found[(drawing - 1) % len(found) if drawing else 0](pen)
    relief = 1.0
    if drawing:
        tone, alpha, relief = _redrawn(pen, angle, np.random.default_rng([KINDS.index(kind), drawing]))
    else:
        tone = pen.tone.rotate(angle, Image.Resampling.BICUBIC, fillcolor=128)
        alpha = pen.alpha.rotate(angle, Image.Resampling.BICUBIC)
    soft = np.asarray(alpha.filter(ImageFilter.GaussianBlur(5)), np.float32) / 255
    bevel = np.roll(soft, (-4, -4), (0, 1)) - np.roll(soft, (4, 4), (0, 1))
    tone = Image.fromarray(np.clip(np.asarray(tone, np.float32) + 30 * relief * bevel, 0, 255).astype(np.uint8))
    box = alpha.getbbox()
    assert box is not None
    margin = _margin(box)
    wide = (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    shadow = alpha.crop(wide).filter(ImageFilter.GaussianBlur(margin / 2.5)).reduce(2)
    return tone.crop(box), alpha.crop(box), shadow


def _redrawn(pen: Pen, angle: int, rng: np.random.Generator) -> tuple[Image.Image, Image.Image, float]:
    """Tone and alpha as another hand might draw them, and how much they stand out.

    Stretched, slanted, turned further, perhaps mirrored; details stronger, weaker or left out; perhaps with an outline.
    """
    turn = math.radians(angle + rng.uniform(-25, 25))
    wide, slant = math.exp(rng.uniform(-0.25, 0.25)), rng.uniform(-0.2, 0.2)
    mirror = rng.choice((-1, 1))
    details, relief = max(0.0, rng.uniform(-0.3, 1.3)), rng.uniform(0, 1.5)
    rim = int(rng.choice((0, 0, 5, 9)))
    rotate = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    back = SHRINK * np.array([[mirror / wide, slant], [0, wide]]) @ rotate  # from a pixel here to one of the drawing
    middle = np.full(2, CANVAS / 2)
    terms = tuple(np.column_stack([back, middle - back @ middle]).ravel())
    grey = pen.tone.point(lambda value: min(255, max(0, round(128 + details * (value - 128)))))
    size, how = (CANVAS, CANVAS), Image.Transform.AFFINE
    tone = grey.transform(size, how, terms, Image.Resampling.BICUBIC, fillcolor=128)
    alpha = pen.alpha.transform(size, how, terms, Image.Resampling.BICUBIC)
    if rim:
        tone.paste(24, mask=ImageChops.subtract(alpha, alpha.filter(ImageFilter.MinFilter(rim))))
    return tone, alpha, relief


def _margin(box: tuple[int, int, int, int]) -> int:
    return round(max(box[2] - box[0], box[3] - box[1]) / 8)


@lru_cache(maxsize=128)
def stamp(kind: str, angle: int, longest: int, drawing: int = 0) -> Stamp:
    """A toy turned by `angle` degrees, whose longest side measures `longest` pixels, in one of `DRAWINGS`."""
    tone, alpha, shadow = _master(kind, angle, drawing)
    scale = longest / max(alpha.size)
    w, h = (max(1, round(side * scale)) for side in alpha.size)
    pad = round(longest / 8)
    small = [image.resize((w, h), Image.Resampling.BOX) for image in (tone, alpha)]
    blur = shadow.resize((w + 2 * pad, h + 2 * pad), Image.Resampling.BILINEAR)
    grey, cover, dark = (np.asarray(image, np.float32) for image in (*small, blur))
    return Stamp((grey - 128) / 127, cover / 255, dark / 255, pad)
