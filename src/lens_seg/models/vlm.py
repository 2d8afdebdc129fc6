"""A thin adapter over a Hugging Face vision-language model of the Qwen-VL kind: the few calls that LENS needs.

Plain functions, so that weight names, PEFT and `generate` of the family's own class stay untouched. Families differ in
one thing here: Qwen3-VL feeds features of inner layers of its image tower to its first language layers (DeepStack).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from transformers import PreTrainedModel
from transformers.cache_utils import Cache

from . import blocks as blocked
from . import windows


@dataclass(frozen=True)
class ImageEmbeds:
    """What the image tower gives for the n image placeholders of a batch, in reading order."""

    tokens: torch.Tensor
    """(n, D), the placeholders' embeddings."""
    deepstack: tuple[torch.Tensor, ...] = ()
    """Each (n, D): the i-th is added to the placeholders' states after language layer i. Empty but for Qwen3-VL."""


def encode_images(vlm: PreTrainedModel, pixel_values: torch.Tensor, grid_thw: torch.Tensor) -> ImageEmbeds:
    """Flattened patches of B images -> embeddings of all their tokens in the language model's space."""
    tower = vlm.model.visual
    out = tower(pixel_values.to(tower.dtype), grid_thw=grid_thw, **windows.layout(tower, grid_thw))
    return ImageEmbeds(out.pooler_output, tuple(getattr(out, "deepstack_features", None) or ()))


def embed(
    vlm: PreTrainedModel, input_ids: torch.Tensor, image_embeds: ImageEmbeds | torch.Tensor | None
) -> torch.Tensor:
    """(B, L) ids -> (B, L, D), with the n image tokens (n, D) at the n image placeholders."""
    embeds = vlm.get_input_embeddings()(input_ids)
    if image_embeds is None:
        return embeds
    tokens = image_embeds.tokens if isinstance(image_embeds, ImageEmbeds) else image_embeds
    slots = input_ids == vlm.config.image_token_id
    if int(slots.sum()) != tokens.shape[0]:
        raise ValueError(f"{int(slots.sum())} image placeholders, {tokens.shape[0]} image tokens: one image a row")
    return embeds.masked_scatter(slots.unsqueeze(-1), tokens.to(embeds.device, embeds.dtype))


def deepstack(vlm: PreTrainedModel, input_ids: torch.Tensor, image_embeds: ImageEmbeds | None) -> dict[str, Any]:
    """What `run_layers` passes on so that image features reach the first layers; empty in families without DeepStack.

    Without images (a cache that goes on) it is empty too: only the pass that reads the image adds them.
    """
    if image_embeds is None or not image_embeds.deepstack:
        return {}
    slots = input_ids == vlm.config.image_token_id
    return {"visual_pos_masks": slots, "deepstack_visual_embeds": list(image_embeds.deepstack)}


def packed_mask(segment_ids: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Additive attention mask (B, 1, L, L): each branch sees the prefix and itself, in order; padding sees itself."""
    query, key = segment_ids.unsqueeze(2), segment_ids.unsqueeze(1)
    length = segment_ids.shape[1]
    order = torch.ones(length, length, dtype=torch.bool, device=segment_ids.device).tril()
    allowed = order & ((key == query) | ((key == 0) & (query >= 0)))
    mask = torch.zeros(allowed.shape, dtype=dtype, device=segment_ids.device)
    return mask.masked_fill(~allowed, torch.finfo(dtype).min).unsqueeze(1)


def packed_attention(vlm: PreTrainedModel, segment_ids: torch.Tensor, dtype: torch.dtype) -> dict[str, Any]:
    """`mask` and `blocks` of `run_layers` for packed rows, by the attention that the language model is set to."""
    if vlm.config.get_text_config()._attn_implementation != blocked.NAME:
        return {"mask": packed_mask(segment_ids, dtype)}
    batch, length = segment_ids.shape  # never read; transformers would make a causal one where there is none
    unread = torch.zeros((), dtype=dtype, device=segment_ids.device).expand(batch, 1, length, length)
    return {"mask": unread, "blocks": blocked.make_blocks(segment_ids)}


def flat_positions(segment_ids: torch.Tensor) -> torch.Tensor:
    """(3, B, L): 0, 1, 2, ... on all three axes, as in a plain row of prefix and branch; padding stands at 0."""
    query, key = segment_ids.unsqueeze(2), segment_ids.unsqueeze(1)
    rank = (query == key).tril(-1).sum(-1)  # tokens of the same segment before this one
    prefix = (segment_ids == 0).sum(1, keepdim=True)
    positions = torch.where(segment_ids > 0, rank + prefix, rank).masked_fill(segment_ids < 0, 0)
    return positions.expand(3, -1, -1)


def run_layers(
    vlm: PreTrainedModel,
    embeds: torch.Tensor,
    position_ids: torch.Tensor,
    mask: torch.Tensor,
    cache: Cache | None = None,
    with_states: bool = False,
    deepstack: dict[str, Any] | None = None,
    blocks: blocked.Blocks | None = None,
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...] | None]:
    """The language model over ready embeddings (B, L, D), positions (3, B, L) and a 4-D additive mask.

    `blocks` stands for the mask in a model whose attention is `blocks.NAME`. `deepstack` is what the
    function of that name gives. Returns the last hidden states (B, L, D) and, on request, those before each layer and
    after the last.
    """
    text = vlm.model.language_model
    out = text(
        inputs_embeds=embeds,
        position_ids=position_ids,
        attention_mask=mask,
        past_key_values=cache,
        use_cache=cache is not None,
        output_hidden_states=with_states,
        **(deepstack or {}),
        **({} if blocks is None else {"blocks": blocks}),
    )
    return out.last_hidden_state, out.hidden_states if with_states else None


HEAD_CHUNK = 4096
"""Positions whose logits are made at a time."""


def token_logp(
    lm_head: nn.Module,
    hidden: torch.Tensor,
    labels: torch.Tensor,
    temperature: float = 1.0,
    with_entropy: bool = False,
    chunk: int = HEAD_CHUNK,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Log-probability of `labels` (B, L), and on request the entropy (no gradient); float32, 0 where the label is -100.

    Only labelled positions meet the head, `chunk` at a time: without gradient no more logits stand in memory at once.
    For the backward pass autograd keeps (L, vocabulary) float32 log-probabilities, which the planner counts.
    """
    slots = labels != -100
    chosen, targets = hidden[slots], labels[slots]
    logp = torch.zeros(labels.shape, dtype=torch.float32, device=hidden.device)
    entropy = logp.clone() if with_entropy else None
    if not len(targets):
        return logp, entropy
    logps, entropies = [], []
    for h, t in zip(chosen.split(chunk), targets.split(chunk), strict=True):
        logits = lm_head(h).float()
        if temperature != 1.0:
            logits = logits / temperature
        logps.append(-F.cross_entropy(logits, t, reduction="none"))
        if with_entropy:
            full = logits.detach().log_softmax(-1)
            entropies.append(-(full.exp() * full).sum(-1))
    logp = logp.masked_scatter(slots, torch.cat(logps))
    return logp, entropy.masked_scatter(slots, torch.cat(entropies)) if entropy is not None else None
