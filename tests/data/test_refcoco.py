"""RefCOCO: a small dataset built here, hostile pickles, and the street data if it is there."""

import collections
import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lens_seg.data import pickles
from lens_seg.data.pickles import load_pickle
from lens_seg.data.refcoco import RefCOCO
from lens_seg.masks import encode_rle, mask_to_box

STREET = Path(__file__).resolve().parents[2] / "../shared/data/street"
needs_street = pytest.mark.skipif(not STREET.is_dir(), reason=f"no street data at {STREET}")


def reference(ref_id, ann_id, image_id, split, sentences, first_sent):
    rows = [{"sent_id": first_sent + i, "sent": s, "raw": s, "tokens": s.split()} for i, s in enumerate(sentences)]
    return {
        "ref_id": ref_id,
        "ann_id": ann_id,
        "image_id": image_id,
        "category_id": 1,
        "file_name": f"COCO_train2014_{image_id:012d}_{ref_id}.jpg",
        "split": split,
        "sent_ids": [r["sent_id"] for r in rows],
        "sentences": rows,
    }


@pytest.fixture
def root(tmp_path):
    base = tmp_path / "refer_seg"
    images = base / "images/mscoco/images/train2014"
    images.mkdir(parents=True)
    (base / "refcoco").mkdir()
    Image.new("L", (20, 10), 50).save(images / "COCO_train2014_000000000007.jpg")
    Image.new("RGB", (8, 8)).save(images / "COCO_train2014_000000000009.jpg")
    run_lengths = np.zeros((8, 8), dtype=bool)
    run_lengths[1, 2] = True
    annotations = [
        {"id": 1, "image_id": 7, "bbox": [2, 3, 4, 5], "segmentation": [[2, 3, 6, 3, 6, 8, 2, 8]]},
        {"id": 2, "image_id": 9, "bbox": [2, 1, 1, 1], "segmentation": encode_rle(run_lengths)},
        {"id": 3, "image_id": 7, "bbox": [0, 0, 20, 10], "segmentation": [[0, 0, 20, 0, 20, 10, 0, 10]]},
    ]
    instances = {
        "images": [
            {"id": 7, "file_name": "COCO_train2014_000000000007.jpg", "width": 20, "height": 10},
            {"id": 9, "file_name": "COCO_train2014_000000000009.jpg", "width": 8, "height": 8},
        ],
        "annotations": [a | {"category_id": 1, "iscrowd": 0} for a in annotations],
        "categories": [{"id": 1, "name": "cup"}],
    }
    (base / "refcoco/instances.json").write_text(json.dumps(instances))
    write_refs(
        tmp_path,
        [
            reference(11, 1, 7, "val", ["left cup", "the cup\xe9"], 100),
            reference(12, 2, 9, "val", ["dot"], 102),
            reference(13, 3, 7, "val", ["all"], 103),
            reference(14, 3, 7, "train", ["other"], 104),
        ],
    )
    return tmp_path


def refs_path(root):
    return root / "refer_seg/refcoco/refs(unc).p"


def write_refs(root, refs):
    refs_path(root).write_bytes(pickle.dumps(refs, 2))


def test_one_sample_for_each_sentence(root):
    data = RefCOCO(root)
    assert [s.id for s in data] == ["11-100", "11-101", "12-102", "13-103"]
    first, second, dot, whole = data[:]
    assert (first.prompt, second.prompt) == ("left cup", "the cup\xe9")
    assert first.boxes == ((2, 3, 6, 8),) and dot.boxes == ((2, 1, 3, 2),)
    assert first.mask.shape == (10, 20) and first.mask.sum() == 20 and first.mask[3:8, 2:6].all()
    assert np.argwhere(dot.mask).tolist() == [[1, 2]] and whole.mask.all()
    assert first.image.mode == "RGB" and first.image.size == (20, 10)
    assert first.tags == {"category": "cup"}
    assert data[-1].id == "13-103"
    with pytest.raises(IndexError):
        data[4]


