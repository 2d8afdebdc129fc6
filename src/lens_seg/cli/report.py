"""How commands speak: results on stdout, all else on stderr, one line for an error."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator

import typer


class UsageError(typer.TyperException):
    """The command was given something it cannot work with; exit code 2."""

    exit_code = 2


def describe(error: BaseException) -> str:
    """An error as one line; the kind is named where the message alone may not make sense."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    text = " ".join(str(error).split())
    if isinstance(error, ValueError | FileNotFoundError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def failed(text: str) -> None:
    """One line about what went wrong (a help text keeps its lines)."""
    print(f"lens: {text}" if "\n" not in text else text, file=sys.stderr)


def say_why(error: BaseException) -> None:
    """The traceback, where LENS_DEBUG=1 asks for it."""
    if os.environ.get("LENS_DEBUG") == "1":
        traceback.print_exception(error)


@contextlib.contextmanager
def quiet_stdout() -> Iterator[None]:
    """Sends what libraries print meanwhile to stderr, so that stdout holds results alone."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


@contextlib.contextmanager
def usage_errors(*kinds: type[Exception]) -> Iterator[None]:
    """Turns errors of these kinds into wrong usage."""
    try:
        yield
    except kinds as error:
        raise UsageError(describe(error)) from error
