"""Datasets by name, and their images with several expressions each: what training and evaluation read.

Which images a step draws is a pure function of (seed, step), so that a resumed run draws the same.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from ..types import Sample
from .base import Dataset
from .catalogue import SOURCES
from .errors import DataError
from .formats import FORMATS
from .sampling import by_difficulty, photo_key, photo_keys, read_difficulty
from .toybox import Toybox, expressions
from .toybox.dataset import LENGTHS

NAMES = ("toybox", *FORMATS)
GROUP_STREAM = 8
"""Stream number of the generator that chooses expressions for a group (Toybox's own streams are smaller)."""

CURRICULUM_STREAM, MIX_STREAM = 9, 10
"""The same for the draws of a curriculum and of a mix."""

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class SplitConfig:
    """A split of a dataset, by name."""

    name: str
    """One of the names `open_dataset` knows."""
    split: str = "val"
    """Split of that dataset."""
    root: str | None = None
    """Its folder; by default that of the training data."""


@dataclass(kw_only=True)
class DataConfig:
    """Which samples to read."""

    name: str = "toybox"
    """One of the names `open_dataset` knows."""
    split: str = "train"
    """Split of that dataset."""
    root: str | None = None
    """Folder of datasets on disk, also for those of `mix` that name none; Toybox needs none."""
    absent_share: float = 0.08
    """Toybox: share of expressions that match nothing; the splits for evaluation have 0.08."""
    same_questions: bool = False
    """Toybox: ask the same about a scene each time it comes, instead of something new."""
    thoughts: bool = True
    """Whether its samples keep the thoughts they come with; false: as if nobody had written any, for supervision to do
    without (rewards never read them)."""
    limit: int | None = None
    """Only the first so many images."""
    exclude: tuple[SplitConfig, ...] = ()
    """Leave out the photos of these splits, such as those that will be evaluated."""
    mix: tuple[DataConfig, ...] = ()
    """Draw from these datasets instead, each by its `weight`; `exclude` holds for all of them."""
    weight: float = 1.0
    """Within a mix: this dataset's share of the images, relative to the others'."""
    curriculum: str | None = None
    """JSONL file of {"id", "difficulty"}: easy images first; samples that it does not name are left out. Those of
    Toybox are its numbered ones, each with its own question."""
    curriculum_share: float = 0.5
    """Share of the steps over which the curriculum goes from the easiest images to all."""

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"limit={self.limit}: at least 1 image, or null for all")
        if not self.weight > 0:
            raise ValueError(f"weight={self.weight}: it must be above 0; remove a dataset from the mix instead")
        if not 0 < self.curriculum_share <= 1:
            raise ValueError(f"curriculum_share={self.curriculum_share}: it must be above 0 and at most 1")
        if self.mix and (self.curriculum or any(part.curriculum or part.mix for part in self.mix)):
            raise ValueError("mix: a mix can hold neither a curriculum nor another mix; use one of them")
        beside = ("name", "split", "absent_share", "same_questions", "thoughts", "limit")
        given = [f.name for f in fields(self) if f.name in beside and getattr(self, f.name) != f.default]
        if self.mix and given:
            raise ValueError(f"mix: set {' and '.join(given)} in the datasets of the mix, not beside it")
        if self.name == "toybox" and not self.mix and self.exclude:
            raise ValueError("toybox: exclude is for datasets on disk; remove it")


def open_dataset(name: str, split: str, root: str | None = None, tolerant: bool = False) -> Toybox | Dataset:
    """A dataset by name. Raises ValueError for an unknown name or split, FileNotFoundError for a missing file.

    `tolerant` leaves out rows that cannot be used and lists them in `problems`, instead of raising at the first.
    """
    _check_named(name, root)
    return Toybox(split) if name == "toybox" else FORMATS[name].open(root, split=split, tolerant=tolerant)


def splits_of(name: str, root: str | None = None) -> list[str]:
    """The splits of a dataset that are there. Raises like `open_dataset`."""
    _check_named(name, root)
    return list(LENGTHS) if name == "toybox" else FORMATS[name].splits(Path(root or ""))


def evaluation_splits(name: str, root: str | None = None) -> tuple[list[str], list[str]]:
    """(splits to evaluate, those that are not there): a benchmark's own, else all but the training data.

    Raises like `open_dataset`, also where there is none to evaluate.
    """
    there = splits_of(name, root)
    wanted = SOURCES[name].evaluation if name in SOURCES else ()
    found = [split for split in wanted if split in there] or [s for s in there if not s.startswith("train")]
    if not found:
        known = f"it has {', '.join(there)} alone" if there else "it has none at all"
        raise DataError(f"{root}: {name} has no split for evaluation there; {known}")
    return found, [split for split in wanted if split not in there]


