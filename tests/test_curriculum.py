"""`lens data score`: rewards of samples, the file they make, and a training that reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from lens_seg import curriculum as module
from lens_seg.cli import main
from lens_seg.curriculum import ScoreConfig, curriculum, score_samples
from lens_seg.data.export import WRITERS, items_of
from lens_seg.data.registry import open_dataset
from lens_seg.data.sampling import read_difficulty
from lens_seg.data.toybox import Toybox
from lens_seg.predictor import Lens
from lens_seg.rollout import Sampling
from tests.data import builders

from .test_cli import needs_tiny


def test_the_reward_is_format_plus_box_over_all_completions(tiny_pair, tmp_path, monkeypatch):
    """The four sentences of the builders, each answered twice by a stand-in."""
    root = builders.jsonl(tmp_path)
    lens = Lens(*tiny_pair, sampling=Sampling(temperature=0.0, max_new_tokens=2))
    data = open_dataset("jsonl", "val", str(root))
    real, drawn = module.generate, []

    def generate(model, processor, images, questions, **options):
        rollout = real(model, processor, images, questions, **options)
        drawn.append((options["group"], options["sampling"].temperature))
        texts = []
        for image, group in zip(images, questions, strict=True):
            for question in group:
                sample = next(s for s in data if processor.question(s.prompt) == question)
                right = processor.answer("so", sample.prompt, sample.boxes, image, True)
                texts += [right, "[1, 2" if sample.boxes else "[]"][: options["group"]]
        return replace(rollout, texts=texts)

    monkeypatch.setattr(module, "generate", generate)
    rows = score_samples(lens, data, ScoreConfig(samples=2, batch_size=3))
    assert [(row["index"], row["id"]) for row in rows] == [(0, "0"), (1, "1"), (2, "2"), (3, "3")]
    assert drawn == [(2, 1.0), (2, 1.0)], "as in training, two images of two prompts and batches of at most three"
    for row in rows[:3]:
        assert row["rewards"][1] == 0 and 1.2 < row["rewards"][0] <= 2, "the frame of boxes rounds, then the square"
        assert row["reward"] == pytest.approx(sum(row["rewards"]) / 2, abs=1e-4)
    assert rows[3]["rewards"] == [2.0, 1.0], "nothing is there, said in the form and without it"
    greedy = score_samples(lens, data, ScoreConfig(samples=1, limit=1))
    assert drawn[-1] == (1, 0.0) and len(greedy) == 1 and greedy[0]["reward"] > 1.2
    with pytest.raises(ValueError, match="nothing to score"):
        score_samples(lens, data, ScoreConfig(limit=0))
    with pytest.raises(ValueError, match="samples=0"):
        ScoreConfig(samples=0)


def test_the_bounds_are_left_out_and_the_easy_come_first():
    rows = [{"id": str(i), "reward": reward} for i, reward in enumerate((0.2, 0.21, 1.0, 1.79, 1.8, 2.0, 0.0))]
    made = curriculum(rows)
    assert [(line["id"], line["difficulty"]) for line in made.kept] == [("3", 0.21), ("2", 1.0), ("1", 1.79)]
    assert (made.easy, made.hard) == (2, 2)
    assert len(curriculum(rows, -1, 3).kept) == 7


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["toybox", "--split", "trian"], "unknown Toybox split"),
        (["imagenet"], "unknown dataset"),
        (["jsonl"], "needs a root folder"),
        (["jsonl", "--root", "{root}", "--split", "blind"], "blind"),
        (["jsonl", "--root", "{root}", "--split", "val", "--keep", "1", "1"], "LOW must be below HIGH"),
        (["jsonl", "--root", "{root}", "--split", "val", "--samples", "0"], "samples"),
        (["jsonl", "--root", "{root}", "--split", "val", "--model", "nowhere"], "nowhere"),
        (["jsonl", "--root", "{root}", "--out", "{root}"], "is a folder"),
    ],
)
def test_wrong_usage(tmp_path, capsys, arguments, words):
    root = builders.jsonl(tmp_path / "data")
    out = [] if "--out" in arguments else ["--out", str(tmp_path / "d.jsonl")]
    assert main(["data", "score", *(argument.format(root=root) for argument in arguments), *out]) == 2
    printed, err = capsys.readouterr()
    assert words in err and not printed and len(err.splitlines()) == 1
    assert not (tmp_path / "d.jsonl").exists()


@needs_tiny
def test_from_a_dataset_to_a_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Toys as a JSONL set, scored by lens-tiny, then two steps of stage 1 in that order."""
    (tmp_path / "data").mkdir()
    WRITERS["jsonl"](tmp_path / "data").split("train", items_of(Toybox("train"), set(), 5))
    out = tmp_path / "runs/difficulty.jsonl"
    command = ["data", "score", "jsonl", "--root", str(tmp_path / "data"), "--samples", "2", "--keep", "-1", "3"]
    command += ["--out", str(out)]
    capsys.readouterr()
    assert main([*command, "--limit", "3"]) == 0
    assert capsys.readouterr().out == f"kept 3 of 3 samples, 0 too easy, 0 too hard\n{out}\n"
    assert main([*command, "--resume"]) == 0
    difficulty = read_difficulty(out)
    assert list(difficulty) == sorted(difficulty, key=lambda i: difficulty[i]) and len(difficulty) == 5
    assert all(0 <= value <= 2 for value in difficulty.values()) and min(difficulty.values()) < 1, "it can do some"
    rows = [json.loads(line) for line in out.with_name("difficulty.rows.jsonl").read_text().splitlines()]
    assert {row["id"]: round(2 - row["reward"], 6) for row in rows} == pytest.approx(difficulty)
    assert sorted(path.name for path in out.parent.iterdir()) == ["difficulty.jsonl", "difficulty.rows.jsonl"]
    capsys.readouterr()
    assert main([*command, "--resume", "--keep", "3", "4"]) == 1
    assert "0 too easy, 5 too hard: " in capsys.readouterr().err and len(read_difficulty(out)) == 5
    assert main([*command, "--resume", "--samples", "3"]) == 1
    assert "start anew" in capsys.readouterr().err
    recipe = tmp_path / "align.yaml"
    data = {"name": "jsonl", "root": str(tmp_path / "data"), "curriculum": str(out)}
    values = {"stage": "align", "model": "lens-tiny", "output": str(tmp_path / "run"), "data": data}
    sizes = {"steps": 2, "batch_size": 2, "expressions": 1, "workers": 0, "learning_rate": 1e-4, "log_every": 1}
    recipe.write_text(yaml.safe_dump({**values, **sizes}))
    assert main(["train", str(recipe)]) == 0
    assert len((tmp_path / "run/metrics.jsonl").read_text().splitlines()) == 2
    capsys.readouterr()
    assert main(["train", str(recipe)]) == 2
    assert "holds a run already (its last checkpoint: step-00000002): --resume" in capsys.readouterr().err
    assert len((tmp_path / "run/metrics.jsonl").read_text().splitlines()) == 2, "and nothing of it is lost"
