"""Folders of safetensors, read and written tensor by tensor: a checkpoint passes through a fraction of its own size."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt")
MAX_SHARD = 1 << 30
"""Bytes of a written shard: with the mapped pages of what is read, a conversion stays under three times this."""


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message names the file or the tensors."""


def listed(names: Iterable[str], most: int = 40) -> str:
    """Names in order, joined by commas; beyond `most` the rest is counted."""
    ordered = sorted(names)
    rest = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + rest


class TensorFiles:
    """The tensors of a folder: names and shapes at once, values on demand."""

    def __init__(self, folder: Path) -> None:
        """Reads headers only. Raises CheckpointError where files are absent, damaged or pickles."""
        self.shapes: dict[str, tuple[int, ...]] = {}
        self._file_of: dict[str, Path] = {}
        self._stack = ExitStack()
        self._open: dict[Path, Any] = {}
        paths, promised = _files(folder)
        for path in paths:
            handle = self._handle(path)
            for name in handle.keys():  # noqa: SIM118 (no mapping)
                if name in self._file_of:
                    raise CheckpointError(f"{folder}: {name} is in {self._file_of[name].name} and in {path.name}")
                self.shapes[name] = tuple(handle.get_slice(name).get_shape())
                self._file_of[name] = path
        self.release()
        if lacking := [name for name, path in promised.items() if self._file_of.get(name) != path]:
            raise CheckpointError(f"{folder / INDEX}: tensors are not in the files that it names: {listed(lacking)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __getitem__(self, name: str) -> torch.Tensor:
        """One tensor; it stays valid after `release`."""
        path = self._file_of[name]
        tensor: torch.Tensor = self._handle(path).get_tensor(name)
        return tensor

    def release(self) -> None:
        """Closes the files, so that their pages leave memory; the next access opens them again."""
        self._open.clear()
        self._stack.close()

    def _handle(self, path: Path) -> Any:
        if path not in self._open:
            try:
                self._open[path] = self._stack.enter_context(safe_open(path, "pt"))
            except SafetensorError as error:
                raise CheckpointError(f"{path}: is truncated or damaged ({error})") from error
        return self._open[path]


def _files(folder: Path) -> tuple[list[Path], dict[str, Path]]:
    """The safetensors files of a model folder, or the one file that is given; and which tensors an index promises."""
    if folder.suffix == ".safetensors" and folder.is_file():
        return [folder], {}
    if (folder / SINGLE).is_file():
        return [folder / SINGLE], {}
    index = folder / INDEX
    if index.is_file():
        try:
            places = {name: folder / file for name, file in json.loads(index.read_text())["weight_map"].items()}
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise CheckpointError(f"{index}: is damaged ({type(error).__name__})") from error
        paths = sorted(set(places.values()))
        if absent := [path.name for path in paths if not path.is_file()]:
            raise CheckpointError(f"{folder}: shards are missing: {listed(absent)}")
        return paths, places
    candidates = [folder] if folder.is_file() else folder.iterdir() if folder.is_dir() else []
    if pickles := [path.name for path in candidates if path.suffix in PICKLES]:
        raise CheckpointError(
            f"{folder}: {listed(pickles)} are pickles, which can run programs when they are opened, and are not read:"
            f" where you trust their source, load them with torch.load(..., weights_only=True) and write"
            f" {SINGLE} with safetensors.torch.save_file"
        )
    raise CheckpointError(f"{folder}: holds neither {SINGLE} nor {INDEX}")


class ShardWriter:
    """Writes tensors as they come: one file, or shards with an index where they exceed `limit` bytes."""

    def __init__(self, folder: Path, limit: int = MAX_SHARD) -> None:
        self.folder, self.limit = folder, limit
        self._held: dict[str, torch.Tensor] = {}
        self._held_bytes = self._total = 0
        self._shards: list[list[str]] = []

    def add(self, name: str, tensor: torch.Tensor) -> bool:
        """Takes a copy of a tensor; True where this wrote out those before it."""
        size = tensor.numel() * tensor.element_size()
        full = bool(self._held) and self._held_bytes + size > self.limit
        if full:
            self._flush()
        self._held[name] = tensor.clone(memory_format=torch.contiguous_format)
        self._held_bytes += size
        self._total += size
        return full

    def close(self) -> None:
        """Writes the rest and the index."""
        self._flush()
        count = len(self._shards)
        if count == 1:
            self._part(0).rename(self.folder / SINGLE)
            return
        places = {}
        for i, names in enumerate(self._shards):
            file = f"model-{i + 1:05d}-of-{count:05d}.safetensors"
            self._part(i).rename(self.folder / file)
            places.update(dict.fromkeys(names, file))
        index = {"metadata": {"total_size": self._total}, "weight_map": dict(sorted(places.items()))}
        (self.folder / INDEX).write_text(json.dumps(index, indent=2) + "\n")

    def _part(self, number: int) -> Path:
        return self.folder / f"part-{number}.safetensors"

    def _flush(self) -> None:
        save_file(self._held, self._part(len(self._shards)), metadata={"format": "pt"})
        self._shards.append(list(self._held))
        self._held, self._held_bytes = {}, 0
