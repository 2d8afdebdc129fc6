"""Stage 2: GRPO over sentence, box and mask, end to end (paper sections 3.3 and 3.4).

    sample G completions -> one forward pass gives log-probs and masks -> rewards -> advantages -> loss -> step

Departures from the published code, each on purpose:
- image and prompt are encoded once per group, with gradients; G completions and their queries share the prefix;
- M-RoPE positions everywhere, the queries included (of weights that learnt them at flat ones: in a pass of their own);
- frozen parts are frozen by their parameters, and training goes on from the given mask decoder;
- a "no target" sample rewards only a completion that says so;
- log-probabilities are those at the temperature that was sampled with (at 1, as published, there is no difference).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from ..data.registry import ImageGroups, draw_images, open_groups
from ..drawing import contact_sheet, overlay
from ..files import whole_file
from ..losses import Average, KLKind, group_advantages, mean_entropy, policy_loss
from ..models.lens import LensModel
from ..packing import Branch, Row
from ..processor import LensProcessor, ProcessedImage
from ..rewards import REWARDS, box_reward
from ..rollout import Backend, RolloutConfig, Sampling
from ..types import LensInputs, Sample
from .align import drawn_masks, full_mask_losses, full_masks
from .backend import open_backend
from .cache import FeatureCache
from .common import Run
from .finetune import FinetuneConfig, autocast, check_sharding, drawn_batches, open_start, prepare, save_result
from .judge import Verdict, answered_boxes, judge_group
from .reference import Reference
from .sharding import is_sharded
from .watch import Means, Phases


@dataclass(kw_only=True)
class GRPOConfig(FinetuneConfig):
    """Recipe of stage 2. Defaults are the paper's where it gives them."""

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
    temperature_end: float | None = None
    """Temperature at the last step, linearly from `temperature`; None keeps it."""
    top_p: float = 0.9
    """Nucleus of sampling."""
    top_k: int = 50
    """Most likely tokens that sampling keeps."""
    max_new_tokens: int = 768
    """Limit of a completion."""
    rollout: RolloutConfig = field(default_factory=RolloutConfig)
    """What samples: this process's own model, or vLLM."""

    reward_weights: dict[str, float] = field(default_factory=lambda: {"format": 1.0, "box": 1.0, "mask": 1.0})
    """Weight of each reward by name: format, box, mask, boundary, soft_format, overlong."""
    reward_scale: float = 1.0
    """Multiplies the summed reward."""
    squared_rewards: bool = True
    """Square box, mask and boundary IoU (published recipe)."""
    overlong_margin: int = 64
    """Tokens before the limit over which the `overlong` reward falls from 0 to -1."""
    mask_overlong: bool = False
    """Leave completions that were cut at the limit out of the policy loss."""

    normalise_std: bool = True
    """Divide advantages by the group's standard deviation; false is Dr. GRPO and "full kimi"."""
    groups_without_spread: Literal["keep", "drop", "resample"] = "keep"
    """Groups whose rewards are all equal: keep them, leave them out of the policy loss, or put other prompts in their
    place. The last two judge in a forward pass of their own."""
    spare_prompts: int = 0
    """Further prompts of a step that may take the place of groups without spread."""
    candidates: int = 0
    """Prompts sampled for a step, of which the `prompts_per_step` are learnt from whose boxes are worth the most
    different: where most groups agree, sampling is cheaper than learning from them. 0 samples no more than those."""

    beta: float = 0.04
    """Weight of the KL term against the reference; 0 needs no reference model."""
    kl: KLKind = "k3"
    """KL estimator: k1, k2 ("kimi"), k3 or none."""
    sync_reference_every: int = 0
    """Steps after which the reference takes the policy's weights; 0 keeps the start."""
    average: Average = "sequence"
    """Average the policy loss over completions, or over all tokens (DAPO)."""
    updates_per_batch: int = 1
    """Optimiser steps on each sampled batch; from the second on the ratio is clipped."""
    clip_low: float = 0.2
    """The ratio is held at 1 - clip_low."""
    clip_high: float = 0.2
    """The ratio is held at 1 + clip_high."""
    entropy_weight: float = 0.0
    """Weight of the entropy bonus."""
    policy_weight: float = 1.0
    """Weight of the policy loss."""

    mask_weight: float = 1.0
    """Weight of BCE + dice."""
    mask_loss_on: Literal["all", "overlapping", "matching", "best"] = "all"
    """Completions whose mask learns: all, those whose box overlaps the target's, those whose box is the target's (IoU
    above 0.5), or the best of each group."""
    mask_edge_weight: float = 0.0
    """Pixels near the target's edge count up to 1 + this in the mask loss."""
    detach_masks: bool = False
    """Keep the mask loss out of the VLM and the queries."""
    sample_every: int = 50
    """Steps between pictures of sampled completions; 0 for none."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.group_size < 2:
            raise ValueError(f"group_size={self.group_size}: an advantage needs at least 2 completions of a prompt")
        if unknown := sorted(set(self.reward_weights) - set(REWARDS)):
            raise ValueError(f"reward_weights: unknown {', '.join(unknown)}; known are {', '.join(REWARDS)}")
        if (self.groups_without_spread == "resample") != (self.spare_prompts > 0):
            raise ValueError("groups_without_spread: resample and spare_prompts above 0 belong together; set both")
        if self.candidates and (self.candidates < self.prompts_per_step or self.spare_prompts):
            raise ValueError(
                f"candidates={self.candidates}: needs at least prompts_per_step={self.prompts_per_step} of them, and no"
                " spare_prompts"
            )
        if self.adapter is not None and self.sync_reference_every:
            raise ValueError("sync_reference_every: with an adapter the reference is the model without it; set 0")
        if self.temperature <= 0 or (self.temperature_end is not None and self.temperature_end <= 0):
            raise ValueError("temperature and temperature_end must be above 0: training samples")
        if not (0 < self.clip_low < 1 and self.clip_high > 0):
            raise ValueError(f"clip_low={self.clip_low}, clip_high={self.clip_high}: need 0 < low < 1 and high > 0")
        if self.overlong_margin < 1:
            raise ValueError(f"overlong_margin={self.overlong_margin} must be at least 1")

    def sampling(self, step: int) -> Sampling:
        """How the completions of a step are drawn."""
        heat = self.temperature
        if self.temperature_end is not None:
            heat += (self.temperature_end - heat) * min(1.0, step / max(1, self.steps - 1))
        return Sampling(temperature=heat, top_p=self.top_p, top_k=self.top_k, max_new_tokens=self.max_new_tokens)

    @property
    def prompts_at_once(self) -> int:
        """Prompts whose completions are sampled together."""
        return self.candidates or self.prompts_per_step

    @property
    def reference_kind(self) -> Literal["none", "copy", "adapters_off"]:
        """Which reference model the KL term needs."""
        if not self.beta or self.kl == "none":
            return "none"
        return "copy" if self.adapter is None else "adapters_off"


@dataclass(kw_only=True)
class PromptBatch:
    """Prompts, ready to sample, and then their completions."""

    samples: list[Sample]
    images: list[ProcessedImage]
    questions: list[list[int]]
    squares: list[torch.Tensor]
    completions: list[list[list[int]]] = field(default_factory=list)
    """G token lists for each prompt; empty before sampling."""
    texts: list[list[str]] = field(default_factory=list)
    """The same, decoded."""
    finished: list[list[bool]] = field(default_factory=list)
    """Whether each ended before the limit."""

    def __len__(self) -> int:
        return len(self.samples)

    def take(self, rows: list[int]) -> PromptBatch:
        """The prompts of those numbers, with their completions where there are any."""
        return PromptBatch(**{name: [value[i] for i in rows] if value else [] for name, value in vars(self).items()})

    def put(self, rows: list[int], other: PromptBatch) -> None:
        """Replaces the prompts of those numbers."""
        for name, value in vars(self).items():
            for i, new in zip(rows, getattr(other, name), strict=bool(value)):
                value[i] = new

    @property
    def lengths(self) -> list[int]:
        """Tokens of every completion."""
        return [len(ids) for group in self.completions for ids in group]


class PromptBatches:
    """Step number -> prompts: one expression of each drawn image; the spare ones come last."""

    def __init__(self, processor: LensProcessor, config: GRPOConfig, groups: ImageGroups) -> None:
        self.processor, self.config, self.groups = processor, config, groups

    def __call__(self, step: int) -> PromptBatch:
        config, p = self.config, self.processor
        drawn = draw_images(self.groups, config.prompts_at_once + config.spare_prompts, step, config.seed)
        samples = [self.groups(image, 1, epoch)[0] for image, epoch in drawn]
        return PromptBatch(
            samples=samples,
            images=[p.vlm_image(s.image) for s in samples],
            questions=[p.question(s.prompt, config.cot) for s in samples],
            squares=[p.segmenter_image(s.image) for s in samples],
        )


def pack_groups(processor: LensProcessor, batch: PromptBatch, num_queries: int) -> LensInputs:
    """One row per prompt: the prompt but for its last token is the shared prefix, each completion a branch."""
    p, rows = processor, []
    for image, question, own in zip(batch.images, batch.questions, batch.completions, strict=True):
        prompt = p.image_prefix(image.grid_thw) + question
        branches = [Branch(context=prompt[-1:], completion=completion) for completion in own]
        rows.append(Row(prefix=prompt[:-1], grid_thw=image.grid_thw, branches=branches))
    pixels = [image.pixel_values for image in batch.images]
    return p.collate(rows, pixels, batch.squares, num_queries)


def most_spread(worth: np.ndarray, count: int) -> list[int]:
    """The `count` rows of (prompts, G) rewards that deviate most, in the order they came; of equals the first.

    >>> most_spread(np.array([[1, 1], [0, 1], [0.5, 0.6], [1, 0]]), 2)
    [1, 3]
    """
    return sorted(np.argsort(-worth.std(1), kind="stable")[:count].tolist())


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


def grpo(config: GRPOConfig, *, resume: bool) -> None:
    """Runs stage 2 and writes `<output>/model`."""
    model, processor = open_start(config)
    prepare(model, config)
    narrow = torch.bfloat16 if config.precision == "bfloat16" else torch.float32
    reference = Reference(model, config.reference_kind, config.sync_reference_every, narrow)
    cache = FeatureCache(config.feature_cache, model.segmenter.vision_encoder)  # its keys hold the weights, whole still
    batches = PromptBatches(processor, config, open_groups(config.data, drawn_batches(config)))
    run = Run(config, model, batches, resume=resume, held=reference.held, shardable=True)
    check_sharding(config, run)
    if config.groups_without_spread == "resample" and is_sharded(run.accelerator):
        raise ValueError(
            "groups_without_spread: resample lets processes judge different numbers of prompts, and FSDP2 and"
            " ZeRO-3 would wait for ever; use drop"
        )
    reference.to(run.device)
    backend = open_backend(config.rollout, model, processor, run)
    trainer = Trainer(config, model, processor, run, reference, cache, backend)
    model.train()
    for drawn in run:
        trainer.step(drawn)
    save_result(model, processor, config, run)


class Trainer:
    """One step of GRPO, from prompts to the optimiser."""

    def __init__(
        self,
        config: GRPOConfig,
        model: LensModel,
        processor: LensProcessor,
        run: Run,
        reference: Reference,
        cache: FeatureCache,
        backend: Backend,
    ) -> None:
        self.config, self.model, self.processor, self.run = config, model, processor, run
        self.reference, self.cache, self.backend = reference, cache, backend

    def step(self, drawn: PromptBatch) -> None:
        """Samples, judges, and updates the weights `updates_per_batch` times."""
        config, run, stats, phases = self.config, self.run, Means(), Phases(self.run.device)
        sampling = config.sampling(run.step)
        with phases("sync"):
            self.reference.sync(self.model, run.step)
            self.backend.sync(self.model)
        batch, verdicts, facts_of_sampling = self.sample(drawn, sampling, phases)
        run.batch = batch
        count = run.mean_over_processes(self.count(batch, verdicts)) or 1.0
        tokens = run.mean_over_processes(sum(batch.lengths))
        parts = [
            batch.take(list(range(first, min(first + config.prompts_per_forward, len(batch)))))
            for first in range(0, len(batch), config.prompts_per_forward)
        ]
        old: list[torch.Tensor] = []  # log-probabilities of the weights that sampled, part by part
        for update in range(config.updates_per_batch):
            sums = dict.fromkeys(("loss", "policy", "kl", "entropy", "clip_fraction", "bce", "dice"), 0.0)
            done = 0
            for number, part in enumerate(parts):
                share = len(part) / len(batch)
                seen = self.forward(part, sampling.temperature, phases)
                if len(verdicts) == done:
                    verdicts += self.judge(part, drawn_masks(seen.masks))
                own = verdicts[done : done + len(part)]
                done += len(part)
                if number == len(old):
                    old.append(seen.logp.detach())
                policy, facts = policy_loss(
                    seen.logp,
                    seen.reference_logp,
                    self.advantages(own),
                    seen.tokens,
                    config.beta,
                    config.kl,
                    old_logp=old[number] if update else None,
                    clip=(config.clip_low, config.clip_high),
                    average=config.average,
                    keep=self.kept(part, own),
                    count=count,
                )
                targets = [[s] * config.group_size for s in part.samples]
                chosen = [verdict.chosen(config.mask_loss_on) for verdict in own]
                bce, dice = full_mask_losses(seen.masks, targets, chosen, config.mask_edge_weight)
                loss = config.policy_weight * policy + config.mask_weight * (bce + dice) * share
                if seen.bonus is not None:
                    loss = loss - config.entropy_weight * seen.bonus * sum(part.lengths) / tokens
                with phases("backward"):
                    run.backward(loss)
                sums["entropy"] += seen.entropy.item() * sum(part.lengths) / tokens
                for name, value in {"bce": bce, "dice": dice, "clip_fraction": facts["clipped"]}.items():
                    sums[name] += share * value.item()
                for name, value in {"loss": loss, "policy": facts["policy"], "kl": facts["kl"]}.items():
                    sums[name] += value.item()
            stats.add(**sums)
            if update + 1 < config.updates_per_batch:
                run.optimise()
        metrics = {**stats.mean(), **summary(batch, verdicts), **facts_of_sampling}
        run.advance({**metrics, "temperature": sampling.temperature, **phases.metrics(sum(batch.lengths))})
        if config.sample_every and (run.step % config.sample_every == 0 or run.step == 1) and run.is_main:
            draw_samples(run.folder / "samples" / f"step-{run.step:05d}.png", self.processor, batch, verdicts)

    # ---- sampling and judging --------------------------------------------------------------------------------------

    def sample(
        self, drawn: PromptBatch, sampling: Sampling, phases: Phases
    ) -> tuple[PromptBatch, list[Verdict], dict[str, float]]:
        """The step's groups, their verdicts where they had to be judged already, and metrics of the choice."""
        config = self.config
        facts: dict[str, float] = {"resampled": 0.0}
        batch = drawn.take(list(range(config.prompts_at_once)))
        self.complete(batch, sampling, phases)
        if config.candidates:
            worth = self.worth_of_boxes(batch)
            facts["reward_box_candidates"] = float(worth.mean())
            batch = batch.take(most_spread(worth, config.prompts_per_step))
        if config.groups_without_spread == "keep":
            return batch, [], facts
        verdicts = self.judge_all(batch, sampling.temperature, phases)
        spare = list(range(config.prompts_per_step, len(drawn)))
        resampled = 0
        while spare and (flat := [i for i, verdict in enumerate(verdicts) if not verdict.spread]):
            rows, spare = spare[: len(flat)], spare[len(flat) :]
            others = drawn.take(rows)
            self.complete(others, sampling, phases)
            judged = self.judge_all(others, sampling.temperature, phases)
            better = [j for j, verdict in enumerate(judged) if verdict.spread]
            places = flat[: len(better)]
            batch.put(places, others.take(better))
            for i, j in zip(places, better, strict=True):
                verdicts[i] = judged[j]
            resampled += len(better)
        return batch, verdicts, facts | {"resampled": float(resampled)}

    def complete(self, batch: PromptBatch, sampling: Sampling, phases: Phases) -> None:
        """Samples G completions for every prompt of a batch, in place."""
        group = self.config.group_size
        with phases("rollout"), autocast(self.config, self.run.device):
            pictures = [sample.image for sample in batch.samples]
            rollout = self.backend.sample(pictures, batch.images, batch.questions, sampling, group)
        firsts = range(0, len(rollout.texts), group)
        batch.completions = [rollout.completions[i : i + group] for i in firsts]
        batch.texts = [rollout.texts[i : i + group] for i in firsts]
        batch.finished = [rollout.finished[i : i + group] for i in firsts]

    def worth_of_boxes(self, batch: PromptBatch) -> np.ndarray:
        """(prompts, G) box rewards, which need no forward pass."""
        worth = []
        for sample, image, texts in zip(batch.samples, batch.images, batch.texts, strict=True):
            boxes = answered_boxes(self.processor, image, texts)
            worth.append(box_reward(boxes, [sample.boxes] * len(texts), self.config.squared_rewards))
        return np.array(worth)

    def judge_all(self, batch: PromptBatch, temperature: float, phases: Phases) -> list[Verdict]:
        """Verdicts from a forward pass of their own, without gradient."""
        verdicts: list[Verdict] = []
        for first in range(0, len(batch), self.config.prompts_per_forward):
            part = batch.take(list(range(first, min(first + self.config.prompts_per_forward, len(batch)))))
            with torch.no_grad():
                verdicts += self.judge(part, drawn_masks(self.forward(part, temperature, phases).masks))
        return verdicts

    def judge(self, part: PromptBatch, masks: list[list[np.ndarray]]) -> list[Verdict]:
        """A verdict for every prompt, from its completions and the masks they drew."""
        return [
            judge_group(self.processor, self.config, sample, image, texts, lengths, own)
            for sample, image, texts, lengths, own in zip(
                part.samples,
                part.images,
                part.texts,
                [[len(ids) for ids in group] for group in part.completions],
                masks,
                strict=True,
            )
        ]

    # ---- the loss's ingredients ------------------------------------------------------------------------------------

    def forward(self, part: PromptBatch, temperature: float, phases: Phases) -> Seen:
        """One pass over image, prompt, completions and queries of some groups; the segmenter sees an image once."""
        config, model = self.config, self.model
        inputs = pack_groups(self.processor, part, model.config.num_queries).to(self.run.device)
        assert inputs.segmenter_pixels is not None
        near = bonus = None
        with autocast(config, self.run.device):
            with phases("segmenter"):
                features = self.cache(model.encode_segmenter, inputs.segmenter_pixels)
            with phases("forward"):
                out = model(
                    inputs,
                    features=features,
                    detach_masks=config.detach_masks,
                    temperature=temperature,
                    with_entropy=True,
                )
                assert out.mask_logits is not None and out.entropy is not None
                if config.entropy_weight:
                    bonus = mean_entropy(model.vlm.lm_head, out.hidden[inputs.labels != -100], temperature)
            if torch.is_grad_enabled():
                with phases("reference"):
                    near = self.reference.logp(model, inputs, temperature)
        logp, tokens = by_completion(out.logp, inputs, config.group_size)
        return Seen(
            logp=logp,
            tokens=tokens,
            reference_logp=None if near is None else by_completion(near, inputs, config.group_size)[0],
            masks=full_masks(out.mask_logits, [[s] * config.group_size for s in part.samples]),
            entropy=out.entropy.sum() / tokens.sum(),
            bonus=bonus,
        )

    def advantages(self, verdicts: list[Verdict]) -> torch.Tensor:
        """(groups * G,) advantages within each group."""
        totals = torch.tensor([verdict.rewards.total for verdict in verdicts], device=self.run.device)
        return group_advantages(totals, normalise_std=self.config.normalise_std).flatten()

    def kept(self, part: PromptBatch, verdicts: list[Verdict] | None) -> torch.Tensor:
        """(groups * G,) bool: completions that count in the policy loss."""
        kept = torch.ones(len(part), self.config.group_size, dtype=torch.bool, device=self.run.device)
        if self.config.mask_overlong:
            kept &= torch.tensor(part.finished, device=self.run.device)
        if self.config.groups_without_spread != "keep" and verdicts:
            kept &= torch.tensor([[verdict.spread] for verdict in verdicts], device=self.run.device)
        return kept.flatten()

    def count(self, batch: PromptBatch, verdicts: list[Verdict]) -> float:
        """What the policy loss of the whole batch is divided by: its completions or tokens that count."""
        kept = self.kept(batch, verdicts).tolist()
        if self.config.average == "token":
            return float(sum(length for length, yes in zip(batch.lengths, kept, strict=True) if yes))
        return float(sum(kept))


