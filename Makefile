# Needs Python 3.11 or newer and nothing else: every command makes the virtual
# environment it runs in.
#
#   make serve      the example site on http://127.0.0.1:8000/
#   make test       the tests, two at a time
#   make help       all of them
#
# PYTHON=python3.12 picks the interpreter, VENV=folder another environment,
# ARGS="..." adds arguments to the command that is run.

VENV ?= .venv
ARGS ?=

bin := $(VENV)/bin
pytest := $(bin)/python -m pytest

.PHONY: help serve test test-all browser conformance apache test-hosts check format bench bench-serving clean
.DELETE_ON_ERROR:

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | while IFS='	' read -r name text; \
	  do printf '  make %-12s %s\n' "$$name" "$$text"; done

serve: $(VENV)/.test ## the example site on http://127.0.0.1:8000/
	$(bin)/psp serve templates --dev $(ARGS)

test: $(VENV)/.test ## what everybody runs: no browser, no web server, nothing slow
	$(pytest) -n 2 -m "not browser and not apache and not slow" $(ARGS)

test-all: $(VENV)/.test ## every test; needs Chromium and Apache with mod_python
	$(pytest) -n 2 $(ARGS)

browser: $(VENV)/.test ## screenshots of the example site by headless Chromium
	$(pytest) -m browser tests/browser $(ARGS)

conformance: $(VENV)/.test ## replays what mod_python answered; ARGS="form session" for some
	$(bin)/python -m tests.conformance $(ARGS)

apache: $(VENV)/.test ## psp inside Apache's mod_python, and three sites compared
	$(bin)/python -m tests.hosts.modpython
	$(bin)/python -m tests.sites.compare
	$(pytest) -m apache tests/hosts tests/sites $(ARGS)

test-hosts: $(VENV)/.hosts ## the same requests to every host; ARGS="nginx lighttpd" for some
	$(bin)/python -m tests.hosts.all $(ARGS)
	$(bin)/python -m tests.hosts.twins

check: $(VENV)/.check ## ruff and mypy
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy

format: $(VENV)/.check ## ruff's formatter and its safe fixes
	$(bin)/ruff check --fix
	$(bin)/ruff format

bench: $(VENV)/.test ## the benchmark table; ARGS="--help" for more
	$(bin)/python -m tests.bench $(ARGS)
	$(bin)/python -m tests.bench.compile_site

bench-serving: $(VENV)/.test ## CPU per request through HTTP; needs wrk, Apache with mod_python
	$(bin)/python -m pip install --quiet --disable-pip-version-check gunicorn jinja2
	$(bin)/python -m tests.bench.serving $(ARGS)

clean: ## what the commands above have made
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find psp tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.test: pyproject.toml | $(bin)/python
	$(bin)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/.hosts: pyproject.toml | $(bin)/python
	$(bin)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,hosts]'
	@touch $@

$(VENV)/.check: pyproject.toml | $(bin)/python
	$(bin)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint,types]'
	@touch $@

$(bin)/python:
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	      2>/dev/null; then \
	    echo "$$python -m venv $(VENV)"; exec "$$python" -m venv $(VENV); \
	  fi; \
	done; \
	echo 'No Python 3.11 or newer with venv found; name one: make PYTHON=/path/to/python' >&2; \
	exit 1
