"""The engraver: toys as in a classic picture dictionary, typical shapes with rich inner detail."""

from __future__ import annotations

import math

from lens_seg.data.toybox.hands.curves import Drawing, Path, arc, at, smooth, turned
from lens_seg.data.toybox.pen import BASE, BLACK, DARK, LIGHT, PALE, Pen, Points

INK = -0.55


def _smooth(points: Points, closed: bool = True, n: int = 8) -> Path:
    """A smooth curve, kept inside the unit square."""
    return [(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in smooth(points, n, closed=closed)]


def _mirror(left: Points) -> Path:
    """A shape from its left outline, top to bottom."""
    return [*left, *((1 - x, y) for x, y in reversed(left))]


def _inked(pen: Pen, points: Points, tone: float = BASE, width: float = 0.022, ink: float = DARK) -> None:
    """A shape with an engraved edge inside its outline's own width."""
    pen.poly(points, tone)
    pen.line([*points, points[0]], width, ink, body=False)


def _mark(pen: Pen, points: Points, width: float = 0.022, tone: float = INK) -> None:
    pen.line(points, width, tone, body=False)


def _petal(cx: float, cy: float, inner: float, outer: float, width: float, degrees: float) -> Path:
    """A petal that points from the centre at the angle."""
    mid, half = ((inner + outer) / 2, (outer - inner) / 2)
    return turned([(cx + x - cx, y) for x, y in arc(cx + mid, cy, half, width / 2, 0, 360, 28)], degrees, cx, cy)


def ball_soccer(pen: Pen) -> None:
    _inked(pen, arc(0.5, 0.5, 0.5, 0.5, 0, 360, 60), width=0.04)
    for k in range(5):
        a = -90 + 72 * k
        _mark(pen, [arc(0.5, 0.5, r, r, a, a, 1)[0] for r in (0.15, 0.35)], 0.03)
        pen.poly(arc(*arc(0.5, 0.5, 0.46, 0.46, a, a, 1)[0], 0.135, 0.135, a, a + 360, 5), BLACK, body=False)
        _mark(pen, [arc(0.5, 0.5, 0.33, 0.33, a, a, 1)[0], arc(0.5, 0.5, 0.37, 0.37, a + 36, a + 36, 1)[0]], 0.022)
        _mark(pen, [arc(0.5, 0.5, 0.33, 0.33, a, a, 1)[0], arc(0.5, 0.5, 0.37, 0.37, a - 36, a - 36, 1)[0]], 0.022)
        _mark(pen, [arc(0.5, 0.5, r, r, a + 36, a + 36, 1)[0] for r in (0.36, 0.5)], 0.022)
    pen.poly(arc(0.5, 0.5, 0.165, 0.165, -90, 270, 5), BLACK, body=False)


def ball_beach(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.5)
    tilt = math.radians(48)
    edges: list[Path] = []
    for k in range(9):
        lon, edge = (math.radians(40 * k + 10), [])
        for i in range(25):
            lat = math.pi * i / 24
            x, y, z = (math.sin(lat) * math.cos(lon), math.sin(lat) * math.sin(lon), math.cos(lat))
            y, z = (y * math.cos(tilt) - z * math.sin(tilt), y * math.sin(tilt) + z * math.cos(tilt))
            if z >= -0.05:
                edge.append((0.5 + x / 2, 0.5 + y / 2))
        edges.append(turned(edge, 25))
    for k, tone in ((1, PALE), (2, DARK), (4, PALE), (5, DARK), (7, PALE), (8, DARK)):
        pen.poly([*edges[k], *reversed(edges[(k + 1) % 9])], tone, body=False)
    for edge in edges:
        _mark(pen, edge, 0.014)
    pen.dot(*edges[0][0], 0.07, LIGHT, body=False)
    _mark(pen, arc(*edges[0][0], 0.07, 0.07, 0, 360, 28), 0.016)
    _mark(pen, arc(0.5, 0.5, 0.49, 0.49, 0, 360, 28), 0.03, DARK)


def block_cube(pen: Pen) -> None:
    top, left, right = ((0.5, 0.0), (0.06, 0.25), (0.94, 0.25))
    near, low = ((0.5, 0.5), (0.5, 1.0))
    _inked(pen, [top, right, near, left], 0.3)
    _inked(pen, [left, near, low, (0.06, 0.75)])
    _inked(pen, [near, right, (0.94, 0.75), low], DARK)
    for side in (-1, 1):
        frame = [(0.5 + side * 0.44 * u, 0.5 - 0.25 * u + 0.5 * v) for u, v in ((0.14, 0.14), (0.86, 0.14))]
        frame += [(x, y + 0.36) for x, y in reversed(frame)]
        _mark(pen, [*frame, frame[0]], 0.022, INK if side < 0 else -0.6)

    def face(points: Points) -> Path:
        return [(0.06 + 0.44 * u, 0.25 + 0.25 * u + 0.5 * v) for u, v in points]

    _mark(pen, face(at("28,76 50,24 72,76")), 0.06, BLACK)
    _mark(pen, face(at("38,58 62,58")), 0.045, BLACK)
    for u, v in ((0.3, 0.3), (0.5, 0.5), (0.7, 0.7)):
        pen.oval(*(0.47 + 0.44 * u, 0.45 - 0.25 * u + 0.5 * v), 0.53 + 0.44 * u, 0.55 - 0.25 * u + 0.5 * v, PALE)
    pen.poly(at("50,10 76,25 50,40 24,25"), BASE, body=False)
    pen.oval(0.41, 0.2, 0.59, 0.3, PALE, body=False)


def block_front(pen: Pen) -> None:
    pen.rect(0, 0, 1, 1, DARK, r=0.06)
    pen.rect(0.03, 0.03, 0.97, 0.97, BASE, r=0.05)
    pen.rect(0.14, 0.14, 0.86, 0.86, DARK, r=0.03)
    pen.rect(0.17, 0.17, 0.83, 0.83, 0.3, r=0.02)
    for x, y in ((0.085, 0.085), (0.915, 0.085), (0.085, 0.915), (0.915, 0.915)):
        pen.dot(x, y, 0.035, INK)
    for y in (0.3, 0.5, 0.7):
        for x in (0.085, 0.915):
            _mark(pen, [(x, y - 0.06), (x, y + 0.06)], 0.02, DARK)
            _mark(pen, [(y - 0.06, x), (y + 0.06, x)], 0.02, DARK)
    pen.line(at("36,26 36,74"), 0.1, BLACK)
    for y, r in ((0.375, 0.115), (0.615, 0.125)):
        pen.line([(0.36, y - r), (0.52, y - r), *arc(0.53, y, r, r, -90, 90, 28), (0.36, y + r)], 0.075, BLACK)


def _star(n: int, inner: float, start: float = -90.0) -> Path:
    radii = (0.5, inner)
    return [arc(0.5, 0.5, radii[i % 2], radii[i % 2], start + 180 * i / n, 0, 1)[0] for i in range(2 * n)]


def star_fat(pen: Pen) -> None:
    points = [(x, y * 0.98 + 0.06) for x, y in _star(5, 0.3)]
    pen.poly(points)
    pen.line([*((0.5 + (x - 0.5) * 0.94, 0.55 + (y - 0.55) * 0.94) for x, y in points), (0.5, 0.08)], 0.05)
    for i in range(0, 10, 2):
        pen.poly([(0.5, 0.55), points[i], points[i + 1]], DARK, body=False)
        _mark(pen, [(0.5, 0.55), points[i - 1]], 0.016, DARK)
    for i in range(0, 10, 2):
        pen.dot(0.5 + (points[i][0] - 0.5) * 0.72, 0.55 + (points[i][1] - 0.55) * 0.72, 0.04, PALE)
    pen.dot(0.5, 0.55, 0.11, LIGHT, body=False)
    _mark(pen, arc(0.5, 0.55, 0.11, 0.11, 0, 360, 28))


def star_many(pen: Pen) -> None:
    points = _star(8, 0.24)
    _inked(pen, points, width=0.03)
    for i in range(0, 16, 2):
        pen.poly([(0.5, 0.5), points[i], points[i + 1]], DARK, body=False)
    pen.dot(0.5, 0.5, 0.2, BASE, body=False)
    _mark(pen, arc(0.5, 0.5, 0.2, 0.2, 0, 360, 28))
    pen.dot(0.5, 0.5, 0.13, PALE, body=False)
    _mark(pen, arc(0.5, 0.5, 0.13, 0.13, 0, 360, 28))
    pen.poly([(0.5 + (x - 0.5) * 0.22, 0.5 + (y - 0.5) * 0.22) for x, y in points], INK, body=False)


def heart_plain(pen: Pen) -> None:
    turns = [math.tau * i / 60 for i in range(60)]
    path = [
        (16 * math.sin(t) ** 3, 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t))
        for t in turns
    ]
    outer = [(0.5 + x / 32, 0.45 - y / 32) for x, y in path]
    _inked(pen, outer, width=0.05)
    _mark(pen, [(0.5 + x / 40, 0.44 - y / 40) for x, y in [*path, path[0]]], 0.016, DARK)
    pen.poly(turned(arc(0.27, 0.28, 0.06, 0.11, 0, 360, 28), 35, 0.27, 0.28), PALE, body=False)
    pen.dot(0.19, 0.44, 0.03, PALE, body=False)
    for x in (0.64, 0.71, 0.78):
        _mark(pen, [(x, 0.72 - (x - 0.64)), (x + 0.09, 0.6 - (x - 0.64) * 1.3)], 0.018, DARK)


