"""Watching a run: means over steps, seconds by phase, experiment trackers and a page of curves."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch

from ..files import whole_file

TRACKERS = {"tensorboard": ("tensorboard", "tensorboardX"), "wandb": ("wandb",), "trackio": ("trackio",)}
"""Names of trackers -> packages of which one is needed."""


class Means:
    """Means of named values over the parts of a step."""

    def __init__(self, values: Mapping[str, Sequence[float]] | None = None) -> None:
        """Starts from the `values` of another, by name."""
        self.values = {name: list(some) for name, some in (values or {}).items()}

    def add(self, **values: float) -> None:
        """One more value for each name."""
        for name, value in values.items():
            self.values.setdefault(name, []).append(value)

    def mean(self) -> dict[str, float]:
        """The mean of each name's values."""
        return {name: sum(values) / len(values) for name, values in self.values.items()}


class Phases:
    """Seconds by phase of a step; waits for the accelerator before it reads the time."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._seconds: dict[str, float] = {}
        self._started = self._now()

    @contextlib.contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Adds the time of a `with` block to a phase."""
        start = self._now()
        yield
        self._seconds[name] = self._seconds.get(name, 0.0) + self._now() - start

    def metrics(self, tokens: int) -> dict[str, float]:
        """`seconds_<phase>`, `seconds_step` since the start, and completion tokens per second of the step."""
        whole = self._now() - self._started
        named = {f"seconds_{name}": seconds for name, seconds in self._seconds.items()}
        return {**named, "seconds_step": whole, "tokens_per_second": tokens / whole}

    def _now(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()


def check_trackers(names: Sequence[str]) -> None:
    """ValueError for a tracker that is unknown or whose package is absent."""
    for name in names:
        if name not in TRACKERS:
            raise ValueError(f"trackers: unknown {name!r}; choose from {', '.join(TRACKERS)}")
        if not any(importlib.util.find_spec(package) for package in TRACKERS[name]):
            raise ValueError(f"trackers: {name} is not installed: pip install {name}, or take it out of the recipe")


def read_metrics(folder: Path) -> list[dict[str, float]]:
    """The lines of `metrics.jsonl`; a last line cut off by a kill is left out."""
    records = []
    for line in (folder / "metrics.jsonl").read_text().splitlines():
        with contextlib.suppress(ValueError):
            records.append(json.loads(line))
    return records


def draw_curves(folder: Path) -> Path | None:
    """Draws every metric over the steps into `curves.png`; None where matplotlib or the metrics are absent."""
    if not (folder / "metrics.jsonl").is_file() or not importlib.util.find_spec("matplotlib"):
        return None
    records = read_metrics(folder)
    names = [name for name in dict.fromkeys(n for r in records for n in r) if name not in ("step", "seconds")]
    if not names:
        return None
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names.sort(key=lambda name: (not name.startswith(("loss", "reward")), name.startswith("seconds")))
    columns = min(4, len(names))
    rows = math.ceil(len(names) / columns)
    figure = Figure(figsize=(3.2 * columns, 2.1 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    for i, name in enumerate(names):
        points = [(r["step"], r[name]) for r in records if name in r]
        axes = figure.add_subplot(rows, columns, i + 1)
        axes.plot(*zip(*points, strict=True), linewidth=1, marker="." if len(points) < 3 else "")
        axes.set_title(name, fontsize=8)
        axes.tick_params(labelsize=6)
    path = folder / "curves.png"
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=90)
    return path
