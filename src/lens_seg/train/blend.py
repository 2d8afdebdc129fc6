"""Weights between two of one training, part of the way from its start to its end: what the start knew comes back.

python -m lens_seg.train.blend lens-tiny runs/x/model 0.75 runs/blend
"""

from __future__ import annotations

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


if __name__ == "__main__":
    start, end, share, out = sys.argv[1:]
    save_model(*blend(start, end, float(share)), Path(out))
