"""`lens convert`: published LENS checkpoints to our layout and back."""

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
) -> None:
    """Convert a published LENS checkpoint to the layout of this package, or back with --to published."""
    if to not in LAYOUTS:
        raise UsageError(f"--to {to!r} is unknown: choose from {', '.join(LAYOUTS)}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists and is not empty: choose another folder")
    with quiet_stdout():
        from .. import hub
        from ..models.released import layout

        with usage_errors(FileNotFoundError, ValueError):
            folder = hub.find_model(source)
            found = layout(folder)
        if found == to:
            raise UsageError(f"{folder} has the layout {to!r} already")
        hub.convert(folder, target, to_published=to == "published")
    typer.echo(str(target))
