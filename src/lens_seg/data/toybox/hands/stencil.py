"""Toys in the style of stencils, stickers and clip art from many different sources."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lens_seg.data.toybox.hands.curves import Drawing, Path, arc, at, smooth, turned
from lens_seg.data.toybox.pen import BLACK, DARK, PALE, Pen, Points

SOFT = 0.3
"""A light shade that still counts as the toy's own colour."""
DEEP = -0.6


def _polar(cx: float, cy: float, radii: Sequence[float], start: float = -90.0) -> Path:
    """Points around a centre, evenly spaced in angle."""
    angles = [math.radians(start + 360 * i / len(radii)) for i in range(len(radii))]
    return [(cx + r * math.cos(t), cy + r * math.sin(t)) for r, t in zip(radii, angles, strict=True)]


def _heart(cx: float, cy: float, rx: float, ry: float) -> Path:
    """A heart that fills the box of half sides `rx`, `ry`."""
    ts = [math.radians(6 * i) for i in range(60)]
    high = [13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t) for t in ts]
    return [(cx + rx * math.sin(t) ** 3, cy - ry * (h + 2.5) / 14.5) for t, h in zip(ts, high, strict=True)]


def ball_volley(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.5)
    for a in (20, 140, 260):
        for off in (0.0, 0.17, 0.34):
            us = [-off / 1.73 + (0.55 + off / 1.73) * i / 12 for i in range(13)]
            curve = [(0.5 + u, 0.5 + off + 0.09 * math.sin(math.pi * (u + off / 1.73) / 0.65)) for u in us]
            pen.line(turned(curve, a), 0.05 if off == 0 else 0.032, -0.7, body=False)


def ball_checks(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.5)
    edges = [-90, -58, -18, 22, 60, 90]
    rows = [-90, -52, -17, 17, 52, 90]
    for i in range(5):
        for j in range(5):
            if (i + j) % 2 == 0:
                continue
            lo, hi = edges[i] + 4, edges[i + 1] - 4
            rim = [(lo, rows[j] + 4 + (rows[j + 1] - rows[j] - 8) * k / 6) for k in range(7)]
            rim += [(hi, rows[j + 1] - 4 - (rows[j + 1] - rows[j] - 8) * k / 6) for k in range(7)]
            at = [(math.radians(a), math.radians(b)) for a, b in rim]
            cell = [(0.5 + 0.5 * math.sin(a) * math.cos(b), 0.5 + 0.5 * math.sin(b)) for a, b in at]
            pen.poly(turned(cell, 22), BLACK, body=False)


def block_cube(pen: Pen) -> None:
    top, mid, low, side = (0.5, 0.0), (0.5, 0.46), (0.5, 1.0), 0.47
    left, right = 0.5 - side, 0.5 + side
    pen.poly([top, (right, 0.22), mid, (left, 0.22)], 0.33)
    pen.poly([(left, 0.22), mid, low, (left, 0.75)])
    pen.poly([mid, (right, 0.22), (right, 0.75), low], -0.35)
    for u, v, w in ((0.08, 0.9, 0.04), (0.92, 0.9, 0.04)):  # a slanting A on the left face, a spot on the right
        pen.line([(left + side * u * 0.8 + w, 0.26 + 0.25 * u + 0.45 * v), (0.27, 0.42)], 0.055, PALE, body=False)
    pen.line([(0.17, 0.6), (0.36, 0.69)], 0.05, PALE, body=False)
    pen.poly(arc(0.735, 0.605, 0.12, 0.16, 0, 360), DEEP, body=False)


def block_brick(pen: Pen) -> None:
    pen.poly(at("0 46, 22 27, 100 27, 80 46"), 0.25)
    pen.poly(at("80 46, 100 27, 100 62, 80 84"), -0.4)
    pen.rect(0, 0.46, 0.8, 0.84)
    for y, x0 in ((0.3, 0.225), (0.39, 0.12)):
        for i in range(3):
            x = x0 + 0.24 * i
            pen.oval(x, y - 0.03, x + 0.19, y + 0.06, DARK)
            pen.rect(x, y - 0.09, x + 0.19, y + 0.015, -0.3)
            pen.oval(x, y - 0.14, x + 0.19, y - 0.04, 0.5)


def star_slender(pen: Pen) -> None:
    points = _polar(0.5, 0.53, [0.53, 0.19] * 5)
    pen.poly(points)
    for i in range(0, 10, 2):
        pen.poly([(0.5, 0.53), points[i], points[(i + 1) % 10]], -0.34, body=False)


def star_fish(pen: Pen) -> None:
    radii = [r for _ in range(5) for r in (0.5, 0.47, 0.3, 0.24, 0.3, 0.47)]
    pen.poly(smooth(turned(_polar(0.5, 0.52, radii), 14, 0.5, 0.52), 5))
    for a in range(5):
        for r, s in ((0.13, 0.03), (0.23, 0.035), (0.33, 0.03), (0.41, 0.02)):
            (spot,) = turned([(0.5, 0.52 - r)], 14 + 72 * a, 0.5, 0.52)
            pen.dot(*spot, s, PALE, body=False)
    pen.dot(0.5, 0.52, 0.05, PALE, body=False)


