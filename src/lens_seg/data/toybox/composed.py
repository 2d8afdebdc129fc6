"""Sentences that compose two families, for training alone: every pair of a grid but those of `deeper.py`.

A filter leaves some of the toys ("below the house", "that is not red"), a choice takes one of them ("the leftmost
star", "the second star from the left"); or a toy that is found in any way tells where to look, or what is alike. Left
out are relation with ordinal, negation with superlative, and a relation to what a relation tells: `test-relations` asks
whether composing carries over to them. Thoughts are the steps of the parts, one after another, each in the words that
the part has alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from lens_seg.data.toybox.deeper import beyond, look, look_from
from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.scene import Scene
from lens_seg.data.toybox.words import (
    EXTREMES,
    MARGIN,
    RANK,
    RELATIONS,
    SAME,
    SIDES,
    Expression,
    Noun,
    along,
    article,
    attribute,
    conclusion,
    except_for,
    first_from,
    lead,
    passed,
    pick,
    plural,
    some_noun,
    tell,
    told_apart,
    unique_name,
)

Steps = tuple[str | tuple[str, int], ...]
"""Parts of a thought, for `tell`."""


@dataclass(frozen=True)
class Filtered:
    """Some toys of a description that have something in common."""

    every: list[int]
    """Toys that the noun alone fits."""
    found: list[int]
    """Those that are left."""
    noun: Noun
    words: str
    """What the sentence adds to the noun: " below the house"."""
    steps: Steps


@dataclass(frozen=True)
class Found:
    """One toy, told by more than what it looks like."""

    toy: int
    words: str
    """Such as "the second star from the left"."""
    steps: Steps


# ---- filters ---------------------------------------------------------------------------------------------------


def _beside(scene: Scene, rng: np.random.Generator) -> Filtered | None:
    """ "star below the house"."""
    anchor, turn = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES))
    noun = some_noun(scene, rng) if rng.random() < 0.6 else Noun()
    every = [n for n in noun.among(scene) if n != anchor]
    found = beyond(scene, every, anchor, turn)
    if found is None:
        return None
    name = unique_name(scene, rng, anchor)
    words = f" {pick(rng, RELATIONS[turn])} the {name}"
    return Filtered(every, found, noun, words, look(scene, f"the {name}", anchor, turn))


def _like(scene: Scene, rng: np.random.Generator) -> Filtered | None:
    """ "toy with the same colour as the cup"."""
    anchor, what = int(rng.integers(len(scene.toys))), pick(rng, ("colour", "size"))
    name, value = unique_name(scene, rng, anchor, without=what), getattr(scene.toys[anchor], what)
    if getattr(name, what):
        return None
    every = [n for n in range(len(scene.toys)) if n != anchor]
    found = [n for n in every if getattr(scene.toys[n], what) == value]
    words = pick(rng, SAME[what][:2]).format("", name).removeprefix("the ")
    return Filtered(every, found, Noun(), words, alike(f"the {name}", anchor, value))


def _useful(scene: Scene, rng: np.random.Generator) -> Filtered | None:
    """ "toy that makes music"."""
    use = pick(rng, USES)
    found = [n for n, toy in enumerate(scene.toys) if toy.kind in use.kinds]
    steps = (f"look for what {use.does}. ",)
    return Filtered(list(range(len(scene.toys))), found, Noun(), f" that {use.does}", steps)


def _not(scene: Scene, rng: np.random.Generator) -> Filtered | None:
    """ "star that is not red"."""
    noun, no, without = except_for(scene, rng)
    every = sorted(noun.among(scene), key=lambda n: -along(scene, n, "left"))
    found = [n for n in every if not without.fits(scene.toys[n])]
    listed = passed(scene, every, "left", attribute(without))
    return Filtered(every, found, noun, f" that is not {no}", (f"{plural(noun, len(every))}:", *listed, ". "))


FILTERS: dict[str, Callable[[Scene, np.random.Generator], Filtered | None]] = {
    "relation": _beside,
    "same": _like,
    "function": _useful,
    "negation": _not,
}


# ---- a filter and a choice ---------------------------------------------------------------------------------------


def filtered_superlative(kind: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the leftmost star below the house": another star lies further to the left, but not below it."""
    part, side = FILTERS[kind](scene, rng), pick(rng, tuple(SIDES))
    if part is None or len(part.found) < 2:
        return None
    far = [along(scene, n, side) for n in part.found]
    if lead(far) < MARGIN or max(along(scene, n, side) for n in part.every) < max(far) + MARGIN:
        return None
    target = part.found[int(np.argmax(far))]
    form = pick(rng, [form for form in EXTREMES[side] if form.endswith("{}")])
    steps = *part.steps, *first_from(scene, target, side, part.noun)
    return _said(scene, form.format(part.noun) + part.words, f"{kind}-superlative", target, steps)


