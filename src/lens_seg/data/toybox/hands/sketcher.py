"""Drawings in two manners: comic strips (leaning, lively, inked inside) and old catalogues (thin, true to life)."""

from __future__ import annotations

from lens_seg.data.toybox.hands.curves import Drawing, arc, at, smooth, turned
from lens_seg.data.toybox.pen import Pen, Points

INK = -0.85
W = 0.022
"""Width of an inked inner line."""


def _ink(pen: Pen, *lines: Points, width: float = W, tone: float = INK) -> None:
    """Curved inner lines."""
    for points in lines:
        pen.line(smooth(points, 6, closed=False), width, tone, body=False)


def _both(pen: Pen, text: str) -> None:
    """A smooth shape and its mirror image in one, from the right half's outline."""
    right = smooth(at(text), closed=False)
    pen.poly([*right, *((1 - x, y) for x, y in reversed(right))])


def _blob(pen: Pen, *texts: str, tone: float = 0.0, body: bool = True) -> None:
    """Smooth closed shapes through points in hundredths."""
    for text in texts:
        pen.poly(smooth(at(text)), tone, body=body)


def ball_basket(pen: Pen) -> None:
    pen.poly(turned(arc(0.5, 0.5, 0.52, 0.4, 0, 360, 48), -35))
    pen.poly(turned(arc(0.6, 0.4, 0.2, 0.1, 0, 360), -35), 0.3, body=False)
    for points in (at("-4 50, 50 46, 104 50"), at("52 5, 46 50, 52 95"), at("12 12, 34 50, 12 88")):
        _ink(pen, turned(points, -35), width=0.034)
    _ink(pen, turned(at("88 12, 68 50, 88 88"), -35), width=0.034)


def ball_stitched(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.49)
    pen.poly([*arc(0.5, 0.5, 0.49, 0.49, 20, 160), *reversed(arc(0.5, 0.4, 0.46, 0.46, 20, 160))], -0.25, body=False)
    for cx, start in ((-0.17, -60), (1.17, 120)):
        pen.line(arc(cx, 0.5, 0.47, 0.56, start, start + 120), 0.024, 0.85, body=False)
        inner, outer = (arc(cx, 0.5, 0.47 + d, 0.56 + d, start, start + 120, 12) for d in (-0.05, 0.05))
        for a, b in zip(inner, outer, strict=True):
            pen.line([a, b], 0.024, 0.85, body=False)


def block_letter(pen: Pen) -> None:
    pen.poly(at("4 28, 58 18, 66 88, 16 98"))
    pen.poly(at("4 28, 40 2, 90 4, 58 18"), 0.3)
    pen.poly(at("58 18, 90 4, 98 66, 66 88"), -0.33)
    pen.poly(at("13 35, 52 28, 58 81, 22 89"), 0.85, body=False)
    pen.line(at("27 79, 33 42, 50 74"), 0.065, -0.6, body=False)
    pen.line(at("31 66, 45 63"), 0.055, -0.6, body=False)
    pen.line(at("4 28, 58 18, 66 88"), W, INK, body=False)
    pen.line(at("58 18, 90 4"), W, INK, body=False)


def block_brick(pen: Pen) -> None:
    pen.poly(at("1 48, 62 66, 62 90, 1 70"))
    pen.poly(at("1 48, 38 27, 99 42, 62 66"), 0.3)
    pen.poly(at("62 66, 99 42, 99 65, 62 90"), -0.32)
    for k in (0.05, 0.1, 0.16):
        pen.line(at(f"2 {48 + k * 100}, 62 {66 + k * 110}"), 0.012, -0.3, body=False)
    for r in (0.14, 0.09, 0.04):
        ring = [(x, y - 0.65 * (x - 0.81)) for x, y in arc(0.81, 0.66, r, r * 0.6, 0, 360)]
        pen.line(ring, 0.012, -0.6, body=False)
    pen.line(at("12 48, 48 29"), 0.012, 0.1, body=False)
    pen.line(at("32 54, 70 35"), 0.012, 0.1, body=False)


def star_dancing(pen: Pen) -> None:
    outer, inner = at("62 1, 99 44, 76 99, 18 92, 2 30"), at("71 34, 78 64, 50 74, 26 58, 41 32")
    points = [p for pair in zip(outer, inner, strict=True) for p in pair]
    pen.poly(smooth(points, 6))
    middle = (0.54, 0.52)
    for a, b in zip(outer, inner, strict=True):
        pen.poly([(a[0] * 0.9 + 0.054, a[1] * 0.9 + 0.052), b, middle], -0.3, body=False)
    for a in outer:
        pen.line([middle, (a[0] * 0.8 + 0.108, a[1] * 0.8 + 0.104)], W, INK, body=False)


def star_sea(pen: Pen) -> None:
    for k in range(5):
        sway = 4 if k % 2 else -3
        arm = smooth(at(f"36 56, 40 38, {46 + sway} 16, {50 + sway} 3, {53 + sway} 5, {55 + sway} 16, 60 38, 64 56"))
        pen.poly(turned(arm, 72 * k + 8, 0.5, 0.53))
    pen.dot(0.5, 0.53, 0.17)
    for k in range(5):
        for r in (0.12, 0.2, 0.27, 0.34, 0.4):
            x, y = turned([(0.5 + (0.025 if k % 2 else -0.02) * r * 2, 0.53 - r)], 72 * k + 8, 0.5, 0.53)[0]
            pen.dot(x, y, 0.036 - r * 0.04, 0.75, body=False)
    pen.dot(0.5, 0.53, 0.04, 0.75, body=False)


def heart_leaning(pen: Pen) -> None:
    _blob(pen, "45 26, 45 26, 62 4, 88 6, 99 30, 88 56, 58 80, 34 97, 34 97, 22 80, 4 52, 4 26, 20 12, 36 15")
    _blob(pen, "99 30, 88 56, 58 80, 34 97, 34 97, 56 70, 78 48, 90 10", tone=-0.3, body=False)
    _blob(pen, "12 34, 16 22, 28 20, 26 26, 18 32, 15 44", tone=0.85, body=False)
    _ink(pen, at("45 26, 47 36, 44 46"))


