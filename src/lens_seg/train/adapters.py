"""LoRA and QLoRA on the VLM through peft: low-rank adapters learn, the VLM's own weights stand still.

The adapters are put into the VLM in place, so that every call of the model stays the same. With them the reference
model costs nothing: it is the VLM with its adapters off.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file
from torch import nn

from ..files import replaced_folder
from ..models.lens import LensModel
from .sharding import whole

NAME = "default"
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""Linear layers of the language model."""


@dataclass(kw_only=True)
class AdapterConfig:
    """Adapters on the VLM's linear layers."""

    rank: int = 16
    """Rank of the update of each weight matrix."""
    alpha: float = 32.0
    """The update is scaled by alpha / rank."""
    dropout: float = 0.0
    """Dropout before the adapters."""
    targets: tuple[str, ...] = TARGETS
    """Last names of the linear layers that get one, in the language model and, with `vision`, in the image tower."""
    vision: bool = False
    """Also in the image tower."""
    quantise: Literal["none", "4bit"] = "none"
    """Hold the VLM's own weights in 4 bits (QLoRA, bitsandbytes, CUDA). Not run by the authors."""

    def __post_init__(self) -> None:
        if self.rank < 1 or self.alpha <= 0 or not 0 <= self.dropout < 1 or not self.targets:
            raise ValueError(f"{self}: need rank >= 1, alpha > 0, 0 <= dropout < 1 and at least one target")


def add_adapters(model: LensModel, config: AdapterConfig) -> None:
    """Freezes the VLM and puts trainable adapters into it; the other roles are left as they are.

    ValueError for a target that names no layer.
    """
    from peft import LoraConfig, inject_adapter_in_model

    model.vlm.requires_grad_(False)
    if config.quantise == "4bit":
        model.vlm.is_loaded_in_4bit = True  # peft asks the module that it is given, transformers marked the whole
    prefix = r"(.*\.)?" if config.vision else r"(.*\.)?language_model\."
    pattern = prefix + r"(.*\.)?(" + "|".join(config.targets) + ")"
    # peft takes a fractional alpha, its annotation does not
    lora = LoraConfig(r=config.rank, lora_alpha=config.alpha, lora_dropout=config.dropout, target_modules=pattern)  # type: ignore[arg-type]
    try:
        inject_adapter_in_model(lora, model.vlm, adapter_name=NAME)
    except ValueError as error:
        known = sorted({n.rpartition(".")[2] for n, m in model.vlm.named_modules() if isinstance(m, nn.Linear)})
        raise ValueError(
            f"adapter.targets {', '.join(config.targets)}: no such layer in the VLM; it has {', '.join(known)}"
        ) from error


def adapter_layers(model: nn.Module) -> dict[str, Any]:
    """Layers with an adapter, by their name before it was put in."""
    from peft.tuners.lora import LoraLayer

    return {name: module for name, module in model.named_modules() if isinstance(module, LoraLayer)}


@contextlib.contextmanager
def adapters_off(model: nn.Module) -> Iterator[None]:
    """The model as it started: what runs inside sees no adapter."""
    layers = adapter_layers(model)
    for layer in layers.values():
        layer.enable_adapters(False)
    try:
        yield
    finally:
        for layer in layers.values():
            layer.enable_adapters(True)


def merged_state(model: nn.Module) -> dict[str, torch.Tensor]:
    """The state dict of a model with adapters as one without: each update added to its weight. Nothing is changed."""
    layers = adapter_layers(model)
    state = {}
    for name, tensor in model.state_dict().items():
        if any(part.startswith("lora_") for part in name.split(".")):
            continue
        owner, _, last = name.rpartition(".base_layer.")
        if owner in layers and last == "weight":
            tensor = (tensor.float() + layers[owner].get_delta_weight(NAME).float()).to(tensor.dtype)
        state[name.replace(".base_layer.", ".")] = tensor
    return state


def save_adapter(model: LensModel, config: AdapterConfig, base: str, folder: Path, is_main: bool = True) -> None:
    """Writes the adapters in peft's layout, for `PeftModel.from_pretrained(vlm, folder)`, and beside them the trained
    parts outside the VLM (queries, connector, mask decoder) as `lens.safetensors`. Every process must call it."""
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    lora = LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,  # type: ignore[arg-type]
        lora_dropout=config.dropout,
        target_modules=sorted({name.removeprefix("vlm.") for name in adapter_layers(model)}),
        base_model_name_or_path=base,
    )
    model.vlm.peft_config = {NAME: lora}
    adapters = get_peft_model_state_dict(model.vlm, adapter_name=NAME)
    rest = {n: p for n, p in model.named_parameters() if p.requires_grad and not n.startswith("vlm.")}
    files = {
        "adapter_model.safetensors": {
            f"base_model.model.{n}": whole(t).cpu().contiguous() for n, t in adapters.items()
        },
        "lens.safetensors": {n: whole(p).cpu().contiguous() for n, p in rest.items()},
    }
    if not is_main:
        return
    with replaced_folder(folder) as temporary:
        lora.save_pretrained(str(temporary))
        for name, tensors in files.items():
            save_file(tensors, temporary / name)
        (temporary / "base.json").write_text(json.dumps({"model": base}) + "\n")
