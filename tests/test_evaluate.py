"""The evaluation loop against a computation of its own, sample by sample."""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from accelerate.state import AcceleratorState
from PIL import Image

from lens_seg import predictor
from lens_seg.data.registry import ToyboxGroups, open_dataset
from lens_seg.data.toybox import Toybox
from lens_seg.evaluate import EvalConfig, batches, collect, evaluate_samples, read_rows
from lens_seg.masks import decode_rle
from lens_seg.metrics import to_markdown
from lens_seg.predictor import Lens
from lens_seg.processor import LensProcessor, ProcessorConfig
from lens_seg.rollout import Sampling
from lens_seg.types import Sample
from tests.data import builders


@pytest.fixture(scope="module")
def lens(tiny_pair) -> Lens:
    """In float64, so that a batch and a single image round alike."""
    return Lens(
        copy.deepcopy(tiny_pair[0]).double(), tiny_pair[1], sampling=Sampling(temperature=0.0, max_new_tokens=12)
    )


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    """Six: two about one image, one of which nothing matches, one with ignored pixels."""
    data = Toybox("val")
    absent = next(s for s in (data[i] for i in range(10, 100)) if s.box is None)
    hole = np.zeros((192, 192), dtype=bool)
    hole[:, :100] = True  # half of the target
    return [*ToyboxGroups(data)(0, 2, 0), data[1], absent, replace(data[2], ignore=hole), data[3]]


@pytest.fixture
def answers(monkeypatch):
    """The random model never writes a box; here it writes one that depends on the question, or "none"."""
    real = predictor.generate

    def generate(model, processor, images, questions, **options):
        rollout = real(model, processor, images, questions, **options)
        keys = [sum(question) for group in questions for question in group]
        texts = [f"<think>a</think><answer>[{k % 10},2,{k % 10 + 45},55]</answer>" if k % 3 else "[]" for k in keys]
        return replace(rollout, texts=texts)

    monkeypatch.setattr(predictor, "generate", generate)


def overlap(a, b) -> float:
    """IoU of two boxes by counting tenths of pixels; None means that there is none."""
    if a is None or b is None:
        return float(a is b)
    grids = []
    for x1, y1, x2, y2 in (a, b):
        grid = np.zeros((1920, 1920), dtype=bool)
        grid[round(10 * y1) : round(10 * y2), round(10 * x1) : round(10 * x2)] = True
        grids.append(grid)
    return (grids[0] & grids[1]).sum() / (grids[0] | grids[1]).sum()


def by_hand(lens: Lens, samples: list[Sample]) -> dict[str, float]:
    """The metrics of the paper, written out."""
    inters, unions, boxes, refused = [], [], [], []
    for sample in samples:
        result = lens.segment(sample.image, sample.prompt)
        counts = np.ones(sample.mask.shape, dtype=bool) if sample.ignore is None else ~sample.ignore
        drawn, true = result.mask[counts], sample.mask[counts]
        inters.append(int((drawn & true).sum()))
        unions.append(int((drawn | true).sum()))
        boxes.append(overlap(result.box, sample.box))
        if sample.box is None:
            refused.append(not drawn.any())
    ious = [i / u if u else 1.0 for i, u in zip(inters, unions, strict=True)]
    return {
        "n": len(samples),
        "cIoU": sum(inters) / sum(unions),
        "gIoU": sum(ious) / len(ious),
        "box_iou": sum(boxes) / len(boxes),
        "P@0.5": sum(v >= 0.5 for v in ious) / len(ious),
        "n_no_target": len(refused),
        "N-acc": sum(refused) / len(refused),
    }


@pytest.mark.parametrize("batch_size", [1, 4])
def test_the_summary_is_what_each_sample_gives_alone(lens, samples, answers, batch_size):
    summary, rows = evaluate_samples(lens, samples, EvalConfig(batch_size=batch_size))
    assert [row["id"] for row in rows] == [sample.id for sample in samples]
    expected = by_hand(lens, samples)
    assert {name: summary[name] for name in expected} == pytest.approx(expected, abs=2e-5)
    assert 0 < summary["cIoU"] < 1 and 0 < summary["box_iou"] < 1, "an empty comparison would prove nothing"
    assert sum(part["n"] for part in summary["by"]["family"].values()) == 6


