"""The benchmark's two schedules do the same work, so that only their cost differs."""

from __future__ import annotations

import json

import pytest
import torch

from lens_seg.bench import schedules, train
from lens_seg.bench.peer import conversation, picture_processor
from lens_seg.bench.schedules import SCHEDULES, SMALL, build, group_loss, make_task, pack_task, picture
from lens_seg.bench.train import bench_train, compare_trl, plot_growth, to_markdown
from lens_seg.cli import main

from .conftest import sharpen


def test_both_schedules_give_the_same_loss_and_gradients():
    model, processor = build(SMALL)
    sharpen(model)
    task = make_task(SMALL, processor)
    grads, losses = [], []
    for schedule in SCHEDULES:
        inputs = pack_task(task, processor, schedule, SMALL.queries)
        assert len(inputs.labels) == (SMALL.group if schedule == "repeated" else 1)
        model.zero_grad()
        loss = group_loss(model, inputs, task, None)
        loss.backward()
        losses.append(loss.item())
        grads.append({name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None})
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert grads[0].keys() == grads[1].keys()
    for name, grad in grads[0].items():
        largest = float(grad.abs().max())
        assert torch.allclose(grad, grads[1][name], rtol=1e-4, atol=1e-4 * largest + 1e-7), name


def test_the_prompt_has_the_length_that_is_reported():
    _, processor = build(SMALL)
    task = make_task(SMALL, processor)
    inputs = pack_task(task, processor, "shared", SMALL.queries)
    prefix = int((inputs.segment_ids == 0).sum())
    assert prefix + 1 == SMALL.prompt_tokens, "its last token begins each branch"
    assert int((inputs.labels != -100).sum()) == SMALL.group * SMALL.completion_tokens


def test_an_unknown_schedule_is_refused():
    with pytest.raises(ValueError, match="repeated or shared"):
        schedules.measure("twice", SMALL)


def test_the_peer_sees_the_same_image_and_a_prompt_of_the_same_length():
    _, ours = build(SMALL)
    theirs = picture_processor(SMALL, ours)
    seen = ours.vlm_image(picture(SMALL))
    other = theirs.image_processor(picture(SMALL), return_tensors="pt")
    assert other["image_grid_thw"].tolist() == [list(seen.grid_thw)]
    assert torch.allclose(other["pixel_values"], seen.pixel_values, atol=1e-5)
    assert len(conversation(SMALL, theirs)) == 1, "it raises where the length does not come out"


def test_without_trl_its_key_is_null_and_says_why(monkeypatch):
    found = train.importlib.util.find_spec
    monkeypatch.setattr(train.importlib.util, "find_spec", lambda name: None if name == "trl" else found(name))
    result = compare_trl(SMALL)
    assert result["trl"] is None
    assert "trl" in result["trl_reason"] and "lens-seg[bench]" in result["trl_reason"]
    assert set(result) == {"trl", "trl_reason"}, "nothing else was run"


@pytest.mark.slow
def test_trl_and_the_text_policy_take_the_same_step():
    trl = pytest.importorskip("trl")
    result = compare_trl(SMALL)
    assert result["trl"] is not None, result["trl_reason"]
    peer, ours = result["trl"], result["text-policy-only"]
    assert peer["version"] == trl.__version__
    assert (peer["prompt_tokens"], peer["completion_tokens"]) == (SMALL.prompt_tokens, SMALL.completion_tokens)
    assert peer["loss"] == pytest.approx(ours["loss"], abs=1e-5), "0 at the first step, by the definition of GRPO"
    ratio = peer["seconds"]["end_to_end"] / ours["seconds"]["end_to_end"]
    assert result["trl_end_to_end_speedup"] == pytest.approx(ratio)
    assert ours["seconds"]["end_to_end"] == pytest.approx(sum(ours["seconds"].values()) / 2)


@pytest.mark.slow
def test_the_command_prints_ratios_as_json_and_draws_the_growth(tmp_path, capsys):
    result = bench_train(small=True)
    for key in ("forward_backward_speedup", "memory_ratio", "end_to_end_speedup", "hardware", "versions"):
        assert key in result
    assert result["loss_difference"] < 1e-5
    assert "whole step, times faster" in to_markdown(result)
    rows = [{**result[s], "sizes": {**result["sizes"], "group": g}} for s in SCHEDULES for g in (2, 4)]
    plot_growth(rows, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").stat().st_size > 5000
    assert main(["bench", "train", "--small", "--json", "--out", str(tmp_path)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert json.loads((tmp_path / "train.json").read_text()) == printed


def test_growth_needs_a_folder_for_its_plot(capsys):
    assert main(["bench", "train", "--small", "--growth"]) == 2
    assert "--out" in capsys.readouterr().err
