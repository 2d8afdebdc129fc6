"""Whole training runs on a tiny random model: they learn, resume to the same curve, and refuse NaN."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from lens_seg.data.registry import DataConfig, draw_images
from lens_seg.models.lens import LensModel
from lens_seg.processor import LensProcessor
from lens_seg.train import align as align_module
from lens_seg.train import common as common_module
from lens_seg.train import finetune as finetune_module
from lens_seg.train import grpo as grpo_module
from lens_seg.train.adapters import AdapterConfig
from lens_seg.train.align import AlignConfig, align
from lens_seg.train.cache import FeatureCacheConfig
from lens_seg.train.checkpoints import CheckpointError
from lens_seg.train.common import NotFiniteError, Run, RunConfig, learning_rate, make_optimizers
from lens_seg.train.grpo import GRPOConfig, grpo

from .conftest import curve


def align_config(start: str, output: Path, **changes) -> AlignConfig:
    fields = {"steps": 4, "learning_rate": 1e-3, "warmup_steps": 1, "batch_size": 2, "expressions": 2}
    return AlignConfig(
        **{
            **fields,
            "model": start,
            "output": str(output),
            "log_every": 1,
            "save_every": 2,
            "workers": 0,
            "curves": False,
            **changes,
        }
    )


def grpo_config(start: str, output: Path, **changes) -> GRPOConfig:
    fields = {
        "steps": 4,
        "learning_rate": 1e-4,
        "warmup_steps": 1,
        "prompts_per_step": 3,
        "prompts_per_forward": 2,
    }
    fields |= {
        "group_size": 3,
        "max_new_tokens": 8,
        "sample_every": 2,
        "log_every": 1,
        "save_every": 2,
        "workers": 0,
        "curves": False,
    }
    return GRPOConfig(**{**fields, "model": start, "output": str(output), **changes})


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model" / "model.safetensors")


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.mark.parametrize(
    ("stage", "changes"),
    [
        ("align", {}),
        ("align", {"optimizer": "muon"}),
        ("align", {"log_every": 3}),
        ("align", {"mean_weights": True}),
        ("grpo", {}),
    ],
    ids=["align", "muon", "killed between two lines", "mean", "grpo"],
)
def test_resumed_run_equals_uninterrupted_run(stage, changes, start, tmp_path, monkeypatch):
    run, make = {"align": (align, align_config), "grpo": (grpo, grpo_config)}[stage]
    module = {"align": align_module, "grpo": grpo_module}[stage]
    run(make(start, tmp_path / "whole", **changes), resume=False)

    advance, calls = Run.advance, []

    def killed_after_three(self, metrics):
        advance(self, metrics)
        calls.append(self.step)
        if self.step == 3:
            raise Killed

    monkeypatch.setattr(module.Run, "advance", killed_after_three)
    with pytest.raises(Killed):
        run(make(start, tmp_path / "broken", **changes), resume=False)
    monkeypatch.setattr(module.Run, "advance", advance)
    run(make(start, tmp_path / "broken", **changes), resume=True)

    assert [line["step"] for line in curve(tmp_path / "whole")] == ([3, 4] if "log_every" in changes else [1, 2, 3, 4])
    assert curve(tmp_path / "broken") == curve(tmp_path / "whole")
    whole, broken = weights(tmp_path / "whole"), weights(tmp_path / "broken")
    assert all(torch.equal(whole[name], broken[name]) for name in whole)
    before = load_file(Path(start) / "model.safetensors")
    assert any(not torch.equal(whole[name], before[name]) for name in before if name.startswith("queries"))


def test_the_mean_of_all_steps_is_left_and_training_goes_on_from_the_last(start, tmp_path, monkeypatch):
    advance, seen = Run.advance, []

    def watched(self, metrics):
        seen[:] = seen or [[p.detach().clone() for p in self.parameters]]
        advance(self, metrics)
        seen.append([p.detach().clone() for p in self.parameters])
        watched.names = [name.removeprefix("model.") for name in self.names]

    monkeypatch.setattr(Run, "advance", watched)
    align(align_config(start, tmp_path / "mean", mean_weights=True), resume=False)
    monkeypatch.setattr(Run, "advance", advance)
    align(align_config(start, tmp_path / "last"), resume=False)
    assert curve(tmp_path / "mean") == curve(tmp_path / "last"), "the mean does not train"
    mean, last = weights(tmp_path / "mean"), weights(tmp_path / "last")
    assert len(seen) == 5
    for name, values in zip(watched.names, zip(*seen, strict=True), strict=True):
        torch.testing.assert_close(mean[name], torch.stack(values).mean(0))
        assert torch.equal(last[name], values[-1])
    with pytest.raises(CheckpointError, match="written without mean_weights"):
        align(align_config(start, tmp_path / "last", mean_weights=True, steps=6), resume=True)
    with pytest.raises(ValueError, match="mean of an adapter"):
        align_config(start, tmp_path, mean_weights=True, adapter=AdapterConfig(), trains=("vlm",))


def test_a_run_out_of_time_keeps_its_model_and_goes_on_with_more(start, tmp_path, monkeypatch, caplog):
    align(align_config(start, tmp_path / "whole"), resume=False)
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(common_module.time, "monotonic", lambda: clock.now)
    advance, expected = Run.advance, []

    def slow(self, metrics):
        clock.now += 61
        advance(self, metrics)
        expected.append(self._expected_steps())

    monkeypatch.setattr(Run, "advance", slow)
    align(align_config(start, tmp_path / "short", max_minutes=2.0), resume=False)
    assert "stopped at step 2 after 2.0 minutes" in caplog.text
    assert expected == [1, 2], "what the progress bar counts to"
    assert [line["step"] for line in curve(tmp_path / "short")] == [1, 2] and weights(tmp_path / "short")
    align(align_config(start, tmp_path / "short", max_minutes=9.0), resume=True)
    assert expected[2:] == [4, 4]
    whole, short = weights(tmp_path / "whole"), weights(tmp_path / "short")
    assert all(torch.equal(whole[name], short[name]) for name in whole), "time alone changes nothing"
    align(align_config(start, tmp_path / "few", max_minutes=2.0, log_every=10), resume=False)
    (line,) = curve(tmp_path / "few")
    first = curve(tmp_path / "whole")[:2]
    assert line["step"] == 2 and line["loss"] == pytest.approx(sum(one["loss"] for one in first) / 2, rel=1e-4)


def test_align_leaves_the_frozen_parts_alone_and_lowers_the_loss(start, tmp_path):
    align(align_config(start, tmp_path / "run", steps=12, learning_rate=3e-3, save_every=100), resume=False)
    losses = [line["loss"] for line in curve(tmp_path / "run")]
    assert sum(losses[-3:]) < sum(losses[:3])
    before, after = load_file(Path(start) / "model.safetensors"), weights(tmp_path / "run")
    for name in before:
        if name.startswith(("vlm", "segmenter")):
            assert torch.equal(before[name], after[name]), name


def test_grpo_logs_every_reward_and_draws_samples(start, tmp_path):
    grpo(grpo_config(start, tmp_path / "run", steps=2), resume=False)
    last = curve(tmp_path / "run")[-1]
    for name in (
        "reward",
        "reward_format",
        "reward_box",
        "reward_mask",
        "reward_std",
        "kl",
        "length",
        "readable",
        "bce",
        "dice",
    ):
        assert name in last, name
    total = last["reward_format"] + last["reward_box"] + last["reward_mask"]
    assert last["reward"] == pytest.approx(total, abs=1e-4)
    assert (tmp_path / "run" / "samples" / "step-00002.png").stat().st_size > 1000
    frozen = {n: t for n, t in load_file(Path(start) / "model.safetensors").items() if "segmenter.vision_encoder" in n}
    after = weights(tmp_path / "run")
    assert frozen and all(torch.equal(t, after[n]) for n, t in frozen.items())


def test_groups_in_one_pass_are_memory_alone(start, tmp_path, monkeypatch):
    complete = grpo_module.Trainer.complete

    def uneven(self, batch, sampling, phases):
        complete(self, batch, sampling, phases)
        batch.completions = [[ids[: 1 + 3 * i] for ids in group] for i, group in enumerate(batch.completions)]

    monkeypatch.setattr(grpo_module.Trainer, "complete", uneven)
    lines = []
    for size in (1, 3):
        changes = {"prompts_per_forward": size, "entropy_weight": 1.0, "steps": 1, "average": "token"}
        grpo(grpo_config(start, tmp_path / str(size), **changes), resume=False)
        lines += curve(tmp_path / str(size))
    for name in ("loss", "entropy", "policy", "bce", "grad_norm"):
        assert lines[0][name] == pytest.approx(lines[1][name], rel=1e-4, abs=1e-5), name


def test_a_process_without_a_kept_completion_counts_none(start, tmp_path, monkeypatch):
    monkeypatch.setattr(grpo_module.Trainer, "kept", lambda self, part, own: torch.zeros(9, dtype=torch.bool))
    counts, count = [], grpo_module.Trainer.count
    monkeypatch.setattr(grpo_module.Trainer, "count", lambda *a: counts.append(count(*a)) or counts[-1])
    grpo(grpo_config(start, tmp_path, steps=1, prompts_per_forward=3), resume=False)
    assert counts == [0.0] and curve(tmp_path)[0]["policy"] == 0


def test_what_a_launch_would_change_of_a_recipe_is_refused(start, tmp_path, monkeypatch):
    monkeypatch.setenv("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "2")
    with pytest.raises(ValueError, match="gradient_accumulation_steps to 1"):
        align(align_config(start, tmp_path / "run"), resume=False)


def test_what_would_wait_for_ever_is_refused(start, tmp_path, monkeypatch):
    monkeypatch.setattr(finetune_module, "is_sharded", lambda accelerator: True)
    for stage, make in ((align, align_config), (grpo, grpo_config)):
        with pytest.raises(ValueError, match=r"feature_cache: .* set where: none"):
            stage(make(start, tmp_path, feature_cache=FeatureCacheConfig(where="memory")), resume=False)
    monkeypatch.setattr(common_module, "is_zero3", lambda accelerator: True)
    with pytest.raises(ValueError, match="mean_weights: ZeRO-3"):
        align(align_config(start, tmp_path, mean_weights=True), resume=False)


def test_a_curriculum_lasts_as_long_with_several_processes(start, tmp_path, monkeypatch):
    seen = []

    def spy(data, batches):
        seen.append(batches)
        raise Killed

    monkeypatch.setattr(finetune_module, "processes", lambda: SimpleNamespace(num_processes=8))
    for module, stage, make in ((align_module, align, align_config), (grpo_module, grpo, grpo_config)):
        monkeypatch.setattr(module, "open_groups", spy)
        with pytest.raises(Killed):
            stage(make(start, tmp_path), resume=False)
    assert seen == [32, 32]


def test_policy_gradient_raises_the_rewarded_completion(start, tmp_path, monkeypatch):
    """With a reward for one particular first token, GRPO makes that token likelier."""
    judge = grpo_module.judge_group

    def first_token(*arguments):
        verdict = judge(*arguments)
        likes = [float(text[:1].lower() in "aeiou" and bool(text)) for text in arguments[4]]
        return replace(verdict, rewards=replace(verdict.rewards, total=likes))

    monkeypatch.setattr(grpo_module, "judge_group", first_token)
    config = grpo_config(
        start, tmp_path / "run", steps=14, learning_rate=3e-3, group_size=12, prompts_per_step=2, max_new_tokens=1,
        top_k=0, top_p=1.0, beta=0.0, mask_weight=0.0, sample_every=0, temperature=1.0,
    )  # fmt: skip
    grpo(config, resume=False)
    rewards_seen = [line["reward"] for line in curve(tmp_path / "run")]
    assert sum(rewards_seen[-4:]) > sum(rewards_seen[:4])


def test_nan_stops_the_run_and_keeps_the_checkpoint(start, tmp_path, monkeypatch):
    real = align_module.mask_losses
    steps = []

    def broken(logits, samples):
        bce, dice, drawn = real(logits, samples)
        steps.append(1)
        return (bce * float("nan") if len(steps) == 3 else bce), dice, drawn

    monkeypatch.setattr(align_module, "mask_losses", broken)
    with pytest.raises(NotFiniteError, match="step 2"):
        align(align_config(start, tmp_path / "run"), resume=False)
    assert json.loads((tmp_path / "run" / "checkpoints" / "step-00000002" / "state.json").read_text())["step"] == 2
    assert not (tmp_path / "run" / "model").exists()


def test_resume_without_a_checkpoint_says_so(start, tmp_path):
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        align(align_config(start, tmp_path / "nothing"), resume=True)


def test_every_image_comes_once_an_epoch():
    drawn = [pair for step in range(5) for pair in draw_images(10, 4, step, seed=1)]
    assert sorted(image for image, epoch in drawn if epoch == 0) == list(range(10))
    assert drawn == [pair for step in range(5) for pair in draw_images(10, 4, step, seed=1)]
    assert [i for i, e in drawn if e == 0] != [i for i, e in drawn if e == 1]


def test_learning_rate_warms_up_and_decays():
    config = RunConfig(output="x", steps=100, learning_rate=1.0, warmup_steps=10)
    rates = [learning_rate(step, config) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == 1.0 and rates[-1] == pytest.approx(0.1, abs=0.01)
    assert all(a >= b for a, b in pairwise(rates[10:]))


def test_muon_takes_the_matrices_of_blocks_and_adamw_the_rest(start, tmp_path):
    """A step of Muon turns a matrix as a whole: all its singular values move alike, which AdamW's do not."""
    config = RunConfig(output="x", steps=1, learning_rate=0.01, optimizer="muon", weight_decay=0.1)
    torch.manual_seed(0)
    block, table, norm = (torch.nn.Parameter(torch.randn(*shape)) for shape in ((8, 8), (8, 8), (8,)))
    named = [("m.layers.0.q.weight", block), ("m.embed.weight", table), ("m.layers.0.norm.weight", norm)]
    adamw, muon = make_optimizers(named, config)
    assert [len(g["params"]) for g in adamw.param_groups] == [1, 1] and muon.param_groups[0]["params"] == [block]
    assert [g["weight_decay"] for g in adamw.param_groups] == [0.1, 0.0]
    before = block.detach().clone()
    block.grad = torch.randn(8, 8) * torch.logspace(0, -2, 8)
    muon.step()
    values = torch.linalg.svdvals(block.detach() - before * (1 - 0.01 * 0.1))
    assert values.max() / values.min() < 3 and torch.linalg.cond(block.grad) > 50
    plain = make_optimizers(named, replace(config, optimizer="adamw"))
    assert len(plain) == 1 and sum(len(g["params"]) for g in plain[0].param_groups) == 3


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_role_learns_at_its_own_rate(start, tmp_path, optimizer):
    """With Adam's first step, which depends on the rate alone, the connector moves ten times as far."""
    moved = {}
    for factor in (1.0, 10.0):
        config = align_config(start, tmp_path / f"{factor}", steps=1, warmup_steps=0, optimizer=optimizer)
        config = replace(config, rates={"connector": factor}, learning_rate=1e-4, weight_decay=0.0)
        before = LensModel.from_pretrained(start)
        align(config, resume=False)
        after = LensModel.from_pretrained(Path(config.output) / "model")
        moved[factor] = {
            role: sum(
                (a - b).abs().sum().item()
                for a, b in zip(before.role_parameters(role), after.role_parameters(role), strict=True)
            )
            for role in ("queries", "connector")
        }
    assert moved[10.0]["connector"] / moved[1.0]["connector"] == pytest.approx(10, rel=0.05)
    assert moved[10.0]["queries"] == pytest.approx(moved[1.0]["queries"], rel=0.01)


