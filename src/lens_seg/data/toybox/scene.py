"""A scene: a few toys on a table, as a pure function of (seed, index). Pixels, x right, y down."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace

import numpy as np

from lens_seg.data.toybox import domain
from lens_seg.data.toybox.shapes import COLOURS, KINDS, SIZES
from lens_seg.data.toybox.stamp import DRAWINGS, Stamp, stamp
from lens_seg.data.toybox.table import lamp, table, varied_light, varied_table
from lens_seg.data.toybox.world import HELD_OUT, HOME, World, held_out

LAYOUT, TABLE, WORDS = 0, 1, 2
"""Streams of randomness of one scene."""
VARIED = 0.7
"""Share of scenes of the varied look whose tables and light differ from home."""
REDRAWN = 0.55
"""Share of toys of the varied look that are drawn and tinted in another way than at home."""
SHADOWS = (0.0, 0.5, 1.0, 1.0)
"""How dark shadows are where tables and light differ from home, drawn for each scene; 1 as at home."""
TINT = 14.0
"""How far each of R, G, B of such a toy may be from the named colour."""
LOOSER = 6, 2
"""How much smaller and larger such toys may be, in a scene that is 192 pixels wide."""
MATERIALS = ((250, 240, 215), (130, 85, 45), (60, 50, 70), (150, 150, 155), (35, 35, 40), (190, 215, 235))
"""What parts of another colour are made of, half the time; otherwise they have any colour."""
NAMELESS = ("attribute", "function", "superlative", "ordinal")
"""Families whose sentences do without the names of colours where toys have none."""
NAMED_TONES = np.array([[share * min(255, c) for c in rgb] for rgb in COLOURS.values() for share in (0.7, 0.85, 1)])
"""RGB of the named colours, in full light and in less."""
MIN_VISIBLE = 3 / 4
"""Share of a toy that later toys must leave in sight."""


@dataclass(frozen=True)
class Toy:
    """One toy as it is seen, and how it was put there."""

    kind: str
    colour: str
    """Its name, or "" for one that has none."""
    size: str
    box: tuple[float, float, float, float]
    """x1, y1, x2, y2 around the visible mask; x2 and y2 are exclusive edges."""
    centre: tuple[float, float]
    """cx, cy of the box."""
    visible: float
    """Share of the toy's own pixels that no later toy hides."""
    corner: tuple[int, int]
    """x, y of the stamp's top left pixel."""
    longest: int
    """Longest side in pixels before anything hides it."""
    angle: int
    """Degrees, counter-clockwise."""
    rgb: tuple[float, float, float]
    """Its own colour, 0 to 255, a little lighter or darker than the colour's name."""
    drawing: int = 0
    """Which drawing of its kind."""
    second: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """The colour of its parts that have another, which some drawings have."""

    @property
    def words(self) -> str:
        """Such as "small red cup"; no two toys of a scene share them."""
        return f"{self.size} {self.colour} {self.kind}"

    @property
    def full(self) -> tuple[float, float, float, float]:
        """The box of the whole toy, hidden parts included."""
        (x, y), (h, w) = self.corner, self.stamp().alpha.shape
        return (x, y, x + w, y + h)

    def stamp(self) -> Stamp:
        """The toy's pixels."""
        return stamp(self.kind, self.angle, self.longest, self.drawing)


@dataclass(frozen=True)
class Scene:
    """What lies on the table, in the order it was put there: a later toy may hide part of an earlier one."""

    seed: int
    index: int
    width: int
    height: int
    toys: tuple[Toy, ...]
    world: World = HOME

    def render(self) -> tuple[np.ndarray, np.ndarray]:
        """The image (H, W, 3) uint8 and one mask per toy (N, H, W) bool; masks do not overlap."""
        rng = np.random.default_rng([self.seed, self.index, TABLE])
        light, fall, dark = lamp(self.width), (1, 1), 1.0
        if self.world.look == "new":
            image, (light, fall) = domain.table(rng, self.width), domain.lamp(rng, self.width)
        elif self.world.look == "varied" and rng.random() < VARIED:
            image, light = varied_table(rng, self.width), light * varied_light(rng)
            dark = float(rng.choice(SHADOWS))
        else:
            image = table(rng, self.width)
        masks = np.zeros((len(self.toys), self.height, self.width), bool)
        for n, toy in enumerate(self.toys):
            _paint(image, toy, fall, dark)
            (x, y), alpha = toy.corner, toy.stamp().alpha
            h, w = alpha.shape
            masks[n, y : y + h, x : x + w] = _coverage(n, self.toys) > 0.5
        image *= light
        if self.world.look == "new":
            image = domain.camera(rng, image)
        np.clip(image, 0, 255, out=image)
        return image.astype(np.uint8), masks


