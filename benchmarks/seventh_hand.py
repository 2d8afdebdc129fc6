"""Scenes of toys with questions by a seventh hand, which shares no line or drawing with the package.

    python benchmarks/seventh_hand.py --out DIR [--count 300] [--seed 0] [--sheet PNG]
    lens eval reasonseg --split test --root DIR --batch-size 50

An agent wrote it from the kinds, colours, sizes and families of sentences alone, with an example or two of each family.
A scene is a pure function of seed and number; the format is ReasonSeg's.
"""

from __future__ import annotations

import argparse
import json
import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Point = tuple[float, float]
Colour = tuple[int, int, int]
Rng = np.random.Generator

SIDE = 192  # picture width and height
UNIT, PAD = 4, 14  # a toy is drawn in about 100 x 100 units of so many canvas pixels, with free units around
CLEAR = 8.0  # least difference in pixels that counts as a clear difference of position
GAP = 4  # least distance between two toys' boxes, and from a box to the border
SIZES = {"small": (36, 44), "big": (56, 68)}
COLOURS: dict[str, Colour] = {
    "red": (206, 36, 38),
    "orange": (244, 130, 22),
    "yellow": (246, 217, 48),
    "green": (46, 156, 62),
    "blue": (40, 92, 212),
    "purple": (126, 54, 166),
    "pink": (248, 150, 192),
    "white": (244, 244, 242),
}
KINDS = [
    "ball",
    "block",
    "star",
    "heart",
    "moon",
    "cup",
    "key",
    "fish",
    "car",
    "house",
    "tree",
    "mushroom",
    "boat",
    "flower",
    "arrow",
    "duck",
    "hat",
    "umbrella",
    "bell",
    "leaf",
    "drum",
    "crown",
]
TURNS = {"ball": 180, "star": 36, "key": 180, "arrow": 180, "flower": 180, "leaf": 180, "fish": 30}  # else 14 degrees
INK, CREAM, BROWN, STEEL, GLASS = (38, 34, 40), (250, 238, 206), (122, 78, 42), (150, 154, 162), (196, 226, 240)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; share is the part of the second."""
    return tuple(round(x + (y - x) * share) for x, y in zip(first, second, strict=False))  # type: ignore[return-value]


def smooth(*points: Point) -> list[Point]:
    """A closed Catmull-Rom curve through the points."""
    knots, out = np.array(points, float), []
    for i in range(len(knots)):
        a, b, c, d = (knots[(i + k) % len(knots)] for k in (-1, 0, 1, 2))
        for t in np.arange(10) / 10:
            out.append(tuple(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))))
    return out


def arc(cx: float, cy: float, rx: float, ry: float, start: float = 0, stop: float = 360) -> list[Point]:
    """Points on an ellipse from one angle to another (degrees, clockwise on the screen, 0 is right)."""
    return [(cx + rx * math.cos(t), cy + ry * math.sin(t)) for t in np.radians(np.linspace(start, stop, 40))]


class Pen:
    """A large transparent canvas, and the shades of the toy's main colour."""

    def __init__(self, colour: Colour) -> None:
        self.image = Image.new("RGBA", ((100 + 2 * PAD) * UNIT,) * 2)
        self.draw = ImageDraw.Draw(self.image)
        self.main, self.white = colour, min(colour) > 215
        self.edge = mix(colour, (24, 16, 34), 0.62)
        self.deep = mix(colour, (60, 60, 90) if self.white else (20, 10, 30), 0.18)
        self.pale = (222, 224, 232) if self.white else mix(colour, (255, 255, 255), 0.42)
        self.shine = mix(colour, (255, 255, 255), 0.75)

    def line(self, *points: Point, fill: Colour | None = None, width: float = 3) -> None:
        """A stroke with round ends."""
        path, half = [((x + PAD) * UNIT, (y + PAD) * UNIT) for x, y in points], width * UNIT / 2
        self.draw.line(path, fill or self.edge, round(2 * half), "curve")
        for x, y in path if len(path) < 8 else (path[0], path[-1]):
            self.draw.ellipse((x - half, y - half, x + half, y + half), fill or self.edge)

    def poly(self, points: Sequence[Point], fill: Colour | None = None, width: float = 3) -> None:
        """A filled shape with a dark outline (none when width is 0)."""
        self.draw.polygon([((x + PAD) * UNIT, (y + PAD) * UNIT) for x, y in points], fill or self.main)
        if width:
            self.line(*points, points[0], width=width)

    def dots(self, rx: float, ry: float, *at: Point, fill: Colour | None = None, width: float = 3) -> None:
        """Ellipses of one size at several places."""
        for x, y in at:
            self.poly(arc(x, y, rx, ry), fill, width)

    def strap(self, *points: Point, fill: Colour | None = None, width: float = 10) -> None:
        """A thick outlined stroke."""
        self.line(*points, width=width + 5)
        self.line(*points, fill=fill or self.main, width=width)


