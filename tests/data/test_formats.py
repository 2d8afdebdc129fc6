"""Every format gives the same samples for the same sentences, and says what is wrong with what it cannot read."""

from __future__ import annotations

import base64
import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lens_seg.data.base import Dataset, read_photo, read_shape
from lens_seg.data.errors import DataError
from lens_seg.data.formats import FORMATS, recognise
from lens_seg.data.mapped import Lines, Mapped, scan
from lens_seg.data.registry import open_dataset, splits_of
from lens_seg.images import load_image
from lens_seg.masks import encode_rle

from . import builders as build


def opened(name: str, root: Path, **more) -> Dataset:
    data = open_dataset(name, build.SPLIT[name], str(root), **more)
    assert isinstance(data, Dataset)
    return data


def edit(path: Path, change) -> None:
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


@pytest.mark.parametrize("name", list(build.BUILD))
def test_samples_have_their_masks_and_boxes(name, tmp_path):
    data = opened(name, build.BUILD[name](tmp_path))
    by_text = {sample.prompt: sample for sample in data}
    expected = build.SAID if name in ("jsonl", "coco", "grefcoco") else build.SINGLE
    assert {text for _, text, _ in expected} <= set(by_text)
    for photo, text, boxes in expected:
        sample = by_text[text]
        assert sample.image.mode == "RGB" and sample.image.size == build.SIZES[photo]
        assert np.array_equal(sample.mask, build.mask_of(photo, *boxes)) and sample.mask.dtype == bool
        assert sample.boxes == tuple(boxes), "in order, and none where nothing matches"
    assert len({sample.id for sample in data}) == len(data)
    groups = data.by_image()
    assert sorted(i for held in groups.values() for i in held) == list(range(len(data))) and len(groups) == 2
    assert all(data[i].image_id == image for image, held in groups.items() for i in held)
    assert [data.sample_id(i) for i in range(len(data))] == [sample.id for sample in data]
    assert FORMATS[name].splits(tmp_path) == [build.SPLIT[name]]
    assert (name, tmp_path, None) in recognise(tmp_path)


@pytest.mark.parametrize("name", list(build.BUILD))
def test_a_dataset_travels_to_another_process(name, tmp_path):
    data = opened(name, build.BUILD[name](tmp_path))
    again = pickle.loads(pickle.dumps(data))
    for a, b in zip(data, again, strict=True):
        assert (a.id, a.prompt, a.boxes) == (b.id, b.prompt, b.boxes) and np.array_equal(a.mask, b.mask)


