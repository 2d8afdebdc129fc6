"""Metrics over a split: one row of plain numbers per sample, and what a benchmark makes of all rows.

cIoU and gIoU as LISA defines them (arXiv 2308.00692), N-acc and T-acc as gRefCOCO does (GRES, arXiv 2306.00968), whose
rule for samples without a target holds too: an empty mask there is an IoU of 1, any other an IoU of 0 with all its
pixels in cIoU's union. Rows are JSON-ready, so a run that was stopped goes on from its file, and shards add up exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from .boxes import iou, matched_iou
from .masks import intersection_union
from .types import Box

THRESHOLDS = tuple(round(0.5 + 0.05 * i, 2) for i in range(10))
"""IoU thresholds of P@: 0.5, 0.55, ..., 0.95. A sample counts when its mask IoU is at least that."""
SHOWN = ("cIoU", "gIoU", "box_iou", "P@0.5", "P@0.7", "P@0.9")
"""Columns of the Markdown table; "right_thoughts" is another where thoughts were checked."""
SMALL, MEDIUM = 32**2, 96**2
"""Areas in pixels up to which a target is small, or medium (COCO's bounds)."""


@dataclass(kw_only=True)
class Row:
    """How one sample went."""

    intersection: int
    """Pixels."""
    union: int
    """Pixels."""
    box_iou: float | None
    """IoU of the boxes, of several over their best matching, 1 where both say "no target"; None where there is no true
    box to compare with."""
    no_target: bool
    """Nothing in the image matches."""
    said_no_target: bool
    """The predicted mask is empty where it counts."""
    tags: dict[str, str] = field(default_factory=dict)
    """Labels to group by, the target's size among them."""
    image_id: str = ""
    """The unit that intervals resample."""
    thought_right: bool | None = None
    """The thought names the target with all its attributes; None where no scene is known to check it against."""
    thought_faithful: bool | None = None
    """Nothing that the thought says of the scene is false; None as above."""

    @property
    def iou(self) -> float:
        """Mask IoU; two empty masks agree."""
        return self.intersection / self.union if self.union else 1.0

    def to_json(self) -> dict[str, Any]:
        """Plain values, the IoU among them for readers."""
        return asdict(self) | {"iou": self.iou}


def score(
    pred_mask: np.ndarray,
    true_mask: np.ndarray,
    ignore: np.ndarray | None = None,
    pred_boxes: Sequence[Box] = (),
    true_boxes: Sequence[Box] = (),
    tags: Mapping[str, str] | None = None,
    image_id: str = "",
) -> Row:
    """One sample. Masks and ignore (H, W) bool at original size; boxes in original pixels.

    Boxes are scored when there is a true one, or when the true mask is empty and so none is the right answer. One true
    box is compared with the first predicted one, as published numbers are; several by `boxes.matched_iou`. Raises
    ValueError when the shapes differ.
    """
    intersection, union = intersection_union(pred_mask, true_mask, ignore)
    no_target = not true_mask.any()
    return Row(
        intersection=intersection,
        union=union,
        box_iou=_box_iou(pred_boxes, true_boxes) if true_boxes or no_target else None,
        no_target=no_target,
        said_no_target=not (pred_mask if ignore is None else pred_mask & ~ignore).any(),
        tags=dict(tags or {}) | ({} if no_target else {"size": size_of(int(true_mask.sum()))}),
        image_id=image_id,
    )


def _box_iou(predicted: Sequence[Box], true: Sequence[Box]) -> float:
    if len(true) > 1:
        return matched_iou(predicted, true)
    return iou(predicted[0] if predicted else None, true[0] if true else None)


def size_of(area: int) -> str:
    """ "small", "medium" or "large"."""
    return "small" if area < SMALL else "medium" if area < MEDIUM else "large"


@dataclass
class _Columns:
    """All rows as arrays of one length."""

    intersection: np.ndarray
    union: np.ndarray
    iou: np.ndarray
    box: np.ndarray
    """NaN where no box was scored."""
    no_target: np.ndarray
    said_no_target: np.ndarray
    right: np.ndarray
    """0, 1, or NaN where the thought was not checked."""
    faithful: np.ndarray
    """As `right`."""

    @classmethod
    def of(cls, rows: Sequence[Row]) -> _Columns:
        def known(values: Iterable[float | None]) -> np.ndarray:
            return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

        return cls(
            np.array([row.intersection for row in rows], dtype=np.float64),
            np.array([row.union for row in rows], dtype=np.float64),
            np.array([row.iou for row in rows], dtype=np.float64),
            known(row.box_iou for row in rows),
            np.array([row.no_target for row in rows], dtype=bool),
            np.array([row.said_no_target for row in rows], dtype=bool),
            known(row.thought_right for row in rows),
            known(row.thought_faithful for row in rows),
        )

    def take(self, chosen: np.ndarray) -> _Columns:
        return _Columns(*(column[chosen] for column in vars(self).values()))


def _ciou(c: _Columns) -> float:
    union = c.union.sum()
    return float(c.intersection.sum() / union) if union else float(len(c.union) > 0)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _known(values: np.ndarray) -> np.ndarray:
    return values[~np.isnan(values)]


METRICS: dict[str, Callable[[_Columns], float]] = {
    "cIoU": _ciou,
    "gIoU": lambda c: _mean(c.iou),
    "box_iou": lambda c: _mean(_known(c.box)),
    "box_acc@0.5": lambda c: _mean(_known(c.box) >= 0.5),
    **{f"P@{t}": lambda c, t=t: _mean(c.iou >= t) for t in THRESHOLDS},  # type: ignore[misc]
    "N-acc": lambda c: _mean(c.said_no_target[c.no_target]),
    "T-acc": lambda c: _mean(~c.said_no_target[~c.no_target]),
    "right_thoughts": lambda c: _mean(_known(c.right)),
    "faithful_thoughts": lambda c: _mean(_known(c.faithful)),
}
"""Name -> fraction in [0, 1]; what has no samples is 0, never NaN. N-acc: "no target" said where it is so; T-acc: not
said where there is one."""


def summarise(rows: Sequence[Row], *, resamples: int = 0, seed: int = 0) -> dict[str, Any]:
    """All `METRICS` with their counts, and under "by" the same for every value of every tag.

    `resamples` > 0 adds "intervals": 95% bootstrap bounds [low, high] of each metric over all rows. Images are
    resampled, not samples, since expressions about one image are alike.
    """
    columns = _Columns.of(rows)
    summary = _numbers(columns)
    if resamples and rows:
        summary["intervals"] = _intervals(
            columns, [row.image_id or str(i) for i, row in enumerate(rows)], resamples, seed
        )
    by: dict[str, dict[str, list[int]]] = {}
    for i, row in enumerate(rows):
        for tag, value in row.tags.items():
            by.setdefault(tag, {}).setdefault(value, []).append(i)
    summary["by"] = {
        tag: {value: _numbers(columns.take(np.array(chosen))) for value, chosen in sorted(values.items())}
        for tag, values in sorted(by.items())
    }
    return summary


def _numbers(columns: _Columns) -> dict[str, Any]:
    counts = {
        "n": len(columns.iou),
        "n_boxes": len(_known(columns.box)),
        "n_thoughts": len(_known(columns.right)),
        "n_no_target": int(columns.no_target.sum()),
    }
    numbers = counts | {name: metric(columns) for name, metric in METRICS.items()}
    if 0 < counts["n_no_target"] < counts["n"]:  # as gRefCOCO's published code takes P@: over samples with a target
        numbers |= {f"target_P@{t}": _mean(columns.iou[~columns.no_target] >= t) for t in THRESHOLDS}
    return numbers


def _intervals(columns: _Columns, images: Sequence[str], resamples: int, seed: int) -> dict[str, list[float]]:
    """2.5th and 97.5th percentile of each metric over resampled images."""
    places: dict[str, list[int]] = {}
    for i, image in enumerate(images):
        places.setdefault(image, []).append(i)
    groups = [np.array(group) for group in places.values()]
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in METRICS}
    for _ in range(resamples):
        chosen = np.concatenate([groups[g] for g in rng.integers(len(groups), size=len(groups))])
        sample = columns.take(chosen)
        for name, metric in METRICS.items():
            drawn[name].append(metric(sample))
    return {name: [float(v) for v in np.percentile(values, (2.5, 97.5))] for name, values in drawn.items()}


