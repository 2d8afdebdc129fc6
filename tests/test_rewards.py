"""Rewards on cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lens_seg.boxes import iou
from lens_seg.rewards import (
    boundary_reward,
    box_reward,
    combine,
    edge_band,
    format_reward,
    mask_reward,
    overlong_reward,
    soft_format_reward,
)

box = st.tuples(*[st.floats(-1e6, 1e6)] * 4)
answers = st.lists(box, max_size=3)


def test_format_reward_is_per_completion():
    texts = ["<think>a</think><answer>b</answer>", "a", "", "<think>a\nb</think>\n<answer>[]</answer>"]
    assert format_reward(texts, cot=True) == [1, 0, 0, 1]
    direct = "<|object_ref_start|>a.<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"
    assert format_reward([direct, texts[0]], cot=False) == [1, 0]
    assert format_reward([], cot=True) == []


def test_box_reward():
    half, full, point = (0, 0, 1, 2), (0, 0, 2, 2), (5, 5, 5, 5)
    pred = [[half], [], [], [full], [point], None, None, [point]]
    true = [[full], [full], [], [], [point], [], [full], []]
    assert box_reward(pred, true) == [0.25, 0, 1, 0, 0, 0, 0, 0]
    assert box_reward(pred, true, squared=False) == [0.5, 0, 1, 0, 0, 0, 0, 0]
    with pytest.raises(ValueError):
        box_reward(pred, true[:-1])


@settings(deadline=None)
@given(st.lists(st.tuples(st.none() | answers, answers), max_size=5))
def test_box_reward_is_in_range_and_squaring_lowers_it(pairs):
    pred, true = [p for p, _ in pairs], [t for _, t in pairs]
    plain, squared = box_reward(pred, true, squared=False), box_reward(pred, true)
    assert all(0 <= s <= r + 1e-12 and r <= 1 for r, s in zip(plain, squared, strict=True))


@given(box, box)
def test_box_reward_of_single_boxes_is_the_published_one(predicted, true):
    assert box_reward([[predicted]], [[true]]) == [iou(predicted, true) * iou(predicted, true)]


def test_box_reward_of_several_boxes_counts_places_and_number():
    one, two, three, off = (0, 0, 4, 4), (5, 0, 9, 4), (0, 5, 4, 9), (5, 0, 7, 4)
    said = [
        [one, two, three],
        [three, one, two],
        [one],
        [one, one, one],
        [one, off, three],
        [one, two, three, (0, 0, 9, 9)],
    ]
    scores = box_reward(said, [[one, two, three]] * 6)
    assert scores == pytest.approx([1, 1, 1 / 3, 1 / 3, 0.75, 0.75])
    assert box_reward([[one, two]], [[one]]) == [0.5], "a second box for one target costs half"


def test_mask_reward():
    full, half, none = (np.array([row], dtype=bool) for row in ([1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]))
    assert mask_reward([half, none, none, full], [full, none, full, full]) == [0.25, 1, 0, 1]
    assert mask_reward([half], [full], squared=False) == [0.5]
    assert mask_reward([half, half], [full, full], ignore=[~half, None]) == [1, 0.25]
    with pytest.raises(ValueError, match="shape"):
        mask_reward([half], [full.T])
    with pytest.raises(ValueError):
        mask_reward([half], [full], ignore=[])


def test_combine_weights_and_keeps_every_reward():
    named = {"format": [1.0, 0.0], "box": [0.5, 0.25], "watched": [0.1, 0.9]}
    rewards = combine(named, {"format": 1.0, "box": 2.0})
    assert rewards.total == [2.0, 0.5]
    assert rewards.by_name == named
    assert combine({"a": []}, {"a": 1.0}).total == combine({}, {}).total == []
    assert combine({"a": [1.0, 2.0]}, {}).total == [0.0, 0.0]
    with pytest.raises(ValueError, match="no reward named mask"):
        combine(named, {"mask": 1.0})
    with pytest.raises(ValueError, match="lengths"):
        combine({"a": [1.0], "b": []}, {"a": 1.0})


def test_soft_format_rewards_every_step_towards_the_form():
    texts = ["", "a", "<think>a", "<think>a</think>", "<think>a</think><answer>", "<think>a</think><answer>b</answer>"]
    soft = soft_format_reward(texts, cot=True)
    assert soft == sorted(soft) and soft[0] == 0 and soft[-1] == 1
    assert soft_format_reward(["</think><think>"], cot=True) == [0.25], "order counts"
    assert soft_format_reward(["<think><think>"], cot=True) == [0.0], "once each"
    assert soft_format_reward(["x<think>a</think><answer>b</answer>"], cot=True)[0] < 1, "only the whole form gives 1"
    direct = "<|object_ref_start|>a.<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"
    assert soft_format_reward([direct, direct[:40]], cot=False) == [1.0, 0.5]


def test_boundary_reward_sees_edges_and_not_the_middle():
    true = np.zeros((50, 50), dtype=bool)
    true[10:40, 10:40] = True
    holed, shifted = true.copy(), np.roll(true, 3, axis=1)
    holed[22:28, 22:28] = False
    edges = boundary_reward([true, shifted], [true, true], squared=False, width=0.02)
    assert edges[0] == 1 and 0 < edges[1] < 0.6 < mask_reward([shifted], [true], squared=False)[0]
    assert boundary_reward([shifted], [true])[0] == pytest.approx(edges[1] ** 2, abs=0.02)
    empty = np.zeros_like(true)
    assert boundary_reward([empty, empty, true], [empty, true, empty]) == [1, 0, 0]
    with pytest.raises(ValueError):
        boundary_reward([true], [true, true])


def test_edge_band_against_a_plain_loop():
    rng = np.random.default_rng(0)
    mask = rng.random((9, 11)) > 0.2
    band = edge_band(mask, 1)
    for y in range(9):
        for x in range(11):
            whole = 0 < y < 8 and 0 < x < 10 and mask[y - 1 : y + 2, x - 1 : x + 2].all()
            assert band[y, x] == (mask[y, x] and not whole)


def test_overlong_reward_is_off_until_the_margin():
    assert overlong_reward([1, 80, 90, 100, 120], limit=100, margin=20) == [0, 0, -0.5, -1, -1]


def test_the_sum_is_scaled():
    assert combine({"a": [1.0, 2.0]}, {"a": 3.0}, scale=0.5).total == [1.5, 3.0]
