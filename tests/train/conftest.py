"""A model far smaller than lens-tiny, so that whole training runs take seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from lens_seg.models.config import LensConfig
from lens_seg.models.lens import LensModel
from lens_seg.models.sizes import sam2
from lens_seg.processor import (
    IMAGE_TOKEN,
    TURN_END,
    VISION_END,
    VISION_START,
    LensProcessor,
    ProcessorConfig,
    token_id,
)

from ..conftest import sharpen

CORPUS = "Think, then locate the small red cup that is left of a big blue star. system user assistant there is no moon"


def micro(seed: int = 3) -> tuple[LensModel, LensProcessor]:
    """Hidden size 32, two layers, 4 image tokens, masks of 16 x 16: random weights."""
    from lens_seg.train.pretrain import _scale_to_width
    from lens_seg.train.tokenizer import make_tokenizer

    tokenizer = make_tokenizer([CORPUS] * 20, 400)
    image, start, end, turn = (token_id(tokenizer, t) for t in (IMAGE_TOKEN, VISION_START, VISION_END, TURN_END))
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 512,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0, "mrope_section": [2, 3, 3]},
        "bos_token_id": None,
        "eos_token_id": turn,
    }
    vision = {
        "depth": 1,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "patch_size": 8,
        "spatial_merge_size": 2,
        "window_size": 32,
        "out_hidden_size": 32,
        "fullatt_block_indexes": [0],
    }
    vlm = {
        "model_type": "qwen2_5_vl",
        "text_config": text,
        "vision_config": vision,
        "image_token_id": image,
        "video_token_id": image,
        "vision_start_token_id": start,
        "vision_end_token_id": end,
        "tie_word_embeddings": True,
    }
    segmenter = sam2(
        image_size=64,
        embed_dim=8,
        heads=1,
        stages=(1, 1, 2, 1),
        global_blocks=(3,),
        windows=(4, 4, 4, 2),
        channels=32,
        mlp_dim=32,
        decoder_heads=2,
        dynamic_multimask=False,
    )
    torch.manual_seed(seed)
    model = LensModel(
        LensConfig(vlm_config=vlm, segmenter_config=segmenter, num_queries=2, connector_depth=1, connector_heads=2)
    )
    for part in (model.vlm.model.visual, model.vlm.model.language_model.layers, model.segmenter, model.connector):
        _scale_to_width(part)  # else hardly a gradient reaches anything
    sharpen(model)
    config = ProcessorConfig(
        patch_size=8, fixed_size=32, box_scale=60, segmenter_size=64, prompt_set="short", max_prompt_tokens=256
    )
    return model.eval(), LensProcessor(tokenizer, config)


@pytest.fixture(scope="session")
def micro_pair() -> tuple[LensModel, LensProcessor]:
    """(LensModel, LensProcessor); leave it as you found it."""
    return micro()


@pytest.fixture(scope="session")
def start(micro_pair, tmp_path_factory) -> str:
    """A model folder to start from."""
    folder = tmp_path_factory.mktemp("start")
    micro_pair[0].save_pretrained(folder)
    micro_pair[1].save_pretrained(folder)
    return str(folder)


def curve(folder: Path) -> list[dict]:
    """The metrics of a run but for its times."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if "second" not in k} for line in lines]
