# Everything a newcomer needs. Nothing here asks for more than Node (20 or later), npm, make and git;
# the end-to-end tests also want Go, which they say if it is missing.
.DEFAULT_GOAL := help
.PHONY: help demo build test laws e2e bench bench-check lint format dist krew test-binary clean

# Recipes work from wherever make is called.
ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
NPM := npm --prefix $(ROOT)
INSTALLED := $(ROOT)node_modules/.installed
BINARY := $(ROOT)bin/kubectl-refgrant
SOURCES := $(shell find $(ROOT)cmd $(ROOT)src -name '*.ts') $(ROOT)package.json $(wildcard $(ROOT)scripts/*.ts) $(wildcard $(ROOT).git/logs/HEAD)

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(ROOT)Makefile

# npm ci leaves the tree exactly as the lock file says; the stamp tells whether that is done.
$(INSTALLED): $(ROOT)package.json $(ROOT)package-lock.json
	cd $(ROOT) && npm ci --no-audit --loglevel=error
	@touch $@

$(BINARY): $(INSTALLED) $(SOURCES)
	@$(NPM) run --silent build

build: $(BINARY) ## Build the plugin: bin/kubectl-refgrant

demo: $(BINARY) ## Audit the example world in examples/world
	@cd $(ROOT) && echo '$$ kubectl refgrant audit -f examples/world' && \
	  { bin/kubectl-refgrant audit -f examples/world; code=$$?; \
	    echo "(exit code $$code: findings at or above --fail-on, which is error by default)"; test $$code -eq 1; }

test: $(BINARY) ## Run all tests; those that need Go only where Go is
	@$(NPM) run --silent test

# A thousand worlds for each law in every test run, a hundred thousand here, or as many as LAW_RUNS says: the better part of an hour.
laws: $(INSTALLED) ## Hold the laws against 100,000 generated worlds each (LAW_RUNS=n for n)
	@$(NPM) run --silent laws

e2e: $(BINARY) ## Run the end-to-end tests alone (needs Go)
	@$(NPM) run --silent test:e2e

bench: $(BINARY) ## Measure against kubectl on a real API server (needs Go)
	@$(NPM) run --silent bench

# The binary is what is promised to be quick, so it is what is held to the limits.
bench-check: $(INSTALLED) ## Measure the binary, and fail above the limits (needs Go; make dist first)
	@$(NPM) run --silent bench -- --plugin dist/linux_amd64/kubectl-refgrant --check

lint: $(INSTALLED) ## Check style, types and the rules of the architecture
	@$(NPM) run --silent lint
	@$(NPM) run --silent typecheck
	@$(NPM) run --silent test:architecture

format: $(INSTALLED) ## Bring all files into the project's style
	@$(NPM) run --silent format

# Binaries for five systems, archives, checksums, SBOM, the npm package. Those for macOS are signed with a program in Go.
dist: $(INSTALLED) ## Build what is released, into dist/release (needs Go)
	@$(NPM) run --silent dist

krew: $(INSTALLED) ## Write krew/refgrant.yaml from dist/release
	@$(NPM) run --silent krew

test-binary: $(INSTALLED) ## Run the end-to-end tests with the binary of dist/linux_amd64 (needs Go, and make dist before)
	@$(NPM) run --silent test:binary

clean: ## Remove what was built and installed
	rm -rf $(ROOT)node_modules $(ROOT)bin $(ROOT)dist
