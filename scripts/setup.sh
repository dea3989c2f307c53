#!/usr/bin/env bash
# Installs what the build and the tests need and this machine lacks. Does nothing, quickly, when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# Rust: what the host's toolchain lacks. The directory tells faster than rustup does.
libraries="$(rustc --print sysroot)/lib/rustlib"
[ -d "$libraries/wasm32-unknown-unknown" ] || { say "the wasm32 target"; rustup target add wasm32-unknown-unknown; }
has cargo-clippy || { say clippy; rustup component add clippy; }
has rustfmt || { say rustfmt; rustup component add rustfmt; }

# wasm-bindgen's program must be of exactly the version of its crate.
locked="$(grep -A 1 '^name = "wasm-bindgen"$' Cargo.lock | sed -n 's/^version = "\(.*\)"/\1/p')"
if [ "$(wasm-bindgen --version 2>/dev/null || true)" != "wasm-bindgen $locked" ]; then
  say "wasm-bindgen $locked (takes some minutes)"
  cargo install wasm-bindgen-cli --version "$locked"
fi
if [ "$(wasm-pack --version 2>/dev/null || true)" != "wasm-pack 0.15.1" ]; then
  say "wasm-pack 0.15.1 (takes some minutes)"
  cargo install wasm-pack --version 0.15.1 --locked
fi

# Chromium and its driver: those on PATH, those that CHROMIUM and CHROMEDRIVER name, or Debian's; the same for FIREFOX. Redis: for an example.
# curl and openssl: for a page. Python: for clients of another language, and for schemathesis.
packages=()
if [ -z "${CHROMIUM:-}" ] && ! has chromium && ! has google-chrome && ! has chrome; then packages+=(chromium); fi
if [ -z "${CHROMEDRIVER:-}" ] && ! has chromedriver; then packages+=(chromium-driver); fi
if [ -z "${FIREFOX:-}" ] && ! has firefox-esr && ! has firefox; then packages+=(firefox-esr); fi
if ! has redis-server; then packages+=(redis-server); fi
for tool in curl openssl; do has "$tool" || packages+=("$tool"); done
if ! python3 -c "import ensurepip" 2>/dev/null; then packages+=(python3-venv); fi
# Debian's packages; false: they can not be had.
install_packages() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  if ! has apt-get || { [ ${#as_root[@]} -gt 0 ] && ! has sudo; }; then return 1; fi
  say "$*"
  "${as_root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@"
}
if [ ${#packages[@]} -gt 0 ] && ! install_packages "${packages[@]}"; then
  say "install ${packages[*]}; Chromium and its driver can also be named in CHROMIUM and CHROMEDRIVER"
  exit 1
fi

# Firefox and WebKit with their drivers, for the tests that run in each engine. Where they can not be had, those tests say
# so, and all else runs.
optional=()
if [ -z "${FIREFOX:-}" ] && ! has firefox-esr && ! has firefox; then optional+=(firefox-esr); fi
if [ -z "${SAFARIDRIVER:-}" ] && ! has WebKitWebDriver; then optional+=(webkit2gtk-driver); fi
if ! has Xvfb || ! has xauth; then optional+=(xvfb xauth); fi
if [ ${#optional[@]} -gt 0 ]; then install_packages "${optional[@]}" || say "goes on without ${optional[*]}"; fi
if [ -z "${GECKODRIVER:-}" ] && ! has geckodriver; then
  say "geckodriver 0.37.1 (takes a minute)"
  # Not optimized: that takes twice as long, and a driver has little to compute.
  cargo install geckodriver --version 0.37.1 --locked --debug || say "goes on without geckodriver"
fi

# The tools on npm, and those of single suites, which are apart so that the root stays light. npm writes this file last.
for folder in . tests/fidelity tests/clients tests/proxy; do
  marker="$folder/node_modules/.package-lock.json"
  if [ ! "$marker" -nt "$folder/package-lock.json" ] || [ ! "$marker" -nt "$folder/package.json" ]; then
    say "npm packages of $folder"
    npm ci --no-audit --no-fund --prefix "$folder"
    touch "$marker"
  fi
done
