"""A looking loss for a VLM that is still learning to ground: one attention head looks at the toy that is spoken of.

From text alone the way from words to a place opened very late: "the red ball" was copied into the thought without fault
while its place was right in half of the cases (the way back, from a place to words, worked). Here the attention of one
head is told, at every answer token, which image tokens to look at; the layers above then find there what to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import apply_rotary_pos_emb

from ..data.toybox import Expression
from ..data.toybox.words import MISSING
from ..models import vlm as vlms
from ..types import LensInputs

NOWHERE = -1
"""Referent of a token that speaks of no toy; one that says what is `MISSING` is not to look at the image."""


@dataclass
class Referents:
    """What the labelled tokens of a packed batch speak of."""

    toy: torch.Tensor
    """(N,) long, for each label in reading order: the toy's index in its scene, `NOWHERE` or `MISSING`."""
    cells: torch.Tensor
    """(B, toys, image tokens) bool: where each toy lies."""


def token_referents(
    tokenizer: PreTrainedTokenizerBase, text: str, mentions: Sequence[tuple[int, int, int]]
) -> list[int]:
    """The toy that each token of a completion speaks of; the end token, which comes last, speaks of none."""
    offsets = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    found = [next((toy for start, end, toy in mentions if start <= last - 1 < end), NOWHERE) for _, last in offsets]
    return [*found, NOWHERE]


def answer_mentions(text: str, said: Expression) -> list[tuple[int, int, int]]:
    """Mentions within a teacher's completion: the thought's own, and all of the answer is about the target."""
    start = text.find(said.thought)
    inside = [(start + first, start + last, toy) for first, last, toy in said.mentions if start >= 0]
    cot = "<answer>" in text
    target = MISSING if said.target is None else said.target
    return [*inside, (text.index("<answer>") if cot else 0, len(text), target)]


def toy_cells(masks: np.ndarray, grid: int) -> np.ndarray:
    """(toys, H, W) bool -> (toys, grid * grid) bool: image tokens that hold a fair part of the toy."""
    count, height, width = masks.shape
    shares = masks.reshape(count, grid, height // grid, grid, width // grid).mean((2, 4)).reshape(count, -1)
    return shares >= 0.3 * shares.max(1, keepdims=True)


def looking_loss(
    vlm: PreTrainedModel, states: torch.Tensor, layer: int, inputs: LensInputs, image_token: int, referents: Referents
) -> tuple[torch.Tensor, float]:
    """Minus the log of the attention that head 0 of a layer gives to the right image tokens, and its mean share.

    `states` (B, L, D) enter that layer. Where nothing matches the right ones are all that are not of the image. Labels
    that speak of no toy do not count.
    """
    text = vlm.model.language_model
    block = text.layers[layer]
    attention, normed = block.self_attn, block.input_layernorm(states)
    size = attention.head_dim
    query, key = (
        torch.nn.functional.linear(normed, p.weight[:size], p.bias[:size]).unsqueeze(1)
        for p in (attention.q_proj, attention.k_proj)
    )
    query, key = apply_rotary_pos_emb(query, key, *text.rotary_emb(states, inputs.position_ids))
    rows, slots = torch.nonzero(inputs.labels != -100, as_tuple=True)
    speaks = referents.toy != NOWHERE
    rows, slots, toys = rows[speaks], slots[speaks], referents.toy[speaks]
    mask = vlms.packed_mask(inputs.segment_ids, query.dtype)[:, 0]
    places = inputs.input_ids == image_token
    logits = (query[:, 0] @ key[:, 0].transpose(1, 2)) * attention.scaling + mask
    columns = places.nonzero()[:, 1].unflatten(0, (len(places), -1))  # every row holds as many image tokens
    share = logits[rows, slots].softmax(-1).gather(1, columns[rows])
    right = (share * referents.cells[rows, toys.clamp(min=0)]).sum(-1)
    right = torch.where(toys == MISSING, 1 - share.sum(-1), right)
    return -right.clamp(min=1e-6).log().mean(), right.detach().mean().item()
