"""`lens eval`: metrics of a model on a split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .device import check_device
from .files import write_whole
from .report import UsageError, quiet_stdout, usage_errors


def evaluate(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="toybox, refcoco, refcoco+ or refcocog.")],
    split: Annotated[str, typer.Option(help="Split of the dataset, such as val.")],
    root: Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the dataset; toybox needs none.")] = None,
    model: Annotated[
        str, typer.Option(metavar="lens-tiny|DIR|HUB_ID", help="A shipped model, a folder or a Hub id.")
    ] = "lens-tiny",
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N samples.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Write the numbers as JSON.")] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Answer without a chain of thought.")] = False,
    batch_size: Annotated[int, typer.Option(min=1, help="Samples in one forward pass.")] = 16,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, cuda:1, ...  [default: cuda where there is one]")
    ] = None,
) -> None:
    """Measure a model: cIoU, gIoU, box IoU and precision at IoU, as a Markdown table."""
    check_device(device)
    if out is not None:  # before the run, not after hours of it
        if out.is_dir():
            raise UsageError(f"--out {out} is a folder: name a file")
        with usage_errors(OSError):
            out.parent.mkdir(parents=True, exist_ok=True)
    with quiet_stdout(), usage_errors(FileNotFoundError, ValueError):
        from .. import evaluate as evaluation
        from ..metrics import to_markdown

        summary = evaluation.evaluate(
            model=model,
            dataset=dataset,
            split=split,
            root=root,
            limit=limit,
            cot=not direct,
            batch_size=batch_size,
            device=device,
        )
    if out is not None:
        write_whole(out, (json.dumps(summary, indent=2) + "\n").encode())
    typer.echo(to_markdown(summary), nl=False)
    if out is not None:
        typer.echo(f"\n{out}", err=True)
