"""Scenes of toys with questions by a tenth hand, which shares no line or drawing with the package.

    python benchmarks/tenth_hand.py --out DIR [--number 300] [--seed 0] [--own-words] [--sheet FILE.png]
    lens eval reasonseg --split test --root DIR --batch-size 50

An agent wrote it from kinds, colours, sizes, families and the words of Toybox's grammar, to which it keeps but for
`--own-words`; it had seen no code or drawing of the package or of another hand. A picture of 192 x 192 pixels shows
three to eight toys; the question is true of one of them, or of none ("absent"). A scene is a pure function of the seed
and its index, its words also of the kind of wording; the format is ReasonSeg's, with a rectangle for every run of a
mask's rows.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]

SIDE = 192  # width and height of a picture
MARGIN = 10.0  # least difference of centres on which an answer may rest
UNIT = 4  # pixels of the drawing board for one unit of a drawing
BORDER = 20  # units of free board round the 100 x 100 units of a drawing
LENGTHS = {"small": (39, 44), "big": (59, 68)}  # longer side when whole, in pixels
VISIBLE_LENGTHS = {"small": (37, 45), "big": (57, 69)}
LEAST_VISIBLE = 0.87
KINDS = (
    "ball", "block", "star", "heart", "cup", "key", "car", "boat", "house", "tree", "mushroom", "flower", "leaf",
    "arrow",
    "hat", "crown", "umbrella", "bell", "drum", "fish", "duck", "moon",
)  # fmt: skip
SIZES = ("small", "big")
TONES: dict[str, Colour] = {
    "red": (214, 36, 40),
    "orange": (247, 131, 20),
    "yellow": (252, 214, 40),
    "green": (52, 158, 68),
    "blue": (40, 98, 208),
    "purple": (124, 58, 168),
    "pink": (250, 146, 186),
    "white": (247, 247, 245),
}
COLOURS = tuple(TONES)
SHADES: dict[str, Colour] = {  # the darker tones of colours that would turn brown or olive with black
    "orange": (218, 104, 8),
    "yellow": (228, 172, 18),
    "pink": (230, 112, 160),
    "white": (196, 200, 210),
}

INK: Colour = (48, 44, 52)
WOOD: Colour = (140, 92, 56)
CREAM: Colour = (247, 238, 214)
GOLD: Colour = (236, 186, 62)
STEEL: Colour = (150, 158, 168)
GLASS: Colour = (196, 226, 240)
STALK: Colour = (86, 140, 66)
TRIMS: tuple[Colour, ...] = (CREAM, GOLD, (72, 74, 88), (70, 160, 168), (176, 84, 70), (240, 244, 246))


def blend(one: Colour, two: Colour, share: float) -> Colour:
    """Return the colour that lies the given share of the way from one to two."""
    r, g, b = (round(a + (c - a) * share) for a, c in zip(one, two, strict=True))
    return r, g, b


def distance(one: Colour, two: Colour) -> float:
    """Return the distance of two colours."""
    return math.dist(one, two)


# ---------------------------------------------------------------- outlines


def path_points(text: str) -> Points:
    """Return the points of an outline written with absolute M, L, Q, C and Z as in an SVG path."""
    points: Points = []
    for command, rest in re.findall(r"([MLQCZ])([^MLQCZ]*)", text):
        numbers = [float(n) for n in rest.replace(",", " ").split()]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        order = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 1}[command]
        for start in range(0, len(pairs), order):
            points.extend(_segment(points[-1:] + pairs[start : start + order], order))
    return points


def _segment(control: Points, order: int) -> Points:
    """Return the points of one Bezier curve without its first point."""
    if order == 1:
        return control[-1:]
    result = []
    for step in range(1, 17):
        t = step / 16
        weights = [math.comb(order, k) * (1 - t) ** (order - k) * t**k for k in range(order + 1)]
        x = sum(w * p[0] for w, p in zip(weights, control, strict=True))
        y = sum(w * p[1] for w, p in zip(weights, control, strict=True))
        result.append((x, y))
    return result


def oval_points(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Points:
    """Return the outline of an oval, turned by so many degrees."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    result = []
    for step in range(72):
        angle = math.tau * step / 72
        u, v = rx * math.cos(angle), ry * math.sin(angle)
        result.append((x + u * cos - v * sin, y + u * sin + v * cos))
    return result


def rect_points(x0: float, y0: float, x1: float, y1: float, r: float = 0.0) -> Points:
    """Return the outline of a rectangle with rounded corners."""
    if r <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    result = []
    for x, y, first in ((x1 - r, y1 - r, 0), (x0 + r, y1 - r, 90), (x0 + r, y0 + r, 180), (x1 - r, y0 + r, 270)):
        for step in range(10):
            angle = math.radians(first + 10 * step)
            result.append((x + r * math.cos(angle), y + r * math.sin(angle)))
    return result


def star_points(x: float, y: float, outer: float, inner: float, tips: int = 5) -> Points:
    """Return the outline of a star that stands on two tips."""
    result = []
    for step in range(2 * tips):
        angle = math.pi * step / tips - math.pi / 2
        radius = inner if step % 2 else outer
        result.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return result


# ---------------------------------------------------------------- the pen


@dataclass(frozen=True)
class Style:
    """How one toy is painted."""

    main: Colour
    dark: Colour
    light: Colour
    trim: Colour
    edge: Colour
    edge_width: float
    glossy: bool


class Pen:
    """Draws shapes in units (0 to 100, y downwards) on a large transparent board."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.main, self.dark, self.light, self.trim = style.main, style.dark, style.light, style.trim
        side = (100 + 2 * BORDER) * UNIT
        self.board = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.board)

    @staticmethod
    def _board(points: Points) -> Points:
        return [((x + BORDER) * UNIT, (y + BORDER) * UNIT) for x, y in points]

    def _stroke(self, points: Points, width: float, colour: Colour) -> None:
        placed, radius = self._board(points), width * UNIT / 2
        self._draw.line(placed, fill=colour, width=max(1, round(2 * radius)))
        for x, y in placed:
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def fill(self, points: Points, colour: Colour, edge: bool = True) -> Points:
        """Fill an outline and draw its edge; return the outline."""
        self._draw.polygon(self._board(points), fill=colour)
        if edge:
            self.trace(points)
        return points

    def trace(self, points: Points) -> None:
        """Draw the edge of an outline (again), where the toy has edges."""
        if self.style.edge_width:
            self._stroke([*points, points[0]], self.style.edge_width, self.style.edge)

    def path(self, text: str, colour: Colour, edge: bool = True) -> Points:
        """Fill a path."""
        return self.fill(path_points(text), colour, edge)

    def oval(
        self, x: float, y: float, rx: float, ry: float, colour: Colour, edge: bool = True, turn: float = 0
    ) -> Points:
        """Fill an oval."""
        return self.fill(oval_points(x, y, rx, ry, turn), colour, edge)

    def rect(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, r: float = 0, edge: bool = True
    ) -> Points:
        """Fill a rectangle."""
        return self.fill(rect_points(x0, y0, x1, y1, r), colour, edge)

    def line(self, text: str, width: float, colour: Colour, edge: bool = True) -> None:
        """Draw an open path as a thick line with round ends."""
        points = path_points(text)
        if edge and self.style.edge_width:
            self._stroke(points, width + self.style.edge_width, self.style.edge)
        self._stroke(points, width, colour)

    def inside(self, points: Points, colour: Colour, opacity: float = 1.0) -> None:
        """Fill an outline only where something is drawn already."""
        mask = Image.new("L", self.board.size, 0)
        ImageDraw.Draw(mask).polygon(self._board(points), fill=round(255 * opacity))
        alpha = self.board.getchannel("A")
        self.board.paste(colour, (0, 0), ImageChops.multiply(mask, alpha))
        self.board.putalpha(alpha)
        self._draw = ImageDraw.Draw(self.board)

    def hole(self, points: Points) -> None:
        """Cut an outline out of what is drawn."""
        self._draw.polygon(self._board(points), fill=(0, 0, 0, 0))
        self.trace(points)

    def shine(self, x: float, y: float, rx: float, ry: float, turn: float = 0) -> None:
        """Put a soft light spot on a glossy toy."""
        if self.style.glossy:
            self.inside(oval_points(x, y, rx, ry, turn), (255, 255, 255), 0.55)

    def eye(self, x: float, y: float, r: float = 4) -> None:
        """Draw an eye."""
        self.oval(x, y, r, r, INK, edge=False)
        self.oval(x - r / 3, y - r / 3, r / 3, r / 3, (255, 255, 255), edge=False)


@dataclass(frozen=True)
class Drawing:
    """One way to draw a kind of toy; the nickname is the name of just this variety."""

    paint: Callable[[Pen], None]
    nickname: str


DRAWINGS: dict[str, list[Drawing]] = {kind: [] for kind in KINDS}


def drawing(kind: str, nickname: str = "") -> Callable[[Callable[[Pen], None]], Callable[[Pen], None]]:
    """Enter a function as a drawing of the kind."""

    def enter(paint: Callable[[Pen], None]) -> Callable[[Pen], None]:
        DRAWINGS[kind].append(Drawing(paint, nickname))
        return paint

    return enter


# ---------------------------------------------------------------- the drawings


@drawing("ball", "beach ball")
def beach_ball(p: Pen) -> None:
    """Draw a beach ball with two pale gores."""
    rim = p.oval(50, 50, 46, 46, p.main)
    p.inside(path_points("M50 18 C28 30 20 62 28 98 L50 100 C42 66 43 40 50 18 Z"), p.trim)
    p.inside(path_points("M50 18 C74 22 90 42 100 68 L106 38 C88 20 70 14 50 18 Z"), p.trim)
    p.oval(50, 18, 6, 4, p.dark)
    p.trace(rim)
    p.shine(28, 34, 6, 11, 25)


@drawing("ball")
def banded_ball(p: Pen) -> None:
    """Draw a rubber ball with a curved band and a star on it."""
    rim = p.oval(50, 50, 46, 46, p.main)
    p.inside(path_points("M0 40 Q50 68 100 40 L100 58 Q50 86 0 58 Z"), p.trim)
    p.inside(star_points(50, 34, 15, 6.5), p.light)
    p.trace(rim)
    p.shine(28, 24, 9, 6, -35)


@drawing("ball", "basketball")
def seamed_ball(p: Pen) -> None:
    """Draw a ball with four dark seams."""
    rim = p.oval(50, 50, 46, 46, p.main)
    for seam in ("M50 4 L50 96", "M4 50 L96 50", "M20 16 Q46 50 20 84", "M80 16 Q54 50 80 84"):
        p.line(seam, 3.5, blend(p.dark, INK, 0.45), edge=False)
    p.trace(rim)
    p.shine(34, 22, 8, 5, -25)


@drawing("block", "cube")
def cube(p: Pen) -> None:
    """Draw a cube seen over its corner."""
    p.path("M50 4 L92 24 L50 46 L8 24 Z", p.light)
    p.path("M8 24 L50 46 L50 96 L8 74 Z", p.main)
    p.path("M92 24 L50 46 L50 96 L92 74 Z", p.dark)
    p.path("M16 36 L42 50 L42 83 L16 69 Z", blend(p.main, p.light, 0.55), edge=False)
    p.path("M22 46 L36 53 L36 72 L22 65 Z", p.main, edge=False)
    p.path("M84 36 L58 50 L58 83 L84 69 Z", blend(p.dark, p.main, 0.5), edge=False)


@drawing("block", "alphabet block")
def letter_block(p: Pen) -> None:
    """Draw a block with a letter, its top and side just seen."""
    p.path("M8 26 L24 8 L94 8 L78 26 Z", p.light)
    p.path("M78 26 L94 8 L94 78 L78 95 Z", p.dark)
    p.rect(8, 26, 78, 95, p.main)
    p.rect(16, 34, 70, 87, blend(p.main, p.light, 0.75), 4, edge=False)
    p.line("M28 79 L43 42 L58 79", 7, p.dark, edge=False)
    p.line("M34 66 L52 66", 6, p.dark, edge=False)


@drawing("block", "brick")
def stud_block(p: Pen) -> None:
    """Draw a building brick with two studs."""
    for x in (28, 66):
        p.rect(x - 13, 16, x + 13, 40, p.main)
        p.oval(x, 17, 13, 5, p.light)
    p.path("M4 36 L90 36 L90 88 L4 88 Z", p.main)
    p.path("M90 36 L99 28 L99 79 L90 88 Z", p.dark)
    p.inside(rect_points(4, 78, 90, 88), p.dark, 0.5)
    p.shine(20, 48, 10, 4)


@drawing("star")
def plain_star(p: Pen) -> None:
    """Draw a five-pointed star."""
    outline = p.fill(star_points(50, 53, 50, 22), p.main)
    p.inside(star_points(50, 53, 30, 13), p.light, 0.6)
    p.trace(outline)


@drawing("star")
def smiling_star(p: Pen) -> None:
    """Draw a chubby star with a face."""
    tips = star_points(50, 54, 46, 27)
    text = f"M{(tips[-1][0] + tips[0][0]) / 2} {(tips[-1][1] + tips[0][1]) / 2} "
    for here, after in zip(tips, tips[1:] + tips[:1], strict=True):
        text += f"Q{here[0]} {here[1]} {(here[0] + after[0]) / 2} {(here[1] + after[1]) / 2} "
    p.line(text, 10, p.main)
    p.path(text, p.main, edge=False)
    p.eye(41, 51)
    p.eye(59, 51)
    p.line("M42 61 Q50 70 58 61", 3, INK, edge=False)


@drawing("star")
def cut_star(p: Pen) -> None:
    """Draw a star folded of light and dark facets."""
    tips = star_points(50, 53, 50, 21)
    for step, here in enumerate(tips):
        shade = p.main if step % 2 else blend(p.main, p.dark, 0.75)
        p.fill([(50, 53), here, tips[(step + 1) % 10]], shade, edge=False)
    p.trace(tips)


@drawing("heart")
def plain_heart(p: Pen) -> None:
    """Draw a slender heart."""
    p.path("M50 94 C18 66 4 48 5 30 C6 6 40 2 50 26 C60 2 94 6 95 30 C96 48 82 66 50 94 Z", p.main)
    p.shine(26, 26, 11, 7, -40)


@drawing("heart")
def stitched_heart(p: Pen) -> None:
    """Draw a wide felt heart with a seam."""
    p.path("M50 90 C30 78 -2 60 2 32 C6 8 36 4 50 24 C64 4 94 8 98 32 C102 60 70 78 50 90 Z", p.main)
    seam = path_points("M50 80 C34 70 8 54 11 34 C15 16 36 14 50 35 C64 14 85 16 89 34 C92 54 66 70 50 80")
    for start in range(0, len(seam) - 3, 4):
        (x0, y0), (x1, y1) = seam[start], seam[start + 2]
        p.line(f"M{x0} {y0} L{x1} {y1}", 3, p.trim, edge=False)


@drawing("heart")
def bowed_heart(p: Pen) -> None:
    """Draw a heart with a lighter heart within."""
    outline = "M50 92 C24 72 3 56 4 32 C5 10 36 4 50 24 C64 4 95 10 96 32 C97 56 76 72 50 92 Z"
    p.path(outline, p.main)
    inner = [(50 + (x - 50) * 0.55, 48 + (y - 50) * 0.55) for x, y in path_points(outline)]
    p.fill(inner, blend(p.light, p.main, 0.3), edge=False)


@drawing("cup", "mug")
def mug(p: Pen) -> None:
    """Draw a mug with a handle at its right."""
    p.line("M70 36 C100 30 104 70 70 70", 10, p.main)
    p.path("M8 16 L72 16 L72 80 Q72 92 60 92 L20 92 Q8 92 8 80 Z", p.main)
    p.inside(rect_points(9, 48, 71, 62), p.trim)
    p.oval(40, 16, 32, 8, p.dark)
    p.shine(20, 36, 4, 8)


@drawing("cup", "teacup")
def teacup(p: Pen) -> None:
    """Draw a teacup on its saucer."""
    p.oval(47, 84, 46, 9, p.light)
    p.oval(47, 82, 26, 5, p.dark, edge=False)
    p.line("M78 38 C104 30 102 66 72 62", 7, p.main)
    p.path("M8 26 L84 26 C84 62 70 82 56 82 L36 82 C22 82 8 62 8 26 Z", p.main)
    p.oval(46, 26, 38, 8, p.light)
    p.oval(46, 28, 31, 5, WOOD, edge=False)
    p.shine(22, 48, 4, 10, -15)


@drawing("cup")
def dotted_cup(p: Pen) -> None:
    """Draw a tapering cup with dots and a round ear."""
    p.line("M66 34 C96 28 98 72 62 68", 9, p.main)
    p.path("M6 10 L74 10 L64 90 Q40 98 16 90 Z", p.main)
    p.oval(40, 11, 34, 8, p.light)
    p.oval(40, 12, 27, 5, p.dark, edge=False)
    for x, y in ((24, 40), (44, 36), (34, 58), (54, 56), (28, 76), (48, 76)):
        p.oval(x, y, 5, 5, p.trim, edge=False)


@drawing("key")
def old_key(p: Pen) -> None:
    """Draw an old key with a round bow and two teeth."""
    p.rect(40, 43, 99, 57, p.main, 3)
    p.rect(72, 54, 81, 77, p.main, 2)
    p.rect(88, 54, 98, 82, p.main, 2)
    p.rect(41, 44, 98, 56, p.main, 2, edge=False)
    p.oval(25, 50, 27, 27, p.main)
    p.hole(oval_points(25, 50, 13, 13))
    p.rect(50, 39, 57, 61, p.dark, 2)


@drawing("key")
def door_key(p: Pen) -> None:
    """Draw an upright door key with a jagged blade."""
    p.path("M41 40 L62 40 L62 56 L70 62 L62 68 L70 75 L62 81 L66 87 L52 99 L41 90 Z", p.main)
    p.line("M48 46 L48 90", 3, p.dark, edge=False)
    p.rect(20, 2, 82, 46, p.main, 19)
    p.hole(oval_points(51, 15, 8, 7))
    p.shine(34, 22, 4, 9)


@drawing("key")
def clover_key(p: Pen) -> None:
    """Draw an upright key whose bow is three rings."""
    p.rect(44, 44, 57, 99, p.main, 3)
    for y in (72, 88):
        p.rect(54, y - 5, 78, y + 5, p.main, 2)
    p.rect(45, 45, 56, 98, p.main, 2, edge=False)
    rings = ((50, 17), (29, 39), (71, 39))
    for x, y in rings:
        p.oval(x, y, 17, 17, p.main)
    p.oval(50, 36, 12, 12, p.main, edge=False)
    for x, y in rings:
        p.hole(oval_points(x, y, 7, 7))


@drawing("car")
def saloon(p: Pen) -> None:
    """Draw a car from the side."""
    p.path("M22 46 Q30 20 40 20 L64 20 Q74 20 84 46 Q100 48 100 60 L100 74 L0 74 L0 58 Q2 48 22 46 Z", p.main)
    p.path("M30 45 Q36 27 42 27 L49 27 L49 45 Z", GLASS, edge=False)
    p.path("M54 27 L63 27 Q70 29 76 45 L54 45 Z", GLASS, edge=False)
    p.rect(1, 64, 99, 69, p.dark, edge=False)
    p.oval(95, 57, 4, 4, GOLD, edge=False)
    for x in (24, 76):
        p.oval(x, 75, 13, 13, INK)
        p.oval(x, 75, 6, 6, STEEL, edge=False)
    p.line("M52 50 L58 50", 2.5, p.dark, edge=False)


@drawing("car")
def front_car(p: Pen) -> None:
    """Draw a car seen from its front."""
    for x in (12, 72):
        p.rect(x, 70, x + 16, 94, INK, 4)
    p.path("M20 46 Q26 10 34 10 L66 10 Q74 10 80 46 Z", p.main)
    p.path("M29 42 Q33 18 37 18 L63 18 Q67 18 71 42 Z", GLASS, edge=False)
    p.rect(2, 44, 98, 82, p.main, 12)
    for x in (18, 82):
        p.oval(x, 58, 8, 8, CREAM)
    p.rect(34, 54, 66, 66, p.dark, 3, edge=False)
    p.rect(6, 72, 94, 79, STEEL, 3, edge=False)


@drawing("car")
def beetle(p: Pen) -> None:
    """Draw a round little car from the side."""
    p.path("M2 72 C0 50 14 46 24 44 C30 18 72 12 82 44 C98 48 100 60 98 72 Z", p.main)
    p.path("M33 44 C37 30 44 27 51 27 L51 44 Z", GLASS)
    p.path("M57 27 C66 28 70 34 73 44 L57 44 Z", GLASS)
    for x in (24, 77):
        p.oval(x, 72, 15, 14, p.dark)
        p.oval(x, 75, 10, 10, INK)
        p.oval(x, 75, 4.5, 4.5, CREAM, edge=False)
    p.oval(7, 58, 4, 5, CREAM, edge=False)


@drawing("boat", "sailing boat")
def sailing_boat(p: Pen) -> None:
    """Draw a sailing boat with a large sail of its own colour."""
    p.line("M48 2 L48 72", 5, WOOD)
    p.path("M53 6 Q88 34 88 62 L53 62 Z", p.main)
    p.path("M43 16 Q38 44 14 62 L43 62 Z", p.light)
    p.path("M4 70 L96 70 Q92 94 72 96 L28 96 Q10 94 4 70 Z", p.main)
    p.inside(path_points("M0 70 L100 70 L96 77 L6 77 Z"), p.trim)


@drawing("boat", "steamer")
def steamer(p: Pen) -> None:
    """Draw a steamer with a cabin and a funnel."""
    p.rect(50, 8, 66, 38, p.trim)
    p.inside(rect_points(50, 14, 66, 22), p.dark)
    p.rect(26, 32, 80, 58, CREAM, 3)
    for x in (37, 53, 69):
        p.oval(x, 44, 5, 5, GLASS)
    p.path("M-2 50 L16 56 L102 56 Q98 92 82 94 L22 94 Q4 90 -2 50 Z", p.main)
    p.inside(path_points("M0 82 L100 82 L90 96 L10 96 Z"), p.dark)
    for x in (28, 46, 64, 82):
        p.oval(x, 69, 3.5, 3.5, CREAM, edge=False)


@drawing("boat", "paper boat")
def paper_boat(p: Pen) -> None:
    """Draw a boat folded of paper."""
    p.path("M50 8 L72 56 L28 56 Z", p.main)
    p.path("M50 8 L72 56 L50 56 Z", p.dark, edge=False)
    p.trace(path_points("M50 8 L72 56 L28 56 Z"))
    p.path("M0 44 L24 54 L76 54 L100 44 L80 88 L20 88 Z", p.main)
    p.path("M0 44 L50 66 L20 88 Z", p.light)
    p.path("M100 44 L50 66 L80 88 Z", blend(p.main, p.dark, 0.6))


@drawing("house")
def gable_house(p: Pen) -> None:
    """Draw a house from its gable side."""
    p.rect(70, 8, 82, 36, p.dark)
    p.path("M12 46 L50 10 L88 46 L88 96 L12 96 Z", p.main)
    p.line("M5 50 L50 8 L95 50", 9, p.trim)
    p.rect(41, 64, 59, 96, WOOD)
    for x in (20, 66):
        p.rect(x, 56, x + 14, 72, GLASS)
    p.oval(50, 40, 7, 7, GLASS)
    p.oval(55, 81, 2, 2, GOLD, edge=False)


@drawing("house")
def wide_house(p: Pen) -> None:
    """Draw a broad house with a roof of a darker tone."""
    p.rect(22, 6, 36, 36, WOOD)
    p.rect(8, 44, 92, 92, p.main)
    p.path("M16 18 L84 18 L100 48 L0 48 Z", p.dark)
    p.line("M8 38 L92 38", 2.5, p.main, edge=False)
    p.line("M13 28 L87 28", 2.5, p.main, edge=False)
    p.path("M58 92 L58 66 Q66 56 74 66 L74 92 Z", CREAM)
    for x in (17, 36):
        p.rect(x, 58, x + 14, 74, GLASS)
        p.line(f"M{x + 7} 59 L{x + 7} 73", 2, INK, edge=False)


@drawing("tree")
def round_tree(p: Pen) -> None:
    """Draw a tree with one round crown."""
    p.path("M43 56 L57 56 L58 88 L66 98 L34 98 L42 88 Z", WOOD)
    p.oval(50, 37, 38, 36, p.main)
    p.inside(oval_points(62, 50, 24, 20), p.dark, 0.45)
    p.line("M50 80 L50 50 L62 40", 4, WOOD, edge=False)
    p.shine(36, 22, 10, 7, -30)


@drawing("tree", "fir tree")
def fir(p: Pen) -> None:
    """Draw a fir tree in three tiers."""
    p.rect(42, 82, 58, 100, WOOD)
    p.path("M50 40 L90 86 L10 86 Z", p.main)
    p.path("M50 22 L82 62 L18 62 Z", blend(p.main, p.light, 0.3))
    p.path("M50 0 L74 38 L26 38 Z", blend(p.main, p.light, 0.55))


@drawing("tree", "apple tree")
def fruit_tree(p: Pen) -> None:
    """Draw a tree with a cloudy crown and fruits."""
    p.path("M42 54 L58 54 L56 82 L64 98 L36 98 L44 82 Z", WOOD)
    p.path(
        "M24 66 C2 68 -2 42 14 36 C10 14 34 4 46 12 C58 -2 84 6 82 26 C102 30 102 62 80 64 C70 74 58 70 50 64 "
        "C42 72 30 72 24 66 Z",
        p.main,
    )
    for x, y in ((28, 32), (52, 26), (72, 42), (24, 52), (48, 48)):
        p.oval(x, y, 4.5, 4.5, p.trim)


@drawing("mushroom", "toadstool")
def toadstool(p: Pen) -> None:
    """Draw a toadstool with dots."""
    p.path("M38 54 L62 54 Q62 78 68 92 Q50 100 32 92 Q38 78 38 54 Z", CREAM)
    p.path("M2 56 C2 22 26 4 50 4 C74 4 98 22 98 56 Q50 70 2 56 Z", p.main)
    for x, y, r in ((30, 30, 8), (58, 20, 7), (76, 42, 8), (48, 46, 7), (16, 50, 4)):
        p.oval(x, y, r, r * 0.85, p.trim, edge=False)


@drawing("mushroom")
def broad_mushroom(p: Pen) -> None:
    """Draw a stout mushroom with gills."""
    p.path("M34 50 L66 50 C62 72 74 80 70 94 L30 94 C26 80 38 72 34 50 Z", CREAM)
    p.oval(50, 54, 46, 10, blend(CREAM, WOOD, 0.35))
    for x in (20, 35, 50, 65, 80):
        p.line(f"M{50 + (x - 50) * 0.6} 51 L{x} 61", 1.8, WOOD, edge=False)
    p.path("M3 54 C-2 18 30 8 50 8 C70 8 102 18 97 54 Q50 40 3 54 Z", p.main)
    p.shine(28, 26, 12, 6, -30)


@drawing("mushroom")
def twin_mushroom(p: Pen) -> None:
    """Draw a tall mushroom with a pointed cap and a ring."""
    p.path("M40 52 L60 52 L64 96 Q50 102 36 96 Z", CREAM)
    p.path("M34 66 Q50 60 66 66 L70 74 Q50 68 30 74 Z", blend(CREAM, WOOD, 0.25))
    p.path("M50 2 C62 8 92 40 94 58 Q72 64 50 58 Q28 64 6 58 C8 40 38 8 50 2 Z", p.main)
    for x, y in ((46, 22), (30, 44), (62, 42)):
        p.oval(x, y, 6, 5, p.light, edge=False)


@drawing("flower", "daisy")
def daisy(p: Pen) -> None:
    """Draw a flower of ten petals from above."""
    for step in range(10):
        angle = math.tau * step / 10
        x, y = 50 + 31 * math.cos(angle), 50 + 31 * math.sin(angle)
        p.oval(x, y, 17, 10, p.main, turn=36 * step)
    p.oval(50, 50, 13, 13, _heart_of_flower(p))


def _heart_of_flower(p: Pen) -> Colour:
    """Return a colour for the middle of a flower that differs from its petals."""
    return WOOD if distance(p.main, GOLD) < 110 else GOLD


@drawing("flower", "tulip")
def tulip(p: Pen) -> None:
    """Draw a tulip with a stalk and two leaves."""
    p.line("M50 54 L50 97", 5, STALK)
    p.path("M50 96 C34 92 26 84 24 68 C38 72 48 82 50 96 Z", STALK)
    p.path("M50 96 C66 92 74 84 76 68 C62 72 52 82 50 96 Z", STALK)
    p.path("M22 8 Q32 14 37 24 Q42 10 50 2 Q58 10 63 24 Q68 14 78 8 C86 44 72 62 50 62 C28 62 14 44 22 8 Z", p.main)
    p.line("M37 26 Q37 44 46 58", 3, p.dark, edge=False)
    p.line("M63 26 Q63 44 54 58", 3, p.dark, edge=False)


@drawing("flower")
def garden_flower(p: Pen) -> None:
    """Draw a flower of five round petals on a short stalk."""
    p.line("M50 50 Q54 80 48 98", 5, STALK)
    p.path("M50 90 Q66 72 82 78 Q74 94 50 92 Z", STALK)
    for step in range(5):
        angle = math.tau * (step / 5 - 0.25)
        p.oval(50 + 21 * math.cos(angle), 36 + 21 * math.sin(angle), 16, 16, p.main)
    p.oval(50, 36, 14, 14, p.main, edge=False)
    p.oval(50, 36, 10, 10, _heart_of_flower(p))


@drawing("leaf")
def plain_leaf(p: Pen) -> None:
    """Draw a pointed leaf with veins."""
    p.line("M16 84 L4 97", 6, p.dark)
    p.path("M14 86 C-2 44 40 8 94 6 C96 60 62 102 14 86 Z", p.main)
    vein = blend(p.dark, INK, 0.15)
    p.line("M14 86 Q44 52 82 18", 3.5, vein, edge=False)
    for text in ("M34 65 L28 42", "M50 49 L46 26", "M34 65 L58 74", "M50 49 L74 54", "M65 34 L64 18", "M65 34 L82 36"):
        p.line(text, 2.5, vein, edge=False)


@drawing("leaf", "maple leaf")
def maple_leaf(p: Pen) -> None:
    """Draw a maple leaf."""
    half = [(50, 0), (59, 18), (69, 13), (66, 40), (79, 26), (83, 35), (99, 33), (92, 48), (97, 53), (74, 70), (77, 79)]
    other = [(100 - x, y) for x, y in reversed(half[1:])]
    p.line("M50 76 L50 98", 5, p.dark)
    p.fill([*half, (50, 76), *other], p.main)
    for text in ("M50 76 L50 20", "M50 74 L84 46", "M50 74 L16 46"):
        p.line(text, 2.5, p.dark, edge=False)


@drawing("leaf", "oak leaf")
def oak_leaf(p: Pen) -> None:
    """Draw an upright oak leaf with round lobes."""
    p.line("M50 84 L50 100", 5, p.dark)
    p.path(
        "M50 0 C66 0 68 12 64 18 C82 14 86 32 72 38 C90 38 90 58 72 60 C84 66 78 80 62 78 Q56 90 50 90 Q44 90 38 78 "
        "C22 80 16 66 28 60 C10 58 10 38 28 38 C14 32 18 14 36 18 C32 12 34 0 50 0 Z",
        p.main,
    )
    p.line("M50 12 L50 88", 3, p.dark, edge=False)
    for y in (34, 56, 74):
        p.line(f"M50 {y} L66 {y - 10}", 2.5, p.dark, edge=False)
        p.line(f"M50 {y} L34 {y - 10}", 2.5, p.dark, edge=False)


@drawing("arrow")
def straight_arrow(p: Pen) -> None:
    """Draw a broad arrow to the right."""
    p.path("M2 36 L54 36 L54 14 L98 50 L54 86 L54 64 L2 64 Z", p.main)
    p.inside(path_points("M2 54 L54 54 L54 86 L98 50 L90 50 L60 74 L60 64 L2 64 Z"), p.dark, 0.35)


@drawing("arrow")
def upward_arrow(p: Pen) -> None:
    """Draw a rounded arrow upwards."""
    p.path(
        "M50 4 Q55 4 58 8 L90 44 Q94 54 84 54 L66 54 L66 90 Q66 97 58 97 L42 97 Q34 97 34 90 L34 54 L16 54 "
        "Q6 54 10 44 L42 8 Q45 4 50 4 Z",
        p.main,
    )
    p.line("M50 18 L50 88", 4, p.light, edge=False)


@drawing("arrow")
def bent_arrow(p: Pen) -> None:
    """Draw an arrow that curves up and over to the right."""
    p.path("M4 92 C4 46 24 32 56 32 L56 10 L98 46 L56 82 L56 60 C38 60 32 70 30 92 Z", p.main)


@drawing("hat", "top hat")
def top_hat(p: Pen) -> None:
    """Draw a top hat with a band."""
    p.oval(50, 82, 48, 12, p.main)
    p.path("M22 8 L78 8 L73 80 Q50 90 27 80 Z", p.main)
    p.path("M26 60 Q50 70 74 60 L73 78 Q50 88 27 78 Z", p.trim)
    p.oval(50, 9, 28, 6, p.light)


@drawing("hat", "sun hat")
def sun_hat(p: Pen) -> None:
    """Draw a sun hat with a wide brim."""
    p.oval(50, 70, 50, 17, p.main)
    p.path("M22 66 C20 26 34 18 50 18 C66 18 80 26 78 66 Q50 78 22 66 Z", p.main)
    p.path("M22 54 Q50 68 78 54 L78 66 Q50 80 22 66 Z", p.trim)
    p.shine(36, 34, 5, 9, 20)


@drawing("hat", "baseball cap")
def peaked_cap(p: Pen) -> None:
    """Draw a cap with a peak."""
    p.path("M2 72 C0 30 22 16 40 16 C64 16 76 38 76 72 Z", p.main)
    p.line("M42 17 Q56 38 54 62", 2.5, p.dark, edge=False)
    p.line("M38 17 Q20 36 20 70", 2.5, p.dark, edge=False)
    p.path("M44 72 Q48 60 66 60 C88 60 104 66 108 78 C92 76 66 82 46 78 Q43 76 44 72 Z", p.dark)
    p.oval(40, 15, 6, 4, p.trim)


@drawing("hat", "woolly hat")
def woolly_hat(p: Pen) -> None:
    """Draw a woolly hat with a bobble."""
    p.path("M12 74 C10 36 30 24 50 24 C70 24 90 36 88 74 Z", p.main)
    for text in ("M32 32 Q24 50 26 70", "M50 28 L50 70", "M68 32 Q76 50 74 70"):
        p.line(text, 3, p.dark, edge=False)
    p.rect(6, 68, 94, 90, p.light, 8)
    for x in range(16, 90, 10):
        p.line(f"M{x} 72 L{x} 86", 2.5, p.dark, edge=False)
    p.oval(50, 17, 14, 13, p.trim)


@drawing("crown")
def pointed_crown(p: Pen) -> None:
    """Draw a crown of five points with pearls."""
    tips = ((6, 30), (28, 18), (50, 12), (72, 18), (94, 30))
    p.path("M6 32 L22 58 L28 22 L40 54 L50 14 L60 54 L72 22 L78 58 L94 32 L88 88 L12 88 Z", p.main)
    for x, y in tips:
        p.oval(x, y, 6, 6, p.light)
    p.rect(11, 74, 89, 90, p.dark, 3)
    for x in (26, 50, 74):
        p.oval(x, 82, 5, 5, p.trim, edge=False)


@drawing("crown")
def arched_crown(p: Pen) -> None:
    """Draw a squat crown with three broad points."""
    p.path("M4 24 Q18 54 30 50 Q44 42 50 8 Q56 42 70 50 Q82 54 96 24 L90 84 Q50 96 10 84 Z", p.main)
    for x, y in ((4, 22), (50, 10), (96, 22)):
        p.oval(x, y, 7, 7, p.trim)
    p.line("M12 72 Q50 84 88 72", 3.5, p.dark, edge=False)
    p.path("M50 46 L58 57 L50 68 L42 57 Z", p.trim)
    for x in (27, 73):
        p.oval(x, 64, 5, 5, p.light)


@drawing("umbrella")
def open_umbrella(p: Pen) -> None:
    """Draw an open umbrella with a crooked handle."""
    p.line("M50 2 L50 84 Q50 97 61 96 Q70 94 69 84", 5.5, WOOD)
    p.path(
        "M2 56 C4 24 26 9 50 9 C74 9 96 24 98 56 Q90 46 82 46 Q72 46 66 56 Q58 46 50 46 Q42 46 34 56 Q28 46 18 46 "
        "Q10 46 2 56 Z",
        p.main,
    )
    p.line("M50 12 Q34 26 34 52", 2.5, p.dark, edge=False)
    p.line("M50 12 Q66 26 66 52", 2.5, p.dark, edge=False)


@drawing("umbrella")
def panel_umbrella(p: Pen) -> None:
    """Draw a wide umbrella in panels with a straight handle."""
    p.line("M50 4 L50 96", 4.5, STEEL)
    p.rect(45, 82, 55, 99, INK, 4)
    dome = p.path("M0 60 C2 18 30 12 50 12 C70 12 98 18 100 60 Q84 52 70 60 Q50 52 30 60 Q16 52 0 60 Z", p.main)
    p.inside(path_points("M50 12 Q32 22 30 62 Q50 50 70 62 Q68 22 50 12 Z"), p.light)
    p.trace(dome)
    p.line("M50 13 Q33 24 30 59", 2.5, p.dark, edge=False)
    p.line("M50 13 Q67 24 70 59", 2.5, p.dark, edge=False)


@drawing("bell")
def church_bell(p: Pen) -> None:
    """Draw a bell with a loop and a clapper."""
    p.line("M42 14 Q42 3 50 3 Q58 3 58 14", 5, p.dark)
    p.oval(50, 86, 10, 10, p.dark)
    p.path("M38 14 Q50 8 62 14 C78 24 74 56 90 72 Q94 82 84 84 L16 84 Q6 82 10 72 C26 56 22 24 38 14 Z", p.main)
    p.line("M18 70 L82 70", 4, p.dark, edge=False)
    p.shine(38, 36, 4, 14, 10)


@drawing("bell", "hand bell")
def hand_bell(p: Pen) -> None:
    """Draw a hand bell with a wooden handle."""
    p.rect(43, 0, 57, 36, WOOD, 6)
    p.oval(50, 88, 8, 9, INK)
    p.path("M34 44 Q36 32 50 32 Q64 32 66 44 L76 76 L86 88 Q50 96 14 88 L24 76 Z", p.main)
    p.inside(path_points("M24 72 L76 72 L79 79 L21 79 Z"), p.dark, 0.7)
    p.shine(40, 52, 4, 11, 12)


@drawing("bell")
def ribbon_bell(p: Pen) -> None:
    """Draw a bell with a bow on top."""
    p.oval(50, 90, 9, 9, p.dark)
    p.path("M50 16 C82 16 76 60 94 78 Q50 96 6 78 C24 60 18 16 50 16 Z", p.main)
    p.path("M50 18 L26 4 L26 32 Z", p.trim)
    p.path("M50 18 L74 4 L74 32 Z", p.trim)
    p.oval(50, 18, 7, 7, p.trim)
    p.line("M14 74 Q50 88 86 74", 3, p.dark, edge=False)


@drawing("drum")
def laced_drum(p: Pen) -> None:
    """Draw a drum with zigzag laces."""
    p.path("M6 30 L94 30 L94 80 Q50 104 6 80 Z", p.main)
    p.line(
        "M8 38 L22 80 L36 46 L50 88 L64 46 L78 80 L92 38",
        3,
        WOOD if distance(p.main, CREAM) < 110 else CREAM,
        edge=False,
    )
    p.path("M5 74 Q50 96 95 74 L95 84 Q50 106 5 84 Z", p.dark)
    p.oval(50, 30, 46, 16, p.dark)
    p.oval(50, 27, 42, 13, CREAM)


@drawing("drum")
def stick_drum(p: Pen) -> None:
    """Draw a drum with two sticks on its skin."""
    p.path("M10 36 L90 36 L90 84 Q50 100 10 84 Z", p.main)
    p.path("M9 36 L91 36 L91 43 Q50 57 9 43 Z", p.dark)
    p.path("M9 79 Q50 95 91 79 L91 86 Q50 102 9 86 Z", p.dark)
    p.oval(50, 35, 41, 10, CREAM)
    for text, x, y in (("M88 8 L44 34", 44, 34), ("M12 8 L58 36", 58, 36)):
        p.line(text, 4.5, WOOD)
        p.oval(x, y, 5, 5, WOOD)


@drawing("fish")
def goldfish(p: Pen) -> None:
    """Draw a round fish with a forked tail."""
    p.path("M66 50 Q86 24 100 20 Q92 50 100 80 Q86 76 66 50 Z", p.dark)
    p.path("M30 26 Q44 4 62 14 L62 34 Z", p.dark)
    p.path("M2 50 C10 22 52 14 76 50 C52 86 10 78 2 50 Z", p.main)
    p.path("M42 52 Q54 50 58 62 Q46 68 40 58 Z", p.dark, edge=False)
    p.eye(19, 44, 5)
    p.line("M30 32 Q38 50 30 68", 2.5, p.dark, edge=False)


@drawing("fish")
def striped_fish(p: Pen) -> None:
    """Draw a tall tropical fish with stripes."""
    p.path("M70 50 L98 26 L92 50 L98 74 Z", p.main)
    p.path("M26 32 Q56 4 82 6 Q70 24 68 38 Z", p.light)
    p.path("M26 68 Q56 96 82 94 Q70 76 68 62 Z", p.light)
    body = p.path("M2 52 C16 24 56 14 78 50 C56 86 16 80 2 52 Z", p.main)
    for x in (34, 54):
        p.inside(path_points(f"M{x} 20 Q{x + 8} 50 {x} 82 L{x + 8} 82 Q{x + 16} 50 {x + 8} 20 Z"), p.trim)
    p.trace(body)
    p.eye(20, 46, 5)
    p.line("M5 57 L13 58", 2.5, INK, edge=False)


@drawing("fish")
def long_fish(p: Pen) -> None:
    """Draw a long fish with scales."""
    p.path("M74 50 L100 28 Q94 50 100 72 Z", p.main)
    p.path("M34 32 L60 20 L62 34 Z", p.dark)
    p.path("M40 68 L58 80 L60 66 Z", p.dark)
    p.path("M0 52 C14 26 60 24 82 50 C60 78 14 76 0 52 Z", p.main)
    for x, y in ((36, 44), (36, 58), (47, 51), (58, 44), (58, 58), (68, 51)):
        p.line(f"M{x} {y - 5} Q{x + 6} {y} {x} {y + 5}", 2.5, p.dark, edge=False)
    p.eye(15, 46, 4.5)
    p.line("M27 36 Q32 50 27 66", 2.5, p.dark, edge=False)


def _beak(p: Pen) -> Colour:
    """Return a colour for beak and feet that differs from the duck."""
    return (196, 96, 40) if distance(p.main, (240, 150, 40)) < 120 else (244, 150, 36)


@drawing("duck", "rubber duck")
def rubber_duck(p: Pen) -> None:
    """Draw a rubber duck looking to the left."""
    p.path("M16 32 L-2 38 Q2 46 18 44 Z", _beak(p))
    p.path("M22 58 C30 52 84 64 98 44 C104 76 84 94 56 94 C22 94 8 76 22 58 Z", p.main)
    p.oval(36, 32, 24, 24, p.main)
    p.path("M24 50 Q40 60 52 50 L60 64 L22 64 Z", p.main, edge=False)
    p.path("M46 66 Q64 62 80 66 Q74 86 58 82 Q48 78 46 66 Z", blend(p.main, p.dark, 0.6))
    p.eye(30, 28, 4.5)


@drawing("duck")
def standing_duck(p: Pen) -> None:
    """Draw a duck that stands on two feet."""
    for x in (46, 62):
        p.line(f"M{x} 78 L{x} 95", 4, _beak(p))
        p.line(f"M{x} 96 L{x - 10} 97", 4.5, _beak(p))
    p.path("M18 14 L-2 22 Q2 30 20 26 Z", _beak(p))
    p.path(
        "M28 2 C10 2 10 30 24 34 C22 50 16 54 18 64 C24 92 78 92 84 66 L100 44 C84 48 66 44 46 50 C42 44 46 34 46 22 "
        "C46 8 38 2 28 2 Z",
        p.main,
    )
    p.path("M42 58 Q60 50 78 58 Q66 78 50 74 Q42 70 42 58 Z", blend(p.main, p.dark, 0.6))
    p.eye(25, 15, 4)


@drawing("moon")
def slim_moon(p: Pen) -> None:
    """Draw a crescent."""
    p.path(
        "M66 4 C36 8 18 28 18 52 C18 80 42 98 70 94 C78 92 84 88 88 82 C62 84 46 70 46 48 C46 28 54 12 66 4 Z", p.main
    )
    p.shine(27, 46, 3, 13, 4)


@drawing("moon")
def face_moon(p: Pen) -> None:
    """Draw a crescent with a sleepy face."""
    p.path(
        "M60 2 C28 2 8 24 8 50 C8 76 28 98 62 96 C76 94 84 88 88 84 C70 82 62 74 60 66 Q54 62 58 58 L68 52 L58 42 "
        "C58 26 66 14 80 8 C74 4 68 2 60 2 Z",
        p.main,
    )
    p.line("M36 42 Q42 48 49 42", 3, INK, edge=False)
    p.line("M48 70 Q54 74 58 70", 3, INK, edge=False)
    p.oval(38, 58, 5, 4, p.dark, edge=False)


@drawing("moon")
def cratered_moon(p: Pen) -> None:
    """Draw a thick crescent with craters."""
    p.path("M62 6 C30 0 4 24 4 52 C4 80 30 100 58 96 C74 94 86 84 92 72 C66 82 44 66 44 42 C44 26 50 14 62 6 Z", p.main)
    for x, y, r in ((24, 40, 6), (30, 66, 8), (52, 82, 5), (17, 58, 3.5), (36, 22, 4)):
        p.oval(x, y, r, r, p.dark, edge=False)


# ---------------------------------------------------------------- toys on a surface


@dataclass
class Toy:
    """A toy: what it is and, once it is placed, what is seen of it."""

    kind: str
    colour: str
    size: str
    nickname: str = ""
    tone: Colour = (0, 0, 0)
    sprite: Image.Image = field(default_factory=lambda: Image.new("RGBA", (1, 1)))
    corner: tuple[int, int] = (0, 0)
    mask: np.ndarray = field(default_factory=lambda: np.zeros((SIDE, SIDE), bool))

    @property
    def whole(self) -> np.ndarray:
        """Return the mask of the sprite by itself."""
        return np.asarray(self.sprite.getchannel("A")) >= 128

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Return the first and last column and row of what is seen: x0, y0, x1, y1."""
        return box_of(self.mask)

    @property
    def centre(self) -> tuple[float, float]:
        """Return the centre of the box."""
        x0, y0, x1, y1 = self.box
        return (x0 + x1) / 2, (y0 + y1) / 2

    @property
    def area(self) -> int:
        """Return the area of the box."""
        x0, y0, x1, y1 = self.box
        return (x1 - x0 + 1) * (y1 - y0 + 1)


