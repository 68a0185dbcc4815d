#!/usr/bin/env bash
# Measures, and prints one JSON line a figure; a table for people goes to stderr.
#
#   scripts/bench.sh NAME...      p2p
set -eu -o pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || { echo "usage: scripts/bench.sh p2p" >&2; exit 2; }

# run MODULE CLASS: a main class among the tests of a module, built first.
run() {
  local module=$1 main=$2 path
  path=$(mktemp)
  mvn -B -q -pl "$module" -am -DskipTests test-compile dependency:build-classpath \
    -Dmdep.outputFile="$path" >&2
  "$(scripts/banyan --java)" -Xmx1g \
    -cp "$module/target/test-classes:$module/target/classes:$(cat "$path")" "$main"
  rm -f "$path"
}

for name in "$@"; do
  case $name in
    p2p) run p2p io.banyan.p2p.StreamBench ;;
    *) echo "bench: there is no '$name'; there is p2p" >&2; exit 2 ;;
  esac
done
