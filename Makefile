# Every target makes and uses .venv; nothing else needs to be installed but Python and make.
SHELL := /bin/bash
PYTHON ?= python3
CORES ?= 2
ARGS ?=
BIN := .venv/bin
# llama.cpp is built from source, in minutes: only if all tests are wanted.
ALL_EXTRAS := $(if $(WATTRAG_TEST_ALL),.venv/llama-cpp)

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench docs clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run: .venv/example  ## install, then run the embedded example to its report (ARGS="-n" previews)
	@$(BIN)/python workflow/run.py --cores $(CORES) $(ARGS)

test: .venv/dev $(ALL_EXTRAS) lint  ## install, then pass all checks and tests
	@$(BIN)/python -m pytest --numprocesses $(CORES) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: .venv/dev  ## lint, formats, types, import layers, workflow
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/snakefmt --check workflow
	@$(BIN)/snakemake --snakefile workflow/Snakefile --lint

format: .venv/dev  ## format code and workflow
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet . ; $(BIN)/snakefmt workflow

bench: .venv/dev run  ## run the benchmarks on the embedded example
	@$(BIN)/python benchmarks/workflow.py
	@$(BIN)/python benchmarks/parse_quality.py
	@$(BIN)/python benchmarks/parse.py resources/example/pdfs/*.pdf
	@$(BIN)/python benchmarks/retrieval.py results/corpus/example/tree resources/example/test_QA.csv
	@$(BIN)/python benchmarks/answers.py results/corpus/example/tree resources/example/test_QA.csv
	@$(BIN)/python benchmarks/index.py results/corpus/example/tree resources/example/test_QA.csv \
		--parts write search build

docs: .venv/dev run  ## write the generated parts of the documentation from settings and a run
	@$(BIN)/python -m wattrag.config.reference
	@$(BIN)/python docs/update.py

clean:  ## remove results and logs; the stores and .venv stay
	rm -rf results logs .snakemake

# requirements.lock pins every package, build tools too.
.venv/example .venv/dev .venv/llama-cpp: export PIP_CONSTRAINT := $(CURDIR)/requirements.lock
.venv/example .venv/dev .venv/llama-cpp: export PIP_DISABLE_PIP_VERSION_CHECK := 1

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/example: pyproject.toml requirements.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[example]'
	@touch $@

.venv/dev: .venv/example
	$(BIN)/python -m pip install --quiet --editable '.[example,dev]'
	@touch $@

# pip keeps the wheel it builds in its cache.
.venv/llama-cpp: .venv/dev
	$(BIN)/python -m pip install --quiet --editable '.[llama-cpp]'
	@touch $@
