"""Pickles of plain containers, as REFER ships them, read without running anything that they name."""

from __future__ import annotations

import io
import pickle
import re
from pathlib import Path
from typing import Any, NoReturn

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


def _short(further: bytes) -> bytes:
    """Pattern of a length below 48, its `further` bytes, and that many bytes: most strings, stepped over fast."""
    return b"(?:" + b"|".join(re.escape(bytes([n])) + further + b".{%d}" % n for n in range(48)) + b")"


_STEP = re.compile(
    rb"(?:[\]})(ldtseuaN.\x85\x86\x87\x88\x89\x94]"  # containers, marks, None, booleans, MEMOIZE, STOP
    rb"|[Kqh].|M..|[Jj]....|G.{8}|\x95.{8}|\x80[\x00-\x05]"  # numbers, memo, frame, protocol
    rb"|r...\x00"  # LONG_BINPUT below 2**24: the unpickler allocates up to the index it is given
    rb"|p[0-9]{1,7}\n|g[0-9]{1,9}\n|[ILF][-+0-9.eEL]{1,40}\n|F(?:-?inf|nan)\n|[SV][^\n]*\n"  # protocol 0: text
    rb"|\x8a(?:\x00|\x01.|\x02..|\x03.{3}|\x04.{4}|\x05.{5}|\x06.{6}|\x07.{7}|\x08.{8}|\x09.{9})"  # LONG1
    rb"|X" + _short(rb"\x00\x00\x00") + rb"|\x8c" + _short(b"") + rb"){0,2000}+"  # BINUNICODE, SHORT_BINUNICODE
    rb"(?:[XT](....)|[U\x8c](.))?",  # BINUNICODE, BINSTRING, SHORT_...: a length, then that many bytes
    re.DOTALL,
)
"""Operations without a string of their own, up to and with the head of one that has."""


def _check_operations(data: bytes) -> None:
    """Walk the pickle's operations; raise UnpicklingError at the first that plain containers do not need."""
    if sum(data.count(sign) for sign in (b"(", b"]", b"}")) > MAX_PICKLE_CONTAINERS:  # never less than there are
        raise pickle.UnpicklingError(f"more than {MAX_PICKLE_CONTAINERS} containers")
    at, match = 0, _STEP.match
    while at < len(data):
        found = match(data, at)
        assert found is not None  # it may be empty
        if found.end() == at:
            raise pickle.UnpicklingError(
                f"refused operation {data[at : at + 1]!r} at byte {at}; only plain containers are read"
            )
        at = found.end()
        if found.lastindex:
            at += int.from_bytes(found[found.lastindex], "little")
    if at > len(data):
        raise pickle.UnpicklingError("the file ends inside a string")
