"""Your own data as a COCO instances file -> `Sample`.

What is said comes from the first of these that the file has:
1. "expressions": [{"id", "image_id", "caption", "annotation_ids": [], "ignore_ids": [], "thought", "tags"}], as
   `lens data export` writes; no annotation means that nothing matches;
2. a "caption" (text, or a list of texts) in annotations: those of one image with the same caption are one sample;
3. category names: all objects of a category in an image are the targets of one sample, crowds are ignored.

`root` is the file, or a folder with <split>.json in it. Photos lie in images/, <split>/ or beside the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..types import Box
from .base import Dataset, Row, as_shape, as_size, as_text, as_xywh, child, each, existing, whole_text
from .errors import DataError, MissingError, within
from .mapped import Mapped, no_collection, scan

NAMES = ("{split}.json", "instances_{split}.json", "annotations/{split}.json", "annotations/instances_{split}.json")
"""Where a split's file is looked for in a folder, in this order."""
INSTANCES = "instances_"
OTHERS = ("captions_", "image_info_", "panoptic_", "person_keypoints_", "stuff_")
"""What COCO's own archive has beside its instances files."""
IMAGE_FOLDERS = ("", "images", "{split}", "../images", "../{split}", "..")
"""Where file_name begins, relative to the file, in this order."""

ARRAYS = ("images", "annotations", "categories", "expressions")

Place = tuple[int, int]
"""First and last + 1 byte of an annotation in the file."""


@dataclass(slots=True)
class _Photo:
    file: str
    size: tuple[int, int]


@dataclass(slots=True)
class _Item:
    """One sample: its annotations are parsed on access."""

    id: str
    place: str
    image: Any
    prompt: str
    targets: list[Place] = field(default_factory=list)
    ignored: list[Place] = field(default_factory=list)
    thought: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Found:
    """What one pass over the file gathers."""

    photos: dict[Any, _Photo] = field(default_factory=dict)
    categories: dict[Any, str] = field(default_factory=dict)
    places: dict[Any, Place] = field(default_factory=dict)
    """Of every annotation, by its id."""
    spoken: dict[tuple[Any, str], list[Place]] = field(default_factory=dict)
    """Annotations by image and caption."""
    kinds: dict[tuple[Any, Any], tuple[list[Place], list[Place]]] = field(default_factory=dict)
    """Objects and crowds by image and category."""
    expressions: list[Any] | None = None


class COCO(Dataset):
    """One instances file. Sample ids are those of expressions, or <image>-<caption or category>; the image_id is the
    photo's path without its ending, or with it where two photos would else share one."""

    def __init__(self, root: str | Path, split: str = "train", tolerant: bool = False) -> None:
        super().__init__(tolerant)
        self.path = coco_file(root, split)
        self.split = split
        self._file = Mapped(self.path)
        with no_collection():
            found = self._scan()
        self._photos = found.photos
        files = {photo.file for photo in found.photos.values()}
        shared = Counter(_without_ending(file) for file in files)
        self._image_ids = {file: file if shared[name := _without_ending(file)] > 1 else name for file in files}
        self._items: list[_Item] = []
        for number, item in enumerate(self._items_of(found)):
            if isinstance(item, str):
                self.fault(self.path, f"expression {number}", item)
            elif item.image not in found.photos:
                self.fault(self.path, item.place, f"image {item.image!r:.40} is not among the images")
            else:
                self._items.append(item)

    def _scan(self) -> _Found:
        found = _Found()
        try:
            for key, start, end, value in scan(self._file, ARRAYS, unread="segmentation"):
                if key == "expressions":
                    found.expressions = [] if found.expressions is None else found.expressions
                    found.expressions.append(self._file.json(start, end))
                    continue
                number = "?"
                try:
                    number = existing(value, "id")
                    self._note(found, key, number, value, (start, end))
                except (ValueError, TypeError) as error:
                    self.fault(self.path, f"{key.removesuffix('s')} {number!r:.40}", str(error))
        except DataError:
            raise
        except ValueError as error:
            raise DataError(f"{self.path}: not a COCO instances file ({error})") from error
        if not found.photos and not self.problems:
            raise DataError(f"{self.path}: not a COCO instances file (no images)")
        return found

    def _note(self, found: _Found, key: str, number: Any, value: Any, place: Place) -> None:
        """Raises ValueError, or TypeError for an id that is none."""
        if key == "images":
            if number in found.photos:
                raise ValueError("a second image with this id")
            value = self._file.json(*place)
            child(self.path.parent, existing(value, "file_name"), "file_name")
            found.photos[number] = _Photo(
                value["file_name"], as_size(existing(value, "width"), existing(value, "height"))
            )
        elif key == "categories":
            found.categories[number] = as_text(existing(self._file.json(*place), "name"), "name")
        else:
            if number in found.places:
                raise ValueError("a second annotation with this id")
            existing(value, "segmentation")
            image = existing(value, "image_id")
            found.places[number] = place
            captions = value.get("caption")
            if captions is not None:
                captions = self._file.json(*place)["caption"]  # in its own letters
                for caption in captions if isinstance(captions, list) else [captions]:
                    found.spoken.setdefault((image, as_text(caption, "caption")), []).append(place)
            else:
                pair = found.kinds.setdefault((image, value.get("category_id")), ([], []))
                pair[1 if value.get("iscrowd") else 0].append(place)

    def _items_of(self, found: _Found) -> Iterator[_Item | str]:
        """The samples in the file's order; a text says what is wrong with one."""
        if found.expressions is not None:
            for number, values in enumerate(found.expressions):
                try:
                    yield _expression(values, number, found.places)
                except (ValueError, TypeError) as error:
                    yield str(error)
        elif found.spoken:
            for (image, caption), places in found.spoken.items():
                yield _Item(
                    f"{image}-{caption}", f"image {image!r:.40}, caption {caption!r:.80}", image, caption, places
                )
        else:
            for (image, category), (objects, crowds) in found.kinds.items():
                name = found.categories.get(category)
                place = f"image {image!r:.40}, category {category!r:.40}"
                if name is None:
                    yield f"{place}: not among the categories, and there is no caption"
                elif objects:
                    yield _Item(f"{image}-{name}", place, image, name, objects, crowds, tags={"category": name})

    def __len__(self) -> int:
        return len(self._items)

    def place(self, index: int) -> tuple[Path, str]:
        return self.path, self._items[index].place

    def row(self, index: int) -> Row:
        item = self._items[index]
        photo = self._photos[item.image]
        try:
            targets = [self._file.json(*place) for place in item.targets]
            return Row(
                file=self.path,
                place=item.place,
                id=item.id,
                image=photo_places(self.path, photo.file, self.split),
                image_id=self._image_ids[photo.file],
                size=photo.size,
                prompt=item.prompt,
                shapes=tuple(as_shape(existing(target, "segmentation")) for target in targets),
                boxes=_boxes(targets),
                ignore=tuple(as_shape(existing(self._file.json(*place), "segmentation")) for place in item.ignored),
                thought=item.thought,
                tags=item.tags,
            )
        except ValueError as error:
            raise DataError(f"{within(self.path, item.place)}: {error}") from error

    def image_id(self, index: int) -> str:
        return self._image_ids[self._photos[self._items[index].image].file]


def _without_ending(file: str) -> str:
    return Path(file).with_suffix("").as_posix()


def _expression(values: Any, number: int, places: dict[Any, Place]) -> _Item:
    """Raises ValueError, or TypeError for an id that is none."""
    thought = values.get("thought") if isinstance(values, dict) else None
    item = _Item(
        as_text(existing(values, "id"), "id"),
        f"expression {number} (id {values['id']!r:.40})",
        existing(values, "image_id"),
        as_text(existing(values, "caption"), "caption"),
        [_find(a, places) for a in each(existing(values, "annotation_ids"), "annotation_ids")],
        [_find(a, places) for a in each(values.get("ignore_ids", []), "ignore_ids")],
        None if thought is None else as_text(thought, "thought"),
    )
    tags = values.get("tags") or {}
    if not isinstance(tags, dict):
        raise ValueError(f"tags are {tags!r:.40}; they want an object of texts")
    item.tags = {whole_text(key, "tag"): as_text(value, f"tag {key!r}") for key, value in tags.items()}
    hash(item.image)
    return item


def _find(number: Any, places: dict[Any, Place]) -> Place:
    if number not in places:
        raise ValueError(f"annotation {number!r:.40} is not among the annotations")
    return places[number]


def _boxes(targets: list[dict[str, Any]]) -> tuple[Box, ...] | None:
    """The targets' own boxes where all have one."""
    if not all("bbox" in target for target in targets):
        return None
    return tuple(as_xywh(target["bbox"]) for target in targets)


def photo_places(file: Path, name: str, split: str) -> tuple[Path, ...]:
    """Where a photo named by `file` may lie."""
    return tuple(file.parent / folder.format(split=split) / name for folder in IMAGE_FOLDERS)


def coco_file(root: str | Path, split: str) -> Path:
    """The file itself, or a split's file in a folder. Raises MissingError."""
    root = Path(root)
    if root.is_file():
        return root
    for name in NAMES:
        if (root / name.format(split=split)).is_file():
            return root / name.format(split=split)
    if not root.is_dir():
        raise MissingError(f"{root}: no such file or folder")
    tried = ", ".join(name.format(split=split) for name in NAMES)
    raise MissingError(f"{root}: no split {split!r}; looked for {tried}")


def coco_splits(root: str | Path) -> list[str]:
    """A split for each JSON file, but for COCO's captions and keypoints. Raises MissingError where there is none."""
    root = Path(root)
    if root.is_file():
        return ["train"]
    files = sorted(root.glob("*.json")) or sorted(root.glob("annotations/*.json"))
    if not files:
        raise MissingError(f"{root}: no .json file")
    if any(path.stem.startswith(INSTANCES) for path in files):
        files = [path for path in files if not path.stem.startswith(OTHERS)]
    return [path.stem.removeprefix(INSTANCES) for path in files]
