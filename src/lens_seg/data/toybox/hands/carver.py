"""Toys by the carver: first as wooden toys of circles, triangles and trapezoids, then as a child's crayon drawing."""

from __future__ import annotations

import math

from lens_seg.data.toybox.hands.curves import Drawing, Path, arc, at, smooth, turned
from lens_seg.data.toybox.pen import BASE, BLACK, DARK, LIGHT, PALE, Pen, Points


def _dots(pen: Pen, points: Points, r: float, tone: float) -> None:
    """Equal circles that shade."""
    for x, y in points:
        pen.dot(x, y, r, tone, body=False)


def _ring(x: float, y: float, radii: tuple[float, ...], count: int, start: float = -90.0) -> Path:
    """Points around a centre, clockwise from `start` degrees, at the radii in turn."""
    angles = [math.radians(start + 360 * i / count) for i in range(count)]
    return [
        (x + radii[i % len(radii)] * math.cos(a), y + radii[i % len(radii)] * math.sin(a)) for i, a in enumerate(angles)
    ]


def _crayon(pen: Pen, points: Points, tone: float = BASE, *, width: float = 0.045, body: bool = True) -> None:
    """A filled shape with a thick dark outline."""
    pen.poly(points, tone, body=body)
    pen.line([*points, points[0]], width, DARK, body=body)


def _face(pen: Pen, x: float, y: float, size: float) -> None:
    """Two eyes and a smile."""
    for side in (-1, 1):
        pen.dot(x + side * size * 0.5, y, size * 0.2, BLACK, body=False)
    pen.line(arc(x, y + size * 0.2, size * 0.55, size * 0.55, 150, 30, 8), size * 0.2, BLACK, body=False)


def ball_patches(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.49)
    for i in range(6):
        x, y = _ring(0.5, 0.5, (0.31,), 6)[i]
        pen.line([(0.5, 0.5), (x, y)], 0.035, -0.6, body=False)
        edge = arc(0.5, 0.5, 0.49, 0.49, -107 + 60 * i, -73 + 60 * i, 6)
        pen.poly([*edge, *arc(0.5, 0.5, 0.36, 0.36, -82 + 60 * i, -98 + 60 * i, 2)], -0.6, body=False)
        pen.line([(x, y), *arc(0.5, 0.5, 0.37, 0.37, -90 + 60 * i, -90 + 60 * i, 1)], 0.035, -0.6, body=False)
    pen.poly(_ring(0.5, 0.5, (0.18,), 6), -0.6, body=False)


def ball_star(pen: Pen) -> None:
    _crayon(pen, smooth(at("50,4 83,12 96,46 86,84 52,95 15,86 3,50 17,15"), 6))
    pen.line(at("5,42 30,33 70,33 94,40"), 0.05, DARK, body=False)
    pen.line(at("7,66 30,75 70,75 92,66"), 0.05, DARK, body=False)
    pen.poly(_ring(0.49, 0.53, (0.31, 0.14), 10, -84), PALE, body=False)


def block_dice(pen: Pen) -> None:
    pen.poly([(0.5, 0), (0.94, 0.24), (0.5, 0.48), (0.06, 0.24)], 0.3)
    pen.poly([(0.06, 0.24), (0.5, 0.48), (0.5, 1), (0.06, 0.75)])
    pen.poly([(0.94, 0.24), (0.5, 0.48), (0.5, 1), (0.94, 0.75)], DARK)
    pen.oval(0.4, 0.19, 0.6, 0.3, PALE, body=False)
    for x, y in at("17,41 39,53 28,62 17,70 39,83"):
        pen.oval(x - 0.045, y - 0.06, x + 0.045, y + 0.06, PALE, body=False)
    for x, y in ((0.62, 0.83), (0.83, 0.41)):
        pen.oval(x - 0.045, y - 0.06, x + 0.045, y + 0.06, PALE, body=False)


def block_letter(pen: Pen) -> None:
    _crayon(pen, turned(at("10,12 88,9 90,88 12,90"), -11), -0.25, width=0.06)
    pen.poly(turned(at("20,22 79,19 81,78 22,80"), -11), 0.3, body=False)
    pen.line(turned(at("31,72 50,27 70,71"), -11), 0.1, BLACK, body=False)
    pen.line(turned([(0.39, 0.58), (0.62, 0.57)], -11), 0.08, BLACK, body=False)