def draw(p: Pen, kind: str, other: bool) -> None:
    """Draw a toy of the kind, some of which have another form."""
    match kind:
        case "ball":
            p.dots(46, 46, (50, 50))
            p.poly(arc(50, 50, 46, 46, -60, 60) + arc(62, 50, 12, 40, 90, -90), p.pale, 2)
            p.poly(arc(50, 50, 46, 46, 120, 240) + arc(38, 50, 12, 40, -90, 90), p.deep, 2)
            p.dots(8, 6, (35, 27), fill=p.shine, width=0)
        case "block" if other:  # a studded brick
            p.poly([(2, 20), (98, 20), (98, 80), (2, 80)])
            p.dots(11, 11, *((x + 1.5, y + 2) for x in (19, 50, 81) for y in (36, 64)), fill=p.deep, width=0)
            p.dots(10, 10, *((x, y) for x in (19, 50, 81) for y in (36, 64)), fill=p.pale, width=2)
        case "block":  # a cube with a letter
            p.poly([(50, 3), (92, 25), (50, 48), (8, 25)], p.pale)
            p.poly([(8, 25), (50, 48), (50, 98), (8, 74)])
            p.poly([(92, 25), (50, 48), (50, 98), (92, 74)], p.deep)
            p.line((19, 73), (29, 45), (35, 71), (23, 65), (35, 71), (39, 84), fill=p.edge, width=5)
        case "star":
            rays = [
                (50 + r * math.sin(k * math.pi / 5), 52 - r * math.cos(k * math.pi / 5))
                for k, r in zip(range(10), (50, 22) * 5, strict=False)
            ]
            p.poly(rays, width=4)
            p.poly([q for k in range(0, 10, 2) for q in ((50, 52), rays[k], rays[k + 1])], p.deep, 1)
        case "heart":
            p.poly(
                [
                    (
                        50 + 45.6 * math.sin(t) ** 3,
                        45 - 2.85 * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)),
                    )
                    for t in np.linspace(0, 2 * math.pi, 80)
                ],
                width=4,
            )
            p.line(*arc(27, 30, 11, 11, 180, 270), fill=p.shine, width=5)
        case "moon":
            p.poly(arc(50, 50, 47, 47, 52, 308) + arc(72, 50, 37.8, 37.4, -100, -260), width=4)
            p.dots(4.5, 4.5, (17, 52), (27, 76), (25, 30), fill=p.deep, width=1)
        case "cup":
            p.strap(*arc(72, 52, 22, 21, -80, 80), width=8)
            p.poly([(8, 14), (76, 14), *arc(42, 84, 28, 10, 0, 180)])
            p.dots(34, 11, (42, 14), fill=p.deep)
            p.dots(26, 6, (42, 17), fill=(92, 56, 34), width=0)
        case "key":
            p.poly([(72, 50), (96, 50), (96, 67), (88, 67), (88, 58), (82, 58), (82, 72), (72, 72)])
            p.strap((36, 50), (94, 50), width=9)
            p.dots(22, 22, (22, 50))
            p.dots(9, 9, (22, 50), fill=(0, 0, 0, 0))  # type: ignore[arg-type]
        case "fish":
            p.poly(smooth((66, 50), (97, 22), (90, 50), (97, 78)), p.deep)
            p.poly(smooth((34, 30), (46, 10), (66, 22), (62, 36), (60, 66), (52, 88), (40, 68)), p.deep)
            p.poly(smooth((3, 52), (18, 32), (42, 25), (64, 36), (78, 50), (64, 64), (42, 75), (18, 70)))
            for x, y, r in ((18, 50, 18), (44, 42, 7), (44, 58, 7), (56, 50, 7)):
                p.line(*arc(x, y, 0.8 * r, r, -60, 60), width=2.3)
            p.dots(3, 3, (18, 45), fill=INK if p.main[0] + p.main[1] > 160 else p.pale, width=2)
        case "car":
            p.poly([(22, 44), (34, 18), (68, 18), (82, 44)])
            p.poly([(31, 43), (38, 25), (51, 25), (51, 43), (51, 25), (64, 25), (73, 43)], GLASS, 2)
            p.poly(smooth((3, 50), (14, 43), (50, 42), (84, 43), (97, 52), (97, 70), (84, 74), (10, 74), (2, 66)))
            p.dots(4, 4, (93, 54), fill=(255, 246, 170), width=1.5)
            p.dots(13, 13, (25, 74), (75, 74), fill=INK)
            p.dots(5.5, 5.5, (25, 74), (75, 74), fill=(200, 202, 208), width=0)
        case "house":
            p.poly([(70, 8), (82, 8), (82, 36), (70, 36)], p.deep)
            p.poly([(14, 44), (86, 44), (86, 96), (14, 96)])
            p.poly([(50, 4), (98, 48), (2, 48)], p.deep)
            p.poly([(55, 62), (73, 62), (73, 95), (55, 95)], BROWN, 2)
            p.poly([(24, 58), (44, 58), (44, 78), (24, 78)], GLASS, 2)
            p.line((34, 58), (34, 78), (34, 68), (24, 68), (44, 68), width=2)
        case "tree":
            p.poly([(43, 62), (57, 62), (61, 97), (39, 97)], BROWN)
            if other:  # a fir
                for top, low, half in ((36, 80, 40), (20, 58, 33), (2, 36, 25)):
                    p.poly([(50, top), (50 + half, low), (50 - half, low)], p.deep if top == 20 else p.main)
            else:
                p.poly(
                    smooth(
                        (50, 3),
                        (68, 7),
                        (77, 19),
                        (89, 29),
                        (91, 47),
                        (82, 60),
                        (66, 70),
                        (50, 67),
                        (34, 70),
                        (18, 60),
                        (9, 47),
                        (11, 29),
                        (23, 19),
                        (32, 7),
                    )
                )
                for x, y in ((36, 28), (62, 36), (40, 52), (64, 56)):
                    p.line(*arc(x, y, 9, 8, 200, 340), fill=mix(p.main, p.edge, 0.5), width=4)
        case "mushroom":
            p.poly(smooth((40, 48), (60, 48), (61, 72), (68, 92), (50, 97), (32, 92), (39, 72)), CREAM)
            p.poly(arc(50, 52, 47, 48, 180, 360) + arc(50, 52, 47, 9, 0, 180))
            p.dots(7, 6, (50, 20), (24, 38), (76, 38), (50, 45), fill=STEEL if p.white else (255, 252, 244), width=0)
        case "boat":
            p.line((48, 4), (48, 70), fill=BROWN, width=5)
            p.poly([(52, 5), (90, 58), (52, 58)], p.pale)
            p.poly([(44, 16), (44, 58), (14, 58)], p.pale)
            p.poly([(2, 66), (98, 66), (82, 92), (18, 92)])
        case "flower":
            for x, y in ((50 + 29 * math.cos(t), 50 + 29 * math.sin(t)) for t in np.arange(6) * math.pi / 3):
                p.dots(18, 18, (x, y))
                p.line((50, 50), (x, y), fill=p.deep)
            p.dots(15, 15, (50, 50), fill=(112, 66, 30) if p.main[0] > 220 and p.main[2] < 80 else (250, 206, 40))
        case "arrow":
            p.poly([(2, 38), (54, 38), (54, 14), (98, 50), (54, 86), (54, 62), (2, 62)], width=4)
            p.line((10, 45), (60, 45), fill=p.pale, width=4)
        case "duck":
            beak = (250, 222, 60) if p.main[0] > 190 and 20 < p.main[1] < 200 else (244, 132, 20)
            p.poly(smooth((79, 24), (99, 29), (98, 37), (78, 41)), beak)
            p.poly(smooth((4, 40), (22, 54), (42, 52), (66, 46), (88, 58), (86, 82), (62, 93), (32, 92), (12, 78)))
            p.dots(21, 22, (64, 29))
            p.dots(15, 8, (63, 50), width=0)
            p.poly(smooth((28, 64), (48, 60), (62, 66), (54, 80), (38, 80)), p.deep, 2)
            p.dots(4, 4.5, (71, 24), fill=INK, width=0)
        case "hat":  # a top hat or a bowler
            p.dots(48, 15, (50, 76))
            low = arc(50, 72, 26, 7, 0, 180)
            p.poly(([(22, 12), (78, 12)] if other else arc(50, 72, 29, 54, 180, 360)) + low)
            p.poly([(23, 56), (77, 56), *low], CREAM if p.main[1] < 70 else (70, 60, 90), 2)
            p.dots(28, 7, *([(50, 12)] if other else []), fill=p.deep)
        case "umbrella":
            p.strap((50, 5), (50, 84), *arc(60, 84, 10, 11, 180, 10), fill=BROWN, width=4)
            p.poly(arc(50, 54, 48.5, 46, 180, 360) + [q for x in (82.5, 50, 17.5) for q in arc(x, 54, 16, 8, 0, -180)])
            p.poly(arc(50, 54, 16, 45, 180, 360) + arc(50, 54, 16, 8, 0, -180), p.pale, 2.5)
        case "bell":
            p.dots(10, 9, (50, 88), fill=p.deep)
            p.strap(*arc(50, 11, 7, 7), fill=p.deep, width=4)
            p.poly(
                smooth(
                    (50, 14),
                    (66, 20),
                    (74, 38),
                    (78, 62),
                    (92, 78),
                    (70, 83),
                    (50, 84),
                    (30, 83),
                    (8, 78),
                    (22, 62),
                    (26, 38),
                    (34, 20),
                )
            )
        case "leaf":
            p.line((50, 70), (50, 86), (54, 98), width=6)
            p.poly(smooth((50, 1), (62, 14), (76, 30), (82, 50), (75, 70), (50, 84), (25, 70), (18, 50), (29, 24)))
            p.line((50, 12), (50, 84))
            for y in (36, 52, 68):
                p.line((67, y - 12), (50, y), (33, y - 12), width=2)
        case "drum":
            p.poly([(10, 30), (90, 30), *arc(50, 78, 40, 16, 0, 180)])
            p.line(
                (12, 40),
                (23, 84),
                (37, 46),
                (50, 92),
                (63, 46),
                (77, 84),
                (88, 40),
                fill=STEEL if p.white else CREAM,
                width=3.5,
            )
            p.dots(42, 18, (50, 30), fill=p.deep)
            p.dots(35, 13, (50, 28), fill=(226, 208, 168) if p.white else CREAM, width=1.5)
            p.line((18, 7), (54, 30), (46, 30), (82, 7), fill=BROWN, width=4.5)
        case "crown":
            p.poly([(10, 90), (3, 28), (27, 54), (50, 14), (73, 54), (97, 28), (90, 90)], width=4)
            p.poly([(8, 74), (92, 74), (90, 91), (10, 91)], p.deep)
            p.dots(5, 5, (4, 26), (50, 12), (96, 26), (28, 82), (50, 82), (72, 82), fill=p.pale, width=2)


