"""The command `lens`. Answers for people and scripts: 0 done, 1 failed on some input, 2 wrong usage.

Nothing heavy is imported here or at the top of the commands: torch, transformers, numpy and PIL load when a
command runs, so that `lens --help` answers at once. LENS_DEBUG=1 shows where an error came from.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from .. import __version__
from .bench import bench
from .convert import convert
from .data import data
from .eval import evaluate
from .report import describe, failed, say_why
from .segment import segment
from .train import train

app = typer.Typer(
    name="lens",
    help="Text-prompted segmentation that reasons first.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("segment")(segment)
app.command("train")(train)
app.command("eval")(evaluate)
app.command("convert")(convert)
app.add_typer(data)
app.command("bench")(bench)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lens-seg {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command (by default the process's own arguments) and returns the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a letter that a terminal lacks loses no result
    try:
        code = app(args=arguments, prog_name="lens", standalone_mode=False)
    except typer.TyperException as error:
        failed(error.format_message())
        say_why(error)
        return error.exit_code
    except Exception as error:
        failed(describe(error))
        say_why(error)
        return 1
    return code if isinstance(code, int) else 0
