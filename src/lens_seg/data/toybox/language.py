"""Sentences about a scene: each points at exactly one toy, or (family "absent") at none, and has a thought.

Positions compare box centres. A sentence is only made when it is clear: what decides it differs by at
least `MARGIN` pixels (of a 192 pixel scene) between the target and every other candidate.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np

from lens_seg.data.toybox.absent import FURTHER, REFUSALS, beside
from lens_seg.data.toybox.composed import COMPOSERS, Builder
from lens_seg.data.toybox.deeper import negation_superlative, relation_ordinal, two_hop
from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.scene import Scene
from lens_seg.data.toybox.wordings import reword, wordings
from lens_seg.data.toybox.words import (
    BETWEEN,
    BULK,
    CORNER,
    COUNT,
    DENIALS,
    EXTREMES,
    FARTHEST,
    LABELS,
    LEADS,
    MARGIN,
    MISSING,
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
    attribute,
    clause,
    conclusion,
    enumerated,
    except_for,
    in_order,
    lead,
    located,
    look,
    pick,
    plan,
    plural,
    relettered,
    some_noun,
    tell,
    unique_name,
    value_of,
    which,
)
from lens_seg.data.toybox.world import held_out

ABSENT = 0.08
"""Share of sentences that match nothing."""


def expressions(
    scene: Scene,
    rng: np.random.Generator,
    count: int,
    absent_share: float = ABSENT,
) -> list[Expression]:
    """`count` different sentences of the families of the scene's world (fewer only if the scene offers fewer).

    `absent_share` of them match nothing, where absence is one of the families.
    """
    made: dict[str, Expression] = {}
    world = scene.world
    builders = [_BUILDERS[family] for family in world.families if family in _BUILDERS]
    builders = builders if len(scene.toys) > 1 else [_attribute, _function]
    absent_share = absent_share if "absent" in world.families else 0
    for _ in range(20 * count):
        if len(made) == count:
            break
        build = _absent if rng.random() < absent_share else pick(rng, builders)
        tried = filter(None, (build(scene, rng) for _ in range(world.tries)))
        found = next((said for said in tried if not world.new_pairs or _of_a_new_pair(scene, said)), None)
        if found is not None:
            if world.denied and rng.random() < world.denied:
                found = _not_another(scene, rng, found)
            text = pick(rng, LEADS) + found.text
            if world.wordings and rng.random() < world.reworded:
                text = _in_other_words(text, scene, found, rng)
            made.setdefault(text, replace(found, text=text))
    return list(made.values())


def _not_another(scene: Scene, rng: np.random.Generator, said: Expression) -> Expression:
    """ "not the red cup but the toy left of the star": what has a plan, after a toy that is not meant. The plan begins
    with that one's clauses, to which no step goes back."""
    if said.target is None or not said.thought.startswith(f"{LABELS[0]} "):
        return said
    build = pick(rng, (_attribute, *3 * (_relation,)))
    tried = (build(scene, rng) for _ in range(10))
    other = next((one for one in tried if one is not None and one.target != said.target), None)
    if other is None:
        return said
    several = other.thought.startswith(f"{LABELS[0]} ")
    alone = other.text.removeprefix("the ").removeprefix("only ")
    before = plan(*other.thought.split(". ")[:2]) if several else plan(clause(LABELS[0], alone))
    thought = before + relettered(said.thought, LABELS[2 if several else 1 :])
    mentions = tuple((start + len(before), end + len(before), toy) for start, end, toy in said.mentions)
    text = pick(rng, DENIALS).format(other.text, said.text)
    return replace(said, text=text, thought=thought, mentions=mentions)


def _in_other_words(text: str, scene: Scene, said: Expression, rng: np.random.Generator) -> str:
    """`text` as the world's wordings have it; as it is where ten tries change nothing."""
    words = wordings(scene.world.wordings or "train")
    kind = None if said.target is None or said.family != "function" else scene.toys[said.target].kind
    tried = (reword(text, rng, words, scene.world.phrases, kind) for _ in range(10))
    return next((other for other in tried if other != text), text)


