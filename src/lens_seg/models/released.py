"""Published LENS checkpoints <-> ours: names, sizes, and the conversion of weights in both directions.

A published checkpoint is a folder with `config.json` and safetensors: the VLM in the names of transformers 4.51
(`visual.*`, `model.*`, `lm_head.weight`), SAM 2 in its original names (`sam.*`), the queries and the connector. Its
configuration tells the VLM's sizes alone; the rest is read from names and shapes of tensors, and what neither tells
(`Trunk`, the connector's heads) is known by variant, or said in `config.json` under the key `lens_seg`.

Nothing is lost on the way: tensors that LENS does not use (SAM 2's memory) and the original `config.json` are kept in
`released_extras.safetensors` beside our weights, and go back from there.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import json
import logging
import re
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import CONFIG_MAPPING, PreTrainedConfig, Sam2Model

from .config import LensConfig
from .lens import LensModel
from .shards import CheckpointError, ShardWriter, TensorFiles, listed
from .sizes import sam2

logger = logging.getLogger(__name__)

OWN_KEY = "lens_seg"
"""Key of a published `config.json` that holds what the layout itself cannot say; the published code ignores it."""
OWN_KEYS = {"connector_heads", "query_positions", "segmenter", "processor"}
OWN_SEGMENTER_KEYS = {"image_size", "heads", "global_blocks", "windows", "decoder_heads", "dynamic_multimask"}
EXTRAS = "released_extras.safetensors"
ARCHITECTURES = {
    "qwen2_5_vl": "SAMR1ForConditionalGeneration_qwen2p5",
    "qwen2_vl": "SAMR1ForConditionalGeneration",
}
"""Our name of a VLM family -> the published class."""

Shapes = Mapping[str, tuple[int, ...]]

# ---- names -------------------------------------------------------------------------------------------------------

_HEAD = r"segmenter\.mask_decoder\.(output_hypernetworks_mlps\.\d+|iou_prediction_head|pred_obj_score_head)"
_BLOCK = r"segmenter\.vision_encoder\.backbone\.blocks\.(\d+)"
_LAYER = r"segmenter\.mask_decoder\.transformer\.(layers\.\d+\.\w+|final_attn_token_to_image)"
_RELEASED_BLOCKS = r"sam\.image_encoder\.trunk\.blocks\.(\d+)\."
_POSITION_CODES = (
    "shared_image_embedding.positional_embedding",
    "prompt_encoder.shared_embedding.positional_embedding",
)
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
    _check_names(wanted, {n: shape for n, shape in shapes.items() if not OPTIONAL_EXTRAS.fullmatch(n)}, where)


# ---- sizes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """What no tensor of a SAM 2 image encoder tells."""

    heads: int
    """Attention heads of the first stage; they double with each."""
    global_blocks: tuple[int, ...]
    """Blocks with attention over the whole map."""
    windows: tuple[int, ...]
    """Side of the attention window by stage."""


TRUNKS: dict[tuple[int, tuple[int, ...]], Trunk] = {
    (96, (1, 2, 7, 2)): Trunk(heads=1, global_blocks=(5, 7, 9), windows=(8, 4, 14, 7)),
    (96, (1, 2, 11, 2)): Trunk(heads=1, global_blocks=(7, 10, 13), windows=(8, 4, 14, 7)),
    (112, (2, 3, 16, 3)): Trunk(heads=2, global_blocks=(12, 16, 20), windows=(8, 4, 14, 7)),
    (144, (2, 6, 36, 4)): Trunk(heads=2, global_blocks=(23, 33, 43), windows=(8, 4, 16, 8)),
}
"""Width and blocks by stage of SAM 2 tiny, small, base+ and large."""


def trunk_of(width: int, stages: tuple[int, ...], window: int) -> tuple[Trunk, bool]:
    """What is known of a trunk, and whether it is one of `TRUNKS`.

    Any other gets a guess in the manner of SAM 2: a second head from 112 channels on, one global block in the middle
    of the third stage, windows (w, w/2, 2w, w) where w is the side of `pos_embed_window`.
    """
    if known := TRUNKS.get((width, stages)):
        return known, True
    middle = sum(stages[:2]) + stages[2] // 2
    windows = (window, max(1, window // 2), 2 * window, window)
    whole = (middle,) if stages[2] > 1 else ()  # a stage's first block pools and cannot be global
    return Trunk(heads=1 if width < 112 else 2, global_blocks=whole, windows=windows), False


def _size(shapes: Shapes, places: Iterable[tuple[str, int]], default: int) -> int:
    """The size on which most of these (tensor, axis) agree, so that `check` can name the one that does not."""
    found = [shapes[name][axis] for name, axis in places if axis < len(shapes.get(name, ()))]
    return statistics.mode(found) if found else default


def _count(shapes: Shapes, pattern: str) -> list[int]:
    """The numbers that group 1 of `pattern` takes among the names, in order."""
    return sorted({int(match[1]) for name in shapes if (match := re.match(pattern, name))})


def _trunk(shapes: Shapes, own: Mapping[str, Any]) -> tuple[int, tuple[int, ...], Trunk, bool]:
    """Width, blocks by stage, what no tensor tells, and whether any of that is a guess."""
    blocks = _count(shapes, _RELEASED_BLOCKS)
    if not blocks:
        raise CheckpointError("no SAM 2 in this checkpoint: tensors sam.image_encoder.trunk.blocks.* are missing")
    starts = [0, *_count(shapes, _RELEASED_BLOCKS + r"proj\."), blocks[-1] + 1]
    stages = tuple(end - start for start, end in itertools.pairwise(starts))
    if len(stages) != 4:
        raise CheckpointError(f"a SAM 2 trunk has 4 stages, this one {len(stages)}: sam.image_encoder.trunk.blocks.*")
    patches, positions = (f"sam.image_encoder.trunk.{name}" for name in ("patch_embed.proj", "pos_embed"))
    width = _size(shapes, [(f"{patches}.bias", 0), (f"{patches}.weight", 0), (positions, 1)], 96)
    window = _size(shapes, [(f"{positions}_window", 2), (f"{positions}_window", 3)], 8)
    trunk, known = trunk_of(width, stages, window)
    told = {name: own[name] for name in vars(trunk) if name in own}
    return width, stages, dataclasses.replace(trunk, **told), not known and len(told) < len(vars(trunk))


def _segmenter(shapes: Shapes, own: Mapping[str, Any]) -> dict[str, Any]:
    """A `Sam2Config` as a dict, from `sam.*` shapes and what `config.json` says itself."""
    width, stages, trunk, _ = _trunk(shapes, own)
    positions, mlp = "sam.image_encoder.trunk.pos_embed", "sam.sam_mask_decoder.transformer.layers.0.mlp.layers"
    decoder = "sam.sam_mask_decoder.iou_token.weight"
    return sam2(
        image_size=own.get("image_size", 1024),
        embed_dim=width,
        heads=trunk.heads,
        stages=stages,
        global_blocks=tuple(trunk.global_blocks),
        windows=tuple(trunk.windows),
        background=_size(shapes, [(positions, 2), (positions, 3)], 7),
        channels=_size(shapes, [(decoder, 1), ("sam.no_mem_embed", 2), ("sam.no_obj_ptr", 1)], 256),
        mlp_dim=_size(shapes, [(f"{mlp}.0.bias", 0), (f"{mlp}.0.weight", 0), (f"{mlp}.1.weight", 1)], 2048),
        decoder_heads=own.get("decoder_heads", 8),
        dynamic_multimask=own.get("dynamic_multimask", True),
    )


def _warn_of_guess(shapes: Shapes, own: Mapping[str, Any]) -> None:
    width, stages, trunk, guessed = _trunk(shapes, own)
    if guessed:
        logger.warning(
            "SAM 2 with %d channels and stages %s is no known variant and is taken to have %s;"
            ' where that is wrong, say so in config.json: "%s": {"segmenter": {"global_blocks": [...]}}',
            width,
            list(stages),
            ", ".join(f"{name} {value}" for name, value in vars(trunk).items()),
            OWN_KEY,
        )


def _declared(config: type[PreTrainedConfig]) -> set[str]:
    """Fields that a configuration class adds to those of every configuration."""
    common = {field.name for field in dataclasses.fields(PreTrainedConfig)}
    return {field.name for field in dataclasses.fields(config)} - common - {"layer_types"}


def _vlm(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The VLM's configuration: the flat fields of transformers 4.51, or `text_config` where there is one."""
    fields = copy.deepcopy(dict(fields))  # transformers writes into the dicts it is given
    vision: dict[str, Any] = fields.get("vision_config") or {}
    newer = vision.get("model_type", "").startswith("qwen2_5_vl") or "fullatt_block_indexes" in vision
    family = "qwen2_5_vl" if newer else "qwen2_vl"
    blank = CONFIG_MAPPING[family]()
    text = {**fields, **(fields.get("text_config") or {})}
    own = _declared(type(blank.text_config)) | {"rope_theta", "rope_scaling"}
    tokens = ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id")
    return {
        "model_type": family,
        "text_config": {name: text[name] for name in own if name in text},
        "vision_config": {name: vision[name] for name in _declared(type(blank.vision_config)) if name in vision},
        "tie_word_embeddings": bool(text.get("tie_word_embeddings", False)),
        **{name: fields[name] for name in tokens if name in fields},
    }


