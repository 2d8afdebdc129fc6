"""Toys as app icons and emoji: a flat bold drawing of each kind, then a shaded one with dark outlines."""

from __future__ import annotations

import math

from lens_seg.data.toybox.hands.curves import Drawing, Path, arc, at, smooth
from lens_seg.data.toybox.pen import BASE, BLACK, DARK, LIGHT, PALE, Pen, Points

EDGE, SHADE, GLOW = -0.7, -0.3, 0.3
"""Outlines, lower edges and lit parts."""


def _star(n: int, outer: float, inner: float, cx: float = 0.5, cy: float = 0.5) -> Path:
    radii = [(outer, inner)[i % 2] for i in range(2 * n)]
    turns = [math.pi * (i / n - 0.5) for i in range(2 * n)]
    return [(cx + r * math.cos(t), cy + r * math.sin(t)) for r, t in zip(radii, turns, strict=True)]


def _crescent(cx: float, cy: float, r: float, bite: float, tip: float, turn: float) -> Path:
    """A moon whose opening looks to `turn`: tips at +-`tip` degrees, the inner edge `bite` from the far side."""
    far, half = r * math.cos(math.radians(tip)), r * math.sin(math.radians(tip))
    depth = far + r - bite
    inner = (half**2 + depth**2) / (2 * depth)
    mid, a = far - depth + inner, math.degrees(math.atan2(half, depth - inner))
    path = arc(0, 0, r, r, tip, 360 - tip, 48) + arc(mid, 0, inner, inner, 360 - a, a, 40)
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return [(cx + x * c - y * s, cy + x * s + y * c) for x, y in path]


def _heart(cx: float, top: float, width: float, height: float) -> Path:
    out = []
    for t in (math.tau * i / 64 for i in range(64)):
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        out.append((cx + width / 2 * math.sin(t) ** 3, top + height * (11.97 - y) / 28.97))
    return out


def _soft(pen: Pen, points: Points, r: float, tone: float = BASE) -> None:
    """A polygon grown by `r`, with round corners."""
    pen.poly(points, tone)
    pen.line([*points, points[0]], 2 * r, tone)


def _ink(pen: Pen, points: Points, width: float = 0.036) -> None:
    """A dark line around a closed outline; only its inner half falls on the toy."""
    pen.line([*points, points[0]], width, EDGE, body=False)


def _dots(pen: Pen, text: str, r: float, tone: float) -> None:
    for x, y in at(text):
        pen.dot(x, y, r, tone, body=False)


def _strokes(pen: Pen, width: float, tone: float, *paths: str | Path) -> None:
    for path in paths:
        pen.line(at(path) if isinstance(path, str) else path, width, tone, body=False)


def _shaded(pen: Pen, points: Points, tone: float = BASE, low: float = 0.09, width: float = 0.036) -> None:
    """A polygon with a darker lower edge and a dark outline."""
    xs, top = [x for x, _ in points], min(y for _, y in points)
    mid = (min(xs) + max(xs)) / 2
    pen.poly(points, tone + SHADE)
    pen.poly([(mid + (x - mid) * (1 - low / 2), top + (y - top) * (1 - low)) for x, y in points], tone, body=False)
    _ink(pen, points, width)


def ball_basket(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.5)
    _strokes(pen, 0.045, EDGE, "50 0, 50 100", "0 50, 100 50")
    _strokes(pen, 0.045, EDGE, arc(-0.08, 0.5, 0.36, 0.46, -90, 90), arc(1.08, 0.5, 0.36, 0.46, 90, 270))


def ball_soccer(pen: Pen) -> None:
    circle = arc(0.5, 0.5, 0.5, 0.5, 0, 360, 60)
    _shaded(pen, circle, low=0.1)
    for i in range(5):
        t = math.radians(72 * i - 90)
        c, s = math.cos(t), math.sin(t)
        pen.line([(0.5 + 0.15 * c, 0.5 + 0.15 * s), (0.5 + 0.36 * c, 0.5 + 0.36 * s)], 0.03, EDGE, body=False)
        spots = at("36 0, 43 13, 55 14, 55 -14, 43 -13")
        pen.poly([(0.5 + r * c - q * s, 0.5 + r * s + q * c) for r, q in spots], BLACK, body=False)
    pen.poly(_star(5, 0.16, 0.13), BLACK, body=False)
    pen.line(arc(0.5, 0.5, 0.4, 0.4, 205, 235), 0.05, PALE, body=False)
    _ink(pen, circle)


