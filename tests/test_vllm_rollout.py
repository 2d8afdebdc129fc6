"""The vLLM backends against a small stand-in of vLLM's own interface. vLLM itself is not run here."""

from __future__ import annotations

import base64
import io
import json
import sys
import threading
import types
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import numpy as np
import pytest
import torch
from PIL import Image

from lens_seg.rollout import RolloutConfig, Sampling, TransformersBackend
from lens_seg.train.adapters import AdapterConfig, adapter_layers, add_adapters
from lens_seg.train.backend import vlm_weights, write_vlm
from lens_seg.vllm_rollout import VLLMEngine, VLLMError, VLLMServer

from .train.conftest import micro

SAMPLING = Sampling(temperature=0.7, top_p=0.8, top_k=0, max_new_tokens=5)


@pytest.fixture(scope="module")
def pair():
    return micro()


@pytest.fixture(scope="module")
def prompts(pair):
    """Two pictures with a question each."""
    _, p = pair
    rng = np.random.default_rng(0)
    pictures = [Image.fromarray(rng.integers(0, 255, (40, 50, 3), dtype=np.uint8)) for _ in range(2)]
    return pictures, [p.vlm_image(x) for x in pictures], [p.question("the cup"), p.question("a big star")]


@dataclass
class FakeModel:
    """vLLM's model: it refuses names that it does not know."""

    known: set[str]
    held: dict[str, torch.Tensor] = field(default_factory=dict)

    def load_weights(self, weights):
        for name, tensor in weights:
            if name not in self.known:
                raise KeyError(name)
            self.held[name] = tensor.clone()


class FakeLLM:
    """`vllm.LLM` as far as it is used."""

    made: ClassVar[list[FakeLLM]] = []
    known: ClassVar[set[str]] = set()

    def __init__(self, model, **options):
        self.options, self.model, self.calls, self.resets = options, FakeModel(set(self.known)), [], 0
        self.folder = model
        self.made.append(self)

    def apply_model(self, function):
        return [function(self.model)]

    def reset_prefix_cache(self):
        self.resets += 1
        return True

    def generate(self, prompts, params, use_tqdm=True):
        self.calls.append((prompts, params))
        one = types.SimpleNamespace
        outputs = [
            [
                one(token_ids=(7, 8), finish_reason="stop"),
                *[one(token_ids=(9,) * 5, finish_reason="length")] * (params.n - 1),
            ]
            for _ in prompts
        ]
        return [one(outputs=made) for made in outputs]


@pytest.fixture
def vllm(monkeypatch, pair):
    """A module `vllm` with the stand-in."""
    FakeLLM.known = {name for name, _ in vlm_weights(pair[0])}
    module = types.ModuleType("vllm")
    module.LLM, module.SamplingParams = FakeLLM, types.SimpleNamespace
    monkeypatch.setitem(sys.modules, "vllm", module)


def test_the_engine_gets_the_policy_and_gives_ordered_groups(vllm, pair, prompts, tmp_path):
    model, p = pair
    pictures, images, questions = prompts
    engine = VLLMEngine(RolloutConfig(backend="vllm", memory=0.25), p, tmp_path, vlm_weights)
    fake = FakeLLM.made[-1]
    assert fake.folder == str(tmp_path) and fake.options["gpu_memory_utilization"] == 0.25
    engine.sync(model)
    assert fake.resets == 1 and set(fake.model.held) == fake.model.known
    torch.manual_seed(3)
    rollout = engine.sample(pictures, images, questions, SAMPLING, group=3)
    assert rollout.completions == [[7, 8, p.end_token], [9] * 5, [9] * 5] * 2
    assert rollout.finished == [True, False, False] * 2 and rollout.query_hidden is None
    (sent, params) = fake.calls[0]
    assert (params.n, params.temperature, params.top_p, params.top_k, params.max_tokens) == (3, 0.7, 0.8, -1, 5)
    assert params.logit_bias == dict.fromkeys(p.placeholders, -100.0)
    assert sent[0]["prompt_token_ids"].count(p.image_token) == 1, "vLLM unfolds the placeholder itself"
    unfolded = []
    for token in sent[1]["prompt_token_ids"]:
        unfolded += [token] * (4 if token == p.image_token else 1)
    assert unfolded == p.image_prefix(images[1].grid_thw) + questions[1]
    assert sent[0]["multi_modal_data"]["image"].size == images[0].resized
    torch.manual_seed(3)
    engine.sample(pictures, images, questions, SAMPLING, group=3)
    assert fake.calls[1][1].seed == params.seed


def test_only_the_vlm_is_sent_with_adapters_merged(vllm):
    model, _ = micro()
    plain = dict(vlm_weights(model))
    assert "lm_head.weight" not in plain, "a tied head is its embedding"
    assert not [name for name in plain if name.startswith(("queries", "connector", "segmenter", "vlm"))]
    assert set(plain) == set(model.vlm.state_dict()) - {"lm_head.weight"}
    add_adapters(model, AdapterConfig(rank=2))
    with torch.no_grad():
        for layer in adapter_layers(model).values():
            layer.lora_B["default"].weight.fill_(0.1)
    merged = dict(vlm_weights(model))
    assert set(merged) == set(plain)
    name = "model.language_model.layers.0.mlp.up_proj.weight"
    assert not torch.equal(merged[name], plain[name])


