"""Other words for the same: `reword` turns a sentence of the grammar into one as people would type it.

The wordings are lists of templates in `wordings.train.json`, by three agents, and `wordings.test.json`, by a fourth;
none of them had seen the grammar or another's. What the test's share with training's is left out of the test's. Four
more wrote `wordings.wide.json`, of whom two were told some phrases that weights before had not understood. A sailor's
name sides in words that no other split has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.shapes import COLOURS, KINDS, SIZES
from lens_seg.data.toybox.words import (
    BETWEEN,
    BULK,
    CORNER,
    EXTREMES,
    FARTHEST,
    LEADS,
    RANK,
    RELATIONS,
    SAME,
    SIDES,
    pick,
)

_COLOUR, _SIZE, _KIND = "|".join(COLOURS), "|".join(SIZES), "|".join(KINDS)
_NOUN = rf"(?:(?:{_SIZE}) )?(?:(?:{_COLOUR}) )?(?:toy|{_KIND})\b"
_IS_NOT = r"(?:that|which) (?:is not|isn't)"
_NEAREST = "closest to|nearest to"
_STRAIGHT = {"top": r"(?:right|directly) above", "bottom": r"(?:right|directly) below"}
_RELATION = {side: f"(?:that is )?(?:{words[1]}|{words[0]})" for side, words in RELATIONS.items()}
_SAME = {
    what: "|".join(re.findall(r"} (.+) the {}", form)[0] for form in forms if form.startswith("the "))
    for what, forms in SAME.items()
}
SEAM = "\0"
"""Stands for a space of what was put in, until the sentence is done."""
BARE, TYPED = 0.15, 0.3
"""Share of the reworded sentences without articles, and with a capital."""


@dataclass(frozen=True)
class Wordings:
    """Templates, each said of what the grammar has one or two phrases for; a {noun} is "cup" or "big red cup"."""

    lead: tuple[str, ...]
    """What stands around a request: "where is {}?"."""
    relation: dict[str, tuple[str, ...]]
    """By side, between two toys: "on the left side of"."""
    straight: dict[str, tuple[str, ...]]
    nearest: tuple[str, ...]
    extreme: dict[str, tuple[str, ...]]
    """By side: "the {noun} on the far left"."""
    bulk: dict[str, tuple[str, ...]]
    """By size: "the bulkiest {noun}"."""
    ordinal: tuple[str, ...]
    """With {rank}, {noun} and {side}."""
    same: dict[str, tuple[str, ...]]
    """By attribute, between two toys."""
    negation: tuple[str, ...]
    """Between a toy and what it is not."""
    without: tuple[str, ...]
    """With {noun} and {no}: "the non-{no} {noun}"."""
    is_: tuple[str, ...]
    """Between a toy and its colour or size."""
    toy: tuple[str, ...]
    """A toy whose kind is not named: "thing"."""
    size: dict[str, tuple[str, ...]]
    described: tuple[str, ...]
    """With {colour} and {kind}."""
    coloured: tuple[str, ...]
    """With {colour}: "something {colour}"."""
    kind: dict[str, tuple[str, ...]]
    """Other names of a kind."""
    uses: dict[str, tuple[str, ...]]
    """By kind: what it is for."""
    farthest: tuple[str, ...] = ()
    """Between two toys."""
    between: tuple[str, ...] = ()
    """With {a} and {b}, after a toy."""
    region: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By third or ninth of the picture, after a toy: "in the upper left part"."""
    corner: tuple[str, ...] = ()
    """With {corner}, after a toy."""
    colour: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Other names of a colour."""
    side: dict[str, str] = field(default_factory=dict)
    """What an ordinal's {side} is called; by default its plain name."""

    def phrases(self) -> Iterator[str]:
        """Every template."""
        for one in fields(self):
            value = getattr(self, one.name)
            for some in value.values() if isinstance(value, dict) else (value,):
                yield from (some,) if isinstance(some, str) else some


