#!/usr/bin/env bash
# Runs WebAssembly's core test suite, cut to the profile, through the rewriter and each engine.
#
#   scripts/spec-test.sh FOLDER     FOLDER holds the suite's scripts: test/core of the specification's
#                                   repository at tag v2.0.0, of which nothing is kept here
#
# What the profile does not offer is skipped, and counted by the rule that refuses it. Ends with 0
# only if nothing failed and something passed.
set -eu -o pipefail
cd "$(dirname "$0")/.."

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: scripts/spec-test.sh FOLDER" >&2; exit 2; }
command -v wast2json >/dev/null || {
  echo "spec-test: there is no wast2json; it is in Debian's package wabt" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# convert SCRIPT: to JSON and modules. wabt 1.0.32 wants a table's index written out where the
# specification lets it be left out.
convert() {
  local name
  name=$(basename "$1" .wast)
  mkdir -p "$work/json/$name"
  sed -E 's/\<table\.(fill|get|grow|set|size)( \(|\)|$)/table.\1 0\2/' "$1" > "$work/$name.wast"
  wast2json "$work/$name.wast" -o "$work/json/$name/$name.json" || {
    echo "spec-test: wast2json does not take $1" >&2
    exit 1
  }
}

for script in "$1"/*.wast; do
  [ -e "$script" ] || { echo "spec-test: there is no script in $1" >&2; exit 1; }
  convert "$script"
done

mvn -B -q -pl compute -am -DskipTests test-compile dependency:build-classpath \
  -Dmdep.outputFile="$work/path" >&2
"$(scripts/banyan --java)" -Xmx1g \
  -cp "compute/target/test-classes:compute/target/classes:$(cat "$work/path")" \
  io.banyan.compute.SpecSuite "$work/json"
