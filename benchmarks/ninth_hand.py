"""Scenes of toys with questions by a ninth hand, which shares no line or drawing with the package.

    python benchmarks/ninth_hand.py --out DIR [--number 300] [--seed 0] [--own-words] [--sheet FILE.png]
    lens eval reasonseg --split test --root DIR --batch-size 50

An agent wrote it without having seen another hand: from kinds, colours, sizes, families and the words of Toybox's
grammar, to which it keeps but for `--own-words`. A picture of 192 x 192 pixels shows three to eight toys; the
question is true of one of them, or of none ("absent"). A scene is a pure function of the seed, its index and the kind
of wording; the format is ReasonSeg's, with a rectangle for every run of a mask's rows.
"""

import argparse
import itertools
import json
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Point = tuple[float, float]
Colour = tuple[int, int, int]

SIDE = 192  # pixels along each side of a picture
FAMILIES = ("attribute", "function", "superlative", "relation", "ordinal", "same", "negation", "absent")
SIZES = {"small": (37, 45), "big": (57, 69)}  # length of the longer dimension in pixels, both ends included
COLOURS: dict[str, Colour] = {
    "red": (212, 38, 38),
    "orange": (246, 134, 28),
    "yellow": (250, 212, 44),
    "green": (58, 164, 72),
    "blue": (44, 104, 214),
    "purple": (128, 66, 176),
    "pink": (246, 142, 188),
    "white": (246, 246, 243),
}

# ---------------------------------------------------------------------------------------------------------------------
# Drawing: a pen that works on a sheet of 100 x 100 units, y downwards
# ---------------------------------------------------------------------------------------------------------------------

UNIT = 4  # pixels of the drawing sheet per unit
SHEET = 620  # pixels along each side of the drawing sheet, with room for turned toys
INK = 2.3  # width of an outline in units

WOOD: Colour = (142, 96, 62)
COAL: Colour = (56, 56, 64)
CREAM: Colour = (250, 240, 218)
STEEL: Colour = (158, 164, 172)
GLASS: Colour = (200, 222, 230)
STALK: Colour = (232, 212, 178)
GRASS: Colour = (70, 136, 70)
BRASS: Colour = (206, 164, 72)
SNOW: Colour = (255, 255, 255)


def arc(cx: float, cy: float, rx: float, ry: float, start: float = 0.0, end: float = 360.0) -> list[Point]:
    """Points along an ellipse; angles in degrees run clockwise from the right, so 90 is the bottom."""
    angles = np.radians(np.linspace(start, end, 49))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


