"""Checkpoints of a run: folders that appear whole, the last few and the best kept, and a damaged one passed over.

    <run>/checkpoints/step-00000200/state.safetensors    tensors by name
                                    state.json           step, metrics, checksum of the tensors

Safetensors and JSON only. A folder is written under another name and renamed, so that a kill at any moment leaves
either no new checkpoint or a whole one.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

logger = logging.getLogger(__name__)

TENSORS, STATE = "state.safetensors", "state.json"
_NAME = re.compile(r"step-\d+")
"""Others, such as a copy that somebody made, are left alone."""


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be written or read; the message says which, why and what is left."""


class Checkpoint(NamedTuple):
    """What a checkpoint holds."""

    folder: Path
    tensors: dict[str, torch.Tensor]
    state: dict[str, Any]


class Checkpoints:
    """The checkpoints of one run folder."""

    def __init__(self, run: Path, keep_last: int = 2, best_metric: str | None = None, higher: bool = True) -> None:
        """`best_metric` names a value of `state["metrics"]`; the checkpoint with the best one is kept too."""
        self.run, self.root = run, run / "checkpoints"
        self.keep_last, self.best_metric, self.higher = keep_last, best_metric, higher

    def folders(self) -> list[Path]:
        """All checkpoints, oldest first; whether they can be read is not known yet."""
        found = [p for p in self.root.glob("step-*") if _NAME.fullmatch(p.name) and (p / STATE).is_file()]
        return sorted(found, key=_step)

    def save(self, step: int, tensors: Mapping[str, torch.Tensor], state: Mapping[str, Any]) -> Path:
        """Writes a checkpoint, then removes those that need not be kept. CheckpointError when the disk refuses."""
        target = self.root / f"step-{step:08d}"
        temporary = target.with_suffix(".tmp")
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir()
            save_file(dict(tensors), temporary / TENSORS)
            record = {**state, "step": step, "crc32": _checksum(temporary / TENSORS)}
            (temporary / STATE).write_text(json.dumps(record))
            if target.exists():
                shutil.rmtree(target)
            os.replace(temporary, target)
        except (OSError, SafetensorError) as error:
            shutil.rmtree(temporary, ignore_errors=True)
            raise CheckpointError(self._refused(step, tensors, error)) from error
        self._prune(target)
        return target

    def load(self, which: str = "last") -> Checkpoint:
        """The checkpoint `which`: "last", "best" or a step's number.

        A damaged last one is passed over for the one before it, with a warning. FileNotFoundError where there is none.
        """
        folder, state = self.find(which)
        return Checkpoint(folder, load_file(folder / TENSORS), state)

    def find(self, which: str = "last") -> tuple[Path, dict[str, Any]]:
        """Folder and state of the checkpoint that `load` would read, without its tensors."""
        folders = self.folders()
        if not folders:
            raise FileNotFoundError(f"{self.root}: no checkpoint to resume from; start without --resume")
        if which != "last":
            folder = self._named(which, folders)
            return folder, _state(folder)
        problems = []
        for folder in reversed(folders):
            try:
                return folder, _state(folder)
            except CheckpointError as error:
                logger.warning("%s; trying the one before it", error)
                problems.append(str(error))
        raise CheckpointError(f"{self.root}: no checkpoint can be read: {'; '.join(problems)}")

    def _named(self, which: str, folders: list[Path]) -> Path:
        if which == "best":
            best = self._best(folders)
            if best is None:
                raise FileNotFoundError(f"{self.root}: no best checkpoint; set best_metric in the recipe")
            return best
        wanted = [folder for folder in folders if str(_step(folder)) == which]
        if not wanted:
            known = ", ".join(str(_step(folder)) for folder in folders)
            raise FileNotFoundError(f"{self.root}: no checkpoint {which!r}; there are last, best and steps {known}")
        return wanted[-1]

    def _best(self, folders: list[Path]) -> Path | None:
        values = {}
        for folder in folders:
            try:
                value = json.loads((folder / STATE).read_text()).get("metrics", {}).get(self.best_metric)
            except (OSError, ValueError):
                continue
            if isinstance(value, int | float):
                values[folder] = value if self.higher else -value
        return max(values, key=lambda folder: (values[folder], _step(folder))) if values else None

    def _prune(self, newest: Path) -> None:
        """Keeps the last few and the best. What comes after `newest` was left behind by a resumption from earlier."""
        for folder in self.folders():
            if _step(folder) > _step(newest):
                shutil.rmtree(folder, ignore_errors=True)
        folders = self.folders()
        keep = {newest, *folders[-self.keep_last :]}
        if self.best_metric is not None and (best := self._best(folders)) is not None:
            keep.add(best)
        for folder in folders:
            if folder not in keep:
                shutil.rmtree(folder, ignore_errors=True)
        for leftover in self.root.glob("step-*.tmp"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _refused(self, step: int, tensors: Mapping[str, torch.Tensor], error: Exception) -> str:
        needed = sum(t.numel() * t.element_size() for t in tensors.values()) / 1e6
        free = shutil.disk_usage(self.run).free / 1e6
        left = self.folders()
        kept = f"{left[-1]} is kept" if left else "there is none yet"
        return (
            f"{self.root}: the checkpoint of step {step} ({needed:,.0f} MB, {free:,.0f} MB free) could not be written:"
            f" {' '.join(str(error).split())}; the last checkpoint: {kept}. Make room, then --resume"
        )


def _state(folder: Path) -> dict[str, Any]:
    """The state of a checkpoint whose tensors are whole; CheckpointError where they are not."""
    path = folder / TENSORS
    try:
        state = json.loads((folder / STATE).read_text())
        with safe_open(path, "pt"):  # the header, and that the file is as long as it says
            pass
        if state.get("crc32") != _checksum(path):
            raise CheckpointError(f"{path} is damaged: its checksum differs")
    except (OSError, SafetensorError, ValueError) as error:
        raise CheckpointError(f"{folder} cannot be read: {' '.join(str(error).split())}") from error
    return state


def _step(folder: Path) -> int:
    """The step of a checkpoint folder."""
    return int(folder.name.removeprefix("step-"))


def _checksum(path: Path) -> int:
    """CRC-32 of a file, 16 MiB at a time."""
    value = 0
    with path.open("rb") as file:
        while block := file.read(1 << 24):
            value = zlib.crc32(block, value)
    return value
