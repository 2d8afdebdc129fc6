"""What README.md and docs/ tell people to type exists: targets, commands with their options, recipes, links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from lens_seg.cli import app

from .test_cli import needs_tiny

ROOT = Path(__file__).parents[1]
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
}
README = PAGES["README.md"]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands(text: str) -> list[str]:
    """`lens ...` of code blocks and of code in sentences, which may go over lines; a name alone is none."""
    code = "\n".join(blocks(text, "bash")).replace("\\\n", " ").splitlines()
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    code += [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]
    lines = [line.removeprefix(".venv/bin/") for line in code]
    whole = re.compile(r"lens (data \w+|(?!data\b)\w+) (?!--help)\S")
    return [line for line in lines if whole.match(line) and "..." not in line]


COMMANDS = [(page, line) for page, text in PAGES.items() for line in commands(text)]


def parse(arguments: list[str]) -> None:
    """Parses without running. Raises what the command line would print."""
    command = get_command(app)
    context = command.make_context("lens", list(arguments))
    while hasattr(command, "resolve_command"):
        name, command, arguments = command.resolve_command(context, arguments)
        context = command.make_context(name, list(arguments), parent=context)


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[" ".join(pair) for pair in COMMANDS])
def test_lens_commands_can_be_typed(page: str, line: str) -> None:
    try:
        parse(shlex.split(line, comments=True)[1:])
    except typer.TyperException as error:
        pytest.fail(f"{page}: {line}: {error.format_message()}")


def test_what_cannot_be_typed_is_noticed() -> None:
    assert len(COMMANDS) > 30
    for line in ("lens segment photo.jpg cup", "lens eval toybox --spilt val", "lens data scores toybox"):
        with pytest.raises(typer.TyperException):
            parse(shlex.split(line)[1:])


def test_make_targets() -> None:
    targets = re.findall(r"^make ([\w-]+)", "\n".join(blocks(README, "bash")), flags=re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES)
def test_recipes_and_links_exist(page: str) -> None:
    for path in re.findall(r"recipes/\w+\.yaml", PAGES[page]):
        assert (ROOT / path).is_file(), path
    for path in re.findall(r"\]\((?!https?:)([^)#\s]+)[^)]*\)", PAGES[page]):
        assert ((ROOT / page).parent / path).exists(), path


def test_python_compiles_and_names_what_there_is() -> None:
    (code,) = blocks(README, "python")
    compile(code, "README.md", "exec")
    from lens_seg import Lens
    from lens_seg.predictor import Result

    assert callable(Lens.from_pretrained)
    fields = set(Result.__dataclass_fields__) | set(dir(Result))
    assert set(re.findall(r"result\.(\w+)", code)) <= fields


@needs_tiny
def test_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lens_seg.data.toybox import Toybox

    monkeypatch.chdir(tmp_path)
    Path("runs/demo").mkdir(parents=True)
    Toybox("test")[0].image.save("runs/demo/scene-0.png")
    exec(blocks(README, "python")[0], {})
    assert Path("overlay.png").is_file()
