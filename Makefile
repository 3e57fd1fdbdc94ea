# `make` lists what there is. Everything lives in .venv; nothing outside this folder is changed but the user's cache of model weights.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME ?= .vouch-demo
HOST ?= 127.0.0.1
PORT ?= 7860
# A build for this kind of processor, kept in the user's cache.
BUILDS := $(or $(VOUCH_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vouch)/builds/$(shell (uname -ms; grep -m1 ^flags /proc/cpuinfo 2>/dev/null) | cksum | cut -d' ' -f1)
DEMO := VOUCH_HOME=$(DEMO_HOME) VOUCH_HOST=$(HOST) VOUCH_PORT=$(PORT)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev weights llm llm-library llm-tests demo demo-ingest demo-collection test check fix eval bench soak screenshots clean

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
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps openai-whisper more-itertools tiktoken regex
	touch $@

weights: setup ## the offline profile's model weights, into the user's cache
	$(BIN)/vouch doctor --fetch

llm: llm-library ## a local language model that words the replies: builds llama.cpp (C++ compiler, minutes), fetches 1.1 GB
	$(BIN)/vouch pull

llm-library: setup
	@$(BIN)/python -c "import llama_cpp.mtmd_cpp" 2>/dev/null || sh scripts/build_llama.sh $(BIN) "$(BUILDS)"

demo: demo-ingest ## open the chat page over the demo collection (a language model joins by itself where there is a compiler; LLM=0: not)
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

test: setup-dev weights llm-tests ## set up, build llama.cpp where there is a compiler, then everything CI runs
	$(MAKE) check

llm-tests: setup-dev
	@$(MAKE) --no-print-directory llm-library && $(BIN)/vouch pull smollm2-135m || echo "The tests of local language models are left out."

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

bench: setup-dev demo-ingest ## medians of what people wait for, each beside a named peer, and README's table of them
	$(DEMO) $(BIN)/python -m scripts.bench
	$(BIN)/python scripts/bench_ingest.py
	$(BIN)/python -m scripts.readme_tables

soak: setup-dev ## the property tests with thousands of examples, a thousand tool calls by a random language model among them
	HYPOTHESIS_PROFILE=soak $(BIN)/pytest -q tests/test_llama_cpp.py tests/test_poisoned_catalogue.py tests/test_memory.py $$(grep -l "^from hypothesis import.*given" tests/*.py)

screenshots: setup-dev demo-ingest ## draw the page anew for README
	$(DEMO) $(BIN)/python scripts/screenshot.py docs

clean: ## remove the environment and the demo's home
	rm -rf $(VENV) $(DEMO_HOME)
