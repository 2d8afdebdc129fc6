"""Scenes of toys with questions by an eighth hand, which shares no line or drawing with the package.

    python benchmarks/eighth_hand.py --out DIR [--number 300] [--seed 0] [--own-words] [--sheet FILE.png]
    lens eval reasonseg --split test --root DIR --batch-size 50

An agent wrote it from the kinds, colours, sizes and families of sentences, with examples of each and the words of
Toybox's grammar, to which it keeps but for `--own-words`. A scene is a pure function of seed and index; the format is
ReasonSeg's, with a rectangle for every run of a mask's rows.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Point = tuple[float, float]
Colour = tuple[int, int, int]
Rng = np.random.Generator

SIDE = 192
CANVAS, UNIT = 380, 165  # a toy is drawn on a canvas of 380 pixels, where -1 to 1 spans 330 of them
MARGIN = 9.5  # pixels between the right answer and the next best one
COLOURS: dict[str, Colour] = {
    "red": (214, 46, 44),
    "orange": (243, 138, 34),
    "yellow": (247, 213, 60),
    "green": (74, 166, 72),
    "blue": (56, 110, 208),
    "purple": (132, 70, 178),
    "pink": (246, 146, 188),
    "white": (247, 246, 241),
}
SIZES = {"small": (37, 44), "big": (57, 68)}
DARK, BROWN, GREEN, GOLD, GLASS = (46, 42, 52), (128, 84, 50), (92, 132, 62), (226, 176, 62), (196, 222, 232)


# ---------------------------------------------------------------- shapes and the pen


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that lies the given share of the way from a to b."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=False))  # type: ignore[return-value]


def oval(x: float, y: float, rx: float, ry: float, tilt: float = 0, start: float = 0, stop: float = 360) -> list[Point]:
    """Points along an ellipse, or along its part between two angles (degrees, clockwise from the right)."""
    turn, out = math.radians(tilt), []
    for a in np.radians(np.linspace(start, stop, 48)):
        u, v = rx * math.cos(a), ry * math.sin(a)
        out.append((x + u * math.cos(turn) - v * math.sin(turn), y + u * math.sin(turn) + v * math.cos(turn)))
    return out


def bow(a: Point, b: Point, bulge: float) -> list[Point]:
    """A curve from a to b that bulges to the left of its way (negative: to the right)."""
    mx, my = (a[0] + b[0]) / 2 + bulge * (b[1] - a[1]), (a[1] + b[1]) / 2 - bulge * (b[0] - a[0])
    return [
        (
            (1 - t) ** 2 * a[0] + 2 * t * (1 - t) * mx + t * t * b[0],
            (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * my + t * t * b[1],
        )
        for t in np.linspace(0, 1, 16)
    ]


def soft(points: list[Point], cut: float = 0.16, times: int = 3, closed: bool = True) -> list[Point]:
    """The same outline with its corners cut off again and again, so that they look rounded."""
    for _ in range(times):
        ends = list(zip(points, points[1:] + points[:1] if closed else points[1:], strict=False))
        new = [
            p
            for (ax, ay), (bx, by) in ends
            for p in ((ax + cut * (bx - ax), ay + cut * (by - ay)), (bx + cut * (ax - bx), by + cut * (ay - by)))
        ]
        points, cut = (new if closed else [points[0], *new, points[-1]]), 0.25
    return points


def mirrored(half: list[Point]) -> list[Point]:
    """A closed outline from its right half, which runs from the top to the bottom."""
    return half + [(-x, y) for x, y in reversed(half)]


def box(x0: float, y0: float, x1: float, y1: float) -> list[Point]:
    """The corners of a rectangle."""
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


class Pen:
    """Draws one toy; coordinates run from -1 to 1, y downwards."""

    def __init__(self, colour: str, rng: Rng) -> None:
        jitter = rng.integers(-8, 9, 3)
        self.main: Colour = tuple(int(np.clip(c + j, 0, 250)) for c, j in zip(COLOURS[colour], jitter, strict=False))
        self.name, self.rng = colour, rng
        self.edge = mix(self.main, (40, 32, 48), 0.5 if colour == "white" else 0.55)
        self.trim: Colour = (176, 160, 142) if colour == "white" else (252, 243, 222)
        self.image = Image.new("RGBA", (CANVAS, CANVAS), (*self.edge, 0))
        self.draw = ImageDraw.Draw(self.image)

    def pick(self, number: int) -> int:
        """One of the ways to draw this toy."""
        return int(self.rng.integers(number))

    def tone(self, level: float) -> Colour:
        """The toy's colour, darker below 1 and lighter above 1."""
        return mix(self.main, (60, 44, 78), 1 - level) if level < 1 else mix(self.main, (255, 255, 255), level - 1)

    @staticmethod
    def px(points: Iterable[Point]) -> list[Point]:
        """Canvas positions."""
        return [(CANVAS / 2 + x * UNIT, CANVAS / 2 + y * UNIT) for x, y in points]

    def fill(self, points: list[Point], colour: Colour | None = None, edge: bool = True) -> None:
        """A filled part, with an outline in a darker tone of the toy or of the part's colour."""
        self.draw.polygon(self.px(points), fill=self.main if colour is None else colour)
        if edge:
            natural = colour is not None and colour in (BROWN, GREEN, GOLD, DARK, GLASS)
            self.line(points + points[:2], mix(colour, DARK, 0.5) if natural else self.edge, 0.042)

    def line(self, points: list[Point], colour: Colour, width: float) -> None:
        """A stroke with round ends."""
        spots, r = self.px(points), width * UNIT / 2
        self.draw.line(spots, fill=colour, width=max(1, round(2 * r)), joint="curve")
        for x, y in (spots[0], spots[-1]):
            self.draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def tube(self, points: list[Point], colour: Colour, width: float) -> None:
        """A stroke with an outline."""
        self.line(points, mix(colour, DARK, 0.5), width + 0.08)
        self.line(points, colour, width)

    def dot(self, x: float, y: float, r: float, colour: Colour, edge: bool = False) -> None:
        """A disc."""
        self.fill(oval(x, y, r, r), colour, edge)

    def hole(self, x: float, y: float, r: float) -> None:
        """A round hole through which the table shows."""
        self.draw.polygon(self.px(oval(x, y, r, r)), fill=(*self.edge, 0))
        self.line(oval(x, y, r, r), self.edge, 0.042)

    def shine(self, x: float, y: float, rx: float, ry: float, tilt: float = -40) -> None:
        """A highlight."""
        self.fill(oval(x, y, rx, ry, tilt), self.tone(1.55), False)


# ---------------------------------------------------------------- the 22 kinds


def ball(p: Pen) -> None:
    p.fill(oval(0, 0, 0.95, 0.95))
    way = p.pick(3)
    if way == 0:
        pole = (-0.22, -0.3)
        for a in (15, 135, 255):
            rim = oval(0, 0, 0.93, 0.93, 0, a, a + 46)
            p.fill(bow(pole, rim[0], 0.18) + rim + bow(rim[-1], pole, -0.18), p.trim)
        p.dot(*pole, 0.12, p.trim, True)
    elif way == 1:
        p.fill(oval(0, -0.1, 0.93, 0.3, 0, 175, 5) + oval(0, 0.18, 0.93, 0.3, 0, 5, 175), p.trim)
    else:
        for x, y, r in ((-0.1, 0.05, 0.2), (0.52, -0.35, 0.15), (0.45, 0.5, 0.16), (-0.4, 0.6, 0.15), (-0.62, 0, 0.13)):
            p.dot(x, y, r, p.trim)
    p.shine(-0.45, -0.58, 0.2, 0.1)


def block(p: Pen) -> None:
    p.fill(soft(box(-0.92, -0.42, 0.42, 0.92), 0.04))
    p.fill([(-0.92, -0.42), (-0.42, -0.88), (0.92, -0.88), (0.42, -0.42)], p.tone(1.35))
    p.fill([(0.42, -0.42), (0.92, -0.88), (0.92, 0.42), (0.42, 0.92)], p.tone(0.75))
    p.line([*box(-0.76, -0.26, 0.26, 0.76), (-0.76, -0.26)], p.tone(1.5) if p.name != "white" else p.trim, 0.06)
    way = p.pick(3)
    if way == 0:
        p.line([(-0.55, 0.58), (-0.25, -0.1), (0.05, 0.58)], p.trim, 0.12)
        p.line([(-0.42, 0.33), (-0.08, 0.33)], p.trim, 0.1)
    elif way == 1:
        for x, y in ((-0.5, 0), (0, 0), (-0.25, 0.25), (-0.5, 0.5), (0, 0.5)):
            p.dot(x, y, 0.1, p.trim)
    else:
        p.fill([(-0.25, -0.1), (0.08, 0.5), (-0.58, 0.5)], p.trim)


