"""Every option of stage 2, each shown by what it does to a run of a very small random model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lens_seg.data.registry import ToyboxGroups
from lens_seg.data.toybox import Toybox
from lens_seg.models import vlm as vlms
from lens_seg.models.lens import ROLES, LensModel
from lens_seg.models.segmenter import unused_parameters
from lens_seg.rewards import Rewards
from lens_seg.rollout import Sampling, generate
from lens_seg.train import grpo as module
from lens_seg.train.align import full_mask_losses
from lens_seg.train.grpo import GRPOConfig, PromptBatch, grpo
from lens_seg.train.judge import Verdict

from .conftest import curve, micro


def config(start: str, output: Path, **changes) -> GRPOConfig:
    fields = {
        "steps": 2, "learning_rate": 1e-3, "warmup_steps": 0, "schedule": "constant", "prompts_per_step": 2,
        "prompts_per_forward": 1, "group_size": 3, "max_new_tokens": 4, "sample_every": 0, "log_every": 1,
        "save_every": 100, "workers": 0, "curves": False, "model": start, "output": str(output),
    }  # fmt: skip
    return GRPOConfig(**{**fields, **changes})


def run(start: str, output: Path, **changes) -> list[dict]:
    grpo(config(start, output, **changes), resume=False)
    return curve(output)


def moved(start: str, output: Path) -> set[str]:
    """First names of the parameters that a run changed."""
    before, after = load_file(Path(start) / "model.safetensors"), load_file(output / "model" / "model.safetensors")
    return {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}


def verdict(totals: list[float], **changes) -> Verdict:
    fields = {
        "rewards": Rewards(totals, {"format": totals}),
        "masks": [np.zeros((2, 2), dtype=bool)] * len(totals),
        "boxes": [None] * len(totals),
        "box_ious": [0.0] * len(totals),
        "readable": 1.0,
        "mask_iou": 0.0,
    }
    return Verdict(**{**fields, **changes})


def test_text_of_weights_with_flat_queries_is_learnt_where_it_is_sampled(start, tmp_path):
    flat = tmp_path / "flat"
    shutil.copytree(start, flat)
    fields = json.loads((flat / "config.json").read_text())
    (flat / "config.json").write_text(json.dumps({**fields, "query_positions": "flat"}))
    ours, plain = run(str(flat), tmp_path / "ours", beta=0.5)[0], run(start, tmp_path / "plain", beta=0.5)[0]
    assert ours["entropy"] == pytest.approx(plain["entropy"], rel=1e-5) and ours["length"] == plain["length"]
    assert ours["dice"] != plain["dice"], "queries are read elsewhere"
    assert moved(str(flat), tmp_path / "ours") == {"vlm", "queries", "connector", "segmenter"}


def test_a_synced_reference_has_no_divergence_and_is_checkpointed(start, tmp_path):
    far = run(start, tmp_path / "far", steps=3, beta=0.5, kl="k1")
    near = run(start, tmp_path / "near", steps=3, beta=0.5, kl="k1", sync_reference_every=1)
    assert far[0]["kl"] == pytest.approx(0, abs=1e-6) and abs(far[2]["kl"]) > 1e-4
    assert all(line["kl"] == pytest.approx(0, abs=1e-5) for line in near)
    for steps, resume in ((1, False), (3, True)):
        grpo(config(start, tmp_path / "two", steps=steps, beta=0.5, kl="k1", sync_reference_every=2), resume=resume)
    two = curve(tmp_path / "two")
    assert [abs(line["kl"]) > 1e-5 for line in two] == [False, True, False], "synced before steps 1 and 3, resumed at 2"
    held = [
        n for n in load_file(tmp_path / "near/checkpoints/step-00000003/state.safetensors") if n.startswith("held/")
    ]
    assert len(held) > 10
    assert not any(
        n.startswith("held/") for n in load_file(tmp_path / "far/checkpoints/step-00000003/state.safetensors")
    )


def test_no_kl_needs_no_reference(start, tmp_path):
    assert config(start, tmp_path, kl="none").reference_kind == "none"
    assert config(start, tmp_path, beta=0.0).reference_kind == "none"
    assert config(start, tmp_path).reference_kind == "copy"


def test_an_entropy_bonus_raises_the_entropy(start, tmp_path):
    fields = {"steps": 6, "entropy_weight": 5.0, "policy_weight": 0.0, "mask_weight": 0.0, "beta": 0.0}
    with_bonus = run(start, tmp_path / "a", **fields)
    still = run(start, tmp_path / "b", **fields, learning_rate=1e-9)  # on the same prompts
    assert with_bonus[-1]["entropy"] > still[-1]["entropy"] + 0.01


def test_a_detached_mask_loss_leaves_the_vlm_and_the_queries_alone(start, tmp_path):
    run(start, tmp_path / "whole", steps=1, policy_weight=0.0)
    run(start, tmp_path / "detached", steps=1, policy_weight=0.0, detach_masks=True)
    assert moved(start, tmp_path / "whole") == {"vlm", "queries", "connector", "segmenter"}
    assert moved(start, tmp_path / "detached") == {"connector", "segmenter"}


def test_loss_weights_scale_their_terms(start, tmp_path):
    line = run(start, tmp_path / "a", steps=1, policy_weight=2.0, mask_weight=0.5)[0]
    assert line["loss"] == pytest.approx(
        2 * (line["policy"] + 0.04 * line["kl"]) + 0.5 * (line["bce"] + line["dice"]), abs=1e-4
    )


def test_two_updates_on_a_batch_step_twice_and_are_clipped(start, tmp_path):
    line = run(start, tmp_path / "a", steps=1, updates_per_batch=3, clip_low=1e-4, clip_high=1e-4, learning_rate=0.01,
               reward_weights={"format": 1, "box": 1, "mask": 1, "overlong": 0.1})[0]  # fmt: skip
    state = load_file(tmp_path / "a/checkpoints/step-00000001/state.safetensors")
    assert next(t for n, t in state.items() if n.startswith("step/")).item() == 3
    assert line["clip_fraction"] > 0
    assert run(start, tmp_path / "b", steps=1)[0]["clip_fraction"] == 0


def test_the_temperature_goes_linearly_to_its_end(start, tmp_path):
    heat = config(start, tmp_path, steps=5, temperature=1.0, temperature_end=0.2)
    assert [round(heat.sampling(step).temperature, 3) for step in range(5)] == [1.0, 0.8, 0.6, 0.4, 0.2]
    assert config(start, tmp_path).sampling(7).temperature == 1.0


@pytest.mark.parametrize("limits", [{"top_k": 1, "top_p": 1.0}, {"top_k": 0, "top_p": 1e-6}], ids=["top_k", "top_p"])
def test_top_k_and_top_p_hold_hot_sampling_to_the_likeliest_tokens(micro_pair, limits):
    model, processor = micro_pair
    sample = Toybox("val")[0]
    image, question = processor.vlm_image(sample.image), processor.question(sample.prompt)

    def drawn(**settings) -> list[list[int]]:
        torch.manual_seed(0)
        sampling = Sampling(max_new_tokens=6, **settings)
        return generate(model, processor, [image], [[question]], sampling=sampling, group=3).completions

    greedy = drawn(temperature=0.0)
    assert drawn(temperature=5.0, **limits) == greedy
    assert drawn(temperature=5.0, top_k=0, top_p=1.0) != greedy


@pytest.mark.parametrize("role", ROLES)
def test_a_role_trains_its_own_part_alone(role):
    model, _ = micro()
    model.train_only((role,))
    own = {id(p) for p in model.role_parameters(role)} - {id(p) for p in unused_parameters(model.segmenter)}
    assert own and {id(p) for p in model.parameters() if p.requires_grad} == own
    outside = [other for other in ROLES if other != role for p in model.role_parameters(other) if p.requires_grad]
    assert not outside, "no parameter has two roles"


def test_an_image_is_encoded_once_for_its_group(start, tmp_path, monkeypatch):
    """Two prompts of three completions: SAM sees two images, and the image tower two in each of its passes."""
    seen = {"segmenter": 0, "tower": 0}
    encode, tower = LensModel.encode_segmenter, vlms.encode_images

    def segmenter_sees(self, pixels):
        seen["segmenter"] += len(pixels)
        return encode(self, pixels)

    def tower_sees(vlm, pixels, grid):
        seen["tower"] += len(grid)
        return tower(vlm, pixels, grid)

    monkeypatch.setattr(LensModel, "encode_segmenter", segmenter_sees)
    monkeypatch.setattr(vlms, "encode_images", tower_sees)
    run(start, tmp_path / "a", steps=1, group_size=3)
    assert seen == {"segmenter": 2, "tower": 3 * 2}, "rollout, policy and reference"


def test_groups_without_spread_are_dropped_and_counted(start, tmp_path):
    """A random model never writes the format: every group's rewards are equal."""
    fields = {"reward_weights": {"format": 1.0}, "mask_weight": 0.0, "beta": 0.0, "steps": 1}
    line = run(start, tmp_path / "a", groups_without_spread="drop", **fields)[0]
    assert line["groups_without_spread"] == 1 and line["policy"] == 0 and line["loss"] == 0
    assert moved(start, tmp_path / "a") == set()