def block_cube(pen: Pen) -> None:
    _soft(pen, at("10 27, 50 5, 90 27, 90 73, 50 95, 10 73"), 0.05)
    pen.poly(at("50 50, 100 24, 100 80, 50 100"), DARK, body=False)
    pen.poly(at("0 22, 50 -5, 100 22, 50 50"), GLOW, body=False)
    pen.rect(0.2, 0.53, 0.36, 0.69, PALE, body=False, r=0.04)


def block_brick(pen: Pen) -> None:
    top, side = at("0 42, 24 24, 100 24, 78 42"), at("78 42, 100 24, 100 66, 78 86")
    pen.poly(top, 0.2)
    _ink(pen, top, 0.04)
    for x, y in at("30 27, 55 27, 80 27, 19 36, 44 36, 69 36"):
        pen.rect(x - 0.09, y - 0.1, x + 0.09, y, EDGE)
        pen.oval(x - 0.09, y - 0.06, x + 0.09, y + 0.04, EDGE)
        pen.rect(x - 0.07, y - 0.1, x + 0.07, y, BASE, body=False)
        pen.oval(x - 0.07, y - 0.05, x + 0.07, y + 0.02, BASE, body=False)
        pen.oval(x - 0.09, y - 0.15, x + 0.09, y - 0.05, EDGE)
        pen.oval(x - 0.07, y - 0.13, x + 0.07, y - 0.065, GLOW, body=False)
    pen.poly(side, DARK)
    _ink(pen, side, 0.03)
    _shaded(pen, at("0 42, 78 42, 78 86, 0 86"), low=0.15)
    pen.line([(0.07, 0.5), (0.4, 0.5)], 0.035, PALE, body=False)


def star_soft(pen: Pen) -> None:
    _soft(pen, _star(5, 0.44, 0.23, cy=0.54), 0.07)
    for x in (0.41, 0.59):
        pen.oval(x - 0.035, 0.43, x + 0.035, 0.55, BLACK, body=False)
    pen.line(arc(0.5, 0.58, 0.1, 0.08, 20, 160, 10), 0.035, BLACK, body=False)


def star_facet(pen: Pen) -> None:
    points = _star(5, 0.52, 0.2, cy=0.53)
    pen.poly(points)
    for i, tone in enumerate((SHADE, 0.3, -0.1, BASE, SHADE, 0.1, SHADE, 0.3, BASE, 0.35)):
        pen.poly([points[i], points[(i + 1) % 10], (0.5, 0.53)], tone, body=False)
    _ink(pen, points, 0.045)


def heart_wide(pen: Pen) -> None:
    pen.poly(_heart(0.5, 0.05, 1, 0.86))
    pen.line(arc(0.27, 0.32, 0.15, 0.15, 180, 260, 10), 0.07, LIGHT, body=False)


def heart_tall(pen: Pen) -> None:
    right = at("62 2, 80 5, 89 24, 84 48, 70 74, 50 100, 50 100")
    left = [(1 - x, y) for x, y in reversed(right[:5])]
    points = smooth([(0.5, 0.16), (0.5, 0.16), *right, *left])
    _shaded(pen, points, low=0.12, width=0.06)
    pen.oval(0.2, 0.12, 0.36, 0.32, PALE, body=False)
    pen.dot(0.24, 0.42, 0.04, PALE, body=False)


def moon_sleepy(pen: Pen) -> None:
    pen.poly(_crescent(0.5, 0.5, 0.5, 0.42, 32, -35))
    _dots(pen, "20 42, 30 68, 57 83", 0.075, SHADE)


