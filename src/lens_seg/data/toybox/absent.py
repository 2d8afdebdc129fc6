"""Sentences in the usual wordings that match no toy of the scene, and thoughts that say why."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.scene import Scene
from lens_seg.data.toybox.shapes import COLOURS, KINDS, SIZES
from lens_seg.data.toybox.words import (
    EXTREMES,
    MARGIN,
    RANK,
    RELATIONS,
    SAME,
    SIDES,
    Noun,
    along,
    except_for,
    pick,
    plan,
    plural,
    some_noun,
    spot,
    unique_name,
)
from lens_seg.data.toybox.world import held_out

Refusal = tuple[str, str] | None
"""A sentence that matches nothing and the thought that says so."""


def _missing(scene: Scene, rng: np.random.Generator) -> Noun | None:
    """A description that fits no toy, often made of attributes that are there, but not together.

    It never names a held-out pair, which is always absent in training: the words would give the answer away.
    """
    toy, other = pick(rng, scene.toys), pick(rng, scene.toys)
    kind = toy.kind if rng.random() < 0.6 else pick(rng, KINDS)
    colour = other.colour if rng.random() < 0.7 else pick(rng, tuple(COLOURS))
    size = pick(rng, tuple(SIZES)) if rng.random() < 0.3 else None
    noun = Noun(size, colour if rng.random() < 0.7 else None, kind)
    if noun.among(scene) or (noun.colour and held_out(kind, colour)):
        return None
    return noun


def _no_attribute(scene: Scene, rng: np.random.Generator) -> Refusal:
    noun = _missing(scene, rng)
    return (f"the {noun}", f"there is no {noun} here.") if noun else None


def _no_superlative(scene: Scene, rng: np.random.Generator) -> Refusal:
    noun = _missing(scene, rng)
    text = pick(rng, EXTREMES[pick(rng, tuple(SIDES))])
    return (text.format(noun), f"there is no {noun} here.") if noun else None


def _no_ordinal(scene: Scene, rng: np.random.Generator) -> Refusal:
    noun, side, rank = some_noun(scene, rng), pick(rng, tuple(SIDES)), int(rng.integers(1, 4))
    number = len(noun.among(scene))
    if number > rank or noun == Noun():
        return None
    verb = "is" if number == 1 else "are"
    thought = f"there {verb} only {plural(noun, number)}. there is no {RANK[rank]} {noun} here."
    return f"the {RANK[rank]} {noun} from the {side}", thought


def _no_relation(scene: Scene, rng: np.random.Generator) -> Refusal:
    anchor, side = int(rng.integers(len(scene.toys))), pick(rng, tuple(SIDES))
    noun, name = some_noun(scene, rng), unique_name(scene, rng, anchor)
    words = pick(rng, RELATIONS[side])
    found = [n for n in noun.among(scene) if n != anchor]
    if not found or any(along(scene, n, side) > along(scene, anchor, side) - MARGIN for n in found):
        return None
    steps = plan(f"A {noun} {RELATIONS[side][0]} B", f"B {name}") + f"B {name} is at {spot(scene, anchor)}. "
    return f"the {noun} {words} the {name}", f"{steps}there is no {noun} {RELATIONS[side][0]} it here."


def _no_same(scene: Scene, rng: np.random.Generator) -> Refusal:
    anchor = int(rng.integers(len(scene.toys)))
    toy, what = scene.toys[anchor], pick(rng, ("colour", "kind"))
    name = unique_name(scene, rng, anchor, without=what)
    value = getattr(toy, what)
    if sum(getattr(other, what) == value for other in scene.toys) > 1:
        return None
    text = pick(rng, SAME[what]).format("toy", name)
    if what == "kind":
        return text, f"look for another {value}. there is no other {value} here."
    steps = plan(f"A toy same {what} as B", f"B {name}") + f"B {name} is {value}. "
    return text, f"{steps}there is no other {value} toy here."


def _no_function(scene: Scene, rng: np.random.Generator) -> Refusal:
    use = pick(rng, USES)
    if any(toy.kind in use.kinds for toy in scene.toys):
        return None
    return use.phrase, f"there is no {' or '.join(sorted(use.kinds))} here."


def _no_negation(scene: Scene, rng: np.random.Generator) -> Refusal:
    noun, no, without = except_for(scene, rng)
    found = noun.among(scene)
    if noun == Noun() or not found or not all(without.fits(scene.toys[n]) for n in found):
        return None
    return f"the {noun} that is not {no}", f"every {noun} is {no}. there is no other {noun} here."


REFUSALS: tuple[Callable[[Scene, np.random.Generator], Refusal], ...] = (
    _no_attribute,
    _no_superlative,
    _no_ordinal,
    _no_relation,
    _no_same,
    _no_function,
    _no_negation,
)
