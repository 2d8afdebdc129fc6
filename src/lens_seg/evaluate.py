"""One evaluation loop for every split: samples in, metrics out (method.md section 4)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.progress import track

from .data.registry import open_dataset
from .metrics import SegmentationMetrics
from .predictor import Lens
from .types import Sample

__all__ = ["evaluate", "evaluate_samples", "open_dataset"]


def batches(samples: Sequence[Sample], limit: int, size: int) -> Iterator[list[Sample]]:
    """The first `limit` samples in order, `size` at a time."""
    for first in range(0, limit, size):
        yield [samples[i] for i in range(first, min(first + size, limit))]


def evaluate_samples(
    lens: Lens, samples: Sequence[Sample], *, limit: int | None = None, cot: bool = True, batch_size: int = 16
) -> dict[str, Any]:
    """Metrics of `lens` over samples: cIoU, gIoU, box IoU, precision at IoU, and the same by tag.

    Samples of one batch that show the same image share its encoding.
    """
    count = len(samples) if limit is None else min(limit, len(samples))
    if count < 1:
        raise ValueError("there is nothing to evaluate: the split is empty, or --limit is below 1")
    metrics = SegmentationMetrics()
    steps = track(
        batches(samples, count, batch_size),
        total=math.ceil(count / batch_size),
        description="evaluate",
        console=Console(stderr=True),
    )
    for batch in steps:
        by_image: dict[str, list[Sample]] = {}
        for sample in batch:
            by_image.setdefault(sample.image_id, []).append(sample)
        groups = list(by_image.values())
        results = lens.segment_batch([g[0].image for g in groups], [[s.prompt for s in g] for g in groups], cot)
        for group, answers in zip(groups, results, strict=True):
            for sample, result in zip(group, answers, strict=True):
                metrics.update(result.mask, sample.mask, sample.ignore, result.box, sample.box, sample.tags)
    return metrics.summary()


def evaluate(
    model: str,
    dataset: str,
    split: str,
    root: str | None = None,
    limit: int | None = None,
    cot: bool = True,
    batch_size: int = 16,
    device: str | None = None,
) -> dict[str, Any]:
    """Opens model and dataset by name and evaluates; the summary also says what was run."""
    samples = open_dataset(dataset, split, root)
    lens = Lens.from_pretrained(model, device)
    summary = evaluate_samples(lens, samples, limit=limit, cot=cot, batch_size=batch_size)
    return {"model": model, "dataset": dataset, "split": split, "cot": cot, **summary}
