"""The downloader against a server of our own on 127.0.0.1; no other host is ever asked."""

from __future__ import annotations

import errno
import hashlib
import io
import re
import shutil
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lens_seg.data import download
from lens_seg.data.catalogue import ARCHIVES, SOURCES, File
from lens_seg.data.download import DownloadError, bytes_left, is_there, obtain

BODY = bytes(range(256)) * 9000
SHA256 = hashlib.sha256(BODY).hexdigest()


class Server:
    """Serves `content`; the rest says how badly."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {"/file": BODY}
        self.ranges = True
        self.break_after: list[int] = []
        """Of the requests to come, so many bytes each; all of them afterwards."""
        self.answers: list[int] = []
        """Status codes of the requests to come, instead of the file."""
        self.length = True
        self.asked: list[str | None] = []
        """The Range of each request."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.headers["Range"])
                server.answer(self)

            def log_message(self, *_: object) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        body = self.content.get(to.path)
        if self.answers or body is None:
            to.send_error(self.answers.pop(0) if self.answers else 404)
            return
        found = re.fullmatch(r"bytes=(\d+)-", to.headers["Range"] or "") if self.ranges else None
        start = int(found[1]) if found else 0
        if start >= len(body):
            to.send_response(416)
            to.send_header("Content-Range", f"bytes */{len(body)}")
            to.end_headers()
            return
        to.send_response(206 if found else 200)
        if found:
            to.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if self.length:
            to.send_header("Content-Length", str(len(body) - start))
        to.end_headers()
        end = start + self.break_after.pop(0) if self.break_after else len(body)
        to.wfile.write(body[start:end])


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.0)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, daemon=True)
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()


@contextmanager
def silent(title: str) -> Iterator[download.Report]:
    yield lambda done, total: None


def a_file(server: Server, **changes: object) -> File:
    values = {"url": f"{server.url}/file", "path": "sub/file.bin", "bytes": len(BODY), "hash": f"sha256:{SHA256}"}
    return File(**{**values, **changes})  # type: ignore[arg-type]