def heart_band(pen: Pen) -> None:
    left = [*reversed(arc(0.275, 0.26, 0.26, 0.26, 165, 325, 28)), *at("2,35 6,50 17,68 50,100")]
    pen.poly(_mirror(left))
    for k in range(-4, 10):
        _mark(pen, [(k * 0.16 - 0.3, 0), (k * 0.16 + 0.5, 1)], 0.014, DARK)
        _mark(pen, [(k * 0.16 + 0.5, 0), (k * 0.16 - 0.3, 1)], 0.014, DARK)
    pen.poly(at("0,38 100,38 100,56 0,56"), PALE, body=False)
    for y in (0.38, 0.56):
        _mark(pen, [(0, y), (1, y)], 0.024)
    for x in (0.18, 0.34, 0.66, 0.82):
        pen.dot(x, 0.47, 0.035, DARK, body=False)
    for side in (-1, 1):
        _inked(pen, [(0.5, 0.47), (0.5 + side * 0.17, 0.34), (0.5 + side * 0.17, 0.6)], DARK, 0.024, INK)
    pen.dot(0.5, 0.47, 0.055, INK, body=False)


def moon_thin(pen: Pen) -> None:
    outer = [(x + 0.12, y) for x, y in arc(0.5, 0.5, 0.5, 0.5, 54, 306, 50)]
    _inked(pen, [*outer, *_smooth([outer[-1], *at("54,25 44,50 54,75"), outer[0]], False)], width=0.04)
    _mark(pen, arc(0.62, 0.5, 0.44, 0.44, 80, 280, 28), 0.014, DARK)
    for x, y, r in ((0.28, 0.4, 0.06), (0.35, 0.62, 0.05), (0.44, 0.2, 0.04), (0.25, 0.55, 0.025), (0.5, 0.82, 0.035)):
        pen.dot(x, y, r, DARK, body=False)
        _mark(pen, arc(x, y, r, r, 150, 330, 28), 0.016, LIGHT)


def moon_face(pen: Pen) -> None:
    outer = [(x + 0.06, y) for x, y in arc(0.44, 0.5, 0.5, 0.5, -125, 125, 50)]
    profile = at("21.5,91 40,83 36,77 42,70 35,67 36,63 41,60")
    profile += at("25,55 27,49 43,40 41,24 21.5,9")
    _inked(pen, [*outer, *_smooth(profile, False)], width=0.035)
    _mark(pen, arc(0.5, 0.5, 0.43, 0.43, -95, 95, 28), 0.016, DARK)
    pen.oval(0.49, 0.36, 0.63, 0.48, PALE, body=False)
    _mark(pen, arc(0.56, 0.42, 0.07, 0.06, 180, 360, 28), 0.024, BLACK)
    pen.dot(0.535, 0.42, 0.036, BLACK, body=False)
    _mark(pen, arc(0.56, 0.36, 0.11, 0.07, 200, 330, 28), 0.024)
    _mark(pen, _smooth(at("37,66 48,69 57,63"), False), 0.03, BLACK)
    pen.dot(0.66, 0.61, 0.07, DARK, body=False)
    _mark(pen, arc(0.66, 0.61, 0.045, 0.045, 0, 360, 28), 0.014, LIGHT)


def cup_mug(pen: Pen) -> None:
    pen.line(arc(0.7, 0.5, 0.24, 0.25, -90, 90, 28), 0.12, DARK)
    pen.line(arc(0.7, 0.5, 0.24, 0.25, -90, 90, 28), 0.07)
    pen.poly([*arc(0.36, 0.1, 0.36, 0.1, 180, 360, 28), *arc(0.36, 0.9, 0.34, 0.1, 0, 180, 28)])
    for y, tone in ((0.27, DARK), (0.33, PALE), (0.78, PALE), (0.84, DARK)):
        _mark(pen, arc(0.36, y, 0.34, 0.1, 0, 180, 28), 0.04, tone)
    turns = [math.tau * i / 30 for i in range(30)]
    path = [(0.36 + 0.17 * math.sin(t) ** 3, 0.61 - 0.13 * math.cos(t) + 0.06 * math.cos(2 * t)) for t in turns]
    pen.poly(path, INK, body=False)
    pen.oval(0, 0, 0.72, 0.2, 0.3)
    pen.oval(0.04, 0.03, 0.68, 0.17, BLACK)
    pen.oval(0.09, 0.08, 0.63, 0.168, INK)
    _mark(pen, at("6,40 6,72"), 0.03, LIGHT)


def cup_tea(pen: Pen) -> None:
    pen.oval(0, 0.66, 1, 0.9, DARK)
    pen.oval(0.02, 0.66, 0.98, 0.86, BASE)
    _mark(pen, arc(0.5, 0.76, 0.4, 0.07, 0, 360, 28), 0.016, DARK)
    pen.line(_smooth(at("77,30 93,29 95,42 84,54 70,58"), False), 0.07, DARK)
    bowl = [*arc(0.45, 0.22, 0.39, 0.08, 180, 360, 28), *at("80,45 68,66 58,74 60,79")]
    _inked(pen, [*bowl, *at("30,79 32,74 22,66 10,45")])
    _mark(pen, arc(0.45, 0.3, 0.375, 0.09, 0, 180, 28), 0.03, PALE)
    for x, y in ((0.45, 0.52), (0.24, 0.48), (0.66, 0.48)):
        for k in range(5):
            pen.poly(_petal(x, y, 0.02, 0.085, 0.055, 72 * k - 90), PALE, body=False)
        pen.dot(x, y, 0.026, INK, body=False)
    pen.oval(0.06, 0.14, 0.84, 0.3, 0.3)
    pen.oval(0.1, 0.165, 0.8, 0.28, INK)


