"""Self-consistency: several answers to one prompt, and the mask that most of them draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from lens_seg.predictor import Lens, Result, vote

from .train.conftest import micro

IMAGE = Image.new("RGB", (4, 1))


def answer(mask: list[int], no_target: bool = False, thought: str = "") -> Result:
    return Result(
        image=IMAGE, prompt="p", thought=thought, completion="", box=None if no_target else (0, 0, 1, 1),
        logits=np.array([mask], dtype=np.float32) * 2 - 1, no_target=no_target, score=0.9,
    )  # fmt: skip


def test_the_mask_that_most_draw_wins_with_the_nearest_answer():
    odd, near, same = answer([1, 0, 0, 0], thought="odd"), answer([0, 1, 1, 1], thought="near"), answer([0, 1, 1, 0])
    won = vote([odd, near, same])
    assert won.mask.tolist() == [[False, True, True, False]]
    assert won.thought == "" and won.completion == same.completion
    assert won.score == pytest.approx((0 + 2 / 3 + 1) / 3)


def test_the_boxes_are_those_of_the_nearest_answer():
    two = ((0.0, 0.0, 1.0, 1.0), (2.0, 0.0, 3.0, 1.0))
    near, odd = replace(answer([1, 0, 1, 0]), boxes=two, box=two[0]), answer([0, 0, 0, 1])
    assert vote([odd, near, near]).boxes == two
    none = answer([0, 0, 0, 0], no_target=True)
    assert vote([none, near]).boxes == () and vote([none, near]).box is None


def test_the_largest_agreement_wins_without_a_majority():
    """Three answers of seven agree; a pixel-wise majority of all seven would draw nothing."""
    first, second, third = answer([1, 1, 0, 0], thought="1"), answer([0, 0, 1, 0]), answer([0, 0, 0, 1])
    won = vote([second, first, third, first, second, first, third])
    assert won.mask.tolist() == [[True, True, False, False]] and won.thought == "1"
    assert won.score == pytest.approx(3 / 7)
    none = answer([0, 0, 0, 0], no_target=True)
    assert not vote([first, first, second, none]).no_target
    assert vote([first, second, third, none, none]).no_target, "the two that agree say that nothing matches"


def test_the_first_answer_wins_where_no_two_agree():
    none, some, other = answer([0, 0, 0, 0], no_target=True), answer([1, 1, 0, 0]), answer([0, 0, 1, 1])
    assert vote([none, some]).no_target and not vote([some, none]).no_target
    assert vote([some, other]).mask.tolist() == some.mask.tolist()
    assert vote([other, some]).mask.tolist() == other.mask.tolist()
    assert vote([some, none, none]).no_target
    assert vote([none, some, some]).mask.tolist() == [[True, True, False, False]]
    assert vote([some]) is some


def test_lens_votes_for_every_prompt():
    model, processor = micro()
    lens = Lens(model, processor)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8))
    torch.manual_seed(0)
    results = lens.segment(picture, ["the cup", "a star"], votes=3)
    assert [r.prompt for r in results] == ["the cup", "a star"]
    assert all(r.logits.shape == (40, 50) and 0 <= r.score <= 1 for r in results)
    assert lens.segment(picture, "the cup").completion == lens.segment(picture, "the cup", votes=1).completion
    with pytest.raises(ValueError, match="votes=0"):
        lens.segment(picture, "the cup", votes=0)
