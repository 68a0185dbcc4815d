# Five nodes, what they know of one another, and who holds what: sourced by test-faults.sh.
#
#   start NAME           starts a node with its peers; again at the same port
#   await_whole          waits until everybody is connected to its peers again, and the entry node to the managers alone
#   ask NAME WORDS…      asks a node as its owner, from where it is, so that no fault is between; within milliseconds
#   ask_anew NAME WORDS… the same in a process of its own, and with more patience
#   held NAME [LENDER]   says what NAME holds, by its lenders' word; fails if that is nothing
#   stopped NAME…        whether one of them is down, or stands still
#   signal SIGNAL NAME…

nodes=(a b c d e)
# A worker that loses its lender dials the entry node, and may be lent to by it from then on.
declare -A below=([c]="a b" [d]="a b" [e]="c d") above=([a]="c d e" [b]="c d e") peers_wanted=([c]=3 [d]=3 [e]=2) port=()

start() { launch "$1" && await_started "$1"; }
launch() {
  local name=$1 peers=() peer
  for peer in ${below[$name]:-}; do peers+=("$(address "$peer")"); done
  launch_node "$name" --workers 1 --threshold 0.1s --listen "/ip4/$(place "$name")/tcp/${port[$name]:-0}" \
    ${peers:+--peers "$(IFS=,; echo "${peers[*]}")"}
}
await_started() {
  await_node "$1" || fail "$1 did not start"
  port[$1]=$(sed 's,.*/tcp/\([0-9]*\)/.*,\1,' <<< "$(address "$1")")
}
start_all() {
  local tier name
  for tier in "a b" "c d" e; do
    for name in $tier; do launch "$name"; done
    for name in $tier; do await_started "$name"; done
  done
}
signal() {
  local name
  for name in "${@:2}"; do kill "-$1" "$(pid "$name")"; done
}
stopped() {
  local name
  for name in "$@"; do
    [[ -n ${pids[$name]:-} && $(awk '{ print $3 }' "/proc/${pids[$name]}/stat" 2>/dev/null) == [^TZ] ]] || return 0
  done
  return 1
}

await_whole() {
  await_links
  if (($(links e) > peers_wanted[e])); then
    stop_node e
    start e
    await_links
  fi
}
await_links() {
  local name code=0 waits=()
  for name in c d e; do
    linked "$name" &
    waits+=($!)
  done
  for name in "${waits[@]}"; do wait "$name" || code=1; done
  [[ $code = 0 ]] || fail "the network is not whole again"
}
linked() {
  local until=$((SECONDS + 90))
  until (($(links "$1") >= peers_wanted[$1])); do
    ((SECONDS < until)) || { echo "$1 is not connected to its ${peers_wanted[$1]} peers after 90 s" >&2; return 1; }
    sleep 0.1
  done
}
links() { ask "$1" peers --json 2>/dev/null | grep -c '"connected": true' || true; }

# -- asking -------------------------------------------------------------------------------------------
declare -A ask_in=() ask_out=()
open_shell() {
  local name=$1 in out
  mkfifo "$scratch/ask.$name" "$scratch/answer.$name"
  ${inside[$name]:-} "$("$banyan" --java)" "${tool_options[@]}" -Xmx128m Shell \
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
ask_anew() {
  local name=$1
  shift
  ${inside[$name]:-} timeout -k 1 20 "$banyan" "$@" --node "$(address "$name")"
}

# -- who holds what -----------------------------------------------------------------------------------
held() {
  local name=$1 lenders=${2:-${above[$1]:-}} id lender count what=
  id=$(peer_id "$name")
  case $name in
    e)
      [[ -n $job ]] || return 1
      what=$(ask e status "$job" | sed -n 's/^state *//p; s/^leaves *//p' | paste -s -d ' ')
      [[ $what =~ computing|verifying ]] || return 1
      what="the job, $what, $(lent_by_entry | wc -l) leases lent" ;;
    c | d)
      what=$(lent_by_entry "$id" | paste -s -d ' ')
      what=${what:+$what of e} ;;
    *)
      for lender in $lenders; do
        count=$(lent_to "$lender" "$id")
        ((count == 0)) || what+="${what:+, }$count of $lender"
      done ;;
  esac
  [[ -n $what ]] && echo "$what"
}
# The plan nodes that the entry node has lent now (to peer $1), by its tree.
lent_by_entry() {
  [[ -n $job ]] || return 0
  ask e tree "$job" --json 2>/dev/null | awk -F'[:," ]+' -v peer="${1:-}" '
    $2 == "node" { node = $3 } $2 == "peer" { who = $3 } $2 == "depth" { depth = $3 }
    $2 == "state" && $3 == "RUNNING" && depth == 1 && (peer == "" || who == peer) { print node }'
}
# lent_to LENDER PEER_ID…: how many leases of LENDER these peers hold now.
lent_to() {
  ask "$1" peers --json 2>/dev/null | awk -F'[:," ]+' -v peers=" ${*:2} " '
    $2 == "peer" { is = index(peers, " " $3 " ") } $2 == "leases" && is { count += $3 } END { print count + 0 }'
}