def heart_locket(pen: Pen) -> None:
    pen.line(arc(0.5, 0.1, 0.075, 0.075, 0, 360), 0.035, 0.7)
    pen.rect(0.465, 0.17, 0.535, 0.27, 0.7)
    _both(pen, "50 29, 60 20, 76 18, 90 30, 91 48, 80 69, 62 87, 50 99")
    rim = smooth(at("50 38, 50 38, 62 28, 74 27, 83 36, 83 48, 74 64, 50 88, 50 88, 26 64, 17 48, 17 36, 26 27, 38 28"))
    pen.line([*rim, rim[0]], 0.018, -0.5, body=False)
    pen.dot(0.5, 0.5, 0.055, INK, body=False)
    pen.poly(at("48 50, 52 50, 56 68, 44 68"), INK, body=False)


def moon_face(pen: Pen) -> None:
    face = "80 92, 64 86, 57 77, 58 70, 53 65, 57 62, 53 57, 68 50, 66 46, 54 36, 56 22, 72 2"
    _blob(pen, "72 2, 40 2, 12 22, 3 54, 16 84, 46 98, 80 92, " + face)
    _blob(pen, "6 40, 4 58, 16 84, 46 98, 80 92, 80 92, 46 90, 20 70", tone=-0.3, body=False)
    _ink(pen, at("34 40, 40 46, 50 42"), width=0.032)
    _ink(pen, at("53 65, 47 68, 43 66"), width=0.028)
    pen.dot(0.38, 0.59, 0.055, 0.5, body=False)


def moon_full(pen: Pen) -> None:
    """The moon a day after the full, with its seas, craters and a dark limb."""
    pen.dot(0.5, 0.5, 0.49)
    pen.poly([*arc(0.5, 0.5, 0.49, 0.49, -70, 110, 30), *arc(0.42, 0.5, 0.42, 0.49, 110, -70, 30)], -0.75, body=False)
    for sea in ("14 40, 24 20, 40 18, 42 32, 34 42, 36 56, 26 66, 16 56", "50 20, 60 18, 66 26, 58 34, 48 30"):
        _blob(pen, sea, tone=-0.42, body=False)
    _blob(pen, "52 38, 68 34, 78 44, 74 56, 64 50, 54 48", tone=-0.42, body=False)
    for x, y, r in ((0.48, 0.8, 0.07), (0.62, 0.66, 0.05), (0.33, 0.78, 0.04), (0.46, 0.62, 0.035), (0.7, 0.77, 0.035)):
        pen.dot(x, y, r, -0.42, body=False)
        pen.dot(x + 0.012, y + 0.012, r * 0.75, 0.6, body=False)


def cup_tipsy(pen: Pen) -> None:
    pen.line(smooth(at("70 40, 88 30, 97 44, 90 62, 68 70"), closed=False), 0.085)
    _blob(pen, "4 22, 4 22, 10 60, 24 95, 24 95, 44 99, 66 92, 66 92, 72 60, 74 10, 74 10, 40 18")
    _blob(pen, "62 20, 74 10, 74 10, 72 60, 66 92, 66 92, 54 96, 62 60", tone=-0.3, body=False)
    pen.poly(turned(arc(0.39, 0.16, 0.355, 0.125, 0, 360, 36), -10), 0.8)
    pen.poly(turned(arc(0.385, 0.18, 0.29, 0.08, 0, 360, 36), -10), -0.6, body=False)
    pen.line(turned(arc(0.39, 0.16, 0.355, 0.125, 5, 175), -10), W, INK, body=False)
    _ink(pen, at("16 42, 20 58, 24 72"))


def cup_porcelain(pen: Pen) -> None:
    pen.line(smooth(at("76 35, 86 27, 95 34, 90 47, 70 57"), closed=False), 0.03, 0.75)
    pen.poly(at("12 22, 86 22, 84 40, 74 60, 60 70, 38 70, 24 60, 14 40"))
    pen.rect(0.36, 0.68, 0.62, 0.79)
    pen.poly(smooth(at("0 74, 0 74, 16 86, 34 90, 34 90, 64 90, 64 90, 82 86, 98 74, 98 74, 50 78")), 0.0)
    pen.rect(0.01, 0.735, 0.97, 0.765, 0.75)
    pen.rect(0.12, 0.2, 0.86, 0.235, 0.75)
    _blob(pen, "66 26, 84 26, 80 46, 70 60, 58 68, 66 50", tone=-0.28, body=False)
    for x, y in at("30 44, 37 38, 44 44, 37 50"):
        pen.dot(x, y, 0.04, -0.6, body=False)
    pen.dot(0.37, 0.44, 0.03, 0.75, body=False)


def key_modern(pen: Pen) -> None:
    teeth = "40 40, 62 40, 62 58, 74 62, 62 67, 62 70, 76 75, 62 80, 62 83, 72 87, 60 92, 52 100, 42 92"
    pen.poly(turned(at(teeth), 12))
    pen.poly(turned(smooth(at("50 0, 76 4, 84 24, 74 42, 50 46, 26 42, 16 24, 24 4")), 12))
    pen.hole(0.52, 0.055, 0.66, 0.195)
    pen.line(turned(at("48 48, 48 90"), 12), 0.035, INK, body=False)
    _ink(pen, turned(at("22 18, 22 28, 32 37"), 12), width=0.04, tone=0.85)
    pen.line(turned(at("34 44, 66 44"), 12), W, INK, body=False)