def star_inner(pen: Pen) -> None:
    pen.poly(_ring(0.5, 0.53, (0.52, 0.28), 10))
    pen.poly(_ring(0.5, 0.53, (0.35, 0.18), 10), DARK, body=False)
    pen.poly(_ring(0.5, 0.53, (0.27, 0.14), 10), LIGHT, body=False)


def star_scrawl(pen: Pen) -> None:
    tips = at("45,4 80,94 4,42 96,32 20,90")
    inner = at("59,36 66,58 50,73 31,57 36,39")
    order = [tips[0], inner[0], tips[3], inner[1], tips[1], inner[2], tips[4], inner[3], tips[2], inner[4]]
    pen.poly(order)
    pen.line([*tips, tips[0]], 0.065, DARK)
    pen.line(order[:1] + order[-1:], 0.05, DARK)


def heart_border(pen: Pen) -> None:
    for size, tone in ((1.0, BASE), (0.78, PALE), (0.66, BASE)):
        x, r, y = 0.23 * size, 0.26 * size, 0.46 - 0.2 * size
        pen.dot(0.5 - x, y, r, tone, body=size == 1)
        pen.dot(0.5 + x, y, r, tone, body=size == 1)
        low = [(0.5 + x + 0.72 * r, y + 0.7 * r), (0.5, 0.46 + 0.49 * size), (0.5 - x - 0.72 * r, y + 0.7 * r)]
        pen.poly([(0.5, y - 0.1 * size), *low], tone, body=size == 1)


def heart_lopsided(pen: Pen) -> None:
    left = at("45,27 36,10 20,7 6,20 5,42 20,65 42,84 62,95")
    right = at("74,80 91,50 95,25 84,8 66,5 52,14")
    _crayon(pen, smooth([*left, *right], 4), width=0.06)
    _face(pen, 0.5, 0.42, 0.24)
    for x in (0.2, 0.8):
        pen.dot(x, 0.47, 0.06, LIGHT, body=False)


def moon_craters(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.49)
    pen.hole(0.38, 0.06, 1.1, 0.78)
    for x, y, r in (
        (0.14, 0.42, 0.07),
        (0.26, 0.68, 0.085),
        (0.24, 0.24, 0.045),
        (0.53, 0.86, 0.06),
        (0.72, 0.85, 0.035),
    ):
        pen.dot(x, y, r, -0.4, body=False)
        pen.dot(x + 0.015, y + 0.015, r * 0.6, -0.2, body=False)


def moon_nose(pen: Pen) -> None:
    back = at("22,5 50,6 76,22 86,50 76,78 50,94 20,95")
    front = at("38,80 50,68 47,60 31,56 30,49 45,42 47,30 38,16")
    _crayon(pen, smooth([*back, *front], 5), width=0.05)
    pen.dot(0.58, 0.38, 0.055, PALE, body=False)
    pen.dot(0.57, 0.38, 0.035, BLACK, body=False)
    pen.line(at("50,70 58,71 65,65"), 0.035, BLACK, body=False)


def cup_beaker(pen: Pen) -> None:
    pen.rect(0.0, 0.26, 0.5, 0.76, r=0.12)
    pen.hole(0.11, 0.36, 0.42, 0.66)
    pen.poly(at("26,7 94,7 88,94 32,94"))
    pen.oval(0.32, 0.88, 0.88, 1.0)
    pen.oval(0.26, 0.0, 0.94, 0.16, LIGHT)
    pen.oval(0.31, 0.03, 0.89, 0.14, -0.6, body=False)
    pen.poly(at("27.7,32 92.3,32 91.5,42 28.4,42"), PALE, body=False)
    pen.poly(at("29.8,62 90.2,62 89.6,72 30.4,72"), DARK, body=False)


def cup_tea(pen: Pen) -> None:
    pen.oval(0.02, 0.76, 0.86, 0.92, DARK)
    pen.oval(0.62, 0.2, 1.0, 0.62, DARK)
    pen.hole(0.72, 0.29, 0.91, 0.53)
    _crayon(pen, at("4,20 80,18 79,40 68,64 54,78 32,79 16,66 7,42"))
    pen.oval(0.02, 0.1, 0.82, 0.29, DARK)
    pen.oval(0.07, 0.14, 0.77, 0.26, BLACK, body=False)
    _dots(pen, _ring(0.42, 0.5, (0.085,), 5), 0.06, PALE)
    pen.dot(0.42, 0.5, 0.045, DARK, body=False)


