"""One `segment` at full size with random weights: peak memory and seconds by part. Run by hand, kept out of CI.

    python benchmarks/full_size.py                                   LENS-3B in bfloat16: 10 GB of memory, minutes
    python benchmarks/full_size.py --vlm qwen2-vl-2b --out 2b.json
    python benchmarks/full_size.py --save runs/random3b              a folder to try recipes on: 9 GB of disk

Random weights answer nonsense, so the number of new tokens is fixed by the limit. The tokenizer is lens-tiny's, whose
prompt has a few tokens more or less than Qwen's; the picture has exactly the tokens that it has in use.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from accelerate import init_empty_weights
from PIL import Image
from rich.console import Console
from rich.progress import track
from torch import nn
from transformers import PreTrainedTokenizerBase

from lens_seg import Lens
from lens_seg.bench.train import processor_name
from lens_seg.files import write_whole
from lens_seg.hub import default_processor, resolve_model
from lens_seg.models.config import LensConfig
from lens_seg.models.lens import LensModel
from lens_seg.models.sizes import SAM2, VLMS, lens
from lens_seg.processor import IMAGE_TOKEN, LensProcessor, token_id
from lens_seg.rollout import Sampling

DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}


def random_model(config: LensConfig, dtype: torch.dtype) -> LensModel:
    """A model of this configuration, its weights filled from one block of noise: seconds, not minutes.

    Parameters are built on the meta device and take memory one by one; buffers (rotary frequencies) are real at once.
    """
    with init_empty_weights():
        model = LensModel(config)
    model.vlm.tie_weights()  # the context above unties
    noise = torch.randn(1 << 20, generator=torch.Generator().manual_seed(0)).mul_(0.02).to(dtype)
    made: dict[int, nn.Parameter] = {}
    places = [(module, name) for module in model.modules() for name in module._parameters]
    for module, name in track(places, description="weights", console=Console(stderr=True)):
        parameter = module._parameters[name]
        if parameter is None:
            continue
        if id(parameter) not in made:
            made[id(parameter)] = nn.Parameter(_filled(parameter, name, noise), requires_grad=False)
        module._parameters[name] = made[id(parameter)]
    return model.eval()


def _filled(parameter: torch.Tensor, name: str, noise: torch.Tensor) -> torch.Tensor:
    """Ones for the weights of norms, zeros for biases, noise for all else."""
    if parameter.ndim <= 1:
        return (torch.ones if name == "weight" else torch.zeros)(parameter.shape, dtype=noise.dtype)
    values = torch.empty(parameter.numel(), dtype=noise.dtype)
    for block in values.split(noise.numel()):
        block.copy_(noise[: block.numel()])
    return values.view(parameter.shape)


class Stopwatch:
    """Seconds of every call of some modules, by name."""

    def __init__(self, modules: dict[str, nn.Module]) -> None:
        self.seconds: dict[str, list[float]] = {name: [] for name in modules}
        self._started: dict[str, float] = {}
        for name, module in modules.items():
            module.register_forward_pre_hook(self._start(name))
            module.register_forward_hook(self._stop(name))

    def _start(self, name: str) -> Callable[..., None]:
        def hook(*_: Any) -> None:
            self._started[name] = time.perf_counter()

        return hook

    def _stop(self, name: str) -> Callable[..., None]:
        def hook(*_: Any) -> None:
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            self.seconds[name].append(time.perf_counter() - self._started[name])

        return hook


def measure(
    config: LensConfig, tokenizer: PreTrainedTokenizerBase, *, new_tokens: int, dtype: torch.dtype, device: str = "cpu"
) -> dict[str, Any]:
    """Builds the model, segments a picture of 640 x 480 once, and says what each part took."""
    config.vlm.image_token_id = token_id(tokenizer, IMAGE_TOKEN)  # the tokenizer's ids, whichever it is
    started = time.perf_counter()
    model = random_model(config, dtype).to(device)
    built = time.perf_counter() - started
    processor = LensProcessor(tokenizer, default_processor(config))
    runner = Lens(model, processor, Sampling(temperature=0.0, max_new_tokens=new_tokens))
    text = model.vlm.model.language_model
    watch = Stopwatch({"image tower": model.vlm.model.visual, "language model": text})
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8))
    result = runner.segment(picture, "the red cup")
    passes = watch.seconds["language model"]  # image and system prompt, question, each token, queries
    seen = processor.vlm_image(picture)
    return {
        "parameters": model.parameter_counts(),
        "dtype": str(dtype).removeprefix("torch."),
        "device": torch.cuda.get_device_name() if device == "cuda" else processor_name(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "date": time.strftime("%Y-%m-%d"),
        "image_tokens": len([i for i in processor.image_prefix(seen.grid_thw) if i == processor.image_token]),
        "prompt_tokens": len(processor.question("the red cup")),
        "new_tokens": len(passes) - 3,
        "seconds": {
            "build": built,
            "preprocess": result.seconds["preprocess"],
            "image tower": sum(watch.seconds["image tower"]),
            "read image": passes[0],
            "read prompt": passes[1],
            "new tokens": sum(passes[2:-1]),
            "queries": passes[-1],
            "SAM image encoder": result.seconds["encode"],
            "connector and mask decoder": result.seconds["decode"],
            "segment, in all": sum(result.seconds.values()),
        },
        "peak_bytes": _peak(device),
    }


def save(config: LensConfig, tokenizer: PreTrainedTokenizerBase, dtype: torch.dtype, folder: Path) -> None:
    """A model folder of random weights, on which a recipe of this size can be tried for memory and time."""
    config.vlm.image_token_id = token_id(tokenizer, IMAGE_TOKEN)
    random_model(config, dtype).save_pretrained(folder)
    LensProcessor(tokenizer, default_processor(config)).save_pretrained(folder)


def _peak(device: str) -> int:
    """Bytes: of the GPU where one is used, else the most that this process ever held."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def to_markdown(measured: dict[str, Any]) -> str:
    """A table of seconds, and a line of what they were measured on."""
    total = sum(measured["parameters"].values())
    lines = [
        f"{total / 1e9:.2f} B parameters in {measured['dtype']} on {measured['device']}, {measured['threads']} threads,"
        f" torch {measured['torch']}, transformers {measured['transformers']}, {measured['date']};"
        f" {measured['image_tokens']} image tokens, {measured['prompt_tokens']} of the prompt,"
        f" {measured['new_tokens']} new tokens."
        f" Peak memory {measured['peak_bytes'] / 2**30:.1f} GiB.",
        "",
        "| part | seconds |",
        "|---|---:|",
        *(f"| {name} | {seconds:.2f} |" for name, seconds in measured["seconds"].items()),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vlm", choices=list(VLMS), default="qwen2.5-vl-3b")
    parser.add_argument("--segmenter", choices=[*SAM2, "sam3"], default="sam2-large")
    parser.add_argument("--new-tokens", type=int, default=16)
    parser.add_argument("--dtype", choices=list(DTYPES), default="bfloat16")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--out", type=Path, help="also write the numbers as JSON")
    parser.add_argument("--save", type=Path, help="only write the random model to this folder, for a trial training")
    options = parser.parse_args(arguments)
    config = lens(options.vlm, options.segmenter)
    tokenizer = LensProcessor.from_pretrained(resolve_model("lens-tiny")).tokenizer
    if options.save is not None:
        save(config, tokenizer, DTYPES[options.dtype], options.save)
        return
    measured = measure(
        config,
        tokenizer,
        new_tokens=options.new_tokens,
        dtype=DTYPES[options.dtype],
        device=options.device,
    )
    measured = {"vlm": options.vlm, "segmenter": options.segmenter, **measured}
    print(to_markdown(measured))
    print(json.dumps(measured, indent=2))
    if options.out is not None:
        write_whole(options.out, json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
