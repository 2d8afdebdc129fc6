"""The contract of `lens`: exit codes, one line per failure, a stdout that holds results alone."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

import lens_seg
from lens_seg.cli import files, main
from lens_seg.cli.files import Outputs, slug
from lens_seg.files import cut
from lens_seg.masks import decode_rle, polygons_to_mask

TINY = Path(lens_seg.__file__).parent / "weights" / "lens-tiny"
needs_tiny = pytest.mark.skipif(not TINY.is_dir(), reason="the weights of lens-tiny are not in the package")


class FakeLens:
    """Answers like `Lens`: the left half of the image, at once. Long prompts fail, and so does "explode"."""

    calls: ClassVar[list[list[str]]] = []

    @classmethod
    def from_pretrained(cls, name: str, device: str | None = None) -> "FakeLens":
        print("loading: chatter that must not reach stdout")
        if name != "lens-tiny":
            raise FileNotFoundError(f"model {name!r} is unknown")
        cls.calls = []
        return cls()

    def segment(self, image: Any, prompts: list[str], cot: bool = True, votes: int = 1) -> list[Any]:
        from lens_seg.images import load_image
        from lens_seg.predictor import Result

        print("segmenting: more chatter")
        self.calls.append(prompts)
        picture = load_image(image)
        if any(len(p) > 4000 for p in prompts):
            raise ValueError("the prompt has 5000 tokens, more than the 2048 this model takes: shorten it")
        if "explode" in prompts:
            raise RuntimeError("out of memory,\nsays the device")
        logits = np.full((picture.height, picture.width), -1.0, dtype=np.float32)
        logits[:, : (picture.width + 1) // 2] = 1.0
        return [
            Result(
                image=picture,
                prompt=p,
                thought="it is on the left" if cot else None,
                completion="",
                box=None if "nothing" in p else (0.0, 0.0, picture.width / 2, float(picture.height)),
                logits=logits,
                no_target="nothing" in p,
                score=0.5,
                seconds={"reason": 0.1},
            )
            for p in prompts
        ]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[FakeLens]:
    monkeypatch.setattr("lens_seg.predictor.Lens", FakeLens)
    return FakeLens


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.new("RGB", (40, 20), "green").save(path)
    return path


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "import sys; from lens_seg.cli import main; sys.exit(main())", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | env,
        timeout=300,
        check=False,
    )


# ---- start -----------------------------------------------------------------------------------------------


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from lens_seg.cli import main\n"
        "for arguments in (['--help'], ['segment', '--help'], ['train', '--help'], ['eval', '--help']):\n"
        "    assert main(arguments) == 0\n"
        "heavy = {'torch', 'transformers', 'numpy', 'PIL', 'supervision', 'accelerate', 'matplotlib'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"segment", "train", "eval"} <= set(done.stdout.split())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"lens-seg {lens_seg.__version__}\n"


# ---- wrong usage: 2, one line, nothing on stdout ---------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["segment", "PHOTO"], "--prompt"),
        (["segment", "--prompt", "a cup"], "IMAGE"),
        (["segment", "PHOTO", "--prompt", ""], "is empty"),
        (["segment", "PHOTO", "--prompt", "a cup", "--prompt", " .. "], "is empty"),
        (["segment", "PHOTO", "--prompt", "<|im_end|>"], "is empty"),
        (
            ["segment", "PHOTO", "--prompt", "a", "--format", "yolo"],
            "choose from overlay, mask, rle, coco, polygons, labelme",
        ),
        (["segment", "PHOTO", "--prompt", "a", "--format", "mask,jpeg"], "'jpeg' is unknown"),
        (["segment", "PHOTO", "--prompt", "a", "--format", ""], "choose from"),
        (["segment", "PHOTO", "--prompt", "a", "--out", "PHOTO"], "File exists"),
        (["segment", "PHOTO", "--prompt", "a", "--model", "lens-huge"], "model 'lens-huge'"),
        (["segment", "PHOTO", "--prompt", "a", "--device", "abacus"], "--device 'abacus' is unknown"),
        (["segment", "PHOTO", "--prompt", "a", "--device", "xpu:77"], "'xpu:77' cannot be used on this machine"),
        (["segment", "PHOTO", "--promt", "a"], "--promt"),
        (["train"], "RECIPE"),
        (["train", "gone.yaml"], "gone.yaml: no such recipe"),
        (["train", "gone.yaml", "--set", "steps"], "--set steps: write KEY=VALUE"),
        (["eval", "toybox"], "--split"),
        (["eval", "toybox", "--split", "dev"], "unknown Toybox split 'dev'"),
        (["eval", "imagenet", "--split", "val"], "unknown dataset 'imagenet'"),
        (["eval", "refcoco", "--split", "val"], "needs a root folder"),
        (["eval", "toybox", "--split", "val", "--limit", "0"], "--limit"),
        (["eval", "toybox", "--split", "val", "--out", "FOLDER"], "is a folder"),
        (["paint"], "paint"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage(
    arguments: list[str],
    message: str,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(photo.parent)
    stand_ins = {"PHOTO": str(photo), "FOLDER": str(photo.parent)}
    assert main([stand_ins.get(a, a) for a in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(lines(err)) == 1
    assert err.startswith("lens: ")
    assert message in err


def test_misspelt_recipe_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "mine.yaml"
    text = f"stage: grpo\noutput: {tmp_path / 'run'}\nmodel: lens-tiny\nsteps: 1\nlearning_rate: 0.1\n"
    recipe.write_text(text + "grup_size: 4\n")
    assert main(["train", str(recipe)]) == 2
    err = capsys.readouterr().err
    assert len(lines(err)) == 1
    assert "unknown key 'grup_size'; did you mean 'group_size'?" in err
    recipe.write_text(text)
    assert main(["train", str(recipe), "--set", "sede=1"]) == 2
    assert "unknown key 'sede'" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_run_that_fails_is_not_wrong_usage(
    photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, overrides: list[str], resume: bool, export: bool) -> None:
        assert (overrides, resume) == (["steps=3"], True)
        raise RuntimeError("loss is nan at step 7")

    monkeypatch.setattr("lens_seg.config.run_recipe", broken)
    assert main(["train", "any.yaml", "--set", "steps=3", "--resume"]) == 1
    assert capsys.readouterr().err == "lens: RuntimeError: loss is nan at step 7\n"
    monkeypatch.setenv("LENS_DEBUG", "1")
    assert main(["train", "any.yaml", "--set", "steps=3", "--resume"]) == 1
    assert "Traceback" in capsys.readouterr().err


# ---- segment ---------------------------------------------------------------------------------------------


def test_json_is_all_there_is_on_stdout(
    fake: type[FakeLens], photo: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photo.parent)
    arguments = ["segment", str(photo), "--prompt", "the tree", "--prompt", "nothing at all", "--json"]
    assert main(arguments) == 0
    out, err = capfd.readouterr()
    first, second = json.loads(out)
    assert set(first) == {"image", "prompt", "thought", "box", "mask", "score", "seconds"}
    assert (first["image"], first["prompt"], first["box"]) == (str(photo), "the tree", [0, 0, 20, 20])
    assert decode_rle(first["mask"]).sum() == 400
    assert first["mask"]["size"] == [20, 40]
    assert second["box"] is None
    assert not decode_rle(second["mask"]).any()
    assert "chatter" in err
    assert fake.calls == [["the tree", "nothing at all"]], "one image is encoded once"
    assert sorted(p.name for p in photo.parent.iterdir()) == ["photo.png"], "no files unless asked for"


def test_without_json_lines_and_files(
    fake: type[FakeLens], photo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out_dir = tmp_path / "out"
    arguments = [
        "segment",
        str(photo),
        "-p",
        "The tree!",
        "--out",
        str(out_dir),
        "--format",
        "overlay,mask,rle",
    ]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    names = ["photo-the-tree-mask.png", "photo-the-tree-overlay.png", "photo-the-tree-rle.json"]
    assert sorted(p.name for p in out_dir.iterdir()) == names
    assert all(str(out_dir / name) in out for name in names)
    assert "box 0 0 20 20" in out
    assert "it is on the left" in out
    mask = np.asarray(Image.open(out_dir / names[0]))
    assert mask.shape == (20, 40)
    assert set(np.unique(mask)) == {0, 255}
    rle = json.loads((out_dir / names[2]).read_text())
    assert np.array_equal(decode_rle(rle), mask > 0)


def test_direct_has_no_thought(fake: type[FakeLens], photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["segment", str(photo), "-p", "a", "--json", "--direct"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["thought"] is None


def test_one_bad_input_does_not_stop_the_rest(
    fake: type[FakeLens], photo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gone, text = tmp_path / "gone.png", tmp_path / "notes.txt"
    text.write_text("no picture")
    assert main(["segment", str(gone), str(text), str(photo), "-p", "a", "-p", "b", "--json"]) == 1
    out, err = capsys.readouterr()
    assert [item["prompt"] for item in json.loads(out)] == ["a", "b"]
    complaints = [line for line in lines(err) if line.startswith("lens: ")]
    assert complaints[0] == f"lens: {gone}: no such file"
    assert complaints[1].startswith(f"lens: {text}: is not an image")
    assert len(complaints) == 2


def test_one_bad_prompt_does_not_stop_the_rest(
    fake: type[FakeLens], photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["segment", str(photo), "-p", "a", "-p", "x" * 5000, "-p", "explode", "-p", "b", "--json"]
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert [item["prompt"] for item in json.loads(out)] == ["a", "b"]
    complaints = [line for line in lines(err) if line.startswith("lens: ")]
    assert "5000 tokens" in complaints[0]
    assert "RuntimeError: out of memory, says the device" in complaints[1]
    assert all(line.startswith(f"lens: {photo}: ") and len(line) < 300 for line in complaints)
    assert len(complaints) == 2


def test_all_failed_is_still_an_array(fake: type[FakeLens], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["segment", str(tmp_path / "gone.png"), "-p", "a", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == []


def test_unwritable_output_is_a_failure(
    fake: type[FakeLens], photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lens_seg.cli.files.write_whole", full)
    assert main(["segment", str(photo), "-p", "a", "--out", str(photo.parent)]) == 1
    assert "No space left" in capsys.readouterr().err


# ---- formats, each read back ----------------------------------------------------------------------------


@pytest.fixture
def written(fake: type[FakeLens], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with every format of two photos and two prompts; a third photo is missing."""
    for name, size in (("a.png", (40, 20)), ("b.png", (7, 5))):
        Image.new("RGB", size, "green").save(tmp_path / name)
    photos = [str(tmp_path / name) for name in ("a.png", "gone.png", "b.png")]
    out = tmp_path / "deep" / "out"
    formats = "coco,polygons,labelme,mask"
    assert (
        main(["segment", *photos, "-p", "the tree", "-p", "nothing here", "--out", str(out), "--format", formats]) == 1
    )
    printed = capsys.readouterr().out
    assert all(str(path) in printed for path in out.iterdir())
    return out


