"""`lens segment`: images and prompts in, masks out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..prompts import clean_question
from .device import check_device
from .files import FORMATS, Outputs
from .report import UsageError, describe, failed, quiet_stdout, say_why, usage_errors

if TYPE_CHECKING:
    from ..predictor import Lens, Result

DEFAULT_OUT = Path("runs/segment")
KEYS = ("prompt", "thought", "box", "mask", "score", "seconds")
"""What --json says of each prompt beside its image; scripts rely on these and no others."""


def segment(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Photos: PNG, JPEG, WebP, TIFF, ...")],
    prompt: Annotated[
        list[str], typer.Option("--prompt", "-p", help="What to segment; give it again for more prompts.")
    ],
    model: Annotated[
        str, typer.Option(metavar="lens-tiny|DIR|HUB_ID", help="A shipped model, a folder or a Hub id.")
    ] = "lens-tiny",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=f"Folder for files.  [default: {DEFAULT_OUT}]")
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(help=f"Files to write, with commas: {', '.join(FORMATS)}.  [default: overlay]"),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON array and nothing else; files only if --out or --format asks for them.",
        ),
    ] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Answer without a chain of thought.")] = False,
    votes: Annotated[
        int, typer.Option(min=1, help="So many answers vote, the likeliest and sampled ones; 1 takes the likeliest.")
    ] = 1,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, cuda:1, ...  [default: cuda where there is one]")
    ] = None,
) -> int:
    """Segment what each prompt names in each image."""
    if empty := [text for text in prompt if not clean_question(text)]:
        raise UsageError(f"--prompt {empty[0]!r} is empty: write what to segment")
    check_device(device)
    outputs = None
    if not as_json or out is not None or format is not None:
        outputs = _open_outputs(out or DEFAULT_OUT, "overlay" if format is None else format, images)
    with quiet_stdout(), usage_errors(FileNotFoundError, ValueError):
        from ..predictor import Lens

        lens = Lens.from_pretrained(model, device)
    items: list[dict[str, Any]] = []
    failures = 0
    for image in images:
        answered: list[Result] = []
        for text, answer in _answers(lens, image, prompt, cot=not direct, votes=votes):
            try:
                if isinstance(answer, Exception):
                    raise answer
                with quiet_stdout():
                    files = outputs.write(image, answer) if outputs else []
            except Exception as error:
                failures += 1
                failed(_where(image, text, error))
                say_why(error)
                continue
            answered.append(answer)
            if as_json:
                values = answer.to_json()
                items.append({"image": str(image), **{key: values[key] for key in KEYS}})
            else:
                _print_result(image, answer, files)
        if outputs and answered:
            failures += _write_more(partial(outputs.write_image, image, answered), as_json)
    if outputs:
        failures += _write_more(outputs.write_run, as_json)
    if as_json:
        typer.echo("[" + ",".join(f"\n{json.dumps(item)}" for item in items) + "\n]")
    return 1 if failures else 0


def _write_more(write: Callable[[], list[Path]], quiet: bool) -> int:
    """Writes files of more than one prompt and names them unless `quiet`; returns the number of failures, 0 or 1."""
    try:
        with quiet_stdout():
            files = write()
    except Exception as error:
        failed(describe(error))
        say_why(error)
        return 1
    if not quiet:
        for path in files:
            typer.echo(f"    {path}")
    return 0


def _open_outputs(folder: Path, formats: str, images: list[Path]) -> Outputs:
    names = list(dict.fromkeys(name.strip() for name in formats.split(",")))
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"--format {name!r} is unknown: choose from {', '.join(FORMATS)}")
    with usage_errors(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return Outputs(folder, names, images)


def _answers(
    lens: Lens, image: Path, prompts: list[str], cot: bool, votes: int
) -> Iterator[tuple[str | None, Result | Exception]]:
    """(prompt, result or error) of each prompt; an error without prompt concerns the image.

    All prompts go in together, so that the image is encoded once. Where that fails, each goes alone, so that
    one bad prompt costs no other its answer.
    """
    from ..images import InputError

    try:
        with quiet_stdout():
            results = lens.segment(image, prompts, cot=cot, votes=votes)
    except InputError as error:
        yield None, error
    except Exception as error:
        if len(prompts) == 1:
            yield prompts[0], error
            return
        for text in prompts:
            yield from _answers(lens, image, [text], cot, votes)
    else:
        yield from zip(prompts, results, strict=True)


def _where(image: Path, prompt: str | None, error: Exception) -> str:
    """Names the image once (an InputError does so itself), and a prompt by its beginning."""
    if prompt is None:
        return describe(error)
    shown = prompt if len(prompt) <= 60 else f"{prompt[:57]}..."
    return f"{image}: {' '.join(shown.split())!r}: {describe(error)}"


def _print_result(image: Path, result: Result, files: list[Path]) -> None:
    box = "no box" if result.box is None else "box " + " ".join(f"{side:.0f}" for side in result.box)
    area = float(result.mask.mean())
    seconds = sum(result.seconds.values())
    typer.echo(f"{image}  {result.prompt!r}  {box}  mask {area:.1%}  score {result.score:.2f}  {seconds:.1f} s")
    if result.thought:
        typer.echo(f"    {' '.join(result.thought.split())}")
    for path in files:
        typer.echo(f"    {path}")