def filtered_ordinal(kind: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the second toy from the left that makes music": others do not count."""
    part, side = FILTERS[kind](scene, rng), pick(rng, tuple(SIDES))
    if part is None or len(part.found) < 2 or len(part.found) == len(part.every):
        return None
    rank = int(rng.integers(min(4, len(part.found))))
    found, every = (sorted(some, key=lambda n: -along(scene, n, side)) for some in (part.found, part.every))
    if not _clear(scene, found[: rank + 2], side) or every[rank] == found[rank]:
        return None
    form = pick(rng, ("the {0} {1} from the {2}{3}", "the {0} {1}{3} from the {2}"))
    text = form.format(RANK[rank], part.noun, side, part.words)
    steps = *part.steps, *_in_order(scene, found[: rank + 1], side, part.noun)
    return _said(scene, text, f"{kind}-ordinal", found[rank], steps)


def negation_relation(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the star left of the house that is not red", where a red star lies there too."""
    anchor, turn = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES))
    noun, no, without = except_for(scene, rng)
    every = beyond(scene, [n for n in noun.among(scene) if n != anchor], anchor, turn)
    found = [n for n in every or () if not without.fits(scene.toys[n])]
    if every is None or len(found) != 1 or len(every) < 2 or without.fits(scene.toys[anchor]):
        return None  # the last: "the house that is not red" could be meant
    name = unique_name(scene, rng, anchor)
    every.sort(key=lambda n: -along(scene, n, "left"))
    listed = passed(scene, every, "left", attribute(without))
    words = pick(rng, RELATIONS[turn])
    form = pick(rng, ("the {0} that is not {1} {2} the {3}", "the {0} {2} the {3} that is not {1}"))
    steps = *look(scene, f"the {name}", anchor, turn), "from the left:", *listed, ". "
    return _said(scene, form.format(noun, no, words, name), "negation-relation", found[0], steps)


# ---- what is found tells where to look, or what is alike ---------------------------------------------------------


def _extreme(scene: Scene, rng: np.random.Generator) -> Found | None:
    """ "the leftmost star"."""
    noun, side = some_noun(scene, rng), pick(rng, tuple(SIDES))
    every = noun.among(scene)
    far = [along(scene, n, side) for n in every]
    if len(every) < 2 or lead(far) < MARGIN:
        return None
    toy = every[int(np.argmax(far))]
    return Found(toy, pick(rng, EXTREMES[side]).format(noun), first_from(scene, toy, side, noun))


def _counted(scene: Scene, rng: np.random.Generator) -> Found | None:
    """ "the second star from the left"."""
    noun, side = some_noun(scene, rng) if rng.random() < 0.5 else Noun(), pick(rng, tuple(SIDES))
    every = sorted(noun.among(scene), key=lambda n: -along(scene, n, side))
    if len(every) < 3:
        return None
    rank = int(rng.integers(min(4, len(every))))
    if not _clear(scene, every[: rank + 2], side):
        return None
    steps = _in_order(scene, every[: rank + 1], side, noun)
    return Found(every[rank], f"the {RANK[rank]} {noun} from the {side}", steps)


def _other_than(scene: Scene, rng: np.random.Generator) -> Found | None:
    """ "the star that is not red"."""
    part = _not(scene, rng)
    if part is None or len(part.found) != 1 or len(part.every) < 2:
        return None
    return Found(part.found[0], f"the {part.noun}{part.words}", part.steps)