def key_iron(pen: Pen) -> None:
    """A church key: kidney bow, collars, long thin shank, a bit with wards; it lies aslant."""
    tilt = 24
    pen.poly(turned(at("12 47.5, 72 46.5, 72 53.5, 12 52.5"), tilt))
    bow = smooth(at("71 50, 76 38, 87 32, 97 38, 96 46, 91 50, 96 54, 97 62, 87 68, 76 62"))
    pen.line([*turned(bow, tilt), turned(bow, tilt)[0]], 0.055)
    for x, h, tone in ((70, 7, 0.6), (64, 5.5, 0.6), (31, 4.5, 0.6)):
        pen.line(turned(at(f"{x} {50 - h}, {x} {50 + h}"), tilt), 0.034, tone)
    pen.line(turned(at("0 50, 14 50"), tilt), 0.05)
    bit = "9 50, 26 50, 26 76, 20.5 76, 20.5 66, 18 66, 18 76, 9 76, 9 69, 14 69, 14 64, 9 64"
    pen.poly(turned(at(bit), tilt))


def fish_fat(pen: Pen) -> None:
    turn = -20
    pen.poly(turned(smooth(at("72 48, 82 38, 96 28, 91 48, 96 72, 82 62")), turn), -0.55)
    pen.poly(turned(smooth(at("30 26, 38 9, 56 10, 64 30")), turn), -0.55)
    pen.poly(turned(smooth(at("4 56, 10 34, 32 18, 58 22, 80 50, 58 80, 32 86, 12 74")), turn))
    pen.poly(turned(smooth(at("13 76, 32 86, 58 80, 72 62, 44 72")), turn), 0.3, body=False)
    pen.poly(turned(arc(0.06, 0.53, 0.07, 0.045, 0, 360), turn), -0.55)
    pen.poly(turned(arc(0.075, 0.61, 0.065, 0.045, 0, 360), turn), -0.55)
    (x, y), (u, v) = turned(at("27 42, 23 43"), turn)
    pen.dot(x, y, 0.105, 0.95, body=False)
    pen.dot(u, v, 0.05, INK, body=False)
    _ink(pen, turned(at("46 34, 52 52, 44 70"), turn))
    pen.poly(turned(smooth(at("50 52, 66 44, 68 62, 56 62")), turn), -0.55, body=False)


def fish_trout(pen: Pen) -> None:
    pen.poly(at("44 40, 48 28, 60 34, 59 42"), -0.45)
    pen.poly(at("32 58, 44 74, 46 60"), -0.45)
    pen.poly(at("57 58, 66 74, 70 72, 70 54"), -0.45)
    pen.poly(at("74 47, 82 36, 84 49"), -0.45)
    _blob(pen, "84 47, 84 47, 100 35, 100 35, 97 51, 101 67, 101 67, 84 55, 84 55", tone=-0.45)
    _blob(pen, "-1 51, -1 51, 10 42, 28 36, 50 37, 74 44, 90 47, 90 55, 72 59, 48 64, 26 64, 10 60, 1 54, 1 54")
    _blob(pen, "4 56, 10 58, 26 60, 48 59, 72 56, 90 53, 90 55, 72 59, 48 64, 26 64, 10 60", tone=0.6, body=False)
    pen.line(arc(0.14, 0.5, 0.085, 0.12, -70, 75), 0.018, INK, body=False)
    pen.dot(0.1, 0.475, 0.026, 0.9, body=False)
    pen.dot(0.1, 0.475, 0.016, INK, body=False)
    pen.line(at("0 53, 8 54"), 0.014, INK, body=False)
    pen.poly(at("24 55, 36 62, 26 62"), -0.45, body=False)
    for x, y in at("30 42, 36 48, 42 41, 48 50, 54 44, 60 50, 65 45, 71 51, 77 48, 28 49, 42 55"):
        pen.dot(x, y, 0.013, -0.75, body=False)


def car_bouncing(pen: Pen) -> None:
    turn = -9
    body = "2 70, 4 50, 14 42, 14 42, 22 20, 42 11, 62 14, 76 40, 76 40, 92 46, 99 62, 96 78, 96 78, 50 82, 4 78"
    pen.poly(turned(smooth(at(body)), turn))
    pen.poly(turned(smooth(at("22 42, 22 42, 28 26, 40 19, 40 19, 42 41, 42 41")), turn), 0.85, body=False)
    pen.poly(turned(smooth(at("48 41, 48 41, 46 19, 58 20, 68 39, 68 39")), turn), 0.85, body=False)
    for ink in ("44 18, 46 44, 44 70", "76 40, 60 46, 46 47", "2 66, 30 67, 70 67, 97 66"):
        _ink(pen, turned(at(ink), turn))
    pen.line(turned(at("51 54, 58 54"), turn), 0.03, INK, body=False)
    for (x, y), r in zip(turned(at("92 55, 24 78, 76 80"), turn), (0.065, 0.15, 0.14), strict=True):
        pen.dot(x, y, r, 0.6 if r < 0.1 else -0.8)
        pen.dot(x, y, r * 0.5, 0.6)


def car_vintage(pen: Pen) -> None:
    pen.poly(at("4 62, 6 46, 9 16, 60 16, 60 43, 88 43, 90 72, 60 77, 6 77"))
    pen.rect(0.03, 0.12, 0.66, 0.175, -0.5, r=0.02)
    for n in (12, 37):
        pen.poly(at(f"{n} 23, {n + 16} 23, {n + 16} 39, {n} 39"), 0.85, body=False)
    pen.line(at("33 18, 33 72"), 0.014, INK, body=False)
    pen.line(at("60 44, 60 72"), 0.014, INK, body=False)
    for n in (68, 73, 78):
        pen.line(at(f"{n} 52, {n} 64"), 0.012, -0.5, body=False)
    pen.rect(0.87, 0.43, 0.91, 0.7, 0.6)
    pen.dot(0.94, 0.5, 0.048, 0.6)
    back, front = arc(0.2, 0.74, 0.19, 0.19, 190, 320), arc(0.82, 0.74, 0.17, 0.19, 215, 350)
    pen.line([*back, *at("46 76, 64 76"), *front], 0.035)
    for x in (0.2, 0.82):
        pen.line(arc(x, 0.77, 0.13, 0.13, 0, 360), 0.034, -0.8)
        for a in range(0, 360, 45):
            pen.line([(x, 0.77), *turned([(x + 0.12, 0.77)], a, x, 0.77)], 0.016, -0.8)
        pen.dot(x, 0.77, 0.035, 0.6)


