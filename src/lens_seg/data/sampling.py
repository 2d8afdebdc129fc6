"""Which samples are trained on: not the photos of evaluation splits, and those that a curriculum knows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from .base import Dataset
from .errors import DataError
from .mapped import Lines

_COCO_NAME = re.compile(r"(?:COCO_[a-z]+\d{4}_)?(\d{12})")


def read_difficulty(path: str | Path) -> dict[str, float]:
    """Sample id -> difficulty, from lines {"id": ..., "difficulty": number}. Raises DataError naming file and line."""
    lines = Lines(path)
    difficulty: dict[str, float] = {}
    for index in range(len(lines)):
        values = lines.json(index)
        where = f"{path}, line {lines.number(index)}"
        if not isinstance(values, dict) or not {"id", "difficulty"} <= set(values):
            raise DataError(f'{where}: a line is {{"id": sample id, "difficulty": number}}')
        value = values["difficulty"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise DataError(f"{where}: difficulty is {value!r:.40}; it wants a finite number")
        difficulty[str(values["id"])] = float(value)
    if not difficulty:
        raise DataError(f"{path}: the curriculum is empty")
    return difficulty


def by_difficulty(
    data: Dataset, indices: Iterable[list[int]], difficulty: dict[str, float]
) -> tuple[list[list[int]], list[float]]:
    """The samples that `difficulty` names, by image, and each image's mean; images without any are left out."""
    kept, means = [], []
    for held in indices:
        known = [(index, difficulty[i]) for index in held if (i := data.sample_id(index)) in difficulty]
        if known:
            kept.append([index for index, _ in known])
            means.append(sum(value for _, value in known) / len(known))
    return kept, means


def photo_key(paths: Sequence[Path]) -> str:
    """What tells photos apart between datasets: the number of a COCO photo, else where the file lies."""
    numbered = _COCO_NAME.fullmatch(paths[0].stem)
    if numbered:
        return numbered[1]
    return str(next((path for path in paths if path.is_file()), paths[0]).resolve())


def photo_keys(data: Dataset) -> set[str]:
    """The photos of a split."""
    return {photo_key(data.photo_paths(held[0])) for held in data.by_image().values()}