def test_the_batch_size_changes_nothing(lens, samples):
    one, four = (evaluate_samples(lens, samples, EvalConfig(batch_size=size))[0] for size in (1, 4))
    bounds = one.pop("intervals"), four.pop("intervals")
    for name, bound in bounds[0].items():
        assert bound == pytest.approx(bounds[1][name], abs=2e-5)
    families = one.pop("by")["family"], four.pop("by")["family"]
    assert one == pytest.approx(four, abs=2e-5)
    assert families[0].keys() == families[1].keys()
    for name in families[0]:
        assert families[0][name] == pytest.approx(families[1][name], abs=2e-5)


def test_samples_of_one_image_share_its_encoding(lens, samples, monkeypatch):
    seen = []
    batch = lens.segment_batch
    monkeypatch.setattr(lens, "segment_batch", lambda i, p, *o: seen.append([len(g) for g in p]) or batch(i, p, *o))
    evaluate_samples(lens, samples, EvalConfig(batch_size=4))
    assert seen == [[2, 1, 1], [1, 1]]


def test_boxes_may_prompt_the_segmenter(lens, samples, answers, tmp_path):
    path = tmp_path / "rows.jsonl"
    queries, _ = evaluate_samples(lens, samples)
    boxes, rows = evaluate_samples(lens, samples, EvalConfig(masks="box"), rows_path=path)
    assert boxes["box_iou"] == queries["box_iou"] and boxes["gIoU"] != queries["gIoU"]
    assert all(row["settings"]["masks"] == "box" for row in rows)
    drawn = lens.segment(samples[0].image, samples[0].prompt, masks="box").mask
    assert np.array_equal(decode_rle(rows[0]["mask"]), drawn)
    with pytest.raises(ValueError, match="start anew"):
        evaluate_samples(lens, samples, rows_path=path, resume=True)
    with pytest.raises(ValueError, match=r"made with \{'split': 'val'\}.*name another file"):
        for split in ("val", "test"):
            evaluate_samples(lens, samples[:1], origin={"split": split}, rows_path=path, resume=split == "test")


def test_a_limit_takes_the_first(lens, samples):
    few, _ = evaluate_samples(lens, samples, EvalConfig(limit=2))
    assert few["n"] == 2 and few["cIoU"] == pytest.approx(evaluate_samples(lens, samples[:2])[0]["cIoU"])
    assert evaluate_samples(lens, samples[:2], EvalConfig(limit=99))[0]["n"] == 2


@pytest.mark.parametrize(("count", "limit"), [(0, None), (2, 0)])
def test_nothing_to_evaluate_is_an_error(lens, samples, count, limit):
    with pytest.raises(ValueError, match="nothing to evaluate"):
        evaluate_samples(lens, samples[:count], EvalConfig(limit=limit))


# ---- batches ---------------------------------------------------------------------------------------------