def moon_face(pen: Pen) -> None:
    inner = at("30 2, 30 2, 46 16, 50 34, 50 40, 36 50, 38 55, 49 57")
    chin = at("44 66, 49 72, 42 85, 26 97, 26 97")
    points = smooth([*inner, *chin, *at("58 97, 82 78, 90 50, 82 22, 60 5")])
    _shaded(pen, points, low=0.08)
    pen.oval(0.54, 0.3, 0.61, 0.42, BLACK, body=False)
    pen.line([(0.45, 0.68), (0.55, 0.7), (0.6, 0.64)], 0.03, EDGE, body=False)
    pen.dot(0.68, 0.58, 0.07, SHADE, body=False)
    pen.line(arc(0.45, 0.5, 0.38, 0.4, -50, 0, 10), 0.04, PALE, body=False)


def cup_togo(pen: Pen) -> None:
    _soft(pen, at("25 20, 75 20, 68 96, 32 96"), 0.04)
    pen.poly(at("0 42, 100 42, 100 74, 0 74"), DARK, body=False)
    pen.dot(0.5, 0.58, 0.1, PALE, body=False)
    pen.rect(0.24, 0, 0.76, 0.14, LIGHT, r=0.05)
    pen.rect(0.16, 0.1, 0.84, 0.22, LIGHT, r=0.04)


def cup_mug(pen: Pen) -> None:
    pen.line(arc(0.3, 0.5, 0.21, 0.2, 80, 280), 0.16, EDGE)
    pen.line(arc(0.3, 0.5, 0.21, 0.2, 80, 280), 0.09, BASE, body=False)
    pen.hole(0.17, 0.4, 0.35, 0.61)
    points = [(0.27, 0.14), (1, 0.14), *arc(0.8, 0.78, 0.18, 0.2, 0, 90, 8), *arc(0.47, 0.78, 0.18, 0.2, 90, 180, 8)]
    _shaded(pen, points, low=0.12)
    pen.oval(0.27, 0.03, 1, 0.25, EDGE)
    pen.oval(0.295, 0.055, 0.975, 0.225, GLOW, body=False)
    pen.oval(0.34, 0.09, 0.93, 0.22, EDGE, body=False)
    pen.line([(0.38, 0.36), (0.39, 0.66)], 0.05, PALE, body=False)


def key_round(pen: Pen) -> None:
    pen.line([(0.4, 0.4), (0.93, 0.93)], 0.14)
    pen.line([(0.66, 0.66), (0.8, 0.54)], 0.11)
    pen.line([(0.84, 0.84), (0.94, 0.74)], 0.11)
    pen.dot(0.29, 0.29, 0.29)
    pen.hole(0.12, 0.12, 0.34, 0.34)


def key_heart(pen: Pen) -> None:
    shaft = at("30 42, 97 42, 100 48, 97 55, 93 55, 93 76, 80 76, 80 65")
    shaft += at("75 65, 75 72, 64 72, 64 55, 30 55")
    _shaded(pen, shaft, low=0.05, width=0.03)
    heart = [(0.45 - y, 0.485 + x) for x, y in _heart(0, 0, 0.62, 0.45)]
    _shaded(pen, [(0.45 - x, y) for x, y in heart], low=0.1)
    for y in (0.36, 0.61):
        pen.dot(0.16, y, 0.087, EDGE, body=False)
        pen.hole(0.09, y - 0.07, 0.23, y + 0.07)
    pen.rect(0.44, 0.37, 0.52, 0.6, EDGE, r=0.03)
    pen.rect(0.46, 0.39, 0.5, 0.58, GLOW, body=False)
    pen.line([(0.56, 0.46), (0.9, 0.46)], 0.025, PALE, body=False)


def fish_tropical(pen: Pen) -> None:
    _soft(pen, at("42 30, 78 4, 70 50, 78 96, 42 70"), 0.04)
    _soft(pen, at("66 50, 95 27, 90 50, 95 73"), 0.05)
    pen.poly(smooth(at("0 52, 10 36, 36 20, 62 30, 78 50, 62 70, 36 80, 10 64")))
    for x, w in ((0.36, 0.09), (0.58, 0.1)):
        pen.line(arc(x - 0.2, 0.5, 0.22, 0.7, -75, 75), w, PALE, body=False)
    pen.dot(0.19, 0.44, 0.05, BLACK, body=False)


