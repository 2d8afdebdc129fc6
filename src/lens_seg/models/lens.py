"""`LensModel`: VLM, context queries, connector and SAM 2 in one class that saves and loads as any transformers model.

    prompt, image -> VLM -> completion -> [completion | M queries] -> connector -> SAM 2 prompt token -> mask

It only composes; the parts are in `vlm.py`, `connector.py` and `segmenter.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForImageTextToText,
    AutoModelForMaskGeneration,
    PreTrainedModel,
)
from transformers.cache_utils import Cache

from ..types import LensInputs, LensOutput
from . import segmenter as seg
from . import vlm as vlms
from . import windows
from .config import LensConfig
from .connector import Connector
from .segmenter import SegmenterFeatures

ROLES = ("vlm", "vision", "queries", "connector", "segmenter_encoder", "segmenter_decoder")
"""Names under which parts are frozen or trained. `vlm` is the language model, `vision` its image tower."""
WHOLE_BLOCKS = ["Sam2MultiScaleBlock", "Sam3ViTLayer", "ConnectorBlock"]
"""Classes of blocks that are never split between devices; transformers adds those that the VLM's family names."""


class LensModel(PreTrainedModel):
    """LENS (arXiv 2508.14153, section 3)."""

    config_class = LensConfig
    config: LensConfig
    base_model_prefix = "lens"
    main_input_name = "input_ids"
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True
    _no_split_modules = WHOLE_BLOCKS

    def __init__(self, config: LensConfig) -> None:
        super().__init__(config)
        self.vlm = AutoModelForImageTextToText.from_config(config.vlm)
        windows.use(self.vlm)
        self.make_queries()
        self.segmenter = AutoModelForMaskGeneration.from_config(config.segmenter)
        self.post_init()
        present = {type(module).__name__ for module in self.modules()}  # FSDP refuses names of absent classes
        self._no_split_modules = present & set(self._no_split_modules or ())  # type: ignore[assignment]

    def make_queries(self) -> None:
        """New context queries and connector, of the configuration's sizes."""
        config, hidden = self.config, self.config.get_text_config().hidden_size
        self.queries = nn.Embedding(config.num_queries, hidden)
        self.connector = Connector(
            hidden,
            config.channels,
            config.num_queries,
            config.connector_depth,
            config.connector_heads,
            config.connector_mlp_ratio,
        )

    def _init_weights(self, module: nn.Module) -> None:
        # transformers builds on the meta device and leaves uninitialised what this method does not know
        std = self.config.initializer_range
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Embedding):
            nn.init.normal_(module.weight, std=std)
            bias = getattr(module, "bias", None)
            if bias is not None:
                nn.init.zeros_(bias)
        elif isinstance(module, nn.MultiheadAttention):
            nn.init.xavier_uniform_(module.in_proj_weight)
            nn.init.zeros_(module.in_proj_bias)
        elif isinstance(module, nn.LayerNorm):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, Connector):
            nn.init.normal_(module.position_embedding, std=std)

    # ---- forward stages -------------------------------------------------------------------------------------------

    def encode_segmenter(self, pixels: torch.Tensor) -> SegmenterFeatures:
        """(B, 3, S, S) -> features; without gradient unless the encoder trains."""
        trains = next(self.segmenter.vision_encoder.parameters()).requires_grad
        with torch.set_grad_enabled(torch.is_grad_enabled() and trains):
            return seg.encode_image(self.segmenter, pixels)

    def embed(
        self,
        input_ids: torch.Tensor,
        query_ids: torch.Tensor | None,
        image_embeds: vlms.ImageEmbeds | torch.Tensor | None,
        vlm: PreTrainedModel | None = None,
    ) -> torch.Tensor:
        """(B, L) ids -> (B, L, D) with image tokens and context queries in their slots."""
        embeds = vlms.embed(vlm or self.vlm, input_ids, image_embeds)
        if query_ids is None:
            return embeds
        queries = self.queries(query_ids.clamp(min=0)).to(embeds.dtype)
        return torch.where((query_ids >= 0).unsqueeze(-1), queries, embeds)

    def decode(self, query_hidden: torch.Tensor, features: SegmenterFeatures) -> tuple[torch.Tensor, torch.Tensor]:
        """Query hidden states (B, G, M, D) -> mask logits (B, G, h, w) and IoU estimates (B, G), float32."""
        batch, groups = query_hidden.shape[:2]
        token = self.connector(query_hidden.flatten(0, 1))
        return seg.decode_masks(self.segmenter, features, token.unflatten(0, (batch, groups)))

    def forward(
        self,
        inputs: LensInputs,
        features: SegmenterFeatures | None = None,
        with_masks: bool = True,
        detach_masks: bool = False,
        temperature: float = 1.0,
        with_entropy: bool = False,
        with_states: bool = False,
    ) -> LensOutput:
        """One pass over packed rows: log-probabilities of the labels and one mask per branch with queries.

        Text is always read at M-RoPE positions, as it is sampled; where queries are `flat`, their pass is a second one.
        `features` spares the segmenter's encoder. `detach_masks` keeps the mask loss out of the VLM and the queries.
        `with_states` also returns the states between layers and the image tokens' (every image of the same size).
        """
        hidden, states, image_embeds = self._hidden(self.vlm, inputs, with_states)
        logp, entropy = vlms.token_logp(self.vlm.lm_head, hidden, inputs.labels, temperature, with_entropy)
        out = LensOutput(hidden=hidden, logp=logp, entropy=entropy)
        if states is not None:
            out.states = states
            out.image_embeds = image_embeds.tokens.unflatten(0, (inputs.input_ids.shape[0], -1))
        slots = inputs.query_ids >= 0
        if with_masks and bool(slots.any()):
            if features is None:
                if inputs.segmenter_pixels is None:
                    raise ValueError("masks need segmenter_pixels or features")
                features = self.encode_segmenter(inputs.segmenter_pixels)
            read = self._hidden(self.vlm, inputs, image_embeds=image_embeds, flat=True)[0] if self.flat else hidden
            query_hidden = read[slots].reshape(hidden.shape[0], -1, self.config.num_queries, hidden.shape[-1])
            out.mask_logits, out.iou = self.decode(query_hidden.detach() if detach_masks else query_hidden, features)
        return out

    @property
    def flat(self) -> bool:
        """Whether queries are read in a pass of their own, at flat positions, as published weights learnt them."""
        return self.config.query_positions == "flat"

    def read_queries(self, inputs: LensInputs, image_embeds: vlms.ImageEmbeds | None = None) -> torch.Tensor:
        """Hidden states (N, M, D) of the queries of all branches, in order; `image_embeds` spares the image tower."""
        hidden, _, _ = self._hidden(self.vlm, inputs, image_embeds=image_embeds, flat=self.flat)
        return hidden[inputs.query_ids >= 0].unflatten(0, (-1, self.config.num_queries))

    def _hidden(
        self,
        vlm: PreTrainedModel,
        inputs: LensInputs,
        with_states: bool = False,
        image_embeds: vlms.ImageEmbeds | None = None,
        flat: bool = False,
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, ...] | None, vlms.ImageEmbeds]:
        """Last hidden states, those between layers on request, and what the image tower gave; M-RoPE unless `flat`."""
        if image_embeds is None:
            image_embeds = vlms.encode_images(vlm, inputs.pixel_values, inputs.image_grid_thw)
        embeds = self.embed(inputs.input_ids, inputs.query_ids, image_embeds, vlm)
        deepstack = vlms.deepstack(vlm, inputs.input_ids, image_embeds)
        hidden, states = vlms.run_layers(
            vlm,
            embeds,
            vlms.flat_positions(inputs.segment_ids) if flat else inputs.position_ids,
            with_states=with_states,
            deepstack=deepstack,
            **vlms.packed_attention(vlm, inputs.segment_ids, embeds.dtype),
        )
        return hidden, states, image_embeds

    @torch.no_grad()
    def reference_logp(self, vlm: PreTrainedModel, inputs: LensInputs, temperature: float = 1.0) -> torch.Tensor:
        """(B, L) log-probability of the labels under another VLM of the same family, such as the frozen start."""
        hidden, _, _ = self._hidden(vlm, inputs)
        return vlms.token_logp(vlm.lm_head, hidden, inputs.labels, temperature)[0]

    def prefill(
        self,
        input_ids: torch.Tensor,
        position_ids: torch.Tensor,
        mask: torch.Tensor,
        cache: Cache,
        image_embeds: vlms.ImageEmbeds | None = None,
        query_ids: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Extends `cache` by (B, T) tokens or queries; returns their last hidden states (B, T, D)."""
        embeds = self.embed(input_ids, query_ids, image_embeds)
        deepstack = vlms.deepstack(self.vlm, input_ids, image_embeds)
        return vlms.run_layers(self.vlm, embeds, position_ids, mask, cache, deepstack=deepstack)[0]

    # ---- roles ----------------------------------------------------------------------------------------------------

    def role_parameters(self, role: str) -> Iterable[nn.Parameter]:
        """The parameters of one of `ROLES`."""
        if role == "vlm":
            vision = {id(p) for p in self.vlm.model.visual.parameters()}
            return [p for p in self.vlm.parameters() if id(p) not in vision]
        if role == "vision":
            return self.vlm.model.visual.parameters()
        if role == "segmenter_encoder":
            return self.segmenter.vision_encoder.parameters()
        if role == "segmenter_decoder":
            encoder = {id(p) for p in self.segmenter.vision_encoder.parameters()}
            return [p for p in self.segmenter.parameters() if id(p) not in encoder]
        if role in ("queries", "connector"):
            return getattr(self, role).parameters()
        raise ValueError(f"unknown role {role!r}: choose from {', '.join(ROLES)}")

    def train_only(self, roles: Iterable[str]) -> None:
        """Freezes everything but `roles`, and in the mask decoder what no LENS loss reaches."""
        self.requires_grad_(False)
        for role in roles:
            for parameter in self.role_parameters(role):
                parameter.requires_grad_(True)
        for parameter in seg.unused_parameters(self.segmenter):
            parameter.requires_grad_(False)

    def parameter_counts(self) -> dict[str, int]:
        """Parameters by role."""
        return {role: sum(p.numel() for p in self.role_parameters(role)) for role in ROLES}


AutoConfig.register("lens", LensConfig)
AutoModel.register(LensConfig, LensModel)
