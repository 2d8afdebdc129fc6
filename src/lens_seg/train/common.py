"""What all training stages share: a run folder, an optimiser with its schedule, checkpoints, metrics.

Everything random in a step is a pure function of (seed, step), so a checkpoint needs no generator state and a resumed
run gives the curve of one that never stopped. Checkpoints are safetensors and JSON, written under another name first.
"""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from safetensors.torch import load_file, save_file
from torch import nn
from torch.utils.data import DataLoader, Dataset

from ..models.lens import ROLES

logger = logging.getLogger(__name__)


COUNTS = (
    "steps", "log_every", "save_every", "batch_size", "expressions", "prompts", "prompts_per_step",
    "prompts_per_forward", "max_new_tokens",
)  # fmt: skip
"""Fields of any recipe that must be at least 1."""


@dataclass(kw_only=True)
class RunConfig:
    """Fields of every training recipe."""

    output: str
    """Run folder: checkpoints, metrics.jsonl, samples, final weights."""
    steps: int
    """Optimiser steps."""
    learning_rate: float
    """Peak learning rate."""
    schedule: str = "cosine"
    """"cosine" to a tenth of the peak, or "constant", after the warm-up."""
    warmup_steps: int = 100
    """Steps of linear warm-up."""
    weight_decay: float = 0.0
    """Decoupled weight decay (AdamW) on matrices."""
    max_grad_norm: float = 1.0
    """Gradients are scaled down to this norm."""
    seed: int = 0
    """Seed of data order, sampling and new weights."""
    log_every: int = 10
    """Steps between lines of metrics."""
    save_every: int = 200
    """Steps between checkpoints."""
    workers: int = 1
    """Processes that prepare batches ahead; 0 prepares them in the training process."""
    max_minutes: float | None = None
    """Stop after this time, as if `steps` had been reached; None for no limit."""

    def __post_init__(self) -> None:
        if self.schedule not in ("cosine", "constant"):
            raise ValueError(f'schedule={self.schedule!r}: choose "cosine" or "constant"')
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate={self.learning_rate} must be positive and finite")
        for name in COUNTS:
            if getattr(self, name, 1) < 1:
                raise ValueError(f"{name}={getattr(self, name)} must be at least 1")
        if wrong := sorted(set(getattr(self, "trains", ())) - set(ROLES)):
            raise ValueError(f"trains: unknown {', '.join(wrong)}; choose from {', '.join(ROLES)}")


class NotFiniteError(RuntimeError):
    """The loss or a gradient is NaN or infinite; nothing was updated or overwritten."""


def learning_rate(step: int, config: RunConfig) -> float:
    """Linear warm-up, then cosine to a tenth of the peak or constant."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    if config.schedule == "constant":
        return config.learning_rate
    progress = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return config.learning_rate * (0.1 + 0.45 * (1 + math.cos(math.pi * min(1.0, progress))))


class Means:
    """Means of named values over the parts of a step."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}

    def add(self, **values: float) -> None:
        """One more value for each name."""
        for name, value in values.items():
            self._values.setdefault(name, []).append(value)

    def mean(self) -> dict[str, float]:
        """The mean of each name's values."""
        return {name: sum(values) / len(values) for name, values in self._values.items()}


class _Steps(Dataset):
    """Batch number -> batch; what a DataLoader worker runs. With several processes each takes every n-th batch."""

    def __init__(self, make: Callable[[int], Any], first: int, last: int, rank: int, world: int) -> None:
        self.make, self.first, self.last, self.rank, self.world = make, first, last, rank, world

    def __len__(self) -> int:
        return self.last - self.first

    def __getitem__(self, index: int) -> Any:
        torch.set_num_threads(1)
        return self.make((self.first + index) * self.world + self.rank)