def fish_gold(pen: Pen) -> None:
    _shaded(pen, smooth(at("42 46, 25 24, 4 16, 8 36, 0 54, 8 68, 6 90, 30 78")), 0.1, low=0.05)
    for y in (0.28, 0.5, 0.76):
        pen.line([(0.14, y), (0.32, 0.5 + (y - 0.5) * 0.3)], 0.025, EDGE, body=False)
    _shaded(pen, smooth(at("42 36, 50 12, 72 10, 76 30")), low=0.05)
    _shaded(pen, smooth(at("50 70, 48 88, 60 90, 70 72")), low=0.05)
    _shaded(pen, smooth(at("30 50, 46 32, 72 26, 92 38, 100 52, 92 66, 70 78, 46 70")), low=0.14)
    for x, y in ((0.5, 0.46), (0.5, 0.6), (0.61, 0.53)):
        pen.line(arc(x - 0.03, y, 0.05, 0.06, -80, 80, 8), 0.025, EDGE, body=False)
    pen.dot(0.83, 0.45, 0.075, PALE, body=False)
    pen.dot(0.85, 0.45, 0.045, BLACK, body=False)


def car_hatch(pen: Pen) -> None:
    _soft(pen, at("6 52, 20 46, 34 24, 86 24, 95 46, 95 70, 6 70"), 0.05)
    _soft(pen, at("30 44, 39 29, 53 29, 53 44"), 0.015, PALE)
    _soft(pen, at("62 44, 62 29, 81 29, 86 44"), 0.015, PALE)
    pen.rect(0, 0.53, 0.09, 0.61, PALE, body=False, r=0.03)
    for x in (0.24, 0.76):
        pen.dot(x, 0.74, 0.14, BLACK)
        pen.dot(x, 0.74, 0.06, LIGHT, body=False)


def car_pickup(pen: Pen) -> None:
    roof = at("36 46, 38 22, 42 19, 64 19, 68 22, 78 45")
    points = [*roof, *at("96 49, 100 56, 100 74, 0 74, 0 40, 6 40, 6 46")]
    _shaded(pen, points, low=0.16)
    glass = at("44 45, 44 27, 61 27, 69 45")
    pen.poly(glass, GLOW, body=False)
    _ink(pen, glass, 0.03)
    pen.line([(0.38, 0.5), (0.38, 0.7)], 0.025, EDGE, body=False)
    pen.line([(0.47, 0.54), (0.54, 0.54)], 0.035, EDGE, body=False)
    pen.oval(0.92, 0.52, 1.02, 0.62, PALE, body=False)
    for x in (0.2, 0.79):
        pen.dot(x, 0.73, 0.13, BLACK)
        pen.dot(x, 0.73, 0.075, GLOW, body=False)


def house_chimney(pen: Pen) -> None:
    pen.rect(0.7, 0.08, 0.84, 0.4, DARK, r=0.02)
    pen.rect(0.14, 0.4, 0.86, 1, BASE, r=0.05)
    _soft(pen, [(0.06, 0.48), (0.5, 0.06), (0.94, 0.48)], 0.06, DARK)
    pen.poly([(0.2, 0.56), (0.5, 0.26), (0.8, 0.56)], BASE, body=False)
    pen.rect(0.4, 0.66, 0.6, 1.1, EDGE, body=False, r=0.05)
    pen.dot(0.5, 0.47, 0.07, PALE, body=False)


def house_bungalow(pen: Pen) -> None:
    _shaded(pen, at("6 40, 94 40, 94 86, 6 86"), 0.2, low=0.1)
    pen.rect(0.5, 0.4, 0.92, 0.8, SHADE, body=False)
    _shaded(pen, at("58 50, 74 50, 74 86, 58 86"), low=0.01, width=0.03)
    for x in (0.14, 0.3):
        pen.rect(x, 0.52, x + 0.14, 0.7, EDGE, body=False)
        pen.rect(x + 0.02, 0.54, x + 0.12, 0.68, PALE, body=False)
    for x in (0.5, 0.86):
        pen.rect(x - 0.03, 0.42, x + 0.03, 0.84, GLOW, body=False)
        pen.line([(x - 0.035, 0.42), (x - 0.035, 0.84)], 0.015, EDGE, body=False)
    _shaded(pen, at("46 79, 100 79, 100 88, 46 88"), low=0.4, width=0.03)
    _shaded(pen, at("0 44, 16 14, 84 14, 100 44"), low=0.2)
    for y in (0.24, 0.33):
        pen.line([(0.18 - y / 4, y), (0.82 + y / 4, y)], 0.015, EDGE, body=False)


