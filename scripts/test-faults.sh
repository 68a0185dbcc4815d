#!/usr/bin/env bash
# Breaks a network of real processes while it works: one job after the other is submitted to the entry node e,
# which knows the managers c and d, which know the workers a and b; and while it runs, nodes are killed
# or stopped that hold a lease of it just then, and paths between them lose, copy, delay, reorder or carry nothing.
# Each job must come to the bytes and the four hashes that `banyan run` comes to, with a receipt that verifies.
#
#   scripts/test-faults.sh [--jobs 100] [--seed S] [--faults LIST] [--short] [--loopback] [--keep DIR]
#
#   --seed      chooses jobs, faults, targets and times; the same seed, the same schedule. Whether a target comes to
#               hold a lease depends on the machine too: a fault waits until it does, and the list says what it met
#   --faults    of: kill-worker,kill-manager,restart-entry,stop,stop-entry and, between network namespaces,
#               cut,cut-one-way,weather; by default all of them
#   --short     few jobs, each fault once: what .ci/run runs
#   --loopback  no namespaces even if there could be
#   --keep      where to leave logs, trees and stacks if it fails
#
# Last line: `faults: PASS …`; anything else exits non-zero.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
script=$here/$(basename "$0")
. "$here/faults/wire.bash"

jobs=100 seed=$(date +%s) faults=
short=false loopback=false keep=
usage() { sed -n '7,16s/^# *//p' "$script" >&2; exit 2; }
arguments=("$@")
while (($#)); do
  case $1 in
    --short) short=true ;;
    --loopback) loopback=true ;;
    --jobs | --seed | --faults | --keep) [[ $# -gt 1 ]] || usage; printf -v "${1#--}" %s "$2"; shift ;;
    *) usage ;;
  esac
  shift
done
[[ $jobs =~ ^[0-9]{1,5}$ && $seed =~ ^[0-9]{1,15}$ ]] || usage

"$here/banyan" version > /dev/null # builds, which wants a network
no_network() {
  printf '%s\n' '' "!!! faults: no networks can be made here: $*" \
    '!!! nothing is lost, copied, delayed or cut; what is left is kill -9, SIGSTOP and restarts' '' >&2
  loopback=true
}
if [[ -z ${BANYAN_IN_NAMESPACES:-} ]] && ! $loopback; then
  enter_namespaces "$script" "${arguments[@]}" --seed "$seed" || no_network "it takes iproute2, unshare and /dev/net/tun"
fi
. "$here/nodes.bash"
[[ -z $keep ]] || mkdir -p "$keep"
examples=$here/../examples
nodes=(a b c d e)
millis() { date +%s%3N; }
began=$(millis)
story=$scratch/story

elapsed() { local ms=$(($(millis) - began)); printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100)); }
# tell TEXT…: a line of what happened.
tell() { printf '%7s s  job %-3s %s\n' "$(elapsed)" "$job_number" "$*" | tee -a "$story"; }
fail() {
  printf 'faults: FAIL seed %s, job %s: %s\n' "$seed" "$job_number" "$*" >&2
  evidence
  exit 1
}
ending() {
  local code=$? name
  for name in "${nodes[@]}"; do kill -CONT "${pids[$name]:-$$}" 2>/dev/null || true; done
  unmake_wire
  stop_all "$code"
}
trap ending EXIT

