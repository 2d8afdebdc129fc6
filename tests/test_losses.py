"""Losses against numbers worked with numpy and math, and against their gradients."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lens_seg.losses import boundary_weights, group_advantages, kl, mask_bce_dice, mean_entropy, policy_loss


def test_advantages_of_each_group():
    rewards = [[0.0, 1.0, 2.0, 3.0], [2.0, 2.0, 2.0, 2.0], [0.1, 0.1, 0.1, 0.4]]
    advantages = group_advantages(torch.tensor(rewards), eps=1e-4)
    for got, group in zip(advantages, np.array(rewards), strict=True):
        np.testing.assert_allclose(got, (group - group.mean()) / (group.std(ddof=1) + 1e-4), atol=1e-5)
    assert advantages[1].eq(0).all()
    plain = group_advantages(torch.tensor(rewards), normalise_std=False)
    np.testing.assert_allclose(plain[0], [-1.5, -0.5, 0.5, 1.5])


def test_advantages_of_equal_rewards_are_exactly_zero_and_of_one_too():
    assert group_advantages(torch.full((1, 7), 0.1), eps=0.0).eq(0).all()
    assert group_advantages(torch.tensor([[3.0]])).eq(0).all()
    assert not group_advantages(torch.rand(2, 3, requires_grad=True)).requires_grad
    with pytest.raises(ValueError, match=r"\(B, G\)"):
        group_advantages(torch.zeros(4))


def test_kl_estimators():
    logp, ref = torch.tensor([math.log(0.5)]), torch.tensor([math.log(0.25)])
    assert kl(logp, ref, "k1").item() == pytest.approx(math.log(2))
    assert kl(logp, ref, "k2").item() == pytest.approx(0.5 * math.log(2) ** 2)
    assert kl(logp, ref, "k3").item() == pytest.approx(0.5 + math.log(2) - 1)
    with pytest.raises(ValueError, match="k1, k2 or k3"):
        kl(logp, ref, "k4")


def test_k1_and_k3_estimate_the_true_divergence():
    p, q = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.2, 0.2, 0.6])
    truth = (p * (p / q).log()).sum()
    for kind in ("k1", "k3"):
        torch.testing.assert_close((p * kl(p.log(), q.log(), kind)).sum(), truth)


@settings(deadline=None)
@given(st.floats(-5, 0), st.floats(-5, 0))
def test_k3_is_not_negative_and_zero_only_where_equal(a, b):
    value = kl(torch.tensor(a, dtype=torch.float64), torch.tensor(b, dtype=torch.float64)).item()
    assert value >= 0
    assert (value > 0) or abs(a - b) < 1e-6


def test_policy_loss_by_hand():
    logp = torch.tensor([[-1.0, -2.0, -9.0], [-0.5, -9.0, -9.0]], requires_grad=True)
    ref = torch.tensor([[-1.5, -2.0, 5.0], [-0.25, 5.0, 5.0]])
    mask = torch.tensor([[1, 1, 0], [1, 0, 0]], dtype=torch.bool)
    loss, stats = policy_loss(logp, ref, torch.tensor([2.0, -1.0]), mask, beta=0.1)
    k3 = [math.exp(-0.5) + 0.5 - 1, 0.0, math.exp(0.25) - 0.25 - 1]
    divergence = ((k3[0] + k3[1]) / 2 + k3[2]) / 2
    assert stats["kl"].item() == pytest.approx(divergence, rel=1e-5)
    assert stats["policy"].item() == pytest.approx((-2.0 + 1.0) / 2)
    assert loss.item() == pytest.approx(-0.5 + 0.1 * divergence)
    assert stats["tokens"].item() == 1.5
    loss.backward()
    # d/dlogp: -A/(tokens * completions) from the policy, beta * (1 - exp(ref - logp)) from k3
    expected = [
        [(-2 + 0.1 * (1 - math.exp(-0.5))) / 4, -2 / 4, 0],
        [(1 + 0.1 * (1 - math.exp(0.25))) / 2, 0, 0],
    ]
    np.testing.assert_allclose(logp.grad, expected, rtol=1e-5)


def test_a_step_down_raises_the_good_completion_and_nothing_trains_the_reference():
    logp = torch.full((2, 4), -1.0, requires_grad=True)
    ref = torch.full((2, 4), -1.0, requires_grad=True)
    loss, stats = policy_loss(logp, ref, torch.tensor([1.0, -1.0]), torch.ones(2, 4), beta=0.04, kl="k2")
    loss.backward()
    assert (logp.grad[0] < 0).all() and (logp.grad[1] > 0).all()
    assert ref.grad is None
    assert not any(value.requires_grad for value in stats.values())


def test_padding_empty_rows_and_no_reference():
    logp = torch.tensor([[-1.0, math.nan], [math.nan, -math.inf]], requires_grad=True)
    ref = torch.tensor([[-3.0, math.nan], [math.inf, math.nan]])
    mask = torch.tensor([[1, 0], [0, 0]])
    for reference in (ref, None):
        loss, stats = policy_loss(logp, reference, torch.tensor([1.0, 1.0]), mask, beta=1.0, kl="k1")
        assert loss.item() == pytest.approx(-0.5 + (1.0 if reference is not None else 0.0))
        assert stats["kl"].item() == (1.0 if reference is not None else 0.0)
        (grad,) = torch.autograd.grad(loss, logp)
        assert grad.isfinite().all() and grad[1].eq(0).all() and grad[0, 1] == 0
    with pytest.raises(ValueError, match=r"\(N, T\)"):
        policy_loss(logp, None, torch.zeros(3), mask, beta=0.0)


def test_bce_and_dice_by_hand():
    logits = torch.tensor([[[2.0, -1.0]], [[0.0, 0.0]]], requires_grad=True)
    target = torch.tensor([[[True, False]], [[False, False]]])
    p = [1 / (1 + math.exp(-2)), 1 / (1 + math.exp(1))]
    bce, dice = mask_bce_dice(logits, target)
    first = -(math.log(p[0]) + math.log(1 - p[1])) / 2
    assert bce.item() == pytest.approx((first + math.log(2)) / 2, rel=1e-5)
    dices = [1 - (2 * p[0] + 1) / (p[0] + p[1] + 1 + 1), 1 - 1 / (1 + 1)]
    assert dice.item() == pytest.approx(sum(dices) / 2, rel=1e-5)
    (bce + dice).backward()
    assert logits.grad[0, 0, 0] < 0 < logits.grad[0, 0, 1]


def test_ignored_pixels_change_nothing():
    torch.manual_seed(0)
    logits, target = torch.randn(2, 4, 6, requires_grad=True), torch.rand(2, 4, 6) > 0.5
    ignore = torch.zeros(2, 4, 6, dtype=torch.bool)
    ignore[:, :, 4:] = True
    got = mask_bce_dice(logits, target, ignore)
    torch.testing.assert_close(got, mask_bce_dice(logits[:, :, :4], target[:, :, :4]))
    torch.testing.assert_close(got, mask_bce_dice(logits, target ^ ignore, ignore))
    (grad,) = torch.autograd.grad(sum(got), logits)
    assert grad[:, :, 4:].eq(0).all() and grad[:, :, :4].ne(0).all()


def test_extremes_stay_finite_and_float32():
    logits = torch.tensor([[[1e4, -1e4]]], dtype=torch.bfloat16)
    right, wrong = torch.tensor([[[1, 0]]]), torch.tensor([[[0, 1]]])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        good, bad = mask_bce_dice(logits, right), mask_bce_dice(logits, wrong)
    assert all(value.dtype == torch.float32 and value.isfinite() for value in (*good, *bad))
    assert good[0] == 0 and good[1] == 0 and bad[0] > 1000 and bad[1] == pytest.approx(2 / 3)
    everything = mask_bce_dice(logits, right, torch.ones(1, 1, 2))
    assert everything[0] == 0 and everything[1] == 0


def test_no_masks_give_a_zero_that_can_be_differentiated():
    logits = torch.zeros(0, 3, 3, requires_grad=True)
    bce, dice = mask_bce_dice(logits, torch.zeros(0, 3, 3))
    assert bce.item() == dice.item() == 0
    (bce + dice).backward()
    with pytest.raises(ValueError, match=r"\(N, H, W\)"):
        mask_bce_dice(torch.zeros(1, 3, 3), torch.zeros(1, 3, 4))


def test_the_ratio_is_clipped_against_the_weights_that_sampled():
    old = torch.zeros(2, 2)
    logp = torch.tensor([[0.3, -0.3], [0.3, -0.3]], requires_grad=True)
    advantages = torch.tensor([1.0, -2.0])
    loss, stats = policy_loss(logp, None, advantages, torch.ones(2, 2), beta=0.0, old_logp=old, clip=(0.2, 0.25))
    up, down = math.exp(0.3), math.exp(-0.3)  # 1.35 and 0.74
    expected = (-(1.25 + down) / 2 + 2 * (up + 0.8) / 2) / 2
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    assert stats["clipped"].item() == pytest.approx(0.5)
    loss.backward()
    assert logp.grad[0, 0] == 0 and logp.grad[1, 1] == 0, "what the clip holds has no gradient"
    assert logp.grad[0, 1] < 0 < logp.grad[1, 0]


def test_the_token_average_weighs_long_completions_more_and_parts_add_up():
    torch.manual_seed(0)
    logp, ref = torch.randn(4, 5, requires_grad=True), torch.randn(4, 5)
    mask = torch.arange(5) < torch.tensor([[5], [1], [3], [2]])
    advantages = torch.tensor([1.0, -1.0, 0.5, 2.0])
    keep = torch.tensor([True, True, False, True])
    for average, count in (("token", 8.0), ("sequence", 3.0)):
        settings = {"beta": 0.1, "average": average}
        whole, _ = policy_loss(logp, ref, advantages, mask, keep=keep, **settings)
        parts = [
            policy_loss(logp[rows], ref[rows], advantages[rows], mask[rows], keep=keep[rows], count=count, **settings)[
                0
            ]
            for rows in (slice(0, 1), slice(1, 4))
        ]
        assert sum(parts).item() == pytest.approx(whole.item(), abs=1e-6)
        (grad,) = torch.autograd.grad(whole, logp)
        assert grad[2].eq(0).all(), "left out"
    tokens = policy_loss(logp, None, advantages, mask, 0.0, average="token")[0].item()
    assert tokens == pytest.approx(-(5 * 1.0 - 1 * 1.0 + 3 * 0.5 + 2 * 2.0) / 11)
    assert policy_loss(logp, None, advantages, mask, 0.0)[0].item() == pytest.approx(-(1 - 1 + 0.5 + 2) / 4)
    nothing = policy_loss(logp, ref, advantages, mask, 0.1, keep=torch.zeros(4, dtype=torch.bool))[0]
    assert nothing.item() == 0 and nothing.requires_grad


def test_kl_none_leaves_the_reference_out():
    logp, ref = torch.zeros(1, 2), torch.ones(1, 2)
    assert kl(logp, ref, "none").eq(0).all()
    loss, stats = policy_loss(logp, ref, torch.ones(1), torch.ones(1, 2), beta=9.0, kl="none")
    assert loss.item() == -1 and stats["kl"].item() == 0


def test_mean_entropy_and_its_gradient():
    head = torch.nn.Linear(3, 5)
    hidden = torch.randn(7, 3, requires_grad=True)
    full = (head(hidden) / 0.7).log_softmax(-1)
    oracle = -(full.exp() * full).sum(-1).mean()
    ours = mean_entropy(head, hidden, temperature=0.7, chunk=3)
    torch.testing.assert_close(ours, oracle)
    torch.testing.assert_close(torch.autograd.grad(ours, hidden), torch.autograd.grad(oracle, hidden))
    assert mean_entropy(head, hidden[:0]).item() == 0


def test_boundary_weights_and_weighted_mask_loss():
    target = torch.zeros(1, 40, 40)
    target[:, 10:30, 10:30] = 1
    weights = boundary_weights(target, window=5, strength=2.0)
    assert weights[0, 0, 0] == 1 and weights[0, 20, 20] == 1, "far from the edge"
    assert 1.5 < weights[0, 10, 20] < 3 and weights[0, 9, 20] > 1.5
    with pytest.raises(ValueError, match="odd"):
        boundary_weights(target, window=4)
    torch.manual_seed(0)
    logits = torch.randn(1, 40, 40)
    plain = mask_bce_dice(logits, target)
    torch.testing.assert_close(mask_bce_dice(logits, target, None, torch.full_like(target, 3.0))[0], plain[0])
    edge_wrong, middle_wrong = torch.where(target > 0, 4.0, -4.0), torch.where(target > 0, 4.0, -4.0)
    edge_wrong[:, 10, 10:30] *= -1
    middle_wrong[:, 20, 10:30] *= -1
    assert mask_bce_dice(edge_wrong, target, None, weights)[0] > mask_bce_dice(middle_wrong, target, None, weights)[0]
    assert mask_bce_dice(edge_wrong, target)[0] == pytest.approx(mask_bce_dice(middle_wrong, target)[0])