@cache
def wordings(name: str) -> Wordings:
    """The wordings of `train`, `test` or `sailor`, or `wide`: those of `train` and four more hands'."""
    told = _read("train" if name == "wide" else name)
    if name == "wide":
        for key, some in _read("wide").items():
            told[key] = _joined(told[key], some) if key in told else some
    told["is_"] = told.pop("is")
    return Wordings(**{key: _frozen(value) for key, value in told.items()})


def _read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((files(__package__) / f"wordings.{name}.json").read_text("utf-8"))
    return told


def _joined(a: Any, b: Any) -> Any:
    if isinstance(a, dict):
        return {key: [*a.get(key, ()), *b.get(key, ())] for key in {**a, **b}}
    return [*a, *b]


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(some) for key, some in value.items()}
    return value if isinstance(value, str) else tuple(value)


def reword(text: str, rng: np.random.Generator, words: Wordings, share: float, kind: str | None = None) -> str:
    """Says `text`, a sentence of the grammar, in other words; what it means, and of which toy, stays the same.

    Each phrase is replaced with probability `share`, where `words` have one, and some sentences come as people type
    them: with a capital and a full stop, or without articles. `kind` is the kind of toy that is meant, if known: a use
    of several kinds may then be said as one of that kind alone.
    """
    lead = next((lead for lead in LEADS if lead and text.startswith(lead)), "")
    told = _Rewording(rng, words, share).said(text.removeprefix(lead), kind)
    if rng.random() < share * BARE:
        told = re.sub(r"\bthe ", "", told)
    told = pick(rng, words.lead).format(told) if rng.random() < share else lead + told
    if rng.random() < share * TYPED:
        told = told[0].upper() + told[1:] + pick(rng, ("", "" if told.endswith("?") else "."))
    return told


