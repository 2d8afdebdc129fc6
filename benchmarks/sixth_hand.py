"""Toy scenes by a sixth hand, in its own words: one question about each, in ReasonSeg's format.

    python benchmarks/sixth_hand.py --out DIR [--count 300] [--seed 0] [--plain] [--sheet PNG]

An agent drew and asked who had been told the kinds, colours, sizes and families, and saw nothing of the package. So
some sentences have words that Toybox does not teach ("farthest from", "what goes ding dong"); `--plain` leaves these
out.
"""

# ruff: noqa: B023 (functions made in a loop are called at once)
from __future__ import annotations

import argparse
import itertools
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 192
SS = 4
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
TABLES: list[tuple[int, int, int]] = [
    (150, 150, 152),
    (126, 128, 132),
    (186, 170, 144),
    (168, 150, 124),
    (140, 112, 88),
    (118, 94, 74),
    (132, 146, 128),
    (116, 130, 114),
    (128, 142, 158),
    (108, 122, 140),
]
Pt = tuple[float, float]
# Tones: a number mixes the toy's colour (below 0 towards black, above 0 towards white).
Tone = float | str


# ---------------------------------------------------------------- drawings
class Pen:
    """Collects filled polygons in a 0..100 square (y down)."""

    def __init__(self) -> None:
        self.ops: list[tuple[str, np.ndarray, Tone]] = []

    def poly(self, pts: list[Pt], tone: Tone = 0.0) -> None:
        self.ops.append(("fill", np.array(pts, float), tone))

    def hole(self, pts: list[Pt]) -> None:
        self.ops.append(("hole", np.array(pts, float), 0.0))

    def oval(self, x: float, y: float, rx: float, ry: float, tone: Tone = 0.0) -> None:
        self.poly(arc(x, y, rx, ry, 0, 360), tone)

    def rect(self, x0: float, y0: float, x1: float, y1: float, tone: Tone = 0.0, r: float = 0.0) -> None:
        if r <= 0:
            self.poly([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], tone)
            return
        self.poly(
            arc(x1 - r, y0 + r, r, r, -90, 0, 10)
            + arc(x1 - r, y1 - r, r, r, 0, 90, 10)
            + arc(x0 + r, y1 - r, r, r, 90, 180, 10)
            + arc(x0 + r, y0 + r, r, r, 180, 270, 10),
            tone,
        )

    def line(self, pts: list[Pt], w: float, tone: Tone = 0.0) -> None:
        for (ax, ay), (bx, by) in itertools.pairwise(pts):
            d = math.hypot(bx - ax, by - ay) or 1.0
            nx, ny = -(by - ay) / d * w / 2, (bx - ax) / d * w / 2
            self.poly([(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)], tone)
        for x, y in pts:
            self.poly(arc(x, y, w / 2, w / 2, 0, 360, 16), tone)


def arc(x: float, y: float, rx: float, ry: float, a0: float, a1: float, n: int = 48) -> list[Pt]:
    return [(x + rx * math.cos(math.radians(a)), y + ry * math.sin(math.radians(a))) for a in np.linspace(a0, a1, n)]


def bez(p: Pt, q: Pt, r: Pt, s: Pt, n: int = 24) -> list[Pt]:
    out: list[Pt] = []
    for t in np.linspace(0, 1, n):
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        out.append((a * p[0] + b * q[0] + c * r[0] + d * s[0], a * p[1] + b * q[1] + c * r[1] + d * s[1]))
    return out


def ball(p: Pen) -> None:
    p.oval(50, 50, 46, 46)
    px, py = 42.0, 34.0
    for k in range(0, 6, 2):
        a0, a1 = 60.0 * k + 10, 60.0 * k + 62
        rim = arc(50, 50, 46, 46, a0, a1, 20)
        bend = 12.0

        def ctrl(e: Pt) -> Pt:
            dx, dy = e[0] - px, e[1] - py
            d = math.hypot(dx, dy)
            return (px + dx * 0.5 - dy / d * bend, py + dy * 0.5 + dx / d * bend)

        c0, c1 = ctrl(rim[0]), ctrl(rim[-1])
        p.poly(bez((px, py), c0, c0, rim[0], 14) + rim + bez(rim[-1], c1, c1, (px, py), 14), 0.72)
    p.oval(px, py, 7, 7, -0.25)


def block(p: Pen) -> None:
    p.poly([(4, 26), (24, 4), (96, 4), (96, 74), (76, 96), (4, 96)], 0)
    p.poly([(4, 26), (24, 4), (96, 4), (76, 26)], 0.3)
    p.poly([(76, 26), (96, 4), (96, 74), (76, 96)], -0.3)
    p.rect(10, 32, 70, 90, 0.45, 5)
    p.line([(24, 80), (40, 42), (56, 80)], 8, -0.45)
    p.line([(31, 67), (49, 67)], 7, -0.45)


def star(p: Pen) -> None:
    def pts(r: float, q: float) -> list[Pt]:
        return [
            (
                50 + (r if k % 2 == 0 else q) * math.sin(math.pi * k / 5),
                53 - (r if k % 2 == 0 else q) * math.cos(math.pi * k / 5),
            )
            for k in range(10)
        ]

    p.poly(pts(50, 22))
    p.poly(pts(34, 15), 0.22)


def heart(p: Pen) -> None:
    pts = []
    for t in np.linspace(0, 2 * math.pi, 90):
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        pts.append((50 + 2.9 * x, 46 - 2.9 * y))
    p.poly(pts)
    p.oval(30, 28, 9, 6, 0.45)


def moon(p: Pen) -> None:
    d, r, q = 26.0, 47.0, 38.0
    a = (d * d + r * r - q * q) / (2 * d)
    h = math.sqrt(r * r - a * a)
    t0 = math.degrees(math.atan2(h, a))
    u0 = math.degrees(math.atan2(h, a - d))
    p.poly(arc(50, 50, r, r, t0, 360 - t0, 60) + arc(50 + d, 50, q, q, 360 - u0, u0, 60))
    p.oval(18, 40, 6, 7, -0.22)
    p.oval(24, 68, 7, 6, -0.22)
    p.oval(38, 18, 4, 4, -0.22)


def cup(p: Pen) -> None:
    p.oval(72, 54, 24, 25)
    p.hole(arc(72, 54, 13, 14, 0, 360))
    p.poly([(6, 18), *arc(40, 18, 34, 9, 180, 360), (74, 18), (71, 82), *arc(40, 82, 31, 12, 0, 180)], 0)
    p.oval(40, 18, 34, 9, 0.4)
    p.oval(40, 19.5, 28, 6, -0.6)
    p.poly([(8, 44), *arc(40, 44, 32.4, 8, 180, 0), (72, 54), *arc(40, 54, 32, 8, 0, 180)], 0.45)


def key(p: Pen) -> None:
    p.rect(36, 42, 98, 56, 0, 4)
    p.rect(72, 50, 81, 76, 0, 2)
    p.rect(87, 50, 97, 72, 0, 2)
    p.oval(25, 49, 24, 24)
    p.hole(arc(23, 49, 11.5, 11.5, 0, 360))
    p.rect(50, 38, 55, 60, -0.25, 1)
    p.line([(58, 46.5), (93, 46.5)], 2.5, 0.4)


def fish(p: Pen) -> None:
    p.poly(
        [
            (66, 50),
            *bez((66, 50), (80, 40), (88, 26), (98, 22)),
            *bez((98, 22), (90, 42), (90, 58), (98, 78)),
            *bez((98, 78), (88, 74), (80, 60), (66, 50)),
        ],
        -0.22,
    )
    p.poly([*bez((28, 34), (40, 8), (58, 12), (66, 38)), (40, 44)], -0.22)
    p.poly([*bez((34, 68), (44, 90), (54, 86), (56, 66)), (40, 60)], -0.22)
    p.poly(bez((2, 52), (16, 18), (56, 18), (78, 50)) + bez((78, 50), (56, 82), (16, 82), (2, 52)), 0)
    p.line(bez((32, 32), (42, 44), (42, 58), (32, 70), 12), 3, -0.4)
    for x, y in ((48, 42), (48, 58), (58, 50)):
        p.line(arc(x, y, 6, 6, -70, 70, 8), 2.2, -0.35)
    p.oval(20, 45, 6.5, 6.5, "white")
    p.oval(19, 45, 3.6, 3.6, "dark")
    p.line([(4, 55), (12, 57)], 2, -0.5)


def car(p: Pen) -> None:
    p.poly([(18, 46), (31, 22), (35, 19), (66, 19), (70, 22), (84, 46)], 0)
    p.rect(2, 42, 98, 72, 0, 9)
    p.poly([(27, 44), (36, 26), (49, 26), (49, 44)], "glass")
    p.poly([(54, 44), (54, 26), (65, 26), (75, 44)], "glass")
    p.line([(51.5, 48), (51.5, 68)], 1.8, -0.35)
    p.rect(55, 51, 62, 54, -0.45, 1)
    p.oval(94, 52, 3.5, 4.5, 0.7)
    p.rect(2, 62, 98, 67, -0.22, 2)
    for x in (25, 75):
        p.oval(x, 71, 14, 14, "dark")
        p.oval(x, 71, 6.5, 6.5, "grey")


def house(p: Pen) -> None:
    p.rect(68, 8, 81, 40, -0.45)
    p.rect(14, 42, 86, 96, 0.16)
    p.poly([(50, 4), (98, 48), (2, 48)], -0.14)
    p.rect(56, 62, 74, 96, -0.55)
    p.oval(60, 80, 1.9, 1.9, "white")
    p.rect(23, 60, 45, 80, "glass")
    p.line([(34, 60), (34, 80)], 2.2, -0.55)
    p.line([(23, 70), (45, 70)], 2.2, -0.55)
    p.line([(23, 60), (45, 60), (45, 80), (23, 80), (23, 60)], 2.2, -0.55)


def tree(p: Pen) -> None:
    p.poly([(42, 56), (58, 56), (59, 90), (66, 97), (34, 97), (41, 90)], -0.58)
    for x, y, r in ((28, 46, 20), (72, 46, 20), (38, 26, 21), (62, 26, 21), (50, 48, 24)):
        p.oval(x, y, r, r)
    for x, y, r in ((38, 24, 12), (26, 44, 9), (60, 40, 10)):
        p.line(arc(x, y, r, r, 190, 280, 12), 3, 0.35)
    for x, y, r in ((64, 28, 12), (74, 48, 10), (46, 54, 12)):
        p.line(arc(x, y, r, r, 10, 90, 12), 3, -0.3)


def mushroom(p: Pen) -> None:
    p.poly(
        [
            (38, 52),
            *bez((38, 52), (40, 70), (36, 82), (32, 92)),
            *bez((32, 92), (40, 99), (60, 99), (68, 92)),
            *bez((68, 92), (64, 82), (60, 70), (62, 52)),
        ],
        0.6,
    )
    p.poly(bez((3, 56), (4, -14), (96, -14), (97, 56)) + bez((97, 56), (80, 66), (20, 66), (3, 56)), 0)
    p.poly(bez((10, 59), (28, 66), (72, 66), (90, 59)) + bez((90, 59), (70, 57), (30, 57), (10, 59)), -0.4)
    for x, y, rx, ry in ((48, 20, 10, 8), (24, 38, 7, 8), (70, 32, 8.5, 8), (48, 46, 7, 5.5), (86, 48, 4.5, 5)):
        p.oval(x, y, rx, ry, "white")


def boat(p: Pen) -> None:
    p.rect(46, 3, 51, 76, -0.55)
    p.poly([*bez((54, 8), (72, 24), (84, 44), (88, 64)), (54, 64)], 0.3)
    p.poly([(43, 18), *bez((43, 18), (36, 38), (26, 54), (12, 64)), (43, 64)], 0.5)
    p.poly(
        [
            (3, 70),
            (97, 70),
            *bez((97, 70), (92, 90), (84, 96), (76, 97)),
            (24, 97),
            *bez((24, 97), (14, 94), (8, 86), (3, 70)),
        ],
        0,
    )
    p.rect(6, 74, 94, 79, -0.35)
    for x in (34, 50, 66):
        p.oval(x, 87, 3.6, 3.6, "white")


