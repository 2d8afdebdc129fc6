"""Pretraining: what image tokens are asked, what each phase shows, and one step of both stages."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from lens_seg.data.toybox import COLOURS, KINDS, SIZES, Scene, Toybox, make_scene
from lens_seg.data.toybox.words import relettered
from lens_seg.prompts import format_ok
from lens_seg.train import pretrain
from lens_seg.train.pretrain import (
    BoxBatches,
    DenseHeads,
    PretrainSegmenterConfig,
    PretrainVLMConfig,
    SceneBatches,
    dense_targets,
    learn_words,
    misread,
    pretrain_segmenter,
    pretrain_vlm,
)

from .conftest import curve, micro
from .test_distributed import launch

GRID, SIDE = 6, 32
"""Image tokens of a row, and pixels of a scene that one of them covers along a side."""


def targets(processor, scene: Scene) -> tuple[dict[str, np.ndarray], list[tuple[int, ...]], np.ndarray]:
    """Dense targets, framed boxes and masks of a scene."""
    _, masks = scene.render()
    framed = [processor.to_frame(toy.box, (192, 192), (96, 96)) for toy in scene.toys]
    return dense_targets(scene, masks, framed, GRID), framed, masks


@pytest.mark.parametrize("index", range(6))
def test_the_token_at_a_toys_centre_shows_that_toy(tiny_pair, index):
    scene = make_scene(5, index, toys=(1, 1))
    (toy,) = scene.toys
    made, framed, _ = targets(tiny_pair[1], scene)
    column, row = int(toy.centre[0] // SIDE), int(toy.centre[1] // SIDE)
    token = row * GRID + column
    assert KINDS[made["kind"][token]] == toy.kind
    assert COLOURS[made["colour"][token]] == toy.colour
    assert SIZES[made["size"][token]] == toy.size
    assert "".join(map(str, made["digits"][token])) == "".join(f"{value:02d}" for value in framed[0])
    middle = np.array([column + 0.5, row + 0.5, column + 0.5, row + 0.5])
    np.testing.assert_allclose(made["edges"][token], np.array(toy.box) / SIDE - middle, atol=1e-6)


@pytest.mark.parametrize("index", range(4))
def test_a_token_belongs_to_the_toy_that_covers_most_of_it(tiny_pair, index):
    scene = make_scene(5, index)
    made, framed, masks = targets(tiny_pair[1], scene)
    assert len(made["kind"]) == GRID * GRID
    owned = 0
    for token in range(GRID * GRID):
        row, column = divmod(token, GRID)
        cell = masks[:, SIDE * row : SIDE * (row + 1), SIDE * column : SIDE * (column + 1)]
        shares = [int(part.sum()) / SIDE**2 for part in cell]
        if max(shares) <= 0.08:
            assert made["kind"][token] == made["colour"][token] == made["size"][token] == -1
            continue
        owned += 1
        toy = scene.toys[shares.index(max(shares))]
        assert (KINDS[made["kind"][token]], COLOURS[made["colour"][token]]) == (toy.kind, toy.colour)
        digits = made["digits"][token].tolist()
        assert tuple(10 * t + u for t, u in zip(digits[0::2], digits[1::2], strict=True)) in framed
    assert owned >= len(scene.toys)


@pytest.fixture
def phases(tiny_pair, monkeypatch):
    """(batches of two scenes, scenes made, expressions said): one phase a step, then full scenes."""
    scenes: list[Scene] = []
    said: list = []

    def make(seed, index, **options):
        scenes.append(make_scene(seed, index, **options))
        return scenes[-1]

    def say(scene, rng, count, absent_share):
        said.append(expressions(scene, rng, count, absent_share=absent_share))
        return said[-1]

    expressions = pretrain.expressions
    monkeypatch.setattr(pretrain, "make_scene", make)
    monkeypatch.setattr(pretrain, "expressions", say)
    config = vlm_config("x", "x", dense_scenes=2, single_scenes=2, few_scenes=4, direct_share=0.5)
    return SceneBatches(tiny_pair[1], config, Toybox("train")), scenes, said


def vlm_config(start: str, output: Path | str, **changes) -> PretrainVLMConfig:
    fields = {"steps": 1, "learning_rate": 1e-3, "batch_size": 2, "expressions": 3, "workers": 0, "log_every": 1}
    return PretrainVLMConfig(**{**fields, "model": start, "output": str(output), **changes})


def test_phases_go_from_no_text_to_one_toy_to_all(phases):
    batches, scenes, _ = phases
    inputs = [batches(step).inputs for step in range(7)]
    assert bool((inputs[0].labels == -100).all()) and bool((inputs[0].segment_ids <= 0).all())
    for later in inputs[1:]:
        assert all(bool((row != -100).any()) for row in later.labels)
    counts = [len(scene.toys) for scene in scenes]
    assert counts[2:4] == [1, 1]
    assert all(1 <= count <= 3 for count in counts[4:8])
    assert all(3 <= count <= 7 for count in counts[:2] + counts[8:])
    assert [scene.index for scene in scenes] == list(range(14)), "no scene comes twice"


def test_batches_are_pure(phases):
    batches, _, _ = phases
    for record, other in zip(batches(3), batches(3), strict=True):
        pairs = zip(vars(record).values(), vars(other).values(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs if a is not None)


def test_labels_are_the_list_of_toys_and_true_answers(phases, tiny_pair):
    batches, scenes, said = phases
    processor = tiny_pair[1]
    inputs = batches(4).inputs
    forms = set()
    for row, (scene, sentences) in enumerate(zip(scenes, said, strict=True)):
        texts, contexts = [], []
        for branch in range(1, int(inputs.segment_ids[row].max()) + 1):
            here = inputs.segment_ids[row] == branch
            labels = inputs.labels[row][here]
            answer = labels[labels != -100].tolist()
            assert answer[-1] == processor.end_token and answer.count(processor.end_token) == 1
            texts.append(processor.decode(answer))
            contexts.append(processor.decode(inputs.input_ids[row][here].tolist()))
        boxes = {toy.words: processor.to_frame(toy.box, (192, 192), (96, 96)) for toy in scene.toys}
        listed = [re.fullmatch(r"(.+) \[(\d+),(\d+),(\d+),(\d+)\]", line) for line in texts[0].splitlines()]
        assert all(listed), texts[0]
        assert {m[1]: tuple(int(v) for v in m.groups()[1:]) for m in listed if m} == boxes
        asked = re.search(r"List the toys from the (left|right|top|bottom)\.", contexts[0])
        axis, sign = {"left": (0, 1), "right": (0, -1), "top": (1, 1), "bottom": (1, -1)}[asked[1]]
        order = [next(sign * toy.centre[axis] for toy in scene.toys if toy.words == m[1]) for m in listed if m]
        assert order == sorted(order), contexts[0]
        assert len(sentences) == len(texts) - 1 == 3
        for expression, text, context in zip(sentences, texts[1:], contexts[1:], strict=True):
            cot = text.startswith("<think>")
            forms.add(cot)
            assert f"{'Think, then locate' if cot else 'Locate'} {expression.text.rstrip('.')}." in context
            parsed, found = processor.read(text, (192, 192), (96, 96))
            assert format_ok(text, cot) and (parsed.thought == expression.thought if cot else parsed.thought is None)
            if expression.target is None:
                assert parsed.no_target and not found
            else:
                np.testing.assert_allclose(found, [scene.toys[expression.target].box], atol=0.5 * 192 / 60)
    assert forms == {True, False}, "with and without a thought"


def test_scenes_without_names_of_colours_ask_for_none(tiny_pair):
    """Their colour is no target, their answers are boxes alone, and a batch of nothing else has a finite loss."""
    config = vlm_config("x", "x", dense_scenes=0, single_scenes=0, few_scenes=0, nameless_share=1.0)
    batch = SceneBatches(tiny_pair[1], config, Toybox("train"))(0)
    assert bool((batch.dense.colour == -1).all()) and bool((batch.dense.kind >= 0).any())
    answers = tiny_pair[1].decode(batch.inputs.labels[batch.inputs.labels != -100].tolist())
    assert "<think>" not in answers and "<|box_start|>" in answers
    model = tiny_pair[0]
    heads = DenseHeads(model.config.get_text_config().hidden_size, torch.arange(len(KINDS) + len(COLOURS) + len(SIZES)))
    out = model(batch.inputs, with_masks=False, with_states=True)
    hidden = out.states[2][batch.inputs.input_ids == tiny_pair[1].image_token].unflatten(0, (2, -1))
    assert torch.isfinite(heads(out.image_embeds, hidden, model.vlm.get_input_embeddings(), batch.dense)[0])


def test_plans_in_other_letters(tiny_pair):
    """In the share that is asked for, any of six in any order, and they say the same."""
    thought = next(s.thought for i in range(99) if (s := Toybox("val")[i]).thought.startswith("A "))
    for letters in ("ABCDE", "CABDE", "FDBCA"):
        moved = relettered(thought, letters)
        assert re.findall(r"\b[A-Z]\b", moved)[:3] == [letters[0], letters[1], letters[0]]
        assert re.sub(r"\b[A-Z]\b", "", moved) == re.sub(r"\b[A-Z]\b", "", thought)

    def answers(share: float) -> str:
        config = PretrainVLMConfig(output="", steps=1, learning_rate=1, batch_size=4, dense_scenes=0, single_scenes=0,
                                   few_scenes=0, direct_share=0, lettered_share=share)  # fmt: skip
        inputs = SceneBatches(tiny_pair[1], config, Toybox("train"))(0).inputs
        return tiny_pair[1].tokenizer.decode(inputs.labels[inputs.labels != -100])

    first = re.compile(r"<think>([A-J]) ")
    assert set(first.findall(answers(0))) == {"A"}
    begun = set(first.findall(answers(1)))
    assert len(begun) > 2 and begun <= set("ABCDEF")


def test_misread_colours(tiny_pair):
    """Only colours before a kind within an answer change, into colours, and no label does."""
    processor = tiny_pair[1]
    config = vlm_config("x", "x", batch_size=8, dense_scenes=0, single_scenes=0, few_scenes=0, direct_share=0.0)
    inputs = SceneBatches(processor, config, Toybox("train"))(0).inputs
    names = [torch.tensor([processor.completion(f" {word}")[0] for word in words]) for words in (COLOURS, KINDS)]
    torch.manual_seed(0)
    read = misread(inputs, *names, 0.5)
    rows, slots = (read.input_ids != inputs.input_ids).nonzero(as_tuple=True)
    assert len(rows) > 5 and torch.equal(read.labels, inputs.labels)
    assert bool(torch.isin(inputs.input_ids[rows, slots], names[0]).all())
    assert bool(torch.isin(read.input_ids[rows, slots], names[0]).all())
    assert bool(torch.isin(inputs.labels[rows, slots], names[1]).all())
    assert misread(inputs, *names, 0.0) is inputs


def test_box_prompts_lie_about_the_masks_they_ask_for(tiny_pair):
    config = segmenter_config("x", "x", jitter=0.0)
    pixels, boxes, masks = BoxBatches(tiny_pair[1], config, Toybox("train"))(1)
    assert pixels.shape == (2, 3, 256, 256) and boxes.shape == (2, 3, 4) and masks.shape == (2, 3, 192, 192)
    for box, mask in zip(boxes.flatten(0, 1).tolist(), masks.flatten(0, 1), strict=True):
        rows, columns = mask.nonzero().unbind(1)
        around = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert box == pytest.approx([float(v) * 256 / 192 for v in around], abs=1.5)


def segmenter_config(start: str, output: Path | str, **changes) -> PretrainSegmenterConfig:
    fields = {"steps": 1, "learning_rate": 1e-3, "batch_size": 2, "prompts": 3, "workers": 0, "log_every": 1}
    return PretrainSegmenterConfig(**{**fields, "model": start, "output": str(output), **changes})


@pytest.fixture(scope="module")
def start(tiny_pair, tmp_path_factory) -> str:
    """A model folder to start from: a new tokenizer would take seconds."""
    folder = tmp_path_factory.mktemp("start")
    tiny_pair[0].save_pretrained(folder)
    tiny_pair[1].save_pretrained(folder)
    return str(folder)


def changed(start: str, output: Path) -> set[str]:
    """Names of the weights that a run moved; all of them must be finite."""
    before = load_file(Path(start) / "model.safetensors")
    after = load_file(output / "model" / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(bool(torch.isfinite(tensor).all()) for tensor in after.values())
    return {name for name in before if not torch.equal(before[name], after[name])}


def last_line(output: Path) -> dict[str, float]:
    line = json.loads((output / "metrics.jsonl").read_text().splitlines()[-1])
    assert all(np.isfinite(value) for value in line.values())
    return line


def test_a_step_of_the_vlm_moves_the_vlm_alone(start, tmp_path):
    pretrain_vlm(vlm_config(start, tmp_path, dense_scenes=1, single_scenes=1), resume=False)  # one scene of each
    line = last_line(tmp_path)
    assert {"loss", "kind", "colour", "edge_error", "tens", "units", "text", "digit_nll", "looks_2"} <= line.keys()
    assert line["loss"] > line["text"] > 0
    moved = changed(start, tmp_path)
    assert moved and all(name.startswith("vlm") for name in moved)
    assert any(".visual." in name for name in moved) and any(".layers.4." in name for name in moved)


def test_dense_steps_without_text_train_too(start, tmp_path):
    pretrain_vlm(vlm_config(start, tmp_path, dense_scenes=2), resume=False)
    line = last_line(tmp_path)
    assert "text" not in line and line["loss"] > 0
    moved = changed(start, tmp_path)
    assert any(".visual." in name for name in moved)
    assert not any(".layers.4." in name for name in moved), "the upper layers wait for text"


@pytest.mark.slow
def test_what_dense_steps_do_not_reach_does_not_decay_on_two_processes_either(start, tmp_path):
    config = vlm_config(start, tmp_path / "run", batch_size=1, dense_scenes=2, weight_decay=0.5)
    path = tmp_path / "recipe.yaml"
    path.write_text(json.dumps({"stage": "pretrain_vlm", **asdict(config)}))
    launch(path)
    moved = changed(start, tmp_path / "run")
    assert any(".visual." in name for name in moved) and not any(".layers.4." in name for name in moved)


def test_a_step_of_the_segmenter_moves_the_segmenter_alone(start, tmp_path):
    pretrain_segmenter(segmenter_config(start, tmp_path), resume=False)
    line = last_line(tmp_path)
    assert {"loss", "iou", "bce", "dice"} <= line.keys() and 0 <= line["iou"] <= 1
    moved = changed(start, tmp_path)
    assert moved and all(name.startswith("segmenter") for name in moved)
    for part in ("vision_encoder", "mask_decoder", "iou_prediction_head", "point_embed"):
        assert any(part in name for name in moved), part


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.mark.parametrize("stage", ["vlm", "a new vlm", "segmenter"])
def test_a_resumed_run_gives_the_curve_of_one_that_never_stopped(stage, start, tmp_path, monkeypatch):
    train, make = (pretrain_segmenter, segmenter_config) if stage == "segmenter" else (pretrain_vlm, vlm_config)
    fields = {"steps": 4, "save_every": 2, "log_every": 1}
    if stage != "segmenter":
        fields |= {"dense_scenes": 1, "single_scenes": 1}
    if stage == "a new vlm":
        fields |= {"model": None}
    train(make(start, tmp_path / "whole", **fields), resume=False)
    advance = pretrain.Run.advance

    def killed_after_three(self, metrics):
        advance(self, metrics)
        if self.step == 3:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(pretrain.Run, "advance", killed_after_three)
        with pytest.raises(Killed):
            train(make(start, tmp_path / "broken", **fields), resume=False)
    train(make(start, tmp_path / "broken", **fields), resume=True)
    assert len(curve(tmp_path / "whole")) == 4 and curve(tmp_path / "broken") == curve(tmp_path / "whole")
    whole, broken = (load_file(tmp_path / name / "model/model.safetensors") for name in ("whole", "broken"))
    assert all(torch.equal(whole[name], broken[name]) for name in whole)


def test_attention_in_blocks_trains_alike(start, tmp_path):
    phases = {"dense_scenes": 1, "single_scenes": 0, "few_scenes": 0}  # a row without branches beside one with them
    pretrain_vlm(vlm_config(start, tmp_path / "dense", **phases), resume=False)
    pretrain_vlm(vlm_config(start, tmp_path / "blocks", attention="blocks", **phases), resume=False)
    dense, blocks = last_line(tmp_path / "dense"), last_line(tmp_path / "blocks")
    for name in ("loss", "text", "looks_2", "looks_3", "grad_norm"):
        assert blocks[name] == pytest.approx(dense[name], rel=1e-4), name
    saved = [(tmp_path / name / "model" / "config.json").read_text() for name in ("dense", "blocks")]
    assert saved[0] == saved[1], "how it was trained is not part of the model"


def test_matmul_precision_holds_for_the_run(start, tmp_path):
    before = torch.get_float32_matmul_precision()
    try:
        pretrain_vlm(vlm_config(start, tmp_path, matmul_precision="medium"), resume=False)
        assert torch.get_float32_matmul_precision() == "medium"
        assert last_line(tmp_path)["loss"] > 0
    finally:
        torch.set_float32_matmul_precision(before)


def test_a_model_learns_words_without_forgetting_any(monkeypatch):
    """New words become single tokens, known ones and every id stay, and so does what the model answers."""
    model, processor = micro()
    tokenizer, known = processor.tokenizer, "Think, then locate the small red cup <think>"
    ids = tokenizer(known, return_tensors="pt").input_ids
    old, size = dict(tokenizer.get_vocab()), len(tokenizer)
    rows = model.vlm.get_input_embeddings().weight.detach().clone()
    before = model.vlm(input_ids=ids).logits
    monkeypatch.setattr(pretrain, "_corpus", lambda: ["the thing beneath the cottage", "the thing over there"] * 3)
    spelt = tokenizer(" thing").input_ids
    assert len(spelt) > 1
    learn_words(model, processor, size + 12)
    assert len(tokenizer) == size + 12 == model.config.get_text_config().vocab_size
    assert old.items() <= tokenizer.get_vocab().items() and tokenizer(known, return_tensors="pt").input_ids.equal(ids)
    (thing,) = tokenizer(" thing").input_ids
    assert thing >= size and tokenizer.decode(tokenizer(" thing beneath me").input_ids) == " thing beneath me"
    torch.testing.assert_close(model.vlm(input_ids=ids).logits[..., :size], before)
    torch.testing.assert_close(model.vlm.get_input_embeddings().weight[thing], rows[spelt].mean(0))
    learn_words(model, processor, size + 1000)  # there are no more words than that
    assert size + 12 < len(tokenizer) < size + 60
    assert all(len(tokenizer(f" {word}").input_ids) == 1 for word in ("beneath", "cottage", "over", "there"))
