"""RefCOCO, RefCOCO+ and RefCOCOg in the layout of the REFER toolkit -> `Sample`, one for each sentence.

    root/refer_seg/refcoco/refs(unc).p                             references, each with its sentences
    root/refer_seg/refcoco/instances.json                          COCO annotations: masks, boxes, image sizes
    root/refer_seg/images/mscoco/images/train2014/COCO_*.jpg       the photos

`root` may be refer_seg itself. The pickle is read without running anything that it names. Annotations are found in one
pass over instances.json and parsed on access, so a set of 300,000 sentences opens in seconds and little memory.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..types import Box
from .base import Dataset, Row, as_shape, as_size, as_text, as_xywh, existing
from .errors import DataError, MissingError, within
from .mapped import Mapped, no_collection, scan
from .pickles import load_pickle

IMAGE_FOLDERS = ("images/mscoco/images/train2014", "images/train2014", "../coco/train2014", "../train2014")
"""Where photos are looked for, relative to refer_seg, in this order."""


@dataclass(frozen=True, slots=True)
class _Annotation:
    """Where an annotation stands in instances.json, and what an index needs of it."""

    start: int
    end: int
    image: Any
    """Its image_id in COCO."""
    box: Box
    category: str


@dataclass(frozen=True, slots=True)
class _Photo:
    file: str
    image_id: str
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Reference:
    """What one reference shows; shared by its sentences."""

    place: str
    ref_id: Any
    photo: _Photo
    targets: tuple[_Annotation, ...]


class Refer(Dataset):
    """One split of a dataset in REFER's layout; item i is a `Sample` for one sentence.

    Memory holds sentences, boxes and places in the file. The image_id of a sample is the file name without its ending;
    tags are {"category": COCO name}.
    """

    def __init__(
        self,
        root: str | Path,
        dataset: str,
        split: str,
        refs_file: str,
        tolerant: bool = False,
    ) -> None:
        """`refs_file` lies beside instances.json."""
        super().__init__(tolerant)
        self.folder = refer_folder(root)
        self.refs_path = self.folder / dataset / refs_file
        self.instances_path = self.folder / dataset / "instances.json"
        for path in (self.refs_path, self.instances_path):
            if not path.is_file():
                raise MissingError(_missing_file(path, self.folder))
        with no_collection():
            self._references: list[_Reference] = []
            self._rows: list[tuple[int, str, str]] = []  # (reference, sent_id, sentence)
            self._instances = Mapped(self.instances_path)
            self._read(self._choose(split))

    def _choose(self, split: str) -> list[tuple[int, dict[str, Any]]]:
        refs = read_refs(self.refs_path)
        chosen = [(row, ref) for row, ref in enumerate(refs) if ref.get("split") == split]
        if not chosen:
            known = sorted({str(ref.get("split")) for ref in refs})
            raise DataError(f"{self.refs_path}: no split {split!r}; it has {', '.join(known)}")
        return chosen

    def _read(self, chosen: list[tuple[int, dict[str, Any]]]) -> None:
        wanted = {a for _, ref in chosen for a in annotation_ids(ref)}
        annotations, photos = self._scan(wanted)
        for row, ref in chosen:
            place = f"row {row} (ref_id {ref.get('ref_id')!r:.40})"
            try:
                reference = self._reference(place, ref, annotations, photos)
                number = len(self._references)
                sentences = [
                    (number, as_text(s["sent_id"], "sent_id"), as_text(s["sent"], "sent")) for s in ref["sentences"]
                ]
            except ValueError as error:
                self.fault(self.refs_path, place, str(error))
                continue
            except (KeyError, TypeError) as error:
                self.fault(self.refs_path, place, f"bad or missing sentences ({error!r:.80})")
                continue
            self._references.append(reference)
            self._rows += sentences

    def _reference(
        self,
        place: str,
        ref: dict[str, Any],
        annotations: dict[Any, _Annotation | str],
        photos: dict[Any, _Photo | str],
    ) -> _Reference:
        """Raises ValueError."""
        existing(ref, "ref_id")
        ids = annotation_ids(ref)
        if not ids and not ref.get("no_target") and ref.get("ann_id") != [-1]:
            raise ValueError(f"ann_id is {ref.get('ann_id')!r:.80}; it wants the id of an annotation")
        targets = []
        for number in ids:
            found = annotations.get(number, f"is not in {self.instances_path}; take both files from the same download")
            if isinstance(found, str):
                raise ValueError(f"annotation {number} {found}")
            targets.append(found)
        images = {target.image for target in targets} or {_hashable(ref.get("image_id"))}
        if len(images) > 1:
            raise ValueError(f"its annotations lie in different images: {sorted(map(str, images))}")
        image = images.pop()
        photo = photos.get(image, f"is not in {self.instances_path}")
        if isinstance(photo, str):
            raise ValueError(f"image {image!r:.40} {photo}")
        return _Reference(place, ref["ref_id"], photo, tuple(targets))

    def _scan(self, wanted: set[int]) -> tuple[dict[Any, _Annotation | str], dict[Any, _Photo | str]]:
        """The annotations wanted and all images by their ids; a text instead says what is wrong with one."""
        places: dict[Any, tuple[int, int, Any, Any, Box] | str] = {}
        photos: dict[Any, _Photo | str] = {}
        categories: dict[Any, str] = {}
        seen = set()
        try:
            for key, start, end, value in scan(
                self._instances, ("images", "annotations", "categories"), unread="segmentation"
            ):
                seen.add(key)
                number = _hashable(existing(value, "id"))
                if key == "images":
                    photos[number] = _photo(self._instances.json(start, end))
                elif key == "categories":
                    categories[number] = as_text(existing(self._instances.json(start, end), "name"), "name")
                elif number in wanted:
                    places[number] = _place(start, end, value)
        except ValueError as error:
            raise DataError(f"{self.instances_path}: not a COCO instances file ({error})") from error
        if missing := {"images", "annotations"} - seen:
            raise DataError(f"{self.instances_path}: not a COCO instances file (no {', '.join(sorted(missing))})")
        annotations = {
            number: found
            if isinstance(found, str)
            else _Annotation(*found[:3], found[4], categories.get(found[3], "unknown"))
            for number, found in places.items()
        }
        return annotations, photos

    def __len__(self) -> int:
        return len(self._rows)

    def place(self, index: int) -> tuple[Path, str]:
        number, sent_id, _ = self._rows[index]
        return self.refs_path, f"{self._references[number].place}, sentence {sent_id:.40}"

    def row(self, index: int) -> Row:
        file, place = self.place(index)
        number, _, sentence = self._rows[index]
        reference = self._references[number]
        shapes = []
        for target in reference.targets:
            try:
                annotation = self._instances.json(target.start, target.end)
                shapes.append(as_shape(existing(annotation, "segmentation")))
            except ValueError as error:
                raise DataError(f"{within(file, place)}: bad segmentation: {error}", "mask") from error
        return Row(
            file=file,
            place=place,
            id=self.sample_id(index),
            image=self.photo_paths(index),
            image_id=reference.photo.image_id,
            size=reference.photo.size,
            prompt=sentence,
            shapes=tuple(shapes),
            boxes=tuple(target.box for target in reference.targets),
            tags=self.tags(reference),
        )

    def tags(self, reference: _Reference) -> dict[str, str]:
        """Labels of a reference's samples."""
        return {"category": ", ".join(dict.fromkeys(target.category for target in reference.targets))}

    def image_id(self, index: int) -> str:
        return self._references[self._rows[index][0]].photo.image_id

    def sample_id(self, index: int) -> str:
        number, sent_id, _ = self._rows[index]
        return f"{self._references[number].ref_id}-{sent_id}"

    def photo_paths(self, index: int) -> tuple[Path, ...]:
        file = self._references[self._rows[index][0]].photo.file
        return tuple(self.folder / folder / file for folder in IMAGE_FOLDERS)


