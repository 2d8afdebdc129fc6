"""One GRPO step under two schedules: each completion with its own copy of image and prompt, or groups that share them.

`repeated`: what the published code and most trainers do. G rows of [prompt | completion | queries]; the vision tower
and SAM 2's encoder run once for each completion, and sampling prefills the prompt once for each row.
`shared`: ours. One packed row [prompt | completion 1 | ... | completion G]; each encoder and the prompt run once.

Both go through the same model, weights, tokens and losses, so that only the schedule differs.
"""

from __future__ import annotations

import copy
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import numpy as np
import torch
from PIL import Image
from transformers import GenerationConfig

from ..hub import resolve_model
from ..losses import group_advantages, mask_bce_dice, policy_loss
from ..models.config import LensConfig
from ..models.lens import LensModel
from ..models.sizes import sam2
from ..packing import Branch, Row
from ..processor import (
    IMAGE_TOKEN,
    TURN_END,
    VISION_END,
    VISION_START,
    LensProcessor,
    ProcessedImage,
    ProcessorConfig,
    token_id,
)
from ..rollout import Sampling, generate
from ..train.grpo import by_completion
from ..types import LensInputs

SCHEDULES = ("repeated", "shared")


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Model and prompt of the benchmark: a mid-size model by default."""

    hidden: int = 512
    layers: int = 8
    heads: int = 8
    vision_hidden: int = 384
    vision_layers: int = 6
    image_side: int = 896
    """Pixels; patches of 14, four to a token: 1,024 image tokens."""
    prompt_tokens: int = 1200
    """P, image tokens included."""
    group: int = 8
    """G, completions of the prompt."""
    completion_tokens: int = 100
    queries: int = 64
    segmenter_side: int = 512
    seed: int = 0


SMALL = Sizes(
    hidden=64, layers=2, heads=2, vision_hidden=32, vision_layers=1, image_side=112, prompt_tokens=40, group=3,
    completion_tokens=7, queries=4, segmenter_side=96,
)  # fmt: skip
"""For tests: seconds."""


def build(sizes: Sizes) -> tuple[LensModel, LensProcessor]:
    """The benchmark's model with random weights, and a processor in lens-tiny's vocabulary."""
    tokenizer = LensProcessor.from_pretrained(resolve_model("lens-tiny")).tokenizer
    image, start, end, turn_end = (
        token_id(tokenizer, token) for token in (IMAGE_TOKEN, VISION_START, VISION_END, TURN_END)
    )
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": sizes.hidden,
        "intermediate_size": sizes.hidden * 11 // 4,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "num_key_value_heads": sizes.heads,
        "max_position_embeddings": 8192,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": _sections(sizes)},
        "bos_token_id": None,
        "eos_token_id": turn_end,
    }
    vision = {
        "depth": sizes.vision_layers,
        "hidden_size": sizes.vision_hidden,
        "intermediate_size": sizes.vision_hidden * 3,
        "num_heads": max(1, sizes.vision_hidden // 64),
        "patch_size": 14,
        "spatial_merge_size": 2,
        "window_size": 112,
        "out_hidden_size": sizes.hidden,
        "fullatt_block_indexes": [sizes.vision_layers - 1],
    }
    vlm = {
        "model_type": "qwen2_5_vl", "text_config": text, "vision_config": vision, "image_token_id": image,
        "video_token_id": image, "vision_start_token_id": start, "vision_end_token_id": end,
        "tie_word_embeddings": True,
    }  # fmt: skip
    segmenter = sam2(
        image_size=sizes.segmenter_side, embed_dim=48, heads=1, stages=(1, 2, 3, 1), global_blocks=(5,),
        windows=(8, 4, 8, 4), channels=128, mlp_dim=256, decoder_heads=4, dynamic_multimask=False,
    )  # fmt: skip
    torch.manual_seed(sizes.seed)
    config = LensConfig(
        vlm_config=vlm,
        segmenter_config=segmenter,
        num_queries=sizes.queries,
        connector_depth=2,
        connector_heads=sizes.heads,
    )
    model = LensModel(config)
    model.train_only(("vlm", "vision", "queries", "connector", "segmenter_decoder"))
    processor = LensProcessor(
        tokenizer,
        ProcessorConfig(fixed_size=sizes.image_side, segmenter_size=sizes.segmenter_side, prompt_set="short"),
    )
    processor.end_token = -1  # no token ends a completion, so that all have the same length
    return model, processor


def _sections(sizes: Sizes) -> list[int]:
    """Rotary frequencies of time, height and width, in Qwen2.5-VL's proportion 16 : 24 : 24."""
    half = sizes.hidden // sizes.heads // 2
    return [half - 2 * (half * 3 // 8), half * 3 // 8, half * 3 // 8]


@dataclass(kw_only=True)
class Task:
    """One prompt: image, tokens, completions to train on."""

    image: ProcessedImage
    question: list[int]
    square: torch.Tensor
    completions: list[list[int]]
    target: torch.Tensor
    """(H, W) bool."""
    rewards: torch.Tensor
    """(1, G) float."""


def picture(sizes: Sizes) -> Image.Image:
    """A square of noise."""
    rng = np.random.default_rng(sizes.seed)
    return Image.fromarray(rng.integers(0, 256, (sizes.image_side, sizes.image_side, 3), dtype=np.uint8))


def make_task(sizes: Sizes, processor: LensProcessor) -> Task:
    """A picture of noise with a question of the wanted length, random completions and rewards."""
    rng = np.random.default_rng(sizes.seed)
    noise = picture(sizes)
    image = processor.vlm_image(noise)
    words = rng.integers(300, 500, size=sizes.prompt_tokens - len(processor.image_prefix(image.grid_thw)))
    shape = (sizes.group, sizes.completion_tokens)
    return Task(
        image=image,
        question=words.tolist(),
        square=processor.segmenter_image(noise),
        completions=rng.integers(300, 500, size=shape).tolist(),
        target=torch.from_numpy(rng.random((sizes.segmenter_side, sizes.segmenter_side)) < 0.3),
        rewards=torch.tensor(rng.random((1, sizes.group)), dtype=torch.float32),
    )


def pack_task(task: Task, processor: LensProcessor, schedule: str, queries: int) -> LensInputs:
    """The group as one packed row, or as one row for each completion."""
    prompt = processor.image_prefix(task.image.grid_thw) + task.question
    branches = [Branch(context=prompt[-1:], completion=completion) for completion in task.completions]
    groups = [branches] if schedule == "shared" else [[branch] for branch in branches]
    rows = [Row(prefix=prompt[:-1], grid_thw=task.image.grid_thw, branches=group) for group in groups]
    copies = len(rows)
    return processor.collate(rows, [task.image.pixel_values] * copies, [task.square] * copies, queries)


def group_loss(model: LensModel, inputs: LensInputs, task: Task, reference: torch.Tensor | None) -> torch.Tensor:
    """Policy loss and mask loss of one group, however it is packed."""
    group = len(task.completions)
    out = model(inputs)
    assert out.mask_logits is not None
    logp, tokens = by_completion(out.logp, inputs, group // len(inputs.labels))
    advantages = group_advantages(task.rewards).flatten()
    policy, _ = policy_loss(logp, reference, advantages, tokens, 0.04 if reference is not None else 0.0, "k3")
    masks = torch.nn.functional.interpolate(
        out.mask_logits.flatten(0, 1).unsqueeze(1), size=task.target.shape, mode="bilinear", align_corners=False
    )
    bce, dice = mask_bce_dice(masks.squeeze(1), task.target.expand(group, -1, -1))
    return policy + bce.mean() + dice.mean()


@dataclass(kw_only=True)
class Measured:
    """One schedule's numbers."""

    schedule: str
    seconds: dict[str, float] = field(default_factory=dict)
    """By phase: forward_backward, rollout, reference, optimiser; `end_to_end` is their sum."""
    memory_gib: float = 0.0
    """Peak of forward and backward above the memory that held the model."""
    loss: float = 0.0
    gradient_norm: float = 0.0


def measure(schedule: str, sizes: Sizes, *, repeats: int = 1, phases: bool = True) -> Measured:
    """Runs one schedule in this process; call it in a fresh one, since a peak of memory never falls."""
    if schedule not in SCHEDULES:
        raise ValueError(f"schedule {schedule!r}: choose {' or '.join(SCHEDULES)}")
    model, processor = build(sizes)
    task = make_task(sizes, processor)
    measured = Measured(schedule=schedule)
    inputs = pack_task(task, processor, schedule, sizes.queries)
    model.train()
    before = peak()

    def forward_backward() -> None:
        model.zero_grad(set_to_none=True)
        loss = group_loss(model, inputs, task, None)
        loss.backward()
        measured.loss = float(loss.detach())

    measured.seconds["forward_backward"] = best(forward_backward, repeats)
    measured.memory_gib = (peak() - before) / 2**30
    norms = [p.grad.norm() for p in model.parameters() if p.grad is not None]
    measured.gradient_norm = float(torch.stack(norms).norm())
    if not phases:
        return measured
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-6)
    measured.seconds["optimiser"] = best(optimizer.step, repeats)
    reference = copy.deepcopy(model.vlm).requires_grad_(False).eval()
    measured.seconds["reference"] = best(lambda: model.reference_logp(reference, inputs), repeats)
    sample = sample_shared if schedule == "shared" else sample_repeated
    measured.seconds["rollout"] = best(lambda: sample(model, processor, task, sizes), 1)
    measured.seconds["end_to_end"] = sum(measured.seconds.values())
    return measured


def sample_shared(model: LensModel, processor: LensProcessor, task: Task, sizes: Sizes) -> None:
    generate(
        model,
        processor,
        [task.image],
        [[task.question]],
        sampling=Sampling(max_new_tokens=sizes.completion_tokens),
        group=sizes.group,
        with_queries=False,
    )


@torch.no_grad()
def sample_repeated(model: LensModel, processor: LensProcessor, task: Task, sizes: Sizes) -> None:
    """The family's own `generate` over G copies of image and prompt."""
    prompt = processor.image_prefix(task.image.grid_thw) + task.question
    ids = torch.tensor([prompt] * sizes.group)
    settings = GenerationConfig(
        do_sample=True, temperature=1.0, top_p=0.9, top_k=50, min_new_tokens=sizes.completion_tokens,
        max_new_tokens=sizes.completion_tokens, pad_token_id=processor.pad_token,
        eos_token_id=model.config.get_text_config().eos_token_id,
    )  # fmt: skip
    model.eval()
    model.vlm.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        mm_token_type_ids=(ids == processor.image_token).int(),
        pixel_values=torch.cat([task.image.pixel_values] * sizes.group),
        image_grid_thw=torch.tensor([task.image.grid_thw] * sizes.group),
        generation_config=settings,
    )
    model.train()


def best(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of `repeats` runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return min(times)


def peak() -> float:
    """Bytes at the process's peak so far."""
    if torch.cuda.is_available():
        return float(torch.cuda.max_memory_allocated())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def as_record(measured: Measured, sizes: Sizes) -> dict:
    """JSON-ready."""
    return {**asdict(measured), "sizes": asdict(sizes)}
