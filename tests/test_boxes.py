"""Box frames round-trip, and IoU agrees with counting pixels."""

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lens_seg.boxes import MOST_BOXES, from_frame, iou, matched_iou, ordered, to_frame

sides = st.integers(1, 2000)
frames = st.tuples(st.tuples(sides, sides), st.tuples(sides, sides), st.none() | st.sampled_from([100, 1000]))
grid_box = st.tuples(*[st.integers(0, 12)] * 4)
sets = st.lists(grid_box.map(ordered), max_size=4, unique=True)


@settings(deadline=None)
@given(frames, st.tuples(*[st.floats(0, 1)] * 4))
def test_round_trip_is_within_half_a_step(frame, relative):
    (w, h), resized, scale = frame
    box = ordered([r * s for r, s in zip(relative, (w, h, w, h), strict=True)])
    extent = resized if scale is None else (scale, scale)
    written = to_frame(box, (w, h), resized, scale)
    assert all(type(v) is int and 0 <= v <= e for v, e in zip(written, extent * 2, strict=True))
    back = from_frame(written, (w, h), resized, scale)
    for a, b, side, cells in zip(box, back, (w, h) * 2, extent * 2, strict=True):
        assert abs(a - b) <= 0.5 * side / cells + 1e-6


@settings(deadline=None)
@given(frames, st.data())
def test_what_a_model_writes_survives_the_way_to_pixels_and_back(frame, data):
    size, resized, scale = frame
    w, h = resized if scale is None else (scale, scale)
    axis = st.integers(0, w), st.integers(0, h)
    written = tuple(int(v) for v in ordered(data.draw(st.tuples(*axis, *axis))))
    assert to_frame(from_frame(written, size, resized, scale), size, resized, scale) == written


@settings(deadline=None)
@given(frames, st.tuples(*[st.floats(allow_nan=False)] * 4))
def test_any_written_box_ends_up_inside_the_image(frame, written):
    (w, h), resized, scale = frame
    x1, y1, x2, y2 = from_frame(written, (w, h), resized, scale)
    assert 0 <= x1 <= x2 <= w and 0 <= y1 <= y2 <= h


def test_known_frames():
    box = (10, 20, 110, 70)
    assert to_frame(box, (200, 100), (280, 140), None) == (14, 28, 154, 98)
    assert to_frame(box, (200, 100), (280, 140), 1000) == (50, 200, 550, 700)
    assert to_frame((0.5, 1.4, 2.5, 3.6), (10, 10), (10, 10), None) == (1, 1, 3, 4)
    assert to_frame((-5, 0, 900, 100), (200, 100), (280, 140), None) == (0, 0, 280, 140)
    assert from_frame((550, 700, 50, 200), (200, 100), (280, 140), 1000) == (10, 20, 110, 70)


def test_bad_boxes_and_frames_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        to_frame((0, 0, math.nan, 1), (10, 10), (10, 10), None)
    with pytest.raises(ValueError, match="4 numbers"):
        from_frame((0, 0, 1), (10, 10), (10, 10), None)
    with pytest.raises(ValueError, match="positive"):
        to_frame((0, 0, 1, 1), (0, 10), (10, 10), None)
    for resized, scale in (((0, 5), None), ((5, 5), 0)):
        with pytest.raises(ValueError, match="positive"):
            from_frame((0, 0, 1, 1), (10, 10), resized, scale)


@settings(deadline=None)
@given(grid_box, grid_box)
def test_iou_agrees_with_counted_pixels(a, b):
    a, b = ordered(a), ordered(b)
    canvas = np.zeros((2, 12, 12), dtype=bool)
    for plane, (x1, y1, x2, y2) in zip(canvas, (a, b), strict=True):
        plane[int(y1) : int(y2), int(x1) : int(x2)] = True
    union = (canvas[0] | canvas[1]).sum()
    expected = (canvas[0] & canvas[1]).sum() / union if union else 0.0
    assert iou(a, b) == pytest.approx(expected)
    assert iou(b, a) == iou(a, b)


