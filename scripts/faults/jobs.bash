# Jobs, and what they must come to: sourced by test-faults.sh.
#
#   refer KIND           makes its files, and has `banyan run` do it once, alone: that is what it must come to
#   run_job KIND         submits it, and strikes what stands in faults meanwhile; fails if anything is wrong with the
#                        answer. What met no lease is left in faults

job_seconds_max=170
declare -A of_job=()
# files_of KIND: makes them, and says in of_job how it is submitted.
files_of() {
  local params=$scratch/$1.params input=$scratch/$1.input
  case $1 in
    primes)
      printf 2000000000 > "$params"
      of_job[$1]="--module $(module primes) --split index:256 --params $params" ;;
    search)
      generate text 21 3MiB > "$input"
      for _ in {1..6}; do printf 'synchronised virtual thread schedular '; done > "$params"
      of_job[$1]="--module $(module fuzzy-search) --input $input --split lines --chunk 16KiB --params $params" ;;
    picture)
      printf '400 256 20000' > "$params"
      of_job[$1]="--module $(module mandelbrot) --split index:256 --params $params" ;;
    sort)
      generate numbers 5 1MiB > "$input"
      of_job[$1]="--module $(module quicksort) --input $input --split module --chunk 8KiB --memory 128MiB" ;;
  esac
}
generate() { "$("$banyan" --java)" "$here/../examples/Generate.java" "$@"; }
module() { echo "$here/../examples/$1/$1.wasm"; }

hashes() { sed -n 's/^\(input\|plan\|execution\|output\) *\([0-9a-f]\{64\}\).*/\1 \2/p' "$1"; }
refer() {
  local from=$SECONDS
  [[ -z ${of_job[$1]:-} ]] || return 0
  files_of "$1"
  # shellcheck disable=SC2086 # options, apart by blanks
  timeout 300 "$banyan" run ${of_job[$1]} --output "$scratch/$1.alone" 2> "$scratch/$1.alone.log" ||
    { cat "$scratch/$1.alone.log" >&2; fail "banyan run of $1"; }
  hashes "$scratch/$1.alone.log" > "$scratch/$1.hashes"
  [[ $(wc -l < "$scratch/$1.hashes") = 4 ]] || fail "banyan run does not print four hashes"
  tell "banyan run of $1 took $((SECONDS - from)) s"
}

run_job() {
  local kind=$1 from code tries found
  refer "$kind"
  remembers=false
  [[ ${#weather[@]} = 0 ]] || tell "weather on every path: ${weather[*]}"
  from=$(millis)
  tell "$kind"
  for ((tries = 1; ; tries++)); do
    submit "$kind"
    strike_until_end "$from"
    code=0
    wait "${pids[submit]}" || code=$?
    unset "pids[submit]"
    # A busy machine may take longer to connect than it is given; a user would try again.
    [[ $code = 7 && -z $job && $tries -lt 3 ]] || break
    tell "not connected in time, and submitted again"
  done
  make_good all
  if [[ $code != 0 ]]; then
    cat "$scratch/submit.log" >&2
    fail "$kind ended with $code"
  fi
  cmp <(hashes "$scratch/submit.log") "$scratch/$kind.hashes" || fail "$kind: other hashes than banyan run"
  cmp "$scratch/out" "$scratch/$kind.alone" || fail "$kind: another answer than banyan run"
  tell "$kind: the same bytes and hashes, the receipt verifies, after $((($(millis) - from) / 1000)) s; $(ran)"
  found=$(remembered)
  [[ -z $found ]] || tell "$found and not done again"
  [[ $remembers = false || -n $found ]] || fail "the entry node did again what it had written down"
}
strike_until_end() {
  until ended 0.2; do
    (($(millis) - $1 <= 1000 * (job_seconds_max + 20))) || fail "no end of it after $job_seconds_max s"
    [[ -n $job ]] || job=$(sed -n 's/^job \([0-9a-f]\{64\}\) is accepted.*/\1/p' "$scratch/submit.log")
    make_good due
    strike_due "$(($(millis) - $1))"
  done
}

# As a user does: it waits, through lost connections, and verifies the receipt. Its standard output is closed at its end.
submit() {
  rm -f "$scratch/ended"
  mkfifo "$scratch/ended"
  # It is compiled quickly, since it does little.
  # shellcheck disable=SC2086 # options, apart by blanks
  BANYAN_JAVA_OPTS=-XX:TieredStopAtLevel=1 ${inside[e]:-} timeout -k 5 "$job_seconds_max" \
    "$banyan" submit --node "$(address e)" ${of_job[$1]} --no-memo \
    --output "$scratch/out" --receipt "$scratch/receipt" 2> "$scratch/submit.log" > "$scratch/ended" &
  pids[submit]=$!
  exec {submit_out}< "$scratch/ended"
}
# ended SECONDS: whether it does within that time.
ended() {
  local code=0
  read -r -t "$1" -u "$submit_out" || code=$?
  ((code == 1)) || return 1
  exec {submit_out}<&-
}

# Those that meet nothing yet do not hold up the others.
strike_due() {
  local now=$1 fault left=()
  for fault in "${faults[@]}"; do
    # shellcheck disable=SC2086 # a fault is several words
    due "$now" $fault && strike $fault || left+=("$fault")
  done
  faults=("${left[@]}")
}
due() { (($1 >= $4)) || [[ $2 = restart-entry ]]; }

# What a restarted entry node has found of the job.
remembered() {
  ask e explain "$job" 2>/dev/null | sed -n 's/.*: \([0-9]* lea[a-z]* [a-z]* remembered\).*/\1/p' | tail -n 1
}
# Who ran leaves of the job, and what came of its leases.
ran() {
  ask e tree "$job" --json 2>/dev/null | awk -F'[:," ]+' '
    $2 == "peer" { who = $3 } $2 == "depth" { depth = $3 } $2 == "state" { state[$3]++ }
    $2 == "leaves" && $3 > 0 { ran[who] = 1; if (depth > deepest) deepest = depth }
    END { for (who in ran) nodes++
      if (!nodes) print "who ran leaves is forgotten"
      else printf "%d nodes ran leaves, depth %d; leases: %d finished, %d failed, %d taken back\n",
        nodes, deepest, state["FINISHED"] - 1, state["FAILED"], state["LOST"] }'
}