def left(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_file_is_fetched_and_compared(server, tmp_path):
    file, told = a_file(server), []

    @contextmanager
    def bar(title):
        told.append([title])
        yield lambda done, total: told[-1].append((done, total))

    assert not is_there(file, tmp_path) and bytes_left(file, tmp_path) == len(BODY)
    assert obtain(file, tmp_path, bar) == "size and sha256 compared"
    assert (tmp_path / file.path).read_bytes() == BODY and left(tmp_path) == ["sub/file.bin"]
    assert [line[0] for line in told] == ["fetching file.bin", "checking file.bin"]
    assert all(line[-1] == (len(BODY), len(BODY)) for line in told)
    assert is_there(file, tmp_path) and bytes_left(file, tmp_path) == 0
    assert obtain(file, tmp_path, silent) == "size and sha256 compared" and len(server.asked) == 1


def test_it_goes_on_where_it_stopped(server, tmp_path):
    file = a_file(server)
    part = download.part_of(tmp_path / file.path)
    part.parent.mkdir()
    part.write_bytes(BODY[:1000])
    assert bytes_left(file, tmp_path) == len(BODY) - 1000
    server.break_after = [5000]
    obtain(file, tmp_path, silent)
    assert server.asked == ["bytes=1000-", "bytes=6000-"] and (tmp_path / file.path).read_bytes() == BODY


@pytest.mark.parametrize("size", [len(BODY), None])
def test_a_part_that_is_whole_is_not_fetched_again(server, tmp_path, size):
    file = a_file(server, bytes=size)
    part = download.part_of(tmp_path / file.path)
    part.parent.mkdir()
    part.write_bytes(BODY)
    obtain(file, tmp_path, silent)
    assert server.asked == ([] if size else [f"bytes={len(BODY)}-"])


def test_a_part_that_is_too_long_is_thrown_away(server, tmp_path):
    file = a_file(server)
    part = download.part_of(tmp_path / file.path)
    part.parent.mkdir()
    part.write_bytes(BODY + b"more")
    obtain(file, tmp_path, silent)
    assert server.asked == [f"bytes={len(BODY) + 4}-", None] and (tmp_path / file.path).read_bytes() == BODY


@pytest.mark.parametrize("how", ["200", "404"])
def test_a_server_without_ranges_sends_all_again(server, tmp_path, how):
    """As the Internet Archive does, which says 404 to some requests for a range."""
    file = a_file(server)
    part = download.part_of(tmp_path / file.path)
    part.parent.mkdir()
    part.write_bytes(b"x" * 1000)
    server.ranges, server.answers = False, [404] if how == "404" else []
    obtain(file, tmp_path, silent)
    assert (tmp_path / file.path).read_bytes() == BODY and server.asked[0] == "bytes=1000-"


def test_a_connection_that_keeps_breaking_is_named_and_the_part_is_kept(server, tmp_path):
    file = a_file(server)
    server.break_after = [700_000, *[0] * 10]
    with pytest.raises(DownloadError, match=r"ended after 700,000 of 2,304,000 bytes; 700\.0 kB are kept"):
        obtain(file, tmp_path, silent)
    assert left(tmp_path) == ["sub/file.bin.part"] and len(server.asked) == 1 + download.PATIENCE
    server.break_after = []
    obtain(file, tmp_path, silent)
    assert (tmp_path / file.path).read_bytes() == BODY


def test_a_server_without_ranges_that_keeps_breaking_is_given_up(server, tmp_path):
    server.ranges, server.break_after = False, [1000] * 10
    with pytest.raises(DownloadError, match="ended after 1,000"):
        obtain(a_file(server), tmp_path, silent)
    assert len(server.asked) == 1 + download.PATIENCE


def test_a_wrong_hash_leaves_nothing(server, tmp_path):
    file = a_file(server, hash="md5:" + "0" * 32)
    with pytest.raises(DownloadError, match=f"thrown away: its md5 is {hashlib.md5(BODY).hexdigest()}, 000"):
        obtain(file, tmp_path, silent)
    assert left(tmp_path) == []


def test_a_wrong_size_is_noticed_before_anything_is_written(server, tmp_path):
    with pytest.raises(DownloadError, match="the server has 2,304,000 bytes, 5 were published"):
        obtain(a_file(server, bytes=5), tmp_path, silent)
    assert left(tmp_path) == []
    server.length = False  # it does not say how long the file is
    with pytest.raises(DownloadError, match="thrown away: it has 1,048,576 bytes, 5 are published"):
        obtain(a_file(server, bytes=5), tmp_path, silent)
    assert left(tmp_path) == []


def test_what_is_there_is_never_replaced(server, tmp_path):
    file = a_file(server)
    (tmp_path / "sub").mkdir()
    (tmp_path / file.path).write_bytes(b"mine")
    with pytest.raises(DownloadError, match="is there and it has 4 bytes"):
        obtain(file, tmp_path, silent)
    assert (tmp_path / file.path).read_bytes() == b"mine" and not server.asked


def test_without_size_or_hash_it_says_so(server, tmp_path):
    file = a_file(server, bytes=None, hash=None)
    assert obtain(file, tmp_path, silent) == "nothing to compare: no hash is published"
    assert "size compared: no hash" in a_file(server, hash=None).checked
    assert a_file(server, bytes=None).checked == "sha256 compared"


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_what_a_server_refuses_is_named_at_once(server, tmp_path, code):
    server.answers = [code]
    with pytest.raises(DownloadError, match=f"the server answers {code} "):
        obtain(a_file(server), tmp_path, silent)
    assert len(server.asked) == 1 and left(tmp_path) == []


def test_a_busy_server_is_asked_again(server, tmp_path):
    server.answers = [503, 429]
    obtain(a_file(server), tmp_path, silent)
    assert len(server.asked) == 3


def test_no_network(server, tmp_path):
    server.http.server_close()
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 cannot be reached: .*[Rr]efused"):
        obtain(a_file(server), tmp_path, silent)


def test_a_full_disk(server, tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    opened = Path.open
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode="r": Full() if "r" not in mode else opened(path, mode))
        with pytest.raises(DownloadError, match="the disk is full; what is there stays"):
            obtain(a_file(server), tmp_path, silent)
    usage = shutil._ntuple_diskusage(10**9, 10**9 - 5, 5)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    server.asked.clear()
    with pytest.raises(DownloadError, match=r"2\.3 MB are wanted, 0\.0 kB are free"):
        obtain(a_file(server), tmp_path, silent)
    assert not server.asked


# ---- archives --------------------------------------------------------------------------------------------------


def a_zip(members: dict[str, bytes], **how: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = how.get("attributes", 0o644 << 16)
            file.writestr(info, data)
    return buffer.getvalue()


def an_archive(server: Server, data: bytes, **changes: object) -> File:
    server.content["/set.zip"] = data
    values = {"url": f"{server.url}/set.zip", "path": f"{ARCHIVES}/set.zip", "bytes": len(data), "hash": None}
    return File(**{**values, "unpack": "set", "holds": ("set/a/x.json",), **changes})  # type: ignore[arg-type]


def test_an_archive_is_unpacked_and_removed(server, tmp_path):
    file = an_archive(server, a_zip({"a/": b"", "a/x.json": b"{}", "b/y.jpg": b"y"}))
    assert "a ZIP's members carry sums" in obtain(file, tmp_path, silent)
    assert left(tmp_path) == ["set/a/x.json", "set/b/y.jpg"] and not (tmp_path / ARCHIVES).exists()
    assert is_there(file, tmp_path) and bytes_left(file, tmp_path) == 0
    assert obtain(file, tmp_path, silent) == "is there, unpacked: not compared" and len(server.asked) == 1


def test_unpacking_goes_on_where_it_stopped(server, tmp_path):
    data = a_zip({"a/x.json": b"{}", "b/y.jpg": b"yyy", "c/z.jpg": b"z"})
    file = an_archive(server, data)
    (tmp_path / ARCHIVES).mkdir()
    (tmp_path / file.path).write_bytes(data)
    for name, half in (("a/x.json", b"[]"), ("b/y.jpg", b"y")):
        (tmp_path / "set" / name).parent.mkdir(parents=True)
        (tmp_path / "set" / name).write_bytes(half)
    assert not is_there(file, tmp_path), "the archive that still lies there says that it was not done"
    obtain(file, tmp_path, silent)
    assert (tmp_path / "set/a/x.json").read_bytes() == b"[]", "what has its size is left alone"
    assert (tmp_path / "set/b/y.jpg").read_bytes() == b"yyy" and not server.asked


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "a\\..\\x", "C:/x", "C:x", "."])
def test_a_member_that_leads_out_of_the_folder_stops_all(server, tmp_path, name):
    file = an_archive(server, a_zip({"a/x.json": b"{}", name: b"out"}))
    with pytest.raises(DownloadError, match="leads out of the folder; nothing is unpacked"):
        obtain(file, tmp_path / "root", silent)
    assert left(tmp_path) == [f"root/{file.path}"]


