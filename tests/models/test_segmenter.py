"""SAM 2 and SAM 3's tracker behind one interface, and stock files of both. The oracle is transformers' own forward."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoConfig,
    AutoModelForMaskGeneration,
    Sam2VideoConfig,
    Sam2VideoModel,
    Sam3TrackerVideoConfig,
    Sam3TrackerVideoModel,
)

from lens_seg.models import segmenter as seg
from lens_seg.models.config import LensConfig
from lens_seg.models.lens import LensModel
from lens_seg.models.segmenter_files import load_segmenter
from lens_seg.models.shards import SINGLE, CheckpointError
from lens_seg.models.sizes import sam2
from tests.models.test_families import FAMILIES, SMALL_SAM

SMALL_SAM3 = {
    "model_type": "sam3_tracker",
    "vision_config": {
        "model_type": "sam3_vision_model",
        "backbone_config": {
            "model_type": "sam3_vit_model",
            "hidden_size": 32,
            "intermediate_size": 48,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 112,
            "pretrain_image_size": 56,
            "patch_size": 14,
            "window_size": 4,
            "global_attn_indexes": [1],
        },
        "fpn_hidden_size": 32,
        "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
        "scale_factors": [4.0, 2.0, 1.0],
    },
    "prompt_encoder_config": {"hidden_size": 32, "image_size": 112, "patch_size": 14},
    "mask_decoder_config": {
        "hidden_size": 32,
        "mlp_dim": 32,
        "num_attention_heads": 4,
        "iou_head_hidden_dim": 32,
        "dynamic_multimask_via_stability": False,
    },
}
SMALL_SAM2 = sam2(**SMALL_SAM, dynamic_multimask=False)
KINDS = {"sam2": SMALL_SAM2, "sam3_tracker": SMALL_SAM3}


def build(kind: str, seed: int = 0) -> seg.Segmenter:
    fields = dict(KINDS[kind])
    torch.manual_seed(seed)
    sam = AutoModelForMaskGeneration.from_config(AutoConfig.for_model(fields.pop("model_type"), **fields)).eval()
    with torch.no_grad():
        for name, parameter in sam.named_parameters():
            if parameter.ndim > 1 and "norm" not in name:
                parameter.normal_(0, 0.1)
        sam.no_memory_embedding.normal_()  # zero in a new model, which would hide where it is added
        seg.share_positions(sam)
    return sam


@torch.no_grad()
@pytest.mark.parametrize("kind", list(KINDS))
def test_box_masks_equal_transformers_own_forward(kind):
    """Two images, three boxes each, encoded once and decoded in a batch."""
    sam = build(kind)
    side = sam.config.prompt_encoder_config.image_size
    pixels = torch.randn(2, 3, side, side)
    boxes = torch.tensor([[[3.0, 5.0, 60.0, 40.0], [10.0, 1.0, 99.0, 90.0], [0.0, 0.0, 8.0, 8.0]]]).repeat(2, 1, 1)
    masks, iou = seg.decode_masks(sam, seg.encode_image(sam, pixels), seg.embed_boxes(sam, boxes))
    expected = sam(pixel_values=pixels, input_boxes=boxes, multimask_output=False)
    torch.testing.assert_close(masks, expected.pred_masks[:, :, 0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(iou, expected.iou_scores[:, :, 0], rtol=1e-4, atol=1e-5)
    assert masks.shape == (2, 3, side // 4 if kind == "sam2" else 32, side // 4 if kind == "sam2" else 32)


@torch.no_grad()
def test_the_fourth_map_of_sam3_is_left_out():
    """A whole SAM 3 has a coarser map for its detector; the tracker's masks are the same without it."""
    vision = {**SMALL_SAM3["vision_config"], "scale_factors": [4.0, 2.0, 1.0, 0.5]}
    whole = AutoModelForMaskGeneration.from_config(AutoConfig.for_model(**{**SMALL_SAM3, "vision_config": vision}))
    sam = build("sam3_tracker")
    lacking, unexpected = whole.load_state_dict(sam.state_dict(), strict=False)
    assert not unexpected and all(name.startswith("vision_encoder.neck.fpn_layers.3.") for name in lacking)
    pixels, token = torch.randn(1, 3, 112, 112), torch.randn(1, 2, 1, 32)
    masks = [seg.decode_masks(s.eval(), seg.encode_image(s, pixels), token)[0] for s in (whole, sam)]
    torch.testing.assert_close(*masks)
    unused = {id(parameter) for parameter in seg.unused_parameters(whole)}
    assert {id(whole.get_parameter(name)) for name in lacking} <= unused


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_lens_takes_either_by_model_type_saves_and_loads(kind, tmp_path):
    text = FAMILIES["qwen2_vl"]["text_config"] | {"vocab_size": 32}
    vlm = FAMILIES["qwen2_vl"] | {"text_config": text}
    config = LensConfig(
        vlm_config=vlm, segmenter_config=KINDS[kind], num_queries=2, connector_depth=1, connector_heads=4
    )
    model = LensModel(config)
    assert model.segmenter.config.model_type == kind and config.channels == 32
    model.train_only(("connector", "segmenter_decoder"))
    side = config.image_size
    logits, _ = model.decode(torch.randn(1, 2, 2, 64), model.encode_segmenter(torch.randn(1, 3, side, side)))
    logits.square().mean().backward()
    for name, parameter in model.named_parameters():
        assert (parameter.grad is not None) == parameter.requires_grad, name  # nothing that trains is out of reach
    model.save_pretrained(tmp_path)
    loaded = LensModel.from_pretrained(tmp_path)
    assert loaded.config.segmenter.model_type == kind
    state = loaded.state_dict()
    assert all(torch.equal(v, state[k]) for k, v in model.state_dict().items())


def test_stock_video_models_load(tmp_path):
    """What the Hub holds are whole video models in transformers' layout: their memory is left out."""
    video = Sam2VideoModel(Sam2VideoConfig(**{k: v for k, v in SMALL_SAM2.items() if k != "model_type"}))
    video.save_pretrained(tmp_path / "sam2")
    sam = build("sam2")
    load_segmenter(tmp_path / "sam2", sam)
    theirs = video.state_dict()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in sam.state_dict().items())
    assert any(name.startswith("memory_encoder") for name in theirs)


def test_stock_sam3_loads_and_a_damaged_one_is_refused(tmp_path):
    video = Sam3TrackerVideoModel(Sam3TrackerVideoConfig(**{k: v for k, v in SMALL_SAM3.items() if k != "model_type"}))
    video.save_pretrained(tmp_path)
    sam = build("sam3_tracker")
    load_segmenter(tmp_path, sam)
    theirs = video.state_dict()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in sam.state_dict().items())
    tensors = load_file(tmp_path / SINGLE)
    gone = next(name for name in tensors if "mask_decoder.iou_token" in name)
    save_file({n: t for n, t in tensors.items() if n != gone}, tmp_path / SINGLE, metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=r"missing tensors.*mask_decoder\.iou_token"):
        load_segmenter(tmp_path, build("sam3_tracker"))
    (tmp_path / "config.json").unlink()
    with pytest.raises(CheckpointError, match=r"with config\.json"):
        load_segmenter(tmp_path, build("sam3_tracker"))
