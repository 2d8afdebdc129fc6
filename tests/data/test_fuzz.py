"""Whatever lies in a file, a loader gives samples or its own error: it never crashes, hangs or runs anything."""

from __future__ import annotations

import json
import pickle
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lens_seg.data.base import Dataset
from lens_seg.data.check import check_split
from lens_seg.data.errors import DataError
from lens_seg.data.registry import open_dataset

from . import builders as build
from .test_check import ANNOTATIONS

FEW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))

odd = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 7, 2**70, 1e308, float("inf"), float("nan"), 0.5])
    | st.sampled_from(["", "a", "../x", "\0", "val", "photos/a.png", "polygon", "ignore", "é" * 300, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["size", "counts", "id"]), inner),
    max_leaves=6,
)


def read_all(name: str, root: Path) -> None:
    """Opens, reads and checks everything; lets through what is not the loaders' own error."""
    for tolerant in (False, True):
        try:
            data = open_dataset(name, build.SPLIT[name], str(root), tolerant)
        except DataError as error:
            assert "\n" not in str(error) and len(str(error)) < 2000
            continue
        assert isinstance(data, Dataset)
        for index in range(len(data)):
            try:
                sample = data[index]
                assert sample.mask.shape == sample.image.size[::-1]
            except DataError as error:
                assert "\n" not in str(error)
        check_split(data, name, build.SPLIT[name])


def spots(value: object, path: tuple = ()) -> list[tuple]:
    """The paths of all values inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, child in inner for spot in spots(child, (*path, key)))]


def replaced(value: object, path: tuple, new: object) -> object:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


@pytest.fixture(scope="module")
def roots(tmp_path_factory) -> dict[str, Path]:
    return {name: build.BUILD[name](tmp_path_factory.mktemp("fuzz")) for name in build.BUILD}


@pytest.mark.parametrize("name", list(build.BUILD))
@FEW
@given(new=odd, seed=st.integers(0, 2**32))
def test_any_value_may_stand_anywhere(roots, name, new, seed):
    path = roots[name] / ANNOTATIONS[name]
    good = path.read_bytes()
    try:
        if path.suffix == ".jsonl":
            lines = [json.loads(line) for line in good.splitlines()]
            spot = random.Random(seed).choice([spot for spot in spots(lines) if spot])
            path.write_text("\n".join(map(json.dumps, replaced(lines, spot, new))))
        else:
            values = json.loads(good)
            path.write_text(json.dumps(replaced(values, random.Random(seed).choice(spots(values)), new)))
        read_all(name, roots[name])
    finally:
        path.write_bytes(good)


@pytest.mark.parametrize("name", ["jsonl", "coco", "refcoco", "reasonseg", "groundingsuite"])
@FEW
@given(junk=st.binary(max_size=40), place=st.floats(0, 1))
def test_any_bytes_may_stand_anywhere(roots, name, junk, place):
    path = roots[name] / ANNOTATIONS[name]
    good = path.read_bytes()
    at = int(place * len(good))
    try:
        for damaged in (good[:at], good[:at] + junk + good[at:], junk):
            path.write_bytes(damaged)
            read_all(name, roots[name])
    finally:
        path.write_bytes(good)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
        b'{"id": ' + b"9" * 10_000 + b"}",
        b"[1e999999]",
        '{"image": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"\0" * 100,
        b"",
    ],
    ids=["open", "deep list", "deep object", "long number", "infinite", "utf-16", "bom", "zeros", "empty"],
)
@pytest.mark.parametrize("name", list(build.BUILD))
def test_what_makes_json_readers_stumble(roots, name, data):
    path = roots[name] / ANNOTATIONS[name]
    good = path.read_bytes()
    try:
        path.write_bytes(data)
        read_all(name, roots[name])
        for key in (b'"segmentation": ', b'"mask": ', b'"points": ', b'"bbox": ', b'"box": ', b'"boxes": '):
            if key in good and data.isascii():
                path.write_bytes(good.replace(key, key + data + b', "x": ', 1))
                read_all(name, roots[name])
    finally:
        path.write_bytes(good)


@FEW
@given(new=odd, seed=st.integers(0, 2**32))
def test_any_value_may_stand_in_the_references(roots, new, seed):
    for name, path in (("refcoco", "refcoco/refs(unc).p"), ("grefcoco", "grefcoco/grefs(unc).json")):
        file = roots[name] / "refer_seg" / path
        good = file.read_bytes()
        refs = pickle.loads(good) if file.suffix == ".p" else json.loads(good)
        changed = replaced(refs, random.Random(seed).choice(spots(refs)), new)
        try:
            file.write_bytes(pickle.dumps(changed, 2) if file.suffix == ".p" else json.dumps(changed).encode())
            read_all(name, roots[name])
        finally:
            file.write_bytes(good)


@FEW
@given(junk=st.binary(max_size=60), cut=st.floats(0, 1))
def test_any_photo_may_be_damaged(roots, junk, cut):
    photo = roots["reasonseg"] / "reason_seg/ReasonSeg/val/b.jpg"
    good = photo.read_bytes()
    at = int(cut * len(good))
    try:
        for damaged in (good[:at] + junk + good[at + len(junk) :], junk):
            photo.write_bytes(damaged)
            read_all("reasonseg", roots["reasonseg"])
    finally:
        photo.write_bytes(good)
