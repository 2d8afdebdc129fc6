"""`lens data`: check, show, export and get datasets."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..files import new_folder, write_whole
from .data_get import get
from .data_score import score
from .report import UsageError, describe, failed, quiet_stdout, say_why, usage_errors

if TYPE_CHECKING:
    from rich.progress import Progress

    from ..data.check import SplitReport
    from ..data.errors import Problem

data = typer.Typer(
    name="data", help="Check, show and convert datasets.", no_args_is_help=True, pretty_exceptions_enable=False
)

Target = Annotated[
    str, typer.Argument(metavar="ROOT_OR_NAME", help="A dataset's folder or file, or a name with --root: refcoco, ...")
]
Root = Annotated[str | None, typer.Option("--root", metavar="DIR", help="Folder of the named dataset.")]
Split = Annotated[str | None, typer.Option("--split", help="Only this split.  [default: all]")]
Workers = Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes.  [default: one for each core]")]


@dataclasses.dataclass(frozen=True)
class Chosen:
    """A dataset and those of its splits that a command is about."""

    name: str
    root: str | None
    splits: list[str]


@data.command("check")
def check(
    target: Target,
    root: Root = None,
    split: Split = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    workers: Workers = None,
) -> int:
    """Read everything and list each problem by file and row; exit 1 when there are errors."""
    chosen = _choose(target, root, split)
    if any(source.name == "toybox" for source in chosen):
        raise UsageError("toybox is drawn by the program: there is nothing to check")
    from ..data.check import shared_photos

    reports: list[SplitReport] = []
    shared: list[Problem] = []
    with quiet_stdout():
        for source in chosen:
            checked = [_check(source, name, workers) for name in source.splits]
            shared += shared_photos(checked)
            reports += checked
    problems = [problem for report in reports for problem in report.problems] + shared
    errors = sum(problem.level == "error" for problem in problems)
    if as_json:
        splits = [{"name": r.name, "split": r.split, "samples": r.samples, "images": r.images} for r in reports]
        listed = [dataclasses.asdict(problem) for problem in problems]
        found = {"splits": splits, "errors": errors, "warnings": len(problems) - errors, "problems": listed}
        typer.echo(json.dumps(found, indent=2))
        return 1 if errors else 0
    for problem in problems:
        typer.echo(_line(problem))
    for report in reports:
        counts = f"{_count(report.count('error'), 'error')}, {_count(report.count('warning'), 'warning')}"
        samples = f"{_count(report.samples, 'sample')} of {_count(report.images, 'image')}"
        typer.echo(f"{report.name} {report.split}: {samples}, {counts}")
    if shared:
        typer.echo(f"{_count(len(shared), 'photo')} in more than one split")
    return 1 if errors else 0


@data.command("show")
def show(
    target: Target,
    out: Annotated[Path, typer.Option(metavar="FILE", help="A sheet (.png) or a page for a browser (.html).")],
    root: Root = None,
    split: Split = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="So many samples.")] = 24,
    seed: Annotated[int | None, typer.Option(help="Choose them at random; otherwise the first are shown.")] = None,
    columns: Annotated[int, typer.Option(min=1, help="Pictures in a row of the sheet.")] = 4,
) -> int:
    """Draw samples with masks, boxes and expressions: a contact sheet, or a self-contained HTML page."""
    if out.suffix.lower() not in (".png", ".html"):
        raise UsageError(f"--out {out}: the name must end in .png or .html")
    with usage_errors(OSError):
        out.parent.mkdir(parents=True, exist_ok=True)
    chosen = _choose(target, root, split)
    from .data_page import Picture, draw, page, sheet

    pictures: list[Picture] = []
    failures = 0
    with quiet_stdout():
        opened, unread = _open_all(chosen)
        for text in unread:
            failures += 1
            failed(text)
        for source, name, index, samples in _pick(opened, limit, seed):
            try:
                pictures.append(draw(samples[index], f"{source.name} {name}"))
            except Exception as error:
                failures += 1
                failed(describe(error))
                say_why(error)
    if not pictures:
        raise UsageError("none of the samples could be drawn")
    title = f"{target}: {_count(len(pictures), 'sample')}"
    write_whole(out, sheet(pictures, columns) if out.suffix.lower() == ".png" else page(pictures, title))
    typer.echo(out)
    return 1 if failures else 0


@data.command("export")
def export(
    target: Target,
    to: Annotated[str, typer.Option(metavar="jsonl|coco|parquet", help="The format to write.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new folder.")],
    root: Root = None,
    split: Split = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Check first, leave out what has errors, and list it in left_out.txt.")
    ] = False,
    photos: Annotated[bool, typer.Option(help="Copy the photos; otherwise name them where they lie.")] = True,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N samples of a split.")] = None,
    workers: Workers = None,
) -> int:
    """Write a dataset in another format; all splits, each a file."""
    with usage_errors(ValueError):
        from ..data.export import LEFT_OUT, WRITERS, check_split, check_writer, items_of

        check_writer(to)
    chosen = _choose(target, root, split)
    if len(chosen) > 1:
        names = ", ".join(source.name for source in chosen)
        raise UsageError(f"{target} holds several datasets: name one of {names} and pass --root {target}")
    source = chosen[0]
    with usage_errors(ValueError):
        for name in source.splits:
            check_split(name)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"--out {out} is there already: name a new folder")
    lines = []
    with quiet_stdout(), new_folder(out) as folder:
        writer = WRITERS[to](folder, photos)
        left_out: list[Problem] = []
        for name in source.splits:
            samples, bad = _open(source, name, tolerant=skip_bad), set[int]()
            unread = len(getattr(samples, "problems", ()))
            if skip_bad and source.name != "toybox":
                report = _check(source, name, workers)
                left_out += [problem for problem in report.problems if problem.level == "error"]
                bad = report.bad
            total = len(samples) if limit is None else min(limit, len(samples))
            with _progress(f"{source.name} {name}", total) as advance:
                count = writer.split(name, items_of(samples, bad, limit, advance))
            done = f"{name}: {_count(count, 'sample')}"
            lines.append(f"{done}, {len(bad) + unread} left out" if skip_bad else done)
        if skip_bad:
            (folder / LEFT_OUT).write_text("".join(f"{_line(problem)}\n" for problem in left_out), encoding="utf-8")
    for line in lines:
        typer.echo(line)
    typer.echo(out)
    return 0


data.command("get")(get)
data.command("score")(score)


# ---- which datasets --------------------------------------------------------------------------------------------


def _choose(target: str, root: str | None, split: str | None) -> list[Chosen]:
    """The datasets named, with their splits. Raises UsageError."""
    with usage_errors(FileNotFoundError, ValueError):
        from ..data.formats import FORMATS, recognise

        if target == "toybox":
            from ..data.registry import splits_of

            return [Chosen("toybox", None, _splits(splits_of("toybox"), split, "toybox"))]
        if root is not None and target not in FORMATS:
            raise UsageError(f"unknown dataset {target!r}: choose one of {', '.join(FORMATS)}")
        if target in FORMATS and (root is not None or not Path(target).exists()):
            if root is None:
                raise UsageError(f"dataset {target!r} needs --root: {FORMATS[target].root}")
            found: list[tuple[str, Path, str | None]] = [(target, Path(root), None)]
        else:
            found = recognise(Path(target))
        chosen = []
        for name, folder, only in found:
            known = [only] if only else FORMATS[name].splits(folder)
            if split is not None and split not in known and len(found) > 1:
                continue
            chosen.append(Chosen(name, str(folder), _splits(known, split, name)))
        if not chosen:
            raise UsageError(f"{target}: no dataset in it has a split {split!r}")
        return chosen


def _splits(known: list[str], split: str | None, name: str) -> list[str]:
    if split is None:
        return known
    if split not in known:
        raise UsageError(f"{name}: no split {split!r}; it has {', '.join(known)}")
    return [split]


def _open(source: Chosen, split: str, tolerant: bool) -> Any:
    from ..data.registry import open_dataset

    return open_dataset(source.name, split, source.root, tolerant)


def _check(source: Chosen, split: str, workers: int | None) -> SplitReport:
    """A split's report; a file that cannot be opened is a problem as any other."""
    from ..data.check import SplitReport, check_split
    from ..data.errors import DataError, Problem

    try:
        samples = _open(source, split, tolerant=True)
    except DataError as error:
        found = Problem(level="error", kind=error.kind, file=str(source.root), place="", message=str(error))
        return SplitReport(name=source.name, split=split, problems=[found])
    with _progress(f"{source.name} {split}", len(samples)) as advance:
        return check_split(samples, source.name, split, workers or os.cpu_count() or 1, advance)


