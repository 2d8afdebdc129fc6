"""What all training stages share: a run folder, an optimiser with its schedule, checkpoints, metrics.

Everything random in a step is a pure function of (seed, step), so a checkpoint needs no generator state and a resumed
run gives the curve of one that never stopped. Checkpoints are safetensors and JSON, written under another name first.

Several processes (accelerate): each holds all weights and gradients are averaged, or FSDP2 or ZeRO-3 splits both.
Every process takes every n-th batch, all of the same size, so none waits for another and no sample counts twice in an
epoch.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import re
import statistics
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list, gather_object
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from torch import nn
from torch.utils.data import DataLoader, Dataset

from ..files import write_whole
from ..models import blocks, windows
from ..models.lens import ROLES, LensModel
from .checkpoints import CheckpointError, Checkpoints
from .failure import move, sample_ids, save_batch
from .sharding import is_sharded, is_zero3, load_whole, shard, whole
from .watch import Means, check_trackers, draw_curves
from .zero import Zero3

__all__ = ["BatchError", "NotFiniteError", "Run", "RunConfig", "learning_rate", "make_optimizers", "set_attention"]

logger = logging.getLogger(__name__)
T = TypeVar("T")

COUNTS = (
    "steps", "log_every", "save_every", "batch_size", "expressions", "prompts", "prompts_per_step",
    "prompts_per_forward", "max_new_tokens", "keep_last", "updates_per_batch",
)  # fmt: skip
"""Fields of any recipe that must be at least 1."""
MOMENTS = ("exp_avg", "exp_avg_sq", "momentum_buffer")
"""What optimisers keep of a parameter, in a tensor of its shape."""
_IN_BLOCKS = re.compile(r"\.(layers|blocks)\.\d+\.")
NORMS = 50
"""Gradient norms that an explosion is measured against."""


@dataclass(kw_only=True)
class RunConfig:
    """Fields of every training recipe."""

    output: str
    """Run folder: checkpoints, metrics.jsonl, samples, final weights."""
    steps: int
    """Optimiser steps."""
    learning_rate: float
    """Peak learning rate."""
    optimizer: Literal["adamw", "muon"] = "adamw"
    """muon: orthogonalised momentum for the matrices of repeated blocks, AdamW for the rest."""
    schedule: str = "cosine"
    """"cosine" to a tenth of the peak, or "constant", after the warm-up."""
    warmup_steps: int = 100
    """Steps of linear warm-up."""
    rates: dict[str, float] = field(default_factory=dict)
    """Multiplies the learning rate of a role, such as {connector: 10}; 1 where it names none."""
    weight_decay: float = 0.0
    """Decoupled weight decay (AdamW) on matrices."""
    max_grad_norm: float = 1.0
    """Gradients are scaled down to this norm."""
    mean_weights: bool = False
    """Leave the mean of the weights over all steps, the start among them (Polyak averaging), in place of the last ones:
    the noise of single steps averages out. Needs memory for the weights once more."""
    seed: int = 0
    """Seed of data order, sampling and new weights."""
    log_every: int = 10
    """Steps between lines of metrics."""
    save_every: int = 200
    """Steps between checkpoints."""
    keep_last: int = 2
    """Checkpoints kept; a damaged last one then leaves the one before it."""
    best_metric: str | None = None
    """Also keep the checkpoint with the best value of this metric, such as `reward`."""
    best_is: Literal["high", "low"] = "high"
    """Which value of `best_metric` is best."""
    resume_from: int | str = "last"
    """What --resume and --export start from: "last", "best" or the number of a step."""
    explosion: float = 1000.0
    """Stop when the gradient norm exceeds this many times its median over the last 50 steps; 0 never stops."""
    workers: int = 1
    """Processes that prepare batches ahead; 0 prepares them in the training process."""
    max_minutes: float | None = None
    """Stop after this time, as if `steps` had been reached; None for no limit."""
    trackers: tuple[str, ...] = ()
    """Where metrics go besides metrics.jsonl: tensorboard, wandb, trackio."""
    matmul_precision: Literal["highest", "high", "medium"] = "highest"
    """Of float32 matrix products: "medium" multiplies in bfloat16 where the hardware is faster at it."""
    attention: Literal["sdpa", "blocks"] = "sdpa"
    """"blocks" leaves out pairs of tokens that do not see each other; the faster with `matmul_precision: medium`."""
    curves: bool = True
    """Draw curves.png at every checkpoint."""

    def __post_init__(self) -> None:
        if self.schedule not in ("cosine", "constant"):
            raise ValueError(f'schedule={self.schedule!r}: choose "cosine" or "constant"')
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate={self.learning_rate} must be positive and finite")
        if wrong := sorted(set(self.rates) - set(ROLES)):
            raise ValueError(f"rates: unknown {', '.join(wrong)}; choose from {', '.join(ROLES)}")
        for role, factor in self.rates.items():
            if not 0 < factor < math.inf:
                raise ValueError(f"rates: {role} is {factor}; it must be positive and finite")
        for name in COUNTS:
            if getattr(self, name, 1) < 1:
                raise ValueError(f"{name}={getattr(self, name)} must be at least 1")
        if wrong := sorted(set(getattr(self, "trains", ())) - set(ROLES)):
            raise ValueError(f"trains: unknown {', '.join(wrong)}; choose from {', '.join(ROLES)}")


class NotFiniteError(RuntimeError):
    """Loss or gradient is NaN, infinite or has exploded; nothing was updated or overwritten."""


class BatchError(RuntimeError):
    """Data that cannot be read; the message names it, and the step."""


def learning_rate(step: int, config: RunConfig) -> float:
    """Linear warm-up, then cosine to a tenth of the peak or constant."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    if config.schedule == "constant":
        return config.learning_rate
    progress = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return config.learning_rate * (0.1 + 0.45 * (1 + math.cos(math.pi * min(1.0, progress))))