def key_skeleton(pen: Pen) -> None:
    pen.dot(0.42, 0.22, 0.22)
    pen.hole(0.31, 0.11, 0.53, 0.33)
    pen.rect(0.36, 0.41, 0.48, 1.0)
    pen.rect(0.45, 0.68, 0.72, 0.78)
    pen.rect(0.45, 0.86, 0.72, 0.97)
    pen.rect(0.31, 0.44, 0.53, 0.52, DARK)


def key_diagonal(pen: Pen) -> None:
    pen.line([(0.62, 0.38), (0.06, 0.93)], 0.11)
    pen.line([(0.22, 0.77), (0.35, 0.9)], 0.1)
    pen.line([(0.1, 0.88), (0.2, 0.95)], 0.09)
    pen.line([(0.33, 0.66), (0.43, 0.76)], 0.1)
    for x, y in at("56,22 80,20 78,44"):
        pen.dot(x, y, 0.19, DARK)
        pen.dot(x, y, 0.15, BASE, body=False)
    pen.dot(0.7, 0.3, 0.14)
    for x, y in at("54,20 82,18 80,46"):
        pen.hole(x - 0.075, y - 0.075, x + 0.075, y + 0.075)
    pen.line([(0.5, 0.43), (0.58, 0.51)], 0.06, DARK)


def fish_diamond(pen: Pen) -> None:
    pen.poly(at("62,50 100,20 100,80"), DARK)
    pen.poly(at("0,50 36,14 76,50 36,86"))
    pen.poly(at("42,20 52,29 52,71 42,80"), LIGHT, body=False)
    pen.poly(at("59,35.2 66,41 66,59 59,64.8"), LIGHT, body=False)
    pen.dot(0.24, 0.43, 0.07, PALE, body=False)
    pen.dot(0.23, 0.43, 0.04, BLACK, body=False)


def fish_puffy(pen: Pen) -> None:
    _crayon(pen, at("30,30 38,5 52,14 64,5 72,30"), -0.15)
    _crayon(pen, at("36,75 33,93 48,86 60,94 64,72"), -0.15)
    _crayon(pen, smooth(at("26,50 5,26 8,50 4,75"), 6), -0.15)
    _crayon(pen, smooth(at("18,50 35,25 62,20 87,32 96,52 84,73 58,82 32,74"), 6))
    for x, y in at("30,50 42,38 42,62 54,50"):
        pen.line(arc(x, y, 0.08, 0.08, -80, 80, 6), 0.035, DARK, body=False)
    pen.dot(0.76, 0.41, 0.1, PALE, body=False)
    pen.dot(0.79, 0.41, 0.055, BLACK, body=False)
    pen.line(at("93,60 84,65 76,61"), 0.04, BLACK, body=False)


def car_oldtimer(pen: Pen) -> None:
    pen.rect(0.06, 0.1, 0.58, 0.68)
    pen.rect(0.02, 0.07, 0.64, 0.16, DARK)
    pen.poly(at("50,38 93,42 93,70 50,70"))
    pen.rect(0.02, 0.63, 0.98, 0.75, DARK)
    pen.rect(0.12, 0.2, 0.29, 0.39, PALE, body=False)
    pen.rect(0.35, 0.2, 0.53, 0.39, PALE, body=False)
    for x in (0.66, 0.73, 0.8):
        pen.line([(x, 0.47), (x, 0.57)], 0.03, DARK, body=False)
    pen.dot(0.94, 0.5, 0.06, PALE)
    for x in (0.21, 0.78):
        pen.dot(x, 0.75, 0.18, BLACK)
        pen.dot(x, 0.75, 0.13, BASE, body=False)
        for a in (20, 80, 140):
            pen.line(arc(x, 0.75, 0.1, 0.1, a, a + 180, 1), 0.03, BLACK, body=False)


def car_beetle(pen: Pen) -> None:
    top = at("30,40 40,20 58,15 76,24 88,42 95,68")
    _crayon(pen, smooth([(0.05, 0.7), (0.07, 0.52), (0.16, 0.43), *top, (0.9, 0.76), (0.5, 0.77), (0.1, 0.77)], 4))
    pen.poly(at("36,42 44,26 54,22 54,42"), PALE, body=False)
    pen.poly(at("60,42 60,22 71,28 78,42"), PALE, body=False)
    pen.line([(0.57, 0.22), (0.57, 0.74)], 0.03, DARK, body=False)
    pen.line([(0.63, 0.52), (0.71, 0.52)], 0.04, BLACK, body=False)
    pen.dot(0.12, 0.54, 0.055, PALE, body=False)
    pen.line([(0.03, 0.74), (0.15, 0.75)], 0.05, -0.6)
    for x, y in ((0.27, 0.75), (0.77, 0.76)):
        pen.dot(x, y, 0.14, -0.7)
        pen.dot(x, y, 0.08, 0.2, body=False)


def house_tall(pen: Pen) -> None:
    pen.rect(0.62, 0.08, 0.73, 0.4, -0.5)
    pen.rect(0.24, 0.34, 0.76, 1.0)
    pen.poly(at("50,0 84,38 16,38"), DARK)
    pen.dot(0.5, 0.25, 0.065, PALE, body=False)
    for x, y in at("32,45 55,45 55,69"):
        pen.rect(x, y, x + 0.13, y + 0.15, PALE, body=False)
    pen.rect(0.31, 0.7, 0.47, 1.0, -0.65, body=False)


def house_cottage(pen: Pen) -> None:
    _crayon(pen, at("20,35 19,8 32,7 33,35"), -0.2)
    _crayon(pen, at("12,45 88,46 85,93 14,92"), 0.2)
    _crayon(pen, at("4,52 17,20 50,16 82,19 96,53 50,50"))
    for row, y in enumerate((0.27, 0.36, 0.45)):
        for i in range(4 + row):
            pen.line(arc(0.5 + (i - (3 + row) / 2) * 0.15, y - 0.04, 0.07, 0.07, 20, 160, 5), 0.025, DARK, body=False)
    pen.rect(0.55, 0.64, 0.73, 0.93, -0.65, body=False)
    pen.oval(0.55, 0.56, 0.73, 0.74, -0.65, body=False)
    pen.rect(0.23, 0.6, 0.45, 0.8, PALE, body=False)
    pen.line([(0.34, 0.6), (0.34, 0.8)], 0.03, BLACK, body=False)
    pen.line([(0.23, 0.7), (0.45, 0.7)], 0.03, BLACK, body=False)


def tree_lollipop(pen: Pen) -> None:
    pen.rect(0.43, 0.6, 0.57, 0.96, -0.6)
    pen.rect(0.28, 0.93, 0.72, 1.0, -0.6)
    pen.dot(0.5, 0.36, 0.36)
    _dots(pen, at("36,20 62,16 50,36 28,44 71,40 56,59"), 0.05, PALE)


def tree_branches(pen: Pen) -> None:
    clusters = ((0.2, 0.45, 0.17), (0.79, 0.42, 0.18), (0.34, 0.2, 0.18), (0.65, 0.18, 0.16), (0.5, 0.35, 0.15))
    for x, y, r in clusters:
        for px, py in _ring(x, y, (r * 0.55,), 6):
            pen.dot(px, py, r * 0.55, DARK)
    for x, y, r in clusters:
        for px, py in _ring(x, y, (r * 0.5,), 6):
            pen.dot(px, py, r * 0.47, BASE, body=False)
        pen.dot(x, y, r * 0.5, BASE, body=False)
    pen.poly(at("44,60 57,60 58,85 70,98 31,98 43,85"), -0.6)
    for x, y in at("24,45 38,27 63,25 77,42"):
        pen.line([(0.5, 0.68), ((0.5 + x) / 2, 0.5), (x, y)], 0.06, -0.6)


