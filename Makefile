# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# Any Python from 3.11 on: make test PYTHON=python3.12
PYTHON ?= python3
# What nox gets besides: make units ARGS='-k rename', make nox ARGS='--list'
ARGS ?=

NOX := .venv/bin/python -m nox
READY := .venv/ready

# Each check says what it has to say when it has ended. Where make is too old for that, one runs after the other.
SIDE_BY_SIDE := $(if $(filter output-sync,$(.FEATURES)),--jobs=2 --output-sync=target)

.DEFAULT_GOAL := help
.PHONY: help demo test units integration matrix live bench docs docs-open format nox clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

demo: $(READY) ## See the collection at work against the SendCloud emulator: no account needed
	@$(NOX) --session demo

test: $(READY) ## Run all checks, two at a time; one that fails ends the run
	@rm -f .nox/left-out
	@checks=$$($(NOX) --list | sed -n 's/^\* \([^ ]*\) .*/check-\1/p') && test -n "$$checks" && \
		$(MAKE) --no-print-directory $(SIDE_BY_SIDE) $$checks
	@echo "All checks passed."
	@test ! -e .nox/left-out || cat .nox/left-out

check-%: $(READY)
	@$(NOX) --session $*

units: $(READY) ## Run the unit tests alone
	@$(NOX) --session units -- $(ARGS)

integration: $(READY) ## Run the integration targets alone
	@$(NOX) --session integration -- $(ARGS)

matrix: $(READY) ## Run all tests on each ansible-core and Python that is supported and installed (hours)
	@rm -rf .nox/.cache/matrix/rows
	@$(NOX) --session matrix versions

live: $(READY) ## Ask the real service what is not known of it, with your own account (docs/live.md)
	@$(NOX) --session live

docs: $(READY) ## Build the documentation site and say where it is
	@$(NOX) --session docs

docs-open: docs ## Build the documentation site and open it in a browser
	@.venv/bin/python -m webbrowser -t "file://$(CURDIR)/docs/build/index.html"

bench: $(READY) ## Measure how long tasks take (half an hour), and write docs/benchmarks.md
	@$(NOX) --session bench -- $(ARGS)

format: $(READY) ## Format the Python code
	@$(NOX) --session format

nox: $(READY) ## Run nox with ARGS
	@$(NOX) $(ARGS)

clean: ## Remove everything that these commands have set up
	rm -rf .venv .nox docs/build

$(READY): tests/requirements/nox.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "This needs Python 3.11 or newer, and $(PYTHON) is not. Name another one: make PYTHON=python3.12 ..." >&2; \
		exit 1; }
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --requirement $<
	@touch $@