@pytest.mark.parametrize("name", list(build.BUILD))
def test_what_is_not_there_is_named(name, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        opened(name, tmp_path / "nowhere")
    with pytest.raises(ValueError, match="needs a root"):
        open_dataset(name, "val")
    root = build.BUILD[name](tmp_path)
    with pytest.raises(ValueError, match=r"blind|no split"):
        open_dataset(name, "blind", str(root))[0]


@pytest.mark.parametrize("name", list(build.BUILD))
def test_photos_are_opened_on_access_and_named_when_missing(name, tmp_path):
    root = build.BUILD[name](tmp_path)
    for path in root.rglob("*"):
        if path.suffix in (".png", ".jpg") and "masks" not in path.parts:
            path.unlink()
    data = opened(name, root)
    with pytest.raises(FileNotFoundError, match=r"a\.(png|jpg) is in none of"):
        data[0]


# ---- what single formats hold ------------------------------------------------------------------------------------


def test_grefcoco_counts_targets(tmp_path):
    data = opened("grefcoco", build.grefcoco(tmp_path))
    assert [s.tags["targets"] for s in data] == ["one", "several", "one", "none"]
    assert data[1].tags["category"] == "cup, plate" and "category" not in data[3].tags


def test_reasonseg_has_a_sample_for_each_query(tmp_path):
    data = opened("reasonseg", build.reasonseg(tmp_path))
    assert [(s.id, s.tags["query"]) for s in data] == [("a-0", "long"), ("a-1", "long"), ("b-0", "short")]
    assert data[1].prompt == "what holds tea?"


def test_reasonseg_paints_small_over_large(tmp_path):
    root = build.reasonseg(tmp_path)
    large, middle, small = (0, 0, 12, 12), (2, 2, 8, 8), (4, 4, 6, 6)
    shapes = [build.shape("target", small), build.shape("Ignore", middle), build.shape("target", large)]
    shapes.append(build.shape("flag", (0, 0, 20, 12)))
    edit(root / "reason_seg/ReasonSeg/val/a.json", lambda values: values.update(shapes=shapes))
    sample = opened("reasonseg", root)[0]
    ring = build.mask_of("a", middle) & ~build.mask_of("a", small)
    assert np.array_equal(sample.ignore, ring)
    assert np.array_equal(sample.mask, build.mask_of("a", large) & ~ring)
    assert sample.boxes == (large,)


def test_reasonseg_can_draw_the_border_as_published(tmp_path):
    root = build.reasonseg(tmp_path)
    data = open_dataset("reasonseg-opencv", "val", str(root))
    assert data[0].boxes == ((2, 3, 7, 9),), "pixels 2 to 6 and 3 to 8, both included"


def test_reasonseg_reads_cp1252(tmp_path):
    root = build.reasonseg(tmp_path)
    path = root / "reason_seg/ReasonSeg/val/b.json"
    text = path.read_text().replace("the dot", "the caf\xe9\x92s dot".replace("\x92", "\u2019"))
    path.write_bytes(text.encode("cp1252"))
    assert opened("reasonseg", root)[2].prompt == "the café\u2019s dot"


def test_groundingsuite_names_categories_and_takes_several_masks(tmp_path):
    root = build.groundingsuite(tmp_path)
    lines = build.groundingsuite_lines()
    lines[0].update(class_id=3, segmentation=[build.rle("a", build.CUP), build.rle("a", build.PLATE)])
    lines[0]["box"] = [list(build.CUP), list(build.PLATE)]
    build.write_lines(root / "GroundingSuite-Eval.jsonl", lines)
    data = opened("groundingsuite", root)
    assert [s.tags["category"] for s in data] == ["multi", "single"]
    assert data[0].boxes == (build.CUP, build.PLATE)


def test_coco_with_captions_and_with_category_names(tmp_path):
    root = build.coco(tmp_path)
    values = build.instances()
    build.write(root / "val.json", values)
    named = opened("coco", root)
    assert [(s.prompt, s.boxes) for s in named] == [
        ("cup", (build.CUP,)),
        ("plate", (build.PLATE,)),
        ("dot", (build.DOT,)),
    ]
    values["annotations"][1].update(category_id=1)
    values["annotations"].append(
        {**values["annotations"][0], "id": 9, "iscrowd": 1, "segmentation": build.rle("a", (15, 0, 20, 4))}
    )
    build.write(root / "val.json", values)
    cups = opened("coco", root)[0]
    assert cups.boxes == (build.CUP, build.PLATE)
    assert np.array_equal(cups.ignore, build.mask_of("a", (15, 0, 20, 4))), "a crowd counts for nothing"
    for number, caption in enumerate(["caf\xe9", ["caf\xe9", "the plate"], "dot"]):
        values["annotations"][number]["caption"] = caption
    (root / "val.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    spoken = {s.prompt: s for s in opened("coco", root)}
    assert set(spoken) == {"café", "the plate", "dot"}
    assert spoken["café"].boxes == (build.CUP, build.PLATE)


def test_coco_photos_of_one_name_in_two_folders_are_two_images(tmp_path):
    values = build.instances()
    values["images"] = [image | {"file_name": f"{image['id']}/a.png"} for image in values["images"]]
    values["images"].append(values["images"][0] | {"id": 9, "file_name": "7/a.jpg"})
    build.write(tmp_path / "val.json", values)
    assert list(open_dataset("coco", "val", str(tmp_path)).by_image()) == ["7/a.png", "8/a"]
    values["images"].append(values["images"][0])
    build.write(tmp_path / "val.json", values)
    with pytest.raises(DataError, match="image 7: a second image with this id"):
        open_dataset("coco", "val", str(tmp_path))


def test_splits_of_the_archive_of_coco_are_its_instances(tmp_path):
    for kind in ("instances", "captions", "person_keypoints"):
        build.write(tmp_path / f"annotations/{kind}_val2017.json", build.instances())
    assert splits_of("coco", str(tmp_path)) == ["val2017"]
    (tmp_path / "annotations/instances_val2017.json").unlink()
    assert splits_of("coco", str(tmp_path)) == ["captions_val2017", "person_keypoints_val2017"], "somebody's own names"


def test_labelme_shapes_groups_and_ignored(tmp_path):
    root = build.labelme(tmp_path)
    buffer = io.BytesIO()
    Image.fromarray(np.full((2, 3), 255, np.uint8)).save(buffer, format="PNG")
    mask = {"label": "m", "shape_type": "mask", "points": [[4, 5], [6, 6]]}
    mask["mask"] = base64.b64encode(buffer.getvalue()).decode()
    shapes = [
        build.shape("cups", build.CUP, group_id=1),
        build.shape("cups", build.PLATE, group_id=1),
        {"label": "cups", "shape_type": "rectangle", "points": [[19, 11], [16, 1]]},
        {"label": "disc", "shape_type": "circle", "points": [[8, 6], [8, 10]]},
        mask,
        build.shape("Ignore", (0, 0, 1, 1)),
    ]
    edit(root / "val/a.json", lambda values: values.update(shapes=shapes))
    cups, disc, drawn, _ = opened("labelme", root)
    assert cups.boxes == ((2, 3, 14, 9), (16, 1, 19, 11)), "a group is one target"
    assert cups.ignore is not None and cups.ignore.sum() == 1
    assert disc.boxes[0] == (4, 2, 12, 10) and 44 <= disc.mask.sum() <= 56
    assert np.array_equal(drawn.mask, build.mask_of("a", (4, 5, 7, 7)))


def test_jsonl_splits_and_thoughts(tmp_path):
    root = build.jsonl(tmp_path)
    lines = build.jsonl_lines(root)
    lines[0]["split"], lines[1]["split"] = "train", "val"
    path = build.write_lines(root / "all.jsonl", [])
    path.write_text("\n\n".join(map(json.dumps, lines)))
    assert [s.id for s in open_dataset("jsonl", "train", str(path))] == ["0", "2", "3"]
    assert [s.id for s in open_dataset("jsonl", "val", str(path))] == ["1", "2", "3"]
    assert FORMATS["jsonl"].splits(path) == ["train", "val"]
    train = open_dataset("jsonl", "train", str(path))
    assert train[0].thought == "look left" and train[2].tags == {"kind": "absent"}
    assert train.row(1).place == "line 5", "blank lines count"


def test_lines_without_a_split_belong_to_the_file_whatever_others_say(tmp_path):
    lines = build.jsonl_lines(build.jsonl(tmp_path))
    (tmp_path / "val.jsonl").unlink()
    build.write_lines(tmp_path / "mine.jsonl", [*lines[:3], lines[3] | {"split": "test"}])
    assert splits_of("jsonl", str(tmp_path)) == ["mine", "test"]
    assert [len(open_dataset("jsonl", split, str(tmp_path))) for split in ("mine", "test")] == [3, 1]


def test_photos_look_as_lens_segment_sees_them(tmp_path):
    wide = Image.fromarray(np.linspace(0, 65535, 240, dtype=np.uint16).reshape(12, 20))
    clear = Image.new("RGBA", build.SIZES["a"], (0, 0, 0, 0))
    for number, image in enumerate((wide, clear)):
        path = tmp_path / f"{number}.png"
        image.save(path)
        assert np.array_equal(read_photo(path, None), load_image(path))


def test_masks_are_read_by_colour_and_not_from_jpegs(tmp_path):
    target = build.mask_of("a", build.CUP)
    picture = Image.fromarray(target.astype(np.uint8) * 255)
    light_first = Image.fromarray((~target).astype(np.uint8), mode="P")
    light_first.putpalette([255, 255, 255, 0, 0, 0])
    light_first.save(tmp_path / "palette.png")
    picture.save(tmp_path / "mask.jpg")
    assert np.array_equal(read_shape(tmp_path / "palette.png", build.SIZES["a"], "here"), target)
    with pytest.raises(DataError, match=r"here: mask .*mask\.jpg is a JPEG.*write a PNG"):
        read_shape(tmp_path / "mask.jpg", build.SIZES["a"], "here")


def test_a_photo_is_turned_upright_unless_its_annotation_is_not(tmp_path):
    root = build.jsonl(tmp_path)
    image = Image.open(root / "photos/a.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    image.save(root / "photos/turned.jpg", exif=exif)
    line = {"image": "photos/turned.jpg", "expression": "cup", "mask": None}
    path = build.write_lines(root / "val.jsonl", [line, {**line, "size": [20, 12]}, {**line, "size": [12, 20]}])
    assert [s.image.size for s in open_dataset("jsonl", "val", str(path))] == [(12, 20), (20, 12), (12, 20)]


# ---- broken rows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mask": [[1, 2, 3, 4]]}, "polygon 0 has 4 numbers"),
        (
            {"mask": {"size": [12, 21], "counts": encode_rle(np.ones((12, 21), bool))["counts"]}},
            r"mask is \(12, 21\)",
        ),
        ({"mask": {"size": [12, 20], "counts": "abc"}}, "not a COCO mask"),
        ({"mask": {"size": [12, 20]}}, "not a COCO mask"),
        ({"mask": "masks/none.png"}, r"none\.png: no such file"),
        ({"mask": "photos/b.png"}, "the mask is"),
        ({"mask": 7}, "the mask is 7; it wants"),
        ({"masks": []}, "and not both"),
        ({"boxes": [[1, 2, 3]]}, "x1, y1, x2, y2"),
        ({"boxes": [[5, 2, 3, 4]]}, "x1 <= x2"),
        ({"boxes": []}, "0 boxes for 1 masks"),
        ({"boxes": [[1, 2, float("inf"), 4]]}, "finite"),
        ({"size": [20, 13]}, r"the annotation says \(20, 13\)"),
        ({"size": [0, 13]}, "positive whole numbers"),
        ({"size": "big"}, r"\[width, height\]"),
        ({"image": ""}, "name of a file"),
        ({"image": None}, "name of a file"),
        ({"expression": ["a"]}, "expression is"),
        ({"expresion": "typo"}, "unknown key 'expresion'"),
        ({"tags": 3}, "tags are 3"),
        ({"split": 3}, "split is 3"),
    ],
)
def test_broken_lines_are_named(tmp_path, change, words):
    root = build.jsonl(tmp_path)
    lines = build.jsonl_lines(root)
    lines[0].update(change)
    build.write_lines(root / "val.jsonl", lines)
    with pytest.raises(DataError, match=words) as caught:
        opened("jsonl", root)[0]
    assert "line 1" in str(caught.value) or "photos" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["jsonl", "coco", "refcoco", "grefcoco", "reasonseg", "labelme"])
