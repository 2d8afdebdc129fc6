"""Does rewarding reasoning, box and mask together beat supervised tuning? Variants, seeds, and one table of all.

    python benchmarks/study.py [--study benchmarks/study.yaml] [--out runs/study] [--only NAME]
    python benchmarks/study.py --table [--into docs/results.md]

The first trains and evaluates what is missing, through the command `lens`, and goes on where it was stopped; the second
makes the table from what is there, and puts it between those marks of a Markdown file that bear the YAML file's name
(`<!-- study -->`, `<!-- end of study -->`). The YAML file says what each variant is. Run files lie under
OUT/VARIANT/SEED: a folder for each training, an evaluation for each split; delete that folder to run it anew. All seeds
start from the same checkpoints, so the spread is that of the variant's own trainings.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import yaml

from lens_seg.config import read_recipe
from lens_seg.files import write_whole
from lens_seg.hub import find_model, fingerprint

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "examples"))

from commands import ROOT, lens  # noqa: E402

METRICS = {"cIoU": "cIoU", "gIoU": "gIoU", "box_iou": "box IoU", "right_thoughts": "right thoughts"}
"""Metric -> what the table calls it."""
GROUPS = ("test", "shifts")
"""The test split, and the mean over the shifted ones."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """One training of a variant."""

    recipe: str
    """Its name in recipes/."""
    budget: str = "main"
    set: dict[str, Any] = field(default_factory=dict)
    """Fields that differ from the recipe's."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A row of the table."""

    name: str
    title: str
    start: str = "supervised"
    trainings: tuple[Training, ...] = ()
    """One after another, each from what the former left."""
    cot: bool = True
    masks: str = "queries"
    seeds: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Study:
    """The YAML file."""

    test: str
    shifts: tuple[str, ...]
    limit: int
    """Samples of each split."""
    processes: int
    compare: tuple[str, str]
    """Variants whose difference the last line states."""
    starts: dict[str, str]
    """Name -> weights."""
    budgets: dict[str, dict[str, Any]]
    """Name -> fields of the recipe."""
    set: dict[str, Any]
    """Fields of every training."""
    variants: tuple[Variant, ...]

    @property
    def splits(self) -> tuple[str, ...]:
        """All that are evaluated."""
        return (self.test, *self.shifts)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A training as `lens train` is to run it."""

    recipe: Path
    changes: list[str]
    """`key=value`."""
    output: Path


def read_study(path: Path) -> Study:
    """The study that a YAML file describes; TypeError or ValueError for names that are not known."""
    values = yaml.safe_load(path.read_text())
    seeds = values.pop("seeds")
    variants = []
    for entry in values.pop("variants"):
        trainings = tuple(Training(**training) for training in entry.pop("trainings", ()))
        variants.append(Variant(trainings=trainings, **{"seeds": seeds, **entry}))
    study = Study(variants=tuple(variants), **values)
    if unknown := sorted(set(study.compare) - {variant.name for variant in variants}):
        raise ValueError(f"{path}: compare: no variant {', '.join(unknown)}")
    return study


def plan(study: Study, variant: Variant, seed: int, folder: Path) -> tuple[list[Planned], str]:
    """A variant's trainings in order, and the weights to evaluate."""
    model, trainings = study.starts[variant.start], []
    for number, training in enumerate(variant.trainings, start=1):
        output = folder / f"{number}_{training.recipe}"
        fields = {**study.set, **study.budgets[training.budget], **training.set, "seed": seed}
        changes = [f"{key}={_text(study, value)}" for key, value in fields.items()]
        changes += [f"model={model}", f"output={output}"]
        trainings.append(Planned(recipe=ROOT / "recipes" / f"{training.recipe}.yaml", changes=changes, output=output))
        model = str(output / "model")
    return trainings, model


def _text(study: Study, value: Any) -> str:
    return Template(value).substitute(study.starts) if isinstance(value, str) else json.dumps(value)


