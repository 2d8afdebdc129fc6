"""Who may import whom in the package, see docs/architecture.md. A room is a module or folder at its top."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "lens_seg"

LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"types", "boxes", "masks", "prompts", "images", "files"}),
    frozenset({"data", "processor", "packing", "models"}) | {"rewards", "losses", "metrics", "drawing", "hub", "card"},
    frozenset({"rollout", "vllm_rollout", "predictor", "evaluate", "curriculum"}),
    frozenset({"train"}),
    frozenset({"bench"}),
    frozenset({"config"}),
    frozenset({"cli"}),
)
"""A room may import those of the levels before its own."""

NEIGHBOURS = {
    "boxes": {"types"},
    "masks": {"types"},
    "prompts": {"types"},
    "processor": {"packing"},
    "card": {"metrics"},
    "hub": {"card", "models", "processor"},
    "predictor": {"rollout"},
    "vllm_rollout": {"rollout"},
    "evaluate": {"predictor"},
    "curriculum": {"evaluate", "predictor", "rollout"},
}
"""Rooms of its own level that a room may import as well; all others there are closed to it."""

ONLY = {"models": {"types"}, "packing": {"types"}}
"""Rooms that may import less than their level allows."""

FRONT_DOOR = "__init__"
"""The package's own file, which offers `Lens`."""


def allowed(room: str) -> set[str]:
    """The rooms that `room` may import."""
    if room == FRONT_DOOR:
        return {"predictor"}
    if room in ONLY:
        return ONLY[room]
    level = next(i for i, rooms in enumerate(LEVELS) if room in rooms)
    return set().union(*LEVELS[:level]) | NEIGHBOURS.get(room, set())


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(source: str, parents: tuple[str, ...], rooms: set[str]) -> Iterator[tuple[int, str]]:
    """(line, room) of every import from the package, at any depth; `parents` is the module's package."""
    for node in ast.walk(ast.parse(source)):
        names: list[tuple[str, ...]] = []
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = parents[: len(parents) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            names = [(*base, alias.name) for alias in node.names]
        for name in names:
            if len(name) > 1 and name[0] == "lens_seg" and name[1] in rooms:
                yield node.lineno, name[1]


FILES = sorted(PACKAGE.rglob("*.py"))
ROOMS = {room_of(path) for path in FILES} - {FRONT_DOOR}


def test_every_room_has_a_level() -> None:
    homeless = ROOMS - set().union(*LEVELS)
    assert not homeless, f"give {sorted(homeless)} a place in LEVELS and in docs/architecture.md"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_plan(path: Path) -> None:
    room = room_of(path)
    parents = ("lens_seg", *path.relative_to(PACKAGE).parts[:-1])
    wrong = [
        f"line {line}: {room} imports {other}"
        for line, other in imported_rooms(path.read_text(encoding="utf-8"), parents, ROOMS)
        if other not in {room, *allowed(room)}
    ]
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("source", "parents", "found"),
    [
        ("import lens_seg.cli.train", ("lens_seg",), ["cli"]),
        ("from lens_seg import models, types", ("lens_seg",), ["models", "types"]),
        ("from . import boxes as b", ("lens_seg",), ["boxes"]),
        ("from .train import grpo", ("lens_seg",), ["train"]),
        ("from .lens import Lens", ("lens_seg", "models"), ["models"]),
        ("from ..predictor import Lens", ("lens_seg", "models"), ["predictor"]),
        ("from ...config import x", ("lens_seg", "data", "toybox"), ["config"]),
        ("def f():\n    from .. import evaluate", ("lens_seg", "cli"), ["evaluate"]),
        ("from .. import __version__\nimport torch\nfrom torch import nn", ("lens_seg", "cli"), []),
    ],
)
def test_the_reader_of_imports(source: str, parents: tuple[str, ...], found: list[str]) -> None:
    assert sorted(room for _, room in imported_rooms(source, parents, ROOMS)) == found


def test_the_plan_itself() -> None:
    for room in ("data", "processor", "models"):
        assert not allowed(room) & ({"data", "processor", "models"} - {room})
    for room in ("rewards", "losses"):
        assert "models" not in allowed(room)
    for room in ("predictor", "evaluate", "curriculum"):
        assert "train" not in allowed(room)