def mushroom_house(pen: Pen) -> None:
    pen.poly(at("33,45 67,45 76,100 24,100"), 0.3)
    pen.poly(arc(0.5, 0.53, 0.5, 0.5, 180, 360, 16))
    pen.rect(0.0, 0.49, 1.0, 0.58, DARK, r=0.04)
    for x, y, r in ((0.5, 0.2, 0.1), (0.22, 0.36, 0.075), (0.78, 0.36, 0.075)):
        pen.dot(x, y, r, PALE, body=False)
    pen.rect(0.41, 0.76, 0.59, 1.0, -0.6, body=False)
    pen.dot(0.5, 0.76, 0.09, -0.6, body=False)


def mushroom_wavy(pen: Pen) -> None:
    _crayon(pen, smooth(at("45,45 60,45 58,70 68,93 50,96 36,94 46,70"), 6), 0.3)
    _crayon(pen, at("40,66 46,58 60,58 66,68 53,65"), 0.2)
    cap = at("52,4 64,14 76,33 95,42 92,55 78,50 65,57 50,50")
    _crayon(pen, smooth([*cap, (0.34, 0.57), (0.2, 0.5), (0.07, 0.56), (0.05, 0.43), (0.25, 0.32), (0.4, 0.12)], 4))
    for x, y, r in ((0.5, 0.2, 0.05), (0.36, 0.36, 0.06), (0.6, 0.38, 0.07), (0.17, 0.46, 0.035), (0.81, 0.44, 0.04)):
        pen.dot(x, y, r, PALE, body=False)


def boat_paper(pen: Pen) -> None:
    pen.poly(at("50,10 76,60 24,60"), -0.2)
    pen.poly(at("50,10 76,60 50,60"), DARK, body=False)
    pen.poly(at("0,40 50,60 100,40 78,88 22,88"))
    pen.poly(at("0,40 34,53.5 22,88"), 0.25, body=False)
    pen.poly(at("100,40 66,53.5 78,88"), -0.2, body=False)


def boat_funnel(pen: Pen) -> None:
    _crayon(pen, at("44,34 42,5 62,4 62,34"), -0.1)
    pen.line([(0.44, 0.16), (0.61, 0.15)], 0.07, PALE, body=False)
    _crayon(pen, at("26,60 27,34 76,32 77,60"), 0.25)
    pen.line([(0.9, 0.58), (0.89, 0.24)], 0.04, DARK)
    _crayon(pen, smooth(at("4,52 50,59 96,50 90,74 76,91 50,94 22,92 10,76"), 4))
    for x in (0.38, 0.52, 0.66):
        pen.dot(x, 0.44, 0.055, BLACK, body=False)
    pen.line(at("12,72 50,77 88,71"), 0.06, PALE, body=False)


def flower_six(pen: Pen) -> None:
    pen.rect(0.46, 0.5, 0.54, 1.0, DARK)
    pen.poly(at("50,95 24,72 28,92"), DARK)
    pen.poly(at("50,95 76,72 72,92"), DARK)
    for x, y in _ring(0.5, 0.35, (0.22,), 6):
        pen.dot(x, y, 0.125)
    pen.dot(0.5, 0.35, 0.15)
    pen.dot(0.5, 0.35, 0.115, PALE, body=False)


def flower_tulip(pen: Pen) -> None:
    pen.line(at("50,45 54,70 50,96"), 0.07, -0.5)
    _crayon(pen, smooth(at("50,95 24,86 10,56 36,70"), 6), -0.2)
    _crayon(pen, smooth(at("52,94 80,84 88,54 66,68"), 6), -0.2)
    cup = at("20,8 37,22 49,4 63,21 81,6 83,30 74,48 52,56")
    _crayon(pen, [*cup, (0.29, 0.5), (0.18, 0.32)])
    pen.line([(0.37, 0.22), (0.38, 0.42)], 0.035, DARK, body=False)
    pen.line([(0.63, 0.21), (0.62, 0.42)], 0.035, DARK, body=False)


def arrow_sign(pen: Pen) -> None:
    for k, tone in ((0.0, BASE), (0.045, PALE), (0.085, BASE)):
        shaft = [(k, 0.32 + k), (0.5 + k, 0.32 + k), (0.5 + k, 0.08 + 2.2 * k), (1 - 1.4 * k, 0.5)]
        mirror = [(x, 1 - y) for x, y in reversed(shaft[:3])]
        pen.poly([*shaft, *mirror], tone, body=k == 0)