def house_wonky(pen: Pen) -> None:
    pen.poly(at("70 6, 84 4, 85 40, 71 30"), -0.6)
    pen.rect(0.67, 0.0, 0.87, 0.055, -0.6)
    _blob(pen, "8 44, 8 44, 16 70, 20 98, 20 98, 50 99, 84 96, 84 96, 84 70, 92 40, 92 40, 68 22, 44 8, 44 8, 28 24")
    for eaves in ("44 7, 22 26, 4 50", "44 7, 74 20, 97 46"):
        pen.line(smooth(at(eaves), closed=False), 0.085, 0.55)
    _blob(pen, "30 99, 30 99, 28 72, 38 64, 49 72, 50 99, 50 99", tone=-0.6, body=False)
    pen.dot(0.45, 0.84, 0.02, 0.9, body=False)
    for x, y in at("58 58, 38 30"):
        pen.poly([(x, y), (x + 0.19, y - 0.02), (x + 0.16, y + 0.19), (x + 0.01, y + 0.19)], 0.9, body=False)
        pen.line([(x + 0.095, y), (x + 0.085, y + 0.19)], W, INK, body=False)
        pen.line([(x, y + 0.09), (x + 0.17, y + 0.08)], W, INK, body=False)


def house_canal(pen: Pen) -> None:
    half = at("50 0, 55 0, 55 7, 61 7, 61 14, 67 14, 67 21, 73 21, 73 28, 79 28, 79 96, 50 96")
    pen.poly([*half, *((1 - x, y) for x, y in reversed(half))])
    pen.rect(0.17, 0.95, 0.83, 0.995, -0.5)
    for y, row in ((16, (50,)), (32, (32, 50, 68)), (52, (32, 50, 68)), (74, (32, 68))):
        for x in row:
            pen.rect((x - 5) / 100, y / 100, (x + 5) / 100, (y + 12) / 100, 0.85, body=False)
            pen.line(at(f"{x} {y}, {x} {y + 12}"), 0.012, INK, body=False)
    pen.rect(0.43, 0.73, 0.57, 0.96, -0.6, body=False)
    pen.rect(0.21, 0.685, 0.79, 0.705, 0.4, body=False)
    pen.rect(0.21, 0.28, 0.79, 0.3, 0.4, body=False)


def tree_nodding(pen: Pen) -> None:
    pen.poly(at("40 78, 56 78, 60 100, 34 100"), -0.6)
    _blob(pen, "40 46, 40 46, 24 68, 4 82, 4 82, 34 88, 48 82, 62 90, 94 80, 94 80, 74 66, 64 46, 64 46")
    _blob(pen, "42 26, 42 26, 30 46, 12 58, 12 58, 34 62, 50 58, 64 64, 88 56, 88 56, 74 44, 66 26, 66 26", tone=0.12)
    _blob(pen, "98 14, 98 14, 84 2, 62 4, 44 18, 20 38, 20 38, 38 42, 54 38, 64 44, 82 38, 82 38, 74 26, 74 16, 84 12")
    _ink(pen, at("12 58, 34 62, 50 58, 64 64, 88 56"), at("20 38, 38 42, 54 38, 64 44, 82 38"))


def tree_acacia(pen: Pen) -> None:
    """A thorn tree of the savanna: a bare forked trunk under flat shelves."""
    for branch in ("47 97, 49 74, 45 56, 26 36", "49 76, 60 56, 76 38", "46 58, 54 44, 52 30"):
        pen.line(smooth(at(branch), closed=False), 0.042, -0.65)
    pen.poly(at("40 98, 46 84, 51 84, 57 98"), -0.65)
    _blob(pen, "0 36, 8 24, 18 18, 26 20, 38 26, 46 34, 48 42, 34 40, 24 44, 14 40, 6 42")
    _blob(pen, "56 42, 62 30, 76 20, 88 24, 100 38, 98 44, 84 42, 74 47, 64 43")
    _blob(pen, "18 24, 26 10, 42 3, 60 2, 76 10, 86 24, 74 28, 62 25, 50 30, 38 26, 28 29")
    _ink(pen, at("20 25, 28 29, 38 26, 50 30, 62 25, 74 28, 84 25"), width=0.022, tone=-0.45)
    for x, y in at("36 14, 50 10, 62 14, 18 30, 80 33"):
        pen.oval(x - 0.06, y - 0.02, x + 0.06, y + 0.02, 0.3, body=False)


def mushroom_pixie(pen: Pen) -> None:
    _blob(pen, "36 50, 36 50, 36 72, 22 92, 34 99, 60 99, 74 90, 60 72, 62 50, 62 50", tone=0.75)
    _blob(pen, "30 2, 18 8, 18 8, 28 12, 28 28, 8 48, 2 62, 20 70, 50 68, 80 66, 98 54, 84 34, 62 12, 46 2")
    for x, y, r in ((0.46, 0.2, 0.075), (0.28, 0.46, 0.085), (0.66, 0.42, 0.1), (0.48, 0.6, 0.05), (0.86, 0.53, 0.05)):
        pen.dot(x, y, r, 0.9, body=False)
    _ink(pen, at("38 72, 48 75, 60 71"), width=0.028)
    _ink(pen, at("46 82, 47 90"))


