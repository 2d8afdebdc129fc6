"""How a model folder is put on its hardware: device or device map, dtype, attention, quantised weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from transformers import BitsAndBytesConfig
from transformers.utils import is_bitsandbytes_available

from .lens import LensModel
from .shards import listed

QUANTIZATIONS = ("4bit", "8bit")
KEPT_WHOLE = ["vlm.model.visual", "vlm.lm_head", "queries", "connector", "segmenter"]
"""Parts that quantisation leaves alone: all but the language model's layers, which are most of the weights."""


def load_model(
    folder: Path,
    *,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    device_map: str | dict[str, Any] | None = None,
    attn_implementation: str | None = None,
    quantization: str | None = None,
) -> LensModel:
    """A model folder in our layout -> the model; see `Lens.from_pretrained` for the options.

    Raises ValueError, in one line, for options that exclude each other or that this machine cannot serve, and for
    weights that are not whole.
    """
    if device is not None and device_map is not None:
        raise ValueError("give device or device_map, not both")
    place = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    kind = dtype or (torch.bfloat16 if place.type == "cuda" else torch.float32)
    if not any(folder.glob("*.safetensors")):
        raise FileNotFoundError(f"{folder} holds no .safetensors; weights in pickles (.bin, .pt) are not opened")
    options: dict[str, Any] = {"dtype": kind, "use_safetensors": True}
    if attn_implementation is not None:
        options["attn_implementation"] = attention(attn_implementation)
    if quantization is not None:
        options["quantization_config"] = quantization_config(quantization, kind)
        device_map = device_map or {"": str(place)}
    if device_map is not None:
        options["device_map"] = device_map
    try:
        loaded: Any = LensModel.from_pretrained(folder, output_loading_info=True, **options)
    except ImportError as error:  # flash attention, or a library that quantised weights need
        raise ValueError(f"{folder}: {' '.join(str(error).split())}") from None
    model, report = cast(tuple[LensModel, dict[str, Any]], loaded)
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"{folder}: its weights lack {listed(missing)}; get them anew")
    if device_map is None:
        cast(torch.nn.Module, model).to(place)  # in place; transformers' decorated `to` has no usable type
    return model


def attention(name: str) -> str | dict[str, Any]:
    """What `attn_implementation` becomes: flash attention serves the image tower, where rows are whole images.

    Packed rows and the shared cache need a mask for each pair of tokens, which flash attention does not take, so the
    language model and the segmenter run with sdpa beside it. Any other name holds for all parts.

    >>> attention("sdpa")
    'sdpa'
    """
    if not name.startswith("flash"):
        return name
    return {"": "sdpa", "vlm_config": {"": "sdpa", "text_config": "sdpa", "vision_config": name}}


def quantization_config(name: str, dtype: torch.dtype) -> BitsAndBytesConfig:
    """Weights of 4 (NF4, doubly quantised) or 8 bits in the language model's layers; arithmetic in `dtype`."""
    if name not in QUANTIZATIONS:
        raise ValueError(f"quantization={name!r}: choose from {', '.join(QUANTIZATIONS)}")
    if not torch.cuda.is_available():
        raise ValueError(f"quantization={name!r} needs an NVIDIA GPU, and there is none here: leave it out")
    if not is_bitsandbytes_available():
        raise ValueError(f'quantization={name!r} needs bitsandbytes: pip install "lens-seg[quant]"')
    return bits(name, dtype)


def bits(name: str, dtype: torch.dtype) -> BitsAndBytesConfig:
    """`quantization_config` without a look at the machine."""
    if name == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=KEPT_WHOLE)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        llm_int8_skip_modules=KEPT_WHOLE,
    )