def tree_cloud(pen: Pen) -> None:
    pen.poly(at("42 60, 58 60, 63 100, 37 100"), EDGE)
    for x, y, r in ((0.25, 0.5, 0.21), (0.75, 0.5, 0.21), (0.33, 0.28, 0.2), (0.64, 0.24, 0.22), (0.5, 0.52, 0.24)):
        pen.dot(x, y, r)
    pen.line(arc(0.36, 0.3, 0.12, 0.12, 180, 280, 10), 0.05, LIGHT, body=False)
    pen.line(arc(0.66, 0.5, 0.16, 0.14, 20, 90, 10), 0.05, DARK, body=False)


def tree_oval(pen: Pen) -> None:
    _shaded(pen, at("44 60, 56 60, 58 93, 68 100, 32 100, 42 93"), SHADE, low=0.02)
    _shaded(pen, arc(0.5, 0.39, 0.31, 0.39, 0, 360, 48), low=0.12)
    _strokes(pen, 0.04, EDGE, "50 80, 50 36", "50 64, 36 50", "50 57, 64 43")
    pen.line(arc(0.5, 0.39, 0.22, 0.29, 195, 245, 10), 0.05, PALE, body=False)


def mushroom_toadstool(pen: Pen) -> None:
    _soft(pen, at("40 50, 60 50, 66 92, 34 92"), 0.06, LIGHT)
    _soft(pen, arc(0.5, 0.55, 0.45, 0.5, 180, 360), 0.05)
    _dots(pen, "48 21, 22 43, 76 42", 0.09, PALE)


def mushroom_champignon(pen: Pen) -> None:
    _shaded(pen, smooth(at("36 50, 36 74, 28 93, 50 100, 72 93, 64 74, 64 50")), 0.2)
    _shaded(pen, smooth(at("2 44, 8 22, 30 4, 70 4, 92 22, 98 44, 88 62, 12 62")), low=0.06)
    pen.oval(0.1, 0.48, 0.9, 0.7, EDGE)
    pen.oval(0.13, 0.5, 0.87, 0.68, SHADE, body=False)
    for x in (-3, -2, -1, 0, 1, 2, 3):
        pen.line([(0.5 + 0.05 * x, 0.56), (0.5 + 0.1 * x, 0.66 - 0.006 * x * x)], 0.02, EDGE, body=False)
    pen.rect(0.38, 0.58, 0.62, 0.76, 0.2, body=False, r=0.05)
    pen.line(arc(0.5, 0.4, 0.36, 0.26, 195, 240, 10), 0.06, PALE, body=False)


def boat_speed(pen: Pen) -> None:
    pen.poly(at("30 47, 40 26, 50 26, 66 47"), PALE)
    pen.line(at("34 46, 42 27, 50 27, 66 46"), 0.05, DARK)
    _soft(pen, at("5 46, 95 46, 84 62, 70 72, 14 72"), 0.05)
    pen.poly(at("0 56, 100 56, 100 63, 0 63"), PALE, body=False)
    pen.rect(0, 0.66, 1, 0.8, DARK, body=False)


def boat_sail(pen: Pen) -> None:
    pen.line([(0.5, 0.03), (0.5, 0.75)], 0.05, EDGE)
    _shaded(pen, smooth(at("53 6, 53 6, 80 32, 95 65, 95 65, 53 65, 53 65")), 0.1)
    _shaded(pen, smooth(at("48 16, 48 16, 48 65, 48 65, 10 65, 10 65, 32 44")), 0.3)
    _shaded(pen, smooth(at("0 72, 0 72, 100 72, 100 72, 92 88, 76 98, 26 98, 10 88")), low=0.25)
    pen.line([(0.1, 0.78), (0.5, 0.78)], 0.03, PALE, body=False)
    pen.line([(0.58, 0.48), (0.84, 0.48)], 0.05, SHADE, body=False)


