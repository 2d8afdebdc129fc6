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
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="toybox, or a name that `lens data get` lists.")],
    split: Annotated[str, typer.Option(help="Split of the dataset, such as val.")],
    root: Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the dataset; toybox needs none.")] = None,
    model: Annotated[
        str, typer.Option(metavar="lens-tiny|DIR|HUB_ID", help="A shipped model, a folder or a Hub id.")
    ] = "lens-tiny",
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N samples.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Write the numbers there; beside it every row (.rows.jsonl), the table (.md) and a page of the worst"
            " and best cases (.html).",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the rows that --out already has.")] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Answer without a chain of thought.")] = False,
    votes: Annotated[
        int, typer.Option(min=1, metavar="K", help="Sample K completions for each prompt; their masks vote.")
    ] = 1,
    batch_size: Annotated[int, typer.Option(min=1, help="Samples in one forward pass.")] = 16,
    ignore_counts: Annotated[
        bool,
        typer.Option("--ignore-counts", help="Count ignored pixels as background, as the published code does."),
    ] = False,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, cuda:1, ...  [default: cuda where there is one]")
    ] = None,
) -> None:
    """Measure a model: cIoU, gIoU, box IoU and precision at IoU, as a Markdown table with 95% intervals."""
    check_device(device)
    if resume and out is None:
        raise UsageError("--resume goes on with the rows beside --out: name the file")
    rows_path = None
    if out is not None:  # before the run, not after hours of it
        if out.is_dir():
            raise UsageError(f"--out {out} is a folder: name a file")
        with usage_errors(OSError):
            out.parent.mkdir(parents=True, exist_ok=True)
        rows_path = out.with_name(f"{out.stem}.rows.jsonl")
    with quiet_stdout(), usage_errors(FileNotFoundError, ValueError):
        from .. import evaluate as evaluation
        from ..metrics import to_markdown

        summary, rows, samples = evaluation.evaluate(
            model=model,
            dataset=dataset,
            split=split,
            root=root,
            config=evaluation.EvalConfig(
                limit=limit, cot=not direct, batch_size=batch_size, ignore_counts=ignore_counts, votes=votes
            ),
            device=device,
            rows_path=rows_path,
            resume=resume,
        )
    from accelerate import PartialState

    if not PartialState().is_main_process:
        return
    table = to_markdown(summary)
    if out is not None:
        from .eval_page import report

        write_whole(out, (json.dumps(summary, indent=2) + "\n").encode())
        write_whole(out.with_suffix(".md"), table.encode())
        write_whole(out.with_suffix(".html"), report(summary, rows, samples))
    typer.echo(table, nl=False)
    if out is not None:
        typer.echo(f"\n{out}, {out.with_suffix('.html').name}, {rows_path.name if rows_path else ''}", err=True)
