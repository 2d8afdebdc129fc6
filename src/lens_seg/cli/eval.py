"""`lens eval`: metrics of a model on a split, or on all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..files import write_whole
from .device import check_device
from .report import UsageError, describe, failed, quiet_stdout, say_why, usage_errors

if TYPE_CHECKING:
    from ..evaluate import EvalConfig


@dataclass(frozen=True, kw_only=True)
class Target:
    """A split to evaluate."""

    dataset: str
    split: str
    root: str | None
    name: str = ""
    """What it is called among others: the split, or DATASET/SPLIT where there are several datasets."""

    def beside(self, out: Path, ending: str) -> Path:
        """Its own file next to `out`."""
        return out.with_name(
            f"{out.stem}.{self.name.replace('/', '-')}{ending}" if self.name else f"{out.stem}{ending}"
        )


def evaluate(
    dataset: Annotated[
        str | None,
        typer.Argument(
            metavar="DATASET",
            help="A name of docs/data.md, such as refcoco or jsonl; none with --all: every one under --root.",
        ),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Split of the dataset, such as val.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All splits but the training data, instead of --split.")] = False,
    root: Annotated[str | None, typer.Option(metavar="DIR", help="Folder of the dataset; toybox needs none.")] = None,
    model: Annotated[
        str, typer.Option(metavar="lens-tiny|DIR|HUB_ID", help="A shipped model, a folder or a Hub id.")
    ] = "lens-tiny",
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N samples of a split.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Write the numbers there; beside it every row (.rows.jsonl), the table (.md) and a page of the worst"
            " and best cases (.html); with --all rows and page are .SPLIT.rows.jsonl and .SPLIT.html.",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the rows that --out already has.")] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Answer without a chain of thought.")] = False,
    votes: Annotated[
        int,
        typer.Option(min=1, metavar="K", help="K completions vote for each prompt, the likeliest and drawn ones."),
    ] = 1,
    masks: Annotated[
        Literal["queries", "box"],
        typer.Option(help="What prompts the segmenter: context queries, or the answer's boxes (two-stage)."),
    ] = "queries",
    batch_size: Annotated[int, typer.Option(min=1, help="Samples in one forward pass.")] = 16,
    ignore_counts: Annotated[
        bool,
        typer.Option("--ignore-counts", help="Count ignored pixels as background, as the published code does."),
    ] = False,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, cuda:1, ...  [default: cuda where there is one]")
    ] = None,
) -> int:
    """Measure a model: cIoU, gIoU, box IoU and precision at IoU, as a Markdown table with 95% intervals."""
    check_device(device)
    if every == (split is not None):
        raise UsageError("give either --split NAME or --all")
    if dataset is None and not every:
        raise UsageError("Missing argument 'DATASET'; only --all with --root can do without")
    if resume and out is None:
        raise UsageError("--resume goes on with the rows beside --out: name the file")
    if out is not None:  # before the run, not after hours of it
        if out.is_dir():
            raise UsageError(f"--out {out} is a folder: name a file")
        if out.suffix.lower() != ".json":  # others are those of the table, the page and the rows
            raise UsageError(f"--out {out}: the name must end in .json")
        with usage_errors(OSError):
            out.parent.mkdir(parents=True, exist_ok=True)
    with quiet_stdout():
        from ..evaluate import EvalConfig

    config = EvalConfig(
        limit=limit, cot=not direct, batch_size=batch_size, ignore_counts=ignore_counts, votes=votes, masks=masks
    )
    if split is None:
        return _run(_targets(dataset, root), model, config, device, out, resume)
    assert dataset is not None
    return _run([Target(dataset=dataset, split=split, root=root)], model, config, device, out, resume)


def _targets(dataset: str | None, root: str | None) -> list[Target]:
    """The splits to evaluate of a dataset, or of all that `root` holds; says which are not there. Raises UsageError."""
    from ..data.formats import recognise
    from ..data.registry import evaluation_splits
    from ..evaluate import processes

    if dataset is None and root is None:
        raise UsageError("--all without a DATASET takes every one in a folder: name it with --root")
    targets, skipped = [], []
    with usage_errors(FileNotFoundError, ValueError):
        found = recognise(Path(root or "")) if dataset is None else [(dataset, root, None)]
        for name, folder, only in found:
            prefix = f"{name}/" if dataset is None else ""
            place = None if folder is None else str(folder)
            try:
                there, absent = ([only], []) if only else evaluation_splits(name, place)
            except ValueError as error:
                if dataset is not None:
                    raise
                skipped.append(f"{name}: {describe(error)}")
                continue
            skipped += [f"{prefix}{split}: not in {place}" for split in absent]
            targets += [Target(dataset=name, split=split, root=place, name=f"{prefix}{split}") for split in there]
    if processes().is_main_process:
        for text in skipped:
            typer.echo(f"skipped {text}", err=True)
    if not targets:
        raise UsageError(f"{root}: nothing there to evaluate")
    return targets


def _run(
    targets: list[Target], model: str, config: EvalConfig, device: str | None, out: Path | None, resume: bool
) -> int:
    """Evaluates each with one model; a split that fails is named, and the rest goes on."""
    with quiet_stdout(), usage_errors(FileNotFoundError, ValueError):
        from ..data.registry import open_dataset
        from ..evaluate import evaluate_samples, processes
        from ..hub import fingerprint, resolve_model
        from ..metrics import splits_to_markdown, to_markdown
        from ..predictor import Lens
        from .eval_page import report

        is_main = processes().is_main_process
        alone = open_dataset(targets[0].dataset, targets[0].split, targets[0].root) if not targets[0].name else None
        lens = Lens.from_pretrained(model, device)
        weights = fingerprint(resolve_model(model))
    summaries: dict[str, dict[str, Any]] = {}
    failures: dict[str, str] = {}
    for target in targets:
        origin = {
            "model": model,
            "weights": weights,
            "dataset": target.dataset,
            "split": target.split,
            "root": target.root,
        }
        rows_path = None if out is None else target.beside(out, ".rows.jsonl")
        try:
            with quiet_stdout():
                samples = open_dataset(target.dataset, target.split, target.root) if alone is None else alone
                summary, rows = evaluate_samples(
                    lens, samples, config, origin=origin, rows_path=rows_path, resume=resume
                )
                summaries[target.name] = summary
                if out is not None and is_main:
                    write_whole(target.beside(out, ".html"), report(summary, rows, samples))
        except Exception as error:
            failures[target.name] = describe(error)
            if is_main:
                failed(f"{target.name}: {describe(error)}" if target.name else describe(error))
                say_why(error)
    if is_main and (summaries or alone is None):
        found = {"model": model, "splits": summaries} if alone is None else summaries[""]
        found |= {"failed": failures} if failures else {}
        table = splits_to_markdown(summaries) if alone is None else to_markdown(found)
        if out is not None:
            write_whole(out, json.dumps(found, indent=2) + "\n")
            write_whole(out.with_suffix(".md"), table)
        typer.echo(table, nl=False)
        if out is not None:
            names = [target.beside(out, ".html").name for target in targets if target.name not in failures]
            typer.echo("\n" + ", ".join([str(out), *names]), err=True)
    return 1 if failures else 0