def _attribute(scene: Scene, rng: np.random.Generator) -> Expression | None:
    noun = some_noun(scene, rng)
    found = noun.among(scene)
    if len(found) != 1 or noun == Noun():
        return None
    text = pick(rng, ("the {}", "the {}", "the only {}")).format(noun)
    return Expression(text, "attribute", found[0], *tell((conclusion(scene, found[0]), found[0])))


def _superlative(scene: Scene, rng: np.random.Generator) -> Expression | None:
    noun = some_noun(scene, rng) if rng.random() < 0.75 else Noun()
    found = noun.among(scene)
    if len(found) < 2:
        return None
    if rng.random() < 0.25 and noun.size is None:
        size = pick(rng, tuple(BULK))
        same = [n for n in found if scene.toys[n].size == size]
        extent = [_extent(scene, n) * (1 if size == "big" else -1) for n in found]
        if len(same) != 1 or found[int(np.argmax(extent))] != same[0] or lead(extent) < MARGIN:
            return None
        text, target = pick(rng, BULK[size]).format(noun), same[0]
        steps: Steps = (f"there are {plural(noun, len(found))}, only one is {size}. ",)
    else:
        side = pick(rng, tuple(SIDES))
        far = [along(scene, n, side) for n in found]
        if lead(far) < MARGIN:
            return None
        text, target = pick(rng, EXTREMES[side]).format(noun), found[int(np.argmax(far))]
        steps = in_order(scene, noun, side, [target], noun)
    thought = tell(*steps, (conclusion(scene, target), target))
    return Expression(text, "superlative", target, *thought)


def _extent(scene: Scene, n: int) -> float:
    x1, y1, x2, y2 = scene.toys[n].box
    return max(x2 - x1, y2 - y1) * 192 / scene.width


def _relation(scene: Scene, rng: np.random.Generator) -> Expression | None:
    anchor = int(rng.integers(len(scene.toys)))
    others = [n for n in range(len(scene.toys)) if n != anchor]
    noun = some_noun(scene, rng, others) if rng.random() < 0.7 else Noun()
    found = [n for n in noun.among(scene) if n != anchor]
    if len(found) < 2 and rng.random() < 0.8:
        return None  # mostly ask what the noun alone does not tell
    name, side = unique_name(scene, rng, anchor), pick(rng, tuple(SIDES))
    if rng.random() < 0.25:
        return _closest(scene, rng, noun, found, anchor, name)
    if rng.random() < 0.3 and side in ("top", "bottom"):
        words = ("right above", "directly above") if side == "top" else ("right below", "directly below")
        target, where = _straight(scene, found, anchor, side), words[1]  # "right" is a side elsewhere
    else:
        ahead = [along(scene, n, side) - along(scene, anchor, side) for n in found]
        clear = all(a <= 0 or a >= MARGIN for a in ahead) and sum(a > 0 for a in ahead) == 1
        target = found[int(np.argmax(ahead))] if clear else None
        words = RELATIONS[side]
        where = words[0]
    if target is None:
        return None
    text = f"the {noun} {pick(rng, words)} the {name}"
    return _related(scene, text, noun, target, anchor, name, where)


