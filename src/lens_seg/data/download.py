"""Fetches a file that goes on where it stopped and is checked before it has its name; unpacks a ZIP inside a folder.

Plain urllib: huggingface_hub changes its HTTP library between releases, and one request is all there is to do.
A file grows as NAME.part and becomes NAME when its size and hash are right, so that NAME is whole wherever it is there.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import re
import shutil
import stat
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

from .. import __version__
from .catalogue import File
from .errors import DataError

Report = Callable[[int, int | None], None]
"""Is told (bytes done, bytes in all or None where nobody knows)."""
Bar = Callable[[str], AbstractContextManager[Report]]
"""Shows one piece of work, by its title, while it lasts."""

CHUNK = 1 << 20
TIMEOUT = 60
PATIENCE = 3
"""So many requests in a row may bring nothing new."""
PAUSE = 2.0
"""Seconds between two requests."""


class DownloadError(DataError):
    """A file that cannot be fetched, or is not what it should be."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "download")


class _LostError(Exception):
    """The connection ended early: worth another request."""


def part_of(path: Path) -> Path:
    """Where the bytes of `path` gather."""
    return path.with_name(f"{path.name}.part")


def obtain(file: File, root: Path, bar: Bar) -> str:
    """Makes what `file` stands for be there below `root`; says what was compared. Raises DownloadError.

    What is there already is compared and never replaced. An archive is deleted when it is unpacked.
    """
    path = root / file.path
    if file.unpack is not None and is_there(file, root):
        return "is there, unpacked: not compared"
    if path.exists():
        with bar(f"checking {file.name}") as report:
            wrong = compare(file, path, report)
        if wrong is not None:
            raise DownloadError(f"{path} is there and {wrong}; move it away to fetch it")
    else:
        _room(file, path)
        with bar(f"fetching {file.name}") as report:
            fetch(file, path, report)
        part = part_of(path)
        with bar(f"checking {file.name}") as report:
            wrong = compare(file, part, report)
        if wrong is not None:
            part.unlink()
            raise DownloadError(f"{file.url}: what came is thrown away: {wrong}")
        os.replace(part, path)
    if file.unpack is not None:
        with bar(f"unpacking {file.name}") as report:
            unpack(path, root / file.unpack, report)
        absent = [name for name in file.holds if not (root / name).exists()]
        if absent:
            raise DownloadError(f"{path}: {', '.join(absent)} is not in it; it is another archive")
        path.unlink()
        with suppress(OSError):  # not empty: another archive lies there
            path.parent.rmdir()
    return file.checked


def is_there(file: File, root: Path) -> bool:
    """Whether nothing is left to do; of an archive only what it should hold is looked at, its members are not."""
    if file.unpack is None:
        return (root / file.path).exists()
    begun = [path for path in (root / file.path, part_of(root / file.path)) if path.exists()]
    return not begun and all((root / name).exists() for name in file.holds)


def bytes_left(file: File, root: Path) -> int:
    """So many are still to be fetched, as far as the size is known."""
    path = root / file.path
    if file.bytes is None or path.exists() or is_there(file, root):
        return 0
    return max(file.bytes - _size(part_of(path)), 0)


def fetch(file: File, path: Path, report: Report) -> None:
    """Fills the .part of `path`, going on with what it holds. Raises DownloadError; the .part stays for another try.

    Nothing guards against a file that changes at its source between two tries but its size, its hash and, in a ZIP,
    the sums of its members.
    """
    with _plain_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _complete(file, part_of(path), report)


def compare(file: File, path: Path, report: Report) -> str | None:
    """What is wrong with its size or hash, as far as they are known."""
    with _plain_errors(path):
        size = _size(path)
        if file.bytes is not None and size != file.bytes:
            return f"it has {size:,} bytes, {file.bytes:,} are published"
        if file.hash is not None:
            kind, _, wanted = file.hash.partition(":")
            found = _digest(kind, path, report)
            if found != wanted:
                return f"its {kind} is {found}, {wanted} is published"
    return None


def unpack(archive: Path, folder: Path, report: Report) -> None:
    """Unpacks a ZIP below `folder`; members that are there in their size stay. Raises DownloadError.

    Every name is looked at before anything is written: one that leads out of `folder` and nothing is unpacked.
    """
    try:
        with _plain_errors(folder), zipfile.ZipFile(archive) as source:
            members = [(info, folder / _inside(archive, info)) for info in source.infolist() if not info.is_dir()]
            missing = [pair for pair in members if not _is_there(*pair)]
            folder.mkdir(parents=True, exist_ok=True)
            enough_space(folder, sum(info.file_size for info, _ in missing))
            total = sum(info.file_size for info, _ in members)
            done = total - sum(info.file_size for info, _ in missing)
            for info, path in missing:
                path.parent.mkdir(parents=True, exist_ok=True)
                with source.open(info) as packed, path.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked, CHUNK)
                done += info.file_size
                report(done, total)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise DownloadError(f"{archive}: {error}; delete it and fetch it again") from error


