"""One evaluation loop for every split: samples in, one row per sample out, metrics from the rows (method.md section 4).

Rows append to a JSONL file as they come, so a run that was stopped goes on where it was. Several processes
(`accelerate launch`) share the batches, every sample once. `collect` is that loop without the metrics.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from accelerate import PartialState
from accelerate.utils import gather_object, parse_flag_from_env
from rich.console import Console
from rich.progress import track

from .data.base import Dataset
from .data.toybox.dataset import Toybox
from .data.toybox.thoughts import check_thought, target_of
from .files import write_whole
from .masks import encode_rle
from .metrics import Row, score, summarise
from .predictor import Lens, Masks, Result
from .processor import ProcessorConfig, resized_size
from .types import Sample

RESAMPLES = 500
"""Bootstrap resamples of the intervals."""
WINDOW = 1024
"""Images among which those of similar cost are put together."""
PART = ".part"
"""What the name of a process's own file has after that of the rows, before its number."""


@dataclass(kw_only=True)
class EvalConfig:
    """How a split is evaluated."""

    limit: int | None = None
    """Only the first so many samples."""
    cot: bool = True
    """Ask for a thought before the answer."""
    batch_size: int = 16
    """Most samples in one forward pass."""
    ignore_counts: bool = False
    """Count pixels marked "ignore" as background, as the published code does; only to compare with its numbers."""
    votes: int = 1
    """Completions of each prompt whose masks vote: the most likely one, and others drawn; 1 for it alone."""
    masks: Masks = "queries"
    """What prompts the segmenter: the context queries, or the answer's boxes (two-stage baseline)."""


def processes() -> PartialState:
    """The processes of this run, each on its own GPU from here on: call it before a model is opened.

    Alone, `PartialState()` would not heed the flag that makes them processes of a CPU.
    """
    return PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU"))


def batches(
    samples: Sequence[Sample], limit: int, size: int, vlm: ProcessorConfig | None = None
) -> Iterator[list[int]]:
    """Indices of the first `limit` samples, at most `size` at a time; each comes once.

    Of a dataset on disk the expressions of an image stand together. Among `WINDOW` images so do those that are as large
    for `vlm`, and of these those with prompts as long, so that little is padded; where the file does not tell sizes,
    prompts alone count. It is made for models whose image size varies; lens-tiny's does not, and it gains nothing.
    """
    groups = [[index] for index in range(limit)]
    if isinstance(samples, Dataset):
        held = ([index for index in group if index < limit] for group in samples.by_image().values())
        groups = [group for group in held if group]
        costs = {group[0]: _cost(samples, group, vlm) for group in groups}
        windows = [groups[first : first + WINDOW] for first in range(0, len(groups), WINDOW)]
        groups = [group for window in windows for group in sorted(window, key=lambda group: costs[group[0]])]
    batch: list[int] = []
    for group in groups:
        for piece in (group[first : first + size] for first in range(0, len(group), size)):
            if len(batch) + len(piece) > size:
                yield batch
                batch = []
            batch = batch + piece
    if batch:
        yield batch


def _cost(data: Dataset, group: Sequence[int], vlm: ProcessorConfig | None) -> tuple[int, int]:
    """(pixels that the VLM sees of an image, 0 where not known; letters of its longest prompt)."""
    rows = [data.row(index) for index in group]
    size = rows[0].size
    pixels = 0 if size is None or vlm is None else math.prod(resized_size(*size, vlm))
    return pixels, max(len(row.prompt) for row in rows)


