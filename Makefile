# The developer's verbs; each sets up what it needs. `make` alone lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
WORKERS ?= logical

.DEFAULT_GOAL := help
.PHONY: help demo learn run test oracle bench bench-projects bench-grading nbval build fresh figures lint ci clean

help:            ## list these verbs
	@sed -n 's/^\([a-z-]*\): .*## /\1  \t/p' $(MAKEFILE_LIST)

demo: $(VENV)/.instructor  ## the whole loop on lessons 1 and 2: build, simulate a class of 24, grade it, write the feedback
	$(BIN)/gradschool demo demo

LESSON ?= 01

learn: $(VENV)/.student  ## open LESSON, such as 01 or 12_2, in JupyterLab
	$(BIN)/jupyter lab $(firstword $(wildcard lessons/$(LESSON)*/$(LESSON)*.ipynb lessons/*/$(LESSON)*/$(LESSON)*.ipynb))

run: $(VENV)/.instructor  ## run the solved notebook of LESSON, with the data that GRADSCHOOL_DATA names; writes runs/
	$(BIN)/gradschool run $(LESSON)

test: $(VENV)/.dev  ## all tests, in parallel
	$(BIN)/pytest -p no:nbval -n $(WORKERS) --dist worksteal

oracle: $(VENV)/.oracle  ## install PyTorch, with which `make test` then compares the library live

bench: $(VENV)/.oracle  ## measure speed and memory against PyTorch; writes benchmarks/README.md
	$(BIN)/python benchmarks/run.py --write

bench-projects: $(VENV)/.oracle  ## run the projects' experiments beside PyTorch, with the data that GRADSCHOOL_DATA names; writes benchmarks/README.md
	$(BIN)/python benchmarks/run_projects.py --write

bench-grading: $(VENV)/.dev  ## measure grading against nbgrader and bare execution; writes benchmarks/grading.md
	$(BIN)/python benchmarks/grading.py --write

nbval: export OPENBLAS_NUM_THREADS := 1
nbval: export OMP_NUM_THREADS := 1
nbval: $(VENV)/.dev  ## run the solved notebooks and compare their outputs; run the student notebooks as shipped
	$(BIN)/pytest --nbval solutions/notebooks
	$(BIN)/pytest --nbval-lax lessons

build: $(VENV)/.instructor  ## build everything that is made of the lessons
	$(BIN)/gradschool build

fresh: $(VENV)/.instructor  ## fail, naming the file, if a built file is stale
	$(BIN)/gradschool build --check

figures: $(VENV)/.instructor  ## draw the pictures of the lessons
	$(BIN)/gradschool figures

lint: $(VENV)/.dev  ## linter, formatter and type checker
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

ci:              ## what continuous integration runs
	.ci/run

clean:           ## remove what these verbs made
	rm -rf $(VENV) demo runs

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Gradschool needs Python 3.11 or newer: make PYTHON=/path/to/python3.12 ...'; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo 'On Debian: apt install python3-venv'; exit 1; }

$(VENV)/.student: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.instructor: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[instructor]'
	@touch $@ $(VENV)/.student

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.student $(VENV)/.instructor

# The oracle of the tests and the rival of the benchmarks; the course itself never needs it.
$(VENV)/.oracle: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	@touch $@