def heart_stitched(pen: Pen) -> None:
    pen.poly(_heart(0.5, 0.5, 0.43, 0.5))
    seam = _heart(0.5, 0.48, 0.34, 0.39)
    for i in range(0, 60, 4):
        pen.line(seam[i : i + 3], 0.035, PALE, body=False)


def heart_broad(pen: Pen) -> None:
    rim = at("50 27, 68 12, 90 17, 100 40, 88 62, 70 77, 42 89, 33 75")
    pen.poly(smooth([*rim, *at("10 60, 0 36, 10 16, 32 12")]))
    pen.poly(_heart(0.52, 0.47, 0.29, 0.22), 0.5, body=False)


def moon_craters(pen: Pen) -> None:
    pen.poly(arc(0.5, 0.5, 0.5, 0.5, -118, 128, 40) + arc(0.2, 0.48, 0.41, 0.42, 75, -80, 30))
    for x, y, r in ((0.78, 0.3, 0.07), (0.72, 0.56, 0.1), (0.88, 0.62, 0.04), (0.54, 0.83, 0.06), (0.6, 0.14, 0.045)):
        pen.dot(x, y, r, -0.45, body=False)
        pen.dot(x + r * 0.2, y + r * 0.25, r * 0.7, -0.2, body=False)


def moon_face(pen: Pen) -> None:
    outer = at("86 2, 50 3.5, 24 18, 12 50, 24 82, 50 98, 88 96")
    inner = at("64 86, 53 76, 57 70, 53 67, 55 61, 52 58, 64 53")
    pen.poly(smooth([*outer, *inner, (0.54, 0.42), (0.5, 0.33), (0.56, 0.16)]))
    pen.line(arc(0.42, 0.37, 0.08, 0.06, 10, 170), 0.04, BLACK, body=False)
    pen.line([(0.54, 0.685), (0.45, 0.68), (0.41, 0.65)], 0.028, BLACK, body=False)
    pen.dot(0.37, 0.57, 0.06, SOFT, body=False)


def cup_mug(pen: Pen) -> None:
    pen.line(arc(0.3, 0.5, 0.2, 0.24, 90, 270), 0.09, DARK)
    pen.poly(at("27 7, 90 7, 86 95, 80 100, 37 100, 31 95"))
    for y in (0.3, 0.54, 0.78):
        pen.rect(0.2, y, 0.95, y + 0.09, PALE, body=False)
    pen.rect(0.1, 0.2, 0.28, 0.9, DARK, body=False)
    pen.oval(0.27, 0, 0.9, 0.15)
    pen.oval(0.32, 0.03, 0.85, 0.125, BLACK, body=False)


def cup_espresso(pen: Pen) -> None:
    pen.oval(0, 0.7, 1, 0.95, -0.3)
    pen.oval(0.1, 0.71, 0.9, 0.87, SOFT)
    pen.line(arc(0.76, 0.4, 0.14, 0.13, -100, 110), 0.07)
    pen.poly([*arc(0.46, 0.3, 0.34, 0.53, 0, 180), (0.12, 0.16), (0.8, 0.16)])
    pen.oval(0.12, 0.07, 0.8, 0.27, -0.2)
    pen.oval(0.17, 0.1, 0.75, 0.245, BLACK, body=False)
    pen.poly(_heart(0.45, 0.5, 0.13, 0.13), PALE, body=False)


def key_clover(pen: Pen) -> None:
    for x, y in ((0.5, 0.15), (0.33, 0.37), (0.67, 0.37)):
        pen.dot(x, y, 0.15)
    pen.dot(0.5, 0.3, 0.12)
    pen.rect(0.44, 0.35, 0.56, 1, r=0.04)
    pen.rect(0.39, 0.5, 0.61, 0.56, DARK, r=0.02)
    pen.poly(at("50 70, 80 70, 80 79, 69 79, 69 83, 82 83, 82 95, 50 95"))
    pen.poly(at("56 74, 63 74, 63 91, 56 91"), DEEP, body=False)
    for x, y in ((0.5, 0.15), (0.32, 0.38), (0.68, 0.38)):
        pen.hole(x - 0.065, y - 0.065, x + 0.065, y + 0.065)


def key_hexagon(pen: Pen) -> None:
    blade = at("30 41, 93 41, 104 50, 97 57, 88 57, 82 64, 76 57")
    blade += at("71 57, 65 66, 59 57, 53 64, 47 64, 43 59, 30 62")
    pen.poly(turned(blade, -32))
    pen.line(turned([(0.42, 0.48), (0.92, 0.48)], -32), 0.035, DEEP, body=False)
    pen.poly(turned(_polar(0.19, 0.5, [0.27] * 6, 0), -32), -0.1)
    pen.poly(turned(_polar(0.19, 0.5, [0.2] * 6, 0), -32), 0.2, body=False)
    ((x, y),) = turned([(0.12, 0.5)], -32)
    pen.hole(x - 0.085, y - 0.085, x + 0.085, y + 0.085)