def check_starts(study: Study, chosen: Sequence[Variant], out: Path) -> None:
    """Keeps digests of the weights that variants start from, and ends where they have changed under their names."""
    told = [str(value) for variant in chosen for t in variant.trainings for value in t.set.values()]
    names = {variant.start for variant in chosen} | {name for name in study.starts if f"${name}" in told}
    now = {name: fingerprint(find_model(study.starts[name])) for name in sorted(names)}
    file = out / "starts.json"
    if not file.is_file() and any(out.glob("*/*/*.json")):
        sys.exit(f"{out} does not say from which weights it was made ({file.name}): name another --out")
    there = json.loads(file.read_text()) if file.is_file() else {}
    if other := [name for name in now if there.get(name, now[name]) != now[name]]:
        sys.exit(f"{out} was made from other weights of {', '.join(other)}: name another --out")
    write_whole(file, json.dumps(there | now, indent=2) + "\n")


def run(study: Study, variant: Variant, seed: int, folder: Path) -> None:
    """Trains and evaluates what is missing of a variant."""
    trainings, model = plan(study, variant, seed, folder)
    for training in trainings:
        train(training, study.processes)
    for split in study.splits:
        evaluate(study, variant, model, split, folder / f"{split}.json")


def train(training: Planned, processes: int) -> None:
    """`lens train`, from the last checkpoint where there is one; nothing where the model is there."""
    output, written = training.output, training.output / "recipe.json"
    if written.is_file():  # of a run that ended or was stopped: it must be the one that is wanted
        there = json.loads(written.read_text())
        wanted = json.loads(json.dumps(asdict(read_recipe(training.recipe, training.changes)[1]), default=str))
        if other := sorted(key for key in there.keys() & wanted.keys() if there[key] != wanted[key]):
            sys.exit(f"{output} was made with another {', '.join(other)}: delete {output.parent} to run it anew")
    if (output / "model").is_dir():
        return
    resume = ["--resume"] if any(output.glob("checkpoints/step-*/state.json")) else []
    lens("train", training.recipe, *(f"--set={change}" for change in training.changes), *resume, processes=processes)


def evaluate(study: Study, variant: Variant, model: str, split: str, file: Path) -> None:
    """`lens eval` of a split, from the rows that are there; nothing where its numbers are."""
    wanted = {"n": study.limit, "cot": variant.cot, "masks": variant.masks}
    if file.is_file():
        there = json.loads(file.read_text())
        if all(there[key] == value for key, value in wanted.items()):
            return
    lens(
        "eval", "toybox", "--split", split, "--limit", str(study.limit), "--model", model, "--masks", variant.masks,
        *([] if variant.cot else ["--direct"]), "--out", file, "--resume", capture=True, processes=study.processes,
    )  # fmt: skip


# ---- the table -------------------------------------------------------------------------------------------------

Measured = dict[tuple[str, str], float]
"""(one of `GROUPS`, metric) -> fraction."""


def measured(study: Study, folder: Path) -> Measured | None:
    """What one seed of a variant came to; None while an evaluation is missing. Thoughts only where they are checked."""
    files = [folder / f"{split}.json" for split in study.splits]
    if not all(file.is_file() for file in files):
        return None
    test, *shifts = (json.loads(file.read_text()) for file in files)
    found: Measured = {}
    for metric in METRICS:
        for group, summaries in zip(GROUPS, ([test], shifts), strict=True):
            if metric != "right_thoughts" or all(summary["n_thoughts"] for summary in summaries):
                found[group, metric] = statistics.fmean(summary[metric] for summary in summaries)
    return found


def spread(values: Sequence[float], sign: str = "") -> str:
    """Mean and range in percent.

    >>> spread([0.5, 0.52])
    '51.0 (50.0 to 52.0)'
    """
    mean, low, high = (f"{100 * value:{sign}z.1f}" for value in (statistics.fmean(values), min(values), max(values)))
    return f"{mean} ({low} to {high})" if len(values) > 1 else mean


def trained(variant: Variant, folders: Sequence[Path]) -> str:
    """Steps and minutes of each training, the mean over seeds."""
    cells = []
    for number, training in enumerate(variant.trainings, start=1):
        logs = [folder / f"{number}_{training.recipe}" / "metrics.jsonl" for folder in folders]
        last = [json.loads(log.read_text().splitlines()[-1]) for log in logs if log.is_file()]
        if last:
            steps, seconds = (statistics.fmean(line[key] for line in last) for key in ("step", "seconds"))
            cells.append(f"{steps:.0f} in {seconds / 60:.0f} min")
    return " + ".join(cells) or "-"


