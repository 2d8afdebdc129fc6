"""The formats by name: how each is opened, which splits a folder holds, and whether a folder holds it at all."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .base import Dataset
from .coco import COCO, coco_splits
from .errors import DataError, MissingError
from .grefcoco import GRefCOCO, refs_name
from .grounding_suite import PREFIX, GroundingSuite, grounding_files
from .jsonl import JSONL, jsonl_splits
from .labelme import LabelMe, labelme_splits
from .mapped import read_json
from .reason_seg import ReasonSeg, reason_folder, reason_splits
from .refcoco import RefCOCO, refer_folder, refer_splits


@dataclass(frozen=True, kw_only=True)
class Format:
    """One name that `open_dataset` knows."""

    open: Callable[..., Dataset]
    """(root, split=..., tolerant=...) -> the split."""
    splits: Callable[[Path], list[str]]
    """root -> the splits it holds. Raises DataError."""
    root: str
    """What `root` is, to end the sentence "needs a root folder: ..."."""


def _refer(dataset: str, split_by: str) -> Format:
    def splits(root: Path) -> list[str]:
        path = refer_folder(root) / dataset / f"refs({split_by}).p"
        if not path.is_file():
            raise MissingError(f"{path} is missing")
        return refer_splits(path)

    return Format(
        open=functools.partial(RefCOCO, dataset=dataset, split_by=split_by),
        splits=splits,
        root="the one that holds refer_seg/",
    )


def _reason(**options: Any) -> Format:
    return Format(
        open=functools.partial(ReasonSeg, **options), splits=reason_splits, root="the one that holds reason_seg/"
    )


FORMATS: dict[str, Format] = {
    "refcoco": _refer("refcoco", "unc"),
    "refcoco+": _refer("refcoco+", "unc"),
    "refcocog": _refer("refcocog", "umd"),
    "refcocog-google": _refer("refcocog", "google"),
    "grefcoco": Format(
        open=GRefCOCO,
        splits=lambda root: refer_splits(refer_folder(root) / "grefcoco" / refs_name(root)),
        root="the one that holds refer_seg/",
    ),
    "reasonseg": _reason(),
    "reasonseg-opencv": _reason(raster="opencv"),
    "groundingsuite": Format(
        open=GroundingSuite,
        splits=lambda root: list(grounding_files(root)),
        root="the one that holds GroundingSuite-*.jsonl",
    ),
    "jsonl": Format(open=JSONL, splits=jsonl_splits, root="a .jsonl file, or the one that holds <split>.jsonl"),
    "coco": Format(open=COCO, splits=coco_splits, root="a .json file, or the one that holds <split>.json"),
    "labelme": Format(open=LabelMe, splits=labelme_splits, root="the one with LabelMe's .json files"),
}


def recognise(path: Path) -> list[tuple[str, Path, str | None]]:
    """(name, root, split or None for all) of the datasets in a file or folder, by their files' names and keys.

    Raises MissingError for a path that is not there, DataError for one that holds no known format.
    """
    if not path.exists():
        raise MissingError(f"{path}: no such file or folder")
    if path.is_file():
        return [_recognise_file(path)]
    refer = refer_folder(path)
    found: list[tuple[str, Path, str | None]] = [
        (name, path, None)
        for name, refs in (
            ("refcoco", "refs(unc).p"),
            ("refcoco+", "refs(unc).p"),
            ("refcocog", "refs(umd).p"),
            ("refcocog-google", "refs(google).p"),
            ("grefcoco", refs_name(path)),
        )
        if (refer / name.removesuffix("-google") / refs).is_file()
    ]
    if reason_folder(path) != path or path.name == "ReasonSeg":
        found.append(("reasonseg", path, None))
    if grounding_files(path):
        found.append(("groundingsuite", path, None))
    if any(not file.name.startswith(PREFIX) for file in path.glob("*.jsonl")):
        found.append(("jsonl", path, None))
    files = sorted(path.glob("*.json")) or sorted(path.glob("annotations/*.json")) or sorted(path.glob("*/*.json"))
    if not found and files:
        found.append((_kind_of(files[0]), path, None))
    if not found:
        raise DataError(f"{path}: no dataset of a known format in it; name one: {', '.join(FORMATS)}")
    return found


def _recognise_file(path: Path) -> tuple[str, Path, str | None]:
    if path.suffix == ".jsonl" and path.name.startswith(PREFIX):
        return "groundingsuite", path.parent, path.stem.removeprefix(PREFIX).lower()
    if path.suffix == ".jsonl":
        return "jsonl", path, None
    if path.suffix == ".json":
        return "coco", path, None
    raise DataError(f"{path}: a dataset is a folder, a .jsonl or a .json file")


def _kind_of(file: Path) -> str:
    values = read_json(file)
    keys = set(values) if isinstance(values, dict) else set()
    if {"shapes", "text", "is_sentence"} <= keys:
        return "reasonseg"
    return "labelme" if "shapes" in keys else "coco"
