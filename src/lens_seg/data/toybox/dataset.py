"""Toybox as a dataset: sample i is scene i with one sentence about it, a pure function of (split, i)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from PIL import Image

from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.language import expressions
from lens_seg.data.toybox.scene import WORDS, Scene, make_scene
from lens_seg.data.toybox.shapes import COLOURS, KINDS, SIZES
from lens_seg.data.toybox.wordings import wordings
from lens_seg.data.toybox.words import (
    BETWEEN,
    BULK,
    CORNER,
    COUNT,
    EXTREMES,
    FARTHEST,
    LEADS,
    RANK,
    RELATIONS,
    SAME,
    SIDES,
    Expression,
    listing,
    plural,
)
from lens_seg.data.toybox.world import WORLDS
from lens_seg.types import Sample

LENGTHS = {
    "train": 100_000,
    "train-shift": 100_000,
    "train-sailor": 100_000,
    "val": 500,
    "val-relations": 500,
    "val-wordings": 500,
    "val-places": 500,
    "test": 1000,
    "test-pairs": 1000,
    "test-relations": 1000,
    "test-domain": 1000,
    "test-wordings": 1000,
    "test-sailor": 1000,
}
"""Samples of each split; all but those of training are Toybox-Ref, a fixed benchmark, whose shifts come last.
What is chosen (weights, recipes) is chosen by those for validation."""


class Toybox(Sequence[Sample]):
    """The embedded world. Splits draw from different seeds, so no scene is in two of them."""

    def __init__(self, split: str = "train", length: int | None = None, size: int = 192) -> None:
        if split not in LENGTHS:
            raise ValueError(f"unknown Toybox split {split!r}: choose one of {', '.join(LENGTHS)}")
        self.split = split
        self.length = LENGTHS[split] if length is None else length
        self.size = size
        self.seed, self.world = split_seed(split), WORLDS[split]

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.length))]
        if not -self.length <= index < self.length:
            raise IndexError(f"Toybox {self.split} has {self.length} samples, no number {index}")
        index %= self.length
        scene, image, masks = self.scene(index)
        said = expressions(scene, self.words_rng(index), 1)[0]
        return self.sample(scene, Image.fromarray(image), masks, said)

    def sample(
        self, scene: Scene, picture: Image.Image, masks: np.ndarray, said: Expression, suffix: str = ""
    ) -> Sample:
        """What `said` claims of a scene that looks like `picture`, its toys' masks being (N, H, W) bool.

        `suffix` tells the ids of several sentences about one scene apart.
        """
        name = self.sample_id(scene.index)
        return Sample(
            id=name + suffix,
            image=picture,
            image_id=name,
            prompt=said.text,
            boxes=() if said.target is None else (scene.toys[said.target].box,),
            mask=np.zeros(masks.shape[1:], bool) if said.target is None else masks[said.target],
            thought=said.thought,
            tags={"family": said.family},
            scene=scene,
        )

    def sample_id(self, index: int) -> str:
        """The id of sample number `index`."""
        return f"toybox-{self.split}-{index}"

    def scene(self, index: int) -> tuple[Scene, np.ndarray, np.ndarray]:
        """Scene number `index`, its image (H, W, 3) uint8 and its toys' masks (N, H, W) bool."""
        scene = make_scene(self.seed, index, size=self.size, world=self.world)
        return scene, *scene.render()

    def words_rng(self, index: int) -> np.random.Generator:
        """The randomness that chooses the sentence of sample `index`."""
        return np.random.default_rng([self.seed, index, WORDS])


def split_seed(split: str) -> int:
    """The seed of every scene of a split."""
    return int.from_bytes(hashlib.sha256(f"toybox/{split}".encode()).digest()[:6], "big")


def corpus(n: int) -> Iterator[str]:
    """All words of the world, then what is said about `n` training scenes: food for a tokenizer."""
    relations = [words for pair in RELATIONS.values() for words in pair]
    yield from (" ".join(words) for words in (KINDS, COLOURS, SIZES, SIDES, COUNT, RANK, LEADS, relations))
    yield from (plural(kind, 2) for kind in (*KINDS, "toy"))
    yield "every toy is red. there is no other toy here."
    yield from (f"{use.phrase}. {use.does}." for use in USES)
    groups = [*EXTREMES.values(), *BULK.values(), *SAME.values()]
    yield from (form.format("toy", "toy") for forms in groups for form in forms)
    yield from (*FARTHEST, BETWEEN, CORNER, "look far from it. look between them. A toy B toy C toy D toy.")
    for phrase in wordings("wide").phrases():
        yield from (phrase, f" {phrase}.", phrase.capitalize())
    seed = split_seed("train")
    for index in range(n):
        scene = make_scene(seed, index, world=WORLDS["train"])
        for said in expressions(scene, np.random.default_rng([seed, index, WORDS]), 6):
            yield said.text
            yield said.thought
        yield listing(scene)