def flower_five(pen: Pen) -> None:
    for i in range(5):
        t = math.radians(72 * i - 90)
        pen.dot(0.5 + 0.29 * math.cos(t), 0.52 + 0.29 * math.sin(t), 0.22)
    for i in range(5):
        t = math.radians(72 * i - 54)
        pen.line([(0.5, 0.52), (0.5 + 0.3 * math.cos(t), 0.52 + 0.3 * math.sin(t))], 0.025, DARK, body=False)
    pen.dot(0.5, 0.52, 0.16, PALE)


def flower_tulip(pen: Pen) -> None:
    pen.line([(0.5, 0.4), (0.5, 0.97)], 0.06, EDGE)
    for s in (-1, 1):
        leaf = at("0 98, 0 98, 20 90, 34 72, 38 54, 38 54, 20 62, 5 80")
        _shaded(pen, smooth([(0.5 + s * x, y) for x, y in leaf]), SHADE + 0.1, low=0.02)
    for s in (-1, 1):
        side = at("0 50, 20 46, 30 28, 29 4, 29 4, 12 14, 0 30")
        _shaded(pen, smooth([(0.5 + s * x, y) for x, y in side]), low=0.06)
    _shaded(pen, smooth(at("50 0, 50 0, 65 18, 64 38, 50 52, 36 38, 35 18")), 0.1)
    pen.line([(0.44, 0.18), (0.43, 0.32)], 0.04, PALE, body=False)


def arrow_chevron(pen: Pen) -> None:
    pen.line([(0.12, 0.5), (0.9, 0.5)], 0.2)
    pen.line([(0.48, 0.12), (0.1, 0.5), (0.48, 0.88)], 0.2)


def arrow_up(pen: Pen) -> None:
    points = at("50 0, 84 42, 60 42, 60 100, 40 100, 40 42, 16 42")
    pen.poly(points)
    pen.poly(at("50 0, 84 42, 60 42, 60 100, 50 100"), SHADE, body=False)
    _ink(pen, points, 0.06)
    pen.line([(0.48, 0.12), (0.3, 0.34)], 0.035, PALE, body=False)


def duck_rubber(pen: Pen) -> None:
    pen.poly(smooth(at("10 60, 30 54, 62 60, 84 54, 100 42, 100 42, 98 72, 80 95, 50 100, 20 95, 6 76")))
    pen.poly(smooth(at("2 30, 14 28, 30 34, 14 42, 2 40")), EDGE)
    pen.dot(0.38, 0.31, 0.26)
    pen.line(arc(0.62, 0.66, 0.19, 0.17, 0, 180, 16), 0.05, DARK, body=False)
    pen.dot(0.29, 0.25, 0.045, BLACK, body=False)


def duck_mallard(pen: Pen) -> None:
    pen.poly(smooth(at("84 22, 84 22, 98 29, 98 34, 84 34, 84 34")), EDGE)
    body = at("0 50, 0 50, 20 54, 42 48, 60 50, 64 36, 62 22, 70 12, 82 13")
    points = smooth([*body, *at("89 25, 84 37, 84 52, 84 72, 66 86, 30 84, 8 68")])
    _shaded(pen, points, low=0.1)
    pen.line(arc(0.73, 0.4, 0.13, 0.05, 10, 170, 10), 0.05, PALE, body=False)
    wing = smooth(at("14 60, 14 60, 40 55, 60 60, 62 70, 46 76, 28 71"))
    pen.poly(wing, GLOW, body=False)
    _ink(pen, wing, 0.03)
    pen.dot(0.77, 0.23, 0.035, BLACK, body=False)


def hat_fedora(pen: Pen) -> None:
    pen.poly(smooth(at("20 66, 24 36, 33 20, 50 25, 67 20, 76 36, 80 66")))
    pen.poly(at("0 50, 100 50, 100 62, 0 62"), BLACK, body=False)
    brim = at("0 56, 10 56, 24 60, 50 62, 76 60, 90 56, 100 56")
    pen.poly(smooth([*brim, *at("90 72, 70 79, 50 80, 30 79, 10 72")]))


