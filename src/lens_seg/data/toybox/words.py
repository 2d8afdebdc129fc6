"""The words that sentences are made of: nouns, sides, relations, and the regions of a scene."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from lens_seg.data.toybox.scene import Scene, Toy

SPOTS = 60
"""Units of a thought's coordinates in a picture's width and height."""
MARGIN = 8.0
"""Pixels, in a 192 pixel scene, by which a position must be clear."""
LEADS = ("", "", "", "", "find ", "show me ", "point at ", "look for ")
COUNT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
RANK = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
SIDES = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}
"""Unit steps, x right and y down."""
EXTREMES = {
    "left": ("the leftmost {}", "the {} furthest to the left"),
    "right": ("the rightmost {}", "the {} furthest to the right"),
    "top": ("the topmost {}", "the highest {}", "the {} nearest the top"),
    "bottom": ("the lowest {}", "the {} nearest the bottom"),
}
RELATIONS = {
    "left": ("left of", "to the left of"),
    "right": ("right of", "to the right of"),
    "top": ("above", "higher than"),
    "bottom": ("below", "lower than"),
}
FARTHEST = ("farthest from", "furthest from")
BETWEEN = "between {a} and {b}"
CORNER = "nearest the {corner} corner"
DENIALS = ("not {} but {}", "not {}, {}", "ignore {} and take {}", "forget {}: {}", "{} is not meant but {}")
BULK = {"big": ("the biggest {}", "the largest {}"), "small": ("the smallest {}", "the tiniest {}")}
SAME = {
    "colour": (
        "the {} with the same colour as the {}",
        "the {} that has the colour of the {}",
        "the other {} of the same colour as the {}",
    ),
    "kind": ("the {} of the same kind as the {}", "another {} like the {}"),
    "size": ("the {} of the same size as the {}", "the {} that has the size of the {}"),
}
T = TypeVar("T")
Steps = tuple[str | tuple[str, int], ...]
"""Parts of a thought, for `tell`."""
OTHERS = "of these"
"""What a step calls the toys that the step before has left."""
LABELS = "ABCDEFGHIJ"
"""What a thought calls the toys of a sentence that names several, in the sentence's order."""
Mention = tuple[int, int, int]
"""First and end character of a text, and the index of the toy that it speaks of there, or `MISSING`."""
MISSING = -2
"""What is spoken of is not there."""


@dataclass(frozen=True)
class Expression:
    """A sentence about a scene."""

    text: str
    family: str
    target: int | None
    """Index into `scene.toys`; None when nothing matches."""
    thought: str
    """A short reasoning that ends by naming the target and its region, or with "there is no ... here."."""
    mentions: tuple[Mention, ...] = ()
    """Which parts of the thought speak of which toy."""


@dataclass(frozen=True)
class Noun:
    """A description by attributes; None leaves an attribute open."""

    size: str | None = None
    colour: str | None = None
    kind: str | None = None

    def __str__(self) -> str:
        return " ".join(word for word in (self.size, self.colour, self.kind or "toy") if word)

    def fits(self, toy: Toy) -> bool:
        return self.size in (None, toy.size) and self.colour in (None, toy.colour) and self.kind in (None, toy.kind)

    def among(self, scene: Scene) -> list[int]:
        """Indices of the toys that fit."""
        return [n for n, toy in enumerate(scene.toys) if self.fits(toy)]


def region(scene: Scene, toy: Toy) -> str:
    """The cell of a 3 by 3 grid where the centre of the toy's box lies, such as "bottom left" or "middle"."""
    row = ("top", "", "bottom")[min(2, int(3 * toy.centre[1] / scene.height))]
    column = ("left", "", "right")[min(2, int(3 * toy.centre[0] / scene.width))]
    return f"{row} {column}".strip() or "middle"


def place(scene: Scene, n: int) -> tuple[int, int]:
    """Where toy n's centre lies, x and y in sixtieths of the picture."""
    x, y = scene.toys[n].centre
    return int(SPOTS * x / scene.width), int(SPOTS * y / scene.height)


def spot(scene: Scene, n: int) -> str:
    """The same in a thought: "12,40" is a fifth from the left, two thirds down."""
    return ",".join(map(str, place(scene, n)))


def passed(scene: Scene, found: Sequence[int], side: str, what: str) -> list[str | tuple[str, int]]:
    """Toys as one passes them from a side, each by an attribute and its place along the way: "red 12, blue 40"."""
    axis = 0 if side in ("left", "right") else 1
    words = [(f" {getattr(scene.toys[n], what)} {place(scene, n)[axis]}", n) for n in found]
    return [part for word in words for part in (",", word)][1:]


def which(scene: Scene, who: Noun | str, does: str, found: Sequence[int], noun: Noun, by: str = "") -> Steps:
    """A step of a thought that leaves some of the toys that fit `noun`, from left to right: "star is not red: blue 12,
    green 40. "; it first says in the sentence's own words what it looks for ("which of these" after another step). `by`
    is the attribute that tells the toys apart, if not `told_apart`."""
    return enumerated(scene, f"{f'which {OTHERS}' if who == OTHERS else who}{does}", found, by or told_apart(noun))


def in_order(scene: Scene, who: Noun | str, side: str, found: Sequence[int], noun: Noun) -> Steps:
    """A step of a thought that counts toys that fit `noun` from a side: "star from the left: red 12, blue 40. "."""
    return f"{who} from the {side}:", *passed(scene, found, side, told_apart(noun)), ". "


def enumerated(scene: Scene, who: str, found: Sequence[int], what: str) -> Steps:
    """A step of a thought that goes through some toys: "every star: red 12, blue 40. "."""
    found = sorted(found, key=lambda n: -along(scene, n, "left"))
    return f"{who}:", *passed(scene, found, "left", what), ". "


def located(scene: Scene, label: str, name: Noun | str, toy: int) -> Steps:
    """A step of a thought that says where the toy of this label is, in the sentence's words: "B star is at 12,40. "."""
    return f"{label} ", (f"{name} is at {spot(scene, toy)}", toy), ". "


def look(scene: Scene, label: str, name: Noun, toy: int, where: str) -> Steps:
    """The same, and where to look from there, as the plan has it: "B star is at 12,40. above B: "."""
    return *located(scene, label, name, toy), f"{where} {label}: "


def value_of(label: str, name: Noun, toy: int, what: str, value: str) -> Steps:
    """A step of a thought that tells what is alike: "B star is red. same colour as B: "."""
    return f"{label} ", (f"{name} is {value}", toy), f". same {what} as {label}: "


def clause(label: str, noun: Noun | str, told: str = "", link: str = "") -> str:
    """A clause of a plan: the letter of a toy, its noun and what tells it; if another toy does, both once more.

    >>> clause("A", "cup", " is not red", "above B")
    'A cup is not red above B: A cup'
    """
    return f"{label} {noun}{told} {link}: {label} {noun}" if link else f"{label} {noun}{told}"


def plan(*clauses: str) -> str:
    """The first steps of a thought about a sentence that names several toys: a clause for each, in its order. Later
    steps say "right of C:" when C is found and go on with the words that stand behind it here.

    >>> plan("A toy above B: A toy", "B big cup right of C: B big cup", "C tree")
    'A toy above B: A toy. B big cup right of C: B big cup. C tree. '
    """
    return "".join(f"{clause}. " for clause in clauses)


def about(label: str, steps: Steps) -> Steps:
    """Steps about the toy of this label, which stands right before its noun: "B star from the left: red 12. "."""
    return f"{label} ", *steps


def relettered(thought: str, letters: str) -> str:
    """A thought that says the first of `letters` for A, the second for B, and so on.

    >>> relettered("A toy above B: A toy. B cup. B cup is at 12,40. above B: A toy: key 9.", "DB")
    'D toy above B: D toy. B cup. B cup is at 12,40. above B: D toy: key 9.'
    """
    return re.sub(rf"\b[{LABELS}]\b", lambda m: letters[LABELS.index(m[0])], thought)


def told_apart(noun: Noun) -> str:
    """The attribute by which a list tells toys of one description apart."""
    return "colour" if noun.kind else "kind"


def conclusion(scene: Scene, target: int) -> str:
    """The sentence that ends every thought about a toy that is there."""
    toy = scene.toys[target]
    return f"it is the {toy.words} at the {region(scene, toy)}."


def left_to_right(scene: Scene) -> list[tuple[str, int]]:
    """(words, index) of every toy, such as ("small red cup", 2)."""
    order = sorted(range(len(scene.toys)), key=lambda n: scene.toys[n].centre)
    return [(scene.toys[n].words, n) for n in order]


def listing(scene: Scene) -> str:
    """All toys and where they are, left to right: "small red cup at the left, big blue key at the top"."""
    return ", ".join(f"{words} at the {region(scene, scene.toys[n])}" for words, n in left_to_right(scene))


def tell(*parts: str | tuple[str, int]) -> tuple[str, tuple[Mention, ...]]:
    """Joins parts of a thought, plain or with the toy that they speak of.

    >>> tell(("the cup is red", 2), ", so look further.")
    ('the cup is red, so look further.', ((0, 14, 2),))
    """
    text, mentions = "", []
    for part in parts:
        words, toy = (part, None) if isinstance(part, str) else part
        if toy is not None:
            mentions.append((len(text), len(text) + len(words), toy))
        text += words
    return text, tuple(mentions)


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def some_noun(scene: Scene, rng: np.random.Generator, among: Sequence[int] | None = None) -> Noun:
    """A description that fits a random toy (one of `among`)."""
    toy = scene.toys[pick(rng, range(len(scene.toys)) if among is None else among)]
    size, colour, kind = rng.random() < 0.3, rng.random() < 0.4, rng.random() < 0.7
    return Noun(toy.size if size else None, toy.colour if colour else None, toy.kind if kind else None)


def unique_name(scene: Scene, rng: np.random.Generator, target: int, without: str = "") -> Noun:
    """A short description with a kind that fits this toy alone, and does `without` an attribute if it can."""
    toy = scene.toys[target]
    options = [Noun(kind=toy.kind), Noun(colour=toy.colour, kind=toy.kind), Noun(toy.size, None, toy.kind)]
    unique = [noun for noun in options if noun.among(scene) == [target]]
    unique = [noun for noun in unique if without == "kind" or not getattr(noun, without, None)] or unique
    return pick(rng, unique) if unique else Noun(toy.size, toy.colour, toy.kind)


def along(scene: Scene, n: int, side: str) -> float:
    """How far toy n lies towards a side, in pixels of a 192 pixel scene."""
    (x, y), (dx, dy) = scene.toys[n].centre, SIDES[side]
    return (x * dx + y * dy) * 192 / scene.width


def lead(values: Sequence[float]) -> float:
    """By how much the highest value beats the next."""
    first, second = sorted(values, reverse=True)[:2]
    return first - second


def plural(noun: Noun | str, number: int) -> str:
    """ "two red fish", "one cup", "three boxes"."""
    text = str(noun)
    if number != 1 and not text.endswith("fish"):
        text = text[:-1] + "ves" if text.endswith("leaf") else text + "s"
    return f"{COUNT[number]} {text}"


def attribute(noun: Noun) -> str:
    """The name of the first attribute that a noun gives: "size", "colour" or "kind"."""
    return next(name for name in ("size", "colour", "kind") if getattr(noun, name) is not None)


def article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def except_for(scene: Scene, rng: np.random.Generator) -> tuple[Noun, str, Noun]:
    """A noun, and an attribute of some toy that the noun leaves open, in words and as a noun."""
    toy, noun = pick(rng, scene.toys), some_noun(scene, rng)
    what = pick(rng, [name for name in ("size", "colour", "kind") if getattr(noun, name) is None] or ["none"])
    if what == "none":
        noun, what = Noun(noun.size, None, noun.kind), "colour"
    value = getattr(toy, what)
    return noun, article(value) if what == "kind" else value, Noun(**{what: value})
