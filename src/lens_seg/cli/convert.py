"""`lens convert`: published LENS checkpoints to our layout and back, and stock models to a new LENS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .report import UsageError, quiet_stdout, usage_errors

LAYOUTS = ("ours", "published")


def convert(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A folder, a shipped model or a Hub id.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="Folder to write; new or empty.")],
    to: Annotated[str, typer.Option(metavar="|".join(LAYOUTS), help="Layout to write.")] = "ours",
    segmenter: Annotated[
        str | None,
        typer.Option(metavar="FILE|DIR|HUB_ID", help="Make a new LENS: SRC is a stock VLM, this a stock SAM 2 or 3."),
    ] = None,
    queries: Annotated[int, typer.Option(min=1, metavar="M", help="Context queries of a new LENS.")] = 64,
) -> None:
    """Convert a published LENS checkpoint to the layout of this package, or back with --to published.

    With --segmenter, join a stock VLM and a stock SAM to a new LENS, ready for alignment.
    """
    if to not in LAYOUTS:
        raise UsageError(f"--to {to!r} is unknown: choose from {', '.join(LAYOUTS)}")
    if segmenter is not None and to != "ours":
        raise UsageError("--segmenter makes a new LENS in our layout: leave out --to, and convert that")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists and is not empty: choose another folder")
    with quiet_stdout():
        from .. import hub
        from ..models.released import layout

        with usage_errors(FileNotFoundError, ValueError):
            folder = hub.find_model(source)
            sam = None if segmenter is None else _segmenter(segmenter)
            found = None if sam is not None else layout(folder)
        if found == to:
            raise UsageError(f"{folder} has the layout {to!r} already")
        if sam is not None:
            hub.compose(folder, sam, target, num_queries=queries)
        else:
            hub.convert(folder, target, to_published=to == "published")
    typer.echo(str(target))


def _segmenter(name: str) -> Path:
    from .. import hub

    return Path(name) if Path(name).exists() else hub.find_model(name)
