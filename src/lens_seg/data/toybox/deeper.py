"""Sentences that compose two families, for `test-relations`: training shows their parts, never the whole.

Both parts are needed: without its relation or negation a sentence would point at another toy, or at several. Where a
sentence can be read in two ways, both ways lead to the same toy or the other one to none.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lens_seg.data.toybox.scene import Scene
from lens_seg.data.toybox.words import (
    EXTREMES,
    MARGIN,
    OTHERS,
    RANK,
    RELATIONS,
    SIDES,
    Expression,
    Noun,
    about,
    along,
    attribute,
    clause,
    conclusion,
    enumerated,
    except_for,
    in_order,
    lead,
    look,
    pick,
    plan,
    some_noun,
    tell,
    unique_name,
    which,
)


def two_hop(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy left of the cup above the blue star": one of several cups, told by the star, tells the toy."""
    anchor, like = int(rng.integers(len(scene.toys))), pick(rng, scene.toys)
    side, turn = pick(rng, tuple(SIDES)), pick(rng, tuple(SIDES))
    between = pick(rng, (Noun(kind=like.kind), Noun(kind=like.kind), Noun(colour=like.colour), Noun(like.size)))
    cups = [n for n in between.among(scene) if n != anchor]
    near = beyond(scene, cups, anchor, turn)
    if len(cups) < 2 or near is None or len(near) != 1:
        return None
    noun = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    found = noun.among(scene)
    there = beyond(scene, found, near[0], side)
    if there is None or len(there) != 1 or there[0] == anchor:
        return None
    target = there[0]
    astray = [n for n in found for cup in cups if n != target and _past(scene, n, cup, side)]
    if not astray or any(_past(scene, n, anchor, turn) for n in astray if n not in (anchor, near[0])):
        return None  # "left of a cup" alone would do, or "left of a cup, and above the blue star" is another toy
    name = unique_name(scene, rng, anchor)
    form = pick(rng, ("the {} {} the {} {} the {}", "the {} {} the {} that is {} the {}"))
    text = form.format(noun, pick(rng, RELATIONS[side]), between, pick(rng, RELATIONS[turn]), name)
    one, other = RELATIONS[side][0], RELATIONS[turn][0]
    thought = tell(
        plan(clause("A", noun, link=f"{one} B"), clause("B", between, link=f"{other} C"), clause("C", name)),
        *look(scene, "C", name, anchor, other),
        *about("B", which(scene, between, "", near, between)),
        *look(scene, "B", between, near[0], one),
        *about("A", which(scene, noun, "", there, noun)),
        (conclusion(scene, target), target),
    )
    return Expression(text, "two-hop", target, *thought)


def relation_ordinal(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the second toy from the left below the red house": counted among those below it alone."""
    anchor, side, turn = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES)), pick(rng, tuple(SIDES))
    noun = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    every = noun.among(scene)
    found = beyond(scene, every, anchor, turn)
    if (side in ("left", "right")) == (turn in ("left", "right")) or found is None or len(found) < 2:
        return None
    rank = int(rng.integers(min(4, len(found))))
    for some in (every, found):
        some.sort(key=lambda n: -along(scene, n, side))
    steps = [along(scene, a, side) - along(scene, b, side) for a, b in pairwise(found)]
    if min(steps[: rank + 1]) < MARGIN or every[rank] in found:
        return None
    name = unique_name(scene, rng, anchor)
    words = RELATIONS[turn][1] if turn in ("left", "right") else pick(rng, RELATIONS[turn])  # not "the top left of"
    form = pick(rng, ("the {0} {1} from the {2} {3} the {4}", "the {0} {1} {3} the {4} from the {2}"))
    thought = tell(
        plan(clause("A", noun, f" {RANK[rank]} from the {side}", f"{RELATIONS[turn][0]} B"), clause("B", name)),
        *look(scene, "B", name, anchor, RELATIONS[turn][0]),
        *about("A", which(scene, noun, "", found, noun)),
        *in_order(scene, OTHERS, side, found[: rank + 1], noun),
        (conclusion(scene, found[rank]), found[rank]),
    )
    return Expression(form.format(RANK[rank], noun, side, words, name), "relation-ordinal", found[rank], *thought)


def negation_superlative(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the leftmost star that is not red", where a red star lies further to the left."""
    (noun, no, without), side = except_for(scene, rng), pick(rng, tuple(SIDES))
    every = noun.among(scene)
    found = [n for n in every if not without.fits(scene.toys[n])]
    if len(found) < 2 or len(found) == len(every):
        return None
    far = [along(scene, n, side) for n in found]
    if lead(far) < MARGIN or max(along(scene, n, side) for n in every) < max(far) + MARGIN:
        return None
    target = found[int(np.argmax(far))]
    words = pick(rng, [form for form in EXTREMES[side] if form.endswith("{}")])
    words += pick(rng, (" that is not ", " which isn't "))
    text = words.format(noun) + no
    thought = tell(
        *enumerated(scene, f"every {noun}", every, attribute(without)),
        *which(scene, noun, f" is not {no}", found, noun, by=attribute(without)),
        *in_order(scene, OTHERS, side, [target], noun),
        (conclusion(scene, target), target),
    )
    return Expression(text, "negation-superlative", target, *thought)


def beyond(scene: Scene, found: list[int], anchor: int, side: str) -> list[int] | None:
    """Those of `found` that lie on this side of the anchor; None where one of them is too close to tell."""
    if any(abs(along(scene, n, side) - along(scene, anchor, side)) < MARGIN for n in found if n != anchor):
        return None
    return [n for n in found if _past(scene, n, anchor, side)]


def _past(scene: Scene, n: int, anchor: int, side: str) -> bool:
    return along(scene, n, side) > along(scene, anchor, side)
