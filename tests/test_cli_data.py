"""`lens data`: what it prints, the files it writes, and 0, 1 or 2."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from lens_seg.cli import main
from lens_seg.data.catalogue import SOURCES, File
from tests.data import builders as build


@pytest.fixture
def run(capfd):
    """Runs a command; gives exit code, stdout and stderr, and no traceback is ever in the latter."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(["data", *map(str, arguments)])
        out, err = capfd.readouterr()
        assert "Traceback" not in err + out
        return code, out, err

    return run


def with_a_bad_line(root: Path) -> Path:
    """A JSONL dataset whose line 3 has a polygon of two points; the other three are good."""
    build.jsonl(root)
    lines = build.jsonl_lines(root)
    lines[2]["mask"] = [[1, 2, 3, 4]]
    build.write_lines(root / "val.jsonl", lines)
    return root


def test_check_of_a_clean_dataset(run, tmp_path):
    root = build.jsonl(tmp_path)
    assert run("check", root)[:2] == (0, "jsonl val: 4 samples of 2 images, 0 errors, 0 warnings\n")
    assert run("check", "jsonl", "--root", root, "--split", "val")[0] == 0
    code, out, _ = run("check", root / "val.jsonl", "--json")
    assert code == 0 and json.loads(out)["problems"] == []
    assert json.loads(out)["splits"] == [{"name": "jsonl", "split": "train", "samples": 4, "images": 2}]


def test_check_lists_problems_by_file_and_row(run, tmp_path):
    root = with_a_bad_line(tmp_path)
    code, out, _ = run("check", root)
    assert code == 1
    first, last = out.splitlines()
    assert first.startswith(f"error [polygon] {root / 'val.jsonl'}, line 3: ") and "4 numbers" in first
    assert last == "jsonl val: 4 samples of 2 images, 1 error, 0 warnings"
    code, out, _ = run("check", root, "--json")
    found = json.loads(out)
    assert code == 1 and (found["errors"], found["warnings"]) == (1, 0)
    assert found["problems"][0] | {"message": ""} == {
        "level": "error",
        "kind": "polygon",
        "file": str(root / "val.jsonl"),
        "place": "line 3",
        "message": "",
    }


def test_check_compares_splits(run, tmp_path):
    root = build.jsonl(tmp_path)
    (root / "train.jsonl").write_text(json.dumps({"image": "photos/b.png", "expression": "x", "mask": None}))
    code, out, _ = run("check", root)
    assert code == 1 and "error [shared]" in out and "1 photo in more than one split" in out
    assert run("check", root, "--split", "val")[0] == 0


def test_check_of_a_folder_with_several_datasets(run, tmp_path):
    build.refcoco(tmp_path)
    build.reasonseg(tmp_path)
    code, out, _ = run("check", tmp_path)
    assert code == 0 and [line.split(":")[0] for line in out.splitlines()] == ["refcoco val", "reasonseg val"]


def test_a_file_that_cannot_be_opened_is_a_problem(run, tmp_path):
    build.write(tmp_path / "x.json", [])
    code, out, _ = run("check", "coco", "--root", tmp_path / "x.json")
    assert code == 1 and "not a COCO instances file" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere"], "no such file or folder"),
        (["check", "refcoco"], "needs --root"),
        (["check", "imagenet", "--root", "."], "choose one of refcoco"),
        (["check", "toybox"], "nothing to check"),
        (["check", "refcoco", "--root", "nowhere"], "is missing"),
        (["check", "{root}", "--split", "blind"], "no split 'blind'; it has val"),
        (["check", "{root}", "--workers", "0"], "workers"),
        (["check"], "Missing argument"),
        (["show", "{root}", "--out", "x.jpg"], ".png or .html"),
        (["export", "{root}", "--to", "csv", "--out", "x"], "choose one of jsonl"),
        (["export", "{root}", "--to", "coco", "--out", "{root}"], "is there already"),
        (["get", "imagenet"], "unknown dataset"),
        (["fetch"], "No such command"),
    ],
)
def test_wrong_usage_is_2_and_says_what_to_do(run, tmp_path, arguments, words):
    build.jsonl(tmp_path)
    code, out, err = run(*(argument.format(root=tmp_path) for argument in arguments))
    assert code == 2 and words in err and not out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["masks", "photos", "val.jsonl"]


