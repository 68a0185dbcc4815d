#!/usr/bin/env bash
# Breaks a network of real processes while it works: one job after the other is submitted to the entry node e,
# which knows the managers c and d, which know the workers a and b; and while it runs, nodes are killed
# or stopped that hold a lease of it just then, the entry node is killed between two records that it writes,
# and paths between them lose, copy, delay, reorder or carry nothing.
# Each job must come to the bytes and the four hashes that `banyan run` comes to, with a receipt that verifies.
#
#   scripts/test-faults.sh [--jobs 100] [--seed S] [--faults LIST] [--short] [--loopback] [--keep DIR]
#
#   --seed      chooses jobs, faults, targets and times; the same seed, the same plan. Whether a target comes to
#               hold a lease depends on the machine too: a fault waits until one does; a job in which none did is
#               done again, and the list says so
#   --faults    of: kill-worker,kill-manager,restart-entry,stop,stop-entry and, between network namespaces,
#               cut,cut-one-way,weather; by default all of them
#   --short     each fault once: what .ci/run runs
#   --loopback  no namespaces even if there could be
#   --keep      where to leave logs, trees and stacks if it fails
#
# Last line: `faults: PASS …`; anything else exits non-zero. With CI=true it fails where a tool is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
script=$here/$(basename "$0")
. "$here/faults/wire.bash"

