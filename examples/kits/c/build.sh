#!/usr/bin/env bash
# Builds a job in C: build.sh [SOURCE.c [MODULE.wasm [more options for the linking clang …]]]; job.c if nothing is said.
# Needs clang and its wasm-ld: the packages clang-14 and lld-14, or later ones. CC names another clang.
set -euo pipefail
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=${1:-$kit/job.c}
module=${2:-${source%.c}.wasm}
compiler=${CC:-$(command -v clang-14 || command -v clang)} || { echo "there is no clang; install clang-14 and lld-14" >&2; exit 2; }
object=$(mktemp)
trap 'rm -f "$object"' EXIT

# -ffreestanding          no C library; banyan.h brings what little is needed
# -ffp-contract=off       a product and a sum are two roundings, here as everywhere
# -m…                     exactly the extensions that the profile allows
"$compiler" --target=wasm32-unknown-unknown -std=c17 -O2 -Wall -Wextra -Werror -ffreestanding -ffp-contract=off \
  -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals -I"$kit" -c -o "$object" "$source"

# Apart from compiling and without -O, since clang would else run a wasm-opt that it finds, of whatever version.
# --stack-first           a stack that overflows leaves the memory and traps, instead of running into the data
# --strip-all             no names, no producers, no paths
"$compiler" --target=wasm32-unknown-unknown -nostdlib \
  -Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=16384 "${@:3}" -o "$module" "$object"
