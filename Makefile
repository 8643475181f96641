# make          set up and run the workflow of config.yaml; make CONFIG=FILE replaces some keys by those of FILE
# make model    train FFNet-M on all generated people, for predictions; make model CONFIG=FILE: on your own scans
# make setup    install everything into .venv; make PYTHON=/path/to/python3.12 for another Python than the first that fits
# make test     set up and run the fast tests
# make slow     run the slow tests
# make cluster  run the tests on a real SLURM, started for them
# make full     run the longest tests: 20,000 damaged files for each reader, whole collections
# make lint     check style, formatting, type hints and spelling
# make coverage run the fast tests and show which lines of ffnet they never run
# make gpu      test and measure training on a GPU, in under 6 minutes; PYTHON=python3 make gpu needs no set-up there
# make hooks    check each commit before it is made (pre-commit)
# make outdated list the packages in requirements.lock that have newer releases
# make lock     write requirements.lock for the packages of pyproject.toml; make lock RAISE=NAME to raise a pin
# make docs     build the documentation as a site, docs/_build/index.html
# make bench    measure speed against named alternatives
# make clean    delete results, the generated collection and the site, but keep .venv
# make help     print these lines

SHELL := /bin/bash
BIN := .venv/bin
READY := .venv/.ready
GPU_PYTHON = $(if $(wildcard $(READY)),$(BIN)/python,$(or $(PYTHON),python3))
MINUTES ?= 4

.PHONY: all model setup test slow cluster full lint coverage docs hooks lock outdated gpu bench clean help

all: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" envs/run.sh $(if $(CONFIG),--configfile $(CONFIG))
	@cat results/tables/accuracy.md
	@echo
	@echo "report:     results/report.html"
	@echo "tables:     results/tables/     figures:  results/figures/"
	@echo "left out:   results/*/quarantine.csv     logs:  logs/"

model: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" envs/run.sh models $(if $(CONFIG),--configfile $(CONFIG))
	@echo
	@ls results/*/models/*.safetensors
	@echo "predict:    $(BIN)/python -m ffnet predict SCAN --model ONE_OF_THESE"
	@echo "A model of generated people shows how predictions work. Nobody has tested it on real faces: decide nothing by it."

setup: $(READY)

$(READY): requirements.lock pyproject.toml envs/setup.sh
	@envs/setup.sh "$(PYTHON)"

# One thread each: on a busy machine, threads that share a computation wait for each other
test slow cluster full coverage: export OMP_NUM_THREADS = 1

# Tests run in two processes. Those of a file stay together, as they share what they have made
PROCESSES ?= 2
PARALLEL := --numprocesses $(PROCESSES) --dist loadfile

test: setup
	@$(BIN)/python -m pytest $(PARALLEL)

slow: setup
	@$(BIN)/python -m pytest $(PARALLEL) -m slow

cluster: setup
	@$(BIN)/python -m pytest -m cluster

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
	@$(GPU_PYTHON) -m pytest -m gpu -W default --tb=short --show-capture=no tests/training
	@$(GPU_PYTHON) benchmarks/bench_gpu.py --minutes $(MINUTES)

coverage: setup
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

hooks: setup
	@$(BIN)/pre-commit install

lock: setup
	@$(BIN)/uv pip compile --quiet pyproject.toml --group dev --output-file requirements.lock --universal \
	  --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $(addprefix --upgrade-package ,$(RAISE))
	@sed -i "s/\(sha256\) .*/\1 $$(sha256sum requirements.lock | cut -d ' ' -f 1)/" envs/ffnet.yaml

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