def hat_wizard(pen: Pen) -> None:
    pen.oval(0.03, 0.74, 0.97, 1, EDGE)
    pen.oval(0.055, 0.765, 0.945, 0.975, SHADE, body=False)
    pen.oval(0.055, 0.765, 0.945, 0.94, BASE, body=False)
    cone = at("22 84, 22 84, 34 50, 45 16, 67 2, 70 1, 71 4, 64 20, 68 48")
    _shaded(pen, smooth([*cone, (0.78, 0.84), (0.78, 0.84), (0.5, 0.91)]), low=0.02)
    pen.poly(at("25 74, 50 80, 75 74, 78 84, 50 91, 22 84"), DARK, body=False)
    pen.poly(_star(5, 0.11, 0.05, 0.5, 0.55), PALE, body=False)
    pen.dot(0.56, 0.3, 0.035, PALE, body=False)


def umbrella_straight(pen: Pen) -> None:
    pen.rect(0.46, 0.02, 0.54, 0.98, DARK, r=0.04)
    pen.rect(0.43, 0.78, 0.57, 1, DARK, r=0.05)
    _soft(pen, arc(0.5, 0.58, 0.44, 0.5, 180, 360), 0.03)
    pen.poly([(0.34, 0.7), *arc(0.5, 0.58, 0.16, 0.5, 180, 360), (0.66, 0.7)], GLOW, body=False)


def umbrella_hook(pen: Pen) -> None:
    pen.line([(0.5, 0.03), (0.5, 0.86), *arc(0.6, 0.86, 0.1, 0.09, 180, 0, 12)], 0.055, EDGE)
    edge = [p for x in (0.875, 0.625, 0.375, 0.125) for p in arc(x, 0.52, 0.125, 0.08, 0, -180, 10)]
    _shaded(pen, [*arc(0.5, 0.52, 0.5, 0.44, 180, 360), *edge], low=0.1)
    pen.line(arc(0.5, 0.45, 0.22, 0.36, 180, 360), 0.022, EDGE, body=False)
    pen.line(arc(0.5, 0.52, 0.4, 0.33, 200, 235, 10), 0.05, PALE, body=False)


def bell_ring(pen: Pen) -> None:
    pen.dot(0.5, 0.89, 0.11, DARK)
    pen.dot(0.5, 0.08, 0.08)
    points = [(0.12, 0.78), (0.22, 0.66), *arc(0.5, 0.38, 0.27, 0.28, 180, 360), (0.78, 0.66), (0.88, 0.78)]
    _soft(pen, points, 0.05)
    pen.line(arc(0.5, 0.4, 0.19, 0.2, 185, 245, 10), 0.06, LIGHT, body=False)


def bell_cow(pen: Pen) -> None:
    pen.line(at("38 24, 38 6, 62 6, 62 24"), 0.11, EDGE)
    pen.line(at("38 24, 38 6, 62 6, 62 24"), 0.05, BASE, body=False)
    pen.dot(0.52, 0.89, 0.1, EDGE)
    pen.dot(0.52, 0.89, 0.07, SHADE, body=False)
    _shaded(pen, at("28 19, 72 19, 78 26, 95 86, 5 86, 22 26"), low=0.13)
    pen.poly(at("70 22, 75 26, 91 83, 78 83"), SHADE, body=False)
    pen.line([(0.32, 0.32), (0.24, 0.62)], 0.06, PALE, body=False)


def leaf_maple(pen: Pen) -> None:
    half = at("0 2, 10 20, 20 16, 17 40, 30 28, 33 36, 47 34, 42 47, 48 53, 26 70, 28 77, 4 74")
    pen.line([(0.5, 0.6), (0.5, 0.96)], 0.07, DARK)
    _soft(pen, [(0.5 + x, y) for x, y in half] + [(0.5 - x, y) for x, y in reversed(half)], 0.02)
    _strokes(pen, 0.03, DARK, "50 72, 50 20", "50 72, 20 44", "50 72, 80 44")