def mean_interval(values: np.ndarray, resamples: int = 2000, seed: int = 0) -> tuple[float, float, float]:
    """Mean of (n,) values, such as differences sample by sample, and its 95% bootstrap bounds.

    >>> mean_interval(np.array([2.0, 2.0]))
    (2.0, 2.0, 2.0)
    """
    drawn = np.random.default_rng(seed).choice(values, (resamples, len(values))).mean(1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(values.mean()), float(low), float(high)


def to_markdown(summary: Mapping[str, Any]) -> str:
    """A summary as a Markdown table in percent: a row for all samples, then one for each value of a tag."""
    shown = (*SHOWN, "right_thoughts") if summary.get("n_thoughts") else SHOWN
    counted = {"box_iou": "n_boxes", "right_thoughts": "n_thoughts"}
    rows = [("all", summary)]
    for tag, values in summary.get("by", {}).items():
        rows += [(f"{tag}: {value}", numbers) for value, numbers in values.items()]
    lines = ["| samples | n | " + " | ".join(shown) + " |", "|---" + "|---:" * (len(shown) + 1) + "|"]
    for name, numbers in rows:
        cells = [f"{100 * numbers[column]:.1f}" if numbers[counted.get(column, "n")] else "-" for column in shown]
        label = name.replace("|", "\\|").replace("\n", " ")
        lines.append(f"| {label} | {numbers['n']} | " + " | ".join(cells) + " |")
    text = "\n".join(lines) + "\n"
    if intervals := summary.get("intervals"):
        bounds = [f"{name} {100 * intervals[name][0]:.1f} to {100 * intervals[name][1]:.1f}" for name in shown]
        text += "\n95% intervals (bootstrap over images): " + ", ".join(bounds) + "\n"
    return text


def splits_to_markdown(summaries: Mapping[str, Mapping[str, Any]], heading: str = "##") -> str:
    """Split -> summary, as Markdown: a table with a line for each split, then the table of each under its heading."""
    tables = {name: to_markdown(summary) for name, summary in summaries.items()}
    lines: list[str] = []
    for name, table in tables.items():
        head, rule, whole, *_ = table.splitlines()
        lines += [] if lines else [head.replace("samples", "split", 1), rule]
        lines.append(whole.replace("| all |", f"| {name} |", 1))
    text = "".join(f"{line}\n" for line in lines)
    return text + "".join(f"\n{heading} {name}\n\n{table}" for name, table in tables.items())
