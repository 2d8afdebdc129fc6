"""`lens train`: runs a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .report import UsageError, usage_errors


def train(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE.yaml", help="A recipe, such as those in recipes/.")],
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the recipe; give it again for more."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    export: Annotated[
        bool, typer.Option("--export", help="Only turn the last checkpoint into a model folder, OUTPUT/model.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only print parameters, memory and tokens; nothing is loaded or trained.")
    ] = False,
    gpus: Annotated[int, typer.Option(min=1, help="With --plan: GPUs that the run is spread over.")] = 1,
    memory: Annotated[float, typer.Option(help="With --plan: memory of each GPU in GiB.")] = 24.0,
    sharded: Annotated[bool, typer.Option("--sharded", help="With --plan: FSDP2 or ZeRO-3.")] = False,
) -> None:
    """Train by a recipe: pretraining, stage 1 (align) or stage 2 (grpo)."""
    for text in changes or []:
        if not text.partition("=")[0].strip() or "=" not in text:
            raise UsageError(f"--set {text}: write KEY=VALUE")
    from ..config import RecipeError, plan_recipe, run_recipe

    with usage_errors(RecipeError, FileNotFoundError):
        if plan:
            typer.echo(plan_recipe(recipe, changes or [], gpus=gpus, memory=memory, sharded=sharded))
        else:
            run_recipe(recipe, changes or [], resume, export)
