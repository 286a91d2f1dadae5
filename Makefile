# The two commands of the README: `make reproduce` and `make test`. Both make the environment first.
PYTHON ?= python3
CORES ?= all
# Memory in MB that the jobs may fill together; more jobs than fit wait.
MEMORY ?= $(shell awk '/MemTotal/ {print int($$2 / 1024)}' /proc/meminfo)
BIN := .venv/bin

.PHONY: reproduce test faults recompute lint

reproduce: .venv/runtime
	$(BIN)/python workflow/resume.py --cores $(CORES) --resources mem_mb=$(MEMORY)

test: .venv/development
	$(BIN)/python -m pytest

# Half an hour of killed runs, full disks and the like; no part of `test`.
faults: .venv/development
	$(BIN)/python tests/faults

# An hour of trainings; no part of `test`.
recompute: .venv/development
	$(BIN)/python tests/recompute --cores $(CORES)

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
