# make          set up and run the workflow of config.yaml; make CONFIG=FILE with the keys of FILE instead of its own
# make test     set up and run the fast tests
# make slow     run the slow tests
# make full     run the longest tests: 20,000 damaged files for each reader, whole collections
# make lint     lint, format, hint and spelling checks
# make coverage run the fast tests and show which lines of ffnet they never run
# make gpu      test and measure training on a GPU, in under 6 minutes; PYTHON=python3 make gpu needs no set-up there
# make hooks    check each commit before it is made (pre-commit)
# make outdated show which pins of requirements.lock have newer releases, and how to raise one
# make docs     write the documentation as a site, docs/_build/index.html
# make bench    measure speed against named alternatives
# make clean    delete results, the generated collection and the site, keep the environment
# make help     print these lines

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready
GPU_PYTHON = $(if $(wildcard $(READY)),$(BIN)/python,$(PYTHON))
MINUTES ?= 3.5

.PHONY: all setup test slow full lint coverage docs hooks outdated gpu bench clean help

all: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" envs/run.sh $(if $(CONFIG),--configfile $(CONFIG))
	@cat results/tables/accuracy.md
	@echo
	@echo "report:     results/report.html"
	@echo "tables:     results/tables/     figures:  results/figures/"
	@echo "left out:   results/*/quarantine.csv     logs:  logs/"

setup: $(READY)

$(READY): requirements.lock pyproject.toml envs/setup.sh
	@envs/setup.sh "$(PYTHON)"

# one thread each: on a busy machine threads of the same sum wait for each other
test slow full coverage: export OMP_NUM_THREADS = 1

test: setup
	@$(BIN)/python -m pytest

slow: setup
	@$(BIN)/python -m pytest -m "slow or cluster"

full: setup
	@$(BIN)/python -m pytest -m full

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check Snakefile rules
	@$(BIN)/mypy
	@$(BIN)/typos
	@PATH="$(CURDIR)/$(BIN):$$PATH" snakemake --lint

# without .venv whatever Python has torch, numpy, h5py, pyyaml, safetensors, filelock, psutil, hypothesis and pytest
gpu:
	@$(GPU_PYTHON) -m pytest -m gpu --tb=short --show-capture=no tests/training
	@$(GPU_PYTHON) benchmarks/bench_gpu.py --minutes $(MINUTES)

coverage: setup
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

hooks: setup
	@$(BIN)/pre-commit install

outdated: setup
	@$(BIN)/python envs/outdated.py

docs: setup
	@$(BIN)/python docs/config_reference.py docs/_made/config.md
	@$(BIN)/python -m docs.tour docs/_made >/dev/null
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going docs docs/_build
	@echo "open docs/_build/index.html"

bench: setup
	@for bench in benchmarks/bench_*.py; do $(BIN)/python $$bench || exit 1; done

clean:
	rm -rf results resume data/demo logs .snakemake docs/_made docs/_build

help:
	@sed -n '/^#/!q; s/^# //p' Makefile
