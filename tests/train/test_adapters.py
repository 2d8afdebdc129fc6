"""LoRA: what learns, what is written, and a reference that is the model without it."""

from __future__ import annotations

import json

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from lens_seg.models.lens import LensModel
from lens_seg.train.adapters import AdapterConfig, adapter_layers, adapters_off, add_adapters, merged_state
from lens_seg.train.align import align
from lens_seg.train.grpo import grpo
from lens_seg.types import LensInputs

from .conftest import curve, micro
from .test_options import config
from .test_oracle import groups
from .test_runs import align_config

ADAPTER = AdapterConfig(rank=2, alpha=8.0)


@pytest.fixture
def adapted() -> tuple[LensModel, LensInputs]:
    """A model whose adapters say something, and a batch."""
    model, processor = micro()
    model.train_only(("queries", "connector"))
    add_adapters(model, ADAPTER)
    torch.manual_seed(0)
    with torch.no_grad():
        for layer in adapter_layers(model).values():
            layer.lora_B["default"].weight.normal_(0, 0.3)
    return model, groups(model, processor)


def test_adapters_off_is_the_start_and_merged_is_the_policy(adapted):
    model, inputs = adapted
    start = micro()[0]
    policy = model(inputs, with_masks=False).logp
    with adapters_off(model):
        torch.testing.assert_close(model(inputs, with_masks=False).logp, start(inputs, with_masks=False).logp)
    assert (policy - start(inputs, with_masks=False).logp).abs().max() > 0.01
    state = merged_state(model)
    assert set(state) == set(start.state_dict())
    start.load_state_dict(state)
    torch.testing.assert_close(start(inputs, with_masks=False).logp, policy, rtol=1e-4, atol=1e-4)


def test_only_adapters_queries_and_connector_learn(adapted):
    model, _ = adapted
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert {name.split(".")[0] for name in trained} == {"vlm", "queries", "connector"}
    assert all("lora_" in name and "language_model" in name for name in trained if name.startswith("vlm"))


def test_a_target_that_is_no_layer_is_named():
    with pytest.raises(ValueError, match=r"adapter.targets wqkv: no such layer.*q_proj"):
        add_adapters(micro()[0], AdapterConfig(targets=("wqkv",)))


def test_grpo_with_an_adapter_resumes_and_writes_adapter_and_merged_model(start, tmp_path):
    settings = {"beta": 0.5, "kl": "k1", "trains": ("vlm", "queries", "connector", "segmenter_decoder")}
    for name, steps in (("whole", 3), ("part", 2)):
        grpo(config(start, tmp_path / name, adapter=ADAPTER, steps=steps, **settings), resume=False)
    grpo(config(start, tmp_path / "part", adapter=ADAPTER, steps=3, **settings), resume=True)
    assert curve(tmp_path / "part") == curve(tmp_path / "whole")
    assert curve(tmp_path / "whole")[0]["kl"] == pytest.approx(0, abs=1e-6)
    assert curve(tmp_path / "whole")[2]["kl"] != 0
    checkpoint = load_file(tmp_path / "whole/checkpoints/step-00000003/state.safetensors")
    assert not [name for name in checkpoint if "base_layer" in name or "embed_tokens" in name]

    folder = tmp_path / "whole" / "adapter"
    assert json.loads((folder / "adapter_config.json").read_text())["r"] == 2
    merged = LensModel.from_pretrained(tmp_path / "whole" / "model").state_dict()
    base, _ = micro()
    outside = PeftModel.from_pretrained(base.vlm, folder).merge_and_unload().state_dict()
    name = "model.language_model.layers.0.self_attn.q_proj.weight"
    torch.testing.assert_close(outside[name], merged[f"vlm.{name}"])
    before = LensModel.from_pretrained(start).state_dict()
    assert not torch.equal(merged[f"vlm.{name}"], before[f"vlm.{name}"])
    assert set(load_file(folder / "lens.safetensors")) >= {"queries.weight"}


def test_align_with_adapters_in_bfloat16_with_checkpointing_runs(start, tmp_path):
    settings = {"adapter": ADAPTER, "trains": ("vlm", "queries", "connector"), "text_weight": 1.0, "steps": 2}
    align(
        align_config(start, tmp_path / "a", precision="bfloat16", gradient_checkpointing=True, **settings), resume=False
    )
    align(align_config(start, tmp_path / "b", **settings), resume=False)
    for a, b in zip(curve(tmp_path / "a"), curve(tmp_path / "b"), strict=True):
        assert a["loss"] == pytest.approx(b["loss"], rel=0.03)


def test_an_adapter_without_the_vlm_among_trains_is_refused(tmp_path):
    with pytest.raises(ValueError, match="vlm is not among trains"):
        align_config("m", tmp_path, adapter=ADAPTER)
    with pytest.raises(ValueError, match="vision is among trains; leave it out"):
        align_config("m", tmp_path, adapter=ADAPTER, trains=("vlm", "vision"))
    with pytest.raises(ValueError, match="rank >= 1"):
        AdapterConfig(rank=0)