def evaluate_samples(
    lens: Lens,
    samples: Sequence[Sample],
    config: EvalConfig | None = None,
    *,
    origin: Mapping[str, str | None] | None = None,
    rows_path: Path | None = None,
    resume: bool = False,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(summary, rows) of `lens` over samples; `rows_path` and `resume` are those of `collect`.

    `origin` says what is evaluated (model, weights, dataset, split, root): the summary begins with it, but for the
    root, and no rows of another are resumed from. Raises ValueError where there is nothing to evaluate, or where the
    rows there come from other settings.
    """
    config = config or EvalConfig()
    count = len(samples) if config.limit is None else min(config.limit, len(samples))
    if count < 1:
        raise ValueError("there is nothing to evaluate: the split is empty, or --limit is below 1")
    choices = {"cot": config.cot, "votes": config.votes, "masks": config.masks, "ignore_counts": config.ignore_counts}
    rows = collect(
        batches(samples, count, config.batch_size, lens.processor.config),
        lambda indices: _run_batch(lens, samples, indices, config),
        {**(origin or {}), **choices},
        rows_path=rows_path,
        resume=resume,
        samples=samples,
    )
    summary = summarise([to_row(row) for row in rows], resamples=RESAMPLES)
    named = {key: value for key, value in (origin or {}).items() if key != "root"}
    return {**named, **choices, **summary}, rows


def by_image(samples: Sequence[Sample], indices: Iterable[int]) -> list[list[tuple[int, Sample]]]:
    """(index, sample) of those that show the same image, image by image."""
    groups: dict[str, list[tuple[int, Sample]]] = {}
    for index in indices:
        sample = samples[index]
        groups.setdefault(sample.image_id, []).append((index, sample))
    return list(groups.values())


def _run_batch(
    lens: Lens, samples: Sequence[Sample], indices: Sequence[int], config: EvalConfig
) -> list[dict[str, Any]]:
    """One row for each index; samples that show the same image share its encoding."""
    groups = by_image(samples, indices)
    results = lens.segment_batch(
        [group[0][1].image for group in groups],
        [[sample.prompt for _, sample in group] for group in groups],
        config.cot,
        config.votes,
        config.masks,
    )
    return [
        _row(index, sample, result, config)
        for group, answers in zip(groups, results, strict=True)
        for (index, sample), result in zip(group, answers, strict=True)
    ]


def _row(index: int, sample: Sample, result: Result, config: EvalConfig) -> dict[str, Any]:
    ignore = None if config.ignore_counts else sample.ignore
    row = score(result.mask, sample.mask, ignore, result.boxes, sample.boxes, sample.tags, sample.image_id)
    if config.cot and sample.scene is not None:
        checked = check_thought(sample.scene, target_of(sample.scene, sample.boxes), result.thought)
        row = replace(row, thought_right=checked.right, thought_faithful=checked.faithful)
    several = {
        name: [[round(v, 2) for v in box] for box in boxes]
        for name, boxes in (("boxes", result.boxes), ("true_boxes", sample.boxes))
        if len(boxes) > 1
    }
    return {
        "index": index,
        "id": sample.id,
        "prompt": sample.prompt,
        "completion": result.completion,
        "box": None if result.box is None else [round(v, 2) for v in result.box],
        "true_box": None if sample.box is None else [round(v, 2) for v in sample.box],
        **several,
        "mask": encode_rle(result.mask),
        "seconds": round(sum(result.seconds.values()), 4),
        **row.to_json(),
    }


def to_row(record: dict[str, Any]) -> Row:
    """A line of the rows file -> what metrics are made of."""
    return Row(**{f.name: record[f.name] for f in fields(Row) if f.name in record})


def read_rows(paths: Sequence[Path], check: Callable[[dict[str, Any]], object] = to_row) -> dict[int, dict[str, Any]]:
    """Index -> row, from files that may end in half a line (the run was killed while it wrote).

    `check` raises ValueError, KeyError or TypeError for what is no row.
    """
    rows: dict[int, dict[str, Any]] = {}
    for path in paths:
        if not path.is_file():
            continue
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                check(row)
                rows[int(row["index"])] = row
            except (ValueError, KeyError, TypeError) as error:
                if number == len(lines):
                    break
                raise ValueError(f"{path}, line {number}: not a row of an evaluation ({error}); delete it") from error
    return rows


def collect(
    wanted: Iterable[list[int]],
    answer: Callable[[list[int]], list[dict[str, Any]]],
    settings: Mapping[str, Any],
    *,
    rows_path: Path | None = None,
    resume: bool = False,
    check: Callable[[dict[str, Any]], object] = to_row,
    samples: Sequence[Sample] | None = None,
    description: str = "evaluate",
) -> list[dict[str, Any]]:
    """A row for every index in the batches `wanted`, in order of "index"; `answer` makes those of a batch.

    Processes share the batches, and each gets all rows. `rows_path` keeps them, one JSON line each, with their
    `settings`; with `resume` those already there, which must pass `check`, are not made again and stay there, wanted or
    not. What `answer` raises comes up in every process; rows of other settings, or whose "id" is not that of their
    index in `samples`, raise ValueError.
    """
    state = processes()
    rank, world = state.process_index, state.num_processes
    done: dict[int, dict[str, Any]] = {}
    if rows_path is not None:
        done = read_rows([rows_path, *_parts(rows_path)], check) if resume else {}
        for row in done.values():
            if row["settings"] != settings:
                other = {key: value for key, value in row["settings"].items() if settings.get(key) != value}
                raise ValueError(
                    f"{rows_path}: its rows were made with {other or row['settings']}, not {dict(settings)}:"
                    " start anew, or name another file"
                )
            if samples is not None and row.get("id") != (there := _id(samples, row["index"])):
                now = "no sample" if there is None else f"{there!r:.60}"
                raise ValueError(
                    f"{rows_path}: its row {row['index']} is of sample {row.get('id')!r:.60}, where the data has {now}"
                    " now: start anew, or name another file"
                )
        state.wait_for_everyone()
        if state.is_main_process:
            _write_rows(rows_path, done.values())  # and no half line is left that others would be appended to
        state.wait_for_everyone()
    order = list(wanted)
    left = [rest for batch in order if (rest := [index for index in batch if index not in done])]
    steps = track(
        left[rank::world],
        description=description,
        console=Console(stderr=True),
        disable=not state.is_main_process,
    )
    made: list[dict[str, Any]] = []
    fault: Exception | None = None
    try:
        for batch in steps:
            fresh = [row | {"settings": dict(settings)} for row in answer(batch)]
            made += fresh
            if rows_path is not None:
                with rows_path.with_name(f"{rows_path.name}{PART}{rank}").open("a") as file:
                    file.writelines(json.dumps(row) + "\n" for row in fresh)
    except Exception as error:
        if world == 1:
            raise
        fault = error  # the others wait below, so they are told first
    if world > 1:
        shares = gather_object([(made, None if fault is None else f"{type(fault).__name__}: {fault}")])
        if fault is not None:
            raise fault
        for _, said in shares:
            if said is not None:
                raise RuntimeError(f"another process stopped: {said}")
        made = [row for own, _ in shares for row in own]
    every = done | {row["index"]: row for row in made}
    rows = [every[index] for index in sorted(index for batch in order for index in batch)]
    if rows_path is not None and state.is_main_process:
        _write_rows(rows_path, (every[index] for index in sorted(every)))
    return rows


def _id(samples: Sequence[Sample], index: int) -> str | None:
    """The id of a sample, read without its photo where the data can do that; None where there is no such sample."""
    if index >= len(samples):
        return None
    return samples.sample_id(index) if isinstance(samples, Dataset | Toybox) else samples[index].id


def _parts(rows_path: Path) -> list[Path]:
    """What each process has written so far."""
    start = f"{rows_path.name}{PART}"
    return [path for path in rows_path.parent.iterdir() if path.name[: len(start)] == start]


def _write_rows(rows_path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Puts the rows into the file, whole or not at all, in place of all parts."""
    write_whole(rows_path, "".join(json.dumps(row) + "\n" for row in rows))
    for path in _parts(rows_path):
        path.unlink()
