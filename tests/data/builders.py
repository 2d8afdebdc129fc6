"""The same four sentences about two photos, written in each format: what the tests of the loaders read."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
from PIL import Image

from lens_seg.masks import encode_rle

SIZES = {"a": (20, 12), "b": (16, 16)}
"""Photo -> (W, H)."""
CUP, PLATE, DOT = (2, 3, 6, 8), (10, 4, 14, 9), (5, 5, 6, 6)

SAID: list[tuple[str, str, list[tuple[int, int, int, int]]]] = [
    ("a", "left cup", [CUP]),
    ("a", "cup and plate", [CUP, PLATE]),
    ("b", "the dot", [DOT]),
    ("b", "a dog", []),
]
"""(photo, expression, boxes of the targets); a target fills its box."""
SINGLE = [said for said in SAID if len(said[2]) == 1]


def mask_of(photo: str, *boxes: tuple[int, int, int, int]) -> np.ndarray:
    width, height = SIZES[photo]
    mask = np.zeros((height, width), dtype=bool)
    for x1, y1, x2, y2 in boxes:
        mask[y1:y2, x1:x2] = True
    return mask


def corners(box: tuple[int, int, int, int]) -> list[list[int]]:
    x1, y1, x2, y2 = box
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]


def polygon(box: tuple[int, int, int, int]) -> list[int]:
    return [value for corner in corners(box) for value in corner]


def rle(photo: str, *boxes: tuple[int, int, int, int]) -> dict:
    return encode_rle(mask_of(photo, *boxes))


def xywh(box: tuple[int, int, int, int]) -> list[int]:
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]


def photo(folder: Path, name: str, ending: str = ".png", seed: int = 0) -> Path:
    """A photo of noise; its size is that of `name`."""
    folder.mkdir(parents=True, exist_ok=True)
    width, height = SIZES[name[-1]]
    pixels = np.random.default_rng([seed, ord(name[-1])]).integers(0, 255, (height, width, 3), dtype=np.uint8)
    path = folder / f"{name}{ending}"
    Image.fromarray(pixels).save(path)
    return path


def write(path: Path, values: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
    return path


def write_lines(path: Path, lines: list) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def jsonl_lines(folder: Path) -> list[dict]:
    """One mask as PNG, several as polygons, one as run lengths, and none."""
    Image.fromarray(mask_of("a", CUP).astype(np.uint8) * 255).save(photo(folder / "masks", "a").with_name("cup.png"))
    return [
        {"id": "0", "image": "photos/a.png", "expression": SAID[0][1], "mask": "masks/cup.png", "thought": "look left"},
        {
            "id": "1",
            "image": "photos/a.png",
            "expression": SAID[1][1],
            "masks": [[polygon(CUP)], [polygon(PLATE)]],
            "boxes": [CUP, PLATE],
        },
        {"id": "2", "image": "photos/b.png", "expression": SAID[2][1], "mask": rle("b", DOT), "size": [16, 16]},
        {"id": "3", "image": "photos/b.png", "expression": SAID[3][1], "mask": None, "tags": {"kind": "absent"}},
    ]


def jsonl(root: Path) -> Path:
    for name in SIZES:
        photo(root / "photos", name)
    write_lines(root / "val.jsonl", jsonl_lines(root))
    return root


def instances(prefix: str = "") -> dict:
    """COCO annotations 1 (cup), 2 (plate) and 3 (dot), the dot as run lengths."""
    boxes = {1: ("a", CUP), 2: ("a", PLATE), 3: ("b", DOT)}
    return {
        "info": {"description": "a test"},
        "images": [
            {"id": n, "file_name": f"{prefix}{name}.png", "width": SIZES[name][0], "height": SIZES[name][1]}
            for n, name in enumerate(SIZES, start=7)
        ],
        "annotations": [
            {
                "id": number,
                "image_id": 7 if name == "a" else 8,
                "category_id": number,
                "bbox": xywh(box),
                "segmentation": rle(name, box) if number == 3 else [polygon(box)],
                "iscrowd": 0,
            }
            for number, (name, box) in boxes.items()
        ],
        "categories": [{"id": 1, "name": "cup"}, {"id": 2, "name": "plate"}, {"id": 3, "name": "dot"}],
    }


IDS = [[1], [1, 2], [3], []]
"""Annotations of each sentence of SAID."""


def coco(root: Path) -> Path:
    for name in SIZES:
        photo(root / "images", name)
    expressions = [
        {"id": str(n), "image_id": 7 if name == "a" else 8, "caption": text, "annotation_ids": IDS[n]}
        for n, (name, text, _) in enumerate(SAID)
    ]
    write(root / "val.json", {**instances(), "expressions": expressions})
    return root


def refs(single_only: bool) -> list[dict]:
    said = [(n, *row) for n, row in enumerate(SAID) if not single_only or len(row[2]) == 1]
    return [
        {
            "ref_id": n,
            "ann_id": IDS[n][0] if single_only else IDS[n] or [-1],
            "image_id": 7 if name == "a" else 8,
            "split": "val",
            "sentences": [{"sent_id": n, "sent": text}],
            **({} if single_only else {"no_target": not IDS[n]}),
        }
        for n, name, text, _ in said
    ]


def refcoco(root: Path) -> Path:
    folder = root / "refer_seg"
    for name in SIZES:
        photo(folder / "images/mscoco/images/train2014", f"COCO_{name}")
    write(folder / "refcoco/instances.json", instances("COCO_"))
    (folder / "refcoco/refs(unc).p").write_bytes(pickle.dumps(refs(single_only=True), 2))
    return root


def grefcoco(root: Path) -> Path:
    folder = root / "refer_seg"
    for name in SIZES:
        photo(folder / "images/train2014", f"COCO_{name}")
    write(folder / "grefcoco/instances.json", instances("COCO_"))
    write(folder / "grefcoco/grefs(unc).json", refs(single_only=False))
    return root


def shape(label: str, box: tuple[int, int, int, int], **more: object) -> dict:
    return {"label": label, "shape_type": "polygon", "points": corners(box), **more}


def reasonseg(root: Path) -> Path:
    folder = root / "reason_seg/ReasonSeg/val"
    for name in SIZES:
        photo(folder, name, ".jpg")
    write(
        folder / "a.json",
        {"text": [SAID[0][1], "what holds tea?"], "is_sentence": True, "shapes": [shape("target", CUP)]},
    )
    write(folder / "b.json", {"text": [SAID[2][1]], "is_sentence": False, "shapes": [shape("target", DOT)]})
    return root


def groundingsuite_lines() -> list[dict]:
    return [
        {
            "idx": n,
            "image_path": f"unlabeled2017/{name}.png",
            "class_id": 4,
            "label": text,
            "caption": text,
            "box": list(boxes[0]),
            "segmentation": rle(name, *boxes),
        }
        for n, (name, text, boxes) in enumerate(SINGLE)
    ]


def groundingsuite(root: Path) -> Path:
    for name in SIZES:
        photo(root / "coco/unlabeled2017", name)
    write_lines(root / "GroundingSuite-Eval.jsonl", groundingsuite_lines())
    return root


def labelme(root: Path) -> Path:
    folder = root / "val"
    for name, (width, height) in SIZES.items():
        photo(folder, name)
        shapes = [shape("left cup", CUP), shape("ignore", PLATE)] if name == "a" else [shape("the dot", DOT)]
        values = {"imagePath": f"{name}.png", "imageWidth": width, "imageHeight": height, "shapes": shapes}
        write(folder / f"{name}.json", values)
    return root


BUILD = {
    "jsonl": jsonl,
    "coco": coco,
    "refcoco": refcoco,
    "grefcoco": grefcoco,
    "reasonseg": reasonseg,
    "groundingsuite": groundingsuite,
    "labelme": labelme,
}
SPLIT = {name: "eval" if name == "groundingsuite" else "val" for name in BUILD}