def photos(root: Path) -> Path:
    """Six photos of three sizes in turn, two expressions each, the prompts of the later ones longer."""
    lines = []
    for number in range(6):
        width, height = ((96, 48), (48, 48), (160, 96))[number % 3]
        (root / "photos").mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 255, (height, width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / f"photos/{number}.png")
        for word in ("cup", "a mug"):
            line = {"image": f"photos/{number}.png", "expression": word + " here" * (number // 3)}
            mask = [[2, 2, 30, 2, 30, 40, 2, 40]]
            lines.append({**line, "id": f"{number}-{word}", "size": [width, height], "mask": mask})
    lines.append(lines.pop(1))  # the expressions of photo 0 do not follow one another in the file
    return builders.write_lines(root / "val.jsonl", lines)


def test_batches_put_together_what_costs_alike(tmp_path):
    data = open_dataset("jsonl", "val", str(photos(tmp_path)))
    free = ProcessorConfig(patch_size=8, min_pixels=256)
    made = list(batches(data, len(data), 4, free))
    assert made == list(batches(data, len(data), 4, free))
    assert sorted(index for batch in made for index in batch) == list(range(12))
    order = [list(dict.fromkeys(data.image_id(index)[7] for index in batch)) for batch in made]
    assert order == [["1", "4"], ["0", "3"], ["2", "5"]], "two images of a size in each, with all they have"
    fixed = [data.image_id(i)[7] for batch in batches(data, len(data), 4) for i in batch]
    assert fixed == list("001122334455"), "where sizes do not count the prompts do, then the order of the file"
    assert next(batches(data, len(data), 3, free)) == [1, 2], "an image is not torn apart where a batch holds it"
    assert all(len(batch) == 1 for batch in batches(data, len(data), 1, free))
    assert sorted(index for batch in batches(data, 5, 4, free) for index in batch) == list(range(5))


def test_what_stands_in_a_batch_changes_no_row(tmp_path, tiny_pair):
    """Images of several sizes, padded differently in batches of 1 and of 5."""
    model, made = copy.deepcopy(tiny_pair[0]).double(), tiny_pair[1]
    processor = LensProcessor(made.tokenizer, replace(made.config, fixed_size=None, min_pixels=256))
    lens = Lens(model, processor, sampling=Sampling(temperature=0.0, max_new_tokens=4))
    data = open_dataset("jsonl", "val", str(photos(tmp_path)))
    one, five = (evaluate_samples(lens, data, EvalConfig(batch_size=size, limit=8))[1] for size in (1, 5))
    assert [row["index"] for row in five] == list(range(8))
    for a, b in zip(one, five, strict=True):
        assert (a["id"], a["completion"], a["box"]) == (b["id"], b["completion"], b["box"])
        assert a["iou"] == pytest.approx(b["iou"], abs=0.01)


# ---- rows in files, and processes ------------------------------------------------------------------------


def answer(indices: list[int]) -> list[dict[str, Any]]:
    return [{"index": index, "twice": 2 * index} for index in indices]


def run_collect(rows_path: Path, resume: bool = False, broken: int | None = None) -> list[dict[str, Any]]:
    """Ten rows in batches of two; the batch with `broken` fails."""

    def maybe(indices: list[int]) -> list[dict[str, Any]]:
        if broken in indices:
            raise OSError(f"no photo {broken}")
        return answer(indices)

    order = [[8, 9], [0, 1], [2, 3], [6, 7], [4, 5]]
    return collect(order, maybe, {"cot": True}, rows_path=rows_path, resume=resume, check=lambda row: row["twice"])


def test_rows_of_other_samples_are_not_gone_on_with(tiny_pair, tmp_path):
    lens = Lens(*tiny_pair, sampling=Sampling(temperature=0.0, max_new_tokens=4))
    file, path = photos(tmp_path / "in"), tmp_path / "rows.jsonl"
    evaluate_samples(lens, open_dataset("jsonl", "val", str(file)), EvalConfig(limit=3), rows_path=path)
    lines = file.read_text().splitlines(keepends=True)
    for left, said in ((lines[1:], "row 0 is of sample '0-cup', where the data has '1-cup'"), (lines[:2], "no sample")):
        file.write_text("".join(left))
        changed = open_dataset("jsonl", "val", str(file))
        with pytest.raises(ValueError, match=f"{said} now: start anew"):
            evaluate_samples(lens, changed, EvalConfig(), rows_path=path, resume=True)
    assert len(path.read_text().splitlines()) == 3


def test_what_others_keep_beside_the_rows_stays(tmp_path):
    path, copy = tmp_path / "rows[a].jsonl", tmp_path / "rows[a].jsonl.1"
    copy.write_text("mine")
    with pytest.raises(OSError, match="no photo"):
        run_collect(path, broken=6)
    assert (tmp_path / "rows[a].jsonl.part0").is_file()
    assert len(run_collect(path, resume=True)) == 10
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, copy.name] and copy.read_text() == "mine"


def test_killed_twice(tmp_path):
    path = tmp_path / "rows.jsonl"
    for broken, there in ((2, 4), (6, 6)):
        with pytest.raises(OSError, match="no photo"):
            run_collect(path, resume=broken == 6, broken=broken)
        with (tmp_path / "rows.jsonl.part0").open("a") as file:
            file.write('{"index": 5, "tw')  # as a kill leaves it
        assert len(read_rows([path, tmp_path / "rows.jsonl.part0"], lambda row: row["twice"])) == there
    rows = run_collect(path, resume=True)
    assert [row["twice"] for row in rows] == list(range(0, 20, 2))
    assert [json.loads(line) for line in path.read_text().splitlines()] == rows
    assert [p.name for p in tmp_path.iterdir()] == ["rows.jsonl"]
    path.write_text(path.read_text().replace('{"index"', "{index", 1))
    with pytest.raises(ValueError, match=r"rows\.jsonl, line 1: not a row of an evaluation .*; delete it"):
        run_collect(path, resume=True)
    path.write_text(path.read_text().replace("{index", '{"index"', 1))
    (one,) = collect([[3]], answer, {"cot": True}, rows_path=path, resume=True, check=lambda row: row["twice"])
    assert one == rows[3] and len(path.read_text().splitlines()) == 10, "what is not wanted now is kept"
    with pytest.raises(ValueError, match="start anew"):
        collect([[0]], answer, {"cot": False}, rows_path=path, resume=True, check=lambda row: row["twice"])


def one_process(rank: int, port: int, folder: Path) -> None:
    """Rows of a run that goes well, then of one that fails in the second process."""
    os.environ |= {"ACCELERATE_USE_CPU": "true", "MASTER_ADDR": "localhost", "MASTER_PORT": str(port)}
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    AcceleratorState._reset_state(reset_partial_state=True)
    said = ""
    rows = run_collect(folder / "good.jsonl")
    try:
        run_collect(folder / "bad.jsonl", broken=0)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    after = run_collect(folder / "after.jsonl")
    (folder / f"{rank}.json").write_text(json.dumps([rows, said, after]))
    os._exit(0)


def test_two_processes_share_the_batches_and_the_bad_news(tmp_path):
    with socket.socket() as held:
        held.bind(("localhost", 0))
        port = held.getsockname()[1]
    context = multiprocessing.get_context("fork")
    started = [context.Process(target=one_process, args=(rank, port, tmp_path)) for rank in range(2)]
    for process in started:
        process.start()
    for process in started:
        process.join(300)
        process.kill()
    first, second = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2))
    assert [row["twice"] for row in first[0]] == list(range(0, 20, 2)) and first[0] == second[0]
    assert (
        second[1] == "OSError: no photo 0" and first[1] == "RuntimeError: another process stopped: OSError: no photo 0"
    )
    assert first[2] == first[0], "and both go on with the next split"
    assert len((tmp_path / "good.jsonl").read_text().splitlines()) == 10
    assert len(read_rows(list(tmp_path.glob("bad.jsonl*")), lambda row: row["twice"])) == 6, "what was made is kept"


