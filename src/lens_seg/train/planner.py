"""What a recipe needs before anything is loaded: parameters, memory by kind, tokens, and what to lower.

The model is built on the meta device, where tensors have a shape and no content. Each part runs there once while
autograd's saved tensors are counted, so that activations are counted and not guessed; attention is counted as a fused
kernel keeps it (query, key, value, output). What is not counted: the allocator's fragmentation and the CUDA context,
for which `RESERVE` stands, and the batch itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_unflatten
from transformers import AttentionInterface

from ..hub import find_model
from ..models import segmenter as seg
from ..models import vlm as vlms
from ..models.config import LensConfig
from ..models.lens import ROLES, LensModel
from ..models.sizes import SAM2, VLMS, lens
from ..processor import CONFIG_NAME, ProcessorConfig, load_config
from .align import AlignConfig
from .finetune import FinetuneConfig, choose_roles
from .grpo import GRPOConfig

GIB = 2**30
RESERVE = 1.5 * GIB
"""CUDA context, kernels and fragmentation of one GPU (an allowance, not a measurement)."""
TEXT_TOKENS = 96
"""Prompt tokens beside the image: an allowance for system prompt, instruction and question."""
TEACHER_TOKENS = 64
"""Tokens of a teacher's answer: an allowance, stage 1 knows no limit."""
FOUR_BIT = 0.55
"""Bytes of a weight in NF4 with its scales."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """What one forward pass over groups is made of."""

    images: int
    """B, images in a forward pass."""
    branches: int
    """G, completions or expressions of each."""
    image_tokens: int
    """Tokens of one image in the language model."""
    patches: int
    """Patches of one image in its tower."""
    text_tokens: int
    """Prompt tokens beside the image."""
    completion: int
    """T, tokens of a completion."""
    picture: tuple[int, int] = (480, 640)
    """(H, W) of an original, at which the mask loss is taken."""

    def row(self, queries: int) -> int:
        """L, tokens of a packed row."""
        return self.image_tokens + self.text_tokens + self.branches * (self.completion + queries)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a recipe needs."""

    parameters: dict[str, tuple[int, int]]
    """Role -> (parameters, those that train)."""
    memory: dict[str, float]
    """Kind -> bytes on each GPU."""
    peaks: dict[str, float]
    """Phase -> bytes on each GPU when it is at its highest."""
    tokens: dict[str, int]
    """What a step reads and writes, on all GPUs together."""
    limit: float
    """Bytes of each GPU."""
    gpus: int
    lower: tuple[str, ...]
    """What to change where it does not fit, the mildest first."""

    @property
    def peak(self) -> float:
        """Bytes at the highest moment, the reserve included."""
        return max(self.peaks.values())

    @property
    def fits(self) -> bool:
        return self.peak <= self.limit

    def text(self) -> str:
        """The plan as a page."""
        lines = [f"{'part':<20}{'parameters':>16}{'trained':>16}"]
        lines += [f"{role:<20}{count:>16,}{trained:>16,}" for role, (count, trained) in self.parameters.items()]
        total = [sum(pair[i] for pair in self.parameters.values()) for i in (0, 1)]
        lines += [f"{'all':<20}{total[0]:>16,}{total[1]:>16,}", ""]
        lines += [f"memory of each of {self.gpus} GPU{'s' * (self.gpus > 1)}, GiB"]
        lines += [f"  {kind:<34}{size / GIB:>9.2f}" for kind, size in self.memory.items() if size]
        lines += ["highest moment of each phase, GiB (reserve included)"]
        lines += [f"  {phase:<34}{size / GIB:>9.2f}" for phase, size in self.peaks.items()]
        lines += ["", "in a step, all GPUs together"]
        lines += [f"  {name:<34}{count:>9,}" for name, count in self.tokens.items()]
        verdict = "fits" if self.fits else "does NOT fit"
        lines += ["", f"{self.peak / GIB:.1f} GiB of {self.limit / GIB:.1f}: {verdict}"]
        if not self.fits:
            lines += ["to lower it:", *(f"  - {hint}" for hint in self.lower)]
        return "\n".join(lines)