def petal(cx: float, cy: float, angle: float, start: float, length: float, width: float) -> list[Point]:
    """Points of an ellipse that points away from a centre, from a distance of start on."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    middle = start + length / 2
    return [(cx + c * (middle + x) - s * y, cy + s * (middle + x) + c * y) for x, y in arc(0, 0, length / 2, width / 2)]


def star_points(cx: float, cy: float, outer: float, inner: float, tips: int) -> list[Point]:
    """Corners of a star that stands on two tips, in turn a tip and a notch."""
    angles = [math.radians(-90 + 180 * k / tips) for k in range(2 * tips)]
    radii = [outer if k % 2 == 0 else inner for k in range(2 * tips)]
    return [(cx + r * math.cos(a), cy + r * math.sin(a)) for a, r in zip(angles, radii, strict=True)]


def curve(points: Sequence[Point], closed: bool = True) -> list[Point]:
    """A smooth line through all points (Catmull-Rom), closed to a loop or open."""
    ends = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    knots = np.array([*ends[0], *points, *ends[1]], dtype=float)
    result: list[Point] = []
    for k in range(len(knots) - 3):
        p0, p1, p2, p3 = knots[k : k + 4]
        for t in np.linspace(0, 1, 12, endpoint=False):
            bend = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
            result.append((float(bend[0]) / 2, float(bend[1]) / 2))
    if not closed:
        result.append(points[-1])
    return result


def rounded(x0: float, y0: float, x1: float, y1: float, r: float) -> list[Point]:
    """Points of a rectangle with round corners."""
    return [
        *arc(x1 - r, y0 + r, r, r, -90, 0),
        *arc(x1 - r, y1 - r, r, r, 0, 90),
        *arc(x0 + r, y1 - r, r, r, 90, 180),
        *arc(x0 + r, y0 + r, r, r, 180, 270),
    ]


def flipped(points: Sequence[Point]) -> list[Point]:
    """The same points seen in a mirror that stands at x = 50, in reverse order."""
    return [(100 - x, y) for x, y in reversed(points)]


def shaded(colour: Colour, factor: float) -> Colour:
    """A darker colour for a factor below 1, a paler one above 1 (2 is white)."""
    if factor <= 1:
        r, g, b = (round(c * factor) for c in colour)
    else:
        r, g, b = (round(c + (255 - c) * (factor - 1)) for c in colour)
    return r, g, b


class Pen:
    """Draws the parts of one toy in its colours, turned and mirrored as a whole."""

    def __init__(self, colour: str, main: Colour, ink: Colour | None, turn: float, mirrored: bool) -> None:
        """Start an empty sheet for a toy of a named colour; main is the exact tone of it."""
        self.main = main
        self.dark = shaded(main, 0.84 if colour in ("white", "yellow") else 0.74)
        self.light = shaded(main, 1.35)
        self.pale = (178, 190, 204) if colour == "white" else CREAM
        self.beak = (150, 84, 44) if colour in ("orange", "yellow") else (240, 150, 44)
        self.heart = COLOURS["yellow"] if colour not in ("yellow", "orange") else (122, 78, 46)
        self.ink = ink
        self.image = Image.new("RGBA", (SHEET, SHEET), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)
        angle = math.radians(turn)
        self.cos, self.sin = math.cos(angle) * UNIT, math.sin(angle) * UNIT
        self.side = -1 if mirrored else 1

    def place(self, points: Sequence[Point]) -> list[Point]:
        """Where points given in units lie on the sheet in pixels."""
        moved = [((x - 50) * self.side, y - 50) for x, y in points]
        middle = SHEET / 2
        return [(middle + self.cos * x - self.sin * y, middle + self.sin * x + self.cos * y) for x, y in moved]

    def line(self, spots: list[Point], colour: Colour, width: float) -> None:
        """A thick line through places on the sheet, with round ends."""
        self.draw.line(spots, fill=(*colour, 255), width=round(width * UNIT), joint="curve")
        r = width * UNIT / 2
        for x, y in (spots[0], spots[-1]):
            self.draw.ellipse((x - r, y - r, x + r, y + r), fill=(*colour, 255))

    def merge(self, shapes: Sequence[Sequence[Point]], colour: Colour, ink: bool = True) -> None:
        """Several closed shapes as one part with one outline around them all."""
        placed = [self.place(points) for points in shapes]
        if self.ink and ink:
            for spots in placed:
                self.line([*spots, *spots[:2]], self.ink, 2 * INK)
        for spots in placed:
            self.draw.polygon(spots, fill=(*colour, 255))

    def shape(self, points: Sequence[Point], colour: Colour, ink: bool = True) -> None:
        """One closed shape."""
        self.merge([points], colour, ink)

    def oval(self, cx: float, cy: float, rx: float, ry: float, colour: Colour, ink: bool = True) -> None:
        """One upright ellipse."""
        self.shape(arc(cx, cy, rx, ry), colour, ink)

    def stroke(self, points: Sequence[Point], colour: Colour, width: float, ink: bool = True) -> None:
        """A thick line as a part of its own, with an outline."""
        spots = self.place(points)
        if self.ink and ink:
            self.line(spots, self.ink, width + 2 * INK)
        self.line(spots, colour, width)

    def tint(self, points: Sequence[Point], colour: Colour, strength: float = 1.0) -> None:
        """Colour laid over what is drawn already and nowhere else, by strength from 0 to 1."""
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).polygon(self.place(points), fill=round(255 * strength))
        alpha = self.image.getchannel("A")
        self.image.paste((*colour, 255), mask=mask)
        self.image.putalpha(alpha)

    def cut(self, points: Sequence[Point]) -> None:
        """A hole right through the toy, with an outline."""
        spots = self.place(points)
        if self.ink:
            self.line([*spots, *spots[:2]], self.ink, 2 * INK)
        self.draw.polygon(spots, fill=(0, 0, 0, 0))

    def eye(self, cx: float, cy: float, r: float) -> None:
        """A round eye with a glint."""
        self.oval(cx, cy, r, r, SNOW, ink=False)
        self.oval(cx, cy, r * 0.68, r * 0.68, COAL, ink=False)
        self.oval(cx - r * 0.2, cy - r * 0.25, r * 0.22, r * 0.22, SNOW, ink=False)


# ---------------------------------------------------------------------------------------------------------------------
# The toys: two designs or more of each kind
# ---------------------------------------------------------------------------------------------------------------------


def ball_beach(p: Pen) -> None:
    """A beach ball with three narrow pale segments that meet in a button."""
    p.oval(50, 50, 45, 45, p.main)
    for start in (10, 130, 250):
        rim = arc(50, 50, 46, 46, start, start + 38)
        out = curve([(44, 38), ((44 + rim[0][0]) / 2 + 5, (38 + rim[0][1]) / 2 - 4), rim[0]], closed=False)
        back = curve([rim[-1], ((44 + rim[-1][0]) / 2 + 5, (38 + rim[-1][1]) / 2 - 4), (44, 38)], closed=False)
        p.tint([*out, *rim, *back], p.pale)
    p.oval(44, 38, 6, 6, p.dark, ink=False)
    p.tint(petal(26, 26, 130, -11, 22, 10), SNOW, 0.6)


def ball_rubber(p: Pen) -> None:
    """A rubber ball with two pale stripes around it and a highlight."""
    p.oval(50, 50, 45, 45, p.main)
    for top in (44, 62):
        p.tint([*arc(50, top, 47, 16, 0, 180), *arc(50, top + 8, 47, 16, 180, 0)], p.pale)
    p.tint(arc(34, 26, 12, 8), SNOW, 0.65)


def ball_football(p: Pen) -> None:
    """A football with dark patches and seams."""
    p.oval(50, 50, 45, 45, p.main)
    dark = COAL if p.main[0] + p.main[1] + p.main[2] > 380 else (30, 30, 42)
    for k in range(5):
        a = math.radians(-90 + 72 * k)
        c, s = math.cos(a), math.sin(a)
        p.stroke([(50 + 12 * c, 50 + 12 * s), (50 + 33 * c, 50 + 33 * s)], dark, 2.4, ink=False)
        patch = [(31, 0), (40, -11), (50, -13), (50, 13), (40, 11)]
        p.tint([(50 + c * x - s * y, 50 + s * x + c * y) for x, y in patch], dark)
    p.tint([(50 + 14 * math.cos(a), 50 + 14 * math.sin(a)) for a in np.radians(np.arange(-90, 270, 72))], dark)
    p.tint(arc(30, 27, 8, 6), SNOW, 0.5)


def block_cube(p: Pen) -> None:
    """A wooden cube seen over its edge with a letter on each face."""
    p.shape([(50, 4), (92, 24), (50, 46), (8, 24)], p.light)
    p.shape([(8, 24), (50, 46), (50, 96), (8, 74)], p.main)
    p.shape([(92, 24), (50, 46), (50, 96), (92, 74)], p.dark)
    for x0, y0, dx, dy, letter in ((8, 24, 42, 22, "A"), (50, 46, 42, -22, "H")):
        left, right = (0.5, 0.5) if letter == "A" else (0.26, 0.74)
        for u0, v0, u1, v1 in ((0.24, 0.8, left, 0.2), (0.76, 0.8, right, 0.2), (0.34, 0.58, 0.66, 0.58)):
            ends = [(x0 + dx * u, y0 + dy * u + 50 * v) for u, v in ((u0, v0), (u1, v1))]
            p.stroke(ends, p.pale, 4.5, ink=False)
    p.tint([(50, 11), (78, 24), (50, 38), (22, 24)], p.main, 0.45)


def block_brick(p: Pen) -> None:
    """A building brick with two rows of studs on top."""
    p.shape([(4, 44), (26, 26), (97, 26), (75, 44)], p.light)
    p.shape([(75, 44), (97, 26), (97, 66), (75, 88)], p.dark)
    p.shape([(4, 44), (75, 44), (75, 88), (4, 88)], p.main)
    for y, x0 in ((29, 33), (38, 21)):
        for k in range(3):
            x = x0 + 23 * k
            p.merge([arc(x, y, 8, 3.5), rounded(x - 8, y - 8, x + 8, y, 0.1), arc(x, y - 8, 8, 3.5)], p.main)
            p.oval(x, y - 8, 8, 3.5, p.light, ink=False)
    p.tint([(9, 49), (70, 49), (70, 53), (9, 53)], SNOW, 0.3)


def star_facets(p: Pen) -> None:
    """A pointed star with a light and a dark half on every ray."""
    points = star_points(50, 54, 50, 21, 5)
    p.shape(points, p.main)
    for k in range(0, 10, 2):
        p.tint([(50, 54), points[k], points[k + 1]], p.dark, 0.75)
        p.tint([(50, 54), points[k], points[k - 1]], p.light, 0.55)


def star_smiling(p: Pen) -> None:
    """A plump star with round tips and a smile."""
    points = star_points(50, 54, 40, 21, 5)
    p.stroke([*points, points[0], points[1]], p.main, 17)
    p.shape(points, p.main, ink=False)
    for x in (41, 59):
        p.oval(x, 50, 3.4, 5, COAL, ink=False)
        p.tint(arc(x * 1.6 - 30, 60, 4.5, 3), p.dark, 0.7)
    p.stroke(arc(50, 57, 9, 8, 25, 155), COAL, 2.8, ink=False)
    p.tint(petal(50, 22, 100, -6, 16, 6), SNOW, 0.5)


def heart_points(scale: float) -> list[Point]:
    """The outline of a heart around (50, 48)."""
    result = []
    for t in np.linspace(0, 2 * math.pi, 80, endpoint=False):
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        result.append((50 + scale * 16 * math.sin(t) ** 3, 46 - scale * y))
    return result


def heart_glossy(p: Pen) -> None:
    """A plump glossy heart."""
    p.shape(heart_points(2.8), p.main)
    p.tint([(x + 4, y + 5) for x, y in heart_points(2.3)], p.light, 0.35)
    p.tint(petal(24, 34, -60, -10, 22, 9), SNOW, 0.75)


def heart_cushion(p: Pen) -> None:
    """A wide heart sewn of felt, with a seam of stitches along its edge."""
    lobe = [*arc(27, 34, 23, 23, 150, 318), *arc(73, 34, 23, 23, 222, 390)]
    p.shape([*lobe, *curve([(93, 46), (78, 70), (50, 94), (22, 70), (7, 46)], closed=False)[1:-1]], p.main)
    seam = [(50 + (x - 50) * 0.8, 49 + (y - 49) * 0.8) for x, y in [*lobe, (50, 92)]]
    dense: list[Point] = []
    for (xa, ya), (xb, yb) in zip(seam, [*seam[1:], seam[0]], strict=True):
        steps = max(1, round(math.hypot(xb - xa, yb - ya) / 2))
        dense.extend((xa + (xb - xa) * k / steps, ya + (yb - ya) * k / steps) for k in range(steps))
    for k in range(0, len(dense) - 4, 7):
        p.stroke(dense[k : k + 4], p.pale, 2.2, ink=False)


def cup_mug(p: Pen) -> None:
    """A tall mug with a pale band."""
    p.stroke(arc(70, 54, 19, 19, -85, 85), p.dark, 9)
    p.shape([(14, 20), *arc(44, 84, 28, 10, 180, 0), (74, 20)], p.main)
    p.tint([*arc(44, 52, 32, 10, 180, 0), *arc(44, 60, 32, 10, 0, 180)], p.pale)
    p.oval(44, 20, 30, 9, p.light)
    p.oval(44, 21.5, 25, 6.5, p.dark, ink=False)
    p.tint([(20, 32), (27, 34), (28, 84), (22, 80)], SNOW, 0.3)


def cup_saucer(p: Pen) -> None:
    """A low teacup on its saucer."""
    p.oval(48, 80, 46, 11, p.dark)
    p.oval(48, 78, 40, 8, p.light, ink=False)
    p.stroke(arc(80, 46, 13, 13, -110, 100), p.dark, 7)
    p.shape([*arc(46, 36, 38, 46, 0, 180)], p.main)
    p.shape([(34, 78), (58, 78), (61, 84), (31, 84)], p.main)
    p.oval(46, 36, 38, 10, p.light)
    p.oval(46, 38, 33, 7, (134, 84, 48), ink=False)
    p.tint(curve([(14, 48), (19, 48), (30, 72), (24, 68)]), SNOW, 0.35)


def key_old(p: Pen) -> None:
    """An old key with a clover of three rings and a bit of two teeth."""
    p.merge([rounded(76, 56, 84, 78, 1), rounded(89, 56, 97, 74, 1), rounded(40, 45, 98, 57, 3)], p.main)
    p.merge([arc(20, 36, 15, 15), arc(20, 66, 15, 15), arc(33, 51, 15, 15)], p.main)
    for x, y in ((19, 36), (19, 66), (33, 51)):
        p.cut(arc(x, y, 6, 6))
    p.shape(rounded(47, 41, 54, 61, 2), p.dark)
    p.tint([(56, 47), (96, 47), (96, 50), (56, 50)], SNOW, 0.4)


def key_house(p: Pen) -> None:
    """A modern door key with a wide head and a jagged blade."""
    blade = [(38, 40), (92, 40), (99, 48), (93, 56), (88, 62), (82, 56), (76, 63), (70, 56), (63, 64), (57, 58)]
    p.shape([*blade, (50, 62), (38, 62)], p.light)
    p.tint([(40, 46), (94, 46), (94, 50), (40, 50)], p.dark)
    p.shape(rounded(3, 26, 44, 74, 15), p.main)
    p.tint(rounded(20, 32, 39, 68, 8), p.dark, 0.4)
    p.cut(arc(13.5, 50, 5.5, 5.5))


def wheel(p: Pen, x: float, y: float, r: float) -> None:
    """A dark tyre with a steel hub."""
    p.oval(x, y, r, r, COAL)
    p.oval(x, y, r * 0.5, r * 0.5, STEEL, ink=False)


def car_beetle(p: Pen) -> None:
    """A little round car from the side."""
    top = [(3, 66), (6, 54), (20, 48), (32, 30), (50, 24), (68, 30), (80, 47), (93, 54), (97, 68), (90, 75), (10, 75)]
    p.shape(curve(top), p.main)
    p.shape(curve([(29, 46), (37, 33), (48, 30), (48, 46)]), GLASS)
    p.shape(curve([(54, 46), (54, 30), (64, 33), (72, 46)]), GLASS)
    p.stroke([(51, 49), (51, 70)], p.dark, 2, ink=False)
    p.stroke([(55, 54), (61, 54)], COAL, 2.4, ink=False)
    p.oval(92, 59, 4, 5, (255, 240, 170), ink=False)
    for x in (24, 76):
        p.tint(arc(x, 74, 16, 16), p.dark)
        wheel(p, x, 75, 12)


def car_saloon(p: Pen) -> None:
    """An angular car with a long bonnet and bumpers."""
    p.shape([(18, 50), (31, 24), (67, 24), (82, 50)], p.main)
    p.shape([(27, 48), (35, 31), (47, 31), (47, 48)], GLASS)
    p.shape([(52, 48), (52, 31), (63, 31), (72, 48)], GLASS)
    p.shape(rounded(3, 46, 97, 74, 7), p.main)
    p.tint([(3, 60), (97, 60), (97, 62), (3, 62)], p.dark)
    for x in (2, 86):
        p.shape(rounded(x, 66, x + 12, 73, 3), STEEL)
    p.oval(91, 54, 4, 4, (255, 240, 170), ink=False)
    p.stroke([(50, 49), (50, 72)], p.dark, 2, ink=False)
    for x in (25, 74):
        wheel(p, x, 74, 11.5)


def boat_sails(p: Pen) -> None:
    """A sailing boat with one large coloured sail and one pale one."""
    p.stroke([(46, 4), (46, 66)], WOOD, 4)
    p.shape(curve([(51, 8), (70, 28), (88, 58), (51, 60)], closed=False), p.main)
    p.shape(curve([(41, 16), (29, 36), (14, 60), (41, 60)], closed=False), p.pale)
    p.shape([(3, 66), (97, 66), (82, 92), (20, 92)], p.main)
    p.tint([(3, 66), (97, 66), (94, 71), (6, 71)], p.dark)


def boat_steamer(p: Pen) -> None:
    """A steamer with a funnel and a cabin with portholes."""
    p.shape([(52, 12), (70, 12), (72, 40), (50, 40)], p.main)
    p.shape([(51, 10), (71, 10), (71.5, 19), (50.5, 19)], COAL)
    p.shape(rounded(24, 36, 80, 58, 3), p.pale)
    for x in (35, 52, 69):
        p.oval(x, 47, 5, 5, (96, 128, 150), ink=False)
    p.shape(curve([(2, 52), (14, 57), (50, 59), (82, 57), (98, 46), (90, 76), (80, 92), (50, 93), (18, 92)]), p.main)
    p.tint([(0, 79), (100, 79), (100, 100), (0, 100)], p.dark)
    p.oval(84, 66, 4, 4, p.pale, ink=False)


def house_cottage(p: Pen) -> None:
    """A small house from the front, with a darker roof, a door and two windows."""
    p.shape([(68, 12), (78, 12), (78, 36), (68, 36)], p.dark)
    p.shape([(14, 38), (86, 38), (86, 94), (14, 94)], p.main)
    p.shape([(50, 8), (98, 42), (91, 47), (9, 47), (2, 42)], p.dark)
    p.shape([(43, 66), (57, 66), (57, 94), (43, 94)], WOOD)
    for x in (21, 63):
        p.shape(rounded(x, 58, x + 16, 75, 1), GLASS)
        p.stroke([(x + 8, 58), (x + 8, 75)], p.dark, 1.8, ink=False)
        p.stroke([(x, 66), (x + 16, 66)], p.dark, 1.8, ink=False)


def house_tall(p: Pen) -> None:
    """A house seen from its corner, roof and walls in two tones of its colour."""
    p.shape([(34, 44), (90, 44), (90, 94), (34, 94)], p.main)
    p.shape([(6, 44), (20, 22), (34, 44), (34, 94), (6, 94)], p.light)
    p.shape([(70, 6), (80, 6), (80, 28), (70, 28)], WOOD)
    p.shape([(20, 14), (80, 14), (96, 48), (36, 48)], p.dark)
    p.stroke([(20, 15), (4, 46)], p.dark, 5)
    for k in (1, 2):
        p.stroke([(20 + 5.3 * k, 14 + 11.3 * k), (80 + 5.3 * k, 14 + 11.3 * k)], p.main, 1.5, ink=False)
    p.oval(20, 44, 6, 6, GLASS)
    p.shape([(13, 66), (27, 66), (27, 94), (13, 94)], WOOD)
    for x in (43, 67):
        p.shape(rounded(x, 58, x + 14, 78, 1), GLASS)


def tree_round(p: Pen) -> None:
    """A leafy tree with a cloud of foliage on a brown trunk."""
    p.shape(curve([(42, 58), (44, 80), (36, 97), (50, 94), (64, 97), (56, 80), (58, 58)]), WOOD)
    blobs = [(26, 46, 21), (38, 24, 20), (62, 22, 20), (76, 44, 21), (50, 50, 24), (34, 58, 15), (66, 58, 15)]
    p.merge([arc(x, y, r, r) for x, y, r in blobs], p.main)
    for x, y, r in ((38, 22, 10), (66, 24, 9), (28, 44, 9), (54, 44, 10)):
        p.tint(arc(x - 2, y - 2, r, r), p.light, 0.55)
    for x, y, r in ((40, 64, 6), (68, 58, 8), (82, 48, 7)):
        p.tint(arc(x, y, r, r), p.dark, 0.5)


def tree_fir(p: Pen) -> None:
    """A fir tree of three tiers."""
    p.shape(rounded(43, 78, 57, 98, 2), WOOD)
    for top, bottom, half in ((44, 84, 40), (24, 60, 32), (3, 37, 24)):
        edge = [(50 + half, bottom), *arc(50, bottom - 2, half, 6, 20, 160), (50 - half, bottom)]
        p.shape([(50, top), *edge], p.main)
        p.tint([(50, top), (50 - half, bottom), (50 - half * 0.45, bottom + 3)], p.light, 0.55)
        p.tint([(50, top), (50 + half, bottom), (50 + half * 0.4, bottom + 3)], p.dark, 0.6)


def mushroom_spots(p: Pen) -> None:
    """A toadstool with a wide domed cap and pale spots."""
    p.shape(curve([(40, 52), (39, 74), (34, 92), (50, 97), (66, 92), (61, 74), (60, 52)]), STALK)
    p.shape([*arc(50, 52, 47, 46, 180, 360), *arc(50, 52, 47, 13, 0, 180)], p.main)
    p.tint([*arc(50, 52, 47, 13, 0, 180), *arc(50, 50, 47, 8, 180, 0)], p.dark, 0.7)
    for x, y, r in ((50, 26, 9), (24, 40, 7), (76, 38, 8), (45, 48, 5), (64, 18, 4), (30, 22, 4)):
        p.oval(x, y, r, r * 0.85, p.pale, ink=False)


def mushroom_bell(p: Pen) -> None:
    """A mushroom with a high pointed cap, gills beneath and a ring on the stalk."""
    p.shape(curve([(41, 58), (42, 80), (36, 96), (50, 98), (64, 96), (58, 80), (59, 58)]), STALK)
    p.oval(50, 59, 38, 9, (196, 172, 138))
    for x in (24, 33, 42, 50, 58, 67, 76):
        p.stroke([(50 + (x - 50) * 0.5, 60), (x, 65)], (150, 124, 94), 1.4, ink=False)
    p.shape(
        curve([(50, 3), (66, 14), (84, 42), (90, 60), (70, 57), (50, 55), (30, 57), (10, 60), (16, 42), (34, 14)]),
        p.main,
    )
    for points in ([(30, 22), (20, 52)], [(50, 12), (50, 50)], [(70, 22), (80, 52)]):
        p.tint(petal(*points[0], math.degrees(math.atan2(30, points[1][0] - points[0][0])), 0, 34, 6), p.dark, 0.7)
    p.shape(curve([(36, 74), (50, 70), (64, 74), (60, 80), (50, 78), (40, 80)]), STALK)


def flower_daisy(p: Pen) -> None:
    """A daisy with a stem and two leaves."""
    p.stroke(curve([(50, 40), (52, 70), (48, 97)], closed=False), GRASS, 4.5)
    p.shape(petal(50, 86, -35, 2, 26, 11), GRASS)
    p.shape(petal(50, 90, -145, 2, 26, 11), GRASS)
    for k in range(9):
        p.shape(petal(50, 36, 40 * k + 10, 6, 29, 20), p.main)
    for k in range(9):
        p.tint(petal(50, 36, 40 * k + 10, 8, 16, 4), p.dark, 0.5)
    p.oval(50, 36, 11, 11, p.heart)


def flower_tulip(p: Pen) -> None:
    """A tulip with two long leaves."""
    p.stroke([(50, 50), (50, 97)], GRASS, 5)
    blade = curve([(50, 96), (30, 84), (20, 60), (38, 72), (50, 92)])
    p.shape(blade, GRASS)
    p.shape(flipped(blade), GRASS)
    p.shape(curve([(50, 58), (34, 40), (50, 6), (66, 40)]), p.dark)
    side = curve([(50, 60), (30, 58), (20, 38), (22, 8), (38, 24), (51, 46)])
    p.shape(side, p.main)
    p.shape(flipped(side), p.main)
    p.tint(petal(27, 18, 80, 0, 32, 5), p.light, 0.7)
    p.tint(petal(73, 18, 100, 0, 32, 5), p.light, 0.7)


def flower_blossom(p: Pen) -> None:
    """An open blossom of five broad petals, without a stem."""
    for k in range(5):
        p.shape(petal(50, 52, 72 * k - 90, 4, 44, 44), p.main)
    for k in range(5):
        p.tint(petal(50, 52, 72 * k - 90, 10, 22, 9), p.dark, 0.6)
    p.oval(50, 52, 13, 13, p.heart)
    for k in range(6):
        p.oval(50 + 7 * math.cos(k * 1.047), 52 + 7 * math.sin(k * 1.047), 1.8, 1.8, (150, 100, 40), ink=False)


def leaf_beech(p: Pen) -> None:
    """A pointed oval leaf, aslant, with a midrib and side veins."""
    p.stroke([(26, 76), (6, 96)], WOOD, 4.5)
    p.shape(curve([(24, 78), (18, 52), (34, 24), (66, 8), (97, 3), (92, 36), (78, 66), (50, 82)]), p.main)
    p.tint(curve([(24, 78), (92, 8), (97, 3), (92, 36), (78, 66), (50, 82)], closed=False), p.dark, 0.4)
    p.stroke([(24, 78), (88, 12)], p.pale, 2.6, ink=False)
    for t in (0.18, 0.38, 0.58, 0.76):
        x, y = 24 + 64 * t, 78 - 66 * t
        reach = 26 * (1 - abs(t - 0.4))
        p.stroke([(x, y), (x + reach, y + 2)], p.pale, 1.8, ink=False)
        p.stroke([(x, y), (x - 1, y - reach)], p.pale, 1.8, ink=False)


def leaf_maple(p: Pen) -> None:
    """A maple leaf with five lobes."""
    p.stroke([(50, 72), (52, 98)], WOOD, 4.5)
    half = [(50, 2), (57, 18), (67, 13), (64, 36), (80, 22), (83, 31), (97, 30), (89, 46), (95, 53), (73, 70), (76, 78)]
    p.shape([*half, (50, 76), *flipped(half)[:-1]], p.main)
    p.tint([*half, (50, 76)], p.dark, 0.3)
    for x, y in ((50, 14), (78, 38), (22, 38), (70, 70), (30, 70)):
        p.stroke([(50, 74), (x, y)], p.pale, 2, ink=False)


def arrow_straight(p: Pen) -> None:
    """A thick straight arrow with a darker underside."""
    p.shape([(3, 36), (52, 36), (52, 12), (97, 50), (52, 88), (52, 64), (3, 64)], p.main)
    p.tint([(3, 53), (97, 50), (52, 88), (52, 64), (3, 64)], p.dark, 0.6)
    p.tint([(7, 40), (54, 40), (54, 43), (7, 43)], SNOW, 0.4)


def arrow_bent(p: Pen) -> None:
    """An arrow that comes from below and bends to the side."""
    tail = [(12, 96), *arc(58, 76, 46, 46, 180, 270)]
    head = [(58, 10), (97, 42), (58, 74)]
    p.shape([*tail, *head, *arc(58, 76, 20, 20, 270, 180), (38, 96)], p.main)
    p.tint(
        [*arc(58, 76, 33, 33, 180, 270), (97, 42), (58, 74), *arc(58, 76, 20, 20, 270, 180), (38, 96), (25, 96)],
        p.dark,
        0.5,
    )


def arrow_notched(p: Pen) -> None:
    """An upright arrow with a barbed head and a notched tail, like one on a road sign."""
    half = [(50, 3), (90, 52), (64, 46), (62, 92)]
    p.shape([*half, (50, 82), *flipped(half)[:-1]], p.main)
    p.tint([*half, (50, 82)], p.dark, 0.45)


def hat_top(p: Pen) -> None:
    """A tall top hat with a ribbon."""
    p.oval(50, 80, 47, 14, p.main)
    p.tint(arc(50, 82, 44, 11), p.dark, 0.5)
    p.shape(
        [(20, 12), *curve([(20, 12), (27, 44), (25, 78)], closed=False), *arc(50, 78, 25, 8, 180, 0), (80, 12)], p.main
    )
    p.tint([*arc(50, 64, 28, 8, 180, 0), *arc(50, 78, 28, 8, 0, 180)], p.pale if sum(p.main) < 300 else COAL)
    p.oval(50, 13, 30, 8, p.light)
    p.tint(curve([(30, 22), (36, 23), (38, 58), (33, 58)]), SNOW, 0.35)


def hat_sun(p: Pen) -> None:
    """A soft sun hat with a wide brim, a ribbon and a bow."""
    p.shape(curve([(2, 66), (24, 56), (50, 53), (76, 56), (98, 66), (84, 80), (50, 86), (16, 80)]), p.main)
    p.tint(arc(50, 70, 38, 10), p.dark, 0.5)
    p.shape([*arc(50, 62, 29, 44, 180, 360), *arc(50, 62, 29, 9, 0, 180)], p.main)
    ribbon = WOOD if p.pale == CREAM else (120, 132, 150)
    p.tint([*arc(50, 52, 31, 9, 180, 0), *arc(50, 62, 31, 10, 0, 180)], ribbon)
    for side in (-1, 1):
        p.shape(curve([(68, 66), (68 + side * 10, 58), (68 + side * 11, 73)]), ribbon)
    p.tint(petal(40, 26, 120, -8, 18, 8), SNOW, 0.35)


def crown_spikes(p: Pen) -> None:
    """A flat crown with five spikes that end in balls, over a jewelled band."""
    p.shape([(12, 88), (5, 30), (29, 58), (50, 16), (71, 58), (95, 30), (88, 88)], p.main)
    p.shape(rounded(10, 74, 90, 92, 4), p.dark)
    for x, y in ((6, 27), (50, 13), (94, 27)):
        p.oval(x, y, 6.5, 6.5, p.main)
    for x in (26, 50, 74):
        p.oval(x, 83, 5, 5, p.pale, ink=False)
    p.tint([(50, 28), (60, 60), (50, 70), (40, 60)], p.light, 0.6)


def crown_round(p: Pen) -> None:
    """A round crown seen a little from above, with its far side showing."""
    p.shape([(10, 40), (30, 24), (40, 40), (50, 20), (60, 40), (70, 24), (90, 40), (86, 74), (14, 74)], p.dark)
    front = [(4, 26), (22, 56), (34, 32), (50, 62), (66, 32), (78, 56), (96, 26)]
    p.shape([*front, *arc(50, 78, 38, 14, 0, 180)], p.main)
    p.tint([*arc(50, 68, 44, 14, 0, 180), *arc(50, 72, 44, 14, 180, 0)], p.pale)
    for x, y in ((4, 25), (34, 30), (66, 30), (96, 25)):
        p.oval(x, y, 4.5, 4.5, p.light)
    for x, y in ((28, 80), (50, 84), (72, 80)):
        p.shape([(x, y - 6), (x + 5, y), (x, y + 6), (x - 5, y)], p.dark, ink=False)


def scallops(y: float, half: float, number: int, depth: float) -> list[Point]:
    """The lower edge of an umbrella from right to left: hollows between the ribs."""
    width = 2 * half / number
    edge: list[Point] = []
    for k in reversed(range(number)):
        edge.extend(arc(50 - half + width * (k + 0.5), y, width / 2, depth, 360, 180))
    return edge


def rib(reach: float) -> list[Point]:
    """A rib of a round umbrella from the tip to the edge, so far to the right of the pole at the edge."""
    return [(50 + reach * math.sin(t), 54 - 46 * math.cos(t)) for t in np.linspace(0, math.pi / 2, 25)]


def umbrella_round(p: Pen) -> None:
    """An open umbrella with a deep round canopy and a hooked handle."""
    p.stroke([(50, 2), (50, 86), *arc(42, 86, 8, 9, 0, 170)], WOOD, 4.5)
    p.shape([*arc(50, 54, 47, 46, 180, 360), *scallops(54, 47, 4, 7)], p.main)
    for one, two in ((-47, -23.5), (0, 23.5)):
        p.tint([*rib(one), *reversed(rib(two))], p.dark, 0.65)
    p.tint(petal(34, 26, 130, -9, 18, 7), SNOW, 0.4)


def umbrella_flat(p: Pen) -> None:
    """A garden umbrella with a pointed canopy, a pale edge and a straight pole."""
    p.stroke([(50, 4), (50, 92)], STEEL, 4.5)
    p.oval(50, 93, 6, 5, COAL)
    p.oval(50, 7, 4.5, 4.5, COAL)
    side = curve([(50, 8), (68, 24), (98, 60)], closed=False)
    inner = curve([(50, 8), (56, 30), (66, 64)], closed=False)
    outer = curve([(50, 8), (62, 30), (82, 64)], closed=False)
    p.shape([*side, *scallops(60, 48, 6, 6), *flipped(side)], p.main)
    p.tint([*inner, *flipped(inner)], p.light, 0.7)
    p.tint([*outer, (98, 64), *reversed(side)], p.dark, 0.6)


def bell_classic(p: Pen) -> None:
    """A bell with a loop on top and its clapper showing."""
    p.stroke(arc(50, 11, 7, 7), p.dark, 4.5)
    p.oval(50, 88, 10, 9, WOOD)
    half = curve([(50, 15), (66, 20), (74, 36), (77, 58), (84, 72), (95, 82)], closed=False)
    p.shape([*half, *arc(50, 82, 45, 7, 0, 180), *flipped(half)], p.main)
    p.tint([*arc(50, 82, 46, 7, 0, 180), *arc(50, 74, 46, 7, 180, 0)], p.dark, 0.8)
    p.tint(curve([(36, 26), (42, 26), (38, 62), (30, 64)]), SNOW, 0.5)


def bell_hand(p: Pen) -> None:
    """A hand bell with a wooden handle."""
    p.shape(curve([(45, 34), (43, 14), (50, 2), (57, 14), (55, 34)]), WOOD)
    p.shape(rounded(39, 30, 61, 38, 3), STEEL)
    half = curve([(50, 36), (68, 40), (76, 60), (80, 76), (92, 88)], closed=False)
    p.shape([*half, *arc(50, 88, 42, 9, 0, 180), *flipped(half)], p.main)
    p.oval(50, 88, 42, 9, p.dark)
    p.oval(50, 89, 34, 6, shaded(p.dark, 0.6), ink=False)
    p.oval(50, 90, 9, 6, BRASS, ink=False)
    p.tint([*arc(50, 60, 40, 7, 180, 0), *arc(50, 66, 40, 7, 0, 180)], p.dark, 0.7)
    p.tint(curve([(34, 48), (40, 46), (36, 74), (28, 78)]), SNOW, 0.4)


def drum_ropes(p: Pen) -> None:
    """A marching drum with zigzag ropes between two hoops."""
    p.shape([(8, 26), *arc(50, 80, 42, 14, 180, 0), (92, 26)], p.main)
    tops = [(8 + 84 * k / 6, 26 + 13 * math.sin(math.pi * k / 6)) for k in range(7)]
    lows = [(8 + 84 * (k + 0.5) / 6, 78 + 13 * math.sin(math.pi * (k + 0.5) / 6)) for k in range(6)]
    for k in range(6):
        p.stroke([tops[k], lows[k], tops[k + 1]], p.pale, 2.4, ink=False)
    p.shape([*arc(50, 74, 43, 14, 180, 0), *arc(50, 82, 43, 14, 0, 180)], p.dark)
    p.shape([*arc(50, 24, 43, 14, 180, 360), *arc(50, 33, 43, 14, 0, 180)], p.dark)
    p.oval(50, 24, 43, 14, p.dark)
    p.oval(50, 24, 37, 11, CREAM, ink=False)


def drum_sticks(p: Pen) -> None:
    """A shallow drum with two sticks across its skin."""
    p.shape([(5, 40), *arc(50, 78, 45, 16, 180, 0), (95, 40)], p.main)
    for x, y in ((18, 56), (50, 64), (82, 56)):
        p.shape(rounded(x - 2.5, y, x + 2.5, y + 20, 2), STEEL)
    p.oval(50, 40, 46, 16, p.main)
    p.oval(50, 39, 37, 11, CREAM, ink=False)
    for ends in ([(20, 16), (62, 42)], [(82, 14), (38, 43)]):
        p.stroke(ends, WOOD, 4)
        p.oval(*ends[1], 4.5, 3.8, WOOD)


def fish_round(p: Pen) -> None:
    """A plump fish with scales."""
    p.shape(curve([(68, 50), (84, 28), (98, 22), (92, 50), (98, 78), (84, 72)]), p.dark)
    p.shape(curve([(30, 32), (44, 10), (64, 16), (66, 34)]), p.dark)
    p.shape(curve([(40, 70), (48, 88), (60, 84), (58, 68)]), p.dark)
    p.shape(curve([(3, 52), (14, 34), (40, 24), (64, 34), (80, 50), (64, 68), (40, 78), (14, 68)]), p.main)
    for x, rows in ((40, (40, 52, 64)), (50, (46, 58)), (60, (40, 52, 64))):
        for y in rows:
            p.stroke(arc(x, y, 6, 6, -70, 70), p.dark, 2, ink=False)
    p.eye(20, 46, 6.5)
    p.stroke(arc(8, 58, 8, 6, 10, 90), COAL, 2, ink=False)


def fish_tropical(p: Pen) -> None:
    """A tall flat fish with long fins and pale stripes."""
    p.shape(curve([(34, 34), (54, 6), (84, 2), (70, 24), (68, 42)]), p.dark)
    p.shape(curve([(34, 66), (54, 94), (84, 98), (70, 76), (68, 58)]), p.dark)
    p.shape([(70, 50), (97, 30), (91, 50), (97, 70)], p.dark)
    p.shape(curve([(4, 52), (22, 32), (44, 18), (66, 32), (78, 50), (66, 68), (44, 82), (22, 68)]), p.main)
    for x in (32, 54):
        p.tint([*arc(x, 50, 8, 44, -90, 90), *arc(x - 6, 50, 8, 44, 90, -90)], p.pale)
    p.eye(19, 46, 5.5)
    p.stroke([(6, 56), (12, 57)], COAL, 2, ink=False)


def duck_rubber(p: Pen) -> None:
    """A rubber duck, afloat."""
    p.shape(curve([(20, 34), (2, 37), (4, 43), (20, 46)]), p.beak)
    body = [(12, 64), (24, 54), (44, 52), (66, 60), (84, 54), (97, 42), (94, 70), (78, 88), (46, 93), (18, 84)]
    p.merge([curve(body), arc(36, 32, 24, 24), curve([(20, 50), (50, 46), (52, 66), (22, 68)])], p.main)
    p.shape(curve([(44, 68), (62, 66), (84, 62), (76, 78), (56, 82)]), p.dark)
    p.eye(29, 27, 6)
    p.tint(petal(44, 16, 20, -7, 14, 6), SNOW, 0.5)


def duck_standing(p: Pen) -> None:
    """A duck that stands on two webbed feet."""
    for x in (46, 60):
        p.stroke([(x, 74), (x, 92)], p.beak, 4)
        p.shape([(x + 3, 90), (x - 14, 97), (x + 4, 97)], p.beak)
    p.shape([(18, 17), (2, 24), (4, 29), (20, 27)], p.beak)
    neck = curve([(18, 30), (38, 26), (42, 46), (38, 62), (24, 60)])
    body = curve([(22, 58), (40, 44), (66, 48), (84, 46), (98, 34), (92, 60), (74, 80), (44, 83), (26, 74)])
    p.merge([neck, body, arc(28, 20, 15, 15)], p.main)
    p.tint([(14, 37), (48, 34), (48, 39), (14, 42)], p.pale)
    p.shape(curve([(42, 58), (62, 54), (86, 54), (74, 70), (54, 74)]), p.dark)
    p.eye(24, 17, 4.5)


def crescent(outer: float, inner: float, shift: float) -> list[Point]:
    """The outline of a moon around (50, 50), its hollow side to the right."""
    x = (shift**2 + outer**2 - inner**2) / (2 * shift)
    y = math.sqrt(outer**2 - x**2)
    far, near = math.degrees(math.atan2(y, x)), math.degrees(math.atan2(y, x - shift))
    return [*arc(50, 50, outer, outer, far, 360 - far), *arc(50 + shift, 50, inner, inner, 360 - near, near)]


def moon_craters(p: Pen) -> None:
    """A crescent moon with a few craters."""
    p.shape(crescent(47, 39, 26), p.main)
    for x, y, r in ((18, 44, 6), (26, 70, 7), (32, 24, 4.5), (14, 60, 3), (46, 84, 3.5)):
        p.tint(arc(x, y, r, r), p.dark, 0.8)
        p.tint(arc(x + 0.8, y + 1, r * 0.75, r * 0.75), p.main, 0.6)


def moon_sleeping(p: Pen) -> None:
    """A fat crescent moon with a sleeping face."""
    p.merge([crescent(47, 40, 34), curve([(48, 44), (58, 54), (54, 60), (46, 58)])], p.main)
    p.stroke(arc(36, 40, 7, 6, 20, 160), COAL, 2.8, ink=False)
    p.stroke(arc(46, 68, 8, 6, 60, 170), COAL, 2.6, ink=False)
    p.tint(arc(30, 58, 6, 5), p.dark, 0.6)
    p.tint(arc(50, 50, 46, 46, 130, 230) + arc(56, 50, 46, 46, 230, 130), p.light, 0.7)


DESIGNS: dict[str, tuple[Callable[[Pen], None], ...]] = {
    "ball": (ball_beach, ball_rubber, ball_football),
    "block": (block_cube, block_brick),
    "star": (star_facets, star_smiling),
    "heart": (heart_glossy, heart_cushion),
    "cup": (cup_mug, cup_saucer),
    "key": (key_old, key_house),
    "car": (car_beetle, car_saloon),
    "boat": (boat_sails, boat_steamer),
    "house": (house_cottage, house_tall),
    "tree": (tree_round, tree_fir),
    "mushroom": (mushroom_spots, mushroom_bell),
    "flower": (flower_daisy, flower_tulip, flower_blossom),
    "leaf": (leaf_beech, leaf_maple),
    "arrow": (arrow_straight, arrow_bent, arrow_notched),
    "hat": (hat_top, hat_sun),
    "crown": (crown_spikes, crown_round),
    "umbrella": (umbrella_round, umbrella_flat),
    "bell": (bell_classic, bell_hand),
    "drum": (drum_ropes, drum_sticks),
    "fish": (fish_round, fish_tropical),
    "duck": (duck_rubber, duck_standing),
    "moon": (moon_craters, moon_sleeping),
}
KINDS = tuple(DESIGNS)


@dataclass(frozen=True)
class Style:
    """How all toys of a scene are drawn."""

    outline: str  # "none", "dark" or "tone" (a dark tone of the toy's own colour)
    round_off: float  # how much the toys darken towards their edges
    slope: float  # how much the light falls off from the upper left to the lower right


def pick_style(rng: np.random.Generator) -> Style:
    """A style for one scene."""
    outline = ("none", "dark", "tone")[rng.integers(3)]
    return Style(outline, float(rng.uniform(0.05, 0.28)), float(rng.uniform(0.03, 0.16)))


def toned(colour: str, rng: np.random.Generator) -> Colour:
    """The exact tone of a named colour for one toy, a little off the standard."""
    reach = 4 if colour == "white" else 9
    r, g, b = (int(np.clip(c + rng.integers(-reach, reach + 1), 0, 255)) for c in COLOURS[colour])
    return r, g, b


def draw_toy(kind: str, design: int, colour: str, length: int, style: Style, rng: np.random.Generator) -> np.ndarray:
    """A toy as an array (height, width, 4) of RGBA bytes, its longer dimension as long as asked."""
    main = toned(colour, rng)
    ink = {"none": None, "dark": (44, 40, 48), "tone": shaded(main, 0.6 if colour == "white" else 0.48)}[style.outline]
    if ink is None and colour == "white":
        ink = shaded(main, 0.74)
    pen = Pen(colour, main, ink, float(rng.uniform(-18, 18)), bool(rng.random() < 0.5))
    DESIGNS[kind][design](pen)
    whole = pen.image.crop(pen.image.getbbox())
    scale = length / max(whole.size)
    width, height = (max(1, round(side * scale)) for side in whole.size)
    toy = np.asarray(whole.resize((width, height), Image.Resampling.BOX), dtype=float)
    down, across = np.mgrid[0:height, 0:width]
    light = 1 + style.slope * (1 - (down / height + across / width))
    framed = np.pad(toy[..., 3], 8).astype(np.uint8)
    soft = np.asarray(Image.fromarray(framed).filter(ImageFilter.GaussianBlur(length / 14)), dtype=float)
    edge = np.clip(soft[8:-8, 8:-8] / 255 * 2 - 1, 0, 1)
    light = light * (1 - style.round_off * (1 - edge) * 0.8)
    return np.dstack([np.clip(toy[..., :3] * light[..., None], 0, 255), toy[..., 3]]).round().astype(np.uint8)


# ---------------------------------------------------------------------------------------------------------------------
# Surfaces
# ---------------------------------------------------------------------------------------------------------------------

GROUNDS: tuple[Colour, ...] = (
    (178, 164, 142),
    (126, 116, 106),
    (206, 198, 184),
    (92, 98, 110),
    (154, 168, 164),
    (72, 64, 62),
    (186, 196, 202),
    (140, 132, 148),
    (108, 122, 112),
    (196, 178, 168),
    (150, 122, 96),
    (54, 62, 74),
)


def blotches(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Smooth noise of mean 0 and deviation about 1, with so many grains down and across the picture."""
    grains = rng.normal(size=(rows, columns)).astype(np.float32)
    return np.asarray(Image.fromarray(grains).resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=float)