def flower(p: Pen) -> None:
    p.line(bez((50, 40), (52, 60), (50, 80), (49, 96)), 6, -0.5)
    p.poly(bez((50, 84), (56, 62), (72, 60), (86, 64)) + bez((86, 64), (78, 80), (66, 88), (50, 84)), -0.4)
    p.poly(bez((50, 92), (44, 72), (30, 68), (16, 72)) + bez((16, 72), (24, 88), (36, 94), (50, 92)), -0.4)
    for k in range(6):
        a = math.radians(60 * k + 30)
        cx, cy = 50 + 19 * math.cos(a), 34 + 19 * math.sin(a)
        p.oval(cx, cy, 13.5, 13.5, -0.28)
        p.oval(cx, cy, 12, 12, 0)
    p.oval(50, 34, 12, 12, -0.55)
    p.oval(50, 34, 10, 10, 0.72)


def arrow(p: Pen) -> None:
    p.poly([(3, 36), (54, 36), (54, 14), (97, 50), (54, 86), (54, 64), (3, 64)])
    p.poly([(9, 42), (60, 42), (60, 27), (87, 50), (60, 73), (60, 58), (9, 58)], 0.25)


def duck(p: Pen) -> None:
    p.poly(bez((20, 26), (8, 26), (2, 31), (2, 36)) + bez((2, 36), (8, 42), (18, 41), (24, 38)), -0.5)
    p.poly(
        bez((16, 62), (30, 46), (58, 50), (70, 58))
        + bez((70, 58), (80, 56), (90, 50), (95, 40))
        + bez((95, 40), (102, 64), (92, 92), (58, 93))
        + bez((58, 93), (26, 94), (10, 84), (16, 62)),
        0,
    )
    p.oval(36, 30, 21, 21)
    p.poly([(22, 44), (50, 44), (56, 58), (20, 60)], 0)
    p.poly(bez((44, 66), (58, 60), (72, 64), (84, 62)) + bez((84, 62), (80, 82), (52, 88), (44, 66)), -0.25)
    p.line([(3, 36), (22, 34)], 1.6, -0.75)
    p.oval(30, 24, 5, 5.5, "white")
    p.oval(29, 24.5, 3, 3.4, "dark")


def hat(p: Pen) -> None:
    p.oval(50, 78, 48, 14)
    p.oval(50, 75, 40, 9, -0.2)
    p.poly(
        [
            (22, 14),
            *bez((22, 14), (27, 40), (27, 60), (24, 76)),
            *arc(50, 76, 26, 8, 180, 0),
            *bez((76, 76), (73, 60), (73, 40), (78, 14)),
        ],
        0,
    )
    p.poly([(26.4, 54), *arc(50, 54, 23.6, 6, 180, 0), (75, 74), *arc(50, 75, 25.6, 8, 0, 180)], -0.6)
    p.oval(50, 14, 28, 7.5, 0.3)


def umbrella(p: Pen) -> None:
    p.line([(50, 4), (50, 12)], 4.5, -0.5)
    p.line([(50, 40), (50, 84), *arc(59, 84, 9, 10, 180, 0, 14), (68, 80)], 5.5, -0.6)
    top: list[Pt] = arc(50, 54, 48, 46, 180, 360, 60)
    low: list[Pt] = []
    edges = [98.0, 68.0, 32.0, 2.0]
    for a, b in itertools.pairwise(edges):
        low += arc((a + b) / 2, 54, (a - b) / 2, 8, 0, -180, 16)
    p.poly(top + low, 0)
    p.poly(
        bez((50, 8), (40, 16), (34, 34), (32, 54), 14)
        + arc(50, 54, 18, 8, 180, 360, 14)
        + bez((68, 54), (66, 34), (60, 16), (50, 8), 14),
        0.35,
    )
    p.line(bez((50, 8), (40, 16), (34, 34), (32, 53), 14), 1.6, -0.4)
    p.line(bez((50, 8), (60, 16), (66, 34), (68, 53), 14), 1.6, -0.4)


def bell(p: Pen) -> None:
    p.oval(50, 12, 9, 9, -0.35)
    p.hole(arc(50, 11, 4, 4, 0, 360))
    p.oval(50, 87, 10, 10, -0.55)
    p.poly(
        bez((50, 16), (24, 16), (24, 40), (22, 56))
        + bez((22, 56), (20, 70), (12, 74), (7, 80))
        + arc(50, 80, 43, 6, 180, 0)
        + bez((93, 80), (88, 74), (80, 70), (78, 56))
        + bez((78, 56), (76, 40), (76, 16), (50, 16)),
        0,
    )
    p.poly(bez((20, 62), (36, 67), (64, 67), (80, 62)) + bez((82, 69), (64, 74), (36, 74), (18, 69)), -0.3)
    p.line(bez((35, 30), (31, 40), (31, 48), (30, 56), 10), 4.5, 0.55)


def leaf(p: Pen) -> None:
    p.line(bez((50, 74), (50, 86), (48, 92), (44, 97), 10), 5, -0.45)
    p.poly(bez((50, 2), (80, 24), (92, 58), (50, 84)) + bez((50, 84), (8, 58), (20, 24), (50, 2)), 0)
    p.line([(50, 12), (50, 82)], 3, -0.42)
    for y, dx in ((30, 14), (44, 19), (58, 19), (70, 13)):
        p.line([(50, y), (50 + dx, y - dx * 0.75)], 2.4, -0.42)
        p.line([(50, y), (50 - dx, y - dx * 0.75)], 2.4, -0.42)


def drum(p: Pen) -> None:
    p.poly([(7, 34), *arc(50, 34, 43, 13, 180, 360), (93, 82), *arc(50, 82, 43, 13, 0, 180)], 0)
    n = 7
    xs = [50 - 43 * math.cos(math.pi * k / (n - 1)) for k in range(n)]
    zig = []
    for k, x in enumerate(xs):
        dip = 13 * math.sqrt(max(0.0, 1 - ((x - 50) / 43) ** 2))
        zig.append((min(max(x, 9), 91), (40 if k % 2 == 0 else 78) + dip))
    p.line(zig, 3.2, "white*")
    for y in (36, 80):
        p.poly([(7, y), *arc(50, y, 43, 13, 180, 0), (93, y + 6), *arc(50, y + 6, 43, 13, 0, 180)], -0.42)
    p.oval(50, 34, 43, 13, -0.42)
    p.oval(50, 33.5, 38, 10.5, 0.68)
    p.line([(38, 34), (84, 6)], 4.5, -0.65)
    p.line([(62, 34), (16, 6)], 4.5, -0.65)
    p.oval(38, 34, 4.5, 4.5, -0.65)
    p.oval(62, 34, 4.5, 4.5, -0.65)


