"""What a thought claims, checked against the scene."""

from __future__ import annotations

import numpy as np
import pytest

from lens_seg.data.toybox import KINDS, Toybox, expressions
from lens_seg.data.toybox.thoughts import check_thought, read_noun, target_of
from lens_seg.data.toybox.words import Noun, conclusion, plural


@pytest.mark.parametrize("split", ["train", "test-relations"])
def test_every_thought_of_the_teacher_is_right_and_faithful(split: str) -> None:
    world = Toybox(split)
    checked = 0
    for index in range(60):
        scene = world.scene(index)[0]
        for said in expressions(scene, np.random.default_rng(index), 12, absent_share=0.2):
            found = check_thought(scene, said.target, said.thought)
            assert found.right and found.faithful, (said.text, said.thought)
            checked += found.claims
    assert checked > 500  # the patterns do match what thoughts say


def test_a_thought_that_names_another_toy_is_wrong_though_it_may_be_true() -> None:
    scene = Toybox("train").scene(3)[0]
    other = check_thought(scene, 0, conclusion(scene, 1))
    assert not other.right and other.faithful
    toy = scene.toys[0]
    wrong = "blue" if toy.colour != "blue" else "red"
    false = check_thought(scene, 0, conclusion(scene, 0).replace(toy.colour, wrong))
    assert not false.right


@pytest.mark.parametrize("said", [None, "", "the the the", "it is the at the .", "there is no"])
def test_noise_is_no_thought(said: str | None) -> None:
    assert not check_thought(Toybox("train").scene(0)[0], 0, said).right


def test_absence_must_be_said() -> None:
    scene = Toybox("train").scene(0)[0]
    assert check_thought(scene, None, "there is no blue key here.").right
    assert not check_thought(scene, None, conclusion(scene, 0)).right
    assert not check_thought(scene, 0, "there is no blue key here.").right


@pytest.mark.parametrize("kind", KINDS)
def test_plurals_are_read_back(kind: str) -> None:
    noun = Noun("small", "red", kind)
    assert read_noun(plural(noun, 2).split(" ", 1)[1]) == noun


def test_target_of_a_sample() -> None:
    world = Toybox("val")
    for index in range(30):
        sample = world[index]
        target = target_of(sample.scene, sample.boxes)
        assert (target is None) == (not sample.boxes)
        assert check_thought(sample.scene, target, sample.thought).right