@settings(deadline=None)
@given(st.tuples(*[st.floats(-1e12, 1e12)] * 4), st.tuples(*[st.floats(-1e12, 1e12)] * 4))
def test_iou_of_anything_is_a_fraction(a, b):
    assert 0 <= iou(a, b) <= 1


def test_iou_of_no_target_and_of_degenerate_boxes():
    point = (3.0, 3.0, 3.0, 3.0)
    assert iou(None, None) == 1
    assert iou(None, (0, 0, 1, 1)) == iou((0, 0, 1, 1), None) == 0
    assert iou(point, point) == iou(point, (0, 0, 9, 9)) == iou((5, 5, 1, 1), (0, 0, 9, 9)) == 0


@settings(deadline=None)
@given(sets, sets, st.booleans())
def test_matching_equals_trying_every_order(predicted, true, squared):
    gain = lambda a, b: iou(a, b) ** 2 if squared else iou(a, b)  # noqa: E731
    short, long = sorted((predicted, true), key=len)
    best = max(
        sum(gain(a, b) for a, b in zip(short, order, strict=True)) for order in itertools.permutations(long, len(short))
    )
    expected = best / len(long) if short else float(not long)
    assert matched_iou(predicted, true, squared) == pytest.approx(expected)


@settings(deadline=None)
@given(st.data(), st.lists(grid_box, max_size=6), st.lists(grid_box, max_size=6), st.booleans())
def test_the_order_of_boxes_does_not_matter_and_the_value_is_a_fraction(data, predicted, true, squared):
    value = matched_iou(predicted, true, squared)
    assert 0 <= value <= 1
    other = data.draw(st.permutations(predicted)), data.draw(st.permutations(true))
    assert matched_iou(*other, squared) == pytest.approx(value)


@settings(deadline=None)
@given(grid_box, grid_box)
def test_one_box_against_one_is_its_iou_exactly(a, b):
    assert matched_iou([a], [b]) == iou(a, b)
    assert matched_iou([a], [b], squared=True) == iou(a, b) * iou(a, b)


@settings(deadline=None)
@given(sets.filter(bool), sets, st.data(), st.booleans())
def test_copies_and_empty_boxes_gain_nothing(predicted, true, data, squared):
    x, y = data.draw(st.tuples(st.integers(0, 12), st.integers(0, 12)))
    more = data.draw(st.lists(st.sampled_from([*predicted, (x, y, x, y), (x, y, x, y + 1)]), min_size=1))
    assert matched_iou(predicted + more, true, squared) <= matched_iou(predicted, true, squared) + 1e-12


def test_missing_boxes_and_boxes_too_many_cost_alike():
    three = [(0, 0, 4, 4), (5, 0, 9, 4), (0, 5, 4, 9)]
    assert matched_iou(three, three) == matched_iou(three[::-1], three) == 1
    assert matched_iou(three[:1], three) == matched_iou(three, three[:1]) == pytest.approx(1 / 3)
    assert matched_iou([(0, 0, 9, 9)] * 3, three) == pytest.approx(16 / 81 / 3), "one box around all is no way out"
    assert matched_iou([three[0]] * 2, [three[0]] * 2) == 1, "unless it is so"
    assert matched_iou([], []) == 1 and matched_iou([], three) == matched_iou(three, []) == 0


def test_a_flood_of_boxes_costs_no_time():
    true = [(10 * n, 0, 10 * n + 8, 8) for n in range(20)]
    flood = [(n, n, n + 5, n + 5) for n in range(5000)]
    start = time.perf_counter()
    assert matched_iou(true + flood, true) == 20 / 5020
    assert matched_iou([true[0]] * 5000, true) == 1 / 5000
    assert matched_iou(flood[:MOST_BOXES] + true, true[5:]) == 0, "what comes late is not looked at"
    assert time.perf_counter() - start < 5
