"""The option --device."""

from __future__ import annotations

from .report import UsageError


def check_device(name: str | None) -> None:
    """Raises UsageError for a name that torch does not know, or a device that this machine does not have."""
    if name is None:
        return
    import torch

    try:
        torch.device(name)
    except RuntimeError as error:
        raise UsageError(f"--device {name!r} is unknown: cpu, cuda, cuda:1, mps, ...") from error
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        why = str(error).splitlines()[0].split(". ")[0]
        raise UsageError(f"--device {name!r} cannot be used on this machine: {why}") from error
