"""Weights between two of one training."""

from __future__ import annotations

import sys

import pytest
import torch

from lens_seg.train import pretrain, ship
from lens_seg.train.blend import blend, main
from lens_seg.train.pretrain import learn_words
from lens_seg.train.start import save_model

from .conftest import micro


def test_a_blend_lies_between_and_keeps_new_words(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrain, "_corpus", lambda: ["a thing beneath a cottage"] * 3)
    model, processor = micro()
    save_model(model, processor, tmp_path / "start")
    start = {name: value.clone() for name, value in model.state_dict().items()}
    known = len(processor.tokenizer)
    learn_words(model, processor, known + 5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter))
    save_model(model, processor, tmp_path / "end")
    mixed, words = blend(str(tmp_path / "start"), str(tmp_path / "end"), 0.75)
    assert words.tokenizer.get_vocab() == processor.tokenizer.get_vocab()
    for name, end in model.state_dict().items():
        rows = len(start[name])
        torch.testing.assert_close(mixed.state_dict()[name][:rows], 0.75 * end[:rows] + 0.25 * start[name])
        assert mixed.state_dict()[name][rows:].equal(end[rows:])
    assert len(mixed.vlm.get_input_embeddings().weight) == known + 5


def test_strangers_are_not_blended(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrain, "_corpus", lambda: ["a thing beneath a cottage"] * 3)
    model, processor = micro()
    save_model(model, processor, tmp_path / "small")
    learn_words(model, processor, len(processor.tokenizer) + 5)
    save_model(model, processor, tmp_path / "large")
    with pytest.raises(ValueError, match="does not know every token"):
        blend(str(tmp_path / "large"), str(tmp_path / "small"), 0.5)
    model.vlm.model.language_model.layers[0].mlp.gate_proj = torch.nn.Linear(32, 96, bias=False)
    monkeypatch.setattr("lens_seg.train.blend.load_start", lambda name: micro() if name == "a" else (model, processor))
    with pytest.raises(ValueError, match="not of one make"):
        blend("a", "b", 0.5)


def test_the_commands_say_what_is_wrong(tmp_path, monkeypatch, capsys):
    words = {"2": "from 0 (START) to 1 (END)", "half": "invalid float value"}
    for share, said in words.items():
        monkeypatch.setattr(sys, "argv", ["blend", "lens-tiny", "lens-tiny", share, str(tmp_path / "out")])
        with pytest.raises(SystemExit, match="2"):
            main()
        assert said in capsys.readouterr().err
    missing = str(tmp_path / "missing")
    for command, rest in ((main, ["lens-tiny", "0.5"]), (ship.main, [])):
        monkeypatch.setattr(sys, "argv", ["x", missing, *rest, str(tmp_path / "out"), *([] if rest else ["a.yaml"])])
        with pytest.raises(SystemExit, match="missing"):
            command()
    assert not any(tmp_path.iterdir())
