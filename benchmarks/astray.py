"""Where thoughts go astray: the first step in which each wrong thought leaves the reference's.

    python benchmarks/astray.py test-relations runs/x.test-relations.rows.jsonl [--show 3]

Reads the rows that `lens eval toybox` has written and prints a table by family (Markdown); --show adds examples of each
kind. A step is what stands between two full stops. It is wrong by its *question* where it asks or looks for something
else than the reference (or nothing follows), by its *list* where it asks the same and lists other toys, by a *place*
where it finds the toy to start from elsewhere, and by its *end* where all steps are right and the toy named last is
not. Numbers of a list may differ: they are seldom what misleads.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from lens_seg.data.toybox import Toybox

FAULTS = ("question", "list", "place", "end")
_THOUGHT = re.compile(r"<think>(.*?)</think>", re.DOTALL)
_LIST = re.compile(r":(?:,? [a-z]+ \d+)+$|: no$")
"""What a step lists, or that there is nothing to list."""
_END = ("it is the ", "there is no ")


def steps_of(thought: str) -> list[str]:
    """The steps of a thought, without their full stops.

    >>> steps_of("star from the left: red 12. it is the big red star at the left.")
    ['star from the left: red 12', 'it is the big red star at the left']
    """
    return [step.strip(" .") for step in thought.split(". ") if step.strip(" .")]


def fault(reference: str, thought: str) -> str:
    """What is first wrong in a thought that ends wrongly: one of `FAULTS`."""
    expected, got = steps_of(reference), steps_of(thought)
    for n, step in enumerate(expected):
        said = got[n] if n < len(got) else ""
        if step.startswith(_END) or said.startswith(_END):
            return "end" if step.startswith(_END) and said.startswith(_END) else "question"
        if _question(step) != _question(said):
            return "question"
        if _listed(step) != _listed(said):
            return "list"
        if not _listed(step) and _far(step, said):
            return "place"
    return "end"


def _question(step: str) -> str:
    """What a step asks, without places.

    >>> _question("right of C: B big toy: moon 52, cup 9"), _question("B cup is at 1,2")
    ('right of C: B big toy', 'B cup is at #,#')
    """
    return re.sub(r"\d+", "#", _LIST.sub("", step))


def _listed(step: str) -> list[str]:
    found = _LIST.search(step)
    return re.findall(r"[a-z]+", found[0]) if found else []


def _far(step: str, said: str) -> bool:
    """Whether a place is another one, more than two sixtieths of the picture away."""
    pairs = zip(re.findall(r"\d+", step), re.findall(r"\d+", said), strict=False)
    return any(abs(int(a[:3]) - int(b[:3])) > 2 for a, b in pairs)


def read(split: str, rows: Path) -> Iterator[tuple[str, str, str, str, bool]]:
    """Family, prompt, the reference's thought, the model's, and whether that ends rightly, row by row."""
    world = Toybox(split)
    with rows.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = json.loads(line)
            sample = world[row["index"]]
            if sample.prompt != row["prompt"]:
                raise SystemExit(f"{rows}, row {number}: not of toybox {split}, which asks {sample.prompt!r} there")
            found = _THOUGHT.search(row["completion"])
            yield (
                sample.tags["family"],
                sample.prompt,
                sample.thought or "",
                found[1] if found else row["completion"],
                row["thought_right"],
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("split")
    parser.add_argument("rows", type=Path)
    parser.add_argument("--show", type=int, default=0, help="examples of each family and fault")
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    examples: dict[tuple[str, str], list[str]] = defaultdict(list)
    for family, prompt, reference, thought, right in read(options.split, options.rows):
        kind = "right" if right else fault(reference, thought)
        counts[family][kind] += 1
        if not right:
            examples[family, kind].append(f"{prompt}\n    reference: {reference}\n    thought:   {thought}")
    print("| family | thoughts | right | " + " | ".join(f"wrong by its {one}" for one in FAULTS) + " |")
    print("|---" + "|---:" * (2 + len(FAULTS)) + "|")
    for family, count in sorted(counts.items()):
        cells = [f"{100 * count[one] / count.total():.1f}" for one in ("right", *FAULTS)]
        print(f"| {family} | {count.total()} | " + " | ".join(cells) + " |")
    for (family, kind), some in sorted(examples.items()) if options.show else ():
        print(f"\n{family}, {kind}:", *some[: options.show], sep="\n  ")


if __name__ == "__main__":
    main()
