"""Typed records that travel between the stages. No heavy import: torch is named for type checkers only.

Shape letters, used everywhere in this package:
    B  images (groups) in a batch       G  completions, or expressions, that share one image
    P  prefix tokens (image + prompt)   L  tokens of a packed row          T  completion tokens
    M  context queries                  D  hidden size of the VLM          C  channels of the mask decoder
    H, W  height and width of the original image;  h, w  of a low-resolution mask
Boxes are xyxy floats, x to the right, y down; x2 and y2 are exclusive edges (a full image is 0, 0, W, H).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import torch
    from PIL import Image

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in original pixels unless a name says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One expression about one image, whatever file format it came from."""

    id: str
    """Unique within its dataset and stable between runs."""
    image: Image.Image
    """RGB, upright, original size (W, H)."""
    image_id: str
    """Samples with the same `image_id` have the same image."""
    prompt: str
    """The referring expression or question, without template."""
    boxes: tuple[Box, ...]
    """Target boxes in original pixels; empty when nothing in the image matches."""
    mask: np.ndarray
    """(H, W) bool, union of all targets; all False when there is none."""
    ignore: np.ndarray | None = None
    """(H, W) bool, pixels that count for nothing, or None."""
    thought: str | None = None
    """A reasoning text that leads to the target, where the source can give one."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Labels to group results by, such as {"family": "relation"}."""
    scene: Any = None
    """The full description of an embedded-world scene (`data.toybox.Scene`), else None."""

    @property
    def box(self) -> Box | None:
        """The box around all targets, or None."""
        if not self.boxes:
            return None
        x1, y1, x2, y2 = zip(*self.boxes, strict=True)
        return (min(x1), min(y1), max(x2), max(y2))


@dataclass(kw_only=True)
class LensInputs:
    """A batch of packed rows: one row per image, `[prefix | branch 1 | ... | branch G]`.

    The prefix (image, and the prompt where all branches share it) is encoded once; each branch sees the prefix and
    itself only. A branch starts with the token that its first target follows, so no position has two targets.
    """

    input_ids: torch.Tensor
    """(B, L) long; image placeholders in the prefix, any id at query slots and padding."""
    position_ids: torch.Tensor
    """(3, B, L) long, M-RoPE positions (time, height, width)."""
    segment_ids: torch.Tensor
    """(B, L) long: 0 prefix, g >= 1 branch g, -1 padding."""
    query_ids: torch.Tensor
    """(B, L) long: m at the slot of context query m, -1 elsewhere. Every row holds the same number of slots."""
    labels: torch.Tensor
    """(B, L) long: the token to predict *from* this position, -100 where none."""
    pixel_values: torch.Tensor
    """(patches of all B images, 3 * 2 * patch * patch) float, the VLM's flattened patches."""
    image_grid_thw: torch.Tensor
    """(B, 3) long, patches of each image in time, height and width."""
    segmenter_pixels: torch.Tensor | None = None
    """(B, 3, S, S) float, the segmenter's square image, or None when features are given or no mask is wanted."""

    def to(self, device: torch.device | str) -> LensInputs:
        """A copy with every tensor on `device`."""
        moved: dict[str, Any] = {k: v.to(device) if v is not None else None for k, v in vars(self).items()}
        return LensInputs(**moved)


@dataclass(kw_only=True)
class LensOutput:
    """What one forward pass over packed rows gives. Fields that were not asked for are None."""

    hidden: torch.Tensor
    """(B, L, D) last hidden states of the VLM."""
    logp: torch.Tensor
    """(B, L) float32 log-probability of `labels`, 0 where there is no label."""
    entropy: torch.Tensor | None = None
    """(B, L) float32 entropy of the next-token distribution in nats, without gradient, 0 where there is no label."""
    mask_logits: torch.Tensor | None = None
    """(B, G, h, w) float32 low-resolution mask logits, one per branch with queries."""
    iou: torch.Tensor | None = None
    """(B, G) float32, the mask decoder's own estimate of its IoU, in [0, 1]."""
    states: tuple[torch.Tensor, ...] | None = None
    """(B, L, D) hidden states before each layer, and after the last (dense supervision only)."""
    image_embeds: torch.Tensor | None = None
    """(B, image tokens, D) what the vision tower gave (dense supervision only)."""
