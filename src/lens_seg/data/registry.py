"""Datasets by name, and their images with several expressions each: what training and evaluation read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from ..types import Sample
from .refcoco import RefCOCO
from .toybox import Toybox, expressions

NAMES = ("toybox", "refcoco", "refcoco+", "refcocog")
GROUP_STREAM = 8
"""Stream number of the generator that chooses expressions for a group (Toybox's own streams are smaller)."""


@dataclass(kw_only=True)
class DataConfig:
    """Which samples to read."""

    name: str = "toybox"
    """One of the names `open_dataset` knows."""
    split: str = "train"
    """Split of that dataset."""
    root: str | None = None
    """Folder of datasets on disk; Toybox needs none."""
    attribute_share: float = 0.0
    """Toybox: extra share of plain attribute expressions, which the other families build on."""


def open_dataset(name: str, split: str, root: str | None = None) -> Toybox | RefCOCO:
    """A dataset by name. Raises ValueError for an unknown name or split, FileNotFoundError for a missing file."""
    if name not in NAMES:
        raise ValueError(f"unknown dataset {name!r}: choose one of {', '.join(NAMES)}")
    if name == "toybox":
        return Toybox(split)
    if root is None:
        raise ValueError(f"dataset {name!r} needs a root folder: the one that holds refer_seg/")
    return RefCOCO(root, dataset=name, split=split, split_by="umd" if name == "refcocog" else "unc")


class ImageGroups(Protocol):
    """Images, each with as many samples as asked for."""

    def __len__(self) -> int: ...

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        """`count` samples of image number `image`, chosen by a pure function of the arguments."""
        ...


class ToyboxGroups:
    """Fresh expressions about Toybox scenes."""

    def __init__(self, data: Toybox, attribute_share: float = 0.0) -> None:
        self.data = data
        self.attribute_share = attribute_share

    def __len__(self) -> int:
        return len(self.data)

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        scene, pixels, masks = self.data.scene(image)
        rng = np.random.default_rng([self.data.seed, image, GROUP_STREAM, seed])
        said = expressions(scene, rng, count, self.attribute_share)
        picture = Image.fromarray(pixels)
        return [
            self.data.sample(scene, picture, masks, said[i % len(said)], suffix=f"-{seed}-{i}") for i in range(count)
        ]


class IndexedGroups:
    """The expressions a dataset on disk has for each image; an image with too few gives some twice."""

    def __init__(self, data: RefCOCO) -> None:
        self.data = data
        self.indices = list(data.by_image().values())

    def __len__(self) -> int:
        return len(self.indices)

    def __call__(self, image: int, count: int, seed: int) -> list[Sample]:
        held = self.indices[image]
        order = np.random.default_rng([GROUP_STREAM, image, seed]).permutation(len(held))
        return [self.data[held[order[i % len(held)]]] for i in range(count)]


def open_groups(config: DataConfig) -> ImageGroups:
    """The images of a dataset, grouped."""
    data = open_dataset(config.name, config.split, config.root)
    if isinstance(data, Toybox):
        return ToyboxGroups(data, config.attribute_share)
    return IndexedGroups(data)


def image_order(count: int, seed: int, epoch: int) -> np.ndarray:
    """The order of `count` images in an epoch, a pure function of its arguments."""
    return np.random.default_rng([seed, epoch]).permutation(count)


def draw_images(count: int, batch: int, step: int, seed: int) -> list[tuple[int, int]]:
    """(image, epoch) of each group in a step: every image once an epoch, shuffled anew each time."""
    drawn = []
    for position in range(step * batch, (step + 1) * batch):
        epoch, place = divmod(position, count)
        drawn.append((int(image_order(count, seed, epoch)[place]), epoch))
    return drawn
