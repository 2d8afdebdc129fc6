"""Other words: templates that fit, sentences that keep what they mean, and a test in words that training lacks."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

import numpy as np
import pytest

from lens_seg.data.toybox import Toybox
from lens_seg.data.toybox import wordings as module
from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.shapes import KINDS, SIZES
from lens_seg.data.toybox.thoughts import check_thought, target_of
from lens_seg.data.toybox.wordings import Wordings, reword, wordings
from lens_seg.data.toybox.words import SIDES

FIELDS = {
    "lead": {""},
    "extreme": {"noun"},
    "bulk": {"noun"},
    "ordinal": {"rank", "noun", "side"},
    "without": {"noun", "no"},
    "described": {"colour", "kind"},
    "coloured": {"colour"},
    "between": {"a", "b"},
    "corner": {"corner"},
}
PLAIN = Wordings(
    lead=("where is {}?",),
    relation={"left": ("west of",), "right": ("east of",), "top": ("north of",), "bottom": ("south of",)},
    straight={"top": ("plumb above",), "bottom": ("plumb below",)},
    nearest=("next to",),
    extreme={side: (f"the {{noun}} higher than all on the {side}", f"the very {side} {{noun}}") for side in SIDES},
    bulk={"big": ("the bulkiest {noun}",), "small": ("the teeniest {noun}",)},
    ordinal=("counting from the {side}, the {rank} {noun}", "the {noun} that comes {rank} from the {side}"),
    same={"colour": ("coloured like",), "kind": ("of the sort of",), "size": ("sized like",)},
    negation=("that's not",),
    without=("the non-{no} {noun}",),
    is_=("that looks",),
    toy=("thing",),
    size={"big": (), "small": ()},
    described=("the {kind} in {colour}",),
    coloured=("something {colour}",),
    kind={"cup": ("mug",)},
    uses={kind: (f"what {kind}s are for",) for kind in KINDS},
    farthest=("remotest from",),
    between=("amid {a} and {b}",),
    region={"top": ("up there",), "top left": ("up left",), "middle": ("amidst all",)},
    corner=("towards the {corner}",),
)


def listed(name: str) -> dict[str, Sequence[str]]:
    """Every list of templates by where it stands."""
    found: dict[str, Sequence[str]] = {}
    for key, value in vars(wordings(name)).items():
        found |= {f"{key}.{one}": some for one, some in value.items()} if isinstance(value, dict) else {key: value}
    return {key: (some,) if isinstance(some, str) else some for key, some in found.items()}


@pytest.mark.parametrize("name", ["train", "wide", "test", "sailor"])
def test_templates_have_their_fields(name: str) -> None:
    told = wordings(name)
    assert set(told.uses) == set(() if name == "sailor" else KINDS)
    assert set(told.kind) <= set(KINDS) and set(told.size) == set(SIZES)
    for sides in (told.relation, told.extreme):
        assert set(sides) == set(SIDES)
    for key, templates in listed(name).items():
        wanted = FIELDS.get(key.split(".")[0], set())
        for template in templates:
            fields = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
            assert fields == wanted, (key, template)
            assert template == template.strip().lower() and template.isascii() and "  " not in template


@pytest.mark.parametrize("name", ["test", "sailor"])
def test_what_others_say_is_new(name: str) -> None:
    shown = listed("wide")
    for key, templates in listed(name).items():
        assert not set(templates) & set(shown.get(key, ())), key


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("the red toy left of the big cup", {"the red thing west of the big cup"}),
        ("find the star above the red cup", {"the star north of the cup in red", "the star north of the red cup"}),
        ("the cup directly below the drum", {"the cup plumb below the drum"}),
        ("the toy closest to the small car", {"the thing next to the small car"}),
        ("the leftmost star", {"the star higher than all on the left", "the very left star"}),
        ("the leftmost star below the house", {"the very left star south of the house"}),
        ("the biggest drum that makes music", {"the bulkiest drum that makes music"}),
        ("the toy above the first car from the left", {"the thing north of the car that comes first from the left"}),
        ("the toy with the same colour as the star", {"the thing coloured like the star"}),
        ("another car like the blue car", {"another car like the car in blue", "another car like the blue car"}),
        ("the star that isn't big", {"the non-big star", "the star that's not big"}),
        ("the one star that is not a house", {"the one star that's not a house"}),
        ("the star that is red left of the car", {"the star that looks red west of the car"}),
        ("the red toy", {"something red", "the red thing"}),
        ("what opens a lock", {"what keys are for"}),
        ("an animal", {"an animal"}),
        ("the toy furthest from the car", {"the thing remotest from the car"}),
        ("the toy between the star and the cup", {"the thing amid the star and the cup"}),
        ("the cup at the top", {"the cup up there"}),
        ("the cup in the top left corner", {"the cup up left"}),
        ("the cup in the middle", {"the cup amidst all"}),
        ("the cup nearest the top left corner", {"the cup towards the top left"}),
    ],
)  # fmt: skip
def test_reword_says_the_same(text: str, some: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is drawn: every phrase of the grammar is replaced once, and what replaces it is left alone."""
    monkeypatch.setattr(module, "BARE", 0)
    monkeypatch.setattr(module, "TYPED", 0)
    told = {reword(text, np.random.default_rng(n), PLAIN, 1.0).replace("mug", "cup") for n in range(60)}
    assert told == {f"where is {one}?" for one in some}


def test_nothing_is_replaced_without_a_share() -> None:
    for index in range(40):
        text = Toybox("val")[index].prompt
        assert reword(text, np.random.default_rng(index), wordings("train"), 0.0) == text


def test_a_use_of_several_kinds_is_said_of_the_one_that_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BARE", 0)
    several = next(use for use in USES if use.kinds == {"hat", "crown"})
    told = reword(several.phrase, np.random.default_rng(0), PLAIN, 1.0, "hat")
    assert told.lower().startswith("where is what hats are for?")


@pytest.mark.parametrize("split", ["train", "val-wordings", "val-places", "test-wordings", "test-sailor"])
def test_sentences_in_other_words_have_true_thoughts(split: str) -> None:
    world = Toybox(split)
    for index in range(60):
        sample = world[index]
        assert not set("{}\0") & set(sample.prompt), sample.prompt
        target = target_of(sample.scene, sample.boxes)
        assert check_thought(sample.scene, target, sample.thought).right


def test_most_sentences_of_the_test_have_words_that_training_does_not_show() -> None:
    """The others have few: some phrases stay as they are, and capitals and articles count too."""
    new = [re.escape(part) for phrase in wordings("test").phrases() for part in re.split(r"\{\w*\}", phrase) if part]
    pattern = re.compile("|".join(sorted(new, key=len, reverse=True)), re.IGNORECASE)
    world = Toybox("test-wordings")
    assert sum(bool(pattern.search(world[index].prompt)) for index in range(200)) > 180


def test_a_sailor_names_no_side_as_others_do() -> None:
    world = Toybox("test-sailor")
    for index in range(100):
        assert not re.search(r"\b(left|right|top|bottom|above|below)", world[index].prompt), world[index].prompt
