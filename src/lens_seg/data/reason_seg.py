"""ReasonSeg: a photo and a JSON file of the same name in LabelMe's manner -> `Sample`, one for each query.

    root/reason_seg/ReasonSeg/val/0001.jpg
    root/reason_seg/ReasonSeg/val/0001.json     {"text": [queries], "is_sentence": bool, "shapes": [polygons]}

`root` may be ReasonSeg itself. Some files are cp1252. Shapes are painted from the largest to the smallest, each over
what lies below it, as the published script does: "target", "ignore" (they count for nothing). "flag" is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..masks import outlined_polygon, polygons_to_mask
from .base import Dataset, Row, as_numbers, as_text, each, existing, whole_text
from .errors import DataError, MissingError
from .mapped import read_json

PHOTOS = (".jpg", ".jpeg", ".png", ".JPG")


class ReasonSeg(Dataset):
    """One split; the box of a sample is the one around its whole target.

    Tags: {"query": "long" or "short"} (sentences and phrases). With `raster` "opencv" the border line of a polygon
    belongs to it, as in the masks that published numbers were measured on; "coco" rasterises as all else here.
    """

    def __init__(
        self,
        root: str | Path,
        split: str = "val",
        raster: Literal["coco", "opencv"] = "coco",
        tolerant: bool = False,
    ) -> None:
        super().__init__(tolerant)
        if raster not in ("coco", "opencv"):
            raise ValueError(f'raster must be "coco" or "opencv", got {raster!r}')
        self.raster = raster
        self.folder = reason_folder(root)
        files = sorted((self.folder / split).glob("*.json"))
        if not files:
            known = ", ".join(reason_splits(root)) or "none"
            raise MissingError(f"{self.folder / split}: no such split, or no .json in it; splits there are {known}")
        self._rows: list[tuple[Path, int]] = []
        for file in files:
            try:
                whole_text(file.stem, "the file's name")
                texts, _ = _queries(read_json(file))
            except DataError as error:
                self.fault(file, "", str(error).removeprefix(f"{file}: "))
            except ValueError as error:
                self.fault(file, "", str(error))
            else:
                self._rows += [(file, number) for number in range(len(texts))]

    def __len__(self) -> int:
        return len(self._rows)

    def place(self, index: int) -> tuple[Path, str]:
        file, number = self._rows[index]
        return file, f"text {number}"

    def row(self, index: int) -> Row:
        file, number = self._rows[index]
        values = self.read_once(file)
        try:
            texts, sentence = _queries(values)
            text = texts[number]
        except (ValueError, IndexError) as error:
            raise DataError(f"{file}, text {number}: {error}") from error
        return Row(
            file=file,
            place=self.place(index)[1],
            id=f"{file.stem}-{number}",
            image=tuple(file.with_suffix(ending) for ending in PHOTOS),
            image_id=file.stem,
            prompt=text,
            tags={"query": "long" if sentence else "short"},
        )

    def image_id(self, index: int) -> str:
        return self._rows[index][0].stem

    def masks(self, row: Row, size: tuple[int, int]) -> tuple[list[np.ndarray], np.ndarray | None]:
        """The union of all targets as one, and what to ignore."""
        shapes = []
        try:
            for number, shape in enumerate(each(existing(self.read_once(row.file), "shapes"), "shapes")):
                label = as_text(existing(shape, "label"), "label").lower()
                if label != "flag":
                    points = [as_numbers(point, "point") for point in each(existing(shape, "points"), "points")]
                    shapes.append(("ignore" in label, self._paint(points, number, size)))
        except ValueError as error:
            raise DataError(f"{row.where}: bad segmentation: {error}", "polygon") from error
        target, ignore = np.zeros((2, size[1], size[0]), dtype=bool)
        for ignored, mask in sorted(shapes, key=lambda pair: -int(pair[1].sum())):
            target[mask], ignore[mask] = not ignored, ignored
        return [target] if shapes else [], ignore if ignore.any() else None

    def _paint(self, points: list[list[float]], number: int, size: tuple[int, int]) -> np.ndarray:
        if any(len(point) != 2 for point in points) or len(points) < 3:
            raise ValueError(f"shape {number} has {len(points)} points; it wants at least 3 pairs x, y")
        if self.raster == "opencv":
            return outlined_polygon(points, size[1], size[0])
        return polygons_to_mask([[value for point in points for value in point]], size[1], size[0])


def _queries(values: Any) -> tuple[list[str], bool]:
    """The texts, and whether they are sentences. Raises ValueError."""
    text = existing(values, "text")
    texts = [as_text(t, "text") for t in (text if isinstance(text, list) else [text])]
    if not texts:
        raise ValueError("text is empty; it wants at least one query")
    return texts, bool(existing(values, "is_sentence"))


def reason_folder(root: str | Path) -> Path:
    """The folder that holds the splits."""
    root = Path(root)
    for folder in (root / "reason_seg" / "ReasonSeg", root / "ReasonSeg"):
        if folder.is_dir():
            return folder
    return root


def reason_splits(root: str | Path) -> list[str]:
    """Folders that hold JSON files."""
    folder = reason_folder(root)
    return sorted(path.name for path in folder.glob("*") if path.is_dir() and any(path.glob("*.json")))
