# Crossdock: what a developer does. Only Go and make are needed to begin with;
# "make test" installs what the tests need besides.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS   += --no-print-directory

export CGO_ENABLED = 0

TOOL     := go tool -modfile=tools/go.mod
FUZZTIME ?= 10s
RETRIES  ?= 100000
# What make torture does at least, and after which time it begins no new round.
KILLS      ?= 1000
POWERCUTS  ?= 100
PARTITIONS ?= 100
ORDERS     ?= 100000
TIME       ?= 3h
# The version is stamped from git, where the tree is a clone that has commits.
STAMP    := $(shell git log -1 >/dev/null 2>&1 && echo true || echo false)

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: build ## Run the whole system with sample data (ARGS="--listen :9000" passes flags)
	exec bin/crossdock demo $(ARGS)

.PHONY: build
build: ## Build bin/crossdock
	go build -buildvcs=$(STAMP) -o bin/crossdock ./cmd/crossdock

# The results are never taken from the cache: it does not see that a program
# which a test was skipped for is there now.
.PHONY: test
test: ## Install what the tests need, then run all of them; a skipped test fails
	tools/install-test-needs
	go -C tools build -o ../bin/testreport ./testreport
	{ status=0; \
	  go test -json -count=1 -timeout=20m ./... || status=$$?; \
	  go -C tools test -json -count=1 ./... || status=$$?; \
	  exit $$status; } | bin/testreport

.PHONY: check
check: ## Check format, vet, staticcheck, generated code, go.mod and the rules of the layers
	@tools/check

.PHONY: race
race: ## Run the tests with the race detector (needs a C compiler)
	@command -v "$$(go env CC)" >/dev/null || { echo "make race: the race detector needs the C compiler $$(go env CC)" >&2; exit 1; }
	CGO_ENABLED=1 go test -race -timeout=20m ./...

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (10s) each
	@tools/fuzz $(FUZZTIME)

.PHONY: bench
bench: ## Run the Go benchmarks of all packages
	go test -run='^$$' -bench=. -benchmem -benchtime=100ms ./...

.PHONY: retries
retries: ## Resend RETRIES (100000) requests to a program that is killed meanwhile
	go test -count=1 -timeout=60m -v -run='^TestRetriesAcrossKills$$' ./cmd/crossdock -retries=$(RETRIES)

# SEED repeats a round that failed; its line says which.
.PHONY: torture
torture: ## Kill, cut off and unplug real processes, long: KILLS, POWERCUTS, PARTITIONS, ORDERS, TIME, SEED
	tools/install-test-needs
	go test -count=1 -timeout=0 -v -run='^TestTorture$$' ./sim/torture -kills=$(KILLS) -powercuts=$(POWERCUTS) \
	  -partitions=$(PARTITIONS) -orders=$(ORDERS) -within=$(TIME) $(if $(SEED),-seed=$(SEED))

.PHONY: mutants
mutants: ## Plant bugs in the program, and have the simulator find each of them (ARGS="-only NAME")
	nice go run -buildvcs=false ./sim/mutants/run -write docs/operate/mutants.md $(ARGS)

.PHONY: generate
generate: ## Generate the code of pages and queries
	@tools/generate

.PHONY: tidy-check
tidy-check: ## Check that go.mod and go.sum can be made again from nothing (needs the network)
	@tools/tidy-check

.PHONY: vuln
vuln: ## Look for known vulnerabilities in what is used (needs the network)
	$(TOOL) govulncheck ./...
