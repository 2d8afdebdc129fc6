"""Sentences in the usual wordings that match no toy of the scene, and thoughts that say why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.scene import Scene
from lens_seg.data.toybox.shapes import COLOURS, KINDS, SIZES
from lens_seg.data.toybox.words import (
    BULK,
    EXTREMES,
    FARTHEST,
    MARGIN,
    MISSING,
    RANK,
    RELATIONS,
    SAME,
    SIDES,
    Noun,
    Steps,
    along,
    clause,
    except_for,
    look,
    pick,
    plan,
    plural,
    some_noun,
    unique_name,
    value_of,
)
from lens_seg.data.toybox.world import held_out

Refusal = tuple[str, str | Steps] | None
"""A sentence that matches nothing and the thought that says so; as `Steps` where it speaks of toys that are there."""


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
    return f"the {noun} {words} the {name}", _none_beside(scene, noun, RELATIONS[side][0], name, anchor)


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
    return text, _none_alike(Noun(), what, value, name, anchor, other=True)


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


def _no_such(scene: Scene, rng: np.random.Generator) -> Refusal:
    """ "the red cup nearest the star", without a red cup."""
    noun, anchor = _missing(scene, rng), int(rng.integers(len(scene.toys)))
    if noun is None:
        return None
    name, (words, where) = unique_name(scene, rng, anchor), beside(rng)
    return f"the {noun} {words} the {name}", _none_beside(scene, noun, where, name, anchor)


def _no_anchor(scene: Scene, rng: np.random.Generator) -> Refusal:
    """ "the cup nearest the red star", without a red star."""
    noun, name, (words, where) = some_noun(scene, rng), _missing(scene, rng), beside(rng)
    if name is None:
        return None
    planned = plan(clause("A", noun, link=f"{where} B"), clause("B", name))
    steps = planned, "B ", (f"{name} is not here. there is no {name} here.", MISSING)
    return f"the {noun} {words} the {name}", steps


def beside(rng: np.random.Generator) -> tuple[str, str]:
    """A relation as sentences and as thoughts say it: ("to the left of", "left of")."""
    side = pick(rng, tuple(SIDES))
    above = RELATIONS[pick(rng, ("top", "bottom"))][0]
    near = pick(rng, ("closest to", "nearest to"))
    ways = ((pick(rng, RELATIONS[side]), RELATIONS[side][0]), (f"directly {above}",) * 2, (near, "next to"))
    return pick(rng, (*ways, ways[0], (pick(rng, FARTHEST), "far from")))


def _not_alike(scene: Scene, rng: np.random.Generator) -> Refusal:
    """ "the small cup with the same colour as the star", where none is."""
    anchor, what = int(rng.integers(len(scene.toys))), pick(rng, ("colour", "kind", "size"))
    toy, noun = scene.toys[anchor], replace(some_noun(scene, rng), **{what: None})
    name = unique_name(scene, rng, anchor, without=what)
    if noun == Noun() or (what != "kind" and getattr(name, what)):
        return None
    wanted = replace(noun, **{what: getattr(toy, what)})
    if any(n != anchor for n in wanted.among(scene)) or not any(n != anchor for n in noun.among(scene)):
        return None
    if wanted.colour and wanted.kind and held_out(wanted.kind, wanted.colour):
        return None
    text = pick(rng, SAME[what][:2]).format(noun, name)
    if what == "kind":
        other = "other " if wanted.fits(toy) else ""
        return text, f"look for another {wanted}. there is no {other}{wanted} here."
    return text, _none_alike(noun, what, getattr(toy, what), name, anchor, other=wanted.fits(toy))


def _none_beside(scene: Scene, noun: Noun, where: str, name: Noun, anchor: int) -> Steps:
    """A thought whose list is empty: it says so where it would otherwise list what it finds."""
    link = f"{where} B"
    planned = plan(clause("A", noun, link=link), clause("B", name))
    missing = f"no. there is no {noun} {where} it here."
    return planned, *look(scene, "B", name, anchor, where), f"A {noun}: ", (missing, MISSING)


def _none_alike(noun: Noun, what: str, value: str, name: Noun, anchor: int, *, other: bool) -> Steps:
    """The same, of what is like the anchor."""
    planned = plan(clause("A", noun, link=f"same {what} as B"), clause("B", name))
    also, wanted = "other " if other else "", replace(noun, **{what: value})
    missing = f"no. there is no {also}{wanted} here."
    return planned, *value_of("B", name, anchor, what, value), f"A {also}{noun} is {value}: ", (missing, MISSING)


def _no_bulk(scene: Scene, rng: np.random.Generator) -> Refusal:
    noun = _missing(scene, rng)
    if noun is None or noun.size:
        return None
    return pick(rng, BULK[pick(rng, tuple(SIZES))]).format(noun), f"there is no {noun} here."


REFUSALS: tuple[Callable[[Scene, np.random.Generator], Refusal], ...] = (
    _no_attribute,
    _no_superlative,
    _no_ordinal,
    _no_relation,
    _no_same,
    _no_function,
    _no_negation,
)
FURTHER = (*2 * (_no_such,), _not_alike, _no_anchor, _no_bulk)
"""Those that training shows besides; one that stands twice comes twice as often."""