def test_show_writes_a_sheet(run, tmp_path):
    root = with_a_bad_line(tmp_path / "in")
    code, out, err = run("show", root, "--out", tmp_path / "new/sheet.png", "--limit", 3, "--columns", 2)
    assert code == 1 and "line 3" in err and out == f"{tmp_path / 'new/sheet.png'}\n"
    with Image.open(tmp_path / "new/sheet.png") as sheet:
        assert sheet.width > 2 * 500 and sheet.height > 300


def test_show_says_what_it_could_not_read(run, tmp_path):
    root = build.jsonl(tmp_path / "in")
    (root / "val.jsonl").write_text((root / "val.jsonl").read_text() + "{half a line\n")
    (root / "train.jsonl").touch()
    code, out, err = run("show", root, "--out", tmp_path / "sheet.png")
    assert code == 1 and out == f"{tmp_path / 'sheet.png'}\n"
    assert "val.jsonl, line 5" in err and "train.jsonl" in err


def test_export_refuses_a_split_that_leads_elsewhere(run, tmp_path):
    root = build.jsonl(tmp_path / "in")
    lines = [line | {"split": "../outside"} for line in build.jsonl_lines(root)]
    build.write_lines(root / "val.jsonl", lines)
    code, out, err = run("export", root / "val.jsonl", "--to", "jsonl", "--out", tmp_path / "out")
    assert code == 2 and "'../outside' cannot be the name of a file" in err and not out
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_show_writes_a_page_that_needs_nothing_else(run, tmp_path):
    build.jsonl(tmp_path)
    lines = build.jsonl_lines(tmp_path)
    lines[0]["expression"] = 'a <b>cup</b> & "saucer"'
    build.write_lines(tmp_path / "val.jsonl", lines)
    code, _, _ = run("show", tmp_path, "--out", tmp_path / "page.html", "--seed", 3)
    page = (tmp_path / "page.html").read_text()
    assert code == 0 and page.count("<figure>") == 4 and "<b>" not in page
    assert "a &lt;b&gt;cup&lt;/b&gt; &amp; &quot;saucer&quot;" in page and "no target" in page and "2 targets" in page
    assert not re.search(r"""(src|href)=["'](?!data:)|https?://""", page)


