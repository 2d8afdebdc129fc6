"""`lens data export`: any dataset as JSONL, COCO or Parquet, whole or not at all.

A sample is written as it is decoded: masks as run lengths, boxes as they are, photos as their files' own bytes.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import io
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..files import cut
from ..masks import encode_rle, mask_to_box
from ..types import Sample
from .base import Dataset, find_photo
from .errors import DataError

LEFT_OUT = "left_out.txt"
"""The list of what --skip-bad left out; not .jsonl, which would be a split."""
ROWS = 256
"""Samples in a row group of Parquet."""


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """A sample, ready to be written."""

    sample: Sample
    masks: list[np.ndarray]
    """One (H, W) bool for each target, or one for all where the source does not tell them apart."""
    photo: Path | None
    """Its file; None where the image was drawn."""


def read_item(data: Sequence[Sample], index: int) -> Item:
    """Sample `index` of a dataset or of Toybox. Raises DataError."""
    if not isinstance(data, Dataset):
        sample = data[index]
        return Item(sample, [sample.mask] if sample.boxes else [], None)
    row = data.row(index)
    sample = data.sample(row)
    masks, _ = data.masks(row, sample.image.size)
    if masks and not any(mask.any() for mask in masks):
        raise DataError(f"{row.where}: the mask is empty; mend it, or leave it out with --skip-bad", "mask")
    if row.boxes is None:
        masks = [mask for mask in masks if mask.any()]  # as the boxes around them, one each
    elif len(masks) != len(sample.boxes):
        masks = [sample.mask]
    return Item(sample, masks, find_photo(row.image))


class Writer(ABC):
    """Writes one split after the other into a folder."""

    def __init__(self, folder: Path, copy_photos: bool = True) -> None:
        self.folder, self.copy_photos = folder, copy_photos
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    @abstractmethod
    def split(self, name: str, items: Iterator[Item]) -> int:
        """Writes a split and returns the number of its samples."""

    def path(self, split: str, ending: str) -> Path:
        """The file of a split. Raises ValueError where its name cannot be a file's."""
        check_split(split)
        return self.folder / f"{split}{ending}"

    def photo_name(self, item: Item) -> str:
        """The path that the file of annotations gives for a photo, which is copied where that is wanted."""
        key = str(item.photo) if item.photo else item.sample.image_id
        if key not in self._names:
            self._names[key] = self._copy(item) if self.copy_photos or item.photo is None else str(item.photo.resolve())
        return self._names[key]

    def _copy(self, item: Item) -> str:
        ending = item.photo.suffix.lower() if item.photo else ".png"
        stem = cut(re.sub(r"[^\w.+-]+", "-", item.sample.image_id), 120).strip("-.") or "image"
        name, number = f"images/{stem}{ending}", 2
        while name.lower() in self._taken:
            name, number = f"images/{stem}-{number}{ending}", number + 1
        self._taken.add(name.lower())
        target = self.folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(photo_bytes(item))
        return name


class JSONLWriter(Writer):
    """<split>.jsonl as docs/data.md describes, photos in images/."""

    def split(self, name: str, items: Iterator[Item]) -> int:
        count = 0
        with self.path(name, ".jsonl").open("w", encoding="utf-8") as file:
            for item in items:
                file.write(json.dumps(self._line(item, name), ensure_ascii=False) + "\n")
                count += 1
        return count

    def _line(self, item: Item, split: str) -> dict[str, Any]:
        sample = item.sample
        masks = [encode_rle(mask) for mask in item.masks]
        line = {
            "id": sample.id,
            "image": self.photo_name(item),
            "image_id": sample.image_id,
            "size": list(sample.image.size),
            "expression": sample.prompt,
            **({"masks": masks} if len(masks) > 1 else {"mask": masks[0] if masks else None}),
            "boxes": [list(box) for box in sample.boxes],
            "split": split,
        }
        if sample.ignore is not None:
            line["ignore"] = encode_rle(sample.ignore)
        if sample.thought is not None:
            line["thought"] = sample.thought
        if sample.tags:
            line["tags"] = dict(sample.tags)
        return line


