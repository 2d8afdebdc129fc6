"""Toys by a joiner: sawn, glued and pegged wood, and lifelike stickers seen from the side or three quarters."""

from __future__ import annotations

from lens_seg.data.toybox.hands.curves import Drawing, Path, arc, at, smooth, turned
from lens_seg.data.toybox.pen import Pen, Points

WHEEL, PEG, SHADE, GLEAM = -0.72, 0.8, -0.2, 0.25


def _wheel(pen: Pen, x: float, y: float, r: float) -> None:
    pen.dot(x, y, r, WHEEL)
    pen.dot(x, y, r * 0.36, PEG, body=False)


def _eye(pen: Pen, x: float, y: float, r: float) -> None:
    pen.dot(x, y, r, PEG, body=False)
    pen.dot(x + 0.005, y, r * 0.55, -0.9, body=False)


def _dots(pen: Pen, places: str, r: float, tone: float) -> None:
    for x, y in at(places):
        pen.dot(x, y, r, tone, body=False)


def _flat(pen: Pen, *sides: tuple[float, str]) -> None:
    """Flat parts that lie on the toy."""
    for tone, side in sides:
        pen.poly(at(side), tone, body=False)


def _sawn(pen: Pen, outline: Points, dx: float, dy: float, edge: float = SHADE) -> None:
    """A board with the sawn edge showing at the lower right."""
    for step in range(9):
        pen.poly([(x + dx * step / 8, y + dy * step / 8) for x, y in outline], edge)
    pen.poly(outline)


def _bend(points: str, closed: bool = True) -> Path:
    return smooth(at(points), closed=closed)


def ball_laminated(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.5)
    for x, tone in ((0.2, 0.6), (0.68, -0.6)):
        far = x + 0.13
        h1, h2 = (0.25 - (x - 0.5) ** 2) ** 0.5, (0.25 - (far - 0.5) ** 2) ** 0.5
        band = arc(x, 0.5, 0.09, h1, -90, 90) + arc(far, 0.5, 0.09, h2, 90, -90)
        pen.poly(turned(band, -28), tone, body=False)
    pen.oval(0.28, 0.16, 0.42, 0.27, 0.3, body=False)


def ball_gridiron(pen: Pen) -> None:
    egg = _bend("-5 50, -5 50, 18 29, 50 20, 82 29, 105 50, 105 50, 82 71, 50 80, 18 71")
    pen.poly(turned(egg, -32))
    pen.poly(turned(_bend("3 56, 20 71, 50 80, 80 71, 97 56, 80 63, 50 69, 20 63"), -32), SHADE, body=False)
    for x in (0.17, 0.76):
        pen.line(turned(arc(x, 0.5, 0.05, 0.225, -90, 90), -32), 0.07, PEG, body=False)
    pen.line(turned(at("34 40, 66 40"), -32), 0.035, PEG, body=False)
    for x in (0.36, 0.45, 0.55, 0.64):
        pen.line(turned([(x, 0.33), (x, 0.47)], -32), 0.035, PEG, body=False)


def block_letter(pen: Pen) -> None:
    pen.poly(at("0 27, 34 2, 100 13, 100 75, 66 100, 0 88"))
    _flat(pen, (GLEAM, "0 27, 34 2, 100 13, 67 38"), (-0.3, "67 38, 100 13, 100 75, 66 100"))
    pen.poly(at("8 36, 59 45, 58 90, 8 81"), 0.6, body=False)
    pen.line(at("20 76, 33 47, 46 81"), 0.06, -0.7, body=False)
    pen.line(at("25 67, 41 70"), 0.05, -0.7, body=False)


def block_studs(pen: Pen) -> None:
    pen.poly(at("0 42, 38 20, 100 40, 100 76, 62 98, 0 78"))
    _flat(pen, (GLEAM, "0 42, 38 20, 100 40, 62 63"), (-0.3, "62 63, 100 40, 100 76, 62 98"))
    for x, y in at("40 27, 59 33, 78 39, 22 38, 41 44, 60 50"):
        pen.rect(x - 0.085, y - 0.08, x + 0.085, y, -0.15)
        pen.oval(x - 0.085, y - 0.05, x + 0.085, y + 0.05, -0.15)
        pen.oval(x - 0.085, y - 0.13, x + 0.085, y - 0.03, 0.3)


def star_glued(pen: Pen) -> None:
    kite = [(0.5, 0.5), (0.382, 0.338), (0.5, -0.01), (0.618, 0.338)]
    for n, tone in enumerate((0.0, -0.25, 0.1, -0.3, 0.25)):
        pen.poly(turned(kite, 72 * n), tone)
        pen.dot(*turned([(0.5, 0.2)], 72 * n)[0], 0.035, PEG, body=False)
    pen.dot(0.5, 0.5, 0.12, -0.7, body=False)
    pen.dot(0.5, 0.5, 0.05, PEG, body=False)


