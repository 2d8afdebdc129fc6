"""Sampling of a step's completions: rows that have ended leave the batch, against rows that stay to the last.

    python benchmarks/rollouts.py [--prompts 8 24] [--group 8] [--rounds 5] [--model NAME]

Questions of Toybox's `train-shift`. Every round goes through both ways with the same seed; a round before the first
warms up. Prints JSON: median CPU seconds over the rounds (so that what else the machine does counts little), tokens,
and the share of the decoded slots in which a token was drawn if all rows stay.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import torch
from evaluation import machine

from lens_seg import Lens, rollout
from lens_seg.data.registry import ToyboxGroups
from lens_seg.data.toybox import Toybox


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, nargs="+", default=[8, 24])
    parser.add_argument("--group", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", default="lens-tiny")
    options = parser.parse_args()
    lens = Lens.from_pretrained(options.model)
    backend = rollout.TransformersBackend(lens.model, lens.processor)
    groups, ways = ToyboxGroups(Toybox("train-shift")), {"staying": 0.0, "leaving": rollout.STAYING}
    found: dict[str, Any] = {}
    for count in options.prompts:
        samples = [groups(image, 1, 0)[0] for image in range(count)]
        pictures = [sample.image for sample in samples]
        images = [lens.processor.vlm_image(picture) for picture in pictures]
        questions = [lens.processor.question(sample.prompt) for sample in samples]
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        lengths: dict[str, list[int]] = {}
        for number in range(options.rounds + 1):
            for name, share in ways.items():
                rollout.STAYING = share
                torch.manual_seed(number)
                start = time.process_time()
                drawn = backend.sample(pictures, images, questions, rollout.Sampling(), options.group)
                lengths[name] = [len(completion) for completion in drawn.completions]
                if number:
                    seconds[name].append(time.process_time() - start)
        staying, leaving = (statistics.median(seconds[name]) for name in ways)
        found[f"{count} prompts"] = {
            "seconds": {"staying": round(staying, 3), "leaving": round(leaving, 3)},
            "times_faster": round(staying / leaving, 2),
            "tokens": {name: sum(own) for name, own in lengths.items()},
            "slots_used": round(statistics.mean(lengths["staying"]) / max(lengths["staying"]), 2),
        }
    print(json.dumps({"group": options.group, "model": options.model, **found, **machine(lens.model.device)}, indent=2))


if __name__ == "__main__":
    main()
