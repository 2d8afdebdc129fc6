"""The option --device."""

from __future__ import annotations

from .report import UsageError


def check_device(name: str | None) -> None:
    """Raises UsageError for a name that torch does not know; whether the device is there shows on loading."""
    if name is None:
        return
    import torch

    try:
        torch.device(name)
    except RuntimeError as error:
        raise UsageError(f"--device {name!r} is unknown: cpu, cuda, cuda:1, mps, ...") from error