def key_old(pen: Pen) -> None:
    for x, y in ((0.5, 0.15), (0.35, 0.33), (0.65, 0.33)):
        pen.dot(x, y, 0.15, DARK)
        pen.dot(x, y, 0.13, BASE)
    pen.rect(0.44, 0.36, 0.56, 1.0, BASE, r=0.05)
    pen.rect(0.5, 0.74, 0.82, 0.95, BASE)
    pen.rect(0.36, 0.47, 0.64, 0.53, DARK, r=0.03)
    pen.rect(0.4, 0.55, 0.6, 0.59, DARK, r=0.02)
    pen.rect(0.4, 0.66, 0.6, 0.71, DARK, r=0.02)
    for x, y in ((0.5, 0.15), (0.35, 0.33), (0.65, 0.33)):
        pen.hole(x - 0.065, y - 0.065, x + 0.065, y + 0.065)
        _mark(pen, arc(x, y, 0.07, 0.07, 0, 360, 28), 0.03)
    pen.dot(0.5, 0.275, 0.045, PALE, body=False)
    pen.hole(0.62, 0.81, 0.74, 0.88)
    _mark(pen, arc(0.68, 0.845, 0.06, 0.035, 0, 360, 28))
    for x in (0.62, 0.7):
        _mark(pen, [(x, 0.74), (x, 0.79)], 0.026)
        _mark(pen, [(x, 0.9), (x, 0.95)], 0.026)
    _mark(pen, at("47.5,61 47.5,97"), 0.022, LIGHT)


def key_modern(pen: Pen) -> None:
    top = at("36,40 93,40 100,47 93,58 87,53 80,60 73,54 66,61")
    _inked(pen, [*top, *at("59,55 52,61 46,57 36,61")])
    _mark(pen, at("44,46 92,46"), 0.026)
    head = arc(0.23, 0.5, 0.24, 0.24, 22.5, 382.5, 8)
    _inked(pen, [(max(x, 0.0), y) for x, y in head], width=0.04)
    _mark(pen, [(0.24 + (x - 0.24) * 0.76, 0.5 + (y - 0.5) * 0.76) for x, y in [*head, head[0]]], 0.018, INK)
    pen.hole(0.05, 0.43, 0.17, 0.57)
    _mark(pen, arc(0.11, 0.5, 0.06, 0.07, 0, 360, 28), 0.026)
    for y in (0.41, 0.5, 0.59):
        _mark(pen, [(0.24, y), (0.34, y)], 0.03, PALE)


def fish_slim(pen: Pen) -> None:
    _inked(pen, _smooth(at("30,38 42,21 58,24 66,40")), DARK, ink=INK)
    _inked(pen, _smooth(at("38,64 50,81 60,62")), DARK, ink=INK)
    tail = at("74,50 98,24 91,50 98,76")
    _inked(pen, tail)
    for y in (0.36, 0.43, 0.57, 0.64):
        _mark(pen, [(0.78, 0.5 + (y - 0.5) * 0.3), (0.92, y)], 0.016)
    _inked(
        pen,
        _smooth(at("1,50 15,36 40,28 64,38 83,48 83,52 64,62 40,72 15,64")),
    )
    for i in range(5):
        for j in (-1, 0, 1):
            if abs(j) * i < 4:
                _mark(pen, arc(0.36 + 0.09 * i + 0.045 * (j % 2), 0.5 + 0.1 * j, 0.045, 0.05, -80, 80, 8), 0.016)
    _mark(pen, arc(0.16, 0.5, 0.11, 0.15, -75, 75, 28), 0.026)
    pen.dot(0.14, 0.45, 0.05, PALE)
    pen.dot(0.13, 0.45, 0.028, BLACK)
    _mark(pen, arc(0.03, 0.5, 0.06, 0.06, 20, 70, 28), 0.022, BLACK)
    for x in (0.4, 0.48, 0.56):
        _mark(pen, [(x - 0.02, 0.32), (x + 0.02, 0.25)], 0.014)


def fish_round(pen: Pen) -> None:
    for s in (-1, 1):
        fin = [(0.72, 0.5 + s * 0.2), (0.5, 0.5 + s * 0.35), (0.36, 0.5 + s * 0.46), (0.14, 0.5 + s * 0.49)]
        _inked(pen, _smooth([*fin, (0.26, 0.5 + s * 0.28), (0.3, 0.5 + s * 0.14)]), BASE)
        for k in range(4):
            _mark(pen, [(0.36 + 0.08 * k, 0.5 + s * 0.28), (0.24 + 0.1 * k, 0.5 + s * 0.44)], 0.016)
    _inked(pen, _smooth(at("26,50 14,36 1,30 6,50 1,70 14,64")), DARK, ink=INK)
    body = _smooth(at("98,52 86,34 62,20 36,28 20,50 36,72 62,80 86,68"))
    _inked(pen, body)
    for x, h in ((0.71, 0.27), (0.5, 0.28), (0.32, 0.17)):
        path = arc(x - 0.1, 0.5, 0.1, h, -80, 80, 28)
        _mark(pen, path, 0.085, INK)
        _mark(pen, path, 0.05, PALE)
    _inked(pen, _smooth(at("62,52 46,46 48,62")), DARK, ink=INK)
    pen.dot(0.83, 0.44, 0.06, PALE)
    pen.dot(0.84, 0.44, 0.034, BLACK)
    _mark(pen, arc(0.95, 0.52, 0.08, 0.07, 80, 150, 28), 0.024, BLACK)


def _wheel(pen: Pen, x: float, y: float, r: float) -> None:
    pen.dot(x, y, r, BLACK)
    pen.dot(x, y, r * 0.68, BASE)
    for k in range(3):
        _mark(pen, turned([(x - r * 0.55, y), (x + r * 0.55, y)], 60 * k, x, y), 0.016)
    pen.dot(x, y, r * 0.2, PALE)


def car_sedan(pen: Pen) -> None:
    hood = at("1,55 5,48 24,45 38,27 45,25 64,25 72,29")
    _inked(pen, [*hood, *at("84,45 96,48 99,55 99,66 1,66")])
    pen.poly(at("30,45 41,30 53,30 53,45"), 0.33)
    pen.poly(at("56,45 56,30 67,30 77,45"), 0.33)
    for k in (0.38, 0.62):
        _mark(pen, [(k, 0.42), (k + 0.07, 0.33)], 0.018, PALE)
    _mark(pen, at("54.5,28 54.5,64"), 0.016)
    _mark(pen, at("30,47 30,58 36,64 68,64 77,55 77,47"), 0.014)
    for x in (0.46, 0.6):
        _mark(pen, [(x, 0.51), (x + 0.05, 0.51)], 0.024, BLACK)
    pen.rect(0.0, 0.6, 1.0, 0.67, DARK, r=0.03)
    pen.oval(0.02, 0.5, 0.09, 0.58, PALE)
    pen.rect(0.93, 0.5, 0.98, 0.58, INK)
    for x in (0.22, 0.79):
        pen.poly(arc(x, 0.66, 0.13, 0.13, 180, 360, 28), DARK, body=False)
        _wheel(pen, x, 0.67, 0.1)


