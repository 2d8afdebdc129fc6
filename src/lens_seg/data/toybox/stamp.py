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
DRAWINGS = 1 + 4 * len(SILHOUETTES[KINDS[0]])
"""Ways to draw each kind; 0 is home, training alone shows the others: four of each silhouette."""
SHRINK = 1.2
"""So that what is stretched, tapered and turned stays on the canvas."""
PAINTED = 0.85
"""Share of the redrawn toys whose parts, where they have any, are of a colour other than the toy's."""
MOST_PAINT = 0.4
"""Largest share of a toy that another colour covers, so that its own still names it."""


class Stamp(NamedTuple):
    """One toy of one size, ready to be coloured; the first three are (h, w) float32."""

    tone: np.ndarray
    """-1 black, 0 own colour, +1 white."""
    alpha: np.ndarray
    """0 to 1, the share of the pixel that the toy covers."""
    paint: np.ndarray
    """0 to 1, how much of the toy's second colour there is in place of its own."""
    shadow: np.ndarray
    """0 to 1, (h + 2 * pad, w + 2 * pad): the blurred silhouette, `pad` pixels wider on every side."""
    pad: int


@lru_cache(maxsize=4400)
def _master(kind: str, angle: int, drawing: int) -> tuple[Image.Image, Image.Image, Image.Image, Image.Image]:
    """Large tone, alpha and paint images, cut to the silhouette's box, and the blurred alpha with its margin."""
    pen = Pen()
    found = SILHOUETTES[kind]
    found[(drawing - 1) % len(found) if drawing else 0](pen)
    relief = 1.0
    if drawing:
        tone, alpha, paint, relief = _redrawn(pen, angle, np.random.default_rng([KINDS.index(kind), drawing]))
    else:
        paint = Image.new("L", (CANVAS, CANVAS), 0)
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
    return tone.crop(box), alpha.crop(box), paint.crop(box), shadow


def _redrawn(pen: Pen, angle: int, rng: np.random.Generator) -> tuple[Image.Image, Image.Image, Image.Image, float]:
    """Tone, alpha and paint as another hand might draw them, and how much they stand out.

    Stretched, slanted, tapered, turned further, perhaps mirrored; details stronger, weaker or left out; perhaps with an
    outline; perhaps with parts of another colour.
    """
    turn = math.radians(angle + rng.uniform(-25, 25))
    wide, slant, taper = math.exp(rng.uniform(-0.25, 0.25)), rng.uniform(-0.2, 0.2), rng.uniform(-0.15, 0.15, 2)
    mirror = rng.choice((-1, 1))
    details, relief = max(0.0, rng.uniform(-0.3, 1.3)), rng.uniform(0, 1.5)
    rim = int(rng.choice((0, 0, 5, 9)))
    rotate = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    back = SHRINK * np.array([[mirror / wide, slant], [0, wide]]) @ rotate  # from a pixel here to one of the drawing
    middle = np.array([[1, 0, CANVAS / 2], [0, 1, CANVAS / 2], [0, 0, 1]])
    plane = middle @ np.block([[back, np.zeros((2, 1))], [taper / (CANVAS / 2), 1.0]]) @ np.linalg.inv(middle)
    terms = tuple((plane / plane[2, 2]).ravel()[:8])
    paint = _parts(pen, rng) if rng.random() < PAINTED else Image.new("L", (CANVAS, CANVAS), 0)
    grey = pen.tone.point(lambda value: min(255, max(0, round(128 + details * (value - 128)))))
    grey.paste(128, mask=paint)
    size, how = (CANVAS, CANVAS), Image.Transform.PERSPECTIVE
    tone = grey.transform(size, how, terms, Image.Resampling.BICUBIC, fillcolor=128)
    alpha = pen.alpha.transform(size, how, terms, Image.Resampling.BICUBIC)
    paint = paint.transform(size, how, terms, Image.Resampling.BILINEAR)
    if rim:
        edge = ImageChops.subtract(alpha, alpha.filter(ImageFilter.MinFilter(rim)))
        tone.paste(int(rng.integers(16, 96)), mask=edge)
        paint.paste(0, mask=edge)
    return tone, alpha, paint, relief


def _parts(pen: Pen, rng: np.random.Generator) -> Image.Image:
    """Where the drawing is of one or two tones that cover little of it: a band, wheels, a stalk, a beak."""
    tone, inside = np.asarray(pen.tone), np.asarray(pen.alpha) > 127
    tones, counts = np.unique(tone[inside], return_counts=True)
    paint = np.zeros(tone.shape, bool)
    for value in rng.permutation(tones[(tones != 128) & (counts > 0.01 * inside.sum())])[: rng.integers(1, 3)]:
        wider = paint | (inside & (tone == value))
        if wider.sum() <= MOST_PAINT * inside.sum():
            paint = wider
    return Image.fromarray(255 * paint.astype(np.uint8))


def _margin(box: tuple[int, int, int, int]) -> int:
    return round(max(box[2] - box[0], box[3] - box[1]) / 8)


@lru_cache(maxsize=128)
def stamp(kind: str, angle: int, longest: int, drawing: int = 0) -> Stamp:
    """A toy turned by `angle` degrees, whose longest side measures `longest` pixels, in one of `DRAWINGS`."""
    tone, alpha, paint, shadow = _master(kind, angle, drawing)
    scale = longest / max(alpha.size)
    w, h = (max(1, round(side * scale)) for side in alpha.size)
    pad = round(longest / 8)
    small = [image.resize((w, h), Image.Resampling.BOX) for image in (tone, alpha, paint)]
    blur = shadow.resize((w + 2 * pad, h + 2 * pad), Image.Resampling.BILINEAR)
    grey, cover, other, dark = (np.asarray(image, np.float32) for image in (*small, blur))
    inside = np.minimum(other / np.maximum(cover, 1), 1)  # of what the toy covers of a pixel, also at its edge
    return Stamp((grey - 128) / 127, cover / 255, inside, dark / 255, pad)
