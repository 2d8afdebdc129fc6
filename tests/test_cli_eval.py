"""`lens eval --all`: which splits, one model for all of them, and what it leaves behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lens_seg.cli import main
from lens_seg.data.registry import evaluation_splits, splits_of
from tests.data import builders

from .test_cli import needs_tiny

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `lens eval`; gives exit code, stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["eval", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was evaluated, by a stand-in: every IoU is a half. The split "testA" fails."""
    calls: list[dict[str, Any]] = []

    def evaluate(lens: Any, samples: Any, config: Any, *, origin: dict, **arguments: Any) -> tuple:
        from lens_seg.metrics import score, summarise

        calls.append({"lens": lens, "config": config, **origin, **arguments})
        print("chatter")
        if origin["split"] == "testA":
            raise OSError("COCO_1.jpg:\nno such file")
        drawn, true = np.array([[True, True]]), np.array([[True, False]])
        return origin | summarise([score(drawn, true, tags={"kind": "odd"})], resamples=3), []

    class Lens:
        @classmethod
        def from_pretrained(cls, name: str, device: str | None = None) -> Lens:
            calls.append({"opened": name})
            return cls()

    monkeypatch.setattr("lens_seg.evaluate.evaluate_samples", evaluate)
    monkeypatch.setattr("lens_seg.predictor.Lens", Lens)
    return calls


def refcoco(root: Path, *splits: str) -> Path:
    """RefCOCO with these splits, a reference in each."""
    import pickle

    builders.refcoco(root)
    refs = [
        {**builders.refs(single_only=True)[0], "ref_id": number, "split": name} for number, name in enumerate(splits)
    ]
    (root / "refer_seg/refcoco/refs(unc).p").write_bytes(pickle.dumps(refs, 2))
    return root


def test_the_splits_to_evaluate(tmp_path: Path) -> None:
    toybox = splits_of("toybox")
    assert {"train", "val", "test"} <= set(toybox)
    assert evaluation_splits("toybox") == ([name for name in toybox if not name.startswith("train")], [])
    root = str(refcoco(tmp_path, "testA", "train", "val"))
    assert evaluation_splits("refcoco", root) == (["val", "testA"], ["testB"])
    for name in ("train2017", "a", "b"):
        builders.write_lines(tmp_path / f"{name}.jsonl", [])
    assert evaluation_splits("jsonl", root) == (["a", "b"], []), "a set of one's own has no others"
    with pytest.raises(ValueError, match="no split for evaluation there; it has train alone"):
        evaluation_splits("refcoco", str(refcoco(tmp_path, "train")))
    with pytest.raises(ValueError, match="needs a root folder"):
        evaluation_splits("refcoco")
    with pytest.raises(FileNotFoundError):
        evaluation_splits("refcoco+", root)


def test_all_splits_of_toybox(run: Run, seen: list, tmp_path: Path) -> None:
    out = tmp_path / "new" / "all.json"
    code, printed, err = run("toybox", "--all", "--limit", 3, "--direct", "--masks", "box", "--out", out)
    names = evaluation_splits("toybox")[0]
    assert code == 0 and "skipped" not in err and "chatter" not in printed
    assert seen[0] == {"opened": "lens-tiny"} and [call["split"] for call in seen[1:]] == names
    assert len({id(call["lens"]) for call in seen[1:]}) == 1, "one model for all"
    configs = [call["config"] for call in seen[1:]]
    assert {(config.limit, config.cot, config.masks) for config in configs} == {(3, False, "box")}
    assert [call["rows_path"].name for call in seen[1:]] == [f"all.{name}.rows.jsonl" for name in names]
    found = json.loads(out.read_text())
    assert found["model"] == "lens-tiny" and list(found["splits"]) == names and "failed" not in found
    assert found["splits"]["val"]["cIoU"] == 0.5
    lines = printed.splitlines()
    assert lines[0].startswith("| split | n | cIoU |")
    assert [line.split("|")[1].strip() for line in lines[2 : 2 + len(names)]] == names
    assert lines[2].startswith("| val | 1 | 50.0 |")
    assert printed.count("## ") == printed.count("| kind: odd | 1 |") == len(names)
    assert (out.with_suffix(".md")).read_text() == printed
    assert {path.name for path in out.parent.glob("*.html")} == {f"all.{name}.html" for name in names}


def test_what_is_not_there_is_skipped_and_what_fails_is_named(run: Run, seen: list, tmp_path: Path) -> None:
    root = refcoco(tmp_path / "data", "val", "testA", "train")
    out = tmp_path / "all.json"
    code, printed, err = run("refcoco", "--all", "--root", root, "--out", out)
    assert code == 1
    assert f"skipped testB: not in {root}\n" in err and "lens: testA: OSError: COCO_1.jpg: no such file\n" in err
    found = json.loads(out.read_text())
    assert list(found["splits"]) == ["val"] and list(found["failed"]) == ["testA"]
    assert "| val | 1 |" in printed and "testA" not in printed
    assert not (tmp_path / "all.testA.html").exists()


