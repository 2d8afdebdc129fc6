"""Where each dataset is to be had, under what licence, the folder it is expected in, and what can be fetched for you.

A file is listed as one to fetch where a public address of it is known to be fixed. Its size and hash stand here where
public projects that fetched it state them; of a hash at least two agree (of gRefCOCO's instances.json there is one).
Where none does it says None, never a guess. None of the hosts was asked: this was written without a network.
"""

from __future__ import annotations

from dataclasses import dataclass

_COCO_LICENCE = "COCO annotations: CC BY 4.0; photos: the terms of Flickr, each its own licence"
ARCHIVES = "downloads"
"""The folder below the root where archives lie until they are unpacked."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file with a fixed address."""

    url: str
    path: str
    """Where it goes, below the root."""
    bytes: int | None
    """None: not published."""
    hash: str | None
    """"md5:..." or "sha256:..."; None: not published, or found nowhere that could be believed."""
    unpack: str | None = None
    """Of a ZIP the folder, below the root, that its members go to."""
    holds: tuple[str, ...] = ()
    """Of a ZIP what is there afterwards, below the root."""
    photos: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def checked(self) -> str:
        """What can be compared once it is here."""
        if self.hash is not None:
            kind = self.hash.partition(":")[0]
            return f"size and {kind} compared" if self.bytes is not None else f"{kind} compared"
        sums = "; a ZIP's members carry sums of their own" if self.unpack is not None else ""
        return f"{'size compared' if self.bytes is not None else 'nothing to compare'}: no hash is published{sums}"


@dataclass(frozen=True, kw_only=True)
class Source:
    """What `lens data get` prints about a dataset, and fetches."""

    title: str
    files: tuple[File, ...]
    """What can be fetched, smallest first."""
    steps: tuple[str, ...]
    """What is left to do by hand, in order."""
    licence: str
    """As far as its source says; the source decides."""
    folder: str
    """What the root folder holds in the end."""
    cite: str
    evaluation: tuple[str, ...]
    """Splits that numbers are published for."""


_TRAIN_2014 = File(
    url="http://images.cocodataset.org/zips/train2014.zip",  # its certificate is another host's: no https
    path=f"{ARCHIVES}/train2014.zip",
    bytes=13_510_573_713,
    hash="md5:0da8c0bd3d6becc4dcb32757491aca88",
    unpack="refer_seg/images/mscoco/images",
    holds=("refer_seg/images/mscoco/images/train2014",),
    photos=True,
)
_UNLABELED_2017 = File(
    url="http://images.cocodataset.org/zips/unlabeled2017.zip",
    path=f"{ARCHIVES}/unlabeled2017.zip",
    bytes=20_126_613_414,
    hash=None,
    unpack="coco",
    holds=("coco/unlabeled2017",),
    photos=True,
)
_GREFCOCO = "https://huggingface.co/datasets/FudanCVL/gRefCOCO/resolve/81eede59b3ac070049f597d023c0ff08d1fb80e9"
_GROUNDING = "https://raw.githubusercontent.com/hustvl/GroundingSuite/6bb6cde14087e79c740722e82821a0c832fb47b7"


def _refer_zip(file: str, stamp: str, size: int, sha256: str, refs: str) -> File:
    """The Internet Archive's copy, as it was ("id_"): the server of the REFER toolkit is down since 2022."""
    name = file.removesuffix(".zip")
    return File(
        url=f"https://web.archive.org/web/{stamp}id_/https://bvisionweb1.cs.unc.edu/licheng/referit/data/{file}",
        path=f"{ARCHIVES}/{file}",
        bytes=size,
        hash=f"sha256:{sha256}",
        unpack="refer_seg",
        holds=(f"refer_seg/{name}/instances.json", f"refer_seg/{name}/{refs}"),
    )


def _refer(title: str, archive: File, cite: str, evaluation: tuple[str, ...]) -> Source:
    instances, refs = (path.removeprefix("refer_seg/") for path in archive.holds)
    return Source(
        title=title,
        files=(archive, _TRAIN_2014),
        steps=(),
        licence=f"expressions: see the REFER toolkit, https://github.com/lichengunc/refer; {_COCO_LICENCE}",
        folder=f"""\
refer_seg/
  {instances}
  {refs}
  images/mscoco/images/train2014/COCO_train2014_*.jpg""",
        cite=cite,
        evaluation=evaluation,
    )


def _refcocog(refs: str) -> File:
    sha256 = "3d1f7e5b2ff2205940bf59de55f861f5f2cc1403fb980669933a7f9af1aa8211"
    return _refer_zip("refcocog.zip", "20220413012904", 56_712_951, sha256, refs)


_UNC = ("val", "testA", "testB")

SOURCES: dict[str, Source] = {
    "refcoco": _refer(
        "RefCOCO, unc split",
        _refer_zip(
            "refcoco.zip",
            "20220413011718",
            53_993_993,
            "7f924bb7ed8dc4568058e4ff626281918d56e5206f4c868c5a80f088f38c8bf0",
            "refs(unc).p",
        ),
        "Yu et al., ECCV 2016",
        _UNC,
    ),
    "refcoco+": _refer(
        "RefCOCO+, unc split",
        _refer_zip(
            "refcoco+.zip",
            "20220413011656",
            45_613_210,
            "5f1238112d63199e68da54a28f201471909b21ded7ed79a57d51b4c1443c6b45",
            "refs(unc).p",
        ),
        "Yu et al., ECCV 2016",
        _UNC,
    ),
    "refcocog": _refer(
        "RefCOCOg, umd split", _refcocog("refs(umd).p"), "Mao et al., CVPR 2016; Nagaraja 2016", ("val", "test")
    ),
    "refcocog-google": _refer(
        "RefCOCOg, google split (its images are shared between train and val)",
        _refcocog("refs(google).p"),
        "Mao et al., CVPR 2016",
        ("val",),
    ),
    "grefcoco": Source(
        title="gRefCOCO: several targets, or none",
        files=(
            File(
                url=f"{_GREFCOCO}/grefs%28unc%29.json",
                path="refer_seg/grefcoco/grefs(unc).json",
                bytes=None,
                hash="sha256:cc37c5ff95373c78a6a3f98b4c7bc67fde387ea8514752a1392db64223eb3366",
            ),
            File(
                url=f"{_GREFCOCO}/instances.json",
                path="refer_seg/grefcoco/instances.json",
                bytes=None,
                hash="sha256:7f86adb7f4c39db19c7f02a3cc604d17f8016e4c4e8312652d0acc4eae3a2cbd",
            ),
            _TRAIN_2014,
        ),
        steps=(),
        licence=f"expressions: see https://github.com/henghuiding/gRefCOCO; {_COCO_LICENCE}",
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
        files=(),
        steps=(
            "everything: https://github.com/dvlab-research/LISA (section Dataset, a Google Drive folder)",
            "unpack train.zip, val.zip and test.zip side by side",
            "or a copy that others made: hf download fcxfcx/ReasonSeg --repo-type dataset "
            "--local-dir DIR/reason_seg/ReasonSeg",
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
        files=(
            File(
                url=f"{_GROUNDING}/GroundingSuite-Eval.jsonl",
                path="GroundingSuite-Eval.jsonl",
                bytes=None,
                hash=None,
            ),
            _UNLABELED_2017,
        ),
        steps=("train: as https://github.com/hustvl/GroundingSuite says; name the file GroundingSuite-train.jsonl",),
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
