"""The full-size benchmark at tiny size: everything but the size is the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import torch

from lens_seg.models.config import LensConfig
from lens_seg.train.start import load_start
from tests.models.test_families import build

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "full_size.py"


@pytest.fixture(scope="module")
def full_size():
    spec = importlib.util.spec_from_file_location("full_size", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl"])
def test_it_measures_a_model_that_is_whole(full_size, tiny_pair, family):
    tokenizer = tiny_pair[1].tokenizer
    config = LensConfig(**build(family, tokenizer, tied=True)[0].config.to_dict())
    model = full_size.random_model(config, torch.bfloat16)
    assert model.vlm.lm_head.weight is model.vlm.get_input_embeddings().weight
    assert not any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers()))
    frequencies = model.vlm.model.language_model.rotary_emb.inv_freq
    assert frequencies.dtype == torch.float32 and frequencies[0] == 1 and frequencies.diff().max() < 0

    measured = full_size.measure(config, tokenizer, new_tokens=5, dtype=torch.bfloat16)
    assert measured["new_tokens"] == 5 and measured["image_tokens"] == (391 if family == "qwen2_5_vl" else 300)
    seconds = measured["seconds"]
    parts = sum(seconds[name] for name in ("image tower", "read image", "read prompt", "new tokens", "queries"))
    assert all(value > 0 for value in seconds.values()) and parts < seconds["segment, in all"]
    assert sum(measured["parameters"].values()) * 2 < measured["peak_bytes"]
    text = full_size.to_markdown(measured)
    assert "| image tower | " in text and "5 new tokens" in text and "bfloat16" in text


def test_a_random_model_is_saved_whole(full_size, tiny_pair, tmp_path):
    config = LensConfig(**build("qwen2_5_vl", tiny_pair[1].tokenizer, tied=True)[0].config.to_dict())
    full_size.save(config, tiny_pair[1].tokenizer, torch.bfloat16, tmp_path / "random")
    model, processor = load_start(str(tmp_path / "random"))
    assert model.vlm.config.image_token_id == processor.image_token
    assert all(bool(torch.isfinite(parameter).all()) for parameter in model.parameters())
