"""The model card, written from what a run left behind: its recipe, its last metrics, a summary of an evaluation.

What was not given is said to be missing; nothing is filled in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import yaml

from .metrics import splits_to_markdown, to_markdown

PLACES = {"output", "root", "workers"}
"""Fields of a recipe that say where it ran, not what it was."""


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """What a card says; every field may be empty but the first two."""

    name: str
    """The model's name, such as "someone/lens-3b"."""
    parts: Mapping[str, int]
    """Parameters by part."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Facts of the configuration: families, image sizes, box frame, number of queries."""
    recipe: Mapping[str, Any] | None = None
    """The fields of `recipe.json`."""
    metrics: Mapping[str, Any] | None = None
    """The last line of `metrics.jsonl`."""
    evaluation: Mapping[str, Any] | None = None
    """A summary, or one of several splits (`--all`), as `lens eval --out` writes it."""
    license: str | None = None
    """A licence id of the Hub. Weights made from others stand under theirs too, so there is no default."""
    base_model: str | None = None
    """Hub id of the model that training started from."""


def read_run(folder: Path) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The recipe of a run folder, and its last metrics where there are any.

    Raises FileNotFoundError for a folder that is no run's, ValueError naming a file that is damaged.
    """
    path = folder / "recipe.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: {folder} is no folder of a training run")
    metrics = folder / "metrics.jsonl"
    lines = metrics.read_text().splitlines() if metrics.is_file() else []
    return _mapping(path.read_text(), str(path)), _mapping(lines[-1], f"{metrics}:{len(lines)}") if lines else None


def read_evaluation(path: Path) -> dict[str, Any]:
    """What `lens eval --out` wrote, of one split or of all. Raises FileNotFoundError or ValueError naming the file."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; lens eval ... --out FILE.json writes one")
    summary = _mapping(path.read_text(), str(path))
    splits = summary.get("splits", {"": summary})
    whole = isinstance(splits, dict) and splits and all(isinstance(split, dict) for split in splits.values())
    if not whole or not all({"cIoU", "gIoU", "n"} <= split.keys() for split in splits.values()):
        raise ValueError(f"{path}: holds no cIoU, gIoU and n; lens eval ... --out FILE.json writes them")
    return summary


def _mapping(text: str, where: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{where}: is not JSON ({error})") from error
    if not isinstance(values, dict):
        raise ValueError(f"{where}: holds no JSON object")
    return values


def model_card(facts: CardFacts) -> str:
    """README.md of a model repository: the Hub's front matter, use, parts, training, evaluation."""
    front = {
        "library_name": "lens-seg",
        "pipeline_tag": "image-segmentation",
        "tags": ["lens", "reasoning-segmentation", "referring-segmentation"],
    }
    front |= {key: value for key in ("license", "base_model") if (value := getattr(facts, key)) is not None}
    data = (facts.recipe or {}).get("data") or {}
    datasets = ", ".join(dict.fromkeys(part["name"] for part in data.get("mix") or [data] if part.get("name")))
    sections = [
        f"---\n{yaml.safe_dump(front, sort_keys=False)}---",
        f"# {facts.name}",
        "Text-prompted segmentation that reasons first ([LENS](https://arxiv.org/abs/2508.14153)): image and prompt in,"
        " thought, box and mask out.",
        f'```python\nfrom lens_seg import Lens\n\nlens = Lens.from_pretrained("{facts.name}")\n'
        'result = lens.segment("photo.jpg", "the cup that is nearest")\nresult.overlay().save("overlay.png")\n```',
        "## Parts\n\n" + _table("part", "parameters", {name: f"{count:,}" for name, count in facts.parts.items()}),
    ]
    if facts.settings:
        sections.append(_table("setting", "value", facts.settings))
    sections.append("## Training")
    if facts.recipe is None:
        sections.append("No run was given, so data and recipe are not stated here.")
    else:
        told = {key: _told(value) for key, value in facts.recipe.items() if key not in PLACES and value is not None}
        sections += [f"Data: {datasets or 'not named in the recipe'}. Recipe:", _table("field", "value", told)]
    if facts.metrics:
        sections += ["Last metrics of the run, on training data:", _table("metric", "value", facts.metrics)]
    sections.append("## Evaluation")
    if facts.evaluation is None:
        sections.append("No evaluation was given.")
    else:
        where = {key: facts.evaluation[key] for key in ("model", "dataset", "split") if key in facts.evaluation}
        if where:
            sections.append(", ".join(f"{key}: {_told(value)}" for key, value in where.items()))
        splits = facts.evaluation.get("splits")
        table = to_markdown(facts.evaluation) if splits is None else splits_to_markdown(splits, "###")
        sections.append("Percent.\n\n" + table.rstrip())
    return "\n\n".join(sections) + "\n"


def _told(value: Any) -> Any:
    """A value without the paths of the machine that ran it: of an absolute path, the last name."""
    if isinstance(value, Mapping):
        return {key: _told(item) for key, item in value.items() if key not in PLACES}
    if isinstance(value, list | tuple):
        return [_told(item) for item in value]
    if isinstance(value, str) and PurePath(value).is_absolute():
        return PurePath(value).name
    return value


def _table(first: str, second: str, rows: Mapping[str, Any]) -> str:
    cells = [(name, f"{value:.4g}" if isinstance(value, float) else str(value)) for name, value in rows.items()]
    lines = ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in cells]
    return "\n".join([f"| {first} | {second} |", "|---|---|", *lines])
