"""`check` finds each fault, in each format that can have it, and nothing in a clean dataset."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest
from PIL import Image

from lens_seg.data.base import Dataset
from lens_seg.data.check import SplitReport, check_split, fits, shared_photos
from lens_seg.data.registry import open_dataset

from . import builders as build


def checked(name: str, root: Path, split: str | None = None, workers: int = 1) -> SplitReport:
    split = split or build.SPLIT[name]
    data = open_dataset(name, split, str(root), tolerant=True)
    assert isinstance(data, Dataset)
    return check_split(data, name, split, workers)


def kinds(report: SplitReport, level: str = "error") -> set[str]:
    return {problem.kind for problem in report.problems if problem.level == level}


ANNOTATIONS = {
    "jsonl": "val.jsonl",
    "coco": "val.json",
    "refcoco": "refer_seg/refcoco/instances.json",
    "grefcoco": "refer_seg/grefcoco/instances.json",
    "reasonseg": "reason_seg/ReasonSeg/val/b.json",
    "groundingsuite": "GroundingSuite-Eval.jsonl",
    "labelme": "val/b.json",
}
"""The file that describes the mask of "the dot"."""


def change_dot(name: str, root: Path, shape: object = None, box: list | None = None) -> None:
    """Gives "the dot" another mask or box."""
    path = root / ANNOTATIONS[name]
    if path.suffix == ".jsonl":
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        line = next(line for line in lines if build.SAID[2][1] in line.values())
        if shape is not None:
            line["mask" if name == "jsonl" else "segmentation"] = shape
        if box is not None:
            line["boxes" if name == "jsonl" else "box"] = [box] if name == "jsonl" else box
        build.write_lines(path, lines)
        return
    values = json.loads(path.read_text())
    if "shapes" in values:
        values["shapes"][0]["points"] = [shape[0][i : i + 2] for i in range(0, len(shape[0]), 2)]
    else:
        dot = values["annotations"][2]
        if shape is not None:
            dot["segmentation"] = shape
        if box is not None:
            dot["bbox"] = build.xywh(box)
    path.write_text(json.dumps(values))


@pytest.mark.parametrize("name", list(build.BUILD))
def test_a_clean_dataset_has_no_problem(name, tmp_path):
    report = checked(name, build.BUILD[name](tmp_path))
    assert report.problems == [] and report.bad == set()
    assert report.samples > 0 and report.images == len(report.photos) == 2


@pytest.mark.parametrize("name", list(build.BUILD))
def test_missing_truncated_and_resized_photos(name, tmp_path):
    root = build.BUILD[name](tmp_path)
    photo = next(p for p in sorted(root.rglob("*b.*")) if p.suffix in (".png", ".jpg") and "masks" not in p.parts)
    whole = photo.read_bytes()
    photo.write_bytes(whole[: len(whole) // 2])
    report = checked(name, root)
    assert kinds(report) == {"image"} and any(f"{photo.name}: damaged" in p.message for p in report.problems)
    assert all(Path(p.file).is_file() and p.place for p in report.problems)
    Image.new("RGB", (16, 18)).save(photo)
    report = checked(name, root)
    if name == "reasonseg":  # its files do not say a size
        assert kinds(report) == set()
    else:
        assert kinds(report) == {"size"}
    photo.unlink()
    report = checked(name, root)
    assert kinds(report) == {"image"} and any(f"{photo.name} is in none of" in p.message for p in report.problems)
    assert len(report.bad) == (2 if name in ("jsonl", "coco", "grefcoco") else 1)


@pytest.mark.parametrize("name", [name for name in build.BUILD if name not in ("groundingsuite",)])
def test_polygons_of_two_points_and_outside_the_photo(name, tmp_path):
    root = build.BUILD[name](tmp_path)
    change_dot(name, root, shape=[[1, 2, 3, 4]])
    assert kinds(checked(name, root)) == {"polygon"}
    change_dot(name, root, shape=[[30, 30, 40, 30, 40, 40]])
    report = checked(name, root)
    assert kinds(report) == {"mask"} and "the mask is empty" in report.problems[0].message


@pytest.mark.parametrize("name", ["jsonl", "coco", "refcoco", "grefcoco", "groundingsuite"])
def test_run_lengths_of_the_wrong_size_and_boxes_that_do_not_fit(name, tmp_path):
    root = build.BUILD[name](tmp_path)
    change_dot(name, root, box=[1, 1, 15, 15])
    report = checked(name, root)
    assert kinds(report) == {"box"} and "does not fit the mask, which spans (5, 5, 6, 6)" in report.problems[0].message
    change_dot(name, root, box=[4, 5, 7, 6])
    assert kinds(checked(name, root)) == set(), "a pixel or two is within reason"
    change_dot(name, root, shape=build.rle("a", build.DOT))
    assert kinds(checked(name, root)) == ({"size"} if name == "groundingsuite" else {"rle"}), "it says no other size"
    change_dot(name, root, shape={"size": [16, 16], "counts": [0, 200]})
    assert kinds(checked(name, root)) == {"rle"}


HALF = "half a \ud800 character"


@pytest.mark.parametrize("name", list(build.BUILD))
def test_half_a_character_is_no_text(name, tmp_path):
    """JSON can escape one, no file, page or tokenizer takes it."""
    root = build.BUILD[name](tmp_path)
    if name in ("refcoco", "grefcoco"):
        path = next((root / "refer_seg" / name).glob("*refs*"))
        refs = pickle.loads(path.read_bytes()) if path.suffix == ".p" else json.loads(path.read_text())
        refs[0]["sentences"][0]["sent"] = HALF
        path.write_bytes(pickle.dumps(refs, 2) if path.suffix == ".p" else json.dumps(refs).encode())
    else:
        path, text = root / ANNOTATIONS[name], build.SAID[2][1]
        assert json.dumps(text) in path.read_text()
        path.write_text(path.read_text().replace(json.dumps(text), json.dumps(HALF)))
    report = checked(name, root)
    assert any("half a character" in problem.message for problem in report.problems)
    assert "\ud800" not in "".join(problem.message for problem in report.problems)


@pytest.mark.parametrize(
    "change", [{"id": HALF}, {"image_id": HALF}, {"thought": HALF}, {"tags": {"a": HALF}}, {"tags": {HALF: "a"}}]
)
def test_half_a_character_is_found_everywhere(change, tmp_path):
    report = checked("jsonl", said(tmp_path, {"expression": "cup", **change}, {"expression": "mug"}))
    assert [(p.level, p.place) for p in report.problems] == [("error", "line 1")]
    assert "half a character" in report.problems[0].message and report.samples == 1


def said(root: Path, *rows: dict) -> Path:
    """A JSONL dataset of these lines, with photo a of builders as default."""
    build.photo(root / "photos", "a")
    full = [{"image": "photos/a.png", "mask": [build.polygon(build.CUP)], **row} for row in rows]
    return build.write_lines(root / "val.jsonl", full).parent


@pytest.mark.parametrize("mask", ["", 0, False, {}, "a" * 300 + ".png"])
def test_no_mask_is_null_and_nothing_else(mask, tmp_path):
    root = build.jsonl(tmp_path)
    change_dot("jsonl", root, mask)
    report = checked("jsonl", root)
    assert report.count("error") == 1 and "line" in report.problems[0].place


def test_a_photo_that_cannot_even_be_looked_for_is_a_problem_as_any_other(tmp_path):
    root = build.jsonl(tmp_path)
    lines = build.jsonl_lines(root)
    lines[0]["image"] = "a" * 300 + ".png"
    build.write_lines(root / "val.jsonl", lines)
    report = checked("jsonl", root)
    assert kinds(report) == {"image"} and report.samples == len(lines)
    assert "cannot be looked for (File name too long)" in report.problems[0].message


def test_empty_and_repeated_expressions(tmp_path):
    plate = [build.polygon(build.PLATE)]
    report = checked("jsonl", said(tmp_path, {"expression": " "}, {"expression": "Cup"}, {"expression": "the plate"}))
    assert [(p.kind, p.place) for p in report.problems] == [("expression", "line 1")]
    same = said(tmp_path, {"expression": "the cup"}, {"expression": "The  cup"})
    report = checked("jsonl", same)
    assert kinds(report) == set() and kinds(report, "warning") == {"duplicate"} and not report.bad
    other = said(tmp_path, {"expression": "the cup"}, {"expression": "The  cup", "mask": plate})
    report = checked("jsonl", other)
    assert kinds(report) == {"duplicate"} and report.bad == {1} and "line 1" in report.problems[0].message


def test_an_id_given_twice(tmp_path):
    report = checked("jsonl", said(tmp_path, {"id": 1, "expression": "cup"}, {"id": "1", "expression": "mug"}))
    assert kinds(report) == {"id"} and report.problems[0].place == "line 2"


def test_rows_that_cannot_be_indexed_are_listed(tmp_path):
    root = build.jsonl(tmp_path)
    path = root / "val.jsonl"
    path.write_text("{\n" + path.read_text() + '"text"\n')
    report = checked("jsonl", root)
    assert [(p.level, p.place) for p in report.problems] == [("error", "line 1"), ("error", "line 6")]
    assert report.samples == 4


def test_lines_of_grounding_suite_that_make_no_sense(tmp_path):
    root = build.groundingsuite(tmp_path)
    path = root / "GroundingSuite-Eval.jsonl"
    path.write_text(path.read_text() + '{"image_path": 3}\nnonsense\n{"image_path": "x", "caption": "c", "box": []}\n')
    report = checked("groundingsuite", root)
    assert [p.place for p in report.problems] == ["line 3", "line 4", "line 5"]
    assert report.bad == {2, 3, 4}


def test_an_image_id_of_two_photos(tmp_path):
    lines = build.jsonl_lines(build.jsonl(tmp_path))
    build.write_lines(tmp_path / "val.jsonl", [line | {"image_id": "one"} for line in lines[1:3]])
    (problem,) = checked("jsonl", tmp_path).problems
    assert (problem.kind, problem.place) == ("image", "line 2") and "line 1" in problem.message


def test_photos_of_two_splits(tmp_path):
    root = build.jsonl(tmp_path)
    shutil.copy(root / "photos/a.png", root / "photos/same.png")
    line = {"expression": "cup", "mask": [build.polygon(build.CUP)]}
    build.write_lines(root / "train.jsonl", [{**line, "image": "photos/same.png"}])
    build.write_lines(root / "test.jsonl", [{**line, "image": "photos/a.png"}])
    reports = {split: checked("jsonl", root, split) for split in ("train", "val", "test")}
    shared = shared_photos([reports["train"], reports["val"]])
    assert [(p.level, p.kind, p.place) for p in shared] == [("error", "shared", "line 1")]
    assert str(root / "train.jsonl") in shared[0].message
    assert [p.level for p in shared_photos([reports["val"], reports["test"]])] == ["warning"]
    assert shared_photos([reports["train"]]) == []


def test_several_processes_find_what_one_does(tmp_path):
    rows = [{"expression": f"cup {n}", **({"mask": [[1, 2]]} if n % 50 == 7 else {})} for n in range(300)]
    root = said(tmp_path, *rows)
    alone, together = checked("jsonl", root), checked("jsonl", root, workers=2)
    assert len(alone.problems) == 6
    assert together == alone


def test_fits_allows_more_for_large_targets():
    assert fits((0, 0, 100, 100), (4, 0, 100, 100)) and not fits((0, 0, 100, 100), (6, 0, 100, 100))
    assert fits((0, 0, 9, 9), (2, 2, 9, 9)) and not fits((0, 0, 9, 9), (3, 2, 9, 9))


def test_references_without_annotation_are_listed(tmp_path):
    root = build.refcoco(tmp_path)
    path = root / "refer_seg/refcoco/refs(unc).p"
    good = build.refs(single_only=True)
    path.write_bytes(pickle.dumps([{**good[0], "ann_id": 99}, {"split": "val"}, *good[1:]], 2))
    report = checked("refcoco", root)
    assert [p.place for p in report.problems] == ["row 0 (ref_id 0)", "row 1 (ref_id None)"]
    assert "annotation 99 is not in" in report.problems[0].message and report.samples == 1