def car_van(pen: Pen) -> None:
    path = _smooth(at("3,30 10,16 30,13 66,13 82,17"), False)
    _inked(pen, [*path, *at("93,42 99,50 99,78 2,78")])
    for x in (0.08, 0.3, 0.52):
        pen.rect(x, 0.23, x + 0.18, 0.43, 0.33, r=0.03)
        _mark(pen, [(x + 0.05, 0.38), (x + 0.12, 0.28)], 0.02, PALE)
    pen.poly(at("75,23 81,23 88,43 75,43"), 0.33)
    pen.rect(0.02, 0.48, 0.97, 0.53, PALE, body=False)
    for y in (0.48, 0.53):
        _mark(pen, [(0.03, y), (0.96, y)], 0.014)
    _mark(pen, at("72.5,20 72.5,74"), 0.016)
    _mark(pen, at("50.5,20 50.5,74"), 0.016)
    for x in (0.55, 0.75):
        _mark(pen, [(x, 0.59), (x + 0.05, 0.59)], 0.024, BLACK)
    for y in (0.58, 0.63, 0.68):
        _mark(pen, [(0.34, y), (0.46, y)], 0.016, DARK)
    pen.rect(0.0, 0.74, 1.0, 0.8, DARK, r=0.03)
    pen.oval(0.9, 0.56, 0.98, 0.66, PALE)
    pen.rect(0.03, 0.58, 0.07, 0.68, INK)
    for x in (0.2, 0.78):
        pen.poly(arc(x, 0.78, 0.13, 0.13, 180, 360, 28), DARK, body=False)
        _wheel(pen, x, 0.78, 0.1)


def _window(pen: Pen, x1: float, y1: float, x2: float, y2: float) -> None:
    pen.rect(x1 - 0.02, y1 - 0.02, x2 + 0.02, y2 + 0.02, INK)
    pen.rect(x1, y1, x2, y2, PALE)
    _mark(pen, [((x1 + x2) / 2, y1), ((x1 + x2) / 2, y2)], 0.018)
    _mark(pen, [(x1, (y1 + y2) / 2), (x2, (y1 + y2) / 2)], 0.018)


def house_gable(pen: Pen) -> None:
    pen.rect(0.7, 0.06, 0.83, 0.4, DARK)
    pen.rect(0.68, 0.03, 0.85, 0.09, INK)
    pen.rect(0.1, 0.42, 0.9, 1.0)
    for i, y in enumerate((0.54, 0.63, 0.72, 0.81, 0.9)):
        for x in range(5):
            _mark(pen, [(0.13 + 0.16 * x + 0.08 * (i % 2), y), (0.2 + 0.16 * x, y)], 0.012, DARK)
    pen.poly(at("50,0 100,46 0,46"), DARK)
    for i in range(1, 5):
        y = 0.46 - 0.09 * (i - 1)
        n, w = (11 - 2 * i, 0.1)
        for k in range(n):
            _mark(pen, arc(0.5 + w * (k - (n - 1) / 2), y - 0.06, w / 2, 0.05, 0, 180, 8), 0.014, -0.6)
    pen.line(at("2,45.5 98,45.5"), 0.03, INK)
    _window(pen, 0.18, 0.56, 0.34, 0.74)
    _window(pen, 0.66, 0.56, 0.82, 0.74)
    pen.rect(0.41, 0.62, 0.59, 1.0, INK)
    pen.rect(0.44, 0.65, 0.56, 1.0, BASE)
    pen.dot(0.54, 0.83, 0.02, BLACK)
    _window(pen, 0.455, 0.68, 0.545, 0.76)


def house_tower(pen: Pen) -> None:
    pen.rect(0.3, 0.55, 0.97, 1.0)
    pen.poly(at("38,30 90,30 100,57 30,57"), DARK)
    for y in (0.37, 0.44, 0.51):
        _mark(pen, [(0.3, y), (1.0, y)], 0.014)
        for x in range(9):
            _mark(pen, [(0.38 + 0.07 * x + (y - 0.37) * 0.5, y), (0.38 + 0.07 * x + (y - 0.37) * 0.5, y + 0.05)], 0.012)
    pen.rect(0.74, 0.18, 0.84, 0.36, INK)
    pen.rect(0.06, 0.32, 0.38, 1.0)
    _mark(pen, at("38,34 38,100"), 0.022)
    pen.poly(at("22,0 44,36 0,36"), DARK)
    for y in (0.14, 0.21, 0.28):
        _mark(pen, arc(0.22, y, y * 0.6, 0.03, 0, 180, 28), 0.014)
    _mark(pen, at("2,35 42,35"), 0.026)
    _window(pen, 0.15, 0.44, 0.29, 0.58)
    _window(pen, 0.15, 0.72, 0.29, 0.86)
    _window(pen, 0.46, 0.68, 0.58, 0.84)
    pen.poly([*arc(0.79, 0.76, 0.1, 0.1, 180, 360, 28), (0.89, 1.0), (0.69, 1.0)], INK)
    pen.poly([*arc(0.79, 0.76, 0.075, 0.075, 180, 360, 28), (0.865, 1.0), (0.715, 1.0)], BASE)
    _mark(pen, at("79,70 79,100"), 0.014)
    pen.dot(0.82, 0.86, 0.018, BLACK)


def tree_round(pen: Pen) -> None:
    pen.poly(at("43,55 57,55 58,88 68,100 32,100 42,88"), INK)
    for x in (0.47, 0.53):
        _mark(pen, [(x, 0.7), (x + (x - 0.5) * 1.2, 0.97)], 0.014, BLACK)
    blobs = at("20,50 80,50 24,28 76,28 50,20 38,56 62,56")
    for x, y in blobs:
        pen.dot(x, y, 0.2, DARK)
    for x, y in blobs:
        pen.dot(x, y, 0.178)
    pen.oval(0.22, 0.15, 0.78, 0.65)
    for x, y in (
        (0.34, 0.22),
        (0.6, 0.16),
        (0.2, 0.42),
        (0.5, 0.36),
        (0.74, 0.4),
        (0.36, 0.58),
        (0.62, 0.6),
        (0.8, 0.26),
    ):
        _mark(pen, arc(x, y, 0.06, 0.05, 190, 350, 8), 0.022)
    for x, y in ((0.26, 0.34), (0.48, 0.24), (0.68, 0.28), (0.36, 0.46), (0.6, 0.48), (0.84, 0.5), (0.18, 0.56)):
        pen.dot(x, y, 0.04, PALE)
        pen.dot(x - 0.008, y - 0.006, 0.014, DARK)


def tree_conifer(pen: Pen) -> None:
    pen.rect(0.43, 0.82, 0.57, 1.0, INK)
    for y, w, h in ((0.86, 0.4, 0.42), (0.62, 0.32, 0.36), (0.36, 0.23, 0.36)):
        edge = [(0.5 - w + w * k / 3, y + (0.0 if k % 2 else 0.035)) for k in range(7)]
        edge[0], edge[-1] = ((0.5 - w, y), (0.5 + w, y))
        _inked(
            pen, [(0.5, y - h), (0.5 + w * 0.45, y - h * 0.4), *reversed(edge), (0.5 - w * 0.45, y - h * 0.4)], ink=DARK
        )
        for k in range(5):
            x = 0.5 + w * (k - 2) / 3
            _mark(pen, [(x, y - 0.03), (x - (x - 0.5) * 0.4, y - 0.12)], 0.018)
    for x, y in (
        (0.4, 0.28),
        (0.58, 0.31),
        (0.34, 0.56),
        (0.52, 0.52),
        (0.67, 0.57),
        (0.24, 0.81),
        (0.42, 0.76),
        (0.62, 0.8),
    ):
        pen.dot(x, y, 0.03, PALE)