# Asks node $1 as its owner, from where it is: no fault is between. By a process that stays, so that it takes milliseconds.
declare -A ask_in=() ask_out=()
open_shell() {
  local name=$1 in out build=$here/../target/banyan
  mkfifo "$scratch/ask.$name" "$scratch/answer.$name"
  ${inside[$name]:-} "$("$banyan" --java)" -XX:-UsePerfData -Xmx128m -cp "$build/$(cat "$build/current")/banyan.jar" "$here/faults/Shell.java" \
    < "$scratch/ask.$name" > "$scratch/answer.$name" 2> "$scratch/shell.$name.log" &
  pids[shell-$name]=$!
  exec {in}> "$scratch/ask.$name" {out}< "$scratch/answer.$name"
  ask_in[$name]=$in ask_out[$name]=$out
}
ask() {
  local name=$1 number=${EPOCHREALTIME//[.,]/} line
  ! stopped "$name" || return 1
  shift
  printf '%s\n' "$number $* --node $(address "$name")" >&"${ask_in[$name]}"
  while read -r -t 15 -u "${ask_out[$name]}" line; do
    if [[ $line == "= $number "* ]]; then
      [[ $line == *" 0" ]]
      return
    fi
    printf '%s\n' "$line"
  done
  return 1
}
stopped() { [[ -z ${pids[$1]:-} || $(awk '{ print $3 }' "/proc/${pids[$1]}/stat") == T ]]; }

by_itself() { # NAME WORDS…: the same in a process of its own
  local name=$1
  shift
  ${inside[$name]:-} timeout -k 1 20 "$banyan" "$@" --node "$(address "$name")"
}
evidence() {
  local name to=${keep:-$scratch/evidence}
  mkdir -p "$to"
  for name in "${nodes[@]}"; do
    [[ -n ${pids[$name]:-} ]] || { echo "-- $name is down" >&2; continue; }
    kill -CONT "${pids[$name]}" 2>/dev/null || true
    "$(dirname "$("$banyan" --java)")/jstack" "${pids[$name]}" > "$to/$name.stacks" 2>&1 || true
    by_itself "$name" peers > "$to/$name.peers" 2>&1 || true
    [[ -z ${job:-} ]] || by_itself "$name" explain "$job" > "$to/$name.explain" 2>&1 || true
    cp "$scratch/$name/log" "$to/$name.log"
    echo "-- $name: the end of its log, and its peers" >&2
    tail -n 8 "$to/$name.log" "$to/$name.peers" >&2
  done
  if [[ -n ${job:-} ]]; then
    { by_itself e status "$job"; by_itself e tree "$job"; } > "$to/tree" 2>&1 || true
    cat "$to/tree" >&2
  fi
  cp "$story" "$to/story" 2>/dev/null || true
}

# -- chance: all of it from the seed ------------------------------------------------------------------
chance=0
reseed() { chance=$(((seed + 1) * 1000003 + $1)); draw 2; draw 2; }
# draw N: sets $drawn to one of 0 … N-1. Knuth's MMIX generator; the high bits are the good ones.
draw() {
  chance=$((chance * 6364136223846793005 + 1442695040888963407))
  drawn=$(((chance >> 33 & 0x3fffffff) % $1))
}
# pick WORD…: sets $picked to one of them.
pick() { draw $#; shift "$drawn"; picked=$1; }

# -- the network --------------------------------------------------------------------------------------
declare -A above=([a]="c d" [b]="c d" [c]=e [d]=e) port=()
start() {
  local name=$1 peers=()
  case $name in
    c | d) peers=(--peers "$(address a),$(address b)") ;;
    e) peers=(--peers "$(address c),$(address d)") ;;
  esac
  start_node "$name" --workers 1 --threshold 0.1s --listen "/ip4/$(place "$name")/tcp/${port[$name]:-0}" "${peers[@]}" ||
    fail "$name did not start"
  port[$name]=$(sed 's,.*/tcp/\([0-9]*\)/.*,\1,' <<< "$(address "$name")")
}

# Waits until whoever was lost is back with all of its peers.
await_whole() {
  local name code=0 waits=()
  for name in c d e; do
    linked "$name" &
    waits+=($!)
  done
  for name in "${waits[@]}"; do wait "$name" || code=1; done
  [[ $code = 0 ]] || fail "the network is not whole again"
}
linked() {
  local name=$1 want=3 until=$((SECONDS + 60))
  [[ $name != e ]] || want=2
  until [[ $(ask "$name" peers --json 2>/dev/null | grep -c '"peer"') -ge $want ]]; do
    ((SECONDS < until)) || { echo "$name has not found its $want peers within 60 s" >&2; return 1; }
  done
}