def fish_angel(pen: Pen) -> None:
    pen.poly(at("25 40, 55 8, 86 0, 70 20, 72 48, 72 56, 70 80, 86 100"))
    pen.poly(at("25 60, 72 45, 70 80, 86 100, 55 93"))
    pen.poly(at("68 50, 96 30, 90 50, 96 72"), DARK)
    pen.poly(smooth(at("4 50, 25 32, 50 22, 72 42, 72 58, 50 79, 25 68")))
    pen.poly(at("30 10, 38 10, 36 50, 38 90, 30 90, 28 50"), BLACK, body=False)
    pen.poly(at("53 0, 63 0, 57 50, 63 100, 53 100, 48 50"), BLACK, body=False)
    pen.dot(0.18, 0.46, 0.055, PALE, body=False)
    pen.dot(0.17, 0.46, 0.028, BLACK, body=False)


def fish_pike(pen: Pen) -> None:
    for fin in ([(0.2, 0.42), (0.36, 0.25), (0.36, 0.44)], [(0.18, 0.58), (0.3, 0.75), (0.34, 0.6)]):
        pen.poly(fin, DARK)
    pen.poly([(0.55, 0.6), (0.5, 0.76), (0.64, 0.6)], DARK)
    pen.poly(at("20 50, 0 29, 7 50, 0 71"), DARK)
    back = at("14 47, 35 40, 60 36, 80 41, 99 49")
    pen.poly(smooth([*back, *at("98 56, 80 63, 55 64, 30 59, 14 53")]))
    for i in range(5):
        for j in range(2 + i % 2):
            x, y = 0.26 + 0.1 * i, 0.5 + 0.08 * (j - 0.5 - 0.5 * (i % 2))
            pen.line(arc(x, y, 0.035, 0.035, -80, 80, 8), 0.025, DEEP, body=False)
    pen.line(arc(0.69, 0.51, 0.06, 0.11, -80, 80, 10), 0.022, DEEP, body=False)
    pen.line([(0.98, 0.53), (0.87, 0.55)], 0.022, BLACK, body=False)
    pen.dot(0.83, 0.465, 0.034, PALE, body=False)
    pen.dot(0.835, 0.465, 0.018, BLACK, body=False)


def car_jeep(pen: Pen) -> None:
    pen.rect(0.0, 0.36, 0.1, 0.68, BLACK, r=0.03)
    pen.rect(0.06, 0.44, 0.98, 0.75, r=0.03)
    pen.rect(0.08, 0.14, 0.64, 0.2, -0.2, r=0.02)
    for x in (0.1, 0.37):
        pen.line([(x, 0.18), (x, 0.46)], 0.05, -0.2)
    pen.poly(at("57 16, 63 16, 71 46, 64 46"))
    pen.rect(0.39, 0.5, 0.61, 0.72, SOFT, body=False, r=0.02)
    pen.rect(0.9, 0.49, 0.97, 0.57, PALE, body=False)
    pen.rect(0.9, 0.66, 1, 0.74, BLACK, r=0.02)
    pen.line([(0.53, 0.35), (0.57, 0.46)], 0.03, BLACK)
    for x in (0.25, 0.77):
        pen.dot(x, 0.74, 0.14, BLACK)
        pen.dot(x, 0.74, 0.07, PALE, body=False)


def car_racer(pen: Pen) -> None:
    pen.rect(0.0, 0.28, 0.2, 0.35, DARK, r=0.02)
    pen.poly(at("6 30, 13 30, 18 55, 10 55"), DARK)
    pen.dot(0.49, 0.36, 0.095, SOFT)
    pen.rect(0.49, 0.32, 0.6, 0.38, BLACK, body=False, r=0.02)
    body = at("4 46, 20 30, 36 26, 40 40, 60 41, 85 50, 98 60, 96 71")
    pen.poly([*body, (0.05, 0.71)])
    pen.rect(0.86, 0.63, 1.0, 0.7, DARK, r=0.02)
    pen.dot(0.49, 0.57, 0.085, PALE, body=False)
    pen.line([(0.49, 0.53), (0.49, 0.61)], 0.03, BLACK, body=False)
    for x, r in ((0.19, 0.145), (0.77, 0.12)):
        pen.dot(x, 0.74 - r, r, BLACK)
        pen.dot(x, 0.74 - r, r * 0.55, 0.15, body=False)


