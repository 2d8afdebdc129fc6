"""The published layout's `config.json`: it tells the VLM's sizes alone, so the rest is read from shapes of tensors.

What neither tells (`Trunk`, the connector's heads) is known by variant, or said in `config.json` under `OWN_KEY`.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import logging
import re
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from transformers import CONFIG_MAPPING, PreTrainedConfig

from .config import LensConfig
from .released_names import Shapes
from .shards import CheckpointError, listed
from .sizes import SAM2, sam2

logger = logging.getLogger(__name__)

OWN_KEY = "lens_seg"
"""Key of a published `config.json` that holds what the layout itself cannot say; the published code ignores it."""
OWN_KEYS = {"connector_heads", "query_positions", "segmenter", "processor"}
OWN_SEGMENTER_KEYS = {"image_size", "heads", "global_blocks", "windows", "decoder_heads", "dynamic_multimask"}
ARCHITECTURES = {
    "qwen2_5_vl": "SAMR1ForConditionalGeneration_qwen2p5",
    "qwen2_vl": "SAMR1ForConditionalGeneration",
}
"""Our name of a VLM family -> the published class."""

_BLOCKS = r"sam\.image_encoder\.trunk\.blocks\.(\d+)\."


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
    (size["embed_dim"], size["stages"]): Trunk(**{field.name: size[field.name] for field in dataclasses.fields(Trunk)})
    for size in SAM2.values()
}
"""Width and blocks by stage of the known sizes."""


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
    blocks = _count(shapes, _BLOCKS)
    if not blocks:
        raise CheckpointError("no SAM 2 in this checkpoint: tensors sam.image_encoder.trunk.blocks.* are missing")
    starts = [0, *_count(shapes, _BLOCKS + r"proj\."), blocks[-1] + 1]
    stages = tuple(end - start for start, end in itertools.pairwise(starts))
    if len(stages) != 4:
        raise CheckpointError(f"a SAM 2 trunk has 4 stages, this one {len(stages)}: sam.image_encoder.trunk.blocks.*")
    patches, positions = (f"sam.image_encoder.trunk.{name}" for name in ("patch_embed.proj", "pos_embed"))
    width = _size(shapes, [(f"{patches}.bias", 0), (f"{patches}.weight", 0), (positions, 1)], 96)
    window = _size(shapes, [(f"{positions}_window", 2), (f"{positions}_window", 3)], 8)
    trunk, known = trunk_of(width, stages, window)
    told = {name: own[name] for name in vars(trunk) if name in own}
    return width, stages, dataclasses.replace(trunk, **told), not known and len(told) < len(vars(trunk))


def derive_segmenter(shapes: Shapes, own: Mapping[str, Any]) -> dict[str, Any]:
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


def warn_of_guess(shapes: Shapes, own: Mapping[str, Any]) -> None:
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
    if not vision:
        raise CheckpointError("config.json lacks vision_config, which tells the image tower's sizes")
    newer = str(vision.get("model_type")).startswith("qwen2_5_vl") or "fullatt_block_indexes" in vision
    newer = newer or ARCHITECTURES["qwen2_5_vl"] in (fields.get("architectures") or [])
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


def own_facts(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What `config.json` says under `OWN_KEY`; a key of another name is refused, for it would change nothing."""
    own = fields.get(OWN_KEY, {})
    if not isinstance(own, dict) or not isinstance(own.get("segmenter", {}), dict):
        raise CheckpointError(f"config.json: {OWN_KEY} and its segmenter must be objects")
    unknown = [*(own.keys() - OWN_KEYS), *(own.get("segmenter", {}).keys() - OWN_SEGMENTER_KEYS)]
    if unknown:
        raise CheckpointError(f"config.json: unknown keys under {OWN_KEY}: {listed(unknown)}")
    return own


def derive_config(fields: Mapping[str, Any], shapes: Shapes) -> LensConfig:
    """Our configuration of a published checkpoint, from its `config.json` and the shapes of its tensors.

    Released weights read their queries at flat positions, so that is set. Raises CheckpointError where sizes do not fit
    each other, and whatever transformers raises at a value of the wrong type.
    """
    own = own_facts(fields)
    depth = _count(shapes, r"connector\.blocks\.(\d+)\.")
    places = [("learnable_query", 1), ("connector.pos_embed", 1), ("conv_1d.weight", 2)]
    queries = fields.get("num_of_query") or _size(shapes, places, 64)
    hidden = _size(shapes, [("conv_1d.bias", 0), ("learnable_query", 2), ("connector.pos_embed", 2)], 1)
    mlp = "connector.blocks.0.mlp"
    inner = _size(shapes, [(f"{mlp}.fc1.bias", 0), (f"{mlp}.fc1.weight", 0), (f"{mlp}.fc2.weight", 1)], 4 * hidden)
    config = LensConfig(
        vlm_config=_vlm(fields),
        segmenter_config=derive_segmenter(shapes, own.get("segmenter", {})),
        num_queries=queries,
        connector_depth=depth[-1] + 1 if depth else 4,
        connector_heads=own.get("connector_heads", 16),
        connector_mlp_ratio=max(1, inner // hidden),
        query_positions=own.get("query_positions", "flat"),
        dtype=fields.get("torch_dtype") or fields.get("dtype"),
    )
    _check_sizes(config)
    return config


def _check_sizes(config: LensConfig) -> None:
    """Raises CheckpointError where sizes do not fit each other: no tensor shows that, the first forward would."""
    text, vision = config.get_text_config(), config.vlm.vision_config
    sections = (text.rope_parameters or {}).get("mrope_section")
    head = text.hidden_size // text.num_attention_heads
    if not sections or 2 * sum(sections) != head:
        raise CheckpointError(f"config.json: rope_scaling.mrope_section {sections} must add up to half of {head}")
    if text.num_attention_heads % text.num_key_value_heads:
        raise CheckpointError(
            f"config.json: num_key_value_heads {text.num_key_value_heads} does not divide {text.num_attention_heads}"
        )
    if (token := config.vlm.image_token_id) >= text.vocab_size:
        raise CheckpointError(f"config.json: image_token_id {token} is beyond the vocabulary of {text.vocab_size}")
    tower = getattr(vision, "embed_dim", vision.hidden_size)
    trunk = config.segmenter.vision_config.backbone_config
    for name, width, heads in (
        ("vision_config.num_heads", tower, vision.num_heads),
        (f"{OWN_KEY}.segmenter.heads", trunk.hidden_size, trunk.num_attention_heads),
        (f"{OWN_KEY}.connector_heads", text.hidden_size, config.connector_heads),
    ):
        if width % heads:
            raise CheckpointError(f"config.json: {name} {heads} does not divide the width {width}")


def hidden_facts(config: LensConfig) -> dict[str, Any]:
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
    facts, taken = hidden_facts(config), hidden_facts(derive_config(fields, shapes))
    own = {name: value for name, value in facts.items() if value != taken[name]}
    if "segmenter" in own:
        trunk = {field.name for field in dataclasses.fields(Trunk)}
        differing = {name for name, value in own["segmenter"].items() if value != taken["segmenter"][name]}
        differing |= trunk if differing & trunk else set()  # all or none: nothing is left to guess
        own["segmenter"] = {name: own["segmenter"][name] for name in sorted(differing)}
    return fields | {OWN_KEY: own} if own else fields
