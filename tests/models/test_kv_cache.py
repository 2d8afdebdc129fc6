"""The growing cache holds what transformers' own holds, whatever is done to it."""

import torch
from transformers import DynamicCache

from lens_seg.models.kv_cache import ROOM, growing_cache, own_layers


def test_it_holds_what_the_plain_cache_holds():
    generator = torch.Generator().manual_seed(0)
    ours, plain, rows = growing_cache(2), DynamicCache(), 3
    steps = [5, 1, ROOM - 7, 1, 1, 3 * ROOM, 1, [2, 0, 0, 1, 2], 1, [4], 2]
    for step in steps:
        if isinstance(step, list):
            rows = len(step)
            for cache in (ours, plain):
                cache.batch_select_indices(torch.tensor(step))
            continue
        for layer in range(2):
            keys, values = torch.randn(2, rows, 4, step, 8, generator=generator)
            got, wanted = ours.update(keys, values, layer), plain.update(keys, values, layer)
            assert all(torch.equal(a, b) for a, b in zip(got, wanted, strict=True))
    assert ours.get_seq_length() == plain.get_seq_length() == sum(s for s in steps if isinstance(s, int))


def test_rows_taken_are_copies():
    cache = growing_cache(1)
    numbers = torch.arange(3.0).view(3, 1, 1, 1)
    cache.update(numbers, numbers, 0)
    taken = own_layers(cache)
    taken.batch_select_indices(torch.tensor([2, 0]))
    more = torch.full((2, 1, 1, 1), 9.0)
    keys, _ = taken.update(more, more, 0)
    assert keys.flatten().tolist() == [2, 9, 0, 9]
    more = torch.full((3, 1, 1, 1), 7.0)
    keys, _ = cache.update(more, more, 0)
    assert keys.flatten().tolist() == [0, 7, 1, 7, 2, 7], "the cache that they came from goes on by itself"


def test_one_more_token_copies_nothing():
    cache = growing_cache(1)
    first, _ = cache.update(torch.zeros(2, 1, 3, 4), torch.zeros(2, 1, 3, 4), 0)
    more, _ = cache.update(torch.ones(2, 1, 1, 4), torch.ones(2, 1, 1, 4), 0)
    assert more.data_ptr() == first.data_ptr() and more.shape == (2, 1, 4, 4)