def leaf_oval(pen: Pen) -> None:
    pen.line([(0.03, 0.97), (0.3, 0.7)], 0.06, EDGE)
    points = smooth(at("20 80, 10 52, 28 22, 60 6, 100 0, 100 0, 94 40, 78 72, 48 90"))
    _shaded(pen, points, low=0.1)
    pen.line([(0.05, 0.95), (0.84, 0.16)], 0.035, EDGE, body=False)
    for t, d in ((40, 20), (56, 20), (70, 14)):
        _strokes(pen, 0.025, EDGE, f"{t} {100 - t - d}, {t} {100 - t}, {t + d} {100 - t}")
    pen.line([(0.23, 0.5), (0.34, 0.32), (0.5, 0.21)], 0.04, PALE, body=False)


def drum_snare(pen: Pen) -> None:
    pen.rect(0.04, 0.3, 0.96, 0.84)
    _strokes(pen, 0.035, PALE, "14 36, 26 74, 38 36, 50 74, 62 36, 74 74, 86 36")
    for y in (0.2, 0.74):
        pen.rect(0, y, 1, y + 0.15, DARK, r=0.05)
    pen.line([(0.1, 0.04), (0.44, 0.2)], 0.06, EDGE)
    pen.line([(0.9, 0.04), (0.56, 0.2)], 0.06, EDGE)


def drum_bongo(pen: Pen) -> None:
    body = at("10 14, 90 14, 90 14, 86 44, 66 66, 72 95, 72 95, 50 100")
    _shaded(pen, smooth([*body, *at("28 95, 28 95, 34 66, 14 44, 10 14")]), low=0.07)
    zigzag = [(0.12 + 0.095 * i, 0.24 if i % 2 == 0 else 0.48) for i in range(9)]
    pen.line(zigzag, 0.03, EDGE, body=False)
    pen.line(arc(0.5, 0.62, 0.22, 0.07, 0, 180), 0.05, EDGE, body=False)
    pen.oval(0.06, 0, 0.94, 0.28, EDGE)
    pen.oval(0.09, 0.03, 0.91, 0.25, BASE, body=False)
    pen.oval(0.14, 0.03, 0.86, 0.21, GLOW, body=False)


def crown_three(pen: Pen) -> None:
    _soft(pen, at("10 30, 31 52, 50 20, 69 52, 90 30, 82 90, 18 90"), 0.04)
    for x, y in ((0.09, 0.27), (0.5, 0.14), (0.91, 0.27)):
        pen.dot(x, y, 0.09)
    pen.rect(0, 0.76, 1, 0.84, DARK, body=False)


def crown_five(pen: Pen) -> None:
    tips = at("0 30, 16 52, 24 20, 38 50, 50 15, 62 50, 76 20, 84 52, 100 30")
    points = [*tips, (0.92, 0.8), *arc(0.5, 0.8, 0.42, 0.07, 0, 180, 16)]
    _shaded(pen, points, low=0.04)
    pen.line(arc(0.5, 0.64, 0.47, 0.07, 0, 180, 16), 0.03, EDGE, body=False)
    _dots(pen, "20 75.5, 50 78.5, 80 75.5", 0.045, EDGE)
    pen.line([(0.49, 0.3), (0.44, 0.52)], 0.035, PALE, body=False)


DRAW: dict[str, tuple[Drawing, Drawing]] = {
    "ball": (ball_basket, ball_soccer),
    "block": (block_cube, block_brick),
    "star": (star_soft, star_facet),
    "heart": (heart_wide, heart_tall),
    "moon": (moon_sleepy, moon_face),
    "cup": (cup_togo, cup_mug),
    "key": (key_round, key_heart),
    "fish": (fish_tropical, fish_gold),
    "car": (car_hatch, car_pickup),
    "house": (house_chimney, house_bungalow),
    "tree": (tree_cloud, tree_oval),
    "mushroom": (mushroom_toadstool, mushroom_champignon),
    "boat": (boat_speed, boat_sail),
    "flower": (flower_five, flower_tulip),
    "arrow": (arrow_chevron, arrow_up),
    "duck": (duck_rubber, duck_mallard),
    "hat": (hat_fedora, hat_wizard),
    "umbrella": (umbrella_straight, umbrella_hook),
    "bell": (bell_ring, bell_cow),
    "leaf": (leaf_maple, leaf_oval),
    "drum": (drum_snare, drum_bongo),
    "crown": (crown_three, crown_five),
}
