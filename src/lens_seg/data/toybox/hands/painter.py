"""Toys as painted in a picture book, and as printed on tin toys and old posters."""

from __future__ import annotations

import math

from lens_seg.data.toybox.hands.curves import Drawing, Path, arc, at, smooth, turned
from lens_seg.data.toybox.pen import Pen

INK, WOOD, SHADE, GLOW, TIN, CREAM, WHITE = -0.92, -0.6, -0.2, 0.22, 0.5, 0.76, 0.97


def _both(half: Path) -> Path:
    """A left half, from top to bottom, with its mirror image."""
    return [*half, *((1 - x, y) for x, y in reversed(half))]


def _star(x: float, y: float, outer: float, inner: float, points: int = 5, turn: float = -90) -> Path:
    """A star's corners, tips first."""
    radii = [outer, inner] * points
    angles = [math.radians(turn + 180 * i / points) for i in range(2 * points)]
    return [(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]


def ball_beach(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.5)
    for start in (10, 130, 250):
        rim = arc(0.5, 0.5, 0.5, 0.5, start, start + 48)
        (x1, y1), (x2, y2) = rim[0], rim[-1]
        bend = [(0.4, 0.36), (0.4 + (x1 - 0.4) * 0.5 + 0.03, 0.36 + (y1 - 0.36) * 0.5 - 0.03)]
        back = [(0.4 + (x2 - 0.4) * 0.5 + 0.03, 0.36 + (y2 - 0.36) * 0.5 - 0.03), (0.4, 0.36)]
        pen.poly([*smooth([*bend, (x1, y1)], closed=False), *rim, *smooth([(x2, y2), *back], closed=False)], WHITE)
    pen.dot(0.4, 0.36, 0.085, WOOD)


def ball_banded(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.5)
    upper = arc(0.5, 0.5, 0.5, 0.5, 158, 202)
    band = [*upper, *arc(0.5, 0.315, 0.465, 0.1, 180, 0), *arc(0.5, 0.5, 0.5, 0.5, -22, 22)]
    pen.poly([*band, *arc(0.5, 0.685, 0.465, 0.1, 0, 180)], CREAM)
    for x in (0.13, 0.5, 0.87):
        pen.poly(_star(x, 0.53 + 0.05 * (1 - abs(x - 0.5) * 2.5), 0.15 - abs(x - 0.5) * 0.12, 0.065), WOOD)


def block_letter(pen: Pen) -> None:
    pen.poly(at("0 30, 70 30, 70 100, 0 100"))
    pen.poly(at("0 30, 30 3, 98 3, 70 30"), GLOW)
    pen.poly(at("70 30, 98 3, 98 72, 70 100"), -0.3)
    pen.line(at("20 88, 35 44, 50 88"), 0.085, WHITE)
    pen.line(at("27 74, 43 74"), 0.07, WHITE)
    pen.oval(0.79, 0.4, 0.9, 0.64, CREAM, body=False)


def block_tin(pen: Pen) -> None:
    pen.rect(0, 0, 1, 1, r=0.09)
    pen.rect(0.08, 0.08, 0.92, 0.92, CREAM, r=0.05)
    pen.rect(0.14, 0.14, 0.86, 0.86, GLOW * 0.5, r=0.03)
    pen.poly(smooth(at("30 62, 28 44, 30 26, 30 26, 42 37, 58 37, 70 26, 70 26, 72 44, 70 62, 50 76")), INK)
    pen.dot(0.41, 0.52, 0.04, WHITE)
    pen.dot(0.59, 0.52, 0.04, WHITE)


def star_chubby(pen: Pen) -> None:
    tips = turned(_star(0.5, 0.54, 0.42, 0.27), 8, 0.5, 0.54)
    pen.poly(tips)
    pen.line([*tips, tips[0]], 0.2)
    pen.dot(0.4, 0.5, 0.045, INK)
    pen.dot(0.6, 0.52, 0.045, INK)
    pen.line(arc(0.495, 0.58, 0.11, 0.1, 25, 160, 10), 0.035, INK)


def star_sheriff(pen: Pen) -> None:
    pen.poly(_star(0.5, 0.5, 0.44, 0.24, 6))
    for x, y in _star(0.5, 0.5, 0.44, 0.24, 6)[::2]:
        pen.dot(x, y, 0.065, CREAM)
    pen.dot(0.5, 0.5, 0.2, WOOD)
    pen.dot(0.5, 0.5, 0.165)
    pen.poly(_star(0.5, 0.5, 0.12, 0.05), CREAM)


def heart_plump(pen: Pen) -> None:
    half = at("50 24, 50 24, 38 9, 20 6, 5 20, 4 42, 14 63, 32 82, 50 97")
    pen.poly(turned(smooth(_both(half)), -9))
    pen.poly(turned(smooth(at("14 36, 16 22, 28 15, 31 20, 23 27, 20 38")), -9), WHITE, body=False)


def heart_lace(pen: Pen) -> None:
    heart = smooth(
        at("50 26, 50 26, 64 12, 82 14, 91 32, 86 52, 68 74, 50 90, 50 90, 32 74, 14 52, 9 32, 18 14, 36 12")
    )
    for x, y in heart[::5]:
        pen.dot(x, y, 0.07, CREAM)
    pen.poly(heart)
    pen.line(turned(at("38 52, 62 52"), 0), 0.05, CREAM)
    pen.line(at("50 40, 50 64"), 0.05, CREAM)
    for x, y in [(0.38, 0.52), (0.62, 0.52), (0.5, 0.4), (0.5, 0.64)]:
        pen.dot(x, y, 0.055, CREAM)


def moon_sleepy(pen: Pen) -> None:
    face = at("78 4, 60 17, 48 32, 46 41, 60 52, 60 56, 48 57, 53 62, 47 66, 53 71, 52 78, 61 87, 75 93")
    pen.poly([*arc(0.5, 0.5, 0.5, 0.5, 60, 300, 40), *smooth(face, closed=False)])
    pen.line(arc(0.35, 0.4, 0.085, 0.06, 20, 160, 8), 0.035, INK)
    pen.dot(0.3, 0.58, 0.065, TIN)


def moon_cradle(pen: Pen) -> None:
    low, high = arc(0.5, 0.5, 0.5, 0.5, -25, 205, 40), arc(0.5, 0.2, 0.462, 0.462, 168.9, 11.1, 40)
    pen.poly(turned([*low, *high], -14, 0.5, 0.5))
    for x, y, r in ((0.31, 0.81, 0.06), (0.55, 0.82, 0.1), (0.77, 0.69, 0.06)):
        pen.poly(_star(x, y, r, r * 0.45), CREAM)


def cup_saucer(pen: Pen) -> None:
    pen.oval(0, 0.76, 1, 0.96, CREAM)
    pen.line(arc(0.82, 0.42, 0.13, 0.15, -110, 110), 0.07)
    pen.poly(smooth(at("8 20, 8 20, 14 56, 30 78, 36 85, 36 85, 60 85, 60 85, 66 78, 82 56, 88 20, 88 20")))
    pen.oval(0.08, 0.1, 0.88, 0.3, GLOW)
    pen.oval(0.14, 0.14, 0.82, 0.29, WOOD)
    for x in (0.3, 0.48, 0.66):
        pen.dot(x, 0.5, 0.055, WHITE)


def cup_tin(pen: Pen) -> None:
    pen.line(at("34 26, 10 28, 7 50, 12 70, 34 72"), 0.1)
    pen.rect(0.28, 0.04, 0.93, 0.98, r=0.07)
    pen.rect(0.25, 0.02, 0.96, 0.11, INK, r=0.04)
    pen.rect(0.28, 0.28, 0.93, 0.34, CREAM)
    pen.rect(0.28, 0.76, 0.93, 0.82, CREAM)
    pen.poly(_star(0.605, 0.55, 0.15, 0.065), CREAM)


def key_house(pen: Pen) -> None:
    pen.poly(at("40 42, 92 42, 100 50, 90 60, 84 60, 80 66, 75 60, 69 66, 64 60, 58 67, 53 61, 40 61"), TIN)
    pen.line(at("44 48, 90 48"), 0.025, WOOD, body=False)
    pen.poly(smooth(at("2 50, 6 28, 22 20, 42 24, 51 36, 51 66, 42 78, 22 82, 6 74")))
    pen.hole(0.08, 0.44, 0.2, 0.58)


def key_trefoil(pen: Pen) -> None:
    pen.line(at("50 8, 50 70"), 0.1)
    pen.rect(0.5, 0.05, 0.78, 0.15)
    pen.rect(0.5, 0.23, 0.7, 0.33)
    pen.rect(0.68, 0.05, 0.78, 0.21)
    for x, y in ((0.32, 0.72), (0.68, 0.72), (0.5, 0.85)):
        pen.dot(x, y, 0.15)
    pen.dot(0.5, 0.72, 0.12)
    for x, y in ((0.3, 0.72), (0.7, 0.72), (0.5, 0.87)):
        pen.hole(x - 0.065, y - 0.065, x + 0.065, y + 0.065)
    pen.rect(0.4, 0.5, 0.6, 0.57, CREAM, r=0.03)


def fish_plump(pen: Pen) -> None:
    pen.poly(smooth(at("28 50, 2 22, 4 26, 0 50, 4 78, 2 82")), WOOD)
    pen.poly(smooth(at("38 28, 46 6, 76 8, 72 30")), WOOD)
    pen.poly(smooth(at("18 50, 36 28, 62 20, 86 30, 100 48, 98 54, 86 74, 62 84, 36 74")))
    pen.line(arc(0.34, 0.5, 0.14, 0.28, -52, 52), 0.06, CREAM, body=False)
    pen.line(arc(0.5, 0.51, 0.14, 0.3, -62, 62), 0.06, CREAM, body=False)
    pen.dot(0.82, 0.42, 0.065, WHITE)
    pen.dot(0.835, 0.425, 0.035, INK)
    pen.line(arc(0.94, 0.52, 0.07, 0.1, 60, 150, 6), 0.025, INK, body=False)


def fish_angel(pen: Pen) -> None:
    pen.poly(at("70 50, 98 26, 93 50, 98 76"), CREAM)
    fins = at("2 48, 2 48, 22 30, 38 22, 62 4, 79 3, 72 20, 72 42, 76 50, 72 58, 72 78, 79 97, 62 96, 38 76, 22 66")
    pen.poly(smooth(fins))
    pen.poly(smooth(at("30 28, 38 24, 36 50, 38 75, 30 70, 27 50")), INK, body=False)
    pen.poly(smooth(at("57 9, 66 2, 59 50, 66 98, 57 91, 50 50")), INK, body=False)
    pen.dot(0.18, 0.44, 0.05, WHITE)
    pen.dot(0.175, 0.44, 0.025, INK)


def car_beetle(pen: Pen) -> None:
    pen.poly(smooth(at("2 74, 3 56, 16 46, 26 30, 44 20, 62 22, 76 36, 90 46, 99 60, 98 76, 98 76, 4 76, 4 76")))
    pen.poly(smooth(at("29 44, 29 44, 34 34, 45 29, 45 29, 45 44, 45 44")), WHITE)
    pen.poly(smooth(at("51 44, 51 44, 51 29, 51 29, 62 31, 70 44, 70 44")), WHITE)
    pen.rect(0.0, 0.68, 1.0, 0.75, TIN, r=0.03)
    for x in (0.23, 0.77):
        pen.dot(x, 0.75, 0.14, INK)
        pen.dot(x, 0.75, 0.065, TIN)
    pen.dot(0.94, 0.57, 0.045, CREAM)
    pen.line(at("54 54, 61 54"), 0.03, TIN)


def car_racer(pen: Pen) -> None:
    pen.dot(0.53, 0.28, 0.085, CREAM)
    pen.poly(arc(0.53, 0.26, 0.1, 0.1, 180, 360), WOOD)
    pen.poly(smooth(at("2 44, 2 44, 34 37, 60 38, 66 32, 82 38, 99 60, 99 60, 90 70, 6 70, 2 60")))
    for x in (0.13, 0.19, 0.25):
        pen.line([(x, 0.45), (x, 0.53)], 0.025, INK, body=False)
    pen.dot(0.46, 0.52, 0.095, WHITE)
    pen.line(at("44 49, 47 46, 47 58"), 0.035, INK, body=False)
    for x in (0.2, 0.78):
        pen.dot(x, 0.71, 0.12, INK)
        pen.dot(x, 0.71, 0.05, TIN)


def house_cottage(pen: Pen) -> None:
    pen.rect(0.67, 0.04, 0.82, 0.4, WOOD)
    pen.rect(0.64, 0.0, 0.85, 0.08, WOOD, r=0.02)
    pen.poly(at("12 58, 88 58, 90 100, 10 100"), CREAM)
    pen.poly([*arc(0.33, 0.79, 0.11, 0.12, 180, 360), *at("44 100, 22 100")], WOOD)
    pen.rect(0.58, 0.73, 0.78, 0.9, INK, r=0.03)
    pen.line(at("68 73, 68 90"), 0.025, CREAM)
    pen.line(at("58 81.5, 78 81.5"), 0.025, CREAM)
    outline = at("0 63, 10 44, 19 20, 40 3, 56 4, 78 21, 90 45, 99 63, 92 70, 78 64, 64 70, 50 64, 34 70, 20 64, 8 70")
    pen.poly(smooth(outline))
    pen.dot(0.48, 0.33, 0.065, CREAM)


def house_gabled(pen: Pen) -> None:
    steps = at("42 0, 42 8, 33 8, 33 17, 25 17, 25 26, 17 26, 17 100")
    pen.poly(_both(steps))
    pen.rect(0.14, 0.25, 0.86, 0.29, WHITE)
    pen.rect(0.14, 0.58, 0.86, 0.615, WHITE)
    for x in (0.25, 0.435, 0.62):
        pen.rect(x, 0.36, x + 0.12, 0.52, WOOD)
    pen.rect(0.24, 0.7, 0.46, 0.84, WOOD)
    pen.rect(0.59, 0.7, 0.74, 1.0, WHITE)
    pen.dot(0.5, 0.17, 0.055, WOOD)
    pen.rect(0.12, 0.95, 0.88, 1.0, TIN)


def tree_apple(pen: Pen) -> None:
    pen.poly(smooth(at("42 50, 44 80, 32 98, 32 98, 68 98, 68 98, 57 80, 60 50, 60 50")), WOOD)
    pen.line(at("52 80, 72 60"), 0.06, WOOD)
    pen.line(at("48 84, 28 62"), 0.05, WOOD)
    for x, y, r in ((0.2, 0.52, 0.16), (0.24, 0.3, 0.17), (0.46, 0.18, 0.18), (0.7, 0.24, 0.17), (0.81, 0.46, 0.17)):
        pen.dot(x, y, r)
    pen.oval(0.2, 0.2, 0.82, 0.62)
    pen.dot(0.66, 0.56, 0.13)
    for x, y in ((0.3, 0.28), (0.6, 0.22), (0.46, 0.44)):
        pen.line(arc(x, y, 0.1, 0.08, 200, 330, 8), 0.035, SHADE - 0.12, body=False)
    for x, y in ((0.19, 0.56), (0.68, 0.6), (0.82, 0.38)):
        pen.dot(x, y, 0.06, CREAM)


def tree_palm(pen: Pen) -> None:
    pen.poly(smooth(at("46 34, 40 60, 30 98, 30 98, 46 98, 46 98, 48 66, 54 34")), WOOD)
    for y in (0.55, 0.68, 0.82):
        pen.line([(0.385 - (y - 0.55) * 0.2, y), (0.49 - (y - 0.55) * 0.08, y)], 0.022, CREAM, body=False)
    frond = smooth(at("50 34, 50 34, 66 14, 84 12, 97 26, 100 46, 100 46, 88 34, 86 44, 78 32, 75 40, 68 32"))
    pen.poly(frond)
    pen.poly([(1 - x, y) for x, y in frond])
    low = smooth(at("50 32, 50 32, 68 32, 82 46, 82 68, 82 68, 72 58, 70 62, 62 48"))
    pen.poly(low)
    pen.poly([(1 - x, y) for x, y in low])
    top = smooth(at("50 38, 50 38, 52 20, 62 6, 78 1, 78 1, 72 14, 62 24"))
    pen.poly(top, GLOW)
    pen.poly([(1 - x, y) for x, y in top], GLOW)
    pen.dot(0.46, 0.39, 0.055, INK)
    pen.dot(0.56, 0.4, 0.055, INK)


def mushroom_toadstool(pen: Pen) -> None:
    pen.poly(smooth(at("40 50, 40 76, 32 92, 40 99, 62 99, 69 92, 61 76, 60 50")), CREAM)
    pen.poly([*arc(0.5, 0.54, 0.5, 0.5, 180, 360), *arc(0.5, 0.54, 0.5, 0.12, 0, 180)])
    pen.poly([*arc(0.5, 0.58, 0.3, 0.05, 0, 360)], TIN)
    for x, y, r in ((0.5, 0.2, 0.09), (0.24, 0.38, 0.07), (0.72, 0.36, 0.085), (0.47, 0.43, 0.06), (0.91, 0.5, 0.04)):
        pen.dot(x, y, r, WHITE)


def mushroom_pair(pen: Pen) -> None:
    pen.poly(smooth(at("34 50, 38 74, 30 98, 30 98, 52 98, 52 98, 54 74, 54 48")), CREAM)
    pen.line(smooth(at("80 80, 76 90, 60 96, 40 96"), closed=False), 0.07, CREAM)
    pen.poly(smooth(at("2 52, 12 44, 24 22, 42 3, 47 3, 66 20, 78 42, 88 50, 80 58, 44 62, 10 60")))
    pen.poly(smooth(at("62 82, 68 72, 79 66, 92 72, 99 82, 90 86, 70 86")))
    pen.poly(smooth(at("31 68, 44 65, 57 68, 59 76, 44 73, 29 76")), TIN)
    pen.poly(smooth(at("20 44, 30 28, 42 13, 40 26, 30 44")), GLOW + 0.1, body=False)


def boat_tug(pen: Pen) -> None:
    pen.rect(0.52, 0.06, 0.7, 0.4, WOOD, r=0.02)
    pen.rect(0.52, 0.14, 0.7, 0.22, CREAM)
    pen.rect(0.26, 0.34, 0.78, 0.62, CREAM, r=0.04)
    for x in (0.37, 0.52, 0.67):
        pen.dot(x, 0.46, 0.05, INK)
    pen.poly(smooth(at("1 44, 1 44, 14 56, 30 58, 99 56, 99 56, 97 78, 86 94, 86 94, 20 94, 20 94, 6 74")))
    pen.line(at("6 66, 20 68, 94 66"), 0.035, WHITE, body=False)


def boat_sail(pen: Pen) -> None:
    pen.line(at("46 6, 46 86"), 0.04, INK)
    pen.poly(smooth(at("49 6, 49 6, 72 24, 88 48, 92 72, 92 72, 70 68, 49 72, 49 72")))
    pen.poly(smooth(at("43 14, 43 14, 28 44, 8 70, 8 70, 26 67, 43 70, 43 70")), TIN)
    pen.poly(smooth(at("0 76, 0 76, 50 82, 99 74, 99 74, 90 90, 74 99, 74 99, 26 99, 26 99, 10 92")))
    pen.poly(at("46 0, 66 4, 46 11"), INK)
    pen.poly(_star(0.64, 0.46, 0.1, 0.045), WHITE)
    pen.line(at("10 87, 50 90, 89 86"), 0.03, WHITE, body=False)


def flower_tulip(pen: Pen) -> None:
    pen.line(smooth(at("50 50, 53 76, 48 97"), closed=False), 0.06, WOOD)
    pen.poly(smooth(at("48 99, 48 99, 30 90, 18 70, 16 54, 16 54, 32 66, 44 84")), WOOD)
    pen.poly(smooth(at("50 99, 50 99, 56 84, 70 74, 84 70, 84 70, 78 86, 66 96")), WOOD)
    pen.poly(smooth(at("50 60, 28 54, 18 36, 22 6, 22 6, 36 18, 50 1, 50 1, 64 18, 78 6, 78 6, 82 36, 72 54")))
    pen.poly(smooth(at("50 60, 34 44, 36 22, 50 3, 50 3, 64 22, 66 44")), GLOW)


def flower_primrose(pen: Pen) -> None:
    petal = smooth(at("50 54, 50 54, 32 34, 27 18, 34 5, 46 4, 50 12, 50 12, 54 4, 66 5, 73 18, 68 34"))
    for turn in (20, 92, 164, 236, 308):
        pen.poly(turned(petal, turn, 0.5, 0.51))
    for turn in (20, 92, 164, 236, 308):
        pen.line(turned(at("50 50, 50 24"), turn + 36, 0.5, 0.51), 0.025, SHADE - 0.1, body=False)
        pen.line(turned(at("50 50, 50 26"), turn, 0.5, 0.51), 0.05, WOOD, body=False)
    pen.dot(0.5, 0.51, 0.15, CREAM)
    pen.dot(0.5, 0.51, 0.05, WOOD)


def arrow_bend(pen: Pen) -> None:
    pen.line(smooth(at("86 88, 84 62, 68 46, 38 42"), closed=False), 0.24)
    pen.poly(at("44 10, 44 76, 4 42"))
    pen.line(at("44 10, 44 76, 4 42, 44 10"), 0.08)
    pen.line(smooth(at("86 86, 83 63, 67 47, 38 42, 20 42"), closed=False), 0.05, CREAM, body=False)


def arrow_feathered(pen: Pen) -> None:
    pen.line(turned(at("50 6, 50 92"), 40), 0.1)
    pen.poly(turned(at("50 -12, 73 25, 50 17, 27 25"), 40))
    for y in (0.57, 0.71, 0.85):
        for side in (-1, 1):
            x = 0.5 + 0.16 * side
            pen.poly(turned([(0.5, y), (x, y + 0.1), (x, y + 0.18), (0.5, y + 0.09)], 40), CREAM)


def duck_bath(pen: Pen) -> None:
    pen.poly(smooth(at("20 30, 2 30, 0 38, 8 42, 2 46, 8 50, 24 46")), WOOD)
    pen.poly(smooth(at("26 54, 40 52, 58 56, 80 52, 97 38, 99 56, 94 82, 76 96, 40 97, 20 86, 14 68")))
    pen.dot(0.36, 0.28, 0.245)
    pen.poly(smooth(at("46 66, 62 64, 82 62, 78 78, 62 84, 50 80")), GLOW + 0.1, body=False)
    pen.line(smooth(at("46 66, 50 80, 62 84, 78 78"), closed=False), 0.025, WOOD, body=False)
    pen.dot(0.3, 0.24, 0.045, INK)
    pen.dot(0.29, 0.23, 0.016, WHITE)


def duck_wheels(pen: Pen) -> None:
    pen.rect(0.1, 0.78, 0.86, 0.85, WOOD, r=0.03)
    pen.poly(at("40 70, 62 70, 58 80, 44 80"), WOOD)
    pen.poly(at("80 18, 100 23, 98 30, 80 32"), CREAM)
    pen.poly(smooth(at("58 42, 54 18, 66 4, 80 7, 86 22, 80 36, 80 54, 72 70, 52 76, 26 72, 10 58, 1 38, 1 38, 24 47")))
    pen.line(at("57 41, 80 41"), 0.055, WHITE, body=False)
    pen.poly(smooth(at("24 56, 24 56, 40 52, 60 56, 56 66, 40 68, 30 64")), CREAM, body=False)
    pen.dot(0.72, 0.19, 0.04, INK)
    for x in (0.24, 0.72):
        pen.dot(x, 0.88, 0.11, INK)
        pen.dot(x, 0.87, 0.05, CREAM)


def hat_wizard(pen: Pen) -> None:
    pen.oval(0, 0.74, 1, 0.98, SHADE)
    pen.poly(smooth(at("20 86, 20 86, 30 60, 38 30, 54 8, 72 1, 90 12, 94 24, 94 24, 78 18, 68 26, 80 86, 80 86")))
    pen.poly(smooth(at("20 86, 20 86, 25 72, 25 72, 50 77, 76 71, 76 71, 80 86, 80 86, 50 92")), WOOD)
    pen.rect(0.42, 0.735, 0.58, 0.91, CREAM, r=0.02)
    pen.rect(0.465, 0.78, 0.535, 0.865, WOOD)
    pen.poly(_star(0.53, 0.46, 0.09, 0.04), CREAM)
    pen.dot(0.94, 0.25, 0.05, CREAM)


def hat_cowboy(pen: Pen) -> None:
    pen.poly(smooth(at("24 66, 26 34, 34 16, 42 14, 50 22, 58 14, 66 16, 74 34, 76 66")))
    pen.poly(smooth(at("24 66, 24 66, 24.5 52, 24.5 52, 50 58, 75.5 52, 75.5 52, 76 66, 76 66, 50 74")), WOOD)
    pen.poly(smooth(at("0 44, 10 46, 26 63, 50 70, 74 63, 90 46, 100 44, 98 58, 80 78, 50 87, 20 78, 2 58")), SHADE)
    pen.poly(_star(0.5, 0.63, 0.085, 0.04), CREAM)


def umbrella_open(pen: Pen) -> None:
    pen.line(turned([*at("50 2, 50 86"), *arc(0.59, 0.86, 0.09, 0.1, 180, 20, 10)], 12), 0.05, WOOD)
    scallops = [point for x in (0.9, 0.7, 0.5, 0.3, 0.1) for point in arc(x, 0.54, 0.1, 0.06, 0, -180, 8)]
    pen.poly(turned([*arc(0.5, 0.54, 0.5, 0.48, 180, 360), *scallops], 12))
    for side in (-1, 1):
        inner = smooth(at("0 6, 8 26, 11 54"), closed=False)
        outer = smooth(at("0 6, 20 22, 30 54"), closed=False)
        panel = [*inner, *arc(0.205, 0.54, 0.095, 0.06, 180, 360, 8), *outer[::-1]]
        pen.poly(turned([(0.5 + side * x, y) for x, y in panel], 12), CREAM, body=False)


def umbrella_shut(pen: Pen) -> None:
    hook = [*at("50 30, 50 10"), *arc(0.6, 0.1, 0.1, 0.09, 180, 380, 12)]
    pen.line(turned(hook, 28), 0.06, WOOD)
    pen.line(turned(at("50 90, 50 103"), 28), 0.04, WOOD)
    pen.poly(turned(smooth(at("42 22, 42 22, 50 26, 58 22, 58 22, 66 46, 60 70, 53 96, 47 96, 40 70, 34 46")), 28))
    pen.poly(turned(at("50 26, 56 25, 60 48, 51 94"), 28), SHADE - 0.1, body=False)
    pen.line(turned(at("36 56, 50 60, 64 54"), 28), 0.05, CREAM)


def bell_hand(pen: Pen) -> None:
    pen.line(turned(at("50 8, 50 34"), 18), 0.12, WOOD)
    pen.dot(*turned([(0.5, 0.06)], 18)[0], 0.085, WOOD)
    pen.dot(*turned([(0.5, 0.9)], 18)[0], 0.1, INK)
    pen.poly(turned(smooth(_both(at("50 30, 36 33, 30 46, 27 66, 12 84, 12 84"))), 18))
    pen.line(turned(at("14 84, 86 84"), 18), 0.09)
    pen.line(turned(at("29 65, 71 65"), 18), 0.04, CREAM)


def bell_sleigh(pen: Pen) -> None:
    pen.dot(0.5, 0.1, 0.11, TIN)
    pen.hole(0.45, 0.05, 0.55, 0.15)
    pen.dot(0.5, 0.58, 0.42)
    pen.rect(0.06, 0.5, 0.94, 0.58, CREAM, r=0.04)
    pen.line(at("50 74, 50 96"), 0.06, INK, body=False)
    pen.dot(0.5, 0.73, 0.075, INK)
    pen.line(arc(0.5, 0.58, 0.29, 0.29, 195, 250, 10), 0.05, WHITE, body=False)
    for x in (0.28, 0.72):
        pen.dot(x, 0.72, 0.045, INK)


def leaf_oak(pen: Pen) -> None:
    half = at("50 1, 40 5, 37 14, 40 22, 28 20, 22 30, 32 42, 18 42, 15 54, 30 64, 22 68, 26 78, 46 82")
    pen.line(turned(at("50 78, 50 100"), 24, 0.5, 0.5), 0.06, WOOD)
    pen.poly(turned(smooth(_both(half)), 24))
    for line in ("50 82, 50 14", "50 46, 32 32", "50 46, 68 32", "50 68, 28 54", "50 68, 72 54"):
        pen.line(turned(at(line), 24), 0.03, CREAM, body=False)


def leaf_rowan(pen: Pen) -> None:
    pen.line(turned(at("50 98, 50 24"), 16), 0.045, WOOD)
    for x, y, turn in ((0.5, 0.34, -90), *((0.5, y, t) for y in (0.42, 0.64, 0.86) for t in (-35, -145))):
        leaflet = smooth([(x, y), (x, y), (x + 0.13, y - 0.09), (x + 0.36, y), (x + 0.36, y), (x + 0.13, y + 0.09)])
        vein = turned(turned([(x + 0.02, y), (x + 0.26, y)], turn, x, y), 16)
        pen.poly(turned(turned(leaflet, turn, x, y), 16))
        pen.line(vein, 0.02, WOOD, body=False)


def drum_djembe(pen: Pen) -> None:
    bowl = _both(at("12 10, 12 10, 16 38, 40 64, 38 80, 26 98, 26 98"))
    pen.poly(smooth(bowl))
    pen.line(at("15 22, 27 42, 38 24, 50 46, 62 24, 73 42, 85 22"), 0.026, WHITE, body=False)
    pen.oval(0.09, 0.05, 0.91, 0.19, WOOD)
    pen.oval(0.09, 0.0, 0.91, 0.15, CREAM)
    pen.rect(0.38, 0.61, 0.62, 0.66, WOOD, r=0.02)


def drum_sticks(pen: Pen) -> None:
    pen.poly([*arc(0.5, 0.86, 0.46, 0.11, 0, 180), *arc(0.5, 0.34, 0.46, 0.11, 180, 360)])
    pen.line(at("6 46, 20 84, 35 54, 50 91, 65 54, 80 84, 94 46"), 0.022, WHITE, body=False)
    pen.poly([*arc(0.5, 0.88, 0.48, 0.11, 0, 180), *arc(0.5, 0.83, 0.48, 0.11, 180, 0)], WOOD)
    pen.oval(0.02, 0.26, 0.98, 0.45, WOOD)
    pen.oval(0.03, 0.24, 0.97, 0.41, CREAM)
    pen.line(at("82 4, 36 34"), 0.04, INK)
    pen.line(at("18 4, 64 34"), 0.04, INK)
    pen.dot(0.35, 0.34, 0.04, INK)
    pen.dot(0.65, 0.34, 0.04, INK)


def crown_royal(pen: Pen) -> None:
    pen.poly(smooth(_both(at("50 18, 34 20, 14 14, 2 34, 8 56, 14 82, 14 82"))), SHADE)
    pen.line(smooth(at("16 80, 6 50, 6 30, 20 18, 38 20, 50 30"), closed=False), 0.09, GLOW)
    pen.line(smooth(at("84 80, 94 50, 94 30, 80 18, 62 20, 50 30"), closed=False), 0.09, GLOW)
    pen.line(at("50 80, 50 26"), 0.09, GLOW)
    for x, y in ((0.05, 0.44), (0.95, 0.44), (0.5, 0.52), (0.22, 0.18), (0.78, 0.18)):
        pen.dot(x + (0.5 - x) * 0.06, y, 0.045, CREAM)
    pen.rect(0.09, 0.74, 0.91, 0.93, WHITE, r=0.09)
    for x in (0.22, 0.36, 0.5, 0.64, 0.78):
        pen.oval(x - 0.02, 0.79, x + 0.02, 0.88, INK)
    pen.line(at("50 7, 50 20"), 0.05, WOOD)
    pen.line(at("43 11, 57 11"), 0.05, WOOD)


def crown_open(pen: Pen) -> None:
    pen.oval(0.1, 0.46, 0.9, 0.68, -0.34)
    pen.poly(at("14 54, 28 30, 38 50, 62 50, 72 30, 86 54, 50 68"), -0.34)
    pen.poly([*at("4 18, 28 56, 50 14, 72 56, 96 18, 88 80"), *arc(0.5, 0.8, 0.38, 0.13, 0, 180)])
    pen.poly([*arc(0.5, 0.8, 0.39, 0.13, 0, 180), *arc(0.5, 0.7, 0.4, 0.13, 180, 0)], WOOD)
    for x, y in ((0.05, 0.18), (0.5, 0.12), (0.95, 0.18), (0.28, 0.28), (0.72, 0.28)):
        pen.dot(x, y, 0.06, CREAM)
    for x, y in ((0.26, 0.835), (0.5, 0.88), (0.74, 0.835)):
        pen.dot(x, y, 0.04, WHITE)


DRAW: dict[str, tuple[Drawing, Drawing]] = {
    "ball": (ball_beach, ball_banded),
    "block": (block_letter, block_tin),
    "star": (star_chubby, star_sheriff),
    "heart": (heart_plump, heart_lace),
    "moon": (moon_sleepy, moon_cradle),
    "cup": (cup_saucer, cup_tin),
    "key": (key_house, key_trefoil),
    "fish": (fish_plump, fish_angel),
    "car": (car_beetle, car_racer),
    "house": (house_cottage, house_gabled),
    "tree": (tree_apple, tree_palm),
    "mushroom": (mushroom_toadstool, mushroom_pair),
    "boat": (boat_tug, boat_sail),
    "flower": (flower_tulip, flower_primrose),
    "arrow": (arrow_bend, arrow_feathered),
    "duck": (duck_bath, duck_wheels),
    "hat": (hat_wizard, hat_cowboy),
    "umbrella": (umbrella_open, umbrella_shut),
    "bell": (bell_hand, bell_sleigh),
    "leaf": (leaf_oak, leaf_rowan),
    "drum": (drum_djembe, drum_sticks),
    "crown": (crown_royal, crown_open),
}
