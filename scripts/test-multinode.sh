#!/usr/bin/env bash
# Holds a network of real processes to what it promises: whoever does the work, however it is placed,
# and whoever is killed on the way, a job comes to the same bytes and the same four hashes.
#
#   scripts/test-multinode.sh
#
# Last line: `multinode: PASS …`; anything else exits non-zero.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/nodes.bash"
examples=$here/../examples
search=$examples/fuzzy-search/fuzzy-search.wasm
checks=0

fail() {
  printf 'multinode: FAIL %s\n' "$*" >&2
  for name in "${!pids[@]}"; do tail -n 5 "$scratch/$name/log" >&2; done
  exit 1
}
ok() { checks=$((checks + 1)); printf 'ok %s: %s\n' "$checks" "$*"; }

# exits CODE TEXT COMMAND…: it exits with that code, and says TEXT in one line that is no stack trace.
exits() {
  local want=$1 text=$2 code=0
  shift 2
  "$@" > "$scratch/said" 2>&1 || code=$?
  [ "$code" = "$want" ] || { cat "$scratch/said"; fail "exit code $code, not $want: $*"; }
  grep -q -- "$text" "$scratch/said" || { cat "$scratch/said"; fail "does not say '$text': $*"; }
  ! grep -q '^	at ' "$scratch/said" || fail "a stack trace: $*"
}

"$banyan" version > /dev/null
java=$("$banyan" --java)
"$java" "$examples/Generate.java" text 21 16MiB > "$scratch/text"
printf 'synchronised virtual thread schedular' > "$scratch/query"

# What a job comes to: its four hashes and the bytes of its answer.
of_job=(--module "$search" --input "$scratch/text" --split lines --chunk 64KiB --params "$scratch/query")
hashes() { sed -n 's/^\(input\|plan\|execution\|output\) *\([0-9a-f]\{64\}\).*/\1 \2/p' "$1"; }
"$banyan" run "${of_job[@]}" --output "$scratch/alone" 2> "$scratch/alone.log"
hashes "$scratch/alone.log" > "$scratch/alone.hashes"
[ "$(wc -l < "$scratch/alone.hashes")" = 4 ] || fail "banyan run does not print four hashes"

# same NAME: what was submitted under that name is what banyan run came to.
same() {
  hashes "$scratch/$1.log" | cmp - "$scratch/alone.hashes" || fail "$1: other hashes than banyan run"
  cmp "$scratch/$1" "$scratch/alone" || fail "$1: another answer than banyan run"
}
submit() { # NAME NODE OPTIONS…
  local name=$1 node=$2
  shift 2
  "$banyan" submit --node "$(address "$node")" "$@" --no-memo --output "$scratch/$name" \
    --receipt "$scratch/$name.receipt" 2> "$scratch/$name.log" || { cat "$scratch/$name.log"; fail "$name"; }
}
verify() { # NAME OPTIONS…
  local name=$1
  shift
  "$banyan" verify "$scratch/$name.receipt" "$@" --output "$scratch/$name" > "$scratch/verified" 2>&1 ||
    { cat "$scratch/verified"; fail "the receipt of $name does not verify"; }
}
peers_of() { grep -c '^ran ' "$scratch/$1.log"; }

# -- one node --------------------------------------------------------------------------------------
start_node lone --workers 1
submit one lone "${of_job[@]}"
same one
grep -q 'no peers to lend to' "$scratch/one.log" || fail "a node without peers does not say so"
ok "a node without peers runs the job itself, and says so"

node=$(address lone)
exits 7 'not connected\|cannot be reached\|refused' \
  "$banyan" status 00 --node "/ip4/127.0.0.1/tcp/1/p2p/$(peer_id lone)"
exits 7 'somebody else' "$banyan" jobs --node "${node%/p2p/*}/p2p/12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq"
exits 2 'tcp' "$banyan" jobs --node "/ip4/127.0.0.1/p2p/$(peer_id lone)"
exits 2 'audit' "$banyan" submit --node "$node" "${of_job[@]}" --verify standard
HOME=$scratch/stranger exits 8 '--allow' \
  "$banyan" submit --node "$node" "${of_job[@]}" --output "$scratch/none"
head -c 100000 /dev/urandom > "/dev/tcp/127.0.0.1/$(sed 's,.*/tcp/\([0-9]*\)/.*,\1,' <<< "$node")" 2>/dev/null || true
submit again lone "${of_job[@]}"
same again
ok "unknown node, wrong peer id, no port, no right, garbage: one sentence each, and it serves on"
stop_node lone