def test_tolerant_leaves_out_what_cannot_be_read(name, tmp_path):
    root = build.BUILD[name](tmp_path)
    whole = len(opened(name, root))
    if name == "jsonl":
        lines = (root / "val.jsonl").read_text().splitlines()
        (root / "val.jsonl").write_text("\n".join([lines[0][:-9], *lines[1:]]))
    elif name == "coco":
        edit(root / "val.json", lambda values: values["expressions"][0].update(annotation_ids=[99]))
    elif name == "refcoco":
        (root / "refer_seg/refcoco/refs(unc).p").write_bytes(
            pickle.dumps(
                [{**ref, "ann_id": 99 if not n else ref["ann_id"]} for n, ref in enumerate(build.refs(True))], 2
            )
        )
    elif name == "grefcoco":
        edit(root / "refer_seg/grefcoco/grefs(unc).json", lambda values: values[0].update(ann_id=[1, 3]))
    else:
        path = next(root.rglob("a.json"))
        path.write_text(path.read_text()[:-3])
        whole = 2 if name == "reasonseg" else whole  # the file has two queries
    with pytest.raises(DataError):
        opened(name, root)
    data = opened(name, root, tolerant=True)
    assert len(data) == whole - 1 and len(data.problems) == 1
    assert data.problems[0].message and Path(data.problems[0].file).is_file()
    assert all(sample.prompt for sample in data)


