# Doing harm, and making it good: sourced by test-faults.sh.
#
#   strike FAULT…        does it, if a lease runs where it is to strike; else fails. plan.bash says what a fault is
#   make_good all|due    starts, wakes and joins again what is due; or all
#   expect_moment FAULT… has the entry node begin anew, to be killed at just that moment of the job
#   next_moment          sets moment: "NAME COUNT"
#
# Whether a lease is held is looked at when the victim has been stopped or cut off already, and where it holds none,
# that is undone at once: leases come and go while one asks.

declare -A struck=() hit=()
undo=() # "MILLIS COMMAND…": when, since the script began, and what is to be made good
later() { undo+=("$(($(millis) - began + $1)) ${*:2}"); }
make_good() {
  local entry rest=() now=$(($(millis) - began))
  for entry in "${undo[@]}"; do
    if [[ $1 = all || ${entry%% *} -le $now ]]; then ${entry#* }; else rest+=("$entry"); fi
  done
  undo=("${rest[@]}")
}
back() { start "$1"; tell "$1 is back"; }
resume() { signal CONT "$1"; tell "SIGCONT $1"; }
mend() { path "$1" "$2" "${weather[@]}"; tell "the path $1 to $2 carries again"; }

strike() {
  local kind=$1 millis=$2
  shift 3
  case $kind in
    restart-entry) kill_at_moment "$millis" "$@" ;;
    kill-worker) kill_worker "$millis" "$@" ;;
    *) strike_any "${kind//-/_}" "$millis" "$@" ;;
  esac || return 1
  struck[$kind]=$((${struck[$kind]:-0} + 1))
}
strike_any() {
  local where
  for where in "${@:3}"; do
    ends "$where"
    # What was not made good yet can take no more.
    # shellcheck disable=SC2086 # none, or one
    ! stopped "$low" $high && "$1" "$where" "$2" && return
  done
  return 1
}
# ends WHERE: sets low to the node that holds leases, and high, if it is a path, to who lends them.
ends() {
  low=${1%-*} high=
  [[ $1 != *-* ]] || high=${1#*-}
  [[ -z $high || $low < $high ]] || { low=$high; high=${1%-*}; }
}

# Both stand still while one looks: leases of a worker are short.
kill_worker() {
  local name what=''
  ! stopped "${@:2}" || return 1
  signal STOP "${@:2}"
  for name in "${@:2}"; do what=$(held "$name") && break; done
  [[ -z $what ]] || kill_node "$name"
  wake "${@:2}"
  [[ -n $what ]] || return 1
  tell "kill -9 $name, which held $what"
  later "$1" back "$name"
}
# wake NAME…: those that are not down.
wake() {
  local name
  for name in "$@"; do [[ -z ${pids[$name]:-} ]] || signal CONT "$name"; done
}

# Its workers are stopped too, so that what it has lent on is not delivered meanwhile.
kill_manager() {
  local name=$1 what='' lent
  ! stopped a b || return 1
  signal STOP a b
  lent=$(lent_to "$name" "$(peer_id a)" "$(peer_id b)")
  if ((lent > 0)); then
    signal STOP "$name"
    if what=$(held "$name"); then kill_node "$name"; else signal CONT "$name"; fi
  fi
  signal CONT a b
  [[ -n $what ]] || return 1
  tell "kill -9 $name, which held $what, and had lent on $lent leases"
  later "$2" back "$name"
}

stop() {
  local name=$1 what
  signal STOP "$name"
  what=$(held "$name") || { signal CONT "$name"; return 1; }
  tell "SIGSTOP $name for $2 ms, which held $what"
  later "$2" resume "$name"
}
# It is asked itself what it holds.
stop_entry() {
  local what
  what=$(held e) || return 1
  signal STOP e
  tell "SIGSTOP e for $2 ms, which held $what"
  later "$2" resume e
}

cut() {
  local what
  path "$low" "$high" loss=1
  path "$high" "$low" loss=1
  if ! what=$(held "$low" "$high"); then
    path "$low" "$high" "${weather[@]}"
    path "$high" "$low" "${weather[@]}"
    return 1
  fi
  tell "nothing passes between $low and $high for $2 ms; $low held $what"
  later "$2" mend "$low" "$high"
  later "$2" mend "$high" "$low"
}
cut_one_way() {
  local from=${1%-*} to=${1#*-} what
  path "$from" "$to" loss=1
  what=$(held "$low" "$high") || { path "$from" "$to" "${weather[@]}"; return 1; }
  tell "nothing passes from $from to $to for $2 ms; $low held $what"
  later "$2" mend "$from" "$to"
}

# -- moments of the entry node ------------------------------------------------------------------------
# What a job leaves on the entry node's disk, in this order: its row in the journal; values and, for each, a record in
# its log of claims, or what peers delivered, staged and then adopted; output, receipt, end, story. A moment is just
# before one of these: between two of them there is nothing. Which method of the program begins it, and words for it.
moments=(unaccepted accepted value claim delivery adoption output receipt end story recollection)
declare -A method_at=(
  [unaccepted]="node.journal.Journal accept" [accepted]="node.daemon.EntryJobs begin"
  [value]="node.ValueFiles append" [claim]="node.ClaimLog append"
  [delivery]="node.ClaimLog stage" [adoption]="node.ClaimLog adopt"
  [output]="node.Answer of" [receipt]="node.Answer writeReceipt"
  [end]="node.journal.Journal end" [story]="node.JobStory write"
  [recollection]="node.Recollection of")
declare -A words_at=(
  [unaccepted]="before it wrote that the job is accepted"
  [accepted]="when that was written, and nobody told"
  [value]="before it wrote value %s" [claim]="before it wrote claim %s"
  [delivery]="before it wrote delivered piece %s" [adoption]="before it wrote adoption %s"
  [output]="before it wrote the output" [receipt]="when the output was written, not the receipt"
  [end]="when both were on the disk, not the end" [story]="when the end was written, and nobody told"
  [recollection]="while it read what it had written, after it was killed before claim %s")
moment_turn=-1
remembers=false # whether it must find some leaves of the job when it is back

# They take turns, from one that the seed chooses.
next_moment() {
  local name count=1
  ((moment_turn >= 0)) || { draw ${#moments[@]}; moment_turn=$drawn; }
  name=${moments[moment_turn++ % ${#moments[@]}]}
  case $name in
    value | claim | recollection) draw 24; count=$((1 + drawn)) ;;
    delivery | adoption) draw 6; count=$((1 + drawn)) ;;
  esac
  moment=("$name" "$count")
}

expect_moment() {
  local name=$4 count=$5
  stop_node e
  launch_watched "${name/recollection/claim}" "$count"
  await_started e
}
# launch_watched NAME COUNT: the entry node, which Moment.java will kill.
launch_watched() {
  local class method
  forget_moment
  read -r class method <<< "${method_at[$1]}"
  mkfifo "$scratch/moment.in"
  : > "$scratch/moment.out"
  ${inside[e]:-} "$("$banyan" --java)" "${tool_options[@]}" Moment "io.banyan.$class" "$method" "$2" \
    < "$scratch/moment.in" > "$scratch/moment.out" &
  pids[moment]=$!
  exec {moment_in}> "$scratch/moment.in"
  moment_says 60 ready || fail "nobody waits for a moment"
  jvm_options[e]="-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=$(sed 's/ready //' "$scratch/moment.out")"
  launch e
  disown "${pids[e]}" # or bash says that it was killed
  jvm_options[e]=
  pid e >&"$moment_in"
}
forget_moment() {
  [[ -n ${pids[moment]:-} ]] || return 0
  exec {moment_in}>&-
  stop_node moment
  rm "$scratch/moment.in"
}
# moment_says SECONDS WORD: whether it does within that time.
moment_says() {
  local until=$((SECONDS + $1))
  until grep -q "^$2" "$scratch/moment.out"; do
    ((SECONDS < until)) || return 1
    sleep 0.1
  done
}
# moment_came SECONDS: whether it came within these, and the entry node is dead.
moment_came() {
  moment_says "$1" killed || return 1
  kill_node e
}
kill_at_moment() {
  local millis=$1 name=$2 count=$3 words
  moment_came 0 || return 1
  if [[ $name = recollection ]]; then
    launch_watched recollection 1
    moment_came 60 || fail "the entry node did not read what it had written"
  fi
  forget_moment
  # shellcheck disable=SC2059 # it is a format
  printf -v words "${words_at[$name]}" "$count"
  tell "kill -9 e, $words"
  case $name-$count in
    output-* | receipt-* | end-*) remembers=true ;;
    claim-1 | recollection-1) ;;
    claim-* | recollection-*) remembers=true ;;
  esac
  hit[$name]=$((${hit[$name]:-0} + 1))
  later "$millis" back e
}
