"""Toybox-Ref is a fixed benchmark: its splits are pinned, and each shift shows what training never does."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image

from lens_seg.data.toybox import COMPOSED, DEEPER, FAMILIES, HELD_OUT, PLACES, Toybox, expressions, nameless
from lens_seg.data.toybox.composed import COMPOSERS
from lens_seg.data.toybox.dataset import LENGTHS
from lens_seg.data.toybox.scene import NAMELESS, Scene, make_scene
from lens_seg.data.toybox.shapes import COLOURS, KINDS
from lens_seg.data.toybox.stamp import DRAWINGS, stamp
from lens_seg.data.toybox.thoughts import check_thought, target_of
from lens_seg.data.toybox.world import SIDED

PINS = {
    "train": "103374d3ec3c3628",
    "train-shift": "bbae4c24c5a77fa1",
    "train-sailor": "75b818dab907d270",
    "val": "11ebecb20e177aef",
    "val-relations": "1cb0e18dcd0f94b4",
    "val-wordings": "ca254a30387aea79",
    "val-places": "3d52cd4ddf5bbb63",
    "test": "11581a2affd92853",
    "test-pairs": "cf7c395dd3a737e8",
    "test-relations": "a9533ffaac068886",
    "test-domain": "4e7d028295223edb",
    "test-wordings": "ef26ae34525db802",
    "test-sailor": "e780c11ab31efb8a",
}
SHIFTS = ("test-pairs", "test-relations", "test-domain", "test-wordings", "test-sailor")


def digest(split: str, samples: int = 100) -> str:
    """Of prompts, boxes and mask areas: what is asked and what is right. Left out are thoughts, which may improve, and
    pixels, whose last bit may differ between processors."""
    found = hashlib.sha256()
    world = Toybox(split)
    for index in range(samples):
        s = world[index]
        found.update(json.dumps([s.prompt, s.boxes, int(s.mask.sum()), dict(s.tags)]).encode())
    return found.hexdigest()[:16]


@cache
def train_scenes() -> list[Scene]:
    """The first scenes of training, without their pictures."""
    world = Toybox("train")
    return [make_scene(world.seed, index, world=world.world) for index in range(100)]


@pytest.mark.parametrize("split", LENGTHS)
def test_splits_are_pinned(split: str) -> None:
    assert digest(split) == PINS[split]


@pytest.mark.parametrize("split", [split for split in LENGTHS if split != "test-pairs"])
def test_held_out_pairs_are_shown_by_one_split_alone(split: str) -> None:
    world = Toybox(split)
    for index in range(100):
        scene = world.scene(index)[0]
        assert all(HELD_OUT[toy.kind] != toy.colour for toy in scene.toys)


def test_new_pairs_are_what_test_pairs_asks_for() -> None:
    world = Toybox("test-pairs")
    for index in range(100):
        sample = world[index]
        toy = sample.scene.toys[target_of(sample.scene, sample.boxes)]
        assert HELD_OUT[toy.kind] == toy.colour


def test_training_never_says_a_held_out_pair() -> None:
    pairs = [re.compile(rf"\b{colour} {kind}") for kind, colour in HELD_OUT.items()]
    world = Toybox("train")
    for index in range(150):
        for said in expressions(world.scene(index)[0], np.random.default_rng(index), 8, absent_share=0.4):
            if said.target is None:
                continue  # what is absent is checked below
            assert not any(pair.search(said.text) for pair in pairs), said.text


def test_families() -> None:
    seen = {split: {Toybox(split)[i].tags["family"] for i in range(120)} for split in LENGTHS}
    assert seen["test-relations"] == seen["val-relations"] == set(DEEPER)
    assert seen["test-pairs"] == set(FAMILIES) - {"absent"}
    home = ("val", "val-wordings", "test", "test-domain", "test-wordings")
    assert all(seen[split] == set(FAMILIES) for split in home)
    assert set(FAMILIES) <= seen["train"] <= {*FAMILIES, *PLACES, *COMPOSED}
    assert seen["val-places"] == set(PLACES)
    assert seen["train-sailor"] == seen["test-sailor"] == set(SIDED)
    assert seen["train-shift"] == {*FAMILIES, *DEEPER}


def test_training_composes_all_pairs_of_the_grid_but_those_of_the_test() -> None:
    assert not set(COMPOSED) & set(DEEPER)
    for family in COMPOSED:
        filters, _, choice = family.rpartition("-")
        assert not ("relation" in filters and "-to" not in filters and choice == "ordinal"), family
        assert not ("negation" in filters and choice in ("superlative", "bulk")), family
        told = family.partition("relation-to-")[2]  # how the toy is told beside which to look
        assert told.startswith("same-as-") or "relation" not in told, family
    alone = ("same-ordinal", "function-ordinal", "negation-ordinal", "relation-superlative", "same-superlative")
    assert {*alone, "function-superlative"} <= set(COMPOSED)


@pytest.mark.parametrize("family", COMPOSED)
def test_composed_sentences_are_true(family: str) -> None:
    """Each points at one toy, by a thought that is true of the scene."""
    made = 0
    for index, scene in enumerate(train_scenes()):
        said = next(
            filter(None, (COMPOSERS[family](scene, np.random.default_rng([index, i])) for i in range(100))), None
        )
        if said is not None:
            made += 1
            found = check_thought(scene, said.target, said.thought)
            assert said.family == family and found.right and found.faithful, (said.text, said.thought)
    assert made >= 3


def test_a_plan_has_a_clause_for_each_toy_and_steps_go_on_as_one_does() -> None:
    for index in range(60):
        sample = Toybox("test-relations")[index]
        if sample.tags["family"] != "two-hop":
            continue
        *clauses, first, second, third, fourth, _ = (sample.thought or "").split(". ")
        assert len(clauses) == 3
        relation = "(?:above|below|left of|right of)"
        wanted = re.fullmatch(rf"A (.+) ({relation} B: A \1)", clauses[0])
        between = re.fullmatch(rf"B (.+) ({relation} C: B \1)", clauses[1])
        assert wanted is not None and between is not None
        assert first.startswith(f"{clauses[2]} is at ") and second.startswith(f"{between[2]}: ")
        assert third.startswith(f"B {between[1]} is at ") and fourth.startswith(f"{wanted[2]}: ")


def test_sentences_about_one_toy_have_no_plan() -> None:
    for split in ("val", "train"):
        for index in range(100):
            sample = Toybox(split)[index]
            several = re.match(r"A ", sample.thought or "") is not None
            assert several == bool(re.search(r"\b[A-J]\b", sample.thought or ""))
            if sample.tags["family"] in ("attribute", "function", "superlative", "ordinal", "negation", "place"):
                assert not several, sample.thought


def test_training_alone_says_which_toy_is_not_meant() -> None:
    """First, and in the plan's first clauses; the thought is about the other."""
    said = [e for scene in train_scenes() for e in expressions(scene, np.random.default_rng(scene.index), 4)]
    denial = re.compile(r"\b(ignore|forget|not meant)\b", re.IGNORECASE)
    denied = [e for e in said if "B " in e.thought and denial.search(e.text)]
    assert 0.015 < len(denied) / len(said) < 0.3
    for expression in denied:
        assert len(re.findall(r"\b[A-J]\b", expression.thought.partition(" is at ")[0])) > 3, expression.thought
        assert expression.thought.endswith(".") and " it is the " in expression.thought
    for split in ("val", "val-relations", "test-domain"):
        assert not any(denial.search(Toybox(split)[i].prompt) for i in range(60))