def test_a_link_is_not_unpacked(server, tmp_path):
    file = an_archive(server, a_zip({"a/x.json": b"/etc/passwd"}, attributes=(stat.S_IFLNK | 0o777) << 16))
    with pytest.raises(DownloadError, match="leads out of the folder"):
        obtain(file, tmp_path, silent)


def test_damaged_archives_are_named(server, tmp_path):
    whole = a_zip({"a/x.json": b"{}" * 500})
    where = whole.index(b"x.json") + 8
    for data in (b"no zip", whole[:-30], whole[:where] + b"\xff\xff\xff" + whole[where + 3 :]):
        file = an_archive(server, data)
        with pytest.raises(DownloadError, match="delete it and fetch it again"):
            obtain(file, tmp_path, silent)
        (tmp_path / file.path).unlink()


def test_an_archive_of_something_else(server, tmp_path):
    file = an_archive(server, a_zip({"b/y.jpg": b"y"}))
    with pytest.raises(DownloadError, match=r"set/a/x\.json is not in it"):
        obtain(file, tmp_path, silent)


def test_what_does_not_fit_is_not_unpacked(server, tmp_path, monkeypatch):
    file = an_archive(server, a_zip({"a/x.json": b"0" * 10**7}), bytes=None)
    usage = shutil._ntuple_diskusage(10**9, 10**9 - 10**6, 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DownloadError, match=r"10\.0 MB are wanted, 1\.0 MB are free"):
        obtain(file, tmp_path, silent)
    assert left(tmp_path) == [file.path]


# ---- the catalogue ---------------------------------------------------------------------------------------------


def test_the_catalogue_is_well_formed():
    lengths = {"md5": 32, "sha256": 64}
    for source in SOURCES.values():
        assert source.files or source.steps
        for file in source.files:
            assert re.fullmatch(r"https?://[\w.-]+/[\w./+%-]*[:/\w.+%-]*", file.url)
            assert not Path(file.path).is_absolute() and ".." not in Path(file.path).parts
            assert (file.unpack is None) == (not file.holds) == (not file.path.startswith(ARCHIVES))
            assert file.bytes is None or file.bytes > 10**6
            if file.hash is not None:
                kind, _, digits = file.hash.partition(":")
                assert re.fullmatch(rf"[0-9a-f]{{{lengths[kind]}}}", digits)
            if file.url.startswith("http:"):
                assert file.bytes is not None, "without encryption at least the size is compared"