def star(p: Pen) -> None:
    tips = [
        (
            (0.98 if i % 2 == 0 else 0.47) * math.sin(i * math.pi / 5),
            -(0.98 if i % 2 == 0 else 0.47) * math.cos(i * math.pi / 5),
        )
        for i in range(10)
    ]
    if p.pick(2):
        p.fill(tips)
        for i in range(10):
            p.fill([(0, 0), tips[i], tips[(i + 1) % 10]], p.tone(1.22 if i % 2 else 0.9), False)
        p.line(tips + tips[:2], p.edge, 0.042)
    else:
        p.fill(soft(tips, 0.13))
        for x in (-0.18, 0.18):
            p.dot(x, -0.12, 0.065, DARK)
        p.line(bow((-0.16, 0.1), (0.16, 0.1), -0.5), DARK, 0.05)
        p.shine(-0.05, -0.6, 0.05, 0.14, 10)


def heart(p: Pen) -> None:
    def shape(k: float) -> list[Point]:
        return [
            (
                k * math.sin(t) ** 3,
                0.06 - k * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16.5,
            )
            for t in np.linspace(0, 2 * math.pi, 80)
        ]

    p.fill(shape(0.97))
    if p.pick(2):
        inner = shape(0.76)
        for i in range(0, 78, 5):
            p.line(inner[i : i + 3], p.tone(1.6) if p.name != "white" else p.trim, 0.05)
    else:
        p.shine(-0.5, -0.42, 0.22, 0.11)
        p.shine(-0.7, -0.1, 0.06, 0.06)


def cup(p: Pen) -> None:
    p.tube(soft([(0.4, -0.42), (0.92, -0.5), (0.98, 0.1), (0.72, 0.5), (0.36, 0.45)], 0.2, closed=False), p.main, 0.17)
    p.fill([(-0.85, -0.62), (0.58, -0.62), *soft([(0.5, 0.5), (0.4, 0.9), (-0.66, 0.9), (-0.77, 0.5)], 0.2, 3, False)])
    if p.pick(2):
        p.fill([(-0.8, -0.12), (0.54, -0.12), (0.52, 0.12), (-0.79, 0.12)], p.trim, False)
    else:
        for x, y in ((-0.5, 0), (-0.1, 0.2), (0.28, -0.02), (-0.38, 0.5), (0.2, 0.55)):
            p.dot(x, y, 0.09, p.trim)
    p.fill(oval(-0.135, -0.62, 0.715, 0.2), p.tone(1.35))
    p.fill(oval(-0.135, -0.6, 0.58, 0.125), (98, 62, 44), False)


def key(p: Pen) -> None:
    p.fill(
        [
            (-0.3, -0.11),
            (0.98, -0.11),
            (0.98, 0.42),
            (0.84, 0.42),
            (0.84, 0.24),
            (0.74, 0.24),
            (0.74, 0.36),
            (0.58, 0.36),
            (0.58, 0.11),
            (-0.3, 0.11),
        ]
    )
    p.fill(box(-0.12, -0.17, 0, 0.17), p.tone(0.8))
    if p.pick(2):
        p.fill(oval(-0.56, 0, 0.44, 0.44))
        p.hole(-0.56, 0, 0.2)
        p.line(oval(-0.56, 0, 0.33, 0.33, 0, 190, 280), p.tone(1.5), 0.06)
    else:
        for x, y in ((-0.48, -0.25), (-0.48, 0.25), (-0.78, 0)):
            p.fill(oval(x, y, 0.25, 0.25))
        p.fill(oval(-0.55, 0, 0.22, 0.22), None, False)
        for x, y in ((-0.48, -0.25), (-0.48, 0.25), (-0.78, 0)):
            p.hole(x, y, 0.11)


def car(p: Pen) -> None:
    p.fill(
        soft(
            [
                (-1, 0.06),
                (-0.94, -0.16),
                (-0.6, -0.24),
                (-0.36, -0.66),
                (0.32, -0.66),
                (0.62, -0.24),
                (0.97, -0.14),
                (1, 0.38),
                (-1, 0.38),
            ],
            0.12,
        )
    )
    p.fill(soft([(-0.45, -0.22), (-0.27, -0.54), (-0.05, -0.54), (-0.05, -0.22)], 0.08), GLASS)
    p.fill(soft([(0.06, -0.22), (0.06, -0.54), (0.26, -0.54), (0.46, -0.22)], 0.08), GLASS)
    p.line([(-0.96, 0.24), (0.96, 0.24)], p.tone(0.72), 0.07)
    p.line([(0, -0.16), (0, 0.18)], p.tone(0.72), 0.035)
    p.line([(0.08, -0.07), (0.2, -0.07)], p.tone(0.6), 0.05)
    for x in (-0.54, 0.54):
        p.dot(x, 0.38, 0.26, DARK, True)
        p.dot(x, 0.38, 0.12, (196, 194, 190))
    p.dot(0.91, 0.04, 0.075, (255, 236, 160))


def boat(p: Pen) -> None:
    p.line([(0, 0.4), (0, -0.96)], BROWN, 0.08)
    p.fill([(0.09, -0.9), *bow((0.09, -0.9), (0.86, 0.22), 0.12), (0.09, 0.22)], p.tone(1.12))
    p.fill([(-0.08, -0.68), *bow((-0.08, -0.68), (-0.66, 0.22), -0.1), (-0.08, 0.22)], p.trim)
    if p.pick(2):
        p.line([(0.12, -0.2), (0.56, -0.2)], p.tone(0.75), 0.05)
        p.line([(0.12, 0.02), (0.7, 0.02)], p.tone(0.75), 0.05)
    p.fill(
        [(-0.98, 0.34), (0.98, 0.34), *soft([(0.85, 0.62), (0.66, 0.9), (-0.62, 0.9), (-0.84, 0.62)], 0.2, 3, False)]
    )
    p.line([(-0.86, 0.47), (0.86, 0.47)], p.tone(0.7), 0.06)
    for x in (-0.35, 0, 0.35):
        p.dot(x, 0.66, 0.07, p.trim)


def house(p: Pen) -> None:
    p.fill(box(0.38, -0.86, 0.62, -0.2), (150, 108, 92))
    p.fill(box(-0.72, -0.15, 0.72, 0.92))
    p.fill(soft([(-0.96, -0.02), (0, -0.92), (0.96, -0.02)], 0.04), p.tone(0.76))
    for y, w in ((-0.2, 0.62), (-0.42, 0.4)):
        p.line([(-w, y), (w, y)], p.tone(0.6), 0.03)
    p.fill([*oval(0.3, 0.5, 0.17, 0.17, 0, 180, 360), (0.47, 0.92), (0.13, 0.92)], BROWN)
    p.dot(0.4, 0.68, 0.03, GOLD)
    p.fill(box(-0.5, 0.22, -0.12, 0.58), (255, 240, 176))
    p.line([(-0.31, 0.22), (-0.31, 0.58)], p.edge, 0.035)
    p.line([(-0.5, 0.4), (-0.12, 0.4)], p.edge, 0.035)
    if p.pick(2):
        p.dot(0, -0.42, 0.11, GLASS, True)


def tree(p: Pen) -> None:
    p.fill([(-0.11, 0.1), (0.11, 0.1), (0.13, 0.8), (0.24, 0.95), (-0.24, 0.95), (-0.13, 0.8)], BROWN)
    if p.pick(2):
        lobes = [
            (-0.48, 0.1, 0.36),
            (0.48, 0.1, 0.36),
            (0, 0.2, 0.36),
            (-0.38, -0.35, 0.38),
            (0.38, -0.35, 0.38),
            (0, -0.6, 0.36),
        ]
        for x, y, r in lobes:
            p.dot(x, y, r + 0.04, p.edge)
        for x, y, r in [*lobes, (0, -0.1, 0.45)]:
            p.dot(x, y, r, p.main)
        for x, y, r in lobes[:2] + lobes[3:]:
            p.line(oval(x * 0.85, y * 0.85, r * 0.6, r * 0.6, 0, 195, 270), p.tone(1.35), 0.06)
            p.line(oval(x * 0.8, y * 0.8, r * 0.72, r * 0.72, 0, 20, 80), p.tone(0.75), 0.05)
    else:
        for top, low, w in ((-0.2, 0.55, 0.76), (-0.6, 0.15, 0.62), (-0.96, -0.28, 0.46)):
            corners = [(w, low), (w / 3, low + 0.02), (-w / 3, low + 0.02), (-w, low)]
            foot = [q for a, b in pairwise(corners) for q in bow(a, b, 0.22)]
            p.fill([(0, top), *foot], p.tone(1.0))
            p.line([(-0.05, top + 0.22), (-w * 0.55, low - 0.1)], p.tone(1.3), 0.05)