def mushroom_parasol(pen: Pen) -> None:
    pen.poly(smooth(at("47 40, 47 40, 46 70, 45 88, 41 96, 48 100, 56 100, 61 96, 56 88, 54 70, 54 40, 54 40")), 0.7)
    _blob(pen, "0 46, 0 46, 10 28, 30 15, 44 9, 50 7, 56 9, 70 15, 90 28, 100 46, 100 46, 50 60")
    _blob(pen, "2 46, 2 46, 26 43, 50 42, 74 43, 98 46, 98 46, 76 52, 50 54, 24 52", tone=-0.55, body=False)
    for n in range(10, 95, 8):
        pen.line(at(f"{n} {44 + abs(n - 50) / 25}, {50 + (n - 50) * 0.6} 53"), 0.01, 0.4, body=False)
    pen.rect(0.465, 0.47, 0.545, 0.56, 0.7)
    _blob(pen, "40 62, 50 57, 61 62, 60 66, 50 64, 41 66", tone=0.7)
    pen.oval(0.44, 0.08, 0.56, 0.15, -0.45, body=False)
    for x, y in at("34 21, 66 21, 25 31, 44 25, 57 28, 76 31, 40 35, 63 37, 18 38, 85 39"):
        pen.oval(x - 0.03, y - 0.014, x + 0.03, y + 0.014, -0.45, body=False)


def boat_tug(pen: Pen) -> None:
    _blob(pen, "46 10, 36 15, 28 11, 20 15, 12 9, 17 2, 26 4, 34 -1, 44 3", tone=0.9)
    pen.poly(at("40 11, 54 9, 56 40, 44 40"), -0.65)
    pen.poly(at("30 36, 70 31, 72 60, 32 62"), 0.5)
    pen.poly(at("26 34, 74 28, 74 34, 26 40"), -0.65)
    _blob(pen, "1 48, 1 48, 30 58, 66 55, 100 38, 100 38, 98 68, 86 96, 86 96, 50 99, 14 96, 14 96, 4 74")
    for x, y in at("42 48, 58 46"):
        pen.dot(x, y, 0.05, -0.85, body=False)
    _ink(pen, at("2 56, 31 66, 67 63, 98 48"))
    _ink(pen, at("8 82, 50 88, 93 78"), width=0.035, tone=0.5)
    pen.dot(0.84, 0.62, 0.035, -0.85, body=False)


def boat_longship(pen: Pen) -> None:
    """A longship with a striped sail and shields."""
    pen.rect(0.485, 0.0, 0.515, 0.75, -0.6)
    pen.line(at("18 10, 82 10"), 0.025, -0.6)
    _blob(pen, "20 11, 20 11, 80 11, 80 11, 85 32, 80 56, 80 56, 50 61, 20 56, 20 56, 25 32")
    for x in (30, 50, 70):
        pen.poly(at(f"{x - 5} 11, {x + 5} 11, {x + 6} 34, {x + 5} 60, {x - 5} 60, {x - 4} 34"), 0.85, body=False)
    pen.line(smooth(at("9 72, 3 58, 6 46, 13 44, 14 50"), closed=False), 0.032)
    pen.line(smooth(at("91 72, 97 58, 94 44, 86 42, 84 48"), closed=False), 0.032)
    _blob(pen, "4 64, 4 64, 14 74, 30 77, 70 77, 86 74, 96 64, 96 64, 92 80, 76 93, 50 96, 24 93, 8 80")
    pen.line(smooth(at("12 82, 30 88, 50 89, 70 88, 88 82"), closed=False), 0.014, INK, body=False)
    for x in (24, 37, 50, 63, 76):
        pen.dot(x / 100, 0.775, 0.052, -0.6)
        pen.dot(x / 100, 0.775, 0.02, 0.85, body=False)


def flower_daisy(pen: Pen) -> None:
    pen.line(smooth(at("56 44, 64 66, 54 84, 40 97"), closed=False), 0.06, -0.55)
    _blob(pen, "58 78, 58 78, 70 62, 94 62, 94 62, 86 80, 70 84", tone=-0.55)
    _blob(pen, "50 88, 50 88, 36 72, 14 74, 14 74, 24 90, 40 93", tone=-0.55)
    for k, reach in enumerate((0.34, 0.31, 0.35, 0.31, 0.35, 0.3, 0.35, 0.33)):
        petal = smooth([(0.5, 0.32), (0.41, 0.34 - reach * 0.75), (0.5, 0.34 - reach), (0.59, 0.34 - reach * 0.7)])
        pen.poly(turned(petal, 45 * k - 12, 0.5, 0.36), 0.0 if k % 2 else 0.16)
    for k in range(8):
        pen.line(turned(at("50 22, 50 12"), 45 * k - 12, 0.5, 0.36), 0.018, INK, body=False)
    pen.oval(0.37, 0.24, 0.63, 0.48, 0.8, body=False)
    pen.dot(0.45, 0.33, 0.022, INK, body=False)
    pen.dot(0.55, 0.33, 0.022, INK, body=False)
    _ink(pen, at("43 39, 50 44, 57 39"))


def flower_carnation(pen: Pen) -> None:
    pen.line(smooth(at("50 56, 51 78, 48 99"), closed=False), 0.032, -0.6)
    for leaf in ("50 88, 50 88, 36 74, 24 54, 24 54, 30 76, 48 95", "50 84, 50 84, 66 72, 80 56, 80 56, 72 78, 49 91"):
        _blob(pen, leaf, tone=-0.6)
    fringe = [p for i, p in enumerate(arc(0.5, 0.38, 0.47, 0.38, 170, 370, 30)) if not i % 2]
    notch = [p for i, p in enumerate(arc(0.5, 0.38, 0.41, 0.325, 170, 370, 30)) if i % 2]
    edge = [p for pair in zip(fringe, notch, strict=False) for p in pair]
    pen.poly([*edge, fringe[-1], *at("78 46, 56 54, 44 54, 22 46")])
    _blob(pen, "42 50, 42 50, 58 50, 58 50, 56 64, 52 69, 48 69, 44 64", tone=-0.6)
    for text in ("46 52, 34 34, 22 26", "50 52, 49 30, 46 16", "54 52, 66 34, 80 28", "50 50, 58 34, 64 16"):
        _ink(pen, at(text), width=0.016, tone=-0.45)
    row = [(x, y + (0.03 if i % 2 else 0)) for i, (x, y) in enumerate(arc(0.5, 0.42, 0.28, 0.2, 180, 360, 16))]
    pen.line(row, 0.018, 0.5, body=False)


