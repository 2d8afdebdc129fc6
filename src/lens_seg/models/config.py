"""`LensConfig`: every size of a LENS model. The small default model and LENS-3B differ in these numbers alone."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, cast

from huggingface_hub.dataclasses import strict
from transformers import AutoConfig, PreTrainedConfig


def _configuration(fields: dict | PreTrainedConfig | None, family: str) -> PreTrainedConfig:
    """The configuration that `fields` describe: of their `model_type`, or of `family` where they name none."""
    if isinstance(fields, PreTrainedConfig):
        return fields
    fields = {"model_type": family, **(fields or {})}
    return AutoConfig.for_model(fields.pop("model_type"), **fields)


@strict
class LensConfig(PreTrainedConfig):
    """Configuration of `LensModel`.

    vlm_config: that of a Qwen-VL family; its `model_type` chooses the class ("qwen2_vl", "qwen2_5_vl", "qwen3_vl").
    segmenter_config: that of a SAM, likewise ("sam2", which 2.1 shares, or "sam3_tracker"); the connector's output
        width is its mask decoder's hidden size.
    num_queries: M, context queries appended after the completion.
    connector_depth, connector_heads, connector_mlp_ratio: the connector's transformer.
    query_positions: where a pass with queries stands: "mrope", the positions of generation, or "flat", 0, 1, 2, ...
        in every row, image included. Released weights were trained flat; new training uses M-RoPE.
    """

    model_type = "lens"
    sub_configs: ClassVar = {"vlm_config": AutoConfig, "segmenter_config": AutoConfig}

    vlm_config: dict | PreTrainedConfig | None = None
    segmenter_config: dict | PreTrainedConfig | None = None
    num_queries: int = 64
    connector_depth: int = 4
    connector_heads: int = 16
    connector_mlp_ratio: int = 4
    query_positions: Literal["mrope", "flat"] = "mrope"
    initializer_range: float = 0.02

    def __post_init__(self, **kwargs: Any) -> None:
        if self.query_positions not in ("mrope", "flat"):
            raise ValueError(f"query_positions={self.query_positions!r}: choose mrope or flat")
        self.vlm_config = _configuration(self.vlm_config, "qwen2_5_vl")
        self.segmenter_config = _configuration(self.segmenter_config, "sam2")
        super().__post_init__(**kwargs)

    @property
    def vlm(self) -> PreTrainedConfig:
        """`vlm_config`, which is no dict and not None once the configuration stands."""
        return cast(PreTrainedConfig, self.vlm_config)

    @property
    def segmenter(self) -> PreTrainedConfig:
        """`segmenter_config`, likewise."""
        return cast(PreTrainedConfig, self.segmenter_config)

    @property
    def channels(self) -> int:
        """C, the hidden size of the mask decoder."""
        return cast(PreTrainedConfig, self.segmenter.mask_decoder_config).hidden_size

    @property
    def image_size(self) -> int:
        """S, the side of the segmenter's square in pixels."""
        return cast(PreTrainedConfig, self.segmenter.prompt_encoder_config).image_size

    def get_text_config(self, decoder: bool | None = None, encoder: bool | None = None) -> PreTrainedConfig:
        """The language model's configuration."""
        return self.vlm.get_text_config()