def star_puffy(pen: Pen) -> None:
    spread: Path = []
    for n in range(5):
        spread += turned(at("50 -3"), 72 * n) + turned(at("50 22"), 72 * n + 36)
    tilt = [(0.49 + (x - 0.5) * 0.98, y + 0.015) for x, y in turned(smooth(spread, 6), 17)]
    pen.poly(tilt, -0.28)
    pen.poly([(0.47 + (x - 0.5) * 0.86, 0.47 + (y - 0.5) * 0.86) for x, y in tilt], body=False)
    pen.line(turned(_bend("40 38, 47 20, 50 12", False), 17), 0.05, PEG, body=False)
    pen.dot(0.38, 0.42, 0.03, PEG, body=False)


def heart_plank(pen: Pen) -> None:
    half = _bend("47 20, 47 20, 36 4, 15 3, 0 22, 5 47, 25 70, 47 92, 47 92")
    _sawn(pen, half + [(0.94 - x, y) for x, y in reversed(half)], 0.05, 0.07, -0.5)
    pen.poly(half, GLEAM, body=False)
    pen.line(at("47 21, 47 90"), 0.02, -0.5, body=False)
    _dots(pen, "33 32, 61 32, 38 60, 56 60", 0.045, PEG)


def heart_balloon(pen: Pen) -> None:
    heart = _bend("52 14, 52 14, 66 1, 88 5, 94 26, 80 48, 44 74, 44 74, 18 54, 8 26, 22 6, 40 4")
    pen.line(_bend("44 76, 36 84, 48 91, 40 99", False), 0.035, -0.7)
    pen.poly(at("44 70, 37 80, 50 81"), -0.3)
    pen.poly(heart)
    pen.poly(_bend("94 24, 82 47, 46 73, 46 73, 66 46, 82 26, 84 8"), SHADE, body=False)
    pen.line(_bend("17 30, 19 18, 28 11", False), 0.06, PEG, body=False)


def moon_rocker(pen: Pen) -> None:
    outer, inner = arc(0.5, 0.5, 0.49, 0.49, 58, 302, 40), arc(0.69, 0.5, 0.42, 0.42, 278, 82, 30)
    _sawn(pen, turned([(x + 0.08, y - 0.03) for x, y in outer + inner], 22), 0.03, 0.03, -0.5)
    for x, y in at("37 17, 21 38, 21 62, 37 83"):
        pen.dot(*turned([(x + 0.08, y - 0.02)], 22)[0], 0.042, PEG, body=False)


def moon_craters(pen: Pen) -> None:
    pen.dot(0.5, 0.5, 0.5)
    pen.poly(arc(0.5, 0.5, 0.5, 0.5, -62, 118) + arc(0.5, 0.5, 0.28, 0.5, 118, -62), -0.7, body=False)
    for x, y, r in ((0.3, 0.3, 0.13), (0.22, 0.62, 0.09), (0.5, 0.66, 0.12), (0.55, 0.17, 0.07), (0.42, 0.47, 0.05)):
        pen.dot(x, y, r, 0.35, body=False)
        pen.dot(x - 0.018, y - 0.018, r * 0.86, -0.34, body=False)


def cup_tankard(pen: Pen) -> None:
    pen.poly(at("60 22, 100 22, 100 76, 60 76"), -0.55)
    pen.poly(at("11 12, 63 12, 70 98, 4 98"))
    pen.oval(0.11, 0.04, 0.63, 0.2, 0.2)
    pen.oval(0.15, 0.07, 0.59, 0.18, -0.7, body=False)
    for x in (0.25, 0.37, 0.49):
        pen.line([(x, 0.21), (0.37 + (x - 0.37) * 1.25, 0.98)], 0.015, -0.3, body=False)
    _flat(pen, (0.65, "9 30, 65 30, 66 40, 8 40"), (0.65, "6 76, 68 76, 69 86, 5 86"))
    pen.hole(0.7, 0.31, 0.92, 0.67)


def cup_takeaway(pen: Pen) -> None:
    pen.poly(at("18 16, 82 16, 73 96, 27 96"))
    pen.oval(0.27, 0.92, 0.73, 1.0)
    _flat(pen, (SHADE, "66 18, 82 16, 73 96, 62 98"), (0.6, "21.5 42, 78.5 42, 76 64, 24 64"))
    pen.oval(0.43, 0.46, 0.57, 0.6, -0.7, body=False)
    pen.poly(at("22 2, 78 2, 81 11, 19 11"), -0.6)
    pen.rect(0.14, 0.1, 0.86, 0.19, -0.6, r=0.03)