def arrow_swoop(pen: Pen) -> None:
    pen.poly(smooth(at("2 6, 2 6, 30 10, 56 22, 70 46, 70 46, 48 54, 48 54, 38 34, 22 18, 2 6, 2 6")))
    pen.poly(at("32 57, 98 34, 80 99"))
    pen.poly(at("44 54, 72 44, 74 50, 46 60"), body=False)
    _ink(pen, at("16 13, 42 28, 58 54, 74 84"), width=0.03)
    pen.line(at("92 42, 80 86"), 0.04, 0.5, body=False)


def arrow_archer(pen: Pen) -> None:
    turn = 42
    pen.line(turned(at("-8 50, 101 50"), turn), 0.04, 0.55)
    for s in (-1, 1):
        vane = at(f"62 {50 + s * 2}, 69 {50 + s * 14}, 105 {50 + s * 14}, 98 {50 + s * 2}")
        pen.poly(turned(vane, turn))
        for x in (72, 81, 90):
            pen.line(turned(at(f"{x} {50 + s * 3}, {x + 6} {50 + s * 12}"), turn), 0.014, -0.5, body=False)
    pen.line(turned(at("56 50, 101 50"), turn), 0.04, 0.55)
    pen.poly(turned(at("-17 50, 12 36, 7 50, 12 64"), turn))
    pen.line(turned(at("-14 50, 6 50"), turn), 0.014, -0.5, body=False)


def duck_running(pen: Pen) -> None:
    for text in ("46 82, 40 92, 52 97", "60 80, 70 90, 82 88"):
        pen.line(at(text), 0.05, 0.6)
    _blob(pen, "66 28, 86 34, 98 28, 96 40, 84 44, 96 48, 90 54, 68 48", tone=0.6)
    _blob(pen, "4 40, 4 40, 16 50, 34 50, 50 44, 66 48, 76 66, 64 82, 42 88, 20 80, 8 62")
    _blob(pen, "44 32, 48 14, 44 4, 44 4, 56 8, 62 1, 62 1, 66 10, 80 20, 80 38, 68 54, 50 60, 44 48")
    _blob(pen, "22 58, 34 54, 54 60, 48 74, 36 78, 34 72, 26 70", tone=-0.25, body=False)
    _ink(pen, at("22 60, 27 70, 34 71, 37 78, 48 74, 54 62"))
    pen.oval(0.6, 0.17, 0.73, 0.34, 0.95, body=False)
    pen.dot(0.69, 0.27, 0.038, INK, body=False)
    _ink(pen, at("74 43, 84 42, 94 42"), width=0.018)


def duck_mallard(pen: Pen) -> None:
    for x in (50, 60):
        pen.line(at(f"{x} 78, {x - 2} 93"), 0.026, 0.55)
        pen.poly(at(f"{x - 1} 91, {x + 1} 95, {x - 12} 98"), 0.55)
    _blob(pen, "12 24, 12 24, 2 29, -1 33, 4 36, 14 33, 14 33", tone=0.55)
    _blob(pen, "22 34, 24 44, 18 58, 24 72, 44 82, 68 80, 84 70, 100 56, 100 56, 88 54, 74 50, 56 44, 38 44, 32 34")
    _blob(pen, "12 32, 11 22, 18 13, 28 14, 34 22, 33 38, 24 40, 20 34", tone=-0.6)
    pen.line(smooth(at("22 40, 28 42, 34 38"), closed=False), 0.034, 0.9, body=False)
    _blob(pen, "40 54, 54 48, 72 54, 90 62, 72 68, 54 70, 42 64", tone=0.28, body=False)
    pen.poly(at("62 60, 76 59, 78 66, 64 68"), -0.6, body=False)
    pen.dot(0.21, 0.215, 0.02, 0.9, body=False)
    _ink(pen, at("86 56, 90 60, 86 66"), width=0.02)


def hat_wizard(pen: Pen) -> None:
    _blob(pen, "2 88, 10 80, 50 72, 92 74, 100 82, 88 94, 50 99, 14 98")
    tip = "20 84, 20 84, 28 56, 24 44, 40 28, 46 10, 68 1, 94 8, 98 24, 98 24"
    _blob(pen, tip + ", 82 18, 72 26, 76 40, 70 46, 78 60, 82 80, 82 80, 50 88")
    _blob(pen, "21 80, 21 80, 25 66, 25 66, 50 70, 78 62, 78 62, 82 77, 82 77, 50 86", tone=0.65, body=False)
    pen.line(at("45 68, 60 67, 61 84, 46 85, 45 68"), 0.028, INK, body=False)
    _ink(pen, at("24 44, 38 50, 52 46"), at("70 44, 60 42, 54 36"), at("72 26, 62 22, 56 14"))


def hat_fedora(pen: Pen) -> None:
    _blob(pen, "22 66, 22 66, 26 38, 34 22, 44 20, 52 25, 62 19, 72 22, 78 38, 80 64, 80 64")
    _blob(pen, "0 58, 0 58, 8 62, 26 64, 50 62, 74 62, 92 60, 101 66, 101 66, 90 76, 66 80, 40 81, 18 78, 4 68")
    _blob(pen, "23 65, 23 65, 25 48, 25 48, 50 52, 78 46, 78 46, 80 62, 80 62, 50 67", tone=-0.7, body=False)
    _blob(pen, "40 24, 46 22, 53 27, 61 21, 66 22, 58 34, 46 32", tone=-0.3, body=False)
    _ink(pen, at("33 26, 36 36, 44 42"), width=0.014, tone=-0.3)
    _ink(pen, at("5 66, 20 73, 42 76, 66 75, 94 68"), width=0.016, tone=0.4)
    pen.poly(at("30 52, 38 54, 38 66, 29 65"), -0.4, body=False)


