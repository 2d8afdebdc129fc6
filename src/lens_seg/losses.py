"""Advantages, KL estimators, policy loss and mask losses (method.md section 3). torch only, no model.

Shape letters as in `types.py`; N = completions or masks in a flat batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

KLKind = Literal["k1", "k2", "k3", "none"]
Average = Literal["sequence", "token"]


def group_advantages(rewards: Tensor, eps: float = 1e-4, normalise_std: bool = True) -> Tensor:
    """(B, G) rewards -> (B, G) advantages, (r - mean) / (std + eps) within each group, float32, no gradient.

    std is torch's default (divides by G - 1). A group whose rewards are all equal, and a group of one, get 0.
    `normalise_std=False` keeps r - mean ("full kimi"). ValueError unless rewards are 2-D.

    >>> group_advantages(torch.tensor([[1.0, 3.0]]), eps=0.0)
    tensor([[-0.7071,  0.7071]])
    """
    if rewards.ndim != 2:
        raise ValueError(f"rewards are (B, G), got {tuple(rewards.shape)}")
    rewards = rewards.detach().float()
    if rewards.shape[1] < 2:
        return torch.zeros_like(rewards)
    centred = rewards - rewards.mean(dim=1, keepdim=True)
    equal = (rewards == rewards[:, :1]).all(dim=1, keepdim=True)
    if normalise_std:
        centred = centred / (rewards.std(dim=1, keepdim=True) + eps)
    return centred.masked_fill(equal, 0.0)


def kl(logp: Tensor, ref_logp: Tensor, kind: KLKind = "k3") -> Tensor:
    """Per-token estimate of KL(policy || reference) from the sampled tokens' log-probabilities, same shape.

    With d = ref_logp - logp: k1 = -d, k2 = d²/2 ("kimi"), k3 = exp(d) - d - 1, none = 0. ValueError for another kind.
    """
    delta = ref_logp - logp
    if kind == "k1":
        return -delta
    if kind == "k2":
        return 0.5 * delta.square()
    if kind == "k3":
        return torch.expm1(delta) - delta
    if kind == "none":
        return torch.zeros_like(delta)
    raise ValueError(f"unknown KL estimator {kind!r}; choose k1, k2 or k3")


_estimate_kl = kl  # `policy_loss` has an argument of the same name


def policy_loss(
    logp: Tensor,
    ref_logp: Tensor | None,
    advantages: Tensor,
    mask: Tensor,
    beta: float,
    kl: KLKind = "k3",
    *,
    old_logp: Tensor | None = None,
    clip: tuple[float, float] = (0.2, 0.2),
    average: Average = "sequence",
    keep: Tensor | None = None,
    count: float | None = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """GRPO loss: per token -ratio·A + beta·KL, mean over tokens, then over completions.

    logp, ref_logp (N, T) log-probabilities of the sampled tokens; ref_logp None or kl "none" = no KL term; advantages
    (N,); mask (N, T) True on the completion's own tokens. Values outside the mask, NaN too, change nothing.
    A completion without tokens adds 0 and still counts.

    ratio = exp(logp - old_logp), `old_logp` (N, T) being those of the weights that sampled; None = these very weights,
    and ratio is 1 with the gradient of logp. The term is max(-ratio·A, -clamp(ratio, 1 - low, 1 + high)·A), as in PPO.
    `average` "token" sums over all tokens and divides by their number (DAPO), so that long completions weigh more.
    `keep` (N,) bool names the completions that count. `count` replaces the divisor, the number of kept completions or
    of their tokens: with that of a whole batch the losses of its parts add up to the batch's.

    Returns the scalar loss in float32 and detached scalars: `policy` and `kl` (averaged as the loss is; kl before
    beta), `tokens` (mean tokens a completion), `clipped` (share of tokens whose ratio the clip held).
    """
    if logp.ndim != 2 or mask.shape != logp.shape or advantages.shape != logp.shape[:1]:
        raise ValueError(
            "policy_loss takes logp and mask (N, T) and advantages (N,), got "
            f"{tuple(logp.shape)}, {tuple(mask.shape)}, {tuple(advantages.shape)}"
        )
    mask = mask.bool()
    lengths = mask.sum(1)
    if keep is not None:
        mask = mask & keep[:, None]
    logp = torch.where(mask, logp.float(), 0.0)
    old = logp.detach() if old_logp is None else torch.where(mask, old_logp.detach().float(), 0.0)
    ratio = torch.exp(logp - old)
    advantage = advantages.detach().float()[:, None]
    low, high = clip
    terms = torch.maximum(-ratio * advantage, -ratio.clamp(1 - low, 1 + high) * advantage)
    held = mask & torch.where(advantage > 0, ratio > 1 + high, (ratio < 1 - low) & (advantage < 0))
    divisor = count if count is not None else _count(mask, keep, average)
    policy = _average(terms, mask, average, divisor)
    divergence = torch.zeros_like(policy)
    loss = policy
    if ref_logp is not None and kl != "none":
        ref_logp = torch.where(mask, ref_logp.detach().float(), 0.0)
        divergence = _average(_estimate_kl(logp, ref_logp, kl), mask, average, divisor)
        loss = policy + beta * divergence
    stats = {
        "policy": policy.detach(),
        "kl": divergence.detach(),
        "tokens": lengths.sum() / max(len(mask), 1),
        "clipped": held.sum() / mask.sum().clamp_min(1),
    }
    return loss, stats


def mean_entropy(
    head: Callable[[Tensor], Tensor], hidden: Tensor, temperature: float = 1.0, chunk: int = 1024
) -> Tensor:
    """Mean entropy in nats, with gradient, of the next-token distributions at (n, D) hidden states; n = 0 gives 0.

    `head` maps them to logits. They are made `chunk` positions at a time, and again in the backward pass.
    """

    def part(states: Tensor) -> Tensor:
        logp = (head(states).float() / temperature).log_softmax(-1)
        return -(logp.exp() * logp).nan_to_num(0.0).sum()

    total = hidden.new_zeros((), dtype=torch.float32)
    for states in hidden.split(chunk) if len(hidden) else ():
        total = total + checkpoint(part, states, use_reentrant=False)
    return total / max(len(hidden), 1)


def mask_bce_dice(
    logits: Tensor, target: Tensor, ignore: Tensor | None = None, weight: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy and dice loss of mask logits, each a float32 scalar averaged over masks.

    logits (N, H, W), target and ignore (N, H, W) bool or 0/1; pixels of `ignore` count for nothing. BCE is
    the mean over a mask's counted pixels; dice = 1 - (2·Σpt + 1) / (Σp + Σt + 1). `weight` (N, H, W) lets pixels count
    more in both (`boundary_weights`). A fully ignored mask adds 0 to both; N = 0 gives 0, still attached to the graph.
    ValueError when shapes differ.
    """
    others = [t for t in (target, ignore, weight) if t is not None]
    if logits.ndim != 3 or any(t.shape != logits.shape for t in others):
        shapes = [tuple(t.shape) for t in (logits, *others)]
        raise ValueError(f"logits, target and ignore must all be (N, H, W), got {shapes}")
    with torch.autocast(logits.device.type, enabled=False):
        logits = logits.float().flatten(1)
        target = target.to(logits.dtype).flatten(1)
        keep = torch.ones_like(target) if ignore is None else (~ignore.bool()).to(logits.dtype).flatten(1)
        if weight is not None:
            keep = keep * weight.to(logits.dtype).flatten(1)
        count = max(len(logits), 1)
        pixels = F.binary_cross_entropy_with_logits(logits, target, reduction="none") * keep
        total = keep.sum(1)
        bce = (pixels.sum(1) / torch.where(total > 0, total, 1.0)).sum() / count
        prob, target = logits.sigmoid() * keep, target * keep
        overlap, total = (prob * (target > 0)).sum(1), prob.sum(1) + target.sum(1)
        dice = (1 - (2 * overlap + 1) / (total + 1)).sum() / count
    return bce, dice


def boundary_weights(target: Tensor, window: int = 31, strength: float = 5.0) -> Tensor:
    """(N, H, W) masks -> float32 weights: 1 far from an edge, up to 1 + strength where target and surroundings differ.

    1 + strength · |mean of the target over a square of `window` pixels - target|. ValueError for an even window.
    """
    if window % 2 == 0:
        raise ValueError(f"window={window} must be odd")
    target = target.float().unsqueeze(1)
    around = F.avg_pool2d(target, window, stride=1, padding=window // 2, count_include_pad=False)
    return (1 + strength * (around - target).abs()).squeeze(1)


def _count(mask: Tensor, keep: Tensor | None, average: Average) -> float:
    """Completions or tokens that a loss is averaged over, at least 1."""
    if average == "token":
        return max(int(mask.sum()), 1)
    return max(len(mask) if keep is None else int(keep.sum()), 1)


def _average(values: Tensor, mask: Tensor, average: Average, count: float) -> Tensor:
    """(N, T) -> scalar: the sum over masked tokens, of rows of equal weight or of tokens, over `count`."""
    values = values * mask
    if average == "token":
        return values.sum() / count
    return (values.sum(1) / mask.sum(1).clamp_min(1)).sum() / count
