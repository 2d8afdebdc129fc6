"""Sentences that compose families, for training alone: a grid of all pairs but those of `deeper.py`, and some threes.

A filter leaves some of the toys ("below the house", "that is not red", "at the top"), a choice takes one of them ("the
leftmost star", "the second star from the left"); or a toy that is found in any way tells where to look, or what is
alike. Left out, also within threes, are filters by relation before an ordinal, negation before a superlative, and a
relation to what a relation tells: `test-relations` asks whether composing carries over to them.

A thought about several toys begins with a plan: a clause for each, in the sentence's order, "A toy above B: A toy. B
big cup right of C: B big cup. C tree." Its steps are those of the parts, one after another, from the end of the
sentence to its beginning, each behind the letter of the toy that it is about: who has found C says "right of C:" and
goes on with the words that stand behind these in the plan. A step says in its own words of the sentence what it looks
for ("B big cup", "cup is not red") and lists what it leaves, which is all that the next step needs ("of these from the
left"), whatever came before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from lens_seg.data.toybox.deeper import beyond
from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.scene import Scene
from lens_seg.data.toybox.words import (
    BULK,
    EXTREMES,
    LABELS,
    MARGIN,
    OTHERS,
    RANK,
    RELATIONS,
    SAME,
    SIDES,
    Expression,
    Noun,
    Steps,
    about,
    along,
    article,
    clause,
    conclusion,
    enumerated,
    in_order,
    lead,
    located,
    look,
    pick,
    plan,
    some_noun,
    tell,
    told_apart,
    unique_name,
    value_of,
    which,
)
from lens_seg.data.toybox.world import COMPOSED

NOT = ("that is not", "which isn't", "that isn't", "which is not")


@dataclass(frozen=True)
class Filter:
    """What some toys have in common."""

    keeps: frozenset[int]
    """Toys that have it."""
    words: str
    """What the sentence adds to the noun: " below the house"."""
    does: str
    """What a thought asks for: " is not red"; nothing where `before` says where to look."""
    link: str = ""
    """What a plan says of the toy by which this one is told: "left of"."""
    name: str = ""
    """What the sentence calls that one: "red house"."""
    before: Callable[[list[int], bool, str], Steps] = lambda told, first, label: ()
    """What a thought has to know first, of the toys in question; whether this is the first filter, and the letter of
    the toy that it is told by, or else of the one in question."""
    by: str = ""
    """The attribute by which a thought tells apart what it leaves, if not that of the noun."""
    alike: bool = False
    """Whether the anchor has it too."""
    anchor: int | None = None
    """The toy that it is told by, which is not meant itself."""
    unclear: frozenset[int] = frozenset()
    """Toys that are too close to tell."""


@dataclass(frozen=True)
class Filtered:
    """Some toys of a description that have something in common."""

    every: list[int]
    """Toys that the noun alone fits."""
    found: list[int]
    """Those that are left, from left to right."""
    noun: Noun
    words: str
    told: str
    """What tells it in the plan besides its noun: " is not red"."""
    link: str
    """And by which toy: "below B"."""
    nodes: tuple[str, ...]
    """The plan's clauses of the toys that it is told by: "B house"."""
    steps: Steps
    anchors: frozenset[int]
    """Toys that the filters are told by."""


@dataclass(frozen=True)
class Found:
    """One toy, told by more than what it looks like."""

    toy: int
    noun: Noun
    """What the sentence calls it: "star"."""
    words: str
    """Such as "the second star from the left"."""
    nodes: tuple[str, ...]
    """The plan's clauses from this toy's on."""
    steps: Steps
    before: frozenset[int] = frozenset()
    """Toys that led to it; a chain does not come back to one."""


# ---- filters ---------------------------------------------------------------------------------------------------


