"""Checkpoints: whole or not at all, the last and the best kept, a damaged one passed over, a full disk survived."""

from __future__ import annotations

import logging
import resource
import shutil

import pytest
import torch

from lens_seg.train.checkpoints import CheckpointError, Checkpoints

WEIGHTS = {"weight/a": torch.arange(6.0).view(2, 3)}


def steps(checkpoints: Checkpoints) -> list[str]:
    return [folder.name for folder in checkpoints.folders()]


def test_round_trip_and_only_the_last_are_kept(tmp_path):
    checkpoints = Checkpoints(tmp_path, keep_last=2)
    for step in (1, 2, 10):
        checkpoints.save(step, {"weight/a": WEIGHTS["weight/a"] + step}, {"seconds": 1.5})
    assert steps(checkpoints) == ["step-00000002", "step-00000010"]
    found = checkpoints.load()
    assert found.state["step"] == 10 and found.state["seconds"] == 1.5
    assert torch.equal(found.tensors["weight/a"], WEIGHTS["weight/a"] + 10)
    assert checkpoints.load("2").state["step"] == 2
    with pytest.raises(FileNotFoundError, match="no checkpoint '3'; there are last, best and steps 2, 10"):
        checkpoints.load("3")


@pytest.mark.parametrize(("higher", "best"), [(True, 2), (False, 3)])
def test_the_best_is_kept_too(tmp_path, higher, best):
    checkpoints = Checkpoints(tmp_path, keep_last=1, best_metric="reward", higher=higher)
    for step, reward in ((1, 0.5), (2, 0.9), (3, 0.1), (4, 0.6)):
        checkpoints.save(step, WEIGHTS, {"metrics": {"reward": reward}})
    assert steps(checkpoints) == [f"step-0000000{best}", "step-00000004"]
    assert checkpoints.load("best").state["step"] == best


def test_no_best_without_a_metric(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, WEIGHTS, {})
    with pytest.raises(FileNotFoundError, match="best_metric"):
        checkpoints.load("best")
    with pytest.raises(FileNotFoundError, match="start without --resume"):
        Checkpoints(tmp_path / "empty").load()


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone", "state"])
def test_a_damaged_last_checkpoint_falls_back_to_the_one_before_it_and_says_so(tmp_path, damage, caplog):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, WEIGHTS, {})
    last = checkpoints.save(2, WEIGHTS, {})
    file = last / "state.safetensors"
    data = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(data[:-3])
    elif damage == "flipped":
        data[-2] ^= 1  # the header is whole: only the checksum can tell
        file.write_bytes(data)
    elif damage == "gone":
        file.unlink()
    else:
        (last / "state.json").write_text('{"step": 2, "crc')
    with caplog.at_level(logging.WARNING):
        assert checkpoints.load().state["step"] == 1
    assert str(last) in caplog.text and "the one before" in caplog.text
    with pytest.raises(CheckpointError, match="step-00000002"):
        checkpoints.load("2")


def test_all_damaged_is_an_error_that_names_them(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2):
        (checkpoints.save(step, WEIGHTS, {}) / "state.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"(?s)step-00000002.*step-00000001"):
        checkpoints.load()


def test_a_disk_that_is_full_leaves_the_last_checkpoint(tmp_path):
    """The process may write no file over 4 KB, which fails as a full disk does."""
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, WEIGHTS, {})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(CheckpointError) as error:
            checkpoints.save(2, {"weight/a": torch.zeros(100_000)}, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    text = str(error.value)
    assert "\n" not in text and "step 2" in text and "step-00000001 is kept" in text and "MB free" in text
    assert checkpoints.load().state["step"] == 1
    assert not list(checkpoints.root.glob("*.tmp"))


def test_a_kill_while_writing_leaves_no_half_checkpoint(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, WEIGHTS, {})
    half = checkpoints.root / "step-00000002.tmp"
    half.mkdir()
    (half / "state.json").write_text("{}")
    assert checkpoints.load().state["step"] == 1
    checkpoints.save(3, WEIGHTS, {})
    assert not half.exists()


def test_a_copy_that_somebody_made_is_left_alone(tmp_path):
    checkpoints = Checkpoints(tmp_path, keep_last=1)
    shutil.copytree(checkpoints.save(1, WEIGHTS, {}), checkpoints.root / "step-00000001-good")
    checkpoints.save(2, WEIGHTS, {})
    assert checkpoints.load().state["step"] == 2
    assert sorted(path.name for path in checkpoints.root.iterdir()) == ["step-00000001-good", "step-00000002"]


def test_going_on_from_an_earlier_one_leaves_what_came_after_it_behind(tmp_path):
    checkpoints = Checkpoints(tmp_path, keep_last=3)
    for step in (1, 2, 3):
        checkpoints.save(step, WEIGHTS, {})
    assert checkpoints.load("1").state["step"] == 1 and len(checkpoints.folders()) == 3
    checkpoints.save(2, WEIGHTS, {"again": True})
    assert steps(checkpoints) == ["step-00000001", "step-00000002"] and checkpoints.load().state["again"]