def house_tent(pen: Pen) -> None:
    pen.poly(at("50 0, 56 0, 100 93, 96 100, 4 100, 0 93, 44 0"), -0.3)
    pen.poly([(0.5, 0.12), (0.86, 1.0), (0.14, 1.0)], 0.15, body=False)
    pen.poly([(0.5, 0.24), (0.6, 0.46), (0.4, 0.46)], BLACK, body=False)
    pen.rect(0.27, 0.55, 0.73, 0.6, -0.7, body=False)
    for i in range(6):
        pen.rect(0.29 + 0.08 * i, 0.47, 0.315 + 0.08 * i, 0.58, -0.7, body=False)
    pen.rect(0.29, 0.455, 0.71, 0.485, -0.7, body=False)
    pen.rect(0.42, 0.7, 0.58, 1.0, -0.7, body=False)
    for x in (0.25, 0.64):
        pen.rect(x, 0.74, x + 0.11, 0.88, PALE, body=False)


def house_chimneys(pen: Pen) -> None:
    for x in (0.17, 0.71):
        pen.rect(x, 0.08, x + 0.12, 0.4, -0.2)
        pen.rect(x - 0.02, 0.06, x + 0.14, 0.13, DEEP)
    pen.poly(at("0 48, 16 23, 84 23, 100 48"), -0.34)
    pen.rect(0.06, 0.48, 0.94, 0.95)
    for x in (0.12, 0.3, 0.61, 0.79):
        pen.rect(x, 0.56, x + 0.1, 0.69, PALE, body=False)
        if x in (0.12, 0.79):
            pen.rect(x, 0.76, x + 0.1, 0.88, PALE, body=False)
    pen.rect(0.42, 0.66, 0.58, 0.95, DEEP, body=False, r=0.07)
    pen.rect(0.42, 0.8, 0.58, 0.95, DEEP, body=False)
    pen.rect(0.34, 0.93, 0.66, 0.98, DARK)


def tree_palm(pen: Pen) -> None:
    trunk = at("46 30, 56 30, 58 55, 56 80, 60 97, 34 97, 41 78, 47 55")
    pen.poly(smooth(trunk), -0.34)
    for y in (0.5, 0.6, 0.7, 0.8, 0.9):
        pen.line([(0.38, y), (0.62, y - 0.03)], 0.018, BLACK, body=False)
    fronds = (
        (0.02, 0.58, 0.16),
        (0, 0.27, 0.2),
        (0.24, 0.03, 0.1),
        (0.78, 0.03, 0.1),
        (1, 0.27, 0.2),
        (0.98, 0.6, 0.16),
    )
    for x, y, k in fronds:
        mx, my = (x + 0.52) / 2, (y + 0.28) / 2 - k
        frond = [(0.52, 0.24), (mx, my), (x, y), (mx + (0.05 if mx > 0.52 else -0.05) * -1, my + 0.18), (0.52, 0.36)]
        pen.poly(smooth(frond), 0.05)
        pen.line([(0.52, 0.29), (mx, my + 0.09), (x * 0.85 + mx * 0.15, y * 0.85 + my * 0.15)], 0.02, -0.55, body=False)
    for x in (0.47, 0.57):
        pen.dot(x, 0.36, 0.055, -0.7)


def tree_oak(pen: Pen) -> None:
    trunk = at("40 50, 60 50, 60 80, 76 98, 58 94, 50 98, 42 94, 24 98")
    pen.poly([*trunk, (0.4, 0.8)], -0.5)
    puffs = [(0.13, 0.48, 0.13), (0.24, 0.3, 0.17), (0.42, 0.19, 0.17), (0.62, 0.2, 0.17), (0.78, 0.33, 0.16)]
    for x, y, r in [*puffs, (0.87, 0.5, 0.13), (0.28, 0.5, 0.16), (0.5, 0.44, 0.2), (0.72, 0.51, 0.15)]:
        pen.dot(x, y, r)
    for x, y, r in ((0.3, 0.32, 0.09), (0.6, 0.25, 0.1), (0.76, 0.5, 0.08), (0.22, 0.52, 0.07), (0.48, 0.48, 0.09)):
        pen.line(arc(x, y, r, r, 20, 160, 10), 0.03, -0.5, body=False)


def mushroom_slender(pen: Pen) -> None:
    pen.poly(smooth(at("46 40, 56 40, 57 70, 64 93, 58 100, 46 99, 42 90")), 0.55)
    pen.poly(at("40 66, 62 66, 68 76, 34 76"), -0.2)
    cap = at("50 0, 64 8, 74 28, 82 50, 66 56, 50 53, 34 56, 18 50")
    pen.poly(smooth([*cap, (0.26, 0.28), (0.36, 0.08)]))
    for x, y, r in ((0.48, 0.16, 0.05), (0.36, 0.34, 0.06), (0.6, 0.32, 0.065), (0.48, 0.45, 0.04), (0.72, 0.47, 0.04)):
        pen.dot(x, y, r, PALE, body=False)


