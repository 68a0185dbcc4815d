#!/usr/bin/env bash
# Counts the words of a text and searches it for lines like a query, as two Banyan jobs in one
# process; compares both answers with plain Java over the same bytes, and verifies both receipts
# offline, in a process of their own, with output and replay.
#
#   scripts/demo.sh [FILE]      by default the sources of the JDK, about 200 MB of text
#
# The last line is `demo: PASS words=N leaves=L seconds=S`; anything else exits non-zero.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
banyan=$here/banyan
examples=$here/../examples

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

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
printf 'synchronised virtual thread schedular' > "$scratch/query"

# job NAME MODULE OPTIONS…: runs it, keeps answer, receipt and report under its name.
job() {
  local name=$1 module=$2
  shift 2
  say "" "== $name: banyan run"
  "$banyan" run --module "$module" --input "$text" --split lines "$@" \
    --output "$scratch/$name.out" --receipt "$scratch/$name.receipt" 2>&1 | tee "$scratch/$name.log"
}

# verify NAME MODULE REPLAY: the receipt against module, input and output, and calls run again.
verify() {
  local name=$1 module=$2 replay=$3
  say "" "== $name: banyan verify, in a process of its own"
  "$banyan" verify "$scratch/$name.receipt" --module "$module" --input "$text" \
    --output "$scratch/$name.out" --replay "$replay" || fail "the receipt of $name does not verify"
}

# same NAME: the answer against plain Java's; prints the speed of both.
same() {
  local name=$1
  cmp "$scratch/$name.out" "$scratch/$name.expected" \
    || fail "$name: the answer differs from that of plain Java"
  say "same answer as plain Java over the same bytes on the same cores: $(cat "$scratch/$name.java")"
}

begin=$(date +%s%N)

words=$examples/wordcount-c/wordcount.wasm
job words "$words"
java "$here/Reference.java" words "$text" > "$scratch/words.expected" 2> "$scratch/words.java"
same words
say "words: $(cat "$scratch/words.out")"
verify words "$words" all

search=$examples/fuzzy-search/fuzzy-search.wasm
job search "$search" --chunk 256KiB --params "$scratch/query"
java "$here/Reference.java" fuzzy "$text" "$scratch/query" \
  > "$scratch/search.expected" 2> "$scratch/search.java"
same search
say "closest to '$(cat "$scratch/query")':"
cat "$scratch/search.out"
verify search "$search" 5

leaves=$(sed -n 's/^completed: \([0-9]*\) leaves.*/\1/p' "$scratch"/{words,search}.log |
  awk '{ sum += $1 } END { print sum }')
seconds=$(( ($(date +%s%N) - begin) / 1000000000 ))
say ""
say "demo: PASS words=$(cat "$scratch/words.out") leaves=$leaves seconds=$seconds"