def test_a_group_without_spread_gives_its_place_to_a_spare_prompt(start, tmp_path, monkeypatch):
    judged = []

    def judge(processor, config, sample, *rest):
        judged.append(sample.id)
        return verdict([1.0, 1.0, 1.0] if len(judged) in (1, 3) else [0.0, 1.0, 2.0])

    used = []
    summary = module.summary
    monkeypatch.setattr(module, "judge_group", judge)
    monkeypatch.setattr(
        module, "summary", lambda batch, v: used.append([s.id for s in batch.samples]) or summary(batch, v)
    )
    fields = {"mask_weight": 0.0, "steps": 1, "groups_without_spread": "resample", "spare_prompts": 3}
    line = run(start, tmp_path / "a", **fields)[0]
    # prompts 1 and 2 drawn, 1 flat; spare 3 flat too; spare 4 takes the place of 1; spare 5 is not needed
    assert len(judged) == 4 and used == [[judged[3], judged[1]]]
    assert line["resampled"] == 1 and line["groups_without_spread"] == 0


def test_the_prompts_whose_boxes_differ_most_are_learnt_from(start, tmp_path, monkeypatch):
    drawn, used = [], []
    summary = module.summary

    def boxes(processor, image, texts):
        drawn.append(texts)
        right = len(drawn) in (2, 5)  # of those two, one answer of three is the target's box
        return [tuple(samples[len(drawn) - 1].boxes) if right and i == 0 else None for i in range(len(texts))]

    samples = []
    worth = module.Trainer.worth_of_boxes
    monkeypatch.setattr(module, "answered_boxes", boxes)
    monkeypatch.setattr(
        module.Trainer, "worth_of_boxes", lambda self, batch: samples.extend(batch.samples) or worth(self, batch)
    )
    monkeypatch.setattr(
        module, "summary", lambda batch, v: used.append([s.id for s in batch.samples]) or summary(batch, v)
    )
    line = run(start, tmp_path / "a", steps=1, candidates=5)[0]
    assert len(samples) == 5 and used == [[samples[1].id, samples[4].id]]
    assert line["reward_box_candidates"] == pytest.approx(2 / 15, abs=1e-5)