def arrow_feather(pen: Pen) -> None:
    pen.line([(0.14, 0.86), (0.8, 0.2)], 0.085)
    pen.poly(at("98,2 89,42 75,25 58,11"))
    pen.line([(0.92, 0.08), (0.78, 0.22)], 0.04, DARK, body=False)
    for k in (0.0, 0.11, 0.22):
        pen.poly([(0.13 + k, 0.87 - k), (0.02 + k, 0.8 - k), (0.04 + k, 0.66 - k), (0.24 + k, 0.76 - k)], -0.15)
        pen.poly([(0.13 + k, 0.87 - k), (0.2 + k, 0.98 - k), (0.34 + k, 0.96 - k), (0.24 + k, 0.76 - k)], -0.15)
        pen.line([(0.04 + k, 0.72 - k), (0.16 + k, 0.84 - k), (0.28 + k, 0.96 - k)], 0.03, DARK, body=False)
    pen.line([(0.1, 0.9), (0.5, 0.5)], 0.06, DARK)


def duck_upright(pen: Pen) -> None:
    for x in (0.36, 0.58):
        pen.rect(x, 0.84, x + 0.07, 0.97, -0.5)
        pen.poly([(x - 0.12, 1.0), (x + 0.04, 0.91), (x + 0.1, 1.0)], -0.5)
    pen.poly(at("60,60 92,52 70,82"))
    pen.oval(0.22, 0.36, 0.8, 0.9)
    pen.poly(at("28,16 2,25 28,32"), -0.5)
    pen.dot(0.43, 0.22, 0.22)
    pen.poly(at("42,2 54,0 50,8"))
    pen.poly(at("46,52 78,58 56,78"), DARK, body=False)
    pen.dot(0.36, 0.18, 0.045, BLACK, body=False)


def duck_swimming(pen: Pen) -> None:
    _crayon(pen, smooth(at("78,27 95,30 96,38 78,40"), 4), -0.4)
    body = at("5,42 20,53 45,52 53,42 46,26 56,10 72,8 83,22")
    _crayon(pen, smooth([*body, (0.77, 0.42), (0.84, 0.6), (0.76, 0.8), (0.5, 0.88), (0.22, 0.83), (0.07, 0.66)], 4))
    _crayon(pen, smooth(at("24,62 40,60 60,64 48,75 32,74"), 6), -0.15, width=0.035, body=False)
    pen.dot(0.68, 0.22, 0.05, PALE, body=False)
    pen.dot(0.69, 0.22, 0.032, BLACK, body=False)
    wave = [(0.04 + 0.115 * i, 0.86 if i % 2 else 0.93) for i in range(9)]
    pen.line(wave, 0.08, 0.3)


def hat_bowler(pen: Pen) -> None:
    pen.rect(0.2, 0.35, 0.8, 0.75)
    pen.poly(arc(0.5, 0.44, 0.3, 0.3, 180, 360, 16))
    pen.rect(0.2, 0.55, 0.8, 0.69, -0.6, body=False)
    pen.rect(0.0, 0.68, 1.0, 0.82, r=0.07)
    pen.dot(0.07, 0.68, 0.07)
    pen.dot(0.93, 0.68, 0.07)
    pen.line([(0.06, 0.78), (0.94, 0.78)], 0.04, DARK, body=False)
    pen.poly(at("66,62 76,55 76,69"), PALE, body=False)


def hat_bobble(pen: Pen) -> None:
    _crayon(pen, smooth(at("12,80 14,50 34,26 62,25 85,48 88,80"), 4))
    zigzag = [(0.15 + 0.1 * i, 0.5 if i % 2 else 0.6) for i in range(8)]
    pen.line(zigzag, 0.055, PALE, body=False)
    for x, y in _ring(0.47, 0.15, (0.1, 0.12), 9):
        pen.dot(x, y, 0.04, DARK)
    pen.dot(0.47, 0.15, 0.11, 0.25)
    _crayon(pen, at("4,72 50,69 95,71 96,93 50,94 5,95"), -0.1, width=0.05)
    for i in range(6):
        pen.line([(0.17 + 0.13 * i, 0.75), (0.18 + 0.13 * i, 0.89)], 0.035, DARK, body=False)


