"""Scenes by other hands: what is written is what was drawn, and they share nothing with the package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from lens_seg.data.reason_seg import ReasonSeg
from lens_seg.data.toybox import COLOURS, KINDS

FOLDER = Path(__file__).parents[1] / "benchmarks"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def hand() -> ModuleType:
    return load("other_hand")


def test_the_loader_reads_what_was_drawn(hand: ModuleType, tmp_path: Path) -> None:
    hand.main(["--out", str(tmp_path), "--count", "14", "--seed", "3", "--sheet", str(tmp_path / "sheet.png")])
    data = ReasonSeg(tmp_path, "test")
    assert len(data) == 14 and (tmp_path / "sheet.png").stat().st_size > 10_000
    for number in range(14):
        made, read = hand.sample(3, number), data[number]
        assert read.prompt == made.text and read.image.size == (hand.SIDE, hand.SIDE)
        assert np.array_equal(read.mask, made.target.mask())


def test_it_has_the_words_of_toybox_and_none_of_its_code(hand: ModuleType) -> None:
    assert set(hand.KINDS) == set(KINDS) and set(hand.COLOURS) == set(COLOURS)
    assert "lens_seg" not in (FOLDER / "other_hand.py").read_text().split('"""', 2)[2]


@pytest.mark.parametrize("name", ["ninth_hand", "tenth_hand"])
def test_later_hands_write_what_they_drew(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand = load(name)
    for own in (False, True):
        out = tmp_path / str(own)
        arguments = ["--out", str(out), "--number", "4", "--seed", "3", *["--own-words"] * own]
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *arguments])
        assert hand.main() == 0
        data = ReasonSeg(out, "test")
        assert len(data) == 4
        for number in range(4):
            made, read = hand.make(3, number, own), data[number]
            assert read.prompt == made.text and np.array_equal(read.image, made.picture)
            assert np.array_equal(read.mask, made.mask) and made.mask.any() == (made.family != "absent")
    assert hand.main() == 2  # the folder is not empty
    assert set(hand.COLOURS) == set(COLOURS)
    assert "lens_seg" not in (FOLDER / f"{name}.py").read_text().split('"""', 2)[2]