class Run:
    """One training run: iterate over it for batches, call `update` with the loss of each."""

    def __init__(
        self,
        config: RunConfig,
        model: nn.Module,
        make_batch: Callable[[int], Any],
        *,
        resume: bool,
        extra: nn.Module | None = None,
    ) -> None:
        """`make_batch(step)` gives a step's data. `extra` holds further modules that train and are checkpointed."""
        self.config, self.make_batch = config, make_batch
        self.folder = Path(config.output)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.accelerator = Accelerator()
        self.is_main = self.accelerator.is_main_process
        self.modules = nn.ModuleDict({"model": model, **({"extra": extra} if extra is not None else {})})
        named = [(n, p) for n, p in self.modules.named_parameters() if p.requires_grad]
        if not named:
            raise ValueError("nothing to train: no parameter requires a gradient")
        self.names = [n for n, _ in named]
        self.parameters = [p for _, p in named]
        groups = [
            {"params": [p for p in self.parameters if p.ndim >= 2], "weight_decay": config.weight_decay},
            {"params": [p for p in self.parameters if p.ndim < 2], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(
            [g for g in groups if g["params"]], lr=config.learning_rate, betas=(0.9, 0.98)
        )
        self.step, self.started, self.spent = 0, time.monotonic(), 0.0
        self._window = Means()
        self.note = ""
        self.console = Console(stderr=True)
        if resume:
            self._load()
        elif self.is_main:
            (self.folder / "metrics.jsonl").unlink(missing_ok=True)
        (self.folder / "recipe.json").write_text(json.dumps(asdict(config), indent=2, default=str) + "\n")

    # ---- the loop -------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Any]:
        """Batches from the current step on, with a progress bar; checkpoints on the way and at the end."""
        config = self.config
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        steps = _Steps(self.make_batch, self.step, config.steps, rank, world)
        loader = DataLoader(
            steps, batch_size=None, num_workers=config.workers, prefetch_factor=4 if config.workers else None
        )
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
        )  # fmt: skip
        self.started = time.monotonic()
        with Progress(*columns, console=self.console, refresh_per_second=2, disable=not self.is_main) as progress:
            task = progress.add_task(self.folder.name, total=config.steps, completed=self.step, note="")
            for batch in loader:
                torch.manual_seed((config.seed * 1_000_003 + self.step) * 1009 + rank)
                yield batch
                progress.update(task, completed=self.step, note=self.note)
                if config.max_minutes is not None and self.elapsed > 60 * config.max_minutes:
                    logger.warning(
                        "%s: stopped at step %d after %.1f minutes",
                        self.folder,
                        self.step,
                        config.max_minutes,
                    )
                    break
        self.save()

    @property
    def elapsed(self) -> float:
        """Seconds of training, over all resumptions."""
        return self.spent + time.monotonic() - self.started

    def backward(self, loss: torch.Tensor) -> None:
        """Adds the gradients of `loss`; refuses one that is not finite."""
        if not bool(torch.isfinite(loss)):
            raise NotFiniteError(
                f"{self.folder}: loss is {float(loss.detach())} at step {self.step}; the last checkpoint is kept"
            )
        self.accelerator.backward(loss)

    def advance(self, metrics: dict[str, float]) -> None:
        """Clips, steps the optimiser, logs `metrics`, and checkpoints when due."""
        rate = learning_rate(self.step, self.config)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self._average_gradients()
        norm = float(self.accelerator.clip_grad_norm_(self.parameters, self.config.max_grad_norm))
        if not math.isfinite(norm):
            raise NotFiniteError(
                f"{self.folder}: gradient norm is {norm} at step {self.step}; the last checkpoint is kept"
            )
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self._collect({**metrics, "grad_norm": norm})
        if self.step % self.config.save_every == 0 and self.step < self.config.steps:
            self.save()

    def _average_gradients(self) -> None:
        """Mean over processes, as one vector: these runs are small, and every process holds all weights."""
        if self.accelerator.num_processes == 1:
            return
        grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in self.parameters]
        flat = self.accelerator.reduce(torch.cat([g.flatten() for g in grads]), reduction="mean")
        for parameter, grad in zip(self.parameters, flat.split([g.numel() for g in grads]), strict=True):
            parameter.grad = grad.view_as(parameter)

    def update(self, loss: torch.Tensor, metrics: dict[str, float]) -> None:
        """`backward` and `advance` for a step of one forward pass."""
        self.backward(loss)
        self.advance({"loss": float(loss.detach()), **metrics})

    def _collect(self, metrics: dict[str, float]) -> None:
        if not self.is_main:
            return
        self._window.add(**metrics)
        self.note = "  ".join(f"{name} {value:.3f}" for name, value in list(metrics.items())[:3])
        if self.step % self.config.log_every and self.step != self.config.steps:
            return
        record = {
            "step": self.step,
            **self._window.mean(),
            "learning_rate": learning_rate(self.step - 1, self.config),
            "seconds": self.elapsed,
        }
        self._window = Means()
        with (self.folder / "metrics.jsonl").open("a") as file:
            file.write(
                json.dumps({k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in record.items()}) + "\n"
            )
        text = "  ".join(f"{name} {value:.4g}" for name, value in record.items() if name != "step")
        self.console.log(f"step {self.step}/{self.config.steps}  {text}", highlight=False)

    # ---- checkpoints ----------------------------------------------------------------------------------------------

    @property
    def checkpoint(self) -> Path:
        """Folder of the last checkpoint."""
        return self.folder / "checkpoint"

    def save(self) -> None:
        """Weights that train, optimiser moments and step, as one folder that replaces the last at once."""
        if not self.is_main:
            return
        temporary = self.folder / "checkpoint.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        tensors: dict[str, torch.Tensor] = {}
        for name, parameter in zip(self.names, self.parameters, strict=True):
            tensors[f"weight/{name}"] = parameter.detach().contiguous()
            for key, value in self.optimizer.state.get(parameter, {}).items():
                tensors[f"{key}/{name}"] = torch.as_tensor(value).contiguous()
        save_file(tensors, temporary / "state.safetensors")
        (temporary / "state.json").write_text(json.dumps({"step": self.step, "seconds": self.elapsed}))
        old = self.folder / "checkpoint.old"
        shutil.rmtree(old, ignore_errors=True)
        if self.checkpoint.exists():
            os.replace(self.checkpoint, old)
        os.replace(temporary, self.checkpoint)
        shutil.rmtree(old, ignore_errors=True)

    def _load(self) -> None:
        folder = next(
            (p for p in (self.checkpoint, self.folder / "checkpoint.old") if (p / "state.json").is_file()),
            None,
        )
        if folder is None:
            raise FileNotFoundError(f"{self.checkpoint}: no checkpoint to resume from; start without --resume")
        tensors = load_file(folder / "state.safetensors")
        wanted, held = {f"weight/{n}" for n in self.names}, {n for n in tensors if n.startswith("weight/")}
        if wanted != held:
            raise ValueError(f"{folder}: holds other parameters than this recipe trains ({len(wanted ^ held)} differ)")
        with torch.no_grad():
            for name, parameter in zip(self.names, self.parameters, strict=True):
                parameter.copy_(tensors[f"weight/{name}"])
                if f"exp_avg/{name}" in tensors:
                    keys = ("step", "exp_avg", "exp_avg_sq")
                    self.optimizer.state[parameter] = {key: tensors[f"{key}/{name}"].clone() for key in keys}
        state = json.loads((folder / "state.json").read_text())
        self.step, self.spent = state["step"], state["seconds"]
        if self.is_main:
            self._trim_metrics()
        self.console.log(f"resumed {self.folder} at step {self.step}")

    def _trim_metrics(self) -> None:
        """Drops lines of steps after the checkpoint, which will be run again."""
        path = self.folder / "metrics.jsonl"
        if path.is_file():
            lines = [line for line in path.read_text().splitlines() if json.loads(line)["step"] <= self.step]
            path.write_text("".join(f"{line}\n" for line in lines))
