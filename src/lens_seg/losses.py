"""Advantages, KL estimators, policy loss and mask losses (method.md section 3). torch only, no model.

Shape letters as in `types.py`; N = completions or masks in a flat batch.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

KLKind = Literal["k1", "k2", "k3"]


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

    With d = ref_logp - logp: k1 = -d, k2 = d²/2 ("kimi"), k3 = exp(d) - d - 1. ValueError for another kind.
    """
    delta = ref_logp - logp
    if kind == "k1":
        return -delta
    if kind == "k2":
        return 0.5 * delta.square()
    if kind == "k3":
        return torch.expm1(delta) - delta
    raise ValueError(f"unknown KL estimator {kind!r}; choose k1, k2 or k3")


_estimate_kl = kl  # `policy_loss` has an argument of the same name


def policy_loss(
    logp: Tensor,
    ref_logp: Tensor | None,
    advantages: Tensor,
    mask: Tensor,
    beta: float,
    kl: KLKind = "k3",
) -> tuple[Tensor, dict[str, Tensor]]:
    """GRPO loss: per token -exp(logp - stop(logp))·A + beta·KL, mean over tokens, then over completions.

    logp, ref_logp (N, T) log-probabilities of the sampled tokens; ref_logp None = no KL term; advantages
    (N,); mask (N, T) True on the completion's own tokens. Values outside the mask, NaN too, change nothing.
    A completion without tokens adds 0 and still counts. Returns the scalar loss in float32 and detached
    scalars: `policy` and `kl` (averaged as the loss is; kl before beta), `tokens` (mean tokens a completion).
    """
    if logp.ndim != 2 or mask.shape != logp.shape or advantages.shape != logp.shape[:1]:
        raise ValueError(
            "policy_loss takes logp and mask (N, T) and advantages (N,), got "
            f"{tuple(logp.shape)}, {tuple(mask.shape)}, {tuple(advantages.shape)}"
        )
    mask = mask.bool()
    logp = torch.where(mask, logp.float(), 0.0)
    ratio = torch.exp(logp - logp.detach())
    policy = _completion_mean(-ratio * advantages.detach().float()[:, None], mask)
    divergence = torch.zeros_like(policy)
    loss = policy
    if ref_logp is not None:
        ref_logp = torch.where(mask, ref_logp.detach().float(), 0.0)
        divergence = _completion_mean(_estimate_kl(logp, ref_logp, kl), mask)
        loss = policy + beta * divergence
    tokens = mask.sum() / max(len(mask), 1)
    return loss, {"policy": policy.detach(), "kl": divergence.detach(), "tokens": tokens}


def mask_bce_dice(logits: Tensor, target: Tensor, ignore: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy and dice loss of mask logits, each a float32 scalar averaged over masks.

    logits (N, H, W), target and ignore (N, H, W) bool or 0/1; pixels of `ignore` count for nothing. BCE is
    the mean over a mask's counted pixels; dice = 1 - (2·Σpt + 1) / (Σp + Σt + 1). A fully ignored mask adds
    0 to both; N = 0 gives 0, still attached to the graph. ValueError when shapes differ.
    """
    if logits.ndim != 3 or target.shape != logits.shape or (ignore is not None and ignore.shape != logits.shape):
        shapes = [tuple(t.shape) for t in (logits, target, ignore) if t is not None]
        raise ValueError(f"logits, target and ignore must all be (N, H, W), got {shapes}")
    with torch.autocast(logits.device.type, enabled=False):
        logits = logits.float().flatten(1)
        target = target.to(logits.dtype).flatten(1)
        keep = torch.ones_like(target) if ignore is None else (~ignore.bool()).to(logits.dtype).flatten(1)
        count = max(len(logits), 1)
        pixels = F.binary_cross_entropy_with_logits(logits, target, reduction="none") * keep
        bce = (pixels.sum(1) / keep.sum(1).clamp_min(1)).sum() / count
        prob, target = logits.sigmoid() * keep, target * keep
        overlap, total = (prob * target).sum(1), prob.sum(1) + target.sum(1)
        dice = (1 - (2 * overlap + 1) / (total + 1)).sum() / count
    return bce, dice


def _completion_mean(values: Tensor, mask: Tensor) -> Tensor:
    """(N, T) -> scalar: mean over each row's masked tokens, then over all N rows; 0 where nothing is."""
    rows = (values * mask).sum(1) / mask.sum(1).clamp_min(1)
    return rows.sum() / max(len(rows), 1)
