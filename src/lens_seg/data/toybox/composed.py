"""Sentences that compose two families, for training alone: other pairs than those of `deeper.py`, made in the same way.

They teach that parts can be composed, so that `test-relations` asks whether that carries over to pairs never shown.
Their thoughts are the steps of the parts, one after another, each in the words that the part has alone.
"""

from __future__ import annotations

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
    thought = tell(
        *first_from(scene, anchor, side, noun), *look_from(scene, anchor, turn), (conclusion(scene, found[0]), found[0])
    )
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
    steps = *look(scene, f"the {name}", anchor, turn), *first_from(scene, target, side, noun)
    thought = tell(*steps, (conclusion(scene, target), target))
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
        *look(scene, f"the {name}", anchor, turn),
        "from the left:",
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


def same_relation(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy with the same colour as the cup above the star": one of several cups, told by the star."""
    anchor, turn, what = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES)), pick(rng, ("colour", "size"))
    noun = Noun(kind=pick(rng, scene.toys).kind) if rng.random() < 0.6 else Noun()
    every = [n for n in noun.among(scene) if n != anchor]
    near = beyond(scene, every, anchor, turn)
    if near is None or len(near) != 1 or len(every) < 2:
        return None
    value = getattr(scene.toys[near[0]], what)
    found = [n for n, toy in enumerate(scene.toys) if n != near[0] and getattr(toy, what) == value]
    if len(found) != 1:
        return None
    name = unique_name(scene, rng, anchor)
    text = pick(rng, SAME[what][:2]).format("toy", f"{noun} {pick(rng, RELATIONS[turn])} the {name}")
    thought = tell(
        *look(scene, f"the {name}", anchor, turn),
        *alike(scene, f"the {scene.toys[near[0]].words}", near[0], value),
        (conclusion(scene, found[0]), found[0]),
    )
    return Expression(text, "same-relation", found[0], *thought)


def relation_same(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy left of the one with the same colour as the fish": the fish tells where to look from."""
    anchor, side, what = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES)), pick(rng, ("colour", "size"))
    name, value = unique_name(scene, rng, anchor, without=what), getattr(scene.toys[anchor], what)
    like = [n for n, toy in enumerate(scene.toys) if n != anchor and getattr(toy, what) == value]
    if len(like) != 1 or getattr(name, what):
        return None
    noun = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    every = [n for n in noun.among(scene) if n != like[0]]
    found = beyond(scene, every, like[0], side)
    if found is None or len(found) != 1 or len(every) < 2:
        return None
    said = pick(rng, SAME[what][:2]).format(pick(rng, ("toy", "one")), name)
    thought = tell(
        *alike(scene, f"the {name}", anchor, value),
        *look_from(scene, like[0], side),
        (conclusion(scene, found[0]), found[0]),
    )
    return Expression(f"the {noun} {pick(rng, RELATIONS[side])} {said}", "relation-same", found[0], *thought)


def function_relation(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy above what opens a lock"."""
    use, side = pick(rng, USES), pick(rng, tuple(SIDES))
    useful = [n for n, toy in enumerate(scene.toys) if toy.kind in use.kinds]
    if len(useful) != 1:
        return None
    noun = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    every = [n for n in noun.among(scene) if n != useful[0]]
    found = beyond(scene, every, useful[0], side)
    if found is None or len(found) != 1 or len(every) < 2:
        return None
    thought = tell(
        (article(scene.toys[useful[0]].kind), useful[0]),
        f" {use.does}. ",
        *look_from(scene, useful[0], side),
        (conclusion(scene, found[0]), found[0]),
    )
    text = f"the {noun} {pick(rng, RELATIONS[side])} {use.phrase}"
    return Expression(text, "function-relation", found[0], *thought)


def alike(scene: Scene, name: str, toy: int, value: str) -> tuple[tuple[str, int], str]:
    """What a toy is like, and to look for another such toy."""
    return (f"{name} is {value}", toy), f", so look for {article(value)} toy. "