def test_a_thought_about_two_relations_of_one_toy_finds_both_before_it_looks() -> None:
    made = 0
    for index, scene in enumerate(train_scenes()):
        for i in range(30):
            said = COMPOSERS["relation-relation"](scene, np.random.default_rng([index, i]))
            if said is not None:
                made += 1
                relation = "(?:left of|right of|above|below)"
                clauses = rf"A ([a-z ]+) {relation} B and {relation} C: A \1\. B [a-z ]+\. C [a-z ]+\. "
                assert re.match(clauses, said.thought), said.thought
                second, first = re.findall(r"[BC] ([a-z ]+) is at", said.thought)
                beginning, end = said.text.split(" and ")
                assert beginning.endswith(f" the {first}") and end.endswith(f" the {second}"), (said.text, said.thought)
    assert made >= 10


def test_colours_without_a_name() -> None:
    """Toys keep their shapes and places; sentences name no colour, and still point at one toy."""
    for index in range(40):
        scene = Toybox("train").scene(index)[0]
        strange = nameless(scene, np.random.default_rng(index))
        assert [(t.kind, t.size, t.box) for t in strange.toys] == [(t.kind, t.size, t.box) for t in scene.toys]
        for toy in strange.toys:
            assert min(np.abs(np.array(toy.rgb) - np.array(rgb)).sum() for rgb in COLOURS.values()) >= 60
        for said in expressions(strange, np.random.default_rng(index), 6):
            words = set(said.text.split())
            assert said.target is not None and said.family in NAMELESS and not words & {*COLOURS, "colour"}


