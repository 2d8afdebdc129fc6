"""`lens data check`: reads every sample of a dataset, in parallel, and lists what is wrong by file and row."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..masks import mask_to_box
from ..types import Box
from .base import Dataset, Row, find_photo, union
from .errors import DataError, ImageError, Problem, within

PART = 64
"""Samples that one call to a process checks."""
FEW = 4 * PART
"""Up to here one process is quicker than starting more."""
SLACK, SLACK_SHARE = 2.0, 0.05
"""By how much an edge of a box may miss its mask: pixels, or this share of the mask's side where that is more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What checking one sample gives."""

    index: int
    problems: tuple[Problem, ...]
    id: str = ""
    said: str = ""
    """The expression in lower case, spaces evened."""
    photo: str = ""
    """A digest of the photo's file; empty where it cannot be read."""
    target: str = ""
    """A digest of the mask; empty where it cannot be read."""


@dataclass(kw_only=True)
class SplitReport:
    """What is wrong with one split."""

    name: str
    split: str
    samples: int = 0
    images: int = 0
    problems: list[Problem] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    """Indices of samples with an error."""
    photos: dict[str, tuple[Path, str]] = field(default_factory=dict)
    """Digest of each photo -> file and place of its first sample."""

    def count(self, level: str) -> int:
        """Problems of a level: "error" or "warning"."""
        return sum(problem.level == level for problem in self.problems)


def check_split(
    data: Dataset, name: str, split: str, workers: int = 1, advance: Callable[[int], None] = lambda count: None
) -> SplitReport:
    """Checks all samples of `data`, opened as tolerant. `advance` hears how many more are done."""
    report = SplitReport(name=name, split=split, samples=len(data), problems=list(data.problems))
    indices: list[int] = []
    images: dict[str, list[int]] = {}
    for index in range(len(data)):
        try:
            images.setdefault(data.image_id(index), []).append(index)
        except DataError:
            indices.append(index)  # the check of the sample says why
    report.images = len(images)
    indices += [index for held in images.values() for index in held]  # so that a photo is decoded once
    parts = [indices[first : first + PART] for first in range(0, len(indices), PART)]
    findings: dict[int, Finding] = {}
    for found in _run(data, parts, workers):
        findings.update((finding.index, finding) for finding in found)
        advance(len(found))
    _compare(data, report, [findings[index] for index in sorted(findings)])
    return report


def shared_photos(reports: Sequence[SplitReport]) -> list[Problem]:
    """Photos that two splits of a dataset have, told by their files' bytes: errors where one of the two is train."""
    problems = []
    for number, report in enumerate(reports):
        for other in reports[:number]:
            for photo in sorted(report.photos.keys() & other.photos.keys(), key=lambda p: str(report.photos[p])):
                file, place = report.photos[photo]
                level = "error" if "train" in (report.split, other.split) else "warning"
                message = f"its photo is in split {other.split} too ({within(*other.photos[photo])})"
                problems.append(Problem(level=level, kind="shared", file=str(file), place=place, message=message))
    return problems


# ---- one sample -----------------------------------------------------------------------------------------------


class Checker:
    """Checks samples one by one; keeps the digest of the last photo."""

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self._last: tuple[Path, str] | None = None

    def __call__(self, index: int) -> Finding:
        file, place = self.data.place(index)
        problems: list[Problem] = []

        def note(message: str, kind: str) -> None:
            text = message.removeprefix(f"{within(file, place)}: ")
            problems.append(Problem(level="error", kind=kind, file=str(file), place=place, message=text))

        try:
            row = self.data.row(index)
        except DataError as error:
            note(str(error), error.kind)
            return Finding(index, tuple(problems))
        said = " ".join(row.prompt.lower().split())
        if not said:
            note("the expression is empty", "expression")
        photo, size = "", row.size
        try:
            photo = self._digest(find_photo(row.image))
            size = size or self.data.photo(row).size
            self.data.photo(row)
        except DataError as error:
            note(str(error), error.kind)
        target = ""
        if size is not None:
            try:
                targets, _ = self.data.masks(row, size)
                whole = union(targets, size)
                target = hashlib.blake2b(np.packbits(whole).tobytes(), digest_size=12).hexdigest()
                for message, kind in _faults(row, targets, whole):
                    note(message, kind)
            except DataError as error:
                note(str(error), error.kind)
        return Finding(index, tuple(problems), row.id, said, photo, target)

    def _digest(self, path: Path) -> str:
        if self._last is None or self._last[0] != path:
            try:
                with path.open("rb") as file:
                    self._last = (path, hashlib.file_digest(file, "blake2b").hexdigest()[:24])
            except OSError as error:
                raise ImageError(f"{path}: cannot be read ({error.strerror})") from error
        return self._last[1]


def _faults(row: Row, targets: list[np.ndarray], whole: np.ndarray) -> Iterator[tuple[str, str]]:
    """(message, kind) of empty masks and boxes that do not fit."""
    empty = [number for number, mask in enumerate(targets) if not mask.any()]
    for number in empty:
        which = f"target {number} of {len(targets)}: " if len(targets) > 1 else ""
        yield f"{which}the mask is empty", "mask"
    if empty or row.boxes is None or not targets:
        return
    boxes = list(row.boxes)
    if len(boxes) != len(targets):  # several boxes for one mask: together they must bound it
        boxes = [_around(boxes)]
        targets = [whole]
    for box, mask in zip(boxes, targets, strict=True):
        found = mask_to_box(mask)
        if found is not None and not fits(box, found):
            shown = ", ".join(f"{side:g}" for side in box)
            yield f"the box ({shown}) does not fit the mask, which spans {tuple(map(int, found))}", "box"


def fits(box: Box, found: Box) -> bool:
    """Whether a box lies around what was found, within the slack.

    >>> fits((9.5, 10, 20, 30), (10, 10, 20, 30)), fits((0, 10, 20, 30), (10, 10, 20, 30))
    (True, False)
    """
    width, height = found[2] - found[0], found[3] - found[1]
    slack = (max(SLACK, SLACK_SHARE * width), max(SLACK, SLACK_SHARE * height)) * 2
    return all(abs(a - b) <= s for a, b, s in zip(box, found, slack, strict=True))


def _around(boxes: Sequence[Box]) -> Box:
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    return (min(x1), min(y1), max(x2), max(y2))


def _compare(data: Dataset, report: SplitReport, findings: Sequence[Finding]) -> None:
    """Adds what only several samples together show: ids, image_ids and expressions that come twice."""
    ids: dict[str, int] = {}
    spoken: dict[tuple[str, str], Finding] = {}
    shown: dict[str, Finding] = {}
    for finding in findings:
        file, place = data.place(finding.index)
        problems = list(finding.problems)

        def note(level: str, message: str, kind: str) -> None:
            problems.append(Problem(level=level, kind=kind, file=str(file), place=place, message=message))  # noqa: B023

        if finding.photo:
            report.photos.setdefault(finding.photo, (file, place))
            image_id = data.image_id(finding.index)
            other = shown.setdefault(image_id, finding)
            if other.photo != finding.photo:
                where = within(*data.place(other.index))
                note("error", f"its image_id {image_id!r:.60} is that of another photo, at {where}", "image")
        if finding.id and ids.setdefault(finding.id, finding.index) != finding.index:
            note("error", f"the id {finding.id!r:.60} is that of {within(*data.place(ids[finding.id]))} too", "id")
        if finding.said and finding.photo and finding.target:
            first = spoken.setdefault((finding.photo, finding.said), finding)
            where = within(*data.place(first.index))
            if first is not finding and first.target == finding.target:
                note("warning", f"{finding.said!r:.80} is said twice of the same target, first at {where}", "duplicate")
            elif first is not finding:
                note("error", f"{finding.said!r:.80} is said of another target too, at {where}", "duplicate")
        if any(problem.level == "error" for problem in problems):
            report.bad.add(finding.index)
        report.problems += problems


# ---- processes ------------------------------------------------------------------------------------------------

_CHECKER: Checker | None = None


def _start(data: Dataset) -> None:
    global _CHECKER
    _CHECKER = Checker(data)


def _check_part(indices: list[int]) -> list[Finding]:
    assert _CHECKER is not None
    return [_CHECKER(index) for index in indices]


def _run(data: Dataset, parts: list[list[int]], workers: int) -> Iterator[list[Finding]]:
    """The findings of each part, in any order."""
    if workers < 2 or sum(map(len, parts)) <= FEW:
        checker = Checker(data)
        yield from ([checker(index) for index in part] for part in parts)
        return
    spawn = multiprocessing.get_context("spawn")  # a fork would take along locks of other threads
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_start, initargs=(data,)) as pool:
        for done in as_completed([pool.submit(_check_part, part) for part in parts]):
            yield done.result()
