"""The planner: parameters, counts of saved tensors, and what it says of LENS-3B."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lens_seg.cli import main
from lens_seg.models.config import LensConfig
from lens_seg.models.sizes import lens_3b
from lens_seg.train.adapters import AdapterConfig
from lens_seg.train.align import AlignConfig
from lens_seg.train.grpo import GRPOConfig
from lens_seg.train.planner import GIB, Saved, Sizes, expected_sizes, plan, read_sizes, rollout_bytes

from .conftest import micro

SIZES = Sizes(images=1, branches=2, image_tokens=64, patches=256, text_tokens=20, completion=16, picture=(32, 32))


def grpo_config(**changes) -> GRPOConfig:
    return GRPOConfig(**{"model": "m", "output": "o", "steps": 1, "learning_rate": 1e-5, **changes})


def test_saved_tensors_are_counted_once_and_parameters_not():
    layer = torch.nn.Linear(10, 10, bias=False, device="meta")
    saved = Saved(layer)
    with saved:
        hidden = torch.empty(4, 10, device="meta", requires_grad=True)
        layer(hidden).exp().sum()  # saves its input and the result of exp
    assert saved.bytes == 2 * 4 * 10 * 4


def test_the_count_is_what_autograd_keeps_for_real():
    """On a real model of the same sizes, the tensors saved on the CPU are those counted on the meta device."""
    from lens_seg.train import planner

    model, _ = micro()
    model.vlm.set_attn_implementation("lens_plan")
    model.train()
    embeds, positions = torch.randn(1, 12, 32, requires_grad=True), torch.zeros(3, 1, 12, dtype=torch.long)
    saved = Saved(model)
    with saved:
        planner.vlms.run_layers(model.vlm, embeds, positions, torch.zeros(1, 1, 12, 12))
    with torch.device("meta"):
        other = type(model)(model.config)
    other.vlm.set_attn_implementation("lens_plan")
    counted = Saved(other.train())
    with counted:
        mask = torch.zeros(1, 1, 12, 12, device="meta")
        planner.vlms.run_layers(
            other.vlm, torch.empty(1, 12, 32, device="meta", requires_grad=True), positions.to("meta"), mask
        )
    assert counted.bytes == pytest.approx(saved.bytes, rel=0.02)


def test_new_queries_are_planned_for():
    config, model = grpo_config(num_queries=1), micro()[0].config
    one, own = plan(config, model=model, sizes=SIZES), plan(grpo_config(), model=model, sizes=SIZES)
    assert one.parameters["queries"][0] * 2 == own.parameters["queries"][0] and model.num_queries == 2
    assert sum(one.tokens.values()) < sum(own.tokens.values())


@pytest.mark.slow
def test_the_estimate_is_within_a_fifth_of_measured_memory():
    script = Path(__file__).parents[2] / "benchmarks" / "planner.py"
    if not script.is_file() or not Path("/proc/self/status").is_file():
        pytest.skip("needs the repository's benchmarks, and Linux")
    done = subprocess.run([sys.executable, str(script), "--json"], check=True, capture_output=True, text=True)
    found = {name: one["error"] for name, one in json.loads(done.stdout).items() if isinstance(one, dict)}
    assert set(found) == {"small", "middle"} and all(abs(error) < 0.2 for error in found.values()), found


def test_lens_3b_by_parts():
    made = plan(grpo_config(precision="bfloat16", gradient_checkpointing=True), model=lens_3b(), sizes=SIZES)
    assert made.parameters["vlm"][0] + made.parameters["vision"][0] == 3_754_622_976
    assert made.parameters["segmenter_encoder"][1] == 0
    assert made.memory["optimiser (AdamW moments)"] > 27 * GIB
    assert not made.fits
    text = made.text()
    assert "does NOT fit" in text and "adapter: {rank: 16}" in text and "gradient_checkpointing" not in text


@pytest.fixture(scope="module")
def small() -> LensConfig:
    return micro()[0].config


def test_sharding_splits_what_trains(small):
    one = plan(grpo_config(), model=small, sizes=SIZES)
    eight = plan(grpo_config(), model=small, sizes=SIZES, gpus=8, sharded=True)
    for kind in ("weights", "gradients", "optimiser (AdamW moments)"):
        assert eight.memory[kind] * 8 == pytest.approx(one.memory[kind])
    assert eight.memory["reference model"] == one.memory["reference model"]
    moments = one.memory["optimiser (AdamW moments)"] - eight.memory["optimiser (AdamW moments)"]
    assert one.peaks["rollout"] - eight.peaks["rollout"] == pytest.approx(moments), "sampling gathers all weights"
    assert eight.tokens["completions"] == 8 * one.tokens["completions"]


def test_what_lowers_memory_lowers_it(small):
    def peak(**changes) -> float:
        return plan(grpo_config(**changes), model=small, sizes=SIZES).peak

    whole = peak()
    narrow = peak(precision="bfloat16")
    adapters = {"adapter": AdapterConfig(), "trains": ("vlm", "queries", "connector", "segmenter_decoder")}
    assert peak(**adapters) < whole and peak(beta=0.0) < whole and narrow < whole
    quantised = {**adapters, "adapter": AdapterConfig(quantise="4bit")}
    assert peak(**quantised, precision="bfloat16") < peak(**adapters, precision="bfloat16")


def test_checkpointing_and_size_move_the_activations(small):
    def kept(images: int, **changes) -> float:
        sizes = Sizes(**{**vars(SIZES), "images": images})
        return plan(grpo_config(**changes), model=small, sizes=sizes).memory["activations kept for backward"]

    assert kept(2) == pytest.approx(2 * kept(1), rel=0.05)
    assert kept(1, gradient_checkpointing=True) < 0.8 * kept(1)


def test_all_candidates_are_in_the_rollout_cache():
    model = lens_3b()
    few, many = (grpo_config(prompts_per_step=2, **changes) for changes in ({}, {"candidates": 6}))
    sizes = expected_sizes(few, model, None)
    assert rollout_bytes(model, many, sizes, 2) == 3 * rollout_bytes(model, few, sizes, 2)


def test_sizes_come_from_the_recipe():
    model = lens_3b()
    sizes = expected_sizes(grpo_config(prompts_per_forward=2, group_size=4, max_new_tokens=100), model, None)
    assert (sizes.images, sizes.branches, sizes.completion) == (2, 4, 100)
    assert sizes.image_tokens == 1_000_000 // 14**2 // 4
    assert sizes.row(64) == sizes.image_tokens + sizes.text_tokens + 4 * 164
    config = AlignConfig(model="m", output="o", steps=1, learning_rate=1e-3, batch_size=3, expressions=5)
    assert (expected_sizes(config, model, None).images, expected_sizes(config, model, None).branches) == (3, 5)


def test_sizes_by_name_and_what_is_unknown():
    assert read_sizes("qwen2.5-vl-3b+sam2-large")[0].get_text_config().hidden_size == 2048
    with pytest.raises(FileNotFoundError, match=r"model=VLM\+SEGMENTER"):
        read_sizes("nothing")


def test_the_command(start, tmp_path, capsys):
    recipe = tmp_path / "r.yaml"
    recipe.write_text(f"stage: grpo\nmodel: {start}\noutput: {tmp_path / 'run'}\nsteps: 3\nlearning_rate: 1e-4\n")
    assert main(["train", str(recipe), "--plan", "--memory", "40"]) == 0
    out = capsys.readouterr().out
    assert "40.0: fits" in out and "tokens through the VLM, packed" in out
    assert not (tmp_path / "run").exists(), "nothing is run"
    recipe.write_text(f"stage: pretrain_vlm\noutput: {tmp_path / 'run'}\nsteps: 3\nlearning_rate: 1e-4\n")
    assert main(["train", str(recipe), "--plan"]) == 2
    assert "--plan knows the stages align and grpo" in capsys.readouterr().err
