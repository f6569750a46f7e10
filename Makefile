# Everything a newcomer needs: `make run` and `make test`. The rest is listed by `make help`.
SHELL := /bin/sh
VENV ?= .venv
PY := $(VENV)/bin/python
PYTHON ?= python3
JOBS ?= 3
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run demo test lint types unit chaos bench evaluate lock clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "cgtwatch needs Python 3.11 or later; this is " + sys.version.split()[0])'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

run: $(STAMP) ## the service: polls, classifies, sends digests; its page's address is printed
	$(VENV)/bin/cgtwatch run

demo: $(STAMP) ## the whole job offline in a minute
	$(VENV)/bin/cgtwatch demo

test: lint ## format, lint, types, tests
	$(MAKE) --no-print-directory --jobs 2 types unit

lint: $(STAMP)
	$(VENV)/bin/ruff format --check src tests benchmarks
	$(VENV)/bin/ruff check src tests benchmarks

types: $(STAMP)
	$(VENV)/bin/mypy

unit: $(STAMP)
	$(PY) -m pytest -q -n $(JOBS) --dist worksteal -m "not chaos"

chaos: $(STAMP) ## random kills, long fault runs, properties with many examples; bounded in time
	$(PY) -m pytest -q -m chaos tests
	TEST_EXAMPLES=5 $(PY) -m pytest -q -n $(JOBS) --dist worksteal -m "hypothesis and not chaos"

bench: $(STAMP) ## what is fast, as ratios taken in one run
	$(PY) benchmarks/run.py
	$(PY) benchmarks/understanding.py
	$(PY) benchmarks/delivery.py

evaluate: $(STAMP) ## the quality of understanding against the labelled files beside the project
	$(PY) benchmarks/evaluate.py

lock: ## pin the newest versions that pyproject.toml allows
	rm -rf .lock-venv && $(PYTHON) -m venv .lock-venv
	.lock-venv/bin/python -m pip install --quiet --disable-pip-version-check '.[apprise,browser,cluster,dkim,mcp,dev]'
	.lock-venv/bin/python -m pip list --format=freeze --disable-pip-version-check | grep -viE '^(cgtwatch|pip|setuptools)=' > requirements.lock
	rm -rf .lock-venv build src/*.egg-info

clean: ## remove what make made
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
