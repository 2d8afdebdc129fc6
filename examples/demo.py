"""What `make demo` runs: Toybox scenes, masks for prompts about them, and three minutes of GRPO.

Everything goes through the command `lens`, as a user would run it; each command is printed before it runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from commands import ROOT, lens
from PIL import Image

from lens_seg.data.toybox import Expression, Toybox, expressions
from lens_seg.drawing import contact_sheet
from lens_seg.masks import decode_rle, mask_iou

SCENES, PROMPTS = 3, 3
LABELS = {"reward": "total", "reward_format": "format", "reward_box": "box", "reward_mask": "mask"}


def main() -> None:
    """Runs the three parts and says where the files are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/demo"), help="folder for all files")
    parser.add_argument("--no-train", action="store_true", help="leave out the GRPO run")
    options = parser.parse_args()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    files = segment_scenes(out)
    if not options.no_train:
        files |= train(out / "grpo")
    print("\nFiles:")
    for name, path in files.items():
        print(f"  {name:<14} {path}")


def segment_scenes(out: Path) -> dict[str, Path]:
    """Draws scenes, asks several questions about each, and compares the masks with the true ones."""
    items: list[dict[str, Any]] = []
    overlays: list[Path] = []
    print("Toybox: scenes drawn by this package, never seen in training.")
    test = Toybox("test")
    for number in range(SCENES):
        scene, pixels, masks = test.scene(number)
        photo = out / f"scene-{number}.png"
        Image.fromarray(pixels).save(photo)
        said = expressions(scene, test.words_rng(number), PROMPTS)
        asked = [part for e in said for part in ("--prompt", e.text)]
        found = out / f"scene-{number}-masks"
        for old in found.glob("*.png"):
            old.unlink()
        answers = json.loads(
            lens("segment", photo, *asked, "--out", found, "--format", "overlay,mask", "--json", capture=True)
        )
        for e, answer in zip(said, answers, strict=True):
            print(f"  IoU {iou(answer, e, masks):.2f}  {e.text!r}: {answer['thought']}")
        items += answers
        overlays += sorted(found.glob("*-overlay.png"))
    array, sheet = out / "results.json", out / "overlays.png"
    array.write_text(json.dumps(items, indent=1) + "\n")
    contact_sheet([Image.open(path) for path in overlays], PROMPTS).save(sheet)
    return {"overlays": sheet, "JSON array": array, "scenes, masks": out}


def iou(answer: dict[str, Any], asked: Expression, masks: np.ndarray) -> float:
    """IoU of a mask of the JSON array with the true one, `masks` being (toys, H, W) bool."""
    true = np.zeros(masks.shape[1:], bool) if asked.target is None else masks[asked.target]
    return mask_iou(decode_rle(answer["mask"]), true)


def train(out: Path) -> dict[str, Path]:
    """A short GRPO run, its mean rewards at start and end, and their curve."""
    shutil.rmtree(out, ignore_errors=True)  # of an earlier demo
    lens("train", ROOT / "recipes" / "demo_grpo.yaml", "--set", f"output={out}")
    log = out / "metrics.jsonl"
    steps = [json.loads(line) for line in log.read_text().splitlines()]
    window = max(1, len(steps) // 4)
    print(f"\n{len(steps)} steps of GRPO; means over the first and the last {window}:")
    for name in LABELS:
        values = [step[name] for step in steps]
        before, after = np.mean(values[:window]), np.mean(values[-window:])
        print(f"  {name:<14} {before:.3f} -> {after:.3f}  ({'rose' if after > before else 'did not rise'})")
    curve = out / "reward.png"
    plot(steps, window, curve)
    return {
        "reward curve": curve,
        "metrics": log,
        "completions": out / "samples",
        "trained model": out / "model",
    }


def plot(steps: list[dict[str, Any]], window: int, path: Path) -> None:
    """Rewards by step: dots, and the running mean over up to `window` steps."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    at = [step["step"] for step in steps]
    for name in LABELS:
        values = np.array([step[name] for step in steps])
        smooth = [values[max(0, i + 1 - window) : i + 1].mean() for i in range(len(values))]
        (line,) = axes.plot(at, smooth, label=LABELS[name])
        axes.plot(at, values, ".", markersize=3, alpha=0.35, color=line.get_color())
    axes.set(xlabel="step", ylabel="mean reward", title=f"GRPO on Toybox, running mean over {window} steps")
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, ncols=len(LABELS))
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