def test_sizes_and_images(root):
    data = RefCOCO(root)
    assert [s.image.size for s in data] == [(20, 10), (20, 10), (8, 8), (20, 10)]
    groups = data.by_image()
    assert sorted(groups.values()) == [[0, 1, 3], [2]]
    assert all(data[i].image_id == image_id for image_id, indices in groups.items() for i in indices)


def test_options(root):
    assert [s.id for s in RefCOCO(root, split="train")] == ["14-104"]
    assert len(RefCOCO(root / "refer_seg")) == len(RefCOCO(str(root))) == 4


def test_images_open_on_access_only(root):
    shutil.rmtree(root / "refer_seg/images")
    data = RefCOCO(root)
    with pytest.raises(FileNotFoundError, match=r"000000000007\.jpg.*train2014"):
        data[0]


def test_a_truncated_image_is_named(root):
    path = root / "refer_seg/images/mscoco/images/train2014/COCO_train2014_000000000007.jpg"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(OSError, match=r"000000000007\.jpg: damaged or truncated"):
        RefCOCO(root)[0]
    Image.new("RGB", (21, 10)).save(path)
    with pytest.raises(OSError, match=r"\(21, 10\).*\(20, 10\)"):
        RefCOCO(root)[0]


def test_errors_say_what_there_is(root, tmp_path):
    with pytest.raises(ValueError, match="no split 'testA'; it has train, val"):
        RefCOCO(root, split="testA")
    with pytest.raises(FileNotFoundError, match=r"refs\(umd\)\.p is missing.*refs\(unc\)\.p"):
        RefCOCO(root, split_by="umd")
    with pytest.raises(FileNotFoundError, match=r"datasets in .* are refcoco$"):
        RefCOCO(root, dataset="refcoco+")
    with pytest.raises(FileNotFoundError, match="pass the folder that holds refer_seg/"):
        RefCOCO(tmp_path / "nowhere")
    (root / "refer_seg/refcoco/instances.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"instances\.json is missing"):
        RefCOCO(root)


def test_bad_rows_are_named(root):
    good = load_pickle(refs_path(root))
    write_refs(root, [*good, reference(15, 999, 7, "val", ["lost"], 105)])
    with pytest.raises(ValueError, match=r"row 4 \(ref_id 15\): annotation 999 is not in"):
        RefCOCO(root)
    for broken in ({"ann_id": [1, 2]}, {"sentences": None}, {"sentences": [{"sent": "no id"}]}):
        write_refs(root, [good[0] | broken])
        with pytest.raises(ValueError, match=r"row 0 \(ref_id 11\)"):
            RefCOCO(root)
    write_refs(root, {"not": "a list"})
    with pytest.raises(ValueError, match="expected a list"):
        RefCOCO(root)
    write_refs(root, good)
    (root / "refer_seg/refcoco/instances.json").write_text('{"images": [')
    with pytest.raises(ValueError, match=r"instances\.json: not a COCO"):
        RefCOCO(root)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=300),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 9), inner) | st.tuples(inner, inner),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60)
@given(value=plain, protocol=st.integers(0, 5))
def test_plain_pickles_of_every_protocol_are_read(tmp_path_factory, value, protocol):
    path = tmp_path_factory.mktemp("p") / "x.p"
    path.write_bytes(pickle.dumps(value, protocol))
    assert load_pickle(path) == value


def test_python_2_strings_are_latin_1(tmp_path):
    path = tmp_path / "x.p"
    path.write_bytes(b"(lp0\n(dp1\nS'sent'\np2\nS'caf\\xe9'\np3\nsS'id'\nI7\nsa.")  # protocol 0
    assert load_pickle(path) == [{"sent": "caf\xe9", "id": 7}]
    path.write_bytes(b"\x80\x02}q\x01U\x04sentq\x02T\x04\x00\x00\x00caf\xe9q\x03s.")  # protocol 2
    assert load_pickle(path) == {"sent": "caf\xe9"}


