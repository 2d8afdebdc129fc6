"""Sentences that compose two families, for training alone: other pairs than those of `deeper.py`, made in the same way.

They teach that parts can be composed, so that `test-relations` asks whether that carries over to pairs never shown.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lens_seg.data.toybox.deeper import beyond, look
from lens_seg.data.toybox.scene import Scene
from lens_seg.data.toybox.words import (
    EXTREMES,
    MARGIN,
    RANK,
    RELATIONS,
    SIDES,
    Expression,
    Noun,
    along,
    attribute,
    conclusion,
    except_for,
    lead,
    passed,
    pick,
    some_noun,
    tell,
    unique_name,
)


def superlative_relation(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy above the leftmost star": the toy beside which to look is itself told by its place."""
    noun, side, turn = some_noun(scene, rng), pick(rng, tuple(SIDES)), pick(rng, tuple(SIDES))
    every = noun.among(scene)
    far = [along(scene, n, side) for n in every]
    if len(every) < 2 or lead(far) < MARGIN:
        return None
    anchor = every[int(np.argmax(far))]
    wanted = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    found = beyond(scene, [n for n in wanted.among(scene) if n != anchor], anchor, turn)
    if found is None or len(found) != 1:
        return None
    name = pick(rng, EXTREMES[side]).format(noun)
    text = f"the {wanted} {pick(rng, RELATIONS[turn])} {name}"
    thought = tell(*look(scene, name, anchor, turn), (conclusion(scene, found[0]), found[0]))
    return Expression(text, "superlative-relation", found[0], *thought)


def relation_superlative(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the leftmost star below the house": another star lies further to the left, but not below it."""
    anchor, side, turn = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES)), pick(rng, tuple(SIDES))
    noun = some_noun(scene, rng) if rng.random() < 0.6 else Noun()
    every = [n for n in noun.among(scene) if n != anchor]
    found = beyond(scene, every, anchor, turn)
    if (side in ("left", "right")) == (turn in ("left", "right")) or found is None or len(found) < 2:
        return None
    far = [along(scene, n, side) for n in found]
    if lead(far) < MARGIN or max(along(scene, n, side) for n in every) < max(far) + MARGIN:
        return None
    target, name = found[int(np.argmax(far))], unique_name(scene, rng, anchor)
    words = pick(rng, [form for form in EXTREMES[side] if form.endswith("{}")]).format(noun)
    want = look(scene, f"the {name}", anchor, turn, f", furthest to the {side}. ")
    thought = tell(*want, (conclusion(scene, target), target))
    return Expression(f"{words} {pick(rng, RELATIONS[turn])} the {name}", "relation-superlative", target, *thought)


def negation_relation(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the star left of the house that is not red", where a red star lies there too."""
    anchor, turn = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES))
    noun, no, without = except_for(scene, rng)
    every = beyond(scene, [n for n in noun.among(scene) if n != anchor], anchor, turn)
    found = [n for n in every or () if not without.fits(scene.toys[n])]
    if every is None or len(found) != 1 or len(every) < 2:
        return None
    name = unique_name(scene, rng, anchor)
    every.sort(key=lambda n: -along(scene, n, "left"))
    thought = tell(
        *look(scene, f"the {name}", anchor, turn, ":"),
        *passed(scene, every, "left", attribute(without)),
        ". ",
        (conclusion(scene, found[0]), found[0]),
    )
    if rng.random() < 0.5:
        text = f"the {noun} that is not {no} {pick(rng, RELATIONS[turn])} the {name}"
    else:
        text = f"the {noun} {pick(rng, RELATIONS[turn])} the {name} that is not {no}"
    if without.fits(scene.toys[anchor]):
        return None  # "the house that is not red" could be meant
    return Expression(text, "negation-relation", found[0], *thought)


def negation_ordinal(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the second star from the left that is not red": red ones do not count."""
    (noun, no, without), side = except_for(scene, rng), pick(rng, tuple(SIDES))
    every = sorted(noun.among(scene), key=lambda n: -along(scene, n, side))
    found = [n for n in every if not without.fits(scene.toys[n])]
    if len(found) < 2 or len(found) == len(every):
        return None
    rank = int(rng.integers(min(4, len(found))))
    steps = [along(scene, a, side) - along(scene, b, side) for a, b in pairwise(found)]
    if min(steps[: rank + 1]) < MARGIN:
        return None
    listed = passed(scene, found[: rank + 1], side, attribute(without))
    thought = tell(f"not {no}, from the {side}:", *listed, ". ", (conclusion(scene, found[rank]), found[rank]))
    text = f"the {RANK[rank]} {noun} from the {side} that is not {no}"
    return Expression(text, "negation-ordinal", found[rank], *thought)
