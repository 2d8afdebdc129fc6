"""Stage 1, alignment (paper section 3.3): teacher-forced answers, and context queries that learn to point SAM 2.

Loss = BCE + dice of the masks, plus `text_weight` times the teacher's negative log-likelihood where the VLM trains too.
The paper trains queries and connector alone; `trains` names other parts where a domain is new to all of them. Every
image counts the same, in the text too, so that a batch split over processes gives the same gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from ..data.augment import mirror
from ..data.registry import ImageGroups, draw_images, open_groups
from ..losses import boundary_weights, mask_bce_dice
from ..masks import intersection_union
from ..packing import Branch, Row
from ..processor import LensProcessor, ProcessedImage
from ..types import Box, LensInputs, Sample
from .cache import FeatureCache
from .common import Run
from .finetune import FinetuneConfig, autocast, check_sharding, drawn_batches, open_start, prepare, save_result


@dataclass(kw_only=True)
class AlignConfig(FinetuneConfig):
    """Recipe of stage 1."""

    batch_size: int = 8
    """Images a step."""
    expressions: int = 4
    """Expressions of each image, on one shared encoding."""
    direct_share: float = 0.25
    """Share of teacher texts without a thought."""
    text_weight: float = 0.0
    """Weight of the teacher text's loss; needs `vlm` among `trains` to matter."""
    mask_weight: float = 1.0
    """Weight of BCE + dice."""
    flip: bool = False
    """Mirror half of the images, left and right in the words too."""


def region(box: Box, width: int, height: int) -> str:
    """Where in the image a box's centre lies, in words of a 3 x 3 grid."""
    x, y = (box[0] + box[2]) / 2 / width, (box[1] + box[3]) / 2 / height
    column = ("left", "", "right")[min(2, int(3 * x))]
    row = ("top", "", "bottom")[min(2, int(3 * y))]
    return f"{row} {column}".strip() or "middle"


def teacher_thought(sample: Sample) -> str:
    """The sample's own thought, or one that says where the target is."""
    if sample.thought is not None:
        return sample.thought
    box = sample.box
    if box is None:
        return f"there is no {sample.prompt} here."
    return f"it is {sample.prompt} at the {region(box, *sample.image.size)}."


def full_masks(logits: torch.Tensor, samples: Sequence[Sequence[Sample]]) -> list[torch.Tensor]:
    """(B, G, h, w) mask logits -> (G, H, W) of each image at its original size."""
    return [
        F.interpolate(row.unsqueeze(1), size=group[0].mask.shape, mode="bilinear", align_corners=False).squeeze(1)
        for row, group in zip(logits, samples, strict=True)
    ]


def drawn_masks(full: Sequence[torch.Tensor]) -> list[list[np.ndarray]]:
    """The masks, bool, that full-size logits draw."""
    return [list((row.detach() > 0).cpu().numpy()) for row in full]


def full_mask_losses(
    full: Sequence[torch.Tensor],
    samples: Sequence[Sequence[Sample]],
    chosen: Sequence[Sequence[bool]] | None = None,
    edge_weight: float = 0.0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """BCE and dice of (G, H, W) logits, the mean over images of each image's mean over its masks.

    `chosen` says which masks of each image count; an image without any adds 0. `edge_weight` lets pixels near the
    target's edge count up to 1 + edge_weight times.
    """
    bces, dices = [], []
    for i, (row, group) in enumerate(zip(full, samples, strict=True)):
        picked = [j for j in range(len(group)) if chosen is None or chosen[i][j]]
        row = row[picked]
        target = torch.from_numpy(np.stack([s.mask for s in group])).to(row.device)[picked]
        ignore = None
        if any(s.ignore is not None for s in group):
            ignored = [np.zeros(s.mask.shape, dtype=bool) if s.ignore is None else s.ignore for s in group]
            ignore = torch.from_numpy(np.stack(ignored)).to(row.device)[picked]
        weight = boundary_weights(target, strength=edge_weight) if edge_weight and picked else None
        bce, dice = mask_bce_dice(row, target, ignore, weight)
        bces.append(bce)
        dices.append(dice)
    return torch.stack(bces).mean(), torch.stack(dices).mean()


def mask_losses(
    logits: torch.Tensor, samples: Sequence[Sequence[Sample]]
) -> tuple[torch.Tensor, torch.Tensor, list[list[np.ndarray]]]:
    """BCE, dice and drawn masks (bool, original size) of (B, G, h, w) logits, at each image's original size."""
    full = full_masks(logits, samples)
    return *full_mask_losses(full, samples), drawn_masks(full)


class TeacherBatches:
    """Step number -> packed teacher-forced batch and its samples."""

    def __init__(self, processor: LensProcessor, config: AlignConfig, groups: ImageGroups, num_queries: int) -> None:
        self.processor, self.config, self.groups, self.num_queries = processor, config, groups, num_queries

    def __call__(self, step: int) -> tuple[LensInputs, list[list[Sample]]]:
        config, p = self.config, self.processor
        rows, images, squares, samples = [], [], [], []
        for image, epoch in draw_images(self.groups, config.batch_size, step, config.seed):
            rng = np.random.default_rng([config.seed, epoch, image])
            group = self.groups(image, config.expressions, epoch)
            if config.flip and rng.random() < 0.5:
                group = [mirror(sample) for sample in group]
            seen = p.vlm_image(group[0].image)
            branches = [self._branch(sample, seen, rng.random() >= config.direct_share) for sample in group]
            rows.append(Row(prefix=p.image_prefix(seen.grid_thw), grid_thw=seen.grid_thw, branches=branches))
            images.append(seen.pixel_values)
            squares.append(p.segmenter_image(group[0].image))
            samples.append(group)
        return p.collate(rows, images, squares, self.num_queries), samples

    def _branch(self, sample: Sample, image: ProcessedImage, cot: bool) -> Branch:
        p = self.processor
        text = p.answer(teacher_thought(sample), sample.prompt, sample.boxes, image, cot)
        return Branch(context=p.question(sample.prompt, cot), completion=p.completion(text))


def align(config: AlignConfig, *, resume: bool) -> None:
    """Runs stage 1 and writes `<output>/model`."""
    model, processor = open_start(config)
    prepare(model, config)
    cache = FeatureCache(config.feature_cache, model.segmenter.vision_encoder)  # its keys hold the weights, whole still
    groups = open_groups(config.data, drawn_batches(config))
    run = Run(
        config,
        model,
        TeacherBatches(processor, config, groups, model.config.num_queries),
        resume=resume,
        shardable=True,
    )
    check_sharding(config, run)
    model.train()
    for inputs, samples in run:
        assert inputs.segmenter_pixels is not None
        with autocast(config, run.device):
            features = cache(model.encode_segmenter, inputs.segmenter_pixels)
            out = model(inputs, features=features)
            assert out.mask_logits is not None
            bce, dice, drawn = mask_losses(out.mask_logits, samples)
        loss = config.mask_weight * (bce + dice)
        labelled = inputs.labels != -100
        text = -(out.logp.sum(1) / labelled.sum(1).clamp(min=1)).mean()
        if config.text_weight:
            loss = loss + config.text_weight * text
        pairs = [(d, s) for row, group in zip(drawn, samples, strict=True) for d, s in zip(row, group, strict=True)]
        counts = np.array([intersection_union(d, s.mask, s.ignore) for d, s in pairs]).sum(0)
        metrics = {"bce": bce.item(), "dice": dice.item(), "text": text.item()}
        run.update(loss, {"cIoU": float(counts[0] / max(counts[1], 1)), **metrics})
    save_result(model, processor, config, run)