# -- who holds what -----------------------------------------------------------------------------------
# leases_at LENDER PEER_ID: how many leases of LENDER the peer holds now.
leases_at() {
  ask "$1" peers --json 2>/dev/null | awk -F'[:," ]+' -v peer="$2" '
    $2 == "peer" { is = $3 == peer } $2 == "leases" && is { count += $3 } END { print count + 0 }'
}
# held NAME [LENDER…]: says what NAME holds, by its lenders' word; fails if that is nothing.
held() {
  local name=$1 lenders=${2:-${above[$1]:-}} id lender count of below
  id=$(peer_id "$name")
  case $name in
    e)
      of=$(ask e status "$job" | sed -n 's/^state *//p; s/^leaves *//p' | paste -s -d ' ')
      [[ $of =~ pending|assigned|computing|verifying ]] || return 1
      echo "the job, $of, $(running_leases | wc -l) leases lent" ;;
    c | d)
      of=$(running_leases "$id" | paste -s -d ' ')
      [[ -n $of ]] || return 1
      echo "$of of e" ;;
    *)
      below=
      for lender in $lenders; do
        count=$(leases_at "$lender" "$id")
        ((count == 0)) || below+="$count of $lender "
      done
      [[ -n $below ]] || return 1
      echo "${below% }" ;;
  esac
}
# The plan nodes that the entry node has lent now (to peer $1), by its tree.
running_leases() {
  ask e tree "$job" --json 2>/dev/null | awk -F'[:," ]+' -v peer="${1:-}" '
    $2 == "node" { node = $3 } $2 == "peer" { who = $3 } $2 == "depth" { depth = $3 }
    $2 == "state" && $3 == "RUNNING" && depth == 1 && (peer == "" || who == peer) { print node }'
}
# How many leases a manager has lent on now.
lent_on() {
  local count=0 id
  for id in "$(peer_id a)" "$(peer_id b)"; do count=$((count + $(leases_at "$1" "$id"))); done
  echo "$count"
}

# -- faults ---------------------------------------------------------------------------------------------
declare -A planned=() struck=()
waiting=() # faults that met no lease yet
nothing_lent=false
undo=() # "MILLIS COMMAND…": when, since the script began, and what is to be made good
later() { undo+=("$(($(millis) - began + $1)) ${*:2}"); }
# make_good all|due
make_good() {
  local entry rest=() now=$(($(millis) - began))
  for entry in "${undo[@]}"; do
    if [[ $1 = all || ${entry%% *} -le $now ]]; then
      ${entry#* }
    else
      rest+=("$entry")
    fi
  done
  undo=("${rest[@]}")
}
back() { start "$1"; tell "$1 is back"; }
resume() { signal CONT "$1"; tell "SIGCONT $1"; }
mend() { path "$1" "$2" "${weather[@]}"; tell "the path $1 to $2 carries again"; }

# strike KIND TARGET MILLIS: does it, if the target holds a lease just now; else fails. It is done first, and made good
# at once where nothing was held, since leases come and go while one asks. Of a path, FROM-TO, the lower end holds leases.
strike() {
  local kind=$1 target=$2 millis=$3 from=${2%-*} to=${2#*-} child what= lent=0 name lender
  child=$from lender=$to
  [[ $to > $from ]] || child=$to lender=$from
  for name in "${nodes[@]}"; do
    [[ $kind != kill-manager && $name != "$child" || -n ${pids[$name]:-} ]] || return 1 # not made good yet
  done
  case $kind in
    kill-worker)
      signal STOP "$target"
      what=$(held "$target") || { signal CONT "$target"; return 1; }
      kill_node "$target"
      tell "kill -9 $target, which held $what"
      later "$millis" back "$target" ;;
    kill-manager)
      # Its workers are stopped too, so that what it has lent on is not delivered meanwhile.
      signal STOP a b
      lent=$(lent_on "$target")
      if ((lent > 0)); then
        signal STOP "$target"
        what=$(held "$target") || signal CONT "$target"
      fi
      [[ -z $what ]] || kill_node "$target"
      signal CONT a b
      [[ -n $what ]] || return 1
      tell "kill -9 $target, which held $what, and had lent on $lent leases"
      later "$millis" back "$target" ;;
    restart-entry)
      what=$(held e) || return 1
      kill_node e
      tell "kill -9 e, which held $what"
      back e ;;
    stop-entry)
      what=$(held e) || return 1
      signal STOP e
      tell "SIGSTOP e for $millis ms, which held $what"
      later "$millis" resume e ;;
    stop)
      signal STOP "$target"
      what=$(held "$target") || { signal CONT "$target"; return 1; }
      tell "SIGSTOP $target for $millis ms, which held $what"
      later "$millis" resume "$target" ;;
    cut | cut-one-way)
      path "$from" "$to" loss=1
      [[ $kind = cut-one-way ]] || path "$to" "$from" loss=1
      if ! what=$(held "$child" "$lender"); then
        path "$from" "$to" "${weather[@]}"
        path "$to" "$from" "${weather[@]}"
        return 1
      fi
      later "$millis" mend "$from" "$to"
      if [[ $kind = cut ]]; then
        later "$millis" mend "$to" "$from"
        tell "nothing passes between $from and $to for $millis ms; $child held $what"
      else
        tell "nothing passes from $from to $to for $millis ms; $child held $what"
      fi ;;
  esac
  struck[$kind]=$((${struck[$kind]:-0} + 1))
}
signal() {
  local name
  for name in "${@:2}"; do kill "-$1" "$(pid "$name")"; done
}

