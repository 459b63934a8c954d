# Everything a person or a machine does with engage, by name. Needs Python 3.11 or newer and make, nothing else.
# PYTHON=python3.12 names another Python; WORKERS=2 says how many tests run side by side; ARGS="-k receipt" goes to pytest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
WORKERS ?= auto
ARGS ?=

# Paths are relative, so that a checkout may lie in a folder whose name has spaces.
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export FLASK_APP ?= wsgi

# Stamps carry the check sum of what they were made from: another branch's pins are another stamp.
sum = $(shell cat $(1) 2>/dev/null | cksum | cut -d ' ' -f 1)
RUN_STAMP := .venv/.run-$(call sum,requirements.txt)
DEV_STAMP := .venv/.dev-$(call sum,requirements.txt requirements-dev.txt)
NPM_STAMP := node_modules/.locked-$(call sum,package-lock.json)
TEXT_STAMP := translations/.made
FONT_STAMP := engage/fonts/.made-$(call sum,package-lock.json engage/cli/fonts.py)
PASSWORD_STAMP := engage/passwords/.made-$(call sum,package-lock.json engage/cli/common_passwords.py)
TEXTS := $(shell find engage templates $(wildcard translations) -type f ! -path '*@pseudo*' ! -path '*/static/*' \
  \( -name '*.py' -o -name '*.html' -o -name '*.txt' -o -name '*.toml' -o -name '*.po' \))

PIP_INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)
LOCK := $(BIN)/uv pip compile --quiet --no-strip-extras --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
WITHOUT_SERVERS := env -u TEST_DATABASE_URL -u TEST_REDIS_URL
NEEDS_NOTHING := not postgres and not redis and not browser and not clamav and not dovecot

.PHONY: help run serve demo test check lint audit sbom e2e bench fix lock build migrate migration clean install

help: ## List what make can do
	@awk 'BEGIN { FS = ":.*## " } /^[a-z0-9-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

run: build ## Start the demonstration on http://127.0.0.1:8000 (demo data, mails readable at /dev/mail)
	@exec $(BIN)/python -m engage.cli.start run

serve: build ## Start the embedded product: web, worker and schedule on this machine
	@exec $(BIN)/python -m engage.cli.start serve

demo: build migrate ## Fill the database with demonstration data
	$(BIN)/flask engage seed-demo

test: build $(DEV_STAMP) ## Test with nothing but Python: SQLite, folder queue, a real local mail server
	$(WITHOUT_SERVERS) $(PYTEST) --ignore=tests/e2e -m "$(NEEDS_NOTHING)"

check: lint sbom build ## Check before each commit: format, lint, types, layers, fast tests
	$(WITHOUT_SERVERS) $(PYTEST) --ignore=tests/e2e -m "$(NEEDS_NOTHING) and not slow"

lint: $(DEV_STAMP)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/python .ci/check_files.py
	$(BIN)/lint-imports
	$(BIN)/mypy

audit: $(DEV_STAMP) $(NPM_STAMP) ## Ask the advisory services for known holes in what is pinned; says so where it cannot
	$(BIN)/python .ci/audit.py

sbom: build/sbom.json ## List every package that engage runs on, in CycloneDX (build/sbom.json); needs no network

build/sbom.json: requirements.txt | $(DEV_STAMP)
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements requirements.txt --output-reproducible --output-file $@

e2e: build $(DEV_STAMP) ## Walk the journeys in a real browser (Debian's chromium; CHROMIUM= names another)
	$(PYTEST) -m browser tests/e2e

bench: build $(DEV_STAMP) ## Measure pages against a floor, and sweeps among a million cases; writes bench/results.md
	$(BIN)/python -m bench

fix: $(DEV_STAMP) ## Format the code and mend what the linter can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: $(DEV_STAMP) ## Compile requirements*.txt from requirements*.in, with exact pins and hashes
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt

build: $(NPM_STAMP) $(TEXT_STAMP) $(FONT_STAMP) $(PASSWORD_STAMP) ## Build style sheets and scripts into engage/static/dist, fonts, lists and languages
	@$(BIN)/node frontend/build.mjs

migrate: $(RUN_STAMP) ## Bring the database to the newest schema
	$(BIN)/flask db upgrade

migration: $(DEV_STAMP) ## Write a migration from the models: make migration name=add_outbox
	@test -n "$(name)" || { echo 'Say what it does: make migration name=add_outbox' >&2; exit 2; }
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && unset ENGAGE_DATABASE_URL && export ENGAGE_VAR="$$scratch" && \
	$(BIN)/flask db upgrade && \
	$(BIN)/flask db migrate -m "$(name)" --rev-id "$$(printf %04d $$(($$(ls engage/migrations/versions/[0-9]*.py | wc -l) + 1)))" && \
	$(BIN)/ruff check -q --fix --exit-zero engage/migrations/versions && $(BIN)/ruff format -q engage/migrations/versions

clean: ## Remove what make made; var/, which holds data, stays
	rm -rf .venv node_modules build engage/static/dist engage/fonts engage/passwords translations/.made translations/*@pseudo templates/email/*/*@pseudo .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(DEV_STAMP)

$(RUN_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'engage needs Python 3.11 or newer as "$(PYTHON)". Install it, or name yours: make PYTHON=/path/to/python3.12 …' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { echo 'Python could not make .venv. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@echo 'Installing what engage runs on …'
	@$(PIP_INSTALL) -r requirements.txt
	@rm -f .venv/.run-*
	@touch $@

$(DEV_STAMP): | $(RUN_STAMP)
	@echo 'Installing what its developers use …'
	@$(PIP_INSTALL) -r requirements-dev.txt
	@rm -f .venv/.dev-*
	@touch $@

$(TEXT_STAMP): babel.cfg $(TEXTS) | $(RUN_STAMP)
	@echo 'Writing the languages …'
	@$(BIN)/python -c 'from engage.cli.languages import write_all; print(write_all())'
	@touch $@

$(FONT_STAMP): | $(NPM_STAMP)
	@echo 'Making the fonts of files to print …'
	@$(BIN)/python -c 'from engage.cli.fonts import write_all; print(write_all())'
	@rm -f engage/fonts/.made-*
	@touch $@

$(PASSWORD_STAMP): | $(NPM_STAMP)
	@echo 'Writing the list of common passwords …'
	@$(BIN)/python -c 'from engage.cli.common_passwords import write_all; print(write_all())'
	@rm -f engage/passwords/.made-*
	@touch $@

$(NPM_STAMP): | $(RUN_STAMP)
	@echo 'Installing what the front end is built from …'
	@$(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