def left_half(width: int, height: int) -> np.ndarray:
    """What FakeLens finds."""
    mask = np.zeros((height, width), dtype=bool)
    mask[:, : (width + 1) // 2] = True
    return mask


def test_the_files_of_all_formats(written: Path) -> None:
    names = {path.name for path in written.iterdir()}
    each = {f"{i}-{p}-{k}" for i in "ab" for p in ("the-tree", "nothing-here") for k in ("polygons.json", "mask.png")}
    assert names == each | {"coco.json", "a-labelme.json", "b-labelme.json"}


def test_coco_reads_back(written: Path) -> None:
    from pycocotools.coco import COCO

    from lens_seg.data import coco as our_format

    coco = COCO(str(written / "coco.json"))
    images = {image["file_name"]: image for image in coco.imgs.values()}
    assert images.keys() == {"../../a.png", "../../b.png"}
    assert {category["name"] for category in coco.cats.values()} == {"the tree", "nothing here"}
    assert len(coco.anns) == 2, "an empty mask is no annotation"
    for annotation in coco.anns.values():
        image = coco.imgs[annotation["image_id"]]
        expected = left_half(image["width"], image["height"])
        assert np.array_equal(coco.annToMask(annotation), expected)
        assert annotation["area"] == expected.sum() and annotation["score"] == 0.5
        assert annotation["bbox"] == [0, 0, (image["width"] + 1) // 2, image["height"]]
    ours = our_format.COCO(written / "coco.json")
    assert [(s.prompt, bool(s.boxes), s.image.size) for s in (ours[i] for i in range(len(ours)))] == [
        ("the tree", True, (40, 20)),
        ("nothing here", False, (40, 20)),
        ("the tree", True, (7, 5)),
        ("nothing here", False, (7, 5)),
    ]


def test_polygons_read_back(written: Path) -> None:
    for stem, size in (("a", (40, 20)), ("b", (7, 5))):
        values = json.loads((written / f"{stem}-the-tree-polygons.json").read_text())
        height, width = values["size"]
        assert (width, height) == size and len(values["polygons"]) == 1
        assert np.array_equal(polygons_to_mask(values["polygons"], height, width), left_half(width, height))
        nothing = json.loads((written / f"{stem}-nothing-here-polygons.json").read_text())
        assert nothing == {"size": [height, width], "polygons": []}


def test_names_that_are_no_text_and_letters_that_a_terminal_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = os.fsdecode(b"caf\xe9")
    assert Outputs(tmp_path, ["mask"], [tmp_path / f"{name}.png"])
    assert cut(name, 120) == "caf" and cut("\u56fe" * 100, 100) == "\u56fe" * 33
    assert json.loads(files._json({"file_name": f"{name}.png"}))["file_name"] == f"{name}.png"
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert main(["--version"]) == 0
    print("caf\xe9 \u676f", flush=True)
    assert narrow.buffer.getvalue().endswith(b"caf\\xe9 \\u676f\n")


def test_labelme_reads_back(written: Path) -> None:
    from lens_seg.data.labelme import LabelMe

    files = sorted(written.glob("*-labelme.json"))
    folder = written / "labels"  # the reader takes every JSON file of a folder
    folder.mkdir()
    for path in files:
        values = json.loads(path.read_text())
        values["imagePath"] = f"../{values['imagePath']}"
        (folder / path.name).write_text(json.dumps(values))
    data = LabelMe(folder)
    samples = [data[i] for i in range(len(data))]
    assert [(s.prompt, s.image.size) for s in samples] == [("the tree", (40, 20)), ("the tree", (7, 5))]
    assert all(np.array_equal(s.mask, left_half(*s.image.size)) for s in samples)
    shape = json.loads(files[0].read_text())["shapes"][0]
    assert (shape["shape_type"], shape["group_id"], shape["description"]) == ("polygon", 1, "it is on the left")


def test_a_run_without_an_answer_writes_no_file(fake: type[FakeLens], tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["segment", str(tmp_path / "gone.png"), "-p", "a", "--out", str(out), "--format", "coco,labelme"]
    assert main(arguments) == 1
    assert not list(out.iterdir())


def test_json_has_the_keys_of_the_contract(
    fake: type[FakeLens], photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the answer has two boxes, which `Result.to_json` tells."""
    import dataclasses

    plain = FakeLens.segment

    def two_boxes(self: FakeLens, *arguments: Any, **options: Any) -> list[Any]:
        (result,) = plain(self, *arguments, **options)
        return [dataclasses.replace(result, boxes=(result.box, result.box))]

    monkeypatch.setattr(FakeLens, "segment", two_boxes)
    assert main(["segment", str(photo), "-p", "a", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)
    assert list(item) == ["image", "prompt", "thought", "box", "mask", "score", "seconds"]
    assert list(item["mask"]) == ["size", "counts"]


# ---- files -----------------------------------------------------------------------------------------------


def test_names_never_collide(fake: type[FakeLens], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photos = [tmp_path / name for name in ("a/photo.png", "b/photo.jpg", "c/PHOTO.png")]
    for path in photos:
        path.parent.mkdir()
        Image.new("RGB", (8, 8)).save(path)
    names = [str(p) for p in [*photos, photos[0]]]
    assert main(["segment", *names, "-p", "a cup", "-p", "A cup?", "--out", str(tmp_path / "o")]) == 0
    assert len(list((tmp_path / "o").iterdir())) == 8
    assert len({name.casefold() for name in os.listdir(tmp_path / "o")}) == 8


def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    inputs = [tmp_path / "photo.png", tmp_path / "photo-cup-mask.png"]
    outputs = Outputs(tmp_path, ["mask"], inputs)
    assert outputs._claim("photo-cup-", ["mask"])["mask"].name == "photo-cup-2-mask.png"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The red cup, left?", "the-red-cup-left"),
        ("../../etc/passwd", "etc-passwd"),
        ("???", "prompt"),
        ("红色的杯子", "红色的杯子"),
        ("a" * 5000, "a" * 60),
        ("é" * 100, "é" * 30),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text, 60) == expected


# ---- eval ------------------------------------------------------------------------------------------------


def test_eval_prints_the_table_and_writes_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lens_seg.evaluate import EvalConfig

    seen: dict[str, Any] = {}

    def fake_evaluate(
        lens: Any, samples: Any, config: EvalConfig, origin: dict, rows_path: Path, resume: bool
    ) -> tuple:
        from lens_seg.metrics import score, summarise

        seen.update(**origin, **vars(config), rows=rows_path.name)
        print("chatter")
        return origin | summarise([score(np.eye(2, dtype=bool), np.eye(2, dtype=bool))]), []

    monkeypatch.setattr("lens_seg.evaluate.evaluate_samples", fake_evaluate)
    out = tmp_path / "deep" / "numbers.json"
    arguments = ["eval", "toybox", "--split", "val", "--limit", "5", "--direct", "--out", str(out)]
    arguments += ["--votes", "3", "--ignore-counts"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("| samples | n | cIoU |")
    assert "chatter" not in printed
    assert json.loads(out.read_text())["cIoU"] == 1.0
    assert (seen["dataset"], seen["split"], seen["limit"], seen["cot"]) == ("toybox", "val", 5, False)
    assert (seen["votes"], seen["ignore_counts"], seen["model"]) == (3, True, "lens-tiny")
    assert seen["rows"] == "numbers.rows.jsonl"
    assert (tmp_path / "deep" / "numbers.md").read_text() in printed and (tmp_path / "deep" / "numbers.html").is_file()


def test_eval_resumes_only_beside_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "toybox", "--split", "val", "--resume"]) == 2
    assert "--out" in capsys.readouterr().err


@needs_tiny
def test_an_evaluation_killed_halfway_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def numbers(name: str, *more: str) -> dict[str, Any]:
        out = tmp_path / f"{name}.json"
        assert main(["eval", "toybox", "--split", "val", "--batch-size", "2", "--out", str(out), *more]) == 0
        return json.loads(out.read_text())

    whole = numbers("whole", "--limit", "6")
    rows = (tmp_path / "whole.rows.jsonl").read_text().splitlines()
    assert [json.loads(row)["index"] for row in rows] == list(range(6))
    # as a kill leaves it: parts of two processes, the last line cut
    (tmp_path / "part.rows.jsonl.part0").write_text("\n".join(rows[:2]) + "\n")
    (tmp_path / "part.rows.jsonl.part1").write_text(rows[3] + "\n" + rows[4][:40])
    resumed = numbers("part", "--limit", "6", "--resume")
    assert {k: v for k, v in resumed.items() if k != "by"} == {k: v for k, v in whole.items() if k != "by"}
    assert sorted(p.name for p in tmp_path.glob("part*")) == ["part.html", "part.json", "part.md", "part.rows.jsonl"]
    assert b"data:image/jpeg" in (tmp_path / "whole.html").read_bytes()
    capsys.readouterr()
    again = ["eval", "toybox", "--split", "val", "--out", str(tmp_path / "part.json"), "--resume", "--direct"]
    assert main(again) == 1
    assert "start anew" in capsys.readouterr().err


# ---- the real model --------------------------------------------------------------------------------------


@needs_tiny
def test_lens_tiny_end_to_end(tmp_path: Path) -> None:
    """A process of its own: an odd photo each of the kinds that users have, JSON alone on stdout."""
    from lens_seg.data.toybox import Toybox

    sample = Toybox("val")[0]
    exif = Image.Exif()
    exif[0x0112] = 6
    sample.image.save(tmp_path / "scene.png")
    sample.image.convert("L").save(tmp_path / "grey.png")
    sample.image.convert("RGBA").save(tmp_path / "layer.png")
    sample.image.convert("CMYK").save(tmp_path / "print.jpg")
    sample.image.crop((0, 0, 192, 100)).save(tmp_path / "turned.jpg", exif=exif)
    Image.new("RGB", (1, 1), "red").save(tmp_path / "dot.png")
    photos = sorted(str(p) for p in tmp_path.iterdir())
    done = run("segment", *photos, "--prompt", sample.prompt, "--json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    items = {Path(item["image"]).name: item for item in json.loads(done.stdout)}
    sizes = {name: item["mask"]["size"] for name, item in items.items()}
    assert sizes == {
        "scene.png": [192, 192],
        "grey.png": [192, 192],
        "layer.png": [192, 192],
        "print.jpg": [192, 192],
        "turned.jpg": [192, 100],
        "dot.png": [1, 1],
    }
    assert len(list((tmp_path / "out").glob("*-overlay.png"))) == 6
    assert items["scene.png"]["thought"]


@needs_tiny
def test_lens_tiny_refuses_a_long_prompt(photo: Path) -> None:
    long = " ".join(["cup"] * 1250)
    done = run("segment", str(photo), "--prompt", long, "--prompt", "the cup", "--json")
    assert done.returncode == 1
    assert len(json.loads(done.stdout)) == 1
    assert "Traceback" not in done.stderr
    assert len([line for line in lines(done.stderr) if line.startswith("lens: ")]) == 1
