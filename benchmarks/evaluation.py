"""Samples a second of an evaluation: batches whose samples share their image's encoding, against one at a time.

    python benchmarks/evaluation.py [--images 16] [--expressions 4] [--batch-sizes 1 4 16] [--rounds 3] [--model NAME]

On Toybox scenes with several expressions each. Every round goes through all batch sizes, so that whatever else the
machine does meets all of them; a round before the first warms up. Prints JSON: the median over the rounds, each round,
and how many masks are, pixel by pixel, those of the first batch size.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from datetime import date
from typing import Any

import numpy as np
import torch
import transformers

from lens_seg import Lens
from lens_seg.bench.train import processor_name
from lens_seg.data.registry import ToyboxGroups
from lens_seg.data.toybox import Toybox
from lens_seg.evaluate import EvalConfig, evaluate_samples
from lens_seg.types import Sample


def timed(lens: Lens, samples: list[Sample], size: int) -> tuple[float, list[Any]]:
    """(samples a second, masks as run lengths) of one evaluation with batches of `size`."""
    start = time.perf_counter()
    _, rows = evaluate_samples(lens, samples, EvalConfig(batch_size=size))
    return len(samples) / (time.perf_counter() - start), [row["mask"] for row in rows]


def machine(device: torch.device) -> dict[str, Any]:
    """What the numbers hold for."""
    return {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else processor_name(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "numpy": np.__version__,
        "date": date.today().isoformat(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--expressions", type=int, default=4)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="lens-tiny")
    options = parser.parse_args()
    lens = Lens.from_pretrained(options.model)
    groups = ToyboxGroups(Toybox("val"))
    samples = [sample for image in range(options.images) for sample in groups(image, options.expressions, 0)]
    rates: dict[int, list[float]] = {size: [] for size in options.batch_sizes}
    masks: dict[int, list[Any]] = {}
    for number in range(options.rounds + 1):
        for size in rates:
            rate, masks[size] = timed(lens, samples, size)
            if number:
                rates[size].append(rate)
    first = options.batch_sizes[0]
    base = statistics.median(rates[first])
    found = {
        str(size): {
            "samples_per_second": round(statistics.median(values), 2),
            f"times_batch_size_{first}": round(statistics.median(values) / base, 2),
            "rounds": [round(value, 2) for value in values],
            "same_masks": sum(a == b for a, b in zip(masks[size], masks[first], strict=True)),
        }
        for size, values in rates.items()
    }
    settings = {"model": options.model, "images": options.images, "samples": len(samples)}
    print(json.dumps({"batch_size": found, **settings, **machine(lens.model.device)}, indent=2))


if __name__ == "__main__":
    main()
