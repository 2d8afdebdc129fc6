"""The cache of segmenter features: same values, fewer passes, bounded, and safe to delete."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lens_seg.models.segmenter import SegmenterFeatures
from lens_seg.train.align import align
from lens_seg.train.cache import FeatureCache, FeatureCacheConfig

from .conftest import curve
from .test_runs import align_config

SIZE = 2 * 4 * 4 * 4
"""Bytes of the features of one image here."""


class Encoder(nn.Module):
    """Stands for SAM's encoder, and counts the images it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([2.0]), requires_grad=False)
        self.seen = 0

    def forward(self, pixels: torch.Tensor) -> SegmenterFeatures:
        self.seen += len(pixels)
        return SegmenterFeatures((pixels[:, :2] * self.weight,))


def images(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 4, 4).contiguous()


@pytest.fixture(params=["memory", "disk"])
def cached(request, tmp_path):
    encoder = Encoder()
    return encoder, FeatureCache(FeatureCacheConfig(where=request.param, folder=str(tmp_path)), encoder)


def test_an_image_is_encoded_once_and_order_is_kept(cached):
    encoder, cache = cached
    first = cache(encoder, images(1, 2, 1))
    assert encoder.seen == 2 and torch.equal(first.maps[0], encoder(images(1, 2, 1)).maps[0])
    encoder.seen = 0
    again = cache(encoder, images(2, 3, 1))
    assert encoder.seen == 1 and torch.equal(again.maps[0][:, 0, 0, 0], torch.tensor([4.0, 6.0, 2.0]))
    assert (cache.hits, cache.misses) == (3, 3)


def test_other_weights_meet_no_old_feature(tmp_path):
    config = FeatureCacheConfig(where="disk", folder=str(tmp_path))
    encoder = Encoder()
    FeatureCache(config, encoder)(encoder, images(1))
    with torch.no_grad():
        encoder.weight.fill_(3.0)
    assert FeatureCache(config, encoder)(encoder, images(1)).maps[0][0, 0, 0, 0] == 3.0


def test_a_folder_that_is_deleted_or_damaged_costs_time_alone(tmp_path):
    config = FeatureCacheConfig(where="disk", folder=str(tmp_path))
    encoder = Encoder()
    cache = FeatureCache(config, encoder)
    cache(encoder, images(1, 2))
    one, two = sorted(tmp_path.rglob("*.safetensors"))
    one.unlink()
    two.write_bytes(b"cut")
    encoder.seen = 0
    assert torch.equal(cache(encoder, images(1, 2)).maps[0][:, 0, 0, 0], torch.tensor([2.0, 4.0]))
    assert encoder.seen == 2
    assert FeatureCache(config, encoder)(encoder, images(1, 2)) and encoder.seen == 2, "a later run finds them"


@pytest.mark.parametrize("where", ["memory", "disk"])
def test_the_limit_holds_and_the_least_used_goes(tmp_path, where):
    file = 150 if where == "disk" else 0  # header of a file
    config = FeatureCacheConfig(where=where, folder=str(tmp_path), limit_gb=(3 * (SIZE + file) + 10) / 1e9)
    encoder = Encoder()
    cache = FeatureCache(config, encoder)
    for value in range(12):
        cache(encoder, images(float(value)))
        assert cache.held <= cache.limit
    encoder.seen = 0
    cache(encoder, images(11.0))
    assert encoder.seen == 0
    cache(encoder, images(0.0))
    assert encoder.seen == 1


def test_an_encoder_that_trains_is_refused(tmp_path):
    encoder = Encoder().requires_grad_(True)
    with pytest.raises(ValueError, match="encoder trains"):
        FeatureCache(FeatureCacheConfig(where="memory"), encoder)
    with pytest.raises(ValueError, match="segmenter_encoder is among trains"):
        align_config("m", tmp_path, trains=("segmenter_encoder",), feature_cache=FeatureCacheConfig(where="memory"))


def test_a_run_with_the_cache_gives_the_same_curve(start, tmp_path):
    for where in ("none", "disk"):
        cache = FeatureCacheConfig(where=where, folder=str(tmp_path / "features"))
        align(align_config(start, tmp_path / where, steps=2, feature_cache=cache), resume=False)
    assert curve(tmp_path / "none") == curve(tmp_path / "disk")
    assert list((tmp_path / "features").rglob("*.safetensors"))
