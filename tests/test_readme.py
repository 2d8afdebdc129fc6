"""What README.md tells a newcomer to type exists: targets, commands with their options, recipes, links."""

import re
import shlex
from pathlib import Path

import pytest

from lens_seg.cli import main

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


COMMANDS = [line for block in blocks("bash") for line in block.splitlines() if line.strip()]
LENS = [shlex.split(line, comments=True)[1:] for line in COMMANDS if line.startswith(".venv/bin/lens")]


def test_make_targets() -> None:
    targets = re.findall(r"^make ([\w-]+)", "\n".join(COMMANDS), flags=re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.parametrize("arguments", LENS, ids=" ".join)
def test_lens_commands_have_these_options(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([arguments[0], "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(option in shown for option in arguments if option.startswith("--"))


def test_recipes_and_links_exist() -> None:
    for path in re.findall(r"recipes/\w+\.yaml", TEXT) + re.findall(r"\]\((\w[\w/.-]+\.md)\)", TEXT):
        assert (ROOT / path).is_file(), path


def test_python_compiles_and_names_what_there_is() -> None:
    (code,) = blocks("python")
    compile(code, "README.md", "exec")
    from lens_seg import Lens
    from lens_seg.predictor import Result

    assert callable(Lens.from_pretrained)
    fields = set(Result.__dataclass_fields__) | set(dir(Result))
    assert set(re.findall(r"result\.(\w+)", code)) <= fields