def _beside(scene: Scene, rng: np.random.Generator, noun: Noun) -> Filter | None:
    """ "below the house"."""
    anchor, turn = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES))
    ahead = {n: along(scene, n, turn) - along(scene, anchor, turn) for n in range(len(scene.toys)) if n != anchor}
    name = unique_name(scene, rng, anchor)
    return Filter(
        frozenset(n for n, far in ahead.items() if far > 0),
        f" {_relation(rng, turn)} the {name}",
        "",
        RELATIONS[turn][0],
        str(name),
        lambda told, first, label: look(scene, label, name, anchor, RELATIONS[turn][0]),
        anchor=anchor,
        unclear=frozenset(n for n, far in ahead.items() if abs(far) < MARGIN),
    )


def _relation(rng: np.random.Generator, turn: str) -> str:
    """ "left of", or "that is left of"."""
    return pick(rng, ("", "", "that is ")) + pick(rng, RELATIONS[turn])


def _like(scene: Scene, rng: np.random.Generator, noun: Noun) -> Filter | None:
    """ "with the same colour as the cup"."""
    anchor, what = int(rng.integers(len(scene.toys))), pick(rng, ("colour", "size"))
    name, value = unique_name(scene, rng, anchor, without=what), getattr(scene.toys[anchor], what)
    if getattr(name, what) or getattr(noun, what):
        return None  # "the red fish is red" explains nothing
    words = pick(rng, SAME[what][:2]).format("", name).removeprefix("the ")
    keeps = frozenset(n for n, toy in enumerate(scene.toys) if getattr(toy, what) == value)
    return Filter(
        keeps,
        words,
        f" is {value}",
        f"same {what} as",
        str(name),
        lambda told, first, label: value_of(label, name, anchor, what, value),
        alike=True,
        anchor=anchor,
    )


def _useful(scene: Scene, rng: np.random.Generator, noun: Noun) -> Filter | None:
    """ "that makes music"."""
    use = pick(rng, USES)
    keeps = frozenset(n for n, toy in enumerate(scene.toys) if toy.kind in use.kinds)
    return None if noun.kind else Filter(keeps, f" that {use.does}", f" {use.does}")


def _open_attribute(scene: Scene, rng: np.random.Generator, noun: Noun) -> tuple[str, str, str] | None:
    """An attribute that the noun leaves open, what it is of some toy, and how a sentence says that ("a cup")."""
    free = [name for name in ("size", "colour", "kind") if getattr(noun, name) is None]
    if not free:
        return None
    what = pick(rng, free)
    value = getattr(pick(rng, scene.toys), what)
    return what, value, article(value) if what == "kind" else value


def _is(scene: Scene, rng: np.random.Generator, noun: Noun) -> Filter | None:
    """ "that is red"."""
    drawn = _open_attribute(scene, rng, noun)
    if drawn is None:
        return None
    what, value, said = drawn
    keeps = frozenset(n for n, toy in enumerate(scene.toys) if getattr(toy, what) == value)
    return Filter(keeps, f" {pick(rng, ('that is', 'which is'))} {said}", f" is {said}")


def _at(scene: Scene, rng: np.random.Generator, noun: Noun) -> Filter | None:
    """ "at the top": in that third of the picture."""
    side = pick(rng, tuple(SIDES))
    border = 192 / 3 * (2 if side in ("right", "bottom") else -1)
    past = {n: along(scene, n, side) - border for n in range(len(scene.toys))}
    return Filter(
        frozenset(n for n, far in past.items() if far > 0),
        f" at the {side}",
        f" is at the {side}",
        unclear=frozenset(n for n, far in past.items() if abs(far) < MARGIN / 2),
    )


