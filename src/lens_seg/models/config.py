"""`LensConfig`: every size of a LENS model. The small default model and LENS-3B differ in these numbers alone."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, cast

from huggingface_hub.dataclasses import strict
from transformers import AutoConfig, PreTrainedConfig, Sam2Config


@strict
class LensConfig(PreTrainedConfig):
    """Configuration of `LensModel`.

    vlm_config: any Qwen-VL family configuration known to transformers.
    segmenter_config: a `Sam2Config`; the connector's output width is its mask decoder's hidden size.
    num_queries: M, context queries appended after the completion.
    connector_depth, connector_heads, connector_mlp_ratio: the connector's transformer.
    query_positions: where a pass with queries stands: "mrope", the positions of generation, or "flat", 0, 1, 2, ...
        in every row, image included. Released weights were trained flat; new training uses M-RoPE.
    """

    model_type = "lens"
    sub_configs: ClassVar = {"vlm_config": AutoConfig, "segmenter_config": Sam2Config}

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
        if self.vlm_config is None:
            self.vlm_config = {"model_type": "qwen2_5_vl"}
        if isinstance(self.vlm_config, dict):
            fields = dict(self.vlm_config)
            self.vlm_config = AutoConfig.for_model(fields.pop("model_type"), **fields)
        if not isinstance(self.segmenter_config, PreTrainedConfig):
            self.segmenter_config = Sam2Config(**(self.segmenter_config or {}))
        super().__post_init__(**kwargs)

    @property
    def vlm(self) -> PreTrainedConfig:
        """`vlm_config`, which is no dict and not None once the configuration stands."""
        return cast(PreTrainedConfig, self.vlm_config)

    @property
    def segmenter(self) -> Sam2Config:
        """`segmenter_config`, likewise."""
        return cast(Sam2Config, self.segmenter_config)

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
