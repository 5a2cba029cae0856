# `make demo` and `make test` do all the set-up that they need; see CONTRIBUTING.md for the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
CARGO ?= cargo
RUST_SOURCES := Cargo.toml Cargo.lock $(shell find crates examples -name '*.rs' -o -name '*.toml' -o -name '*.sql')
TIMED := scripts/timed

.PHONY: help
help: ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

.venv/bin/python:
	@python=$$(scripts/prepare) && echo "Making .venv with $$python" && "$$python" -m venv .venv
	@touch $@

.venv/.build-tools: requirements/build.txt .venv/bin/python
	@.venv/bin/pip install --quiet --disable-pip-version-check -r requirements/build.txt
	@touch $@

.venv/.test-tools: requirements/test.txt .venv/bin/python
	@.venv/bin/pip install --quiet --disable-pip-version-check -r requirements/test.txt
	@touch $@

# What tests in a browser need, where there is a Node to run it.
.venv/.browser-tools: tests/browser/package-lock.json .venv/bin/python
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --silent --prefix tests/browser; fi
	@touch $@

# The package with its native module, then the native command in place of the console script.
.venv/.package: .venv/.build-tools pyproject.toml $(RUST_SOURCES)
	@scripts/prepare >/dev/null
	@VIRTUAL_ENV=$(CURDIR)/.venv .venv/bin/maturin develop --release --quiet
	@$(CARGO) build --release --quiet -p hyperdj-cli
	@rm -f .venv/bin/hyper && cp target/release/hyper .venv/bin/hyper
	@touch $@

.PHONY: build
build: ## Build the package and the command into .venv
	@$(TIMED) "Built" $(MAKE) --no-print-directory .venv/.package

.PHONY: demo
demo: build ## Show the main job on a sample database
	@scripts/server-programs
	@$(TIMED) "Demo" .venv/bin/hyper demo

.PHONY: test
test: build .venv/.test-tools .venv/.browser-tools ## Run every test
	@scripts/server-programs
	@$(TIMED) "Tests" scripts/test

.PHONY: bench
bench: build ## Measure beside the other tools (installs them)
	@scripts/server-programs
	@$(MAKE) --no-print-directory -C benches

.PHONY: format
format: .venv/.test-tools ## Format all code
	@$(CARGO) fmt --all
	@.venv/bin/ruff format --quiet python tests benches

.PHONY: clean
clean: ## Remove what was built
	@rm -rf .venv target python/hyperdjango/_engine*.so