# -- three and five nodes, by each placement ---------------------------------------------------------
network() { # PLACEMENT COUNT
  local placement=$1
  start_node a --workers 1 --placement "$placement"
  start_node b --workers 1 --placement "$placement"
  if [ "$2" = 5 ]; then
    start_node c --workers 1 --placement "$placement" --peers "$(address a),$(address b)"
    start_node d --workers 1 --placement "$placement" --peers "$(address a),$(address b)"
    start_node e --workers 1 --placement "$placement" --peers "$(address c),$(address d)"
    await_peers c 3
    await_peers d 3
  else
    start_node e --workers 1 --placement "$placement" --peers "$(address a),$(address b)"
  fi
  await_peers e 2
}
end_network() { for name in "${!pids[@]}"; do stop_node "$name"; done; }

for placement in fastest-finish round-robin; do
  for count in 3 5; do
    network "$placement" "$count"
    submit "$placement-$count" e "${of_job[@]}"
    same "$placement-$count"
    [ "$(peers_of "$placement-$count")" -ge 2 ] || fail "$placement, $count nodes: nothing was lent"
    verify "$placement-$count" --module "$search" --input "$scratch/text"
    ok "$count nodes, $placement: the same four hashes and bytes, $(peers_of "$placement-$count") of them ran leaves"
    [ "$placement-$count" = round-robin-5 ] || end_network
  done
done

# -- on the five that are left: other rules -----------------------------------------------------------
printf '3000000000' > "$scratch/most"
primes=(--module "$examples/primes/primes.wasm" --split index:256 --params "$scratch/most")
submit primes e "${primes[@]}"
"$banyan" run "${primes[@]}" --output "$scratch/primes.alone" 2> "$scratch/primes.alone.log"
cmp "$scratch/primes" "$scratch/primes.alone" || fail "index:256"
cmp <(hashes "$scratch/primes.log") <(hashes "$scratch/primes.alone.log") || fail "index:256: hashes"
verify primes --module "$examples/primes/primes.wasm"
[ "$(peers_of primes)" -ge 2 ] || fail "index:256: nothing was lent"
"$java" "$examples/Generate.java" numbers 5 8MiB > "$scratch/numbers"
sorting=(--module "$examples/quicksort/quicksort.wasm" --input "$scratch/numbers" --split module --chunk 256KiB --memory 128MiB)
submit sorted e "${sorting[@]}"
"$banyan" run "${sorting[@]}" --output "$scratch/sorted.alone" 2> "$scratch/sorted.alone.log"
cmp "$scratch/sorted" "$scratch/sorted.alone" || fail "split by the module"
cmp <(hashes "$scratch/sorted.log") <(hashes "$scratch/sorted.alone.log") || fail "split by the module: hashes"
verify sorted --module "$examples/quicksort/quicksort.wasm" --input "$scratch/numbers"
[ "$(peers_of sorted)" -ge 2 ] || fail "split by the module: nothing was lent"
ok "index:C and the module's own split over the network: $(peers_of primes) and $(peers_of sorted) nodes ran leaves"