def crown(p: Pen) -> None:
    p.poly(
        [(4, 30), (26, 54), (29, 20), (42, 48), (50, 10), (58, 48), (71, 20), (74, 54), (96, 30), (88, 88), (12, 88)]
    )
    for x, y in ((5, 28), (29, 19), (50, 11), (71, 19), (95, 28)):
        p.oval(x, y, 5, 5, -0.2)
    p.rect(11, 74, 89, 90, -0.32, 3)
    p.poly([(50, 56), (57, 64), (50, 72), (43, 64)], "white*")
    for x in (26, 50, 74):
        p.oval(x, 82, 4, 4, "white*")
    for x in (28, 72):
        p.oval(x, 65, 4, 4, -0.5)


DRAW: dict[str, Callable[[Pen], None]] = {
    "ball": ball,
    "block": block,
    "star": star,
    "heart": heart,
    "moon": moon,
    "cup": cup,
    "key": key,
    "fish": fish,
    "car": car,
    "house": house,
    "tree": tree,
    "mushroom": mushroom,
    "boat": boat,
    "flower": flower,
    "arrow": arrow,
    "duck": duck,
    "hat": hat,
    "umbrella": umbrella,
    "bell": bell,
    "leaf": leaf,
    "drum": drum,
    "crown": crown,
}
KINDS = list(DRAW)
MIRROR = {"moon", "cup", "key", "fish", "car", "boat", "arrow", "duck", "house", "umbrella"}


def tone_rgb(base: tuple[int, int, int], tone: Tone) -> tuple[int, int, int]:
    pale = min(base) > 200
    if tone == "dark":
        return (38, 36, 40)
    if tone == "grey":
        return (196, 198, 202)
    if tone == "glass":
        return (176, 186, 196) if pale else (228, 236, 242)
    if tone in ("white", "white*"):
        return (176, 176, 180) if pale and tone == "white*" else ((206, 206, 208) if pale else (248, 248, 246))
    t = float(tone)
    if pale and t > 0:
        return (232, 232, 232) if t < 0.4 else (222, 222, 224)
    if pale:
        t *= 0.8
    if t >= 0:
        r, g, b = (round(c + (255 - c) * t) for c in base)
    else:
        r, g, b = (round(c * (1 + t)) for c in base)
    return (r, g, b)


