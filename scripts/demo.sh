#!/usr/bin/env bash
# Counts the words of a text and searches it for lines like a query, as two Banyan jobs submitted to
# one of five nodes, which are five processes on this machine. The entry node knows two peers, and
# those know the two others, so that work which reaches these has been lent twice. Shows for each job
# who ran what, and why; compares both answers with plain Java over the same bytes; and verifies both
# receipts offline, in a process of their own.
#
#   scripts/demo.sh [FILE]      by default the sources of the JDK, about 200 MB of text
#
# All five share one machine, so that no speed-up is to be expected here: it shows that it works.
# The last line is `demo: PASS words=N best=SCORE depth=D workers=W seconds=S`, where depth and
# workers are the search's, by its signed leases; anything else exits non-zero.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/nodes.bash"
examples=$here/../examples

say() { printf '%s\n' "$@"; }
fail() { say "demo: FAIL $*" >&2; exit 1; }
java() { "$("$banyan" --java)" "$@"; }

"$banyan" version

text=${1:-}
if [ -z "$text" ]; then
  text=$scratch/text
  sources=$("$banyan" --java | sed 's,/bin/java$,/lib/src.zip,')
  if [ -f "$sources" ]; then
    java "$here/Reference.java" unzip "$sources" "$text" 2>/dev/null
    say "text: the sources of the JDK, $(stat -c %s "$text") bytes"
  else
    java "$examples/Generate.java" text 7 64MiB > "$text"
    say "text: 64 MiB from seed 7, since this JDK comes without its sources"
  fi
fi
[ -r "$text" ] || fail "cannot read $text"
printf 'a synchronised virtual thread schedular of the plattform, that parks its carier thread when blocked' \
  > "$scratch/query"

begin=$(date +%s%N)

say "" "== five nodes on this machine, which they share: no speed-up is to be expected"
start_node fourth --workers 1
start_node fifth --workers 1
start_node second --workers 1 --peers "$(address fourth),$(address fifth)"
start_node third --workers 1 --peers "$(address fourth),$(address fifth)"
start_node entry --workers 1 --peers "$(address second),$(address third)"
await_peers entry 2
await_peers second 3
await_peers third 3
entry=$(address entry)
for name in entry second third fourth fifth; do say "$name: $(address $name)"; done

loopback_bytes() { awk '$1 == "lo:" { print $10 }' /proc/net/dev; }

# job NAME MODULE OPTIONS…: submits it, keeps answer, receipt and report under its name.
job() {
  local name=$1 module=$2 before after
  shift 2
  say "" "== $name: banyan submit"
  before=$(loopback_bytes)
  "$banyan" submit --node "$entry" --module "$module" --input "$text" --split lines "$@" \
    --output "$scratch/$name.out" --receipt "$scratch/$name.receipt" > "$scratch/$name.log" 2>&1 &
  pids[submit]=$!
  while sleep 2 && kill -0 "${pids[submit]}" 2>/dev/null; do # off a terminal submit shows none itself
    "$banyan" jobs --node "$entry" 2>/dev/null | sed -n 's/^[0-9a-f]\{64\}  \(computing  *.* leaves\).*/progress: \1/p'
  done
  wait "${pids[submit]}" || { cat "$scratch/$name.log"; fail "$name"; }
  unset "pids[submit]"
  cat "$scratch/$name.log"
  after=$(loopback_bytes)
  sed -n 's/^job  *\([0-9a-f]\{64\}\)$/\1/p' "$scratch/$name.log" > "$scratch/$name.job"
  say "bytes     $((after - before)) over loopback, submitting, lending and fetching;" \
    "          the input has $(stat -c %s "$text")"
}

# tree NAME: who ran what.
tree() {
  local id
  id=$(cat "$scratch/$1.job")
  say "" "== $1: banyan tree (the first 40 lines)"
  "$banyan" tree "$id" --node "$entry" > "$scratch/$1.tree" 2>&1
  head -n 40 "$scratch/$1.tree"
  "$banyan" tree "$id" --node "$entry" --json > "$scratch/$1.tree.json"
}

# explain NAME: the score with its inputs at each node that lent something on; real beside predicted.
explain() {
  local id name
  id=$(cat "$scratch/$1.job")
  say "" "== $1: banyan explain, at each manager"
  for name in entry second third fourth fifth; do
    "$banyan" explain "$id" --node "$(address $name)" > "$scratch/explained" 2>/dev/null || continue
    grep -A 1 ': manager: ' "$scratch/explained" > "$scratch/managed" || continue
    say "$name"
    head -n 12 "$scratch/managed" | sed 's/^/  /'
  done
}

# verify NAME MODULE: the receipt against module, input and output, in a process of its own.
verify() {
  local name=$1 module=$2
  say "" "== $name: banyan verify, in a process of its own"
  "$banyan" verify "$scratch/$name.receipt" --module "$module" --input "$text" \
    --output "$scratch/$name.out" --replay 3 || fail "the receipt of $name does not verify"
}

# same NAME: the answer against plain Java's; prints the speed of both.
same() {
  local name=$1
  cmp "$scratch/$name.out" "$scratch/$name.expected" \
    || fail "$name: the answer differs from that of plain Java"
  say "same answer as plain Java over the same bytes on the same cores: $(cat "$scratch/$name.java")"
}

# of_tree NAME AWK: sums over the lines of a tree.
of_tree() {
  awk -F'[:," ]+' "
    \$2 == \"peer\" { peer = \$3 } \$2 == \"depth\" { depth = \$3 } \$2 == \"leaves\" { leaves = \$3; $2 }
    END { print result + 0 }" "$scratch/$1.tree.json"
}

words=$examples/wordcount-c/wordcount.wasm
job words "$words"
java "$here/Reference.java" words "$text" > "$scratch/words.expected" 2> "$scratch/words.java"
same words
say "words: $(cat "$scratch/words.out")"
tree words
explain words
verify words "$words"

search=$examples/fuzzy-search/fuzzy-search.wasm
job search "$search" --chunk 256KiB --params "$scratch/query"
java "$here/Reference.java" fuzzy "$text" "$scratch/query" \
  > "$scratch/search.expected" 2> "$scratch/search.java"
same search
say "closest to '$(cat "$scratch/query")':"
cat "$scratch/search.out"
tree search
explain search
verify search "$search"

far=$(of_tree search 'if (depth >= 2) result += leaves')
depth=$(of_tree search 'if (leaves > 0 && depth > result) result = depth')
workers=$(of_tree search 'if (leaves > 0 && !seen[peer]++) result++')
[ "$far" -ge 8 ] || fail "only $far leaves of the search were lent twice or more, 8 are wanted"
[ "$workers" -ge 3 ] || fail "only $workers nodes ran leaves of the search, 3 are wanted"
best=$(head -n 1 "$scratch/search.out" | cut -f 1)
seconds=$(( ($(date +%s%N) - begin) / 1000000000 ))
say "" "integrity checked, execution not audited; $far leaves of the search were lent twice or more"
say "demo: PASS words=$(cat "$scratch/words.out") best=$best depth=$depth workers=$workers seconds=$seconds"
