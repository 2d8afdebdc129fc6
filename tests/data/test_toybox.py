"""Toybox: pure, exact, every sentence true of exactly one toy. The referee shares no code with the author."""

import math
import re
from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest

from lens_seg.data.toybox import (
    COLOURS,
    FAMILIES,
    KINDS,
    SIZES,
    Toybox,
    corpus,
    expressions,
    make_scene,
    region,
)
from lens_seg.data.toybox.absent import FURTHER
from lens_seg.data.toybox.dataset import LENGTHS, split_seed
from lens_seg.data.toybox.functions import USES
from lens_seg.data.toybox.words import LABELS, tell

SEED = 3
CLEAR = 8.0
ONE = re.compile(r"it is the (\w+) (\w+) (\w+) at the (.+)\.$")
RANKS = {word: n for n, word in enumerate(("first", "second", "third", "fourth", "fifth"))}
RANKS |= {word: n for n, word in enumerate(("one", "two", "three", "four", "five"))}
SIDE_OF = {
    "leftmost": "left", "furthest to the left": "left", "left of": "left", "to the left of": "left",
    "rightmost": "right", "furthest to the right": "right", "right of": "right", "to the right of": "right",
    "topmost": "top", "highest": "top", "nearest the top": "top", "above": "top", "higher than": "top",
    "lowest": "bottom", "nearest the bottom": "bottom", "below": "bottom", "lower than": "bottom",
}  # fmt: skip


@pytest.fixture(scope="module")
def said():
    """(scene, expression) pairs of many scenes."""
    scenes = [make_scene(SEED, index) for index in range(250)]
    return [(s, e) for s in scenes for e in expressions(s, np.random.default_rng([SEED, s.index, 9]), 10)]


def fitting(scene, words):
    """Toys that a noun such as "big red fish", "red toys" or "a cup" describes."""
    words = words.split()
    last = {"leaves": "leaf"}.get(words[-1], words[-1])
    last = last if last in (*KINDS, "toy") else last.removesuffix("s")
    assert last in (*KINDS, "toy") and all(w in SIZES + COLOURS for w in words[:-1]), words
    return [
        n for n, toy in enumerate(scene.toys)
        if last in ("toy", toy.kind) and all(w in (toy.size, toy.colour) for w in words[:-1])
    ]  # fmt: skip


def towards(scene, n, side):
    x, y = scene.toys[n].centre
    return {"left": -x, "right": x, "top": -y, "bottom": y}[side]


def winners(scores, margin=CLEAR):
    """The candidate with the highest score; fails where the lead is too small."""
    if not scores:
        return []
    order = sorted(scores, key=scores.get, reverse=True)
    assert len(order) < 2 or scores[order[0]] - scores[order[1]] >= margin
    return order[:1]


def matches(scene, text):
    """All toys that a sentence describes, by brute force; relations also check the margin."""
    text = re.sub(r"^(find|show me|point at|look for) ", "", text)
    for use in USES:
        if text == use.phrase:
            return [n for n, toy in enumerate(scene.toys) if toy.kind in use.kinds]
    for pattern, referee in REFEREES:
        if found := re.fullmatch(pattern, text):
            return referee(scene, *found.groups())
    raise AssertionError(f"nobody can judge {text!r}")


def extreme(scene, noun, side):
    return winners({n: towards(scene, n, SIDE_OF[side]) for n in fitting(scene, noun)})


def extent(scene, bulk, noun):
    sign = 1 if bulk in ("biggest", "largest") else -1
    sides = {n: scene.toys[n].box for n in fitting(scene, noun)}
    return winners({n: sign * max(x2 - x1, y2 - y1) for n, (x1, y1, x2, y2) in sides.items()})


def ranked(scene, rank, noun, side):
    order = sorted(fitting(scene, noun), key=lambda n: towards(scene, n, side), reverse=True)
    place = RANKS[rank]
    if place >= len(order):
        return []
    for a, b in pairwise(order[: place + 2]):
        assert towards(scene, a, side) - towards(scene, b, side) >= CLEAR
    return [order[place]]


def single(scene, noun):
    (anchor,) = fitting(scene, noun)
    return anchor


