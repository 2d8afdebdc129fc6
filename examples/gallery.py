"""Makes docs/gallery.md: what a model thinks, boxes and draws, with its failures beside its successes.

    python examples/gallery.py [--model lens-tiny] [--split test] [--samples 160] [--out docs/gallery]

Nothing is picked by hand: of each family of prompts, the first sample of the split that went right (mask IoU of 0.7 or
more) and the first that went wrong (below 0.3).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from PIL import Image

from lens_seg import Lens
from lens_seg.data.registry import open_dataset
from lens_seg.drawing import overlay
from lens_seg.evaluate import EvalConfig, evaluate_samples
from lens_seg.masks import decode_rle
from lens_seg.prompts import parse
from lens_seg.types import Sample

RIGHT, WRONG = 0.7, 0.3
WIDTH = 360
"""Pixels of a picture."""


def main() -> None:
    """Evaluates, draws and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="lens-tiny")
    parser.add_argument("--split", default="test")
    parser.add_argument("--samples", type=int, default=160)
    parser.add_argument("--out", type=Path, default=Path("docs/gallery"), help="pictures; the page is OUT.md")
    options = parser.parse_args()
    data = open_dataset("toybox", options.split, None)
    lens = Lens.from_pretrained(options.model)
    summary, rows = evaluate_samples(lens, data, EvalConfig(limit=options.samples, batch_size=40))
    options.out.mkdir(parents=True, exist_ok=True)
    for old in options.out.glob("*.jpg"):
        old.unlink()
    numbers = ", ".join(f"{name} {100 * summary[name]:.0f}" for name in ("cIoU", "gIoU"))
    lines = [
        "# Gallery",
        "",
        f"`{options.model}` on the first {summary['n']} samples of Toybox `{options.split}` ({numbers} percent).",
        "Nothing is picked by hand: of each family of prompts the first sample that went right (mask IoU of"
        f" {RIGHT} or more) and the first that went wrong (below {WRONG}). Prediction left, truth right. Made by"
        " `examples/gallery.py`.",
    ]
    for family in sorted({row["tags"]["family"] for row in rows}):
        mine = [row for row in rows if row["tags"]["family"] == family]
        right = sum(row["iou"] >= RIGHT for row in mine)
        lines += ["", f"## {family}", "", f"{right} of {len(mine)} right, {sum(r['iou'] < WRONG for r in mine)} wrong."]
        for name, found in (
            ("right", next((row for row in mine if row["iou"] >= RIGHT), None)),
            ("wrong", next((row for row in mine if row["iou"] < WRONG), None)),
        ):
            if found is not None:
                file = options.out / f"{family}-{name}.jpg"
                draw(found, data[found["index"]]).save(file, quality=85)
                lines += ["", *words(found, name), "", f"![{found['prompt']}]({options.out.name}/{file.name})"]
    page = options.out.with_suffix(".md")
    page.write_text("\n".join(lines) + "\n")
    print(page)


def words(row: dict[str, Any], name: str) -> list[str]:
    """Prompt, thought and score in Markdown."""
    thought = parse(row["completion"]).thought or row["completion"]
    return [f"**{row['prompt']}** ({name}, IoU {row['iou']:.2f})", "", f"> {thought}"]


def draw(row: dict[str, Any], sample: Sample) -> Image.Image:
    """The prediction beside the truth."""
    box = tuple(row["box"]) if row["box"] else None
    pair = [overlay(sample.image, decode_rle(row["mask"]), box), overlay(sample.image, sample.mask, sample.box)]
    small = [p.resize((WIDTH, round(p.height * WIDTH / p.width)), Image.Resampling.LANCZOS) for p in pair]
    both = Image.new("RGB", (2 * WIDTH + 6, max(p.height for p in small)), "white")
    for n, picture in enumerate(small):
        both.paste(picture, (n * (WIDTH + 6), 0))
    return both


if __name__ == "__main__":
    main()