@dataclass(kw_only=True)
class Seen:
    """What a forward pass over some groups gave; N = groups * G completions of up to T tokens."""

    logp: torch.Tensor
    """(N, T) log-probabilities, with gradient."""
    tokens: torch.Tensor
    """(N, T) bool, where a completion has a token."""
    reference_logp: torch.Tensor | None
    """(N, T) those of the reference."""
    masks: list[torch.Tensor]
    """(G, H, W) mask logits of each image at its original size."""
    entropy: torch.Tensor
    """Mean entropy of a token's distribution, without gradient."""
    bonus: torch.Tensor | None
    """The same with gradient, where it is rewarded."""


def summary(batch: PromptBatch, verdicts: list[Verdict]) -> dict[str, float]:
    """The step's metrics of completions and rewards, means over groups."""
    rewards = [verdict.rewards for verdict in verdicts]
    return {
        "reward": float(np.mean([r.total for r in rewards])),
        **{f"reward_{name}": float(np.mean([r.by_name[name] for r in rewards])) for name in rewards[0].by_name},
        "reward_std": float(np.mean([np.std(r.total, ddof=1) for r in rewards])),
        "groups_without_spread": float(np.mean([not verdict.spread for verdict in verdicts])),
        "mask_iou": float(np.mean([verdict.mask_iou for verdict in verdicts])),
        "readable": float(np.mean([verdict.readable for verdict in verdicts])),
        "length": float(np.mean(batch.lengths)),
        "finished": float(np.mean(batch.finished)),
    }


def draw_samples(path: Path, processor: LensProcessor, batch: PromptBatch, verdicts: list[Verdict]) -> None:
    """A page of completions: for the first prompts of a batch, the first two of the group."""
    tiles = []
    for sample, verdict, texts in list(zip(batch.samples, verdicts, batch.texts, strict=True))[:6]:
        for j in range(2):
            said = processor.read(texts[j], sample.image.size, sample.image.size)[0].thought or texts[j]
            tiles.append(overlay(sample.image, verdict.masks[j], verdict.drawn_boxes[j], said, sample.prompt))
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as temporary:
        contact_sheet(tiles, columns=4).save(temporary)
