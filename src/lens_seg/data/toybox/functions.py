"""What toys are for: phrases that name a toy by its use, the kinds they fit, and why."""

from __future__ import annotations

from typing import NamedTuple


class Use(NamedTuple):
    """The `phrase` fits exactly these `kinds`, because a toy of that kind `does`."""

    phrase: str
    kinds: frozenset[str]
    does: str


def _uses(kinds: str, does: str, *phrases: str) -> list[Use]:
    return [Use(phrase, frozenset(kinds.split()), does) for phrase in phrases]


USES: tuple[Use, ...] = (
    *_uses("fish duck", "can swim", "something that swims", "the one that can swim", "what swims in a pond"),
    *_uses("fish duck", "is an animal", "an animal", "the animal"),
    *_uses("fish", "has fins", "something with fins", "what breathes under water"),
    *_uses("duck", "quacks", "something that quacks", "what lays eggs"),
    *_uses("ball", "is for kicking", "something to kick", "what you throw and catch"),
    *_uses("block", "is for building", "something to build a tower with", "what you stack"),
    *_uses("star moon", "shines at night", "something in the night sky", "what shines at night"),
    *_uses("heart", "stands for love", "a sign of love", "what stands for love"),
    *_uses("cup", "holds a drink", "something to drink from", "what holds hot tea"),
    *_uses(
        "key",
        "opens a lock",
        "what opens a lock",
        "something that unlocks a door",
        "the one that opens a lock",
    ),
    *_uses("car", "drives on a road", "something that drives on a road", "the one with wheels"),
    *_uses("boat", "sails on water", "something that sails", "what has sails"),
    *_uses("car boat", "carries people", "something to travel in", "the vehicle"),
    *_uses("house", "is for living in", "something to live in", "where people live"),
    *_uses("tree", "has branches", "something with branches", "where birds build a nest"),
    *_uses("mushroom", "is a fungus", "the fungus", "what you pick in a forest and cook"),
    *_uses("flower", "smells sweet", "something that smells sweet", "what you put in a vase"),
    *_uses("leaf", "falls in autumn", "what falls in autumn", "something a caterpillar eats"),
    *_uses("arrow", "points the way", "something that points the way", "what shows a direction"),
    *_uses("hat crown", "goes on the head", "something to wear on the head", "what you put on your head"),
    *_uses("crown", "is for a king", "what a king wears", "something for a queen"),
    *_uses("umbrella", "keeps the rain off", "what keeps the rain off", "something for a rainy day"),
    *_uses("bell", "rings", "something that rings", "what you ring"),
    *_uses("drum", "is beaten with sticks", "something to beat with sticks", "what a drummer plays"),
    *_uses("bell drum", "makes music", "an instrument", "something to make music with"),
)
