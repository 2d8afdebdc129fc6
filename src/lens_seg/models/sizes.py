"""Every number of a known size stands here: the two models that this project names, and the VLMs and SAMs it knows."""

from __future__ import annotations

import copy
from typing import Any

from .config import LensConfig


def tiny(vocab_size: int, image_token: int, vision_start: int, vision_end: int, end_token: int) -> LensConfig:
    """`lens-tiny`: a Qwen2.5-VL of 3.7 M and a SAM 2 of 1.2 M parameters for 96 x 96 and 256 x 256 images.

    The shipped one has been widened since, its VLM to 180 x 180 (`lens_seg.train.sharpen`).

    Rotary sections at head size 32 (16 frequencies from 1 down to 0.0015): transformers gives section i to axis i mod 3
    (time, height, width), so height and width share the eight fast frequencies (1 to 0.05 rad a token; the usual order
    would turn the width axis by 0.02 rad over a whole image), and time keeps the eight slow ones. In text all axes are
    equal and the slow half hardly turns, so a head can look for content at any distance: copying a word was learnt in
    half the steps of base 10 with sections [4, 6, 6].
    """
    heads, layers = 6, 5
    text = {
        "vocab_size": vocab_size,
        "hidden_size": 192,
        "intermediate_size": 512,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": heads,
        "max_position_embeddings": 4096,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0, "mrope_section": [0, 2, 2, 0, 2, 2, 8]},
        "bos_token_id": None,
        "eos_token_id": end_token,
    }
    vision = {
        "depth": 4,
        "hidden_size": 128,
        "intermediate_size": 384,
        "num_heads": 4,
        "patch_size": 8,
        "spatial_merge_size": 2,
        "window_size": 96,
        "out_hidden_size": 192,
        "fullatt_block_indexes": [0, 1, 2, 3],
    }
    vlm = {
        "model_type": "qwen2_5_vl",
        "text_config": text,
        "vision_config": vision,
        "image_token_id": image_token,
        "video_token_id": image_token,
        "vision_start_token_id": vision_start,
        "vision_end_token_id": vision_end,
        "tie_word_embeddings": True,
    }
    return LensConfig(
        vlm_config=vlm,
        segmenter_config=sam2(
            image_size=256,
            embed_dim=24,
            heads=1,
            stages=(1, 2, 3, 1),
            global_blocks=(5,),
            windows=(8, 4, 12, 6),
            channels=96,
            mlp_dim=256,
            decoder_heads=4,
            dynamic_multimask=False,  # its multi-mask outputs are not trained
        ),
        num_queries=8,
        connector_depth=2,
        connector_heads=6,
    )


def _qwen2_5_vl(*, tied: bool, vocab_size: int, **text: int) -> dict[str, Any]:
    tower = {
        "depth": 32,
        "hidden_size": 1280,
        "intermediate_size": 3420,
        "num_heads": 16,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "window_size": 112,
        "out_hidden_size": text["hidden_size"],
        "fullatt_block_indexes": [7, 15, 23, 31],
    }
    rope = {"rope_type": "default", "rope_theta": 1_000_000.0, "mrope_section": [16, 24, 24]}
    common = {"vocab_size": vocab_size, "max_position_embeddings": 128000, "rms_norm_eps": 1e-6}
    return {
        "model_type": "qwen2_5_vl",
        "text_config": {**common, **text, "rope_parameters": rope},
        "vision_config": tower,
        "tie_word_embeddings": tied,
        **_TOKENS,
    }


def _qwen3_vl(*, tied: bool, tower: dict[str, Any], **text: int) -> dict[str, Any]:
    rope = {
        "rope_type": "default",
        "rope_theta": 5_000_000.0,
        "mrope_section": [24, 20, 20],
        "mrope_interleaved": True,
    }
    common = {"vocab_size": 151936, "head_dim": 128, "max_position_embeddings": 262144, "rms_norm_eps": 1e-6}
    return {
        "model_type": "qwen3_vl",
        "text_config": {**common, **text, "rope_parameters": rope},
        "vision_config": {"num_heads": 16, "patch_size": 16, "out_hidden_size": text["hidden_size"], **tower},
        "tie_word_embeddings": tied,
        **_TOKENS,
    }


_TOKENS = {
    "image_token_id": 151655,
    "video_token_id": 151656,
    "vision_start_token_id": 151652,
    "vision_end_token_id": 151653,
}
_TOWER_300M = {"depth": 24, "hidden_size": 1024, "intermediate_size": 4096, "deepstack_visual_indexes": [5, 11, 17]}
_TOWER_400M = {"depth": 27, "hidden_size": 1152, "intermediate_size": 4304, "deepstack_visual_indexes": [8, 16, 24]}

