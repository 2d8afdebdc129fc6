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
) -> None:
    """Train by a recipe: pretraining, stage 1 (align) or stage 2 (grpo)."""
    for text in changes or []:
        if not text.partition("=")[0].strip() or "=" not in text:
            raise UsageError(f"--set {text}: write KEY=VALUE")
    from ..config import RecipeError, run_recipe

    with usage_errors(RecipeError, FileNotFoundError):
        run_recipe(recipe, changes or [], resume)