def test_config_refuses_what_cannot_run(start, tmp_path):
    with pytest.raises(ValueError, match="rates: unknown eyes"):
        grpo_config(start, tmp_path, rates={"eyes": 2.0})
    with pytest.raises(ValueError, match="connector is 0"):
        grpo_config(start, tmp_path, rates={"connector": 0})
    with pytest.raises(ValueError, match="at least 2"):
        grpo_config(start, tmp_path, group_size=1)
    with pytest.raises(ValueError, match="reward_weights"):
        grpo_config(start, tmp_path, reward_weights={"beauty": 1.0})
    with pytest.raises(ValueError, match="unknown dataset"):
        from lens_seg.data.registry import open_groups

        open_groups(DataConfig(name="imagenet"))


def test_a_recipe_sets_the_longest_side_for_the_run_and_for_its_model(start, tmp_path):
    align(align_config(start, tmp_path / "run", steps=1, longest_side=640), resume=False)
    assert LensProcessor.from_pretrained(start).config.longest_side is None
    assert LensProcessor.from_pretrained(tmp_path / "run" / "model").config.longest_side == 640
    with pytest.raises(ValueError, match="longest_side=2: at least 28"):
        align_config(start, tmp_path / "run", longest_side=2)


@pytest.mark.parametrize("stage", ["align", "grpo"])
def test_attention_in_blocks_gives_the_same_curve(stage, start, tmp_path):
    run, make = {"align": (align, align_config), "grpo": (grpo, grpo_config)}[stage]
    found = {}
    for attention in ("sdpa", "blocks"):
        run(make(start, tmp_path / attention, steps=2, attention=attention), resume=False)
        found[attention] = curve(tmp_path / attention)
    assert len(found["sdpa"]) == 2
    for dense, blocks in zip(found["sdpa"], found["blocks"], strict=True):
        assert blocks == pytest.approx(dense, rel=1e-3, abs=1e-5)