def sprite(kind: str, colour: str, size: str, rng: Rng) -> Image.Image:
    """Draw a toy, turn it, shade it with light from the upper left, and scale it down to its size."""
    red, green, blue = (int(v) for v in np.clip(COLOURS[colour] + rng.integers(-6, 7, 3), 0, 250))
    pen, most = Pen((red, green, blue)), TURNS.get(kind, 14)
    draw(pen, kind, rng.random() < 0.5)
    image = pen.image
    if kind != "block" and rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image = image.rotate(rng.uniform(-most, most), Image.Resampling.BICUBIC, expand=True)
    image = image.crop(image.getchannel("A").point(lambda v: 255 * (v > 127)).getbbox())
    alpha = image.getchannel("A")
    height = Image.fromarray(np.pad(np.asarray(alpha), 30)).filter(ImageFilter.GaussianBlur(16))
    slope = sum(np.gradient(np.asarray(height, float) / 28))[30:-30, 30:-30, None]
    rgb = np.asarray(image, float)[..., :3] * (1 + np.clip(slope, -0.3, 0.12)) + 90 * np.clip(slope, 0, 0.3)
    lit = Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).convert("RGB")
    lit.putalpha(alpha)
    scale = rng.integers(SIZES[size][0], SIZES[size][1] + 1) / max(lit.size)
    return lit.resize((round(lit.width * scale), round(lit.height * scale)), Image.Resampling.BOX)


@dataclass(eq=False)
class Toy:
    """A toy that lies on the table."""

    kind: str
    colour: str
    size: str
    image: Image.Image
    x: int
    y: int

    @property
    def centre(self) -> Point:
        """The box's centre."""
        return self.x + self.image.width / 2, self.y + self.image.height / 2

    @property
    def mask(self) -> np.ndarray:
        """The toy's pixels in the picture."""
        whole = Image.new("L", (SIDE, SIDE))
        whole.paste(self.image.getchannel("A"), (self.x, self.y))
        return np.asarray(whole) > 127

    def is_a(self, size: str = "", colour: str = "", kind: str = "") -> bool:
        """Whether the toy has every attribute that is given."""
        return size in ("", self.size) and colour in ("", self.colour) and kind in ("", self.kind)


def clouds(rng: Rng, across: int, down: int) -> np.ndarray:
    """Smooth noise over the picture, about -1 to 1."""
    small = Image.fromarray(rng.uniform(-1, 1, (down, across)).astype(np.float32))
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def table(rng: Rng) -> Image.Image:
    """A table top of middle brightness and little colour: wood, checked cloth, tiles, felt, cork or stone."""
    row, col = np.mgrid[:SIDE, :SIDE]
    dull, step = [(112, 128, 136), (128, 122, 126), (120, 126, 112)][rng.integers(3)], int(rng.integers(12, 20))
    y, x = row // (3 * step), col // (3 * step)
    grout = (row % (3 * step) < 2) | (col % (3 * step) < 2)
    base, tone = (
        ((128, 100, 78), rng.uniform(-13, 13, 8)[row // 38] + 9 * clouds(rng, 5, 90) - 30 * (row % 38 == 0)),
        (dull, 11.0 * (row // step % 2) + 11.0 * (col // step % 2) - 11 + 3 * ((row + col) % 2)),
        (dull, rng.uniform(-9, 9, (6, 6))[y, x] - 26 * grout + 4 * clouds(rng, 12, 12)),
        (mix(dull, (40, 40, 50), 0.4), 4 * clouds(rng, 150, 150)),
        ((150, 124, 98), 7 * clouds(rng, 60, 60) + 6 * clouds(rng, 120, 120)),
        ((134, 134, 138), 10 * clouds(rng, 9, 14) + 4 * clouds(rng, 90, 90)),
    )[rng.integers(6)]
    light = 1.06 - 0.14 * (row + col) / (2 * SIDE)
    rgb = (np.array(base) + (tone + rng.normal(0, 1.5, (SIDE, SIDE)))[..., None]) * light[..., None]
    return Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).convert("RGB")


def lay(rng: Rng) -> list[Toy] | None:
    """Choose toys and lay them on free places; None when they do not fit."""
    count, big = int(rng.integers(3, 8)), rng.choice((0.2, 0.4, 0.6))
    kinds, colours = (
        rng.choice(list(every), int(rng.integers(rng.choice((1, 2, 2)), count + 1)), replace=False)
        for every in (KINDS, COLOURS)
    )
    looks = {
        ("big" if rng.random() < big else "small", str(rng.choice(kinds)), str(rng.choice(colours)))
        for _ in range(count)
    }
    toys: list[Toy] = []
    for size, kind, colour in sorted(looks):  # the big ones first
        image = sprite(kind, colour, size, rng)
        for _ in range(200):
            x, y = (int(rng.integers(GAP, SIDE - GAP - side + 1)) for side in image.size)
            if all(
                x + image.width + GAP <= t.x
                or t.x + t.image.width + GAP <= x
                or y + image.height + GAP <= t.y
                or t.y + t.image.height + GAP <= y
                for t in toys
            ):
                toys.append(Toy(kind, colour, size, image, x, y))
                break
    return toys if len(toys) == count else None


def picture(toys: Sequence[Toy], rng: Rng) -> Image.Image:
    """The table with the toys and their soft shadows."""
    image, shade = table(rng), Image.new("L", (SIDE, SIDE))
    for toy in toys:
        shade.paste(105, (toy.x + 2, toy.y + 2), toy.image.getchannel("A"))
    image.paste((22, 18, 24), (0, 0), shade.filter(ImageFilter.GaussianBlur(1.6)))
    for toy in toys:
        image.paste(toy.image, (toy.x, toy.y), toy.image)
    return image


def runs(mask: np.ndarray) -> list[list[list[int]]]:
    """A rectangle along pixel edges for every run of a mask's row, so that holes stay out and nothing is rounded."""
    rows, found = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1)))), []
    for y, row in enumerate(rows):
        for a, b in zip(np.flatnonzero(row == 1).tolist(), np.flatnonzero(row == -1).tolist(), strict=True):
            found.append([[a, y], [b, y], [b, y + 1], [a, y + 1]])
    return found


# Kinds: what fits them beyond doubt, as the clause after "that" (in brackets: kinds about which one could argue).
FUNCTIONS = """
ball: a goalkeeper tries to stop; you throw and catch (block hat); bounces on the floor (heart); dogs fetch (duck)
block: you stack to make a tower (cup); children use to build walls; you need many of to build a toy castle
star: twinkles at night (moon); a sheriff wears as a badge; you make a wish on when it falls from the sky
heart: stands for love (flower); beats inside your chest; belongs on a valentine card (flower); pumps your blood
moon: goes around the earth once a month; wolves are said to howl at; astronauts once walked on
cup: you drink from; coffee is served in; holds hot tea
key: opens a locked door; you turn in a lock; lets you in when a door is shut
fish: lives under water (boat duck); breathes with gills; has scales and fins; you might catch with a hook and line
car: drives on the road; you park in a garage; stops at a traffic light
house: a family lives in; has bedrooms and a kitchen; people come home to; has a roof and a front door
tree: birds build their nests in (leaf house); has roots and branches; a lumberjack would cut down; has a trunk (car)
mushroom: is a fungus; can be poisonous to eat (flower leaf tree); has a cap and a stem (flower hat)
boat: sails across the lake (duck); a sailor steers; needs wind in its sails
flower: bees visit for nectar (tree); you put in a vase (leaf tree); has petals; smells sweet in the garden (tree leaf)
arrow: shows you which way to go (star); is shot with a bow; an archer needs
duck: says quack; has a beak; waddles to the pond
hat: keeps the sun off your face (umbrella tree); a magician pulls a rabbit out of; a gentleman lifts in greeting
umbrella: keeps the rain off (hat house tree mushroom); you open in a rain shower; you fold up once it stops raining
bell: rings; hangs in a church tower; goes ding dong
leaf: falls from a twig in autumn; caterpillars like to nibble (flower tree); turns brown in the fall (tree)
drum: you beat with two sticks; goes boom boom in a marching band; keeps the beat of the music (heart bell)
crown: a king wears (hat); shows who rules the kingdom; a new queen is given
fish duck: can swim (boat); is an animal
boat duck: floats on the water (leaf ball cup fish block hat flower tree arrow key)
star moon: shines in the night sky
car boat: can take people on a trip (duck)
tree flower mushroom: grows out of the ground (leaf)
hat crown: is worn on the head
drum bell: makes a sound when it is struck
"""
ACTORS = (
    "a ",
    "an ",
    "you ",
    "dogs ",
    "children ",
    "wolves ",
    "astronauts ",
    "coffee ",
    "people ",
    "birds ",
    "bees ",
    "caterpillars ",
)
OTHER_WORDS = {
    "block": ("building block", "toy block"),
    "cup": ("mug",),
    "boat": ("sailing boat", "sailboat"),
    "duck": ("rubber duck",),
    "moon": ("crescent moon",),
    "toy": ("thing", "object"),
    "small": ("little",),
    "big": ("large",),
}
SIDES = {  # axis, sign, superlatives, relations
    "left": (0, 1, ("leftmost {}", "{} furthest left", "{} on the far left"), ("left of", "to the left of")),
    "right": (0, -1, ("rightmost {}", "{} furthest right", "{} on the far right"), ("right of", "to the right of")),
    "top": (1, 1, ("topmost {}", "uppermost {}", "{} highest up in the picture"), ("above", "higher up than")),
    "bottom": (1, -1, ("lowest {}", "bottommost {}", "{} furthest down"), ("below", "further down than")),
}
REQUESTS = (
    "please find {}",
    "can you show me {}?",
    "I am looking for {}",
    "point to {}",
    "can I have {}, please?",
    "mark {} for me",
    "I would like to have {}",
    "where is {}?",
    "where can I find {}?",
    "do you see {}?",
)
Options = Iterator[tuple[str, str, "Toy | None"]]  # form, sentence, the toy it means