def beside(scene, noun, side, anchor):
    anchor = single(scene, anchor)
    ahead = {n: towards(scene, n, SIDE_OF[side]) - towards(scene, anchor, SIDE_OF[side])
             for n in fitting(scene, noun) if n != anchor}  # fmt: skip
    assert not any(0 < gap < CLEAR for gap in ahead.values())
    return [n for n, gap in ahead.items() if gap > 0]


def closest(scene, noun, anchor):
    anchor = single(scene, anchor)
    here = np.array(scene.toys[anchor].centre)
    found = [n for n in fitting(scene, noun) if n != anchor]
    return winners({n: -float(np.linalg.norm(here - scene.toys[n].centre)) for n in found})


def straight(scene, noun, side, anchor):
    anchor = single(scene, anchor)
    here, scores = np.array(scene.toys[anchor].centre), {}
    for n in fitting(scene, noun):
        dx, dy = (scene.toys[n].centre - here) * (1, 1 if side == "below" else -1)
        if n != anchor and dy > 0 and abs(dx) <= dy:
            scores[n] = -float(np.hypot(dx, dy))
    return winners(scores)


def alike(what):
    def referee(scene, noun, anchor):
        anchor = single(scene, anchor)
        value = getattr(scene.toys[anchor], what)
        return [n for n in fitting(scene, noun) if n != anchor and getattr(scene.toys[n], what) == value]

    return referee


def without(scene, noun, no):
    kept = fitting(scene, noun)
    return [n for n in kept if no.split()[-1] not in scene.toys[n].words.split()]


def farthest(scene, noun, anchor):
    anchor = single(scene, anchor)
    here = np.array(scene.toys[anchor].centre)
    found = [n for n in fitting(scene, noun) if n != anchor]
    return winners({n: float(np.linalg.norm(here - scene.toys[n].centre)) for n in found})


def amid(scene, noun, one, other):
    """Near the line between two toys, and between its ends: by the angle at which one sees them, over 115 degrees."""
    ends = single(scene, one), single(scene, other)
    a, b = (np.array(scene.toys[n].centre) for n in ends)
    found = []
    for n in fitting(scene, noun):
        to_a, to_b = a - scene.toys[n].centre, b - scene.toys[n].centre
        if n not in ends and to_a @ to_b < math.cos(math.radians(115)) * np.linalg.norm(to_a) * np.linalg.norm(to_b):
            found.append(n)
    return found


def inside(scene, noun, row, column):
    """In these thirds of the picture; "" is any."""
    spans = {"left": (0, 1), "right": (2, 3), "top": (0, 1), "bottom": (2, 3), "middle": (1, 2), "": (0, 3)}
    found = []
    for n in fitting(scene, noun):
        held = [
            lo < at / 64 < hi for at, (lo, hi) in zip(scene.toys[n].centre, (spans[column], spans[row]), strict=True)
        ]
        found += [n] if all(held) else []
    return found


def cornered(scene, noun, row, column):
    corner = 192 * (column == "right"), 192 * (row == "bottom")
    return winners({n: -math.dist(scene.toys[n].centre, corner) for n in fitting(scene, noun)})


REFEREES = (
    (r"the (.+) (?:farthest|furthest) from the (.+)", farthest),
    (r"the (.+) between the (.+) and the (.+)", amid),
    (r"the (.+) nearest the (top|bottom) (left|right) corner", cornered),
    (r"the (.+) (?:at|in) the (top|bottom) (left|right)(?: corner)?", inside),
    (r"the (.+) in the middle", lambda s, noun: inside(s, noun, "middle", "middle")),
    (r"the (.+) at the (left|right)", lambda s, noun, side: inside(s, noun, "", side)),
    (r"the (.+) at the (top|bottom)", lambda s, noun, side: inside(s, noun, side, "")),
    (r"the (.+) that is not (.+)", lambda s, noun, no: without(s, noun.removeprefix("one "), no)),
    (r"the (.+) which isn't (.+)", without),
    (
        r"the (?:other )?(.+) (?:with the same|that has the|of the same) colour (?:as|of) the (.+)",
        alike("colour"),
    ),
    (r"the (.+) (?:of the same|that has the) size (?:as|of) the (.+)", alike("size")),
    (r"(?:the|another) (.+) (?:of the same kind as|like) the (.+)", alike("kind")),
    (r"the (.+) (?:closest|nearest) to the (.+)", closest),
    (r"the (.+) (?:right|directly) (above|below) the (.+)", straight),
    (r"the (\w+) (.+) from the (left|right|top|bottom)", ranked),
    (r"number (\w+) of the (.+) from the (left|right|top|bottom)", ranked),
    (r"the (leftmost|rightmost|topmost|highest|lowest) (.+)", lambda s, side, noun: extreme(s, noun, side)),
    (r"the (.+) (furthest to the left|furthest to the right|nearest the top|nearest the bottom)", extreme),
    (r"the (biggest|largest|smallest|tiniest) (.+)", extent),
    (r"the (.+?) ((?:to the )?(?:left|right) of|above|below|higher than|lower than) the (.+)", beside),
    (r"the (?:only )?(.+)", fitting),
)