def mushroom_wide(pen: Pen) -> None:
    pen.poly(smooth(at("41 45, 59 45, 60 75, 68 90, 50 95, 32 90, 40 75")), 0.3)
    pen.oval(0.0, 0.32, 1.0, 0.58, -0.45)
    for i in range(9):
        pen.line([(0.5, 0.42), (0.02 + 0.12 * i, 0.62)], 0.02, BLACK, body=False)
    pen.rect(0.41, 0.5, 0.59, 0.7, 0.3, body=False)
    pen.poly(arc(0.5, 0.46, 0.5, 0.4, 180, 360, 30) + arc(0.5, 0.46, 0.5, 0.07, 0, -180))
    pen.poly(arc(0.36, 0.24, 0.16, 0.07, 0, 360), SOFT, body=False)


def boat_ferry(pen: Pen) -> None:
    pen.rect(0.28, 0.1, 0.42, 0.36, -0.2)
    pen.rect(0.28, 0.14, 0.42, 0.2, BLACK, body=False)
    pen.rect(0.16, 0.31, 0.74, 0.48, SOFT, r=0.02)
    pen.rect(0.08, 0.45, 0.86, 0.64, 0.1, r=0.02)
    for i in range(5):
        pen.dot(0.17 + 0.15 * i, 0.545, 0.04, BLACK, body=False)
        if i < 4:
            pen.rect(0.22 + 0.13 * i, 0.36, 0.3 + 0.13 * i, 0.43, BLACK, body=False)
    pen.poly(at("0 60, 100 60, 88 90, 8 90"))
    pen.poly(at("4 80, 96 80, 88 91, 8 91"), DEEP, body=False)
    pen.rect(0, 0.64, 1, 0.68, PALE, body=False)


def boat_viking(pen: Pen) -> None:
    pen.line([(0.5, 0.02), (0.5, 0.75)], 0.05, DEEP)
    sail = [*arc(0.5, 0.11, 0.33, 0.05, 180, 360, 12), (0.88, 0.3), (0.83, 0.58)]
    pen.poly([*sail, *arc(0.5, 0.58, 0.33, 0.07, 0, -180, 12), (0.12, 0.3)], 0.1)
    for x in (0.25, 0.45, 0.65):
        pen.rect(x, 0.06, x + 0.1, 0.6, PALE, body=False)
    pen.rect(0.13, 0.07, 0.87, 0.12, DEEP, r=0.02)
    hull = at("2 40, 11 42, 12 60, 30 72, 70 72, 88 60, 89 42, 98 40")
    pen.poly(smooth([*hull, *at("97 70, 80 93, 50 97, 20 93, 3 70")]), -0.2)
    for i in range(4):
        pen.dot(0.26 + 0.16 * i, 0.8, 0.06, SOFT, body=False)
        pen.dot(0.26 + 0.16 * i, 0.8, 0.022, BLACK, body=False)


def flower_rose(pen: Pen) -> None:
    pen.line([(0.5, 0.5), (0.48, 0.75), (0.52, 0.98)], 0.05, DEEP)
    for leaf in (at("50 86, 36 68, 14 66, 28 84"), at("50 80, 62 62, 86 60, 72 77")):
        pen.poly(smooth(leaf), -0.33)
    left = at("50 60, 28 53, 14 34, 20 13, 34 10, 50 0, 66 9")
    pen.poly(smooth([*left, (0.82, 0.14), (0.86, 0.34), (0.72, 0.53)]))
    turns = [math.radians(24 * i) for i in range(34)]
    curl = [(0.5 + (0.02 + 0.0145 * t) * math.cos(t), 0.24 + (0.02 + 0.0115 * t) * math.sin(t)) for t in turns]
    pen.line(curl, 0.03, DEEP, body=False)
    pen.line(arc(0.42, 0.12, 0.42, 0.42, 20, 85), 0.03, DEEP, body=False)
    pen.line(arc(0.66, 0.14, 0.5, 0.36, 105, 175), 0.03, DEEP, body=False)


def flower_daisy(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.24)
    for i in range(14):
        petal = at("48 35, 44 10, 50 0, 56 10, 52 35")
        pen.poly(turned(smooth(petal, 5), 360 / 14 * i), 0.12 if i % 2 else -0.1)
        pen.line(turned([(0.5, 0.3), (0.5, 0.12)], 360 / 14 * i), 0.014, DEEP, body=False)
    pen.dot(0.5, 0.5, 0.17, BLACK, body=False)
    for i in range(9):
        (seed,) = turned([(0.5, 0.4)], 40 * i)
        pen.dot(*seed, 0.022, PALE, body=False)


def arrow_bent(pen: Pen) -> None:
    outer = arc(0.66, 0.98, 0.62, 0.72, 180, 270)
    pen.poly(outer + arc(0.66, 0.98, 0.38, 0.44, 270, 180))
    pen.poly([(0.64, 0.06), (1.0, 0.4), (0.64, 0.75)])
    pen.line(arc(0.66, 0.98, 0.5, 0.58, 188, 268), 0.045, PALE, body=False)


def arrow_double(pen: Pen) -> None:
    for y in (0.36, 0.54):
        pen.rect(0.3, y, 0.98, y + 0.1)
    pen.rect(0.86, 0.36, 0.98, 0.64, DARK)
    pen.poly(at("0 50, 42 12, 50 20, 36 50, 50 80, 42 88"))
    pen.poly(at("0 50, 36 50, 50 80, 42 88"), -0.4, body=False)


def duck_back(pen: Pen) -> None:
    pen.poly(at("72 20, 92 23, 97 29, 90 33, 70 36"), DEEP)
    body = at("40 40, 55 50, 78 52, 100 46, 95 70, 76 88, 40 93, 12 82")
    pen.poly(smooth([*body, (0.04, 0.6), (0.14, 0.44), (0.3, 0.38)]))
    pen.poly(at("20 55, 36 20, 64 40, 52 60"))
    pen.dot(0.54, 0.27, 0.2)
    wing = at("36 58, 56 60, 84 58, 76 68, 72 76, 52 81, 36 74")
    pen.poly(smooth(wing), -0.4, body=False)
    for y in (0.66, 0.73):
        pen.line([(0.5, y), (0.7, y - 0.01)], 0.02, SOFT, body=False)
    pen.dot(0.6, 0.21, 0.045, PALE, body=False)
    pen.dot(0.615, 0.21, 0.025, BLACK, body=False)


def duck_runner(pen: Pen) -> None:
    for x in (0.46, 0.62):
        pen.line([(x, 0.8), (x, 0.95)], 0.04, DEEP)
        pen.poly([(x + 0.03, 0.9), (x - 0.17, 1.0), (x + 0.05, 1.0)], DEEP)
    pen.poly(at("30 8, 22 13, 6 15, 8 21, 30 22"), DEEP)
    neck = at("26 12, 37 1, 50 6, 53 20, 50 36, 64 48, 80 62, 95 66")
    pen.poly(smooth([*neck, *at("80 82, 58 89, 38 80, 30 60, 36 38, 36 24")]))
    pen.line([(0.35, 0.33), (0.52, 0.35)], 0.045, PALE, body=False)
    pen.poly(smooth(at("46 54, 62 56, 84 70, 62 78, 48 70")), -0.4, body=False)
    pen.dot(0.37, 0.11, 0.03, BLACK, body=False)


def hat_cowboy(pen: Pen) -> None:
    crown = at("22 68, 26 40, 34 20, 44 19, 50 24, 56 19, 66 20, 74 40")
    pen.poly(smooth([*crown, (0.78, 0.68), (0.5, 0.75)]))
    pen.poly(at("20 55, 80 55, 82 68, 18 68"), BLACK, body=False)
    brim = at("0 42, 10 54, 24 64, 50 68, 76 64, 90 54, 100 42, 94 66")
    pen.poly(smooth([*brim, *at("74 80, 50 84, 26 80, 6 66")]), -0.15)
    pen.line([(0.5, 0.26), (0.48, 0.46)], 0.035, -0.5, body=False)
    pen.dot(0.5, 0.61, 0.04, PALE, body=False)


def hat_witch(pen: Pen) -> None:
    cone = at("24 82, 36 50, 44 22, 56 6, 90 2, 70 20, 64 36, 70 56")
    pen.oval(0, 0.7, 1, 0.98, -0.25)
    pen.poly([*cone, (0.78, 0.82), (0.5, 0.88)])
    pen.poly(at("28 67, 50 73, 73 67, 78 82, 50 89, 22 82"), BLACK, body=False)
    pen.rect(0.41, 0.69, 0.59, 0.88, PALE, body=False)
    pen.rect(0.45, 0.74, 0.55, 0.83, BLACK, body=False)
    for x, y in ((0.46, 0.32), (0.44, 0.54)):
        pen.line([(x, y), (x + 0.14, y + 0.04)], 0.025, -0.5, body=False)


def umbrella_half(pen: Pen) -> None:
    pen.line([(0.5, 0.03), (0.5, 0.88), *arc(0.41, 0.88, 0.09, 0.09, 0, 170, 12)], 0.055, DEEP)
    hem = at("84 66, 73 60, 62 70, 50 63, 38 70, 27 60, 16 66")
    pen.poly([(0.5, 0.06), (0.62, 0.16), (0.72, 0.36), *hem, (0.28, 0.36), (0.38, 0.16)])
    pen.poly(at("50 6, 62 70, 50 63, 38 70"), SOFT, body=False)
    for x, y in ((0.73, 0.6), (0.27, 0.6)):
        k = 1 if x > 0.5 else -1
        pen.poly([(0.5, 0.06), (0.5 + 0.12 * k, 0.7), (x, y), (0.5 + 0.15 * k, 0.3)], -0.34, body=False)


def umbrella_tilted(pen: Pen) -> None:
    def t(points: Points) -> Path:
        return turned([(x * 1.01 - 0.003, y * 1.01 - 0.065) for x, y in points], 28)

    pen.line(t([(0.5, 0.06), (0.5, 0.95), *arc(0.58, 0.95, 0.08, 0.09, 180, 20, 12)]), 0.055, -0.34)
    rim = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    scallops = [p for a in reversed(rim[:-1]) for p in arc(a + 0.1, 0.54, 0.1, 0.06, 0, -180, 8)]
    pen.poly(t(arc(0.5, 0.54, 0.5, 0.44, 180, 360, 30) + scallops))
    for a, b in ((0.22, 0.38), (0.62, 0.78)):
        turns = [i * math.pi / 16 for i in range(9)]
        side, back = ([(0.5 + (c - 0.5) * math.sin(w), 0.54 - 0.44 * math.cos(w)) for w in turns] for c in (a, b))
        pen.poly(t(side + back[::-1]), PALE, body=False)


def bell_bow(pen: Pen) -> None:
    pen.dot(0.5, 0.88, 0.11, DEEP)
    half = at("50 20, 62 24, 70 42, 80 62, 100 76, 98 86, 50 90")
    pen.poly([*half, *[(1 - x, y) for x, y in reversed(half[:-1])]])
    pen.poly(at("20 62, 80 62, 88 70, 12 70"), PALE, body=False)
    for k in (-1, 1):
        loop = [(0.5, 0.2), (0.5 + 0.18 * k, 0.02), (0.5 + 0.4 * k, 0.06), (0.5 + 0.38 * k, 0.3), (0.5 + 0.18 * k, 0.3)]
        pen.poly(smooth(loop), -0.33)
        pen.line([(0.5, 0.2), (0.5 + 0.14 * k, 0.46)], 0.06, -0.33)
        pen.line([(0.5 + 0.08 * k, 0.19), (0.5 + 0.28 * k, 0.17)], 0.025, BLACK, body=False)
    pen.dot(0.5, 0.19, 0.075, -0.6)


def bell_hand(pen: Pen) -> None:
    pen.dot(0.5, 0.92, 0.08, DEEP)
    pen.poly(smooth(at("44 36, 42 18, 44 2, 56 2, 58 18, 56 36")), -0.65)
    pen.rect(0.4, 0.3, 0.6, 0.37, DARK, r=0.03)
    half = at("50 35, 64 37, 71 46, 73 68, 80 84, 82 92, 50 92")
    pen.poly([*half, *[(1 - x, y) for x, y in reversed(half[:-1])]])
    pen.rect(0.1, 0.82, 0.9, 0.92, -0.3, body=False)
    pen.line([(0.39, 0.46), (0.36, 0.7)], 0.06, 0.6, body=False)


def leaf_maple(pen: Pen) -> None:
    half = at("50 0, 59 16, 69 12, 65 36, 78 26, 82 34, 100 33, 93 48")
    half += at("99 54, 76 68, 80 77, 54 74")
    pen.line([(0.5, 0.6), (0.5, 0.8), (0.54, 0.97)], 0.05, DARK)
    pen.poly([*half, *[(1 - x, y) for x, y in reversed(half[1:])]])
    for x, y in ((0.5, 0.15), (0.86, 0.42), (0.14, 0.42), (0.7, 0.7), (0.3, 0.7)):
        pen.line([(0.5, 0.72), (x, y)], 0.03, DEEP, body=False)


def leaf_elm(pen: Pen) -> None:
    rim = []
    for k in (1, -1):
        side = []
        for i in range(1, 11):
            y, w = 0.06 + 0.072 * i, 0.33 * math.sin(math.pi * (i / 11) ** 0.8)
            side += [(0.5 + k * w * 0.86, y - 0.02), (0.5 + k * (w + 0.03), y + 0.02)]
        rim += side if k == 1 else side[::-1]
    pen.line(turned([(0.5, 0.8), (0.52, 0.98)], 24), 0.05, DEEP)
    pen.poly(turned([(0.5, 0.0), *rim[:20], (0.5, 0.86), *rim[20:]], 24))
    pen.line(turned([(0.5, 0.06), (0.5, 0.85)], 24), 0.03, PALE, body=False)
    for i in range(5):
        y = 0.3 + 0.12 * i
        for k in (-1, 1):
            pen.line(turned([(0.5, y), (0.5 + k * (0.24 - 0.03 * abs(i - 1)), y - 0.13)], 24), 0.02, PALE, body=False)


def drum_ropes(pen: Pen) -> None:
    pen.poly(smooth(at("12 12, 88 12, 87 32, 78 60, 66 94, 50 99, 34 94, 22 60, 13 32")))
    for i in range(4):
        x = 0.14 + 0.18 * i
        pen.line([(x, 0.22), (0.5 + (x - 0.32) * 0.6, 0.66)], 0.025, PALE, body=False)
        pen.line([(x + 0.18, 0.22), (0.5 + (x - 0.5) * 0.6, 0.66)], 0.025, PALE, body=False)
    pen.rect(0.1, 0.64, 0.9, 0.7, DEEP, body=False)
    pen.oval(0.1, 0.04, 0.9, 0.3, DEEP)
    pen.oval(0.1, 0.0, 0.9, 0.25, 0.6)
    pen.oval(0.2, 0.04, 0.8, 0.2, SOFT, body=False)