def _check_named(name: str, root: str | None) -> None:
    """Raises ValueError for an unknown name, and for a root that is missing."""
    if name not in NAMES:
        raise ValueError(f"unknown dataset {name!r}: choose one of {', '.join(NAMES)}")
    if name != "toybox" and root is None:
        raise ValueError(f"dataset {name!r} needs a root folder: {FORMATS[name].root}")


class ImageGroups(Protocol):
    """Images, each with as many samples as asked for."""

    def __len__(self) -> int: ...

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        """`count` samples of image number `image`, chosen by a pure function of the arguments."""
        ...


class ToyboxGroups:
    """Fresh expressions about Toybox scenes."""

    def __init__(self, data: Toybox, absent_share: float = 0.08, same_questions: bool = False) -> None:
        self.data = data
        self.absent_share = absent_share
        self.same_questions = same_questions

    def __len__(self) -> int:
        return len(self.data)

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        scene, pixels, masks = self.data.scene(image)
        seed = 0 if self.same_questions else seed
        rng = np.random.default_rng([self.data.seed, image, GROUP_STREAM, seed])
        said = expressions(scene, rng, count, self.absent_share)
        picture = Image.fromarray(pixels)
        return [
            self.data.sample(scene, picture, masks, said[i % len(said)], suffix=f"-{seed}-{i}") for i in range(count)
        ]


class IndexedGroups:
    """The expressions a dataset on disk has for each image; an image with too few gives some twice."""

    def __init__(self, data: Dataset, indices: list[list[int]] | None = None) -> None:
        """`indices` of each image's samples; by default all images with all their samples."""
        self.data = data
        self.indices = list(data.by_image().values()) if indices is None else indices

    def __len__(self) -> int:
        return len(self.indices)

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        held = self.indices[image]
        order = np.random.default_rng([GROUP_STREAM, image, seed]).permutation(len(held))
        return [self.data[held[order[i % len(held)]]] for i in range(count)]


class ToyboxSamples:
    """Numbered samples of Toybox, each with its own question again and again."""

    def __init__(self, data: Toybox, indices: Sequence[int]) -> None:
        self.data, self.indices = data, indices

    def __len__(self) -> int:
        return len(self.indices)

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        return [self.data[self.indices[image]]] * count


class WithoutThoughts:
    """The same samples as if nobody had written thoughts for them."""

    def __init__(self, groups: ImageGroups) -> None:
        self.groups = groups

    def __len__(self) -> int:
        return len(self.groups)

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        return [replace(sample, thought=None) for sample in self.groups(image, count, seed)]


class MixedGroups:
    """Several datasets as one, in which each has its share of the images, whatever its size.

    An epoch has as many images as all parts together; a part that its share wears out starts anew, in another order.
    """

    def __init__(self, parts: Sequence[ImageGroups], weights: Sequence[float]) -> None:
        self.parts = parts
        total = sum(len(part) for part in parts)
        edges = np.rint(np.cumsum(weights) / sum(weights) * total).astype(int)
        self.slots = np.diff(edges, prepend=0)
        """Images of each part in an epoch."""
        self.firsts = edges - self.slots

    def __len__(self) -> int:
        return int(self.slots.sum())

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        number = int(np.searchsorted(self.firsts + self.slots, image, side="right"))
        part = self.parts[number]
        drawn = seed * int(self.slots[number]) + image - int(self.firsts[number])
        epoch, place = divmod(drawn, len(part))
        return part(int(image_order(len(part), MIX_STREAM + number, epoch)[place]), count, epoch)


class CurriculumGroups:
    """Images in order of difficulty: for the first `easy_steps` steps only the easiest are drawn, more each step."""

    def __init__(self, groups: ImageGroups, difficulty: Sequence[float], easy_steps: int) -> None:
        """`difficulty` of each image, in the order of `groups`."""
        self.groups = groups
        self.order = np.argsort(np.asarray(difficulty, dtype=float), kind="stable")
        self.easy_steps = easy_steps

    def __len__(self) -> int:
        return len(self.groups)

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        return self.groups(image, count, seed)

    def draw(self, batch: int, step: int, seed: int) -> list[tuple[int, int]]:
        """(image, seed of its expressions) of each group in an easy step, no image twice where there are enough."""
        open_to = max(batch, math.ceil(len(self) * (step + 1) / self.easy_steps))
        pool = self.order[: min(open_to, len(self))]
        rng = np.random.default_rng([seed, CURRICULUM_STREAM, step])
        return [(int(image), step) for image in rng.choice(pool, batch, replace=batch > len(pool))]