def mushroom(p: Pen) -> None:
    p.fill(soft([(-0.24, 0), (0.24, 0), (0.25, 0.5), (0.36, 0.92), (-0.36, 0.92), (-0.25, 0.5)], 0.15), (240, 228, 204))
    p.line(bow((-0.12, 0.82), (-0.1, 0.4), 0.05), (206, 188, 158), 0.05)
    rim = oval(0, 0.12, 0.98, 1.02, 0, 180, 360)
    p.fill(
        rim
        + bow((0.98, 0.12), (0.7, 0.3), 0.3)
        + bow((0.7, 0.3), (-0.7, 0.3), -0.06)
        + bow((-0.7, 0.3), (-0.98, 0.12), 0.3)
    )
    p.line(bow((-0.75, 0.2), (0.75, 0.2), -0.08), p.tone(0.75), 0.05)
    for x, y, r in ((-0.1, -0.5, 0.16), (0.48, -0.2, 0.17), (-0.55, -0.1, 0.15), (0.02, 0, 0.11), (0.3, -0.68, 0.08)):
        p.fill(oval(x, y, r, r * 0.85), p.trim, False)


def flower(p: Pen) -> None:
    petals = 5 + p.pick(4)
    p.line(bow((0, -0.2), (0.04, 0.95), 0.05), mix(GREEN, DARK, 0.4), 0.13)
    p.line(bow((0, -0.2), (0.04, 0.94), 0.05), GREEN, 0.08)
    p.fill(bow((0.02, 0.82), (0.48, 0.5), 0.35) + bow((0.48, 0.5), (0.02, 0.82), 0.2), GREEN)
    for i in range(petals):
        a = 2 * math.pi * i / petals
        wide = min(0.34, 1.35 / petals)
        p.fill(oval(0.4 * math.sin(a), -0.27 - 0.4 * math.cos(a), wide, 0.34, math.degrees(a)))
        p.line(
            [(0.3 * math.sin(a), -0.27 - 0.3 * math.cos(a)), (0.5 * math.sin(a), -0.27 - 0.5 * math.cos(a))],
            p.tone(0.78),
            0.035,
        )
    p.dot(0, -0.27, 0.21, BROWN if p.name in ("yellow", "orange") else GOLD, True)
    for x, y in ((-0.07, -0.31), (0.07, -0.33), (0, -0.2), (-0.09, -0.2), (0.09, -0.21)):
        p.dot(x, y, 0.025, (110, 70, 40))


def leaf(p: Pen) -> None:
    if p.pick(2):
        p.line(bow((0, 0.5), (0.1, 0.97), 0.1), p.tone(0.6), 0.1)
        p.fill(bow((0, -0.96), (0, 0.66), -0.72) + bow((0, 0.66), (0, -0.96), -0.72))
        ribs = [(0.1, 0.42), (-0.2, 0.45), (-0.48, 0.33), (0.36, 0.26)]
        low = 0.66
    else:
        p.line(bow((0, 0.3), (0.08, 0.97), 0.1), p.tone(0.6), 0.1)
        p.fill(
            soft(
                mirrored(
                    [
                        (0, -0.97),
                        (0.19, -0.6),
                        (0.32, -0.68),
                        (0.27, -0.28),
                        (0.6, -0.55),
                        (0.64, -0.36),
                        (0.96, -0.26),
                        (0.72, 0),
                        (0.8, 0.14),
                        (0.36, 0.3),
                        (0.4, 0.46),
                        (0, 0.4),
                    ]
                ),
                0.06,
                2,
            )
        )
        ribs, low = [(0.15, 0.55), (-0.05, 0.7), (-0.4, 0.2)], 0.4
    p.line([(0, -0.7), (0, low)], p.tone(0.66), 0.06)
    for y, w in ribs:
        p.line([(-w, y - 0.3 * w), (0, y + 0.12), (w, y - 0.3 * w)], p.tone(0.72), 0.035)


def arrow(p: Pen) -> None:
    tail = 0.22 if p.pick(2) else 0
    shape = [
        (-0.95, -0.27),
        (0.1, -0.27),
        (0.1, -0.68),
        (0.97, 0),
        (0.1, 0.68),
        (0.1, 0.27),
        (-0.95, 0.27),
        (-0.95 + tail, 0),
    ]
    quarter = p.pick(4) * math.pi / 2

    def turned(points: list[Point]) -> list[Point]:
        return [
            (x * math.cos(quarter) - y * math.sin(quarter), x * math.sin(quarter) + y * math.cos(quarter))
            for x, y in points
        ]

    p.fill(turned(soft(shape, 0.05)))
    p.line(turned([(-0.66, 0), (0.62, 0)]), p.tone(1.45) if p.name != "white" else p.trim, 0.07)
    p.line(turned([(0.3, -0.3), (0.66, 0), (0.3, 0.3)]), p.tone(1.45) if p.name != "white" else p.trim, 0.07)


def hat(p: Pen) -> None:
    band = DARK if p.name == "white" else p.tone(0.4) if p.pick(2) else p.trim
    if p.pick(2):
        p.fill(oval(0, 0.6, 0.97, 0.27), p.tone(0.9))
        p.fill([(-0.62, -0.72), (0.62, -0.72), *bow((0.5, 0.55), (-0.5, 0.55), -0.16)])
        p.fill(
            [
                (0.52, 0.26),
                (0.5, 0.55),
                *bow((0.5, 0.55), (-0.5, 0.55), -0.16),
                *bow((-0.52, 0.26), (0.52, 0.26), 0.16),
            ],
            band,
            False,
        )
        p.fill(oval(0, -0.72, 0.62, 0.16), p.tone(1.3))
    else:
        p.fill(oval(0, 0.36, 0.98, 0.34))
        p.line(oval(0, 0.36, 0.84, 0.25, 0, 20, 160), p.tone(0.75), 0.035)
        p.fill(oval(0, 0.25, 0.54, 0.85, 0, 180, 360) + bow((0.54, 0.25), (-0.54, 0.25), -0.16))
        p.fill(
            [
                (0.54, 0.04),
                (0.54, 0.25),
                *bow((0.54, 0.25), (-0.54, 0.25), -0.16),
                *bow((-0.53, 0.04), (0.53, 0.04), 0.16),
            ],
            band,
            False,
        )
        p.shine(-0.2, -0.25, 0.08, 0.18, 20)


def crown(p: Pen) -> None:
    p.fill([(-0.76, 0.5), (-0.92, -0.42), (-0.44, 0.02), (0, -0.72), (0.44, 0.02), (0.92, -0.42), (0.76, 0.5)])
    p.fill([(-0.8, 0.42), *bow((-0.8, 0.42), (0.8, 0.42), -0.1), *bow((0.8, 0.72), (-0.8, 0.72), 0.1)], p.tone(0.82))
    for x, y in ((-0.92, -0.46), (0, -0.78), (0.92, -0.46)):
        p.dot(x, y, 0.12, p.tone(1.3), True)
    for x, y in ((-0.45, 0.64), (0, 0.68), (0.45, 0.64)):
        p.fill(oval(x, y, 0.1, 0.08), p.trim)
    p.fill([(0, -0.3), (0.12, -0.06), (0, 0.18), (-0.12, -0.06)], p.tone(1.5) if p.name != "white" else p.trim)


