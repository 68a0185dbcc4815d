#!/usr/bin/env bash
# Measures, and prints one JSON line a figure; a table for people goes to stderr.
#
#   scripts/bench.sh NAME...      compute, delegation, nodes, p2p
#
# nodes starts six nodes on 127.0.0.1. compute wants gcc, clang-14, wasm-ld-14 and node, and installs those that are missing with apt-get, as root or with sudo.
set -eu -o pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/test-main.bash
source scripts/test-main.bash

usage() { echo "usage: scripts/bench.sh NAME..., of compute, delegation, nodes, p2p" >&2; exit 2; }
[ $# -gt 0 ] || usage
for name in "$@"; do
  case $name in
    compute | delegation | nodes | p2p) ;;
    *) echo "bench: there is no '$name'" >&2; usage ;;
  esac
done

# need COMMAND PACKAGE
need() {
  local root=()
  command -v "$1" >/dev/null && return
  [ "$EUID" -eq 0 ] || root=(sudo)
  echo "bench: there is no $1; installing the package $2" >&2
  "${root[@]}" apt-get install -y --no-install-recommends "$2" >&2 ||
    { "${root[@]}" apt-get update >&2 && "${root[@]}" apt-get install -y --no-install-recommends "$2" >&2; } ||
    { echo "bench: compute wants $1; install the package $2, or what has it on this system" >&2; exit 2; }
}

# One source each, for this machine and as a module; neither compiler may use what the other one lacks. The linker is called
# by itself: clang, if it is to link, runs a wasm-opt that happens to be installed, and nobody knows then what is measured.
build_kernels() {
  local source name
  local common=(-O2 -Wall -Wextra -Werror -ffp-contract=off)
  for source in bench/compute/*.c; do
    name=$(basename "$source" .c)
    gcc -std=gnu17 "${common[@]}" -o "$kernels/$name" "$source"
    clang-14 --target=wasm32-unknown-unknown -std=c17 "${common[@]}" -ffreestanding -nostdlib \
      -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals -c -o "$kernels/$name.o" "$source"
    wasm-ld-14 --no-entry --strip-all --stack-first -z stack-size=65536 \
      -o "$kernels/$name.wasm" "$kernels/$name.o"
  done
}

compute() {
  kernels=$(mktemp -d)
  trap 'rm -rf "$kernels"' EXIT
  need gcc gcc
  need clang-14 clang-14
  need wasm-ld-14 lld-14
  need node nodejs
  build_kernels
  run_main compute io.banyan.compute.ComputeBench "$kernels" bench/compute/v8.mjs \
    examples/wordcount-assemblyscript/wordcount.wasm
}

for name in "$@"; do
  case $name in
    compute) compute ;;
    delegation) run_main delegation io.banyan.delegation.simulation.SimulationBench ;;
    nodes) scripts/bench-nodes.sh ;;
    p2p) run_main p2p io.banyan.p2p.StreamBench ;;
  esac
done