# plan_fault KIND: sets $fault to "KIND TARGET MILLIS BEGIN", the last as well in milliseconds. Of stops and cuts a quarter each ends before its peer is suspect,
# before leases are over, about then, and after.
plan_fault() {
  local kind=$1 target=e millis
  case $kind in
    kill-worker) pick a b; target=$picked ;;
    kill-manager) pick c d; target=$picked ;;
    stop) pick a b c d; target=$picked ;;
    cut) pick a-c a-d b-c b-d c-e d-e; target=$picked ;;
    cut-one-way) pick a-c c-a a-d d-a b-c c-b b-d d-b c-e e-c d-e e-d; target=$picked ;;
  esac
  case $kind in
    kill-* | restart-entry) draw 5000; millis=$drawn ;;
    stop-entry) draw 4000; millis=$((500 + drawn)) ;;
    *) pick 1500 4000 8000 13000; millis=$picked; draw 1000; millis=$((millis + drawn)) ;;
  esac
  if $short; then draw 300; else draw 900; fi
  fault="$kind $target $millis $drawn"
  planned[$kind]=$((${planned[$kind]:-0} + 1))
}

weather=()
# All paths at once; a dry spell where it is not named.
plan_weather() {
  local loss copy late delay
  draw 16; loss=$((5 + drawn))
  draw 10; copy=$((1 + drawn))
  draw 20; late=$((1 + drawn))
  pick 0 1 5 25; delay=$picked
  printf -v loss '0.%02d' "$loss"
  printf -v copy '0.%02d' "$copy"
  printf -v late '0.%02d' "$late"
  pick loss copy late all
  case $picked in
    loss) weather=("loss=$loss") ;;
    copy) weather=("copy=$copy" "late=$late") ;;
    late) weather=("late=$late" "delay=$delay") ;;
    all) weather=("loss=$loss" "copy=$copy" "late=$late" "delay=$delay") ;;
  esac
}
set_weather() {
  local from to
  for from in a b c d e; do
    for to in a b c d e; do [[ $from = "$to" ]] || path "$from" "$to" "${weather[@]}"; done
  done
}

# -- jobs -------------------------------------------------------------------------------------------------
job_number=- job= job_seconds_max=150 primes_most=5000000000
declare -A of_job=() reference=()
prepare() {
  local java text_size=6MiB
  if $short; then text_size=4MiB primes_most=3000000000; fi
  java=$("$banyan" --java)
  "$java" "$examples/Generate.java" text 21 "$text_size" > "$scratch/text"
  "$java" "$examples/Generate.java" numbers 5 1MiB > "$scratch/numbers"
  for _ in {1..6}; do printf 'synchronised virtual thread schedular '; done > "$scratch/query"
  printf %s "$primes_most" > "$scratch/most"
  printf '400 256 40000' > "$scratch/picture"
  of_job[primes]="--module $examples/primes/primes.wasm --split index:256 --params $scratch/most"
  of_job[search]="--module $examples/fuzzy-search/fuzzy-search.wasm --input $scratch/text --split lines --chunk 16KiB --params $scratch/query"
  of_job[picture]="--module $examples/mandelbrot/mandelbrot.wasm --split index:256 --params $scratch/picture"
  of_job[sort]="--module $examples/quicksort/quicksort.wasm --input $scratch/numbers --split module --chunk 8KiB --memory 128MiB"
}
hashes() { sed -n 's/^\(input\|plan\|execution\|output\) *\([0-9a-f]\{64\}\).*/\1 \2/p' "$1"; }
# What one process alone comes to; reckoned when it is first wanted.
refer() {
  [[ -z ${reference[$1]:-} ]] || return 0
  local seconds=$SECONDS
  # shellcheck disable=SC2086 # options, apart by blanks
  timeout 300 "$banyan" run ${of_job[$1]} --output "$scratch/$1.alone" 2> "$scratch/$1.alone.log" ||
    { cat "$scratch/$1.alone.log" >&2; fail "banyan run of $1"; }
  hashes "$scratch/$1.alone.log" > "$scratch/$1.hashes"
  [[ $(wc -l < "$scratch/$1.hashes") = 4 ]] || fail "banyan run does not print four hashes"
  reference[$1]=$((SECONDS - seconds))
  tell "banyan run of $1 took ${reference[$1]} s"
}