def umbrella(p: Pen) -> None:
    p.tube(soft([(0, -0.1), (0, 0.6), (0, 0.97), (0.32, 0.97), (0.32, 0.68)], 0.25, closed=False), BROWN, 0.08)
    p.line([(0, -0.8), (0, -0.96)], BROWN, 0.09)
    feet = [(x, 0.12) for x in (0.98, 0.52, 0, -0.52, -0.98)]
    p.fill(oval(0, 0.12, 0.98, 0.96, 0, 180, 360) + [q for a, b in pairwise(feet) for q in bow(a, b, 0.3)])
    apex = (0.0, -0.84)
    for a, b, k in ((feet[1], feet[2], 0.2), (feet[3], feet[4], -0.45)):
        start, end = (k, 0.0) if b == feet[2] else (-0.2, 0.35)
        p.fill(
            bow(apex, a, start) + bow(a, b, 0.3) + bow(b, apex, end),
            p.tone(1.3) if p.name != "white" else p.tone(0.86),
            True,
        )
    p.line(bow(apex, feet[0], 0.35)[:15], p.edge, 0.03)


def bell(p: Pen) -> None:
    p.line(oval(0, -0.8, 0.13, 0.13), p.edge, 0.13)
    p.line(oval(0, -0.8, 0.13, 0.13), p.tone(0.85), 0.06)
    p.dot(0, 0.76, 0.19, BROWN if p.name in ("yellow", "orange") else GOLD, True)
    p.fill(soft(mirrored([(0, -0.76), (0.32, -0.74), (0.48, -0.3), (0.54, 0.2), (0.86, 0.6), (0.84, 0.7)]), 0.18))
    p.fill(soft(box(-0.88, 0.52, 0.88, 0.72), 0.15), p.tone(0.84))
    p.line(bow((-0.5, 0), (0.5, 0), -0.08), p.tone(0.72), 0.06)
    p.shine(-0.22, -0.32, 0.07, 0.22, 8)


def drum(p: Pen) -> None:
    p.fill([(-0.88, -0.42), (0.88, -0.42), *oval(0, 0.62, 0.88, 0.26, 0, 0, 180)])
    p.line(
        [
            (x, (0.12 if i % 2 else 0.66) + 0.2 * (1 - x * x)) if i % 2 == 0 else (x, -0.3 + 0.18 * (1 - x * x))
            for i, x in enumerate(np.linspace(-0.8, 0.8, 7))
        ],
        p.trim,
        0.06,
    )
    p.line(oval(0, 0.6, 0.86, 0.25, 0, 2, 178), p.tone(0.66), 0.09)
    p.fill(oval(0, -0.42, 0.88, 0.26), p.tone(0.8))
    p.fill(oval(0, -0.45, 0.76, 0.18), (246, 236, 214) if p.name != "white" else (222, 210, 188), False)
    if p.pick(2):
        for a, b in (((-0.15, -0.42), (0.72, -0.9)), ((0.1, -0.36), (-0.7, -0.88))):
            p.line([a, b], BROWN, 0.07)
            p.dot(*a, 0.08, BROWN, True)


def fish(p: Pen) -> None:
    p.fill(soft([(0.42, 0), (0.98, -0.5), (0.86, 0), (0.98, 0.5)], 0.12), p.tone(0.86))
    p.fill(soft([(-0.4, -0.35), (-0.05, -0.8), (0.4, -0.66), (0.35, -0.2)], 0.15), p.tone(0.86))
    p.fill(soft([(-0.1, 0.35), (0.05, 0.72), (0.38, 0.6), (0.25, 0.3)], 0.15), p.tone(0.86))
    p.fill(bow((-0.97, 0.02), (0.62, 0), 0.68) + bow((0.62, 0), (-0.97, 0.02), 0.68))
    if p.pick(2):
        for x in (-0.08, 0.14, 0.36):
            for y in (-0.2, 0, 0.2):
                if abs(y) < 0.42 - x / 2:
                    p.line(oval(x, y, 0.1, 0.11, 0, -70, 70), p.tone(0.68), 0.04)
    else:
        for x, h in ((-0.14, 0.43), (0.2, 0.34)):
            p.fill(bow((x, -h), (x, h), 0.2) + bow((x + 0.13, h * 0.95), (x + 0.13, -h * 0.95), -0.2), p.trim, False)
    p.line(bow((-0.44, -0.28), (-0.44, 0.3), 0.3), p.tone(0.62), 0.045)
    p.dot(-0.62, -0.1, 0.1, (255, 255, 255), True)
    p.dot(-0.64, -0.1, 0.05, DARK)
    p.line(bow((-0.9, 0.1), (-0.72, 0.14), -0.3), p.edge, 0.04)


def duck(p: Pen) -> None:
    p.fill(
        soft([(-0.7, -0.5), (-1.02, -0.36), (-1.0, -0.22), (-0.66, -0.22)], 0.18),
        GOLD if p.name in ("orange", "red") else (240, 146, 40),
    )
    p.fill(
        soft(
            [
                (-0.62, 0),
                (-0.86, 0.5),
                (-0.5, 0.9),
                (0.35, 0.9),
                (0.85, 0.55),
                (1.0, -0.12),
                (0.55, 0.14),
                (0.05, 0.05),
                (-0.1, -0.2),
            ],
            0.2,
        )
    )
    p.fill(oval(-0.36, -0.44, 0.44, 0.42))
    p.fill(oval(-0.36, -0.2, 0.36, 0.3), None, False)
    p.fill(soft([(-0.2, 0.32), (0.3, 0.2), (0.74, 0.3), (0.4, 0.62), (0, 0.64)], 0.2), p.tone(0.86))
    p.line(bow((0.08, 0.46), (0.46, 0.42), -0.15), p.tone(0.66), 0.04)
    p.dot(-0.5, -0.52, 0.085, (255, 255, 255))
    p.dot(-0.52, -0.52, 0.055, DARK)


def moon(p: Pen) -> None:
    outer = oval(0, 0, 0.95, 0.95, 0, 52, 308)
    ex, ey = outer[0]
    centre = 0.47
    radius, reach = math.hypot(ex - centre, ey), math.degrees(math.atan2(ey, ex - centre))
    p.fill(soft(outer + oval(centre, 0, radius, radius, 0, 360 - reach, reach), 0.1, 1))
    if p.pick(2):
        p.line(bow((-0.66, -0.2), (-0.4, -0.2), -0.4), DARK, 0.05)
        p.line(bow((-0.6, 0.28), (-0.3, 0.3), -0.3), DARK, 0.05)
        p.dot(-0.64, 0.1, 0.09, mix(p.main, (236, 120, 120), 0.4))
    else:
        for x, y, r in ((-0.6, -0.25, 0.13), (-0.5, 0.3, 0.1), (-0.1, 0.66, 0.09), (-0.15, -0.7, 0.08)):
            p.dot(x, y, r, p.tone(0.78))


KINDS: dict[str, Callable[[Pen], None]] = {
    f.__name__: f
    for f in (
        ball,
        block,
        star,
        heart,
        cup,
        key,
        car,
        boat,
        house,
        tree,
        mushroom,
        flower,
        leaf,
        arrow,
        hat,
        crown,
        umbrella,
        bell,
        drum,
        fish,
        duck,
        moon,
    )
}


def draw_toy(kind: str, colour: str, side: int, rng: Rng) -> Image.Image:
    """One toy, turned a little, lit from the upper left, its longest side as asked."""
    pen = Pen(colour, rng)
    KINDS[kind](pen)
    image = pen.image
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image = image.rotate(rng.uniform(-15, 15), Image.Resampling.BICUBIC, expand=True)
    image = image.crop(image.getchannel("A").point(lambda a: 255 * (a > 127)).getbbox())
    pixels, alpha = np.asarray(image).astype(float), image.getchannel("A")
    blurred = np.asarray(alpha.filter(ImageFilter.BoxBlur(14))).astype(float) / 255
    y, x = np.mgrid[-1 : 1 : image.height * 1j, -1 : 1 : image.width * 1j]
    light = (0.78 + 0.26 * np.clip(blurred, 0, 1)) * (1.02 - 0.075 * x - 0.095 * y)
    pixels[..., :3] = np.clip(pixels[..., :3] * light[..., None], 0, 255)
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return Image.fromarray(pixels.astype(np.uint8), "RGBA").resize(size, Image.Resampling.HAMMING)


# ---------------------------------------------------------------- tables and the picture