def mushroom_flat(pen: Pen) -> None:
    _inked(pen, _smooth(at("40,45 40,75 34,92 50,97 66,92 60,75 60,45")), 0.3)
    for x in (0.45, 0.5, 0.55):
        _mark(pen, [(x, 0.62), (x + (x - 0.5) * 0.6, 0.9)], 0.014, DARK)
    pen.oval(0.02, 0.36, 0.98, 0.6, INK)
    for k in range(-7, 8):
        _mark(pen, [(0.5 + 0.02 * k, 0.46), (0.5 + 0.062 * k, 0.6 - 0.0016 * k * k)], 0.012, LIGHT)
    cap = _smooth(at("0,46 8,28 30,12 50,7 70,12 92,28 100,46"), False)
    _inked(pen, [*cap, *arc(0.5, 0.46, 0.5, 0.05, 0, 180, 28)])
    for y in (0.1, 0.16):
        _mark(pen, arc(0.5, 0.46, 0.5 - y, 0.36 - y, 200, 340, 28), 0.016, DARK)
    for x, y in ((0.24, 0.33), (0.45, 0.2), (0.7, 0.26), (0.55, 0.4), (0.85, 0.42)):
        pen.oval(x - 0.04, y - 0.03, x + 0.04, y + 0.03, LIGHT, body=False)


def mushroom_tall(pen: Pen) -> None:
    _inked(pen, _smooth(at("39,50 38,80 32,95 50,100 68,95 62,80 61,50")), 0.3)
    skirt = at("36,60 28,73 36,71 43,76 50,72 57,76 64,71 72,73")
    _inked(pen, [*skirt, (0.64, 0.6)], LIGHT)
    cap = _smooth(at("10,60 12,34 26,10 50,0 74,10 88,34 90,60"), False)
    _inked(pen, [*cap, *arc(0.5, 0.6, 0.4, 0.07, 0, 180, 28)], width=0.035)
    for x, y, r in ((0.5, 0.3, 0.1), (0.28, 0.44, 0.07), (0.74, 0.42, 0.08), (0.36, 0.16, 0.05), (0.64, 0.14, 0.05)):
        pen.dot(x, y, r, PALE, body=False)
        _mark(pen, arc(x, y, r, r, 0, 140, 28), 0.016, INK)
    pen.dot(0.52, 0.55, 0.05, PALE, body=False)


def boat_sail(pen: Pen) -> None:
    pen.line(at("46,5 46,78"), 0.045, INK)
    pen.poly(at("46,0 64,5 46,10"), INK)
    _inked(pen, [(0.5, 0.1), *_smooth(at("50,10 82,40 96,67"), False), (0.5, 0.67)])
    _inked(pen, [(0.43, 0.14), *_smooth(at("43,14 22,42 6,67"), False), (0.43, 0.67)])
    for y in (0.3, 0.42, 0.54):
        _mark(pen, [(0.52, y), (0.5 + (y - 0.1) * 0.82, y)], 0.02, DARK)
        _mark(pen, [(0.41, y), (0.43 - (y - 0.14) * 0.68, y)], 0.02, DARK)
    pen.dot(0.63, 0.48, 0.07, PALE)
    pen.dot(0.63, 0.48, 0.035, INK)
    pen.line(at("6,69 94,69"), 0.035, INK)
    hull = at("0,74 100,74 90,90 80,97 22,97 10,90")
    pen.poly(at("40,68 52,68 52,76 40,76"), INK)
    _inked(pen, hull)
    pen.rect(0.03, 0.78, 0.97, 0.82, PALE, body=False)
    for k in range(5):
        pen.dot(0.22 + 0.14 * k, 0.885, 0.026, BLACK, body=False)


def boat_steamer(pen: Pen) -> None:
    for x in (0.36, 0.56):
        pen.poly([(x, 0.1), (x + 0.13, 0.1), (x + 0.14, 0.42), (x - 0.01, 0.42)])
        pen.rect(x - 0.005, 0.1, x + 0.135, 0.16, BLACK)
        pen.rect(x, 0.22, x + 0.135, 0.28, PALE)
    pen.line(at("86,16 86,60"), 0.03, INK)
    pen.poly(at("86,14 100,20 86,27"), DARK)
    pen.rect(0.28, 0.36, 0.76, 0.5, BASE)
    pen.rect(0.25, 0.34, 0.79, 0.39, DARK, r=0.02)
    pen.rect(0.16, 0.48, 0.82, 0.66, 0.25)
    pen.rect(0.13, 0.47, 0.85, 0.51, DARK, r=0.02)
    for k in range(4):
        pen.rect(0.33 + 0.1 * k, 0.41, 0.39 + 0.1 * k, 0.46, BLACK)
        pen.dot(0.25 + 0.16 * k, 0.565, 0.034, BLACK)
    stem = _smooth(at("100,56 93,72 88,90"), False)
    _inked(pen, [(0.0, 0.6), (0.84, 0.62), *stem, (0.12, 0.9), (0.04, 0.78)])
    pen.poly(at("0,82 100,82 100,90 0,90"), INK, body=False)
    _mark(pen, at("3,67 90,68"), 0.03, PALE)
    for k in range(6):
        pen.dot(0.15 + 0.11 * k, 0.75, 0.026, BLACK, body=False)
    _mark(pen, at("84,71 84,79"), 0.02, BLACK)
    _mark(pen, arc(0.84, 0.75, 0.04, 0.045, 0, 180, 8), 0.018, BLACK)


def _leafed(pen: Pen, x: float, y: float, length: float, width: float, degrees: float, tone: float) -> None:
    pen.poly(_petal(x, y, 0, length, width, degrees), tone)
    _mark(pen, turned([(x, y), (x + length * 0.9, y)], degrees, x, y), 0.016, -0.6)


def flower_daisy(pen: Pen) -> None:
    pen.line(_smooth(at("50,35 52,70 49,98"), False), 0.045, INK)
    _leafed(pen, 0.5, 0.96, 0.4, 0.15, -150, DARK)
    _leafed(pen, 0.5, 0.9, 0.38, 0.15, -25, DARK)
    for k in range(9):
        a = 40 * k - 90
        _inked(pen, _petal(0.5, 0.34, 0.06, 0.34, 0.2, a), BASE, 0.02, INK)
        _mark(pen, turned(at("66,34 76,34"), a, 0.5, 0.34), 0.018, DARK)
    pen.dot(0.5, 0.34, 0.125, INK)
    pen.dot(0.5, 0.34, 0.105, PALE)
    for k in range(6):
        pen.dot(*arc(0.5, 0.34, 0.06, 0.06, 60 * k, 0, 1)[0], 0.018, INK)


def flower_tulip(pen: Pen) -> None:
    pen.line(at("50,40 50,98"), 0.06, INK)
    for s in (-1, 1):
        leaf = [
            (0.5, 1.0),
            (0.5 + s * 0.13, 0.86),
            (0.5 + s * 0.31, 0.5),
            (0.5 + s * 0.36, 0.78),
            (0.5 + s * 0.14, 0.99),
        ]
        _inked(pen, _smooth(leaf), DARK, ink=INK)
        _mark(pen, _smooth([(0.5 + s * 0.05, 0.98), (0.5 + s * 0.22, 0.82), (0.5 + s * 0.3, 0.6)], False), 0.016)
    _inked(pen, at("50,2 36,20 50,50 64,20"), DARK, ink=INK)
    for s in (-1, 1):
        side = [(0.5 + s * 0.26, 0.0), (0.5 + s * 0.32, 0.26), (0.5 + s * 0.24, 0.46), (0.5, 0.55), (0.5, 0.4)]
        _inked(pen, _smooth([*side, (0.5 + s * 0.1, 0.2), (0.5 + s * 0.26, 0.0)], False), width=0.024, ink=INK)
        _mark(pen, _smooth([(0.5 + s * 0.23, 0.12), (0.5 + s * 0.22, 0.3), (0.5 + s * 0.1, 0.48)], False), 0.016, DARK)
        _mark(pen, [(0.5 + s * 0.27, 0.18), (0.5 + s * 0.26, 0.32)], 0.03, LIGHT)
    _inked(pen, _smooth(at("50,14 36,36 50,55 64,36")), width=0.024, ink=INK)
    for x in (0.44, 0.5, 0.56):
        _mark(pen, [(x, 0.28), (0.5 + (x - 0.5) * 0.4, 0.48)], 0.014, DARK)


