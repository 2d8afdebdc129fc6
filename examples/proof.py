"""What `make proof` runs: does reinforcement help? Ten minutes of GRPO in a new world, measured before and after.

The world is `train-sailor`, whose words the shipped weights have never read ("the cargo to port of the star") and
whose thoughts nobody wrote: boxes and masks reward, nothing else teaches; a quarter of the questions are of the old
world, not to lose it. `test-sailor` shows other scenes of that world; the other splits tell what it costs in the old
one. Ends with a table of the same samples before and after (Markdown), the reward curve and a sheet of the same
scenes. Everything goes through the command `lens`; each command is printed before it runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from commands import ROOT, lens
from demo import plot
from PIL import Image

from lens_seg.data.registry import open_dataset
from lens_seg.drawing import contact_sheet, overlay
from lens_seg.evaluate import to_row
from lens_seg.files import whole_file
from lens_seg.masks import decode_rle
from lens_seg.metrics import mean_interval, summarise

SPLITS = ("test-sailor", "test", "test-pairs", "test-relations", "test-domain")
COLUMNS = ("cIoU", "gIoU", "box_iou", "right_thoughts")
SHOWN = 9
"""Scenes on the sheet: the first of `SHEET`, whatever became of them."""
SHEET = "test-sailor"
"""Split of the sheet."""


def main() -> None:
    """Evaluates, trains, evaluates again, and says where the files are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/proof"), help="folder for all files")
    parser.add_argument("--model", default="lens-tiny", help="what GRPO starts from")
    parser.add_argument("--recipe", type=Path, default=ROOT / "recipes" / "proof_grpo.yaml")
    parser.add_argument("--limit", type=int, default=500, help="samples of each split")
    parser.add_argument("--processes", type=int, default=2, help="processes that train and evaluate")
    parser.add_argument("--set", action="append", default=[], metavar="key=value", help="changes a key of the recipe")
    options = parser.parse_args()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    before = evaluate(options.model, out / "before", options)
    changes = [f"output={out / 'grpo'}", f"model={options.model}", *options.set]
    shutil.rmtree(out / "grpo", ignore_errors=True)  # of an earlier proof
    lens("train", options.recipe, *(f"--set={change}" for change in changes), processes=options.processes)
    after = evaluate(str(out / "grpo" / "model"), out / "after", options)
    steps = [json.loads(line) for line in (out / "grpo" / "metrics.jsonl").read_text().splitlines()]
    plot(steps, max(1, len(steps) // 4), out / "reward.png")
    report = f"{table(before, after)}\n{rewards(steps)}\n"
    (out / "table.md").write_text(report)
    sheet(before[SHEET], after[SHEET], out / "scenes.png")
    print(f"\n{report}\nFiles:")
    for name, path in {"table": "table.md", "reward curve": "reward.png", "same scenes": "scenes.png"}.items():
        print(f"  {name:<14} {out / path}")


Rows = list[dict[str, Any]]
"""What `lens eval` writes of each sample."""


def evaluate(model: str, out: Path, options: argparse.Namespace) -> dict[str, Rows]:
    """Rows of `lens eval` on every split."""
    found: dict[str, Rows] = {}
    for split in SPLITS:
        file = out / f"{split}.json"
        lens(
            "eval", "toybox", "--split", split, "--limit", str(options.limit), "--model", model, "--batch-size", "50",
            "--out", file, capture=True, processes=options.processes,
        )  # fmt: skip
        found[split] = [json.loads(line) for line in file.with_name(f"{split}.rows.jsonl").read_text().splitlines()]
    return found


def table(before: dict[str, Rows], after: dict[str, Rows]) -> str:
    """Before and after in percent, and gains with their 95% intervals over the same samples, also over all splits.

    The reward is that of stage 2 without the format's: box IoU and mask IoU, squared, of the greedy answer.
    """
    lines = [
        f"| split | n | {' | '.join(COLUMNS)} | gain in gIoU | reward | gain in reward |",
        "|---" + "|---:" * (len(COLUMNS) + 4) + "|",
    ]
    rows = {split: (before[split], after[split]) for split in SPLITS}
    rows["all"] = [row for own in before.values() for row in own], [row for own in after.values() for row in own]
    for split, (olds, news) in rows.items():
        old, new = (summarise([to_row(row) for row in own]) for own in (olds, news))
        cells = [f"{100 * old[name]:.1f} → {100 * new[name]:.1f}" for name in COLUMNS]
        lines.append(f"| {split} | {old['n']} | {' | '.join([*cells, *gains(olds, news)])} |")
    return "\n".join(lines) + "\n"


def gains(olds: Rows, news: Rows) -> list[str]:
    """Cells: the gain in gIoU, the reward before and after, the gain in reward; rows of the same samples come in."""
    giou = np.array([new["iou"] - old["iou"] for old, new in zip(olds, news, strict=True)])
    old, new = (np.array([row["box_iou"] ** 2 + row["iou"] ** 2 for row in rows]) for rows in (olds, news))
    return [
        gain(100 * giou, "+.1f"), f"{old.mean():.3f} → {new.mean():.3f}", gain(new - old, "+.3f"),
    ]  # fmt: skip


def gain(values: np.ndarray, form: str) -> str:
    """Mean and its 95% interval by bootstrap."""
    mean, low, high = mean_interval(values)
    return f"{mean:{form}} ({low:{form}} to {high:{form}})"


def rewards(steps: list[dict[str, Any]]) -> str:
    """Mean rewards of the first and the last quarter of the run."""
    window = max(1, len(steps) // 4)
    names = [name for name in steps[0] if name == "reward" or (name.startswith("reward_") and name != "reward_std")]
    means = [(np.mean([s[n] for s in steps[:window]]), np.mean([s[n] for s in steps[-window:]])) for n in names]
    found = ", ".join(f"{name} {a:.3f} → {b:.3f}" for name, (a, b) in zip(names, means, strict=True))
    return f"{len(steps)} steps of GRPO, means over the first and the last {window}: {found}"


def sheet(before: Rows, after: Rows, path: Path) -> None:
    """The first scenes, a row each: before, after, truth."""
    samples = open_dataset("toybox", SHEET, None)
    tiles, captions = [], []
    for old, new in list(zip(before, after, strict=True))[:SHOWN]:
        sample = samples[old["index"]]
        for name, row in (("before", old), ("after", new)):
            box = tuple(row["box"]) if row["box"] else None
            tiles.append(overlay(sample.image, decode_rle(row["mask"]), box))
            captions.append(f"{name}, IoU {row['iou']:.2f}: {sample.prompt}")
        tiles.append(overlay(sample.image, sample.mask, sample.box))
        captions.append("truth")
    small = [tile.resize((288, 288), Image.Resampling.LANCZOS) for tile in tiles]
    with whole_file(path) as temporary:
        contact_sheet(small, 3, captions).save(temporary)


if __name__ == "__main__":
    main()
