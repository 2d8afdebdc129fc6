"""Toy scenes drawn by another hand, each with a sentence that points at one toy, written in ReasonSeg's format.

A check of robustness: nothing here is shared with the package, neither the drawings nor the grammar.

    python benchmarks/other_hand.py --out DIR [--count 300] [--seed 0] [--sheet PNG]
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Rgb = tuple[int, int, int]
Points = list[tuple[float, float]]

SIDE, GAP, CLEAR = 192, 4, 8  # the picture; pixels between toys; pixels by which a position must be clear
CANVAS, UNIT = 420, 145  # a toy is drawn four times too large, from -1 to 1 (x right, y down)
SIZES = {"small": (36, 44), "big": (56, 68)}
COLOURS: dict[str, Rgb] = {
    "red": (212, 36, 40), "orange": (246, 134, 22), "yellow": (250, 218, 48), "green": (52, 160, 72),
    "blue": (38, 98, 214), "purple": (126, 58, 172), "pink": (246, 144, 190), "white": (240, 240, 238),
}  # fmt: skip
BEIGE: Rgb = (198, 180, 150)
TABLES: list[Rgb] = [BEIGE, (150, 150, 152), (140, 110, 84), (150, 172, 148), (140, 160, 182), (112, 108, 104)]
INK: Rgb = (28, 26, 30)


def toned(colour: Rgb, tone: float) -> Rgb:
    """Lighter (to 1) or darker (to -1); what is nearly white can only be darker."""
    if tone > 0 and min(colour) > 225:
        tone *= -0.3
    to = 255 if tone > 0 else 25
    red, green, blue = (round(c + (to - c) * abs(tone)) for c in colour)
    return red, green, blue


def ring(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360, steps: int = 40) -> Points:
    """Points on an ellipse; 0 degrees is to the right, 90 below."""
    turns = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in turns]


def spikes(number: int, outer: float, inner: float, x: float = 0, y: float = 0, turn: float = -90) -> Points:
    """A star; with an inner radius of outer * cos(180 / number) a regular polygon."""
    turns = [(math.radians(turn + 180 * i / number), inner if i % 2 else outer) for i in range(2 * number)]
    return [(x + r * math.cos(a), y + r * math.sin(a)) for a, r in turns]


def smooth(points: Points, steps: int = 8) -> Points:
    """A closed curve through the points (Catmull and Rom's)."""
    out: Points = []
    for i in range(len(points)):
        a, b, c, d = (np.array(points[(i + k) % len(points)]) for k in (-1, 0, 1, 2))
        for t in (k / steps for k in range(steps)):
            at = b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
            out.append((float(at[0]), float(at[1])))
    return out


class Pen:
    """Paint, and the silhouette that bounds it; once `inside` is set, strokes no longer widen the silhouette."""

    def __init__(self, colour: Rgb) -> None:
        self.colour, self.inside = colour, False
        self.paint, self.mask = Image.new("RGB", (CANVAS, CANVAS), colour), Image.new("L", (CANVAS, CANVAS))
        self._paint, self._mask = ImageDraw.Draw(self.paint), ImageDraw.Draw(self.mask)

    def poly(self, points: Points, tone: float | Rgb = 0.0) -> None:
        at = [(CANVAS / 2 + UNIT * x, CANVAS / 2 + UNIT * y) for x, y in points]
        self._paint.polygon(at, fill=toned(self.colour, tone) if isinstance(tone, int | float) else tone)
        if not self.inside:
            self._mask.polygon(at, fill=255)

    def oval(self, x: float, y: float, rx: float, ry: float | None = None, tone: float | Rgb = 0.0) -> None:
        self.poly(ring(x, y, rx, rx if ry is None else ry), tone)

    def rect(self, left: float, top: float, right: float, bottom: float, tone: float | Rgb = 0.0) -> None:
        self.poly([(left, top), (right, top), (right, bottom), (left, bottom)], tone)

    def line(self, points: Points, width: float, tone: float | Rgb = -0.5) -> None:
        for (x, y), (u, v) in pairwise(points):
            long = math.hypot(u - x, v - y) or 1.0
            dx, dy = (v - y) / long * width / 2, (x - u) / long * width / 2
            self.poly([(x + dx, y + dy), (u + dx, v + dy), (u - dx, v - dy), (x - dx, y - dy)], tone)
        for x, y in points:
            self.oval(x, y, width / 2, tone=tone)

    def cut(self, points: Points) -> None:
        self._mask.polygon([(CANVAS / 2 + UNIT * x, CANVAS / 2 + UNIT * y) for x, y in points], fill=0)

    def eye(self, x: float, y: float, size: float) -> None:
        self.oval(x, y, size, tone=(252, 252, 252))
        self.oval(x + size * 0.25, y, size * 0.6, tone=INK)


def ball(p: Pen) -> None:
    p.oval(0, 0, 1)
    p.inside = True
    p.poly(spikes(5, 0.36, 0.29), -0.6)
    for turn in range(-90, 270, 72):
        x, y = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        p.line([(0.34 * x, 0.34 * y), (0.75 * x, 0.75 * y)], 0.08, -0.6)
        p.poly(spikes(5, 0.36, 0.29, x, y, turn + 180), -0.6)


def block(p: Pen) -> None:
    p.rect(-0.95, -0.5, 0.5, 0.95)
    p.poly([(-0.95, -0.5), (-0.5, -0.95), (0.95, -0.95), (0.5, -0.5)], 0.45)
    p.poly([(0.5, -0.5), (0.95, -0.95), (0.95, 0.5), (0.5, 0.95)], -0.35)
    p.inside = True
    p.line([(-0.62, 0.68), (-0.225, -0.22), (0.17, 0.68)], 0.17, 0.8)
    p.line([(-0.48, 0.38), (0.03, 0.38)], 0.15, 0.8)


def star(p: Pen) -> None:
    p.poly(spikes(5, 1, 0.45))
    p.inside = True
    p.poly(spikes(5, 0.56, 0.25), 0.4)


def heart(p: Pen) -> None:
    turns = [math.radians(a) for a in range(0, 360, 4)]
    ys = [13 * math.cos(a) - 5 * math.cos(2 * a) - 2 * math.cos(3 * a) - math.cos(4 * a) for a in turns]
    p.poly([(math.sin(a) ** 3, -y / 16) for a, y in zip(turns, ys, strict=True)])
    p.inside = True
    p.poly(smooth([(-0.75, -0.25), (-0.68, -0.52), (-0.45, -0.6), (-0.56, -0.42)]), 0.7)


def cup(p: Pen) -> None:
    p.oval(0.6, 0.05, 0.42, 0.46, -0.15)
    p.cut(ring(0.6, 0.05, 0.23, 0.27))
    p.poly([(-0.95, -0.7), (0.55, -0.7), (0.38, 0.85), (-0.78, 0.85)])
    p.oval(-0.2, 0.85, 0.58, 0.1)
    p.oval(-0.2, -0.7, 0.75, 0.2, 0.35)
    p.inside = True
    p.oval(-0.2, -0.68, 0.62, 0.13, -0.55)
    p.poly([(-0.9, -0.1), (0.5, -0.1), (0.45, 0.2), (-0.86, 0.2)], 0.55)


def key(p: Pen) -> None:
    p.oval(-0.58, 0, 0.44)
    p.cut(ring(-0.58, 0, 0.22, 0.22))
    p.rect(-0.2, -0.12, 1, 0.12)
    p.rect(0.42, 0, 0.58, 0.42)
    p.rect(0.78, 0, 1, 0.5)
    p.inside = True
    p.rect(-0.16, -0.4, -0.06, 0.4, -0.4)
    p.line([(0.05, -0.02), (0.9, -0.02)], 0.05, 0.5)


def fish(p: Pen) -> None:
    p.poly(smooth([(-0.45, 0), (-1, -0.55), (-0.86, 0), (-1, 0.55)]), -0.2)
    p.poly(smooth([(-0.3, -0.3), (-0.05, -0.78), (0.5, -0.35), (0.1, -0.2)]), -0.2)
    p.poly(smooth([(0.0, 0.3), (-0.1, 0.72), (0.4, 0.4)]), -0.2)
    p.poly(smooth([(-0.6, 0), (-0.1, -0.44), (0.5, -0.42), (1, 0.04), (0.5, 0.46), (-0.1, 0.44)]))
    p.inside = True
    p.line(ring(0.2, 0, 0.2, 0.36, -80, 80), 0.06)
    for x, y in ((-0.3, 0), (-0.08, -0.18), (-0.08, 0.18), (0.14, 0)):
        p.line(ring(x, y, 0.1, 0.12, -80, 80, 8), 0.05, -0.35)
    p.eye(0.64, -0.12, 0.13)
    p.line([(0.75, 0.2), (0.95, 0.15)], 0.05)


def car(p: Pen) -> None:
    roof: Points = [(-0.6, -0.12), (-0.36, -0.62), (0.3, -0.62), (0.62, -0.12), (0.92, -0.04), (1, 0.12)]
    p.poly([(-1, 0.36), (-1, 0), (-0.92, -0.12), *roof, (1, 0.36)])
    for x in (-0.52, 0.54):
        p.oval(x, 0.36, 0.28, tone=INK)
    p.inside = True
    for x in (-0.52, 0.54):
        p.oval(x, 0.36, 0.12, tone=(200, 200, 200))
    p.poly([(-0.46, -0.1), (-0.27, -0.48), (-0.04, -0.48), (-0.04, -0.1)], (205, 228, 238))
    p.poly([(0.06, -0.1), (0.06, -0.48), (0.24, -0.48), (0.46, -0.1)], (205, 228, 238))
    p.line([(0.01, -0.1), (0.01, 0.3)], 0.04)
    p.line([(0.1, 0.05), (0.22, 0.05)], 0.06)
    p.oval(0.94, 0.1, 0.09, tone=0.7)


def boat(p: Pen) -> None:
    p.rect(-0.1, -1, 0.02, 0.5, -0.6)
    p.poly([(0.02, -0.95), (0.9, 0.32), (0.02, 0.32)])
    p.poly([(-0.1, -0.75), (-0.1, 0.32), (-0.75, 0.32)], 0.4)
    p.poly([(-1, 0.45), (1, 0.45), (0.66, 0.95), (-0.7, 0.95)], -0.15)
    p.inside = True
    p.poly([(-1, 0.45), (1, 0.45), (0.93, 0.57), (-0.93, 0.57)], 0.6)


def house(p: Pen) -> None:
    p.rect(0.42, -0.9, 0.68, -0.2, -0.45)
    p.rect(-0.78, -0.15, 0.78, 0.95)
    p.poly([(-1, -0.08), (0, -1), (1, -0.08)], -0.35)
    p.inside = True
    p.rect(-0.56, 0.35, -0.12, 0.95, -0.6)
    p.oval(-0.22, 0.66, 0.05, tone=0.8)
    p.rect(0.14, 0.2, 0.58, 0.62, (250, 244, 205))
    p.line([(0.36, 0.2), (0.36, 0.62)], 0.05)
    p.line([(0.14, 0.41), (0.58, 0.41)], 0.05)


def tree(p: Pen) -> None:
    p.poly([(-0.13, 0.1), (0.13, 0.1), (0.15, 0.7), (0.28, 1), (-0.28, 1), (-0.15, 0.7)], -0.55)
    for x, y, r in ((-0.42, -0.02, 0.42), (0.42, -0.02, 0.42), (-0.3, -0.45, 0.4), (0.3, -0.45, 0.4), (0, -0.6, 0.4)):
        p.oval(x, y, r)
    p.oval(0, -0.1, 0.45)
    p.inside = True
    for x, y in ((-0.34, -0.22), (0.34, -0.22), (0, -0.42)):
        p.line([(0, 0.35), (x, y)], 0.1, -0.55)
    for x, y in ((-0.6, -0.02), (0.62, 0.0), (-0.3, -0.6), (0.32, -0.6), (0.06, -0.78)):
        p.oval(x, y, 0.09, tone=0.4)


def mushroom(p: Pen) -> None:
    p.poly(smooth([(-0.2, 0), (0.2, 0), (0.26, 0.5), (0.38, 0.9), (0, 1), (-0.38, 0.9), (-0.26, 0.5)]), 0.65)
    p.oval(0, 0.12, 1, 0.2, -0.35)
    p.poly([*ring(0, 0.1, 1, 1, 180, 360), *ring(0, 0.1, 1, 0.1, 0, 180)])
    p.inside = True
    for x, y, r in ((-0.1, -0.5, 0.2), (0.5, -0.3, 0.17), (-0.58, -0.18, 0.16), (0.1, -0.02, 0.12)):
        p.oval(x, y, r, r * 0.85, 0.75)


def flower(p: Pen) -> None:
    p.line([(0, -0.3), (0.03, 0.4), (0, 1)], 0.12)
    p.poly(smooth([(0, 0.85), (0.25, 0.5), (0.62, 0.38), (0.45, 0.75)]), -0.4)
    p.poly(smooth([(0, 0.9), (-0.22, 0.6), (-0.58, 0.52), (-0.4, 0.85)]), -0.4)
    for turn in range(0, 360, 60):
        p.oval(0.38 * math.sin(math.radians(turn)), -0.4 - 0.38 * math.cos(math.radians(turn)), 0.25)
    p.oval(0, -0.4, 0.3)
    p.inside = True
    for turn in range(30, 390, 60):
        x, y = math.sin(math.radians(turn)), -math.cos(math.radians(turn))
        p.line([(0.2 * x, 0.2 * y - 0.4), (0.44 * x, 0.44 * y - 0.4)], 0.05)
    p.oval(0, -0.4, 0.2, tone=0.75)


def moon(p: Pen) -> None:
    p.oval(0, 0, 1)
    p.cut(ring(0.5, -0.12, 0.85, 0.85))
    p.inside = True
    for x, y, r in ((-0.68, -0.1, 0.11), (-0.5, 0.45, 0.13), (0.1, 0.82, 0.08), (-0.6, -0.55, 0.07)):
        p.oval(x, y, r, tone=-0.22)


def leaf(p: Pen) -> None:
    def turned(*points: tuple[float, float]) -> Points:
        return [(0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x) for x, y in points]

    edge = [(-0.65 + 1.65 * i / 20, 0.55 * math.sin(math.pi * (i / 20) ** 0.8)) for i in range(21)]
    p.line(turned((-1, 0.08), (-0.6, 0)), 0.1)
    p.poly(turned(*edge, *((x, -y) for x, y in reversed(edge))))
    p.inside = True
    p.line(turned((-0.65, 0), (0.85, 0)), 0.07)
    for x in (-0.4, -0.1, 0.2, 0.5):
        for sign in (-1, 1):
            p.line(turned((x, 0), (x + 0.24, sign * (0.36 - 0.2 * abs(x)))), 0.05)


def arrow(p: Pen) -> None:
    p.poly([(-1, -0.24), (0.15, -0.24), (0.15, -0.65), (1, 0), (0.15, 0.65), (0.15, 0.24), (-1, 0.24)])
    p.inside = True
    p.line([(-0.82, -0.08), (0.28, -0.08), (0.28, -0.3)], 0.08, 0.5)


def hat(p: Pen) -> None:
    p.oval(0, 0.6, 1, 0.26, -0.15)
    p.poly([(-0.62, -0.75), (0.62, -0.75), (0.52, 0.5), *ring(0, 0.5, 0.52, 0.12, 0, 180)])
    p.oval(0, -0.75, 0.62, 0.14, 0.4)
    p.inside = True
    p.poly([(-0.55, 0.15), *ring(0, 0.15, 0.55, 0.1, 180, 0), *ring(0, 0.5, 0.52, 0.12, 0, 180)], -0.65)


def crown(p: Pen) -> None:
    tips: Points = [(-0.9, -0.4), (-0.46, -0.62), (0, -0.75), (0.46, -0.62), (0.9, -0.4)]
    low: Points = [(-0.62, 0.12), (-0.24, 0.05), (0.24, 0.05), (0.62, 0.12)]
    zigzag = [point for pair in zip(tips, [*low, (0.78, 0.75)], strict=True) for point in pair]
    p.poly([(-0.78, 0.75), *zigzag])
    for x, y in tips:
        p.oval(x, y, 0.12, tone=0.35)
    p.inside = True
    p.rect(-0.9, 0.4, 0.9, 0.75, -0.35)
    for x in (-0.5, 0, 0.5):
        p.poly(spikes(4, 0.14, 0.1, x, 0.57), 0.8)


def umbrella(p: Pen) -> None:
    p.line([(0, -1), (0, -0.8)], 0.08)
    p.poly(ring(0, 0.05, 1, 0.95, 180, 360))
    for x in (-0.68, 0, 0.68):
        p.cut(ring(x, 0.06, 0.32 if x else 0.36, 0.16))
    p.line([(0, -0.15), (0, 0.78), *ring(0.17, 0.78, 0.17, 0.2, 180, 0, 12)], 0.11, -0.6)
    p.inside = True
    p.poly([*ring(0, 0.05, 0.36, 0.95, 180, 360), *ring(0, 0.06, 0.36, 0.16, 0, -180)], 0.4)
    p.line(ring(0, 0.05, 0.36, 0.95, 180, 360), 0.05)


def bell(p: Pen) -> None:
    p.oval(0, -0.84, 0.2, tone=-0.3)
    p.cut(ring(0, -0.86, 0.09, 0.09))
    p.oval(0, 0.76, 0.22, tone=-0.55)
    right: Points = [(0.3, -0.68), (0.52, -0.4), (0.58, 0), (0.66, 0.32), (0.92, 0.62)]
    p.poly([*right, *ring(0, 0.62, 0.92, 0.12, 0, 180), *((-x, y) for x, y in reversed(right))])
    p.oval(0, -0.62, 0.32, 0.15)
    p.inside = True
    p.line(ring(0, 0.3, 0.72, 0.08, 0, 180), 0.08)
    p.line([(-0.34, -0.4), (-0.4, 0), (-0.44, 0.16)], 0.11, 0.7)


def drum(p: Pen) -> None:
    p.poly([(-0.9, -0.3), (0.9, -0.3), *ring(0, 0.6, 0.9, 0.28, 0, 180)])
    p.oval(0, -0.3, 0.9, 0.28, 0.75)
    for x in (-1, 1):
        p.line([(0.1 * x, -0.28), (0.72 * x, -0.92)], 0.09, -0.6)
        p.oval(0.14 * x, -0.32, 0.11, tone=-0.6)
    p.inside = True
    for drop in (0.06, 0.86):
        p.line(ring(0, -0.3 + drop, 0.9, 0.28, 0, 180), 0.12, -0.4)
    zigzag = [(0.9 * math.cos(a), 0.28 * math.sin(a)) for a in (math.pi * i / 8 for i in range(9))]
    p.line([(x, y + (-0.15 if i % 2 else 0.5)) for i, (x, y) in enumerate(zigzag)], 0.07, 0.8)


def duck(p: Pen) -> None:
    p.poly(smooth([(0.7, -0.5), (1, -0.42), (1.08, -0.3), (0.8, -0.22), (0.66, -0.3)]), -0.45)
    p.oval(0.4, -0.42, 0.4)
    body: Points = [(-1, -0.12), (-0.62, 0.1), (-0.2, 0.1), (0.12, -0.12), (0.6, -0.1), (0.74, 0.35), (0.4, 0.78)]
    p.poly(smooth([*body, (-0.3, 0.82), (-0.82, 0.5)]))
    p.inside = True
    p.eye(0.52, -0.52, 0.11)
    p.poly(smooth([(-0.62, 0.26), (-0.2, 0.22), (0.3, 0.3), (0.05, 0.58), (-0.3, 0.56)]), -0.25)


KINDS: dict[str, Callable[[Pen], None]] = {
    draw.__name__: draw
    for draw in (ball, block, star, heart, cup, key, fish, car, boat, house, tree, mushroom, flower, moon, leaf, arrow,
                 hat, crown, umbrella, bell, drum, duck)
}  # fmt: skip


def drawn(kind: str, colour: str, longest: int, turn: float = 0.0, mirrored: bool = False) -> Image.Image:
    """The toy alone (RGBA), cut to its box, whose longest side is given."""
    pen = Pen(COLOURS[colour])
    KINDS[kind](pen)
    inner = pen.mask.filter(ImageFilter.GaussianBlur(6)).point(lambda value: 255 * (value > 215))
    toy = Image.composite(pen.paint, Image.new("RGB", pen.paint.size, toned(pen.colour, -0.6)), inner)
    toy.putalpha(pen.mask)
    if mirrored:
        toy = toy.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    toy = toy.rotate(turn, Image.Resampling.BICUBIC)
    toy = toy.crop(toy.getchannel("A").getbbox())
    scale = longest / max(toy.size)
    return toy.resize((round(toy.width * scale), round(toy.height * scale)), Image.Resampling.LANCZOS)


@dataclass(frozen=True, eq=False)
class Toy:
    """A toy in its picture; (x, y) is its box's middle."""

    kind: str
    colour: str
    size: str
    image: Image.Image
    left: int
    top: int

    @property
    def x(self) -> float:
        return self.left + self.image.width / 2

    @property
    def y(self) -> float:
        return self.top + self.image.height / 2

    def mask(self) -> np.ndarray:
        whole = Image.new("L", (SIDE, SIDE))
        whole.paste(self.image.getchannel("A"), (self.left, self.top))
        return np.asarray(whole) >= 128


def scene(rng: Random) -> tuple[Image.Image, list[Toy]]:
    """A table, and three to seven toys of few kinds and colours on it."""
    kinds, colours = rng.sample(list(KINDS), rng.randint(2, 6)), rng.sample(list(COLOURS), rng.randint(2, 5))
    toys: list[Toy] = []
    number = rng.randint(3, 7)
    for _ in range(6 * number):
        size = rng.choice(list(SIZES))
        kind, colour = rng.choice(kinds), rng.choice(colours)
        image = drawn(kind, colour, rng.randint(*SIZES[size]), rng.uniform(-15, 15), rng.random() < 0.5)
        w, h = image.size
        for _ in range(40):
            x, y = rng.randint(3, SIDE - 3 - w), rng.randint(3, SIDE - 3 - h)
            if all(x >= t.left + t.image.width + GAP or t.left >= x + w + GAP
                   or y >= t.top + t.image.height + GAP or t.top >= y + h + GAP for t in toys):  # fmt: skip
                toys.append(Toy(kind, colour, size, image, x, y))
                break
        if len(toys) == number:
            picture = table(rng)
            for toy in toys:
                picture.paste(toy.image, (toy.left, toy.top), toy.image)
            return picture, toys
    return scene(rng)


def table(rng: Random) -> Image.Image:
    """A plain, a grained or a wooden ground."""
    style, noise = rng.choice(("plain", "grain", "wood")), np.random.default_rng(rng.getrandbits(32))
    ground = np.full((SIDE, SIDE, 3), rng.choice(TABLES), dtype=float) + rng.uniform(-8, 8)
    if style == "grain":
        ground += noise.normal(0, 4, (SIDE, SIDE, 1))
    elif style == "wood":
        rows, plank = np.arange(SIDE), rng.randint(26, 50)
        light = 3 * np.sin(rows / 2.3) + noise.normal(0, 2, SIDE) + noise.normal(0, 4, 9)[rows // plank]
        ground += light[:, None, None]
        ground[rows % plank == 0] -= 18
    return Image.fromarray(ground.clip(0, 255).round().astype(np.uint8))


Said = tuple[str, str, Toy]  # the sort of the sentence, the sentence, the toy it points at
FARTHEST = {"left": ("leftmost",), "right": ("rightmost",), "top": ("topmost", "highest"), "bottom": ("lowest",)}
BEYOND = {"left": ("left of", "to the left of"), "right": ("right of", "to the right of"),
          "top": ("above", "higher than"), "bottom": ("below", "lower than")}  # fmt: skip
RANKS = ("two", "three", "four"), ("second", "third", "fourth")
USES: list[tuple[str, str, str]] = [  # the words, what fits, what may fit and so must not be in the scene
    ("something to kick", "ball", ""), ("what you stack", "block", "cup drum hat"),
    ("what shines at night", "star moon", ""), ("a sign of love", "heart", "flower"),
    ("something to drink from", "cup", ""), ("what opens a lock", "key", ""),
    ("something that swims", "fish duck", "boat"), ("something that quacks", "duck", ""),
    ("something with fins", "fish", ""), ("something that drives on a road", "car", ""),
    ("something that sails", "boat", ""), ("where people live", "house", ""),
    ("something with branches", "tree", ""), ("the fungus", "mushroom", ""),
    ("something that smells sweet", "flower", ""), ("what falls in autumn", "leaf", ""),
    ("something that points the way", "arrow", ""), ("something to wear on the head", "hat crown", ""),
    ("what a king wears", "crown", "hat"), ("what keeps the rain off", "umbrella", "hat house"),
    ("something that rings", "bell", ""), ("something to beat with sticks", "drum", ""),
    ("an instrument", "bell drum", ""),
]  # fmt: skip


def along(toy: Toy, side: str) -> float:
    """How far it lies on that side."""
    return {"left": -toy.x, "right": toy.x, "top": -toy.y, "bottom": toy.y}[side]


def named(toys: Sequence[Toy]) -> Iterator[tuple[tuple[str, str, str], list[Toy]]]:
    """Every (size, colour, kind), each may be "", that fits some toys, and those."""
    values = [["", *dict.fromkeys(getattr(t, trait) for t in toys)] for trait in ("size", "colour", "kind")]
    for size, colour, kind in product(*values):
        fits = [t for t in toys if size in ("", t.size) and colour in ("", t.colour) and kind in ("", t.kind)]
        if fits:
            yield (size, colour, kind), fits


def noun(*words: str) -> str:
    """Of size, colour and kind."""
    return " ".join(word for word in (*words[:-1], words[-1] or "toy") if word)


def plural(word: str) -> str:
    return {"fish": "fish", "leaf": "leaves"}.get(word, word + "s")


def pools(toys: Sequence[Toy], least: int, without: Toy | None = None) -> Iterator[tuple[str, list[Toy]]]:
    """All toys, and those of each kind, where there are enough; one toy may be left out."""
    for words, fits in named(toys):
        fits = [t for t in fits if t is not without]
        if not any(words[:2]) and len(fits) >= least:
            yield noun(*words), fits


def unique(toys: Sequence[Toy]) -> Iterator[tuple[tuple[str, str, str], str, Toy]]:
    """Names with a kind, and a colour or (only where it is needed) a size, that fit one toy."""
    for words, fits in named(toys):
        needed = sum(t.kind == words[2] for t in toys) > 1
        if len(fits) == 1 and words[2] and not all(words) and (needed or not words[0]):
            yield words, noun(*words), fits[0]


def attribute(toys: Sequence[Toy]) -> Iterator[Said]:
    for (size, colour, kind), fits in named(toys):
        if len(fits) == 1 and (size or colour) and (not kind or sum(t.kind == kind for t in toys) > 1):
            for article in ("the", "the", "the only"):
                yield f"{bool(size)} {bool(colour)} {bool(kind)}", f"{article} {noun(size, colour, kind)}", fits[0]


def superlative(toys: Sequence[Toy]) -> Iterator[Said]:
    for name, fits in pools(toys, 2):
        for side, words in FARTHEST.items():
            first, second = sorted(fits, key=lambda t: -along(t, side))[:2]
            if along(first, side) - along(second, side) >= CLEAR:
                yield from ((side, f"the {word} {name}", first) for word in words)
        for size, words in {"big": ("biggest", "largest"), "small": ("smallest", "tiniest")}.items():
            of = [t for t in fits if t.size == size]
            if len(of) == 1:
                yield from ((size, f"the {word} {name}", of[0]) for word in words)


def relation(toys: Sequence[Toy]) -> Iterator[Said]:
    for _, other, mark in unique(toys):
        for name, fits in pools(toys, 2, without=mark):
            for side, words in BEYOND.items():
                steps = [along(t, side) - along(mark, side) for t in fits]
                if sum(step > 0 for step in steps) == 1 and all(abs(step) >= CLEAR for step in steps):
                    toy = fits[int(np.argmax(steps))]
                    yield from ((side, f"the {name} {word} the {other}", toy) for word in words)
            near = sorted((math.hypot(t.x - mark.x, t.y - mark.y), i) for i, t in enumerate(fits))
            if near[1][0] - near[0][0] >= CLEAR:
                for word in ("closest to", "nearest to"):
                    yield "near", f"the {name} {word} the {other}", fits[near[0][1]]


def same(toys: Sequence[Toy]) -> Iterator[Said]:
    for (size, colour, kind), other, mark in unique(toys):
        for name, fits in pools(toys, 2, without=mark):
            if not colour and len(like := [t for t in fits if t.colour == mark.colour]) == 1:
                yield "colour", f"the {name} with the same colour as the {other}", like[0]
                if name in ("toy", kind):
                    yield "colour", f"the other {name} of the same colour as the {other}", like[0]
            if not size and len(like := [t for t in fits if t.size == mark.size]) == 1:
                yield "size", f"the {name} of the same size as the {other}", like[0]
        like = [t for t in toys if t.kind == kind and t is not mark]
        if colour and len(like) == 1:
            yield "kind", f"another {kind} like the {other}", like[0]


def ordinal(toys: Sequence[Toy]) -> Iterator[Said]:
    for name, fits in pools(toys, 3):
        for side in FARTHEST:
            row = sorted(fits, key=lambda t: -along(t, side))
            clear = [along(a, side) - along(b, side) >= CLEAR for a, b in pairwise(row)]
            for rank, (number, word) in enumerate(zip(*RANKS, strict=True), 1):
                if rank < len(row) and all(clear[: rank + 1]):
                    yield f"{side} {word}", f"the {word} {name} from the {side}", row[rank]
                    yield f"{side} {word}", f"number {number} of the {plural(name)} from the {side}", row[rank]


def negation(toys: Sequence[Toy]) -> Iterator[Said]:
    for (size, colour, kind), fits in named(toys):
        if sum(map(bool, (size, colour, kind))) > 2 or len(fits) < 2:
            continue
        for trait, given in {"size": size, "colour": colour, "kind": kind}.items():
            for value in () if given else dict.fromkeys(getattr(t, trait) for t in fits):
                left = [t for t in fits if getattr(t, trait) != value]
                article = ("an " if value[0] in "aeiou" else "a ") if trait == "kind" else ""
                if len(left) == 1:
                    for words in ("that is not", "which isn't", "that isn't", "which is not"):
                        yield trait, f"the {noun(size, colour, kind)} {words} {article}{value}", left[0]


def function(toys: Sequence[Toy]) -> Iterator[Said]:
    for words, kinds, doubtful in USES:
        fits = [t for t in toys if t.kind in kinds.split()]
        if len(fits) == 1 and not any(t.kind in doubtful.split() for t in toys):
            yield words, words, fits[0]


FAMILIES: dict[str, Callable[[Sequence[Toy]], Iterator[Said]]] = {
    family.__name__: family for family in (attribute, superlative, relation, same, ordinal, negation, function)
}
LEADS = ("", "", "find ", "show me ", "point at ", "look for ")


@dataclass(frozen=True)
class Sample:
    """One picture with one sentence."""

    name: str
    picture: Image.Image
    toys: list[Toy]
    text: str
    lead: str
    target: Toy


def sample(seed: int, number: int) -> Sample:
    """Always the same one for the same numbers; its family goes by turns, and half of them name the kind meant."""
    rng = Random(f"{seed} {number}")
    family = list(FAMILIES)[number % len(FAMILIES)]
    kind_only = rng.random() < 0.5
    while True:
        picture, toys = scene(rng)
        sorts: dict[str, list[Said]] = {}
        for said in FAMILIES[family](toys):
            if not (kind_only and "toy" in said[1]):
                sorts.setdefault(said[0], []).append(said)
        if sorts:
            _, text, target = rng.choice(sorts[rng.choice(list(sorts))])
            lead = rng.choice(LEADS)
            return Sample(f"{number:04d}_{family}", picture, toys, lead + text, lead, target)


def outlines(mask: np.ndarray) -> list[list[tuple[int, int]]]:
    """Polygons along the pixels' edges that hold the mask exactly; it is cut in two wherever it has a hole."""
    after: dict[tuple[int, int], list[tuple[int, int]]] = {}
    padded = np.pad(mask, 1)
    for y, x in np.argwhere(mask).tolist():
        corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
        for i, (down, right) in enumerate(((0, 1), (1, 2), (2, 1), (1, 0))):
            if not padded[y + down, x + right]:
                after.setdefault(corners[i], []).append(corners[(i + 1) % 4])
    loops = []
    while after:
        loop, step = [next(iter(after))], (0, 0)
        while True:
            x, y = loop[-1]
            ends, turned = after[x, y], (x - step[1], y + step[0])
            end = ends.pop(ends.index(turned) if turned in ends else 0)
            if not ends:
                del after[x, y]
            if end == loop[0]:
                break
            step = end[0] - x, end[1] - y
            loop.append(end)
        around = list(zip(loop[-1:] + loop[:-1], loop, loop[1:] + loop[:1], strict=True))
        if sum(b[0] * c[1] - b[1] * c[0] for _, b, c in around) < 0:
            columns = [x for x, _ in loop]
            near = np.arange(mask.shape[1]) < (min(columns) + max(columns)) // 2
            return outlines(mask & near) + outlines(mask & ~near)
        loops.append([b for a, b, c in around if not (a[0] == b[0] == c[0] or a[1] == b[1] == c[1])])
    return loops


def write(made: Sample, folder: Path) -> None:
    """The picture, and its JSON in LabelMe's manner."""
    made.picture.save(folder / f"{made.name}.jpg", quality=95)
    shapes = [{"label": "target", "shape_type": "polygon", "points": loop} for loop in outlines(made.target.mask())]
    values = {"text": [made.text], "is_sentence": bool(made.lead), "shapes": shapes}
    (folder / f"{made.name}.json").write_text(json.dumps(values) + "\n", encoding="utf-8")


def sheet(made: Sequence[Sample]) -> Image.Image:
    """Every kind, one a row, in four colours, and some samples with their sentences."""
    high, wide = 74, 420
    page = Image.new("RGB", (wide + 3 * 310, high * len(KINDS)), BEIGE)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for row, kind in enumerate(KINDS):
        pen.text((6, row * high + 28), kind, INK, font)
        for column in range(5):
            longest, turn = (66, 0) if column < 3 else (40, 14)
            toy = drawn(kind, list(COLOURS)[(row + 3 * column) % 8], longest, turn, column > 3)
            page.paste(toy, (86 + 66 * column + (column > 3) * -10, row * high + 4), toy)
    for i, one in enumerate(made):
        x, y = wide + i % 3 * 310, i // 3 * 230 + 4
        if y + 225 <= page.height:
            page.paste(one.picture, (x, y))
            pen.text((x, y + SIDE + 4), one.text, INK, font)
    return page


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="gets reason_seg/ReasonSeg/test/*.jpg and *.json")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, help="a PNG to look at")
    args = parser.parse_args(arguments)
    folder = args.out / "reason_seg" / "ReasonSeg" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    for number in range(args.count):
        made = sample(args.seed, number)
        write(made, folder)
        shown += [made] if number < 21 else []
    if args.sheet:
        args.sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet(shown).save(args.sheet)


if __name__ == "__main__":
    main()