def key_board(pen: Pen) -> None:
    shaft = at("32 43, 100 43, 100 57, 95 57, 95 80, 85 80, 85 57, 78 57, 78 72, 69 72, 69 57, 32 57")
    pen.poly(turned(shaft, 38))
    for cx, cy in at("20 36, 20 64, 8 50"):
        pen.dot(*turned([(cx, cy)], 38)[0], 0.17)
    pen.dot(*turned(at("22 50"), 38)[0], 0.15)
    pen.line(turned(at("41 40, 41 60"), 38), 0.05, -0.6)
    x, y = turned(at("16 50"), 38)[0]
    pen.hole(x - 0.1, y - 0.1, x + 0.1, y + 0.1)


def key_yale(pen: Pen) -> None:
    blade = at("44 40, 60 40, 60 93, 54 100, 48 95, 43 89, 47 84, 42 77, 46 72, 41 66, 44 60")
    head = _bend("50 0, 70 4, 80 20, 76 36, 62 46, 40 46, 24 36, 20 20, 30 4")
    pen.poly(turned(blade, 65), 0.6)
    pen.line(turned(at("55 50, 55 90"), 65), 0.025, -0.4, body=False)
    pen.poly(turned(head, 65))
    pen.poly(turned(_bend("50 36, 62 38, 70 32, 64 42, 50 45, 36 42, 30 32, 38 38"), 65), -0.3, body=False)
    x, y = turned(at("50 13"), 65)[0]
    pen.hole(x - 0.075, y - 0.075, x + 0.075, y + 0.075)


def fish_wheels(pen: Pen) -> None:
    pen.poly(at("64 44, 100 14, 92 45, 100 76"), -0.5)
    pen.poly(_bend("0 48, 0 48, 14 24, 40 14, 64 26, 80 46, 62 66, 38 78, 14 70"))
    pen.poly(at("30 20, 40 2, 58 6, 60 26"), -0.5)
    pen.poly(_bend("0 47, 14 24, 28 17, 31 45, 26 74, 14 70"), GLEAM, body=False)
    pen.poly(at("44 45, 61 40, 58 55"), -0.5, body=False)
    _eye(pen, 0.17, 0.4, 0.06)
    for x in (0.26, 0.56):
        pen.dot(x, 0.8, 0.115, 0.5)
        pen.dot(x, 0.8, 0.045, -0.8, body=False)


def fish_trout(pen: Pen) -> None:
    pen.poly(_bend("46 33, 46 33, 52 19, 66 20, 70 33, 70 33"), -0.32)
    pen.poly(at("12 46, -1 27, 5 50, -1 75, 13 55, 20 50"), -0.32)
    pen.poly(at("30 60, 24 76, 38 64"), -0.32)
    pen.poly(at("60 62, 52 80, 69 66"), -0.32)
    pen.poly(_bend("8 50, 8 45, 24 39, 48 30, 72 30, 90 39, 101 50, 101 50, 96 58, 80 66, 56 68, 30 61, 8 55"))
    pen.poly(_bend("22 56, 50 58, 78 58, 98 57, 80 66, 56 68, 30 61"), 0.7, body=False)
    pen.line(arc(0.7, 0.48, 0.08, 0.15, -75, 75), 0.025, -0.32, body=False)
    _dots(pen, "26 46, 36 43, 47 40, 58 37, 40 50, 53 48, 64 45", 0.02, -0.7)
    _eye(pen, 0.88, 0.45, 0.035)


def car_racer(pen: Pen) -> None:
    pen.dot(0.45, 0.25, 0.085, PEG)
    pen.rect(0.38, 0.32, 0.52, 0.5, SHADE)
    pen.poly(at("55 44, 62 25, 66 25, 64 46"), 0.5)
    pen.poly(_bend("2 30, 2 30, 16 33, 34 40, 60 40, 84 45, 99 58, 99 70, 92 76, 7 76, 2 64"))
    pen.poly(at("3 32, 15 34, 20 48, 3 48"), GLEAM, body=False)
    pen.dot(0.5, 0.57, 0.08, PEG, body=False)
    pen.line(at("50 53, 50 61"), 0.025, -0.8, body=False)
    _wheel(pen, 0.22, 0.75, 0.15)
    _wheel(pen, 0.78, 0.76, 0.135)


def car_coupe(pen: Pen) -> None:
    pen.poly(_bend("18 46, 18 46, 34 31, 52 27, 66 32, 80 46, 80 46"))
    pen.poly(
        _bend("0 60, 0 60, 2 47, 10 43, 22 44, 60 44, 80 44, 94 49, 101 58, 101 67, 96 71, 96 71, 4 71, 4 71, -1 66")
    )
    _flat(pen, (-0.6, "24 45, 37 34, 46 32, 46 45"), (-0.6, "49 45, 49 32, 55 32, 64 36, 72 45"))
    pen.line(at("3 65, 97 65"), 0.035, SHADE, body=False)
    _flat(pen, (0.9, "90 49, 98 54, 97 57, 89 55"), (0.6, "0 50, 6 49, 5 55, 0 56"))
    pen.line(at("44 50, 50 50"), 0.02, -0.3, body=False)
    for x in (0.21, 0.78):
        pen.dot(x, 0.68, 0.115, -0.85)
        pen.dot(x, 0.68, 0.065, 0.5, body=False)


