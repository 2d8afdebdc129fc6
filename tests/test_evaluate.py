"""The evaluation loop against a computation of its own, sample by sample."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest

from lens_seg import predictor
from lens_seg.data.registry import ToyboxGroups
from lens_seg.data.toybox import Toybox
from lens_seg.evaluate import EvalConfig, evaluate_samples
from lens_seg.predictor import Lens
from lens_seg.rollout import Sampling
from lens_seg.types import Sample


@pytest.fixture(scope="module")
def lens(tiny_pair) -> Lens:
    """In float64, so that a batch and a single image round alike."""
    return Lens(
        copy.deepcopy(tiny_pair[0]).double(), tiny_pair[1], sampling=Sampling(temperature=0.0, max_new_tokens=12)
    )


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    """Six: two about one image, one of which nothing matches, one with ignored pixels."""
    data = Toybox("val")
    absent = next(s for s in (data[i] for i in range(10, 100)) if s.box is None)
    hole = np.zeros((192, 192), dtype=bool)
    hole[:, :100] = True  # half of the target
    return [*ToyboxGroups(data)(0, 2, 0), data[1], absent, replace(data[2], ignore=hole), data[3]]


@pytest.fixture
def answers(monkeypatch):
    """The random model never writes a box; here it writes one that depends on the question, or "none"."""
    real = predictor.generate

    def generate(model, processor, images, questions, **options):
        rollout = real(model, processor, images, questions, **options)
        keys = [sum(question) for group in questions for question in group]
        texts = [f"<think>a</think><answer>[{k % 30},5,{k % 30 + 20},40]</answer>" if k % 3 else "[]" for k in keys]
        return replace(rollout, texts=texts)

    monkeypatch.setattr(predictor, "generate", generate)


def overlap(a, b) -> float:
    """IoU of two boxes by counting tenths of pixels; None means that there is none."""
    if a is None or b is None:
        return float(a is b)
    grids = []
    for x1, y1, x2, y2 in (a, b):
        grid = np.zeros((1920, 1920), dtype=bool)
        grid[round(10 * y1) : round(10 * y2), round(10 * x1) : round(10 * x2)] = True
        grids.append(grid)
    return (grids[0] & grids[1]).sum() / (grids[0] | grids[1]).sum()


def by_hand(lens: Lens, samples: list[Sample]) -> dict[str, float]:
    """The metrics of the paper, written out."""
    inters, unions, boxes, refused = [], [], [], []
    for sample in samples:
        result = lens.segment(sample.image, sample.prompt)
        counts = np.ones(sample.mask.shape, dtype=bool) if sample.ignore is None else ~sample.ignore
        drawn, true = result.mask[counts], sample.mask[counts]
        inters.append(int((drawn & true).sum()))
        unions.append(int((drawn | true).sum()))
        boxes.append(overlap(result.box, sample.box))
        if sample.box is None:
            refused.append(not drawn.any())
    ious = [i / u if u else 1.0 for i, u in zip(inters, unions, strict=True)]
    return {
        "n": len(samples),
        "cIoU": sum(inters) / sum(unions),
        "gIoU": sum(ious) / len(ious),
        "box_iou": sum(boxes) / len(boxes),
        "P@0.5": sum(v >= 0.5 for v in ious) / len(ious),
        "n_no_target": len(refused),
        "N-acc": sum(refused) / len(refused),
    }


@pytest.mark.parametrize("batch_size", [1, 4])
def test_the_summary_is_what_each_sample_gives_alone(lens, samples, answers, batch_size):
    summary, rows = evaluate_samples(lens, samples, EvalConfig(batch_size=batch_size))
    assert [row["id"] for row in rows] == [sample.id for sample in samples]
    expected = by_hand(lens, samples)
    assert {name: summary[name] for name in expected} == pytest.approx(expected, abs=2e-5)
    assert 0 < summary["cIoU"] < 1 and 0 < summary["box_iou"] < 1, "an empty comparison would prove nothing"
    assert sum(part["n"] for part in summary["by"]["family"].values()) == 6


def test_the_batch_size_changes_nothing(lens, samples):
    one, four = (evaluate_samples(lens, samples, EvalConfig(batch_size=size))[0] for size in (1, 4))
    bounds = one.pop("intervals"), four.pop("intervals")
    for name, bound in bounds[0].items():
        assert bound == pytest.approx(bounds[1][name], abs=2e-5)
    families = one.pop("by")["family"], four.pop("by")["family"]
    assert one == pytest.approx(four, abs=2e-5)
    assert families[0].keys() == families[1].keys()
    for name in families[0]:
        assert families[0][name] == pytest.approx(families[1][name], abs=2e-5)


def test_samples_of_one_image_share_its_encoding(lens, samples, monkeypatch):
    seen = []
    batch = lens.segment_batch
    monkeypatch.setattr(lens, "segment_batch", lambda i, p, *o: seen.append([len(g) for g in p]) or batch(i, p, *o))
    evaluate_samples(lens, samples, EvalConfig(batch_size=4))
    assert seen == [[2, 1, 1], [1, 1]]


def test_a_limit_takes_the_first(lens, samples):
    few, _ = evaluate_samples(lens, samples, EvalConfig(limit=2))
    assert few["n"] == 2 and few["cIoU"] == pytest.approx(evaluate_samples(lens, samples[:2])[0]["cIoU"])
    assert evaluate_samples(lens, samples[:2], EvalConfig(limit=99))[0]["n"] == 2


@pytest.mark.parametrize(("count", "limit"), [(0, None), (2, 0)])
def test_nothing_to_evaluate_is_an_error(lens, samples, count, limit):
    with pytest.raises(ValueError, match="nothing to evaluate"):
        evaluate_samples(lens, samples[:count], EvalConfig(limit=limit))