def _open_all(chosen: list[Chosen]) -> tuple[list[tuple[Chosen, str, Any]], list[str]]:
    """(source, split, samples) of what can be opened, and what of it all cannot be read."""
    opened, unread = [], []
    for source in chosen:
        for name in source.splits:
            try:
                samples = _open(source, name, tolerant=True)
            except ValueError as error:
                unread.append(describe(error))
                continue
            opened.append((source, name, samples))
            unread += [_line(problem) for problem in getattr(samples, "problems", ())]
    return opened, unread


def _pick(
    opened: list[tuple[Chosen, str, Any]], limit: int, seed: int | None
) -> Iterator[tuple[Chosen, str, int, Any]]:
    """(source, split, index, samples) of those to show, shared out evenly between splits."""
    import numpy as np

    for number, (source, name, samples) in enumerate(opened):
        share = min(len(samples), limit * (number + 1) // len(opened) - limit * number // len(opened))
        order = range(share) if seed is None else np.random.default_rng(seed).permutation(len(samples))[:share]
        for index in order:
            yield source, name, int(index), samples


# ---- words -----------------------------------------------------------------------------------------------------


@contextmanager
def _progress(text: str, total: int) -> Iterator[Any]:
    """A progress bar on stderr; gives the function that moves it on."""
    from rich.console import Console
    from rich.progress import Progress

    bar: Progress
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda count: bar.advance(task, count)


def _line(problem: Problem) -> str:
    where = f"{problem.file}, {problem.place}" if problem.place else problem.file
    text = problem.message if problem.message.startswith(where) else f"{where}: {problem.message}"
    line = f"{problem.level} [{problem.kind}] {' '.join(text.split())}"
    return line.encode(errors="backslashreplace").decode()  # names of files need not be text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
