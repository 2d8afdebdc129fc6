"""SAM 2 as the segmenter: an image is encoded once, prompt tokens are decoded in a batch.

transformers' `Sam2Model.forward` adds a padding point to every prompt, and its `get_image_embeddings` runs without
gradient through two convolutions that must train; so its parts are called one by one here.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from transformers import Sam2Model


@dataclass
class SegmenterFeatures:
    """The vision encoder's three feature maps of B images, highest resolution first: strides 4, 8 and 16."""

    maps: tuple[torch.Tensor, ...]
    """Each (B, C, S/stride, S/stride), as the neck gives them: before `conv_s0/s1` and `no_memory_embedding`."""

    def __getitem__(self, rows: slice | list[int] | torch.Tensor) -> SegmenterFeatures:
        return SegmenterFeatures(tuple(m[rows] for m in self.maps))


def encode_image(sam: Sam2Model, pixels: torch.Tensor) -> SegmenterFeatures:
    """(B, 3, S, S) normalised pixels -> features. Run it under `torch.no_grad()` where the encoder is frozen."""
    maps = sam.vision_encoder(pixels.to(sam.dtype)).fpn_hidden_states
    return SegmenterFeatures(tuple(maps))


def decode_masks(
    sam: Sam2Model, features: SegmenterFeatures, sparse: torch.Tensor
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


def embed_boxes(sam: Sam2Model, boxes: torch.Tensor) -> torch.Tensor:
    """Boxes (B, P, 4) in pixels of the segmenter's square -> sparse prompt tokens (B, P, 3, C), with gradient."""
    sparse, _ = sam.prompt_encoder(input_points=None, input_labels=None, input_boxes=boxes.clone(), input_masks=None)
    return sparse


def share_positions(sam: Sam2Model) -> None:
    """Gives boxes and image one position code. A new `Sam2Model` draws two; every trained SAM 2 holds one twice."""
    code = sam.shared_image_embedding.positional_embedding
    sam.prompt_encoder.shared_embedding.positional_embedding.copy_(code)


def unused_parameters(sam: Sam2Model) -> list[nn.Parameter]:
    """Parameters that no LENS loss reaches: they stay frozen so that DDP needs no search for unused ones."""
    encoder, decoder = sam.prompt_encoder, sam.mask_decoder
    modules = [encoder.mask_embed, encoder.point_embed, encoder.not_a_point_embed]
    modules += [
        decoder.pred_obj_score_head,
        decoder.iou_prediction_head,
        *decoder.output_hypernetworks_mlps[1:],
    ]
    return [p for module in modules for p in module.parameters()]
