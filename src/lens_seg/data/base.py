"""What all formats share: a `Row` says what a sample is made of, `Dataset` decodes it into a `Sample` on access.

A format finds its rows when it is opened (an index, nothing decoded) and builds row i when asked. Photos and masks are
read here, in one place, so that every format treats sizes, EXIF and damaged files alike.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import numpy as np
from PIL import Image

from ..images import opened, to_rgb, upright
from ..masks import decode_rle, mask_to_box, polygons_to_mask
from ..types import Box, Sample
from .errors import DataError, ImageError, MissingError, Problem, within
from .mapped import read_json

FORMATS = ("BMP", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
"""What is opened. A closed list: some of Pillow's other formats start programs of the system."""
MAX_PIXELS = 2**28
"""Larger pictures are refused from their header."""

Shape = Path | Mapping[str, Any] | Sequence[Sequence[float]]
"""One target: a PNG (not black = target), COCO run lengths, or polygons [[x1, y1, x2, y2, ...], ...]."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a sample is made of, as its file says, nothing decoded."""

    file: Path
    """The annotation file."""
    place: str
    """Where in it, such as "line 12"."""
    id: str
    image: tuple[Path, ...]
    """Where the photo may lie, in the order in which to look."""
    image_id: str
    size: tuple[int, int] | None = None
    """(W, H) in pixels that the annotation was made for; None where it does not say."""
    prompt: str
    shapes: tuple[Shape, ...] = ()
    """One for each target; none when nothing in the image matches."""
    boxes: tuple[Box, ...] | None = None
    """Boxes that the file gives, in original pixels; None = those around the shapes."""
    ignore: tuple[Shape, ...] = ()
    thought: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return within(self.file, self.place)


class Dataset(Sequence[Sample], ABC):
    """One split of a dataset. Item i is decoded on access; nothing else is kept but the last photo.

    Opening raises DataError (a ValueError) or MissingError (also a FileNotFoundError) for a file that is missing or
    of another kind. A broken row raises as well, unless `tolerant`: then it is left out and listed in `problems`.
    Access raises DataError for what only decoding shows; ImageError and MissingError for the photo are OSErrors too.
    """

    def __init__(self, tolerant: bool = False) -> None:
        self.tolerant = tolerant
        self.problems: list[Problem] = []
        """Rows that opening left out."""
        self._last: tuple[Path, tuple[int, int] | None, Image.Image] | None = None
        self._kept: tuple[Path, Any] | None = None

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def place(self, index: int) -> tuple[Path, str]:
        """The annotation file of row `index` and where in it the row stands, also for rows that make no sense."""

    @abstractmethod
    def row(self, index: int) -> Row:
        """Row `index`, 0 <= index < len. Raises DataError naming file and place where it makes no sense."""

    @abstractmethod
    def image_id(self, index: int) -> str:
        """The image_id of row `index`, cheaper than the row. Raises DataError like `row`."""

    def sample_id(self, index: int) -> str:
        """The id of row `index`."""
        return self.row(index).id

    def photo_paths(self, index: int) -> tuple[Path, ...]:
        """Where the photo of row `index` may lie, in the order in which to look."""
        return self.row(index).image

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self.sample(self.row(self.position(index)))

    def position(self, index: int) -> int:
        """`index`, counted from the end where negative, as 0 <= position < len. Raises IndexError."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} samples, no number {index}")
        return index % len(self)

    def sample(self, row: Row) -> Sample:
        """The row, decoded."""
        image = self.photo(row)
        targets, ignore = self.masks(row, image.size)
        boxes = row.boxes
        if boxes is None:
            boxes = tuple(box for box in map(mask_to_box, targets) if box is not None)
        return Sample(
            id=row.id,
            image=image,
            image_id=row.image_id,
            prompt=row.prompt,
            boxes=boxes,
            mask=union(targets, image.size),
            ignore=ignore,
            thought=row.thought,
            tags=row.tags,
        )

    def photo(self, row: Row) -> Image.Image:
        """The row's photo, RGB, of the size that the annotation was made for. The last one is kept: do not change it.

        Raises MissingError or ImageError naming the photo.
        """
        path = find_photo(row.image)
        if self._last is None or self._last[:2] != (path, row.size):
            self._last = (path, row.size, read_photo(path, row.size))
        return self._last[2]

    def masks(self, row: Row, size: tuple[int, int]) -> tuple[list[np.ndarray], np.ndarray | None]:
        """One (H, W) bool mask for each target, and the pixels that count for nothing; `size` is (W, H).

        Raises DataError naming the row.
        """
        targets = [read_shape(shape, size, row.where) for shape in row.shapes]
        ignored = [read_shape(shape, size, row.where) for shape in row.ignore]
        return targets, union(ignored, size) if ignored else None

    def read_once(self, file: Path) -> Any:
        """The JSON of a file with one photo's annotations; the last one is kept, for its rows follow one another."""
        if self._kept is None or self._kept[0] != file:
            self._kept = (file, read_json(file))
        return self._kept[1]

    def by_image(self) -> dict[str, list[int]]:
        """image_id -> indices of its samples, in order; together they cover every sample once."""
        groups: dict[str, list[int]] = {}
        for index in range(len(self)):
            groups.setdefault(self.image_id(index), []).append(index)
        return groups

    def fault(self, file: Path, place: str, message: str, kind: str = "row") -> None:
        """A row that cannot be indexed: raises DataError, or notes it when tolerant."""
        if not self.tolerant:
            raise DataError(f"{within(file, place)}: {message}", kind)
        self.problems.append(Problem(level="error", kind=kind, file=str(file), place=place, message=message))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_last": None, "_kept": None}