@pytest.mark.parametrize("kind", ["jsonl", "coco"])
def test_export_without_the_bad(run, tmp_path, kind):
    root = with_a_bad_line(tmp_path / "in")
    code, out, err = run("export", root, "--to", kind, "--out", tmp_path / "out")
    assert code == 1 and "line 3" in err and not (tmp_path / "out").exists() and not out
    code, out, _ = run("export", root, "--to", kind, "--out", tmp_path / "out", "--skip-bad")
    assert (code, out) == (0, f"val: 3 samples, 1 left out\n{tmp_path / 'out'}\n")
    (line,) = (tmp_path / "out/left_out.txt").read_text().splitlines()
    assert line.startswith("error [polygon]") and "line 3" in line
    assert run("check", tmp_path / "out")[:2] == (0, f"{kind} val: 3 samples of 2 images, 0 errors, 0 warnings\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_rows_that_cannot_be_read_count_as_left_out(run, tmp_path):
    root = build.jsonl(tmp_path / "in")
    lines = build.jsonl_lines(root)
    lines[2]["expresion"] = lines[2].pop("expression")
    build.write_lines(root / "val.jsonl", lines)
    code, out, _ = run("export", root, "--to", "jsonl", "--out", tmp_path / "out", "--skip-bad")
    assert (code, out.splitlines()[0]) == (0, "val: 3 samples, 1 left out")
    assert "expresion" in (tmp_path / "out/left_out.txt").read_text()


def test_export_of_one_dataset_of_several(run, tmp_path):
    build.refcoco(tmp_path / "in")
    build.reasonseg(tmp_path / "in")
    code, _, err = run("export", tmp_path / "in", "--to", "jsonl", "--out", tmp_path / "out")
    assert code == 2 and "name one of refcoco, reasonseg" in err
    arguments = ["--root", tmp_path / "in", "--to", "jsonl", "--out", tmp_path / "out", "--limit", 1, "--no-photos"]
    assert run("export", "refcoco", *arguments)[:2] == (0, f"val: 1 sample\n{tmp_path / 'out'}\n")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["val.jsonl"]


def test_get_says_what_to_do(run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("get")
    names = [line.split()[0] for line in out.splitlines()]
    assert code == 0 and {"refcoco", "grefcoco", "reasonseg", "groundingsuite"} <= set(names)
    for name in names:
        code, out, _ = run("get", name)
        assert code == 0 and "Licence:" in out and "--root" in out
        assert "Fetched for you, with --root DIR:" in out or "To be done by hand:" in out
    assert list(tmp_path.iterdir()) == [], "without --root nothing is fetched"


class FewBytes(BaseHTTPRequestHandler):
    """Sends "{}" for every path that ends in .json, 404 for others."""

    def do_GET(self) -> None:
        if not self.path.endswith(".json"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def small(monkeypatch):
    """The source "refcoco" is a small file and gigabytes of photos, on a server of our own."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), FewBytes)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    url = f"http://127.0.0.1:{http.server_address[1]}"
    digest = hashlib.sha256(b"{}").hexdigest()
    files = (
        File(url=f"{url}/a.json", path="refer_seg/a.json", bytes=2, hash=f"sha256:{digest}"),
        File(url=f"{url}/b.json", path="refer_seg/b.json", bytes=None, hash=None),
        File(
            url=f"{url}/p.zip",
            path="downloads/p.zip",
            bytes=2 * 10**9,
            hash=None,
            unpack="p",
            holds=("p/x",),
            photos=True,
        ),
    )
    monkeypatch.setitem(SOURCES, "refcoco", dataclasses.replace(SOURCES["refcoco"], files=files))
    yield
    http.shutdown()
    http.server_close()


def test_get_fetches_what_it_can(run, small, tmp_path):
    root = tmp_path / "in"
    code, out, err = run("get", "refcoco", "--root", root)
    assert code == 2 and "nothing was fetched: 2.0 GB want --yes" in err and not root.exists()
    code, out, err = run("get", "refcoco", "--root", root, "--no-photos")
    assert code == 0 and "a.json: size and sha256 compared\n" in out and not err.strip()
    assert "b.json: nothing to compare: no hash is published\n" in out and "p.zip" not in out
    assert sorted(path.name for path in (root / "refer_seg").iterdir()) == ["a.json", "b.json"]
    code, out, err = run("get", "refcoco", "--root", root, "--yes")
    assert code == 1 and "a.json (0.0 kB, is there; size and sha256 compared)" in out
    assert err.strip().splitlines()[-1].endswith("p.zip: the server answers 404 Not Found")


def test_get_names_what_is_in_the_way(run, small, tmp_path):
    (tmp_path / "file").touch()
    assert run("get", "refcoco", "--root", tmp_path / "file")[0] == 2
    (tmp_path / "refer_seg").mkdir()
    (tmp_path / "refer_seg/a.json").write_text("mine")
    code, _, err = run("get", "refcoco", "--root", tmp_path, "--no-photos")
    assert code == 1 and "a.json is there and it has 4 bytes, 2 are published; move it away" in err
    assert (tmp_path / "refer_seg/a.json").read_text() == "mine"


def test_the_table_in_the_docs_names_every_format():
    from lens_seg.data.registry import NAMES

    text = (Path(__file__).parents[1] / "docs/data.md").read_text()
    assert all(f"`{name}`" in text for name in NAMES)
