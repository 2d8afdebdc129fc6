"""The published layout by name: where each of our tensors stands in it, and what else a published checkpoint holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch

from .config import LensConfig
from .lens import LensModel
from .shards import CheckpointError, listed

Shapes = Mapping[str, tuple[int, ...]]
"""Name -> shape of the tensors of a checkpoint."""

_HEAD = r"segmenter\.mask_decoder\.(output_hypernetworks_mlps\.\d+|iou_prediction_head|pred_obj_score_head)"
_BLOCK = r"segmenter\.vision_encoder\.backbone\.blocks\.(\d+)"
_LAYER = r"segmenter\.mask_decoder\.transformer\.(layers\.\d+\.\w+|final_attn_token_to_image)"
_MATRIX = "sam.sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"

RULES: tuple[tuple[str, str], ...] = (
    (r"vlm\.model\.visual\.(.+)", r"visual.\1"),
    (r"vlm\.model\.language_model\.(.+)", r"model.\1"),
    (r"vlm\.lm_head\.weight", "lm_head.weight"),
    (r"queries\.weight", "learnable_query"),
    (r"connector\.position_embedding", "connector.pos_embed"),
    (r"connector\.blocks\.(\d+)\.attn\.in_proj_(weight|bias)", r"connector.blocks.\1.attn.qkv.\2"),
    (r"connector\.blocks\.(\d+)\.attn\.out_proj\.(\w+)", r"connector.blocks.\1.attn.proj.\2"),
    (r"connector\.blocks\.(\d+)\.mlp\.0\.(\w+)", r"connector.blocks.\1.mlp.fc1.\2"),
    (r"connector\.blocks\.(\d+)\.mlp\.2\.(\w+)", r"connector.blocks.\1.mlp.fc2.\2"),
    (r"connector\.blocks\.(\d+)\.(norm[12]\.\w+)", r"connector.blocks.\1.\2"),
    (r"connector\.fold\.(\w+)", r"conv_1d.\1"),
    (r"connector\.project\.(.+)", r"proj_to_sam.\1"),
    (r"segmenter\.no_memory_embedding", "sam.no_mem_embed"),
    (r"segmenter\.shared_image_embedding\.positional_embedding", _MATRIX),
    (r"segmenter\.prompt_encoder\.shared_embedding\.positional_embedding", _MATRIX),
    (
        r"segmenter\.vision_encoder\.backbone\.patch_embed\.projection\.(\w+)",
        r"sam.image_encoder.trunk.patch_embed.proj.\1",
    ),
    (r"segmenter\.vision_encoder\.backbone\.(pos_embed\w*)", r"sam.image_encoder.trunk.\1"),
    (_BLOCK + r"\.layer_norm([12])\.(\w+)", r"sam.image_encoder.trunk.blocks.\1.norm\2.\3"),
    (_BLOCK + r"\.mlp\.proj_in\.(\w+)", r"sam.image_encoder.trunk.blocks.\1.mlp.layers.0.\2"),
    (_BLOCK + r"\.mlp\.proj_out\.(\w+)", r"sam.image_encoder.trunk.blocks.\1.mlp.layers.1.\2"),
    (_BLOCK + r"\.((?:attn\.qkv|attn\.proj|proj)\.\w+)", r"sam.image_encoder.trunk.blocks.\1.\2"),
    (r"segmenter\.vision_encoder\.neck\.convs\.(\d+)\.(\w+)", r"sam.image_encoder.neck.convs.\1.conv.\2"),
    (r"segmenter\.prompt_encoder\.mask_embed\.conv1\.(\w+)", r"sam.sam_prompt_encoder.mask_downscaling.0.\1"),
    (r"segmenter\.prompt_encoder\.mask_embed\.layer_norm1\.(\w+)", r"sam.sam_prompt_encoder.mask_downscaling.1.\1"),
    (r"segmenter\.prompt_encoder\.mask_embed\.conv2\.(\w+)", r"sam.sam_prompt_encoder.mask_downscaling.3.\1"),
    (r"segmenter\.prompt_encoder\.mask_embed\.layer_norm2\.(\w+)", r"sam.sam_prompt_encoder.mask_downscaling.4.\1"),
    (r"segmenter\.prompt_encoder\.mask_embed\.conv3\.(\w+)", r"sam.sam_prompt_encoder.mask_downscaling.6.\1"),
    (r"segmenter\.prompt_encoder\.(no_mask_embed|not_a_point_embed)\.weight", r"sam.sam_prompt_encoder.\1.weight"),
    (r"segmenter\.prompt_encoder\.point_embed\.weight", "sam.sam_prompt_encoder.point_embeddings.*.weight"),
    (_LAYER + r"\.o_proj\.(\w+)", r"sam.sam_mask_decoder.transformer.\1.out_proj.\2"),
    (_LAYER + r"\.([qkv]_proj\.\w+)", r"sam.sam_mask_decoder.transformer.\1.\2"),
    (_LAYER + r"\.proj_in\.(\w+)", r"sam.sam_mask_decoder.transformer.\1.layers.0.\2"),
    (_LAYER + r"\.proj_out\.(\w+)", r"sam.sam_mask_decoder.transformer.\1.layers.1.\2"),
    (
        r"segmenter\.mask_decoder\.transformer\.layers\.(\d+)\.layer_norm(\d)\.(\w+)",
        r"sam.sam_mask_decoder.transformer.layers.\1.norm\2.\3",
    ),
    (
        r"segmenter\.mask_decoder\.transformer\.layer_norm_final_attn\.(\w+)",
        r"sam.sam_mask_decoder.transformer.norm_final_attn.\1",
    ),
    (r"segmenter\.mask_decoder\.upscale_conv1\.(\w+)", r"sam.sam_mask_decoder.output_upscaling.0.\1"),
    (r"segmenter\.mask_decoder\.upscale_layer_norm\.(\w+)", r"sam.sam_mask_decoder.output_upscaling.1.\1"),
    (r"segmenter\.mask_decoder\.upscale_conv2\.(\w+)", r"sam.sam_mask_decoder.output_upscaling.3.\1"),
    (_HEAD + r"\.proj_in\.(\w+)", r"sam.sam_mask_decoder.\1.layers.0.\2"),
    (_HEAD + r"\.layers\.0\.(\w+)", r"sam.sam_mask_decoder.\1.layers.1.\2"),
    (_HEAD + r"\.proj_out\.(\w+)", r"sam.sam_mask_decoder.\1.layers.2.\2"),
    (
        r"segmenter\.mask_decoder\.((?:conv_s[01]|iou_token|mask_tokens|obj_score_token)\.\w+)",
        r"sam.sam_mask_decoder.\1",
    ),
)
"""Pattern of our name -> published name, the first that fits the whole name; `*` counts the rows of our tensor."""


def released_names(ours: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """The published tensors of one of ours; several are its rows in order.

    >>> released_names("queries.weight", (64, 2048))
    ('learnable_query',)
    """
    for pattern, name in RULES:
        if match := re.fullmatch(pattern, ours):
            name = match.expand(name)
            return tuple(name.replace("*", str(i)) for i in range(shape[0])) if "*" in name else (name,)
    raise CheckpointError(f"{ours}: has no place in the published layout")


def our_name(name: str) -> str:
    """The name in `LensModel.state_dict` of a tensor in one of our files.

    `save_pretrained` may write the VLM in the names of transformers 4, which `from_pretrained` reads as well.

    >>> our_name("vlm.model.norm.weight")
    'vlm.model.language_model.norm.weight'
    """
    name = re.sub(r"^vlm\.visual\.", "vlm.model.visual.", name)
    return re.sub(r"^vlm\.model\.(?!visual\.|language_model\.)", "vlm.model.language_model.", name)


@dataclass(frozen=True)
class Move:
    """One of our tensors and where the published layout has it."""

    ours: str
    shape: tuple[int, ...]
    released: tuple[str, ...]
    """More than one: the rows of ours in order, (1, C) each."""
    part: tuple[int, ...]
    """Shape of each published tensor."""


def plan(config: LensConfig) -> list[Move]:
    """Every tensor of a model of this configuration, a tied `lm_head` included. Builds it on the meta device."""
    with torch.device("meta"):
        state = LensModel(config).state_dict()
    moves = []
    for ours, tensor in state.items():
        shape = tuple(tensor.shape)
        names = released_names(ours, shape)
        part = (1, *shape[1:]) if len(names) > 1 else (1, *shape) if names == ("learnable_query",) else shape
        moves.append(Move(ours, shape, names, part))
    return moves


def extra_shapes(config: LensConfig) -> dict[str, tuple[int, ...]]:
    """Published tensors of SAM 2's memory, which LENS never uses and our model does not have."""
    width = config.channels
    shapes: dict[str, tuple[int, ...]] = {
        "sam.no_mem_pos_enc": (1, 1, width),
        "sam.no_obj_ptr": (1, width),
        "sam.mask_downsample.weight": (1, 1, 4, 4),
        "sam.mask_downsample.bias": (1,),
    }
    for layer in range(3):
        shapes[f"sam.obj_ptr_proj.layers.{layer}.weight"] = (width, width)
        shapes[f"sam.obj_ptr_proj.layers.{layer}.bias"] = (width,)
    return shapes


