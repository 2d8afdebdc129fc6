"""Your own data as LabelMe saved it: a folder of JSON files, each beside its photo -> `Sample`.

The label is what is said: all shapes of one label in a photo are the targets of one sample, shapes of one group_id are
one target. The label "ignore" marks pixels that count for nothing. `root` is the folder, or holds one for each split.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .base import Dataset, Row, as_numbers, as_size, as_text, child, each, existing, read_shape, union, whole_text
from .errors import DataError, MissingError
from .mapped import read_json

IGNORE = "ignore"
CIRCLE_CORNERS = 72


class LabelMe(Dataset):
    """One folder. The image_id is the photo's path in it, without ending."""

    def __init__(self, root: str | Path, split: str = "train", tolerant: bool = False) -> None:
        super().__init__(tolerant)
        self.folder = labelme_folder(root, split)
        files = sorted(self.folder.rglob("*.json"))
        if not files:
            raise MissingError(f"{self.folder}: no .json file of LabelMe in it")
        self._rows: list[tuple[Path, str]] = []
        for file in files:
            try:
                whole_text(str(file.relative_to(self.folder)), "the file's name")
                shapes = each(existing(read_json(file), "shapes"), "shapes")
                labels = dict.fromkeys(as_text(existing(shape, "label"), "label") for shape in shapes)
            except DataError as error:
                self.fault(file, "", str(error).removeprefix(f"{file}: "))
            except ValueError as error:
                self.fault(file, "", str(error))
            else:
                self._rows += [(file, label) for label in labels if label.strip().lower() != IGNORE]

    def __len__(self) -> int:
        return len(self._rows)

    def place(self, index: int) -> tuple[Path, str]:
        file, label = self._rows[index]
        return file, f"label {label!r:.80}"

    def row(self, index: int) -> Row:
        file, label = self._rows[index]
        values = self.read_once(file)
        try:
            photos = [file.with_suffix(ending) for ending in (".jpg", ".jpeg", ".png")]
            if values.get("imagePath"):
                name = child(file.parent, values["imagePath"], "imagePath")
                photos = [name, file.parent / Path(str(values["imagePath"]).replace("\\", "/")).name, *photos]
            size = None
            if values.get("imageWidth") is not None or values.get("imageHeight") is not None:
                size = as_size(values.get("imageWidth"), values.get("imageHeight"))
        except ValueError as error:
            raise DataError(f"{file}: {error}") from error
        return Row(
            file=file,
            place=self.place(index)[1],
            id=f"{self.image_id(index)}-{label}",
            image=tuple(photos),
            image_id=self.image_id(index),
            size=size,
            prompt=label,
            tags={"category": label},
        )

    def image_id(self, index: int) -> str:
        return self._rows[index][0].relative_to(self.folder).with_suffix("").as_posix()

    def masks(self, row: Row, size: tuple[int, int]) -> tuple[list[np.ndarray], np.ndarray | None]:
        """One for each shape or group of shapes, and what to ignore."""
        targets: dict[Any, list[np.ndarray]] = {}
        ignored = []
        number = 0
        try:
            for number, shape in enumerate(each(existing(self.read_once(row.file), "shapes"), "shapes")):
                label = as_text(existing(shape, "label"), "label")
                if label == row.prompt:
                    group = shape.get("group_id")
                    key = ("alone", number) if group is None else ("group", str(group))
                    targets.setdefault(key, []).append(_paint(shape, size))
                elif label.strip().lower() == IGNORE:
                    ignored.append(_paint(shape, size))
        except DataError as error:
            raise DataError(f"{row.where}: shape {number}: {error}", "polygon") from error
        except (ValueError, OverflowError) as error:
            raise DataError(f"{row.where}: shape {number}: {error}", "polygon") from error
        return [union(parts, size) for parts in targets.values()], union(ignored, size) if ignored else None


def _paint(shape: dict[str, Any], size: tuple[int, int]) -> np.ndarray:
    """A shape as (H, W) bool; `size` is (W, H). Raises ValueError."""
    kind = shape.get("shape_type") or "polygon"
    points = [as_numbers(point, "point") for point in each(existing(shape, "points"), "points")]
    if any(len(point) != 2 for point in points):
        raise ValueError("a point has not two numbers")
    if kind in ("rectangle", "circle", "mask") and len(points) != 2:
        raise ValueError(f"a {kind} has 2 points, this one {len(points)}")
    if kind == "polygon":
        corners = points
    elif kind == "rectangle":
        (x1, y1), (x2, y2) = points
        corners = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
    elif kind == "circle":
        (x, y), edge = points
        radius = math.dist((x, y), edge)
        turns = [2 * math.pi * i / CIRCLE_CORNERS for i in range(CIRCLE_CORNERS)]
        corners = [[x + radius * math.cos(turn), y + radius * math.sin(turn)] for turn in turns]
    elif kind == "mask":
        return _embedded(shape, points, size)
    else:
        raise ValueError(f"a {kind!r:.40} has no area; use polygon, rectangle, circle or mask")
    return read_shape([[value for corner in corners for value in corner]], size, f"{kind}")


def _embedded(shape: dict[str, Any], points: list[list[float]], size: tuple[int, int]) -> np.ndarray:
    """A PNG in base64, laid at the first of its two points."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(existing(shape, "mask"))), formats=("PNG",)) as image:
            values = np.asarray(image.convert("L")) != 0
    except (binascii.Error, TypeError) as error:
        raise ValueError(f"mask is not base64: {error}") from error
    except ValueError:
        raise
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise ValueError(f"mask is not a PNG: {error}") from error
    left, top = int(points[0][0]), int(points[0][1])
    whole = np.zeros((size[1], size[0]), dtype=bool)
    place = whole[max(top, 0) : top + values.shape[0], max(left, 0) : left + values.shape[1]]
    if top < 0 or left < 0 or place.shape != values.shape:
        raise ValueError(f"a mask of {values.shape} at {left}, {top} leaves the image {whole.shape} (H, W)")
    place |= values
    return whole


def labelme_folder(root: str | Path, split: str) -> Path:
    """root/split where there is such a folder, else root where JSON files lie in it. Raises MissingError."""
    root = Path(root)
    if (root / split).is_dir():
        return root / split
    if any(root.glob("*.json")):
        return root
    found = ", ".join(labelme_splits(root)) or "none"
    raise MissingError(
        f"{root}: no folder {split!r}; folders there are {found}" if root.is_dir() else f"{root}: no such folder"
    )


def labelme_splits(root: str | Path) -> list[str]:
    """Folders in `root` that hold JSON files, else "train" for `root` itself."""
    root = Path(root)
    if any(root.glob("*.json")):
        return ["train"]
    return sorted(path.name for path in root.glob("*") if path.is_dir() and any(path.rglob("*.json")))
