#!/usr/bin/env bash
# Installs the tools that this machine lacks: `scripts/setup.sh build` for the build and the demo, `lint` for formatting and
# lints, `test` for the tests, `bench` for the measurements. Does nothing, quickly, when all are there.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# A tool from crates.io: `crate NAME VERSION …` with flags of cargo install. Not optimized, unless OPT says so:
# wasm-bindgen compiles in half the time of opt-level 1, and its work is short.
crate() {
  local name="$1" version="$2"
  shift 2
  say "$name $version (takes a minute or two)"
  CARGO_TARGET_DIR="$PWD/target/tools" CARGO_PROFILE_RELEASE_OPT_LEVEL="${OPT:-0}" CARGO_PROFILE_RELEASE_LTO=off \
    cargo install "$name" --version "$version" "$@"
}

# wasm-bindgen's programs must be of exactly the version of its crate. Its default feature is TLS, for browsers elsewhere.
locked="$(grep -A 1 '^name = "wasm-bindgen"$' Cargo.lock | sed -n 's/^version = "\(.*\)"/\1/p')"
bindgen() {
  for program in "$@"; do
    if [ "$("$program" --version 2>/dev/null || true)" != "$program $locked" ]; then
      crate wasm-bindgen-cli "$locked" --no-default-features "${@/#/--bin=}"
      return
    fi
  done
}

# The tools on npm. npm writes the marker last.
packages() {
  for folder in "$@"; do
    local marker="$folder/node_modules/.package-lock.json"
    if [ ! "$marker" -nt "$folder/package-lock.json" ] || [ ! "$marker" -nt "$folder/package.json" ]; then
      say "npm packages of $folder"
      npm ci --no-audit --no-fund --prefix "$folder"
      touch "$marker"
    fi
  done
}

# Debian's packages. Fails where they can not be had.
debian() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  if ! has apt-get || { [ ${#as_root[@]} -gt 0 ] && ! has sudo; }; then return 1; fi
  say "$*"
  "${as_root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@"
}

for_build() {
  # rustup installs the toolchain of rust-toolchain.toml at the first command, unless that is switched off. To look for the
  # directory is faster than to ask rustup.
  [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] || { say "the wasm32 target"; rustup target add wasm32-unknown-unknown; }
  bindgen wasm-bindgen
  packages .
}

for_lint() {
  for_build
  has cargo-clippy || { say clippy; rustup component add clippy; }
  has rustfmt || { say rustfmt; rustup component add rustfmt; }
}

for_test() {
  # Both at once, and before the build asks for one: wasm-pack looks for the test runner beside wasm-bindgen. The runner
  # reads large modules, in each engine again: not optimized, it takes more than ten seconds for one.
  OPT=1 bindgen wasm-bindgen wasm-bindgen-test-runner
  for_lint
  [ "$(wasm-pack --version 2>/dev/null || true)" = "wasm-pack 0.15.1" ] || crate wasm-pack 0.15.1 --locked

  # Chromium with its driver, and Firefox: those on PATH, those that CHROMIUM, CHROMEDRIVER and FIREFOX name, or
  # Debian's. tests/proxy/resent.test.mjs needs both browsers. Redis: for an example. curl and openssl: for pages.
  # Python: for clients of another language, and for schemathesis. A C++ compiler: for libFuzzer. valgrind: counts instructions.
  local required=() optional=()
  if [ -z "${CHROMIUM:-}" ] && ! has chromium && ! has google-chrome && ! has chrome; then required+=(chromium); fi
  if [ -z "${CHROMEDRIVER:-}" ] && ! has chromedriver; then required+=(chromium-driver); fi
  if [ -z "${FIREFOX:-}" ] && ! has firefox-esr && ! has firefox; then required+=(firefox-esr); fi
  if ! has redis-server; then required+=(redis-server); fi
  for tool in curl openssl valgrind; do has "$tool" || required+=("$tool"); done
  if [ -z "${CXX:-}" ] && ! has c++; then required+=(g++); fi
  if ! python3 -c "import ensurepip" 2>/dev/null; then required+=(python3-venv); fi
  if [ ${#required[@]} -gt 0 ] && ! debian "${required[@]}"; then
    say "install ${required[*]}; the environment can name browsers, too: CHROMIUM, CHROMEDRIVER, FIREFOX"
    exit 1
  fi

  # WebKit with its driver and a screen, and Firefox's driver, for the tests that run in each engine. Where they can not
  # be had, those tests say so, and all else runs.
  if [ -z "${SAFARIDRIVER:-}" ] && ! has WebKitWebDriver; then optional+=(webkit2gtk-driver); fi
  if ! has Xvfb || ! has xauth; then optional+=(xvfb xauth); fi
  if [ ${#optional[@]} -gt 0 ]; then debian "${optional[@]}" || say "goes on without ${optional[*]}"; fi
  if [ -z "${GECKODRIVER:-}" ] && ! has geckodriver; then
    crate geckodriver 0.37.1 --locked || say "goes on without geckodriver"
  fi

  # Of single suites, apart so that the root stays light.
  packages tests/fidelity tests/clients tests/proxy
}

for_bench() {
  for_test
  packages bench/peers
}

case "${1:-}" in
  build | lint | test | bench) "for_$1" ;;
  *)
    say "usage: scripts/setup.sh build, lint, test or bench"
    exit 1
    ;;
esac
