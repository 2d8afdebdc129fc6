"""Pushing a model: all but the upload, which needs a network. The card says what was given and what was not."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from huggingface_hub import HfApi

from lens_seg import Lens, hub
from lens_seg.card import CardFacts, model_card, read_evaluation, read_run
from lens_seg.metrics import score, summarise
from lens_seg.rollout import Sampling


@pytest.fixture(scope="module")
def folder(tiny_pair, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("push") / "model"
    Lens(*tiny_pair, sampling=Sampling(temperature=0.0, max_new_tokens=77)).save_pretrained(path)
    return path


@pytest.fixture
def run(tmp_path) -> Path:
    """What a training leaves in its folder."""
    recipe = {
        "output": "/home/someone/runs/x",
        "steps": 40,
        "learning_rate": 1e-4,
        "model": "/home/someone/models/base",
        "data": {"name": "toybox", "split": "train", "root": "/mnt/data"},
        "max_minutes": None,
        "trains": ["queries", "connector"],
    }
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    lines = [{"step": 20, "loss": 2.0}, {"step": 40, "loss": 1.23456789, "iou": 0.5}]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


@pytest.fixture
def evaluation(tmp_path) -> Path:
    path = tmp_path / "summary.json"
    path.write_text(json.dumps(summarise([]) | {"dataset": "toybox", "split": "val"}))
    return path


def front_matter(card: str) -> dict:
    return yaml.safe_load(card.split("---\n")[1])


def test_what_would_be_uploaded(folder, run, evaluation):
    arguments = hub.prepare_push(
        folder, "someone/lens-mini", run=run, evaluation=evaluation, license="apache-2.0", base_model="Qwen/Qwen2.5"
    )
    inspect.signature(HfApi.upload_folder).bind(None, **arguments)  # arguments that the library takes
    assert arguments["repo_id"] == "someone/lens-mini" and arguments["folder_path"] == str(folder)
    kept = {p.name for pattern in arguments["allow_patterns"] for p in folder.glob(pattern)}
    assert kept >= {
        "README.md", "config.json", "generation_config.json", "lens_processor.json", "model.safetensors",
        "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip
    card = (folder / "README.md").read_text()
    head = front_matter(card)
    assert head["license"] == "apache-2.0" and head["base_model"] == "Qwen/Qwen2.5"
    assert head["library_name"] == "lens-seg" and head["pipeline_tag"] == "image-segmentation"
    assert 'Lens.from_pretrained("someone/lens-mini")' in card
    assert "| vlm | " in card and "| VLM | qwen2_5_vl |" in card and "| box frame | 0 to 60 |" in card
    assert "Data: toybox." in card and "| steps | 40 |" in card and "| iou | 0.5 |" in card
    assert "| loss | 1.235 |" in card and "| loss | 2" not in card
    assert "| model | base |" in card and "/home" not in card and "/mnt" not in card
    assert "dataset: toybox, split: val" in card and "| all | 0 |" in card


def test_a_written_card_is_kept_and_a_generation_config_too(folder, caplog):
    (folder / "README.md").write_text("mine")
    hub.prepare_push(folder, "someone/lens-mini")
    assert (folder / "README.md").read_text() == "mine" and "is kept" in caplog.text
    (folder / "README.md").unlink()
    hub.prepare_push(folder, "someone/lens-mini")
    card = (folder / "README.md").read_text()
    assert "No run was given" in card and "No evaluation was given" in card
    assert "license" not in front_matter(card)
    assert json.loads((folder / "generation_config.json").read_text())["max_new_tokens"] == 77


def test_generation_settings_come_back(folder, tiny_pair, tmp_path):
    lens = Lens.from_pretrained(folder, device="cpu")
    assert lens.sampling == Sampling(temperature=0.0, max_new_tokens=77)
    told = json.loads((folder / "generation_config.json").read_text())
    assert told["eos_token_id"] == tiny_pair[1].end_token and told["pad_token_id"] == tiny_pair[1].pad_token
    assert told["do_sample"] is False
    assert hub.token_limit(tmp_path, 5) == 5
    (tmp_path / "generation_config.json").write_text("[")
    with pytest.raises(ValueError, match=r"generation_config\.json: is damaged"):
        hub.token_limit(tmp_path, 5)


def test_transformers_auto_classes_know_a_lens_folder(folder, tiny_pair):
    from transformers import AutoConfig, AutoModel, AutoProcessor

    from lens_seg.models.config import LensConfig
    from lens_seg.models.lens import LensModel
    from lens_seg.processor import LensProcessor

    assert type(AutoConfig.from_pretrained(folder)) is LensConfig
    assert type(AutoModel.from_pretrained(folder)) is LensModel
    processor = AutoProcessor.from_pretrained(folder)
    assert type(processor) is LensProcessor and processor.config == tiny_pair[1].config


def test_what_cannot_be_pushed_is_refused(folder, tmp_path):
    with pytest.raises(ValueError, match="owner/name"):
        hub.prepare_push(folder, "lens")
    (tmp_path / "config.json").write_text('{"num_of_query": 64}')
    with pytest.raises(ValueError, match="published layout"):
        hub.prepare_push(tmp_path, "a/b")
    (tmp_path / "config.json").write_text('{"model_type": "lens"}')
    with pytest.raises(FileNotFoundError, match=r"no model\.safetensors"):
        hub.prepare_push(tmp_path, "a/b")
    with pytest.raises(FileNotFoundError, match=r"recipe\.json is missing"):
        hub.prepare_push(folder, "a/b", run=tmp_path)
    with pytest.raises(FileNotFoundError, match=r"--out FILE\.json writes one"):
        hub.prepare_push(folder, "a/b", evaluation=tmp_path / "absent.json")


def test_the_card_tells_every_split_of_an_evaluation_of_all(evaluation, tmp_path):
    every = tmp_path / "all.json"
    row = score(np.ones((1, 2), dtype=bool), np.ones((1, 2), dtype=bool))
    every.write_text(json.dumps({"model": "m", "splits": {"val": summarise([row]), "test": summarise([row, row])}}))
    card = model_card(CardFacts(name="a/b", parts={"vlm": 1}, evaluation=read_evaluation(every)))
    assert "| val | 1 | 100.0 |" in card and "| test | 2 | 100.0 |" in card and "### test" in card
    every.write_text(json.dumps({"model": "m", "splits": {"val": {"n": 3}}}))
    with pytest.raises(ValueError, match=r"all\.json: holds no cIoU"):
        read_evaluation(every)


def test_damaged_run_files_are_named(run):
    (run / "metrics.jsonl").write_text('{"step": 1}\n{"ste')
    with pytest.raises(ValueError, match=r"metrics\.jsonl:2: is not JSON"):
        read_run(run)
    (run / "metrics.jsonl").unlink()
    assert read_run(run)[1] is None
    (run / "recipe.json").write_text("[]")
    with pytest.raises(ValueError, match=r"recipe\.json: holds no JSON object"):
        read_run(run)
    (run / "summary.json").write_text('{"cIoU": 1}')
    with pytest.raises(ValueError, match=r"summary\.json: holds no cIoU, gIoU and n"):
        read_evaluation(run / "summary.json")


def test_a_cell_cannot_break_its_table():
    card = model_card(CardFacts(name="a/b", parts={"vlm": 1}, recipe={"note": "x | y\nz"}))
    assert "| note | x \\| y z |" in card


def test_the_card_names_every_dataset_of_a_mix():
    mix = [{"name": "refcoco"}, {"name": "reasonseg"}, {"name": "refcoco"}]
    card = model_card(CardFacts(name="a/b", parts={"vlm": 1}, recipe={"data": {"name": "toybox", "mix": mix}}))
    assert "Data: refcoco, reasonseg." in card
