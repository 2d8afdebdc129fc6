"""Metrics on a split small enough to work out by hand, and against pycocotools and numpy on a large one."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco

from lens_seg.evaluate import EvalConfig, _row, to_row
from lens_seg.metrics import THRESHOLDS, Row, score, summarise, to_markdown
from lens_seg.predictor import Result
from lens_seg.types import Sample


def bits(*values):
    return np.array([values], dtype=bool)


def filled() -> list[Row]:
    box = (0.0, 0.0, 2.0, 1.0)
    return [
        score(bits(1, 1, 0, 0), bits(1, 1, 1, 1), None, [box], [(0, 0, 4, 1)], {"family": "relation"}),
        score(bits(1, 1, 1, 0), bits(1, 1, 1, 0), None, [box], [box], {"family": "colour"}),
        score(bits(0, 0, 0, 0), bits(0, 0, 0, 0), tags={"family": "none"}),
        score(bits(1, 0, 0, 0), bits(0, 0, 0, 0), None, [(0, 0, 1, 1)], tags={"family": "none"}),
    ]


def test_worked_split():
    summary = summarise(filled())
    assert summary["n"] == 4
    assert summary["cIoU"] == pytest.approx((2 + 3) / (4 + 3 + 0 + 1))
    assert summary["gIoU"] == pytest.approx((0.5 + 1 + 1 + 0) / 4)
    assert (summary["P@0.5"], summary["P@0.7"], summary["P@0.9"]) == (0.75, 0.5, 0.5)
    assert summary["box_iou"] == pytest.approx((0.5 + 1 + 1 + 0) / 4)
    assert summary["box_acc@0.5"] == 0.75
    assert (summary["n_boxes"], summary["n_no_target"], summary["N-acc"], summary["T-acc"]) == (4, 2, 0.5, 1)
    family = summary["by"]["family"]
    assert list(family) == ["colour", "none", "relation"]
    assert family["relation"]["cIoU"] == family["relation"]["box_iou"] == 0.5
    assert family["none"]["gIoU"] == 0.5 and family["none"]["n"] == 2
    assert summary["by"]["size"]["small"]["n"] == 2, "samples without a target have no size"


def test_ignored_pixels_count_for_nothing():
    one = score(bits(1, 1, 0, 0), bits(0, 1, 1, 0), ignore=bits(1, 0, 1, 0))
    assert one.iou == 1
    two = score(bits(1, 0), bits(0, 0), ignore=bits(1, 0))
    three = score(bits(1, 0), bits(1, 0), ignore=bits(1, 1))  # a target, all of it ignored
    assert two.said_no_target and not three.no_target
    assert summarise([one, two, three])["N-acc"] == 1


def test_a_sample_without_boxes_does_not_count_as_a_right_box():
    rows = [score(bits(1, 0), bits(1, 0))]
    assert summarise(rows)["n_boxes"] == 0
    rows.append(score(bits(1, 0), bits(1, 0), pred_boxes=(), true_boxes=[(0, 0, 1, 1)]))
    assert (summarise(rows)["n_boxes"], summarise(rows)["box_iou"]) == (1, 0)


def test_boxes_of_several_targets_are_matched():
    one, two, wide = (0, 0, 1, 1), (2, 0, 3, 1), (0, 0, 2, 1)
    rows = [
        score(bits(1, 0, 1), bits(1, 0, 1), None, boxes, true)
        for boxes, true in [
            ([two, one], [one, two]),
            ([one], [one, two]),
            ([], [one, two]),
            ([wide, two], [one, two]),
            ([one, two], [one]),  # one true box: the first counts, as in published numbers
            ([two, one], [one]),
        ]
    ]
    assert [row.box_iou for row in rows] == [1, 0.5, 0, 0.75, 1, 0]
    assert summarise(rows)["box_acc@0.5"] == pytest.approx(4 / 6)


def test_ignored_pixels_can_count_as_background_as_in_the_published_code():
    image, mask, ignore = Image.new("RGB", (4, 1)), bits(1, 1, 0, 0), bits(0, 0, 1, 0)
    sample = Sample(id="1", image=image, image_id="1", prompt="cup", boxes=(), mask=mask, ignore=ignore)
    drawn = np.array([[2, 2, 2, -2]], dtype=np.float32)
    result = Result(
        image=image, prompt="cup", thought=None, completion="", box=None, logits=drawn, no_target=False, score=1.0
    )
    ours, theirs = (_row(0, sample, result, EvalConfig(ignore_counts=counts)) for counts in (False, True))
    assert (ours["iou"], theirs["iou"]) == (1, pytest.approx(2 / 3))


def test_a_row_of_the_evaluation_names_several_boxes():
    image, one, two = Image.new("RGB", (3, 1)), (0.0, 0.0, 1.0, 1.0), (2.0, 0.0, 3.0, 1.0)

    def row(said: tuple, true: tuple) -> dict:
        drawn, mask = np.array([[2, -2, 2]], dtype=np.float32), bits(1, 0, 1) if true else bits(0, 0, 0)
        sample = Sample(id="1", image=image, image_id="1", prompt="both", boxes=true, mask=mask)
        result = Result(
            image=image, prompt="both", thought=None, completion="", box=said[0] if said else None, boxes=said,
            logits=drawn, no_target=not said, score=1.0,
        )  # fmt: skip
        return json.loads(json.dumps(_row(0, sample, result, EvalConfig())))

    several, single, none = row((two, one), (one, two)), row((one,), (one,)), row((), ())
    assert several["boxes"] == [list(two), list(one)] and several["true_boxes"] == [list(one), list(two)]
    assert several["box"] == list(two) and several["true_box"] == [0, 0, 3, 1]
    assert several["box_iou"] == single["box_iou"] == none["box_iou"] == 1
    assert not {"boxes", "true_boxes"} & (set(single) | set(none)) and none["box"] is none["true_box"] is None
    older = {key: value for key, value in several.items() if "boxes" not in key}
    assert to_row(older) == to_row(several)


def test_samples_without_a_target_follow_grefcoco():
    empty, full = bits(0, 0, 0, 0), bits(1, 1, 1, 1)
    rows = [
        score(empty, empty),
        score(bits(1, 1, 0, 0), empty, None, [(0, 0, 2, 1)]),
        score(full, full),
        score(empty, full, None, [], [(0, 0, 4, 1)]),
    ]
    summary = summarise(rows)
    assert (summary["N-acc"], summary["T-acc"]) == (0.5, 0.5)
    assert summary["gIoU"] == (1 + 0 + 1 + 0) / 4
    assert summary["cIoU"] == pytest.approx((0 + 0 + 4 + 0) / (0 + 2 + 4 + 4))
    assert [row.box_iou for row in rows] == [1, 0, None, 0]
    assert summary["P@0.5"] == 2 / 4 and summary["target_P@0.5"] == 1 / 2
    assert "target_P@0.5" not in summarise(rows[2:]), "there P@ is the same"


def test_nothing_counted_is_zero_not_nan():
    summary = summarise([], resamples=5)
    assert summary["n"] == 0 and summary["by"] == {} and "intervals" not in summary
    assert all(value == 0 and not math.isnan(value) for key, value in summary.items() if key != "by")
    assert "| all | 0 | - |" in to_markdown(summary)


def test_all_empty_masks_agree():
    summary = summarise([score(bits(0, 0), bits(0, 0))])
    assert summary["cIoU"] == summary["gIoU"] == summary["N-acc"] == 1


def test_a_thousand_pairs_equal_pycocotools_and_numpy():
    rng = np.random.default_rng(0)
    rows, ious, inter, union = [], [], 0, 0
    for i in range(1000):
        shape = tuple(rng.integers(4, 30, 2))
        true = rng.random(shape) < rng.choice([0.0, 0.2, 0.7])
        pred = np.where(rng.random(shape) < 0.15, ~true, true) if rng.random() < 0.8 else np.zeros(shape, bool)
        ignore = rng.random(shape) < 0.2 if i % 3 == 0 else None
        rows.append(score(pred, true, ignore, image_id=str(i // 2)))
        if ignore is not None:
            pred, true = pred & ~ignore, true & ~ignore
        a, b = (coco.encode(np.asfortranarray(m.astype(np.uint8))) for m in (pred, true))
        both, either = coco.area(coco.merge([a, b], intersect=True)), coco.area(coco.merge([a, b]))
        ious.append(float(coco.iou([a], [b], [0])[0, 0]) if either else 1.0)
        inter, union = inter + int(both), union + int(either)
    summary = summarise([to_row(json.loads(json.dumps(row.to_json()))) for row in rows])
    assert summary["cIoU"] == pytest.approx(inter / union)
    assert summary["gIoU"] == pytest.approx(np.mean(ious))
    for threshold in THRESHOLDS:
        assert summary[f"P@{threshold}"] == pytest.approx(np.mean(np.array(ious) >= threshold))


def test_intervals_hold_the_number_and_narrow_with_more_images():
    rng = np.random.default_rng(1)

    def rows(count: int) -> list[Row]:
        masks = rng.random((count, 2, 6, 6)) < 0.5
        return [score(pred, true, image_id=str(i)) for i, (pred, true) in enumerate(masks)]

    few, many = summarise(rows(20), resamples=200), summarise(rows(500), resamples=200)
    widths = []
    for summary in (few, many):
        low, high = summary["intervals"]["gIoU"]
        assert low < summary["gIoU"] < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 3
    assert summarise(rows(20)).keys() >= {"cIoU"} and "95% intervals" in to_markdown(many)


def test_expressions_of_one_image_are_resampled_together():
    same = [score(bits(1, 0), bits(1, i % 2), image_id="one") for i in range(40)]
    low, high = summarise(same, resamples=50)["intervals"]["gIoU"]
    assert low == high, "one image: nothing to resample"


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="shape"):
        score(bits(1, 0), bits(1, 0, 1))


def test_markdown_is_a_table_in_percent():
    lines = to_markdown(summarise(filled())).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| all | 4 | 62.5 | 62.5 | 62.5 | 75.0 | 50.0 | 50.0 |")
    assert [line.split("|")[1].strip() for line in lines[3:]] == [
        "family: colour",
        "family: none",
        "family: relation",
        "size: small",
    ]