def arrow_block(pen: Pen) -> None:
    path = at("0,36 54,36 54,14 100,50 54,86 54,64 0,64")
    _inked(pen, path, width=0.05, ink=DARK)
    _mark(pen, at("6,42 60,42 60,28 89,50"), 0.022, LIGHT)
    _mark(pen, at("6,58 60,58 60,72 89,50"), 0.022, INK)
    for x in (0.1, 0.22, 0.34):
        pen.poly([(x, 0.44), (x + 0.05, 0.44), (x + 0.1, 0.5), (x + 0.05, 0.56), (x, 0.56), (x + 0.05, 0.5)], PALE)


def arrow_feather(pen: Pen) -> None:
    def put(points: Points) -> Path:
        return [(min(max(x, 0), 1), min(max(y, 0), 1)) for x, y in turned(points, -45)]

    pen.line(put(at("2,50 95,50")), 0.09, DARK)
    pen.line(put(at("2,49 95,49")), 0.05, BASE)
    for s in (-1, 1):
        vane = [(-0.16, 0.5), (-0.2, 0.5 + s * 0.17), (0.1, 0.5 + s * 0.17), (0.28, 0.5)]
        _inked(pen, put([(x + 0.04, y) for x, y in vane]), ink=INK)
        for k in range(4):
            x = -0.06 + 0.08 * k
            _mark(pen, put([(x, 0.5 + s * 0.03), (x - 0.06, 0.5 + s * 0.14)]), 0.018)
        _inked(pen, put([(1.19, 0.5), (0.78, 0.5 + s * 0.23), (0.86, 0.5)]), BASE if s < 0 else DARK, ink=INK)
    for x in (0.42, 0.5, 0.58):
        _mark(pen, put([(x, 0.455), (x, 0.545)]), 0.03, PALE)
    _mark(pen, put(at("-10,50 32,50")), 0.03)


def duck_swim(pen: Pen) -> None:
    pen.poly(at("20,27 0,35 4,42 24,42"), INK)
    _mark(pen, at("3,37 20,35"), 0.016, BLACK)
    body = at("20,58 30,50 50,56 76,54 98,40 96,66 82,86 50,92")
    outline = _smooth([*body, (0.26, 0.84), (0.16, 0.7)])
    pen.poly(at("24,40 46,40 52,62 20,62"))
    _inked(pen, outline)
    pen.poly(at("24,42 45,42 50,60 22,62"))
    pen.dot(0.34, 0.29, 0.19, DARK)
    pen.dot(0.34, 0.29, 0.17)
    pen.poly(at("21,38 46,38 46,48 22,48"), BASE, body=False)
    _mark(pen, arc(0.34, 0.42, 0.12, 0.07, 10, 170, 28), 0.035, PALE)
    pen.dot(0.28, 0.25, 0.045, PALE)
    pen.dot(0.27, 0.25, 0.027, BLACK)
    _inked(pen, _smooth(at("42,66 60,60 86,60 76,78 54,82")), DARK, ink=INK)
    for k in range(3):
        _mark(pen, arc(0.56 + 0.09 * k, 0.7, 0.045, 0.07, -70, 100, 8), 0.02, -0.65)
    for y in (0.5, 0.56):
        _mark(pen, [(0.84, y + 0.06), (0.95, y - 0.02)], 0.016, DARK)


def duck_stand(pen: Pen) -> None:
    for x in (0.42, 0.56):
        pen.line([(x, 0.78), (x, 0.95)], 0.05, INK)
        pen.poly([(x - 0.05, 1.0), (x + 0.02, 0.92), (x + 0.17, 1.0)], INK)
    pen.poly(at("72,10 94,17 95,23 72,23"), INK)
    _mark(pen, at("78,18.5 93,20"), 0.014, BLACK)
    neck = at("56,4 68,1 78,10 76,23 68,32 72,48 72,68 56,82")
    back = at("36,82 20,74 3,52 20,54 40,46 52,36 52,16")
    _inked(pen, _smooth([*neck, *back]))
    _mark(pen, _smooth(at("54,33 60,36 69,33"), False), 0.045, PALE)
    pen.dot(0.67, 0.12, 0.04, PALE)
    pen.dot(0.68, 0.12, 0.024, BLACK)
    _inked(pen, _smooth(at("58,56 44,53 28,57 14,60 30,71 46,74 57,68")), DARK, ink=INK)
    for k in range(3):
        _mark(pen, arc(0.48 - 0.1 * k, 0.63, 0.05, 0.06, 80, 260, 8), 0.02, -0.65)
    for x, y in ((0.63, 0.5), (0.66, 0.58), (0.63, 0.66), (0.57, 0.76), (0.48, 0.78)):
        _mark(pen, arc(x, y, 0.025, 0.02, 0, 180, 6), 0.014)


def hat_top(pen: Pen) -> None:
    pen.oval(0.0, 0.7, 1.0, 0.96, DARK)
    pen.oval(0.0, 0.68, 1.0, 0.92)
    _mark(pen, arc(0.5, 0.8, 0.46, 0.1, 0, 360, 28), 0.014, DARK)
    side = _smooth(at("17,12 22,40 22,80"), False)
    pen.poly([*side, *arc(0.5, 0.8, 0.28, 0.07, 180, 0, 28), *_smooth(at("78,80 78,40 83,12"), False)])
    pen.poly([*arc(0.5, 0.62, 0.28, 0.06, 180, 0, 28), *arc(0.5, 0.8, 0.29, 0.07, 0, 180, 28)], BLACK, body=False)
    pen.poly(at("22,30 30,30 30,64 22,64"), LIGHT, body=False)
    pen.poly(at("70,20 84,20 78,66 70,67"), DARK, body=False)
    pen.oval(0.17, 0.04, 0.83, 0.2, DARK)
    pen.oval(0.2, 0.055, 0.8, 0.175, 0.2)
    pen.rect(0.44, 0.7, 0.56, 0.85, PALE, r=0.02)
    pen.rect(0.475, 0.735, 0.525, 0.815, BLACK)


def hat_sun(pen: Pen) -> None:
    brim = at("0,66 14,54 50,48 86,54 100,66 84,76 50,82 16,76")
    _inked(pen, _smooth(brim), width=0.035, ink=INK)
    for k in (0.38, 0.44):
        _mark(pen, arc(0.5, 0.65, k, 0.16 - (0.5 - k) * 0.4, 0, 360, 28), 0.014, DARK)
    for k in range(24):
        _mark(pen, [arc(0.5, 0.65, r, r * 0.32, 15 * k, 0, 1)[0] for r in (0.34, 0.48)], 0.01, DARK)
    dome = _smooth(at("24,62 27,36 50,22 73,36 76,62"), False)
    _inked(pen, [*dome, *arc(0.5, 0.62, 0.26, 0.08, 0, 180, 28)])
    for y in (0.32, 0.39, 0.46):
        _mark(pen, arc(0.5, y, 0.14 + (y - 0.32) * 0.8, 0.04, 0, 180, 28), 0.014, DARK)
    pen.poly([*arc(0.5, 0.53, 0.26, 0.07, 180, 0, 28), *arc(0.5, 0.63, 0.26, 0.075, 0, 180, 28)], PALE, body=False)
    _mark(pen, arc(0.5, 0.63, 0.265, 0.075, 0, 180, 28), 0.02)
    _mark(pen, arc(0.5, 0.53, 0.26, 0.07, 0, 180, 28), 0.014)
    for k in range(5):
        _inked(pen, _petal(0.66, 0.62, 0.01, 0.11, 0.085, 72 * k - 90), DARK, 0.014, INK)
    pen.dot(0.66, 0.62, 0.036, PALE)


