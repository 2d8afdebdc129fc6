"""One evaluation loop for every split: samples in, one row per sample out, metrics from the rows (method.md section 4).

Rows append to a JSONL file as they come, so a run that was stopped goes on where it was. Several processes
(`accelerate launch`) share the batches, every sample once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from accelerate import PartialState
from rich.console import Console
from rich.progress import track

from .data.registry import open_dataset
from .masks import encode_rle
from .metrics import Row, score, summarise
from .predictor import Lens, Result
from .types import Sample

__all__ = ["EvalConfig", "evaluate", "evaluate_samples", "open_dataset", "read_rows"]

RESAMPLES = 500
"""Bootstrap resamples of the intervals."""


@dataclass(kw_only=True)
class EvalConfig:
    """How a split is evaluated."""

    limit: int | None = None
    """Only the first so many samples."""
    cot: bool = True
    """Ask for a thought before the answer."""
    batch_size: int = 16
    """Samples in one forward pass."""
    ignore_counts: bool = False
    """Count pixels marked "ignore" as background, as the published code does; only to compare with its numbers."""
    votes: int = 1
    """Completions sampled for each prompt, whose masks vote; 1 decodes greedily."""


def batches(samples: Sequence[Sample], limit: int, size: int) -> Iterator[list[int]]:
    """Indices of the first `limit` samples, `size` at a time; expressions of an image stand together."""
    order = list(range(limit))
    if hasattr(samples, "by_image"):
        held = [i for group in samples.by_image().values() for i in group if i < limit]
        order = held if len(held) == limit else order
    for first in range(0, limit, size):
        yield order[first : first + size]


def evaluate_samples(
    lens: Lens,
    samples: Sequence[Sample],
    config: EvalConfig | None = None,
    *,
    rows_path: Path | None = None,
    resume: bool = False,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(summary, rows) of `lens` over samples; in processes other than the first, the rows are its own alone.

    `rows_path` keeps the rows, one JSON line each; with `resume` those already there are not computed again. Raises
    ValueError where there is nothing to evaluate, or where the rows there come from other settings.
    """
    config = config or EvalConfig()
    count = len(samples) if config.limit is None else min(config.limit, len(samples))
    if count < 1:
        raise ValueError("there is nothing to evaluate: the split is empty, or --limit is below 1")
    state = PartialState()
    rank, world = state.process_index, state.num_processes
    parts = None if rows_path is None else [rows_path.with_name(f"{rows_path.name}.{i}") for i in range(world)]
    done: dict[int, dict[str, Any]] = {}
    if rows_path is not None:
        if resume:
            done = read_rows([rows_path, *rows_path.parent.glob(f"{rows_path.name}.[0-9]*")])
        elif state.is_main_process:
            for path in (rows_path, *rows_path.parent.glob(f"{rows_path.name}.[0-9]*")):
                path.unlink(missing_ok=True)
        state.wait_for_everyone()
    settings = {"cot": config.cot, "votes": config.votes, "ignore_counts": config.ignore_counts}
    for row in done.values():
        if row["settings"] != settings:
            raise ValueError(f"{rows_path}: its rows were made with {row['settings']}, not {settings}: start anew")
    wanted = [batch for batch in batches(samples, count, config.batch_size) if any(i not in done for i in batch)]
    steps = track(
        wanted[rank::world],
        description="evaluate",
        console=Console(stderr=True),
        disable=not state.is_main_process,
    )
    made: dict[int, dict[str, Any]] = {}
    for batch in steps:
        rows = _run_batch(lens, samples, [i for i in batch if i not in done], config)
        made |= {row["index"]: row | {"settings": settings} for row in rows}
        if parts is not None:
            with parts[rank].open("a") as file:
                file.writelines(json.dumps(made[row["index"]]) + "\n" for row in rows)
    if world > 1:
        from accelerate.utils import gather_object

        made = {row["index"]: row for row in gather_object(list(made.values()))}
    every = {index: row for index, row in (done | made).items() if index < count}
    rows = [every[index] for index in sorted(every)]
    if rows_path is not None and state.is_main_process:
        temporary = rows_path.with_name(f"{rows_path.name}.tmp")
        temporary.write_text("".join(json.dumps(row) + "\n" for row in rows))
        os.replace(temporary, rows_path)
        for path in rows_path.parent.glob(f"{rows_path.name}.[0-9]*"):
            path.unlink()
    return summarise([to_row(row) for row in rows], resamples=RESAMPLES), rows


def _run_batch(
    lens: Lens, samples: Sequence[Sample], indices: Sequence[int], config: EvalConfig
) -> list[dict[str, Any]]:
    """One row for each index; samples that show the same image share its encoding."""
    by_image: dict[str, list[tuple[int, Sample]]] = {}
    for index in indices:
        sample = samples[index]
        by_image.setdefault(sample.image_id, []).append((index, sample))
    groups = list(by_image.values())
    results = lens.segment_batch(
        [group[0][1].image for group in groups],
        [[sample.prompt for _, sample in group] for group in groups],
        config.cot,
        config.votes,
    )
    return [
        _row(index, sample, result, config)
        for group, answers in zip(groups, results, strict=True)
        for (index, sample), result in zip(group, answers, strict=True)
    ]


def _row(index: int, sample: Sample, result: Result, config: EvalConfig) -> dict[str, Any]:
    ignore = None if config.ignore_counts else sample.ignore
    row = score(result.mask, sample.mask, ignore, result.box, sample.box, sample.tags, sample.image_id)
    return {
        "index": index,
        "id": sample.id,
        "prompt": sample.prompt,
        "completion": result.completion,
        "box": None if result.box is None else [round(v, 2) for v in result.box],
        "true_box": None if sample.box is None else [round(v, 2) for v in sample.box],
        "mask": encode_rle(result.mask),
        "seconds": round(sum(result.seconds.values()), 4),
        **row.to_json(),
    }


def to_row(record: dict[str, Any]) -> Row:
    """A line of the rows file -> what metrics are made of."""
    return Row(**{f.name: record[f.name] for f in fields(Row)})


def read_rows(paths: Sequence[Path]) -> dict[int, dict[str, Any]]:
    """Index -> row, from files that may end in half a line (the run was killed while it wrote)."""
    rows: dict[int, dict[str, Any]] = {}
    for path in paths:
        if not path.is_file():
            continue
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                to_row(row)
                rows[int(row["index"])] = row
            except (ValueError, KeyError, TypeError) as error:
                if number == len(lines):
                    break
                raise ValueError(f"{path}, line {number}: not a row of an evaluation ({error}); delete it") from error
    return rows


def evaluate(
    model: str,
    dataset: str,
    split: str,
    root: str | None = None,
    config: EvalConfig | None = None,
    device: str | None = None,
    rows_path: Path | None = None,
    resume: bool = False,
) -> tuple[dict[str, Any], list[dict[str, Any]], Sequence[Sample]]:
    """Opens model and dataset by name and evaluates; the summary also says what was run."""
    config = config or EvalConfig()
    samples = open_dataset(dataset, split, root)
    lens = Lens.from_pretrained(model, device)
    summary, rows = evaluate_samples(lens, samples, config, rows_path=rows_path, resume=resume)
    head = {"model": model, "dataset": dataset, "split": split, "cot": config.cot, "votes": config.votes}
    return head | {"ignore_counts": config.ignore_counts} | summary, rows, samples
