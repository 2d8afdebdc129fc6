"""What every hand draws with: points in words, arcs, turns and smooth curves. Unit square, x right, y down."""

from __future__ import annotations

import math
from collections.abc import Callable

from lens_seg.data.toybox.pen import Pen, Points

Drawing = Callable[[Pen], None]
Path = list[tuple[float, float]]


def at(text: str) -> Path:
    """Points written in hundredths: "50,0 100,100" or "50 0, 100 100"."""
    numbers = [float(number) / 100 for number in text.replace(",", " ").split()]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float, n: int = 24) -> Path:
    """`n` + 1 points along an ellipse, in degrees: 0 right, 90 down."""
    angles = [math.radians(start + (end - start) * i / n) for i in range(n + 1)]
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


def turned(points: Points, degrees: float, cx: float = 0.5, cy: float = 0.5) -> Path:
    """The points turned clockwise around a centre."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(cx + (x - cx) * c - (y - cy) * s, cy + (x - cx) * s + (y - cy) * c) for x, y in points]


def smooth(points: Points, n: int = 8, *, closed: bool = True) -> Path:
    """A Catmull-Rom curve through the points, `n` steps from each to the next; a point given twice is a corner."""
    p = list(points)
    p = [p[-1], *p, p[0], p[1]] if closed else [p[0], *p, p[-1]]
    out: Path = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        for t in (i / n for i in range(n + (not closed)) if b != c):
            w = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
            x, y = (sum(wi * q[k] for wi, q in zip(w, (a, b, c, d), strict=True)) / 2 for k in (0, 1))
            out.append((x, y))
    return out
