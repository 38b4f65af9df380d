# The verbs. Each is one line over the command line `groat`; `make` alone prints them.
ENV ?= local
# the first Python that is new enough, whatever it is called here
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
UV := $(shell command -v uv 2>/dev/null)
# eight times as fast as pip; pip brings it into .venv where it is missing, and does the work itself where uv cannot
UV_VERSION := 0.13.9
# the certificates that this machine trusts, as pip does: behind a company's proxy there is no other way out
export UV_SYSTEM_CERTS := 1
# without bytecode every start compiles everything anew: a machine-wide setting would double the time of all verbs
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
READY := .venv/ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
install = $(1) -r requirements.lock && $(1) --no-deps -e .

.DEFAULT_GOAL := help
.PHONY: help install templates lint deploy review rehearse recover rollback status destroy dev build local-api invoke local-up local-down local-logs check test test-slow bench clean

help: ## Print the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  ENV=local (default) is this machine; ENV=dev, ENV=prod ... are the sections of samconfig.toml"

install: $(READY) ## Prepare the environment in .venv (pinned by requirements.lock; uv if there, else pip)

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

templates: $(READY) ## Write templates/ from website.py, linted
	@$(BIN)/groat templates

lint: $(READY) ## Lint the templates: cfn-lint and the tick-box rules
	@$(BIN)/groat lint

deploy: $(READY) ## Deploy the site (ENV=local: on this machine, no AWS account needed)
	@$(BIN)/groat --env "$(ENV)" deploy

review: $(READY) ## Show what a deployment would change (BASE=origin/main: compared with that revision, no account)
	@$(BIN)/groat --env "$(ENV)" review $(if $(BASE),--base $(BASE))

rehearse: $(READY) ## Play the deployment with a failure at every resource in turn (BASE=origin/main: of that difference)
	@$(BIN)/groat --env "$(ENV)" rehearse $(if $(BASE),--base $(BASE))

recover: $(READY) ## Bring stuck stacks back to health
	@$(BIN)/groat --env "$(ENV)" recover

rollback: $(READY) ## Go back to the version before: template, values, image and frontend
	@$(BIN)/groat --env "$(ENV)" rollback

status: $(READY) ## Health, last operation, outputs, what to type next
	@$(BIN)/groat --env "$(ENV)" status

destroy: $(READY) ## Delete the site's stacks, and ask before anything that holds data goes
	@$(BIN)/groat --env "$(ENV)" destroy

dev: $(READY) ## Serve the site while you edit it; an edit shows at the next request (SAM=1: in its container, needs Docker)
	@$(BIN)/groat dev $(if $(SAM),--sam)

build: $(READY) ## Build the app's container (needs Docker)
	@$(BIN)/groat sam build

local-api: $(READY) ## Build it, and serve the API from it: sam local start-api (needs Docker)
	@$(BIN)/groat sam api

EVENT ?= tests/app/events/health.json
invoke: $(READY) ## Build it, and call the function once with EVENT=file.json (needs Docker)
	@$(BIN)/groat sam invoke $(EVENT)

local-up: $(READY) ## Start the local cloud
	@$(BIN)/groat local up

local-down: $(READY) ## Stop the local cloud; what it holds is gone
	@$(BIN)/groat local down

local-logs: $(READY) ## The local cloud's log
	@$(BIN)/groat local logs

check: $(READY) ## ruff, mypy --strict, templates current, who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/groat templates --check
	@$(BIN)/pytest tests/test_architecture.py

test: $(READY) ## The tests that need nothing but Python
	@$(BIN)/pytest -n auto -m "not slow"

test-slow: $(READY) ## The rest: real clients, containers, browsers, kills; what is missing here is skipped by name
	@$(BIN)/pytest -n auto --dist loadgroup -m slow -rs

bench: $(READY) ## Measure against the other tools, on this machine
	@$(BIN)/python -m bench

clean: ## Remove .venv and everything that can be made again
	@if [ -x $(BIN)/groat ]; then $(BIN)/groat local down || true; fi
	@rm -rf .venv .groat .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +
