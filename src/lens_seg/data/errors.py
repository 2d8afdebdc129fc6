"""What goes wrong in a dataset: one class of error, whose message names file and row, and its record in a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class DataError(ValueError):
    """A dataset, or a row of it, that cannot be used. One line: the file, the place in it, what to do."""

    def __init__(self, message: str, kind: str = "row") -> None:
        super().__init__(" ".join(message.split()))  # file names may hold line breaks
        self.kind = kind
        """What a report files it under: row, image, size, polygon, rle, mask, box, expression, ..."""


class MissingError(DataError, FileNotFoundError):
    """A file that is not there."""

    def __init__(self, message: str, kind: str = "missing") -> None:
        super().__init__(message, kind)


class ImageError(DataError, OSError):
    """A photo or mask file that is there and cannot be used."""

    def __init__(self, message: str, kind: str = "image") -> None:
        super().__init__(message, kind)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault of a dataset, as `lens data check` lists it."""

    level: str
    """"error": the sample is wrong or cannot be read; "warning": it can be used as it is."""
    kind: str
    """As `DataError.kind`."""
    file: str
    """The annotation file it stands in."""
    place: str
    """Where in the file, such as "line 12"; empty for the file itself."""
    message: str
    """What is wrong, without file and place."""


def within(file: Path | str, place: str) -> str:
    """How messages begin: the file, and the place where there is one."""
    return f"{file}, {place}" if place else str(file)
