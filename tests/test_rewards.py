"""Rewards on cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lens_seg.rewards import box_reward, combine, format_reward, mask_reward

boxes = st.none() | st.tuples(*[st.floats(-1e6, 1e6)] * 4)


def test_format_reward_is_per_completion():
    texts = ["<think>a</think><answer>b</answer>", "a", "", "<think>a\nb</think>\n<answer>[]</answer>"]
    assert format_reward(texts, cot=True) == [1, 0, 0, 1]
    direct = "<|object_ref_start|>a.<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"
    assert format_reward([direct, texts[0]], cot=False) == [1, 0]
    assert format_reward([], cot=True) == []


def test_box_reward():
    pred = [(0, 0, 1, 2), None, None, (0, 0, 2, 2), (5, 5, 5, 5)]
    true = [(0, 0, 2, 2), (0, 0, 2, 2), None, None, (5, 5, 5, 5)]
    assert box_reward(pred, true) == [0.25, 0, 1, 0, 0]
    assert box_reward(pred, true, squared=False) == [0.5, 0, 1, 0, 0]
    with pytest.raises(ValueError):
        box_reward(pred, true[:-1])


@settings(deadline=None)
@given(st.lists(st.tuples(boxes, boxes), max_size=5))
def test_box_reward_is_in_range_and_squaring_squares(pairs):
    pred, true = [p for p, _ in pairs], [t for _, t in pairs]
    plain = box_reward(pred, true, squared=False)
    assert all(0 <= r <= 1 for r in plain)
    assert box_reward(pred, true) == pytest.approx([r**2 for r in plain])


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
