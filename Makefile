# あずかり. `make` lists the targets. Needs git, make and Python 3.12 or newer, nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/sh
HOST ?= 127.0.0.1
PORT ?= 8000
SIZE ?= small
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(UV):
	@test -n "$(PYTHON)" || { echo "Python 3.12 以上が必要です。"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(UV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(UV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@ $(VENV)/run.stamp

run: $(VENV)/run.stamp  ## set everything up and serve on http://localhost:8000 (HOST=, PORT=)
	@$(BIN)/azukari setup
	@$(BIN)/azukari demo-data --size small --if-empty
	@AZUKARI_TRIAL=1 $(BIN)/azukari serve --host $(HOST) --port $(PORT)

demo-data: $(VENV)/run.stamp  ## make invented data: SIZE=small|medium|large
	@$(BIN)/azukari setup
	@$(BIN)/azukari demo-data --size $(SIZE)

test: $(VENV)/dev.stamp  ## all tests: SQLite, PostgreSQL where it is there, a real browser where one is there
	@$(BIN)/python tools/run_tests.py

test-fast: $(VENV)/dev.stamp  ## tests on SQLite without the browser
	@$(BIN)/python -m pytest -q -m "not browser and not nightly"

nightly: $(VENV)/dev.stamp  ## the slow sweeps in full
	@$(BIN)/python tools/run_tests.py --nightly

check: $(VENV)/dev.stamp  ## format, lint, types, contracts, migrations, templates; changes nothing
	$(BIN)/ruff format --check src tests tools bench
	$(BIN)/ruff check src tests tools bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet src
	DJANGO_SETTINGS_MODULE=tests.settings PYTHONPATH=. $(BIN)/python -W error -m django makemigrations --check --dry-run

fix: $(VENV)/dev.stamp  ## format and repair what can be repaired
	$(BIN)/ruff check --fix src tests tools bench
	$(BIN)/ruff format src tests tools bench

bench: $(VENV)/dev.stamp  ## measure against the bare limit and against peers (half an hour; see bench/README.md)
	@$(BIN)/python -m bench

lock: | $(UV)  ## resolve the dependencies anew (names, versions and hashes only)
	$(UV) pip compile pyproject.toml --extra postgres --extra s3 --universal --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --quiet --output-file requirements.lock
	$(UV) pip compile pyproject.toml --extra postgres --extra s3 --group test --group lint --universal --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet \
		--constraint requirements.lock --output-file requirements-dev.lock

.PHONY: help run demo-data test test-fast nightly check fix bench lock