def union(masks: Sequence[np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """(H, W) bool, True where any mask is; all False for none. `size` is (W, H)."""
    whole = np.zeros((size[1], size[0]), dtype=bool)
    for mask in masks:
        whole |= mask
    return whole


def find_photo(candidates: Sequence[Path]) -> Path:
    """The first of the paths that is a file. Raises MissingError that says where it was looked for."""
    for path in candidates:
        try:
            if path.is_file():
                return path
        except OSError as error:  # a name that is too long, a folder that is closed
            raise MissingError(f"{path.name:.60}: cannot be looked for ({error.strerror})", "image") from None
    tried = ", ".join(dict.fromkeys(str(path.parent) for path in candidates))
    raise MissingError(f"{candidates[0].name} is in none of {tried}; put the photos into the first", "image")


def read_photo(path: Path, size: tuple[int, int] | None) -> Image.Image:
    """RGB of (W, H) `size`. Turned upright by its EXIF orientation, unless the annotation was made for it as stored."""
    image = _decode(path, size, rgb=True)
    if size is not None and image.size != size:
        raise ImageError(f"{path}: the image is {image.size}, the annotation says {size} (W, H)", "size")
    return image


def _decode(path: Path, size: tuple[int, int] | None = None, *, rgb: bool) -> Image.Image:
    try:
        with opened(path, FORMATS) as stored:
            if stored.width * stored.height > MAX_PIXELS:
                raise ImageError(f"{path}: {stored.width} x {stored.height} is more than {MAX_PIXELS} pixels")
            if not rgb and stored.format == "JPEG":
                raise DataError(f"{path} is a JPEG, which blurs its edges; write a PNG", "mask")
            stored.load()
            turned = upright(stored)
            image = stored if stored.size == size != turned.size else turned
            return to_rgb(image) if rgb else image.copy()
    except DataError:
        raise
    except FileNotFoundError:
        raise MissingError(f"{path}: no such file", "image") from None
    except PermissionError as error:
        raise ImageError(f"{path}: cannot be read ({error.strerror})") from error
    except Exception as error:  # damaged files make Pillow raise nearly anything, struct.error to KeyError
        raise ImageError(f"{path}: damaged or truncated image ({error}); get it anew") from error


def read_shape(shape: Shape, size: tuple[int, int], where: str) -> np.ndarray:
    """A target as (H, W) bool; `size` is (W, H). Raises DataError that begins with `where`."""
    width, height = size
    if isinstance(shape, Path):
        mask, kind = _read_png(shape, where), "mask"
    elif isinstance(shape, Mapping):
        kind = "rle"
        try:
            mask = decode_rle(shape)
        except (ValueError, OverflowError) as error:
            raise DataError(f"{where}: bad segmentation: {error}", kind) from error
    else:
        try:
            return polygons_to_mask(shape, height, width)
        except (ValueError, TypeError, OverflowError) as error:
            raise DataError(f"{where}: bad segmentation: {error}", "polygon") from error
    if mask.shape != (height, width):
        raise DataError(f"{where}: the mask is {mask.shape}, the image {(height, width)} (H, W)", kind)
    return mask


def _read_png(path: Path, where: str) -> np.ndarray:
    try:
        image = _decode(path, rgb=False)
    except DataError as error:
        raise DataError(f"{where}: mask {error}", "mask") from error
    if image.mode in ("LA", "PA", "RGBA"):
        raise DataError(f"{where}: mask {path} has transparency; write one channel, 0 and 255", "mask")
    if image.mode == "P":
        image = image.convert("RGB")  # which number is black is the palette's matter
    values = np.asarray(image)
    return values != 0 if values.ndim == 2 else (values != 0).any(axis=2)


# ---- reading fields of foreign JSON ---------------------------------------------------------------------------


def as_box(values: Any, what: str = "box") -> Box:
    """x1, y1, x2, y2 from four finite numbers in that order. Raises ValueError."""
    numbers = as_numbers(values, what)
    if len(numbers) != 4 or not (numbers[0] <= numbers[2] and numbers[1] <= numbers[3]):
        raise ValueError(f"{what} is {values!r:.80}; it wants x1, y1, x2, y2 with x1 <= x2 and y1 <= y2")
    return (numbers[0], numbers[1], numbers[2], numbers[3])


def as_xywh(values: Any) -> Box:
    """A COCO bbox [x, y, width, height] as x1, y1, x2, y2. Raises ValueError."""
    numbers = as_numbers(values, "bbox")
    if len(numbers) != 4 or min(numbers[2:]) < 0:
        raise ValueError(f"bbox is {values!r:.80}; it wants x, y, width, height")
    x, y, width, height = numbers
    return (x, y, x + width, y + height)


def as_numbers(values: Any, what: str) -> list[float]:
    if not isinstance(values, list | tuple) or not all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in values
    ):
        raise ValueError(f"{what} is {values!r:.80}; it wants a list of numbers")
    try:
        numbers = [float(v) for v in values]
    except OverflowError:
        raise ValueError(f"{what} holds a number that is too large") from None
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"{what} is {values!r:.80}; it wants finite numbers")
    return numbers


