"""Stage 1, alignment (paper section 3.3): teacher-forced answers, and context queries that learn to point SAM 2.

Loss = BCE + dice of the masks, plus `text_weight` times the teacher's negative log-likelihood where the VLM trains too.
The paper trains queries and connector alone; `trains` names other parts where a domain is new to all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F

from ..data.augment import mirror
from ..data.registry import DataConfig, ImageGroups, draw_images, open_groups
from ..losses import mask_bce_dice
from ..masks import intersection_union
from ..packing import Branch, Row
from ..processor import LensProcessor, ProcessedImage
from ..types import Box, LensInputs, Sample
from .common import Run, RunConfig
from .pointing import Pointer
from .start import load_start, save_model


@dataclass(kw_only=True)
class AlignConfig(RunConfig):
    """Recipe of stage 1."""

    model: str
    """Weights to start from."""
    segmenter: str | None = None
    """Take SAM 2 from these weights instead."""
    data: DataConfig = field(default_factory=DataConfig)
    """Training samples."""
    batch_size: int = 8
    """Images a step."""
    expressions: int = 4
    """Expressions of each image, on one shared encoding."""
    direct_share: float = 0.25
    """Share of teacher texts without a thought."""
    trains: tuple[str, ...] = ("queries", "connector")
    """Roles that learn; the rest is frozen."""
    text_weight: float = 0.0
    """Weight of the teacher text's loss; needs `vlm` among `trains` to matter."""
    mask_weight: float = 1.0
    """Weight of BCE + dice."""
    pointing_weight: float = 0.0
    """Weight of the pointing loss (`pointing.py`), which only a VLM that does not yet ground needs."""
    pointing_layer: int = 3
    """Layer of the language model that points."""
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


def mask_losses(
    logits: torch.Tensor, samples: Sequence[Sequence[Sample]]
) -> tuple[torch.Tensor, torch.Tensor, list[list[np.ndarray]]]:
    """BCE, dice and drawn masks (bool, original size) of (B, G, h, w) logits, at each image's original size."""
    bces, dices, drawn = [], [], []
    for row, group in zip(logits, samples, strict=True):
        size = group[0].mask.shape
        full = F.interpolate(row.unsqueeze(1), size=size, mode="bilinear", align_corners=False).squeeze(1)
        target = torch.from_numpy(np.stack([s.mask for s in group])).to(full.device)
        ignore = None
        if any(s.ignore is not None for s in group):
            ignored = [np.zeros(size, dtype=bool) if s.ignore is None else s.ignore for s in group]
            ignore = torch.from_numpy(np.stack(ignored)).to(full.device)
        bce, dice = mask_bce_dice(full, target, ignore)
        bces.append(bce)
        dices.append(dice)
        drawn.append(list((full.detach() > 0).cpu().numpy()))
    return torch.stack(bces).mean(), torch.stack(dices).mean(), drawn


class TeacherBatches:
    """Step number -> packed teacher-forced batch and its samples."""

    def __init__(self, processor: LensProcessor, config: AlignConfig, groups: ImageGroups, num_queries: int) -> None:
        self.processor, self.config, self.groups, self.num_queries = processor, config, groups, num_queries

    def __call__(self, step: int) -> tuple[LensInputs, list[list[Sample]]]:
        config, p = self.config, self.processor
        rows, images, squares, samples = [], [], [], []
        for image, epoch in draw_images(len(self.groups), config.batch_size, step, config.seed):
            rng = np.random.default_rng([config.seed, step, image])
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
    model, processor = load_start(config.model, config.segmenter)
    model.train_only(config.trains)
    batches = TeacherBatches(processor, config, open_groups(config.data), model.config.num_queries)
    pointer = Pointer(model.config.get_text_config().hidden_size) if config.pointing_weight else None
    run = Run(config, model, batches, resume=resume, extra=pointer)
    model.train()
    for inputs, samples in run:
        out = model(inputs, inner_layer=config.pointing_layer if pointer else None)
        assert out.mask_logits is not None
        bce, dice, drawn = mask_losses(out.mask_logits, samples)
        loss = config.mask_weight * (bce + dice)
        labelled = inputs.labels != -100
        text = -out.logp[labelled].mean()
        if config.text_weight:
            loss = loss + config.text_weight * text
        metrics = {"bce": bce.item(), "dice": dice.item(), "text": text.item()}
        if pointer is not None:
            pointing, metrics["pointed"] = pointer(out, inputs, samples)
            loss = loss + config.pointing_weight * pointing
        pairs = [(d, s) for row, group in zip(drawn, samples, strict=True) for d, s in zip(row, group, strict=True)]
        counts = np.array([intersection_union(d, s.mask, s.ignore) for d, s in pairs]).sum(0)
        run.update(loss, {"cIoU": float(counts[0] / max(counts[1], 1)), **metrics})
    save_model(model, processor, run.folder / "model")