def _nearest(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """The relation that comes least often, on its own."""
    anchor = int(rng.integers(len(scene.toys)))
    noun = some_noun(scene, rng) if rng.random() < 0.4 else Noun()
    found = [n for n in noun.among(scene) if n != anchor]
    return _closest(scene, rng, noun, found, anchor, unique_name(scene, rng, anchor))


def _such(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the red cup nearest the star", with one red cup: what is not there is asked for in these words (`absent.py`),
    and what a thought finds must not be told by them."""
    words, where = beside(rng)
    pairs = [pair for pair in permutations(range(len(scene.toys)), 2) if _is_beside(scene, *pair, where)]
    if not pairs:
        return None
    target, anchor = pick(rng, pairs)
    toy, name = scene.toys[target], unique_name(scene, rng, anchor)
    noun = Noun(toy.size if rng.random() < 0.3 else None, toy.colour if rng.random() < 0.7 else None, toy.kind)
    if set(noun.among(scene)) - {anchor} != {target}:
        return None
    return _related(scene, f"the {noun} {words} the {name}", noun, target, anchor, name, where)


def _is_beside(scene: Scene, n: int, anchor: int, where: str) -> bool:
    """Whether a toy lies so from another, which is always near it and far from it where no third is asked for."""
    side = next((side for side, words in RELATIONS.items() if where.endswith(words[0])), None)
    if side is None:
        return True
    if where.startswith("directly"):
        return _straight(scene, [n], anchor, side) == n
    return along(scene, n, side) - along(scene, anchor, side) >= MARGIN


def _away(scene: Scene, found: list[int], place: tuple[float, float]) -> list[float]:
    """How far the centres of toys are from a place, in pixels of a 192 pixel scene."""
    return [math.dist(scene.toys[n].centre, place) * 192 / scene.width for n in found]


def _farthest(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy farthest from the cup"."""
    anchor = int(rng.integers(len(scene.toys)))
    noun = some_noun(scene, rng) if rng.random() < 0.4 else Noun()
    found = [n for n in noun.among(scene) if n != anchor]
    if len(found) < 2:
        return None
    far = _away(scene, found, scene.toys[anchor].centre)
    if lead(far) < MARGIN:
        return None
    name, target = unique_name(scene, rng, anchor), found[int(np.argmax(far))]
    text = f"the {noun} {pick(rng, FARTHEST)} the {name}"
    return _related(scene, text, noun, target, anchor, name, "far from", "farthest")


def _between(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy between the cup and the star": the only one that lies clearly near the line that joins them."""
    ends = [int(n) for n in rng.choice(len(scene.toys), 2, replace=False)]
    noun = some_noun(scene, rng) if rng.random() < 0.4 else Noun()
    a, b = (np.array(scene.toys[n].centre) * 192 / scene.width for n in ends)
    line = b - a
    length = float(np.hypot(*line))
    near, unclear = [], False
    for n in noun.among(scene):
        way = np.array(scene.toys[n].centre) * 192 / scene.width - a
        share = float(way @ line) / length**2
        aside = abs(float(way[0] * line[1] - way[1] * line[0])) / length
        if n not in ends and 0.2 < share < 0.8 and aside < 0.25 * length:
            near.append(n)
        elif n not in ends and 0.05 < share < 0.95 and aside < 0.4 * length:
            unclear = True
    if length < 60 or unclear or len(near) != 1 or len(noun.among(scene)) < 2:
        return None
    first, second = (unique_name(scene, rng, n) for n in ends)
    text = f"the {noun} {BETWEEN.format(a=f'the {first}', b=f'the {second}')}"
    thought = tell(
        plan(clause("A", noun, link="between B and C"), clause("B", first), clause("C", second)),
        *located(scene, "C", second, ends[1]),
        *located(scene, "B", first, ends[0]),
        "between B and C: ",
        *about("A", which(scene, noun, "", near, noun)),
        (conclusion(scene, near[0]), near[0]),
    )
    return Expression(text, "between", near[0], *thought)


def _corner(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "the toy nearest the top left corner" of the picture."""
    noun = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    found = noun.among(scene)
    corner = f"{pick(rng, ('top', 'bottom'))} {pick(rng, ('left', 'right'))}"
    x, y = (scene.width if "right" in corner else 0), (scene.height if "bottom" in corner else 0)
    near = [-far for far in _away(scene, found, (x, y))]
    if len(found) < 2 or lead(near) < MARGIN:
        return None
    target = found[int(np.argmax(near))]
    steps = which(scene, noun, f" is nearest the {corner} corner", [target], noun)
    thought = tell(*steps, (conclusion(scene, target), target))
    return Expression(f"the {noun} {CORNER.format(corner=corner)}", "corner", target, *thought)


def _closest(
    scene: Scene, rng: np.random.Generator, noun: Noun, found: list[int], anchor: int, name: Noun
) -> Expression | None:
    """ "the toy closest to the cup": the candidate whose centre is clearly closest to the anchor's."""
    if len(found) < 2:
        return None
    near = [-far for far in _away(scene, found, scene.toys[anchor].centre)]
    if lead(near) < MARGIN:
        return None
    target = found[int(np.argmax(near))]
    text = f"the {noun} {pick(rng, ('closest to', 'nearest to'))} the {name}"
    return _related(scene, text, noun, target, anchor, name, "next to")


def _related(
    scene: Scene,
    text: str,
    noun: Noun,
    target: int,
    anchor: int,
    name: Noun,
    relation: str,
    family: str = "relation",
) -> Expression:
    thought = tell(
        plan(clause("A", noun, link=f"{relation} B"), clause("B", name)),
        *look(scene, "B", name, anchor, relation),
        *about("A", which(scene, noun, "", [target], noun)),
        (conclusion(scene, target), target),
    )
    return Expression(text, family, target, *thought)


def _straight(scene: Scene, found: list[int], anchor: int, side: str) -> int | None:
    """The first candidate straight above or below the anchor, clearly before any other roughly there."""
    x, y = scene.toys[anchor].centre
    offsets = [(abs(scene.toys[n].centre[0] - x), (scene.toys[n].centre[1] - y) * SIDES[side][1], n) for n in found]
    rough = sorted((math.hypot(dx, dy), n, dx <= dy / 2) for dx, dy, n in offsets if dy > 0 and dx <= dy)
    if not rough or not rough[0][2]:
        return None
    if len(rough) > 1 and (rough[1][0] - rough[0][0]) * 192 / scene.width < MARGIN:
        return None
    return rough[0][1]


def _same(scene: Scene, rng: np.random.Generator) -> Expression | None:
    anchor = int(rng.integers(len(scene.toys)))
    toy, what = scene.toys[anchor], pick(rng, ("colour", "colour", "kind", "size"))
    name = unique_name(scene, rng, anchor, without=what)
    if what != "kind" and getattr(name, what):
        return None  # "the red fish is red" explains nothing
    others = [n for n in range(len(scene.toys)) if n != anchor]
    noun = Noun(kind=scene.toys[pick(rng, others)].kind if what != "kind" and rng.random() < 0.6 else None)
    if scene.world.any_noun and rng.random() < 0.5:
        noun = replace(some_noun(scene, rng, others), **{what: None})
    value = getattr(toy, what)
    found = [n for n in others if noun.fits(scene.toys[n]) and getattr(scene.toys[n], what) == value]
    if len(found) != 1:
        return None
    forms = SAME[what] if noun.fits(toy) else SAME[what][:2]  # no "other drum" than a cup
    text = pick(rng, forms).format(noun, name)
    end = (conclusion(scene, found[0]), found[0])
    if what == "kind":
        thought = tell(f"look for another {replace(noun, kind=value)}. ", end)
    else:
        who = f"other {noun}" if noun.fits(toy) else noun
        thought = tell(
            plan(clause("A", noun, link=f"same {what} as B"), clause("B", name)),
            *value_of("B", name, anchor, what, value),
            *about("A", which(scene, who, f" is {value}", found, noun)),
            end,
        )
    return Expression(text, "same", found[0], *thought)


def _alike(scene: Scene, rng: np.random.Generator) -> Expression | None:
    """ "another hat like the red hat": the other toy of its kind, in words that name the kind twice."""
    anchor = int(rng.integers(len(scene.toys)))
    kind = scene.toys[anchor].kind
    found = [n for n in Noun(kind=kind).among(scene) if n != anchor]
    if len(found) != 1:
        return None
    name = unique_name(scene, rng, anchor)
    text = pick(rng, ("another {} like the {}", "the other {} like the {}")).format(kind, name)
    thought = tell(f"look for another {kind}. ", (conclusion(scene, found[0]), found[0]))
    return Expression(text, "same", found[0], *thought)


def _ordinal(scene: Scene, rng: np.random.Generator) -> Expression | None:
    noun = some_noun(scene, rng) if rng.random() < 0.5 else Noun()
    found, side = noun.among(scene), pick(rng, tuple(SIDES))
    if len(found) < 3:
        return None
    rank = int(rng.integers(min(4, len(found))))
    found.sort(key=lambda n: -along(scene, n, side))
    gaps = [along(scene, a, side) - along(scene, b, side) for a, b in pairwise(found)]
    if min(gaps[: rank + 1]) < MARGIN:
        return None
    forms = ("the {0} {1} from the {2}", "number {3} of the {4} from the {2}")
    text = pick(rng, forms[:1] if rank == 0 else forms)
    text = text.format(RANK[rank], noun, side, COUNT[rank + 1], plural(noun, 2).split(" ", 1)[1])
    steps = in_order(scene, noun, side, found[: rank + 1], noun)
    thought = tell(*steps, (conclusion(scene, found[rank]), found[rank]))
    return Expression(text, "ordinal", found[rank], *thought)


def _function(scene: Scene, rng: np.random.Generator) -> Expression | None:
    kinds = [toy.kind for toy in scene.toys]
    fitting = [use for use in USES if sum(kind in use.kinds for kind in kinds) == 1]
    if not fitting:
        return None
    use = pick(rng, fitting)
    target = next(n for n, kind in enumerate(kinds) if kind in use.kinds)
    thought = tell((article(kinds[target]), target), f" {use.does}. ", (conclusion(scene, target), target))
    return Expression(use.phrase, "function", target, *thought)


def _negation(scene: Scene, rng: np.random.Generator) -> Expression | None:
    noun, no, without = except_for(scene, rng)
    found = noun.among(scene)
    left = [n for n in found if not without.fits(scene.toys[n])]
    if len(left) != 1 or len(found) < 2:
        return None
    forms = ("the {} that is not {}", "the {} which isn't {}", "the one {} that is not {}")
    text = pick(rng, forms).format(noun, no)
    thought = tell(
        *enumerated(scene, f"every {noun}", found, attribute(without)),
        *which(scene, noun, f" is not {no}", left, noun, by=attribute(without)),
        (conclusion(scene, left[0]), left[0]),
    )
    return Expression(text, "negation", left[0], *thought)


def _absent(scene: Scene, rng: np.random.Generator) -> Expression | None:
    refusals = (*REFUSALS, *FURTHER) if scene.world.any_noun else REFUSALS
    text, steps = pick(rng, refusals)(scene, rng) or ("", ())
    steps = ((steps, MISSING),) if isinstance(steps, str) else steps
    return Expression(text, "absent", None, *tell(*steps)) if text else None


def _of_a_new_pair(scene: Scene, said: Expression) -> bool:
    """Whether the sentence points at a toy of a held-out pair."""
    toy = None if said.target is None else scene.toys[said.target]
    return toy is not None and held_out(toy.kind, toy.colour)


_BUILDERS: dict[str, Builder] = {
    "attribute": _attribute,
    "function": _function,
    "superlative": _superlative,
    "relation": _relation,
    "same": _same,
    "ordinal": _ordinal,
    "negation": _negation,
    "nearest": _nearest,
    "such": _such,
    "farthest": _farthest,
    "between": _between,
    "corner": _corner,
    "alike": _alike,
    "two-hop": two_hop,
    "relation-ordinal": relation_ordinal,
    "negation-superlative": negation_superlative,
    **COMPOSERS,
}