def box_of(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Return the first and last column and row of a mask: x0, y0, x1, y1."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def length_of(mask: np.ndarray) -> int:
    """Return the longer side of a mask's box."""
    x0, y0, x1, y1 = box_of(mask)
    return max(x1 - x0, y1 - y0) + 1


def make_style(rng: random.Random, colour: str, edges: str) -> Style:
    """Choose the tones of a toy."""
    shift = 0 if colour == "white" else rng.uniform(-0.05, 0.1)
    main = blend(TONES[colour], (255, 255, 255) if shift > 0 else (0, 0, 0), abs(shift))
    dark = SHADES.get(colour, blend(main, (0, 0, 0), 0.24))
    light = blend(main, (255, 255, 255), 0.2 if colour == "red" else 0.38)  # a lighter red would be pink
    trim = rng.choice([t for t in TRIMS if distance(t, main) > 120])
    edge = rng.choice([INK, blend(main, (20, 16, 30), 0.6)])
    width = {"none": 0.0, "thin": 2.0, "bold": 3.2}[edges]
    return Style(main, dark, light, trim, edge, max(width, 2.2) if colour == "white" else width, rng.random() < 0.6)


def paint_toy(rng: random.Random, toy: Toy, edges: str, shading: float) -> None:
    """Give the toy its sprite: drawn large, shaded, turned and made small."""
    choice = rng.choice(DRAWINGS[toy.kind])
    style = make_style(rng, toy.colour, edges)
    pen = Pen(style)
    choice.paint(pen)
    board = shade(pen.board, rng.uniform(0.3, 1) * shading * (0.5 if toy.colour == "white" else 1))
    if rng.random() < 0.5:
        board = board.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    board = board.rotate(rng.choice([0.0, rng.uniform(-14, 14)]), Image.Resampling.BICUBIC)
    x0, y0, x1, y1 = box_of(np.asarray(board.getchannel("A")) >= 128)
    board = board.crop((x0 - 8, y0 - 8, x1 + 9, y1 + 9))
    scale = rng.uniform(*LENGTHS[toy.size]) / (max(x1 - x0, y1 - y0) + 1)
    sprite = board.resize((round(board.width * scale), round(board.height * scale)), Image.Resampling.LANCZOS)
    toy.nickname, toy.tone, toy.sprite = choice.nickname, style.main, sprite


def shade(board: Image.Image, strength: float) -> Image.Image:
    """Darken a board a little towards its lower right."""
    if strength <= 0:
        return board
    ramp = np.linspace(0, 1, board.width)
    factor = 1 + strength * (0.09 - 0.27 * (0.35 * ramp[None, :] + 0.65 * ramp[:, None]))
    pixels = np.asarray(board).astype(np.float32)
    pixels[..., :3] = np.clip(pixels[..., :3] * factor[..., None], 0, 255)
    return Image.fromarray(pixels.astype(np.uint8), "RGBA")


SURFACES: tuple[Colour, ...] = (
    (216, 196, 166),
    (190, 160, 126),
    (206, 208, 210),
    (166, 174, 178),
    (192, 206, 192),
    (204, 194, 208),
    (188, 202, 214),
    (228, 218, 198),
    (122, 126, 132),
    (104, 94, 88),
    (84, 92, 104),
    (150, 152, 140),
    (220, 206, 200),
)
PATTERNS = ("plain", "planks", "checks", "stripes", "dots", "tiles", "wall", "mat", "weave")


def make_surface(rng: random.Random, toys: Sequence[Toy]) -> Image.Image:
    """Paint a table, floor or cloth on which all the toys stand out."""
    bases = [s for s in SURFACES if all(distance(s, t.tone) > (115 if t.colour == "white" else 84) for t in toys)]
    base = rng.choice(bases or [(166, 174, 178)])
    tint = rng.choice([-1, 1]) * rng.uniform(8, 18)
    noise = np.random.default_rng(rng.getrandbits(32))
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    level = _pattern(rng, noise, rng.choice(PATTERNS), x, y) * tint
    angle = rng.uniform(0, math.tau)
    level += rng.uniform(0, 12) * (math.cos(angle) * (x / SIDE - 0.5) + math.sin(angle) * (y / SIDE - 0.5))
    level += noise.normal(0, rng.uniform(0.3, 2.0), level.shape)
    pixels = np.array(base, np.float32) + level[..., None] * np.array([1.0, 0.97, 0.92], np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGB")


def _pattern(rng: random.Random, noise: np.random.Generator, name: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the pattern of a surface as levels from -1 to 1."""
    step, shift = rng.randint(18, 40), rng.randint(0, 40)
    level = np.zeros(x.shape, np.float32)
    if name == "planks":
        board = ((y + shift) // step).astype(int)
        level = noise.uniform(-0.5, 0.5, board.max() + 1)[board] + 0.25 * np.sin(y * 1.7 + 2 * np.sin(x / 30))
        level[(y + shift) % step < 1.5] = -1
    elif name == "checks":
        level = ((x + shift) // step % 2 + (y + shift) // step % 2) / 2 - 0.5
    elif name == "stripes":
        level = np.where(((x + rng.choice([0.0, 0.6]) * y + shift) // (step / 2)) % 2 > 0, 0.5, -0.5)
    elif name == "dots":
        level = np.where(((x + shift) % step - step / 2) ** 2 + (y % step - step / 2) ** 2 < 14, 0.9, 0.0)
    elif name == "tiles":
        level = np.where(((x + shift) % step < 1.5) | ((y + shift) % step < 1.5), -0.9, 0.0)
    elif name == "wall":
        level = np.where(y < rng.randint(40, 90), 0.7, -0.4) + 0.0 * x
    elif name == "mat":
        level = np.where(np.hypot(x - 96, (y - 96) * rng.uniform(0.9, 1.3)) < rng.randint(80, 110), 0.6, -0.3)
    elif name == "weave":
        level = 0.4 * np.sin(x * 0.9) * np.sin(y * 0.9)
    return level.astype(np.float32)


@dataclass
class Scene:
    """A picture and the toys in it."""

    toys: list[Toy]
    picture: Image.Image


def choose_toys(rng: random.Random, form: str) -> list[Toy]:
    """Choose kinds, colours and sizes, so that toys often share some of them but never all."""
    many = form in ("first", "second", "third", "fourth")
    count = rng.choice((4, 5, 5, 6, 6, 7, 8) if many else (3, 4, 4, 5, 5, 5, 6, 6, 7, 8))
    kinds = rng.sample(KINDS, min(count, rng.randint(1, 3) if many else rng.randint(2, max(2, count - 1))))
    if form == "use":
        kinds = rng.sample(KINDS, rng.randint(max(2, count - 2), count))
    colours = rng.sample(COLOURS, rng.randint(2, min(4, count)))
    most_big = 3 if count < 7 else 2
    toys: list[Toy] = []
    seen: set[tuple[str, str, str]] = set()
    for _ in range(200):
        if len(toys) == count:
            break
        big = sum(t.size == "big" for t in toys) < most_big and rng.random() < 0.45
        kind = kinds[len(toys)] if len(toys) < len(kinds) else rng.choice(kinds)
        key = (kind, rng.choice(colours), "big" if big else "small")
        if key not in seen:
            seen.add(key)
            toys.append(Toy(*key))
    rng.shuffle(toys)
    return toys


def _places(rng: random.Random, toys: Sequence[Toy]) -> list[tuple[float, float]] | None:
    """Return rough centres in rows and columns for the toys, or nothing for a scatter."""
    count = len(toys)
    columns, rows = rng.choice([(3, 3), (3, 3), (3, 2), (2, 3), (4, 2), (2, 2)])
    if rng.random() < 0.45 or columns * rows < count:
        return None
    cells = [((c + 0.5) * SIDE / columns, (r + 0.5) * SIDE / rows) for c in range(columns) for r in range(rows)]
    return rng.sample(cells, count)


def place_toys(rng: random.Random, toys: list[Toy]) -> bool:
    """Find places for the toys, the later ones on top; say whether all of them stay well visible."""
    touching = rng.random() < 0.4
    cells = _places(rng, toys)
    spread = rng.uniform(3, 14)
    wholes: list[np.ndarray] = []
    free = np.zeros((SIDE, SIDE), bool)
    for number, toy in enumerate(toys):
        shape = toy.whole
        height, width = shape.shape
        for _ in range(60):
            if cells:
                x = round(cells[number][0] + rng.uniform(-spread, spread) - width / 2)
                y = round(cells[number][1] + rng.uniform(-spread, spread) - height / 2)
                x, y = min(max(x, 1), SIDE - width - 1), min(max(y, 1), SIDE - height - 1)
            else:
                x, y = rng.randint(1, SIDE - width - 1), rng.randint(1, SIDE - height - 1)
            layer = free.copy()
            layer[y : y + height, x : x + width] = shape
            if not touching and any((layer & other).any() for other in wholes):
                continue
            visible = [w & ~layer & toys[k].mask for k, w in enumerate(wholes)]
            if all(_well_visible(v, w, toys[k].size) for k, (v, w) in enumerate(zip(visible, wholes, strict=True))):
                break
        else:
            return False
        for k, mask in enumerate(visible):
            toys[k].mask = mask
        toy.mask, toy.corner = layer, (x, y)
        wholes.append(layer)
    return True


def _well_visible(mask: np.ndarray, whole: np.ndarray, size: str) -> bool:
    """Say whether enough of a toy is seen and its size is still plain."""
    if mask.sum() < LEAST_VISIBLE * whole.sum():
        return False
    least, most = VISIBLE_LENGTHS[size]
    return least <= length_of(mask) <= most


def try_scene(rng: random.Random, form: str) -> list[Toy] | None:
    """Choose, paint and place toys; return nothing where they find no room."""
    toys = choose_toys(rng, form)
    edges = rng.choice(["none", "thin", "bold"])
    shading = rng.choice([0.0, 0.6, 1.0])
    for toy in toys:
        paint_toy(rng, toy, edges, shading)
    for _ in range(6):
        if place_toys(rng, toys):
            return toys
    return None


def finish(rng: random.Random, toys: list[Toy]) -> Image.Image:
    """Paint the surface, the shadows and the toys."""
    picture = make_surface(rng, toys)
    if rng.random() < 0.7:
        dx, dy, soft, depth = rng.randint(-4, 4), rng.randint(1, 5), rng.uniform(1, 3.5), rng.uniform(0.15, 0.4)
        shadow = Image.new("L", picture.size, 0)
        for toy in toys:
            alpha = toy.sprite.getchannel("A")
            shadow.paste(255, (toy.corner[0] + dx, toy.corner[1] + dy), alpha)
        shadow = shadow.filter(ImageFilter.GaussianBlur(soft)).point(lambda v: round(v * depth))
        picture.paste((30, 26, 34), (0, 0), shadow)
    for toy in toys:
        picture.paste(toy.sprite.convert("RGB"), toy.corner, toy.sprite.getchannel("A"))
    return picture


# ---------------------------------------------------------------- questions


@dataclass(frozen=True)
class Noun:
    """What a noun phrase asks of a toy; an empty part asks nothing."""

    size: str = ""
    colour: str = ""
    kind: str = ""

    def fits(self, toy: Toy) -> bool:
        """Say whether the noun is true of the toy."""
        return self.size in ("", toy.size) and self.colour in ("", toy.colour) and self.kind in ("", toy.kind)

    @property
    def parts(self) -> int:
        """Return how many things the noun asks."""
        return bool(self.size) + bool(self.colour) + bool(self.kind)


@dataclass(frozen=True)
class Use:
    """What some kinds are for; in doubt are kinds of which one might say it too."""

    kinds: tuple[str, ...]
    doubt: tuple[str, ...]
    plain: tuple[str, ...]
    own: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """What is asked, apart from the words."""

    family: str
    form: str
    noun: Noun = Noun()
    anchor: Noun = Noun()
    side: str = ""
    rank: int = 0
    value: str = ""
    other: bool = False
    use: Use | None = None
    target: int | None = None


FORMS: dict[str, tuple[str, ...]] = {
    "attribute": ("attribute",),
    "function": ("use",),
    "superlative": ("left", "right", "top", "bottom", "biggest", "smallest"),
    "relation": (
        "left", "right", "above", "below", "left", "right", "above", "below", "near", "near",
        "straight above", "straight below",
    ),
    "ordinal": ("first", "second", "second", "third", "third", "fourth"),
    "same": ("colour", "colour", "size", "kind"),
    "negation": ("colour", "colour", "kind", "kind", "size"),
}  # fmt: skip
FAMILIES = (*FORMS, "absent")
RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
# A kind in this table is not called absent beside the kinds that carry something like it.
LOOKALIKES = {"leaf": ("flower", "tree"), "hat": ("crown",), "flower": ("leaf",), "star": ("ball",)}


def matching(toys: Sequence[Toy], noun: Noun, without: int | None = None) -> list[int]:
    """Return which toys the noun fits."""
    return [i for i, toy in enumerate(toys) if noun.fits(toy) and i != without]


def nouns_for(toy: Toy) -> list[Noun]:
    """Return all nouns that fit a toy."""
    return [Noun(s, c, k) for s in ("", toy.size) for c in ("", toy.colour) for k in ("", toy.kind)]


def unique_noun(rng: random.Random, toys: Sequence[Toy], index: int, without: str = "") -> Noun | None:
    """Return a noun that fits just this toy, mostly a short one; it may be kept from one attribute."""
    nouns = [n for n in nouns_for(toys[index]) if n.parts and matching(toys, n) == [index]]
    nouns = [n for n in nouns if not (without and getattr(n, without))]
    if not nouns:
        return None
    least = min(n.parts for n in nouns)
    return rng.choice([n for n in nouns if n.parts == least] if rng.random() < 0.75 else nouns)


def common_noun(rng: random.Random, toys: Sequence[Toy], index: int, least: int, without: str = "") -> Noun | None:
    """Return a noun that fits this toy and so many in all."""
    nouns = [n for n in nouns_for(toys[index]) if len(matching(toys, n)) >= least]
    nouns = [n for n in nouns if not (without and getattr(n, without))]
    if not nouns:
        return None
    named = [n for n in nouns if n.kind]
    return rng.choice(named if named and rng.random() < 0.5 else nouns)


def missing_noun(rng: random.Random, toys: Sequence[Toy]) -> Noun | None:
    """Return a noun that fits no toy, mostly made of attributes that are there but not together."""
    pick = rng.choice
    if rng.random() < 0.75:
        noun = Noun(pick(toys).size, pick(toys).colour, pick(toys).kind)
        noun = replace(noun, **{pick(("size", "size", "colour")): ""})
    else:
        noun = pick(
            [Noun(kind=pick(KINDS)), Noun(colour=pick(toys).colour, kind=pick(KINDS)), Noun(colour=pick(COLOURS))]
        )
    doubtful = LOOKALIKES.get(noun.kind, ())
    if matching(toys, noun) or any(toy.kind in doubtful for toy in toys):
        return None
    return noun


def lead(toy: Toy, anchor: Toy, side: str) -> float:
    """Return by how much the toy's centre lies further to the side than the anchor's."""
    x, y = toy.centre[0] - anchor.centre[0], toy.centre[1] - anchor.centre[1]
    return {"left": -x, "right": x, "top": -y, "bottom": y, "above": -y, "below": y}[side]


def edge_lead(toy: Toy, other: Toy, side: str) -> float:
    """Return by how much the toy's edge lies further to the side than the other's."""
    place = {"left": 0, "top": 1, "right": 2, "bottom": 3}[side]
    difference = toy.box[place] - other.box[place]
    return difference if side in ("right", "bottom") else -difference


def gap(toy: Toy, other: Toy) -> float:
    """Return the distance of two toys' boxes."""
    a, b = toy.box, other.box
    return math.hypot(max(a[0] - b[2], b[0] - a[2], 0), max(a[1] - b[3], b[1] - a[3], 0))


def ask_attribute(rng: random.Random, toys: list[Toy], form: str) -> Question | None:
    """Ask for a toy by its noun."""
    target = rng.randrange(len(toys))
    noun = unique_noun(rng, toys, target)
    if noun is None or (noun == Noun(kind=noun.kind) and rng.random() < 0.7):
        return None
    return Question("attribute", form, noun, target=target)


def ask_use(rng: random.Random, toys: list[Toy], form: str) -> Question | None:
    """Ask for the toy that is for something."""
    use = rng.choice(USES)
    found = [i for i, toy in enumerate(toys) if toy.kind in use.kinds]
    if len(found) != 1 or any(toy.kind in use.doubt for toy in toys):
        return None
    return Question("function", form, use=use, target=found[0])


def ask_superlative(rng: random.Random, toys: list[Toy], form: str) -> Question | None:
    """Ask for the outermost, biggest or smallest."""
    target = rng.randrange(len(toys))
    by_size = form in ("biggest", "smallest")
    noun = common_noun(rng, toys, target, 2, "size" if by_size else "")
    if noun is None:
        return None
    others = [toys[i] for i in matching(toys, noun, target)]
    here = toys[target]
    if by_size:
        sign = 1 if form == "biggest" else -1
        if any(toy.size == here.size or sign * (here.area - toy.area) <= 0 for toy in others):
            return None
        if here.size != ("big" if form == "biggest" else "small"):
            return None
    elif any(lead(here, toy, form) < MARGIN or edge_lead(here, toy, form) < 1 for toy in others):
        return None
    return Question("superlative", form, noun, target=target)


def ask_relation(rng: random.Random, toys: list[Toy], form: str) -> Question | None:
    """Ask for a toy by where it lies to another."""
    index = rng.randrange(len(toys))
    anchor = unique_noun(rng, toys, index)
    noun = rng.choice(nouns_for(rng.choice(toys)))
    candidates = matching(toys, noun, index)
    if anchor is None or not candidates or (len(candidates) < 2 and rng.random() < 0.9):
        return None
    if form == "near":
        target = _nearest(toys, index, candidates)
    elif form.startswith("straight"):
        target = _straight(toys, index, candidates, form.split()[1])
    else:
        leads = {i: lead(toys[i], toys[index], form) for i in candidates}
        there = [i for i in candidates if leads[i] >= MARGIN]
        clear = all(abs(value) >= MARGIN for value in leads.values())
        target = there[0] if clear and len(there) == 1 else None
    return None if target is None else Question("relation", form, noun, anchor, target=target)


def _nearest(toys: list[Toy], index: int, candidates: list[int]) -> int | None:
    """Return the candidate that is nearest to a toy, by centres and by boxes alike."""
    if len(candidates) < 2:
        return None
    anchor = toys[index]
    ordered = sorted(candidates, key=lambda i: math.dist(toys[i].centre, anchor.centre))
    first, second = ordered[:2]
    margin = math.dist(toys[second].centre, anchor.centre) - math.dist(toys[first].centre, anchor.centre)
    gaps = [gap(toys[i], anchor) for i in ordered]
    return first if margin >= MARGIN and all(g > gaps[0] for g in gaps[1:]) else None


def _straight(toys: list[Toy], index: int, candidates: list[int], side: str) -> int | None:
    """Return the candidate straight above or below a toy, where it is the first of all toys there."""
    anchor = toys[index]
    leads = {i: lead(toy, anchor, side) for i, toy in enumerate(toys) if i != index}
    offsets = {i: abs(toys[i].centre[0] - anchor.centre[0]) for i in leads}
    column = sorted((i for i in leads if leads[i] > -MARGIN and offsets[i] < 34), key=lambda i: leads[i])
    if not column or column[0] not in candidates or leads[column[0]] < 25 or offsets[column[0]] > 10:
        return None
    if len(column) > 1 and leads[column[1]] < leads[column[0]] + 25:
        return None
    return column[0]


def ask_ordinal(rng: random.Random, toys: list[Toy], form: str) -> Question | None:
    """Ask for the second, third and so on from a side."""
    target, side, rank = rng.randrange(len(toys)), rng.choice(("left", "right", "top", "bottom")), RANKS[form]
    noun = common_noun(rng, toys, target, max(3, rank))
    if noun is None:
        return None
    leads = [lead(toys[target], toys[i], side) for i in matching(toys, noun, target)]
    if any(abs(value) < MARGIN for value in leads) or sum(value < 0 for value in leads) != rank - 1:
        return None
    return Question("ordinal", form, noun, side=side, rank=rank, target=target)


def ask_same(rng: random.Random, toys: list[Toy], form: str) -> Question | None:
    """Ask for the toy that shares an attribute with another."""
    index, target = rng.sample(range(len(toys)), 2)
    avoid = "" if rng.random() < 0.15 else form
    anchor = unique_noun(rng, toys, index, avoid)
    noun = common_noun(rng, toys, target, 1, form)
    if anchor is None or noun is None:
        return None
    alike = [i for i in matching(toys, noun, index) if getattr(toys[i], form) == getattr(toys[index], form)]
    if alike != [target] or (len(matching(toys, noun, index)) < 2 and rng.random() < 0.85):
        return None
    return Question("same", form, noun, anchor, other=noun.fits(toys[index]), target=target)


def ask_negation(rng: random.Random, toys: list[Toy], form: str) -> Question | None:
    """Ask for the toy that lacks an attribute."""
    target, refused = rng.sample(range(len(toys)), 2)
    noun, value = common_noun(rng, toys, target, 2, form), getattr(toys[refused], form)
    if noun is None or not noun.fits(toys[refused]):
        return None
    left = [i for i in matching(toys, noun) if getattr(toys[i], form) != value]
    return Question("negation", form, noun, value=value, target=target) if left == [target] else None


def ask_absent(rng: random.Random, toys: list[Toy], form: str) -> Question | None:
    """Ask for what is not there; the form is that of a family above, as 'relation left'."""
    family, _, form = form.partition(" ")
    noun = missing_noun(rng, toys)
    index = rng.randrange(len(toys))
    if family == "function":
        use = rng.choice(USES)
        there = any(toy.kind in use.kinds + use.doubt for toy in toys)
        return None if there else Question("absent", form, use=use)
    if family == "relation":
        return _absent_relation(rng, toys, form, noun, index)
    if family == "ordinal":
        noun = common_noun(rng, toys, index, 1)
        rank = RANKS[form]
        if noun is None or not max(1, rank - 2) <= len(matching(toys, noun)) < rank:
            return None
        return Question("absent", form, noun, side=rng.choice(("left", "right", "top", "bottom")), rank=rank)
    if family == "same":
        anchor, noun = unique_noun(rng, toys, index, form), common_noun(rng, toys, rng.randrange(len(toys)), 1, form)
        others = matching(toys, noun, index) if noun else []
        if not anchor or not noun or not others:
            return None
        if any(getattr(toys[i], form) == getattr(toys[index], form) for i in others):
            return None
        return Question("absent", form, noun, anchor, other=noun.fits(toys[index]))
    if family == "negation":
        noun = common_noun(rng, toys, index, 1 if rng.random() < 0.3 else 2, form)
        value = getattr(toys[index], form)
        if noun is None or any(getattr(toys[i], form) != value for i in matching(toys, noun)):
            return None
        return Question("absent", form, noun, value=value)
    if noun is None or (form in ("biggest", "smallest") and noun.size):
        return None
    return Question("absent", form, noun)


def _absent_relation(rng: random.Random, toys: list[Toy], form: str, noun: Noun | None, index: int) -> Question | None:
    """Ask for a relation that lacks its noun, its anchor or a toy on that side."""
    way = rng.choice(("noun", "anchor", "side", "side"))
    if way == "noun":
        anchor = unique_noun(rng, toys, index)
        return Question("absent", form, noun, anchor) if noun and anchor else None
    if way == "anchor":
        wanted = rng.choice(nouns_for(rng.choice(toys)))
        return Question("absent", form, wanted, noun) if noun else None
    anchor, wanted = unique_noun(rng, toys, index), rng.choice(nouns_for(rng.choice(toys)))
    others = matching(toys, wanted, index)
    if anchor is None or not others or form not in ("left", "right", "above", "below"):
        return None
    if any(lead(toys[i], toys[index], form) > -MARGIN for i in others):
        return None
    return Question("absent", form, wanted, anchor)


ASKERS: dict[str, Callable[[random.Random, list[Toy], str], Question | None]] = {
    "attribute": ask_attribute,
    "function": ask_use,
    "superlative": ask_superlative,
    "relation": ask_relation,
    "ordinal": ask_ordinal,
    "same": ask_same,
    "negation": ask_negation,
    "absent": ask_absent,
}


def choose_form(rng: random.Random, family: str) -> str:
    """Choose a form of the family; the forms of 'absent' begin with another family's name."""
    if family != "absent":
        return rng.choice(FORMS[family])
    like = rng.choice([*FORMS, "attribute", "relation"])
    forms = [f for f in FORMS[like] if not f.startswith("straight") and f != "first"]
    return f"{like} {rng.choice(forms)}"


def make_scene(seed: int, index: int) -> tuple[Scene, Question, str]:
    """Return the scene of an index, its question and the family in whose words it is put."""
    order = list(FAMILIES)
    random.Random(f"families {seed} {index // len(order)}").shuffle(order)
    family = order[index % len(order)]
    rng = random.Random(f"scene {seed} {index}")
    while True:
        form = choose_form(rng, family)
        for _ in range(30):
            toys = try_scene(rng, form.split()[-1])
            for _ in range(80 if toys else 0):
                assert toys is not None
                question = ASKERS[family](rng, toys, form)
                if question:
                    like = form.split()[0] if family == "absent" else family
                    return Scene(toys, finish(rng, toys)), question, like


# ---------------------------------------------------------------- uses


USES: tuple[Use, ...] = (
    Use(("ball",), (), ("something to kick or throw", "what bounces on the ground"),
        ("What would you kick into a goal?", "the thing to play catch with", "It rolls and bounces when you drop it.",
         "Which of these could a football team use?")),
    Use(("block",), ("cup",), ("something to build a tower with", "what children build with"),
        ("Which one would you pile up to make a tower?", "a piece for building little castles on the carpet",
         "I want to build something. What can I use?")),
    Use(("star",), ("moon",), ("what twinkles in the sky",),
        ("Which one twinkles up in the sky?", "You make a wish when one of these falls.",
         "what you put at the very tip of a Christmas tree")),
    Use(("moon",), ("star",), ("what goes round the earth",),
        ("Astronauts once landed on it. Which is it?", "It circles our planet once a month.",
         "Which of these waxes and wanes?")),
    Use(("heart",), ("flower",), ("what stands for love", "a sign of love"),
        ("Which one says 'I love you'?", "the shape everybody draws on a valentine",
         "the thing that beats in your chest")),
    Use(("cup",), (), ("something to drink from", "what holds tea"),
        ("I'm thirsty. What could I fill with milk?", "Where would I pour my coffee?", "the thing you sip cocoa out of",
         "a vessel for a hot drink")),
    Use(("key",), (), ("what opens a lock", "something to unlock a door with"),
        ("I'm locked out, what do I need?", "It goes into a keyhole.", "Which of these lets you in at the front door?",
         "the bit of metal you turn to get into a treasure chest")),
    Use(("car",), (), ("something to drive on the road", "what runs on a road"),
        ("Which one needs petrol and a driver?", "You'd park it in the garage.",
         "It has a steering wheel and four tyres.",
         "What would a family take for a drive to the shops?")),
    Use(("boat",), ("duck",), ("something to sail in", "what carries people over water"),
        ("Which one would take me across a lake?", "A captain would be at home on it.",
         "the thing you'd tie up in a harbour")),
    Use(("house",), ("mushroom",), ("a place to live in", "something people live in"),
        ("Where could a family sleep and cook?", "It has a roof, a door and rooms inside.",
         "Which of these would you move into?", "the building")),
    Use(("tree",), ("leaf", "house"), ("what birds build nests in", "what gives wood"),
        ("Which one might a squirrel climb up?", "It has a trunk and gives shade.", "A woodcutter would fell it.",
         "Where could you hang a swing?")),
    Use(("mushroom",), ("leaf", "flower", "tree", "fish", "duck"), ("something to gather in the woods for soup",),
        ("Which of these is a fungus?", "It springs up in damp woods after rain.", "An elf might sit beneath its cap.",
         "the one to slice and fry with butter")),
    Use(("flower",), ("leaf", "tree"), ("something to put in a vase", "what bees visit"),
        ("Where would a bee look for nectar?", "You'd put it in a bouquet.", "the one with petals and a sweet smell",
         "What could I pick for mum's vase?")),
    Use(("leaf",), ("flower", "tree"), ("what falls from a branch in autumn",),
        ("Which one would get raked up in autumn?", "A caterpillar would munch holes in it.",
         "It grew on a twig and dropped off in October.")),
    Use(("arrow",), ("star", "moon"), ("what shows the way", "something that points in a direction"),
        ("Which one tells you where to go?", "Follow it to find the exit.", "the thing on a one-way street sign",
         "a sign for pointing")),
    Use(("hat",), ("crown", "umbrella", "tree"), ("what keeps the sun off the head",),
        ("My hair gets cold outside, what should I put on?", "the piece of clothing for your head",
         "A gentleman would lift it to say good day.")),
    Use(("crown",), ("hat",), ("what a king wears", "what a queen wears"),
        ("Which one belongs to royalty?", "A ruler has it put on at the coronation.",
         "what goes on a princess's head at the ball")),
    Use(("umbrella",), ("hat", "house", "tree", "mushroom"),
        ("what keeps the rain off", "something to hold up in the rain"),
        ("It's pouring! What do I take with me?", "You open it when a shower starts.",
         "It keeps you dry on a wet walk.",
         "Which of these folds up when the weather clears?")),
    Use(("bell",), (), ("what rings", "something to ring"),
        ("Which one goes ding-dong?", "It hangs in a steeple and chimes.", "A clapper swings inside of it.",
         "What did teachers shake at the end of break?")),
    Use(("drum",), (), ("something to beat with sticks", "what is played with sticks"),
        ("Which one goes rat-a-tat?", "the thing you bang to keep the beat", "A marching soldier would beat on it.")),
    Use(("fish",), (), ("what lives under water", "something with fins"),
        ("Which one breathes with gills?", "a creature for the aquarium", "the animal an angler hopes to hook")),
    Use(("duck",), (), ("what quacks", "a bird"),
        ("Which one goes quack?", "It has a beak and feathers.", "the one that waddles and paddles about on a pond",
         "What would lay an egg in a nest?")),
    Use(("hat", "crown"), ("umbrella",), ("something to wear on the head",),
        ("What could I put on my head?", "a thing to be worn above your ears", "Which of these is headgear?")),
    Use(("fish", "duck"), (), ("an animal", "the animal"),
        ("Which of these is alive and has eyes to see?", "the creature", "a living thing that can move by itself")),
    Use(("fish", "duck"), ("boat",), ("something that swims",),
        ("Which one can swim all on its own?", "an animal at home in the water", "a good swimmer")),
    Use(("star", "moon"), (), ("something that shines at night",),
        ("What might I see in the sky after dark?", "a light of the night sky",
         "Which one comes out once the sun is down?")),
    Use(("car", "boat"), (), ("the vehicle", "something to travel in"),
        ("Which of these takes you on a journey?", "a means of transport", "You get in and it carries you off.")),
    Use(("bell", "drum"), (), ("an instrument", "something to make music with"),
        ("Which one could join an orchestra?", "the noisy one for a band", "the music-maker")),
)  # fmt: skip


# ---------------------------------------------------------------- plain words


RANK_WORDS = ("", "first", "second", "third", "fourth")
NUMBER_WORDS = ("", "one", "two", "three", "four")
Speaker = Callable[[Noun, bool], str]  # the words of a noun without article; True for the plural


def plural(word: str) -> str:
    """Return the plural of a phrase that ends in a noun."""
    if word.endswith("fish"):
        return word
    if word.endswith("leaf"):
        return word[:-1] + "ves"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def with_article(phrase: str) -> str:
    """Put 'a' or 'an' before a phrase."""
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def plain_noun(noun: Noun, many: bool = False) -> str:
    """Return a noun in plain words."""
    head = noun.kind or "toy"
    return " ".join(word for word in (noun.size, noun.colour, plural(head) if many else head) if word)


def plain_words(rng: random.Random, question: Question, like: str) -> tuple[str, bool]:
    """Return the question as a plain noun phrase."""
    return rng.choice(_plain_phrases(question, like)), False


def _plain_phrases(q: Question, like: str) -> list[str]:
    """Return all plain phrases for a question."""
    noun, nouns, anchor = plain_noun(q.noun), plain_noun(q.noun, True), plain_noun(q.anchor)
    if like == "function":
        assert q.use is not None
        return list(q.use.plain)
    if like == "attribute":
        return [f"the {noun}"] * 2 + [f"the only {noun}"] * (q.family != "absent")
    if like == "superlative":
        starts = {
            "left": ["the leftmost {}", "the {} furthest to the left"],
            "right": ["the rightmost {}", "the {} furthest to the right"],
            "top": ["the topmost {}", "the highest {}"],
            "bottom": ["the lowest {}"],
            "biggest": ["the biggest {}", "the largest {}"],
            "smallest": ["the smallest {}"],
        }
        return [start.format(noun) for start in starts[q.form]]
    if like == "relation":
        links = {
            "left": ["left of", "to the left of"],
            "right": ["right of", "to the right of"],
            "above": ["above", "higher than"],
            "below": ["below", "lower than"],
            "near": ["closest to", "nearest to"],
            "straight above": ["directly above"],
            "straight below": ["directly below"],
        }
        return [f"the {noun} {link} the {anchor}" for link in links[q.form]]
    if like == "ordinal":
        side = f"from the {q.side}"
        return [f"the {RANK_WORDS[q.rank]} {noun} {side}"] * 2 + [
            f"number {NUMBER_WORDS[q.rank]} of the {nouns} {side}"
        ]
    if like == "same":
        other = "other " if q.other else ""
        if q.form == "colour":
            return [
                f"the {other}{noun} with the same colour as the {anchor}",
                f"the {other}{noun} that has the colour of the {anchor}",
            ]
        return [f"the {other}{noun} of the same {q.form} as the {anchor}"]
    value = with_article(q.value) if q.form == "kind" else q.value
    return [f"the {noun} {link} {value}" for link in ("that is not", "that isn't", "which is not")]


# ---------------------------------------------------------------- own words


OWN_KINDS = {
    "block": ("building block", "toy block"),
    "heart": ("love heart",),
    "car": ("automobile", "motor car"),
    "boat": ("ship",),
    "house": ("home",),
    "mushroom": ("toadstool",),
    "flower": ("blossom", "bloom"),
    "umbrella": ("brolly", "parasol"),
    "duck": ("ducky",),
    "moon": ("crescent", "crescent moon"),
}
OWN_SIZES = {"small": ("small", "little", "tiny"), "big": ("big", "large")}

OWN_FORMS: dict[str, tuple[str, ...]] = {
    "attribute": (
        "the {n}", "the {n}", "{an}", "that {n}", "the one and only {n}", "Which of these is {an}?",
        "I spy {an}.", "There should be {an} somewhere. Which is it?", "Is there {an}? Show it to me.",
        "Find me {an}.", "I need {an}!", "Look for {an}.", "the toy that is {an}",
    ),
    "left": (
        "the {n} on the far left", "the {n} nearest the left edge", "Which {n} is furthest over to the left?",
        "Of all the {ns}, which has the rest of them on its right-hand side?", "the {n} at the left-hand end",
        "Going left, which {n} do you come to last?", "the {n} that is more to the left than any other",
        "Reading from left to right, which {n} do I meet first?", "the {n} that's left of the others",
    ),
    "right": (
        "the {n} on the far right", "the {n} nearest the right edge", "Which {n} is furthest over to the right?",
        "Of all the {ns}, which has the rest of them on its left-hand side?", "the {n} at the right-hand end",
        "Going right, which {n} do you come to last?", "the {n} that is more to the right than any other",
        "Reading from right to left, which {n} do I meet first?", "the {n} that's right of the others",
    ),
    "top": (
        "the {n} right at the top", "the uppermost {n}", "Which {n} is highest up in the picture?",
        "the {n} that's above all the others", "the {n} closest to the upper edge", "the top {n}",
        "Out of the {ns}, which one is at the top?", "Look up: which {n} is furthest up?",
    ),
    "bottom": (
        "the {n} right at the bottom", "the bottommost {n}", "Which {n} is furthest down in the picture?",
        "the {n} that's below all the others", "the {n} closest to the lower edge", "the bottom {n}",
        "Out of the {ns}, which one is at the bottom?", "Look down: which {n} is the lowest?",
    ),
    "biggest": (
        "the {n} that's larger than the rest", "Which {n} is the largest?", "the {n} of the greatest size",
        "Which of the {ns} is the giant?", "Among the {ns}, the really big one", "the most sizeable {n}",
        "the {n} that outdoes the others in size", "Compare the {ns}: which is biggest?",
    ),
    "smallest": (
        "the {n} that's tinier than the rest", "Which {n} is the littlest?", "the {n} of the least size",
        "Which of the {ns} is the dwarf?", "Among the {ns}, the really small one", "the tiniest {n}",
        "the {n} that all the others outdo in size", "Compare the {ns}: which is smallest?",
    ),
    "side": (
        "the {n} {side} the {a}", "the {n} {side} the {a}", "the {n} that is {side} the {a}",
        "Which {n} is {side} the {a}?",
        "the {n} you see {side} the {a}", "First find the {a}. Now, which {n} is {side} it?",
        "Start at the {a} and go {way}: which {n} do you reach?", "There's {an} {side} the {a}. Which one?",
        "What {n} lies {side} the {a}?", "See the {a}? I mean the {n} {side} it.",
    ),
    "near": (
        "the {n} that comes closest to the {a}", "the {n} that's least far from the {a}", "the {a}'s nearest {n}",
        "Which {n} is the {a}'s closest neighbour?", "the {n} with the shortest way to the {a}",
        "Starting at the {a}, which {n} do you get to soonest?", "the {n} lying closer to the {a} than the rest",
        "Find the {a}. Which {n} is nearest?", "the {n} whose distance to the {a} is smallest",
    ),
    "straight above": (
        "the {n} straight above the {a}", "From the {a} go straight up: which {n} do you hit first?",
        "the {n} just over the {a}", "Which {n} is right above the {a}?", "the {n} vertically above the {a}",
        "Move up from the {a} to the next {n}.", "the next {n} up, in one line with the {a}",
        "the {n} that would land on the {a} if it fell",
    ),
    "straight below": (
        "the {n} straight below the {a}", "From the {a} go straight down: which {n} do you hit first?",
        "the {n} just underneath the {a}", "Which {n} is right below the {a}?", "the {n} vertically below the {a}",
        "Move down from the {a} to the next {n}.", "the next {n} down, in one line with the {a}",
        "the {n} that the {a} would land on if it fell",
    ),
    "ordinal": (
        "the {r} {n} counting from the {s}", "{n} number {k} from the {s}", "Starting at the {s}, which {n} comes {r}?",
        "Count the {ns} from {s} to {o} and stop at number {k}.", "the {n} in {r} place, going {s} to {o}",
        "the {d} {n} from the {s}", "With the {ns} ordered from {s} to {o}, give me the {r}.",
        "Which is the {r} {n} if I count from the {s}?", "Going from {s} to {o}, which is {n} no. {k}?",
        "the {n} that would be {r} if you began at the {s}",
    ),
    "colour": (
        "the {o}{n} that matches the {a} in colour", "the {o}{n} painted like the {a}",
        "Which {o}{n} shares its colour with the {a}?", "the {o}{n} that goes with the {a}, colour-wise",
        "Look at the {a}'s colour. Which {o}{n} has it too?", "{n2} coloured just as the {a} is",
        "See what colour the {a} is and find me {n2} like that.", "the {o}{n} of the {a}'s colour",
        "Which {o}{n} could have been dipped in the same paint as the {a}?",
    ),
    "size": (
        "the {o}{n} as big as the {a}", "the {o}{n} that equals the {a} in size", "the {o}{n} of the {a}'s size",
        "Which {o}{n} is about the size of the {a}?", "the {o}{n} neither bigger nor smaller than the {a}",
        "Look at how big the {a} is. Which {o}{n} is just like that?", "{n2} in the size of the {a}",
        "Find {n2} that measures up to the {a}, no more and no less.",
    ),
    "kind": (
        "the {o}{n} that is the same sort of thing as the {a}", "The {a} has a fellow of its kind: which {n} is it?",
        "{n2} of the {a}'s type", "Which {o}{n} is the same object as the {a}?",
        "Whatever the {a} is, find the {o}{n} that is one too.", "the {o}{n} with the same name as the {a}",
        "What else here is the same kind of thing as the {a}? I'm after {an}.",
        "the {n} that is another of what the {a} is",
        "{n2} just like the {a}, whatever its colour or size",
    ),
    "not colour": (
        "the {n} in any colour but {v}", "the {n} of a colour other than {v}", "the non-{v} {n}",
        "Which of the {ns} isn't {v}?", "Leave out whatever is {v}. Which {n} stays?", "{an}, but not {av} one",
        "the {n} that someone didn't paint {v}", "Not {v}, please: which {n} is left?",
        "any {n} as long as it isn't {v}",
    ),
    "not kind": (
        "the {n} that's something other than {av}", "{an} but no {v}", "Forget the {vs}. Which {n} is left?",
        "Which {n} is not {av}?", "any {n} except {av}", "Leaving aside every {v}, which {n} remains?",
        "the {n} you wouldn't call {av}", "the {n} that is anything but {av}",
    ),
    "not size": (
        "the {n} that's anything but {v}", "Which of the {ns} isn't {v}?", "the non-{v} {n}", "{an}, but not {av} one",
        "Skip the {v} ones: which {n} is left?", "the {n} you couldn't call {v}", "any {n} as long as it isn't {v}",
        "Which {n} would you not describe as {v}?",
    ),
}  # fmt: skip
OWN_SIDES = {
    "left": (
        "on the left of",
        "on the left-hand side of",
        "further left than",
        "more to the left than",
        "to the left of",
    ),
    "right": (
        "on the right of",
        "on the right-hand side of",
        "further right than",
        "more to the right than",
        "to the right of",
    ),
    "above": ("higher up than", "further up than", "above", "somewhere above", "nearer to the top than"),
    "below": ("lower down than", "further down than", "underneath", "somewhere below", "nearer to the bottom than"),
}
WAYS = {"left": "to the left", "right": "to the right", "above": "up", "below": "down"}
OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
REQUESTS = (
    "Show me {}.", "Where is {}?", "Point to {}, please.", "Can you find {}?", "Could you pick out {} for me?",
    "I'm looking for {}.", "Give me {}.", "Please mark {}.", "Tap on {}.", "I'd like to have {}.", "Do you see {}?",
    "Grab {}!", "Put your finger on {}.", "Would you hand me {}?", "My turn: I take {}.", "Let me see {}.",
    "Outline {}.", "Tell me where I can find {}.", "where's {}", "find {}", "show {} please",
)  # fmt: skip


def own_speaker(rng: random.Random, like: str, toys: Sequence[Toy]) -> Speaker:
    """Return a speaker who keeps to the same names within a question."""
    general = ("toy", "thing", "one") if like in ("superlative", "relation") else ("toy", "toy", "thing", "object")
    heads: dict[str, str] = {"": rng.choice(general)}
    for kind in KINDS:
        nicknames = {toy.nickname for toy in toys if toy.kind == kind}
        heads[kind] = kind
        if len(nicknames) == 1 and "" not in nicknames and rng.random() < 0.35:
            heads[kind] = nicknames.pop()
        elif kind in OWN_KINDS and rng.random() < 0.35:
            heads[kind] = rng.choice(OWN_KINDS[kind])
    sizes = {size: rng.choice(words) for size, words in OWN_SIZES.items()} | {"": ""}
    colours = {c: c for c in COLOURS} | {"": "", "purple": rng.choice(("purple", "violet"))}

    def speak(noun: Noun, many: bool = False) -> str:
        head = heads[noun.kind]
        if many:
            head = plural("toy" if head == "one" else head)
        return " ".join(word for word in (sizes[noun.size], colours[noun.colour], head) if word)

    return speak


def own_words(rng: random.Random, question: Question, like: str, toys: Sequence[Toy]) -> tuple[str, bool]:
    """Return the question as somebody might really put it, and whether that is a sentence."""
    speak = own_speaker(rng, like, toys)
    if like == "function":
        assert question.use is not None
        phrase = rng.choice(question.use.own)
    else:
        phrase = rng.choice(_own_templates(question, like)).format(**_own_fields(rng, question, like, speak))
    if phrase[0].isupper() or phrase[-1] in ".?!":
        return _finish_sentence(phrase), True
    if rng.random() < 0.45:
        return phrase + rng.choice(("", "", "", ", please")), False
    return _finish_sentence(rng.choice(REQUESTS).format(phrase)), True


def _finish_sentence(text: str) -> str:
    """Begin a sentence with a capital and end it with a mark, unless it is meant to be careless."""
    if text.startswith(("where's", "find ", "show ")):
        return text
    return text[0].upper() + text[1:] + ("" if text[-1] in ".?!" else ".")


def _own_templates(question: Question, like: str) -> tuple[str, ...]:
    """Return the templates for a question's form."""
    if like == "relation":
        return OWN_FORMS["side" if question.form in OWN_SIDES else question.form]
    if like == "negation":
        return OWN_FORMS[f"not {question.form}"]
    return OWN_FORMS[like if like in ("attribute", "ordinal") else question.form]


def _own_fields(rng: random.Random, q: Question, like: str, speak: Speaker) -> dict[str, str]:
    """Return the words that fill a template."""
    noun = speak(q.noun, False)
    fields = {"n": noun, "ns": speak(q.noun, True), "an": with_article(noun), "a": speak(q.anchor, False)}
    if like == "relation" and q.form in OWN_SIDES:
        fields |= {"side": rng.choice(OWN_SIDES[q.form]), "way": WAYS[q.form]}
    if like == "ordinal":
        digits = ("", "1st", "2nd", "3rd", "4th")[q.rank]
        fields |= {"r": RANK_WORDS[q.rank], "k": rng.choice((NUMBER_WORDS[q.rank], str(q.rank))), "d": digits}
        fields |= {"s": q.side, "o": OPPOSITE[q.side]}
    if like == "same":
        fields |= {"o": "other " if q.other else "", "n2": f"another {noun}" if q.other else with_article(noun)}
    if like == "negation":
        denied = Noun(**{q.form: q.value})
        word = speak(denied, False) if q.form == "kind" else speak(denied, False).rsplit(" ", 1)[0]
        fields |= {"v": word, "vs": plural(word), "av": with_article(word)}
    return fields


# ---------------------------------------------------------------- samples and files


@dataclass
class Sample:
    """One picture with its sentence and the mask of its target."""

    picture: Image.Image
    text: str
    is_sentence: bool
    family: str
    mask: np.ndarray


def make(seed: int, index: int, own: bool) -> Sample:
    """Return the sample of an index; the mode changes nothing but the words."""
    scene, question, like = make_scene(seed, index)
    rng = random.Random(f"words {seed} {index} {own}")
    if own:
        text, is_sentence = own_words(rng, question, like, scene.toys)
    else:
        text, is_sentence = plain_words(rng, question, like)
    blank = np.zeros((SIDE, SIDE), bool)
    mask = blank if question.target is None else scene.toys[question.target].mask
    return Sample(scene.picture, text, is_sentence, question.family, mask)


def runs_of(mask: np.ndarray) -> list[list[list[int]]]:
    """Return one rectangle for each horizontal run of a mask: its corners, in pixels."""
    shapes = []
    for y, row in enumerate(mask):
        changes = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
        for a, b in zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True):
            shapes.append([[a, y], [b, y], [b, y + 1], [a, y + 1]])
    return shapes


def write_sample(folder: Path, index: int, sample: Sample) -> None:
    """Write the picture and its description."""
    name = f"{index:05d}"
    sample.picture.save(folder / f"{name}.png")
    shapes = [{"label": "target", "shape_type": "polygon", "points": points} for points in runs_of(sample.mask)]
    record = {"text": [sample.text], "is_sentence": sample.is_sentence, "family": sample.family, "shapes": shapes}
    (folder / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")


def _wrap(text: str, width: int) -> str:
    """Break a text into lines."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def make_sheet(samples: Sequence[Sample]) -> Image.Image:
    """Return a sheet with every drawing once and some samples, their targets outlined in black and white."""
    cell, across, font = 66, 22, ImageFont.load_default()
    most = max(len(drawings) for drawings in DRAWINGS.values())
    width, top = cell * across, (cell * most + 16)
    in_row = width // (SIDE + 10)
    rows = math.ceil(len(samples) / in_row)
    sheet = Image.new("RGB", (width, top + rows * (SIDE + 52)), (206, 204, 198))
    draw = ImageDraw.Draw(sheet)
    for column, kind in enumerate(KINDS):
        draw.text((column * cell + 4, top - 14), kind, fill=INK, font=font)
        for row, choice in enumerate(DRAWINGS[kind]):
            rng = random.Random(f"{kind} {row}")
            pen = Pen(
                make_style(rng, COLOURS[(3 * column + 5 * row) % 8], ("none", "thin", "bold")[(column + row) % 3])
            )
            choice.paint(pen)
            art = pen.board.crop(pen.board.getbbox())
            art.thumbnail((cell - 8, cell - 8), Image.Resampling.LANCZOS)
            sheet.paste(art, (column * cell + 4, row * cell + 4), art)
    for number, sample in enumerate(samples):
        x, y = number % in_row * (SIDE + 10) + 5, top + number // in_row * (SIDE + 52) + 5
        pixels = np.array(sample.picture)
        if sample.mask.any():
            grown = [
                np.asarray(Image.fromarray(sample.mask).convert("L").filter(ImageFilter.MaxFilter(s))) for s in (3, 5)
            ]
            pixels[(grown[1] > 0) & (grown[0] == 0)] = 255
            pixels[(grown[0] > 0) & ~sample.mask] = 0
        sheet.paste(Image.fromarray(pixels), (x, y))
        draw.text((x, y + SIDE + 1), f"[{sample.family}]\n{_wrap(sample.text, 34)}", fill=INK, font=font, spacing=0)
    return sheet


def main() -> int:
    """Write the samples that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder to write; missing or empty")
    parser.add_argument("--number", type=int, default=300, help="number of samples")
    parser.add_argument("--seed", type=int, default=0, help="seed of all choices")
    parser.add_argument("--own-words", action="store_true", help="put the same questions in freer words")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet to this file")
    options = parser.parse_args()
    out: Path = options.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        print(f"{out} is not an empty folder", file=sys.stderr)
        return 2
    out.parent.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    shown: list[Sample] = []
    with tempfile.TemporaryDirectory(prefix=f"{out.name}.", dir=out.parent) as temporary:
        made = Path(temporary) / "made"
        (made / "test").mkdir(parents=True)
        for index in range(options.number):
            sample = make(options.seed, index, options.own_words)
            write_sample(made / "test", index, sample)
            counts[sample.family] += 1
            if len(shown) < 21:
                shown.append(sample)
        if out.exists():
            out.rmdir()
        shutil.move(made, out)
    if options.sheet:
        make_sheet(shown).save(options.sheet)
    for family in FAMILIES:
        print(f"{family}: {counts[family]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