def umbrella_blown(pen: Pen) -> None:
    turn = 20
    pen.line(turned([*at("50 40, 50 92"), *arc(0.57, 0.9, 0.07, 0.08, 180, 0)], turn, 0.5, 0.45), 0.055, -0.7)
    pen.line(turned(at("50 -1, 50 10"), turn, 0.5, 0.45), 0.05, -0.7)
    shell = "50 4, 74 8, 96 28, 100 56, 100 56, 93 49, 82 48, 70 56, 70 56, 60 49"
    right = smooth(at(shell), closed=False)
    pen.poly(turned([*right, *((1 - x, y) for x, y in reversed(right))], turn, 0.5, 0.45))
    panel = smooth(at("50 5, 50 5, 32 26, 30 56, 30 56, 40 49, 60 49, 70 56, 70 56, 68 26"))
    pen.poly(turned(panel, turn, 0.5, 0.45), 0.32, body=False)
    for text in ("50 5, 32 26, 30 56", "50 5, 68 26, 70 56"):
        _ink(pen, turned(at(text), turn, 0.5, 0.45))


def umbrella_furled(pen: Pen) -> None:
    """A gentleman's umbrella, rolled up, with its crook."""
    turn = -28
    pen.line(turned([*at("50 26, 50 12"), *arc(0.6, 0.12, 0.1, 0.11, 180, 350)], turn), 0.052, 0.55)
    pen.line(turned(at("50 94, 50 105"), turn), 0.034, 0.55)
    pen.poly(turned(smooth(at("43 26, 43 26, 57 26, 57 26, 66 36, 62 52, 52 98, 48 98, 38 52, 34 36")), turn))
    pen.poly(turned(smooth(at("58 27, 66 36, 62 52, 52 98, 52 98, 54 60")), turn), -0.3, body=False)
    pen.line(turned(at("36 50, 64 44"), turn), 0.045, -0.75, body=False)
    _ink(pen, turned(at("46 28, 42 36, 45 52, 49 92"), turn), width=0.016, tone=-0.5)


def bell_swinging(pen: Pen) -> None:
    def flung(points: Points) -> Points:
        return [(0.15 + 0.9 * x, 0.02 + 0.9 * y) for x, y in turned(points, 26, 0.5, 0.4)]

    pen.line(flung(arc(0.5, 0.06, 0.075, 0.075, 0, 360)), 0.05, -0.5)
    pen.dot(*flung([(0.66, 0.96)])[0], 0.095, -0.5)
    shell = "34 22, 42 11, 58 11, 66 22, 70 48, 82 70, 98 84, 98 90, 50 96, 2 90, 2 84, 18 70, 30 48"
    pen.poly(flung(smooth(at(shell))))
    pen.poly(flung(smooth(at("60 14, 66 22, 70 48, 82 70, 98 84, 98 90, 76 92, 60 50"))), -0.28, body=False)
    _ink(pen, flung(at("5 80, 50 85, 95 80")), flung(at("32 34, 50 38, 68 34")), width=0.026)
    _ink(pen, flung(at("40 44, 38 58, 30 70")), width=0.045, tone=0.75)


def bell_hand(pen: Pen) -> None:
    _blob(pen, "46 2, 50 0, 54 2, 56 10, 53 20, 55 32, 54 44, 46 44, 45 32, 47 20, 44 10", tone=-0.6)
    pen.rect(0.43, 0.4, 0.57, 0.45, 0.6)
    pen.oval(0.44, 0.88, 0.56, 1.0, -0.75)
    _blob(pen, "40 46, 50 43, 60 46, 67 52, 70 66, 75 80, 87 90, 87 95, 50 97, 13 95, 13 90, 25 80, 30 66, 33 52")
    pen.line(smooth(at("15 89, 50 92, 85 89"), closed=False), 0.016, -0.45, body=False)
    pen.line(smooth(at("29 70, 50 73, 71 70"), closed=False), 0.016, -0.45, body=False)
    _ink(pen, at("38 52, 37 64, 32 80"), width=0.035, tone=0.6)


def leaf_monstera(pen: Pen) -> None:
    turn = 24
    upper = "50 20, 58 11, 72 9, 86 17, 93 31, 93 31, 65 36, 66 40, 95 41, 94 55, 94 55, 65 54, 65 58"
    right = smooth(at(upper + ", 90 65, 82 77, 82 77, 62 70, 62 74, 74 85, 62 93, 50 99"), 4, closed=False)
    pen.line(turned(smooth(at("50 30, 49 10, 42 0"), closed=False), turn), 0.05, -0.5)
    pen.poly(turned([*right, *((1 - x, y) for x, y in reversed(right))], turn))
    _ink(pen, turned(at("50 18, 51 50, 50 92"), turn), width=0.03)
    for y, reach in ((23, 32), (42, 36), (59, 30)):
        for side in (1, -1):
            _ink(pen, turned([(0.5, y / 100), (0.5 + side * reach / 100, y / 100 + 0.04)], turn), width=0.018)


def leaf_rowan(pen: Pen) -> None:
    rib = smooth(at("42 99, 47 74, 50 45, 50 20"), closed=False)
    pen.line(rib, 0.026, -0.5)
    one = smooth(at("0 0, 0 0, 14 -8, 28 -7, 42 0, 42 0, 28 6, 14 7"))
    for (x, y), size in zip((rib[20], rib[15], rib[10], rib[5]), (0.85, 1.05, 1.12, 0.85), strict=True):
        for side in (1, -1):
            leaflet = turned([(x + side * px * size, y + py * size) for px, py in one], -side * 30, x, y)
            pen.poly(leaflet)
            pen.line([(x, y), leaflet[32]], 0.012, -0.5, body=False)
    _blob(pen, "50 32, 50 32, 43 20, 45 9, 50 1, 50 1, 56 9, 57 20")
    pen.line(at("50 32, 50 5"), 0.012, -0.5, body=False)


