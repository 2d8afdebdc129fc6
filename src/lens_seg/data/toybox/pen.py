"""The pen that toys are drawn with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw

Points = Sequence[tuple[float, float]]

BASE, DARK, LIGHT, BLACK, PALE = 0.0, -0.33, 0.4, -0.82, 0.82
"""Tones: -1 is black, 0 the toy's own colour, +1 white."""
CANVAS = 232
"""Pixels of a master drawing, with a margin around the unit square so that it can turn."""
UNIT = 172
"""Pixels of the unit square."""


class Pen:
    """Draws in a unit square, x to the right, y down; `body=False` shades without changing the silhouette.

    It paints two images at once, (CANVAS, CANVAS) uint8 each: `alpha`, where the toy is, and `tone`, how its
    colour is shaded (0 black, 128 the toy's own colour, 255 white).
    """

    def __init__(self) -> None:
        self.tone = Image.new("L", (CANVAS, CANVAS), 128)
        self.alpha = Image.new("L", (CANVAS, CANVAS), 0)
        self._tone = ImageDraw.Draw(self.tone)
        self._alpha = ImageDraw.Draw(self.alpha)

    def poly(self, points: Points, tone: float = BASE, *, body: bool = True) -> None:
        """A filled polygon."""
        xy = [(_px(x), _px(y)) for x, y in points]
        self._tone.polygon(xy, fill=_grey(tone))
        if body:
            self._alpha.polygon(xy, fill=255)

    def rect(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        tone: float = BASE,
        *,
        body: bool = True,
        r: float = 0.0,
    ) -> None:
        """A filled rectangle with corners of radius `r`."""
        xy, radius = (_px(x1), _px(y1), _px(x2), _px(y2)), r * UNIT
        self._tone.rounded_rectangle(xy, radius, fill=_grey(tone))
        if body:
            self._alpha.rounded_rectangle(xy, radius, fill=255)

    def oval(self, x1: float, y1: float, x2: float, y2: float, tone: float = BASE, *, body: bool = True) -> None:
        """A filled ellipse inside the box."""
        xy = (_px(x1), _px(y1), _px(x2), _px(y2))
        self._tone.ellipse(xy, fill=_grey(tone))
        if body:
            self._alpha.ellipse(xy, fill=255)

    def dot(self, x: float, y: float, r: float, tone: float = BASE, *, body: bool = True) -> None:
        """A filled circle."""
        self.oval(x - r, y - r, x + r, y + r, tone, body=body)

    def line(self, points: Points, width: float, tone: float = BASE, *, body: bool = True) -> None:
        """A thick line with round ends."""
        for (x1, y1), (x2, y2) in pairwise(points):
            length = math.hypot(x2 - x1, y2 - y1) or 1.0
            dx, dy = (y1 - y2) / length * width / 2, (x2 - x1) / length * width / 2
            corners = [(x1 + dx, y1 + dy), (x2 + dx, y2 + dy), (x2 - dx, y2 - dy), (x1 - dx, y1 - dy)]
            self.poly(corners, tone, body=body)
        for x, y in points:
            self.dot(x, y, width / 2, tone, body=body)

    def hole(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Cuts an ellipse out of the silhouette."""
        self._alpha.ellipse((_px(x1), _px(y1), _px(x2), _px(y2)), fill=0)


def _px(unit: float) -> float:
    return (CANVAS - UNIT) / 2 + unit * UNIT


def _grey(tone: float) -> int:
    return round(128 + 127 * tone)