def umbrella_ribs(pen: Pen) -> None:
    pen.rect(0.47, 0.0, 0.53, 0.9, -0.5)
    pen.line(arc(0.6, 0.88, 0.1, 0.1, 180, 0, 10), 0.06, -0.5)
    pen.poly(arc(0.5, 0.55, 0.5, 0.5, 180, 360, 16))
    for a, b, tone in ((0.0, 0.25, DARK), (0.5, 0.75, DARK)):
        edge = [(0.5 - 0.5 * math.cos(math.pi * t), 0.55) for t in (a, b)]
        bow = arc(0.5, 0.55, 0.5, 0.5, 180, 200, 4) if a == 0 else []
        pen.poly([(0.5, 0.05), *reversed(bow), *edge], tone, body=False)
    for x in (0.15, 0.5, 0.85):
        pen.line([(0.5, 0.06), ((0.5 + x) / 2 + (x - 0.5) * 0.15, 0.25), (x, 0.55)], 0.025, -0.5, body=False)


def umbrella_zigzag(pen: Pen) -> None:
    pen.line(turned([(0.5, 0.06), (0.5, 0.98)], 14), 0.06, -0.5)
    pen.line(turned(at("50,96 45,100 38,94"), 14), 0.06, -0.5)
    hem = at("93,60 82,48 71,60 60,48 50,61 39,48 28,60 17,48 6,60")
    dome = at("10,42 25,24 50,12 74,24 90,42")
    _crayon(pen, turned([*hem, *dome], 14))
    for x, y in at("28,36 50,25 50,42 72,37"):
        pen.dot(*turned([(x, y)], 14)[0], 0.05, PALE, body=False)


def bell_jingle(pen: Pen) -> None:
    pen.dot(0.5, 0.13, 0.13)
    pen.hole(0.44, 0.07, 0.56, 0.19)
    pen.dot(0.5, 0.6, 0.4)
    pen.rect(0.06, 0.5, 0.94, 0.6, DARK, r=0.05)
    pen.rect(0.47, 0.7, 0.53, 0.95, BLACK, body=False)
    _dots(pen, at("30,72 70,72 50,72"), 0.06, BLACK)
    pen.oval(0.26, 0.3, 0.42, 0.42, PALE, body=False)


def bell_hand(pen: Pen) -> None:
    pen.dot(*turned([(0.5, 0.91)], 20)[0], 0.08, -0.6)
    pen.line(turned([(0.5, 0.06), (0.5, 0.4)], 20), 0.1, DARK)
    pen.dot(*turned([(0.5, 0.06)], 20)[0], 0.075, DARK)
    half = at("58,36 67,44 71,64 76,75 85,82 83,88")
    _crayon(pen, turned([*half, *((1 - x, y) for x, y in reversed(half))], 20))
    pen.line(turned(at("27,77 50,79 73,77"), 20), 0.04, DARK, body=False)
    pen.line(turned([(0.4, 0.46), (0.37, 0.62)], 20), 0.06, PALE, body=False)


def leaf_heart(pen: Pen) -> None:
    pen.rect(0.46, 0.0, 0.54, 0.3, -0.5)
    pen.dot(0.28, 0.4, 0.25)
    pen.dot(0.72, 0.4, 0.25)
    pen.poly(at("50,24 90,57 50,100 10,57"))
    pen.line([(0.5, 0.2), (0.5, 0.9)], 0.04, -0.5, body=False)
    for y, w in at("38,30 54,26 70,15"):
        pen.line([(0.5 - w, y - w * 0.3), (0.5, y + w * 0.4), (0.5 + w, y - w * 0.3)], 0.03, -0.5, body=False)


def leaf_willow(pen: Pen) -> None:
    pen.line([(0.05, 0.95), (0.22, 0.82)], 0.06, -0.5)
    upper = at("17,86 19,60 36,36 62,17 95,5")
    _crayon(pen, smooth([*upper, (0.9, 0.34), (0.72, 0.62), (0.48, 0.8), (0.28, 0.87)], 4), width=0.05)
    pen.line(at("10,92 40,64 66,40 88,13"), 0.04, -0.5, body=False)
    for x, y in at("35,69 50,55 65,41"):
        pen.line([(x - 0.05, y - 0.18), (x, y), (x + 0.18, y - 0.01)], 0.03, -0.5, body=False)


