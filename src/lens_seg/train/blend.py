"""Weights between two of one training, part of the way from its start to its end: what the start knew comes back.

python -m lens_seg.train.blend lens-tiny runs/x/model 0.75 runs/blend
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from ..models.lens import LensModel
from ..processor import LensProcessor
from .start import load_start, save_model


def blend(start: str, end: str, share: float) -> tuple[LensModel, LensProcessor]:
    """`share` of the way from `start` to `end` (1: `end`), and the processor of `end`, whose tokens may be more.

    Rows of tokens that only `end` has stay as they are. Raises ValueError for models that are not of one make.
    """
    (old, words), (new, processor) = load_start(start), load_start(end)
    if not words.tokenizer.get_vocab().items() <= processor.tokenizer.get_vocab().items():
        raise ValueError(f"{end} does not know every token of {start}: it does not come from there")
    old.vlm.resize_token_embeddings(len(new.vlm.get_input_embeddings().weight), mean_resizing=False)
    before, after = dict(old.named_parameters()), dict(new.named_parameters())  # those that are tied stand here once
    odd = sorted(before.keys() ^ after.keys()) or [n for n in after if before[n].shape != after[n].shape]
    if odd:
        raise ValueError(f"{start} and {end} are not of one make: {odd[0]} differs")
    by_token = (new.vlm.get_input_embeddings().weight, new.vlm.get_output_embeddings().weight)
    with torch.no_grad():
        for name, values in after.items():
            rows = slice(len(words.tokenizer) if any(values is matrix for matrix in by_token) else None)
            values[rows].lerp_(before[name][rows].to(values.dtype), 1 - share)
    return new, processor


def main() -> None:
    """The command; ends with exit code 2 for wrong arguments, 1 where there is nothing to blend."""
    parser = argparse.ArgumentParser(prog="blend", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("start", help="model that the training began with")
    parser.add_argument("end", help="model that it ended with")
    parser.add_argument("share", type=float, help="how far from START to END, from 0 to 1")
    parser.add_argument("out", type=Path, help="folder for the model between them")
    options = parser.parse_args()
    if not 0 <= options.share <= 1:
        parser.error(f"share {options.share:g}: it must be from 0 (START) to 1 (END)")
    try:
        save_model(*blend(options.start, options.end, options.share), options.out)
    except (ValueError, OSError) as error:
        sys.exit(f"blend: {error}")


if __name__ == "__main__":
    main()