def test_thoughts_are_checked_against_the_scene_where_one_is_known(lens, monkeypatch):
    data = Toybox("val")
    real = predictor.generate

    def generate(model, processor, images, questions, **options):
        rollout = real(model, processor, images, questions, **options)
        return replace(rollout, texts=[f"<think>{thought}</think><answer>[1,1,5,5]</answer>" for thought in said])

    monkeypatch.setattr(predictor, "generate", generate)
    said = [data[i].thought for i in range(3)] + ["it is the big red nothing at the left."]
    samples = [data[0], data[1], data[2], data[3]]
    summary, rows = evaluate_samples(lens, samples, EvalConfig(batch_size=4))
    assert [row["thought_right"] for row in rows] == [True, True, True, False]
    assert [row["thought_faithful"] for row in rows] == [True, True, True, False]
    assert (summary["n_thoughts"], summary["right_thoughts"]) == (4, 0.75)
    assert "| right_thoughts |" in to_markdown(summary)
    direct, _ = evaluate_samples(lens, samples, EvalConfig(batch_size=4, cot=False))
    assert direct["n_thoughts"] == 0 and "right_thoughts" not in to_markdown(direct)
    strangers = [replace(sample, scene=None) for sample in samples]
    assert evaluate_samples(lens, strangers, EvalConfig(batch_size=4))[0]["n_thoughts"] == 0