OPTIONAL_EXTRAS = re.compile(
    r"sam\.(memory_attention|memory_encoder|maskmem_tpos_enc|obj_ptr_tpos_proj|no_obj_embed_spatial)\b.*"
)
"""More of the memory, which whole SAM 2 and SAM 2.1 checkpoints have; kept, and of any shape."""


def check(config: LensConfig, moves: Iterable[Move], shapes: Shapes, where: str) -> None:
    """Raises CheckpointError with the names of all tensors that are missing, unexpected or of the wrong shape."""
    wanted = {name: move.part for move in moves for name in move.released} | extra_shapes(config)
    if config.vlm.tie_word_embeddings and "lm_head.weight" not in shapes:
        del wanted["lm_head.weight"]
    check_names(wanted, {n: shape for n, shape in shapes.items() if not OPTIONAL_EXTRAS.fullmatch(n)}, where)


def check_names(wanted: Shapes, shapes: Shapes, where: str) -> None:
    """Raises CheckpointError with all names that are wanted and absent, present and not wanted, or misshapen."""
    faults = []
    if missing := wanted.keys() - shapes.keys():
        faults.append(f"missing tensors: {listed(missing)}")
    if unexpected := shapes.keys() - wanted.keys():
        faults.append(f"unexpected tensors: {listed(unexpected)}")
    if wrong := [n for n in wanted.keys() & shapes.keys() if wanted[n] != shapes[n]]:
        faults.append(f"wrong shapes: {listed(f'{n} {list(shapes[n])}, expected {list(wanted[n])}' for n in wrong)}")
    if faults:
        raise CheckpointError(f"{where}: {'; '.join(faults)}")
