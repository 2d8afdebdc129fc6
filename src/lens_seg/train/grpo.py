"""Stage 2: GRPO over sentence, box and mask, end to end (paper sections 3.3 and 3.4).

    sample G completions -> one forward pass gives log-probs and masks -> rewards -> advantages -> loss -> step

Departures from the published code, each on purpose:
- image and prompt are encoded once per group, with gradients; G completions and their queries share the prefix;
- M-RoPE positions everywhere, the queries included;
- frozen parts are frozen by their parameters, and training goes on from the given mask decoder;
- a "no target" sample rewards only a completion that says so.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from ..data.registry import DataConfig, ImageGroups, draw_images, open_groups
from ..drawing import contact_sheet, overlay
from ..losses import KLKind, group_advantages, policy_loss
from ..packing import Branch, Row
from ..processor import LensProcessor, ProcessedImage
from ..rewards import Rewards, box_reward, combine, format_reward, mask_reward
from ..rollout import Sampling, generate
from ..types import Box, LensInputs, Sample
from .align import mask_losses
from .common import Means, Run, RunConfig
from .start import load_start, save_model

NOT_A_BOX: Box = (0.0, 0.0, 0.0, 0.0)
"""Stands for an answer that could not be read: overlaps nothing, and is not "no target"."""


@dataclass(kw_only=True)
class GRPOConfig(RunConfig):
    """Recipe of stage 2. Defaults are the paper's where it gives them."""

    model: str
    """Weights to start from, as stage 1 left them."""
    data: DataConfig = field(default_factory=DataConfig)
    """Training samples."""
    trains: tuple[str, ...] = ("vlm", "vision", "queries", "connector", "segmenter_decoder")
    """Roles that learn; SAM 2's image encoder stays frozen."""
    prompts_per_step: int = 8
    """Groups in an optimiser step."""
    prompts_per_forward: int = 4
    """Groups in one forward pass; fewer need less memory."""
    group_size: int = 8
    """G, completions sampled for each prompt."""
    cot: bool = True
    """Ask for a thought before the answer."""
    temperature: float = 1.0
    """Sampling temperature."""
    top_p: float = 0.9
    """Nucleus of sampling."""
    top_k: int = 50
    """Most likely tokens that sampling keeps."""
    max_new_tokens: int = 768
    """Limit of a completion."""
    reward_weights: dict[str, float] = field(default_factory=lambda: {"format": 1.0, "box": 1.0, "mask": 1.0})
    """Weight of each reward by name."""
    squared_rewards: bool = True
    """Square box and mask IoU (published recipe)."""
    beta: float = 0.04
    """Weight of the KL term against the frozen start; 0 needs no reference model."""
    kl: KLKind = "k3"
    """KL estimator."""
    normalise_std: bool = True
    """Divide advantages by the group's standard deviation."""
    policy_weight: float = 1.0
    """Weight of the policy loss."""
    mask_weight: float = 1.0
    """Weight of BCE + dice."""
    sample_every: int = 50
    """Steps between pictures of sampled completions; 0 for none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.group_size < 2:
            raise ValueError(f"group_size={self.group_size}: an advantage needs at least 2 completions of a prompt")
        unknown = sorted(set(self.reward_weights) - {"format", "box", "mask"})
        if unknown:
            raise ValueError(f"reward_weights: unknown {', '.join(unknown)}; known are format, box, mask")


@dataclass(kw_only=True)
class PromptBatch:
    """The prompts of one step, ready to sample, and then their completions."""

    samples: list[Sample]
    images: list[ProcessedImage]
    questions: list[list[int]]
    squares: list[torch.Tensor]
    completions: list[list[int]] = field(default_factory=list)
    """G token lists for each prompt, in order; empty before sampling."""
    texts: list[str] = field(default_factory=list)
    """The same, decoded."""

    def split(self, prompts: int) -> Iterator[PromptBatch]:
        """Parts of at most that many prompts, with their completions."""
        group = len(self.completions) // len(self.samples)
        for first in range(0, len(self.samples), prompts):
            part, rows = slice(first, first + prompts), slice(first * group, (first + prompts) * group)
            yield PromptBatch(
                samples=self.samples[part],
                images=self.images[part],
                questions=self.questions[part],
                squares=self.squares[part],
                completions=self.completions[rows],
                texts=self.texts[rows],
            )


class PromptBatches:
    """Step number -> prompts: one expression of each drawn image."""

    def __init__(self, processor: LensProcessor, config: GRPOConfig, groups: ImageGroups) -> None:
        self.processor, self.config, self.groups = processor, config, groups

    def __call__(self, step: int) -> PromptBatch:
        config, p = self.config, self.processor
        drawn = draw_images(len(self.groups), config.prompts_per_step, step, config.seed)
        samples = [self.groups(image, 1, epoch)[0] for image, epoch in drawn]
        return PromptBatch(
            samples=samples,
            images=[p.vlm_image(s.image) for s in samples],
            questions=[p.question(s.prompt, config.cot) for s in samples],
            squares=[p.segmenter_image(s.image) for s in samples],
        )


def pack_groups(processor: LensProcessor, batch: PromptBatch, num_queries: int) -> LensInputs:
    """One row per prompt: the prompt but for its last token is the shared prefix, each completion a branch."""
    p, group, rows = processor, len(batch.completions) // len(batch.samples), []
    for i, (image, question) in enumerate(zip(batch.images, batch.questions, strict=True)):
        prompt = p.image_prefix(image.grid_thw) + question
        own = batch.completions[i * group : (i + 1) * group]
        branches = [Branch(context=prompt[-1:], completion=completion) for completion in own]
        rows.append(Row(prefix=prompt[:-1], grid_thw=image.grid_thw, branches=branches))
    pixels = [image.pixel_values for image in batch.images]
    return p.collate(rows, pixels, batch.squares, num_queries)


def by_completion(values: torch.Tensor, inputs: LensInputs, group: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(B, L) values at the labels of packed rows -> (B * G, T) by completion, and the mask of its tokens."""
    rows, slots = torch.nonzero(inputs.labels != -100, as_tuple=True)
    completion = rows * group + inputs.segment_ids[rows, slots] - 1
    counts = torch.bincount(completion, minlength=inputs.labels.shape[0] * group)
    starts = counts.cumsum(0) - counts
    place = torch.arange(len(completion), device=completion.device) - starts[completion]
    out = values.new_zeros(len(counts), int(counts.max()))
    mask = torch.zeros(out.shape, dtype=torch.bool, device=out.device)
    mask[completion, place] = True
    return out.index_put((completion, place), values[rows, slots]), mask


