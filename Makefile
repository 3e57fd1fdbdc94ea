# `make` lists what there is. Everything lives in .venv; nothing outside this folder is changed but the user's cache of model weights.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME ?= .vouch-demo
HOST ?= 127.0.0.1
PORT ?= 7860
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
DEMO := VOUCH_HOME=$(DEMO_HOME) VOUCH_HOST=$(HOST) VOUCH_PORT=$(PORT)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev weights llm demo demo-ingest demo-collection test check fix eval bench soak screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## the offline profile in .venv (TORCH=cpu: torch without CUDA, by uv)

$(VENV)/.ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
ifeq ($(TORCH),cpu)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --torch-backend cpu "torch==$$(sed -n 's/^torch==//p' constraints.txt)"
endif
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready-dev: $(VENV)/.ready
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

weights: setup ## the offline profile's model weights, into the user's cache
	$(BIN)/vouch doctor --fetch

llm: setup ## a local language model that words the replies: builds llama.cpp (C++ compiler, some 10 minutes), fetches 1.1 GB
	@command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || \
	  { echo "make llm needs a C++ compiler, and there is none here (apt install g++, or xcode-select --install). Vouch works without."; exit 4; }
	$(BIN)/python -c "import llama_cpp" 2>/dev/null || CMAKE_ARGS="-DLLAVA_BUILD=OFF" CMAKE_BUILD_PARALLEL_LEVEL=$(CORES) \
	  $(BIN)/pip install --verbose --disable-pip-version-check --no-deps -c constraints.txt llama-cpp-python diskcache
	$(BIN)/vouch pull

demo: demo-ingest ## open the chat page over the demo collection (LLM=1: with make llm going on beside it)
	$(DEMO) $(BIN)/python -m demo.open_page

demo-ingest: setup
	$(BIN)/python -m demo.copy_prints demo/media
	$(DEMO) $(BIN)/vouch ingest demo/catalogue.jsonl --media demo/media --interactions demo/interactions.csv

demo-collection: setup ## make the demo's covers, voices, melodies, members and perceived texts anew
	$(BIN)/python -m demo.make_covers
	$(BIN)/python -m demo.make_voices
	$(BIN)/python -m demo.make_melodies
	$(BIN)/python -m demo.copy_prints demo/media
	$(BIN)/python -m demo.build_collection
	$(BIN)/python -m demo.make_members
	$(BIN)/python -m demo.make_perceived

test: setup-dev weights ## set up, then everything CI runs
	$(MAKE) check

check: setup-dev ## format, lint, types, import contracts, tests (changes nothing)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q

fix: setup-dev ## format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: demo-ingest ## the table of ranking quality over the demo collection
	$(DEMO) $(BIN)/python -m eval ranking

bench: setup-dev demo-ingest ## medians over the demo collection, each beside a named peer
	$(DEMO) $(BIN)/python scripts/bench.py

soak: setup-dev ## the property tests with thousands of examples
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest -q $$(grep -l "^from hypothesis import.*given" tests/*.py)

screenshots: setup-dev demo-ingest ## draw the page anew for README
	$(DEMO) $(BIN)/python scripts/screenshot.py docs

clean: ## remove the environment and the demo's home
	rm -rf $(VENV) $(DEMO_HOME)