def make_scene(
    seed: int, index: int, *, size: int = 192, toys: tuple[int, int] | None = None, world: World = HOME
) -> Scene:
    """Scene number `index`: a square of `size` pixels with `toys[0]` to `toys[1]` toys, by default the world's."""
    toys = toys or world.toys
    rng = np.random.default_rng([seed, index, LAYOUT])
    number = int(rng.integers(toys[0], toys[1] + 1))
    crowded = rng.random() < 0.4
    placed: list[Toy] = []
    while len(placed) < toys[0] or world.new_pairs != any(held_out(toy.kind, toy.colour) for toy in placed):
        placed = []
        for kind, colour, bulk in _choose(rng, number, world.new_pairs):
            toy = _place(rng, kind, colour, bulk, placed, size, crowded, world.look == "varied")
            if toy is not None:
                placed.append(toy)
    return Scene(seed, index, size, size, tuple(_seen(n, placed) for n in range(len(placed))), world)


def nameless(scene: Scene, rng: np.random.Generator) -> Scene:
    """The same toys, their own colours without a name (none near a named one), and families of sentences without.

    A toy's kind must then be seen by its shape, in pairs with colours that no other scene shows.
    """
    toys = []
    for toy in scene.toys:
        rgb = NAMED_TONES[0]
        while np.abs(NAMED_TONES - rgb).sum(1).min() < 60:
            rgb = 255 * np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.1, 1), rng.uniform(0.35, 1)))
        toys.append(replace(toy, colour="", rgb=(float(rgb[0]), float(rgb[1]), float(rgb[2]))))
    return replace(scene, toys=tuple(toys), world=replace(scene.world, families=NAMELESS))


def _choose(rng: np.random.Generator, number: int, new_pairs: bool) -> list[tuple[str, str, str]]:
    """Different (kind, colour, size) that often share a kind or a colour, so one word rarely suffices.

    With `new_pairs` at least one is of a held-out pair, otherwise none is.
    """
    colours, bulks = tuple(COLOURS), tuple(SIZES)
    chosen: list[tuple[str, str, str]] = []
    while len(chosen) < number:
        kind, colour = KINDS[rng.integers(len(KINDS))], colours[rng.integers(len(colours))]
        if chosen:
            like, share = chosen[rng.integers(len(chosen))], rng.random()
            kind = like[0] if share < 0.4 else kind
            colour = like[1] if 0.3 < share < 0.65 else colour
        toy = (kind, colour, bulks[rng.integers(2)])
        if toy not in chosen and (new_pairs or not held_out(kind, colour)):
            chosen.append(toy)
    if new_pairs and not any(held_out(kind, colour) for kind, colour, _ in chosen):
        n = int(rng.integers(number))
        kind, _, bulk = chosen[n]
        chosen[n] = (kind, HELD_OUT[kind], bulk)
    return chosen


