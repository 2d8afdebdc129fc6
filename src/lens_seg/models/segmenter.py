"""SAM 2, or SAM 3's tracker, as the segmenter: an image is encoded once, prompt tokens are decoded in a batch.

Both have the same mask decoder and prompt encoder under two names. transformers' `Sam2Model.forward` adds a padding
point to every prompt, and its `get_image_embeddings` runs without gradient through two convolutions that must train; so
its parts are called one by one here.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from transformers import Sam2Model, Sam3TrackerModel

Segmenter = Sam2Model | Sam3TrackerModel
"""Which one is a matter of the configuration's `model_type`."""


def is_sam3(sam: Segmenter) -> bool:
    """Whether this is SAM 3's tracker, not SAM 2."""
    return sam.config.model_type == "sam3_tracker"


@dataclass
class SegmenterFeatures:
    """The vision encoder's three feature maps of B images, highest resolution first.

    Strides 4, 8 and 16 of SAM 2; 3.5, 7 and 14 of SAM 3.
    """

    maps: tuple[torch.Tensor, ...]
    """Each (B, C, S/stride, S/stride), as the neck gives them: before `conv_s0/s1` and `no_memory_embedding`."""

    def __getitem__(self, rows: slice | list[int] | torch.Tensor) -> SegmenterFeatures:
        return SegmenterFeatures(tuple(m[rows] for m in self.maps))


def encode_image(sam: Segmenter, pixels: torch.Tensor) -> SegmenterFeatures:
    """(B, 3, S, S) normalised pixels -> features. Run it under `torch.no_grad()` where the encoder is frozen."""
    maps = sam.vision_encoder(pixels.to(sam.dtype)).fpn_hidden_states
    return SegmenterFeatures(tuple(maps[:3]))  # SAM 3's neck makes a fourth, coarser one for its detector


def decode_masks(
    sam: Segmenter, features: SegmenterFeatures, sparse: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Masks for P prompts on each image.

    `sparse`: (B, P, N, C) prompt tokens, N = 1 for a LENS token. Returns low-resolution logits (B, P, h, w) and the
    decoder's IoU estimates (B, P), both float32. Single-mask output; in eval mode the decoder replaces an unstable
    mask by its best multi-mask (delta 0.05, threshold 0.98).
    """
    high, middle, low = features.maps
    batch, size = low.shape[0], low.shape[-2:]
    decoder = sam.mask_decoder
    low = low + sam.no_memory_embedding.reshape(1, -1, 1, 1)
    dense = sam.prompt_encoder.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(batch, -1, *size)
    position = sam.get_image_wide_positional_embeddings().expand(batch, -1, -1, -1)
    masks, iou, _, _ = decoder(
        image_embeddings=low,
        image_positional_embeddings=position.to(low.dtype),
        sparse_prompt_embeddings=sparse.to(low.dtype),
        dense_prompt_embeddings=dense.to(low.dtype),
        multimask_output=False,
        high_resolution_features=[decoder.conv_s0(high), decoder.conv_s1(middle)],
    )
    return masks[:, :, 0].float(), iou[:, :, 0].float()


def embed_boxes(sam: Segmenter, boxes: torch.Tensor) -> torch.Tensor:
    """Boxes (B, P, 4) in pixels of the segmenter's square -> sparse prompt tokens (B, P, 3, C), with gradient."""
    sparse, _ = sam.prompt_encoder(input_points=None, input_labels=None, input_boxes=boxes.clone(), input_masks=None)
    return sparse


def share_positions(sam: Segmenter) -> None:
    """Gives boxes and image one position code. A new `Sam2Model` draws two; every trained SAM 2 holds one twice."""
    code = sam.shared_image_embedding.positional_embedding
    sam.prompt_encoder.shared_embedding.positional_embedding.copy_(code)


def unused_parameters(sam: Segmenter) -> list[nn.Parameter]:
    """Parameters that no LENS loss reaches: they stay frozen so that DDP needs no search for unused ones."""
    encoder, decoder = sam.prompt_encoder, sam.mask_decoder
    modules: list[nn.Module] = [encoder.mask_embed, encoder.point_embed, encoder.not_a_point_embed]
    modules += [
        decoder.pred_obj_score_head,
        decoder.iou_prediction_head,
        *decoder.output_hypernetworks_mlps[1:],
        *getattr(sam.vision_encoder.neck, "fpn_layers", [])[3:],
    ]
    return [p for module in modules for p in module.parameters()]