def drum_djembe(pen: Pen) -> None:
    pen.poly(at("14,8 86,8 82,36 60,62 40,62 18,36"))
    pen.poly(at("40,60 60,60 74,95 26,95"), -0.2)
    pen.oval(0.26, 0.9, 0.74, 1.0, -0.2)
    pen.rect(0.38, 0.58, 0.62, 0.65, DARK)
    pen.line(at("19,24 28,40 39,24 50,40 61,24 72,40 81,24"), 0.035, PALE, body=False)
    pen.oval(0.12, 0.04, 0.88, 0.22, -0.5)
    pen.oval(0.12, 0.0, 0.88, 0.17, 0.3)


def drum_sticks(pen: Pen) -> None:
    _crayon(pen, at("8,42 92,40 90,84 72,93 50,95 26,93 10,85"), width=0.05)
    pen.line(at("10,83 26,91 50,93 72,91 90,82"), 0.06, DARK, body=False)
    zigzag = at("11,56 22,82 36,60 50,86 64,60 78,82 89,54")
    pen.line(zigzag, 0.045, PALE, body=False)
    pen.oval(0.05, 0.27, 0.95, 0.55, DARK)
    pen.oval(0.1, 0.3, 0.9, 0.51, 0.3, body=False)
    for side in (1, -1):
        pen.line([(0.5 + side * 0.3, 0.42), (0.5 - side * 0.3, 0.1)], 0.06, -0.6)
        pen.dot(0.5 - side * 0.32, 0.09, 0.08, -0.6)


def crown_zigzag(pen: Pen) -> None:
    pen.poly(at("0,18 20,50 35,10 50,50 65,10 80,50 100,18 93,90 7,90"))
    pen.poly(at("4.5,66 95.5,66 93.7,84 6.3,84"), DARK, body=False)
    for x in (0.22, 0.5, 0.78):
        pen.poly([(x, 0.67), (x + 0.09, 0.75), (x, 0.83), (x - 0.09, 0.75)], PALE, body=False)


def crown_cross(pen: Pen) -> None:
    pen.line([(0.5, 0.05), (0.5, 0.3)], 0.08, DARK)
    pen.line([(0.4, 0.13), (0.61, 0.13)], 0.08, DARK)
    left = at("15,74 4,50 8,32 26,26 42,34 50,27")
    right = at("60,34 76,27 92,33 96,52 85,74")
    _crayon(pen, smooth([*left, *right], 4), width=0.05)
    pen.line([(0.49, 0.3), (0.5, 0.7)], 0.05, DARK, body=False)
    pen.line(at("38,37 27,50 30,70"), 0.05, DARK, body=False)
    pen.line(at("63,37 74,50 70,70"), 0.05, DARK, body=False)
    _crayon(pen, at("10,72 50,69 89,71 87,93 50,95 12,93"), 0.1, width=0.05)
    for x, y in at("24,82 50,82 76,82"):
        pen.dot(x, y, 0.065, PALE, body=False)
        pen.dot(x, y, 0.035, -0.6, body=False)


DRAW: dict[str, tuple[Drawing, Drawing]] = {
    "ball": (ball_patches, ball_star),
    "block": (block_dice, block_letter),
    "star": (star_inner, star_scrawl),
    "heart": (heart_border, heart_lopsided),
    "moon": (moon_craters, moon_nose),
    "cup": (cup_beaker, cup_tea),
    "key": (key_skeleton, key_diagonal),
    "fish": (fish_diamond, fish_puffy),
    "car": (car_oldtimer, car_beetle),
    "house": (house_tall, house_cottage),
    "tree": (tree_lollipop, tree_branches),
    "mushroom": (mushroom_house, mushroom_wavy),
    "boat": (boat_paper, boat_funnel),
    "flower": (flower_six, flower_tulip),
    "arrow": (arrow_sign, arrow_feather),
    "duck": (duck_upright, duck_swimming),
    "hat": (hat_bowler, hat_bobble),
    "umbrella": (umbrella_ribs, umbrella_zigzag),
    "bell": (bell_jingle, bell_hand),
    "leaf": (leaf_heart, leaf_willow),
    "drum": (drum_djembe, drum_sticks),
    "crown": (crown_zigzag, crown_cross),
}
