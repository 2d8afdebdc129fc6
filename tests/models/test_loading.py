"""Options of loading: those that run on a CPU are run; of quantisation, which layers it would take."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers.quantizers.quantizers_utils import should_convert_module

from lens_seg import Lens
from lens_seg.models.loading import KEPT_WHOLE, attention, bits, load_model
from lens_seg.rollout import Sampling


@pytest.fixture(scope="module")
def folder(tiny_pair, tmp_path_factory):
    path = tmp_path_factory.mktemp("loading") / "model"
    Lens(*tiny_pair, sampling=Sampling(temperature=0.0, max_new_tokens=6)).save_pretrained(path)
    return path


def test_device_map_dtype_and_attention_reach_the_parts(folder):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (50, 70, 3), dtype=np.uint8))
    plain = Lens.from_pretrained(folder, device="cpu").segment(image, "the red cup")
    mapped = Lens.from_pretrained(folder, device_map={"": "cpu"}, attn_implementation="eager")
    model = mapped.model
    parts = (model.vlm, model.vlm.model.visual, model.vlm.model.language_model, model.segmenter)
    assert [part.config._attn_implementation for part in parts] == ["eager"] * 4
    result = mapped.segment(image, "the red cup")
    assert result.completion == plain.completion
    np.testing.assert_allclose(result.logits, plain.logits, rtol=1e-3, atol=1e-3)


def test_half_precision_segments(folder):
    lens = Lens.from_pretrained(folder, device="cpu", dtype=torch.bfloat16)
    assert {parameter.dtype for parameter in lens.model.parameters()} == {torch.bfloat16}
    result = lens.segment(Image.new("RGB", (60, 40), "red"), "the red cup")
    assert result.logits.shape == (40, 60) and np.isfinite(result.logits).all()


def test_flash_attention_serves_the_image_tower_alone(folder):
    """Shown with another name in its place: what is asked of the tower stays in the tower."""
    asked = attention("flash_attention_2")
    asked["vlm_config"]["vision_config"] = "eager"
    model = load_model(folder, device="cpu", dtype=torch.float32)
    model = type(model).from_pretrained(folder, attn_implementation=asked)
    assert model.vlm.model.visual.config._attn_implementation == "eager"
    for part in (model.vlm, model.vlm.model.language_model, model.segmenter):
        assert part.config._attn_implementation == "sdpa"


def test_options_that_cannot_be_served_are_one_line(folder, monkeypatch):
    with pytest.raises(ValueError, match="device or device_map, not both"):
        Lens.from_pretrained(folder, device="cpu", device_map="auto")
    with pytest.raises(ValueError, match="choose from 4bit, 8bit"):
        Lens.from_pretrained(folder, quantization="2bit")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="needs an NVIDIA GPU"):
        Lens.from_pretrained(folder, quantization="4bit")
    with pytest.raises(ValueError, match="FlashAttention2") as error:
        Lens.from_pretrained(folder, device="cpu", attn_implementation="flash_attention_2")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["4bit", "8bit"])
def test_quantisation_takes_the_language_models_layers_and_nothing_else(tiny_pair, name):
    config = bits(name, torch.bfloat16)
    assert config.llm_int8_skip_modules == KEPT_WHOLE
    assert (config.load_in_4bit, config.load_in_8bit) == (name == "4bit", name == "8bit")
    linear = [n for n, module in tiny_pair[0].named_modules() if isinstance(module, torch.nn.Linear)]
    taken = {n for n in linear if should_convert_module(n, KEPT_WHOLE)}
    assert taken == {n for n in linear if n.startswith("vlm.model.language_model.layers.")} and taken


def test_weights_that_are_not_whole_are_refused(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "part")
    file = tmp_path / "part/model.safetensors"
    kept = {name: tensor for name, tensor in load_file(file).items() if name != "queries.weight"}
    save_file(kept, file, metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"part: its weights lack queries\.weight; get them anew"):
        load_model(tmp_path / "part", device="cpu")


def test_pickles_are_not_opened(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "old")
    torch.save(load_file(tmp_path / "old/model.safetensors"), tmp_path / "old/pytorch_model.bin")
    (tmp_path / "old/model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"holds no \.safetensors; weights in pickles"):
        load_model(tmp_path / "old", device="cpu")
