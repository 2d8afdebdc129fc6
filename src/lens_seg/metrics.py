"""Metrics over a split (method.md section 4): cIoU, gIoU, box IoU, precision at IoU, no-target accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .boxes import iou
from .masks import intersection_union
from .types import Box

THRESHOLDS = (0.5, 0.7, 0.9)
"""IoU thresholds of P@; a sample counts at its threshold when its mask IoU is at least that."""


@dataclass
class Summary:
    """Running sums over samples; every number is plain, so shards add up exactly."""

    n: int = 0
    intersection: int = 0
    union: int = 0
    iou_sum: float = 0.0
    hits: list[int] = field(default_factory=lambda: [0] * len(THRESHOLDS))
    n_boxes: int = 0
    box_iou_sum: float = 0.0
    n_no_target: int = 0
    no_target_right: int = 0

    def add(self, other: Summary) -> None:
        """Add another set of sums to this one, in place."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if name == "hits":
                self.hits = [a + b for a, b in zip(mine, value, strict=True)]
            else:
                setattr(self, name, mine + value)

    def as_dict(self) -> dict[str, Any]:
        """The metrics as fractions in [0, 1] with their counts; what has no samples is 0.0, never NaN."""
        n = max(self.n, 1)
        empty = 1.0 if self.n else 0.0
        out: dict[str, Any] = {
            "n": self.n,
            "cIoU": self.intersection / self.union if self.union else empty,
            "gIoU": self.iou_sum / n,
            "box_iou": self.box_iou_sum / max(self.n_boxes, 1),
        }
        out |= {f"P@{t}": hits / n for t, hits in zip(THRESHOLDS, self.hits, strict=True)}
        out["n_boxes"] = self.n_boxes
        out["n_no_target"] = self.n_no_target
        out["no_target_accuracy"] = self.no_target_right / max(self.n_no_target, 1)
        return out


class SegmentationMetrics:
    """Accumulates one sample at a time.

    >>> metrics = SegmentationMetrics()
    >>> metrics.update(np.eye(2, dtype=bool), np.ones((2, 2), dtype=bool), group={"family": "colour"})
    >>> metrics.summary()["gIoU"], metrics.summary()["by"]["family"]["colour"]["n"]
    (0.5, 1)
    """

    def __init__(self) -> None:
        self._all = Summary()
        self._by: dict[str, dict[str, Summary]] = {}

    def update(
        self,
        pred_mask: np.ndarray,
        true_mask: np.ndarray,
        ignore: np.ndarray | None = None,
        pred_box: Box | None = None,
        true_box: Box | None = None,
        group: Mapping[str, str] | None = None,
    ) -> None:
        """Count one sample. Masks and ignore (H, W) bool at original size; boxes in original pixels.

        The box is scored when there is a true box, or when the true mask is empty and so None is the right
        answer; without a true box on a sample that has a target, it is left out (`n_boxes` says how many
        were scored). Raises ValueError when the shapes differ, before anything is counted.
        """
        intersection, union = intersection_union(pred_mask, true_mask, ignore)
        score = intersection / union if union else 1.0
        no_target = not true_mask.any()
        scored = true_box is not None or no_target
        one = Summary(
            n=1,
            intersection=intersection,
            union=union,
            iou_sum=score,
            hits=[int(score >= threshold) for threshold in THRESHOLDS],
            n_boxes=int(scored),
            box_iou_sum=iou(pred_box, true_box) if scored else 0.0,
            n_no_target=int(no_target),
            no_target_right=int(no_target and union == 0),
        )
        self._all.add(one)
        for tag, value in (group or {}).items():
            self._by.setdefault(tag, {}).setdefault(value, Summary()).add(one)

    def merge(self, other: SegmentationMetrics) -> None:
        """Add what another accumulator counted, such as another process's shard."""
        self._all.add(other._all)
        for tag, values in other._by.items():
            for value, sums in values.items():
                self._by.setdefault(tag, {}).setdefault(value, Summary()).add(sums)

    def summary(self) -> dict[str, Any]:
        """Metrics over all samples, and under "by" the same for every value of every tag, sorted by name."""
        by = {
            tag: {value: sums.as_dict() for value, sums in sorted(values.items())}
            for tag, values in sorted(self._by.items())
        }
        return self._all.as_dict() | {"by": by}


def to_markdown(summary: Mapping[str, Any]) -> str:
    """A summary as a Markdown table in percent: a row for all samples, then one for each value of a tag."""
    columns = ["cIoU", "gIoU", "box_iou", *(f"P@{t}" for t in THRESHOLDS)]
    rows = [("all", summary)]
    for tag, values in summary.get("by", {}).items():
        rows += [(f"{tag}: {value}", numbers) for value, numbers in values.items()]
    lines = ["| samples | n | " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) + 1) + "|"]
    for name, numbers in rows:
        cells = [
            "-" if not numbers["n_boxes" if column == "box_iou" else "n"] else f"{100 * numbers[column]:.1f}"
            for column in columns
        ]
        label = name.replace("|", "\\|").replace("\n", " ")
        lines.append(f"| {label} | {numbers['n']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
