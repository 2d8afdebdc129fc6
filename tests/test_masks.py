"""Masks against pycocotools and against pixels written by hand."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from lens_seg.masks import (
    decode_rle,
    encode_rle,
    intersection_union,
    mask_iou,
    mask_to_box,
    mask_to_polygons,
    outlined_polygon,
    polygons_to_mask,
)

any_mask = arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40))


@settings(deadline=None)
@given(any_mask)
def test_box_is_the_smallest_that_holds_the_mask(mask):
    box = mask_to_box(mask)
    if box is None:
        assert not mask.any()
        return
    x1, y1, x2, y2 = map(int, box)
    inside = mask[y1:y2, x1:x2]
    assert inside.sum() == mask.sum()
    assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any()


def test_box_of_one_pixel_and_of_everything():
    mask = np.zeros((4, 6), dtype=bool)
    mask[2, 3] = True
    assert mask_to_box(mask) == (3, 2, 4, 3)
    assert mask_to_box(np.ones((4, 6), dtype=bool)) == (0, 0, 6, 4)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # pycocotools with numpy 2
@settings(deadline=None)
@given(any_mask)
def test_rle_round_trip_and_agreement_with_pycocotools(mask):
    rle = encode_rle(mask)
    assert json.loads(json.dumps(rle)) == rle and rle["size"] == list(mask.shape)
    assert np.array_equal(coco.decode({"size": rle["size"], "counts": rle["counts"].encode()}), mask)
    back = decode_rle(rle)
    assert back.dtype == bool and np.array_equal(back, mask)


def test_large_runs_and_views_round_trip():
    mask = np.zeros((900, 1400), dtype=bool)
    mask[100:800, 3:1300] = True
    mask[5::7, ::11] ^= True
    assert np.array_equal(decode_rle(encode_rle(mask)), mask)
    assert np.array_equal(decode_rle(encode_rle(mask[::2, ::-3])), mask[::2, ::-3])


def test_plain_run_lengths_go_down_the_columns():
    # 2 rows, 3 columns: skip 1, take 3, skip 2
    assert decode_rle({"size": [2, 3], "counts": [1, 3, 2]}).tolist() == [[0, 1, 0], [1, 1, 0]]


@pytest.mark.parametrize(
    "rle",
    [
        {},
        {"size": [2, 3]},
        {"size": [2], "counts": [6]},
        {"size": [2, 3], "counts": [1, 3]},
        {"size": [2, 3], "counts": [1, -1, 6]},
        {"size": [2, 3], "counts": [1.5, 4.5]},
        {"size": [2, 3], "counts": "P"},
        {"size": [2, 3], "counts": "ä"},
        {"size": [2, 3], "counts": ""},
        {"size": [2, 3], "counts": None},
        {"size": [10**6, 10**6], "counts": [10**12]},
        {"size": [0, 3], "counts": []},
        None,
    ],
)
def test_malformed_rle_is_refused(rle):
    with pytest.raises(ValueError, match="not a COCO mask"):
        decode_rle(rle)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20))
def test_random_counts_give_a_mask_or_a_value_error(counts):
    try:
        mask = decode_rle({"size": [5, 4], "counts": counts})
    except ValueError:
        return
    assert mask.shape == (5, 4)


def test_polygons_are_united():
    left, right = [1, 1, 5, 1, 5, 4, 1, 4], [3, 2, 8, 2, 8, 6, 3, 6]
    expected = np.zeros((8, 10), dtype=bool)
    expected[1:4, 1:5] = True
    expected[2:6, 3:8] = True
    mask = polygons_to_mask([left, right], 8, 10)
    assert mask.dtype == bool and np.array_equal(mask, expected)
    assert np.array_equal(polygons_to_mask([left, left], 8, 10), polygons_to_mask([left], 8, 10))
    assert not polygons_to_mask([], 8, 10).any()
    assert polygons_to_mask([[-50, -50, 50, -50, 50, 50, -50, 50]], 8, 10).all()


@settings(deadline=None)
@given(any_mask)
def test_polygons_give_the_mask_back(mask):
    """Holes, parts in holes, and pixels that touch in a corner included."""
    assert np.array_equal(polygons_to_mask(mask_to_polygons(mask), *mask.shape), mask)


def test_a_ring_is_one_polygon_and_corners_do_not_connect():
    ring = np.ones((3, 3), dtype=bool)
    ring[1, 1] = False
    (polygon,) = mask_to_polygons(ring)
    assert np.array_equal(polygons_to_mask([polygon], 3, 3), ring)
    assert len(mask_to_polygons(np.eye(3, dtype=bool))) == 3
    assert mask_to_polygons(np.zeros((3, 3), dtype=bool)) == []


@pytest.mark.parametrize(
    "bad",
    [[], [1, 2, 3, 4], [0, 0, 4, 0, 4], [0, 0, 4, 0, float("nan"), 4], [0, 0, 1e9, 0, 4, 4], ["a"] * 6, 7],
)
def test_a_bad_polygon_is_named(bad):
    with pytest.raises(ValueError, match="polygon 1 "):
        polygons_to_mask([[0, 0, 4, 0, 4, 4], bad], 8, 8)


def test_iou_and_ignore():
    pred = np.array([[1, 1, 0, 0]], dtype=bool)
    true = np.array([[0, 1, 1, 0]], dtype=bool)
    assert intersection_union(pred, true) == (1, 3)
    assert mask_iou(pred, true) == pytest.approx(1 / 3)
    assert mask_iou(pred, true, np.array([[1, 0, 0, 0]], dtype=bool)) == pytest.approx(1 / 2)
    assert mask_iou(pred, true, np.array([[1, 1, 1, 0]], dtype=bool)) == 1
    assert mask_iou(pred * 0, true * 0) == 1
    assert mask_iou(pred, true * 0) == 0
    with pytest.raises(ValueError, match="shape"):
        mask_iou(pred, true.T)


def test_an_outlined_polygon_holds_its_border():
    mask = outlined_polygon([[2, 3], [6.9, 3], [6, 8.5], [2, 8]], 12, 20)
    expected = np.zeros((12, 20), dtype=bool)
    expected[3:9, 2:7] = True
    assert np.array_equal(mask, expected)
    inner = polygons_to_mask([[2, 3, 6, 3, 6, 8, 2, 8]], 12, 20)
    assert not (inner & ~mask).any() and mask.sum() == 30 and inner.sum() == 20
    assert outlined_polygon([[1, 1], [1, 4], [1, 1]], 6, 6).sum() == 4, "a line has no inside, but a border"
    with pytest.raises(ValueError, match="beyond"):
        outlined_polygon([[0, 0], [1e9, 0], [0, 5]], 6, 6)
