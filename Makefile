# make demo: from a fresh clone to masks on pictures.   make test: the tests.   make proof: ten minutes of GRPO, measured.
# PYTHON=python3.12 make ... picks another Python.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
NICE ?= nice

# The models of the tests are so small that threads cost more than they bring; both can be set from outside.
test test-all: export OMP_NUM_THREADS ?= 1
# A cap: some virtual machines announce AMX and then kill the process that uses it.
test test-all: export ONEDNN_MAX_CPU_ISA ?= AVX512_CORE
export TOKENIZERS_PARALLELISM ?= false

.PHONY: help venv demo proof test test-all lint clean tiny

help:
	@echo "make venv | demo | proof | test | test-all | lint | tiny | clean"

venv: $(STAMP)

# torch goes first, from the pinned version alone, so that pip does not weigh newer builds of several gigabytes.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[train,dev]'
	touch $@

demo: $(STAMP)
	$(BIN)/python examples/demo.py

proof: $(STAMP)
	$(BIN)/python examples/proof.py

test: $(STAMP)
	$(NICE) $(BIN)/python -m pytest -m "not slow"

test-all: $(STAMP)
	$(NICE) $(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf build dist runs/demo runs/proof .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests examples -name __pycache__ -type d -prune -exec rm -rf {} +

# lens-tiny from nothing: hours on two cores, one process on each. Started again it goes on where it was stopped; to begin
# anew remove runs/tiny_*.
# Where a virtual machine announces AMX and kills what uses it: ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16 make tiny.
TINY = ACCELERATE_USE_CPU=true OMP_NUM_THREADS=1 $(BIN)/torchrun --nproc_per_node 2 $(BIN)/lens train \
	recipes/$(1).yaml $(if $(wildcard runs/$(1)/checkpoints/step-*),--resume)
tiny: $(STAMP)
	$(call TINY,tiny_1_vlm)
	$(call TINY,tiny_2_segmenter)
	$(call TINY,tiny_3_align)
	$(call TINY,tiny_4_grpo)
	$(BIN)/python -m lens_seg.train.ship runs/tiny_4_grpo/model src/lens_seg/weights/lens-tiny recipes/tiny_*.yaml