def house_gable(pen: Pen) -> None:
    pen.rect(0.66, 0.05, 0.79, 0.4, 0.6)
    pen.poly(at("12 46, 50 10, 88 46, 88 100, 12 100"))
    pen.line(at("4 48, 50 6, 96 48"), 0.09, -0.55)
    pen.line(at("13 62, 87 62"), 0.015, -0.25, body=False)
    pen.rect(0.4, 0.66, 0.62, 1.0, 0.6, body=False)
    pen.poly(arc(0.51, 0.67, 0.11, 0.12, 180, 360), 0.6, body=False)
    pen.dot(0.57, 0.83, 0.022, -0.8, body=False)
    pen.dot(0.5, 0.35, 0.085, -0.8, body=False)
    pen.rect(0.19, 0.64, 0.32, 0.8, -0.8, body=False)
    pen.rect(0.7, 0.64, 0.81, 0.8, -0.8, body=False)


def house_corner(pen: Pen) -> None:
    pen.poly(at("6 44, 22 20, 38 46, 38 100, 6 93"), SHADE)
    pen.poly(at("38 46, 94 40, 94 90, 38 100"))
    pen.poly(at("68 6, 79 6, 79 26, 68 26"), 0.45)
    pen.poly(at("20 16, 80 14, 100 43, 38 49"), -0.62)
    pen.poly(at("20 16, 25 16, 5 49, -1 47"), -0.62)
    _flat(pen, (0.85, "60 63, 72 62, 72 94, 60 96"), (0.45, "43 61, 54 60, 54 74, 43 75"))
    _flat(pen, (0.45, "78 57, 88 56, 88 69, 78 70"), (0.45, "16 54, 28 56, 28 71, 16 69"))


def tree_slotted(pen: Pen) -> None:
    pen.rect(0.44, 0.7, 0.56, 0.94, -0.6)
    pen.rect(0.26, 0.91, 0.74, 1.01, 0.5, r=0.02)
    for top, low, half, tone in ((0.42, 0.8, 0.4, 0.0), (0.21, 0.57, 0.32, 0.0), (-0.01, 0.33, 0.23, 0.0)):
        pen.poly([(0.5, top), (0.5 + half, low), (0.5 - half, low)], tone)
        pen.poly([(0.5, top), (0.5 + half, low), (0.56, low), (0.53, top + 0.1)], -0.3, body=False)
        pen.line([(0.5 - half + 0.03, low - 0.01), (0.5 + half - 0.03, low - 0.01)], 0.03, 0.3, body=False)


def tree_palm(pen: Pen) -> None:
    pen.poly(_bend("34 101, 34 101, 44 75, 47 32, 54 30, 55 74, 52 101, 52 101"), -0.62)
    for y in (0.55, 0.68, 0.81, 0.92):
        pen.line([(0.43 + (0.92 - y) * 0.1, y), (0.51, y + 0.02)], 0.018, -0.4, body=False)
    pen.poly(_bend("0 54, 0 54, 6 30, 28 18, 50 26, 50 32, 34 34, 14 42"), -0.25)
    pen.poly(_bend("101 52, 101 52, 94 28, 72 16, 50 26, 50 32, 66 34, 88 40"), -0.25)
    pen.poly(_bend("20 72, 20 72, 22 46, 38 28, 50 26, 50 32, 46 38, 34 50"), 0.1)
    pen.poly(_bend("84 70, 84 70, 78 42, 62 28, 50 26, 50 32, 54 38, 68 50"), 0.1)
    pen.poly(_bend("8 12, 8 12, 26 2, 44 16, 50 26, 50 32, 42 28, 28 16"))
    pen.poly(_bend("90 8, 90 8, 72 -1, 56 14, 50 26, 50 32, 58 28, 74 14"))
    _dots(pen, "46 36, 56 36", 0.05, 0.55)


def mushroom_turned(pen: Pen) -> None:
    pen.rect(0.22, 0.9, 0.78, 1.0, -0.6, r=0.02)
    pen.rect(0.39, 0.5, 0.61, 0.93, 0.65)
    pen.rect(0.35, 0.66, 0.65, 0.73, -0.6, r=0.02)
    pen.poly(arc(0.5, 0.52, 0.48, 0.52, 180, 360, 40))
    pen.rect(0.02, 0.49, 0.98, 0.58, SHADE, r=0.04)
    _dots(pen, "50 20, 24 36, 76 36, 50 43", 0.065, 0.9)


def mushroom_pair(pen: Pen) -> None:
    pen.poly(_bend("70 72, 80 72, 82 94, 80 99, 58 99, 64 90"), 0.6)
    pen.poly(_bend("52 70, 54 62, 74 55, 94 62, 98 76, 98 76, 76 80"))
    pen.poly(_bend("36 46, 54 44, 56 74, 64 94, 56 100, 34 99, 30 92, 38 74"), 0.6)
    pen.poly(_bend("-1 46, 6 24, 26 6, 50 1, 74 12, 86 38, 86 46, 60 56, 24 58, 4 54"))
    pen.poly(_bend("2 49, 22 44, 60 40, 85 43, 74 53, 40 59, 10 57"), -0.5, body=False)
    pen.poly(_bend("38 50, 53 48, 54 62, 40 62"), 0.6, body=False)
    pen.line(_bend("16 28, 26 17, 40 12", False), 0.05, 0.33, body=False)


def boat_tug(pen: Pen) -> None:
    pen.rect(0.56, 0.1, 0.7, 0.4, -0.6)
    pen.rect(0.55, 0.06, 0.71, 0.16, 0.65)
    pen.rect(0.24, 0.32, 0.8, 0.64, GLEAM)
    pen.rect(0.2, 0.28, 0.84, 0.37, -0.6, r=0.02)
    _dots(pen, "36 49, 52 49, 68 49", 0.06, 0.85)
    pen.poly(at("-1 54, 12 60, 100 60, 94 95, 14 95"))
    pen.poly(at("-1 54, 12 60, 100 60, 99 68, 3 66"), 0.65, body=False)
    pen.line(at("11 83, 95 83"), 0.02, -0.3, body=False)


def boat_yacht(pen: Pen) -> None:
    pen.line(at("46 2, 46 82"), 0.035, -0.7)
    pen.poly(_bend("46 3, 46 3, 70 32, 96 70, 96 70, 72 72, 46 70, 46 70"))
    pen.poly(at("50 46, 80 46, 88 58, 50 57"), 0.3, body=False)
    pen.poly(_bend("46 8, 46 8, 37 40, 10 72, 10 72, 28 74, 46 70, 46 70"), 0.65)
    pen.line(at("46 2, 46 82"), 0.03, -0.7)
    pen.poly(_bend("0 77, 0 77, 30 81, 70 81, 100 75, 100 75, 92 90, 82 98, 82 98, 22 98, 22 98, 10 90"), -0.1)
    pen.poly(at("13 91, 91 91, 82 98, 22 98"), -0.7, body=False)
    pen.poly(_bend("50 81, 54 76, 74 75, 80 81"), 0.65)


def flower_pegged(pen: Pen) -> None:
    pen.rect(0.22, 0.9, 0.78, 1.0, 0.5, r=0.02)
    pen.rect(0.465, 0.5, 0.535, 0.92, -0.6)
    pen.poly(_bend("53 86, 53 86, 62 70, 84 66, 84 66, 76 84"), -0.6)
    for n in range(6):
        x, y = turned([(0.5, 0.13)], 60 * n, 0.5, 0.335)[0]
        pen.dot(x, y, 0.145, (0.0, -0.25)[n % 2])
    pen.dot(0.5, 0.335, 0.14, 0.7, body=False)
    pen.dot(0.5, 0.335, 0.055, -0.7, body=False)


def flower_hibiscus(pen: Pen) -> None:
    pen.poly(_bend("50 60, 50 60, 82 76, 96 100, 96 100, 70 96"), -0.6)
    petal = _bend("50 52, 50 52, 30 34, 24 12, 38 0, 50 6, 62 0, 76 12, 70 34")
    for n in range(5):
        leaf = [(0.47 + (x - 0.5) * 0.93, 0.46 + (y - 0.5) * 0.9) for x, y in turned(petal, 72 * n - 12)]
        pen.poly(leaf, (0.0, 0.2, -0.1, 0.12, -0.24)[n])
    for n in range(5):
        pen.line(turned(at("50 48, 50 22"), 72 * n - 12, 0.47, 0.46), 0.03, -0.33, body=False)
    pen.dot(0.47, 0.46, 0.1, -0.5, body=False)
    pen.line(_bend("47 46, 58 36, 64 24", False), 0.05, 0.8, body=False)
    _dots(pen, "59 25, 68 24, 63 18, 68 31", 0.032, 0.8)


def arrow_sign(pen: Pen) -> None:
    board = at("0 47, 34 14, 34 32, 96 32, 88 47, 96 62, 34 62, 34 80")
    _sawn(pen, board, 0.04, 0.06, -0.5)
    pen.line(at("30 42, 88 42"), 0.015, -0.25, body=False)
    pen.line(at("20 52, 88 52"), 0.015, -0.25, body=False)
    _dots(pen, "27 30, 27 64, 80 38, 80 56", 0.03, PEG)


def arrow_swoosh(pen: Pen) -> None:
    outer, inner = arc(0.02, 0.2, 0.74, 0.8, 84, 8), arc(0.0, 0.24, 0.46, 0.56, 14, 78)
    edge = [(x + 0.03, y + 0.02) for x, y in outer]
    pen.poly(edge + inner, -0.45)
    pen.poly(outer + inner)
    pen.poly(at("65 0, 101 38, 22 34"), -0.45)
    pen.poly(at("61 -1, 97 35, 19 32"))
    pen.line(arc(0.02, 0.22, 0.54, 0.64, 70, 25), 0.035, 0.7, body=False)


def duck_pull(pen: Pen) -> None:
    pen.line(at("90 79, 100 66"), 0.03, 0.6)
    pen.rect(0.06, 0.74, 0.92, 0.84, 0.5, r=0.02)
    pen.poly(at("78 18, 99 24, 98 33, 78 34"), -0.5)
    pen.poly(
        _bend("2 36, 2 36, 20 46, 46 46, 52 34, 48 16, 62 2, 78 6, 84 22, 76 36, 80 54, 72 72, 56 76, 24 76, 8 62")
    )
    pen.poly(_bend("18 52, 18 52, 46 48, 58 54, 52 66, 34 68"), -0.3, body=False)
    _eye(pen, 0.69, 0.18, 0.045)
    for x in (0.24, 0.74):
        _wheel(pen, x, 0.87, 0.125)


def duck_mallard(pen: Pen) -> None:
    pen.poly(_bend("11 28, 2 33, 0 38, 12 39, 20 36"), 0.6)
    pen.poly(_bend("20 40, 14 60, 24 80, 50 87, 80 80, 94 62, 102 46, 102 46, 88 50, 66 48, 46 52, 38 48, 36 40"))
    pen.poly(_bend("17 50, 10 36, 12 20, 24 13, 36 20, 39 34, 36 50, 26 54"), -0.58)
    pen.line(_bend("17 51, 26 54, 36 50", False), 0.045, 0.9)
    pen.poly(_bend("44 60, 44 60, 60 52, 80 54, 96 54, 86 68, 66 76, 50 72"), 0.22, body=False)
    pen.poly(at("66 66, 80 62, 80 70, 70 74"), -0.58, body=False)
    pen.dot(0.22, 0.27, 0.028, 0.9, body=False)


def hat_bowler(pen: Pen) -> None:
    pen.poly(_bend("16 72, 14 44, 24 22, 50 13, 76 22, 86 44, 84 72"))
    pen.poly(at("15 54, 85 54, 84 72, 16 72"), 0.6, body=False)
    pen.poly(_bend("0 62, 0 62, 16 70, 50 72, 84 70, 100 62, 100 62, 96 78, 76 86, 50 87, 24 86, 4 78"), -0.1)
    pen.line(_bend("6 79, 26 85, 50 86, 74 85, 94 79", False), 0.03, -0.34, body=False)
    pen.line(_bend("26 42, 31 30, 42 23", False), 0.05, 0.33, body=False)


def hat_cowboy(pen: Pen) -> None:
    pen.poly(_bend("20 66, 26 34, 34 18, 46 20, 54 25, 64 17, 72 22, 78 44, 82 66, 52 74"))
    pen.poly(_bend("40 21, 48 27, 60 22, 56 40, 50 46, 46 36"), -0.3, body=False)
    pen.poly(at("22 54, 50 62, 80 54, 82 67, 52 75, 19 67"), -0.65, body=False)
    pen.poly(_bend("-1 46, -1 46, 6 62, 20 66, 50 72, 80 66, 94 60, 101 42, 101 42, 100 66, 84 80, 52 86, 18 81, 2 68"))
    pen.poly(_bend("2 66, 18 75, 52 81, 84 74, 99 64, 84 80, 52 86, 18 81"), SHADE, body=False)


def umbrella_board(pen: Pen) -> None:
    pen.rect(0.47, 0.0, 0.53, 0.88, -0.6, r=0.02)
    pen.line([(0.5, 0.88), *arc(0.6, 0.88, 0.1, 0.09, 180, 0)], 0.06, -0.6)
    dome = arc(0.5, 0.56, 0.5, 0.5, 180, 360, 40)
    pen.poly(dome)
    for a in (180, 252, 324):
        pen.poly([(0.5, 0.56), *arc(0.5, 0.56, 0.5, 0.5, a, a + 36)], (-0.3, 0.3, -0.3)[a // 108 - 1], body=False)
    for x in (0.1, 0.3, 0.5, 0.7, 0.9):
        pen.dot(x, 0.56, 0.05, 0.75)


def umbrella_tilted(pen: Pen) -> None:
    def lean(points: Points) -> Path:
        return turned([(0.5 + (x - 0.5) * 0.94, y - 0.025) for x, y in points], -30, 0.5, 0.43)

    pen.line(lean(at("50 -3, 50 10")), 0.035, 0.7)
    pen.poly(lean(at("-1 46, 20 54, 50 56, 80 54, 101 46, 75 38, 25 38")), -0.62)
    pen.line([*lean(at("50 40, 50 98")), *lean(arc(0.42, 0.98, 0.08, 0.08, 0, 150))], 0.04, 0.7)
    rim = at("-1 48, -1 48, 12 43, 24 52, 24 52, 38 47, 50 54, 50 54, 64 47, 76 52, 76 52, 90 43, 101 48, 101 48")
    pen.poly(lean(smooth([*rim, (0.93, 0.26), (0.72, 0.08), (0.5, 0.03), (0.28, 0.08), (0.07, 0.26)])))
    pen.poly(lean(_bend("50 3, 50 3, 72 28, 76 52, 76 52, 64 47, 50 54, 50 54, 52 28")), SHADE, body=False)
    pen.poly(lean(_bend("50 3, 50 3, 28 28, 24 52, 24 52, 12 43, -1 48, -1 48, 7 28, 26 9")), GLEAM, body=False)


def bell_hand(pen: Pen) -> None:
    pen.rect(0.44, 0.06, 0.56, 0.42, -0.6)
    pen.oval(0.4, -0.01, 0.6, 0.16, -0.6)
    pen.rect(0.38, 0.3, 0.62, 0.37, 0.6, r=0.02)
    pen.dot(0.5, 0.91, 0.09, -0.6)
    pen.poly(_bend("50 36, 64 39, 74 52, 78 70, 90 88, 90 88, 10 88, 10 88, 22 70, 26 52, 36 39"))
    pen.rect(0.07, 0.82, 0.93, 0.91, -0.25, r=0.03)
    pen.poly(at("24 63, 76 63, 79 72, 21 72"), 0.6, body=False)


def bell_swung(pen: Pen) -> None:
    def swing(points: Points) -> Path:
        return turned([(0.55 + (x - 0.5) * 0.94, 0.49 + (y - 0.5) * 0.94) for x, y in points], 27, 0.55, 0.5)

    pen.line(swing(arc(0.5, 0.06, 0.09, 0.08, 0, 360)), 0.05, -0.6)
    cup = "50 10, 66 14, 74 28, 76 50, 82 68, 97 84, 97 84, 75 94, 50 97, 25 94, 3 84, 3 84, 18 68, 24 50, 26 28, 34 14"
    pen.poly(swing(smooth(at(cup))))
    pen.poly(swing(_bend("66 14, 74 28, 76 50, 82 68, 96 82, 72 78, 62 50, 60 22")), SHADE, body=False)
    pen.poly(swing(arc(0.5, 0.84, 0.43, 0.11, 0, 360, 40)), -0.75)
    pen.poly(swing(arc(0.55, 0.9, 0.1, 0.1, 0, 360)), 0.5)
    pen.line(swing(_bend("24 62, 50 69, 76 62", False)), 0.04, -0.34, body=False)
    pen.line(swing(at("34 30, 33 50")), 0.055, 0.8, body=False)


def leaf_ash(pen: Pen) -> None:
    def grown(points: str, angle: float, x: float, y: float, size: float) -> Path:
        return [(x + (u - 0.5) * size, y + (v - 0.5) * size) for u, v in turned(_bend(points), angle)]

    leaflet = "50 50, 50 50, 58 36, 76 34, 96 46, 96 46, 80 60, 60 60"
    pen.line(_bend("6 98, 30 74, 60 40, 76 22", False), 0.045, -0.6)
    for x, y, size, up, down in (
        (0.28, 0.75, 0.9, 27, -123),
        (0.46, 0.55, 0.95, 21, -119),
        (0.62, 0.37, 0.85, 11, -111),
    ):
        for angle, tone in ((up, 0.0), (down, 0.2)):
            pen.poly(grown(leaflet, angle, x, y, size), tone)
            pen.line([(x, y), grown("84 47, 85 47, 84 48", angle, x, y, size)[0]], 0.018, -0.3, body=False)
        pen.dot(x, y, 0.035, 0.75, body=False)
    pen.poly(grown(leaflet, -44, 0.7, 0.28, 0.8), -0.15)


def leaf_monstera(pen: Pen) -> None:
    half = at(
        "50 22, 47 13, 41 7, 31 4, 21 7, 13 15, 8 26, 7 34, 32 43, 7 41, 8 54, 12 62, 36 58, 15 67, 21 76, 26 81,"
        "39 71, 30 85, 40 93, 50 102"
    )
    other = [(1 - x, y) for x, y in half]
    pen.line(turned(_bend("50 24, 50 10, 56 -3", False), 28), 0.055, -0.6)
    pen.poly(turned(half + other[::-1], 28))
    pen.poly(turned(other, 28), SHADE, body=False)
    pen.line(turned(at("50 22, 50 94"), 28), 0.03, 0.5, body=False)
    for x, y in at("36 28, 64 28, 40 50, 60 50"):
        pen.line(turned([(0.5, y + 0.06), (x - 0.16 * (0.5 - x), y)], 28), 0.02, 0.5, body=False)


def drum_djembe(pen: Pen) -> None:
    goblet = "10 12, 10 12, 14 36, 32 58, 37 70, 24 96, 24 96, 50 101, 76 96, 76 96, 63 70, 68 58, 86 36, 90 12, 90 12"
    pen.poly(smooth(at(goblet)))
    pen.poly(_bend("66 20, 64 60, 62 70, 76 96, 76 96, 63 70, 68 58, 86 36, 90 12, 90 12"), SHADE, body=False)
    for n in range(4):
        x = 0.12 + 0.19 * n
        pen.line([(x, 0.2), (0.31 + 0.125 * n, 0.46), (x + 0.19, 0.2)], 0.018, 0.6, body=False)
    pen.line(_bend("37 63, 50 66, 63 63", False), 0.05, -0.6, body=False)
    pen.oval(0.07, 0.05, 0.93, 0.21, -0.6)
    pen.oval(0.07, 0.0, 0.93, 0.16, 0.75)


def drum_snare(pen: Pen) -> None:
    pen.rect(0.0, 0.3, 1.0, 0.86)
    pen.oval(0.0, 0.74, 1.0, 0.98)
    pen.line(arc(0.5, 0.86, 0.48, 0.12, 0, 180), 0.05, 0.5)
    for x, y in ((0.12, 0.4), (0.37, 0.44), (0.63, 0.44), (0.88, 0.4)):
        pen.line([(x, y), (x, y + 0.52)], 0.035, 0.5, body=False)
    pen.oval(-0.01, 0.18, 1.01, 0.42, 0.5)
    pen.oval(0.03, 0.2, 0.97, 0.38, 0.9, body=False)
    for stick in ("94 4, 38 30", "12 2, 64 32"):
        pen.line(at(stick), 0.04, -0.6)
        pen.dot(*at(stick)[1], 0.038, -0.6, body=False)


def crown_slats(pen: Pen) -> None:
    for n, top in enumerate((0.3, 0.22, 0.12, 0.22, 0.3)):
        x = 0.02 + 0.1925 * n
        slat = [(x, 0.92), (x, top + 0.14), (x + 0.095, top), (x + 0.19, top + 0.14), (x + 0.19, 0.92)]
        pen.poly(slat, (0.0, -0.25)[n % 2])
        pen.dot(x + 0.095, top, 0.065, 0.75)
    pen.rect(0.0, 0.7, 1.0, 0.92, -0.1, r=0.02)
    pen.rect(0.0, 0.7, 1.0, 0.74, 0.3, body=False)
    _dots(pen, "11 83, 50 83, 89 83", 0.055, -0.7)


def crown_royal(pen: Pen) -> None:
    pen.poly(_bend("12 66, 4 44, 12 26, 32 22, 50 30, 68 22, 88 26, 96 44, 88 66, 50 76"))
    for bow in ("14 66, 3 44, 12 26, 30 20, 50 28", "86 66, 97 44, 88 26, 70 20, 50 28", "50 72, 50 50, 50 28"):
        pen.line(smooth(at(bow), closed=False), 0.06, 0.6)
    pen.dot(0.5, 0.19, 0.085, -0.65)
    pen.line(at("50 2, 50 12"), 0.04, 0.6)
    pen.line(at("45 5, 55 5"), 0.04, 0.6)
    pen.poly([*arc(0.5, 0.66, 0.42, 0.1, 180, 0), *arc(0.5, 0.85, 0.4, 0.12, 0, 180)], -0.25)
    pen.line(arc(0.5, 0.85, 0.4, 0.12, 180, 0), 0.06, 0.6)
    _dots(pen, "22 81, 50 86, 78 81", 0.045, -0.65)


DRAW: dict[str, tuple[Drawing, Drawing]] = {
    "ball": (ball_laminated, ball_gridiron),
    "block": (block_letter, block_studs),
    "star": (star_glued, star_puffy),
    "heart": (heart_plank, heart_balloon),
    "moon": (moon_rocker, moon_craters),
    "cup": (cup_tankard, cup_takeaway),
    "key": (key_board, key_yale),
    "fish": (fish_wheels, fish_trout),
    "car": (car_racer, car_coupe),
    "house": (house_gable, house_corner),
    "tree": (tree_slotted, tree_palm),
    "mushroom": (mushroom_turned, mushroom_pair),
    "boat": (boat_tug, boat_yacht),
    "flower": (flower_pegged, flower_hibiscus),
    "arrow": (arrow_sign, arrow_swoosh),
    "duck": (duck_pull, duck_mallard),
    "hat": (hat_bowler, hat_cowboy),
    "umbrella": (umbrella_board, umbrella_tilted),
    "bell": (bell_hand, bell_swung),
    "leaf": (leaf_ash, leaf_monstera),
    "drum": (drum_djembe, drum_snare),
    "crown": (crown_slats, crown_royal),
}
