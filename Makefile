# The two commands that a newcomer needs are `make demo` and `make test`; CONTRIBUTING.md has the rest.
CACHE := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/landfall
export CARGO_TARGET_DIR ?= $(CACHE)/target
# Stories wait more than they compute.
export RUST_TEST_THREADS ?= 6
BUILD := tests/control-plane/build.sh
# The oldest Kubernetes that is supported; build.sh knows the newest.
OLDEST := 1.32.2
PICTURES := $(CACHE)/pictures
# Why no node with real containers can run here; nothing where one can.
NO_NODE = $(shell $(BUILD) --no-node)
DENY_VERSION := 0.20.2
DENY := $(CACHE)/tools/cargo-deny-$(DENY_VERSION)/bin/cargo-deny
# Quick enough for every commit: deploys killed or disturbed call by call (also in `phases`), workflows run whole, bad input that runs into limits,
# pitfalls, races and histories, containers that run, adoption from every tool, charts and encrypted files one by one, and the tests of the tests are left to `test`.
SLOW := killed:: fault:: phases::a_deploy_that_is_killed policy:: turn:: action:: adopt:: predecessors:: bad_input:: charts:: encrypted:: pitfalls:: history:: race:: node::
QUICK := --workspace --exclude landfall-test-cluster --exclude landfall-fakehost --exclude landfall-benches

# The long loops, and in how many worlds each is told at the same time: on two cores more are no faster.
SOAK := killed:: fault:: race:: history::
AT_A_TIME := 6
TABLES = $(CARGO_TARGET_DIR)/soak.tsv

.PHONY: setup demo test soak bench check fmt clippy deny

setup: ## Builds what the tests run: control planes, a node, kwok, the renderers, act, an image registry
	$(BUILD)
	LANDFALL_KUBERNETES=$(OLDEST) $(BUILD) control-plane

demo: ## Runs the main job on a real control plane and a local git host
	$(BUILD) control-plane kwok kustomize $(if $(NO_NODE),,registry node)
	cargo build --quiet --bins
	cargo run --quiet -p landfall-world --bin demo -- $(CARGO_TARGET_DIR)/debug/landfall examples/shop $(PICTURES)

test: setup ## Runs every test, and the stories of the engine on the oldest Kubernetes too
	cargo test --workspace --no-fail-fast -- $(if $(NO_NODE),--skip node:: --skip a_node_)
	LANDFALL_KUBERNETES=$(OLDEST) cargo test --workspace --test it -- deploys:: killed:: order:: pitfalls::
	@[ -z "$(NO_NODE)" ] || echo "skipped: the stories on a node with real containers (node::), because $(NO_NODE)"

soak: setup ## Runs the long loops whole, one after the other, and ends with their tables; SOAK=killed:: runs a part
	@mkdir -p $(CARGO_TARGET_DIR) && rm -f $(TABLES)
	@LANDFALL_TEST_EVERY_CALL=1 LANDFALL_TEST_ROUNDS=20 LANDFALL_TEST_HISTORIES=500 LANDFALL_TEST_AT_A_TIME=$(AT_A_TIME) \
		LANDFALL_TEST_TABLES=$(TABLES) RUST_TEST_THREADS=1 cargo test --workspace --test it -- --nocapture $(SOAK); \
		ended=$$?; awk -F '\t' '$$1 != head { print ""; print head = $$1; gsub(/[^|]+/, "---", $$1); print $$1 } { print $$2 }' $(TABLES); \
		exit $$ended

bench: setup ## Measures the release build beside kubectl and Kustomize; takes some 20 minutes on a quiet machine
	cargo build --quiet --release -p landfall
	cargo build --quiet -p landfall-benches
	$(CARGO_TARGET_DIR)/debug/bench $(CARGO_TARGET_DIR)/release/landfall $(BENCH)

check: fmt clippy deny ## What every commit passes
	cargo test $(QUICK) -- $(SLOW:%=--skip %)

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --workspace --all-targets -- -D warnings

deny: $(DENY)
	$(DENY) --log-level error check bans licenses sources

$(DENY):
	cargo install --locked --root $(@D)/.. --target-dir $(CARGO_TARGET_DIR)/deny cargo-deny@$(DENY_VERSION)