def test_training_alone_redraws_toys() -> None:
    """Some of its toys are drawn and tinted in another way, each within the picture and in a box that fits."""
    drawn = [toy.drawing for scene in train_scenes() for toy in scene.toys]
    assert 0.45 < np.mean(np.array(drawn) > 0) < 0.65
    assert len(set(drawn)) > 0.9 * DRAWINGS
    for split in ("val", "test", *SHIFTS):
        assert not any(toy.drawing for index in range(20) for toy in Toybox(split).scene(index)[0].toys)
    for index in range(60):
        scene, _, masks = Toybox("train").scene(index)
        for toy, mask in zip(scene.toys, masks, strict=True):
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            assert toy.box == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
            assert min(toy.full[:2]) >= 0 and max(toy.full[2:]) <= scene.width


@pytest.mark.parametrize("kind", KINDS)
def test_drawings_of_a_kind_differ(kind: str) -> None:
    """Laid over each other at one size, no two are the same."""
    squares = []
    for drawing in range(DRAWINGS):
        drawn = stamp(kind, 0, 60, drawing)
        assert max(drawn.alpha.shape) <= 60 and drawn.alpha.mean() > 0.1
        shown = np.where(drawn.alpha > 0.5, drawn.tone, 2)
        squares.append(np.asarray(Image.fromarray(shown.astype(np.float32)).resize((60, 60))))
    for n, one in enumerate(squares):
        for other in squares[:n]:
            assert (abs(one - other) > 0.2).sum() > 20


@pytest.mark.parametrize("kind", KINDS)
def test_parts_of_another_colour_leave_most_of_a_toy_in_its_own(kind: str) -> None:
    """Home's drawing has none, most others have some, inside the silhouette."""
    shares = []
    for drawing in range(DRAWINGS):
        drawn = stamp(kind, 0, 60, drawing)
        shares.append((drawn.paint * drawn.alpha).sum() / drawn.alpha.sum())
        assert drawn.paint.shape == drawn.alpha.shape and 0 <= drawn.paint.min() <= drawn.paint.max() <= 1
    assert shares[0] == 0 and max(shares) < 0.45 and 0.4 < np.mean(np.array(shares) > 0.01) < 0.95


def test_the_second_colour_is_where_the_paint_is() -> None:
    """A toy is painted in its second colour there and nowhere else."""
    scene = next(
        scene for scene in train_scenes() if scene.toys[-1].drawing and (scene.toys[-1].stamp().paint > 0.9).sum() > 40
    )
    toy = scene.toys[-1]
    (x, y), drawn = toy.corner, toy.stamp()
    h, w = drawn.alpha.shape
    dark, bright = (
        replace(scene, toys=(*scene.toys[:-1], replace(toy, second=(grey,) * 3))).render()[0].astype(float)
        for grey in (20.0, 220.0)
    )
    apart = np.abs(bright - dark).max(2)
    patch = apart[y : y + h, x : x + w].copy()
    apart[y : y + h, x : x + w] = 0
    assert not apart.any() and patch[drawn.paint * drawn.alpha > 0.9].min() > 50 and patch[drawn.paint == 0].max() == 0


@pytest.mark.parametrize("split", SHIFTS)
def test_every_shift_is_clear(split: str) -> None:
    """One box, a mask, and a thought that is true of the scene, in words that the tokenizer knows from training."""
    world = Toybox(split)
    for index in range(100):
        sample = world[index]
        target = target_of(sample.scene, sample.boxes)
        found = check_thought(sample.scene, target, sample.thought)
        assert found.right and found.faithful, (sample.prompt, sample.thought)
        assert (target is None) == (not sample.mask.any())


def test_another_world_looks_otherwise() -> None:
    home, away = Toybox("test"), Toybox("test-domain")
    assert all(6 <= len(away.scene(i)[0].toys) <= 9 for i in range(30))
    means = {world.split: [world.scene(i)[1].mean() for i in range(40)] for world in (home, away)}
    assert np.std(means["test-domain"]) > 1.3 * np.std(means["test"])  # lighter, darker and more colourful tables
