"""How hard each sample of a dataset is for a model, and the file of a curriculum made from that (method.md section 3).

A completion is worth format + box, the rewards of stage 2 without the mask's (box IoU squared), so from 0 to 2; a
sample is worth the mean over its K completions. Published: samples worth more than 0.2 and less than 1.8, the easy ones
first. Here difficulty = 2 - reward.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .evaluate import batches, by_image, collect
from .predictor import Lens
from .rewards import box_reward, format_reward
from .rollout import Sampling, generate
from .types import Box, Sample

HIGHEST = 2.0
"""Reward of a completion of the required form with the true box."""


@dataclass(kw_only=True)
class ScoreConfig:
    """How samples are scored."""

    samples: int = 8
    """K, completions of each prompt, drawn as in training; 1 decodes greedily."""
    cot: bool = True
    """Ask for a thought before the answer."""
    batch_size: int = 4
    """Most prompts in one forward pass, each with K completions."""
    limit: int | None = None
    """Only the first so many samples."""
    seed: int = 0
    """Of the draws."""

    def __post_init__(self) -> None:
        if self.samples < 1 or self.batch_size < 1:
            raise ValueError(f"samples={self.samples}, batch_size={self.batch_size}: at least 1")


@dataclass(frozen=True, kw_only=True)
class Curriculum:
    """Samples by their reward."""

    kept: list[dict[str, Any]]
    """{"id", "difficulty", "reward"}, the easiest first; what `data.curriculum` of a recipe reads."""
    easy: int
    """Samples left out because the model can do them."""
    hard: int
    """Samples left out because it cannot."""


def score_samples(
    lens: Lens,
    samples: Sequence[Sample],
    config: ScoreConfig,
    *,
    origin: Mapping[str, str | None] | None = None,
    rows_path: Path | None = None,
    resume: bool = False,
) -> list[dict[str, Any]]:
    """A row {"index", "id", "reward", "rewards", "settings"} for each sample; "rewards" are those of its K completions.

    `rows_path`, `resume` and `origin` are those of `evaluate.evaluate_samples`. Sets torch's generator, batch by
    batch, so that the draws do not depend on the number of processes. Raises ValueError where nothing is to be scored.
    """
    count = len(samples) if config.limit is None else min(config.limit, len(samples))
    if count < 1:
        raise ValueError("there is nothing to score: the split is empty, or --limit is below 1")
    return collect(
        batches(samples, count, config.batch_size, lens.processor.config),
        lambda indices: _score(lens, samples, indices, config),
        {**(origin or {}), "samples": config.samples, "cot": config.cot, "seed": config.seed},
        rows_path=rows_path,
        resume=resume,
        check=_check,
        samples=samples,
        description="score",
    )


@torch.no_grad()
def _score(lens: Lens, samples: Sequence[Sample], indices: Sequence[int], config: ScoreConfig) -> list[dict[str, Any]]:
    groups = by_image(samples, indices)
    seen = [lens.processor.vlm_image(group[0][1].image) for group in groups]
    questions = [[lens.processor.question(sample.prompt, config.cot) for _, sample in group] for group in groups]
    greedy = config.samples == 1
    sampling = lens.sampling if greedy else Sampling(max_new_tokens=lens.sampling.max_new_tokens)
    torch.manual_seed(config.seed + indices[0])
    rollout = generate(
        lens.model, lens.processor, seen, questions, sampling=sampling, group=config.samples, with_queries=False
    )
    rows, first = [], 0
    for image, group in zip(seen, groups, strict=True):
        for index, sample in group:
            texts = rollout.texts[first : first + config.samples]
            first += config.samples
            answers: list[tuple[Box, ...] | None] = []
            for text in texts:
                parsed, boxes = lens.processor.read(text, image.original, image.resized)
                answers.append(tuple(boxes) if boxes or parsed.no_target else None)
            worth = zip(format_reward(texts, config.cot), box_reward(answers, [sample.boxes] * len(texts)), strict=True)
            rewards = [form + box for form, box in worth]
            rows.append(
                {
                    "index": index,
                    "id": sample.id,
                    "reward": sum(rewards) / len(rewards),
                    "rewards": [round(reward, 4) for reward in rewards],
                }
            )
    return rows


def _check(row: dict[str, Any]) -> None:
    """Raises KeyError for a line that is no row."""
    if missing := {"id", "reward", "settings"} - set(row):
        raise KeyError(*sorted(missing))


def curriculum(rows: Sequence[dict[str, Any]], low: float = 0.2, high: float = 1.8) -> Curriculum:
    """Keeps what is worth more than `low` and less than `high`.

    >>> curriculum([{"id": "a", "reward": 0.5}, {"id": "b", "reward": 1.5}, {"id": "c", "reward": 2.0}]).kept
    [{'id': 'b', 'difficulty': 0.5, 'reward': 1.5}, {'id': 'a', 'difficulty': 1.5, 'reward': 0.5}]
    """
    kept = [row for row in rows if low < row["reward"] < high]
    lines = [
        {"id": row["id"], "difficulty": round(HIGHEST - row["reward"], 6), "reward": round(row["reward"], 6)}
        for row in kept
    ]
    return Curriculum(
        kept=sorted(lines, key=lambda line: line["difficulty"]),
        easy=sum(row["reward"] >= high for row in rows),
        hard=sum(row["reward"] <= low for row in rows),
    )