def test_files_of_another_kind_are_refused(tmp_path):
    for content in (b"", b"[]", b"{", b"\xff\xfe{}", b'{"images": 3}', b'{"images": [{}]}', b"[" * 100_000):
        (tmp_path / "x.json").write_bytes(content)
        with pytest.raises(DataError, match=r"x\.json"):
            open_dataset("coco", "val", str(tmp_path / "x.json"))
    with pytest.raises(DataError, match="no dataset of a known format"):
        (tmp_path / "x.json").unlink()
        recognise(tmp_path)


# ---- mapped files -------------------------------------------------------------------------------------------------


def test_scan_finds_the_bytes_of_each_element(tmp_path):
    values = {"a": [1, {"é": "ü\u20ac"}], "skipped": {"b": [1]}, "b": [], "c": ["x"]}
    path = tmp_path / "x.json"
    for text in (json.dumps(values), json.dumps(values, ensure_ascii=False, indent=2)):
        for mark in (b"", b"\xef\xbb\xbf"):
            path.write_bytes(mark + text.encode())
            file = Mapped(path)
            found = [(key, file.json(start, end)) for key, start, end, _ in scan(file, ("a", "b", "c"))]
            assert found == [("a", 1), ("a", {"é": "ü\u20ac"}), ("c", "x")]


