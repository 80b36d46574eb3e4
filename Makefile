# Everything a person needs is one of these targets. Each makes what it needs and does nothing twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export DAGSTER_DISABLE_TELEMETRY = 1
export GX_ANALYTICS_ENABLED = false

.PHONY: demo ui test fast lint format clean

demo: $(STAMP) ## land the sample corpus and take it from L0 to L5
	@$(BIN)/darwin demo

ui: $(STAMP) ## open Dagster on the same lake
	@$(BIN)/darwin ui

test: $(STAMP)-dev lint ## everything that CI runs
	$(BIN)/pytest

fast: $(STAMP)-dev ## the tests that take less than two minutes in all
	$(BIN)/pytest -m "not slow and not browser"

lint: $(STAMP)-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else "darwin-assets needs Python 3.11, 3.12 or 3.13")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(STAMP)-dev: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean: ## remove the demo's lake; the environment stays
	rm -rf .darwin