def test_pure():
    one, two = Toybox("train", 20)[7], Toybox("train", 30)[7]
    assert (one.prompt, one.thought, one.boxes, one.scene) == (two.prompt, two.thought, two.boxes, two.scene)
    assert np.array_equal(np.asarray(one.image), np.asarray(two.image)) and np.array_equal(one.mask, two.mask)
    assert make_scene(1, 2) == make_scene(1, 2) != make_scene(1, 3)


def test_splits_are_disjoint():
    assert len({split_seed(split) for split in LENGTHS}) == len(LENGTHS) == 13
    assert [len(Toybox(split)) for split in ("train", "val", "test")] == [100_000, 500, 1000]
    first = [Toybox(split)[0].scene.toys for split in LENGTHS]
    assert all(a != b for (i, a), (j, b) in product(enumerate(first), repeat=2) if i < j)
    with pytest.raises(ValueError, match="train, train-shift, train-sailor, val, val-relations, val-wordings"):
        Toybox("dev")
    with pytest.raises(IndexError):
        Toybox("val", 3)[3]


@pytest.mark.parametrize("size", [192, 256])
def test_masks_agree_with_boxes(size):
    hidden = 0
    for index in range(60):
        scene = make_scene(SEED, index, size=size)
        image, masks = scene.render()
        assert image.shape == (size, size, 3) and image.dtype == np.uint8 and image.std() > 5
        assert masks.shape == (len(scene.toys), size, size) and masks.dtype == bool
        assert masks.sum(0).max() <= 1, "masks overlap"
        assert 3 <= len(scene.toys) <= 7 and len({toy.words for toy in scene.toys}) == len(scene.toys)
        for toy, mask in zip(scene.toys, masks, strict=True):
            rows, columns = np.nonzero(mask)
            assert toy.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert toy.centre == ((toy.box[0] + toy.box[2]) / 2, (toy.box[1] + toy.box[3]) / 2)
            assert 2 / 3 <= toy.visible <= 1
            assert min(toy.box) > 0 and max(toy.box) < size
            hidden += toy.visible < 1
    assert hidden > 5, "some toys should hide others"


def test_colours_are_what_they_say():
    """White toys look grey to white, the others have a hue."""
    for index in range(40):
        scene = make_scene(SEED, index)
        image, masks = scene.render()
        for toy, mask in zip(scene.toys, masks, strict=True):
            assert toy.colour in COLOURS and toy.kind in KINDS and toy.size in SIZES
            pixels = np.median(image[mask].astype(float), 0)
            assert np.ptp(pixels) < 40 if toy.colour == "white" else np.ptp(pixels) > 50


def test_every_sentence_is_true_of_one_toy(said):
    for scene, expression in said:
        expected = [] if expression.target is None else [expression.target]
        assert matches(scene, expression.text) == expected, (expression, scene.toys)


def test_every_sentence_about_places_is_true_of_one_toy():
    world = Toybox("val-places")
    for index in range(80):
        scene = world.scene(index)[0]
        for expression in expressions(scene, np.random.default_rng([SEED, index]), 5):
            assert matches(scene, expression.text) == [expression.target], (expression, scene.toys)


def test_thoughts(said):
    for scene, expression in said:
        assert len(expression.thought.split()) <= 45
        assert set(re.findall(r"[A-Z]\w*", expression.thought)) <= set(LABELS)
        ending = ONE.search(expression.thought)
        if expression.target is None:
            assert ending is None and re.search(r"there is no .+ here\.$", expression.thought)
        else:
            toy = scene.toys[expression.target]
            assert ending and ending.groups() == (toy.size, toy.colour, toy.kind, region(scene, toy))