# ---------------------------------------------------------------- one toy
@dataclass
class Toy:
    kind: str
    colour: str
    size: str
    angle: float
    flip: bool
    tile: Image.Image  # flat colours at 4x
    alpha: Image.Image  # silhouette at 4x
    x0: int = 0  # tile corner in the 4x picture
    y0: int = 0
    mask: np.ndarray | None = None
    box: tuple[int, int, int, int] = (0, 0, 0, 0)  # left, top, right, bottom (exclusive), in pixels
    cx: float = 0.0
    cy: float = 0.0
    gx: float = 0.0
    gy: float = 0.0
    area: int = 0

    def place(self, x0: int, y0: int) -> None:
        self.x0, self.y0 = x0, y0
        full = Image.new("L", (SIDE * SS, SIDE * SS), 0)
        full.paste(self.alpha, (x0, y0))
        m = np.asarray(full, float).reshape(SIDE, SS, SIDE, SS).mean((1, 3)) >= 127.5
        ys, xs = np.nonzero(m)
        self.mask = m
        self.box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
        self.cx, self.cy = (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2
        self.gx, self.gy = float(xs.mean()) + 0.5, float(ys.mean()) + 0.5
        self.area = int(m.sum())

    @property
    def longest(self) -> int:
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


def make_toy(kind: str, colour: str, size: str, px: float, angle: float, flip: bool) -> Toy:
    pen = Pen()
    DRAW[kind](pen)
    ca, sa = math.cos(math.radians(angle)), math.sin(math.radians(angle))

    def turn(q: np.ndarray) -> np.ndarray:
        q = q - 50
        if flip:
            q = q * np.array([-1.0, 1.0])
        return np.stack([q[:, 0] * ca - q[:, 1] * sa, q[:, 0] * sa + q[:, 1] * ca], 1)

    ops = [(o, turn(q), t) for o, q, t in pen.ops]
    every = np.concatenate([q for o, q, _ in ops if o == "fill"])
    lo, hi = every.min(0), every.max(0)
    k = px * SS / float((hi - lo).max())
    w, h = (math.ceil(v) + 2 for v in (hi - lo) * k)
    tile, alpha = Image.new("RGB", (w, h), COLOURS[colour]), Image.new("L", (w, h), 0)
    dt, da = ImageDraw.Draw(tile), ImageDraw.Draw(alpha)
    for o, q, t in ops:
        pts = [(float(x), float(y)) for x, y in (q - lo) * k + 1]
        if o == "hole":
            da.polygon(pts, fill=0)
        else:
            dt.polygon(pts, fill=tone_rgb(COLOURS[colour], t))
            da.polygon(pts, fill=255)
    return Toy(kind, colour, size, angle, flip, tile, alpha)


def random_toy(rng: np.random.Generator, kind: str, colour: str, size: str) -> Toy:
    px = rng.uniform(37.2, 43.0) if size == "small" else rng.uniform(57.2, 66.8)
    return make_toy(kind, colour, size, px, float(rng.uniform(-15, 15)), kind in MIRROR and bool(rng.random() < 0.5))


# ---------------------------------------------------------------- the picture
def table(rng: np.random.Generator) -> np.ndarray:
    base = np.array(TABLES[int(rng.integers(len(TABLES)))], float)
    n = SIDE * SS
    img = np.broadcast_to(base, (n, n, 3)).copy()

    def noise(gw: int, gh: int) -> np.ndarray:
        small = Image.fromarray(rng.integers(0, 256, (gh, gw), dtype=np.uint8).astype(np.uint8), "L")
        return np.asarray(small.resize((n, n), Image.Resampling.BICUBIC), float) / 255 - 0.5

    style = int(rng.integers(4))
    img += noise(6, 6)[..., None] * 8
    if style == 1:  # fine speckle
        img += noise(160, 160)[..., None] * 14
    elif style == 2:  # wood grain
        img += noise(5, 90)[..., None] * 22
        for y in np.sort(rng.choice(np.arange(60, n - 60), 3, replace=False)):
            img[int(y) : int(y) + 3] *= 0.9
    elif style == 3:  # cloth weave
        ys, xs = np.mgrid[0:n, 0:n]
        img += ((np.sin(xs * 2 * math.pi / 20) + np.sin(ys * 2 * math.pi / 20)) * 2.2)[..., None]
    ys, xs = np.mgrid[0:n, 0:n] / n
    lit = 1.05 - 0.10 * (float(rng.uniform(0.3, 0.7)) * xs + 0.6 * ys)
    return img * lit[..., None]


def shade(toy: Toy) -> np.ndarray:
    """The toy's tile with a thin darker outline, a light from the upper left and rounded edges."""
    rgb = np.asarray(toy.tile, float)
    h, w = rgb.shape[:2]
    a = Image.new("L", (w + 24, h + 24), 0)
    a.paste(toy.alpha, (12, 12))
    inner = np.asarray(a.filter(ImageFilter.MinFilter(7)), float)[12:-12, 12:-12] / 255
    soft = np.asarray(a.filter(ImageFilter.GaussianBlur(7)), float) / 255
    rise = (np.roll(soft, (-6, -6), (0, 1)) - np.roll(soft, (6, 6), (0, 1)))[12:-12, 12:-12]
    ys, xs = np.mgrid[0:h, 0:w]
    fall = 1.07 - 0.17 * (0.45 * xs / w + 0.55 * ys / h)
    rgb = rgb * np.clip(fall + 0.16 * rise, 0.6, 1.25)[..., None]
    edge = np.array(tone_rgb(COLOURS[toy.colour], -0.5), float)
    return np.clip(np.where(inner[..., None] > 0.5, rgb, 0.35 * rgb + 0.65 * edge), 0, 255)


def paint(toys: list[Toy], rng: np.random.Generator) -> Image.Image:
    n = SIDE * SS
    img = table(rng)
    sx, sy, dark = int(rng.integers(6, 13)), int(rng.integers(9, 16)), float(rng.uniform(0.35, 0.5))
    shadow = Image.new("L", (n, n), 0)
    for t in toys:
        shadow.paste(255, (t.x0 + sx, t.y0 + sy), t.alpha)
    img *= 1 - dark * (np.asarray(shadow.filter(ImageFilter.GaussianBlur(8)), float) / 255)[..., None]
    for t in toys:
        w, h = t.tile.size
        a = np.asarray(t.alpha, float)[..., None] / 255
        part = img[t.y0 : t.y0 + h, t.x0 : t.x0 + w]
        part[:] = part * (1 - a) + shade(t) * a
    small = np.clip(img, 0, 255).reshape(SIDE, SS, SIDE, SS, 3).mean((1, 3))
    small += rng.normal(0, 1.2, small.shape)
    return Image.fromarray(np.clip(small + 0.5, 0, 255).astype(np.uint8), "RGB")


# ---------------------------------------------------------------- scenes
def sample_toys(rng: np.random.Generator, family: str) -> list[Toy] | None:
    n = int(rng.integers(3, 8))
    if family == "ordinal":
        n = max(n, 4) if rng.random() < 0.8 else n
    few = {
        "attribute": 0.7,
        "superlative": 0.55,
        "relation": 0.4,
        "ordinal": 0.5,
        "negation": 0.8,
        "same": 0.3,
        "function": 0.15,
    }[family]
    kinds = [str(k) for k in rng.permutation(KINDS)]
    cols = [str(c) for c in rng.permutation(list(COLOURS))]
    if rng.random() < few:
        kinds = kinds[: int(rng.integers(1, 4))]
    if rng.random() < few:
        cols = cols[: int(rng.integers(2, 5))]
    big = float(rng.choice([0.2, 0.35, 0.5])) if n <= 5 else float(rng.choice([0.0, 0.15, 0.3]))
    odd = rng.random()
    sizes = ["big" if rng.random() < big else "small" for _ in range(n)]
    if odd < 0.15:
        sizes = ["big"] + ["small"] * (n - 1)
    elif odd < 0.25 and n <= 4:
        sizes = ["small"] + ["big"] * (n - 1)
    toys: list[Toy] = []
    for size in sizes:
        toys.append(random_toy(rng, kinds[int(rng.integers(len(kinds)))], cols[int(rng.integers(len(cols)))], size))
    toys.sort(key=lambda t: -t.alpha.size[0] * t.alpha.size[1])
    gap, edge = 5 * SS, 3 * SS
    taken: list[tuple[int, int, int, int]] = []
    for t in toys:
        w, h = t.alpha.size
        for _ in range(60):
            x = int(rng.integers(edge, SIDE * SS - edge - w))
            y = int(rng.integers(edge, SIDE * SS - edge - h))
            if all(x + w + gap <= a or c + gap <= x or y + h + gap <= b or d + gap <= y for a, b, c, d in taken):
                taken.append((x, y, x + w, y + h))
                t.place(x, y)
                break
        else:
            return None
        if not (36 <= t.longest <= 44 if t.size == "small" else 56 <= t.longest <= 68):
            return None
    return [toys[int(i)] for i in rng.permutation(len(toys))]


# ---------------------------------------------------------------- questions
@dataclass
class Ask:
    text: str
    target: Toy
    family: str
    weight: float = 1.0


MARGIN = 8.0
Test = Callable[[Toy], bool]


def an(word: str) -> str:
    return ("an " if word[0] in "aeiou" else "a ") + word


def groups(toys: list[Toy]) -> list[tuple[str, list[Toy]]]:
    """'toy' and the kinds and colours that are present, with their members."""
    out: list[tuple[str, list[Toy]]] = [("toy", list(toys))]
    for k in sorted({t.kind for t in toys}):
        out.append((k, [t for t in toys if t.kind == k]))
    for c in sorted({t.colour for t in toys}):
        out.append((f"{c} toy", [t for t in toys if t.colour == c]))
    return out


def names(toys: list[Toy], t: Toy) -> list[tuple[str, int]]:
    """Every description that fits t alone, with its number of adjectives."""
    out: list[tuple[str, int]] = []
    for size in ("", t.size):
        for colour in ("", t.colour):
            for kind in ("toy", t.kind):
                hit = [
                    u
                    for u in toys
                    if (not size or u.size == size)
                    and (not colour or u.colour == colour)
                    and (kind == "toy" or u.kind == kind)
                ]
                if len(hit) == 1 and (size or colour or kind != "toy"):
                    out.append((" ".join(w for w in (size, colour, kind) if w), bool(size) + bool(colour)))
    return out


def anchors(toys: list[Toy], t: Toy) -> list[str]:
    """Short names for an anchor: no more adjectives than needed, by kind where possible."""
    all_names = names(toys, t)
    kind = [(s, n) for s, n in all_names if s.endswith(t.kind)]
    least = min((n for _, n in kind), default=9)
    out = [s for s, n in kind if n == least or (n == 1 and least == 0 and s.startswith(t.colour))]
    out += [s for s, n in all_names if s == f"{t.colour} toy"]
    return out


def key_of(t: Toy, side: str) -> tuple[float, float, float]:
    """Numbers that grow away from the given side: box centre, centre of mass, near edge."""
    if side == "left":
        return (t.cx, t.gx, t.box[0])
    if side == "right":
        return (-t.cx, -t.gx, -t.box[2])
    if side == "top":
        return (t.cy, t.gy, t.box[1])
    return (-t.cy, -t.gy, -t.box[3])


def before(a: Toy, b: Toy, side: str) -> bool:
    p, q = key_of(a, side), key_of(b, side)
    return q[0] - p[0] >= MARGIN and q[1] - p[1] >= MARGIN and q[2] - p[2] >= 2


def ask_attribute(toys: list[Toy]) -> list[Ask]:
    out: list[Ask] = []
    for t in toys:
        alike = [u for u in toys if u is not t and (u.kind == t.kind or u.colour == t.colour)]
        for s, n in names(toys, t):
            if n == 2 and not s.endswith(" toy") and not alike:
                continue
            w = 1.0 + 1.5 * (any(u.kind == t.kind for u in alike) and s.endswith(t.kind))
            out.append(Ask("the " + s, t, "attribute", w * (0.5 if s.endswith(" toy") else 1)))
            if n == 0 or s == f"{t.colour} toy":
                out.append(Ask("the only " + s, t, "attribute", 0.4))
    return out


SIDES = {
    "left": ["the leftmost {}", "the {} furthest to the left"],
    "right": ["the rightmost {}", "the {} furthest to the right"],
    "top": ["the highest {}", "the topmost {}", "the {} closest to the top edge"],
    "bottom": ["the lowest {}", "the {} closest to the bottom edge"],
}


def ask_superlative(toys: list[Toy]) -> list[Ask]:
    out: list[Ask] = []
    for name, members in groups(toys):
        if len(members) < 2:
            continue
        for t in members:
            rest = [u for u in members if u is not t]
            for side, ways in SIDES.items():
                if all(before(t, u, side) for u in rest):
                    out += [Ask(way.format(name), t, "superlative", 1 / len(ways)) for way in ways]
            w = 1.5 if len(members) > 2 else 1.0
            if t.size == "big" and all(u.size == "small" and t.area > 1.25 * u.area for u in rest):
                out += [Ask(f"the {s} {name}", t, "superlative", w / 2) for s in ("biggest", "largest")]
            if t.size == "small" and all(u.size == "big" and 1.25 * t.area < u.area for u in rest):
                out.append(Ask(f"the smallest {name}", t, "superlative", w))
    return out


def rim(t: Toy) -> np.ndarray:
    assert t.mask is not None
    m = np.pad(t.mask, 1)
    inside = m[:-2, 1:-1] & m[2:, 1:-1] & m[1:-1, :-2] & m[1:-1, 2:]
    return np.argwhere(t.mask & ~inside).astype(float)


def gap(a: Toy, b: Toy) -> float:
    p, q = rim(a), rim(b)
    return float(np.sqrt(((p[:, None] - q[None]) ** 2).sum(2).min()))


def on_side(t: Toy, anchor: Toy, side: str) -> bool | None:
    """True: clearly on that side of the anchor; False: clearly not; None: arguable."""
    verdicts: list[bool | None] = []
    for dx, dy in ((t.cx - anchor.cx, t.cy - anchor.cy), (t.gx - anchor.gx, t.gy - anchor.gy)):
        along, across = {"left": (-dx, dy), "right": (dx, dy), "top": (-dy, dx), "bottom": (dy, dx)}[side]
        if along >= 2 * MARGIN and abs(across) <= 0.75 * along:
            verdicts.append(True)
        elif (along <= MARGIN - 1 and abs(across) >= 24) or along <= -MARGIN:
            verdicts.append(False)
        else:
            verdicts.append(None)
    return verdicts[0] if verdicts[0] == verdicts[1] else None


REL = {
    "left": ["the {} left of the {}", "the {} to the left of the {}"],
    "right": ["the {} right of the {}", "the {} to the right of the {}"],
    "top": ["the {} above the {}"],
    "bottom": ["the {} below the {}", "the {} under the {}"],
}


def ask_relation(toys: list[Toy]) -> list[Ask]:
    out: list[Ask] = []
    gaps: dict[tuple[int, int], float] = {}

    def dist(a: Toy, b: Toy) -> tuple[float, float, float]:
        k = (min(id(a), id(b)), max(id(a), id(b)))
        if k not in gaps:
            gaps[k] = gap(a, b)
        return math.hypot(a.cx - b.cx, a.cy - b.cy), math.hypot(a.gx - b.gx, a.gy - b.gy), gaps[k]

    def nearer(a: Toy, b: Toy, anchor: Toy) -> bool:
        p, q = dist(a, anchor), dist(b, anchor)
        return q[0] - p[0] >= MARGIN and q[1] - p[1] >= MARGIN and q[2] - p[2] >= 4

    for anchor in toys:
        refs = anchors(toys, anchor)
        for name, members in groups(toys):
            rest = [u for u in members if u is not anchor]
            if not rest:
                continue
            w = (1.0 if name == "toy" else 0.5 if len(rest) > 1 else 0.12) / max(1, len(refs))
            for side, ways in REL.items():
                v = [on_side(u, anchor, side) for u in rest]
                if v.count(True) == 1 and v.count(None) == 0:
                    hit = rest[v.index(True)]
                    out += [Ask(way.format(name, r), hit, "relation", w / len(ways)) for way in ways for r in refs]
            if len(rest) < 2:
                continue
            for t in rest:
                others = [u for u in rest if u is not t]
                if all(nearer(t, u, anchor) for u in others):
                    out += [
                        Ask(f"the {name} {s} the {r}", t, "relation", w / 2)
                        for r in refs
                        for s in ("nearest to", "closest to")
                    ]
                if all(nearer(u, t, anchor) for u in others):
                    out += [Ask(f"the {name} farthest from the {r}", t, "relation", w / 2) for r in refs]
    return out


ORD = ["first", "second", "third", "fourth", "fifth", "sixth"]


def ask_ordinal(toys: list[Toy]) -> list[Ask]:
    out: list[Ask] = []
    for name, members in groups(toys):
        if len(members) < 3:
            continue
        for side in SIDES:
            order = sorted(members, key=lambda t: key_of(t, side)[0])
            for k in range(1, len(order) - 1):
                if (
                    k <= 3
                    and all(before(u, order[k], side) for u in order[:k])
                    and all(before(order[k], u, side) for u in order[k + 1 :])
                ):
                    w = 1.0 if k < 3 else 0.5
                    out.append(Ask(f"the {ORD[k]} {name} from the {side}", order[k], "ordinal", w))
                    if len(order) == 3 and side in ("left", "top"):
                        how = "from left to right" if side == "left" else "from top to bottom"
                        out.append(Ask(f"the middle {name}, counting {how}", order[k], "ordinal", 0.3))
    return out


def ask_negation(toys: list[Toy]) -> list[Ask]:
    out: list[Ask] = []

    def add(text: str, members: list[Toy], test: Test, w: float) -> None:
        hit = [t for t in members if not test(t)]
        if len(hit) == 1 and len(members) >= 2:
            out.append(Ask(text, hit[0], "negation", w))

    for name, members in groups(toys):
        kind, colour = members[0].kind, members[0].colour
        few = 1.0 if len(members) > 2 or name != "toy" else 0.5
        if name == "toy" or name == kind:
            for c in sorted({t.colour for t in members}):
                add(f"the {name} that is not {c}", members, lambda t: t.colour == c, few)
                add(f"the {name} that isn't {c}", members, lambda t: t.colour == c, few / 2)
        if name == "toy" or name == f"{colour} toy":
            for k in sorted({t.kind for t in members}):
                add(f"the {name} that is not {an(k)}", members, lambda t: t.kind == k, few)
                add(f"the only {name} that is not {an(k)}", members, lambda t: t.kind == k, few / 2)
        for s in ("small", "big"):
            add(f"the {name} that is not {s}", members, lambda t: t.size == s, few * 0.6)
    for s in ("small", "big"):
        for k in sorted({t.kind for t in toys}):
            part = [t for t in toys if t.size == s and t.kind == k]
            for c in sorted({t.colour for t in part}):
                add(f"the {s} {k} that is not {c}", part, lambda t: t.colour == c, 0.8)
        part = [t for t in toys if t.size == s]
        for c in sorted({t.colour for t in part}):
            add(f"the {s} toy that is not {c}", part, lambda t: t.colour == c, 0.6)
    return out


def ask_same(toys: list[Toy]) -> list[Ask]:
    out: list[Ask] = []
    for a in toys:
        rest = [u for u in toys if u is not a]
        refs = anchors(toys, a)
        by_kind = [r for r in refs if r.endswith(a.kind)]
        hit = [u for u in rest if u.colour == a.colour]
        if len(hit) == 1:
            for r in by_kind:
                if a.colour not in r:
                    out.append(Ask(f"the toy with the same colour as the {r}", hit[0], "same", 1))
                    out.append(Ask(f"the toy that has the same colour as the {r}", hit[0], "same", 0.5))
                    out.append(Ask(f"the other toy that has the colour of the {r}", hit[0], "same", 0.3))
        hit = [u for u in rest if u.size == a.size]
        if len(hit) == 1:
            for r in refs:
                if a.size not in r:
                    out.append(Ask(f"the toy of the same size as the {r}", hit[0], "same", 0.5))
                    out.append(Ask(f"the toy that is the same size as the {r}", hit[0], "same", 0.5))
        hit = [u for u in rest if u.kind == a.kind]
        if len(hit) == 1:
            for r in refs:
                out.append(Ask(f"the toy of the same kind as the {r}", hit[0], "same", 0.8))
        for k in sorted({u.kind for u in rest}):
            members = [u for u in rest if u.kind == k]
            hit = [u for u in members if u.colour == a.colour]
            if len(members) > 1 and len(hit) == 1:
                out += [
                    Ask(f"the {k} with the same colour as the {r}", hit[0], "same", 1)
                    for r in by_kind
                    if a.colour not in r
                ]
    return out


# kind -> sentences, and other kinds that must not lie in the same scene
USES: dict[str, tuple[list[str], set[str]]] = {
    "ball": (["something to kick around", "something you throw and catch", "what a goalkeeper tries to stop"], set()),
    "block": (["something to build a tower with", "something to stack up high"], {"cup", "drum", "hat"}),
    "star": (["what twinkles in the night sky"], {"moon"}),
    "heart": (["what stands for love", "a shape that means love"], {"flower"}),
    "moon": (["what changes its shape in the night sky every month", "what lights up the sky at night"], {"star"}),
    "cup": (["something to drink from", "what you would pour tea into"], {"hat"}),
    "key": (["what opens a lock", "something to unlock a door with"], set()),
    "fish": (["an animal with fins", "something that breathes under water"], set()),
    "car": (["something to drive on a road", "something that needs petrol and a driver"], {"boat"}),
    "house": (["a place where people live", "something with rooms to live in"], {"boat"}),
    "tree": (
        ["what birds build their nests in", "something tall that grows in the ground and has a trunk"],
        {"house", "mushroom", "flower"},
    ),
    "mushroom": (["something to pick in the woods and fry in a pan"], {"flower", "leaf", "fish", "duck"}),
    "boat": (["something to sail across a lake", "something that the wind pushes over the water"], {"duck", "leaf"}),
    "flower": (["something to put in a vase", "what bees fly to for nectar"], {"leaf", "tree"}),
    "arrow": (["what shows you which way to go", "something that points the way"], {"star"}),
    "duck": (["something that quacks", "a bird that swims on a pond"], set()),
    "hat": (["something to wear on your head", "what a magician pulls a rabbit out of"], {"crown"}),
    "umbrella": (["what keeps you dry in the rain", "something to open when it rains"], {"hat", "house", "car"}),
    "bell": (["something that rings", "what goes ding dong"], set()),
    "leaf": (["what falls off a tree in autumn", "what a caterpillar likes to eat"], {"tree", "flower"}),
    "drum": (["something to beat with sticks", "something to beat a rhythm on"], {"bell"}),
    "crown": (["what a king wears", "what a queen has on her head"], {"hat"}),
}


def ask_function(toys: list[Toy]) -> list[Ask]:
    out: list[Ask] = []
    for t in toys:
        texts, against = USES[t.kind]
        if all(u is t or (u.kind != t.kind and u.kind not in against) for u in toys):
            out += [Ask(s, t, "function", 1 / len(texts)) for s in texts]
    return out


FAMILIES: dict[str, Callable[[list[Toy]], list[Ask]]] = {
    "attribute": ask_attribute,
    "superlative": ask_superlative,
    "relation": ask_relation,
    "ordinal": ask_ordinal,
    "negation": ask_negation,
    "same": ask_same,
    "function": ask_function,
}


@dataclass
class Scene:
    image: Image.Image
    toys: list[Toy]
    text: str
    is_sentence: bool
    target: Toy
    family: str


def make_scene(seed: int, number: int, plain: bool = False) -> Scene:
    """One sample: a pure function of its arguments. `plain`: no function, nothing farthest from another toy."""
    rng = np.random.default_rng([6, seed, number])
    families = [name for name in FAMILIES if not (plain and name == "function")]
    family = families[number % len(families)]
    while True:
        toys = sample_toys(rng, family)
        asks = FAMILIES[family](toys) if toys else []
        asks = [ask for ask in asks if not (plain and "farthest from" in ask.text)]
        if not toys or not asks:
            continue
        w = np.array([a.weight for a in asks])
        ask = asks[int(rng.choice(len(asks), p=w / w.sum()))]
        lead = str(rng.choice(["", "", "", "find ", "show me "]))
        return Scene(paint(toys, rng), toys, lead + ask.text, bool(lead), ask.target, family)


def run_polygons(mask: np.ndarray) -> list[list[list[int]]]:
    """One thin rectangle for each run of mask pixels in each row (equal runs in rows below are joined)."""
    done: list[list[int]] = []  # x0, x1, y0, y1
    live: dict[tuple[int, int], list[int]] = {}
    for y in range(mask.shape[0]):
        d = np.diff(np.concatenate([[0], mask[y].astype(np.int8), [0]]))
        new: dict[tuple[int, int], list[int]] = {}
        for a, b in zip(np.nonzero(d == 1)[0].tolist(), np.nonzero(d == -1)[0].tolist(), strict=False):
            r = live.get((a, b))
            if r is None:
                r = [a, b, y, y + 1]
                done.append(r)
            r[3] = y + 1
            new[(a, b)] = r
        live = new
    return [[[a, c], [b, c], [b, d2], [a, d2]] for a, b, c, d2 in done]


def write_scene(scene: Scene, folder: Path, name: str) -> None:
    scene.image.save(folder / f"{name}.jpg", quality=95)
    assert scene.target.mask is not None
    shapes = [{"label": "target", "shape_type": "polygon", "points": p} for p in run_polygons(scene.target.mask)]
    doc = {"text": [scene.text], "is_sentence": scene.is_sentence, "shapes": shapes}
    (folder / f"{name}.json").write_text(json.dumps(doc), encoding="utf-8")


def write_sheet(path: Path, seed: int) -> None:
    rng = np.random.default_rng([66, seed])
    font = ImageFont.load_default(13)
    cell, cols = 84, 11
    pairs = [(k, c) for k in KINDS for c in rng.choice(list(COLOURS), 2, replace=False)]
    rows = math.ceil(len(pairs) / cols)
    zoom, per = 230, 4
    width = max(cell * cols, zoom * per)
    sheet = Image.new("RGB", (width, rows * (cell + 18) + 3 * (zoom + 40)), (255, 255, 255))
    draw = ImageDraw.Draw(sheet)
    for i, (k, c) in enumerate(pairs):
        t = random_toy(rng, k, str(c), "small" if i % 2 else "big")
        t.place((cell * SS - t.alpha.size[0]) // 2, (cell * SS - t.alpha.size[1]) // 2)
        pic = paint([t], rng).crop((0, 0, cell - 2, cell - 2))
        x, y = (i % cols) * cell, (i // cols) * (cell + 18)
        sheet.paste(pic, (x, y))
        draw.text((x + 2, y + cell - 2), f"{c} {k}"[:14], fill=(0, 0, 0), font=font)
    top = rows * (cell + 18)
    for j in range(12):
        s = make_scene(seed, j)
        x, y = (j % per) * zoom, top + (j // per) * (zoom + 40)
        sheet.paste(s.image.resize((zoom - 6, zoom - 6), Image.Resampling.BICUBIC), (x, y))
        words, line, yy = s.text.split(), "", y + zoom - 4
        for wd in [*words, ""]:
            if not wd or draw.textlength(line + " " + wd, font=font) > zoom - 10:
                draw.text((x + 3, yy), line, fill=(0, 0, 0), font=font)
                line, yy = wd, yy + 15
            else:
                line = (line + " " + wd).strip()
    sheet.save(path)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="gets reason_seg/ReasonSeg/test/*.jpg and *.json")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="only in words that Toybox teaches")
    parser.add_argument("--sheet", type=Path, help="a PNG to look at")
    args = parser.parse_args(arguments)
    folder = args.out / "reason_seg" / "ReasonSeg" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(args.count):
        write_scene(make_scene(args.seed, number, args.plain), folder, f"{args.seed}_{number:05d}")
    if args.sheet:
        args.sheet.parent.mkdir(parents=True, exist_ok=True)
        write_sheet(args.sheet, args.seed)


if __name__ == "__main__":
    main()