def score(
    processor: LensProcessor, config: GRPOConfig, batch: PromptBatch, masks: list[list[np.ndarray]]
) -> tuple[Rewards, float]:
    """Rewards of all completions with their masks [prompt][completion], and the share whose answer could be read."""
    samples = [s for s in batch.samples for _ in range(config.group_size)]
    images = [i for i in batch.images for _ in range(config.group_size)]
    drawn = [mask for group in masks for mask in group]
    boxes: list[Box | None] = []
    readable = 0
    for i, (text, image) in enumerate(zip(batch.texts, images, strict=True)):
        parsed, found = processor.read(text, image.original, image.resized)
        if parsed.no_target:
            drawn[i] = np.zeros_like(drawn[i])
        boxes.append(found[0] if found else None if parsed.no_target else NOT_A_BOX)
        readable += bool(found) or parsed.no_target
    named = {
        "format": format_reward(batch.texts, config.cot),
        "box": box_reward(boxes, [s.box for s in samples], config.squared_rewards),
        "mask": mask_reward(drawn, [s.mask for s in samples], [s.ignore for s in samples], config.squared_rewards),
    }
    return combine(named, config.reward_weights), readable / len(samples)


def grpo(config: GRPOConfig, *, resume: bool) -> None:
    """Runs stage 2 and writes `<output>/model`."""
    model, processor = load_start(config.model)
    model.train_only(config.trains)
    reference = copy.deepcopy(model.vlm).requires_grad_(False).eval() if config.beta else None
    sampling = Sampling(
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=config.top_k,
        max_new_tokens=config.max_new_tokens,
    )
    run = Run(config, model, PromptBatches(processor, config, open_groups(config.data)), resume=resume)
    model.train()
    for batch in run:
        clock = time.monotonic()
        questions = [[question] for question in batch.questions]
        rollout = generate(
            model,
            processor,
            batch.images,
            questions,
            sampling=sampling,
            group=config.group_size,
            with_queries=False,
        )
        batch.completions, batch.texts = rollout.completions, rollout.texts
        stats = Means()
        stats.add(
            length=float(np.mean([len(c) for c in rollout.completions])),
            finished=float(np.mean(rollout.finished)),
            seconds_rollout=time.monotonic() - clock,
        )
        pictures: list[list[np.ndarray]] = []
        for part in batch.split(config.prompts_per_forward):
            inputs = pack_groups(processor, part, model.config.num_queries).to(model.device)
            out = model(inputs)
            assert out.mask_logits is not None
            bce, dice, masks = mask_losses(out.mask_logits, [[s] * config.group_size for s in part.samples])
            rewards, readable = score(processor, config, part, masks)
            totals = torch.tensor(rewards.total, device=model.device).view(-1, config.group_size)
            advantages = group_advantages(totals, normalise_std=config.normalise_std).flatten()
            logp, tokens = by_completion(out.logp, inputs, config.group_size)
            reference_logp = None
            if reference is not None:
                reference_logp = by_completion(model.reference_logp(reference, inputs), inputs, config.group_size)[0]
            policy, parts = policy_loss(logp, reference_logp, advantages, tokens, config.beta, config.kl)
            loss = config.policy_weight * policy + config.mask_weight * (bce + dice)
            run.backward(loss * len(part.samples) / len(batch.samples))
            pictures += masks
            stats.add(
                reward=float(np.mean(rewards.total)),
                **{f"reward_{name}": float(np.mean(values)) for name, values in rewards.by_name.items()},
                reward_std=totals.std(dim=1).mean().item(),
                kl=parts["kl"].item(),
                readable=readable,
                bce=bce.item(),
                dice=dice.item(),
                loss=loss.item(),
            )
        stats.add(seconds_step=time.monotonic() - clock)
        run.advance(stats.mean())
        if config.sample_every and (run.step % config.sample_every == 0 or run.step == 1):
            draw_samples(run.folder / "samples" / f"step-{run.step:05d}.png", processor, batch, pictures)
    save_model(model, processor, run.folder / "model")


def draw_samples(path: Path, processor: LensProcessor, batch: PromptBatch, masks: list[list[np.ndarray]]) -> None:
    """A page of completions: for the first prompts of a batch, the first two of the group."""
    group, tiles = len(masks[0]), []
    for i, sample in enumerate(batch.samples[:6]):
        for j in range(2):
            text = batch.texts[i * group + j]
            parsed, boxes = processor.read(text, batch.images[i].original, batch.images[i].resized)
            mask = np.zeros_like(masks[i][j]) if parsed.no_target else masks[i][j]
            tiles.append(
                overlay(sample.image, mask, boxes[0] if boxes else None, parsed.thought or text, sample.prompt)
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp.png")
    contact_sheet(tiles, columns=4).save(temporary)
    os.replace(temporary, path)
