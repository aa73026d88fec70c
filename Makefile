# Everything a newcomer runs. Each target does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: help setup demo serve test test-quick lint bench load accuracy pages servers build data clean
help:  ## what there is to run
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | sort

$(VENV)/installed: requirements.txt pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Hace falta Python 3.11 o posterior / Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Falta el módulo venv / the venv module is missing: sudo apt install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

SOURCES := $(wildcard autograder/messages/locale/*/LC_MESSAGES/*.po)
$(VENV)/catalogues: $(VENV)/installed $(SOURCES)
	@$(BIN)/python -m autograder.messages.compile
	@touch $@

setup: $(VENV)/installed $(VENV)/catalogues

demo: setup  ## build both labs and grade a dozen sample submissions of each
	@$(RUN) autograder demo

serve: setup  ## JupyterHub with the course and a demo cohort, on http://127.0.0.1:8000
	@$(RUN) exec autograder serve

build: setup  ## source/ to release/, solutions/ and the bundles
	@$(RUN) autograder build

data: setup  ## fetch CIFAR-10's automobiles and trucks, where there is internet
	@$(RUN) autograder data

test: setup lint  ## the whole test suite
	@$(RUN) python -m pytest

test-quick: setup  ## what needs neither TensorFlow nor a jail, in seconds
	@$(RUN) python -m pytest -m "not tensorflow and not jail"

lint: setup  ## format, lint, types, import floors
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) lint-imports

bench: setup  ## side by side with nbgrader and with bare execution
	@$(RUN) python -m benchmarks.side_by_side

load: setup  ## a class hands in at once: receipts, pages, grades, memory
	@$(RUN) python -m benchmarks.load

accuracy: setup  ## what lab 1's solution reaches on photographs it never saw
	@$(RUN) python -m benchmarks.accuracy

pages: setup  ## every page's server time with 600 students
	@$(RUN) python -m benchmarks.pages

servers: setup  ## how soon a student's server is ready, and what it weighs
	@$(RUN) python -m benchmarks.servers

clean:  ## remove the environment and the state
	rm -rf $(VENV) var
