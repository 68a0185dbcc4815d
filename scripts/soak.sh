#!/usr/bin/env bash
# Tests that take longer than `mvn verify` may, and say what they found in their last lines.
#
#   scripts/soak.sh [--record] differential [COUNT [SEED]]   generated modules: interpreter, cold and hot compiled code agree
#   scripts/soak.sh [--record] fuzz [COUNT [SEED]]           damaged modules: rejected, or the engine takes what comes of them
#   scripts/soak.sh [--record] delegation [COUNT [SEED]]     simulated networks with faults: nothing lost, wrong or left over
#   scripts/soak.sh [--record] faults [JOBS [SEED]]          real processes on bad networks: scripts/test-faults.sh
#   scripts/soak.sh [--record] hostile [PATTERN]             hostile modules: what each comes to, and how soon
#
# --record puts the result into docs/soak.md, with commit, date and command. Ends with 0 only if nothing was found.
set -eu -o pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/test-main.bash
source scripts/test-main.bash

usage() { sed -n '4,8s/^# *//p' scripts/soak.sh >&2; exit 2; }
record=false
[ "${1:-}" != --record ] || { record=true; shift; }
[ $# -gt 0 ] || usage
name=$1
shift
seed=$(date +%s)
module=compute main=
case $name in
  delegation) module=delegation main=simulation.DelegationSoak arguments=("${1:-100000}" "${2:-$seed}") ;;
  differential) main=HotSoak arguments=("${1:-10000}" "${2:-$seed}") ;;
  faults) arguments=("${1:-100}" "${2:-$seed}") ;;
  fuzz) main=FuzzSoak arguments=("${1:-10000000}" "${2:-$seed}") ;;
  hostile) main=HostileReport arguments=("${1:-}") ;;
  *) echo "soak: there is no '$name'" >&2; usage ;;
esac

log=$(mktemp)
trap 'rm -f "$log"' EXIT
commit=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain -- ':!docs/soak.md')" ] || commit+=-dirty
soak() {
  case $name in
    faults) scripts/test-faults.sh --jobs "${arguments[0]}" --seed "${arguments[1]}" --keep target/faults 2>&1 ;;
    *) run_main "$module" "io.banyan.$module.$main" "${arguments[@]}" ;;
  esac
}
code=0
soak | tee "$log" || code=$?

# The row of this soak is put in the place of its last one.
write_down() {
  local file=docs/soak.md result row
  result=$(grep -E "^$name: (PASS|FAIL)|^the entry node was killed|^[0-9]+ modules, |^heap " "$log" | paste -s -d ';' | sed 's/|/\\|/g; s/;/; /g')
  row="| $name | $result | \`scripts/soak.sh $name ${arguments[*]}\` \
| $commit | $(date -u +%F) \
| $(nproc) x $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1) |"
  { grep -v "^| $name |" "$file"; echo "$row"; } >"$log"
  cp "$log" "$file"
  echo "soak: docs/soak.md has it" >&2
}
! $record || write_down
exit "$code"