def _in(scene: Scene, rng: np.random.Generator, noun: Noun) -> Filter | None:
    """ "in the top left corner": in that ninth of the picture."""
    row, column = pick(rng, ("top", "", "bottom")), pick(rng, ("left", "", "right"))
    inside = []
    for n in range(len(scene.toys)):
        x, y = (along(scene, n, side) / 192 for side in ("right", "bottom"))
        inside.append(min(_within(x, column), _within(y, row)) * 192)
    where = f"{row} {column}".strip() or "middle"
    forms = ("in the {}", "at the {}", "in the {} corner") if row and column else ("in the {}",)
    if bool(row) != bool(column):
        return None  # "at the top" is a third of the picture
    return Filter(
        frozenset(n for n, far in enumerate(inside) if far > 0),
        f" {pick(rng, forms).format(where)}",
        f" is at the {where}",
        unclear=frozenset(n for n, far in enumerate(inside) if abs(far) < MARGIN / 2),
    )


def _within(at: float, third: str) -> float:
    """How far a place along an axis, 0 to 1, is inside the third of that name; "" is the middle one."""
    return {"left": 1 / 3 - at, "top": 1 / 3 - at, "right": at - 2 / 3, "bottom": at - 2 / 3}.get(
        third, min(at - 1 / 3, 2 / 3 - at)
    )


def _not(scene: Scene, rng: np.random.Generator, noun: Noun) -> Filter | None:
    """ "that is not red"."""
    drawn = _open_attribute(scene, rng, noun)
    if drawn is None:
        return None
    what, value, said = drawn

    def before(told: list[int], first: bool, label: str) -> Steps:
        if first:
            return about(label, enumerated(scene, f"every {noun}", told, what))
        return () if what == told_apart(noun) else enumerated(scene, OTHERS, told, what)  # unless just said

    keeps = frozenset(n for n, toy in enumerate(scene.toys) if getattr(toy, what) != value)
    return Filter(keeps, f" {pick(rng, NOT)} {said}", f" is not {said}", before=before, by=what)


FILTERS: dict[str, Callable[[Scene, np.random.Generator, Noun], Filter | None]] = {
    "relation": _beside,
    "same": _like,
    "function": _useful,
    "is": _is,
    "place": _at,
    "region": _in,
    "negation": _not,
}


def filtered(kinds: str, scene: Scene, rng: np.random.Generator, at: int = 0) -> Filtered | None:
    """Applies one filter or two ("negation-relation"), each of which leaves out some of the toys before it; `at` is the
    number of their toy's letter."""
    noun = some_noun(scene, rng) if rng.random() < 0.6 else Noun()
    if "function" in kinds:
        noun = Noun(noun.size, noun.colour if rng.random() < 0.3 else None, None)
    drawn = [FILTERS[kind](scene, rng, noun) for kind in kinds.split("-")]
    filters = [one for one in drawn if one is not None]
    if len(filters) < len(drawn):
        return None
    anchors = frozenset(one.anchor for one in filters if one.anchor is not None)
    every = sorted((n for n in noun.among(scene) if n not in anchors), key=lambda n: -along(scene, n, "left"))
    if len(anchors) < sum(one.anchor is not None for one in filters):
        return None  # not "left of the cup and above the cup"
    if any(not one.unclear.isdisjoint(every) for one in filters):
        return None
    if kinds == "relation-relation":
        return _beside_both(scene, noun, every, filters[0], filters[1], at)
    told_by = LABELS[at + 1]  # at most one filter has such a toy, but for the two of `_beside_both`
    link = next((f"{one.link} {told_by}" for one in filters if one.link), "")
    nodes = tuple(clause(told_by, one.name) for one in filters if one.name)
    steps: Steps = ()
    found, told, who = every, noun.among(scene), str(noun)  # anchors count until their own filter leaves them out
    for one in reversed(filters):  # what is said last is thought of first
        left = [n for n in found if n in one.keeps]
        if not 0 < len(left) < len(found):
            return None
        steps += one.before(told, who != OTHERS, told_by if one.name else LABELS[at])
        remaining = [n for n in told if n in one.keeps and n != one.anchor]
        asked = f"other {who}" if one.alike and one.anchor in told else who
        step = which(scene, asked, one.does, remaining, noun, one.by)
        steps += step if who == OTHERS else about(LABELS[at], step)
        told = remaining
        found, who = left, OTHERS
    words, does = "".join(one.words for one in filters), "".join(one.does for one in filters if not one.link)
    return Filtered(every, found, noun, words, does, link, nodes, steps, anchors)


