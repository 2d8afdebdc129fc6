"""Verdicts on the completions of one prompt: rewards by name, and what the loss and the pictures need to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..masks import mask_iou
from ..processor import LensProcessor, ProcessedImage
from ..rewards import (
    Rewards,
    boundary_reward,
    box_reward,
    combine,
    format_reward,
    mask_reward,
    overlong_reward,
    soft_format_reward,
)
from ..types import Box, Sample

if TYPE_CHECKING:
    from .grpo import GRPOConfig

MATCH = 0.5
"""IoU above which a box is the target's. One that only touches it mostly names what is beside it, and its thought
would be taught to draw what it does not speak of."""


@dataclass(kw_only=True)
class Verdict:
    """What G completions of one prompt are worth."""

    rewards: Rewards
    """G rewards, and by name."""
    masks: list[np.ndarray]
    """G masks at the original size; empty where the completion says "no target"."""
    boxes: list[tuple[Box, ...] | None]
    """G answers: all their boxes in original pixels; () for "no target", None for what could not be read."""
    box_ious: list[float]
    """Mean IoU of each answer's boxes with the target's; 1 where both say that there is none."""
    readable: float
    """Share of completions whose answer could be read."""
    mask_iou: float
    """Mean IoU of the masks."""

    @property
    def spread(self) -> bool:
        """Whether the rewards differ at all, so that there is something to learn."""
        return len(set(self.rewards.total)) > 1

    @property
    def drawn_boxes(self) -> list[tuple[Box, ...]]:
        """The boxes to draw."""
        return [boxes or () for boxes in self.boxes]

    def chosen(self, which: Literal["all", "overlapping", "matching", "best"]) -> list[bool]:
        """The completions whose masks learn."""
        if which == "all":
            return [True] * len(self.masks)
        if which in ("overlapping", "matching"):
            return [iou > (MATCH if which == "matching" else 0.0) for iou in self.box_ious]
        best = int(np.argmax(self.rewards.total))
        return [i == best for i in range(len(self.masks))]


def answered_boxes(processor: LensProcessor, image: ProcessedImage, texts: list[str]) -> list[tuple[Box, ...] | None]:
    """The boxes of each answer in original pixels: () for "no target", None for what could not be read."""
    boxes: list[tuple[Box, ...] | None] = []
    for text in texts:
        parsed, found = processor.read(text, image.original, image.resized)
        boxes.append(tuple(found) if found or parsed.no_target else None)
    return boxes


def judge_group(
    processor: LensProcessor,
    config: GRPOConfig,
    sample: Sample,
    image: ProcessedImage,
    texts: list[str],
    lengths: list[int],
    masks: list[np.ndarray],
) -> Verdict:
    """The verdict on the completions of one prompt with the masks (H, W) that they drew."""
    boxes, group = answered_boxes(processor, image, texts), len(texts)
    masks = [np.zeros_like(mask) if answer == () else mask for mask, answer in zip(masks, boxes, strict=True)]
    true, ignore, squared = [sample.mask] * group, [sample.ignore] * group, config.squared_rewards
    named = {
        "format": format_reward(texts, config.cot),
        "box": box_reward(boxes, [sample.boxes] * group, squared),
        "mask": mask_reward(masks, true, ignore, squared),
    }
    if "boundary" in config.reward_weights:
        named["boundary"] = boundary_reward(masks, true, ignore, squared)
    if not sample.boxes:  # an empty mask is no answer by itself
        for name in named.keys() & {"mask", "boundary"}:
            named[name] = [value * (answer == ()) for value, answer in zip(named[name], boxes, strict=True)]
    if "soft_format" in config.reward_weights:
        named["soft_format"] = soft_format_reward(texts, config.cot)
    if "overlong" in config.reward_weights:
        named["overlong"] = overlong_reward(lengths, config.max_new_tokens, config.overlong_margin)
    return Verdict(
        rewards=combine(named, config.reward_weights, config.reward_scale),
        masks=masks,
        boxes=boxes,
        box_ious=box_reward(boxes, [sample.boxes] * group, squared=False),
        readable=sum(answer is not None for answer in boxes) / group,
        mask_iou=float(np.mean([mask_iou(mask, sample.mask, sample.ignore) for mask in masks])),
    )
