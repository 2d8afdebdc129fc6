"""GroundingSuite, train and Eval: a JSON object a line, masks as COCO run lengths -> `Sample`, one for each line.

    root/GroundingSuite-Eval.jsonl                    {"idx", "image_path", "class_id", "label", "caption", "box",
                                                       "segmentation"}
    root/coco/unlabeled2017/000000000267.jpg          the photos of COCO unlabeled2017

Only the places of the lines are kept: the training file has millions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .base import Dataset, Row, as_box, as_shape, as_size, as_text, child, existing, whole_text
from .errors import DataError, MissingError
from .mapped import Lines

CLASSES = {1: "stuff", 2: "part", 3: "multi", 4: "single"}
"""class_id -> category."""
IMAGE_FOLDERS = ("coco", "images", "", "datasets/coco")
"""Where image_path begins, relative to root, in this order."""
PREFIX = "GroundingSuite-"


class GroundingSuite(Dataset):
    """One file: split "eval" is GroundingSuite-Eval.jsonl. Tags: {"category": one of CLASSES, "label"}."""

    def __init__(self, root: str | Path, split: str = "eval", tolerant: bool = False) -> None:
        super().__init__(tolerant)
        self.folder = Path(root)
        files = grounding_files(root)
        if split.lower() not in files:
            known = ", ".join(files) or "none"
            raise MissingError(f"{self.folder / PREFIX}{split}.jsonl is missing; splits there are {known}")
        self.path = files[split.lower()]
        self._lines = Lines(self.path)

    def __len__(self) -> int:
        return len(self._lines)

    def place(self, index: int) -> tuple[Path, str]:
        return self.path, f"line {self._lines.number(index)}"

    def row(self, index: int) -> Row:
        file, place = self.place(index)
        values = self._lines.json(index)
        try:
            name = existing(values, "image_path")
            photos = tuple(child(self.folder / folder, name, "image_path") for folder in IMAGE_FOLDERS)
            segmentation = existing(values, "segmentation")
            shapes = [_run_lengths(s) for s in (segmentation if isinstance(segmentation, list) else [segmentation])]
            number = values.get("class_id")
            category = CLASSES.get(number) if isinstance(number, int) else None
            label = values.get("label")
            return Row(
                file=file,
                place=place,
                id=as_text(values.get("idx", index), "idx"),
                image=photos,
                image_id=photos[0].stem,
                size=_size(shapes),
                prompt=as_text(existing(values, "caption"), "caption"),
                shapes=tuple(shapes),
                boxes=_boxes(existing(values, "box")),
                tags={
                    **({"category": category} if category else {}),
                    **({"label": whole_text(label, "label")} if isinstance(label, str) else {}),
                },
            )
        except ValueError as error:
            raise DataError(f"{file}, {place}: {error}") from error

    def image_id(self, index: int) -> str:
        values = self._lines.json(index)
        try:
            return child(self.folder, existing(values, "image_path"), "image_path").stem
        except ValueError as error:
            raise DataError(f"{self.path}, line {self._lines.number(index)}: {error}") from error


def _run_lengths(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"segmentation is {value!r:.80}; it wants run lengths {{size, counts}}")
    return as_shape(value)


def _size(shapes: list[Any]) -> tuple[int, int] | None:
    """(W, H) that the first run lengths were made for; None where they do not say, which decoding them will report."""
    size = shapes[0].get("size") if shapes else None
    return as_size(size[1], size[0]) if isinstance(size, list) and len(size) == 2 else None


def _boxes(value: Any) -> tuple[Any, ...]:
    """One box, or a list of them."""
    if isinstance(value, list) and value and all(isinstance(box, list) for box in value):
        return tuple(as_box(box) for box in value)
    return (as_box(value),)


def grounding_files(root: str | Path) -> dict[str, Path]:
    """Split in lower case -> its file."""
    return {p.stem.removeprefix(PREFIX).lower(): p for p in sorted(Path(root).glob(f"{PREFIX}*.jsonl"))}