def _own(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What `config.json` says under `OWN_KEY`; a key of another name is refused, for it would change nothing."""
    own = fields.get(OWN_KEY, {})
    unknown = [*(own.keys() - OWN_KEYS), *(own.get("segmenter", {}).keys() - OWN_SEGMENTER_KEYS)]
    if unknown:
        raise CheckpointError(f"config.json: unknown keys under {OWN_KEY}: {listed(unknown)}")
    return own


def derive_config(fields: Mapping[str, Any], shapes: Shapes) -> LensConfig:
    """Our configuration of a published checkpoint, from its `config.json` and the shapes of its tensors.

    Released weights read their queries at flat positions, so that is set. Raises CheckpointError or ValueError.
    """
    own = _own(fields)
    depth = _count(shapes, r"connector\.blocks\.(\d+)\.")
    queries = _size(
        shapes,
        [("learnable_query", 1), ("connector.pos_embed", 1), ("conv_1d.weight", 2)],
        fields.get("num_of_query") or 64,
    )
    hidden = _size(shapes, [("conv_1d.bias", 0), ("learnable_query", 2), ("connector.pos_embed", 2)], 1)
    mlp = "connector.blocks.0.mlp"
    inner = _size(shapes, [(f"{mlp}.fc1.bias", 0), (f"{mlp}.fc1.weight", 0), (f"{mlp}.fc2.weight", 1)], 4 * hidden)
    return LensConfig(
        vlm_config=_vlm(fields),
        segmenter_config=_segmenter(shapes, own.get("segmenter", {})),
        num_queries=queries,
        connector_depth=depth[-1] + 1 if depth else 4,
        connector_heads=own.get("connector_heads", 16),
        connector_mlp_ratio=max(1, inner // hidden),
        query_positions=own.get("query_positions", "flat"),
        dtype=fields.get("torch_dtype") or fields.get("dtype"),
    )


def _hidden_facts(config: LensConfig) -> dict[str, Any]:
    """What the published layout cannot say about a model, in the form of `OWN_KEY`."""
    vision, decoder = config.segmenter.vision_config, config.segmenter.mask_decoder_config
    assert isinstance(vision, PreTrainedConfig) and isinstance(decoder, PreTrainedConfig)
    trunk = vision.backbone_config
    return {
        "connector_heads": config.connector_heads,
        "query_positions": config.query_positions,
        "segmenter": {
            "image_size": config.image_size,
            "heads": trunk.num_attention_heads_per_stage[0],
            "global_blocks": list(trunk.global_attention_blocks),
            "windows": list(trunk.window_size_per_stage),
            "decoder_heads": decoder.num_attention_heads,
            "dynamic_multimask": decoder.dynamic_multimask_via_stability,
        },
    }


def released_fields(config: LensConfig, shapes: Shapes, original: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`config.json` of the published layout; `original` is the one that a converted checkpoint came with.

    `OWN_KEY` stands in it only where the model differs from what `derive_config` would take it for.
    """
    vlm = config.vlm
    if vlm.model_type not in ARCHITECTURES:
        raise CheckpointError(f"the published layout holds {' and '.join(ARCHITECTURES)}, not {vlm.model_type}")
    if original is None:
        text, vision = config.get_text_config(), vlm.vision_config
        rope = dict(text.rope_parameters)
        theta, sections = rope["rope_theta"], rope["mrope_section"]
        fields = {
            "architectures": [ARCHITECTURES[vlm.model_type]],
            "model_type": "qwen2_vl",
            "num_of_query": config.num_queries,
            "if_use_qwen_connector": True,
            "tie_word_embeddings": vlm.tie_word_embeddings,
            "image_token_id": vlm.image_token_id,
            "video_token_id": vlm.video_token_id,
            "vision_start_token_id": vlm.vision_start_token_id,
            "vision_end_token_id": vlm.vision_end_token_id,
            **{name: getattr(text, name) for name in _declared(type(text)) - {"rope_parameters"}},
            "rope_theta": theta,
            "rope_scaling": {"type": "default", "rope_type": "default", "mrope_section": sections},
            "vision_config": {
                "model_type": vlm.model_type,
                **{name: getattr(vision, name) for name in _declared(type(vision)) - {"rope_parameters"}},
            },
            "torch_dtype": str(config.dtype).removeprefix("torch.") if config.dtype else None,
        }
    else:
        fields = {name: value for name, value in original.items() if name != OWN_KEY}
    facts, taken = _hidden_facts(config), _hidden_facts(derive_config(fields, shapes))
    own = {name: value for name, value in facts.items() if value != taken[name]}
    if "segmenter" in own:
        trunk = {field.name for field in dataclasses.fields(Trunk)}
        differing = {name for name, value in own["segmenter"].items() if value != taken["segmenter"][name]}
        differing |= trunk if differing & trunk else set()  # all or none: nothing is left to guess
        own["segmenter"] = {name: own["segmenter"][name] for name in sorted(differing)}
    return fields | {OWN_KEY: own} if own else fields


# ---- conversion --------------------------------------------------------------------------------------------------


def layout(folder: Path) -> str:
    """The layout by `config.json`: "ours" or "published". Raises CheckpointError where it is neither."""
    fields = read_fields(folder)
    if fields.get("model_type") == LensConfig.model_type:
        return "ours"
    if "num_of_query" in fields or set(fields.get("architectures") or []) & set(ARCHITECTURES.values()):
        return "published"
    kind = fields.get("model_type")
    raise CheckpointError(f"{folder}: config.json is of a {kind} model, neither LENS nor a published LENS checkpoint")


def read_fields(folder: Path) -> dict[str, Any]:
    """`config.json`. Raises CheckpointError where it is damaged."""
    try:
        fields = json.loads((folder / "config.json").read_text())
    except ValueError as error:
        raise CheckpointError(f"{folder / 'config.json'}: is damaged ({error})") from error
    if not isinstance(fields, dict):
        raise CheckpointError(f"{folder / 'config.json'}: holds no configuration")
    return fields


def to_ours(source: Path, target: Path) -> LensConfig:
    """Published folder -> `config.json`, our weights and `released_extras.safetensors` in `target`, an empty folder.

    Raises CheckpointError, before anything is written, where a tensor is missing, unexpected or of the wrong shape.
    """
    fields = read_fields(source)
    with TensorFiles(source) as files:
        try:
            config = derive_config(fields, files.shapes)
            moves = plan(config)
        except CheckpointError as error:
            raise CheckpointError(f"{source}: {error}") from error
        check(config, moves, files.shapes, str(source))
        _warn_of_guess(files.shapes, _own(fields).get("segmenter", {}))
        notes = {"format": "pt", "config": json.dumps(fields)}
        tied = config.vlm.tie_word_embeddings
        if tied and "lm_head.weight" in files.shapes:
            if not torch.equal(files["lm_head.weight"], files["model.embed_tokens.weight"]):
                raise CheckpointError(f"{source}: lm_head.weight differs from the embeddings it should be tied to")
            notes["lm_head"] = "tied"
            files.release()
        writer = ShardWriter(target)
        for move in moves:
            if tied and move.released == ("lm_head.weight",):
                continue
            tensor = torch.cat([files[n] for n in move.released]) if len(move.released) > 1 else files[move.released[0]]
            if writer.add(move.ours, tensor.reshape(move.shape)):
                files.release()
        writer.close()
        used = {name for move in moves for name in move.released}
        save_file({n: files[n] for n in files.shapes.keys() - used}, target / EXTRAS, metadata=notes)
    config.architectures = [LensModel.__name__]
    config.save_pretrained(target)
    return config


def to_released(source: Path, target: Path) -> LensConfig:
    """Our folder -> `config.json` and weights of the published layout in `target`, an empty folder.

    A model that was not converted from a published one gets zeros for SAM 2's memory, which LENS does not use.
    Raises CheckpointError where the model has no place in that layout.
    """
    config = LensConfig.from_pretrained(source)
    moves = plan(config)
    extras, notes = _read_extras(source)
    tied = config.vlm.tie_word_embeddings
    with TensorFiles(source) as files:
        wanted = {m.ours: m.shape for m in moves if not (tied and m.released == ("lm_head.weight",))}
        held = {our_name(name): name for name in files.shapes if not (tied and name == "vlm.lm_head.weight")}
        _check_names(wanted, {name: files.shapes[place] for name, place in held.items()}, str(source))
        places = {name: move.part for move in moves for name in move.released}
        original = json.loads(notes["config"]) if "config" in notes else None
        fields = released_fields(config, places, original)
        again = derive_config(fields, places)
        check(again, plan(again), places | extra_shapes(config), f"{source}: in the published layout")
        writer, written = ShardWriter(target), dict[str, str]()
        for move in moves:
            if tied and move.released == ("lm_head.weight",):
                if "lm_head" in notes:
                    writer.add("lm_head.weight", files[held["vlm.model.language_model.embed_tokens.weight"]])
                continue
            tensor = files[held[move.ours]]
            if (first := written.get(move.released[0])) is not None:
                if not torch.equal(tensor, files[held[first]]):
                    raise CheckpointError(f"{source}: {first} and {move.ours} differ, the published layout has one")
                continue
            for name, part in zip(move.released, tensor.reshape(-1, *move.part).unbind(), strict=True):
                written[name] = move.ours
                if writer.add(name, part):
                    files.release()
        kind = files[held["segmenter.no_memory_embedding"]].dtype
        if config.query_positions == "mrope":
            logger.warning("%s reads its queries at M-RoPE positions; the published code will read them flat", source)
        if not extras:
            logger.warning("SAM 2's memory, which LENS does not use, is written as zeros: %s has none", source)
            extras = {name: torch.zeros(shape, dtype=kind) for name, shape in extra_shapes(config).items()}
        for name, tensor in extras.items():
            writer.add(name, tensor)
        writer.close()
    (target / "config.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")
    return config


def load_segmenter(source: Path, segmenter: Sam2Model) -> None:
    """Loads the weights of a SAM 2 or SAM 2.1 of the same sizes; its memory, where there is one, is left out.

    `source` is a safetensors file or a folder with `model.safetensors`, in our layout, the published one, SAM 2's own
    or that of transformers. Raises CheckpointError for a pickle and for tensors that are missing or of the wrong shape.
    """
    with TensorFiles(source) as files:
        state = segmenter.state_dict()
        places = _segmenter_places(state, files.shapes, str(source))
        shapes = {name: (1, *t.shape[1:]) if len(places[name]) > 1 else tuple(t.shape) for name, t in state.items()}
        wanted = {place: shapes[name] for name in state for place in places[name]}
        _check_names(wanted, {n: shape for n, shape in files.shapes.items() if n in wanted}, str(source))
        segmenter.load_state_dict({name: torch.cat([files[p] for p in places[name]]) for name in state})


def _segmenter_places(state: Mapping[str, torch.Tensor], shapes: Shapes, where: str) -> dict[str, tuple[str, ...]]:
    """Tensors of `Sam2Model` -> their names in a file, by the layout that the file's names show."""
    released = {name: released_names(f"segmenter.{name}", tuple(tensor.shape)) for name, tensor in state.items()}
    layouts: list[dict[str, tuple[str, ...]]] = [
        {name: (f"segmenter.{name}",) for name in state},
        released,
        {name: tuple(place.removeprefix("sam.") for place in places) for name, places in released.items()},
        {name: (name,) for name in state},
    ]
    for places in layouts:
        if places["no_memory_embedding"][0] in shapes:
            image, prompts = _POSITION_CODES
            if places[prompts][0] not in shapes:  # one code, which transformers may write once
                places[prompts] = places[image]
            return places
    raise CheckpointError(f"{where}: holds no SAM 2 in any known layout")


def _check_names(wanted: Shapes, shapes: Shapes, where: str) -> None:
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


def _read_extras(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors and notes of `released_extras.safetensors`; empty where there is none."""
    path = folder / EXTRAS
    if not path.is_file():
        return {}, {}
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118