def test_region():
    scene = make_scene(SEED, 0)
    third = scene.width / 3
    for toy in scene.toys:
        word = region(scene, toy)
        assert ("left" in word) == (toy.centre[0] < third) and ("right" in word) == (toy.centre[0] >= 2 * third)
        assert ("top" in word) == (toy.centre[1] < third) and ("bottom" in word) == (toy.centre[1] >= 2 * third)


def test_everything_occurs(said):
    toys = [toy for scene, _ in said for toy in scene.toys]
    assert {t.kind for t in toys} == set(KINDS) and {t.colour for t in toys} == set(COLOURS)
    assert {t.size for t in toys} == set(SIZES) and {region(s, t) for s, _ in said for t in s.toys} >= {"middle"}
    share = {family: n / len(said) for family, n in Counter(e.family for _, e in said).items()}
    assert set(share) == set(FAMILIES) and min(share.values()) > 0.04 and 0.05 < share["absent"] < 0.12
    assert {kind for use in USES for kind in use.kinds} == set(KINDS)
    assert len({use.phrase for use in USES}) == len(USES)


def test_samples():
    samples = Toybox("val", 80)[:]
    assert any(s.mask.sum() == 0 for s in samples)
    for sample in samples:
        assert sample.image.size == (192, 192) and sample.mask.shape == (192, 192)
        assert bool(sample.boxes) == bool(sample.mask.any()) == (sample.tags["family"] != "absent")
        assert sample.prompt == sample.prompt.lower() and not sample.prompt.endswith(".")


def test_corpus_knows_every_word():
    known = set(re.findall(r"[a-z']+", " ".join(corpus(80))))
    for sample in Toybox("test", 200):
        assert set(re.findall(r"[a-z']+", f"{sample.prompt} {sample.thought}")) <= known


def test_a_description_beside_a_toy_does_not_tell_whether_it_is_there() -> None:
    """Or thoughts refuse what is there: two thirds of these had been "above B: A red cup: no"."""
    world, there = Toybox("train"), []
    beside = re.compile(r"(?:left of|right of|above|below|next to) B: A [a-z]+ [a-z]+(?<!toy): (no|[a-z]+ \d+)")
    for index in range(400):
        for said in expressions(world.scene(index)[0], np.random.default_rng(index), 6):
            there += [found != "no" for found in beside.findall(said.thought)]
    assert len(there) > 40 and 0.45 < np.mean(there) < 0.75


@pytest.mark.parametrize("refuse", dict.fromkeys(FURTHER), ids=lambda refuse: refuse.__name__)
def test_what_a_further_refusal_misses_is_not_there(refuse) -> None:
    """The thought's last sentence, taken apart here, names what the scene lacks; but for the toy that others should be
    like."""
    world = Toybox("train")
    rng, said = np.random.default_rng(0), []
    for index in range(60):
        scene = world.scene(index)[0]
        text, steps = next(filter(None, (refuse(scene, rng) for _ in range(60))), ("", ""))
        thought = steps if isinstance(steps, str) else tell(*steps)[0]
        if not text:
            continue
        beside = r"(?:(?:left|right|next|above|below|directly|far)\b.* )?"
        found = re.search(rf"there is no ((?:other )?)((?:\w+ )*?)(\w+) {beside}here\.$", thought)
        assert found is not None, thought
        words = [*found[2].split(), *([] if found[3] == "toy" else [found[3]])]
        fitting = [toy for toy in scene.toys if all(word in (toy.size, toy.colour, toy.kind) for word in words)]
        assert words and len(fitting) <= bool(found[1]), (text, thought)
        said.append(text)
    assert len(said) > 50 and len(set(said)) > 40


def test_training_alone_asks_likeness_of_any_noun() -> None:
    def asked(split: str) -> set[str]:
        world = Toybox(split)
        texts = [said.text for i in range(150) for said in expressions(world.scene(i)[0], world.words_rng(i), 12)]
        like = re.compile(r"the (small|big) (\w+ )*\w+ (of the same|that has the|with the same)")
        return {text for text in texts if like.search(text)}

    assert len(asked("train")) > 5 and not asked("val")
