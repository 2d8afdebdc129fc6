"""Metrics on a split small enough to work out by hand."""

import math

import numpy as np
import pytest

from lens_seg.metrics import SegmentationMetrics, to_markdown


def row(*bits):
    return np.array([bits], dtype=bool)


def filled():
    metrics = SegmentationMetrics()
    box = (0.0, 0.0, 2.0, 1.0)
    metrics.update(row(1, 1, 0, 0), row(1, 1, 1, 1), pred_box=box, true_box=(0, 0, 4, 1), group={"family": "relation"})
    metrics.update(row(1, 1, 1, 0), row(1, 1, 1, 0), pred_box=box, true_box=box, group={"family": "colour"})
    metrics.update(row(0, 0, 0, 0), row(0, 0, 0, 0), group={"family": "none"})
    metrics.update(row(1, 0, 0, 0), row(0, 0, 0, 0), pred_box=(0, 0, 1, 1), group={"family": "none"})
    return metrics


def test_worked_split():
    summary = filled().summary()
    assert summary["n"] == 4
    assert summary["cIoU"] == pytest.approx((2 + 3) / (4 + 3 + 0 + 1))
    assert summary["gIoU"] == pytest.approx((0.5 + 1 + 1 + 0) / 4)
    assert (summary["P@0.5"], summary["P@0.7"], summary["P@0.9"]) == (0.75, 0.5, 0.5)
    assert summary["box_iou"] == pytest.approx((0.5 + 1 + 1 + 0) / 4)
    assert (summary["n_boxes"], summary["n_no_target"], summary["no_target_accuracy"]) == (4, 2, 0.5)
    family = summary["by"]["family"]
    assert list(family) == ["colour", "none", "relation"]
    assert family["relation"]["cIoU"] == family["relation"]["box_iou"] == 0.5
    assert family["none"]["gIoU"] == 0.5 and family["none"]["n"] == 2


def test_ignored_pixels_count_for_nothing():
    metrics = SegmentationMetrics()
    metrics.update(row(1, 1, 0, 0), row(0, 1, 1, 0), ignore=row(1, 0, 1, 0))
    assert metrics.summary()["cIoU"] == metrics.summary()["gIoU"] == 1
    metrics.update(row(1, 0), row(0, 0), ignore=row(1, 0))
    assert metrics.summary()["no_target_accuracy"] == 1
    metrics.update(row(1, 0), row(1, 0), ignore=row(1, 1))  # a target, all of it ignored
    assert (metrics.summary()["n_no_target"], metrics.summary()["no_target_accuracy"]) == (1, 1)


def test_a_sample_without_boxes_does_not_count_as_a_right_box():
    metrics = SegmentationMetrics()
    metrics.update(row(1, 0), row(1, 0))
    assert metrics.summary()["n_boxes"] == 0
    metrics.update(row(1, 0), row(1, 0), pred_box=None, true_box=(0, 0, 1, 1))
    assert (metrics.summary()["n_boxes"], metrics.summary()["box_iou"]) == (1, 0)


def test_nothing_counted_is_zero_not_nan():
    summary = SegmentationMetrics().summary()
    assert summary["n"] == 0 and summary["by"] == {}
    assert all(value == 0 and not math.isnan(value) for key, value in summary.items() if key != "by")
    assert "| all | 0 | - |" in to_markdown(summary)


def test_all_empty_masks_agree():
    metrics = SegmentationMetrics()
    metrics.update(row(0, 0), row(0, 0))
    assert metrics.summary()["cIoU"] == metrics.summary()["gIoU"] == 1


def test_merged_shards_equal_one_pass():
    shards = [SegmentationMetrics() for _ in range(2)]
    whole = SegmentationMetrics()
    rng = np.random.default_rng(0)
    for i in range(20):
        pred, true = rng.random((2, 5, 6)) > 0.5
        for metrics in (whole, shards[i % 2]):
            metrics.update(pred, true, group={"parity": str(i % 3)})
    shards[0].merge(shards[1])
    merged, expected = shards[0].summary(), whole.summary()
    assert merged["n"] == 20 and merged["cIoU"] == expected["cIoU"] and merged["P@0.5"] == expected["P@0.5"]
    assert merged["gIoU"] == pytest.approx(expected["gIoU"])
    assert merged["by"]["parity"]["2"]["n"] == expected["by"]["parity"]["2"]["n"] == 6


def test_a_refused_sample_is_not_counted():
    metrics = SegmentationMetrics()
    with pytest.raises(ValueError, match="shape"):
        metrics.update(row(1, 0), row(1, 0, 1))
    assert metrics.summary()["n"] == 0


def test_markdown_is_a_table_in_percent():
    lines = to_markdown(filled().summary()).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| all | 4 | 62.5 | 62.5 | 62.5 | 75.0 | 50.0 | 50.0 |")
    assert [line.split("|")[1].strip() for line in lines[3:]] == [
        "family: colour",
        "family: none",
        "family: relation",
    ]
