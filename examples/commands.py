"""The command `lens` as scripts run it: the one beside this Python, printed before it runs."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def lens(*arguments: str | Path, capture: bool = False, processes: int = 1) -> str:
    """Runs it, on a CPU with one core for each of several processes; its stdout where asked for.

    A command that fails ends the script (SystemExit).
    """
    bin, words = Path(sys.executable).parent, [str(word) for word in arguments]
    start, environment = [], dict(os.environ)
    if processes > 1:
        start = ["torchrun", "--standalone", "--nproc_per_node", str(processes)]
        environment = {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"} | environment
    print(f"\n$ {shlex.join([*start, 'lens', *words])}", flush=True)
    command = [str(bin / start[0]), *start[1:]] if start else []
    command += [str(bin / "lens"), *words]
    done = subprocess.run(command, stdout=subprocess.PIPE if capture else None, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{Path(sys.argv[0]).stem}: the command above failed with exit code {done.returncode}")
    return done.stdout or ""
