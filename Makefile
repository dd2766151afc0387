# make help lists the commands. Everything else is in docs/operating.md.
VENV ?= .venv
DEMO_DIR ?= var/demo
MINUTES ?= 5
FUZZ_DIR ?= var/fuzz
PY := $(VENV)/bin/python
# The first Python that is new enough; an old python3 when there is none, so that the message can name it.
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.12 python3.11 python3.13 python3.14; do \
  command -v $$p >/dev/null && $$p -c '$(IS_NEW_ENOUGH)' && echo $$p && exit; done; command -v python3)

.DEFAULT_GOAL := help
.PHONY: help install run demo test check soak screenshots fuzz mutate

help:
	@echo "make run          start the helpdesk (installs what it needs into $(VENV) first)"
	@echo "make install      what it needs, into $(VENV)"
	@echo "make demo         the same, filled with conversations, in $(DEMO_DIR); sends nothing outside"
	@echo "make test         every test"
	@echo "make check        formatting, lint, types, layers, migrations, deployment checks, audit"
	@echo "make soak         the long tests: kill -9 of each part, many times"
	@echo "make fuzz         any bytes into the mail reader, guided by coverage (MINUTES=5)"
	@echo "make mutate       take each rule of the mail reader away and see whether a test misses it"
	@echo "make screenshots  every screen as a picture, to var/screens"

install: $(VENV)/installed

run: $(VENV)/installed
	@exec $(PY) manage.py run

demo: $(VENV)/installed
	@DATA_DIR=$(DEMO_DIR) exec $(PY) manage.py run --demo

test: $(VENV)/installed-dev
	@exec $(PY) -m tests.services.run

soak: $(VENV)/installed-dev
	@exec $(PY) -m tests.services.run --soak

check: $(VENV)/installed-dev
	@exec $(PY) -m tests.services.check

fuzz: $(VENV)/installed-dev
	@exec $(PY) -m tests.fuzz.parser $(MINUTES) $(FUZZ_DIR)

mutate: $(VENV)/installed-dev
	@exec $(PY) -m tests.mutate var/rules-without-a-test.txt

screenshots: $(VENV)/installed-dev
	@exec $(PY) -m tests.services.run --screenshots

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "There is no python3 here. Install it: apt-get install --yes python3 python3-venv"; exit 1; }
	@$(PYTHON) -c '$(IS_NEW_ENOUGH)' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V 2>&1), but Python 3.11 or later is needed. Install one, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making the virtual environment $(VENV) with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Making it failed. On Debian: apt-get install --yes python3-venv"; exit 1; }

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing what Holdfast runs on (requirements.txt); this takes about a minute the first time"
	@$(PY) -m pip install --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the tests need (requirements-dev.txt)"
	@$(PY) -m pip install --disable-pip-version-check --quiet --requirement requirements-dev.txt
	@touch $@ $(VENV)/installed
