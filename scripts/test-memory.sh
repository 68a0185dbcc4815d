#!/usr/bin/env bash
# Shows that inputs and values stream: a process with a heap of 512 MiB works through 2 GiB of
# input, answers right, and verifies its receipt; so do three nodes with heaps of 512 MiB, for a user
# with the same; and an answer larger than the heap is no trouble either: a matrix of half that size
# times the identity, which is a rope as long as its input.
#
#   scripts/test-memory.sh [SIZE_MIB]      default 2048
#
# Last line: `memory: PASS …`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/nodes.bash"
examples=$here/../examples
size_mib=${1:-2048}

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

# The same by three nodes; what each word costs is low, so the score has to be told that it is worth it.
start_node second --workers 1
start_node third --workers 1
start_node entry --workers 1 --threshold 0s --peers "$(address second),$(address third)"
await_peers entry 2
"$banyan" submit --node "$(address entry)" --module "$module" --input "$scratch/input" --split lines \
  --output "$scratch/out" --receipt "$scratch/receipt" 2>&1 | tee "$scratch/submit.log"
[ "$(cat "$scratch/out")" = "$expected" ] || fail "nodes: words=$(cat "$scratch/out"), expected $expected"
nodes=$(grep -c '^ran ' "$scratch/submit.log")
[ "$nodes" -ge 2 ] || fail "nothing was lent"
for name in entry second third; do
  printf '%s: at most %s kB resident\n' "$name" "$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(pid "$name")/status")"
  stop_node "$name"
done

# Rows of 8 float64 times the 8 by 8 identity: the answer is the input. This module does not say how
# much memory it needs, and so each call has all of --memory set aside. Each 64 MiB have their own
# seed, since equal values would be kept once.
rm "$scratch/input"
for seed in $(seq $(( (copies + 1) / 2 ))); do
  "$java" "$examples/Generate.java" matrix "$seed" 64MiB
done > "$scratch/input"
for row in 0 1 2 3 4 5 6 7; do
  for column in 0 1 2 3 4 5 6 7; do
    if [ "$row" = "$column" ]; then printf '\0\0\0\0\0\0\360\77'; else printf '\0\0\0\0\0\0\0\0'; fi
  done
done > "$scratch/identity"
printf '8 8' > "$scratch/params"
matmul=$examples/matmul/matmul.wasm
"$banyan" run --module "$matmul" --input "$scratch/input" --split records:64 --memory 64MiB \
  --params "$scratch/params" --shared "$scratch/identity" \
  --output "$scratch/out" --receipt "$scratch/receipt"
cmp "$scratch/out" "$scratch/input" || fail "a matrix times the identity is another one"
"$banyan" verify "$scratch/receipt" --module "$matmul" --input "$scratch/input" \
  --shared "$scratch/identity" --output "$scratch/out" --replay 3

printf 'memory: PASS %s MiB of input, -Xmx512m, words=%s, %s of 3 nodes ran leaves, answer of %s bytes\n' \
  "$size_mib" "$expected" "$nodes" "$(stat -c %s "$scratch/input")"
