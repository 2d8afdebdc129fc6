"""How fast a large REFER set opens, how much memory it takes, and how many samples a second one process reads.

    python benchmarks/data.py [--expressions 300000]

Generates the set in a temporary folder (3 sentences a reference, twice as many annotations as references, as in
RefCOCO) and measures in a fresh process. Prints a line of JSON with the versions and the machine.
"""

from __future__ import annotations

import argparse
import json
import pickle
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

SIZE = (640, 480)
"""(W, H) of the photos."""
SENTENCES, CORNERS, REFERENCES_PER_PHOTO = 3, 30, 3
PHOTOS = 200
"""Photos that are really drawn; others are links to them."""


def generate(root: Path, expressions: int) -> None:
    """Writes a train split of that many sentences in REFER's layout."""
    rng = np.random.default_rng(0)
    photos = root / "refer_seg/images/mscoco/images/train2014"
    photos.mkdir(parents=True)
    (root / "refer_seg/refcoco").mkdir()
    references = expressions // SENTENCES
    images = -(-references // REFERENCES_PER_PHOTO)
    for number in range(images):
        path = photos / f"COCO_train2014_{number:012d}.jpg"
        if number < PHOTOS:
            coarse = rng.integers(0, 255, (SIZE[1] // 16, SIZE[0] // 16, 3), dtype=np.uint8)
            Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC).save(path, quality=90)
        else:
            path.hardlink_to(photos / f"COCO_train2014_{number % PHOTOS:012d}.jpg")
    with (root / "refer_seg/refcoco/instances.json").open("w") as file:
        described = [
            {"id": n, "file_name": f"COCO_train2014_{n:012d}.jpg", "width": SIZE[0], "height": SIZE[1], "license": 1}
            for n in range(images)
        ]
        file.write('{"images": ' + json.dumps(described) + ', "annotations": [')
        turns = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        for number in range(2 * references):
            centre, radius = rng.uniform((120, 120), (520, 360)), rng.uniform(20, 110)
            corners = np.round(centre + radius * np.stack([np.cos(turns), np.sin(turns)], 1), 2)
            x, y = corners.min(0)
            width, height = corners.max(0) - corners.min(0)
            annotation = {
                "id": number,
                "image_id": number // 2 // REFERENCES_PER_PHOTO,
                "category_id": 1,
                "bbox": [float(x), float(y), round(float(width), 2), round(float(height), 2)],
                "area": float(width * height),
                "iscrowd": 0,
                "segmentation": [corners.ravel().tolist()],
            }
            file.write((", " if number else "") + json.dumps(annotation))
        file.write('], "categories": [{"id": 1, "name": "thing"}]}')
    refs = []
    for number in range(references):
        rows = []
        for sent_id in range(number * SENTENCES, (number + 1) * SENTENCES):
            text = f"the thing number {sent_id} on the left"
            rows.append({"sent_id": sent_id, "sent": text, "raw": text, "tokens": text.split()})
        refs.append(
            {
                "ref_id": number,
                "ann_id": 2 * number,
                "image_id": number // REFERENCES_PER_PHOTO,
                "category_id": 1,
                "split": "train",
                "file_name": f"COCO_train2014_{number // REFERENCES_PER_PHOTO:012d}_{number}.jpg",
                "sent_ids": [row["sent_id"] for row in rows],
                "sentences": rows,
            }
        )
    (root / "refer_seg/refcoco/refs(unc).p").write_bytes(pickle.dumps(refs, 2))


def peak_mib() -> float:
    """The most memory that this process had, in MiB. (ru_maxrss would begin with the parent's.)"""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 1024
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (2**20 if sys.platform == "darwin" else 1024)


def measure(root: str, samples: int) -> dict[str, float]:
    """Opens the set and reads samples, first of one photo after the other, then at random."""
    from lens_seg.data.registry import IndexedGroups, open_dataset

    before = peak_mib()
    start, cpu = time.perf_counter(), time.process_time()
    data = open_dataset("refcoco", "train", root)
    opened, opened_cpu = time.perf_counter() - start, time.process_time() - cpu
    groups = IndexedGroups(data)
    rng = np.random.default_rng(0)
    numbers = {
        "expressions": len(data),
        "open_seconds": opened,
        "open_cpu_seconds": opened_cpu,
        "peak_mib": peak_mib(),
        "peak_before_mib": before,
    }
    for name, read in (
        ("random_samples", lambda: [data[int(i)] for i in rng.integers(0, len(data), samples)]),
        ("grouped_samples", lambda: [groups(int(i), 4, 0) for i in rng.integers(0, len(groups), samples // 4)]),
    ):
        start, cpu = time.perf_counter(), time.process_time()
        read()
        numbers[f"{name}_per_second"] = samples / (time.perf_counter() - start)
        numbers[f"{name}_per_cpu_second"] = samples / (time.process_time() - cpu)
    return numbers


def main() -> None:
    """Generates, then measures in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--expressions", type=int, default=300_000)
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--measure", metavar="ROOT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps({key: round(value, 2) for key, value in measure(options.measure, options.samples).items()}))
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), options.expressions)
        sizes = {p.name: round(p.stat().st_size / 2**20, 1) for p in Path(folder).glob("refer_seg/refcoco/*")}
        command = [sys.executable, __file__, "--measure", folder, "--samples", str(options.samples)]
        measured = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    versions = {"python": platform.python_version(), "numpy": np.__version__, "pillow": PIL.__version__}
    print(json.dumps({**json.loads(measured), "files_mib": sizes, "machine": platform.processor(), **versions}))


if __name__ == "__main__":
    main()