# -- a node is killed while it holds a lease ----------------------------------------------------------
detach() { # OPTIONS…: prints the job's id
  "$banyan" submit --node "$(address e)" "$@" --no-memo --detach --json | sed -n 's/.*"job": "\([0-9a-f]*\)".*/\1/p'
}
# Waits until the tree of job $1 shows a lease that runs; prints the peer that holds it.
holder() {
  local waited=0 peer
  while ((waited++ < 60)); do
    peer=$("$banyan" tree "$1" --node "$(address e)" --json 2>/dev/null |
      awk -F'[:," ]+' '$2 == "peer" { peer = $3 } $2 == "depth" { depth = $3 }
        $2 == "state" && $3 == "RUNNING" && depth == 1 { print peer; exit }')
    [ -z "$peer" ] || { echo "$peer"; return; }
  done
  return 1
}
for _ in 1 2 3 4; do cat "$scratch/text"; done > "$scratch/long"
of_long=(--module "$search" --input "$scratch/long" --split lines --chunk 64KiB --params "$scratch/query")
"$banyan" run "${of_long[@]}" --output "$scratch/long.alone" 2> "$scratch/long.alone.log"
job=$(detach "${of_long[@]}")
victim=$(holder "$job") || fail "no lease ran"
for name in c d; do
  if [ "$(peer_id "$name")" = "$victim" ]; then kill_node "$name"; killed=$name; fi
done
[ -n "${killed:-}" ] || fail "the holder $victim is none of the entry node's peers"
"$banyan" result "$job" --node "$(address e)" --output "$scratch/long.out" \
  --receipt "$scratch/long.receipt" 2> "$scratch/long.log" || { cat "$scratch/long.log"; fail "a killed node changed the job"; }
cmp "$scratch/long.out" "$scratch/long.alone" || fail "a killed node changed the answer"
cmp <(hashes "$scratch/long.log") <(hashes "$scratch/long.alone.log") || fail "a killed node changed a hash"
"$banyan" tree "$job" --node "$(address e)" --json |
  awk -F'[:," ]+' -v victim="$victim" '$2 == "peer" { peer = $3 }
    $2 == "state" && peer == victim && ($3 == "LOST" || $3 == "FAILED") { held = 1 } END { exit !held }' ||
  fail "the killed node held no lease any more when it was killed"
"$banyan" verify "$scratch/long.receipt" --module "$search" --input "$scratch/long" \
  --output "$scratch/long.out" > "$scratch/verified" 2>&1 || fail "a killed node changed the receipt"
ok "node $killed was killed (-9) while it held a lease, and nothing changed"

# -- a cancelled job stops everywhere -----------------------------------------------------------------
for _ in 1 2 3 4 5 6; do cat "$scratch/query"; done > "$scratch/slow-query"
of_slow=(--module "$search" --input "$scratch/long" --split lines --chunk 64KiB --params "$scratch/slow-query")
job=$(detach "${of_slow[@]}")
holder "$job" > /dev/null || fail "no lease ran"
declare -A before=()
ticks() { for name in "${!pids[@]}"; do before[$name]=$(cpu_ticks "$(pid "$name")"); done; }
busy() { # how many nodes have worked for more than a fifth of a core in the two seconds since `ticks`
  local count=0
  for name in "${!pids[@]}"; do
    [ $(($(cpu_ticks "$(pid "$name")") - ${before[$name]})) -le 40 ] || count=$((count + 1))
  done
  echo "$count"
}
ticks
sleep 2
working=$(busy)
[ "$working" -ge 2 ] || fail "only $working nodes work on the job that is to be cancelled"
"$banyan" cancel "$job" --node "$(address e)" > "$scratch/said" 2>&1 || { cat "$scratch/said"; fail "cancel"; }
sleep 2
ticks
sleep 2
[ "$(busy)" = 0 ] || fail "$(busy) nodes still work, 2 s after the cancel"
exits 6 'cancelled' "$banyan" result "$job" --node "$(address e)" --output "$scratch/none"
ok "a cancelled job stops within 2 s on all of the $working nodes that worked on it, by their CPU time"

# -- what must fail, fails ------------------------------------------------------------------------------
cp "$scratch/sorted.receipt" "$scratch/bad.receipt"
printf '\x01' | dd of="$scratch/bad.receipt" bs=1 seek=$(($(stat -c %s "$scratch/bad.receipt") / 2)) conv=notrunc 2>/dev/null
exits 4 'receipt' "$banyan" verify "$scratch/bad.receipt" --module "$examples/quicksort/quicksort.wasm" \
  --input "$scratch/numbers" --output "$scratch/sorted"
ok "a receipt with one byte changed is refused"

# -- a restarted entry node goes on with its jobs ---------------------------------------------------
job=$(detach "${of_long[@]}")
holder "$job" > /dev/null || fail "no lease ran"
kill_node e
start_node e --workers 1
"$banyan" result "$job" --node "$(address e)" --output "$scratch/again.out" \
  --receipt "$scratch/again.receipt" 2> "$scratch/again.log" || { cat "$scratch/again.log"; fail "a job did not go on"; }
cmp "$scratch/again.out" "$scratch/long.alone" || fail "a killed entry node changed the answer"
cmp <(hashes "$scratch/again.log") <(hashes "$scratch/long.alone.log") || fail "a killed entry node changed a hash"
"$banyan" verify "$scratch/again.receipt" --module "$search" --input "$scratch/long" \
  --output "$scratch/again.out" > "$scratch/verified" 2>&1 || fail "a killed entry node changed the receipt"
"$banyan" jobs --node "$(address e)" --json | grep -q CANCELLED || fail "the cancelled job is forgotten"
ok "an entry node was killed (-9) in the middle of a job, went on with it, and nothing changed"

printf 'multinode: PASS %s checks\n' "$checks"