class _Steps(Dataset):
    """Batch number -> batch; what a DataLoader worker runs. With several processes each takes every n-th batch."""

    def __init__(self, make: Callable[[int], Any], first: int, last: int, rank: int, world: int) -> None:
        self.make, self.first, self.last, self.rank, self.world = make, first, last, rank, world

    def __len__(self) -> int:
        return self.last - self.first

    def __getitem__(self, index: int) -> Any:
        try:
            return self.make((self.first + index) * self.world + self.rank)
        except Exception as error:  # as a value, for a worker would make a traceback of it
            return _Fault(f"{type(error).__name__}: {' '.join(str(error).split())}", traceback.format_exc())


class _Fault(NamedTuple):
    """Why a batch could not be made."""

    text: str
    why: str


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
        held: nn.Module | None = None,
        shardable: bool = False,
    ) -> None:
        """`make_batch(step)` gives a step's data. `extra` holds further modules that train and are checkpointed;
        `held` one that is checkpointed and does not train (a reference model that moves). `shardable`: FSDP2 and ZeRO-3
        may split the weights."""
        self.config, self.make_batch = config, make_batch
        self.folder = Path(config.output)
        self.folder.mkdir(parents=True, exist_ok=True)
        check_trackers(config.trackers)
        torch.set_float32_matmul_precision(config.matmul_precision)
        self.accelerator = Accelerator(log_with=list(config.trackers) or None, project_dir=str(self.folder))
        self.is_main = self.accelerator.is_main_process
        self.device = self.accelerator.device
        if self.accelerator.mixed_precision != "no" or self.accelerator.gradient_accumulation_steps != 1:
            raise ValueError(
                "accelerate is configured for mixed precision or gradient accumulation, which the recipe decides here"
                " (precision, batch_size): set mixed_precision to 'no' and gradient_accumulation_steps to 1"
            )
        zero3 = is_zero3(self.accelerator)
        if is_sharded(self.accelerator) and not shardable:
            raise ValueError("FSDP2 and ZeRO-3 serve align and grpo; pretrain with whole weights (ddp.yaml)")
        if config.mean_weights and zero3:
            raise ValueError("mean_weights: ZeRO-3 holds the weights its own way; use FSDP2, or leave it out")
        if is_sharded(self.accelerator) and not zero3:
            shard(self.accelerator, model)
        self.modules = nn.ModuleDict({"model": model, **({"extra": extra} if extra is not None else {})})
        if self.device.type != "cpu":
            self.modules.to(self.device)
        self.held = held
        named = [(n, p) for n, p in self.modules.named_parameters() if p.requires_grad]
        if not named:
            raise ValueError("nothing to train: no parameter requires a gradient")
        self.names = [n for n, _ in named]
        self.parameters = [p for _, p in named]
        if config.optimizer == "muon" and is_sharded(self.accelerator):
            raise ValueError("optimizer: muon needs whole matrices, and FSDP2 and ZeRO-3 split them; use adamw")
        self.optimizers = make_optimizers(named, config, role_rates(model, config.rates))
        self.zero3 = Zero3(model, self.optimizers[0]) if zero3 else None
        self.means = [(n, p, p.detach().clone()) for n, p in named] if config.mean_weights else []
        self.step, self.started, self.spent = 0, time.monotonic(), 0.0
        self.batch: Any = None
        self._window, self._latest, self._norms = Means(), dict[str, float](), list[float]()
        self.note = ""
        self.console = Console(stderr=True)
        self.checkpoints = Checkpoints(
            self.folder, config.keep_last, config.best_metric, higher=config.best_is == "high"
        )
        self._saved: int | None = None
        if resume:
            self._load()
        elif self.is_main:
            (self.folder / "metrics.jsonl").unlink(missing_ok=True)
        if self.is_main and self.step < config.steps:
            (self.folder / "recipe.json").write_text(json.dumps(asdict(config), indent=2, default=str) + "\n")
        if config.trackers:
            self.accelerator.init_trackers(self.folder.name, config=_plain(asdict(config)))

    # ---- the loop -------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Any]:
        """Batches from the current step on, with a progress bar; checkpoints on the way and at the end."""
        config = self.config
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        steps = _Steps(self.make_batch, self.step, max(self.step, config.steps), rank, world)
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
            for batch in loader if len(steps) else ():
                if isinstance(batch, _Fault):
                    error = BatchError(
                        f"{self.folder}: the batch of step {self.step} could not be made: {batch.text}; the last"
                        " checkpoint is kept. Mend or exclude it, then --resume"
                    )
                    error.add_note(batch.why)
                    raise error
                torch.manual_seed((config.seed * 1_000_003 + self.step) * 1009 + rank)
                self.batch = move(batch, self.device)
                yield self.batch
                progress.update(task, completed=self.step, total=self._expected_steps(), note=self.note)
                if self._out_of_time():
                    self._log()
                    logger.warning(
                        "%s: stopped at step %d after %.1f minutes", self.folder, self.step, config.max_minutes
                    )
                    break
        self.save()
        for _, parameter, mean in self.means:
            parameter.data.copy_(mean)
        if config.trackers:
            self.accelerator.end_training()

    @property
    def elapsed(self) -> float:
        """Seconds of training, over all resumptions."""
        return self.spent + time.monotonic() - self.started

    def _expected_steps(self) -> int:
        """Steps at the end: those of the recipe, or as many as the clock will let through at the rate so far."""
        if self.config.max_minutes is None or not self.elapsed:
            return self.config.steps
        return min(self.config.steps, max(self.step, int(self.step * 60 * self.config.max_minutes / self.elapsed)))

    def _out_of_time(self) -> bool:
        """Whether `max_minutes` is over; the first process decides for all."""
        if self.config.max_minutes is None:
            return False
        over = [self.elapsed > 60 * self.config.max_minutes]
        if self.accelerator.num_processes > 1:
            broadcast_object_list(over)
        return over[0]

    def backward(self, loss: torch.Tensor) -> None:
        """Adds the gradients of `loss`; refuses one that is not finite."""
        if not bool(torch.isfinite(loss)):
            self._stop(f"loss is {float(loss.detach())}")
        if self.zero3 is None:
            self.accelerator.backward(loss)
        else:
            self.zero3.backward(loss)

    def optimise(self) -> float:
        """Averages the gradients over processes, clips them and steps the optimiser; returns their norm."""
        rate = learning_rate(self.step, self.config)
        for group in (group for optimizer in self.optimizers for group in optimizer.param_groups):
            group["lr"] = rate * group["factor"]
        self._average_gradients()
        norm = self._clip()
        if not math.isfinite(norm):
            self._stop(f"gradient norm is {norm}")
        usual = statistics.median(self._norms) if len(self._norms) >= NORMS // 2 else 0.0
        if self.config.explosion and usual and norm > self.config.explosion * usual:
            why = f"gradient norm is {norm:.3g}, {norm / usual:,.0f} times its median of {usual:.3g} (explosion)"
            self._stop(why, "; to go on with it clipped: --resume --set explosion=0")
        self._norms = [*self._norms, norm][-NORMS:]
        if self.zero3 is not None:
            self.zero3.step()
            return norm
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return norm

    def advance(self, metrics: dict[str, float]) -> None:
        """Ends a step: clips, steps the optimiser, logs `metrics`, and checkpoints when due."""
        norm = self.optimise()
        self.step += 1
        for _, parameter, mean in self.means:
            mean.lerp_(parameter.detach(), 1 / (self.step + 1))
        self._collect({**metrics, "grad_norm": norm})
        if self.step % self.config.save_every == 0 and self.step < self.config.steps:
            self.save()

    def update(self, loss: torch.Tensor, metrics: dict[str, float]) -> None:
        """`backward` and `advance` for a step of one forward pass."""
        self.backward(loss)
        self.advance({"loss": float(loss.detach()), **metrics})

    def mean_over_processes(self, value: float) -> float:
        """The mean of a number over all processes, each of which must ask for it."""
        if self.accelerator.num_processes == 1:
            return value
        return float(self.accelerator.reduce(torch.tensor(float(value), device=self.device), reduction="mean"))

    def _gather(self, value: T) -> list[T]:
        """The value of each process, by its number; each must ask."""
        return [value] if self.accelerator.num_processes == 1 else gather_object([value])

    def _clip(self) -> float:
        """Scales the gradients down to `max_grad_norm` and returns the norm they had."""
        if self.zero3 is not None:
            return self.zero3.clip(self.parameters, self.config.max_grad_norm)
        return float(whole(nn.utils.clip_grad_norm_(self.parameters, self.config.max_grad_norm)))

    def _average_gradients(self) -> None:
        """Mean over processes, in pieces of some 100 MB; FSDP2 and ZeRO-3 have averaged them already."""
        if self.accelerator.num_processes == 1 or is_sharded(self.accelerator):
            return
        here = torch.tensor([float(p.grad is not None) for p in self.parameters], device=self.device)
        anywhere = self.accelerator.reduce(here, reduction="sum").tolist()
        # the optimiser passes over the others, as it does with one process
        reached = [p for p, count in zip(self.parameters, anywhere, strict=True) if count]
        piece: list[nn.Parameter] = []
        for i, parameter in enumerate(reached):
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            piece.append(parameter)
            if i + 1 == len(reached) or sum(p.numel() for p in piece) > 25_000_000:
                flat = self.accelerator.reduce(torch.cat([_grad(p).flatten() for p in piece]), reduction="mean")
                for p, grad in zip(piece, flat.split([p.numel() for p in piece]), strict=True):
                    p.grad = grad.view_as(p)
                piece = []

    # ---- metrics --------------------------------------------------------------------------------------------------

    def _collect(self, metrics: Mapping[str, float]) -> None:
        self._window.add(**metrics)
        self.note = "  ".join(f"{name} {value:.3f}" for name, value in list(metrics.items())[:3])
        if self.step % self.config.log_every == 0 or self.step == self.config.steps:
            self._log()

    def _log(self) -> None:
        """Writes the means over all processes and the steps since the last line, where there were any."""
        if not self._window.values:
            return
        every = Means()
        for one in self._gather(self._window.mean()):
            every.add(**one)
        means = every.mean()
        self._window, self._latest = Means(), means
        record = {
            "step": self.step,
            **means,
            "learning_rate": learning_rate(self.step - 1, self.config),
            "seconds": self.elapsed,
        }
        if not self.is_main:
            return
        line = json.dumps({k: float(f"{v:.6g}") if isinstance(v, float) else v for k, v in record.items()})
        try:
            with (self.folder / "metrics.jsonl").open("a") as file:
                file.write(f"{line}\n")
        except OSError as error:
            raise CheckpointError(
                f"{self.folder}/metrics.jsonl: {error.strerror}; the last checkpoint is kept. Make room, then --resume"
            ) from error
        if self.config.trackers:
            self.accelerator.log({k: v for k, v in record.items() if k != "step"}, step=self.step)
        text = "  ".join(f"{name} {value:.4g}" for name, value in record.items() if name != "step")
        self.console.log(f"step {self.step}/{self.config.steps}  {text}", highlight=False)

    def _stop(self, why: str, what_to_do: str = "") -> None:
        """Keeps the step's batch and ends the run; the last checkpoint stays as it is."""
        rank = self.accelerator.process_index
        folder = self.folder / "failed" / (f"step-{self.step:08d}" + (f"-rank-{rank}" if rank else ""))
        kept = "the batch could not be written"
        with contextlib.suppress(OSError):
            save_batch(folder, self.batch, step=self.step, reason=why, seed=self.config.seed)
            kept = f"the batch is in {folder}"
        names = sample_ids(self.batch)
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        raise NotFiniteError(
            f"{self.folder}: {why} at step {self.step}; samples {shown or 'without ids'}; {kept}; nothing was updated"
            f" and the last checkpoint is kept{what_to_do}"
        )

    # ---- checkpoints ----------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Weights that train, optimiser moments, step and position in the data, as one folder that appears at once."""
        if self._saved == self.step:
            return
        tensors = self._tensors() if self.is_main or is_sharded(self.accelerator) else {}
        windows = self._gather(self._window.values)
        self._saved = self.step
        if not self.is_main:
            return
        state = {
            "step": self.step,
            "seconds": self.elapsed,
            "metrics": self._latest,
            "norms": self._norms,
            "windows": windows,
        }
        self.checkpoints.save(self.step, tensors, state)
        if self.config.curves:
            with contextlib.suppress(OSError):  # a page less, not a run less
                draw_curves(self.folder)

    def _tensors(self) -> dict[str, torch.Tensor]:
        """What a checkpoint holds, whole, on the first process's CPU; with FSDP2 or ZeRO-3 every process must ask."""
        tensors: dict[str, torch.Tensor] = {}

        def keep(name: str, tensor: torch.Tensor) -> None:
            gathered = whole(tensor)
            if self.is_main:
                tensors[name] = gathered.cpu().contiguous()

        for name, parameter in zip(self.names, self.parameters, strict=True):
            keep(f"weight/{name}", parameter)
            states = [optimizer.state.get(parameter, {}) for optimizer in self.optimizers]
            for state in states if self.zero3 is None else [self.zero3.moments(parameter)]:
                for key, value in state.items():
                    keep(f"{key}/{name}", torch.as_tensor(value))
        for name, _, mean in self.means:
            keep(f"mean/{name}", mean)
        if self.held is not None:
            for name, parameter in self.held.named_parameters():
                keep(f"held/{name}", parameter)
        return tensors

    def _load(self) -> None:
        checkpoint = self.checkpoints.load(str(self.config.resume_from))
        tensors, state = checkpoint.tensors, checkpoint.state
        wanted, kept = {f"weight/{n}" for n in self.names}, {n for n in tensors if n.startswith("weight/")}
        if wanted != kept:
            raise CheckpointError(
                f"{checkpoint.folder}: holds other parameters than this recipe trains ({len(wanted ^ kept)} differ)"
            )
        for name, parameter in zip(self.names, self.parameters, strict=True):
            load_whole(parameter, tensors[f"weight/{name}"])
            if self.zero3 is not None:
                self.zero3.load_moments(parameter, name, tensors)
            elif moments := {key: torch.zeros_like(parameter) for key in MOMENTS if f"{key}/{name}" in tensors}:
                for key, moment in moments.items():
                    load_whole(moment, tensors[f"{key}/{name}"])
                counted = {"step": tensors[f"step/{name}"].clone()} if f"step/{name}" in tensors else {}
                owner = next(
                    o for o in self.optimizers if any(parameter is p for g in o.param_groups for p in g["params"])
                )
                owner.state[parameter] = {**counted, **moments}
        if self.means and f"mean/{self.names[0]}" not in tensors:
            raise CheckpointError(f"{checkpoint.folder}: was written without mean_weights; go on without it")
        for name, _, mean in self.means:
            load_whole(mean, tensors[f"mean/{name}"])
        if self.held is not None:
            for name, parameter in self.held.named_parameters():
                load_whole(parameter, tensors[f"held/{name}"])
        self.step, self.spent = state["step"], state["seconds"]
        self._saved, self._norms, self._latest = self.step, state.get("norms", []), state.get("metrics", {})
        opened = state.get("windows", [])
        if len(opened) == self.accelerator.num_processes:
            self._window = Means(opened[self.accelerator.process_index])
        if self.is_main and self.step < self.config.steps:
            self._trim_metrics()
        self.console.log(f"resumed {self.folder} at step {self.step} from {checkpoint.folder}")

    def _trim_metrics(self) -> None:
        """Drops lines of steps after the checkpoint, which will be run again."""
        path = self.folder / "metrics.jsonl"
        if not path.is_file():
            return
        lines = []
        for line in path.read_text().splitlines():
            with contextlib.suppress(ValueError):  # a line cut off by a kill
                if json.loads(line)["step"] <= self.step:
                    lines.append(f"{line}\n")
        write_whole(path, "".join(lines))


