"""Files and folders that appear whole or not at all: made under another name beside, then renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name beside `path`, of the same ending, to write to: becomes `path` if all goes well, and vanishes if not."""
    temporary = path.with_name(f".{os.getpid()}.tmp.{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes | str) -> None:
    """Writes a file so that a reader never sees half of it; text as UTF-8."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """An empty folder that becomes `path` if all goes well, and vanishes if not.

    Raises FileExistsError unless `path` is new or empty.
    """
    path = path.resolve()  # "." and links have a folder to stand in
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FileExistsError(f"{path} exists and is not empty: choose another folder")
    if path.is_mount():  # it cannot be renamed over, nor anything from outside into it
        with _temporary(path / path.name) as temporary:
            yield temporary
            for made in temporary.iterdir():
                os.replace(made, path / made.name)
        return
    with _temporary(path) as temporary:
        yield temporary
        os.replace(temporary, path)


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """An empty folder that takes the place of what is at `path` if all goes well, and vanishes if not.

    Of one process at a time: what a killed one has left beside `path` is removed.
    """
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        shutil.rmtree(left, ignore_errors=True)
    with _temporary(path) as temporary:
        yield temporary
        old = path.with_name(f"{path.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if path.exists():
            os.replace(path, old)
        os.replace(temporary, path)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def cut(name: str, most: int) -> str:
    """The beginning of a file's name, at most `most` bytes, without what is no text."""
    return os.fsencode(name)[:most].decode(errors="ignore")