VLMS: dict[str, dict[str, Any]] = {
    "qwen2-vl-2b": {
        "model_type": "qwen2_vl",
        "text_config": {
            "vocab_size": 151936,
            "hidden_size": 1536,
            "intermediate_size": 8960,
            "num_hidden_layers": 28,
            "num_attention_heads": 12,
            "num_key_value_heads": 2,
            "max_position_embeddings": 32768,
            "rms_norm_eps": 1e-6,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0, "mrope_section": [16, 24, 24]},
        },
        "vision_config": {"depth": 32, "embed_dim": 1280, "hidden_size": 1536, "num_heads": 16, "patch_size": 14},
        "tie_word_embeddings": True,
        **_TOKENS,
    },
    "qwen2.5-vl-3b": _qwen2_5_vl(
        tied=True,
        vocab_size=151936,
        hidden_size=2048,
        intermediate_size=11008,
        num_hidden_layers=36,
        num_attention_heads=16,
        num_key_value_heads=2,
    ),
    "qwen2.5-vl-7b": _qwen2_5_vl(
        tied=False,
        vocab_size=152064,
        hidden_size=3584,
        intermediate_size=18944,
        num_hidden_layers=28,
        num_attention_heads=28,
        num_key_value_heads=4,
    ),
    "qwen3-vl-2b": _qwen3_vl(
        tied=True,
        tower=_TOWER_300M,
        hidden_size=2048,
        intermediate_size=6144,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
    ),
    "qwen3-vl-4b": _qwen3_vl(
        tied=True,
        tower=_TOWER_300M,
        hidden_size=2560,
        intermediate_size=9728,
        num_hidden_layers=36,
        num_attention_heads=32,
        num_key_value_heads=8,
    ),
    "qwen3-vl-8b": _qwen3_vl(
        tied=False,
        tower=_TOWER_400M,
        hidden_size=4096,
        intermediate_size=12288,
        num_hidden_layers=36,
        num_attention_heads=32,
        num_key_value_heads=8,
    ),
}
"""Configurations of the VLMs that LENS is known to fit, as in their own `config.json`."""

SAM2: dict[str, dict[str, Any]] = {
    "sam2-tiny": {
        "embed_dim": 96,
        "heads": 1,
        "stages": (1, 2, 7, 2),
        "global_blocks": (5, 7, 9),
        "windows": (8, 4, 14, 7),
    },
    "sam2-small": {
        "embed_dim": 96,
        "heads": 1,
        "stages": (1, 2, 11, 2),
        "global_blocks": (7, 10, 13),
        "windows": (8, 4, 14, 7),
    },
    "sam2-base-plus": {
        "embed_dim": 112,
        "heads": 2,
        "stages": (2, 3, 16, 3),
        "global_blocks": (12, 16, 20),
        "windows": (8, 4, 14, 7),
        "background": 14,
    },
    "sam2-large": {
        "embed_dim": 144,
        "heads": 2,
        "stages": (2, 6, 36, 4),
        "global_blocks": (23, 33, 43),
        "windows": (8, 4, 16, 8),
    },
}
"""Image encoders of SAM 2, and of SAM 2.1, which differs in its memory alone; arguments of `sam2`."""


def lens(vlm: str, segmenter: str) -> LensConfig:
    """64 queries between a VLM of `VLMS` and a segmenter of `SAM2`, or "sam3"."""
    return LensConfig(vlm_config=copy.deepcopy(VLMS[vlm]), segmenter_config=segmenter_of(segmenter))


def lens_3b() -> LensConfig:
    """LENS-3B: Qwen2.5-VL-3B, 64 queries, SAM 2 hiera-large at 1024 x 1024 (paper section 4.1)."""
    return lens("qwen2.5-vl-3b", "sam2-large")


def segmenter_of(name: str) -> dict[str, Any]:
    """The configuration of a segmenter of `SAM2` at 1024 x 1024, or of "sam3" (its tracker) at 1008 x 1008."""
    return {"model_type": "sam3_tracker"} if name == "sam3" else sam2(**SAM2[name])


def sam2(
    *,
    embed_dim: int,
    heads: int,
    stages: tuple[int, ...],
    global_blocks: tuple[int, ...],
    windows: tuple[int, ...],
    image_size: int = 1024,
    channels: int = 256,
    mlp_dim: int = 2048,
    decoder_heads: int = 8,
    background: int = 7,
    dynamic_multimask: bool = True,
) -> dict[str, Any]:
    """A SAM 2 configuration: four hiera stages that double width and heads and halve the map, strides 4 to 32."""
    widths = [embed_dim * 2**i for i in range(4)]
    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": embed_dim,
        "num_attention_heads": heads,
        "image_size": [image_size, image_size],
        "blocks_per_stage": list(stages),
        "embed_dim_per_stage": widths,
        "num_attention_heads_per_stage": [heads * 2**i for i in range(4)],
        "window_size_per_stage": list(windows),
        "window_positional_embedding_background_size": [background, background],
        "global_attention_blocks": list(global_blocks),
    }
    vision = {
        "model_type": "sam2_vision_model",
        "backbone_config": backbone,
        "backbone_channel_list": widths[::-1],
        "backbone_feature_sizes": [[image_size // s, image_size // s] for s in (4, 8, 16)],
        "fpn_hidden_size": channels,
    }
    return {
        "model_type": "sam2",
        "vision_config": vision,
        "prompt_encoder_config": {"hidden_size": channels, "image_size": image_size, "patch_size": 16},
        "mask_decoder_config": {
            "hidden_size": channels,
            "mlp_dim": mlp_dim,
            "num_attention_heads": decoder_heads,
            "iou_head_hidden_dim": channels,
            "dynamic_multimask_via_stability": dynamic_multimask,
        },
    }