def table(study: Study, out: Path) -> str:
    """The Markdown table of all variants, from the run files alone, and the difference that the study is about."""
    names = [f"{group} {shown}" for group in GROUPS for shown in METRICS.values()]
    lines = [f"| variant | seeds | steps | {' | '.join(names)} |", "|---" * 3 + "|---:" * len(names) + "|"]
    found: dict[str, dict[int, Measured]] = {}
    for variant in study.variants:
        every = {seed: measured(study, out / variant.name / str(seed)) for seed in variant.seeds}
        own = found[variant.name] = {seed: numbers for seed, numbers in every.items() if numbers is not None}
        missing = [str(seed) for seed in variant.seeds if seed not in own]
        seeds = str(len(own)) + (f" (missing: {', '.join(missing)})" if missing else "")
        cells = [variant.title, seeds, trained(variant, [out / variant.name / str(seed) for seed in own])]
        for group in GROUPS:
            for metric in METRICS:
                values = [numbers[group, metric] for numbers in own.values() if (group, metric) in numbers]
                cells.append(spread(values) if values else "-")
        lines.append(f"| {' | '.join(cells)} |")
    text = "\n".join(lines) + "\n\nPercent: mean over seeds (lowest to highest); shifts: mean over "
    return f"{text}{', '.join(study.shifts)}.\n\n{difference(study, found)}\n"


def difference(study: Study, found: dict[str, dict[int, Measured]]) -> str:
    """By how much the first variant of `compare` is above the second, seed by seed."""
    one, other = study.compare
    titles = {variant.name: variant.title for variant in study.variants}
    said = f'"{titles[one]}" minus "{titles[other]}"'
    seeds = sorted(found[one].keys() & found[other].keys())
    if not seeds:
        return f"{said}: not measured yet."
    parts = []
    for group in GROUPS:
        gains = [found[one][seed][group, "cIoU"] - found[other][seed][group, "cIoU"] for seed in seeds]
        parts.append(f"{group} {spread(gains, '+')}")
    return f"{said}, points of cIoU over seeds {', '.join(map(str, seeds))}: {'; '.join(parts)}."


def put(text: str, page: Path, name: str = "study") -> None:
    """Replaces what stands between the marks of a Markdown file that bear this name; SystemExit where it has none."""
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, mark, rest = page.read_text().partition(first)
    _, end, after = rest.partition(last)
    if not (mark and end):
        sys.exit(f"{page}: put the marks {first.strip()} and {last} where the table is to stand")
    write_whole(page, f"{before}{mark}{text}{end}{after}")


def runs(study: Study, only: Sequence[str]) -> Iterator[tuple[Variant, int]]:
    """All variants with their first seed, then with their second, ...: an early stop leaves a row of each."""
    chosen = [variant for variant in study.variants if not only or variant.name in only]
    for number in range(max(len(variant.seeds) for variant in chosen)):
        yield from ((variant, variant.seeds[number]) for variant in chosen if number < len(variant.seeds))


def main() -> int:
    """Runs what is missing, then writes OUT/table.md and prints it. 1 where a run failed; the others go on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--study", type=Path, default=HERE / "study.yaml", help="what to run")
    parser.add_argument("--out", type=Path, default=Path("runs/study"), help="folder for all files")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this variant; may be repeated")
    parser.add_argument("--table", action="store_true", help="run nothing, only make the table")
    parser.add_argument("--into", type=Path, metavar="FILE.md", help="also put the table between this file's marks")
    options = parser.parse_args()
    study = read_study(options.study)
    if unknown := sorted(set(options.only) - {variant.name for variant in study.variants}):
        parser.error(f"--only: no variant {', '.join(unknown)} in {options.study}")
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.table:
        chosen = [variant for variant in study.variants if not options.only or variant.name in options.only]
        check_starts(study, chosen, options.out)
    failures = []
    for variant, seed in () if options.table else runs(study, options.only):
        folder = options.out / variant.name / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            run(study, variant, seed, folder)
        except SystemExit as end:
            failures.append(f"{variant.name}, seed {seed}: {end}")
            print(failures[-1], file=sys.stderr)
    text = table(study, options.out)
    (options.out / "table.md").write_text(text)
    print(text)
    if options.into is not None:
        put(text, options.into, options.study.stem)
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