class Runs:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_runs_code_is_refused(tmp_path, protocol):
    path, marker = tmp_path / "evil.p", tmp_path / "ran"
    path.write_bytes(pickle.dumps([{"ref_id": 1}, Runs(marker)], protocol))
    with pytest.raises(pickle.UnpicklingError, match=r"evil\.p: refused"):
        load_pickle(path)
    assert not marker.exists()
    pickle.loads(path.read_bytes())  # the plain unpickler does run it
    assert marker.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n.",
        b"(ios\nsystem\n.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
        b"\x82\x01.",
        b"Pname\n.",
        pickle.dumps(collections.OrderedDict(a=1)),
        pickle.dumps({1, 2}),
        pickle.dumps(b"bytes"),
        pickle.dumps(np.float64(1)),
    ],
)
def test_everything_but_plain_containers_is_refused(tmp_path, data):
    path = tmp_path / "x.p"
    path.write_bytes(data)
    with pytest.raises(pickle.UnpicklingError, match="refused operation"):
        load_pickle(path)


def test_the_second_guard_holds_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(pickles, "_check_operations", lambda data: None)
    path, marker = tmp_path / "x.p", tmp_path / "ran"
    path.write_bytes(pickle.dumps(Runs(marker)))
    with pytest.raises(pickle.UnpicklingError, match="refused to import"):
        load_pickle(path)
    path.write_bytes(b"Pname\n.")
    with pytest.raises(pickle.UnpicklingError, match="persistent"):
        load_pickle(path)
    assert not marker.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"]r\xff\xff\xff\x7f.",  # memo index 2**31: 32 GB of memo in the C unpickler
        b"]p2147483647\n.",
        b"X\xff\xff\xff\xff.",  # a string of 4 GB
        b"I" + b"9" * 100_000 + b"\n.",
    ],
)
def test_memory_bombs_are_refused(tmp_path, data):
    path = tmp_path / "x.p"
    path.write_bytes(data)
    with pytest.raises(pickle.UnpicklingError, match=r"x\.p: (refused|the file ends)"):
        load_pickle(path)


def test_size_limits(tmp_path, monkeypatch):
    path = tmp_path / "x.p"
    path.write_bytes(pickle.dumps([[] for _ in range(100)]))
    assert len(load_pickle(path)) == 100
    monkeypatch.setattr(pickles, "MAX_PICKLE_CONTAINERS", 99)
    with pytest.raises(pickle.UnpicklingError, match="containers"):
        load_pickle(path)
    monkeypatch.setattr(pickles, "MAX_PICKLE_BYTES", 99)
    with pytest.raises(pickle.UnpicklingError, match="bytes is more"):
        load_pickle(path)


@settings(deadline=None)
@given(data=st.binary(max_size=60), cut=st.integers(0, 200))
def test_damaged_pickles_raise_one_kind_of_error(tmp_path_factory, data, cut):
    path = tmp_path_factory.mktemp("p") / "x.p"
    whole = pickle.dumps([{"a": [1, 2.5, "x"], "b": (None, True)}] * 3, 2)
    for damaged in (data, b"(" + data, whole[: cut % len(whole)], whole[: cut % len(whole)] + data):
        path.write_bytes(damaged)
        try:
            load_pickle(path)
        except pickle.UnpicklingError as error:
            assert str(path) in str(error)


@needs_street
def test_street_counts_boxes_and_masks():
    data = RefCOCO(STREET)
    refs = [r for r in pickle.loads((STREET / "refer_seg/refcoco/refs(unc).p").read_bytes()) if r["split"] == "val"]
    assert len(data) == sum(len(r["sentences"]) for r in refs)
    assert len({data.sample_id(i).split("-")[0] for i in range(len(data))}) == len(refs)
    assert {data.row(i).size for i in range(len(data))} == {(240, 180)}
    assert sorted(i for group in data.by_image().values() for i in group) == list(range(len(data)))
    assert len({s.id for s in data[:200]}) == 200
    for index in range(0, len(data), 97):
        sample = data[index]
        assert sample.image.size == (240, 180) and sample.mask.shape == (180, 240)
        assert mask_to_box(sample.mask) == sample.box  # far edges are exclusive