def test_without_vllm_the_error_says_what_to_install(monkeypatch, pair, tmp_path):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(VLLMError, match=r"pip install 'lens-seg\[vllm\]'"):
        VLLMEngine(RolloutConfig(backend="vllm"), pair[1], tmp_path, vlm_weights)


class FakeServer(BaseHTTPRequestHandler):
    """`vllm serve` as far as it is used: the chat template of the tokenizer, one token an image patch group."""

    processor = None
    calls: ClassVar[list[tuple[str, dict]]] = []
    wrong_template = False

    def do_POST(self):
        length = int(self.headers["Content-Length"] or 0)
        fields = json.loads(self.rfile.read(length) or b"{}")
        self.calls.append((self.path, fields))
        answer = getattr(self, {"/v1/chat/completions": "chat"}.get(self.path, "control"))(fields)
        if answer is None:
            self.send_error(404)
            return
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def control(self, fields):
        known = self.path == "/reset_prefix_cache" or fields.get("method") == "reload_weights"
        return {} if known else None

    def chat(self, fields):
        p = self.processor
        content = fields["messages"][-1]["content"]
        url = next(part["image_url"]["url"] for part in content if part["type"] == "image_url")
        picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
        said = [{**m, "content": self.parts(m["content"])} for m in fields["messages"]]
        text = p.tokenizer.apply_chat_template(said, add_generation_prompt=True, tokenize=False)
        ids = []
        for token in p.tokenizer(text, add_special_tokens=False)["input_ids"]:
            count = picture.width * picture.height // 16**2 if token == p.image_token else 1
            ids += [token] * count
        choices = [{"token_ids": [5 + i], "finish_reason": "stop"} for i in range(fields["n"])]
        return {"prompt_token_ids": ids[1:] if self.wrong_template else ids, "choices": choices}

    @staticmethod
    def parts(content):
        if isinstance(content, str):
            return content
        return [{"type": "image"} if part["type"] == "image_url" else part for part in content]

    def log_message(self, *rest):
        pass


@pytest.fixture
def server(pair):
    FakeServer.processor, FakeServer.calls, FakeServer.wrong_template = pair[1], [], False
    running = HTTPServer(("localhost", 0), FakeServer)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://localhost:{running.server_port}"
    running.shutdown()


def test_the_server_reads_the_weights_and_sees_our_prompts(server, pair, prompts, tmp_path):
    model, p = pair
    pictures, images, questions = prompts
    waits, folder = [], tmp_path / "vlm"
    config = RolloutConfig(backend="vllm_server", url=server)
    client = VLLMServer(config, p, lambda m: write_vlm(m, p, folder, True), True, lambda: waits.append(1))
    client.sync(model)
    assert [path for path, _ in FakeServer.calls] == ["/collective_rpc", "/reset_prefix_cache"] and waits == [1]
    assert (folder / "config.json").is_file() and list(folder.glob("*.safetensors"))
    assert json.loads((folder / "config.json").read_text())["model_type"] == "qwen2_5_vl"
    rollout = client.sample(pictures, images, questions, SAMPLING, group=2)
    assert rollout.completions == [[5, p.end_token], [6, p.end_token]] * 2
    assert FakeServer.calls[-1][1]["return_token_ids"] is True
    FakeServer.wrong_template = True
    with pytest.raises(VLLMError, match="other tokens than the training"):
        client.sample(pictures, images, questions, SAMPLING, group=2)


def test_only_the_main_process_tells_the_server_and_all_wait(server, pair):
    waits = []
    client = VLLMServer(RolloutConfig(url=server), pair[1], lambda m: None, False, lambda: waits.append(1))
    client.sync(pair[0])
    assert not FakeServer.calls and waits == [1]


def test_a_server_that_is_not_there_or_not_in_development_mode(server, pair):
    client = VLLMServer(RolloutConfig(url="http://localhost:9", timeout=1), pair[1], lambda m: None, True, lambda: None)
    with pytest.raises(VLLMError, match="is the vLLM server running"):
        client.sync(pair[0])
    client = VLLMServer(RolloutConfig(url=server), pair[1], lambda m: None, True, lambda: None)
    with pytest.raises(VLLMError, match="VLLM_SERVER_DEV_MODE=1"):
        client._post("/nothing", {})


def test_the_transformers_backend_gives_groups_of_the_model_that_trains(pair, prompts):
    model, p = pair
    torch.manual_seed(0)
    backend = TransformersBackend(model, p)
    backend.sync(model)
    rollout = backend.sample(*prompts, SAMPLING, 3)
    assert len(rollout.completions) == 6 and rollout.query_hidden is None
    assert all(1 <= len(ids) <= 5 for ids in rollout.completions)


def test_a_share_of_memory_is_a_share():
    with pytest.raises(ValueError, match=r"memory=1\.5"):
        RolloutConfig(memory=1.5)