def test_overlong_completions_are_left_out_of_the_policy_loss(start, tmp_path):
    line = run(start, tmp_path / "a", steps=1, mask_overlong=True, mask_weight=0.0, beta=0.0, max_new_tokens=1)[0]
    assert line["finished"] == 0, "a random model does not end with its first token"
    assert line["policy"] == 0
    line = run(start, tmp_path / "b", steps=1, reward_weights={"overlong": 1.0}, overlong_margin=8, max_new_tokens=1)[0]
    assert line["reward"] == pytest.approx(-1.0)


def test_rewards_are_scaled_and_named(start, tmp_path):
    weights = {"format": 1.0, "box": 0.5, "mask": 2.0, "boundary": 1.0, "soft_format": 0.25}
    line = run(start, tmp_path / "a", steps=1, reward_weights=weights, reward_scale=0.1)[0]
    expected = 0.1 * sum(weight * line[f"reward_{name}"] for name, weight in weights.items())
    assert line["reward"] == pytest.approx(expected, abs=1e-5)
    assert GRPOConfig(model="m", output="o", steps=1, learning_rate=1.0).reward_weights == {
        "format": 1,
        "box": 1,
        "mask": 1,
    }


def test_which_masks_learn():
    one = verdict([0.0, 2.0, 1.0], box_ious=[0.9, 0.0, 0.3])
    assert one.chosen("all") == [True] * 3
    assert one.chosen("overlapping") == [True, False, True]
    assert one.chosen("matching") == [True, False, False]
    assert one.chosen("best") == [False, True, False]
    group = ToyboxGroups(Toybox("val"))(0, 1, 0) * 3
    full = [torch.randn(3, *group[0].mask.shape, requires_grad=True)]
    bce, dice = full_mask_losses(full, [group], [[True, False, True]])
    alone = full_mask_losses([full[0][[0, 2]]], [group[:2]])
    assert (bce.item(), dice.item()) == pytest.approx((alone[0].item(), alone[1].item()))
    (grad,) = torch.autograd.grad(bce + dice, full[0])
    assert grad[1].eq(0).all() and grad[0].abs().sum() > 0
    none = full_mask_losses(full, [group], [[False] * 3])
    assert none[0].item() == none[1].item() == 0 and none[0].requires_grad
    assert full_mask_losses(full, [group], None, 5.0)[0].item() != pytest.approx(
        full_mask_losses(full, [group])[0].item()
    )


