"""Where thoughts go astray: each fault is told from the others, and rows of another split are refused."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from lens_seg.data.toybox import Toybox

FILE = Path(__file__).parents[1] / "benchmarks" / "astray.py"
REFERENCE = (
    "A star left of B: A star. B house. B house is at 12,40. left of B: A star: red 3, blue 9. "
    "of these from the top: blue 9. it is the big blue star at the left."
)


@pytest.fixture(scope="module")
def astray() -> ModuleType:
    spec = importlib.util.spec_from_file_location("astray", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("big blue star", "small red star", "end"),
        ("12,40", "12,47", "place"),
        ("12,40", "13,41", "end"),
        ("red 3, blue 9", "blue 9", "list"),
        ("blue 9. it is", "blue 9, red 3. it is", "list"),
        ("left of B", "right of B", "question"),
        ("A star:", "A toy:", "question"),
        ("A star:", "B house:", "question"),
        (
            "red 3, blue 9. of these from the top: blue 9. it is the big blue star at the left.",
            "no. there is no star.",
            "list",
        ),
        ("of these from the top: blue 9. ", "", "question"),
        (" of these from the top: blue 9. it is the big blue star at the left.", "", "question"),
    ],
)
def test_the_first_wrong_step_counts(astray: ModuleType, old: str, new: str, fault: str) -> None:
    assert old in REFERENCE
    assert astray.fault(REFERENCE, REFERENCE.replace(old, new)) == fault


def test_rows_make_a_table_and_those_of_another_split_are_refused(tmp_path: Path) -> None:
    sample, rows = Toybox("val")[3], tmp_path / "rows.jsonl"
    completion = f"<think>{sample.thought}</think>"
    row = {"index": 3, "prompt": sample.prompt, "completion": completion, "thought_right": True}
    rows.write_text(json.dumps(row) + "\n", encoding="utf-8")
    good, bad = (
        subprocess.run([sys.executable, FILE, split, rows], capture_output=True, text=True, check=False)
        for split in ("val", "test")
    )
    assert good.returncode == 0 and f"| {sample.tags['family']} | 1 | 100.0 | 0.0 |" in good.stdout
    assert bad.returncode == 1 and "row 1: not of toybox test" in bad.stderr
