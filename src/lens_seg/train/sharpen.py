"""The same model with more pixels to see: what its VLM has learnt is carried over, then it learns on.

python -m lens_seg.train.sharpen lens-tiny runs/sharp --side 180 --patch 10 --merge 3
"""

from __future__ import annotations

import argparse
import copy
import sys
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F

from ..models.lens import LensModel
from ..processor import LensProcessor
from .start import load_start, save_model


def sharpen(start: str, side: int, patch: int, merge: int, seed: int = 0) -> tuple[LensModel, LensProcessor]:
    """`start` and its processor for images of `side` pixels in patches of `patch`, `merge` x `merge` of them a token.

    Filters of patches are stretched, and the merger reads old neighbours out of new ones by the area they share; its
    further rows are drawn with `seed`. The rest is as it was, so with as many tokens as before the language model
    reads what it knows. Raises ValueError for a side that is no multiple of a token's, a smaller `merge` than before,
    and a model that takes images of any size.
    """
    model, processor = load_start(start)
    if processor.config.fixed_size is None:
        raise ValueError(f"{start} takes images of any size: give it larger ones")
    if min(side, patch, merge) < 1 or side % (patch * merge):
        raise ValueError(f"side {side} is no multiple of patch {patch} x merge {merge}")
    config = copy.deepcopy(model.config)
    vision = config.vlm.vision_config
    before = vision.spatial_merge_size
    vision.patch_size, vision.spatial_merge_size, vision.window_size = patch, merge, side
    torch.manual_seed(seed)
    sharp = LensModel(config)
    old, new = model.state_dict(), sharp.state_dict()
    tower = "vlm.model.visual"
    filters, merger = f"{tower}.patch_embed.proj.weight", f"{tower}.merger.mlp"
    changed = {
        filters: stretched(old[filters], patch),
        f"{merger}.0.weight": spread(old[f"{merger}.0.weight"], before, merge),
    }
    for name, values in new.items():
        source = changed.get(name, old[name])
        if source.shape == values.shape:
            values.copy_(source)
        elif source.numel() > values.numel():
            raise ValueError(f"merge {merge}: {name} would lose rows; it cannot be below {before}")
        elif name == f"{merger}.0.bias":
            values.zero_()[: len(source)] = source
        else:  # the second matrix's new columns are small, so that the old ones speak
            torch.nn.init.normal_(values, std=(0.3 if ".2." in name else 1.0) * values.shape[1] ** -0.5)
            values[: source.shape[0], : source.shape[1]] = source
    processor.config = replace(processor.config, patch_size=patch, merge_size=merge, fixed_size=side)
    return sharp, processor


def stretched(filters: torch.Tensor, patch: int) -> torch.Tensor:
    """(D, C, T, P, P) filters for patches of another side, which answer alike to a scene in more pixels."""
    side = filters.shape[-1]
    flat = F.interpolate(filters.flatten(0, 2)[:, None], (patch, patch), mode="bicubic", align_corners=False)
    return flat.view(*filters.shape[:3], patch, patch) * (side / patch) ** 2


def spread(weight: torch.Tensor, before: int, merge: int) -> torch.Tensor:
    """(H, before² D) that reads before x before patches of a token -> (H, merge² D) that reads its new ones, each old
    one as the mean of those under it."""
    edges, steps = torch.arange(before)[:, None] / before, torch.arange(merge)[None] / merge
    low, high = torch.maximum(edges, steps), torch.minimum(edges + 1 / before, steps + 1 / merge)
    share = (high - low).clamp(min=0) * before
    parts = weight.unflatten(1, (before, before, -1))
    return torch.einsum("hijd,ia,jb->habd", parts, share, share).flatten(1)


def main() -> None:
    """The command; ends with exit code 2 for wrong arguments, 1 where nothing can be sharpened."""
    parser = argparse.ArgumentParser(prog="sharpen", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("start", help="model to begin with")
    parser.add_argument("out", type=Path, help="folder for the model that sees more")
    parser.add_argument("--side", type=int, required=True, help="pixels along each side of the image that the VLM sees")
    parser.add_argument("--patch", type=int, required=True, help="pixels along each side of a patch")
    parser.add_argument("--merge", type=int, required=True, help="patches along each side of a token")
    options = parser.parse_args()
    try:
        save_model(*sharpen(options.start, options.side, options.patch, options.merge), options.out)
    except (ValueError, OSError) as error:
        sys.exit(f"sharpen: {error}")


if __name__ == "__main__":
    main()