def draw_table(rng: Rng) -> np.ndarray:
    """A table top in muted colours under a light that is a bit uneven."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(float)
    base = np.array(
        [
            (164, 134, 104),
            (150, 142, 134),
            (142, 154, 150),
            (146, 150, 168),
            (172, 158, 132),
            (126, 116, 112),
            (168, 148, 146),
            (120, 130, 126),
        ][rng.integers(8)],
        float,
    ) + rng.integers(-10, 11)
    fine = rng.normal(0, 1, (SIDE, SIDE))
    sort = rng.integers(6)
    level = np.zeros((SIDE, SIDE))
    if sort == 0:  # planks of wood
        base = np.array([(160, 126, 92), (138, 106, 80), (182, 154, 118)][rng.integers(3)], float)
        plank, wave = rng.integers(34, 56), rng.uniform(0, 6)
        row = (y // plank).astype(int)
        grain = np.asarray(Image.fromarray(fine.astype(np.float32)).resize((14, SIDE)).resize((SIDE, SIDE), 3))
        level = rng.normal(0, 6, 8)[row] + 5 * grain + 4 * np.sin(y / 3 + 2 * np.sin(x / 40 + row + wave))
        level -= 28 * (y % plank < 1.5)
    elif sort == 1:  # checked cloth
        step = rng.integers(14, 26)
        level = 13 * ((x // step % 2) + (y // step % 2) - 1) + 3 * ((x + y) % 3 - 1)
    elif sort == 2:  # tiles
        step, off = rng.integers(38, 60), rng.integers(0, 30, 2)
        column, row = ((x + off[0]) // step).astype(int), ((y + off[1]) // step).astype(int)
        level = rng.normal(0, 7, (9, 9))[row, column]
        level = np.where(((x + off[0]) % step < 2.5) | ((y + off[1]) % step < 2.5), -26, level)
    elif sort == 3:  # cloth with stripes that run aslant
        level = 12 * np.sign(np.sin((x * rng.uniform(-1, 1) + y) / rng.uniform(3.5, 7))) + 2 * ((x - y) % 3 - 1)
    elif sort == 4:  # speckled stone
        level = 30.0 * (fine > 2.3) - 26.0 * (fine < -2.3)
    picture = base + (level + 2.2 * rng.normal(0, 1, (SIDE, SIDE)))[..., None]
    angle, spot = rng.uniform(0, 2 * math.pi), rng.uniform(30, 160, 2)
    slope = (np.cos(angle) * (x - 96) + np.sin(angle) * (y - 96)) / 96
    light = 1 + 0.07 * slope + 0.12 * np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / 6000) - 0.04
    return np.clip(picture * light[..., None], 0, 255)


@dataclass
class Toy:
    """One toy; the measures are filled in once it has its place."""

    kind: str
    colour: str
    size: str
    mask: np.ndarray | None = None  # as if nothing lay over it
    seen: np.ndarray | None = None  # without what a later toy hides
    layer: Image.Image | None = None
    spot: tuple[int, int] = (0, 0)

    def measure(self) -> None:
        """Finds the box and three kinds of centre, which all must agree before a sentence is said."""

        def ends(mask: np.ndarray) -> tuple[int, int, int, int]:
            ys, xs = np.nonzero(mask)
            return int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())

        full, part = ends(self.mask), ends(self.seen)
        ys, xs = np.nonzero(self.seen)
        self.box = full
        self.rim = np.argwhere(
            self.seen
            & ~np.asarray(Image.fromarray(self.seen).convert("L").filter(ImageFilter.MinFilter(3))).astype(bool)
        )[:, ::-1]
        boxes = [((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in (full, part)]
        self.centres = np.array([*boxes, (xs.mean(), ys.mean())])


def draw_all(toys: list[Toy], rng: Rng) -> None:
    """Draws the toys, not yet in their places."""
    for toy in toys:
        low, high = SIZES[toy.size]
        toy.layer = draw_toy(toy.kind, toy.colour, int(rng.integers(low, high + 1)), rng)


def lay_out(toys: list[Toy], overlap: bool, rng: Rng) -> bool:
    """Finds a place for each toy, the last one over another if asked; False if there was no room."""
    taken = np.zeros((SIDE, SIDE), bool)
    for number, toy in enumerate(toys):
        solid, under, rest = np.asarray(toy.layer.getchannel("A")) > 127, None, taken
        height, width = solid.shape
        others = [t for t in toys[:number] if t.colour != toy.colour]
        if overlap and number == len(toys) - 1 and others:
            under = others[rng.integers(len(others))]
            rest = np.any([grown(t.mask) for t in toys[:-1] if t is not under], axis=0)
        for _ in range(120 if under is None else 250):
            left, top = int(rng.integers(3, SIDE - 2 - width)), int(rng.integers(3, SIDE - 2 - height))
            if (rest[top : top + height, left : left + width] & solid).any():
                continue
            mask = np.zeros((SIDE, SIDE), bool)
            mask[top : top + height, left : left + width] = solid
            if under is None or 0.05 < (mask & under.mask).sum() / under.mask.sum() < 0.23:
                break
        else:
            return False
        toy.mask, toy.spot = mask, (left, top)
        taken = taken | grown(mask)
    for number, toy in enumerate(toys):
        toy.seen = toy.mask & ~np.any([np.zeros_like(taken)] + [t.mask for t in toys[number + 1 :]], axis=0)
        toy.measure()
    return True


def grown(mask: np.ndarray) -> np.ndarray:
    """The mask with a rim of four pixels."""
    return np.asarray(Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(9))) > 0


def paint(toys: list[Toy], rng: Rng) -> Image.Image:
    """The picture: the table, then each toy with its soft shadow."""
    picture = Image.fromarray(draw_table(rng).astype(np.uint8)).convert("RGBA")
    dx, dy, depth = int(rng.integers(1, 4)), int(rng.integers(2, 5)), rng.uniform(0.3, 0.5)
    for toy in toys:
        shadow = Image.new("L", picture.size)
        shadow.paste(toy.layer.getchannel("A"), (toy.spot[0] + dx, toy.spot[1] + dy))
        shadow = shadow.filter(ImageFilter.GaussianBlur(2.4)).point(lambda a: int(a * depth))
        picture.paste((30, 24, 34, 255), (0, 0), shadow)
        picture.alpha_composite(toy.layer, toy.spot)
    pixels = np.asarray(picture.convert("RGB")) + rng.normal(0, 1.6, (SIDE, SIDE, 1))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


# ---------------------------------------------------------------- what is asked


class Desc(NamedTuple):
    """What a noun phrase says of a toy; "" where it says nothing."""

    size: str = ""
    colour: str = ""
    kind: str = ""

    def fits(self, toy: Toy) -> bool:
        """Whether the phrase is true of the toy."""
        return all(not w or w == getattr(toy, f) for f, w in zip(self._fields, self, strict=False))


class Query(NamedTuple):
    """A question before it is put into words; word is a side, a relation, a field or a negated value;
    k is the place in an ordinal, or which field of Desc a negation is about."""

    form: str
    desc: Desc
    target: int | None
    word: str = ""
    ref: Desc = Desc()
    k: int = 0


FAMILIES = ("attribute", "function", "superlative", "relation", "same", "ordinal", "negation", "absent")
AXES = {"left": (0, 1), "right": (0, -1), "top": (1, 1), "bottom": (1, -1)}  # axis and sign: smaller is further there
TOWARDS = {"left": "left", "right": "right", "above": "top", "below": "bottom"}
WORDS = {
    "attribute": ("",),
    "function": tuple(KINDS),
    "superlative": (*AXES, "big", "small"),
    "ordinal": tuple(AXES),
    "relation": ("left", "right", "above", "below", "directly above", "directly below", "near", "near"),
    "same": ("colour", "size", "kind"),
    "negation": ("colour", "colour", "size", "kind"),
}
SPATIAL = ("superlative", "relation", "ordinal")
CLOSE_IN_MEANING = {  # a function phrase is not said where one of these could be meant too
    "ball": "",
    "block": "",
    "star": "moon tree",
    "heart": "flower",
    "cup": "",
    "key": "",
    "car": "boat",
    "boat": "duck",
    "house": "boat mushroom",
    "tree": "leaf flower mushroom",
    "mushroom": "flower tree leaf",
    "leaf": "tree flower",
    "flower": "leaf tree mushroom",
    "arrow": "star",
    "hat": "crown umbrella",
    "crown": "hat",
    "umbrella": "hat house",
    "bell": "drum",
    "drum": "bell",
    "fish": "duck",
    "duck": "fish",
    "moon": "star",
}


def find(toys: list[Toy], desc: Desc) -> list[int]:
    """The toys that a phrase is true of."""
    return [i for i, t in enumerate(toys) if desc.fits(t)]


def all_descs(toys: list[Toy]) -> list[Desc]:
    """Every phrase that is true of some toy."""
    return sorted(
        {
            Desc(*(w if n >> b & 1 else "" for b, w in enumerate((t.size, t.colour, t.kind))))
            for t in toys
            for n in range(8)
        }
    )


def lead(a: Toy, b: Toy, side: str) -> float:
    """How much further a lies towards a side than b, by the centre that shows the least difference."""
    axis, sign = AXES[side]
    return float(np.min((b.centres - a.centres)[:, axis] * sign))


def winner(toys: list[Toy], found: list[int], side: str) -> int | None:
    """The toy that lies furthest towards a side by its centre and, at least by a little, by its edge."""
    axis, sign = AXES[side]
    edge = axis if sign > 0 else axis + 2
    for i in found:
        if all(
            lead(toys[i], toys[j], side) >= MARGIN and (toys[j].box[edge] - toys[i].box[edge]) * sign >= 4
            for j in found
            if j != i
        ):
            return i
    return None


def outsized(toys: list[Toy], found: list[int], word: str) -> int | None:
    """The only big (or small) toy of those found, if its area too stands out."""
    hits, sign = [i for i in found if toys[i].size == word], 1 if word == "big" else -1
    area = {i: sign * math.log(toys[i].mask.sum()) for i in found}
    return hits[0] if len(hits) == 1 and all(area[hits[0]] - area[i] > 0.2 for i in found if i != hits[0]) else None


def related(toys: list[Toy], found: list[int], ref: int, word: str, strict: bool) -> int | None:
    """The only toy found that stands in a relation to the toy ref, where all others clearly do not."""
    there = toys[ref]
    if word == "near":
        far = {j: float(np.linalg.norm(toys[j].centres - there.centres, axis=1).min()) for j in found}
        gap = {j: float(np.min(np.linalg.norm(toys[j].rim[::3, None] - there.rim[None, ::3], axis=2))) for j in found}
        i = min(found, key=lambda j: far[j])
        ok = all(
            np.min(
                np.linalg.norm(toys[j].centres - there.centres, axis=1)
                - np.linalg.norm(toys[i].centres - there.centres, axis=1)
            )
            >= MARGIN
            and gap[j] - gap[i] >= 4
            for j in found
            if j != i
        )
        return i if ok else None
    direct, side = word.startswith("directly"), TOWARDS[word.split()[-1]]
    axis = AXES[side][0]

    def aside(j: int, least: bool) -> float:
        return float((np.min if least else np.max)(np.abs(toys[j].centres - there.centres)[:, 1 - axis]))

    yes = [j for j in found if lead(toys[j], there, side) >= MARGIN]
    no = [j for j in found if lead(there, toys[j], side) >= MARGIN]
    if direct:
        yes, no = [j for j in yes if aside(j, False) <= 12], no + [j for j in yes if aside(j, True) >= 28]
    if len(yes) != 1 or len(yes) + len(no) != len(found):
        return None
    if direct and any(
        lead(toys[j], there, side) > 0 and lead(toys[yes[0]], toys[j], side) > 0 and aside(j, True) < 28
        for j in range(len(toys))
        if j not in (ref, yes[0])
    ):
        return None
    far = lead(toys[yes[0]], there, side)
    return yes[0] if not strict or direct or aside(yes[0], False) <= 1.2 * far else None


def references(toys: list[Toy], but: str, rng: Rng) -> list[tuple[int, Desc]]:
    """For each toy a short phrase that is true of it alone and does not speak of the field but."""
    out = []
    for i in range(len(toys)):
        own = [d for d in all_descs(toys) if find(toys, d) == [i] and not (but in Desc._fields[:2] and getattr(d, but))]
        least = min((8 - d.count("") - 2 * bool(d.kind) for d in own), default=0)
        own = [d for d in own if 8 - d.count("") - 2 * bool(d.kind) <= least + (rng.random() < 0.3)]
        if own:
            out.append((i, own[rng.integers(len(own))]))
    return out


def questions(toys: list[Toy], form: str, word: str, strict: bool, rng: Rng) -> list[Query]:
    """Questions of a form that are true of exactly one toy, mostly those where the noun alone does not tell it."""
    if form == "function":
        hits = find(toys, Desc(kind=word))
        clash = any(t.kind in CLOSE_IN_MEANING[word].split() for t in toys)
        return [Query(form, Desc(kind=word), hits[0], word)] if len(hits) == 1 and not clash else []
    out: list[tuple[bool, Query]] = []
    refs = references(toys, word, rng) if form in ("relation", "same") else []
    for desc in all_descs(toys):
        found = find(toys, desc)
        if form == "attribute" and len(found) == 1:
            out.append((True, Query(form, desc, found[0])))
        elif form == "superlative" and len(found) > 1 and (word in AXES or not desc.size):
            best = winner(toys, found, word) if word in AXES else outsized(toys, found, word)
            out += [(True, Query(form, desc, best, word))] if best is not None else []
        elif form == "ordinal" and len(found) > 1:
            axis, sign = AXES[word]
            order = sorted(found, key=lambda i: sign * toys[i].centres[0, axis])
            if all(lead(toys[a], toys[b], word) >= MARGIN for n, a in enumerate(order) for b in order[n + 1 :]):
                out += [(True, Query(form, desc, i, word, Desc(), k)) for k, i in enumerate(order[:4], 1)]
        elif form == "negation" and not getattr(desc, word):
            for value in sorted({getattr(toys[i], word) for i in found}):
                rest = [i for i in found if getattr(toys[i], word) != value]
                if len(rest) == 1:
                    out.append((True, Query(form, desc, rest[0], value, Desc(), Desc._fields.index(word))))
        elif form == "relation" or (form == "same" and not getattr(desc, word)):
            for ref, phrase in refs:
                others = [i for i in found if i != ref]
                if form == "relation":
                    best = related(toys, others, ref, word, strict) if others else None
                else:
                    hits = [i for i in others if getattr(toys[i], word) == getattr(toys[ref], word)]
                    best = hits[0] if len(hits) == 1 else None
                if best is not None:
                    out.append((len(others) > 1, Query(form, desc, best, word, phrase)))
    hard = [q for is_hard, q in out if is_hard]
    return hard if hard and rng.random() < 0.85 else [q for _, q in out]


def misfits(toys: list[Toy], form: str, word: str, rng: Rng) -> list[Query]:
    """Questions of a form that no toy answers, though some toy comes near."""
    if form == "function":
        clash = any(t.kind in (word, *CLOSE_IN_MEANING[word].split()) for t in toys)
        return [] if clash else [Query(form, Desc(kind=word), None, word)]
    true = all_descs(toys)
    lists = (tuple(SIZES), tuple(COLOURS), tuple(KINDS))
    wrong = sorted({(*d[:n], w, *d[n + 1 :]) for d in true for n in range(3) if d[n] for w in lists[n]})
    wrong = [d for d in map(Desc._make, wrong) if not find(toys, d)]
    near = [d for d in wrong if d.count("") < 2] if rng.random() < 0.8 else wrong
    if form == "attribute" or form == "superlative":
        return [Query(form, d, None, word) for d in near if form == "attribute" or word in AXES or not d.size]
    if form == "relation":
        return [Query(form, d, None, word, ref) for _, ref in references(toys, "", rng) for d in near]
    if form == "ordinal":
        return [Query(form, d, None, word, Desc(), len(find(toys, d)) + 1) for d in true if len(find(toys, d)) < 4]
    out = []
    refs = references(toys, word, rng) if form == "same" else []
    for d in [d for d in true if not getattr(d, word)]:
        found = find(toys, d)
        if form == "negation" and len({getattr(toys[i], word) for i in found}) == 1:
            out.append(Query(form, d, None, getattr(toys[found[0]], word), Desc(), Desc._fields.index(word)))
        if form == "same":
            for ref, phrase in refs:
                others = [toys[i] for i in found if i != ref]
                if others and all(getattr(t, word) != getattr(toys[ref], word) for t in others):
                    out.append(Query(form, d, None, word, phrase))
    return out


def choose(queries: list[Query], rng: Rng) -> Query:
    """One of the questions, so that short and long phrases come equally often."""
    levels = sorted({q.desc.count("") for q in queries})
    level = levels[rng.integers(len(levels))]
    pool = [q for q in queries if q.desc.count("") == level]
    ks = sorted({q.k for q in pool if q.form == "ordinal"})
    if ks:
        k = ks[rng.integers(len(ks))]
        pool = [q for q in pool if q.k == k]
    return pool[rng.integers(len(pool))]


# ---------------------------------------------------------------- how it is said

ORDINALS = ("", "first", "second", "third", "fourth", "fifth")
NUMBERS = ("", "one", "two", "three", "four", "five")
FUNCTIONS = {
    "cup": "something to drink from",
    "drum": "what a drummer plays",
    "moon": "what shines at night",
    "block": "something to build a tower with",
    "key": "the one that opens a lock",
    "leaf": "what falls in autumn",
    "house": "something to live in",
    "mushroom": "the fungus",
    "fish": "something that swims and has fins",
    "duck": "the animal that quacks",
    "ball": "something to kick",
    "umbrella": "what keeps off the rain",
    "bell": "something that rings",
    "crown": "what a queen wears",
    "flower": "what you put in a vase",
    "boat": "what sails on water",
    "arrow": "the sign that shows the way",
}
PHRASES = {
    "superlative": {
        "top": "the highest {n}|the topmost {n}|the {n} nearest the top|the {n} closest to the top",
        "bottom": "the lowest {n}|the {n} nearest the bottom|the {n} closest to the bottom",
        "left": "the leftmost {n}|the {n} furthest to the left",
        "right": "the rightmost {n}|the {n} furthest to the right",
        "big": "the biggest {n}|the largest {n}",
        "small": "the smallest {n}|the tiniest {n}",
    },
    "relation": {
        "left": "the {n} to the left of {r}|the {n} left of {r}",
        "right": "the {n} to the right of {r}|the {n} right of {r}",
        "above": "the {n} above {r}|the {n} higher than {r}",
        "below": "the {n} below {r}|the {n} lower than {r}",
        "directly above": "the {n} directly above {r}",
        "directly below": "the {n} directly below {r}",
        "near": "the {n} closest to {r}|the {n} nearest to {r}|the {n} nearest {r}",
    },
    "same": {
        "colour": "the {n} with the same colour as {r}|the {n} that has the colour of {r}|"
        "the {n} of the same colour as {r}",
        "size": "the {n} of the same size as {r}|the {n} with the same size as {r}",
        "kind": "another {n} like {r}|the {n} of the same kind as {r}",
    },
}
FRAMES = ["find {}", "show me {}", "point at {}", "look for {}"]

OWN_FUNCTIONS = {
    "ball": "the thing you throw and catch|the round thing footballers run after",
    "block": "the thing toddlers stack up|the thing a child builds towers from",
    "star": "the thing that twinkles in the sky|the shape of a sheriff's badge",
    "heart": "the symbol of love|the shape you'd see on a valentine card",
    "cup": "the thing I'd pour my coffee into|the thing with hot tea in it",
    "key": "the thing I need to get through my front door|the thing you turn in a keyhole",
    "car": "the thing you'd park in a garage|the thing that drives along the motorway",
    "boat": "the vessel with a mast|the thing a sailor steers",
    "house": "the building|the thing with a chimney and a front door",
    "tree": "the thing a forest is full of|the plant with a trunk",
    "mushroom": "the thing that pops up in the woods after rain|the thing with a cap that isn't clothing",
    "flower": "the thing bees come to for nectar|the thing a bouquet is made of",
    "leaf": "the thing a caterpillar munches on|the thing people rake up off the lawn",
    "arrow": "the thing that tells you which way to go|the thing that points in one direction",
    "hat": "the thing a gentleman lifts to say hello|the thing you'd wear on your head against the sun",
    "crown": "the thing a king has on his head|the royal headpiece",
    "umbrella": "the thing you open when it pours|the thing that stops you getting wet in a shower",
    "bell": "the thing that goes ding dong|the thing with a clapper inside",
    "drum": "the thing you beat with sticks|the percussion instrument",
    "fish": "the creature with gills|the thing an angler hopes to catch",
    "duck": "the bird|the feathered creature",
    "moon": "the thing werewolves howl at|the thing that waxes and wanes every month",
}
OWN_PHRASES = {
    "superlative": {
        "top": "the {n} highest up|the uppermost {n}|the {n} closest to the upper edge|the top {n}|"
        "the {n} with the highest position",
        "bottom": "the bottom {n}|the {n} furthest down|the {n} closest to the lower edge|the {n} that sits lowest",
        "left": "the {n} furthest left|the {n} on the far left|the {n} closest to the left edge",
        "right": "the {n} furthest right|the {n} on the far right|the {n} closest to the right-hand edge",
        "big": "the biggest of the {p}|the {n} that is bigger than any other {n}|the {n} that's largest",
        "small": "the smallest of the {p}|the {n} that is smaller than any other {n}|the {n} that's smallest",
    },
    "relation": {
        "left": "the {n} on the left side of {r}|the {n} that's left of {r}|the {n} further left than {r}",
        "right": "the {n} on the right-hand side of {r}|the {n} that's right of {r}|the {n} further right than {r}",
        "above": "the {n} higher up than {r}|the {n} that is above {r}|the {n} up above {r}",
        "below": "the {n} beneath {r}|the {n} underneath {r}|the {n} that's under {r}|the {n} further down than {r}",
        "directly above": "the {n} straight above {r}|the {n} that is right above {r}|"
        "the {n} you hit going straight up from {r}",
        "directly below": "the {n} straight below {r}|the {n} right underneath {r}|"
        "the {n} you hit going straight down from {r}",
        "near": "the {n} that sits nearest to {r}|the {n} lying closest to {r}|"
        "the {n} with the shortest distance to {r}",
    },
    "same": {
        "colour": "the {n} painted the same colour as {r}|the {n} whose colour matches {r}|"
        "the {n} sharing its colour with {r}",
        "size": "the {n} about as big as {r}|the {n} roughly the size of {r}|the {n} that matches {r} in size",
        "kind": "another {n} of the same type as {r}|the {n} that is the same sort of object as {r}|"
        "one more {n} of the sort that {r} is",
    },
}
OWN_ORDINALS = [
    "the {o} {n} counting from the {s}",
    "the {o} {n} if you start at the {s}",
    "the {n} that is number {k} from the {s}",
    "the {o} from the {s} among the {p}",
    "the {o} of the {p}, going from the {s}",
]
OWN_FRAMES = [
    "grab {}",
    "pick up {}",
    "hand me {}",
    "please tap {}",
    "can you show me {}?",
    "where is {}?",
    "where's {}?",
    "i'd like {}",
    "could you circle {}?",
    "click on {}",
    "let me see {}",
    "do you see {}?",
    "give me {}, please",
    "put your finger on {}",
    "i am looking for {}",
    "could you pass me {}?",
    "select {}",
    "highlight {}",
    "which one is {}?",
    "outline {} for me",
]
SYNONYMS = {
    "": "toy|thing|object|item",
    "cup": "mug|cup",
    "boat": "boat|sailboat|sailing boat",
    "block": "block|toy brick|cube|building block",
    "car": "car|automobile",
    "mushroom": "mushroom|toadstool",
    "umbrella": "umbrella|parasol",
    "flower": "flower|blossom",
    "house": "house|cottage",
    "moon": "moon|crescent moon",
    "duck": "duck|rubber duck",
    "heart": "heart|love heart",
    "purple": "purple|violet",
    "big": "big|large|huge",
    "small": "small|little|tiny",
}


def noun(desc: Desc, own: bool, rng: Rng, plural: bool = False) -> str:
    """A noun phrase without its article."""
    if not own:
        return " ".join(w for w in (desc.size, desc.colour, desc.kind or ("toys" if plural else "toy")) if w)
    size, colour, kind = ([w] if not w and n < 2 else SYNONYMS.get(w, w).split("|") for n, w in enumerate(desc))
    size_word, colour_word, kind_word = (str(rng.choice(w)) for w in (size, colour, kind))
    if plural:
        kind_word = "leaves" if kind_word == "leaf" else kind_word + ("" if kind_word == "fish" else "s")
    return " ".join(w for w in (size_word, colour_word, kind_word) if w)


def say(query: Query, own: bool, rng: Rng) -> tuple[str, bool]:
    """The question in words, and whether it is a whole sentence."""
    state = rng.bit_generator.state
    one = noun(query.desc, own, rng)
    rng.bit_generator.state = state  # the same words in the plural
    many = noun(query.desc, own, rng, True)
    form, word, k = query.form, query.word, query.k
    phrases = OWN_PHRASES if own else PHRASES
    rare = ["the one and only", "the single"] if own else ["the one", "the only"]
    article = str(rng.choice(["the"] * 6 + rare))
    if form == "attribute":
        text = f"{article} {one}"
        if own and query.desc.colour and rng.random() < 0.3:
            bare = noun(query.desc._replace(colour=""), own, rng)
            joint = str(rng.choice(["painted", "that is", "coloured", "that's"]))
            text = f"the {bare} {joint} {query.desc.colour}"
    elif form == "function":
        text = str(rng.choice(OWN_FUNCTIONS[word].split("|"))) if own else FUNCTIONS[word]
    elif form == "ordinal":
        choices = ["the {o} {n} from the {s}"] * 2 + ["number {k} of the {p} from the {s}"] * (not query.desc.kind)
        text = str(rng.choice(OWN_ORDINALS if own else choices)).format(
            o=ORDINALS[k], n=one, s=word, p=many, k=NUMBERS[k]
        )
    elif form == "negation":
        if k == 2:
            name = str(rng.choice(SYNONYMS.get(word, word).split("|"))) if own else word
            value = ("an " if name[0] in "aeiou" else "a ") + name
        else:
            value = str(rng.choice(SYNONYMS.get(word, word).split("|"))) if own else word
        ways = [
            article + " {n} that is not {v}",
            "the {n} which isn't {v}",
            "the {n} that isn't {v}",
            "the {n} which is not {v}",
        ]
        if own:
            ways = [
                ["the {n} that doesn't count as {v}", "the {n} that isn't {v}", "the one {n} that's anything but {v}"],
                [
                    "the {n} in any colour but {v}",
                    "the {n} that isn't {v}",
                    "the only {n} not painted {v}",
                    "the {n} whose colour is something other than {v}",
                    "the {n} that's definitely not {v}",
                ],
                ["the {n} that isn't {v}", "the {n} that is something other than {v}", "the only {n} that's not {v}"],
            ][k]
        text = str(rng.choice(ways)).format(n=one, v=value)
    else:
        ways = phrases[form][word].split("|")
        text = str(rng.choice(ways)).format(n=one, p=many, r="the " + noun(query.ref, own, rng))
    whole = bool(rng.random() < 0.6)
    if whole:
        text = str(rng.choice(OWN_FRAMES if own else FRAMES)).format(text)
    if own and rng.random() < 0.3:
        text = text[0].upper() + text[1:] + ("." if whole and not text.endswith("?") else "")
    return text, whole


# ---------------------------------------------------------------- whole scenes


class Scene(NamedTuple):
    """A picture with its question."""

    picture: Image.Image
    text: str
    whole: bool
    family: str
    mask: np.ndarray


def cast(family: str, form: str, word: str, rng: Rng) -> list[Toy]:
    """Which toys lie on the table: some share a kind or a colour, no two are alike in everything."""
    number = int(rng.integers(4 if form == "ordinal" else 3, 8))
    names = [k for k in KINDS if form != "function" or (k != word and k not in CLOSE_IN_MEANING[word].split())]
    kinds = rng.choice(names, rng.integers(2, number + 1), replace=False)
    fewest = max(2, -(-number // len(kinds)) + 1)
    colours = rng.choice(list(COLOURS), rng.integers(fewest, max(5, fewest + 1)), replace=False)
    most_big = {3: 3, 4: 4, 5: 4, 6: 3, 7: 2}[number]
    seen: dict[tuple[str, str, str], None] = {}
    while len(seen) < number:
        big = sum(s == "big" for _, _, s in seen) < most_big and rng.random() < 0.5
        kind = word if form == "function" and family != "absent" and not seen else str(rng.choice(kinds))
        seen[kind, str(rng.choice(colours)), "big" if big else "small"] = None
    toys = [Toy(*t) for t in seen]
    return [toys[i] for i in rng.permutation(number)]


def make(seed: int, index: int, own: bool) -> Scene:
    """One scene and its question."""
    rng = np.random.default_rng([seed, index, int(own)])
    family = FAMILIES[index % len(FAMILIES)]
    form, word, overlap = "", "", bool(rng.random() < 0.1)
    for attempt in count():
        if attempt % 40 == 0:
            form = family if family != "absent" else str(rng.choice(FAMILIES[:-1]))
            word = str(rng.choice([w for w in WORDS[form] if own or form != "function" or w in FUNCTIONS]))
        toys = cast(family, form, word, rng)
        if family == "absent":
            queries = misfits(toys, form, word, rng)
        else:
            queries = questions(toys, form, word, own, rng) if form not in SPATIAL else []
        if not queries and (form not in SPATIAL or family == "absent"):
            continue
        draw_all(toys, rng)
        for _ in range(6):
            if not lay_out(toys, overlap, rng):
                continue
            found = queries or questions(toys, form, word, own, rng)
            if found:
                query = choose(found, rng)
                text, whole = say(query, own, rng)
                mask = np.zeros((SIDE, SIDE), bool) if query.target is None else toys[query.target].seen
                return Scene(paint(toys, rng), text, whole, family, mask)
    raise AssertionError("unreachable")


def shapes_of(mask: np.ndarray) -> list[dict]:
    """A rectangle along pixel edges for every run of the mask's rows, so that holes stay out and nothing is rounded."""
    shapes = []
    for y, row in enumerate(np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))))):
        for a, b in zip(np.flatnonzero(row == 1).tolist(), np.flatnonzero(row == -1).tolist(), strict=True):
            points = [[a, y], [b, y], [b, y + 1], [a, y + 1]]
            shapes.append({"label": "target", "shape_type": "polygon", "points": points})
    return shapes


