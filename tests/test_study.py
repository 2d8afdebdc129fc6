"""The study of variants: its YAML file, what it runs again, and the table from made-up run files."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from lens_seg.config import read_recipe

ROOT = Path(__file__).parents[1]
WORLD = """
test: test
shifts: [far, near]
limit: 4
seeds: [0, 1]
processes: 2
compare: [b, a]
starts: {good: runs/good/model, sam: runs/sam}
budgets: {main: {max_minutes: 3, steps: 9}, short: {steps: 2}}
set: {keep_last: 1}
variants:
  - {name: a, title: first, start: good, cot: false, trainings: [{recipe: tiny_3_align, set: {segmenter: $sam}}]}
  - name: b
    title: second
    start: good
    masks: box
    trainings:
      - {recipe: tiny_3_align, budget: short, set: {num_queries: 3}}
      - {recipe: tiny_4_grpo, set: {reward_weights: {format: 1, box: 2}}}
  - {name: c, title: start, start: good, seeds: [0]}
"""


@pytest.fixture(scope="module")
def study():
    spec = importlib.util.spec_from_file_location("study", ROOT / "benchmarks" / "study.py")
    module = sys.modules["study"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def world(study, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(WORLD)
    return study.read_study(path)


@pytest.fixture
def commands(study, monkeypatch) -> list[list[str]]:
    """What would be run; a stand-in leaves the files that `lens` leaves."""
    calls: list[list[str]] = []

    def lens(*arguments: str | Path, capture: bool = False, processes: int = 1) -> str:
        words = [str(word) for word in arguments]
        calls.append([*words, f"on {processes}"])
        if words[0] == "train":
            config = read_recipe(Path(words[1]), [word[6:] for word in words if word.startswith("--set=")])[1]
            output = Path(config.output)
            (output / "model").mkdir(parents=True)
            (output / "recipe.json").write_text(json.dumps(asdict(config), default=str))
        else:
            masks = words[words.index("--masks") + 1]
            evaluation(Path(words[words.index("--out") + 1]), 0.5, cot="--direct" not in words, masks=masks)
        return ""

    monkeypatch.setattr(study, "lens", lens)
    return calls


def evaluation(file: Path, value: float, **changes: Any) -> None:
    numbers = {"cIoU": value, "gIoU": value / 2, "box_iou": 0.9, "right_thoughts": 0.25, "n": 4, "n_thoughts": 4}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**numbers, "cot": True, "masks": "queries", **changes}))


@pytest.mark.parametrize("name", ["study", "shift_study", "sailor_study"])
def test_every_training_of_the_study_is_a_recipe_that_can_be_read(study, tmp_path, name):
    real = study.read_study(ROOT / "benchmarks" / f"{name}.yaml")
    names = [variant.name for variant in real.variants]
    assert len(set(names)) == len(names) and set(real.compare) <= set(names)
    found: dict[str, list[Any]] = {}
    for variant in real.variants:
        trainings, model = study.plan(real, variant, 7, tmp_path)
        found[variant.name] = [read_recipe(training.recipe, training.changes)[1] for training in trainings]
        start = real.starts[variant.start]
        for config in found[variant.name]:
            assert (config.model, config.seed) == (start, 7)
            start = f"{config.output}/model"
        assert model == start
    if name == "sailor_study":
        learning = [configs for configs in found.values() if configs]
        assert {sum(config.max_minutes for config in configs) for configs in learning} == {10}, "all learn equally long"
        for configs in learning:
            new, old = configs[-1].data.mix
            assert (new.split, new.weight, old.split, old.weight, old.thoughts) == ("train-sailor", 3, "train", 1, True)
        for supervised in ("sft-direct", "sft", "sft-rl", "sft-direct-few", "sft-cot"):
            assert found[supervised][0].data.mix[0].thoughts == (supervised == "sft-cot")
        few, direct = found["rl-few"][0].data.mix[0], found["sft-direct-few"][0]
        assert (few.limit, few.same_questions) == (300, True) and direct.data.mix[0] == few
        assert direct.expressions == 1, "the same question about each scene"
        return
    last = [configs[-1] for configs in found.values() if configs]
    assert len({(config.max_minutes, config.steps, config.schedule) for config in last}) == 1, "all learn equally long"
    assert found["sft-cot"][0].data == found["rl-unified"][0].data and found["sft-cot"][0].data.name == "toybox"
    if name == "shift_study":
        assert all(config.data.split == "train-shift" for config in last)
        assert found["sft-cot"][0].direct_share == 0 and found["sft-direct"][0].direct_share == 1
        return
    assert all(config.data.split == "train" for config in last)
    assert found["box-sam2"][0].segmenter == real.starts["segmenter"] and found["box-sam2"][0].mask_weight == 0
    assert found["sft-cot"][0].direct_share == 0 and found["sft-direct"][0].direct_share == 1
    assert found["sft-cot"][0].segmenter is None and "vlm" in found["sft-cot"][0].trains
    assert found["rl-boundary"][0].reward_weights == {"format": 1, "box": 1, "boundary": 1}
    assert found["rl-no-kl"][0].reference_kind == "none" and found["rl-unified"][0].reference_kind == "copy"
    assert [found[f"m-{m}"][0].num_queries for m in (1, 8, 32, 64)] == [1, 8, 32, 64]
    assert found["rl-no-stage-1"][0].num_queries == 8 and found["m-8"][1].num_queries is None


def test_what_is_there_is_not_run_again(study, world, commands, tmp_path):
    a, b, _ = world.variants
    folder = tmp_path / "b" / "1"
    study.run(world, b, 1, folder)
    first, second, *evaluations = commands
    assert first[:1] + first[-1:] == second[:1] + second[-1:] == ["train", "on 2"]
    assert {"--set=num_queries=3", "--set=steps=2", "--set=seed=1", "--set=keep_last=1"} < set(first)
    assert f"--set=model={folder}/1_tiny_3_align/model" in second and "--set=max_minutes=3" in second
    assert '--set=reward_weights={"format": 1, "box": 2}' in second
    assert [words[words.index("--split") + 1] for words in evaluations] == ["test", "far", "near"]
    assert all(f"{folder}/2_tiny_4_grpo/model" in words and "--resume" in words for words in evaluations)
    commands.clear()
    study.run(world, b, 1, folder)
    assert not commands
    evaluation(folder / "far.json", 0.5, masks="box", n=3)
    study.run(world, b, 1, folder)
    assert [words[words.index("--split") + 1] for words in commands] == ["far"]
    commands.clear()
    study.run(world, a, 0, tmp_path / "a" / "0")
    assert "--set=segmenter=runs/sam" in commands[0] and "--direct" in commands[1]


def test_a_training_that_was_stopped_goes_on(study, world, commands, tmp_path):
    (tmp_path / "1_tiny_3_align/checkpoints/step-00000050").mkdir(parents=True)
    (tmp_path / "1_tiny_3_align/checkpoints/step-00000050/state.json").write_text("{}")
    study.run(world, world.variants[0], 0, tmp_path)
    assert "--resume" in commands[0]
    with pytest.raises(SystemExit, match="another seed"):
        study.run(world, world.variants[0], 1, tmp_path)


def test_one_failure_leaves_the_others(study, commands, tmp_path, monkeypatch, capsys):
    (tmp_path / "study.yaml").write_text(WORLD)
    real, bad = study.lens, f"{tmp_path}/out/a/1/"
    monkeypatch.setattr(study, "lens", lambda *w, **o: sys.exit("out of memory") if bad in str(w) else real(*w, **o))
    words = ["study.py", "--study", str(tmp_path / "study.yaml"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", [*words, "--only", "a", "--only", "c"])
    monkeypatch.setattr(study, "find_model", lambda name: tmp_path)
    assert study.main() == 1
    printed, said = capsys.readouterr()
    assert "failed: a, seed 1: out of memory" in said
    assert printed.strip() == (tmp_path / "out" / "table.md").read_text().strip()
    assert "| first | 1 (missing: 1) |" in printed and "| second | 0 (missing: 0, 1) |" in printed
    assert "not measured yet" in printed
    monkeypatch.setattr(sys, "argv", [*words, "--only", "z"])
    with pytest.raises(SystemExit):
        study.main()
    monkeypatch.setattr(sys, "argv", words)
    save_file({"a": torch.zeros(1)}, tmp_path / "model.safetensors")
    with pytest.raises(SystemExit, match="made from other weights of good, sam: name another --out"):
        study.main()
    (tmp_path / "out/starts.json").unlink()
    with pytest.raises(SystemExit, match="does not say from which weights it was made"):
        study.main()
    (tmp_path / "study.yaml").write_text(WORLD.replace("[b, a]", "[b, z]"))
    with pytest.raises(ValueError, match="compare: no variant z"):
        study.main()


def test_the_table_is_made_from_run_files_alone(study, world, tmp_path):
    for name, seed, values in [("a", 0, (0.5, 0.2, 0.4)), ("a", 1, (0.6, 0.3, 0.5)), ("b", 1, (0.7, 0.3, 0.7))]:
        for split, value in zip(world.splits, values, strict=True):
            evaluation(tmp_path / name / str(seed) / f"{split}.json", value, n_thoughts=0 if name == "a" else 4)
    evaluation(tmp_path / "b" / "0" / "test.json", 0.1)  # its shifts are missing
    for number, (recipe, steps, seconds) in enumerate([("tiny_3_align", 2, 60), ("tiny_4_grpo", 31, 185)], start=1):
        log = tmp_path / "b" / "1" / f"{number}_{recipe}" / "metrics.jsonl"
        log.parent.mkdir()
        log.write_text('{"step": 1, "seconds": 1}\n' + json.dumps({"step": steps, "seconds": seconds}) + "\n")
    lines = study.table(world, tmp_path).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[:5]]
    assert {len(row) for row in rows} == {11}
    assert rows[0][3] == "test cIoU" and rows[0][-1] == "shifts right thoughts"
    assert rows[2][:4] == ["first", "2", "-", "55.0 (50.0 to 60.0)"] and rows[2][6] == "-"
    assert rows[2][7] == "35.0 (30.0 to 40.0)", "the mean of two shifts for each seed, then over seeds"
    assert rows[3][:5] == ["second", "1 (missing: 0)", "2 in 1 min + 31 in 3 min", "70.0", "35.0"]
    assert rows[3][6:8] == ["25.0", "50.0"]
    assert rows[4][1:] == ["0 (missing: 0)", *["-"] * 9]
    assert lines[-1] == '"second" minus "first", points of cIoU over seeds 1: test +10.0; shifts +10.0.'
    evaluation(tmp_path / "b" / "0" / "far.json", 0.1)
    evaluation(tmp_path / "b" / "0" / "near.json", 0.3)
    assert "test -15.0 (-40.0 to +10.0); shifts +0.0 (-10.0 to +10.0)." in study.table(world, tmp_path)


def test_the_table_goes_between_the_marks_of_a_page(study, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- study -->\nold\n<!-- end of study -->\nafter\n")
    study.put("| new |\n", page)
    assert page.read_text() == "before\n<!-- study -->\n| new |\n<!-- end of study -->\nafter\n"
    page.write_text("<!-- other -->\n<!-- end of other --> <!-- study -->\n<!-- end of study -->")
    study.put("| new |\n", page, "other")
    assert page.read_text() == "<!-- other -->\n| new |\n<!-- end of other --> <!-- study -->\n<!-- end of study -->"
    page.write_text("no marks")
    with pytest.raises(SystemExit, match="put the marks"):
        study.put("| new |\n", page)
    assert page.read_text() == "no marks"
