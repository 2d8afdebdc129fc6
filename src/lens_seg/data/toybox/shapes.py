"""The kinds of toys: one function each, which draws a silhouette and a few details in the unit square.

Tones are relative to the toy's own colour, so any kind can have any colour. To add a kind, write its
function, add it to `DRAW`, and say in `functions.py` what it is for.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from lens_seg.data.toybox.pen import BLACK, DARK, LIGHT, PALE, Pen, Points

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (212, 36, 40),
    "orange": (246, 134, 22),
    "yellow": (250, 218, 48),
    "green": (52, 160, 72),
    "blue": (38, 98, 214),
    "purple": (126, 58, 172),
    "pink": (246, 144, 190),
    "white": (240, 240, 238),
}
SIZES: dict[str, tuple[int, int]] = {"small": (36, 44), "big": (56, 68)}
"""Longest side in pixels, first and last, in a scene that is 192 pixels wide."""


def _ring(cx: float, cy: float, rx: float, ry: float, start: float = 0, end: float = 360, n: int = 40) -> Points:
    """Points along an ellipse, degrees clockwise from the right."""
    angles = [math.radians(start + (end - start) * i / n) for i in range(n + 1)]
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


def _star(cx: float, cy: float, outer: float, inner: float) -> Points:
    radii = [outer, inner] * 5
    angles = [math.radians(36 * i - 90) for i in range(10)]
    return [(cx + r * math.cos(a), cy + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]


def ball(pen: Pen) -> None:
    pen.oval(0, 0, 1, 1)
    pen.oval(0.27, 0, 0.73, 1, DARK, body=False)
    pen.oval(0.32, 0, 0.68, 1, LIGHT, body=False)


def block(pen: Pen) -> None:
    pen.rect(0.03, 0.03, 0.97, 0.97, r=0.07)
    pen.rect(0.17, 0.17, 0.83, 0.83, LIGHT, body=False, r=0.04)
    pen.line([(0.34, 0.72), (0.5, 0.29), (0.66, 0.72)], 0.09, DARK, body=False)
    pen.line([(0.41, 0.58), (0.59, 0.58)], 0.08, DARK, body=False)


def star(pen: Pen) -> None:
    pen.poly(_star(0.5, 0.53, 0.53, 0.23))
    pen.poly(_star(0.5, 0.53, 0.28, 0.12), LIGHT, body=False)


def heart(pen: Pen) -> None:
    ts = [2 * math.pi * i / 60 for i in range(60)]
    wide = [16 * math.sin(t) ** 3 for t in ts]
    high = [13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t) for t in ts]
    pen.poly([(0.5 + x / 33, 0.44 - y / 33) for x, y in zip(wide, high, strict=True)])
    pen.oval(0.16, 0.18, 0.36, 0.36, LIGHT, body=False)


def moon(pen: Pen) -> None:
    pen.oval(0, 0, 1, 1)
    pen.hole(0.36, -0.04, 1.2, 0.8)
    pen.dot(0.16, 0.5, 0.06, DARK, body=False)
    pen.dot(0.34, 0.78, 0.07, DARK, body=False)
    pen.dot(0.6, 0.9, 0.045, DARK, body=False)


def cup(pen: Pen) -> None:
    pen.oval(0.46, 0.28, 1.0, 0.76)
    pen.hole(0.58, 0.4, 0.88, 0.64)
    pen.poly([(0.02, 0.17), (0.72, 0.17), (0.66, 0.9), (0.08, 0.9)])
    pen.oval(0.08, 0.83, 0.66, 0.97)
    pen.oval(0.02, 0.06, 0.72, 0.28, LIGHT)
    pen.oval(0.08, 0.1, 0.66, 0.24, DARK, body=False)
    pen.poly([(0.045, 0.48), (0.695, 0.48), (0.68, 0.62), (0.056, 0.62)], LIGHT, body=False)


def key(pen: Pen) -> None:
    pen.oval(0, 0.26, 0.44, 0.7)
    pen.rect(0.4, 0.41, 1.0, 0.55, r=0.03)
    pen.rect(0.68, 0.5, 0.79, 0.76)
    pen.rect(0.88, 0.5, 0.99, 0.72)
    pen.oval(0.06, 0.32, 0.38, 0.64, LIGHT, body=False)
    pen.hole(0.12, 0.38, 0.32, 0.58)


def fish(pen: Pen) -> None:
    pen.poly([(0.6, 0.5), (1.0, 0.18), (0.9, 0.5), (1.0, 0.82)], DARK)
    pen.poly([(0.28, 0.3), (0.44, 0.1), (0.58, 0.34)], DARK)
    pen.oval(0, 0.22, 0.76, 0.78)
    pen.line(_ring(0.2, 0.5, 0.12, 0.19, -65, 65, 12), 0.035, DARK, body=False)
    pen.poly([(0.4, 0.5), (0.56, 0.42), (0.56, 0.66)], DARK, body=False)
    pen.dot(0.17, 0.42, 0.075, PALE, body=False)
    pen.dot(0.16, 0.42, 0.042, BLACK, body=False)


def car(pen: Pen) -> None:
    pen.poly([(0.16, 0.5), (0.3, 0.2), (0.68, 0.2), (0.86, 0.5)])
    pen.rect(0, 0.46, 1.0, 0.74, r=0.09)
    pen.poly([(0.26, 0.46), (0.35, 0.27), (0.47, 0.27), (0.47, 0.46)], PALE, body=False)
    pen.poly([(0.53, 0.46), (0.53, 0.27), (0.65, 0.27), (0.75, 0.46)], PALE, body=False)
    pen.rect(0.9, 0.53, 1.0, 0.6, PALE, body=False)
    for x in (0.24, 0.76):
        pen.dot(x, 0.73, 0.145, BLACK)
        pen.dot(x, 0.73, 0.065, LIGHT, body=False)


def house(pen: Pen) -> None:
    pen.rect(0.7, 0.1, 0.84, 0.45, DARK)
    pen.rect(0.12, 0.44, 0.88, 0.98)
    pen.poly([(0.5, 0.02), (1.0, 0.48), (0.0, 0.48)], DARK)
    pen.rect(0.2, 0.62, 0.38, 0.98, DARK, body=False)
    pen.rect(0.52, 0.58, 0.76, 0.8, PALE, body=False)
    pen.line([(0.64, 0.58), (0.64, 0.8)], 0.025, DARK, body=False)
    pen.line([(0.52, 0.69), (0.76, 0.69)], 0.025, DARK, body=False)


def tree(pen: Pen) -> None:
    pen.rect(0.42, 0.78, 0.58, 1.0, BLACK * 0.7)
    pen.poly([(0.5, 0.36), (0.92, 0.84), (0.08, 0.84)], DARK * 0.6)
    pen.poly([(0.5, 0.18), (0.84, 0.6), (0.16, 0.6)])
    pen.poly([(0.5, 0.0), (0.74, 0.34), (0.26, 0.34)], LIGHT * 0.7)


def mushroom(pen: Pen) -> None:
    pen.rect(0.33, 0.45, 0.67, 0.97, PALE * 0.85, r=0.12)
    pen.poly([*_ring(0.5, 0.52, 0.5, 0.48, 180, 360), *_ring(0.5, 0.52, 0.5, 0.08, 0, 180)])
    pen.dot(0.48, 0.2, 0.085, PALE, body=False)
    pen.dot(0.22, 0.38, 0.075, PALE, body=False)
    pen.dot(0.74, 0.36, 0.09, PALE, body=False)


def boat(pen: Pen) -> None:
    pen.rect(0.47, 0.02, 0.53, 0.68, DARK)
    pen.poly([(0.56, 0.06), (0.96, 0.58), (0.56, 0.58)], LIGHT)
    pen.poly([(0.44, 0.16), (0.44, 0.58), (0.1, 0.58)], LIGHT * 0.5)
    pen.poly([(0.0, 0.64), (1.0, 0.64), (0.8, 0.94), (0.2, 0.94)])
    pen.line([(0.06, 0.72), (0.94, 0.72)], 0.04, DARK, body=False)


def flower(pen: Pen) -> None:
    pen.line([(0.5, 0.4), (0.5, 0.97)], 0.07, DARK)
    pen.poly([(0.5, 0.92), (0.62, 0.72), (0.84, 0.68), (0.72, 0.86)], DARK)
    for x, y in _ring(0.5, 0.33, 0.2, 0.2, -90, 270, 6)[:6]:
        pen.dot(x, y, 0.13)
    pen.dot(0.5, 0.33, 0.17)
    pen.dot(0.5, 0.33, 0.1, PALE, body=False)


def arrow(pen: Pen) -> None:
    pen.poly([(0, 0.38), (0.52, 0.38), (0.52, 0.14), (1.0, 0.5), (0.52, 0.86), (0.52, 0.62), (0, 0.62)])
    pen.poly([(0.07, 0.46), (0.6, 0.46), (0.6, 0.34), (0.82, 0.5), (0.07, 0.5)], LIGHT, body=False)


def duck(pen: Pen) -> None:
    pen.poly([(0.0, 0.4), (0.3, 0.5), (0.14, 0.75)])
    pen.oval(0.04, 0.44, 0.84, 0.94)
    pen.poly([(0.86, 0.2), (1.0, 0.3), (0.86, 0.38)], DARK)
    pen.dot(0.7, 0.26, 0.21)
    pen.poly([(0.52, 0.36), (0.86, 0.38), (0.8, 0.6), (0.5, 0.55)])
    pen.oval(0.2, 0.56, 0.58, 0.8, DARK, body=False)
    pen.dot(0.76, 0.22, 0.045, BLACK, body=False)


def hat(pen: Pen) -> None:
    pen.oval(0, 0.68, 1.0, 0.92, DARK * 0.5)
    pen.poly([(0.2, 0.14), (0.8, 0.14), (0.74, 0.8), (0.26, 0.8)])
    pen.oval(0.26, 0.74, 0.74, 0.86)
    pen.oval(0.2, 0.07, 0.8, 0.21, LIGHT)
    pen.poly([(0.248, 0.58), (0.752, 0.58), (0.738, 0.74), (0.262, 0.74)], BLACK * 0.7, body=False)


def umbrella(pen: Pen) -> None:
    pen.line([(0.5, 0.03), (0.5, 0.1)], 0.05, DARK)
    pen.line([(0.5, 0.3), (0.5, 0.86), *_ring(0.61, 0.86, 0.11, 0.1, 180, 10, 10)], 0.07, BLACK * 0.7)
    pen.poly(_ring(0.5, 0.54, 0.5, 0.47, 180, 360))
    pen.poly(_ring(0.5, 0.54, 0.17, 0.47, 180, 360), LIGHT, body=False)
    for x in (0.0, 0.33, 0.67):
        hub = _ring(x + 0.167, 0.55, 0.165, 0.09, 180, 360)
        pen.hole(hub[0][0], 0.46, hub[-1][0], 0.64)
    pen.line([(0.5, 0.44), (0.5, 0.7)], 0.07, BLACK * 0.7)


def bell(pen: Pen) -> None:
    pen.dot(0.5, 0.1, 0.1, DARK)
    pen.dot(0.5, 0.88, 0.115, BLACK * 0.7)
    left = [(0.46, 0.12), (0.32, 0.2), (0.24, 0.36), (0.2, 0.6), (0.12, 0.72), (0.04, 0.82)]
    pen.poly([*left, *[(1 - x, y) for x, y in reversed(left)]])
    pen.poly([(0.12, 0.72), (0.88, 0.72), (0.97, 0.83), (0.03, 0.83)], DARK)
    pen.poly([(0.38, 0.24), (0.46, 0.24), (0.4, 0.66), (0.3, 0.66)], LIGHT, body=False)


def leaf(pen: Pen) -> None:
    pen.line([(0.02, 0.98), (0.25, 0.75)], 0.07, DARK)
    upper = [(0.16, 0.84), (0.12, 0.56), (0.24, 0.3), (0.5, 0.12), (0.78, 0.05), (0.98, 0.02)]
    pen.poly([*upper, *[(1 - y, 1 - x) for x, y in reversed(upper)]])
    pen.line([(0.16, 0.84), (0.84, 0.16)], 0.045, DARK, body=False)
    for t in (0.36, 0.54, 0.7):
        pen.line([(t, 1 - t), (t - 0.03, 0.75 - t)], 0.032, DARK, body=False)
        pen.line([(t, 1 - t), (t + 0.25, 1.03 - t)], 0.032, DARK, body=False)


def drum(pen: Pen) -> None:
    pen.line([(0.42, 0.36), (0.1, 0.05)], 0.07, DARK)
    pen.line([(0.58, 0.36), (0.9, 0.05)], 0.07, DARK)
    pen.dot(0.1, 0.06, 0.06, DARK)
    pen.dot(0.9, 0.06, 0.06, DARK)
    pen.oval(0.04, 0.68, 0.96, 0.98, DARK)
    pen.rect(0.04, 0.4, 0.96, 0.83)
    pen.line(
        [(0.06, 0.5), (0.2, 0.86), (0.35, 0.54), (0.5, 0.9), (0.65, 0.54), (0.8, 0.86), (0.94, 0.5)],
        0.045,
        LIGHT,
        body=False,
    )
    pen.oval(0.04, 0.24, 0.96, 0.56, DARK)
    pen.oval(0.09, 0.27, 0.91, 0.52, PALE, body=False)


def crown(pen: Pen) -> None:
    pen.poly([(0.08, 0.9), (0.02, 0.28), (0.28, 0.56), (0.5, 0.14), (0.72, 0.56), (0.98, 0.28), (0.92, 0.9)])
    for x, y in ((0.05, 0.25), (0.5, 0.13), (0.95, 0.25)):
        pen.dot(x, y, 0.08, LIGHT)
    pen.rect(0.075, 0.72, 0.925, 0.9, DARK, body=False)
    for x in (0.24, 0.5, 0.76):
        pen.dot(x, 0.81, 0.06, PALE, body=False)


DRAW: dict[str, Callable[[Pen], None]] = {
    f.__name__: f
    for f in (
        ball,
        block,
        star,
        heart,
        moon,
        cup,
        key,
        fish,
        car,
        house,
        tree,
        mushroom,
        boat,
        flower,
        arrow,
        duck,
        hat,
        umbrella,
        bell,
        leaf,
        drum,
        crown,
    )
}
KINDS = tuple(DRAW)
