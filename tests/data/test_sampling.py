"""Which images a step draws: limits, exclusions, mixes and curricula, all pure functions of (seed, step)."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from lens_seg.config import _build
from lens_seg.data import registry
from lens_seg.data.registry import (
    CurriculumGroups,
    DataConfig,
    MixedGroups,
    SplitConfig,
    draw_images,
    image_order,
    open_groups,
)
from lens_seg.data.sampling import photo_key, read_difficulty

from . import builders as build


class Numbers:
    """Groups whose sample is (its name, image, epoch)."""

    def __init__(self, name: str, count: int) -> None:
        self.name, self.count = name, count

    def __len__(self) -> int:
        return self.count

    def __call__(self, image: int, count: int, seed: int) -> list:
        assert 0 <= image < self.count
        return [(self.name, image, seed)] * count


def photos(root, count: int, prefix: str = "p") -> None:
    """A JSONL train split of `count` photos, each with two expressions."""
    lines = []
    for number in range(count):
        name = f"{prefix}{number}"
        build.photo(root / "photos", "a").rename(root / "photos" / f"{name}.png")
        for word in ("cup", "mug"):
            line = {"id": f"{name}-{word}", "image": f"photos/{name}.png", "image_id": name, "expression": word}
            lines.append({**line, "mask": [build.polygon(build.CUP)]})
    build.write_lines(root / "train.jsonl", lines)


def images_of(groups, steps: int, batch: int, seed: int = 0) -> list[str]:
    return [
        groups(image, 1, epoch)[0].image_id
        for step in range(steps)
        for image, epoch in draw_images(groups, batch, step, seed)
    ]


def test_limit_takes_the_first_images(tmp_path):
    photos(tmp_path, 5)
    groups = open_groups(DataConfig(name="jsonl", root=str(tmp_path), limit=3))
    assert len(groups) == 3 and set(images_of(groups, 6, 2)) == {"p0", "p1", "p2"}
    assert len(open_groups(DataConfig(name="toybox", limit=7))) == 7
    assert len(open_groups(DataConfig(name="jsonl", root=str(tmp_path), limit=99))) == 5


def test_photos_of_evaluation_splits_are_left_out(tmp_path, caplog):
    photos(tmp_path, 4)
    line = {"expression": "x", "mask": None}
    build.write_lines(tmp_path / "val.jsonl", [{**line, "image": "photos/p1.png"}, {**line, "image": "photos/p1.png"}])
    other = tmp_path / "elsewhere"
    build.photo(other, "a")
    path = build.write_lines(other / "test.jsonl", [{**line, "image": "../photos/p3.png"}])
    exclude = (SplitConfig(name="jsonl"), SplitConfig(name="jsonl", split="test", root=str(path)))
    groups = open_groups(DataConfig(name="jsonl", root=str(tmp_path), exclude=exclude))
    assert set(images_of(groups, 4, 2)) == {"p0", "p2"}
    assert "2 of 4 images are in jsonl val, jsonl test and left out" in caplog.text
    with pytest.raises(ValueError, match="nothing is left"):
        open_groups(DataConfig(name="jsonl", root=str(tmp_path), exclude=(SplitConfig(name="jsonl", split="train"),)))


def test_coco_photos_are_the_same_under_both_names(tmp_path):
    names = ("COCO_train2014_000000000009.jpg", "000000000009.jpg", "COCO_val2014_000000000009.jpg")
    assert {photo_key([tmp_path / f"x{n}" / name]) for n, name in enumerate(names)} == {"000000000009"}
    assert photo_key([tmp_path / "a/9.jpg"]) != photo_key([tmp_path / "b/9.jpg"])


def test_a_mix_gives_each_dataset_its_share():
    parts = [Numbers("small", 5), Numbers("large", 45)]
    groups = MixedGroups(parts, [3.0, 1.0])
    assert len(groups) == 50
    drawn = [groups(i, 1, e)[0] for step in range(20) for i, e in draw_images(len(groups), 5, step, seed=4)]
    assert drawn == [groups(i, 1, e)[0] for step in range(20) for i, e in draw_images(groups, 5, step, seed=4)]
    names = Counter(name for name, _, _ in drawn)
    assert abs(names["small"] - 75) <= 1 and abs(names["large"] - 25) <= 1
    small = Counter((image, epoch) for name, image, epoch in drawn if name == "small")
    assert max(small.values()) == 1 and len({image for image, _ in small}) == 5, "all once before any twice"
    large = [image for name, image, _ in drawn if name == "large"]
    assert len(set(large)) == len(large), "the large one goes on where the last epoch stopped"
    other = [groups(i, 1, e)[0] for step in range(20) for i, e in draw_images(groups, 5, step, seed=5)]
    assert other != drawn


def test_a_mix_of_datasets_by_name(tmp_path, caplog):
    photos(tmp_path / "x", 4, "x")
    photos(tmp_path / "y", 6, "y")
    line = {"expression": "x", "mask": None, "image": str(tmp_path / "x/photos/x0.png")}
    build.write_lines(tmp_path / "held.jsonl", [line])
    config = DataConfig(
        mix=(
            DataConfig(name="jsonl", root=str(tmp_path / "x"), weight=1),
            DataConfig(name="jsonl", root=str(tmp_path / "y"), weight=2, limit=3),
            DataConfig(name="toybox", split="val", weight=1, limit=2),
        ),
        exclude=(SplitConfig(name="jsonl", root=str(tmp_path / "held.jsonl")),),
    )
    drawn = images_of(open_groups(config), 4, 4)
    assert "jsonl train: 1 of 4 images are in jsonl val and left out" in caplog.text
    assert "jsonl train: 0 of 6 images are in jsonl val and left out" in caplog.text
    assert set(drawn) == {"x1", "x2", "x3", "y0", "y1", "y2", "toybox-val-0", "toybox-val-1"}
    kinds = Counter(name[0] for name in drawn)
    assert kinds["x"] == 4 and kinds["y"] == 8 and kinds["t"] == 4


def test_a_part_of_a_mix_can_hide_its_thoughts():
    hidden = DataConfig(split="train-sailor", limit=2, thoughts=False)
    groups = open_groups(DataConfig(mix=(hidden, DataConfig(split="val", limit=2))))
    samples = [groups(i, 3, e) for i, e in draw_images(groups, len(groups), 0, seed=1)]
    assert {(group[0].image_id.split("-")[1], s.thought is None) for group in samples for s in group} == {
        ("train", True),
        ("val", False),
    }
    shown = open_groups(DataConfig(split="train-sailor", limit=2))(1, 3, 5)
    assert [s.prompt for s in open_groups(hidden)(1, 3, 5)] == [s.prompt for s in shown], "nothing else changes"


def test_the_parts_of_a_mix_share_root_and_what_was_read(tmp_path, monkeypatch):
    photos(tmp_path, 3)
    build.write_lines(tmp_path / "val.jsonl", [{"expression": "x", "mask": None, "image": "photos/p1.png"}])
    opened = []
    real = registry.open_dataset
    monkeypatch.setattr(registry, "open_dataset", lambda *a, **k: opened.append(a[1]) or real(*a, **k))
    part = DataConfig(name="jsonl")
    groups = open_groups(DataConfig(root=str(tmp_path), mix=(part, part), exclude=(SplitConfig(name="jsonl"),)))
    assert set(images_of(groups, 2, 2)) == {"p0", "p2"}
    assert sorted(opened) == ["train", "train", "val"]


def test_a_curriculum_goes_from_easy_to_all():
    groups = CurriculumGroups(Numbers("n", 40), difficulty=[(i * 7) % 40 for i in range(40)], easy_steps=10)
    for step in range(10):
        drawn = draw_images(groups, 4, step, seed=1)
        assert drawn == draw_images(groups, 4, step, seed=1)
        assert len({image for image, _ in drawn}) == 4
        assert max((image * 7) % 40 for image, _ in drawn) < 4 * (step + 1)
    assert draw_images(groups, 4, 3, seed=1) != draw_images(groups, 4, 3, seed=2)
    later = [pair for step in range(10, 20) for pair in draw_images(groups, 4, step, seed=1)]
    assert sorted(image for image, _ in later) == list(range(40)), "then every image once an epoch"
    assert len(draw_images(CurriculumGroups(Numbers("n", 3), [0, 1, 2], 5), 8, 0, seed=0)) == 8


def test_a_curriculum_file_orders_and_chooses_samples(tmp_path, caplog):
    photos(tmp_path, 4)
    difficulty = {"p0-cup": 9, "p0-mug": 7, "p1-cup": 1, "p2-mug": 2, "p2-cup": 2, "unknown": 0}
    lines = [{"id": key, "difficulty": value} for key, value in difficulty.items()]
    path = build.write_lines(tmp_path / "easy.json", lines)
    config = DataConfig(name="jsonl", root=str(tmp_path), curriculum=str(path), curriculum_share=0.6)
    with pytest.raises(ValueError, match="number of steps"):
        open_groups(config)
    groups = open_groups(config, steps=5)
    assert "names 5 of 8 samples" in caplog.text
    assert images_of(groups, 3, 1)[0] == "p1", "the easiest, and p3 is not there"
    assert set(images_of(groups, 20, 1)) == {"p0", "p1", "p2"}
    assert {sample.id for sample in groups(1, 4, 0)} == {"p1-cup"}
    build.write_lines(path, [{"id": "unknown", "difficulty": 1}])
    with pytest.raises(ValueError, match="none of its ids is in jsonl train"):
        open_groups(config, steps=5)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[]", "a line is"),
        ('{"id": 1}', "a line is"),
        ('{"id": 1, "difficulty": NaN}', "difficulty is nan"),
    ],
)
def test_broken_curricula_are_named(tmp_path, line, words):
    path = tmp_path / "c.jsonl"
    path.write_text('{"id": 1, "difficulty": 0.5}\n' + line)
    with pytest.raises(ValueError, match=rf"c\.jsonl, line 2: {words}"):
        read_difficulty(path)
    path.write_text("")
    with pytest.raises(ValueError, match="empty"):
        read_difficulty(path)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"limit": 0}, "limit=0"),
        ({"weight": 0.0}, "weight=0"),
        ({"curriculum_share": 1.5}, "curriculum_share=1.5"),
        ({"mix": [{"name": "toybox"}], "limit": 3}, "set limit in the datasets"),
        ({"mix": [{"name": "toybox"}], "thoughts": False}, "set thoughts in the datasets"),
        ({"mix": [{"name": "toybox"}], "name": "jsonl", "split": "val"}, "set name and split in the datasets"),
        ({"mix": [{"name": "toybox"}], "same_questions": True}, "set same_questions in the datasets"),
        ({"mix": [{"name": "jsonl", "curriculum": "x"}]}, "neither a curriculum"),
        ({"exclude": [{"name": "refcoco"}]}, "toybox: exclude"),
        ({"exclude": [{"nme": "refcoco"}]}, "did you mean 'name'"),
    ],
)
def test_configs_that_contradict_themselves_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        _build(DataConfig, values, "recipe: data")


def test_a_recipe_can_say_all_of_it():
    values = {"mix": [{"name": "refcoco", "weight": 2}, {"name": "toybox"}]}
    values["exclude"] = [{"name": "refcoco+", "split": "testA", "root": "d"}]
    config = _build(DataConfig, json.loads(json.dumps(values)), "recipe: data")
    assert config.mix[0].weight == 2.0 and config.exclude == (SplitConfig(name="refcoco+", split="testA", root="d"),)


def test_an_order_is_kept_and_cannot_be_changed():
    order = image_order(9, 1, 2)
    assert sorted(order) == list(range(9)) and image_order(9, 1, 2) is order
    with pytest.raises(ValueError, match="read-only"):
        order[0] = 1