def _one_like(scene: Scene, rng: np.random.Generator) -> Found | None:
    """ "the one with the same colour as the fish"."""
    part = _like(scene, rng)
    if part is None or len(part.found) != 1:
        return None
    return Found(part.found[0], f"the {pick(rng, ('toy', 'one'))}{part.words}", part.steps)


def _tool(scene: Scene, rng: np.random.Generator) -> Found | None:
    """ "what opens a lock"."""
    use = pick(rng, USES)
    found = [n for n, toy in enumerate(scene.toys) if toy.kind in use.kinds]
    if len(found) != 1:
        return None
    return Found(found[0], use.phrase, ((article(scene.toys[found[0]].kind), found[0]), f" {use.does}. "))


def _one_beside(scene: Scene, rng: np.random.Generator) -> Found | None:
    """ "the cup above the star": one of several cups."""
    part = _beside(scene, rng)
    if part is None or len(part.found) != 1 or len(part.every) < 2:
        return None
    return Found(part.found[0], f"the {part.noun}{part.words}", part.steps)


ANCHORS: dict[str, Callable[[Scene, np.random.Generator], Found | None]] = {
    "superlative": _extreme,
    "ordinal": _counted,
    "negation": _other_than,
    "same": _one_like,
    "function": _tool,
    "relation": _one_beside,
}


def beside_found(kind: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy above the leftmost star": the toy beside which to look is itself told by its place."""
    part, turn = ANCHORS[kind](scene, rng), pick(rng, tuple(SIDES))
    noun = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    if part is None:
        return None
    every = [n for n in noun.among(scene) if n != part.toy]
    found = beyond(scene, every, part.toy, turn)
    if found is None or len(found) != 1 or len(every) < 2:
        return None
    text = f"the {noun} {pick(rng, RELATIONS[turn])} {part.words}"
    steps = *part.steps, *look_from(scene, part.toy, turn)
    return _said(scene, text, f"relation-to-{kind}", found[0], steps)


def like_found(kind: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy with the same colour as the cup above the star"."""
    part, what = ANCHORS[kind](scene, rng), pick(rng, ("colour", "size"))
    if part is None:
        return None
    value = getattr(scene.toys[part.toy], what)
    found = [n for n, toy in enumerate(scene.toys) if n != part.toy and getattr(toy, what) == value]
    if len(found) != 1:
        return None
    text = pick(rng, SAME[what][:2]).rsplit("the ", 1)[0].format("toy") + part.words
    steps = *part.steps, *alike(f"the {scene.toys[part.toy].words}", part.toy, value)
    return _said(scene, text, f"same-as-{kind}", found[0], steps)


def alike(name: str, toy: int, value: str) -> Steps:
    """What a toy is like, and to look for another such toy."""
    return (f"{name} is {value}", toy), f", so look for {article(value)} toy. "


def _in_order(scene: Scene, found: Sequence[int], side: str, noun: Noun) -> Steps:
    """The toys that are counted from a side: "from the left: red 12, blue 40. "."""
    return f"from the {side}:", *passed(scene, found, side, told_apart(noun)), ". "


def _clear(scene: Scene, ordered: Sequence[int], side: str) -> bool:
    """Whether every step from one of these toys to the next is large enough to tell."""
    return all(along(scene, a, side) - along(scene, b, side) >= MARGIN for a, b in pairwise(ordered))


def _said(scene: Scene, text: str, family: str, target: int, steps: Steps) -> Expression:
    return Expression(text, family, target, *tell(*steps, (conclusion(scene, target), target)))


Builder = Callable[[Scene, np.random.Generator], Expression | None]
COMPOSERS: dict[str, Builder] = {
    **{f"{kind}-superlative": partial(filtered_superlative, kind) for kind in FILTERS if kind != "negation"},
    **{f"{kind}-ordinal": partial(filtered_ordinal, kind) for kind in FILTERS if kind != "relation"},
    "negation-relation": negation_relation,
    **{f"relation-to-{kind}": partial(beside_found, kind) for kind in ANCHORS if kind != "relation"},
    **{f"same-as-{kind}": partial(like_found, kind) for kind in ANCHORS if kind != "same"},
}
"""Every composed family of training."""