def enough_space(folder: Path, wanted: int) -> None:
    """Raises DownloadError where the disk of `folder` has less than `wanted` bytes left."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise DownloadError(f"{folder}: {size_text(wanted)} are wanted, {size_text(free)} are free")


def size_text(count: int) -> str:
    """Decimal units, as sizes of downloads are given.

    >>> size_text(13_510_573_713), size_text(53_993_993), size_text(512)
    ('13.5 GB', '54.0 MB', '0.5 kB')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count / 1000:.1f} kB"


# ---- one request after the other -------------------------------------------------------------------------------


def _complete(file: File, part: Path, report: Report) -> None:
    """Asks until the .part holds all."""
    furthest, fruitless = -1, 0
    while file.bytes is None or _size(part) != file.bytes:
        try:
            _request(file, part, _size(part), report)
            return
        except _LostError as lost:
            have = _size(part)
            fruitless = 0 if have > furthest else fruitless + 1
            furthest = max(furthest, have)
            if fruitless >= PATIENCE:
                kept = f"; {size_text(have)} are kept, the same command goes on from there" if have else ""
                raise DownloadError(f"{file.url}: {lost}{kept}") from lost
            time.sleep(PAUSE)


def _request(file: File, part: Path, have: int, report: Report) -> None:
    """One request for what comes after the first `have` bytes."""
    headers = {"User-Agent": f"lens-seg/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        with urllib.request.urlopen(urllib.request.Request(file.url, headers=headers), timeout=TIMEOUT) as answer:
            start, total = _extent(answer)
            if start not in (0, have):
                raise DownloadError(f"{file.url}: the server sends bytes from {start:,} on, {have:,} was asked for")
            if file.bytes is not None and total is not None and total != file.bytes:
                raise DownloadError(
                    f"{file.url}: the server has {total:,} bytes, {file.bytes:,} were published: it is another file"
                )
            total = file.bytes if file.bytes is not None else total
            with part.open("ab" if start else "wb") as out:
                _copy(answer, out, start, total, report)
    except urllib.error.HTTPError as error:
        # 416: there is nothing after what we have. 404 though the file is there: how the Internet Archive answers some
        # requests for a range. Either way the whole file is asked for.
        if have and error.code in (404, 416):
            if error.code == 416 and error.headers.get("Content-Range") == f"bytes */{have}" and file.bytes is None:
                return
            _request(file, part, 0, report)
            return
        if error.code in (429, 500, 502, 503, 504):
            raise _LostError(f"the server answers {error.code} {error.reason}") from error
        raise DownloadError(f"{file.url}: the server answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _LostError(f"{urlsplit(file.url).hostname} cannot be reached: {error.reason}") from error
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _LostError(f"the connection was lost ({error or type(error).__name__})") from error


def _room(file: File, path: Path) -> None:
    """Raises DownloadError where the disk cannot take what is missing and, of an archive, its members as well."""
    if file.bytes is not None:
        enough_space(path.parent, file.bytes - _size(part_of(path)) + (file.bytes if file.unpack is not None else 0))


def _extent(answer: http.client.HTTPResponse) -> tuple[int, int | None]:
    """(first byte, bytes of the whole file or None) of what the server sends."""
    if answer.status == 206:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
        if found is None:
            raise _LostError("the server sends a part and does not say which")
        return int(found[1]), None if found[2] == "*" else int(found[2])
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _copy(answer: http.client.HTTPResponse, out: IO[bytes], done: int, total: int | None, report: Report) -> None:
    while chunk := answer.read(CHUNK):
        out.write(chunk)
        done += len(chunk)
        report(done, total)
        if total is not None and done > total:
            return  # more than there should be; whoever compares sizes will say so
    if total is not None and done < total:
        raise _LostError(f"the connection ended after {done:,} of {total:,} bytes")


def _digest(kind: str, path: Path, report: Report) -> str:
    digest, done, total = hashlib.new(kind, usedforsecurity=False), 0, path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            report(done, total)
    return digest.hexdigest()


# ---- unpacking -------------------------------------------------------------------------------------------------


def _inside(archive: Path, info: zipfile.ZipInfo) -> PurePosixPath:
    """Where a member goes, below the folder. Raises DownloadError for one that does not stay there."""
    name = PurePosixPath(info.filename)
    linked = stat.S_ISLNK(info.external_attr >> 16)
    if name.is_absolute() or linked or not name.parts or {"..", "\\", ":"} & {*name.parts, *info.filename}:
        raise DownloadError(f"{archive}: member {info.filename!r} leads out of the folder; nothing is unpacked")
    return name


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _is_there(info: zipfile.ZipInfo, path: Path) -> bool:
    return path.is_file() and path.stat().st_size == info.file_size


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Turns errors of the file system into DownloadError; a full disk is named as such."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DownloadError(f"{path}: the disk is full; what is there stays, the same command goes on") from error
        raise DownloadError(f"{error.filename or path}: {error.strerror or error}") from error
