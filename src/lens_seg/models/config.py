"""`LensConfig`: every size of a LENS model. The small default model and LENS-3B differ in these numbers alone."""

from __future__ import annotations

from typing import Literal

from huggingface_hub.dataclasses import strict
from transformers import AutoConfig, PreTrainedConfig, Sam2Config


@strict
class LensConfig(PreTrainedConfig):
    """Configuration of `LensModel`.

    vlm_config: any Qwen-VL family configuration known to transformers.
    segmenter_config: a `Sam2Config`; the connector's output width is its mask decoder's hidden size.
    num_queries: M, context queries appended after the completion.
    connector_depth, connector_heads, connector_mlp_ratio: the connector's transformer.
    """

    model_type = "lens"
    sub_configs = {"vlm_config": AutoConfig, "segmenter_config": Sam2Config}

    vlm_config: dict | PreTrainedConfig | None = None
    segmenter_config: dict | PreTrainedConfig | None = None
    num_queries: int = 64
    connector_depth: int = 4
    connector_heads: int = 16
    connector_mlp_ratio: int = 4
    initializer_range: float = 0.02

    def __post_init__(self, **kwargs):
        if self.vlm_config is None:
            self.vlm_config = {"model_type": "qwen2_5_vl"}
        if isinstance(self.vlm_config, dict):
            fields = dict(self.vlm_config)
            self.vlm_config = AutoConfig.for_model(fields.pop("model_type"), **fields)
        if not isinstance(self.segmenter_config, PreTrainedConfig):
            self.segmenter_config = Sam2Config(**(self.segmenter_config or {}))
        super().__post_init__(**kwargs)

    def get_text_config(self, decoder=None, encoder=None) -> PreTrainedConfig:
        """The language model's configuration."""
        return self.vlm_config.get_text_config()