def open_groups(
    config: DataConfig, steps: int | None = None, seen: dict[tuple[str, ...], set[str]] | None = None
) -> ImageGroups:
    """The images of a dataset, grouped. A curriculum needs the number of `steps` of the run.

    `seen` keeps the photos of excluded splits, so that the datasets of a mix read each split once.
    """
    seen = {} if seen is None else seen
    if config.mix:
        held_out = tuple(replace(other, root=other.root or config.root) for other in config.exclude)
        parts = [
            part
            if part.name == "toybox"
            else replace(part, root=part.root or config.root, exclude=(*held_out, *part.exclude))
            for part in config.mix
        ]
        return MixedGroups([open_groups(part, seen=seen) for part in parts], [part.weight for part in parts])
    if config.curriculum is not None:
        return _in_order(config, steps, seen)
    groups: ImageGroups
    if config.name == "toybox":
        groups = ToyboxGroups(_toys(config), config.absent_share, config.same_questions)
    else:
        data = open_dataset(config.name, config.split, config.root)
        assert isinstance(data, Dataset)
        groups = IndexedGroups(data, _kept(data, config, seen)[: config.limit])
    return groups if config.thoughts else WithoutThoughts(groups)


def _toys(config: DataConfig) -> Toybox:
    whole = Toybox(config.split)
    return whole if config.limit is None else Toybox(config.split, min(config.limit, len(whole)))


def _in_order(config: DataConfig, steps: int | None, seen: dict[tuple[str, ...], set[str]]) -> CurriculumGroups:
    """The samples that the curriculum names, by their difficulty."""
    assert config.curriculum is not None
    if steps is None:
        raise ValueError("a curriculum needs the number of steps of the run: open_groups(config, steps)")
    named = read_difficulty(config.curriculum)
    groups: ImageGroups
    if config.name == "toybox":
        toys = _toys(config)
        total, numbers = len(toys), [n for n in range(len(toys)) if toys.sample_id(n) in named]
        kept, difficulty = len(numbers), [named[toys.sample_id(n)] for n in numbers]
        groups = ToyboxSamples(toys, numbers)
    else:
        data = open_dataset(config.name, config.split, config.root)
        assert isinstance(data, Dataset)
        indices = _kept(data, config, seen)[: config.limit]
        total = sum(map(len, indices))
        indices, difficulty = by_difficulty(data, indices, named)
        kept = sum(map(len, indices))
        groups = IndexedGroups(data, indices)
    if not kept:
        raise DataError(f"{config.curriculum}: none of its ids is in {config.name} {config.split}")
    logger.warning("%s names %d of %d samples; the rest is left out", config.curriculum, kept, total)
    groups = groups if config.thoughts else WithoutThoughts(groups)
    return CurriculumGroups(groups, difficulty, max(1, round(steps * config.curriculum_share)))


def _kept(data: Dataset, config: DataConfig, seen: dict[tuple[str, ...], set[str]]) -> list[list[int]]:
    """The samples of each image, without the images that `exclude` names."""
    groups = list(data.by_image().values())
    if not config.exclude:
        return groups
    taken: set[str] = set()
    for other in config.exclude:
        key = (other.name, other.split, other.root or config.root or "")
        if key not in seen:
            evaluated = open_dataset(other.name, other.split, key[2] or None)
            seen[key] = photo_keys(evaluated) if isinstance(evaluated, Dataset) else set()
        taken |= seen[key]
    kept = [held for held in groups if photo_key(data.photo_paths(held[0])) not in taken]
    splits = ", ".join(f"{other.name} {other.split}" for other in config.exclude)
    left_out = len(groups) - len(kept)
    logger.warning(
        "%s %s: %d of %d images are in %s and left out", config.name, config.split, left_out, len(groups), splits
    )
    if not kept:
        raise DataError(f"{config.name} {config.split}: every image is in {splits}; nothing is left to train on")
    return kept


@functools.lru_cache(maxsize=16)
def image_order(count: int, seed: int, epoch: int) -> np.ndarray:
    """The order of `count` images in an epoch, a pure function of its arguments; read-only."""
    order = np.random.default_rng([seed, epoch]).permutation(count)
    order.flags.writeable = False
    return order


def draw_images(images: int | ImageGroups, batch: int, step: int, seed: int) -> list[tuple[int, int]]:
    """(image, epoch) of each group in a step: every image once an epoch, shuffled anew each time.

    `images` is their number, or the groups themselves where a curriculum may order them.
    """
    count = images if isinstance(images, int) else len(images)
    if isinstance(images, CurriculumGroups):
        if step < images.easy_steps:
            return images.draw(batch, step, seed)
        step -= images.easy_steps
    drawn = []
    for position in range(step * batch, (step + 1) * batch):
        epoch, place = divmod(position, count)
        drawn.append((int(image_order(count, seed, epoch)[place]), epoch))
    return drawn