def drum_tipsy(pen: Pen) -> None:
    _blob(pen, "2 28, 2 28, 8 60, 18 86, 18 86, 50 100, 84 84, 84 84, 90 56, 97 22, 97 22, 50 40")
    pen.poly(turned(arc(0.495, 0.27, 0.475, 0.11, 0, 360, 36), -4), 0.85)
    pen.line(turned(arc(0.495, 0.275, 0.465, 0.12, 2, 178), -4), 0.06, 0.25, body=False)
    pen.line(turned(arc(0.495, 0.3, 0.465, 0.13, 6, 174), -4), W, INK, body=False)
    pen.line(at("10 42, 22 81, 29 49, 41 88, 52 51, 64 88, 75 46, 84 78, 91 38"), W, INK, body=False)
    _ink(pen, at("15 76, 28 88, 50 93, 74 87, 88 74"))
    for x, y, u, v in ((0.3, 0.24, 0.58, 0.05), (0.64, 0.24, 0.94, 0.07)):
        pen.line([(x, y), (u, v)], 0.035, -0.6)
        pen.dot(u, v, 0.045, -0.6)


def drum_goblet(pen: Pen) -> None:
    _both(pen, "82 8, 80 26, 70 46, 60 58, 60 70, 66 86, 70 98, 50 100")
    pen.oval(0.17, 0.0, 0.83, 0.17, 0.75)
    pen.line(arc(0.5, 0.11, 0.325, 0.08, 0, 180), 0.032, -0.6, body=False)
    xs = (19, 27, 35, 43, 50, 57, 65, 73, 81)
    laces = [(x, 18 if i % 2 else 46) if i not in (0, 8) else (x, 16) for i, x in enumerate(xs)]
    pen.line([(0.5 + (x / 100 - 0.5) * (0.62 if y > 40 else 1), y / 100) for x, y in laces], 0.018, 0.6, body=False)
    pen.line(arc(0.5, 0.44, 0.21, 0.06, 0, 180), 0.028, -0.6, body=False)
    pen.line(arc(0.5, 0.66, 0.1, 0.03, 0, 180), 0.02, -0.6, body=False)
    pen.poly([*arc(0.5, 0.92, 0.2, 0.05, 180, 0), *at("72 100, 28 100")], -0.3, body=False)


def crown_slouch(pen: Pen) -> None:
    turn = -12
    points = "14 90, 7 28, 7 28, 26 52, 30 14, 30 14, 48 48, 60 6, 60 6, 70 48, 97 24, 97 24, 86 90"
    pen.poly(turned(at(points), turn))
    pen.poly(turned(smooth(at("14 72, 14 72, 50 78, 88 72, 88 72, 87 94, 87 94, 50 101, 15 94, 15 94")), turn))
    for x, y in turned(at("9 28, 31 13, 60 8, 95 25"), turn):
        pen.dot(x, y, 0.068, 0.7)
    _ink(pen, turned(at("14 72, 50 78, 88 72"), turn), width=0.026)
    for x, y in turned(at("28 85, 50 88, 72 85"), turn):
        pen.poly([(x, y - 0.075), (x + 0.06, y), (x, y + 0.075), (x - 0.06, y)], -0.6, body=False)
    _ink(pen, turned(at("46 56, 44 64, 42 68"), turn), turned(at("72 56, 71 63, 70 68"), turn))


def crown_imperial(pen: Pen) -> None:
    """A state crown: arches over a velvet cap, orb and cross above, fur below."""
    _blob(pen, "10 74, 10 74, 10 46, 28 30, 50 34, 72 30, 90 46, 90 74, 90 74", tone=-0.6)
    for s in (1, -1):
        bow = smooth(at("12 74, 5 52, 18 32, 36 27, 50 31"), closed=False)
        pen.line([(0.5 + s * (x - 0.5), y) for x, y in bow], 0.11)
    pen.line(at("50 30, 50 74"), 0.1)
    pen.dot(0.5, 0.22, 0.085)
    pen.rect(0.475, 0.0, 0.525, 0.18)
    pen.rect(0.43, 0.045, 0.57, 0.09)
    pen.rect(0.08, 0.66, 0.92, 0.86)
    for n in (30, 70):
        pen.poly(at(f"{n - 9} 66, {n - 3} 56, {n - 8} 50, {n} 42, {n + 8} 50, {n + 3} 56, {n + 9} 66"))
    pen.rect(0.04, 0.84, 0.96, 0.96, 0.85, r=0.05)
    for x, y in at("22 76, 50 76, 78 76"):
        pen.oval(x - 0.06, y - 0.045, x + 0.06, y + 0.045, -0.8, body=False)
    pen.line([*arc(0.5, 0.22, 0.085, 0.02, 0, 180)], 0.014, INK, body=False)
    for n in (14, 32, 50, 68, 86):
        pen.rect(n / 100 - 0.01, 0.88, n / 100 + 0.01, 0.93, INK, body=False)


DRAW: dict[str, tuple[Drawing, Drawing]] = {
    "ball": (ball_basket, ball_stitched),
    "block": (block_letter, block_brick),
    "star": (star_dancing, star_sea),
    "heart": (heart_leaning, heart_locket),
    "moon": (moon_face, moon_full),
    "cup": (cup_tipsy, cup_porcelain),
    "key": (key_modern, key_iron),
    "fish": (fish_fat, fish_trout),
    "car": (car_bouncing, car_vintage),
    "house": (house_wonky, house_canal),
    "tree": (tree_nodding, tree_acacia),
    "mushroom": (mushroom_pixie, mushroom_parasol),
    "boat": (boat_tug, boat_longship),
    "flower": (flower_daisy, flower_carnation),
    "arrow": (arrow_swoop, arrow_archer),
    "duck": (duck_running, duck_mallard),
    "hat": (hat_wizard, hat_fedora),
    "umbrella": (umbrella_blown, umbrella_furled),
    "bell": (bell_swinging, bell_hand),
    "leaf": (leaf_monstera, leaf_rowan),
    "drum": (drum_tipsy, drum_goblet),
    "crown": (crown_slouch, crown_imperial),
}