compare() {
  local kind=$1
  hashes "$scratch/result.log" | cmp - "$scratch/$kind.hashes" || fail "$kind: other hashes than banyan run"
  cmp "$scratch/out" "$scratch/$kind.alone" || fail "$kind: another answer than banyan run"
  local options=${of_job[$kind]} with=()
  read -ra with <<< "$options"
  local i verifying=()
  for ((i = 0; i < ${#with[@]}; i += 2)); do
    case ${with[i]} in --module | --input) verifying+=("${with[@]:i:2}") ;; esac
  done
  timeout 100 "$banyan" verify "$scratch/receipt" "${verifying[@]}" --output "$scratch/out" > "$scratch/verified" 2>&1 ||
    { cat "$scratch/verified" >&2; fail "$kind: the receipt does not verify"; }
}

# fetch: waits for the job's end in the background; its standard output is closed when it is over.
fetch() {
  rm -f "$scratch/ended"
  mkfifo "$scratch/ended"
  ${inside[e]:-} timeout -k 5 $((job_seconds_max + 20)) "$banyan" result "$job" --node "$(address e)" \
    --timeout "${job_seconds_max}s" --output "$scratch/out" --receipt "$scratch/receipt" \
    2> "$scratch/result.log" > "$scratch/ended" &
  pids[result]=$!
  exec {ended}< "$scratch/ended"
}
fetched() { # its exit code
  local code=0
  exec {ended}<&-
  wait "${pids[result]}" || code=$?
  unset "pids[result]"
  return "$code"
}
# over SECONDS: whether the job ends within that time.
over() { local code=0; read -r -t "$1" -u "$ended" || code=$?; ((code == 1)); }

run_job() { # KIND FAULT…
  local kind=$1 from code=0 last all rest fault
  shift
  all=$*
  refer "$kind"
  from=$SECONDS
  [[ ${#weather[@]} = 0 ]] || tell "weather on every path: ${weather[*]}"
  # shellcheck disable=SC2086 # options, apart by blanks
  ${inside[e]:-} timeout -k 5 60 "$banyan" submit --node "$(address e)" ${of_job[$kind]} $memo --detach --json \
    > "$scratch/submitted" 2> "$scratch/submit.log" || { cat "$scratch/submit.log" >&2; fail "submit"; }
  job=$(sed -n 's/.*"job": "\([0-9a-f]*\)".*/\1/p' "$scratch/submitted")
  tell "$kind, ${job:0:12}"
  fetch
  last=$(millis)
  while true; do
    ((SECONDS - from <= job_seconds_max + 30)) || fail "no end of it after $((SECONDS - from)) s"
    if over 0.2; then
      fetched || code=$?
      # Who asks first when the entry node is just away is told so, and may ask again.
      [[ $code = 7 && $* != "$all" ]] || break
      code=0
      fetch
    fi
    make_good due
    # Those that meet nothing yet do not hold up the others.
    rest=()
    for fault in "$@"; do
      # shellcheck disable=SC2086 # a fault is four words
      if (($(millis) < last + ${fault##* })) || ! strike $fault; then rest+=("$fault"); fi
    done
    set -- "${rest[@]}"
  done
  local took=$((SECONDS - from))
  waiting+=("$@")
  (($# == 0)) || tell "it was over before these met a lease, which wait for another: ${*/%/;}"
  if [[ $code != 0 ]]; then
    make_good all
    cat "$scratch/result.log" >&2
    fail "$kind ended with $code"
  fi
  compare "$kind"
  make_good all
  local how
  how=$(ran)
  tell "$kind: the same bytes and hashes after $took s; $how"
  nothing_lent=false
  [[ $how != *" 0 finished, 0 failed, 0 taken back" ]] || nothing_lent=true
  [[ -z $keep ]] || { by_itself e explain "$job"; by_itself e peers; } > "$keep/explain.$job_number" 2>&1 || true
}
# Who ran leaves of the job, and what came of its leases.
ran() {
  ask e tree "$job" --json 2>/dev/null | awk -F'[:," ]+' '
    $2 == "peer" { who = $3 } $2 == "depth" { depth = $3 } $2 == "state" { state[$3]++ }
    $2 == "leaves" && $3 > 0 { ran[who] = 1; if (depth > deepest) deepest = depth }
    END { for (who in ran) nodes++
      printf "%d nodes ran leaves, depth %d; leases: %d finished, %d failed, %d taken back\n",
        nodes, deepest, state["FINISHED"] - 1, state["FAILED"], state["LOST"] }'
}

# A build that remembers what is finished resumes what it had accepted, and is to compute each job anew here.
no_memo=
! grep -q -- --no-memo <<< "$("$banyan" submit --help 2>&1)" || no_memo=--no-memo
[[ -n $faults ]] ||
  faults=kill-worker,kill-manager,${no_memo:+restart-entry,}stop,stop-entry,cut,cut-one-way,weather
$loopback || make_wire "$seed" "${nodes[@]}" || { inside=(); no_network "a TUN device cannot be made"; }
IFS=, read -ra kinds <<< "$faults"
sky=false
striking=()
for kind in "${kinds[@]}"; do
  case $kind in
    kill-worker | kill-manager | stop | stop-entry | restart-entry) striking+=("$kind") ;;
    cut | cut-one-way) $loopback || striking+=("$kind") ;;
    weather) $loopback || sky=true ;;
    *) usage ;;
  esac
done
! $short || jobs=$((${#striking[@]} + 1))
echo "faults: seed $seed, $jobs jobs, ${striking[*]}$(! $sky || echo ' weather')$(! $loopback || echo ', on loopback')"
prepare
for name in "${nodes[@]}"; do start "$name"; done
for name in c d e; do open_shell "$name"; done
anew=0
# The last of a short form has weather alone, and a few more take what has met no lease yet.
if $short; then most=${#striking[@]}; else most=$jobs; fi
for ((n = 1; n <= jobs || (${#waiting[@]} > 0 && n <= jobs + 5); n++)); do
  reseed "$n"
  job_number=$n job=
  if $nothing_lent; then
    # What a peer was seen to do is all that e goes by; of a new process it has seen nothing.
    for name in c d; do
      stop_node "$name"
      start "$name"
    done
    tell "c and d began anew, since nothing was lent"
    anew=$((anew + 1))
  fi
  await_whole
  if $short; then pick primes search; else pick primes primes primes search search search sort picture; fi
  kind=$picked
  faulting=()
  if ((${#striking[@]} > 0 && n <= most)); then
    plan_fault "${striking[n % ${#striking[@]}]}"
    faulting+=("$fault")
    draw 3
    if ((drawn == 0)) && ! $short; then
      pick "${striking[@]}"
      plan_fault "$picked"
      faulting+=("$fault")
    fi
  fi
  weather=()
  if $sky; then
    draw 2
    if ((drawn == 0 || ${#faulting[@]} == 0)) && ((n <= jobs)); then plan_weather; fi
    set_weather
    planned[weather]=$((${planned[weather]:-0} + (${#weather[@]} > 0)))
    wire_counts > /dev/null
  fi
  faulting+=("${waiting[@]:0:2}") # last, so that the seed alone says what is planned
  waiting=("${waiting[@]:2}")
  memo=$no_memo
  if [[ " ${faulting[*]}" == *" restart-entry "* ]]; then
    # Nobody has computed any of it before, and so what is remembered of it is what this job has come to.
    printf %s $((primes_most + 1000 * n)) > "$scratch/most.$n"
    kind=primes-$n memo=
    of_job[$kind]="--module $examples/primes/primes.wasm --split index:256 --params $scratch/most.$n"
  fi
  run_job "$kind" "${faulting[@]}"
  if ((${#weather[@]} > 0)); then
    counts=$(wire_counts)
    tell "packets: $counts"
    [[ $counts =~ (lost|copied|late)=[1-9] ]] || fail "the weather did nothing"
    struck[weather]=$((${struck[weather]:-0} + 1))
    weather=()
    set_weather
  fi
done

echo
echo "what happened:"
cat "$story"
summary=
for kind in "${!planned[@]}"; do
  summary+=" $kind=${struck[$kind]:-0}/${planned[$kind]}"
  # A fault that never meets a lease shows nothing.
  ((2 * ${struck[$kind]:-0} >= ${planned[$kind]})) || fail "of ${planned[$kind]} × $kind only ${struck[$kind]:-0} met a lease"
done
printf 'faults: PASS %s jobs of %s, seed %s, %s s:%s anew=%s\n' "$((n - 1))" "$((n - 1))" "$seed" "$SECONDS" "$summary" "$anew"
