"""Recipes: YAML files that name a training stage and set the fields of its config dataclass."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from pathlib import Path
from typing import Any

import yaml


class RecipeError(ValueError):
    """A recipe that cannot be run; the message names the file, the key and what to do."""


def stages() -> dict[str, tuple[type, typing.Callable[..., None]]]:
    """Stage name -> (config dataclass, function that runs it)."""
    from .train.align import AlignConfig, align
    from .train.grpo import GRPOConfig, grpo
    from .train.pretrain import PretrainSegmenterConfig, PretrainVLMConfig, pretrain_segmenter, pretrain_vlm

    return {
        "pretrain_vlm": (PretrainVLMConfig, pretrain_vlm),
        "pretrain_segmenter": (PretrainSegmenterConfig, pretrain_segmenter),
        "align": (AlignConfig, align),
        "grpo": (GRPOConfig, grpo),
    }


def read_recipe(path: Path, overrides: list[str] | None = None) -> tuple[str, Any]:
    """(stage, config) of a recipe file with `key=value` overrides; nested keys are dotted (`data.split=val`)."""
    if not path.is_file():
        raise RecipeError(f"{path}: no such recipe")
    try:
        values = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise RecipeError(f"{path}: a recipe is a mapping of keys to values")
    for text in overrides or []:
        _override(values, text)
    known = stages()
    stage = values.pop("stage", None)
    if not isinstance(stage, str) or stage not in known:
        raise RecipeError(f"{path}: stage is {stage!r}: choose one of {', '.join(known)}")
    return stage, _build(known[stage][0], values, str(path))


def run_recipe(path: Path, overrides: list[str], resume: bool, export: bool = False) -> None:
    """Reads a recipe and runs its stage; `export` takes no step and only writes the model of a checkpoint.

    RecipeError where the output holds another run, which would be lost.
    """
    from .train.checkpoints import Checkpoints

    stage, config = read_recipe(path, overrides)
    kept = Checkpoints(Path(config.output), best_metric=config.best_metric, higher=config.best_is == "high")
    if export:
        config = dataclasses.replace(config, steps=max(1, kept.find(str(config.resume_from))[1]["step"]))
    elif not resume and (there := kept.folders()):
        raise RecipeError(
            f"{config.output}: holds a run already (its last checkpoint: {there[-1].name}): --resume goes on with it,"
            " --set output=... starts another beside it; delete the folder to start it anew"
        )
    stages()[stage][1](config, resume=resume or export)


def plan_recipe(path: Path, overrides: list[str], *, gpus: int, memory: float, sharded: bool) -> str:
    """What a recipe needs, as text; RecipeError for a stage that the planner does not know."""
    stage, config = read_recipe(path, overrides)
    from .train.finetune import FinetuneConfig
    from .train.planner import plan

    if not isinstance(config, FinetuneConfig):
        raise RecipeError(f"{path}: --plan knows the stages align and grpo, not {stage}")
    return plan(config, gpus=gpus, memory=memory, sharded=sharded).text()


def _override(values: dict[str, Any], text: str) -> None:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise RecipeError(f"--set {text}: write key=value")
    *folders, last = key.split(".")
    place = values
    for folder in folders:
        place = place.setdefault(folder, {})
        if not isinstance(place, dict):
            raise RecipeError(f"--set {text}: {folder} is a value, not a group of keys")
    try:
        place[last] = yaml.safe_load(value)
    except yaml.YAMLError:
        raise RecipeError(f"--set {text}: the value is not valid YAML") from None


def _build(owner: type, values: dict[str, Any], where: str) -> Any:
    """A dataclass from a mapping, every key known and every value of its type."""
    hints = typing.get_type_hints(owner)
    fields = {f.name: f for f in dataclasses.fields(owner)}
    made = {}
    for key, value in values.items():
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known keys: {', '.join(sorted(fields))}"
            raise RecipeError(f"{where}: unknown key {key!r}{hint}")
        made[key] = _convert(hints[key], value, f"{where}: {key}")
    required = dataclasses.MISSING
    missing = [
        n for n, f in fields.items() if f.default is required and f.default_factory is required and n not in made
    ]
    if missing:
        raise RecipeError(f"{where}: missing {', '.join(missing)}")
    try:
        return owner(**made)
    except ValueError as error:
        raise RecipeError(f"{where}: {error}") from None


def _convert(kind: Any, value: Any, where: str) -> Any:
    """`value` as `kind`, or a RecipeError that says what was wanted."""
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise RecipeError(f"{where} is a group of keys, not {value!r}")
        return _build(typing.cast(type, kind), value, where)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        options = [k for k in inner if k is not type(None)]
        if value is None and len(options) < len(inner):
            return None
        if isinstance(value, str) and str in options:
            return value
        return _convert(options[0], value, where)
    if origin is typing.Literal:
        if value not in inner:
            raise RecipeError(f"{where} is {value!r}: choose one of {', '.join(map(str, inner))}")
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(inner[0], v, where) for v in value)
    if origin is dict and isinstance(value, dict):
        return {_convert(inner[0], k, where): _convert(inner[1], v, where) for k, v in value.items()}
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is float and isinstance(value, str):
        try:
            return float(value)  # YAML reads 3e-5 as text
        except ValueError:
            pass
    if isinstance(kind, type) and isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    wanted = getattr(kind, "__name__", None) if origin is None else str(kind)
    raise RecipeError(f"{where} is {value!r}: it wants {wanted}")
