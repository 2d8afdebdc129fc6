"""Verdicts on the completions of one prompt: rewards by name, and what the loss and the pictures need to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..boxes import iou
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

NOT_A_BOX: Box = (0.0, 0.0, 0.0, 0.0)
"""Stands for an answer that could not be read: overlaps nothing, and is not "no target"."""


@dataclass(kw_only=True)
class Verdict:
    """What G completions of one prompt are worth."""

    rewards: Rewards
    """G rewards, and by name."""
    masks: list[np.ndarray]
    """G masks at the original size; empty where the completion says "no target"."""
    boxes: list[Box | None]
    """G boxes in original pixels; None for "no target", `NOT_A_BOX` for what could not be read."""
    overlaps: list[bool]
    """Whether each box overlaps the target's, or both say that there is none."""
    readable: float
    """Share of completions whose answer could be read."""
    mask_iou: float
    """Mean IoU of the masks."""

    @property
    def spread(self) -> bool:
        """Whether the rewards differ at all, so that there is something to learn."""
        return len(set(self.rewards.total)) > 1

    @property
    def drawn_boxes(self) -> list[Box | None]:
        """The boxes to draw."""
        return [None if box == NOT_A_BOX else box for box in self.boxes]

    def chosen(self, which: Literal["all", "overlapping", "best"]) -> list[bool]:
        """The completions whose masks learn."""
        if which == "all":
            return [True] * len(self.masks)
        if which == "overlapping":
            return self.overlaps
        best = int(np.argmax(self.rewards.total))
        return [i == best for i in range(len(self.masks))]


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
    boxes: list[Box | None] = []
    masks, readable, group = list(masks), 0, len(texts)
    for i, text in enumerate(texts):
        parsed, found = processor.read(text, image.original, image.resized)
        if parsed.no_target:
            masks[i] = np.zeros_like(masks[i])
        boxes.append(found[0] if found else None if parsed.no_target else NOT_A_BOX)
        readable += bool(found) or parsed.no_target
    true, ignore, squared = [sample.mask] * group, [sample.ignore] * group, config.squared_rewards
    named = {
        "format": format_reward(texts, config.cot),
        "box": box_reward(boxes, [sample.box] * group, squared),
        "mask": mask_reward(masks, true, ignore, squared),
    }
    if "boundary" in config.reward_weights:
        named["boundary"] = boundary_reward(masks, true, ignore, squared)
    if "soft_format" in config.reward_weights:
        named["soft_format"] = soft_format_reward(texts, config.cot)
    if "overlong" in config.reward_weights:
        named["overlong"] = overlong_reward(lengths, config.max_new_tokens, config.overlong_margin)
    return Verdict(
        rewards=combine(named, config.reward_weights, config.reward_scale),
        masks=masks,
        boxes=boxes,
        overlaps=[iou(box, sample.box) > 0 for box in boxes],
        readable=readable / group,
        mask_iou=float(np.mean([mask_iou(mask, sample.mask, sample.ignore) for mask in masks])),
    )