def drum_low(pen: Pen) -> None:
    for x in (0.1, 0.46, 0.82):
        pen.rect(x, 0.7, x + 0.08, 0.93 if x == 0.46 else 0.87, DEEP, r=0.03)
    pen.rect(0, 0.36, 1, 0.68)
    pen.oval(0, 0.54, 1, 0.84)
    pen.poly(arc(0.5, 0.69, 0.5, 0.15, 0, 180) + arc(0.5, 0.62, 0.5, 0.15, 180, 0), -0.34, body=False)
    for x, y in ((0.12, 0.46), (0.36, 0.5), (0.64, 0.5), (0.88, 0.46)):
        pen.rect(x - 0.025, y, x + 0.025, y + 0.2, PALE, body=False)
    pen.oval(0, 0.24, 1, 0.54, -0.34)
    pen.oval(0, 0.2, 1, 0.48, 0.45)
    pen.oval(0.06, 0.23, 0.94, 0.44, SOFT, body=False)
    for a, b in (((0.3, 0.36), (0.86, 0.1)), ((0.7, 0.36), (0.14, 0.1))):
        pen.line([a, b], 0.045, DEEP)
        pen.dot(*a, 0.045, DEEP)


def crown_velvet(pen: Pen) -> None:
    pen.oval(0.1, 0.2, 0.54, 0.84, -0.3)
    pen.oval(0.46, 0.2, 0.9, 0.84, -0.3)
    pen.oval(0.3, 0.2, 0.7, 0.84, -0.3)
    for rx in (0.36, -0.36):
        arch = [(0.5, 0.22), (0.5 + rx * 0.7, 0.2), (0.5 + rx * 1.15, 0.42), (0.5 + rx, 0.74)]
        pen.line(arch, 0.075, 0.25)
        for x, y in arch[1:3]:
            pen.dot(x, y, 0.055, PALE)
    pen.line([(0.5, 0.24), (0.5, 0.74)], 0.075, 0.25, body=False)
    pen.dot(0.5, 0.2, 0.08, 0.25)
    pen.rect(0.47, 0.0, 0.53, 0.16)
    pen.rect(0.42, 0.04, 0.58, 0.09)
    pen.poly([(0.08, 0.72), *arc(0.5, 0.72, 0.42, 0.06, 180, 0), (0.88, 0.94), *arc(0.5, 0.92, 0.38, 0.08, 0, 180)])
    for x in (0.22, 0.5, 0.78):
        pen.dot(x, 0.86 if x != 0.5 else 0.88, 0.05, BLACK, body=False)


def crown_tiara(pen: Pen) -> None:
    half = at("50 12, 58 44, 68 20, 74 46, 86 26, 87 50, 100 36, 93 84")
    low = [(0.72, 0.9), (0.5, 0.92)]
    right = half + low
    pen.poly([*right, *[(1 - x, y) for x, y in reversed(right[1:-1])]])
    pen.line(at("5 71, 28 77, 50 79, 72 77, 95 71"), 0.035, -0.6, body=False)
    for x, y, r in ((0.5, 0.56, 0.085), (0.71, 0.57, 0.05), (0.29, 0.57, 0.05), (0.87, 0.6, 0.04), (0.13, 0.6, 0.04)):
        pen.poly(_polar(x, y, [r * 1.3, r * 0.8] * 2), PALE, body=False)
    for x, y in ((0.5, 0.12), (0.68, 0.2), (0.32, 0.2), (0.86, 0.27), (0.14, 0.27), (0.965, 0.37), (0.035, 0.37)):
        pen.dot(x, y, 0.035, -0.3)


DRAW: dict[str, tuple[Drawing, Drawing]] = {
    "ball": (ball_volley, ball_checks),
    "block": (block_cube, block_brick),
    "star": (star_slender, star_fish),
    "heart": (heart_stitched, heart_broad),
    "moon": (moon_craters, moon_face),
    "cup": (cup_mug, cup_espresso),
    "key": (key_clover, key_hexagon),
    "fish": (fish_angel, fish_pike),
    "car": (car_jeep, car_racer),
    "house": (house_tent, house_chimneys),
    "tree": (tree_palm, tree_oak),
    "mushroom": (mushroom_slender, mushroom_wide),
    "boat": (boat_ferry, boat_viking),
    "flower": (flower_rose, flower_daisy),
    "arrow": (arrow_bent, arrow_double),
    "duck": (duck_back, duck_runner),
    "hat": (hat_cowboy, hat_witch),
    "umbrella": (umbrella_half, umbrella_tilted),
    "bell": (bell_bow, bell_hand),
    "leaf": (leaf_maple, leaf_elm),
    "drum": (drum_ropes, drum_low),
    "crown": (crown_velvet, crown_tiara),
}