def one(rng: Rng, *choices: str) -> str:
    """One of the phrasings."""
    return str(rng.choice(choices))


def words(rng: Rng, size: str = "", colour: str = "", kind: str = "") -> str:
    """A noun with its adjectives, now and then with another word for the same."""
    parts = [part for part in (size, colour, kind or "toy") if part]
    return " ".join(one(rng, *OTHER_WORDS[w]) if w in OTHER_WORDS and rng.random() < 0.25 else w for w in parts)


def groups(toys: Sequence[Toy], most: int) -> list[tuple[tuple[str, str, str], list[Toy]]]:
    """Every description (size, colour, kind) of at most so many attributes, with the toys that it fits."""
    looks = {(s, c, k) for t in toys for s in ("", t.size) for c in ("", t.colour) for k in ("", t.kind)}
    return [(look, [t for t in toys if t.is_a(*look)]) for look in sorted(looks) if sum(map(bool, look)) <= most]


def names(rng: Rng, toys: Sequence[Toy]) -> list[tuple[Toy, tuple[str, str, str], str]]:
    """Toys that can be named alone, each with the description and its words."""
    return [
        (found[0], look, "the " + words(rng, *look))
        for look, found in groups(toys, 2)
        if len(found) == 1 and (look[2] or (look[1] and rng.random() < 0.3))
    ]


def attribute(toys: Sequence[Toy], rng: Rng) -> Options:
    """By size, colour and kind."""
    for (s, c, k), found in groups(toys, 3):
        if len(found) == 1:
            yield "plain", "the " + words(rng, s, c, k), found[0]
            if not (s and c and k):
                yield "only", one(rng, "the only ", "the one and only ") + words(rng, s, c, k), found[0]
            if s or c:
                yield "clause", f"the {words(rng, '', '', k)} that is {' and '.join(filter(None, (s, c)))}", found[0]


def function(toys: Sequence[Toy], rng: Rng, wanted: int = 1) -> Options:
    """By what it is for, or does; so many toys fit (1 or 0)."""
    for line in FUNCTIONS.strip().splitlines():
        kinds, clauses = line.split(": ")
        found = [t for t in toys if t.kind in kinds.split()]
        for clause, _, doubt in (part.partition(" (") for part in clauses.split("; ")):
            if len(found) == wanted and not any(t.kind in doubt.strip(")").split() for t in toys):
                active = not clause.startswith(ACTORS)
                asked = ("which toy {}?", "something that {}") if active else ("something {}", "the thing {}")
                what = "anything that {}" if clause.startswith("can") else "what {}"
                text = one(rng, "the thing that {}", "the toy that {}", "the one that {}", what, *asked).format(clause)
                yield "use", text, found[0] if found else None


def superlative(toys: Sequence[Toy], rng: Rng) -> Options:
    """The outermost on one side, or the biggest or smallest."""
    for look, found in groups(toys, 2):
        for axis, sign, ways, _ in SIDES.values() if len(found) > 1 else ():
            order = sorted(found, key=lambda t: sign * t.centre[axis])
            if abs(order[0].centre[axis] - order[1].centre[axis]) >= CLEAR:
                yield "place", "the " + one(rng, *ways).format(words(rng, *look)), order[0]
        for size, ways, sign in (("big", ("biggest", "largest"), 1), ("small", ("smallest", "tiniest"), -1)):
            odd = [t for t in found if t.size == size]
            if (
                not look[0]
                and len(odd) == 1 < len(found)
                and all(  # in area as well
                    sign * math.log(odd[0].mask.sum() / t.mask.sum()) > 0.2 for t in found if t.size != size
                )
            ):
                yield "extent", f"the {one(rng, *ways)} {words(rng, *look)}", odd[0]


def relation(toys: Sequence[Toy], rng: Rng) -> Options:
    """By the place with respect to another toy."""
    for anchor, _, name in names(rng, toys):
        for look, found in groups([t for t in toys if t is not anchor], 1):
            noun = words(rng, *look)
            for axis, sign, _, ways in SIDES.values():
                ahead = [t for t in found if sign * (anchor.centre[axis] - t.centre[axis]) > -CLEAR / 2]
                away = [abs(anchor.centre[k] - ahead[0].centre[k]) for k in (axis, 1 - axis)] if ahead else [0, 0]
                if len(ahead) == 1 and (len(found) > 1 or look[2]) and away[0] >= max(CLEAR, 0.6 * away[1]):
                    yield "side" if len(found) > 1 else "lone", f"the {noun} {one(rng, *ways)} {name}", ahead[0]
            order = sorted(found, key=lambda t: math.dist(t.centre, anchor.centre))
            gaps = np.diff([math.dist(t.centre, anchor.centre) for t in order])
            if len(gaps) and gaps[0] >= CLEAR:
                yield "near", f"the {noun} {one(rng, 'nearest to', 'closest to')} {name}", order[0]
            if len(gaps) > 1 and gaps[-1] >= CLEAR:
                yield "far", f"the {noun} {one(rng, 'farthest from', 'furthest away from')} {name}", order[-1]


def same(toys: Sequence[Toy], rng: Rng) -> Options:
    """By what it shares with another toy."""
    for anchor, (size, colour, _), name in names(rng, toys):
        rest = [t for t in toys if t is not anchor]
        for k in sorted({"", *(t.kind for t in rest)}):
            found = [t for t in rest if t.is_a("", anchor.colour, k)]
            if len(found) == 1 and not colour and (not k or sum(t.kind == k for t in rest) > 1):
                yield (
                    "colour",
                    f"the {words(rng, '', '', k)} "
                    + one(
                        rng,
                        f"with the same colour as {name}",
                        f"that has the colour of {name}",
                        f"that is the same colour as {name}",
                        f"coloured like {name}",
                    ),
                    found[0],
                )
        found = [t for t in rest if t.kind == anchor.kind]
        if len(found) == 1:
            noun = words(rng, "", "", anchor.kind)
            trait = anchor.colour if found[0].colour != anchor.colour else anchor.size
            yield (
                "kind",
                one(
                    rng,
                    f"another {noun} like the {trait} one",
                    f"the other {noun} besides the {trait} one",
                    f"the other toy of the same kind as the {trait} {noun}",
                    f"the one with the same shape as the {trait} {noun}",
                ),
                found[0],
            )
        found = [t for t in rest if t.size == anchor.size]
        if len(found) == 1 and not size:
            yield (
                "size",
                f"the {words(rng)} "
                + one(rng, f"of about the same size as {name}", f"that is about as {anchor.size} as {name}"),
                found[0],
            )


def ordinal(toys: Sequence[Toy], rng: Rng) -> Options:
    """By rank from one side."""
    for look, found in groups(toys, 1):
        for end, (axis, sign, _, _) in SIDES.items():
            order = sorted(found, key=lambda t: sign * t.centre[axis])
            for toy, rank in zip(order[1:] if any(look) else order[1:-1], ("second", "third", "fourth"), strict=False):
                if all(abs(t.centre[axis] - toy.centre[axis]) >= CLEAR for t in order if t is not toy):
                    noun = words(rng, *look)
                    yield (
                        "some" if any(look) else "every",
                        one(
                            rng,
                            f"the {rank} {noun} from the {end}",
                            f"the {rank} {noun} counted from the {end}",
                            f"the {noun} that comes {rank} from the {end}",
                        ),
                        toy,
                    )


def negation(toys: Sequence[Toy], rng: Rng) -> Options:
    """By what it is not."""
    for look, found in groups(toys, 2):
        for trait, taken in zip(("size", "colour", "kind"), look, strict=False):
            for value in sorted({getattr(t, trait) for t in found}) if len(found) > 1 and not taken else ():
                rest = [t for t in found if getattr(t, trait) != value]
                if len(rest) == 1:
                    said = ("an " if value[0] in "aeiou" else "a ") * (trait == "kind") + value
                    never = one(rng, "that is not", "that isn't", "which is not")
                    yield trait, f"the {one(rng, '', '', 'only ')}{words(rng, *look)} {never} {said}", rest[0]


def absent(toys: Sequence[Toy], rng: Rng) -> Options:
    """A sentence that nothing in the scene fits."""
    kinds, colours = sorted({t.kind for t in toys}), sorted({t.colour for t in toys})
    for form, size in (("mixed", ""), ("sized", "small"), ("sized", "big")):
        for c, k in ((c, k) for c in colours for k in kinds if not any(t.is_a(size, c, k) for t in toys)):
            yield form, "the " + words(rng, size, c, k), None
    missing, fresh = one(rng, *sorted(set(KINDS) - set(kinds))), one(rng, *sorted(set(COLOURS) - set(colours)))
    yield "plain", "the " + words(rng, "", one(rng, "", *colours), missing), None
    yield "plain", "the " + words(rng, "", fresh, one(rng, "", *kinds)), None
    for _, _, tops, ways in SIDES.values():
        yield "placed", "the " + one(rng, *tops).format(missing), None
        for _, _, name in names(rng, toys):
            yield "placed", f"the {missing} {one(rng, *ways)} {name}", None
    yield from function(toys, rng, 0)


FAMILIES: tuple[Callable[[Sequence[Toy], Rng], Options], ...] = (
    attribute,
    function,
    superlative,
    relation,
    same,
    ordinal,
    negation,
    absent,
)


def ask(text: str, rng: Rng) -> str:
    """About every second time, put a request around the phrase."""
    if not text.endswith("?") and rng.random() < 0.52:
        text = one(rng, *(REQUESTS if text.startswith("the ") else REQUESTS[:-3])).format(text)
    return text[0].upper() + text[1:] + "." * (not text.endswith("?")) if rng.random() < 0.4 else text


def sample(seed: int, number: int) -> tuple[Image.Image, dict[str, Any]]:
    """The picture of this seed and number, with its description."""
    rng, family = np.random.default_rng([seed, number]), FAMILIES[number % len(FAMILIES)]
    while True:
        toys = lay(rng)
        options = list(family(toys, rng)) if toys else []
        if not toys or not options:
            continue
        form = one(rng, *sorted({option[0] for option in options}))  # every form as often as any other
        fitting = [option for option in options if option[0] == form]
        _, text, target = fitting[rng.integers(len(fitting))]
        shapes = [
            {"label": "target", "shape_type": "polygon", "points": points, "image_name": f"{number:05d}.png"}
            for points in (runs(target.mask) if target else ())
        ]
        return picture(toys, rng), {
            "text": [ask(text, rng)],
            "is_sentence": True,
            "family": family.__name__,
            "shapes": shapes,
        }


def contact_sheet(samples: Sequence[tuple[Image.Image, dict[str, Any]]], across: int = 4, zoom: int = 2) -> Image.Image:
    """The samples in a grid, with outline and sentence."""
    side, foot = SIDE * zoom, 46
    sheet = Image.new("RGB", (across * (side + 8), -(-len(samples) // across) * (side + foot)), "white")
    draft = ImageDraw.Draw(sheet)
    for i, (image, record) in enumerate(samples):
        x, y = i % across * (side + 8), i // across * (side + foot)
        sheet.paste(image.resize((side, side), Image.Resampling.NEAREST), (x, y))
        inside = Image.new("L", (side, side))
        for a, _, c, _ in (shape["points"] for shape in record["shapes"]):
            ImageDraw.Draw(inside).rectangle((a[0] * zoom, a[1] * zoom, c[0] * zoom - 1, c[1] * zoom - 1), 255)
        edge = ImageChops.subtract(inside.filter(ImageFilter.MaxFilter(3)), inside)
        sheet.paste((0, 255, 255), (x, y), edge)
        caption = textwrap.fill(f"{record['family']}: {record['text'][0]}", 50)
        draft.multiline_text((x + 3, y + side + 2), caption, "black", ImageFont.load_default(15))
    return sheet


def main() -> None:
    """Read the command line and write the set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder; the samples go to its subfolder test")
    parser.add_argument("--count", type=int, default=300, help="number of samples")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet of the first 12 scenes")
    args = parser.parse_args()
    (args.out / "test").mkdir(parents=True, exist_ok=True)
    for number in range(args.count):
        image, record = sample(args.seed, number)
        image.save(args.out / "test" / f"{number:05d}.png")
        (args.out / "test" / f"{number:05d}.json").write_text(json.dumps(record) + "\n", encoding="utf-8")
    if args.sheet:
        contact_sheet([sample(args.seed, number) for number in range(12)]).save(args.sheet)


if __name__ == "__main__":
    main()
