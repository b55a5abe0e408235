# Two commands for people: `make lab` opens the panel, `make test` runs everything CI runs.
# `make help` lists the rest.

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2
# A file stays with one worker, and so do all that hold the browser (tests/conftest.py).
SPREAD := --dist loadgroup --no-loadscope-reorder
UV_VERSION := 0.13.9
LAB := .venv/bin
TEST := .venv-test/bin
LOCK_FLAGS := --no-config --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'
# One thread: small matrices get slower, not faster, with more (218 s became 1.5 s).
export OPENBLAS_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help lab test check pytest house notebooks outputs bench bench-peers calibrate fuzz soak picture lock clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

lab: .venv/installed  ## open the session notebook (options: make lab ARGS='--scripted')
	@$(LAB)/parallax lab $(ARGS)

test: check pytest  ## everything CI runs, in its own environment

check: .venv-test/installed  ## format, types, imports, files under personas/, schemas, docs
	$(TEST)/ruff check .
	$(TEST)/ruff format --check .
	$(TEST)/mypy
	$(TEST)/lint-imports
	$(TEST)/parallax check
	$(TEST)/python -m pytest -q tests/house

pytest: .venv-test/installed  ## the tests: browser, notebooks (nbval) and all
	$(TEST)/python -m pytest --ignore=tests/house -n $(WORKERS) $(SPREAD) $(ARGS)

house: .venv-test/installed  ## the house in figures: lines, rooms, doors, docstrings
	@$(TEST)/python tests/house/figures.py

notebooks: .venv-test/installed  ## run every notebook with nbval
	$(TEST)/python -m pytest tests/notebooks $(ARGS)

outputs: .venv-test/installed  ## run notebooks and keep what they show (ARGS=52_disparity; else all)
	@PYTHONPATH=tests $(TEST)/python tests/notebooks/renew.py $(ARGS)

bench: .venv-test/installed  ## figures on this machine, as ratios within one run
	@PYTHONPATH=tests $(TEST)/python -m bench $(ARGS)

bench-peers: .venv-test/installed  ## other tools on the same prompts (installs them in .cache/)
	@PYTHONPATH=tests $(TEST)/python -m bench.peers

calibrate: .venv-test/installed  ## count error rates and coverage by simulation, renew the report
	@PYTHONPATH=tests $(TEST)/python -m calibration $(ARGS)

fuzz: .venv-test/installed  ## ask 5,000 random streams of twelve shapes of servers over both transports
	@PYTHONPATH=tests:tests/endpoints $(TEST)/python tests/endpoints/stream_fuzz.py $(ARGS)

soak: .venv-test/installed  ## draw random mutants, count those that a test notices (an hour), renew the report
	@PYTHONPATH=tests:tests/endpoints nice $(TEST)/python tests/endpoints/stream_fuzz.py --cases 20000
	@PYTHONPATH=tests nice $(TEST)/python -m mutation --report $(ARGS)

picture: .venv-test/installed  ## take the README's picture of the panel again
	$(TEST)/python tests/journeys/picture.py

lock: .venv-test/uv  ## renew both lock files from pyproject.toml
	$(TEST)/uv pip compile $(LOCK_FLAGS) --extra voila --upgrade pyproject.toml -o requirements.lock
	$(TEST)/uv pip compile $(LOCK_FLAGS) --all-extras --upgrade --constraints requirements.lock \
		pyproject.toml -o requirements-dev.lock

clean:  ## remove both environments and every cache; results/ stays
	rm -rf .venv .venv-test .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/installed: requirements.lock pyproject.toml | .venv/uv
	@echo "Installing what the lab needs …"
	@$(LAB)/uv pip install --quiet --require-hashes --python $(LAB)/python -r requirements.lock
	@$(LAB)/uv pip install --quiet --no-deps --python $(LAB)/python --editable .
	@touch $@

.venv-test/installed: requirements-dev.lock pyproject.toml | .venv-test/uv
	@echo "Installing what the tests need …"
	@$(TEST)/uv pip install --quiet --compile-bytecode --require-hashes --python $(TEST)/python \
		-r requirements-dev.lock
	@$(TEST)/uv pip install --quiet --no-deps --python $(TEST)/python --editable .
	@touch $@

# uv lives inside the environment that it fills: nothing is installed outside this folder.
.venv/uv .venv-test/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "make: got $$($(PYTHON) --version 2>&1 || echo no Python); wanted Python 3.11 or newer." \
		"Install it, or name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: got a Python without venv and ensurepip; wanted both." \
		"On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@# The pip that is there already saves three seconds of putting one into the environment.
	@{ $(PYTHON) -m venv --without-pip $(@D) && \
		$(PYTHON) -m pip --python $(@D)/bin/python install --quiet uv==$(UV_VERSION) 2>/dev/null; } || \
		{ $(PYTHON) -m venv $(@D) && \
		$(@D)/bin/python -m pip install --quiet uv==$(UV_VERSION); } || { \
		echo "make: got no uv from the package index (pip's own message stands above); wanted it" \
		"once. Check the network, a proxy, or pip's index setting, then run make again." >&2; \
		rm -rf $(@D); exit 1; }
	@touch $@