def test_spread_and_boxes_of_a_verdict():
    assert not verdict([0.5, 0.5]).spread and verdict([0.5, 0.6]).spread
    box = (1.0, 2.0, 3.0, 4.0)
    assert verdict([0.0] * 3, boxes=[None, (), (box, box)]).drawn_boxes == [(), (), (box, box)]


def test_a_batch_takes_and_puts_prompts():
    batch = PromptBatch(samples=["a", "b"], images=[1, 2], questions=[[1], [2]], squares=[3, 4], texts=[["x"], ["y"]])
    batch.put([0], PromptBatch(samples=["c"], images=[9], questions=[[9]], squares=[9], texts=[["z"]]))
    assert batch.samples == ["c", "b"] and batch.texts == [["z"], ["y"]] and batch.completions == []
    assert batch.take([1]).images == [2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"groups_without_spread": "resample"}, "spare_prompts"),
        ({"spare_prompts": 2}, "belong together"),
        ({"candidates": 1}, "at least prompts_per_step=2"),
        ({"candidates": 4, "groups_without_spread": "resample", "spare_prompts": 2}, "no spare_prompts"),
        ({"temperature_end": 0.0}, "above 0"),
        ({"clip_low": 1.5}, "clip_low"),
        ({"updates_per_batch": 0}, "updates_per_batch=0 must be at least 1"),
        ({"overlong_margin": 0}, "overlong_margin"),
    ],
)
def test_options_that_contradict_each_other_are_refused(start, tmp_path, changes, words):
    with pytest.raises(ValueError, match=words):
        config(start, tmp_path, **changes)