jobs=100 seed=$(date +%s) kinds=kill-worker,kill-manager,restart-entry,stop,stop-entry,cut,cut-one-way,weather
short=false loopback=false keep=
usage() { sed -n '8,18s/^# *//p' "$script" >&2; exit 2; }
arguments=("$@")
while (($#)); do
  case $1 in
    --short) short=true ;;
    --loopback) loopback=true ;;
    --faults) [[ $# -gt 1 ]] || usage; kinds=$2; shift ;;
    --jobs | --seed | --keep) [[ $# -gt 1 ]] || usage; printf -v "${1#--}" %s "$2"; shift ;;
    *) usage ;;
  esac
  shift
done
[[ $jobs =~ ^[1-9][0-9]{0,4}$ && $seed =~ ^[0-9]{1,15}$ ]] || usage

"$here/banyan" version > /dev/null # builds, which wants a network
no_network() {
  printf '%s\n' '' "!!! faults: no networks can be made here: $*" \
    '!!! nothing is lost, copied, delayed or cut; what is left is kill -9, SIGSTOP and restarts' '' >&2
  loopback=true
}
if [[ -z ${BANYAN_IN_NAMESPACES:-} ]] && ! $loopback; then
  missing=$(missing_tools)
  [[ -z $missing || ${CI:-} != true ]] || { echo "faults: FAIL it takes $missing" >&2; exit 1; }
  [[ -z $missing ]] || no_network "it takes $missing"
  $loopback || enter_namespaces "$script" "${arguments[@]}" --seed "$seed" ||
    no_network "it takes the right to unshare, and /dev/net/tun"
fi
for part in ../nodes plan network strikes jobs; do
  # shellcheck source=/dev/null
  . "$here/faults/$part.bash"
done
[[ -z $keep ]] || mkdir -p "$keep"
began=$(date +%s%3N)
millis() { echo $((${EPOCHREALTIME//[.,]/} / 1000)); }

# -- what is said, and the end -------------------------------------------------------------------------
# tell TEXT…: a line of what happened.
tell() {
  local ms=$(($(millis) - began))
  printf '%5d.%d s  job %-3s %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$job_number" "$*"
}
fail() {
  printf 'faults: FAIL seed %s, job %s: %s\n' "$seed" "$job_number" "$*" >&2
  evidence
  exit 1
}
evidence() {
  local name to=${keep:-$scratch/evidence}
  mkdir -p "$to"
  forget_moment
  for name in "${nodes[@]}"; do
    [[ -n ${pids[$name]:-} ]] || { echo "-- $name is down" >&2; continue; }
    kill -CONT "${pids[$name]}" 2>/dev/null || true
    "$(dirname "$("$banyan" --java)")/jstack" "${pids[$name]}" > "$to/$name.stacks" 2>&1 || true
    ask_anew "$name" peers > "$to/$name.peers" 2>&1 || true
    [[ -z $job ]] || ask_anew "$name" explain "$job" > "$to/$name.explain" 2>&1 || true
    cp "$scratch/$name/log" "$to/$name.log"
    echo "-- $name: the end of its log, and its peers" >&2
    tail -n 8 "$to/$name.log" "$to/$name.peers" >&2
  done
  [[ -n $job ]] || return 0
  { ask_anew e status "$job"; ask_anew e tree "$job"; } > "$to/tree" 2>&1 || true
  cat "$to/tree" >&2
}
ending() {
  local code=$?
  wake "${nodes[@]}" 2>/dev/null || true
  unmake_wire
  stop_all "$code"
}
trap ending EXIT

# -- one job after the other ----------------------------------------------------------------------------
job_number=- job='' weather=() faults=()

# What strikes in turn, of the kinds that were asked for.
striking=() sky=false
choose_kinds() {
  local kind
  for kind in ${kinds//,/ }; do
    case $kind in
      kill-worker | kill-manager | restart-entry | stop | stop-entry) striking+=("$kind") ;;
      cut | cut-one-way) $loopback || striking+=("$kind") ;;
      weather) $loopback || sky=true ;;
      *) usage ;;
    esac
  done
}

# How the JVMs of faults/*.java are started. One keeps figures of itself by its process id, which another namespace may
# have too; then it warns on its output.
tool_options=()
make_tools() {
  local builds=$here/../target/banyan
  "$(dirname "$("$banyan" --java)")/javac" -d "$scratch/tools" "$here"/faults/*.java || fail "its tools do not compile"
  tool_options=(-XX:-UsePerfData --enable-native-access=ALL-UNNAMED
    -cp "$scratch/tools:$builds/$(cat "$builds/current")/banyan.jar")
}

plan_faults() {
  faults=()
  ((${#striking[@]} > 0)) || return 0
  add_fault "${striking[job_number % ${#striking[@]}]}"
  ! $short || return 0
  draw 3
  ((drawn > 0)) || { pick "${striking[@]}"; add_fault "$picked"; }
}
# add_fault KIND: one of each.
add_fault() {
  [[ ${faults[*]} != "$1 "* ]] || return 0
  plan_fault "$1"
  faults+=("$fault")
}

set_weather() {
  local from to
  for from in "${nodes[@]}"; do
    for to in "${nodes[@]}"; do [[ $from = "$to" ]] || path "$from" "$to" "${weather[@]}"; done
  done
}
begin_weather() {
  ((job_number % 2 == 0)) && $sky || return 0
  plan_weather
  set_weather
  wire_counts > /dev/null
}
end_weather() {
  local counts
  ((${#weather[@]} > 0)) || return 0
  counts=$(wire_counts)
  tell "packets: $counts"
  [[ $counts =~ (lost|copied|late)=[1-9] ]] || fail "the weather did nothing"
  struck[weather]=$((${struck[weather]:-0} + 1))
  weather=()
  set_weather
}

# Once with faults that all met a lease; what met none is tried again with the same job, and then with one that is worth
# lending on a network that is good: bytes that are dear to move may stay where they are.
again=0 again_max=8 same_max=2
run_until_struck() {
  local kind=$1 try fault
  for ((try = 0; ; try++)); do
    job=
    await_whole
    for fault in "${faults[@]}"; do
      # shellcheck disable=SC2086 # a fault is several words
      [[ $fault != restart-entry* ]] || expect_moment $fault
    done
    await_whole
    run_job "$kind"
    ((${#faults[@]} > 0)) || return 0
    ((try < again_max)) || fail "after $((try + 1)) times these have met no lease: ${faults[*]/%/;}"
    tell "$kind was over before these met a lease, which are tried again: ${faults[*]/%/;}"
    again=$((again + 1))
    ((try + 1 < same_max)) || { end_weather; kind=primes; }
    sooner
  done
}
# A moment that did not come will come if it is an earlier one.
sooner() {
  local i kind millis begin name count
  for i in "${!faults[@]}"; do
    read -r kind millis begin name count <<< "${faults[i]}"
    [[ $kind != restart-entry ]] || faults[i]="$kind $millis $begin $name $((1 + count / 4))"
  done
}

make_tools
$loopback || make_wire "$seed" "${nodes[@]}" || { inside=(); no_network "a TUN device cannot be made"; }
choose_kinds
! $short || jobs=${#striking[@]}
echo "faults: seed $seed, $jobs jobs, ${striking[*]}$(! $sky || echo ' weather')$(! $loopback || echo ', on loopback')"
start_all
for name in c d e; do open_shell "$name"; done

for ((job_number = 1; job_number <= jobs; job_number++)); do
  reseed "$job_number"
  plan_faults
  plan_job
  begin_weather
  run_until_struck "$kind"
  end_weather
done

summary=
for kind in "${striking[@]}"; do summary+=" $kind=${struck[$kind]:-0}"; done
! $sky || summary+=" weather=${struck[weather]:-0}"
moments_hit=
for name in "${moments[@]}"; do moments_hit+=" $name=${hit[$name]:-0}"; done
[[ -z ${struck[restart-entry]:-} ]] || echo "the entry node was killed at:$moments_hit"
printf 'faults: PASS jobs=%s seed=%s seconds=%s again=%s%s\n' "$jobs" "$seed" "$SECONDS" "$again" "$summary"