def as_size(width: Any, height: Any) -> tuple[int, int]:
    """(W, H) from two positive whole numbers. Raises ValueError."""
    for side in (width, height):
        if not isinstance(side, int | float) or isinstance(side, bool) or not 0 < side <= 2**20 or side != int(side):
            raise ValueError(f"the image size is {width!r:.40} x {height!r:.40}; it wants positive whole numbers")
    return (int(width), int(height))


def as_text(value: Any, what: str) -> str:
    """Text, or ValueError. A number counts: JSON writers turn "7" into 7."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{what} is {value!r:.80}; it wants text")
    return whole_text(str(value), what)


def whole_text(text: str, what: str) -> str:
    """`text`, or ValueError where it holds half a character (a surrogate alone), which no file or tokenizer takes."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{what} is {text!r:.80}; it holds half a character") from None
    return text


def as_shape(value: Any, folder: Path | None = None) -> Shape:
    """One target from JSON: run lengths, polygons, or (with `folder`) the name of a PNG in it. Raises ValueError."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and folder is not None and value:
        return child(folder, value, "mask")
    if isinstance(value, list) and all(isinstance(polygon, list) for polygon in value):
        return value
    wanted = "run lengths {size, counts} or polygons [[x1, y1, x2, y2, ...], ...]"
    raise ValueError(f"the mask is {value!r:.80}; it wants {wanted}{' or the name of a PNG' if folder else ''}")


def child(folder: Path, name: Any, what: str) -> Path:
    """The path of a file that an annotation names, relative to `folder`. Raises ValueError when it is no name."""
    if not isinstance(name, str) or not name.strip() or "\0" in name:
        raise ValueError(f"{what} is {name!r:.80}; it wants the name of a file")
    return folder / whole_text(name, what)


def existing(values: Mapping[str, Any], key: str) -> Any:
    """`values[key]`, or a ValueError that says the key is missing."""
    if not isinstance(values, Mapping):
        raise ValueError(f"expected an object with {key!r}, found {values!r:.80}")
    if key not in values:
        raise ValueError(f"{key!r} is missing")
    return values[key]


def each(values: Any, what: str) -> Iterator[Any]:
    """The elements of a list. Raises ValueError when it is none."""
    if not isinstance(values, list):
        raise ValueError(f"{what} is {values!r:.80}; it wants a list")
    return iter(values)
