"""What thinking several times buys: accuracy against seconds when K completions vote on the mask.

    python benchmarks/votes.py [--model M] [--split test] [--samples 200] [--out runs/votes]

Writes votes.json (figures, machine, versions), votes.md (a table) and votes.png (the plot). K = 1 is the most likely
completion alone, which is one of every other K.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lens_seg import Lens
from lens_seg.bench.train import machine
from lens_seg.data.registry import open_dataset
from lens_seg.evaluate import EvalConfig, evaluate_samples
from lens_seg.files import whole_file
from lens_seg.metrics import mean_interval

METRICS = ("cIoU", "gIoU", "box_iou")


def measure(model: str, split: str, samples: int, votes: list[int], seed: int) -> list[dict[str, Any]]:
    """Metrics, their intervals and seconds a sample for each K, all over the same samples."""
    lens, data = Lens.from_pretrained(model), open_dataset("toybox", split, None)
    lens.segment(data[0].image, data[0].prompt)  # the first call pays for what later ones find ready
    rows, first = [], None
    for k in votes:
        torch.manual_seed(seed)
        start = time.perf_counter()
        config = EvalConfig(limit=samples, votes=k, batch_size=max(1, 48 // k))
        summary, made = evaluate_samples(lens, data, config)
        ious = np.array([row["iou"] for row in made])
        first = ious if first is None else first
        seconds = (time.perf_counter() - start) / summary["n"]
        rows.append({"votes": k, "seconds": seconds, **{m: summary[m] for m in METRICS}, "n": summary["n"]})
        rows[-1]["intervals"] = {m: summary["intervals"][m] for m in METRICS}
        rows[-1]["gain"] = mean_interval(100 * (ious - first))
        print(json.dumps(rows[-1]), flush=True)
    return rows


def to_markdown(rows: list[dict[str, Any]]) -> str:
    """A line for each K, metrics in percent with their 95% intervals, and what each sample gains over the first K."""
    lines = [
        "| K | seconds a sample | " + " | ".join(METRICS) + " | gain in gIoU |",
        "|---:" * (3 + len(METRICS)) + "|",
    ]
    for row in rows:
        cells = []
        for name in METRICS:
            low, high = row["intervals"][name]
            cells.append(f"{100 * row[name]:.1f} ({100 * low:.1f} to {100 * high:.1f})")
        cells.append("{:+.1f} ({:+.1f} to {:+.1f})".format(*row["gain"]) if row is not rows[0] else "")
        lines.append(f"| {row['votes']} | {row['seconds']:.2f} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def plot(rows: list[dict[str, Any]], split: str, path: Path) -> None:
    """Accuracy against seconds, a line for each metric, K beside each dot."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 4), layout="constrained")
    seconds = [row["seconds"] for row in rows]
    for name in METRICS:
        values = [100 * row[name] for row in rows]
        axes.plot(seconds, values, marker="o", label=name)
        for x, y, row in zip(seconds, values, rows, strict=True):
            axes.annotate(f"K={row['votes']}", (x, y), textcoords="offset points", xytext=(4, 5), fontsize=8)
    title = f"{split}: K completions vote on the mask"
    axes.set(xlabel="seconds a sample", ylabel="percent", xlim=(0, 1.12 * max(seconds)), title=title)
    axes.grid(alpha=0.25)
    axes.legend(frameon=False)
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=130)
    plt.close(figure)


def main() -> None:
    """Measures, writes the three files and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="lens-tiny")
    parser.add_argument("--split", default="test")
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--votes", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("runs/votes"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = measure(options.model, options.split, options.samples, options.votes, options.seed)
    (options.out / "votes.json").write_text(json.dumps({"rows": rows, "split": options.split, **machine()}, indent=2))
    (options.out / "votes.md").write_text(to_markdown(rows))
    plot(rows, options.split, options.out / "votes.png")
    print(f"\n{to_markdown(rows)}\n{options.out}")


if __name__ == "__main__":
    main()
