#!/usr/bin/env bash
# Builds the example modules from their sources, the same bytes each time, and prints size and SHA-256 of each.
#
#   examples/build.sh                 builds all and puts each .wasm beside its source
#   examples/build.sh NAME…           only these folders
#   examples/build.sh --check [NAME…] builds into a temporary folder and compares with what stands beside the sources
#
# Missing compilers are installed with apt-get (as root, or with sudo) and npm, the latter into a folder that git ignores; nothing is
# installed that a chosen example does not need. The modules that are committed were built with clang 14.0.6, lld 14.0.6,
# wasi-libc 0.0~git20220510, rustc 1.63.0 and AssemblyScript 0.28.20; other versions may well give other bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# The compiler of the distribution, which has the wasm32 standard library beside it; one of rustup's may not.
RUSTC=${RUSTC:-/usr/bin/rustc}

all=(wordcount-c wordcount-rust wordcount-assemblyscript wordcount-wasi wordfreq fuzzy-search matmul mandelbrot primes quicksort)
check=false
names=()
for argument in "$@"; do
  case "$argument" in
    --check) check=true ;;
    -*) echo "unknown option: $argument; usage: examples/build.sh [--check] [NAME…]" >&2; exit 2 ;;
    *)
      name=${argument%/}
      [[ " ${all[*]} " == *" $name "* ]] || { echo "no example is called $name; there are: ${all[*]}" >&2; exit 2; }
      names+=("$name")
      ;;
  esac
done
[[ ${#names[@]} -gt 0 ]] || names=("${all[@]}")

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

# ---- What is needed ---------------------------------------------------------------------------------------------

debian() { # PACKAGE FILE…: installs the package unless one of its files is there
  local package=$1 file
  shift
  for file in "$@"; do
    compgen -G "$file" >/dev/null && return
  done
  local root=()
  [[ $EUID -eq 0 ]] || root=(sudo)
  echo "installing $package" >&2
  "${root[@]}" apt-get install -y --no-install-recommends "$package" >&2 ||
    { "${root[@]}" apt-get update >&2 && "${root[@]}" apt-get install -y --no-install-recommends "$package" >&2; }
}

need_clang() {
  debian clang-14 /usr/bin/clang-14
  debian lld-14 /usr/bin/wasm-ld-14
}

need_assemblyscript() {
  local package=wordcount-assemblyscript/node_modules/assemblyscript/package.json wanted
  wanted=$(sed -n 's/.*"assemblyscript": "\(.*\)".*/\1/p' wordcount-assemblyscript/package.json)
  grep -qs "\"version\": \"$wanted\"" "$package" && return
  command -v npm >/dev/null || debian npm /usr/bin/npm
  echo "installing AssemblyScript $wanted" >&2
  (cd wordcount-assemblyscript && npm install --no-package-lock --no-audit --no-fund --ignore-scripts >&2)
}

# ---- How each is built: FOLDER MODULE ---------------------------------------------------------------------------

# A node sets memory aside for each call, as much as the module's declared maximum allows: who needs little says so, and
# more calls run side by side. 32 MiB hold the largest chunk (16 MiB) and what comes of it. wordfreq, matmul and quicksort
# make tables and copies, or take a shared matrix; they declare nothing and may take what the job allows.
memory_bytes_max=$((32 << 20))

# -ffreestanding          no C library; banyan.h brings what little is needed
# -ffp-contract=off       a product and a sum are two roundings, here as everywhere
# -m…                     exactly the extensions that the profile allows
# --stack-first           a stack that overflows leaves the memory and traps, instead of running into the data
# --strip-all             no names, no producers, no paths
build_c() {
  need_clang
  local maximum=,--max-memory=$memory_bytes_max
  case "$1" in wordfreq | matmul | quicksort) maximum= ;; esac
  clang-14 --target=wasm32-unknown-unknown -std=c17 -O2 -Wall -Wextra -Werror -ffreestanding -nostdlib -ffp-contract=off \
    -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals -I. \
    -Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=16384"$maximum" -o "$2" "$1"/*.c
}

build_wasi() {
  need_clang
  debian wasi-libc '/usr/lib/wasm32-wasi/libc.a'
  debian libclang-rt-14-dev-wasm32 '/usr/lib/llvm-14/lib/clang/14*/lib/wasi/libclang_rt.builtins-wasm32.a'
  clang-14 --target=wasm32-wasi --sysroot=/usr -std=c17 -O2 -Wall -Wextra -Werror \
    -Wl,--strip-all,--stack-first,-z,stack-size=16384,--max-memory="$memory_bytes_max" -o "$2" "$1"/*.c
}

build_rust() {
  debian rustc "$RUSTC"
  debian libstd-rust-dev-wasm32 '/usr/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib'
  debian lld-14 /usr/bin/wasm-ld-14
  # --remap-path-prefix keeps this folder's name out of messages; the small stack keeps the initial memory at one page.
  "$RUSTC" --edition 2021 --crate-type cdylib --target wasm32-unknown-unknown \
    -C opt-level=2 -C panic=abort -C lto=fat -C codegen-units=1 -C strip=symbols -C linker=wasm-ld-14 \
    -C link-arg=--strip-all -C link-arg=--stack-first -C link-arg=-zstack-size=16384 \
    -C link-arg=--max-memory="$memory_bytes_max" \
    --remap-path-prefix="$PWD=." -o "$2" "$1"/*.rs
}

build_assemblyscript() {
  need_assemblyscript
  # The stub runtime only allocates. Memory is given in pages of 64 KiB.
  (cd "$1" && ./node_modules/.bin/asc wordcount.ts -O2 --converge --runtime stub \
    --initialMemory 1 --maximumMemory $((memory_bytes_max / 65536)) --outFile "$2")
}

# ---- Build, then compare or install ------------------------------------------------------------------------------

failed=0
for name in "${names[@]}"; do
  case "$name" in
    wordcount-wasi) how=build_wasi ;;
    wordcount-rust) how=build_rust ;;
    wordcount-assemblyscript) how=build_assemblyscript ;;
    *) how=build_c ;;
  esac
  module=$(sed -n 's/^module=//p' "$name/example.properties")
  built=$temporary/$module
  "$how" "$name" "$built"
  chmod 644 "$built"
  printf '%-26s %7d bytes  sha256 %s' "$name" "$(stat -c %s "$built")" "$(sha256sum <"$built" | cut -d' ' -f1)"
  if ! $check; then
    mv "$built" "$name/$module"
    echo
  elif cmp -s "$built" "$name/$module"; then
    echo '  same'
    rm "$built"
  else
    echo "  DIFFERS from examples/$name/$module"
    failed=1
  fi
done
exit "$failed"
