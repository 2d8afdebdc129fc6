"""`lens data get`: where a dataset is to be had; fetches what has a fixed address, and says what is left to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .report import UsageError, describe, failed, quiet_stdout, say_why

if TYPE_CHECKING:
    from ..data.catalogue import File, Source
    from ..data.download import Report

ASK_FROM = 10**9
"""More bytes than that are fetched with consent alone."""


def get(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A dataset; without it all are listed.")] = None,
    root: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Fetch into this folder; without it nothing is fetched.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Fetch gigabytes without asking.")] = False,
    photos: Annotated[bool, typer.Option(help="Fetch the photos too; they are most of the bytes.")] = True,
) -> int:
    """Say where to get a dataset, its licence and its folder; with --root fetch what can be fetched."""
    from ..data.catalogue import SOURCES

    if name is None:
        for known, source in SOURCES.items():
            typer.echo(f"{known:18} {source.title}")
        return 0
    if name not in SOURCES:
        raise UsageError(f"unknown dataset {name!r}: choose one of {', '.join(SOURCES)}")
    if root is not None and root.exists() and not root.is_dir():
        raise UsageError(f"--root {root} is not a folder")
    source = SOURCES[name]
    files = [file for file in source.files if photos or not file.photos]
    typer.echo(_plan(name, source, files, root), nl=False)
    return _obtain(files, root, yes) if root is not None else 0


def _obtain(files: list[File], root: Path, yes: bool) -> int:
    from ..data.download import DownloadError, bytes_left, obtain, size_text

    wanted = sum(bytes_left(file, root) for file in files)
    if wanted > ASK_FROM and not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"nothing was fetched: {size_text(wanted)} want --yes (--no-photos leaves the photos out)")
        typer.confirm(f"Fetch {size_text(wanted)} into {root}?", abort=True)
    failures = 0
    for file in files:
        try:
            with quiet_stdout():
                checked = obtain(file, root, _bar)
        except DownloadError as error:
            failures += 1
            failed(describe(error))
            say_why(error)
        else:
            typer.echo(f"{file.name}: {checked}")
    return 1 if failures else 0


def _plan(name: str, source: Source, files: list[File], root: Path | None) -> str:
    from ..data.download import is_there, part_of, size_text

    lines = [f"{name}: {source.title}", f"  ({source.cite})", ""]
    if files:
        lines.append("Fetched for you:" if root is not None else "Fetched for you, with --root DIR:")
        for file in files:
            size = size_text(file.bytes) if file.bytes is not None else "size not published"
            state = ""
            if root is not None and is_there(file, root):
                state = ", is there"
            elif root is not None and part_of(root / file.path).exists():
                state = f", {size_text(part_of(root / file.path).stat().st_size)} are there"
            lines += [f"  {file.name} ({size}{state}; {file.checked})", f"    {file.url}"]
        lines.append("")
    if source.steps:
        lines.append("To be done by hand:")
        lines += [f"  {number}. {step}" for number, step in enumerate(source.steps, start=1)]
        lines.append("")
    lines += [f"Licence: {source.licence}", "", f"{root or 'The folder to pass as --root'} then holds:"]
    lines += [f"  {line}" for line in source.folder.splitlines()]
    lines += ["", f"Then: lens data check {name} --root {root or 'DIR'}"]
    return "\n".join(lines) + "\n"


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    """A progress bar on stderr, in bytes."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
