"""The planner's estimate against measured peak memory: one GRPO forward and backward at two small sizes, on this CPU.

    python benchmarks/planner.py [--json]

Each size runs in a process of its own. Measured: the highest resident memory of the step (Linux, VmHWM) over that
before the model was made. Estimated: the planner's weights, gradients, activations and working memory, in float32 and
without its reserve, reference and optimiser, which such a step does not hold.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path

import torch

from lens_seg.models.config import LensConfig
from lens_seg.models.lens import LensModel
from lens_seg.models.sizes import sam2
from lens_seg.packing import Branch, Row, collate
from lens_seg.train.grpo import GRPOConfig
from lens_seg.train.planner import Sizes, plan

SIZES = {"small": (256, 4, 4, 40), "middle": (384, 6, 6, 60)}
"""Name -> (hidden size, layers, completions, tokens of a completion)."""
SIDE, PATCH, VOCABULARY, TEXT = 24, 14, 4000, 48
"""Patches per side of the image, their side, vocabulary, prompt tokens."""


def model_config(hidden: int, layers: int) -> LensConfig:
    text = {
        "vocab_size": VOCABULARY,
        "hidden_size": hidden,
        "intermediate_size": 3 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": hidden // 32,
        "num_key_value_heads": hidden // 64,
        "max_position_embeddings": 4096,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [4, 6, 6]},
    }
    vision = {
        "depth": layers,
        "hidden_size": hidden,
        "intermediate_size": 3 * hidden,
        "num_heads": hidden // 32,
        "patch_size": PATCH,
        "out_hidden_size": hidden,
        "fullatt_block_indexes": list(range(layers)),
    }
    tokens = {"image_token_id": 3, "video_token_id": 4, "vision_start_token_id": 5, "vision_end_token_id": 6}
    return LensConfig(
        vlm_config={"model_type": "qwen2_5_vl", "text_config": text, "vision_config": vision, **tokens},
        segmenter_config=sam2(
            image_size=256, embed_dim=24, heads=1, stages=(1, 1, 2, 1), global_blocks=(3,), windows=(8, 4, 8, 4),
            channels=64, mlp_dim=128, decoder_heads=4, dynamic_multimask=False,
        ),
        num_queries=16,
        connector_depth=2,
        connector_heads=4,
    )  # fmt: skip


def sizes_of(name: str) -> Sizes:
    _, _, group, length = SIZES[name]
    return Sizes(
        images=2,
        branches=group,
        image_tokens=SIDE * SIDE // 4,
        patches=SIDE * SIDE,
        text_tokens=TEXT,
        completion=length,
        picture=(240, 320),
    )


def memory(field: str) -> float:
    """A line of /proc/self/status in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024.0 * next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def measure(name: str) -> float:
    """Bytes that model and step took at their highest."""
    hidden, layers, group, length = SIZES[name]
    sizes, config = sizes_of(name), model_config(hidden, layers)
    torch.manual_seed(0)
    torch.nn.Linear(64, 64)(torch.randn(64, 64)).sum().backward()  # libraries load what they need
    before = memory("VmRSS")
    model = LensModel(config).train()
    model.train_only(("vlm", "vision", "queries", "connector", "segmenter_decoder"))
    prefix = [5, *[3] * sizes.image_tokens, 6, *[7] * (TEXT - 3)]
    branches = [Branch(context=[8], completion=torch.randint(9, VOCABULARY, (length,)).tolist()) for _ in range(group)]
    rows = [Row(prefix=prefix, grid_thw=(1, SIDE, SIDE), branches=branches)] * sizes.images
    pixels = [torch.randn(SIDE * SIDE, 3 * 2 * PATCH**2)] * sizes.images
    squares = [torch.randn(3, 256, 256)] * sizes.images
    inputs = collate(rows, pixels, squares, num_queries=16, image_token=3, merge=2, pad_token=0)
    out = model(inputs)
    full = torch.nn.functional.interpolate(out.mask_logits, size=sizes.picture, mode="bilinear")
    target = torch.zeros_like(full)
    mask_loss = torch.nn.functional.binary_cross_entropy_with_logits(full, target) + (full.sigmoid() * target).mean()
    (out.logp.sum() + mask_loss).backward()
    return memory("VmHWM") - before


def estimate(name: str) -> float:
    hidden, layers, _, _ = SIZES[name]
    recipe = GRPOConfig(model="-", output="-", steps=1, learning_rate=1.0, beta=0.0)
    made = plan(recipe, model=model_config(hidden, layers), sizes=sizes_of(name)).memory
    return sum(made[kind] for kind in ("weights", "gradients", "activations kept for backward", "working memory"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", choices=SIZES)
    options = parser.parse_args()
    if options.measure:
        print(measure(options.measure))
        return
    results = {}
    for name in SIZES:
        command = [sys.executable, __file__, "--measure", name]
        measured = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        estimated = estimate(name)
        results[name] = {
            "measured_gib": measured / 2**30,
            "estimated_gib": estimated / 2**30,
            "error": estimated / measured - 1,
        }
    results |= {"torch": torch.__version__, "machine": platform.processor() or platform.machine()}
    if options.json:
        print(json.dumps(results))
        return
    for name in SIZES:
        one = results[name]
        gib = f"measured {one['measured_gib']:.3f} GiB, estimated {one['estimated_gib']:.3f}"
        print(f"{name:<8} {gib}, {one['error']:+.1%}")


if __name__ == "__main__":
    main()
