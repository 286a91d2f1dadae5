# The two commands of the README: `make reproduce` and `make test`. Both make the environment first.
PYTHON ?= python3
CORES ?= all
BIN := .venv/bin

.PHONY: reproduce test lint clean-environment

reproduce: .venv/runtime
	$(BIN)/snakemake --cores $(CORES)

test: .venv/development
	$(BIN)/python -m pytest

lint: .venv/development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

.venv/runtime: envs/requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement envs/requirements.txt
	touch $@

.venv/development: envs/development.txt .venv/runtime
	$(BIN)/python -m pip install --quiet --requirement envs/development.txt
	touch $@

clean-environment:
	rm -rf .venv
