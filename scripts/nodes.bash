# Nodes for scripts that show something: sourced, not run. Every process that was started is stopped
# when the script ends, however it ends.
#
#   start_node NAME [OPTIONS…]     a node of its own on 127.0.0.1, in $scratch/NAME; returns when it serves
#   launch_node, await_node        the same in two steps
#   address NAME                   where it listens
#   peer_id NAME · pid NAME
#   stop_node NAME · kill_node NAME
#
# Wants: $here, the folder of the scripts. Makes: $banyan, $scratch, $HOME (a user of its own). What stands in
# ${inside[NAME]} begins every command for that node: it puts it elsewhere. ${jvm_options[NAME]} is for its JVM.

banyan=$here/banyan
scratch=$(mktemp -d)
export HOME=$scratch/home # a user of its own: the script neither uses nor leaves a key
mkdir -p "$HOME"
node_heap=${NODE_HEAP:-512m}

declare -A pids=() inside=() jvm_options=()

# Ends every process, and the script with code $1, by default that of the last command.
stop_all() {
  local code=${1:-$?} name
  for name in "${!pids[@]}"; do kill "${pids[$name]}" 2>/dev/null || true; done
  for name in "${!pids[@]}"; do await_end "${pids[$name]}"; done
  rm -rf "$scratch"
  exit "$code"
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Waits for a process that was told to end; one that does not is ended.
await_end() {
  local waited=0
  while kill -0 "$1" 2>/dev/null && ((waited++ < 100)); do sleep 0.1; done
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

start_node() { launch_node "$@" && await_node "$1"; }
launch_node() {
  local name=$1
  shift
  mkdir -p "$scratch/$name"
  rm -f "$scratch/$name/ready"
  # shellcheck disable=SC2086 # several words, apart by blanks
  BANYAN_JAVA_OPTS="-Xmx$node_heap ${jvm_options[$name]:-}" ${inside[$name]:-} "$banyan" node --data "$scratch/$name/data" \
    --ready-file "$scratch/$name/ready" "$@" 2>>"$scratch/$name/log" >/dev/null &
  pids[$name]=$!
}
await_node() {
  local name=$1 waited=0
  until [[ -s $scratch/$name/ready ]]; do
    if ! kill -0 "${pids[$name]}" 2>/dev/null || ((waited++ > 600)); then
      echo "node $name did not start:" >&2
      cat "$scratch/$name/log" >&2
      return 1
    fi
    sleep 0.1
  done
}

ready_field() { # NAME PATTERN
  sed -n "s/.*$2.*/\1/p" "$scratch/$1/ready"
}
address() { ready_field "$1" '"addresses":\["\([^"]*\)"'; }
peer_id() { ready_field "$1" '"peerId":"\([^"]*\)"'; }
pid() { echo "${pids[$1]}"; }

stop_node() {
  kill "${pids[$1]}" 2>/dev/null || true
  await_end "${pids[$1]}"
  unset "pids[$1]"
}

kill_node() {
  kill -9 "${pids[$1]}" 2>/dev/null || true
  wait "${pids[$1]}" 2>/dev/null || await_end "${pids[$1]}"
  unset "pids[$1]"
}

# Waits until node $1 is linked to $2 peers.
await_peers() {
  local waited=0
  until [[ $(${inside[$1]:-} "$banyan" peers --node "$(address "$1")" --json | grep -c '"peer"') -ge $2 ]]; do
    ((waited++ < 100)) || { echo "node $1 has not found $2 peers" >&2; return 1; }
    sleep 0.2
  done
}

# The user and system time that process $1 has had so far, in clock ticks (100 a second).
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
