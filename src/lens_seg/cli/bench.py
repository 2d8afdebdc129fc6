"""`lens bench`: speed on this machine, as ratios of two ways in one run."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..files import write_whole
from .report import UsageError, quiet_stdout, usage_errors


class What(StrEnum):
    """Benchmarks by name."""

    train = "train"


def bench(
    what: Annotated[What, typer.Argument(help="train: a GRPO step, groups repeated or sharing their prompt.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write NAME.json, NAME.md and pictures there.")
    ] = None,
    small: Annotated[bool, typer.Option(help="Toy sizes: checks that it runs; the ratios mean nothing.")] = False,
    growth: Annotated[bool, typer.Option(help="Also groups of 2 to 16, with a plot in --out (minutes more).")] = False,
) -> None:
    """Measure how fast this machine trains: minutes of both cores; leave it alone meanwhile."""
    if growth and out is None:
        raise UsageError("--growth draws a plot: say where with --out DIR")
    if out is not None:
        with usage_errors(OSError):
            out.mkdir(parents=True, exist_ok=True)
    with quiet_stdout():
        from ..bench.train import bench_train, plot_growth, to_markdown

        result = bench_train(small=small, growth=growth)
    if out is not None:
        write_whole(out / f"{what}.json", json.dumps(result, indent=2) + "\n")
        write_whole(out / f"{what}.md", to_markdown(result))
        if growth:
            plot_growth(result["growth"], out / f"{what}_growth.png")
    typer.echo(json.dumps(result) if as_json else to_markdown(result), nl=as_json)
