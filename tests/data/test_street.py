"""Real street photos in three formats, against what pycocotools and json alone make of the files."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask as coco

from lens_seg.data import export
from lens_seg.data.registry import open_dataset
from lens_seg.files import new_folder
from lens_seg.masks import mask_to_box

COUNT = 40


@pytest.fixture(params=[COUNT, pytest.param(None, marks=pytest.mark.slow)], ids=["some", "all"])
def some(request) -> Callable[[int], list[int]]:
    """The indices to look at of so many."""
    count = request.param
    return lambda length: [round(i) for i in np.linspace(0, length - 1, count or length)]


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("split", ["train", "val"])
def test_grounding_suite(street, split, some):
    rows = lines(street / f"GroundingSuite-{split}.jsonl")
    data = open_dataset("groundingsuite", split, str(street))
    assert len(data) == len(rows)
    for index in some(len(rows)):
        row, sample = rows[index], data[index]
        assert np.array_equal(sample.mask, coco.decode(row["segmentation"]).astype(bool))
        assert sample.boxes == (tuple(row["box"]),) and mask_to_box(sample.mask) == sample.boxes[0]
        assert sample.prompt == row["caption"] and sample.tags["label"] == row["label"]
        assert sample.tags["category"] == {1: "stuff", 4: "single"}[row["class_id"]]
        assert sample.image_id == Path(row["image_path"]).stem and sample.image.size == (240, 180)


@pytest.mark.parametrize("split", ["train", "val"])
def test_refcoco(street, split, some):
    refs = pickle.loads((street / "refer_seg/refcoco/refs(unc).p").read_bytes())
    rows = [(ref, sentence) for ref in refs if ref["split"] == split for sentence in ref["sentences"]]
    instances = json.loads((street / "refer_seg/refcoco/instances.json").read_bytes())
    annotations = {a["id"]: a for a in instances["annotations"]}
    data = open_dataset("refcoco", split, str(street))
    assert len(data) == len(rows)
    for index in some(len(rows)):
        (ref, sentence), sample = rows[index], data[index]
        annotation = annotations[ref["ann_id"]]
        mask = coco.decode(coco.merge(coco.frPyObjects(annotation["segmentation"], 180, 240)))
        assert np.array_equal(sample.mask, mask.astype(bool))
        x, y, width, height = annotation["bbox"]
        assert sample.boxes == ((x, y, x + width, y + height),)
        assert sample.prompt == sentence["sent"]


@pytest.mark.parametrize("split", ["train", "val"])
def test_reasonseg(street, split, some):
    files = sorted((street / "reason_seg/ReasonSeg" / split).glob("*.json"))
    data = open_dataset("reasonseg", split, str(street))
    assert len(data) == sum(len(json.loads(file.read_bytes())["text"]) for file in files)
    assert {sample_id.split("-")[0] for sample_id in map(data.sample_id, range(len(data)))} == {f.stem for f in files}
    for index in some(len(data)):
        sample = data[index]
        values = json.loads(data.place(index)[0].read_bytes())
        painted = []
        for shape in values["shapes"]:
            flat = [[value for point in shape["points"] for value in point]]
            painted.append((shape["label"], coco.decode(coco.merge(coco.frPyObjects(flat, 180, 240))).astype(bool)))
        painted.sort(key=lambda pair: -pair[1].sum())
        canvas = np.zeros((180, 240), dtype=np.uint8)
        for label, mask in painted:
            canvas[mask] = 255 if label == "ignore" else 1
        assert np.array_equal(sample.mask, canvas == 1)
        rows, columns = np.nonzero(canvas == 1)
        assert sample.boxes == ((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1),)
        ignore = np.zeros((180, 240), bool) if sample.ignore is None else sample.ignore
        assert np.array_equal(ignore, canvas == 255)
        assert sample.prompt in values["text"] and sample.tags["query"] == (
            "long" if values["is_sentence"] else "short"
        )


def test_the_same_masks_in_two_formats_give_the_same_samples(street, some):
    """GroundingSuite's run lengths and REFER's polygons list the same objects in the same order."""
    suite = open_dataset("groundingsuite", "val", str(street))
    refer = open_dataset("refcoco", "val", str(street))
    first = {}
    for index in range(len(refer)):
        first.setdefault(refer._rows[index][0], index)
    assert len(first) == len(suite)
    for index in some(len(suite)):
        a, b = suite[index], refer[first[index]]
        assert a.boxes == b.boxes and np.array_equal(a.mask, b.mask)
        assert a.tags["label"] == b.tags["category"]
        assert np.array_equal(np.asarray(a.image), np.asarray(b.image))
        assert a.image_id == b.image_id.removeprefix("COCO_train2014_")


@pytest.mark.parametrize("kind", ["jsonl", "coco"])
@pytest.mark.parametrize("name", ["refcoco", "reasonseg", "groundingsuite"])
def test_exported_and_read_again(street, tmp_path, name, kind):
    data = open_dataset(name, "val", str(street))
    with new_folder(tmp_path / "out") as folder:
        export.WRITERS[kind](folder).split("val", export.items_of(data, set(), COUNT))
    again = open_dataset(kind, "val", str(tmp_path / "out"))
    assert len(again) == COUNT
    for a, b in zip(data[:COUNT], again, strict=True):
        assert (a.id, a.prompt, a.boxes, dict(a.tags)) == (b.id, b.prompt, b.boxes, dict(b.tags))
        assert np.array_equal(a.mask, b.mask) and np.array_equal(np.asarray(a.image), np.asarray(b.image))
        assert (a.ignore is None) == (b.ignore is None) and (a.ignore is None or np.array_equal(a.ignore, b.ignore))
