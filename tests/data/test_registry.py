"""Datasets by name, images with several expressions each, and the mirror."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lens_seg.data import registry
from lens_seg.data.augment import mirror
from lens_seg.data.errors import DataError
from lens_seg.data.refcoco import RefCOCO
from lens_seg.data.registry import DataConfig, IndexedGroups, ToyboxGroups, draw_images, open_dataset, open_groups
from lens_seg.data.toybox import Toybox, expressions
from lens_seg.masks import mask_to_box
from lens_seg.types import Sample


def same(a: Sample, b: Sample) -> bool:
    """Whether two samples agree in every field, pixels included."""
    plain = ("id", "image_id", "prompt", "boxes", "thought", "tags", "scene")
    return (
        all(getattr(a, name) == getattr(b, name) for name in plain)
        and np.array_equal(np.asarray(a.image), np.asarray(b.image))
        and np.array_equal(a.mask, b.mask)
        and (a.ignore is None) == (b.ignore is None)
        and (a.ignore is None or np.array_equal(a.ignore, b.ignore))
    )


@pytest.mark.parametrize(
    ("name", "split", "root", "error", "words"),
    [
        ("imagenet", "val", None, ValueError, "unknown dataset 'imagenet'.*toybox"),
        ("toybox", "testA", None, ValueError, "unknown Toybox split 'testA'.*val"),
        ("refcoco", "val", None, ValueError, "needs a root folder"),
        ("refcoco+", "val", "empty", FileNotFoundError, r"refs\(unc\)\.p is missing"),
        ("refcocog", "val", "empty", FileNotFoundError, r"refs\(umd\)\.p is missing"),
    ],
)
def test_what_cannot_be_opened_is_named(tmp_path, name, split, root, error, words):
    with pytest.raises(error, match=words):
        open_dataset(name, split, root and str(tmp_path / root))


def test_a_missing_split_on_disk_is_named(street):
    with pytest.raises(ValueError, match="no split 'testA'; it has train, val"):
        open_dataset("refcoco", "testA", str(street))


def test_toybox_groups_are_pure_and_fresh():
    groups = ToyboxGroups(Toybox("val", length=20))
    assert len(groups) == 20
    made = groups(7, 5, 0)
    again = ToyboxGroups(Toybox("val", length=20))(7, 5, 0)
    assert len(made) == 5 and all(same(a, b) for a, b in zip(made, again, strict=True))
    assert len({sample.prompt for sample in made}) == 5
    assert [s.prompt for s in groups(7, 5, 1)] != [s.prompt for s in made], "another epoch says other things"
    ids = [sample.id for seed in (0, 1) for sample in groups(7, 5, seed)]
    assert len(set(ids)) == 10


def test_toybox_groups_show_the_scene_of_the_sample_with_that_number():
    data = Toybox("val", length=20)
    alone, made = data[7], ToyboxGroups(data)(7, 6, 0)
    for sample in made:
        assert sample.image_id == alone.image_id == "toybox-val-7" and sample.scene == alone.scene
        assert np.array_equal(np.asarray(sample.image), np.asarray(alone.image))
        _, masks = sample.scene.render()
        found = [n for n, toy in enumerate(sample.scene.toys) if toy.box in sample.boxes]
        assert len(found) == len(sample.boxes) <= 1
        assert np.array_equal(sample.mask, masks[found].any(0))
        assert bool(found) == (sample.tags["family"] != "absent")


def test_a_toybox_image_with_too_few_sentences_repeats_some(monkeypatch):
    monkeypatch.setattr(registry, "expressions", lambda scene, rng, count, share: expressions(scene, rng, 2))
    prompts = [sample.prompt for sample in ToyboxGroups(Toybox("val"))(3, 5, 0)]
    assert prompts == [*prompts[:2], *prompts[:2], prompts[0]]


def test_indexed_groups_give_the_sentences_of_one_photo(street):
    data = RefCOCO(street, split="val")
    groups = IndexedGroups(data)
    assert len(groups) == len(data.by_image())
    held = data.by_image()[data[0].image_id]
    made = groups(0, 4, 0)
    assert all(same(a, b) for a, b in zip(made, groups(0, 4, 0), strict=True))
    assert {sample.image_id for sample in made} == {data[0].image_id}
    assert len({sample.id for sample in made}) == 4
    assert {s.id for s in made} != {s.id for s in groups(0, 4, 1)}
    every = [sample.id for sample in groups(0, len(held) + 3, 0)]
    assert len(set(every)) == len(held) and every[-3:] == every[:3], "all once before any twice"


def test_open_groups_takes_toybox_and_photos(street):
    assert isinstance(open_groups(DataConfig(split="val")), ToyboxGroups)
    photos = open_groups(DataConfig(name="refcoco", split="val", root=str(street)))
    assert isinstance(photos, IndexedGroups) and photos(0, 1, 0)[0].mask.any()


def a_sample() -> Sample:
    rng = np.random.default_rng(0)
    return Sample(
        id="1",
        image=Image.fromarray(rng.integers(0, 255, (6, 10, 3), dtype=np.uint8)),
        image_id="i",
        prompt="the leftmost cup, left of the fish at the right",
        boxes=((1.0, 2.0, 4.0, 5.0), (0.0, 0.0, 10.0, 1.0)),
        mask=rng.random((6, 10)) < 0.5,
        ignore=rng.random((6, 10)) < 0.2,
        thought="look right, not left. it is the rightmost.",
    )


def test_the_mirror_swaps_sides_in_pixels_and_words():
    sample = a_sample()
    seen = mirror(sample)
    assert seen.prompt == "the rightmost cup, right of the fish at the left"
    assert seen.thought == "look left, not right. it is the leftmost."
    assert seen.boxes == ((6.0, 2.0, 9.0, 5.0), (0.0, 0.0, 10.0, 1.0))
    assert seen.ignore is not None and sample.ignore is not None
    for x in range(10):
        assert np.array_equal(seen.mask[:, x], sample.mask[:, 9 - x])
        assert np.array_equal(seen.ignore[:, x], sample.ignore[:, 9 - x])
        assert seen.image.getpixel((x, 2)) == sample.image.getpixel((9 - x, 2))
    assert (seen.id, seen.image_id, seen.tags) == (sample.id, sample.image_id, sample.tags)


@pytest.mark.parametrize("index", range(8))
def test_two_mirrors_change_nothing(index):
    sample = a_sample() if index == 0 else Toybox("val")[index]
    assert same(mirror(mirror(sample)), replace(sample, scene=None))


def test_a_mirrored_box_still_bounds_its_mask():
    seen = mirror(Toybox("val")[0])
    assert seen.box == mask_to_box(seen.mask)


def test_toybox_asks_the_same_again_where_it_is_told_to():
    for same_questions in (True, False):
        groups = open_groups(DataConfig(limit=3, same_questions=same_questions))
        assert len(groups) == 3
        first, again = ([s.prompt for s in groups(1, 4, epoch)] for epoch in (0, 1))
        assert (first == again) == same_questions


def test_a_curriculum_of_toybox(tmp_path):
    """Its own numbered samples, easy ones first; "none of its ids" where it is of another split."""
    path, world = tmp_path / "hard.jsonl", Toybox("train")
    easy_first = [40, 7, 12]
    path.write_text("".join(f'{{"id": "toybox-train-{n}", "difficulty": {d}}}\n' for d, n in enumerate(easy_first)))
    groups = open_groups(DataConfig(curriculum=str(path)), steps=6)
    assert len(groups) == 3
    for step, expected in ((0, {40}), (1, {40, 7})):
        drawn = draw_images(groups, len(expected), step, seed=3)
        found = [groups(image, 1, epoch)[0] for image, epoch in drawn]
        assert {sample.id for sample in found} == {f"toybox-train-{n}" for n in expected}
        assert all(same(sample, world[int(sample.id.rsplit("-", 1)[1])]) for sample in found)
    last = [groups(image, 1, epoch)[0].id for image, epoch in draw_images(groups, 3, 5, seed=3)]
    assert len(set(last)) == 3, "after its share of the steps all come, once an epoch"
    assert len(open_groups(DataConfig(curriculum=str(path), limit=10), steps=6)) == 1
    with pytest.raises(DataError, match="none of its ids is in toybox val"):
        open_groups(DataConfig(split="val", curriculum=str(path)), steps=6)


def test_toybox_says_more_often_that_nothing_matches():
    shares = []
    for absent_share in (0.0, 0.5):
        groups = open_groups(DataConfig(absent_share=absent_share))
        shares.append(np.mean([s.box is None for image in range(30) for s in groups(image, 3, 0)]))
    assert shares[0] == 0 and shares[1] > 0.3
