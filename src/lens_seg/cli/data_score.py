"""`lens data score`: the file of a curriculum, from what a model makes of each sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ..files import write_whole
from .device import check_device
from .report import UsageError, quiet_stdout, usage_errors


def score(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A name of docs/data.md: refcoco, jsonl, ...")],
    out: Annotated[
        Path,
        typer.Option(metavar="FILE.jsonl", help="The curriculum; every reward goes beside it (.rows.jsonl)."),
    ],
    split: Annotated[str, typer.Option(help="Split of the dataset.")] = "train",
    root: Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the dataset.")] = None,
    model: Annotated[
        str, typer.Option(metavar="lens-tiny|DIR|HUB_ID", help="The model that training will start from.")
    ] = "lens-tiny",
    samples: Annotated[
        int, typer.Option(min=1, metavar="K", help="Completions drawn for each prompt; 1 decodes greedily.")
    ] = 8,
    keep: Annotated[
        tuple[float, float],
        typer.Option(metavar="LOW HIGH", help="Keep samples with LOW < mean reward < HIGH; rewards are 0 to 2."),
    ] = (0.2, 1.8),
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N samples.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the rows beside --out.")] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Answer without a chain of thought.")] = False,
    batch_size: Annotated[int, typer.Option(min=1, help="Prompts in one forward pass, each with K completions.")] = 4,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 0,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, cuda:1, ...  [default: cuda where there is one]")
    ] = None,
) -> int:
    """Score samples by a model's reward and write a curriculum: the easy first, without the solved and the hopeless."""
    check_device(device)
    low, high = keep
    if not low < high:
        raise UsageError(f"--keep {low:g} {high:g}: LOW must be below HIGH")
    if out.is_dir():
        raise UsageError(f"--out {out} is a folder: name a file")
    rows_path = out.with_name(f"{out.stem}.rows.jsonl")
    if rows_path == out:
        raise UsageError(f"--out {out}: its name must not be that of the rows")
    with usage_errors(OSError):
        out.parent.mkdir(parents=True, exist_ok=True)
    with quiet_stdout(), usage_errors(FileNotFoundError, ValueError):
        from ..curriculum import ScoreConfig, curriculum, score_samples
        from ..data.registry import open_dataset
        from ..evaluate import processes
        from ..hub import fingerprint, resolve_model
        from ..predictor import Lens

        config = ScoreConfig(samples=samples, cot=not direct, batch_size=batch_size, limit=limit, seed=seed)
        found = open_dataset(dataset, split, root)
        is_main = processes().is_main_process
        lens = Lens.from_pretrained(model, device)
        weights = fingerprint(resolve_model(model))
    with quiet_stdout():
        origin = {"model": model, "weights": weights, "dataset": dataset, "split": split, "root": root}
        rows = score_samples(lens, found, config, origin=origin, rows_path=rows_path, resume=resume)
    if not is_main:
        return 0
    made = curriculum(rows, low, high)
    text = f"kept {len(made.kept)} of {len(rows)} samples, {made.easy} too easy, {made.hard} too hard"
    if not made.kept:
        raise ValueError(f"{text}: {out} is not written; widen --keep, with --resume nothing is scored again")
    write_whole(out, "".join(f"{json.dumps(line)}\n" for line in made.kept))
    typer.echo(f"{text}\n{out}")
    return 0