def wooden(rng: np.random.Generator) -> np.ndarray:
    """Changes of brightness of wooden boards."""
    change = 5 * blotches(rng, 96, 5) + 3 * blotches(rng, 150, 12) + rng.normal(0, 1.5, (SIDE, SIDE))
    height = int(rng.integers(34, 64))
    for top in range(-int(rng.integers(height)), SIDE, height):
        rows = slice(max(0, top), top + height)
        change[rows] += rng.normal(0, 7)
        if top > 0:
            change[top : top + 2] -= 26
    return change if rng.random() < 0.5 else change.T


def woven(rng: np.random.Generator) -> np.ndarray:
    """Changes of brightness of a cloth, plain or with a pattern of checks or stripes."""
    down, across = np.mgrid[0:SIDE, 0:SIDE]
    change = 4 * np.sin(down * 2.1) + 4 * np.sin(across * 2.1) + 3 * blotches(rng, 5, 5)
    period, depth = int(rng.integers(18, 40)), float(rng.uniform(6, 12))
    pattern = rng.integers(3)
    if pattern >= 1:
        change += depth * (across // period % 2)
    if pattern == 2:
        change += depth * (down // period % 2)
    return change + rng.normal(0, 3, (SIDE, SIDE))


def tiled(rng: np.random.Generator) -> np.ndarray:
    """Changes of brightness of square tiles with joints."""
    size, joint = int(rng.integers(40, 70)), (-24 if rng.random() < 0.6 else 18)
    down, across = np.mgrid[0:SIDE, 0:SIDE] + rng.integers(size, size=(2, 1, 1))
    shades = rng.normal(0, 4, (SIDE // size + 3, SIDE // size + 3))
    change = shades[down // size, across // size] + 3 * blotches(rng, 12, 12)
    change[(down % size < 2) | (across % size < 2)] = joint
    return change + rng.normal(0, 1.5, (SIDE, SIDE))


def mottled(rng: np.random.Generator) -> np.ndarray:
    """Changes of brightness of stone or a carpet."""
    return sum((3.5 * blotches(rng, n, n) for n in (4, 14, 48)), rng.normal(0, rng.uniform(2, 9), (SIDE, SIDE)))


def plain(rng: np.random.Generator) -> np.ndarray:
    """Changes of brightness of a smooth board or sheet of paper."""
    return 2.5 * blotches(rng, 4, 4) + rng.normal(0, 1.5, (SIDE, SIDE))


SURFACES = (wooden, woven, tiled, mottled, plain)


def surface(colours: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """A surface (SIDE, SIDE, 3) on which toys of these colours stand out."""

    def distance(ground: Colour) -> float:
        """How far a ground is from the nearest colour of a toy."""
        return min(math.dist(ground, COLOURS[colour]) for colour in colours)

    far = [ground for ground in GROUNDS if distance(ground) >= 95] or [max(GROUNDS, key=distance)]
    ground = np.array(far[rng.integers(len(far))], dtype=float)
    texture = SURFACES[rng.integers(len(SURFACES))](rng)
    return ground + texture[..., None] * (0.7 + 0.3 * ground / ground.max())


def lit(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture under some light: a slope of brightness, a slight tint, a little noise."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1) - 0.5
    angle, depth = rng.uniform(0, 2 * math.pi), rng.uniform(0, 0.16)
    slope = rng.uniform(0.9, 1.03) + depth * (math.cos(angle) * across + math.sin(angle) * down)
    warmth = rng.uniform(-0.03, 0.03)
    tinted = picture * slope[..., None] * np.array([1 + warmth, 1.0, 1 - warmth])
    return np.clip(tinted + rng.normal(0, rng.uniform(0.5, 2.5), tinted.shape), 0, 255).round().astype(np.uint8)


# ---------------------------------------------------------------------------------------------------------------------
# Scenes
# ---------------------------------------------------------------------------------------------------------------------


class Noun(NamedTuple):
    """A phrase such as "the small red cup"; None where a part is not said."""

    size: str | None = None
    colour: str | None = None
    kind: str | None = None


TOY = Noun()


@dataclass(frozen=True)
class Toy:
    """A toy in the picture: what it is called, and the pixels of it that are seen."""

    name: Noun
    mask: np.ndarray

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the visible part."""
        rows, columns = np.flatnonzero(self.mask.any(axis=1)), np.flatnonzero(self.mask.any(axis=0))
        return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


GAP = 3  # least number of pixels between two toys


def grown(mask: np.ndarray) -> np.ndarray:
    """A mask made wider by the gap on all sides; it comes out larger by twice the gap."""
    wide = Image.fromarray(np.pad(mask, 2 * GAP).astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(2 * GAP + 1))
    return np.asarray(wide)[GAP:-GAP, GAP:-GAP] > 0


def on_picture(mask: np.ndarray, x: int, y: int) -> np.ndarray:
    """A small mask as a mask of the whole picture, its upper left corner at x, y (cut off at the sides)."""
    whole = np.zeros((SIDE + 4 * GAP, SIDE + 4 * GAP), dtype=bool)
    whole[y + 2 * GAP : y + 2 * GAP + mask.shape[0], x + 2 * GAP : x + 2 * GAP + mask.shape[1]] = mask
    return whole[2 * GAP : -2 * GAP, 2 * GAP : -2 * GAP]


def layout(masks: Sequence[np.ndarray], lap: bool, rng: np.random.Generator) -> list[tuple[int, int]] | None:
    """Upper left corners for all masks in turn, or None if they found no room.

    All keep their distance, but with lap the last one covers a little of one other.
    """
    spots: list[tuple[int, int]] = []
    laid: list[np.ndarray] = []
    taken = np.zeros((SIDE, SIDE), dtype=bool)
    for k, mask in enumerate(masks):
        height, width = mask.shape
        laps = lap and k == len(masks) - 1
        wide = grown(mask)
        for _ in range(250 if laps else 70):
            x, y = int(rng.integers(2, SIDE - width - 1)), int(rng.integers(2, SIDE - height - 1))
            if not laps:
                fits = not (on_picture(wide, x - GAP, y - GAP) & taken).any()
            else:
                here = on_picture(mask, x, y)
                hidden = [float((here & other).sum() / other.sum()) for other in laid]
                fits = 0.03 <= max(hidden) <= 0.14 and sum(share > 0 for share in hidden) == 1
            if fits:
                break
        else:
            return None
        spots.append((x, y))
        laid.append(on_picture(mask, x, y))
        taken |= laid[-1]
    return spots


def cast(lone: str, banned: frozenset[str], rng: np.random.Generator) -> list[Noun]:
    """The toys of a scene, few kinds and colours so that they repeat; lone is a kind to be there just once, or ""."""
    number = int(rng.choice([3, 4, 5, 6, 7, 8], p=[0.08, 0.17, 0.25, 0.23, 0.17, 0.10]))
    kinds = [kind for kind in KINDS if kind not in banned and kind != lone]
    kinds = list(rng.choice(kinds, size=int(rng.integers(1, 2 + number // 2)), replace=False))
    colours = list(rng.choice(list(COLOURS), size=int(rng.integers(2, 3 + number // 2)), replace=False))
    chance = 0.5 if number <= 5 else 0.35
    names: list[Noun] = []
    while len(names) < number:
        kind = lone if lone and not names else str(rng.choice(kinds))
        name = Noun("big" if rng.random() < chance else "small", str(rng.choice(colours)), kind)
        if name not in names:
            names.append(name)
        elif rng.random() < 0.2:
            colours.append(str(rng.choice(list(COLOURS))))
    return names


def shadowed(picture: np.ndarray, alpha: np.ndarray, x: int, y: int, fall: Sequence[float]) -> np.ndarray:
    """The picture with the shadow of a toy; fall is the way it falls across and down, its blur and its strength."""
    across, down, blur, strength = fall
    layer = Image.new("L", (SIDE, SIDE), 0)
    layer.paste(Image.fromarray(alpha), (x + round(across), y + round(down)))
    soft = np.asarray(layer.filter(ImageFilter.GaussianBlur(blur)), dtype=float) / 255
    return picture * (1 - strength * soft[..., None])


def stage(names: Sequence[Noun], rng: np.random.Generator) -> tuple[np.ndarray, list[Toy]] | None:
    """A picture of these toys, and where they are; None if they found no room."""
    style = pick_style(rng)
    order = sorted(names, key=lambda name: name.size or "")
    sprites: list[np.ndarray] = []
    for name in order:
        low, high = SIZES[str(name.size)]
        design = int(rng.integers(len(DESIGNS[str(name.kind)])))
        length = int(rng.integers(low, high + 1))
        sprites.append(draw_toy(str(name.kind), design, str(name.colour), length, style, rng))
    masks = [sprite[..., 3] >= 128 for sprite in sprites]
    spots = layout(masks, bool(rng.random() < 0.1), rng)
    if spots is None:
        return None
    picture = surface([str(name.colour) for name in names], rng)
    fall = rng.uniform((-3, 1, 1.2, 0.2), (3, 4, 3, 0.45)).tolist()
    for sprite, (x, y) in zip(sprites, spots, strict=True):
        picture = shadowed(picture, sprite[..., 3], x, y, fall)
        part = (slice(y, y + sprite.shape[0]), slice(x, x + sprite.shape[1]))
        cover = sprite[..., 3:] / 255.0
        picture[part] = picture[part] * (1 - cover) + sprite[..., :3] * cover
    covered = np.zeros((SIDE, SIDE), dtype=bool)
    toys: list[Toy] = []
    for name, mask, (x, y) in reversed(list(zip(order, masks, spots, strict=True))):
        whole = on_picture(mask, x, y)
        toys.append(Toy(name, whole & ~covered))
        covered |= whole
    return lit(picture, rng), toys


# ---------------------------------------------------------------------------------------------------------------------
# Questions
# ---------------------------------------------------------------------------------------------------------------------

# Kinds that may not be in a scene with a question for the use of a kind, as a phrase might fit them as well.
RIVALS: dict[str, frozenset[str]] = {kind: frozenset() for kind in KINDS} | {
    kind: frozenset(rivals.split())
    for kind, rivals in {
        "block": "house cup",
        "star": "moon tree",
        "heart": "drum flower",
        "car": "boat",
        "boat": "fish duck car",
        "house": "mushroom tree boat car",
        "tree": "leaf mushroom flower umbrella house",
        "mushroom": "tree flower leaf hat fish",
        "flower": "leaf tree heart mushroom",
        "leaf": "tree flower mushroom",
        "hat": "crown umbrella",
        "crown": "hat",
        "umbrella": "hat house car",
        "bell": "drum",
        "drum": "bell heart",
        "fish": "duck boat",
        "duck": "fish",
        "moon": "star",
    }.items()
}
WAYS: dict[str, tuple[int, int]] = {  # axis of the boxes and sign along which a toy comes sooner
    "left": (0, 1),
    "right": (0, -1),
    "top": (1, 1),
    "bottom": (1, -1),
}
MARGIN = 10.0  # least difference of two centres, in pixels, that decides an answer
PARTS = ("size", "colour", "kind")


@dataclass(frozen=True)
class Question:
    """A question of some form, in no words yet."""

    form: str
    target: int | None  # index of the toy that answers it, None if no toy does
    noun: Noun = TOY  # what is looked for
    other: Noun = TOY  # the toy that it stands in a relation to
    way: str = ""  # direction, extreme, kind (of a use) or the value that is denied
    rank: int = 1


class Scene:
    """The toys of a scene with all that questions need to know of them."""

    def __init__(self, toys: Sequence[Toy]) -> None:
        """Measure the toys and list all nouns that name some of them."""
        self.names = [toy.name for toy in toys]
        self.boxes = [toy.box() for toy in toys]
        self.areas = [int(toy.mask.sum()) for toy in toys]
        self.centres = [((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in self.boxes]
        nouns = sorted({noun for name in self.names for noun in shorter(name)}, key=str)
        self.nouns = {noun: self.fits(noun) for noun in nouns if self.is_clear(noun)}
        self.several = {noun: found for noun, found in self.nouns.items() if len(found) > 1}
        self.single = {noun: found[0] for noun, found in self.nouns.items() if len(found) == 1}

    def fits(self, noun: Noun) -> list[int]:
        """Indices of all toys that a noun is true of."""
        return [
            i
            for i, name in enumerate(self.names)
            if all(said is None or said == true for said, true in zip(noun, name, strict=True))
        ]

    def sizes_clear(self, group: Sequence[int]) -> bool:
        """Whether every big toy of a group also looks bigger than every small one."""
        big = [self.areas[i] for i in group if self.names[i].size == "big"]
        small = [self.areas[i] for i in group if self.names[i].size == "small"]
        return not big or not small or min(big) >= 1.2 * max(small)

    def is_clear(self, noun: Noun) -> bool:
        """Whether the size in a noun, if there is one, can be told beyond doubt from toys of its kind or colour."""
        if noun.size is None:
            return True
        both = len({name.size for name in self.names}) == 2
        return both and self.sizes_clear(self.fits(Noun(kind=noun.kind) if noun.kind else Noun(colour=noun.colour)))

    def briefest(self) -> dict[Noun, int]:
        """Nouns of one toy from which no word can be left out."""
        return {n: i for n, i in self.single.items() if not any(s in self.single for s in shorter(n) if s != n)}

    def at(self, i: int, way: str) -> float:
        """Place of a centre along a way: less for what comes sooner when one counts from there."""
        axis, sign = WAYS[way]
        return sign * self.centres[i][axis]

    def edge(self, i: int, way: str) -> float:
        """Place of the nearer edge of a toy along a way."""
        axis, sign = WAYS[way]
        return self.boxes[i][axis] if sign > 0 else -self.boxes[i][axis + 2]

    def aside(self, i: int, j: int, way: str) -> float:
        """Distance of two centres across a way."""
        axis = 1 - WAYS[way][0]
        return abs(self.centres[i][axis] - self.centres[j][axis])

    def gap(self, i: int, j: int) -> float:
        """Distance between the boxes of two toys."""
        a, b = self.boxes[i], self.boxes[j]
        return math.hypot(max(a[0] - b[2], b[0] - a[2], 0), max(a[1] - b[3], b[1] - a[3], 0))


def shorter(noun: Noun) -> list[Noun]:
    """A noun and all that are left when some of its parts are not said."""
    nouns = [noun]
    for part in PARTS:
        nouns.extend([each._replace(**{part: None}) for each in nouns if getattr(each, part) is not None])
    return nouns


def missing(scene: Scene) -> list[Noun]:
    """Nouns of kinds and colours of the scene that no toy has together, though each alone is there."""
    kinds = sorted({str(name.kind) for name in scene.names})
    colours = [*sorted({str(name.colour) for name in scene.names}), None]
    nouns = [Noun(size, colour, kind) for size in ("small", "big", None) for colour in colours for kind in kinds]
    return [noun for noun in nouns if not scene.fits(noun) and scene.is_clear(noun)]


def absent_colours(scene: Scene) -> list[Noun]:
    """Nouns such as "the blue toy" and "the blue cup" of colours that are not in the scene."""
    colours = [colour for colour in COLOURS if not scene.fits(Noun(colour=colour))]
    kinds = sorted({str(name.kind) for name in scene.names})
    return [Noun(colour=colour, kind=kind) for colour in colours for kind in [*kinds, None]]


def ask_attribute(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions by size, colour and kind, in which some word is needed to tell the toy from others."""
    if absent:
        return [Question(form, None, noun) for noun in [*missing(scene), *missing(scene), *absent_colours(scene)]]
    return [
        Question(form, i, noun)
        for noun, i in scene.single.items()
        if (noun.size or noun.colour) and any(short in scene.several for short in shorter(noun) if short != TOY)
    ]


def ask_use(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions by what a toy is for."""
    present = {str(name.kind) for name in scene.names}
    uses = []
    for kind, rivals in RIVALS.items():
        found = scene.fits(Noun(kind=kind))
        if not rivals & present and len(found) == (0 if absent else 1):
            uses.append(Question(form, None if absent else found[0], way=kind))
    return uses


def ask_edge(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for the toy furthest to one side."""
    if absent:
        return [Question(form, None, noun, way=way) for noun in missing(scene) for way in WAYS]
    asked = []
    for noun, found in scene.several.items():
        for way in WAYS:
            first, *rest = sorted(found, key=lambda i: scene.at(i, way))
            clear = scene.at(rest[0], way) - scene.at(first, way) >= MARGIN
            if clear and all(scene.edge(i, way) - scene.edge(first, way) >= 4 for i in rest):
                asked.append(Question(form, first, noun, way=way))
    return asked


def ask_extent(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for the biggest or smallest toy."""
    if absent:
        return [Question(form, None, noun, way=way) for noun in missing(scene) if not noun.size for way in SIZES]
    asked = []
    for noun, found in scene.several.items():
        for size in SIZES:
            those = [i for i in found if scene.names[i].size == size]
            if not noun.size and len(those) == 1 and scene.sizes_clear(found):
                asked.append(Question(form, those[0], noun, way=size))
    return asked


def pairs(scene: Scene, least: int) -> list[tuple[Noun, list[int], Noun, int]]:
    """Nouns with at least so many toys beside a second toy, which has a brief noun of its own."""
    return [
        (noun, [i for i in found if i != j], other, j)
        for noun, found in scene.nouns.items()
        for other, j in scene.briefest().items()
        if sum(i != j for i in found) >= least
    ]


def ask_side(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for what is to one side of another toy."""
    asked = []
    for noun, found, other, j in pairs(scene, 1 if absent else 2):
        for way in WAYS:
            lead = {i: scene.at(j, way) - scene.at(i, way) for i in found}
            near = [i for i in found if lead[i] > -MARGIN]
            if absent and not near:
                asked.append(Question(form, None, noun, other, way))
            if not absent and len(near) == 1:
                i = near[0]
                if lead[i] >= max(MARGIN, 0.6 * scene.aside(i, j, way)):
                    asked.append(Question(form, i, noun, other, way))
    return asked


def ask_directly(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for what is straight above or below another toy."""
    if absent:
        return [question for question in ask_side(scene, form, absent) if question.way in ("top", "bottom")]
    asked = []
    for noun, found, other, j in pairs(scene, 2):
        for way in ("top", "bottom"):
            near = [i for i in found if scene.at(j, way) - scene.at(i, way) > -MARGIN and scene.aside(i, j, way) < 28]
            if len(near) == 1:
                i = near[0]
                if scene.at(j, way) - scene.at(i, way) >= 2 * MARGIN and scene.aside(i, j, way) <= 12:
                    asked.append(Question(form, i, noun, other, way))
    return asked


def ask_near(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for what is closest to another toy."""
    if absent:
        return [Question(form, None, noun, other) for noun in missing(scene) for other in scene.briefest()]
    asked = []
    for noun, found, other, j in pairs(scene, 2):
        away = {i: math.dist(scene.centres[i], scene.centres[j]) for i in found}
        first, *rest = sorted(found, key=lambda i: away[i])
        if all(away[i] - away[first] >= MARGIN and scene.gap(i, j) - scene.gap(first, j) >= 5 for i in rest):
            asked.append(Question(form, first, noun, other))
    return asked


def ask_rank(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for a place in a row, counted from one side."""
    if absent:
        return [
            Question(form, None, noun, way=way, rank=len(found) + 1)
            for noun, found in scene.nouns.items()
            if len(found) <= 3
            for way in WAYS
        ]
    asked = []
    for noun, found in scene.several.items():
        for way in WAYS:
            row = sorted(found, key=lambda i: scene.at(i, way))
            steps = [scene.at(b, way) - scene.at(a, way) for a, b in itertools.pairwise(row)]
            for k, i in enumerate(row[:4]):
                if all(step >= MARGIN for step in steps[max(0, k - 1) : k + 1]):
                    asked.append(Question(form, i, noun, way=way, rank=k + 1))
    return asked


def ask_same(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for what shares its size or its colour with another toy."""
    part = form.split()[1]
    asked = []
    for other, j in scene.single.items():
        for noun, found in scene.nouns.items():
            rest = [i for i in found if i != j]
            told = getattr(noun, part) or getattr(other, part) or (part == "size" and not scene.sizes_clear([*rest, j]))
            alike = [i for i in rest if getattr(scene.names[i], part) == getattr(scene.names[j], part)]
            if told or (part == "size" and len({name.size for name in scene.names}) < 2):
                continue
            if absent and rest and not alike:
                asked.append(Question(form, None, noun, other))
            if not absent and len(rest) > 1 and len(alike) == 1:
                asked.append(Question(form, alike[0], noun, other))
    return asked


def ask_kin(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for another toy of the same kind, where no third one is like it in all else."""
    asked = []
    for other, j in scene.briefest().items():
        size, colour, kind = scene.names[j]
        alike = [i for i in scene.fits(Noun(kind=kind)) if i != j]
        twins = [i for i in scene.fits(Noun(size, colour)) if i != j and i not in alike]
        if other.kind and not twins and len(alike) == (0 if absent else 1):
            asked.append(Question(form, None if absent else alike[0], other=other))
    return asked


def ask_not(scene: Scene, form: str, absent: bool) -> list[Question]:
    """Questions for the one toy that lacks what all others of its sort have."""
    part = form.split()[1]
    asked = []
    for noun, found in scene.several.items():
        if getattr(noun, part) or (part == "size" and not scene.is_clear(noun._replace(size="big"))):
            continue
        for value in sorted({str(getattr(scene.names[i], part)) for i in found}):
            exempt = [i for i in found if getattr(scene.names[i], part) != value]
            if len(exempt) == (0 if absent else 1):
                asked.append(Question(form, None if absent else exempt[0], noun, way=value))
    return asked


ASKERS: dict[str, Callable[[Scene, str, bool], list[Question]]] = {
    "attribute": ask_attribute,
    "only": ask_attribute,
    "use": ask_use,
    "edge": ask_edge,
    "extent": ask_extent,
    "side": ask_side,
    "directly": ask_directly,
    "near": ask_near,
    "rank": ask_rank,
    "same colour": ask_same,
    "same size": ask_same,
    "same kind": ask_kin,
    "not colour": ask_not,
    "not size": ask_not,
    "not kind": ask_not,
}
FORMS: dict[str, tuple[str, ...]] = {
    "attribute": ("attribute", "attribute", "only"),
    "function": ("use",),
    "superlative": ("edge", "edge", "edge", "extent"),
    "relation": ("side", "side", "side", "directly", "near"),
    "ordinal": ("rank",),
    "same": ("same colour", "same size", "same kind"),
    "negation": ("not colour", "not size", "not kind"),
    "absent": (
        *("attribute", "attribute", "attribute", "use", "edge", "extent", "side", "side", "directly", "near"),
        *("rank", "rank", "same colour", "same size", "same kind", "not colour", "not size", "not kind"),
    ),
}


def pick_question(scene: Scene, form: str, absent: bool, use: str, rng: np.random.Generator) -> Question | None:
    """One question of a form that suits the scene, or None; use is the kind whose use may be asked for."""
    asked = ASKERS[form](scene, form, absent)
    if form == "use":
        asked = [question for question in asked if question.way == use]
    named = [question for question in asked if question.noun.kind]
    if named and rng.random() < 0.5:
        asked = named
    ranked = [question for question in asked if question.rank > 1]
    if ranked and rng.random() < 0.7:
        asked = ranked
    crowded = [question for question in asked if len(scene.fits(question.noun)) > 2]
    if crowded and not absent and rng.random() < 0.5:
        asked = crowded
    return asked[rng.integers(len(asked))] if asked else None


# ---------------------------------------------------------------------------------------------------------------------
# Words: the plain ones.  In all tables of words, | stands between wordings of which any one will do.
# ---------------------------------------------------------------------------------------------------------------------

LEADS = "find | show me | point at | look for"
PLAIN_USES = {
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
PLAIN_FORMS = {
    "attribute": "the {x}",
    "only": "the only {x}",
    "edge left": "the leftmost {x} | the {x} furthest to the left",
    "edge right": "the rightmost {x} | the {x} furthest to the right",
    "edge top": "the topmost {x} | the highest {x} | the {x} nearest the top",
    "edge bottom": "the lowest {x} | the {x} nearest the bottom",
    "extent big": "the biggest {x} | the largest {x}",
    "extent small": "the smallest {x} | the tiniest {x}",
    "side left": "the {x} to the left of the {y} | the {x} left of the {y}",
    "side right": "the {x} to the right of the {y} | the {x} right of the {y}",
    "side top": "the {x} above the {y} | the {x} higher than the {y}",
    "side bottom": "the {x} below the {y} | the {x} lower than the {y}",
    "directly top": "the {x} directly above the {y}",
    "directly bottom": "the {x} directly below the {y}",
    "near": "the {x} closest to the {y} | the {x} nearest to the {y}",
    "rank": "the {nth} {x} from the {way} | number {n} of the {xs} from the {way}",
    "same colour": "the {x} with the same colour as the {y} | the {x} that has the colour of the {y}",
    "same size": "the {x} of the same size as the {y}",
    "same kind": "another toy like the {y} | the toy of the same kind as the {y}",
    "not": "the {x} that is not {v} | the {x} which is not {v} | the {x} that isn't {v} | the {x} which isn't {v}",
}
NUMBERS = (("first", "1st", "one"), ("second", "2nd", "two"), ("third", "3rd", "three"), ("fourth", "4th", "four"))


def choice(wordings: str, rng: np.random.Generator) -> str:
    """One of several wordings."""
    options = wordings.split("|")
    return " ".join(options[rng.integers(len(options))].split())


def article(words: str) -> str:
    """A noun phrase with "a" or "an" before it."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def plural(words: str) -> str:
    """The plural of a noun phrase."""
    if words.endswith("fish"):
        return words
    if words.endswith("leaf"):
        return words[:-1] + "ves"
    if words.endswith("y") and words[-2] not in "aeiou":
        return words[:-1] + "ies"
    return words + "s"


def plain_noun(noun: Noun) -> str:
    """A noun phrase in plain words, without its article."""
    return " ".join(filter(None, (noun.size, noun.colour, noun.kind or "toy")))


def plain_text(question: Question, rng: np.random.Generator) -> tuple[str, bool]:
    """A question in plain words, and whether it is a whole sentence."""
    form = question.form
    if form == "use":
        phrase = PLAIN_USES[question.way]
    else:
        key = "not" if form.startswith("not") else f"{form} {question.way}"
        noun = plain_noun(question.noun)
        phrase = choice(PLAIN_FORMS.get(key, PLAIN_FORMS.get(form, "")), rng).format(
            x=noun,
            xs=plural(noun),
            y=plain_noun(question.other),
            v=article(question.way) if form == "not kind" else question.way,
            nth=NUMBERS[question.rank - 1][0],
            n=NUMBERS[question.rank - 1][2],
            way=question.way,
        )
    if rng.random() < 0.6:
        return f"{choice(LEADS, rng)} {phrase}", True
    return phrase, False


# ---------------------------------------------------------------------------------------------------------------------
# Words: free ones
# ---------------------------------------------------------------------------------------------------------------------

OWN_KINDS = {
    "block": "building block | block | toy brick",
    "heart": "heart | love heart",
    "cup": "cup | coffee cup | drinking cup",
    "key": "key | door key",
    "car": "car | motor car | automobile",
    "boat": "boat | ship",
    "house": "house | building",
    "mushroom": "mushroom | toadstool",
    "flower": "flower | bloom",
    "leaf": "leaf | tree leaf",
    "arrow": "arrow | arrow sign",
    "crown": "crown | royal crown",
    "umbrella": "umbrella | brolly",
    "duck": "duck | ducky",
    "moon": "moon | crescent moon | crescent",
}
OWN_COLOURS = {
    "red": "red | red | red | red-coloured | scarlet",
    "orange": "orange | orange | orange | orange-coloured",
    "yellow": "yellow | yellow | yellow | yellow-coloured",
    "green": "green | green | green | green-coloured",
    "blue": "blue | blue | blue | blue-coloured",
    "purple": "violet | violet | purple",
    "pink": "pink | pink | pink | pink-coloured",
    "white": "white | white | snow-white",
}
OWN_SIZES = {"small": "little | little | small | tiny | mini", "big": "large | large | big | sizeable"}
OWN_TOYS = "object | thing | item | toy | plaything"

# Words for directions and extremes, by their names in the phrases below.
WAY_WORDS: dict[str, dict[str, str]] = {
    "far": {"left": "left", "right": "right", "top": "up", "bottom": "down"},
    "there": {"left": "on its left", "right": "on its right", "top": "above it", "bottom": "below it"},
    "back": {"left": "on its right", "right": "on its left", "top": "below it", "bottom": "above it"},
    "going": {"left": "left to right", "right": "right to left", "top": "top to bottom", "bottom": "bottom to top"},
    "farthest": {"left": "far-left", "right": "far-right", "top": "uppermost", "bottom": "bottommost"},
    "beside": {
        "left": "on the left side of | on the left-hand side of | further left than | more to the left than",
        "right": "on the right side of | on the right-hand side of | further right than | more to the right than",
        "top": "higher up than | further up in the picture than | somewhere above | on a higher level than",
        "bottom": "lower down than | further down the picture than | somewhere below | farther down than",
    },
    "straight": {
        "top": "right above | straight above | vertically above | straight up from | straight over",
        "bottom": "right below | straight below | vertically beneath | straight down from | right underneath",
    },
    "larger": {"big": "larger", "small": "smaller"},
    "largest": {"big": "largest", "small": "littlest | smallest"},
}

# What goes around a phrase such as "the red cup".
OWN_LEADS = """
    Please select {np}. | Could you mark {np}? | Segment {np}. | Can you pick out {np} for me? | I need {np}. |
    I'd like {np}, please. | I want {np}. | Which one is {np}? | Highlight {np}, please. | Grab {np}! | Hand me {np}. |
    Robot, bring me {np}. | Give me {np}. | Click on {np}. | Outline {np}. | Draw a mask over {np}. | Take {np}. |
    Get {np}. | Get me {np}, would you? | Locate {np}. | Do you see {np}? | Can you spot {np}? | Label {np} please. |
    Pick up {np}, please. | Choose {np}. | Identify {np}. | Cut out {np}. | Pass me {np}. | Mask {np}. |
    Point me to {np}. | Where's {np}? | Where do you see {np}? | I'm after {np}. | Go and get {np}. |
    We're trying to spot {np}. | Put your finger on {np}. | Now tap {np}. | Would you fetch {np}? |
    Let's have {np}. | Hey, can you reach {np}? | Next up: {np}. | Trace {np} for me. | May I have {np}?
"""

# For every form, phrases that go with a lead or by themselves, and whole sentences.
OWN_FORMS: dict[str, tuple[str, str]] = {
    "attribute": (
        "the {x}",
        """Is there {ax} here? Mark it. | There should be {ax} somewhere, which is it? | Looking at {ax}? Click it. |
        I dropped {ax}, can you pick it up? | I think I see {ax}, select it.""",
    ),
    "only": (
        "the one and only {x} | the single {x} | the sole {x}",
        """There's just one {x}, mark it. | You'll see a single {x}: select it. | Just one {x} here, right? Grab it. |
        Exactly one {x} is here, which is it?""",
    ),
    "edge": (
        """the {x} closest to the {way} edge | the {x} that's further {far} than any other {x} | the {farthest} {x} |
        the {x} that lies farthest {far} | the {x} with the least distance to the {way} border""",
        """Of all the {xs}, which is furthest {far}? | Which {x} is farthest {far}? |
        Coming from the {way}, what {x} do you meet first? | What {x} lies further {far} than the rest?""",
    ),
    "extent": (
        """the {x} that's {larger} than any other {x} | the {largest} of the {xs} | the {largest} {x} of all |
        the {x} that is {larger} than the rest""",
        """Which {x} is the {largest} of all? | Of the {xs}, which is {larger} than the rest? |
        Compare the {xs} and take the {largest}.""",
    ),
    "side": (
        """the {x} {beside} the {y} | the {x} that's {beside} the {y} | the {x} lying {beside} the {y} |
        the {x} that has the {y} {back}""",
        """Which {x} is {beside} the {y}? | See the {y}? I mean the {x} {there}. | What {x} lies {beside} the {y}? |
        Look at the {y}, then take the {x} {there}.""",
    ),
    "directly": (
        "the {x} {straight} the {y} | the {x} that's {straight} the {y} | the {x} {straight} the {y} in the picture",
        "What {x} do you hit if you go straight {far} from the {y}? | Which {x} is {straight} the {y}?",
    ),
    "near": (
        """the {x} with the shortest distance to the {y} | the {x} least far from the {y} | the {y}'s nearest {x} |
        the {x} that's closer to the {y} than any other {x} | the {x} that is the closest neighbour of the {y}""",
        """Which {x} lies closest by the {y}? | What's the nearest {x} to the {y}? |
        Starting from the {y}, what {x} is the shortest way off?""",
    ),
    "rank": (
        """the {nth} {x} counting from the {way} | the {nth} {x} when going {going} | {x} no. {digit} from the {way} |
        the {x} that comes {nth} from the {way} | the {nth} of the {xs}, {going} |
        the {nth} of the {xs} as counted from the {way}""",
        """Going {going}, which is the {nth} {x}? | Count the {xs} from the {way} and give me the {nth}. |
        If you sort the {xs} {going}, which one comes {nth}? | From the {way}: {x} number {digit}, please.""",
    ),
    "same colour": (
        """the {x} that matches the {y} in colour | the {x} coloured like the {y} | the {x} in the {y}'s colour |
        the {x} that shares its colour with the {y} | the {x} painted the same as the {y}""",
        """Which {x} has the {y}'s colour? | Look at the colour of the {y}. Which {x} has it too? |
        What {x} goes with the {y} in colour?""",
    ),
    "same size": (
        """the {x} that matches the {y} in size | the {x} about as large as the {y} | the {x} of the {y}'s size |
        the {x} that's in the same size class as the {y} | the {x} neither bigger nor smaller than the {y}""",
        "Which {x} is as large as the {y}? | What {x} is the same size as the {y}?",
    ),
    "same kind": (
        """the other object of the {y}'s sort | one more thing of the same type as the {y} |
        the item that's the same sort of thing as the {y} | the {y}'s counterpart, the other thing of that type""",
        """What else here is the same sort of thing as the {y}? | Besides the {y}, is there another of its type? |
        You see the {y}? I need the other one of that type.""",
    ),
    "not colour": (
        """the {x} in a colour other than {v} | the non-{v} {x} | the {x} that's anything but {v} |
        the {x} that's not coloured {v}""",
        "Which {x} isn't {v}? | What {x} has a colour different from {v}? | I don't want {v}, give me the other {x}.",
    ),
    "not size": (
        "the {x} that's not {av} one | the {x} that's anything but {v} | the {x} of a size other than {v}",
        "Which {x} isn't {v}? | What {x} isn't {av} one? | No {v} ones please, the other {x}.",
    ),
    "not kind": (
        """the {x} that's no {v} | the {x} that's anything but {av} | the {x} other than the {vs} |
        the {x} that's something else than {av}""",
        "Which {x} isn't {av}? | Leave the {vs} alone, what other {x} is there? | What {x} is there that's not {av}?",
    ),
}

# What each kind is for: phrases that go with a lead or by themselves, and whole sentences.
OWN_USES: dict[str, tuple[str, str]] = {
    "ball": (
        "the thing you throw and catch | the one that bounces when you drop it | the thing footballers run after",
        "What could we play catch with? | I want to score a goal, what do I shoot?",
    ),
    "block": (
        "the thing kids stack into towers | the piece of a construction set | the one you could build a wall from",
        "What would a toddler pile up? | I'm building a toy castle, pass me a piece for it.",
    ),
    "star": (
        "the thing that twinkles in the sky | the one a sheriff wears as a badge | the one on top of a Christmas tree",
        "What do you wish upon? | What twinkles up in the sky?",
    ),
    "heart": (
        "the symbol of love | the shape you put on a valentine card | the sign for being in love",
        "What would you draw to say I love you? | What stands for love?",
    ),
    "cup": (
        "the one I can pour my tea into | the thing you sip coffee from | the one that holds a hot drink",
        "I'm thirsty, what could I drink out of? | Where would I pour some milk?",
    ),
    "key": (
        "the thing you unlock a door with | the one you turn in a keyhole | the one a locksmith copies",
        "I'm locked out, what do I need? | What would I put into a keyhole?",
    ),
    "car": (
        "the thing you drive on the road | the one that runs on petrol | the vehicle | the one you park in a garage",
        "What would I drive to work? | What needs a driving licence?",
    ),
    "boat": (
        "the thing you cross lakes in | the one with a captain on board | the watercraft | the one docked in a harbour",
        "What would a sailor want? | How would I get across the sea?",
    ),
    "house": (
        "the place where a family lives | the one with a front door and windows | the thing people call home",
        "Where would a family live? | What has a roof, walls and a door?",
    ),
    "tree": (
        "the one with bark on its trunk | the thing birds build their nests in | the plant that a lumberjack fells",
        "What do birds nest in? | What would a lumberjack cut down?",
    ),
    "mushroom": (
        "the thing you may pick in the woods | the one with a stalk and a cap | the one that may be poisonous",
        "What pops up on the forest floor after rain? | What grows from spores?",
    ),
    "flower": (
        "the thing bees visit | the one with petals | the one that goes into a bouquet",
        "Where would a bee land? | What could I make a bouquet of?",
    ),
    "leaf": (
        "the thing you rake up in fall | the one a caterpillar munches on | the thing that drops off a branch",
        "What comes down from the branches in October? | What would a caterpillar eat?",
    ),
    "arrow": (
        "the thing that points in a direction | the direction marker | the one that tells you which way to go",
        "What tells me where to turn? | I'm lost, what gives me the direction?",
    ),
    "hat": (
        "the thing you put on your head | the one a gentleman lifts to say hello | the headwear | the one with a brim",
        "What could I wear on my head? | The sun is burning on my head, what should I put on?",
    ),
    "crown": (
        "the thing a king has on his head | the royal headgear | the one you'd see at a coronation",
        "What would a monarch wear? | What does a princess put on her head?",
    ),
    "umbrella": (
        "the thing that keeps you dry in a shower | the one you open when it pours | the rain cover you carry",
        "It's raining, what should I take? | I don't want to get wet outside, what helps?",
    ),
    "bell": (
        "the one that goes ding dong | the thing with a clapper in it | the thing that hangs in a church tower",
        "What do you ring? | What chimes?",
    ),
    "drum": (
        "the thing you beat with sticks | the percussion instrument | the musical instrument | the one that goes boom",
        "What could I bang on to make music? | What keeps the rhythm in a marching band?",
    ),
    "fish": (
        "the one that lives under water | the thing you catch with a rod | the creature with gills",
        "What would an angler like to catch? | What breathes through gills?",
    ),
    "duck": (
        "the bird | the one that goes quack | the animal with a beak and feathers | the creature that waddles",
        "Who says quack quack? | Which of these lays eggs?",
    ),
    "moon": (
        "the thing astronauts walked on | the one wolves howl at | the thing that circles the earth",
        "What do wolves howl at? | What lights up the night?",
    ),
}


def own_noun(noun: Noun, thing: str, speech: dict[str, str]) -> str:
    """A noun phrase in the words of a speaker, without its article; thing is said where no kind is named."""
    return " ".join(speech.get(word, word) for word in (noun.size, noun.colour, noun.kind or thing) if word)


def trailing(noun: Noun, thing: str, speech: dict[str, str], rng: np.random.Generator) -> str:
    """A noun phrase with its article and with the colour or the size said after the kind."""
    size, colour = speech.get(noun.size or "", ""), speech.get(noun.colour or "", "").removesuffix("-coloured")
    if size and colour:
        patterns = """the {s} {t} that's {c} | the {c} {t}, the {s} one | the {t} that's {s} and {c} |
            that {s} {c} {t} | the {t} which is both {c} and {s}"""
    elif colour:
        patterns = "the {t} that's {c} | that {c} {t} | the {t} with the {c} colour | the {t} which is {c}"
    else:
        patterns = "the {t} that's {s} | that {s} {t} | the {t}, the {s} one | the {t} which is {s}"
    kind = own_noun(Noun(kind=noun.kind), thing, speech)
    return choice(patterns, rng).format(s=size, c=colour, t=kind)


def casual(text: str, rng: np.random.Generator) -> str:
    """A sentence as it is, or typed in haste without capitals and full stop."""
    if rng.random() < 0.4:
        return text.lower().rstrip(".!?" if rng.random() < 0.6 else ".")
    return text


def fragment(phrase: str, rng: np.random.Generator) -> str:
    """A bare phrase as people type it: with or without article, capital letter and full stop."""
    if rng.random() < 0.3:
        phrase = phrase.removeprefix("the ")
    if rng.random() < 0.3:
        phrase = phrase[0].upper() + phrase[1:] + ("." if rng.random() < 0.4 else "")
    return phrase


def own_text(question: Question, rng: np.random.Generator) -> tuple[str, bool]:
    """A question in free words, and whether it is a whole sentence."""
    form, way = question.form, question.way
    phrases, sentences = OWN_USES[way] if form == "use" else OWN_FORMS[form]
    as_sentence = bool(rng.random() < (0.15 if form == "attribute" else 0.35))
    speech = {word: choice(options, rng) for word, options in (OWN_KINDS | OWN_COLOURS | OWN_SIZES).items()}
    thing = choice(OWN_TOYS, rng)
    short = "one" if rng.random() < 0.5 and question.noun != TOY else thing
    noun = own_noun(question.noun, short, speech)
    value = speech.get(way, way).removesuffix("-coloured")
    text = choice(sentences if as_sentence else phrases, rng).format(
        x=noun,
        ax=article(noun),
        xs=plural(noun),
        y=own_noun(question.other, thing, speech),
        v=value,
        av=article(value or "toy"),
        vs=plural(value),
        nth=choice(" | ".join(NUMBERS[question.rank - 1][:2]), rng),
        digit=question.rank,
        way=way,
        **{name: choice(words.get(way, ""), rng) for name, words in WAY_WORDS.items()},
    )
    if as_sentence:
        return casual(text, rng), True
    if form == "attribute" and rng.random() < 0.45:
        text = trailing(question.noun, thing, speech, rng)
    if rng.random() < 0.65:
        return casual(choice(OWN_LEADS, rng).format(np=text), rng), True
    return fragment(text, rng), False


# ---------------------------------------------------------------------------------------------------------------------
# Whole scenes, files and the contact sheet
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """A picture with its question and the answer."""

    picture: np.ndarray
    text: str
    is_sentence: bool
    family: str
    mask: np.ndarray


def make(seed: int, index: int, own_words: bool) -> Sample:
    """The scene of an index: drawn anew until a question of the wanted family and form can be asked."""
    rng = np.random.default_rng([seed, index, int(own_words)])
    family = FAMILIES[index % len(FAMILIES)]
    absent = family == "absent"
    form = str(rng.choice(FORMS[family]))
    use = str(rng.choice(sorted(OWN_USES if own_words else PLAIN_USES))) if form == "use" else ""
    banned = RIVALS[use] | {use} if use else frozenset()
    while True:
        staged = stage(cast("" if absent else use, banned, rng), rng)
        if staged is None:
            continue
        picture, toys = staged
        question = pick_question(Scene(toys), form, absent, use, rng)
        if question is None:
            continue
        text, is_sentence = (own_text if own_words else plain_text)(question, rng)
        mask = np.zeros((SIDE, SIDE), dtype=bool) if question.target is None else toys[question.target].mask
        return Sample(picture, text, is_sentence, family, mask)


def runs(mask: np.ndarray) -> list[dict[str, object]]:
    """A mask as one polygon for every run of its pixels in a row."""
    steps = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(steps == 1), np.argwhere(steps == -1)
    shapes: list[dict[str, object]] = []
    for (y, a), (_, b) in zip(starts.tolist(), ends.tolist(), strict=True):
        corners = [[a, y], [b, y], [b, y + 1], [a, y + 1]]
        shapes.append({"label": "target", "shape_type": "polygon", "points": corners})
    return shapes


def write_sample(sample: Sample, stem: Path) -> None:
    """The picture and the record of a sample as two files."""
    Image.fromarray(sample.picture).save(stem.with_suffix(".png"))
    record = {
        "text": [sample.text],
        "is_sentence": sample.is_sentence,
        "family": sample.family,
        "shapes": runs(sample.mask),
    }
    stem.with_suffix(".json").write_text(json.dumps(record), encoding="utf-8")


def outlined(sample: Sample) -> Image.Image:
    """The picture of a sample with a line around the answer."""
    inner = np.asarray(Image.fromarray(sample.mask.astype(np.uint8)).filter(ImageFilter.MinFilter(3))) > 0
    wide = np.asarray(Image.fromarray(sample.mask.astype(np.uint8)).filter(ImageFilter.MaxFilter(3))) > 0
    picture = sample.picture.copy()
    picture[sample.mask & ~inner] = (255, 0, 255)
    picture[wide & ~sample.mask] = (0, 0, 0)
    return Image.fromarray(picture)


def wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """A text broken into lines of at most so many pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def contact_sheet(samples: Sequence[Sample], seed: int) -> Image.Image:
    """A sheet with all designs of all kinds, big and small, and with some samples below them."""
    rng = np.random.default_rng(seed)
    font = ImageFont.load_default(size=12)
    cell, columns, below = 212, 6, 62
    designs = [(kind, k) for kind, drawings in DESIGNS.items() for k in range(len(drawings))]
    toy_rows, sample_rows = math.ceil(len(designs) / 8), math.ceil(len(samples) / columns)
    sheet = Image.new("RGB", (cell * columns, toy_rows * 96 + sample_rows * (SIDE + below) + 8), (172, 168, 160))
    pen = ImageDraw.Draw(sheet)
    for n, (kind, design) in enumerate(designs):
        x, y = n % 8 * (cell * columns // 8) + 6, n // 8 * 96 + 2
        colour, style = str(rng.choice(list(COLOURS))), pick_style(rng)
        pen.text((x, y), f"{kind} {design + 1}, {colour}", fill=(0, 0, 0), font=font)
        for length, shift in ((66, 0), (40, 76)):
            toy = Image.fromarray(draw_toy(kind, design, colour, length, style, rng))
            sheet.paste(toy, (x + shift, y + 20), toy)
    for n, sample in enumerate(samples):
        x, y = n % columns * cell + 10, toy_rows * 96 + n // columns * (SIDE + below) + 8
        sheet.paste(outlined(sample), (x, y))
        caption = wrapped(f"{n} {sample.family}: {sample.text}", font, SIDE)
        pen.text((x, y + SIDE + 1), caption, fill=(0, 0, 0), font=font, spacing=1)
    return sheet


def count(text: str) -> int:
    """A whole number from 0 on, as an argument."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return number


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description="Draw test scenes of toys with one question each.")
    parser.add_argument("--out", type=Path, required=True, help="new or empty folder for the scenes")
    parser.add_argument("--number", type=count, default=300, help="number of scenes (300)")
    parser.add_argument("--seed", type=count, default=0, help="seed of all scenes (0)")
    parser.add_argument("--own-words", action="store_true", help="ask in free language, not in the plain wordings")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet to this PNG file")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the scenes that the command line asks for; 2 if they may not go there."""
    options = parse(arguments)
    out: Path = options.out
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        print(f"error: {out} is there already and is not an empty folder", file=sys.stderr)
        return 2
    out.parent.mkdir(parents=True, exist_ok=True)
    written: Counter[str] = Counter()
    shown: list[Sample] = []
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as workshop:
        folder = Path(workshop) / "set"
        (folder / "test").mkdir(parents=True)
        for index in range(options.number):
            sample = make(options.seed, index, options.own_words)
            write_sample(sample, folder / "test" / f"{index:05d}")
            written[sample.family] += 1
            if len(shown) < 48:
                shown.append(sample)
        folder.rename(out)
    if options.sheet:
        options.sheet.parent.mkdir(parents=True, exist_ok=True)
        part = options.sheet.with_name(f".{options.sheet.name}.part")
        contact_sheet(shown, options.seed).save(part, format="PNG")
        part.replace(options.sheet)
    print(", ".join(f"{family} {written[family]}" for family in FAMILIES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
