"""Your own data, the plainest way: a JSON object a line, naming image, expression and mask -> `Sample`.

    {"image": "photos/1.jpg", "expression": "the red cup", "mask": "masks/1.png"}

docs/data.md lists every key. Paths are relative to the file. `root` is the file, or a folder that holds <split>.jsonl,
or one .jsonl whose lines name their splits.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .base import Dataset, Row, Shape, as_box, as_shape, as_size, as_text, child, each, existing, whole_text
from .errors import DataError, MissingError
from .mapped import Lines

KEYS = (
    *("id", "image", "image_id", "size", "expression", "mask", "masks", "boxes", "ignore"),
    *("thought", "split", "tags"),
)


class JSONL(Dataset):
    """The lines of one split. Those that name none belong to all in a file given, else to the file's own name."""

    def __init__(self, root: str | Path, split: str = "train", tolerant: bool = False) -> None:
        super().__init__(tolerant)
        self.path = jsonl_file(root, split)
        self._lines = Lines(self.path)
        ours = (None, split) if self.path in (Path(root), Path(root) / f"{split}.jsonl") else (split,)
        self._rows: list[tuple[int, str]] = []  # (line, image_id)
        found = set()
        for index in range(len(self._lines)):
            place = f"line {self._lines.number(index)}"
            try:
                values = self._lines.json(index)
                row = read_row(values, self.path, place, index)
            except DataError as error:
                self.fault(self.path, place, str(error).removeprefix(f"{self.path}, {place}: "), error.kind)
                continue
            except ValueError as error:
                self.fault(self.path, place, str(error))
                continue
            found.add(values.get("split"))
            if values.get("split") in ours:
                self._rows.append((index, row.image_id))
        if not self._rows and not self.problems:
            known = ", ".join(sorted(map(str, found - {None})))
            raise DataError(
                f"{self.path}: no line of split {split!r}; " + (f"it has {known}" if known else "it is empty")
            )

    def __len__(self) -> int:
        return len(self._rows)

    def place(self, index: int) -> tuple[Path, str]:
        return self.path, f"line {self._lines.number(self._rows[index][0])}"

    def row(self, index: int) -> Row:
        line = self._rows[index][0]
        return read_row(self._lines.json(line), *self.place(index), line)

    def image_id(self, index: int) -> str:
        return self._rows[index][1]


def jsonl_file(root: str | Path, split: str) -> Path:
    """The file itself, or <split>.jsonl in a folder, or the only .jsonl there. Raises MissingError."""
    root = Path(root)
    if root.is_file():
        return root
    if (root / f"{split}.jsonl").is_file():
        return root / f"{split}.jsonl"
    files = sorted(root.glob("*.jsonl"))
    if len(files) == 1:
        return files[0]
    found = ", ".join(path.name for path in files) or "no .jsonl"
    raise MissingError(f"{root}: no {split}.jsonl; there is {found}" if root.is_dir() else f"{root}: no such file")


def jsonl_splits(root: str | Path) -> list[str]:
    """The names of the files in the folder; of one file, the splits that its lines name, and its own where some name
    none. Raises DataError."""
    root = Path(root)
    files = [root] if root.is_file() else sorted(root.glob("*.jsonl"))
    if not files:
        raise MissingError(f"{root}: no .jsonl file")
    if len(files) > 1:
        return [path.stem for path in files]
    lines, found = Lines(files[0]), {}
    for index in range(len(lines)):
        try:
            values = lines.json(index)
        except DataError:
            continue
        split = values.get("split") if isinstance(values, dict) else None
        if isinstance(split, str) and not any("\ud800" <= letter <= "\udfff" for letter in split):
            found[split] = True
        elif split is None and root.is_dir():
            found[files[0].stem] = True
    return list(found) or [files[0].stem if root.is_dir() else "train"]


def read_row(values: Any, file: Path, place: str, index: int) -> Row:
    """A line's row. Raises ValueError that says which key is wrong."""
    if not isinstance(values, dict):
        raise ValueError("the line does not hold a JSON object")
    if unknown := sorted(set(values) - set(KEYS)):
        raise ValueError(f"unknown key {unknown[0]!r:.60}; known keys are {', '.join(KEYS)}")
    folder = file.parent
    image = child(folder, existing(values, "image"), "image")
    shapes = _shapes(values, folder)
    boxes = values.get("boxes")
    if boxes is not None:
        boxes = tuple(as_box(box) for box in each(boxes, "boxes"))
        if bool(boxes) != bool(shapes) or ("masks" in values and len(boxes) != len(shapes)):
            raise ValueError(f"{len(boxes)} boxes for {len(shapes)} masks; give as many, or leave boxes out")
    split, thought, size = values.get("split"), values.get("thought"), values.get("size")
    if size is not None and (not isinstance(size, list) or len(size) != 2):
        raise ValueError(f"size is {size!r:.40}; it wants [width, height]")
    if split is not None and not isinstance(split, str):
        raise ValueError(f"split is {split!r:.40}; it wants text")
    whole_text(split or "", "split")
    tags = values.get("tags") or {}
    if not isinstance(tags, Mapping):
        raise ValueError(f"tags are {tags!r:.40}; they want an object of texts")
    return Row(
        file=file,
        place=place,
        id=as_text(values.get("id", index), "id"),
        image=(image,),
        image_id=as_text(values.get("image_id", values["image"]), "image_id"),
        size=None if size is None else as_size(*size),
        prompt=as_text(existing(values, "expression"), "expression"),
        shapes=shapes,
        boxes=boxes,
        ignore=() if values.get("ignore") in (None, []) else (as_shape(values["ignore"], folder),),
        thought=None if thought is None else as_text(thought, "thought"),
        tags={whole_text(key, "tag"): as_text(value, f"tag {key!r}") for key, value in tags.items()},
    )


def _shapes(values: dict[str, Any], folder: Path) -> tuple[Shape, ...]:
    """`mask` is one target (null or [] for none), `masks` a list of them."""
    if ("mask" in values) == ("masks" in values):
        raise ValueError('give "mask" (one target, null for none) or "masks" (a list of them), and not both')
    if "mask" in values:
        return () if values["mask"] in (None, []) else (as_shape(values["mask"], folder),)
    return tuple(as_shape(mask, folder) for mask in each(values["masks"], "masks"))