def set_attention(model: LensModel, config: RunConfig) -> None:
    """Puts the recipe's attention into VLM and segmenter; sdpa is what they have."""
    if config.attention == "blocks":
        model.vlm.set_attn_implementation(blocks.NAME)
        windows.use(model.vlm)
        model.segmenter.vision_encoder.set_attn_implementation(blocks.NAME)
        # no transformers model of its own, so it has no such method
        model.segmenter.mask_decoder.config._attn_implementation = blocks.NAME


def role_rates(model: nn.Module, rates: Mapping[str, float]) -> dict[int, float]:
    """Factor of the learning rate by the id of each parameter that `rates` names by its role."""
    if not rates:
        return {}
    assert isinstance(model, LensModel)
    return {id(p): factor for role, factor in rates.items() for p in model.role_parameters(role)}


def make_optimizers(
    named: Sequence[tuple[str, nn.Parameter]], config: RunConfig, factors: Mapping[int, float] | None = None
) -> list[torch.optim.Optimizer]:
    """AdamW for all; or Muon for the matrices of repeated blocks, its steps scaled to AdamW's size, and AdamW for the
    rest (embeddings, heads, norms, convolutions). `factors` of the learning rate by the ids of parameters."""
    factors = factors or {}
    adamw: dict[tuple[float, float], list[nn.Parameter]] = {}
    muon: dict[float, list[nn.Parameter]] = {}
    for name, p in named:
        factor = factors.get(id(p), 1.0)
        if config.optimizer == "muon" and p.ndim == 2 and _IN_BLOCKS.search(name):
            muon.setdefault(factor, []).append(p)
        else:
            adamw.setdefault((factor, config.weight_decay if p.ndim >= 2 else 0.0), []).append(p)
    rate, optimizers = config.learning_rate, list[torch.optim.Optimizer]()
    if adamw:
        groups = [{"params": ps, "weight_decay": decay, "factor": f} for (f, decay), ps in adamw.items()]
        optimizers.append(torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98)))
    if muon:
        groups = [{"params": ps, "factor": factor} for factor, ps in muon.items()]
        decay = config.weight_decay
        optimizers.append(torch.optim.Muon(groups, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"))
    return optimizers


def _grad(parameter: nn.Parameter) -> torch.Tensor:
    assert parameter.grad is not None
    return parameter.grad


def _plain(config: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A configuration as the flat numbers and texts that every tracker takes."""
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict):
            flat |= _plain(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value if isinstance(value, bool | int | float | str) else str(value)
    return flat
