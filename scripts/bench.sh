#!/usr/bin/env bash
# Measures, and prints one JSON line a figure; a table for people goes to stderr.
#
#   scripts/bench.sh NAME...      compute, p2p
#
# compute wants gcc, clang-14, wasm-ld-14 and node, and installs those that are missing with apt-get, as root or with sudo.
set -eu -o pipefail
cd "$(dirname "$0")/.."

usage() { echo "usage: scripts/bench.sh NAME..., of compute, p2p" >&2; exit 2; }
[ $# -gt 0 ] || usage
for name in "$@"; do
  case $name in
    compute | p2p) ;;
    *) echo "bench: there is no '$name'" >&2; usage ;;
  esac
done

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

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

# run MODULE CLASS ARGUMENT...: a main class among the tests of a module, built first, in a JVM as a node's.
run() {
  local module=$1 main=$2 flags
  shift 2
  mvn -B -q -pl "$module" -am -DskipTests test-compile dependency:build-classpath \
    -Dmdep.outputFile="$temporary/classpath" >&2
  read -ra flags <<<"$(scripts/banyan --flags)"
  "$(scripts/banyan --java)" "${flags[@]}" -Xmx1g \
    -cp "$module/target/test-classes:$module/target/classes:$(cat "$temporary/classpath")" "$main" "$@"
}

# One source each, for this machine and as a module; neither compiler may use what the other one lacks. The linker is called
# by itself: clang, if it is to link, runs a wasm-opt that happens to be installed, and nobody knows then what is measured.
kernels() {
  local source name
  local common=(-O2 -Wall -Wextra -Werror -ffp-contract=off)
  mkdir "$temporary/kernels"
  for source in bench/compute/*.c; do
    name=$(basename "$source" .c)
    gcc -std=gnu17 "${common[@]}" -o "$temporary/kernels/$name" "$source"
    clang-14 --target=wasm32-unknown-unknown -std=c17 "${common[@]}" -ffreestanding -nostdlib \
      -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals -c -o "$temporary/kernels/$name.o" "$source"
    wasm-ld-14 --no-entry --strip-all --stack-first -z stack-size=65536 \
      -o "$temporary/kernels/$name.wasm" "$temporary/kernels/$name.o"
  done
}

compute() {
  need gcc gcc
  need clang-14 clang-14
  need wasm-ld-14 lld-14
  need node nodejs
  kernels
  run compute io.banyan.compute.ComputeBench "$temporary/kernels" bench/compute/v8.mjs \
    examples/wordcount-assemblyscript/wordcount.wasm
}

for name in "$@"; do
  case $name in
    compute) compute ;;
    p2p) run p2p io.banyan.p2p.StreamBench ;;
  esac
done