def plan(
    config: FinetuneConfig,
    *,
    gpus: int = 1,
    memory: float = 24.0,
    sharded: bool = False,
    sizes: Sizes | None = None,
    model: LensConfig | None = None,
) -> Plan:
    """The plan of a recipe on `gpus` of `memory` GiB; `sharded` splits weights, gradients and moments over them.

    The model's sizes come from the recipe's `model` (its config.json alone), or from `model`.
    """
    lens_config, processor = (model, None) if model is not None else read_sizes(config.model)
    if config.num_queries is not None:
        lens_config = copy.copy(lens_config)
        lens_config.num_queries = config.num_queries
    sizes = sizes or expected_sizes(config, lens_config, processor)
    adapter = None if config.adapter is None else replace(config.adapter, quantise="none")
    with torch.device("meta"):
        meta = LensModel(lens_config)
        choose_roles(meta, config, adapter)
    split = gpus if sharded else 1
    parameters = _parameters(meta)
    trained = sum(count for _, count in parameters.values())
    frozen = sum(count for count, _ in parameters.values()) - trained
    narrow = 2 if config.precision == "bfloat16" else 4
    vlm_frozen = sum(p.numel() for p in meta.vlm.model.language_model.layers.parameters() if not p.requires_grad)
    weights = 4.0 * trained + narrow * frozen
    if config.quantization == "4bit":
        weights += (FOUR_BIT - narrow) * vlm_frozen
    reference = 0.0
    if isinstance(config, GRPOConfig) and config.reference_kind == "copy":
        reference = narrow * float(sum(p.numel() for p in meta.vlm.parameters()))
    means = 4.0 * trained / split if config.mean_weights else 0.0
    kept, busy = activations(meta, config, sizes)
    cast_weights = 2.0 * trained if config.precision == "bfloat16" else 0.0
    rollout = rollout_bytes(lens_config, config, sizes, narrow)
    kinds = {
        "weights": weights / split,
        "reference model": reference,
        "mean of the weights": means,
        "gradients": 4.0 * trained / split,
        "optimiser (AdamW moments)": 8.0 * trained / split,
        "activations kept for backward": kept,
        "working memory": busy,
        "bfloat16 copies of trained weights": cast_weights / split,
        "rollout cache": rollout,
        "reserve": RESERVE,
    }
    still = kinds["weights"] + reference + means + kinds["optimiser (AdamW moments)"] + RESERVE
    samples = isinstance(config, GRPOConfig) and config.rollout.backend == "transformers"
    gathered = weights - kinds["weights"] if samples else 0.0  # sampling holds all weights at once
    peaks = {
        "rollout": still + gathered + rollout,
        "forward and backward": still + kinds["gradients"] + kept + busy + kinds["bfloat16 copies of trained weights"],
        "optimiser step": still + 2 * kinds["gradients"],
    }
    return Plan(
        parameters=parameters,
        memory=kinds,
        peaks=peaks,
        tokens=step_tokens(config, lens_config, sizes, gpus),
        limit=memory * GIB,
        gpus=gpus,
        lower=tuple(_hints(config, sharded, gpus)),
    )


def read_sizes(name: str) -> tuple[LensConfig, ProcessorConfig | None]:
    """Configuration of a model folder, shipped model or sizes (`qwen2.5-vl-3b+sam2-large`); no weights are read."""
    vlm, plus, segmenter = name.partition("+")
    if plus and vlm in VLMS and (segmenter in SAM2 or segmenter == "sam3"):
        return lens(vlm, segmenter), None
    try:
        folder = find_model(name)
        config = LensConfig.from_pretrained(folder)
    except (FileNotFoundError, OSError) as error:
        known = f"a VLM of {', '.join(VLMS)} + a segmenter of {', '.join(SAM2)}, sam3"
        raise FileNotFoundError(f"{error}; to plan without weights: --set model=VLM+SEGMENTER, {known}") from None
    return config, load_config(folder) if (folder / CONFIG_NAME).is_file() else None


def expected_sizes(config: FinetuneConfig, model: LensConfig, processor: ProcessorConfig | None) -> Sizes:
    """The largest forward pass that the recipe allows: images at the processor's cap, completions at their limit."""
    vision = model.vlm.vision_config
    processor = processor or ProcessorConfig(patch_size=vision.patch_size, merge_size=vision.spatial_merge_size)
    area = processor.fixed_size**2 if processor.fixed_size is not None else processor.max_pixels
    patches = area // processor.patch_size**2
    if isinstance(config, GRPOConfig):
        images, branches, completion = config.prompts_per_forward, config.group_size, config.max_new_tokens
    else:
        images, branches, completion = cast(Any, config).batch_size, cast(Any, config).expressions, TEACHER_TOKENS
    return Sizes(
        images=images,
        branches=branches,
        image_tokens=patches // processor.merge_size**2,
        patches=patches,
        text_tokens=TEXT_TOKENS,
        completion=completion,
    )


