# run · test · check · bench — a newcomer needs no other command. (`assets` is what they share.)
.PHONY: run test check bench assets
.DEFAULT_GOAL := run

DEMO   ?= var/demo
LISTEN ?= 127.0.0.1:8610

# From a fresh clone to a district in the browser. The second start keeps the data and takes seconds.
run: assets
	cargo build --release -p niangjia
	./target/release/niangjia demo --dir $(DEMO) --listen $(LISTEN)

# Everything: unit tests, both databases, the browser. Installs missing tools on Debian, names them elsewhere.
test: assets
	scripts/install-test-tools
	scripts/test-all

# Format, lints, licences and advisories (cargo deny), and nothing built or borrowed in the repository.
check: assets
	scripts/check-tree
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny --workspace check; else echo "cargo-deny is not installed: advisories were not checked; make test checks licences, bans and sources by deny.toml"; fi

# Benchmarks, printed as ratios.
bench: assets
	cargo build --release -p niangjia -p bench
	./target/release/bench

# Styles, script, icons → web-assets/dist (ignored by git, embedded in the binary).
assets: web-assets/dist/manifest.json

web-assets/dist/manifest.json: web-assets/node_modules/.ready web-assets/build.mjs $(wildcard web-assets/css/* web-assets/src/* web-assets/icons/*)
	node web-assets/build.mjs

%/node_modules/.ready: %/package-lock.json
	cd $* && npm ci --ignore-scripts --no-audit --no-fund
	touch $@
