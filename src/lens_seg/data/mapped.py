"""Large annotation files, mapped into memory: only what is asked for is read and parsed.

JSON is scanned as latin-1, where one byte is one letter, so that places in the text are places in the file: every
sign of JSON's grammar is ASCII, and no byte of a longer UTF-8 letter looks like one.
"""

from __future__ import annotations

import gc
import json
import mmap
import re
from array import array
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import DataError, MissingError

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_REACH = 1024
"""Bytes before and after the polygons of an annotation in which its other keys are looked for."""
_UTF8_MARK = b"\xef\xbb\xbf"


class Mapped:
    """The bytes of a file. Travels to other processes as its path."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._open()

    def _open(self) -> None:
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, 2)
                self.data: mmap.mmap | bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        except FileNotFoundError:
            raise MissingError(f"{self.path}: no such file") from None
        except OSError as error:
            raise DataError(f"{self.path}: cannot be read ({error.strerror or error})", "missing") from error

    def __len__(self) -> int:
        return len(self.data)

    def __getstate__(self) -> Path:
        return self.path

    def __setstate__(self, path: Path) -> None:
        self.path = path
        self._open()

    def text(self, start: int, end: int) -> str:
        """Bytes [start, end) as UTF-8, or as cp1252 where they are not."""
        return decode(self.data[start:end])

    def json(self, start: int, end: int) -> Any:
        """The JSON value at bytes [start, end). Raises ValueError when it is none."""
        return parse(self.data[start:end])


class Lines:
    """The lines of a file that hold something, found in one pass and read on access."""

    def __init__(self, path: str | Path) -> None:
        self.file = Mapped(path)
        self._starts, self._ends, self._numbers = array("q"), array("q"), array("q")
        data, at = self.file.data, 0
        if isinstance(data, bytes):
            return  # an empty file
        for number, line in enumerate(iter(data.readline, b""), start=1):
            if line.strip():
                self._starts.append(at)
                self._ends.append(at + len(line))
                self._numbers.append(number)
            at += len(line)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> bytes:
        return self.file.data[self._starts[index] : self._ends[index]]

    def number(self, index: int) -> int:
        """The line's number in the file, counted from 1, blank lines included."""
        return self._numbers[index]

    def json(self, index: int) -> Any:
        """The line as JSON. Raises DataError naming file and line when it is not."""
        try:
            return parse(self[index])
        except ValueError as error:
            raise DataError(f"{self.file.path}, line {self.number(index)}: not JSON: {error}") from None


def decode(data: bytes) -> str:
    """UTF-8 (with or without its mark), else cp1252, in which some ReasonSeg files are written."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def parse(data: bytes) -> Any:
    """JSON of any depth that Python can follow. Raises ValueError for everything else."""
    try:
        return json.loads(decode(data))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def read_json(path: Path) -> Any:
    """A whole JSON file. Raises DataError that names it."""
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        raise MissingError(f"{path}: no such file") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})", "missing") from error
    except ValueError as error:
        raise DataError(f"{path}: not JSON: {error}") from None


def scan(file: Mapped, arrays: Collection[str], unread: str = "") -> Iterator[tuple[str, int, int, Any]]:
    """Walks the JSON object in a file: (key, start, end, value) of each element of the arrays named, in order.

    Other keys are skipped. One element is in memory at a time; its letters outside ASCII are latin-1, so parse
    bytes [start, end) anew where they matter. Lists of numbers under the key `unread` may come as None: most of a COCO
    file is polygons, and an index needs none. Raises ValueError at the first thing that is not JSON.
    """
    text = str(memoryview(file.data), "latin-1")
    at = _skip(text, len(_UTF8_MARK) if file.data[:3] == _UTF8_MARK else 0)
    try:
        if text[at : at + 1] != "{":
            raise ValueError("the file does not hold a JSON object")
        at = _skip(text, at + 1)
        while text[at : at + 1] != "}":
            key, at = _DECODER.raw_decode(text, at)
            if not isinstance(key, str):
                raise ValueError(f"a key is expected at byte {at}")
            at = _after(text, at, ":")
            if key in arrays and text[at : at + 1] == "[":
                at = _skip(text, at + 1)
                while text[at : at + 1] != "]":
                    value, end = _skim(text, at, unread) or _DECODER.raw_decode(text, at)
                    yield key, at, end, value
                    at = _comma(text, end, "]")
                at += 1
            else:
                _, at = _DECODER.raw_decode(text, at)
            at = _comma(text, at, "}")
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _skim(text: str, at: int, unread: str) -> tuple[Any, int] | None:
    """The value at `at` and its end, with None for the polygons under `unread`; None where that cannot be told."""
    key = text.find(f'"{unread}":', at, at + _REACH) if unread else -1
    if key < 0:
        return None
    start = _skip(text, key + len(unread) + 3)
    stop = text.find("]]", start) if text.startswith("[[", start) else -1
    if stop < 0:
        return None
    head = text[at:start] + "null"
    try:
        value, end = _DECODER.raw_decode(head + text[stop + 2 : stop + 2 + _REACH])
    except json.JSONDecodeError:
        return None
    return value, stop + 2 + end - len(head) if end > len(head) else at + end


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, at: int, sign: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != sign:
        raise ValueError(f"{sign!r} is expected at byte {at}")
    return _skip(text, at + 1)


def _comma(text: str, at: int, closing: str) -> int:
    """Past a comma, or at the closing sign."""
    at = _skip(text, at)
    if text[at : at + 1] == closing:
        return at
    at = _after(text, at, ",")
    if text[at : at + 1] == closing:
        raise ValueError(f"a value is expected at byte {at}")
    return at


@contextmanager
def no_collection() -> Iterator[None]:
    """No garbage collection meanwhile: it would walk millions of plain containers again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
