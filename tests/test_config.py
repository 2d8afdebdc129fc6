"""Recipes: what is read, and the one line that says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from lens_seg.config import RecipeError, read_recipe
from lens_seg.train.align import AlignConfig
from lens_seg.train.grpo import GRPOConfig

ALIGN = "stage: align\nmodel: m\noutput: o\nsteps: 3\nlearning_rate: 1.0e-3\n"
GRPO = ALIGN.replace("align", "grpo")


@pytest.fixture
def recipe(tmp_path):
    """Text -> path of a recipe."""

    def write(text: str) -> Path:
        path = tmp_path / "recipe.yaml"
        path.write_text(text)
        return path

    return write


def test_a_short_recipe_keeps_the_defaults(recipe):
    stage, config = read_recipe(recipe(ALIGN))
    assert stage == "align"
    assert config == AlignConfig(model="m", output="o", steps=3, learning_rate=1e-3)


def test_values_become_the_types_of_their_fields(recipe):
    text = GRPO.replace("1.0e-3", "3e-5") + (
        "beta: 0\nmax_minutes: null\ncot: false\ntrains: [queries, connector]\nkl: k1\n"
        "reward_weights: {format: 1, mask: 2}\ndata: {name: toybox, split: val}\n"
    )
    config = read_recipe(recipe(text))[1]
    assert isinstance(config, GRPOConfig)
    assert config.learning_rate == 3e-5 and isinstance(config.learning_rate, float)  # text, as YAML reads it
    assert config.beta == 0.0 and isinstance(config.beta, float)
    assert config.max_minutes is None and config.cot is False
    assert config.trains == ("queries", "connector") and config.kl == "k1"
    assert config.reward_weights == {"format": 1.0, "mask": 2.0}
    assert (config.data.name, config.data.split, config.data.root) == ("toybox", "val", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ALIGN + "batch_sise: 4\n", "unknown key 'batch_sise'; did you mean 'batch_size'?"),
        (ALIGN + "zzzzqqqq: 4\n", "unknown key 'zzzzqqqq'; known keys: adapter, attention, batch_size"),
        (ALIGN + "group_size: 4\n", "unknown key 'group_size'"),  # of another stage
        (ALIGN + "7: 4\n", "unknown key 7"),
        (ALIGN + "data: {splitt: val}\n", "data: unknown key 'splitt'; did you mean 'split'?"),
        (ALIGN + "data: {split: 3}\n", "data: split is 3: it wants str"),
        (ALIGN + "data: toybox\n", "data is a group of keys, not 'toybox'"),
        (ALIGN + "batch_size: many\n", "batch_size is 'many': it wants int"),
        (ALIGN + "batch_size: 4.5\n", "batch_size is 4.5: it wants int"),
        (ALIGN + "batch_size: true\n", "batch_size is True: it wants int"),
        (ALIGN + "text_weight: true\n", "text_weight is True: it wants float"),
        (ALIGN + "text_weight: a lot\n", "text_weight is 'a lot': it wants float"),
        (ALIGN + "flip: 1\n", "flip is 1: it wants bool"),
        (ALIGN + "trains: vlm\n", "trains is 'vlm': it wants tuple[str, ...]"),
        (ALIGN + "trains: [vlm, 3]\n", "trains is 3: it wants str"),
        (ALIGN + "steps: null\n", "steps is None: it wants int"),
        (GRPO + "kl: k9\n", "kl is 'k9': choose one of k1, k2, k3, none"),
        (GRPO + "reward_weights: {format: x}\n", "reward_weights is 'x': it wants float"),
        (GRPO + "group_size: 1\n", "group_size=1: an advantage needs at least 2"),
        (ALIGN + "schedule: wild\n", "schedule='wild'"),
        ("stage: align\nsteps: 3\n", "missing output, learning_rate, model"),
        (ALIGN.replace("align", "aling"), "stage is 'aling': choose one of pretrain_vlm"),
        (ALIGN.partition("\n")[2], "stage is None: choose one of"),
        ("- stage\n- align\n", "a recipe is a mapping of keys to values"),
        ("", "a recipe is a mapping of keys to values"),
        ("stage: [align\n", "not valid YAML"),
    ],
)
def test_what_cannot_run_is_named(recipe, text, words):
    path = recipe(text)
    with pytest.raises(RecipeError) as error:
        read_recipe(path)
    assert words in str(error.value) and str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(RecipeError, match="no such recipe"):
        read_recipe(tmp_path / "nothing.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00stage")
    with pytest.raises(RecipeError, match="not valid YAML"):
        read_recipe(tmp_path / "binary.yaml")


def test_overrides_win_and_may_be_nested(recipe):
    path = recipe(ALIGN + "data: {split: train}\n")
    changes = ["steps=9", "learning_rate=2e-4", "data.split=val", "data.root=a=b", "trains=[vlm, queries]"]
    config = read_recipe(path, changes)[1]
    assert (config.steps, config.learning_rate) == (9, 2e-4)
    assert (config.data.name, config.data.split, config.data.root) == ("toybox", "val", "a=b")
    assert config.trains == ("vlm", "queries")
    assert read_recipe(recipe(ALIGN), ["data.split=val"])[1].data.split == "val"  # a group the file does not name
    assert read_recipe(recipe(ALIGN), ["stage=grpo"])[0] == "grpo"
    assert read_recipe(recipe(ALIGN), ["steps=5", "steps=6"])[1].steps == 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("steps", "--set steps: write key=value"),
        ("=3", "--set =3: write key=value"),
        ("steps.more=3", "--set steps.more=3: steps is a value, not a group of keys"),
        ("steps=[1", "--set steps=[1: the value is not valid YAML"),
        ("stepps=3", "unknown key 'stepps'; did you mean 'steps'?"),
        ("data.nam=toybox", "data: unknown key 'nam'; did you mean 'name'?"),
        ("steps=", "steps is None: it wants int"),
    ],
)
def test_bad_overrides_are_named(recipe, change, words):
    with pytest.raises(RecipeError) as error:
        read_recipe(recipe(ALIGN), [change])
    assert words in str(error.value)