@pytest.mark.parametrize("polygons", ["[[1, 2.5, 3e4]]", "[]", '{"size": [1, 2], "counts": "}"}', '["x"]', "7"])
def test_scan_may_pass_over_polygons_and_nothing_else(tmp_path, polygons):
    text = (
        f'{{"a": [{{"id": 1, "s": {polygons}, "box": [1, 2], "note": "s: [3] }}"}}, {{"s" : {polygons}\n, "id": 2}}]}}'
    )
    (tmp_path / "x.json").write_text(text)
    file = Mapped(tmp_path / "x.json")
    whole = list(scan(file, ("a",)))
    skimmed = list(scan(file, ("a",), unread="s"))
    assert [row[:3] for row in skimmed] == [row[:3] for row in whole]
    for (*_, a), (*_, b) in zip(skimmed, whole, strict=True):
        assert {**a, "s": 0} == {**b, "s": 0} and a["s"] in (None, b["s"])
    assert (skimmed[0][3]["s"] is None) == polygons.startswith("[[")


@pytest.mark.parametrize(
    "text", ["", "[1]", '{"a": [1,]}', '{"a": [1}', '{"a" [1]}', '{"a": [1] "b": 2}', '{"a": 1,}', "{1: 2}"]
)
def test_scan_refuses_what_is_not_json(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError):
        list(scan(Mapped(tmp_path / "x.json"), ("a",)))


def test_lines_are_counted_as_editors_do(tmp_path):
    (tmp_path / "x").write_bytes(b"one\n\n  \ntwo\r\nthree")
    lines = Lines(tmp_path / "x")
    assert [(lines.number(i), lines[i].strip()) for i in range(len(lines))] == [(1, b"one"), (4, b"two"), (5, b"three")]
