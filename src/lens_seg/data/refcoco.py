"""RefCOCO, RefCOCO+ and RefCOCOg in the layout of the REFER toolkit -> `Sample`, one for each sentence.

    root/refer_seg/refcoco/refs(unc).p                             references, each with its sentences
    root/refer_seg/refcoco/instances.json                          COCO annotations: masks, boxes, image sizes
    root/refer_seg/images/mscoco/images/train2014/COCO_*.jpg       the photos

`root` may be refer_seg itself. The pickle is read without running anything that it names.
"""

from __future__ import annotations

import io
import json
import pickle
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn, overload

from PIL import Image

from ..masks import decode_rle, polygons_to_mask
from ..types import Box, Sample

IMAGE_FOLDERS = ("images/mscoco/images/train2014", "images/train2014", "../coco/train2014", "../train2014")
"""Where photos are looked for, relative to refer_seg, in this order."""

MAX_PICKLE_BYTES = 128 * 2**20
MAX_PICKLE_CONTAINERS = 10_000_000
"""Dicts, lists and tuples; some 20 times our estimate for RefCOCO (142,000 sentences, two each, and refs)."""


def load_pickle(path: str | Path) -> Any:
    """The value in a pickle of plain containers: list, tuple, dict, str, int (64 bits), float, bool, None.

    Python 2 strings are read as latin-1. Before unpickling every operation is checked against a list of
    harmless ones, so nothing can be imported or called; the sizes of file, containers and memo are bounded.
    Raises pickle.UnpicklingError naming the file, and the offset where there is one; OSError when it cannot
    be read.
    """
    path = Path(path)
    size = path.stat().st_size
    if size > MAX_PICKLE_BYTES:
        raise pickle.UnpicklingError(f"{path}: {size} bytes is more than the {MAX_PICKLE_BYTES} accepted")
    data = path.read_bytes()
    try:
        _check_operations(data)
        return _PlainUnpickler(io.BytesIO(data), encoding="latin-1").load()
    except pickle.UnpicklingError as error:
        raise pickle.UnpicklingError(f"{path}: {error}") from None
    except (EOFError, IndexError, KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise pickle.UnpicklingError(f"{path}: damaged pickle ({error!r})") from error


class _PlainUnpickler(pickle.Unpickler):
    """Second guard: refuses every import, whatever operation asks for it."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"refused to import {module}.{name}; only plain containers are read")

    def persistent_load(self, pid: Any) -> NoReturn:
        raise pickle.UnpicklingError("refused a persistent id; only plain containers are read")


_FIXED = re.compile(
    rb"(?:[\]})(ldtseuaN.\x85\x86\x87\x88\x89\x94]"  # containers, marks, None, booleans, MEMOIZE, STOP
    rb"|[Kqh].|M..|[Jj]....|G.{8}|\x95.{8}|\x80[\x00-\x05]"  # numbers, memo, frame, protocol
    rb"|r...\x00"  # LONG_BINPUT below 2**24: the unpickler allocates up to the index it is given
    rb"|p[0-9]{1,7}\n|g[0-9]{1,9}\n|[ILF][-+0-9.eEL]{1,40}\n|[SV][^\n]*\n"  # protocol 0: text
    rb"|\x8a(?:\x00|\x01.|\x02..|\x03.{3}|\x04.{4}|\x05.{5}|\x06.{6}|\x07.{7}|\x08.{8}|\x09.{9})"  # LONG1
    rb"){1,2000}",
    re.DOTALL,
)
_STRING_LENGTH_BYTES = {ord("X"): 4, ord("T"): 4, ord("U"): 1, 0x8C: 1}
"""BINUNICODE, BINSTRING, SHORT_BINSTRING, SHORT_BINUNICODE: the operation, a length, then that many bytes."""


def _check_operations(data: bytes) -> None:
    """Walk the pickle's operations; raise UnpicklingError at the first that plain containers do not need."""
    at = containers = 0
    while at < len(data):
        match = _FIXED.match(data, at)
        if match:
            at = match.end()
            run = match[0]
            containers += run.count(b"(") + run.count(b"]") + run.count(b"}")  # at least the true number
            if containers > MAX_PICKLE_CONTAINERS:
                raise pickle.UnpicklingError(f"more than {MAX_PICKLE_CONTAINERS} containers")
            continue
        width = _STRING_LENGTH_BYTES.get(data[at])
        if width is None:
            raise pickle.UnpicklingError(
                f"refused operation {data[at : at + 1]!r} at byte {at}; only plain containers are read"
            )
        at += 1 + width + int.from_bytes(data[at + 1 : at + 1 + width], "little")
    if at > len(data):
        raise pickle.UnpicklingError("the file ends inside a string")


@dataclass(frozen=True)
class _Target:
    """What one reference shows; shared by its sentences."""

    ref_id: int
    image: int
    """Index into the image tables."""
    box: Box
    category: str
    segmentation: Any
    """Polygons as a list of array('d'), or a run-length dict."""


class RefCOCO(Sequence[Sample]):
    """One split of a REFER dataset; item i is a `Sample` for one sentence, its image opened on access.

    Memory holds sentences, boxes and polygons of this split only. Opening raises FileNotFoundError or
    ValueError that name the file and the row; an image that is missing or damaged raises OSError on access.
    The image_id of a sample is the file name without its ending; tags are {"category": COCO name}.
    """

    def __init__(
        self,
        root: str | Path,
        dataset: str = "refcoco",
        split: str = "val",
        split_by: str = "unc",
        expressions: Literal["all", "first"] = "all",
    ) -> None:
        """`split_by` names the refs file: unc, google or umd; "first" keeps one sentence a reference."""
        if expressions not in ("all", "first"):
            raise ValueError(f'expressions must be "all" or "first", got {expressions!r}')
        root = Path(root)
        self.folder = root / "refer_seg" if (root / "refer_seg").is_dir() else root
        refs_path = self.folder / dataset / f"refs({split_by}).p"
        instances_path = self.folder / dataset / "instances.json"
        for path in (refs_path, instances_path):
            if not path.is_file():
                raise FileNotFoundError(_missing_file(path, self.folder))
        refs = load_pickle(refs_path)
        if not isinstance(refs, list) or not all(isinstance(ref, dict) for ref in refs):
            raise ValueError(f"{refs_path}: expected a list of references (dicts)")
        chosen = [(row, ref) for row, ref in enumerate(refs) if ref.get("split") == split]
        if not chosen:
            known = sorted({str(ref.get("split")) for ref in refs})
            raise ValueError(f"{refs_path}: no split {split!r}; it has {', '.join(known)}")
        self._image_ids: list[str] = []
        self._image_files: list[str] = []
        self._image_sizes: list[tuple[int, int]] = []
        self._targets: list[_Target] = []
        self._rows: list[tuple[int, str, str]] = []  # (target index, sent_id, sentence)
        self._read(chosen, refs_path, instances_path, first_only=expressions == "first")

    def _read(
        self,
        chosen: list[tuple[int, dict[str, Any]]],
        refs_path: Path,
        instances_path: Path,
        first_only: bool,
    ) -> None:
        try:
            instances = json.loads(instances_path.read_bytes())
            wanted = {ref["ann_id"] for _, ref in chosen if isinstance(ref.get("ann_id"), int)}
            images = {image["id"]: image for image in instances["images"]}
            annotations = {a["id"]: a for a in instances["annotations"] if a["id"] in wanted}
            categories = {c["id"]: str(c["name"]) for c in instances.get("categories", ())}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"{instances_path}: not a COCO instances file ({error!r})") from error
        del instances
        image_index: dict[int, int] = {}
        for row, ref in chosen:
            where = f"{refs_path}, row {row} (ref_id {ref.get('ref_id')})"
            annotation = annotations.get(ref["ann_id"]) if isinstance(ref.get("ann_id"), int) else None
            if annotation is None:
                raise ValueError(
                    f"{where}: annotation {ref.get('ann_id')} is not in {instances_path}; "
                    "take both files from the same download"
                )
            try:
                image = images[annotation["image_id"]]
                if annotation["image_id"] not in image_index:
                    image_index[annotation["image_id"]] = len(self._image_ids)
                    self._image_ids.append(Path(image["file_name"]).stem)
                    self._image_files.append(Path(image["file_name"]).name)
                    self._image_sizes.append((int(image["width"]), int(image["height"])))
                x, y, w, h = (float(v) for v in annotation["bbox"])
                segmentation = annotation["segmentation"]
                if isinstance(segmentation, list):
                    segmentation = [array("d", polygon) for polygon in segmentation]
                target = _Target(
                    ref_id=ref["ref_id"],
                    image=image_index[annotation["image_id"]],
                    box=(x, y, x + w, y + h),
                    category=categories.get(annotation.get("category_id"), "unknown"),
                    segmentation=segmentation,
                )
                for sentence in ref["sentences"][:1] if first_only else ref["sentences"]:
                    self._rows.append((len(self._targets), str(sentence["sent_id"]), str(sentence["sent"])))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{where}, annotation {ref['ann_id']}: bad or missing {error!r}") from error
            self._targets.append(target)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        target_index, sent_id, sentence = self._rows[index]
        target = self._targets[target_index]
        width, height = self._image_sizes[target.image]
        image = self._open(target.image)
        try:
            if isinstance(target.segmentation, list):
                mask = polygons_to_mask(target.segmentation, height, width)
            else:
                mask = decode_rle(target.segmentation)
            if mask.shape != (height, width):
                raise ValueError(f"the mask is {mask.shape}, the image {(height, width)} (H, W)")
        except ValueError as error:
            raise ValueError(f"{self.folder}, ref_id {target.ref_id}: bad segmentation: {error}") from error
        return Sample(
            id=f"{target.ref_id}-{sent_id}",
            image=image,
            image_id=self._image_ids[target.image],
            prompt=sentence,
            boxes=(target.box,),
            mask=mask,
            tags={"category": target.category},
        )

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """(W, H) in pixels of every sample's image, without opening it."""
        return [self._image_sizes[self._targets[target].image] for target, _, _ in self._rows]

    def by_image(self) -> dict[str, list[int]]:
        """image_id -> indices of its samples, in order; together they cover every sample once."""
        groups: dict[str, list[int]] = {}
        for index, (target, _, _) in enumerate(self._rows):
            groups.setdefault(self._image_ids[self._targets[target].image], []).append(index)
        return groups

    def _open(self, index: int) -> Image.Image:
        name, size = self._image_files[index], self._image_sizes[index]
        for folder in IMAGE_FOLDERS:
            path = self.folder / folder / name
            if path.is_file():
                break
        else:
            tried = ", ".join(str(self.folder / folder) for folder in IMAGE_FOLDERS)
            raise FileNotFoundError(f"{name} is in none of {tried}; download COCO train2014 into the first")
        try:
            with Image.open(path) as image:
                rgb = image.convert("RGB")
        except (OSError, ValueError, SyntaxError) as error:
            raise OSError(f"{path}: damaged or truncated image ({error}); download it again") from error
        if rgb.size != size:
            raise OSError(f"{path}: the image is {rgb.size}, instances.json says {size} (W, H)")
        return rgb


def _missing_file(path: Path, folder: Path) -> str:
    """Says what is missing, what lies there instead and what to do."""
    if not folder.is_dir():
        return f"{path} is missing: no folder {folder}; pass the folder that holds refer_seg/"
    if not path.parent.is_dir():
        found = sorted(p.parent.name for p in folder.glob("*/instances.json"))
        return f"{path} is missing: datasets in {folder} are {', '.join(found) or 'none'}"
    if path.suffix == ".json":
        return f"{path} is missing; it comes with the refs files of the same download"
    found = sorted(p.name for p in path.parent.glob("refs(*).p"))
    return f"{path} is missing; set split_by to match one of: {', '.join(found) or 'none, no refs(*).p there'}"