def umbrella_open(pen: Pen) -> None:
    pen.line([(0.5, 0.03), (0.5, 0.88), *arc(0.4, 0.88, 0.1, 0.09, 0, 180, 28)], 0.05, INK)
    edge = [p for k in range(4) for p in arc(0.875 - 0.25 * k, 0.53, 0.125, 0.06, 0, -180, 10)]
    _inked(pen, [*arc(0.5, 0.53, 0.5, 0.46, 180, 360, 40), *edge], width=0.03)
    for x, tone in ((0.25, PALE), (0.75, DARK)):
        s = x * 2 - 1
        curve = _smooth([(0.5, 0.07), (0.5 + s * 0.36, 0.26), (0.5 + s * 0.49, 0.53)], False)
        if tone == DARK:
            pen.poly([*curve, (0.75, 0.53), *_smooth(at("75,53 69,26 50,7"), False)], tone, body=False)
    for end in (0.25, 0.5, 0.75):
        _mark(pen, _smooth([(0.5, 0.07), (0.5 + (end - 0.5) * 0.75, 0.26), (end, 0.53)], False), 0.022)
    for c in (0.2, 0.38, 0.62, 0.8):
        for y in (0.22, 0.38):
            x = 0.5 + (c - 0.5) * (0.65 if y < 0.3 else 1.05)
            pen.dot(x, y, 0.026 if y < 0.3 else 0.036, PALE, body=False)
    pen.line(at("50,2 50,8"), 0.04, INK)


def umbrella_parasol(pen: Pen) -> None:
    def put(points: Points) -> Path:
        return [(0.48 + 1.15 * (x - 0.5), 0.485 + 1.15 * (y - 0.46)) for x, y in turned(points, 32, 0.5, 0.46)]

    pen.line(put(at("50,10 50,92")), 0.045, INK)
    pen.line(put(at("50,84 50,93")), 0.075, INK)
    edge = [p for k in range(6) for p in arc(0.84 - 0.136 * k, 0.42, 0.068, 0.055, 0, 180, 8)]
    left = _smooth(at("9.2,42 20,26 38,15 50,3"), False)
    dome = [*left, *((1 - x, y) for x, y in reversed(left)), *edge]
    _inked(pen, put(dome))
    for k in (-3, -1, 1):
        a, b = (k * 0.136, (k + 1) * 0.136)
        pen.poly(
            put([(0.5, 0.05), (0.5 + a * 0.7, 0.22), (0.5 + a, 0.48), (0.5 + b, 0.48), (0.5 + b * 0.7, 0.22)]),
            DARK,
            body=False,
        )
    _mark(pen, put(arc(0.5, 0.46, 0.42, 0.06, 180, 360, 28)), 0.03, PALE)
    for k in range(-2, 3):
        _mark(pen, put([(0.5, 0.05), (0.5 + k * 0.095, 0.22), (0.5 + k * 0.136, 0.42)]), 0.016)
    pen.line(put(at("50,0 50,5")), 0.04, INK)


def bell_church(pen: Pen) -> None:
    pen.rect(0.34, 0.0, 0.66, 0.08, INK, r=0.03)
    pen.rect(0.43, 0.04, 0.57, 0.18, DARK)
    pen.dot(0.5, 0.9, 0.1, INK)
    side = _smooth(at("36,13 25,24 22,48 16,68 3,82 2,87"), False)
    _inked(pen, _mirror(side), width=0.03)
    for y, w in ((0.24, 0.25), (0.28, 0.26), (0.66, 0.34)):
        _mark(pen, arc(0.5, y, w, 0.03, 0, 180, 28), 0.02)
    pen.poly([*arc(0.5, 0.74, 0.42, 0.04, 180, 0, 28), *arc(0.5, 0.79, 0.45, 0.04, 0, 180, 28)], DARK, body=False)
    for x in (0.35, 0.5, 0.65):
        pen.poly([(x, 0.4), (x + 0.05, 0.48), (x, 0.56), (x - 0.05, 0.48)], INK, body=False)
    _mark(pen, _smooth(at("30,34 28,52 22,68"), False), 0.035, PALE)


def bell_hand(pen: Pen) -> None:
    pen.rect(0.43, 0.03, 0.57, 0.42, INK, r=0.06)
    pen.dot(0.5, 0.09, 0.09, INK)
    for y in (0.2, 0.25, 0.3):
        _mark(pen, [(0.45, y), (0.55, y)], 0.016, BLACK)
    pen.rect(0.4, 0.36, 0.6, 0.42, PALE, r=0.02)
    pen.dot(0.5, 0.93, 0.07, BLACK)
    side = [(0.44, 0.41), *_smooth(at("36,42 26,50 22,66 20,80 13,91"), False)]
    _inked(pen, [*side, *arc(0.5, 0.91, 0.37, 0.04, 180, 0, 28), *((1 - x, y) for x, y in reversed(side))], width=0.03)
    for y, w in ((0.58, 0.25), (0.62, 0.26), (0.84, 0.33)):
        _mark(pen, arc(0.5, y, w, 0.03, 0, 180, 28), 0.022)
    for k in range(6):
        _mark(pen, arc(0.275 + 0.09 * k, 0.72, 0.045, 0.06, 0, 180, 8), 0.02, INK)
    pen.poly(at("62,45 72,50 78,66 80,80 72,86 70,62"), DARK, body=False)
    _mark(pen, at("33,49 30,56"), 0.035, PALE)


def leaf_oak(pen: Pen) -> None:
    left = at("50,0 40,4 36,14 41,21 27,17 19,27 29,37 37,41")
    left += at("21,40 12,52 24,60 38,62 27,64 23,75 36,80 47,84")
    pen.line(at("50,80 51,97.5"), 0.05, DARK)
    _inked(pen, _smooth(_mirror(left)), width=0.03)
    _mark(pen, at("50,8 50,97"), 0.03)
    for y, w, up in ((0.24, 0.11, 0.1), (0.42, 0.25, 0.14), (0.62, 0.3, 0.1), (0.78, 0.2, 0.06)):
        for s in (-1, 1):
            _mark(pen, [(0.5, y), (0.5 + s * w, y - up)], 0.022)
            _mark(pen, [(0.5 + s * w * 0.5, y - up * 0.5), (0.5 + s * w * 0.85, y - up * 0.3)], 0.013, DARK)
    pen.dot(0.32, 0.28, 0.026, LIGHT, body=False)
    pen.dot(0.68, 0.49, 0.03, LIGHT, body=False)


