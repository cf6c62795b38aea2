# The two commands that a newcomer needs are `make demo` and `make test`; CONTRIBUTING.md has the rest.
CACHE := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/landfall
export CARGO_TARGET_DIR ?= $(CACHE)/target
export PATH := $(CACHE)/tools/bin:$(PATH)
BUILD := tests/control-plane/build.sh
PICTURES := $(CACHE)/pictures
CORE := -p landfall-core -p landfall-cluster -p landfall-look

.PHONY: setup demo test bench check fmt clippy

setup: ## Builds what the tests run: control plane, kwok, kustomize, act
	$(BUILD)

demo: ## Runs the main job on a real control plane and a local git host
	$(BUILD) control-plane kwok kustomize
	cargo build --quiet --bins
	cargo run --quiet -p landfall-world --bin demo -- $(CARGO_TARGET_DIR)/debug/landfall examples/shop $(PICTURES)

test: setup ## Runs every test
	cargo test --workspace --no-fail-fast

bench: setup ## Measures the release build beside kubectl and Kustomize; takes some 20 minutes on a quiet machine
	cargo build --quiet --release -p landfall
	cargo build --quiet -p landfall-benches
	$(CARGO_TARGET_DIR)/debug/bench $(CARGO_TARGET_DIR)/release/landfall $(BENCH)

check: fmt clippy ## What every commit passes
	cargo test $(CORE)
	cargo test -p landfall --lib --test tidy --test it

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --workspace --all-targets -- -D warnings