def _place(
    rng: np.random.Generator,
    kind: str,
    colour: str,
    bulk: str,
    placed: list[Toy],
    size: int,
    crowded: bool,
    varied: bool,
) -> Toy | None:
    """Tries places until one leaves enough of every toy in sight; None when the table is full."""
    first, last = SIZES[bulk]
    longest = round(int(rng.integers(first, last + 1)) * size / 192)
    angle = int(rng.integers(-5, 6)) * 3
    shade, tint, drawing, second = rng.uniform(0.94, 1.04), np.zeros(3), 0, (0.0, 0.0, 0.0)
    if varied and rng.random() < REDRAWN:
        longest = round(int(rng.integers(first - LOOSER[0], last + LOOSER[1] + 1)) * size / 192)
        second = _paint_of(rng)
        shade, tint, drawing = rng.uniform(0.88, 1.06), rng.uniform(-TINT, TINT, 3), int(rng.integers(1, DRAWINGS))
        angle = 15 * round(angle / 15)  # few enough that all drawings stay in memory
    red, green, blue = (min(255.0, max(0.0, shade * c + t)) for c, t in zip(COLOURS[colour], tint, strict=True))
    h, w = stamp(kind, angle, longest, drawing).alpha.shape
    edge = round(size / 64)
    taken = [other.full for other in placed]
    for u, v in rng.random((60, 2)):
        x = edge + int(u * (size - w - 2 * edge + 1))
        y = edge + int(v * (size - h - 2 * edge + 1))
        box = (float(x), float(y), float(x + w), float(y + h))
        centre = (x + w / 2, y + h / 2)
        toy = Toy(kind, colour, bulk, box, centre, 1.0, (x, y), longest, angle, (red, green, blue), drawing, second)
        near = [n for n, other in enumerate(taken) if _gap(box, other) < edge]
        if not near:
            return toy
        blends = any(placed[n].colour == colour for n in near)  # two of one colour would look like one toy
        if crowded and not blends and all(_visible(n, [*placed, toy]) >= MIN_VISIBLE for n in near):
            return toy
    return None


def _paint_of(rng: np.random.Generator) -> tuple[float, float, float]:
    """RGB of the parts that have another colour."""
    if rng.random() < 0.5:
        return MATERIALS[rng.integers(len(MATERIALS))]
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0, 1), rng.uniform(0.15, 1))
    return 255 * red, 255 * green, 255 * blue


def _gap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Pixels between two boxes along the axis that parts them best; negative when they overlap."""
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3])


def _coverage(n: int, toys: list[Toy] | tuple[Toy, ...]) -> np.ndarray:
    """(h, w) share of each pixel of toy n's stamp that shows toy n, after the later toys."""
    alpha = toys[n].stamp().alpha
    box = toys[n].full
    for later in toys[n + 1 :]:
        over = later.full
        x1, y1 = max(box[0], over[0]), max(box[1], over[1])
        x2, y2 = min(box[2], over[2]), min(box[3], over[3])
        if x1 < x2 and y1 < y2:
            alpha = alpha.copy()
            mine = np.s_[int(y1 - box[1]) : int(y2 - box[1]), int(x1 - box[0]) : int(x2 - box[0])]
            theirs = np.s_[int(y1 - over[1]) : int(y2 - over[1]), int(x1 - over[0]) : int(x2 - over[0])]
            alpha[mine] *= 1 - later.stamp().alpha[theirs]
    return alpha


def _visible(n: int, toys: list[Toy]) -> float:
    """Share of toy n's own pixels that the later toys leave in sight."""
    return float((_coverage(n, toys) > 0.5).sum() / (toys[n].stamp().alpha > 0.5).sum())


def _seen(n: int, toys: list[Toy]) -> Toy:
    """Toy n with the box of what is left in sight."""
    toy, mask = toys[n], _coverage(n, toys) > 0.5
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    x, y = toy.corner
    box = (float(x + columns[0]), float(y + rows[0]), float(x + columns[-1] + 1), float(y + rows[-1] + 1))
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return replace(toy, box=box, centre=centre, visible=_visible(n, toys))


def _paint(image: np.ndarray, toy: Toy, fall: tuple[int, int], dark: float) -> None:
    """Adds the toy and its shadow, which falls along (x, y) and is that `dark`, to the image (H, W, 3) float32."""
    tone, alpha, paint, shadow, pad = toy.stamp()
    (x, y), (h, w), drop = toy.corner, alpha.shape, max(1, toy.longest // 14)
    left, top = x - pad + fall[0] * drop, y - pad + fall[1] * drop
    cut_x, cut_y = max(0, -left), max(0, -top)
    patch = image[max(0, top) : top + shadow.shape[0], max(0, left) : left + shadow.shape[1]]
    patch *= 1 - 0.45 * dark * shadow[cut_y : cut_y + patch.shape[0], cut_x : cut_x + patch.shape[1], None]
    base = np.array(toy.rgb, np.float32) * (1 - paint[..., None]) + np.array(toy.second, np.float32) * paint[..., None]
    down, up = np.minimum(tone, 0)[..., None], np.maximum(tone, 0)[..., None]
    colour = base * (1 + down) + (248 - base) * up
    patch = image[y : y + h, x : x + w]
    patch += (colour - patch) * alpha[..., None]
