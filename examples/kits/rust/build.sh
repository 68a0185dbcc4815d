#!/usr/bin/env bash
# Builds a job in Rust: build.sh [SOURCE.rs [MODULE.wasm [more options for rustc …]]]; job.rs if nothing is said.
# Needs a rustc with the standard library for wasm32-unknown-unknown: the packages rustc, libstd-rust-dev-wasm32 and
# lld-14, or `rustup target add wasm32-unknown-unknown`. RUSTC names another one.
set -euo pipefail
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=${1:-$kit/job.rs}
module=${2:-${source%.rs}.wasm}

# The first rustc that can: one of rustup's has often no such library, while the distribution's has.
for compiler in "${RUSTC:-rustc}" /usr/bin/rustc ''; do
  [[ -n $compiler ]] || { echo "no rustc here has the standard library for wasm32-unknown-unknown" >&2; exit 2; }
  library=$("$compiler" --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) && [[ -d $library ]] && break
done
# Rustup's rustc brings a linker, the distribution's does not.
linker=()
! command -v wasm-ld-14 >/dev/null || linker=(-C linker=wasm-ld-14)

# The small stack, which comes first, keeps the initial memory at one page; what overflows it traps.
# The prefixes keep the names of this machine's folders out of messages.
exec "$compiler" --edition 2021 --crate-name job --crate-type cdylib --target wasm32-unknown-unknown \
  -C opt-level=2 -C panic=abort -C lto=fat -C codegen-units=1 -C strip=symbols "${linker[@]}" \
  -C link-arg=--strip-all -C link-arg=--stack-first -C link-arg=-zstack-size=16384 \
  --remap-path-prefix="$kit=." --remap-path-prefix="$(cd "$(dirname "$source")" && pwd)=." "${@:3}" -o "$module" "$source"