def _beside_both(scene: Scene, noun: Noun, every: list[int], first: Filter, second: Filter, at: int) -> Filtered | None:
    """ "left of the cup and above the house": both are found before one looks."""
    one = [n for n in every if n in second.keeps]
    found = [n for n in one if n in first.keeps]
    if first.anchor is None or second.anchor is None or not 0 < len(found) < len(one) < len(every):
        return None
    a, b, c = LABELS[at], LABELS[at + 1], LABELS[at + 2]
    link = f"{first.link} {b} and {second.link} {c}"
    steps = (
        *located(scene, c, second.name, second.anchor),
        *located(scene, b, first.name, first.anchor),
        f"{link}: ",
        *about(a, which(scene, noun, "", found, noun)),
    )
    nodes, anchors = (clause(b, first.name), clause(c, second.name)), frozenset((first.anchor, second.anchor))
    return Filtered(every, found, noun, f"{first.words} and{second.words}", "", link, nodes, steps, anchors)


# ---- filters and a choice ----------------------------------------------------------------------------------------


def only_one(kinds: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the star that is not red left of the house": both filters are needed."""
    part = filtered(kinds, scene, rng)
    if part is None or len(part.found) != 1:
        return None
    return _said(scene, f"the {part.noun}{part.words}", kinds, part.found[0], _planned(part), part.steps)


def filtered_superlative(kinds: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the leftmost star below the house": another star lies further to the left, but not below it."""
    part, side = filtered(kinds, scene, rng), pick(rng, tuple(SIDES))
    if part is None or len(part.found) < 2:
        return None
    far = [along(scene, n, side) for n in part.found]
    if lead(far) < MARGIN or max(along(scene, n, side) for n in part.every) < max(far) + MARGIN:
        return None
    target = part.found[int(np.argmax(far))]
    form = pick(rng, [form for form in EXTREMES[side] if form.endswith("{}")])
    steps = *part.steps, *in_order(scene, OTHERS, side, [target], part.noun)
    nodes = _planned(part, f" {RANK[0]} from the {side}")
    return _said(scene, form.format(part.noun) + part.words, f"{kinds}-superlative", target, nodes, steps)


def filtered_bulk(kinds: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the biggest star below the house": the only big one there, but not the only one."""
    part, size = filtered(kinds, scene, rng), pick(rng, tuple(BULK))
    if part is None or part.noun.size or len(part.found) < 2:
        return None
    fitting = [n for n in part.found if scene.toys[n].size == size]
    if len(fitting) != 1 or sum(scene.toys[n].size == size for n in part.every) < 2:
        return None
    steps = *part.steps, f"{OTHERS} only one is {size}. "
    nodes = _planned(part, f" {BULK[size][0].split()[1]}")
    return _said(scene, pick(rng, BULK[size]).format(part.noun) + part.words, f"{kinds}-bulk", fitting[0], nodes, steps)


def filtered_ordinal(kinds: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the second toy from the left that makes music": others do not count, or it would make none."""
    part, side = filtered(kinds, scene, rng), pick(rng, tuple(SIDES))
    if part is None or len(part.found) < 2:
        return None
    rank = int(rng.integers(min(4, len(part.found))))
    found, every = (sorted(some, key=lambda n: -along(scene, n, side)) for some in (part.found, part.every))
    if not _clear(scene, found[: rank + 2], side) or every[rank] in found:
        return None
    form = pick(rng, ("the {0} {1} from the {2}{3}", "the {0} {1}{3} from the {2}"))
    text = form.format(RANK[rank], part.noun, side, part.words)
    steps = *part.steps, *in_order(scene, OTHERS, side, found[: rank + 1], part.noun)
    nodes = _planned(part, f" {RANK[rank]} from the {side}")
    return _said(scene, text, f"{kinds}-ordinal", found[rank], nodes, steps)


def _planned(part: Filtered, chosen: str = "", at: int = 0) -> tuple[str, ...]:
    """A plan's clauses; the first one says which of the toys that are left is `chosen`: " first from the left"."""
    return clause(LABELS[at], part.noun, chosen + part.told, part.link), *part.nodes


# ---- what is found tells where to look, or what is alike ---------------------------------------------------------


def _extreme(scene: Scene, rng: np.random.Generator, at: int) -> Found | None:
    """ "the leftmost star"."""
    noun, side = some_noun(scene, rng), pick(rng, tuple(SIDES))
    every = noun.among(scene)
    far = [along(scene, n, side) for n in every]
    if len(every) < 2 or lead(far) < MARGIN:
        return None
    toy = every[int(np.argmax(far))]
    words, nodes = pick(rng, EXTREMES[side]).format(noun), (clause(LABELS[at], noun, f" {RANK[0]} from the {side}"),)
    return Found(toy, noun, words, nodes, about(LABELS[at], in_order(scene, noun, side, [toy], noun)))


def _counted(scene: Scene, rng: np.random.Generator, at: int) -> Found | None:
    """ "the second star from the left"."""
    noun, side = some_noun(scene, rng) if rng.random() < 0.5 else Noun(), pick(rng, tuple(SIDES))
    every = sorted(noun.among(scene), key=lambda n: -along(scene, n, side))
    if len(every) < 3:
        return None
    rank = int(rng.integers(min(4, len(every))))
    if not _clear(scene, every[: rank + 2], side):
        return None
    words, nodes = f"{RANK[rank]} {noun} from the {side}", (clause(LABELS[at], noun, f" {RANK[rank]} from the {side}"),)
    steps = about(LABELS[at], in_order(scene, noun, side, every[: rank + 1], noun))
    return Found(every[rank], noun, f"the {words}", nodes, steps)


def _left_by(kind: str, scene: Scene, rng: np.random.Generator, at: int) -> Found | None:
    """ "the star that is not red", "the toy with the same colour as the fish", "the cup above the star"."""
    part = filtered(kind, scene, rng, at)
    if part is None or len(part.found) != 1:
        return None
    words = f"the {part.noun}{part.words}"
    return Found(part.found[0], part.noun, words, _planned(part, at=at), part.steps, part.anchors)


def _tool(scene: Scene, rng: np.random.Generator, at: int) -> Found | None:
    """ "what opens a lock"."""
    use = pick(rng, USES)
    found = [n for n, toy in enumerate(scene.toys) if toy.kind in use.kinds]
    if len(found) != 1:
        return None
    noun = Noun(kind=scene.toys[found[0]].kind)
    steps = about(LABELS[at], ((article(str(noun)), found[0]), f" {use.does}. "))
    return Found(found[0], noun, use.phrase, (clause(LABELS[at], "toy", f" {use.does}"),), steps)


ANCHORS: dict[str, Callable[[Scene, np.random.Generator, int], Found | None]] = {
    "superlative": _extreme,
    "ordinal": _counted,
    "function": _tool,
    **{kind: partial(_left_by, kind) for kind in ("negation", "same", "is", "place", "relation")},
}


def beside_found(scene: Scene, rng: np.random.Generator, part: Found, at: int) -> Found | None:
    """ "the toy above the leftmost star": the toy beside which to look is itself told by its place."""
    turn = pick(rng, tuple(SIDES))
    noun = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    every = [n for n in noun.among(scene) if n != part.toy]
    found = beyond(scene, every, part.toy, turn)
    if found is None or len(found) != 1 or len(every) < 2 or found[0] in part.before:
        return None
    words = f"the {noun} {_relation(rng, turn)} {part.words}"
    steps = (
        *part.steps,
        *look(scene, LABELS[at + 1], part.noun, part.toy, RELATIONS[turn][0]),
        *about(LABELS[at], which(scene, noun, "", found, noun)),
    )
    nodes = clause(LABELS[at], noun, link=f"{RELATIONS[turn][0]} {LABELS[at + 1]}"), *part.nodes
    return Found(found[0], noun, words, nodes, steps, part.before | {part.toy})


def like_found(scene: Scene, rng: np.random.Generator, part: Found, at: int) -> Found | None:
    """ "the toy with the same colour as the cup above the star"."""
    what = pick(rng, ("colour", "size"))
    anchor, value = scene.toys[part.toy], getattr(scene.toys[part.toy], what)
    noun = Noun(kind=pick(rng, scene.toys).kind if rng.random() < 0.6 else None)
    found = [n for n in noun.among(scene) if n != part.toy and getattr(scene.toys[n], what) == value]
    if len(found) != 1 or found[0] in part.before or getattr(part.noun, what):
        return None
    words = pick(rng, SAME[what][:2]).rsplit("the ", 1)[0].format(noun) + part.words
    who = f"other {noun}" if noun.fits(anchor) else noun
    steps = (
        *part.steps,
        *value_of(LABELS[at + 1], part.noun, part.toy, what, value),
        *about(LABELS[at], which(scene, who, f" is {value}", found, noun)),
    )
    nodes = clause(LABELS[at], noun, link=f"same {what} as {LABELS[at + 1]}"), *part.nodes
    return Found(found[0], noun, words, nodes, steps, part.before | {part.toy})


HOPS = {"relation-to": beside_found, "same-as": like_found}


def chain(hops: Sequence[str], kind: str, scene: Scene, rng: np.random.Generator) -> Expression | None:
    """From a toy of `ANCHORS` to the one that is meant, hop by hop; the sentence names the last hop first."""
    part = ANCHORS[kind](scene, rng, len(hops))
    for at, hop in reversed(list(enumerate(hops))):
        part = HOPS[hop](scene, rng, part, at) if part else None
    return _said(scene, part.words, "-".join((*hops, kind)), part.toy, part.nodes, part.steps) if part else None


def _clear(scene: Scene, ordered: Sequence[int], side: str) -> bool:
    """Whether every step from one of these toys to the next is large enough to tell."""
    return all(along(scene, a, side) - along(scene, b, side) >= MARGIN for a, b in pairwise(ordered))


def _said(scene: Scene, text: str, family: str, target: int, nodes: Sequence[str], steps: Steps) -> Expression:
    """Without a plan where the sentence names one toy alone."""
    steps = (plan(*nodes), *steps) if len(nodes) > 1 else tuple(part for part in steps if part != f"{LABELS[0]} ")
    return Expression(text, family, target, *tell(*steps, (conclusion(scene, target), target)))


Builder = Callable[[Scene, np.random.Generator], Expression | None]
CHOICES = {"superlative": filtered_superlative, "bulk": filtered_bulk, "ordinal": filtered_ordinal}


def _composer(family: str) -> Builder:
    """Hops from a toy of `ANCHORS`, filters and a choice, or filters alone, as the family's name says."""
    hops, rest = [], family
    while hop := next((hop for hop in HOPS if rest.startswith(f"{hop}-")), None):
        hops.append(hop)
        rest = rest.removeprefix(f"{hop}-")
    if hops:
        return partial(chain, hops, rest)
    filters, _, choice = family.rpartition("-")
    return partial(CHOICES[choice], filters) if choice in CHOICES else partial(only_one, family)


COMPOSERS = {family: _composer(family) for family in (*COMPOSED, "place", "region")}
"""Every composed family of training, and filters by place alone."""