def test_all_datasets_of_a_folder(run: Run, seen: list, tmp_path: Path) -> None:
    root = refcoco(tmp_path / "data", "val", "train")
    builders.reasonseg(root)
    builders.groundingsuite(root)
    shutil.move(root / "GroundingSuite-Eval.jsonl", root / "GroundingSuite-train.jsonl")
    code, printed, err = run("--all", "--root", root, "--out", tmp_path / "all.json")
    assert code == 0
    assert list(json.loads((tmp_path / "all.json").read_text())["splits"]) == ["refcoco/val", "reasonseg/val"]
    assert [(call["dataset"], call["rows_path"].name) for call in seen[1:]] == [
        ("refcoco", "all.refcoco-val.rows.jsonl"),
        ("reasonseg", "all.reasonseg-val.rows.jsonl"),
    ]
    assert "skipped refcoco/testA" in err and "skipped groundingsuite: " in err
    assert printed.splitlines()[3].startswith("| reasonseg/val | 1 |")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["toybox", "--all", "--split", "val"], "either --split NAME or --all"),
        (["toybox"], "either --split NAME or --all"),
        (["--split", "val"], "DATASET"),
        (["--all"], "name it with --root"),
        (["--all", "--root", "nowhere"], "no such file or folder"),
        (["refcoco", "--all"], "needs a root folder"),
        (["refcoco", "--all", "--root", "nowhere"], "is missing"),
        (["imagenet", "--all"], "unknown dataset"),
        (["toybox", "--all", "--resume"], "--out"),
        (["toybox", "--all", "--out", "table.md"], "must end in .json"),
    ],
)
def test_wrong_usage(run: Run, seen: list, tmp_path: Path, arguments: list[str], words: str) -> None:
    code, out, err = run(*arguments)
    assert code == 2 and words in err and not out and len(err.splitlines()) == 1
    assert not seen, "the model is not opened for that"


@needs_tiny
def test_a_photo_that_is_missing_is_named_and_is_no_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = builders.jsonl(tmp_path / "data")
    (root / "photos/b.png").unlink()
    shutil.copy(root / "val.jsonl", root / "train.jsonl")
    recipe = tmp_path / "recipe.yaml"
    fields = {
        "stage": "align",
        "model": "lens-tiny",
        "output": str(tmp_path / "run"),
        "steps": 4,
        "learning_rate": 1e-3,
    }
    fields |= {"batch_size": 1, "expressions": 1, "data": {"name": "jsonl", "root": str(root)}}
    recipe.write_text(json.dumps(fields))
    out = str(tmp_path / "out.json")
    for arguments in (
        ["eval", "jsonl", "--root", str(root), "--split", "val", "--batch-size", "1", "--out", out],
        [
            "data",
            "score",
            "jsonl",
            "--root",
            str(root),
            "--split",
            "val",
            "--samples",
            "1",
            "--out",
            f"{out}.score.jsonl",
        ],
        ["train", str(recipe)],
    ):
        capsys.readouterr()
        assert main(arguments) == 1
        said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("lens: ")]
        assert len(said) == 1 and "b.png is in none of" in said[0] and "Traceback" not in said[0]
    assert "the batch of step" in said[0] and "--resume" in said[0]
    assert not Path(out).exists() and (tmp_path / "out.rows.jsonl.part0").is_file(), "what was done is kept"


@needs_tiny
def test_with_a_model_and_resumed(run: Run, tmp_path: Path) -> None:
    root = builders.jsonl(tmp_path / "data")
    lines = builders.jsonl_lines(root)[:1]
    builders.write_lines(root / "test.jsonl", lines)
    out = tmp_path / "all.json"
    code, printed, _ = run("jsonl", "--all", "--root", root, "--out", out)
    assert code == 0 and [line.split("|")[1:3] for line in printed.splitlines()[2:4]] == [
        [" test ", " 1 "],
        [" val ", " 4 "],
    ]
    rows = tmp_path / "all.val.rows.jsonl"
    whole, kept = out.read_text(), rows.read_text()
    rows.write_text("".join(f"{line}\n" for line in kept.splitlines()[:2]))
    assert run("jsonl", "--all", "--root", root, "--out", out, "--resume")[:2] == (0, printed)
    assert out.read_text() == whole
    assert [json.loads(line)["index"] for line in rows.read_text().splitlines()] == [0, 1, 2, 3]
    assert run("jsonl", "--all", "--root", root, "--out", out, "--resume", "--direct")[0] == 1
    assert "data:image/jpeg" in (tmp_path / "all.val.html").read_text()
