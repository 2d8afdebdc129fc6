"""What is exported reads back as the same samples, and bad samples are left out on request alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lens_seg.data import export
from lens_seg.data.base import Dataset
from lens_seg.data.errors import DataError
from lens_seg.data.registry import open_dataset
from lens_seg.data.toybox import Toybox
from lens_seg.files import new_folder
from lens_seg.masks import decode_rle

from . import builders as build


def write(data, kind: str, out: Path, split: str = "val", skip: set[int] = frozenset(), copy: bool = True) -> int:
    with new_folder(out) as folder:
        return export.WRITERS[kind](folder, copy).split(split, export.items_of(data, skip, None))


def assert_same(first, second, tags: bool = True) -> None:
    assert len(first) == len(second) > 0
    for a, b in zip(first, second, strict=True):
        assert (a.id, a.prompt, a.boxes, a.thought) == (b.id, b.prompt, b.boxes, b.thought)
        assert not tags or dict(a.tags) == dict(b.tags)
        assert np.array_equal(a.mask, b.mask) and np.array_equal(np.asarray(a.image), np.asarray(b.image))
        assert (a.ignore is None) == (b.ignore is None)
        assert a.ignore is None or np.array_equal(a.ignore, b.ignore)


@pytest.mark.parametrize("kind", ["jsonl", "coco"])
@pytest.mark.parametrize("name", list(build.BUILD))
def test_an_export_gives_the_same_samples(name, kind, tmp_path):
    data = open_dataset(name, build.SPLIT[name], str(build.BUILD[name](tmp_path / "in")))
    assert write(data, kind, tmp_path / "out") == len(data)
    again = open_dataset(kind, "val", str(tmp_path / "out"))
    assert_same(data, again)
    assert len(list((tmp_path / "out/images").iterdir())) == 2, "a photo is copied once"
    assert not list(tmp_path.glob(".out*"))
    if kind == "coco":
        annotations = json.loads((tmp_path / "out/val.json").read_text())["annotations"]
        assert len(annotations) == len({json.dumps({**a, "id": 0}) for a in annotations}), "and a mask is written once"


def test_photos_can_stay_where_they_are(tmp_path):
    data = open_dataset("jsonl", "val", str(build.jsonl(tmp_path / "in")))
    write(data, "jsonl", tmp_path / "out", copy=False)
    assert not (tmp_path / "out/images").exists()
    assert_same(data, open_dataset("jsonl", "val", str(tmp_path / "out")))


def test_parquet_holds_everything(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    data = open_dataset("grefcoco", "val", str(build.grefcoco(tmp_path / "in")))
    write(data, "parquet", tmp_path / "out")
    rows = parquet.read_table(tmp_path / "out/val.parquet").to_pylist()
    for row, sample in zip(rows, data, strict=True):
        assert (row["id"], row["expression"]) == (sample.id, sample.prompt)
        assert [tuple(box) for box in row["boxes"]] == list(sample.boxes)
        whole = np.zeros_like(sample.mask)
        for mask in row["masks"]:
            whole |= decode_rle(mask)
        assert np.array_equal(whole, sample.mask)
        assert (row["width"], row["height"]) == sample.image.size
        assert row["image"]["bytes"] == Path(row["image"]["path"]).read_bytes()
        assert dict(row["tags"]) == sample.tags


def test_toybox_is_written_with_its_images(tmp_path):
    toys = Toybox("val", length=3)
    write(toys, "jsonl", tmp_path / "out")
    assert_same(toys, open_dataset("jsonl", "val", str(tmp_path / "out")))


def test_a_bad_sample_stops_the_export_unless_it_is_left_out(tmp_path):
    root = build.jsonl(tmp_path / "in")
    lines = build.jsonl_lines(root)
    lines[2]["mask"] = [[1, 2, 3, 4]]
    build.write_lines(root / "val.jsonl", lines)
    data = open_dataset("jsonl", "val", str(root))
    with pytest.raises(DataError, match="line 3"):
        write(data, "jsonl", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"], "nothing half done stays"
    assert isinstance(data, Dataset) and write(data, "jsonl", tmp_path / "out", skip={2}) == 3
    assert [s.id for s in open_dataset("jsonl", "val", str(tmp_path / "out"))] == ["0", "1", "3"]


def test_what_is_no_box_for_each_mask_can_be_opened_again(tmp_path):
    photo = build.photo(tmp_path / "in", "a").name
    shapes = {"cup": build.CUP, "nothing": (3, 3, 3, 3), "plate": build.PLATE}
    annotations = [
        {"id": number, "image_id": 1, "caption": caption, "segmentation": [build.polygon(shapes[name])]}
        for number, (name, caption) in enumerate([("cup", "both"), ("nothing", "both"), ("plate", "plate")])
    ]
    images = [{"id": 1, "file_name": photo, "width": build.SIZES["a"][0], "height": build.SIZES["a"][1]}]
    (tmp_path / "in/val.json").write_text(json.dumps({"images": images, "annotations": annotations}))
    data = open_dataset("coco", "val", str(tmp_path / "in"))
    for kind in ("jsonl", "coco"):
        write(data, kind, tmp_path / kind)
        again = open_dataset(kind, "val", str(tmp_path / kind))
        assert [s.boxes for s in again] == [s.boxes for s in data] and len(again[0].boxes) == 1


def test_an_empty_mask_is_not_written(tmp_path):
    root = build.jsonl(tmp_path / "in")
    lines = build.jsonl_lines(root)
    lines[2]["mask"] = [[1, 2, 1, 2, 1, 2]]
    build.write_lines(root / "val.jsonl", lines)
    shape = build.shape("cup", (30, 30, 35, 35))  # beyond the photo
    build.photo(tmp_path / "labelme/val", "a")
    size = {"imageWidth": build.SIZES["a"][0], "imageHeight": build.SIZES["a"][1]}
    build.write(tmp_path / "labelme/val/a.json", {"imagePath": "a.png", "shapes": [shape], **size})
    with pytest.raises(DataError, match=r"the mask is empty.*--skip-bad"):
        write(open_dataset("labelme", "val", str(tmp_path / "labelme")), "jsonl", tmp_path / "out")
    with pytest.raises(DataError, match=r"line 3.*the mask is empty.*--skip-bad"):
        write(open_dataset("jsonl", "val", str(root)), "jsonl", tmp_path / "out")


def test_kinds_of_export_are_checked_before_work(monkeypatch):
    with pytest.raises(ValueError, match="choose one of jsonl, coco, parquet"):
        export.check_writer("csv")
    monkeypatch.setattr(export.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install 'lens-seg\[data\]'"):
        export.check_writer("parquet")


def test_photos_of_one_name_in_different_folders_stay_apart(tmp_path):
    lines = []
    for number, name in enumerate(("x", "y")):
        build.photo(tmp_path / "in" / name, "a", seed=number)
        lines.append({"image": f"{name}/a.png", "image_id": "a", "expression": f"cup {name}", "mask": None})
    path = build.write_lines(tmp_path / "in/val.jsonl", lines)
    data = open_dataset("jsonl", "val", str(path))
    write(data, "jsonl", tmp_path / "out")
    assert_same(data, open_dataset("jsonl", "val", str(tmp_path / "out")), tags=False)


@pytest.mark.parametrize("kind", list(export.WRITERS))
@pytest.mark.parametrize("split", ["../outside", "a/b", "a\\b", "..", ""])
def test_a_split_stays_in_its_folder(split, kind, tmp_path):
    data = open_dataset("jsonl", "val", str(build.jsonl(tmp_path / "in")))
    with pytest.raises(ValueError, match="cannot be the name of a file"):
        write(data, kind, tmp_path / "out", split)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_names_of_photos_are_cut_by_bytes(tmp_path):
    root = build.jsonl(tmp_path / "in")
    lines = [line | {"image_id": "\u56fe" * 200 + line["image"]} for line in build.jsonl_lines(root)]
    build.write_lines(root / "val.jsonl", lines)
    assert write(open_dataset("jsonl", "val", str(root)), "jsonl", tmp_path / "out") == len(lines)
    assert all(len(path.name.encode()) <= 130 for path in (tmp_path / "out/images").iterdir())
