"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lens_seg.files import new_folder, replaced_folder, whole_file, write_whole


def write(path: Path) -> None:
    write_whole(path, "new")


def draw(path: Path) -> None:
    with whole_file(path) as temporary:
        assert temporary.suffix == path.suffix, "libraries tell formats by it"
        temporary.write_text("new")


def replace(path: Path) -> None:
    path.with_name(f".{path.name}.123.tmp").mkdir()  # of one that was killed
    with replaced_folder(path) as temporary:
        (temporary / "x").write_text("new")


def content(path: Path) -> str:
    return (path / "x").read_text() if path.is_dir() else path.read_text()


@pytest.mark.parametrize("make", [write, draw, replace])
def test_the_old_stays_until_the_new_is_whole(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    if make is replace:
        path.mkdir()
    (path / "x" if path.is_dir() else path).write_text("old")

    def fails(*_: Any) -> None:
        raise OSError("no rename today")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails)
        with pytest.raises(OSError, match="no rename"):
            make(path)
    assert content(path) == "old" and os.listdir(tmp_path) == ["a.json"]
    make(path)
    assert content(path) == "new" and os.listdir(tmp_path) == ["a.json"]


def test_a_new_folder_is_written_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with new_folder(tmp_path / "out") as folder:
        (folder / "x").touch()
    with pytest.raises(FileExistsError, match="exists and is not empty"), new_folder(tmp_path / "out"):
        pass
    with pytest.raises(RuntimeError), new_folder(tmp_path / "half") as folder:
        raise RuntimeError
    assert os.listdir(tmp_path) == ["out"] and os.listdir(tmp_path / "out") == ["x"]


def test_a_new_folder_may_be_this_one_or_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with new_folder(tmp_path / "link") as temporary:
        (temporary / "x").touch()
    assert (tmp_path / "real/x").is_file() and (tmp_path / "link").is_symlink()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with new_folder(Path()) as temporary:
        (temporary / "x").touch()
    assert (tmp_path / "here/x").is_file()


def test_a_mount_point_is_filled_from_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a container's volume is: it can neither be replaced nor be moved into from outside."""
    volume, move = tmp_path / "volume", os.replace
    volume.mkdir()

    def replace(source: Path, target: Path) -> None:
        if target == volume or (volume in target.parents) != (volume in source.parents):
            raise OSError(errno.EBUSY, "Device or resource busy")
        move(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(Path, "is_mount", lambda path: path == volume)
    with pytest.raises(RuntimeError), new_folder(volume) as folder:
        (folder / "half").touch()
        raise RuntimeError
    with new_folder(volume) as folder:
        (folder / "x").touch()
        (folder / "inner").mkdir()
    assert sorted(os.listdir(volume)) == ["inner", "x"]
