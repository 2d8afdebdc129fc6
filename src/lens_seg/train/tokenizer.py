"""A small byte-level BPE tokenizer in Qwen's chat format: same special tokens, digits one by one. Made here, no hub."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

SPECIAL_TOKENS = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
TAGS = ["<think>", "</think>", "<answer>", "</answer>"]
WORDS = r" ?\p{L}+|\p{N}|[^\s\p{L}\p{N}]|\s+"
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for part in m.content %}{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_tokenizer(corpus: Iterable[str], vocab_size: int) -> PreTrainedTokenizerFast:
    """Trains the tokenizer on `corpus`; any text can be written (bytes), frequent words become one token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    added = len(SPECIAL_TOKENS) + len(TAGS)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - added,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIAL_TOKENS])
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in TAGS])
    return _in_chat_format(tokenizer)


def grow_tokenizer(tokenizer: PreTrainedTokenizerBase, corpus: Iterable[str], vocab_size: int) -> dict[int, list[int]]:
    """Gives a BPE tokenizer more words, in place: those frequent in `corpus` that it spells in several tokens.

    All ids stay, and so does every word that is one token. Returns the new ids, each with the old tokens that it stands
    for. Raises TypeError for a tokenizer of another kind.
    """
    if not isinstance(tokenizer, PreTrainedTokenizerFast) or tokenizer.backend_tokenizer.model.__class__ != models.BPE:
        raise TypeError(f"only a fast BPE tokenizer grows, not {type(tokenizer).__name__}")
    backend = tokenizer.backend_tokenizer
    state = json.loads(backend.to_str())
    vocab, merges = state["model"]["vocab"], state["model"]["merges"]
    vocab |= {token["content"]: token["id"] for token in state["added_tokens"]}  # else new ids would push theirs up
    counts = Counter(word for text in corpus for word, _ in backend.pre_tokenizer.pre_tokenize_str(text))
    spelt = {word: [token.value for token in backend.model.tokenize(word)] for word in counts}
    stands_for: dict[str, list[int]] = {}
    while len(vocab) < vocab_size:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in spelt.items():
            for pair in pairwise(parts):
                pairs[pair] += counts[word]
        pairs = Counter({pair: n for pair, n in pairs.items() if "".join(pair) not in vocab})
        if not pairs:
            break
        first, second = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append([first, second])
        stands_for[first + second] = [i for one in (first, second) for i in stands_for.get(one, [vocab[one]])]
        vocab[first + second] = len(vocab)
        spelt = {word: _merged(parts, first, second) for word, parts in spelt.items()}
    tokenizer._tokenizer = Tokenizer.from_str(json.dumps(state))
    return {vocab[word]: parts for word, parts in stands_for.items()}


def _merged(parts: list[str], first: str, second: str) -> list[str]:
    out: list[str] = []
    for part in parts:
        if out and (out[-1], part) == (first, second):
            out[-1] += part
        else:
            out.append(part)
    return out


def _in_chat_format(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast
