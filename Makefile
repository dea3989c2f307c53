# `make demo` and `make test` each do everything on a fresh clone; nothing is rebuilt that has not changed.
# Needed: Rust by rustup, Node 20, make. scripts/setup.sh installs missing tools: few for the demo; for the tests browsers with
# their drivers, Redis, Python and more, from Debian's packages. Without WebKitGTK its tests say so, and the rest runs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
# Cargo builds both modules to one file name, and takes all cores for each.
.NOTPARALLEL:
.PHONY: setup-build setup-lint setup-test setup-bench build pack size test consumers fidelity fuzz demo screenshots docs operations lint notices bench soak drift import clean

export PATH := $(if $(CARGO_HOME),$(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
TARBALL := pkg/clickhouse-cloud-$(VERSION).tgz

setup-build setup-lint setup-test setup-bench: setup-%:
	@scripts/setup.sh $*

build: setup-build target/npm/checked

# Leaves $(TARBALL).
pack: setup-build $(TARBALL)

# The files that users load, raw and brotli; fails above the budget.
size: build
	@node scripts/size.mjs

# All suites, or some: make test SUITES="rust package"
test: setup-test pack
	@node scripts/test.mjs $(SUITES)

# The package in every runtime and bundler, or some: make consumers CONSUMERS="deno_esm bun_esm"
consumers: setup-test pack
	@node tests/consumers/run.mjs $(CONSUMERS)

# At least 20,000 requests that schemathesis makes from the contract, against the sandbox over HTTP.
fidelity: setup-test build
	@node tests/fidelity/schemathesis.mjs 20000

# Ten minutes of each fuzz target, or another time in seconds: make fuzz FOR=60. `make test` has some seconds of each.
fuzz:
	@node scripts/fuzz.mjs $(or $(FOR),600)

demo: build
	node_modules/.bin/vite www

# Pictures of the console's views, in four widths, light and dark: target/screenshots/index.html.
screenshots: setup-test build
	@node scripts/screenshots.mjs

# The types and the pages of docs/, to read in a browser: target/docs/index.html.
docs: build
	@node scripts/docs.mjs

# Rewrites docs/operations/ and the README's list of resources from the contract; a test holds them to it.
operations: setup-build target/npm/client.wasm
	@node scripts/operations.mjs

# Formatting, lints and types alone; they are suites of `make test` too.
lint: setup-lint build
	@node scripts/test.mjs format lint clippy clippy-client clippy-sandbox javascript

# The licences of the crates that are compiled into the package; a test holds the file against Cargo.lock.
notices: setup-build
	@node scripts/notices.mjs

# Compares an official OpenAPI document with the contract: make drift SPEC=file.json; as JSON with JSON=1. Without a document, it
# rewrites docs/drift.md.
drift:
	@node scripts/drift.mjs $(SPEC) $(if $(JSON),--json)

# Inserts into the contract what an official document has and the contract has not: make import SPEC=file.json
import:
	@node scripts/import.mjs $(SPEC)

# Everything measured beside the packages that users would otherwise put together: BENCHMARKS.md, and the README's figures.
bench: setup-bench build
	@node bench/run.mjs

# A million requests to one sandbox, or another number: make soak REQUESTS=10000000
soak:
	cargo bench --locked --bench soak -- $(REQUESTS)

clean:
	rm -rf target js/generated pkg/dist pkg/LICENSE pkg/THIRD-PARTY-NOTICES.txt pkg/*.tgz www/dist

# The phases of the build, a script each. Where one writes several files, the last one stands for all.

B := scripts/build
D := pkg/dist
W := target/npm
G := js/generated
MODULES := client sandbox
# Folders too: a file that is gone or renamed changes nothing else.
RUST := $(shell find src build/* contract 2>/dev/null) build.rs Cargo.toml Cargo.lock
SOURCES := $(shell find js -path js/generated -prune -o -print)
GENERATED := $G/sandbox.imports.js $G/methods.js $G/routes.js $G/schema.d.ts $(MODULES:%=$G/%.text.js)

$(MODULES:%=$W/%.wasm): $W/%.wasm: $(RUST) $B/wasm.mjs
	node $B/wasm.mjs $*

$(MODULES:%=$W/%.d.ts): $W/%.d.ts: $W/%.wasm $B/bindgen.mjs
	node $B/bindgen.mjs $*

$(MODULES:%=$D/%_bg.wasm): $D/%_bg.wasm: $W/%.d.ts $B/optimize.mjs
	node $B/optimize.mjs $*

$(MODULES:%=$G/%.text.js): $G/%.text.js: $D/%_bg.wasm $B/inline.mjs js/runtime/text.js
	node $B/inline.mjs $*

$G/sandbox.imports.js: $(MODULES:%=$D/%_bg.wasm) $B/glue.mjs
	node $B/glue.mjs

# wasm.mjs leaves the contract in full.
$D/openapi.json: $W/client.wasm $B/openapi.mjs scripts/contract.mjs scripts/document.mjs
	node $B/openapi.mjs

$G/schema.d.ts: $D/openapi.json $B/schema-types.mjs scripts/schema-types.mjs scripts/contract.mjs scripts/document.mjs
	node $B/schema-types.mjs

$G/methods.js: $D/openapi.json $B/methods.mjs scripts/methods.mjs scripts/contract.mjs scripts/document.mjs $(wildcard js/helpers/*.js)
	node $B/methods.mjs

$G/routes.js: $D/openapi.json $B/routes.mjs scripts/contract.mjs scripts/document.mjs
	node $B/routes.mjs

$D/bytes.js: $(SOURCES) $(GENERATED) package.json $B/bundles.mjs
	node $B/bundles.mjs

$D/sandbox.d.cts: $(SOURCES) $(GENERATED) $B/declarations.mjs
	node $B/declarations.mjs

$W/checked: $D/bytes.js $D/sandbox.d.cts $(wildcard pkg/bin/*) pkg/package.json $B/check.mjs
	node $B/check.mjs
	touch $@

$(TARBALL): $W/checked pkg/README.md LICENSE THIRD-PARTY-NOTICES.txt
	rm -f pkg/*.tgz
	cp LICENSE THIRD-PARTY-NOTICES.txt pkg
	cd pkg && npm pack --silent
