"""Are the thoughts true? A scene is known in full here, so what a chain of thought claims can be checked against it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lens_seg.data.toybox.scene import Scene
from lens_seg.data.toybox.shapes import COLOURS, KINDS, SIZES
from lens_seg.data.toybox.words import COUNT, Noun, place, region

TOLERANCE = 2
"""How far off a stated coordinate may be, in the sixtieths of `place`."""
_REGION = r"(?:top left|top right|bottom left|bottom right|top|bottom|left|right|middle)"
_CONCLUSION = re.compile(rf"\bit is the ([a-z ]+?) at the ({_REGION})\.")
_PLACE = re.compile(r"\b(?:the|[A-J]) ([a-z ]+?) is at (\d+),(\d+)\b")
_LISTS = re.compile(r"(?:\bfrom the (left|right|top|bottom))?:((?: [a-z]+ \d+[,.])+)")
_PASSED = re.compile(r"([a-z]+) (\d+)[,.]")
_VALUE = re.compile(rf"\b(?:the|[A-J]) ([a-z ]+?) is ({'|'.join((*COLOURS, *SIZES))})\b(?!: no\b)")
_COUNT = re.compile(rf"\b({'|'.join(COUNT)}) ([a-z ]+?)(?=[,.:])")
_ABSENT = re.compile(r"\bthere is no (?:other )?([a-z ]+)")


@dataclass(frozen=True)
class ThoughtCheck:
    """What became of a thought's claims."""

    right: bool
    """It ends by naming the target, all attributes and the region right; or by "there is no", where nothing matches."""
    claims: int
    """How many of its claims could be checked: places, colours, sizes, counts, and the toy it ends with."""
    true: int
    """How many of these are true of the scene."""

    @property
    def faithful(self) -> bool:
        """Nothing that it says is false."""
        return self.true == self.claims


def check_thought(scene: Scene, target: int | None, thought: str | None) -> ThoughtCheck:
    """Reads a thought's claims about `scene`, whose toy `target` was asked for (None: nothing matches).

    >>> from lens_seg.data.toybox import Toybox
    >>> sample = Toybox("val")[0]
    >>> check_thought(sample.scene, target_of(sample.scene, sample.boxes), sample.thought).right
    True
    """
    text = thought or ""
    truths = []
    ends = _CONCLUSION.findall(text)
    for words, where in ends:
        truths.append(any(toy.words == words and region(scene, toy) == where for toy in scene.toys))
    for words, x, y in _PLACE.findall(text):
        if noun := read_noun(words):
            truths.append(any(_near(scene, n, 0, x) and _near(scene, n, 1, y) for n in noun.among(scene)))
    for side, listed in _LISTS.findall(text):
        for word, along in _PASSED.findall(listed):
            if noun := read_noun(word):
                truths.append(any(_near(scene, n, side in ("top", "bottom"), along) for n in noun.among(scene)))
    for words, value in _VALUE.findall(text):
        if noun := read_noun(words):
            truths.append(any(value in (scene.toys[n].colour, scene.toys[n].size) for n in noun.among(scene)))
    for number, words in _COUNT.findall(text):
        if noun := read_noun(words):
            truths.append(len(noun.among(scene)) == COUNT.index(number))
    if target is None:
        right = not ends and _ABSENT.search(text) is not None
    else:
        toy = scene.toys[target]
        right = bool(ends) and ends[-1] == (toy.words, region(scene, toy))
    return ThoughtCheck(right, len(truths), sum(truths))


def _near(scene: Scene, n: int, axis: int, said: str) -> bool:
    return abs(place(scene, n)[axis] - int(said[:3])) <= TOLERANCE


def target_of(scene: Scene, boxes: tuple[tuple[float, ...], ...]) -> int | None:
    """The toy whose box a sample's first box is; None without one."""
    return next((n for n, toy in enumerate(scene.toys) if boxes and toy.box == boxes[0]), None)


def read_noun(words: str) -> Noun | None:
    """ "two big stars" without its number -> its noun; None where a word is no attribute, kind or "toy".

    >>> read_noun("small red cups")
    Noun(size='small', colour='red', kind='cup')
    """
    size = colour = kind = None
    for word in words.split():
        one = _singular(word)
        if word in SIZES:
            size = word
        elif word in COLOURS:
            colour = word
        elif one in KINDS:
            kind = one
        elif one != "toy":
            return None
    return Noun(size, colour, kind)


def _singular(word: str) -> str:
    if word in KINDS or not word.endswith("s"):
        return word
    return word[:-3] + "f" if word.endswith("ves") else word[:-1]
