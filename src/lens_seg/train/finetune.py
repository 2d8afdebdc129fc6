"""What stages 1 and 2 share: which parts of a given model learn, in which precision, with or without adapters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import torch

from ..data.registry import DataConfig
from ..evaluate import processes
from ..models.lens import LensModel
from ..processor import LensProcessor
from .adapters import AdapterConfig, add_adapters, merged_state, save_adapter
from .cache import FeatureCacheConfig
from .common import Run, RunConfig, set_attention
from .sharding import is_sharded, whole
from .start import draw_queries, load_start, save_model
from .zero import gathered


@dataclass(kw_only=True)
class FinetuneConfig(RunConfig):
    """Fields of the recipes of stages 1 and 2."""

    model: str
    """Weights to start from."""
    segmenter: str | None = None
    """Take SAM 2 from these weights instead."""
    num_queries: int | None = None
    """Draw queries and connector anew, so many queries (M); None keeps those of `model`."""
    data: DataConfig = field(default_factory=DataConfig)
    """Training samples."""
    trains: tuple[str, ...] = ("queries", "connector")
    """Roles that learn; the rest is frozen."""
    adapter: AdapterConfig | None = None
    """Adapters in place of the VLM's own weights (LoRA); `vlm` must be among `trains`."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """bfloat16: autocast, and frozen weights are held and saved in it; what learns stays in float32."""
    gradient_checkpointing: bool = False
    """Compute activations again in the backward pass instead of keeping them."""
    feature_cache: FeatureCacheConfig = field(default_factory=FeatureCacheConfig)
    """Keep the features of the segmenter's frozen encoder."""
    longest_side: int | None = None
    """Scale images down to this longest side first (ReasonSeg: 640), here and in the model that the run leaves; None:
    as the model's processor says."""

    @property
    def quantization(self) -> str | None:
        """How the VLM's own weights are held: None for as they are."""
        return "4bit" if self.adapter is not None and self.adapter.quantise == "4bit" else None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.adapter is not None and "vlm" not in self.trains:
            raise ValueError("adapter: vlm is not among trains, so no adapter would learn; add it or drop adapter")
        if self.adapter is not None and "vision" in self.trains:
            raise ValueError("adapter: vision is among trains; leave it out, since the reference has that tower too")
        if self.adapter is not None and self.mean_weights:
            raise ValueError(
                "mean_weights: the mean of an adapter's factors is not that of their product; leave it out"
            )
        if self.feature_cache.where != "none" and "segmenter_encoder" in self.trains:
            raise ValueError(
                "feature_cache: segmenter_encoder is among trains, so its features change; set where: none"
            )
        if self.num_queries is not None:
            if self.num_queries < 1:
                raise ValueError(f"num_queries={self.num_queries} must be at least 1, or null")
            if missing := {"queries", "connector"} - set(self.trains):
                raise ValueError(f"num_queries: what is drawn must learn; add {', '.join(sorted(missing))} to trains")
        if self.longest_side is not None and self.longest_side < 28:
            raise ValueError(f"longest_side={self.longest_side}: at least 28 pixels, or null")


def open_start(config: FinetuneConfig) -> tuple[LensModel, LensProcessor]:
    """The model that the recipe starts from and its processor, each with what the recipe changes of it."""
    model, processor = load_start(config.model, config.segmenter, config.quantization)
    if config.num_queries is not None:
        draw_queries(model, config.num_queries, config.seed)
    if config.longest_side is not None:
        processor.config = replace(processor.config, longest_side=config.longest_side)
    return model, processor


def prepare(model: LensModel, config: FinetuneConfig) -> None:
    """Freezes, adds adapters, sets attention, precision and checkpointing, in place."""
    set_attention(model, config)
    torch.manual_seed(config.seed)
    choose_roles(model, config, config.adapter)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()  # a 4-bit model comes with the rest in bfloat16
        elif config.precision == "bfloat16" and parameter.is_floating_point():
            parameter.data = parameter.data.to(torch.bfloat16)
    if config.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def choose_roles(model: LensModel, config: FinetuneConfig, adapter: AdapterConfig | None) -> None:
    """Lets the parts learn that the recipe names, and draws the adapters, in place."""
    if adapter is None:
        model.train_only(config.trains)
    else:
        model.train_only([role for role in config.trains if role != "vlm"])
        add_adapters(model, adapter)


def drawn_batches(config: FinetuneConfig) -> int:
    """The batches that a run draws in all, every process its own."""
    return config.steps * processes().num_processes


def check_sharding(config: FinetuneConfig, run: Run) -> None:
    """Raises ValueError for what would let split processes wait for one another for ever."""
    if config.feature_cache.where != "none" and is_sharded(run.accelerator):
        raise ValueError(
            "feature_cache: with FSDP2 and ZeRO-3 all processes must encode together, also those that have their"
            " features already; set where: none"
        )


def autocast(config: FinetuneConfig, device: torch.device) -> torch.autocast:
    """The context that forward passes and sampling run in."""
    return torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bfloat16")


def save_result(model: LensModel, processor: LensProcessor, config: FinetuneConfig, run: Run) -> None:
    """Writes `<run>/model`, adapters merged, and with adapters `<run>/adapter`. Every process must call it.

    Over a 4-bit VLM the adapters are all there is to write: merge them into the full weights that it came from.
    """
    folder = Path(config.output)
    with gathered(model):
        if config.quantization is None:
            state = merged_state(model) if config.adapter is not None else model.state_dict()
            if model.vlm.config.tie_word_embeddings:
                state.pop("vlm.lm_head.weight", None)  # its embedding; split weights would be written twice
            save_model(model, processor, folder / "model", state={name: whole(t) for name, t in state.items()})
        if config.adapter is not None:
            save_adapter(model, config.adapter, config.model, folder / "adapter", run.is_main)