def contact_sheet(seed: int, scenes: list[Scene]) -> Image.Image:
    """Every kind twice, then some scenes with their questions, the target outlined."""
    rng, font = np.random.default_rng([seed, 10**6]), ImageFont.load_default()
    top = 4 * 96
    sheet = Image.new("RGB", (1200, top + -(-len(scenes) // 4) * 322), (168, 160, 150))
    pen = ImageDraw.Draw(sheet)
    for n, kind in enumerate(KINDS):
        x, y = n % 6 * 200, n // 6 * 96
        for size, shift in (("big", 8), ("small", 100)):
            toy = draw_toy(kind, str(rng.choice(list(COLOURS))), int(rng.integers(*SIZES[size])), rng)
            sheet.paste(toy, (x + shift, y + 6), toy)
        pen.text((x + 60, y + 78), kind, (0, 0, 0), font)
    for n, scene in enumerate(scenes):
        x, y = n % 4 * 300, top + n // 4 * 322
        picture = np.asarray(scene.picture.resize((288, 288), Image.Resampling.BICUBIC)).copy()
        grey = Image.fromarray(scene.mask).convert("L").resize((288, 288))
        ring = (np.asarray(grey.filter(ImageFilter.MaxFilter(5))) > 127) & (np.asarray(grey) < 128)
        picture[ring] = (0, 255, 255)
        sheet.paste(Image.fromarray(picture), (x + 6, y))
        pen.text((x + 6, y + 290), f"[{scene.family}]\n{scene.text}", (0, 0, 0), font, spacing=1)
    return sheet


def main() -> int:
    """Reads the command line and writes the scenes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that is empty or new")
    parser.add_argument("--number", type=int, default=300, help="how many scenes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--own-words", action="store_true", help="everyday wording instead of the known vocabulary")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="also write a contact sheet")
    args = parser.parse_args()
    if args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        print(f"{args.out} exists and is not an empty folder: nothing written", file=sys.stderr)
        return 2
    folder = args.out / "test"
    folder.mkdir(parents=True)
    shown = []
    for index in range(args.number):
        scene = make(args.seed, index, args.own_words)
        scene.picture.save(folder / f"{index:05d}.png")
        record = {
            "text": [scene.text],
            "is_sentence": scene.whole,
            "family": scene.family,
            "shapes": shapes_of(scene.mask),
        }
        (folder / f"{index:05d}.json").write_text(json.dumps(record) + "\n")
        shown += [scene] if index < 12 else []
    if args.sheet:
        contact_sheet(args.seed, shown).save(args.sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