class COCOWriter(Writer):
    """<split>.json: an instances file with "expressions" beside, photos in images/. One box for each mask."""

    def split(self, name: str, items: Iterator[Item]) -> int:
        self.images: dict[str, dict[str, Any]] = {}
        self.annotations: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.categories: dict[str, int] = {}
        expressions = [self._expression(item) for item in items]
        values = {
            "info": {"description": "written by lens data export"},
            "images": list(self.images.values()),
            "annotations": list(self.annotations.values()),
            "categories": [{"id": number, "name": text} for text, number in self.categories.items()],
            "expressions": expressions,
        }
        self.path(name, ".json").write_text(json.dumps(values), encoding="utf-8")
        return len(expressions)

    def _expression(self, item: Item) -> dict[str, Any]:
        sample = item.sample
        width, height = sample.image.size
        file_name = self.photo_name(item)
        new = {"id": len(self.images) + 1, "file_name": file_name, "width": width, "height": height}
        image = self.images.setdefault(file_name, new)["id"]
        category = self._category(sample.tags.get("category") or "object")
        boxes = sample.boxes if len(sample.boxes) == len(item.masks) else [sample.box] * len(item.masks)
        targets = [self._annotation(image, category, mask, box, 0) for mask, box in zip(item.masks, boxes, strict=True)]
        ignored = []
        if sample.ignore is not None and sample.ignore.any():
            ignored.append(self._annotation(image, category, sample.ignore, mask_to_box(sample.ignore), 1))
        expression = {
            "id": sample.id,
            "image_id": image,
            "caption": sample.prompt,
            "annotation_ids": targets,
            "ignore_ids": ignored,
        }
        if sample.thought is not None:
            expression["thought"] = sample.thought
        if sample.tags:
            expression["tags"] = dict(sample.tags)
        return expression

    def _category(self, name: str) -> int:
        return self.categories.setdefault(name, len(self.categories) + 1)

    def _annotation(self, image: int, category: int, mask: np.ndarray, box: Any, crowd: int) -> int:
        """The id of an annotation; the same mask with the same box is written once."""
        rle = encode_rle(mask)
        x1, y1, x2, y2 = box or (0.0, 0.0, 0.0, 0.0)
        new = {
            "id": len(self.annotations) + 1,
            "image_id": image,
            "category_id": category,
            "bbox": [x1, y1, x2 - x1, y2 - y1],
            "area": int(mask.sum()),
            "segmentation": rle,
            "iscrowd": crowd,
        }
        return self.annotations.setdefault((image, category, crowd, box, rle["counts"]), new)["id"]


class ParquetWriter(Writer):
    """<split>.parquet: a row for each sample, its photo's bytes in it (or its path alone)."""

    def split(self, name: str, items: Iterator[Item]) -> int:
        arrow, parquet = _arrow()
        schema = self._schema(arrow)
        count = 0
        with parquet.ParquetWriter(self.path(name, ".parquet"), schema, compression="zstd") as file:
            rows: list[dict[str, Any]] = []
            for item in items:
                rows.append(self._row(item))
                count += 1
                if len(rows) == ROWS:
                    file.write_table(arrow.Table.from_pylist(rows, schema))
                    rows = []
            if rows:
                file.write_table(arrow.Table.from_pylist(rows, schema))
        return count

    def _row(self, item: Item) -> dict[str, Any]:
        sample = item.sample
        name = str(item.photo.resolve()) if item.photo else None
        return {
            "id": sample.id,
            "image": {"bytes": photo_bytes(item) if self.copy_photos or not item.photo else None, "path": name},
            "image_id": sample.image_id,
            "width": sample.image.width,
            "height": sample.image.height,
            "expression": sample.prompt,
            "boxes": [list(box) for box in sample.boxes],
            "masks": [encode_rle(mask) for mask in item.masks],
            "ignore": None if sample.ignore is None else encode_rle(sample.ignore),
            "thought": sample.thought,
            "tags": list(sample.tags.items()),
        }

    @staticmethod
    def _schema(arrow: Any) -> Any:
        text, rle = arrow.string(), arrow.struct([("size", arrow.list_(arrow.int32())), ("counts", arrow.string())])
        return arrow.schema(
            [
                ("id", text),
                ("image", arrow.struct([("bytes", arrow.binary()), ("path", text)])),
                ("image_id", text),
                ("width", arrow.int32()),
                ("height", arrow.int32()),
                ("expression", text),
                ("boxes", arrow.list_(arrow.list_(arrow.float64()))),
                ("masks", arrow.list_(rle)),
                ("ignore", rle),
                ("thought", text),
                ("tags", arrow.map_(text, text)),
            ]
        )


WRITERS: dict[str, type[Writer]] = {"jsonl": JSONLWriter, "coco": COCOWriter, "parquet": ParquetWriter}


def check_writer(kind: str) -> None:
    """Raises ValueError for an unknown kind, or one that lacks its library."""
    if kind not in WRITERS:
        raise ValueError(f"unknown format {kind!r}: choose one of {', '.join(WRITERS)}")
    if kind == "parquet" and importlib.util.find_spec("pyarrow") is None:
        raise ValueError("Parquet needs pyarrow: pip install 'lens-seg[data]'")


def check_split(name: str) -> None:
    """Raises ValueError where a split's name, which its file has, would lead out of the folder or into another."""
    if not name.strip(".") or re.search(r"[/\\\0]", name):
        raise ValueError(f"split {name!r:.60} cannot be the name of a file: call it something else, or choose --split")


def _arrow() -> tuple[Any, Any]:
    import pyarrow
    import pyarrow.parquet

    return pyarrow, pyarrow.parquet


def items_of(
    data: Sequence[Sample], skip: set[int], limit: int | None, advance: Callable[[int], None] = lambda count: None
) -> Iterator[Item]:
    """The samples in order, without those of `skip`. Raises DataError at one that cannot be read."""
    for index in range(len(data) if limit is None else min(limit, len(data))):
        if index not in skip:
            yield read_item(data, index)
        advance(1)


def photo_bytes(item: Item) -> bytes:
    """The photo's own file, or a drawn image as PNG."""
    if item.photo is not None:
        return item.photo.read_bytes()
    buffer = io.BytesIO()
    item.sample.image.save(buffer, format="PNG")
    return buffer.getvalue()