class RefCOCO(Refer):
    """One split of RefCOCO, RefCOCO+ or RefCOCOg: every sentence has one target."""

    def __init__(
        self,
        root: str | Path,
        dataset: str = "refcoco",
        split: str = "val",
        split_by: str = "unc",
        tolerant: bool = False,
    ) -> None:
        """`split_by` names the refs file: unc, google or umd."""
        super().__init__(root, dataset, split, f"refs({split_by}).p", tolerant)


def refer_folder(root: str | Path) -> Path:
    """The refer_seg folder in `root`, or `root` where it is that folder."""
    root = Path(root)
    return root / "refer_seg" if (root / "refer_seg").is_dir() else root


def read_refs(path: Path) -> list[dict[str, Any]]:
    """The references of a refs file, a pickle or JSON. Raises DataError naming it."""
    try:
        with no_collection():
            refs = load_pickle(path) if path.suffix == ".p" else Mapped(path).json(0, path.stat().st_size)
    except (pickle.UnpicklingError, OSError) as error:
        raise DataError(str(error)) from error
    except ValueError as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(refs, list) or not all(isinstance(ref, dict) for ref in refs):
        raise DataError(f"{path}: expected a list of references (dicts)")
    return refs


def refer_splits(path: Path) -> list[str]:
    """The splits in a refs file, in its order."""
    return list(dict.fromkeys(str(ref.get("split")) for ref in read_refs(path)))


def annotation_ids(ref: dict[str, Any]) -> list[int]:
    """The ids of the annotations a reference shows, one or a list; gRefCOCO writes -1 for none."""
    ids = ref.get("ann_id")
    return [a for a in (ids if isinstance(ids, list) else [ids]) if isinstance(a, int) and a != -1]


def _photo(value: Any) -> _Photo | str:
    try:
        name = existing(value, "file_name")
        if not isinstance(name, str) or not Path(name).name or "\0" in name:
            raise ValueError(f"file_name is {name!r:.80}")
        size = as_size(existing(value, "width"), existing(value, "height"))
        return _Photo(Path(name).name, Path(name).stem, size)
    except ValueError as error:
        return f"is described wrongly: {error}"


def _place(start: int, end: int, value: Any) -> tuple[int, int, Any, Any, Box] | str:
    try:
        box = as_xywh(existing(value, "bbox"))
        existing(value, "segmentation")
        return start, end, _hashable(existing(value, "image_id")), _hashable(value.get("category_id")), box
    except ValueError as error:
        return f"is described wrongly: {error}"


def _hashable(number: Any) -> Any:
    """An id as JSON or a pickle gives it. Raises ValueError for what cannot be one."""
    if number is not None and not isinstance(number, int | str):
        raise ValueError(f"an id is {number!r:.40}; it wants a whole number")
    return number


def _missing_file(path: Path, folder: Path) -> str:
    """Says what is missing, what lies there instead and what to do."""
    if not folder.is_dir():
        return f"{path} is missing: no folder {folder}; pass the folder that holds refer_seg/"
    if not path.parent.is_dir():
        found = sorted(p.parent.name for p in folder.glob("*/instances.json"))
        return f"{path} is missing: datasets in {folder} are {', '.join(found) or 'none'}"
    if path.name == "instances.json":
        return f"{path} is missing; it comes with the refs files of the same download"
    found = sorted(p.name for p in path.parent.glob("*refs(*).*"))
    return f"{path} is missing; set split_by to match one of: {', '.join(found) or 'none, no refs file there'}"