def leaf_pointed(pen: Pen) -> None:
    def put(points: Points) -> Path:
        return [(min(max(x, 0), 1), min(max(y, 0), 1)) for x, y in turned(points, -45)]

    edge = _smooth(at("118,50 95,40 70,26 42,22 20,30 8,50"), False, 4)
    edge = [(x + (0.018 if i % 2 else 0), y - (0.02 if i % 2 else 0)) for i, (x, y) in enumerate(edge)]
    pen.line(put(at("-16,52 10,50")), 0.05, DARK)
    _inked(pen, put([*edge, *((x, 1 - y) for x, y in reversed(edge))]))
    pen.poly(put([(1.1, 0.5), *_smooth(at("90,59 68,70 42,73 20,66 10,50"), False)]), DARK, body=False)
    for k in range(6):
        x, h = (0.18 + 0.14 * k, (0.19, 0.24, 0.22, 0.17, 0.11, 0.06)[k])
        for s in (-1, 1):
            _mark(pen, put([(x, 0.5), (x + 0.12, 0.5 + s * h * 0.85)]), 0.02, INK if s < 0 else -0.65)
    _mark(pen, put(at("-14,52 10,50 110,50")), 0.028)


def drum_zigzag(pen: Pen) -> None:
    pen.poly([*at("6,38 94,38 94,86"), *arc(0.5, 0.86, 0.44, 0.13, 0, 180, 28)])
    zig = [arc(0.5, 0.86 if k % 2 else 0.42, 0.43, 0.11, 180 - 22.5 * k, 0, 1)[0] for k in range(9)]
    _mark(pen, zig, 0.034, PALE)
    _mark(pen, [(x, y + 0.024) for x, y in zig], 0.014, INK)
    for y in (0.42, 0.86):
        _mark(pen, arc(0.5, y, 0.44, 0.12, 0, 180, 28), 0.07, DARK)
        _mark(pen, arc(0.5, y - 0.04, 0.44, 0.12, 0, 180, 28), 0.014)
    pen.oval(0.04, 0.24, 0.96, 0.5, DARK)
    pen.oval(0.07, 0.255, 0.93, 0.47, 0.33)
    for s in (-1, 1):
        pen.line([(0.5 + s * 0.36, 0.06), (0.5 - s * 0.18, 0.38)], 0.045, INK)
        pen.dot(0.5 - s * 0.18, 0.38, 0.05, INK)


def drum_tom(pen: Pen) -> None:
    for x in (0.12, 0.5, 0.88):
        pen.line([(x, 0.5), (x, 0.85 + (0.06 if x == 0.5 else 0))], 0.05, INK)
        pen.dot(x, 0.87 + (0.06 if x == 0.5 else 0), 0.045, BLACK)
    pen.poly([*at("2,24 98,24 98,62"), *arc(0.5, 0.62, 0.48, 0.13, 0, 180, 28)])
    for y, w in ((0.4, 0.02), (0.55, 0.02)):
        _mark(pen, arc(0.5, y, 0.48, 0.12, 0, 180, 28), w, DARK)
    for a in (25, 60, 90, 120, 155):
        x, y = arc(0.5, 0.34, 0.47, 0.12, a, 0, 1)[0]
        pen.rect(x - 0.028, y + 0.04, x + 0.028, y + 0.2, PALE, body=False, r=0.02)
        _mark(pen, [(x, y), (x, y + 0.28)], 0.018)
    for y in (0.26, 0.62):
        _mark(pen, arc(0.5, y, 0.48, 0.12, 0, 180, 28), 0.065, DARK)
    pen.oval(0.0, 0.1, 1.0, 0.38, DARK)
    pen.oval(0.04, 0.12, 0.96, 0.35, 0.33)
    pen.oval(0.3, 0.18, 0.7, 0.29, BASE)


def crown_points(pen: Pen) -> None:
    tips = at("5,28 27,17 50,10 73,17 95,28")
    path: Path = [(0.12, 0.88)]
    for k, tip in enumerate(tips):
        path += [tip] + ([(0.19 + 0.207 * k, 0.56)] if k < 4 else [])
    _inked(pen, [*path, (0.88, 0.88)], width=0.03)
    for x, y in tips:
        pen.dot(x, y, 0.05, DARK)
        pen.dot(x - 0.005, y - 0.005, 0.034, PALE)
        if 0.1 < x < 0.9:
            pen.poly([(x, 0.36), (x + 0.035, 0.48), (x, 0.6), (x - 0.035, 0.48)], INK, body=False)
    pen.rect(0.11, 0.7, 0.89, 0.9, DARK, r=0.03)
    _mark(pen, at("14,72 86,72"), 0.018)
    _mark(pen, at("14,88 86,88"), 0.018)
    for x in (0.25, 0.75):
        pen.oval(x - 0.06, 0.76, x + 0.06, 0.85, BLACK)
    pen.poly(at("50,73.5 58,80 50,87 42,80"), PALE)


def crown_arches(pen: Pen) -> None:
    pen.rect(0.47, 0.0, 0.53, 0.18, INK)
    pen.rect(0.42, 0.04, 0.58, 0.09, INK)
    _inked(pen, [*_smooth(at("14,76 4,50 16,28 36,22 50,28"), False), (0.5, 0.76)])
    _inked(pen, [*_smooth(at("86,76 96,50 84,28 64,22 50,28"), False), (0.5, 0.76)])
    pen.rect(0.44, 0.28, 0.56, 0.76)
    for s in (-1, 1):
        inner = _smooth(
            [(0.5 + s * 0.3, 0.74), (0.5 + s * 0.35, 0.52), (0.5 + s * 0.24, 0.35), (0.5 + s * 0.09, 0.36)], False
        )
        _inked(pen, [*inner, (0.5 + s * 0.07, 0.74)], DARK, 0.022, INK)
        for k in range(5):
            pen.dot(*arc(0.5 + s * 0.22, 0.5, 0.19, 0.235, -90 + s * (28 * k - 20), 0, 1)[0], 0.022, PALE, body=False)
        _mark(pen, _smooth([(0.5 + s * 0.18, 0.72), (0.5 + s * 0.22, 0.54), (0.5 + s * 0.16, 0.42)], False), 0.014)
    for y in (0.38, 0.48, 0.58):
        pen.dot(0.5, y, 0.022, PALE)
    pen.dot(0.5, 0.21, 0.075, DARK)
    _mark(pen, at("43,21 57,21"), 0.018)
    pen.rect(0.1, 0.7, 0.9, 0.86, BASE, r=0.02)
    for x, tone in ((0.22, INK), (0.36, PALE), (0.5, BLACK), (0.64, PALE), (0.78, INK)):
        pen.poly([(x, 0.72), (x + 0.05, 0.78), (x, 0.84), (x - 0.05, 0.78)], tone)
    pen.rect(0.08, 0.84, 0.92, 0.97, LIGHT, r=0.06)
    for k in range(7):
        _mark(pen, [(0.17 + 0.11 * k, 0.88), (0.17 + 0.11 * k, 0.925)], 0.026, BLACK)


DRAW: dict[str, tuple[Drawing, Drawing]] = {
    "ball": (ball_soccer, ball_beach),
    "block": (block_cube, block_front),
    "star": (star_fat, star_many),
    "heart": (heart_plain, heart_band),
    "moon": (moon_thin, moon_face),
    "cup": (cup_mug, cup_tea),
    "key": (key_old, key_modern),
    "fish": (fish_slim, fish_round),
    "car": (car_sedan, car_van),
    "house": (house_gable, house_tower),
    "tree": (tree_round, tree_conifer),
    "mushroom": (mushroom_flat, mushroom_tall),
    "boat": (boat_sail, boat_steamer),
    "flower": (flower_daisy, flower_tulip),
    "arrow": (arrow_block, arrow_feather),
    "duck": (duck_swim, duck_stand),
    "hat": (hat_top, hat_sun),
    "umbrella": (umbrella_open, umbrella_parasol),
    "bell": (bell_church, bell_hand),
    "leaf": (leaf_oak, leaf_pointed),
    "drum": (drum_zigzag, drum_tom),
    "crown": (crown_points, crown_arches),
}