def step_tokens(config: FinetuneConfig, model: LensConfig, sizes: Sizes, gpus: int) -> dict[str, int]:
    """Tokens and images of an optimiser step."""
    images = gpus * (config.prompts_per_step if isinstance(config, GRPOConfig) else sizes.images)
    branches = images * sizes.branches
    return {
        "images": images,
        "completions": branches,
        "completion tokens, at most": branches * sizes.completion,
        "tokens through the VLM, packed": images * sizes.row(model.num_queries),
        "tokens of plain repeated rows": branches
        * (sizes.image_tokens + sizes.text_tokens + sizes.completion + model.num_queries),
    }


def rollout_bytes(model: LensConfig, config: FinetuneConfig, sizes: Sizes, width: int) -> float:
    """Keys and values of a step's completions, and one step's logits; 0 in stage 1."""
    if not isinstance(config, GRPOConfig):
        return 0.0
    text = model.vlm.get_text_config()
    head = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    rows = config.prompts_at_once * config.group_size
    length = sizes.image_tokens + sizes.text_tokens + sizes.completion
    cache = 2 * text.num_hidden_layers * text.num_key_value_heads * head * rows * length * width
    return cache + 3 * 4 * rows * text.vocab_size


# ---- counting --------------------------------------------------------------------------------------------------------


class _Fused(torch.autograd.Function):
    """Stands for a fused attention kernel: keeps query, key, value, output and a number for each query."""

    @staticmethod
    def forward(ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        out = torch.empty_like(query)
        ctx.save_for_backward(query, key, value, out, query.new_empty(query.shape[:-1], dtype=torch.float32))
        return out

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        raise NotImplementedError("the planner takes no gradient")


def _fused_attention(
    module: nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *rest: Any, **options: Any
) -> tuple[torch.Tensor, None]:
    out = _Fused.apply(query, key, value)
    return cast(torch.Tensor, out).transpose(1, 2).contiguous(), None


AttentionInterface.register("lens_plan", _fused_attention)


class Saved:
    """Counts the bytes that autograd keeps inside a `with` block; what is shared counts once, parameters not at all."""

    def __init__(self, model: nn.Module) -> None:
        own = [*model.parameters(), *model.buffers()]
        self._known = {t.untyped_storage()._cdata for t in own}
        self._alive: list[Any] = []
        self.bytes = 0.0

    def _pack(self, tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._known:
            self._known.add(storage._cdata)
            self._alive.append(storage)  # a storage that is freed could give its address to another
            self.bytes += storage.nbytes()
        return tensor

    def __enter__(self) -> Saved:
        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._pack, lambda tensor: tensor)
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._hooks.__exit__(*error)


def activations(model: LensModel, config: FinetuneConfig, sizes: Sizes) -> tuple[float, float]:
    """(bytes kept from forward to backward, bytes of working memory at the highest moment) of one forward pass."""
    dtype = torch.bfloat16 if config.precision == "bfloat16" else torch.float32
    model = model.to(dtype)  # type: ignore[arg-type]
    model.train()
    if config.gradient_checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.vlm.set_attn_implementation("lens_plan")
    detach = isinstance(config, GRPOConfig) and config.detach_masks
    parts = _parts(model, sizes, dtype, detach)
    kept = {name: _saved(model, run) for name, run in parts.items()}
    busy = 2.0 * 4 * min(vlms.HEAD_CHUNK, sizes.images * sizes.branches * sizes.completion) * _vocabulary(model)
    if config.gradient_checkpointing:  # one block at a time is made anew
        model.gradient_checkpointing_disable()
        text, vision = len(model.vlm.model.language_model.layers), len(model.vlm.model.visual.blocks)
        once = _saved(model, parts["language"]) / text
        busy = max(busy, once, _saved(model, parts["vision"]) / vision)
    return sum(kept.values()), busy


def _parts(model: LensModel, sizes: Sizes, dtype: torch.dtype, detach: bool) -> dict[str, Callable[[], Any]]:
    """The stages of a forward pass, each over meta tensors of the sizes given."""
    hidden, queries = model.config.get_text_config().hidden_size, model.config.num_queries
    batch, length, vlm = sizes.images, sizes.row(queries), model.vlm
    made = any(p.requires_grad for p in (*model.vlm.parameters(), *model.queries.parameters()))

    def empty(*shape: int, grad: bool = False, kind: torch.dtype = dtype) -> torch.Tensor:
        return torch.empty(*shape, dtype=kind, device="meta", requires_grad=grad)

    def vision() -> Any:
        tower = vlm.config.vision_config
        side = 2 * max(1, round((sizes.patches / 4) ** 0.5))
        other = max(2, sizes.patches // side // 2 * 2)
        width = 3 * getattr(tower, "temporal_patch_size", 2) * tower.patch_size**2
        return vlms.encode_images(vlm, empty(batch * side * other, width), torch.tensor([[1, side, other]] * batch))

    def language() -> Any:
        positions = torch.zeros(3, batch, length, dtype=torch.long, device="meta")
        return vlms.run_layers(vlm, empty(batch, length, hidden, grad=made), positions, empty(batch, 1, length, length))

    def head() -> Any:
        count = batch * sizes.branches * sizes.completion
        targets = torch.zeros(count, dtype=torch.long, device="meta")
        states = empty(count, hidden, grad=made)
        chunks = zip(states.split(vlms.HEAD_CHUNK), targets.split(vlms.HEAD_CHUNK), strict=True)
        return [F.cross_entropy(vlm.lm_head(h).float() / 1.0, t, reduction="none") for h, t in chunks]

    def segmenter() -> Any:
        train = any(p.requires_grad for p in model.segmenter.vision_encoder.parameters())
        with torch.set_grad_enabled(train):
            return seg.encode_image(model.segmenter, empty(batch, 3, model.config.image_size, model.config.image_size))

    def masks() -> Any:
        with torch.no_grad():
            features = segmenter()
        logits, _ = model.decode(empty(batch, sizes.branches, queries, hidden, grad=made and not detach), features)
        losses = []
        for row in logits:
            full = F.interpolate(row.unsqueeze(1), size=sizes.picture, mode="bilinear").squeeze(1)
            target, keep = torch.zeros_like(full), torch.ones_like(full)  # as `losses.mask_bce_dice` does it
            pixels = F.binary_cross_entropy_with_logits(full, target, reduction="none") * keep
            probability = full.sigmoid() * keep
            losses += [pixels.sum(), (probability * target).sum(), probability.sum()]
        return losses

    stages: dict[str, Callable[[], Any]] = {"vision": vision, "language": language, "head": head}
    return {**stages, "segmenter": segmenter, "masks": masks}


class _Mixed(TorchDispatchMode):
    """Lets an operation meet tensors of both kinds: what a tower works out on the CPU from an image's grid goes to the
    meta device where it meets the tower's own tensors."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        flat, spec = tree_flatten((args, kwargs or {}))
        tensors = [x for x in flat if isinstance(x, torch.Tensor)]
        if any(t.is_meta for t in tensors) and not all(t.is_meta for t in tensors):
            flat = [x.to("meta") if isinstance(x, torch.Tensor) else x for x in flat]
        args, kwargs = tree_unflatten(flat, spec)
        return func(*args, **kwargs)


def _saved(model: nn.Module, run: Callable[[], Any]) -> float:
    saved = Saved(model)
    with _Mixed(), saved:
        run()
    return saved.bytes


def _vocabulary(model: LensModel) -> int:
    return cast(int, model.config.get_text_config().vocab_size)


def _parameters(model: LensModel) -> dict[str, tuple[int, int]]:
    counts = {}
    for role in ROLES:
        own = list(model.role_parameters(role))
        counts[role] = (sum(p.numel() for p in own), sum(p.numel() for p in own if p.requires_grad))
    return counts


def _hints(config: FinetuneConfig, sharded: bool, gpus: int) -> list[str]:
    """What to lower, the mildest first."""
    hints = []
    if not config.gradient_checkpointing:
        hints.append("gradient_checkpointing: true (a third more time, most of the activations)")
    if config.precision == "float32":
        hints.append("precision: bfloat16")
    if isinstance(config, GRPOConfig):
        if config.prompts_per_forward > 1:
            hints.append(f"prompts_per_forward: {config.prompts_per_forward // 2} (same result, less at a time)")
        hints.append(f"max_new_tokens: {config.max_new_tokens // 2}")
        if config.reference_kind == "copy":
            hints.append("beta: 0, or an adapter: no reference model")
        name, least = ("candidates", config.prompts_per_step) if config.candidates else ("prompts_per_step", 1)
        hints.append(f"{name}: {max(least, config.prompts_at_once // 2)} (a smaller rollout cache)")
    elif isinstance(config, AlignConfig) and config.batch_size > 1:
        hints.append(f"batch_size: {config.batch_size // 2}")
    if gpus > 1 and not sharded:
        hints.append("recipes/accelerate/fsdp2.yaml: weights and moments split over the GPUs (--plan --sharded)")
    if config.adapter is None:
        hints.append("adapter: {rank: 16}, without vision in trains: LoRA, whose moments are small")
    elif config.adapter.quantise == "none":
        hints.append("adapter: {quantise: 4bit}: QLoRA")
    return hints
