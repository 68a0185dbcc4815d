#!/usr/bin/env bash
# What `scripts/bench.sh nodes` runs: starts node processes on 127.0.0.1 and measures them from one client process.
#
#   scripts/bench-nodes.sh [FIGURE...]     of cpu, leaves, tiny, prediction; all of them if none is named
set -eu -o pipefail
cd "$(dirname "$0")/.."
here=$PWD/scripts
# shellcheck source=scripts/test-main.bash
source scripts/test-main.bash
# shellcheck source=scripts/nodes.bash
source scripts/nodes.bash

prepare_main node io.banyan.node.NodesBench
"$banyan" version > /dev/null # builds it, if need be
java=$("$banyan" --java)
"$java" examples/Generate.java text 21 64MiB > "$scratch/text"
"$java" examples/Generate.java numbers 5 8MiB > "$scratch/numbers"

# One node with a worker for each of two cores; three, which share the two; two with a core each.
start_node lone --workers 2
start_node three-b --workers 1
start_node three-c --workers 1
start_node three-a --workers 1 --peers "$(address three-b),$(address three-c)"
start_node pair-b --workers 1
start_node pair-a --workers 1 --peers "$(address pair-b)"
await_peers three-a 2
await_peers pair-a 1

"${main[@]}" examples "$scratch" \
  "$(address lone)" "$(pid lone)" \
  "$(address three-a)" "$(pid three-a),$(pid three-b),$(pid three-c)" \
  "$(address pair-a)" "$(pid pair-a),$(pid pair-b)" "$@" &
pids[bench]=$! # so that it is ended too, should this be
wait "${pids[bench]}"
unset 'pids[bench]'
