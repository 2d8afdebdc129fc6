"""`lens bench train`: both schedules of `schedules.py`, each in a process of its own, and their ratios.

Where TRL is installed its GRPOTrainer runs too, beside our step without masks (`peer.py`).
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..files import whole_file
from .schedules import SCHEDULES, SMALL, Measured, Sizes, as_record, measure

logger = logging.getLogger(__name__)

GROUPS = (2, 4, 8, 16)
"""Group sizes of the growth plot."""
PEERS = ("text-policy-only", "trl")
"""Our step without masks, and TRL's."""


def run_apart(schedule: str, sizes: Sizes, *, repeats: int = 1, phases: bool = True) -> dict[str, Any]:
    """`measure`, or one of `PEERS`, in a fresh process, because a process's peak memory never falls."""
    task = {"schedule": schedule, "sizes": asdict(sizes), "repeats": repeats, "phases": phases}
    command = [sys.executable, "-m", "lens_seg.bench.train", json.dumps(task)]
    quiet = {**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1"}  # TRL reports its use
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=quiet)
    if done.returncode:
        raise RuntimeError(f"the {schedule} schedule failed: {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout.splitlines()[-1])


def bench_train(*, small: bool = False, growth: bool = False) -> dict[str, Any]:
    """Ratios of the repeated schedule to the shared one (above 1: ours is better; memory: below 1)."""
    sizes = SMALL if small else Sizes()
    repeated, shared = (run_apart(s, sizes, repeats=1 if s == "repeated" or small else 2) for s in SCHEDULES)
    result: dict[str, Any] = {
        "forward_backward_speedup": _ratio(repeated, shared, "forward_backward"),
        "memory_ratio": shared["memory_gib"] / repeated["memory_gib"] if repeated["memory_gib"] else None,
        "end_to_end_speedup": _ratio(repeated, shared, "end_to_end"),
        "loss_difference": abs(repeated["loss"] - shared["loss"]),
        "gradient_norm_difference": abs(repeated["gradient_norm"] - shared["gradient_norm"])
        / repeated["gradient_norm"],
        "repeated": repeated,
        "shared": shared,
        "sizes": asdict(sizes),
        **compare_trl(sizes, repeats=2 if small else 1),
        **machine(),
    }
    if growth:
        # at a quarter of the prompt, so that 16 repeated rows fit in minutes
        part = replace(sizes, image_side=sizes.image_side // 2, prompt_tokens=sizes.prompt_tokens // 4)
        result["growth"] = [
            run_apart(s, replace(part, group=group), phases=False) for group in GROUPS for s in SCHEDULES
        ]
    return result


def compare_trl(sizes: Sizes, *, repeats: int = 1) -> dict[str, Any]:
    """`trl`, `text-policy-only` and their ratio; where TRL cannot run, `trl` is None and `trl_reason` says why."""
    absent = [name for name in ("trl", "datasets") if importlib.util.find_spec(name) is None]
    if absent:
        return {"trl": None, "trl_reason": f"not installed: {', '.join(absent)} (pip install 'lens-seg[bench]')"}
    try:
        ours, peer = (run_apart(name, sizes, repeats=repeats) for name in PEERS)
    except RuntimeError as error:
        logger.warning("%s", error)
        return {"trl": None, "trl_reason": str(error)}
    return {
        "trl": peer,
        "text-policy-only": ours,
        "trl_end_to_end_speedup": _ratio(peer, ours, "end_to_end"),
        "trl_memory_ratio": ours["memory_gib"] / peer["memory_gib"] if peer["memory_gib"] else None,
    }


def _ratio(repeated: dict[str, Any], shared: dict[str, Any], phase: str) -> float:
    return repeated["seconds"][phase] / shared["seconds"][phase]


def machine() -> dict[str, Any]:
    """Hardware and versions, to stand beside every figure."""
    import torch

    names = ("lens-seg", "torch", "transformers", "accelerate", "trl")
    versions = {"python": platform.python_version()}
    for name in names:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    hardware = {
        "processor": processor_name(),
        "threads": torch.get_num_threads(),
        "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
    }
    return {"hardware": hardware, "versions": versions}


def processor_name() -> str:
    """The name of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def to_markdown(result: dict[str, Any]) -> str:
    """Two tables: the ratios, and the seconds by phase."""
    hardware, versions = result["hardware"], result["versions"]
    where = hardware["accelerator"] or f"{hardware['processor']}, {hardware['threads']} threads"
    memory = result["memory_ratio"]
    lines = [
        f"{where}; " + ", ".join(f"{name} {number}" for name, number in versions.items()),
        "",
        "| repeated / shared | |",
        "|---|---:|",
        f"| forward and backward, times faster | {result['forward_backward_speedup']:.1f} |",
        f"| whole step, times faster | {result['end_to_end_speedup']:.1f} |",
        f"| memory of forward and backward | {'not measurable' if memory is None else f'{memory:.0%}'} |",
        f"| difference of the loss | {result['loss_difference']:.1e} |",
    ]
    phases = list(result["shared"]["seconds"])
    lines += ["", "| seconds | " + " | ".join(phases) + " | peak GiB |", "|---|" + "---:|" * (len(phases) + 1)]
    for name in SCHEDULES:
        row = result[name]
        cells = [f"{row['seconds'][phase]:.2f}" for phase in phases]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {row['memory_gib']:.2f} |")
    if result["trl"] is None:
        lines += ["", f"TRL: {result['trl_reason']}"]
    else:
        lines += ["", "| text policy alone | seconds a step | peak GiB |", "|---|---:|---:|"]
        names = {"trl": f"TRL {result['trl']['version']} GRPOTrainer", "text-policy-only": "ours, without masks"}
        for name, title in names.items():
            row = result[name]
            lines.append(f"| {title} | {row['seconds']['end_to_end']:.2f} | {row['memory_gib']:.2f} |")
        lines.append(f"| times faster | {result['trl_end_to_end_speedup']:.1f} | |")
    return "\n".join(lines) + "\n"


def plot_growth(rows: Iterable[dict[str, Any]], path: Path) -> None:
    """Seconds and memory of forward and backward against G, a line per schedule."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows = list(rows)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    for schedule in SCHEDULES:
        mine = [row for row in rows if row["schedule"] == schedule]
        groups = [row["sizes"]["group"] for row in mine]
        left.plot(groups, [row["seconds"]["forward_backward"] for row in mine], marker="o", label=schedule)
        right.plot(groups, [row["memory_gib"] for row in mine], marker="o", label=schedule)
    for axis, label in ((left, "seconds, forward and backward"), (right, "peak memory above the model, GiB")):
        axis.set_xlabel("G, completions of a prompt")
        axis.set_ylabel(label)
        axis.set_xticks(sorted({row["sizes"]["group"] for row in rows}))
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=130)
    plt.close(figure)


def _main(arguments: Sequence[str]) -> None:
    task = json.loads(arguments[0])
    sizes = Sizes(**task["sizes"])
    measured: Measured
    if task["schedule"] in PEERS:
        from .peer import measure_peer

        measured = measure_peer(task["schedule"], sizes, repeats=task["repeats"])
    else:
        measured = measure(task["schedule"], sizes, repeats=task["repeats"], phases=task["phases"])
    print(json.dumps(as_record(measured, sizes)))


if __name__ == "__main__":
    _main(sys.argv[1:])
