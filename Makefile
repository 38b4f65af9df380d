# The verbs. Each is a thin wrapper around the command line `groat`; `make` alone lists them.
ENV ?= local
# the first Python that is new enough, whatever its name
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
UV := $(shell command -v uv 2>/dev/null)
# uv is eight times as fast as pip; pip installs it into .venv if it is missing, and takes over if it does not work
UV_VERSION := 0.13.9
# trust the certificates that this machine trusts, as pip does: a company's proxy needs it
export UV_SYSTEM_CERTS := 1
# without bytecode every start compiles everything again, and every verb takes twice as long
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
READY := .venv/ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
install = $(1) -r requirements.lock && $(1) --no-deps -e .

.DEFAULT_GOAL := help
.PHONY: help install templates lint deploy review rehearse recover rollback status destroy dev build local-api invoke local-up local-down local-logs check test test-slow bench clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  ENV names a section of samconfig.toml, e.g. make deploy ENV=prod; the default, local, is this machine"
	@echo "  FLAGS is handed on to groat, e.g. make deploy FLAGS=--yes; groat VERB --help lists what each verb takes"

install: $(READY) ## Prepare .venv from requirements.lock (with uv, or else pip)

$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "groat needs Python 3.11 or newer, and found: $(or $(PYTHON),none). If you have one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Preparing .venv from requirements.lock, once, in about 20 seconds ..."
ifdef UV
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(call install,$(UV) pip install --quiet --python $(BIN)/python)
else
	@$(PIP) --help >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PIP) uv==$(UV_VERSION) || true
	@{ $(call install,$(BIN)/uv pip install --quiet --python $(BIN)/python); } || \
	  { echo "uv cannot install here, so pip does; that takes minutes ..."; $(call install,$(PIP)); }
endif
	@touch $@

templates: $(READY) ## Generate templates/ from website.py, and lint them
	@$(BIN)/groat templates

lint: $(READY) ## Lint the templates with cfn-lint and the tick-box rules
	@$(BIN)/groat lint

deploy: $(READY) ## Deploy the site (by default on this machine: no AWS account needed)
	@$(BIN)/groat --env "$(ENV)" deploy $(FLAGS)

review: $(READY) ## Show what a deployment would change (BASE=origin/main: since that revision, no account needed)
	@$(BIN)/groat --env "$(ENV)" review $(if $(BASE),--base $(BASE)) $(FLAGS)

rehearse: $(READY) ## Play the deployment with a failure at every resource in turn (BASE=origin/main: since that revision)
	@$(BIN)/groat --env "$(ENV)" rehearse $(if $(BASE),--base $(BASE)) $(FLAGS)

recover: $(READY) ## Bring stuck stacks back to health
	@$(BIN)/groat --env "$(ENV)" recover $(FLAGS)

rollback: $(READY) ## Go back to the previous version: template, values, image and frontend
	@$(BIN)/groat --env "$(ENV)" rollback $(FLAGS)

status: $(READY) ## Show health, last operation, outputs and what to type next
	@$(BIN)/groat --env "$(ENV)" status $(FLAGS)

destroy: $(READY) ## Delete the site's stacks, asking before anything that holds data goes
	@$(BIN)/groat --env "$(ENV)" destroy $(FLAGS)

dev: $(READY) ## Serve the site while you edit it (SAM=1: in its container, needs Docker)
	@$(BIN)/groat dev $(if $(SAM),--sam)

build: $(READY) ## Build the app's container: sam build (needs Docker)
	@$(BIN)/groat sam build

local-api: $(READY) ## Build the container and serve the API from it: sam local start-api (needs Docker)
	@$(BIN)/groat sam api

EVENT ?= tests/app/events/health.json
invoke: $(READY) ## Build the container and call the function once with EVENT=file.json (needs Docker)
	@$(BIN)/groat sam invoke $(EVENT)

local-up: $(READY) ## Start the local cloud
	@$(BIN)/groat local up

local-down: $(READY) ## Stop the local cloud; everything in it is lost
	@$(BIN)/groat local down

local-logs: $(READY) ## Print the end of the local cloud's log
	@$(BIN)/groat local logs

check: $(READY) ## Check style, types, that templates/ is current, and who imports whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/groat templates --check
	@$(BIN)/pytest tests/test_architecture.py

test: $(READY) ## Run the tests that need nothing but Python
	@$(BIN)/pytest -n auto -m "not slow"

test-slow: $(READY) ## Run the rest: real clients, containers, browsers, kills; what cannot run here is skipped by name
	@$(BIN)/pytest -n auto --dist loadgroup -m slow -rs

bench: $(READY) ## Measure groat against other tools on this machine
	@$(BIN)/python -m bench

clean: ## Stop the local cloud; remove .venv and everything that can be made again
	@if [ -x $(BIN)/groat ]; then $(BIN)/groat local down || true; fi
	@rm -rf .venv .groat .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +
