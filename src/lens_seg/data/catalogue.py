"""Where each dataset is to be had, under what licence, and the folder it is expected in.

Nothing is fetched: none of these sources publishes a file with a fixed address, size and hash that we could hold to.
"""

from __future__ import annotations

from dataclasses import dataclass

_ARCHIVE = "https://web.archive.org/web"
_COCO_LICENCE = "COCO annotations: CC BY 4.0; photos: the terms of Flickr, each its own licence"


@dataclass(frozen=True, kw_only=True)
class Source:
    """What `lens data get` prints about a dataset."""

    title: str
    steps: tuple[str, ...]
    """What to do, in order."""
    licence: str
    """As far as its source says; the source decides."""
    folder: str
    """What the root folder holds in the end."""
    cite: str
    evaluation: tuple[str, ...]
    """Splits that numbers are published for."""


_PHOTOS_2014 = "photos: http://images.cocodataset.org/zips/train2014.zip (about 13 GB)"
_PHOTOS_UNLABELED = "photos: http://images.cocodataset.org/zips/unlabeled2017.zip (about 19 GB)"


def _refer(title: str, file: str, stamp: str, refs: str, cite: str, evaluation: tuple[str, ...]) -> Source:
    name = file.removesuffix(".zip")
    return Source(
        title=title,
        steps=(
            "annotations: the REFER toolkit, https://github.com/lichengunc/refer (section Download)",
            f"its server is often down; an archived copy: {_ARCHIVE}/{stamp}/"
            f"https://bvisionweb1.cs.unc.edu/licheng/referit/data/{file}",
            _PHOTOS_2014,
        ),
        licence=f"expressions: see the REFER toolkit; {_COCO_LICENCE}",
        folder=f"""\
refer_seg/
  {name}/instances.json
  {name}/{refs}
  images/mscoco/images/train2014/COCO_train2014_*.jpg""",
        cite=cite,
        evaluation=evaluation,
    )


_UNC = ("val", "testA", "testB")
_GOOGLE = _refer(
    "RefCOCOg, google split (its images are shared between train and val)",
    "refcocog.zip",
    "20220413012904",
    "refs(google).p",
    "Mao et al., CVPR 2016",
    ("val",),
)

SOURCES: dict[str, Source] = {
    "refcoco": _refer(
        "RefCOCO, unc split", "refcoco.zip", "20220413011718", "refs(unc).p", "Yu et al., ECCV 2016", _UNC
    ),
    "refcoco+": _refer(
        "RefCOCO+, unc split", "refcoco+.zip", "20220413011656", "refs(unc).p", "Yu et al., ECCV 2016", _UNC
    ),
    "refcocog": _refer(
        "RefCOCOg, umd split",
        "refcocog.zip",
        "20220413012904",
        "refs(umd).p",
        "Mao et al., CVPR 2016; Nagaraja 2016",
        ("val", "test"),
    ),
    "refcocog-google": _GOOGLE,
    "grefcoco": Source(
        title="gRefCOCO: several targets, or none",
        steps=("annotations: https://github.com/henghuiding/gRefCOCO (section Download)", _PHOTOS_2014),
        licence=f"expressions: see its page; {_COCO_LICENCE}",
        folder="""\
refer_seg/
  grefcoco/instances.json
  grefcoco/grefs(unc).json
  images/mscoco/images/train2014/COCO_train2014_*.jpg""",
        cite="Liu et al., CVPR 2023",
        evaluation=_UNC,
    ),
    "reasonseg": Source(
        title="ReasonSeg: implicit questions, 239 train, 200 val, 779 test photos",
        steps=(
            "everything: https://github.com/dvlab-research/LISA (section Dataset, a Google Drive folder)",
            "unpack train.zip, val.zip and test.zip side by side",
        ),
        licence="see its page; photos are of OpenImages and ScanNet, with their own terms",
        folder="""\
reason_seg/ReasonSeg/
  train/*.jpg, train/*.json
  val/*.jpg, val/*.json
  test/*.jpg, test/*.json""",
        cite="Lai et al., CVPR 2024",
        evaluation=("val", "test"),
    ),
    "groundingsuite": Source(
        title="GroundingSuite: stuff, parts, several and single objects",
        steps=(
            "Eval: https://github.com/hustvl/GroundingSuite, or hustvl/GSEval on the Hugging Face Hub",
            "train: as that page says; name the file GroundingSuite-train.jsonl",
            _PHOTOS_UNLABELED,
        ),
        licence=f"annotations: Apache-2.0; {_COCO_LICENCE}",
        folder="""\
GroundingSuite-Eval.jsonl
GroundingSuite-train.jsonl
coco/unlabeled2017/*.jpg""",
        cite="Hu et al., ICCV 2025",
        evaluation=("eval",),
    ),
}
SOURCES["reasonseg-opencv"] = SOURCES["reasonseg"]


def describe(name: str) -> str:
    """What `lens data get` prints."""
    source = SOURCES[name]
    steps = "\n".join(f"  {number}. {step}" for number, step in enumerate(source.steps, start=1))
    folder = "\n".join(f"  {line}" for line in source.folder.splitlines())
    return f"""\
{name}: {source.title}
  ({source.cite})

Where to get it (nothing is downloaded for you):
{steps}

Licence: {source.licence}

The folder to pass as --root then holds:
{folder}

Then: lens data check {name} --root DIR
"""