@dataclass(frozen=True)
class _Rewording:
    """One sentence's; the spaces of what it has put in are `SEAM`s, so that no other rule takes that for its own."""

    rng: np.random.Generator
    words: Wordings
    share: float

    def said(self, text: str, kind: str | None) -> str:
        """`text` has no lead."""
        words = self.words
        text = self._places(self._use(text, kind))
        for side in SIDES:
            text = self._whole(text, EXTREMES[side], words.extreme[side])
        for size in SIZES:
            text = self._whole(text, BULK[size], words.bulk[size])
        text = self._ordinal(text)
        for side, pattern in _STRAIGHT.items():
            text = self._between(text, pattern, words.straight[side])
        for side, pattern in _RELATION.items():
            text = self._between(text, pattern, words.relation[side])
        text = self._between(text, _NEAREST, words.nearest)
        text = self._between(text, "|".join(FARTHEST), words.farthest)
        for what, pattern in _SAME.items():
            text = self._between(text, pattern, words.same[what])
        text = self._without(text)
        text = self._between(text, _IS_NOT, words.negation)
        text = self._between(text, rf"(?:that|which) is(?= (?:{_COLOUR}|{_SIZE})\b)", words.is_)
        return self._nouns(text).replace(SEAM, " ")

    def _sub(self, text: str, pattern: str, said: Callable[[re.Match[str]], str], share: float) -> str:
        return re.sub(pattern, lambda m: said(m) if self.rng.random() < share else m[0], text)

    def _one_of(self, plain: str, forms: Sequence[str], **values: str) -> str:
        """A template with its values, which alone are left to other rules; `plain` if there is none."""
        return pick(self.rng, forms).replace(" ", SEAM).format(**values) if forms else plain

    def _between(self, text: str, pattern: str, forms: Sequence[str]) -> str:
        """Replaces what stands between two nouns."""
        return self._sub(text, rf"(?<= )(?:{pattern})(?= )", lambda m: self._one_of(m[0], forms), self.share)

    def _after(self, text: str, pattern: str, forms: Sequence[str]) -> str:
        """Replaces what stands after a noun, also at the end."""
        return self._sub(text, rf"(?<= )(?:{pattern})(?= |$)", lambda m: self._one_of(m[0], forms), self.share)

    def _whole(self, text: str, plain: Sequence[str], forms: Sequence[str]) -> str:
        """Replaces a phrase about a noun; where more follows it, by one that ends with the noun."""

        def other(m: re.Match[str]) -> str:
            fitting = [form for form in forms if m.end() == len(text) or form.endswith("{noun}")]
            return self._one_of(m[0], fitting, noun=m[1])

        for form in plain:
            text = self._sub(text, form.format(f"({_NOUN})"), other, self.share)
        return text

    def _ordinal(self, text: str) -> str:
        def other(m: re.Match[str]) -> str:
            fitting = [form for form in self.words.ordinal if m.start() == 0 or form.startswith("the ")]
            side = self.words.side.get(m[3], m[3]).replace(" ", SEAM)
            return self._one_of(m[0], fitting, rank=m[1], noun=m[2], side=side)

        sides = "|".join(SIDES)
        if called := self.words.side:
            pattern = rf"(number \w+ of the [a-z ]+) from the ({sides})\b"
            text = self._sub(text, pattern, lambda m: f"{m[1]} from {called[m[2]]}".replace(" ", SEAM), self.share)
        return self._sub(text, rf"the ({'|'.join(RANK)}) ({_NOUN}) from the ({sides})\b", other, self.share)

    def _places(self, text: str) -> str:
        """Where in the picture, or between which toys."""

        def between(m: re.Match[str]) -> str:
            return self._one_of(m[0], self.words.between, a=m[1], b=m[2])

        text = self._sub(text, BETWEEN.format(a=f"(the {_NOUN})", b=f"(the {_NOUN})"), between, self.share)
        forms = self.words.corner
        pattern = CORNER.format(corner="((?:top|bottom) (?:left|right))")
        text = self._sub(text, pattern, lambda m: self._one_of(m[0], forms, corner=m[1]), self.share)
        for where, forms in self.words.region.items():
            pattern = rf"(?:at|in) the {where}(?: corner)?(?! (?:left|right|corner)\b)"
            text = self._after(text, pattern, forms)
        return text

    def _use(self, text: str, kind: str | None) -> str:
        for use in USES:
            one = kind if kind in use.kinds else next(iter(use.kinds)) if len(use.kinds) == 1 else None
            forms = self.words.uses.get(one, ()) if one else ()
            if forms and text.endswith(use.phrase):
                said = self._one_of("", forms) if self.rng.random() < self.share else use.phrase
                return text.removesuffix(use.phrase) + said
        return text

    def _without(self, text: str) -> str:
        pattern = rf"the (?:one )?({_NOUN}) {_IS_NOT} ({_COLOUR}|{_SIZE})$"
        forms = self.words.without
        return self._sub(text, pattern, lambda m: self._one_of(m[0], forms, noun=m[1], no=m[2]), self.share / 2)

    def _nouns(self, text: str) -> str:
        def other(m: re.Match[str]) -> str:
            the, size, colour, kind = m.groups()
            words = self.words
            if the and colour and not size and m.end() == len(text) and self.rng.random() < 0.5:
                forms = words.coloured if kind == "toy" else words.described
                return self._one_of(m[0], forms, colour=colour, kind=kind)
            if colour and words.colour and self.rng.random() < 0.3:
                colour = pick(self.rng, words.colour[colour])
            others = words.toy if kind == "toy" else words.kind.get(kind, ()) if self.rng.random() < 0.3 else ()
            size = pick(self.rng, (size, *words.size[size])) if size else None
            return (the or "") + " ".join(filter(None, (size, colour, pick(self.rng, others) if others else kind)))

        pattern = rf"(?<!\ba )(?<!\ban )(the )?(?:\b({_SIZE}) )?(?:\b({_COLOUR}) )?\b(toy|{_KIND})\b"
        return self._sub(text, pattern, other, self.share)
