# A network of its own for the nodes of a script, that can be made bad: sourced by test-faults.sh.
#
#   missing_tools                        names what it takes and is not installed
#   enter_namespaces SCRIPT ARGUMENTS…   runs the script again where it may make networks, and exits; else returns 1
#   make_wire SEED NAME…                 each name gets a network namespace, and an address in it
#   place NAME                           that address; 127.0.0.1 without a wire
#   path FROM TO RULES…                  what happens to packets from one to the other: Wire.java says which
#   wire_counts                          what happened since it was last asked
#
# All processes in there end with the script, even where that is killed (-9): it is their PID namespace's first.

declare -A wire_numbers=()

missing_tools() {
  local tool missing=
  for tool in ip unshare nsenter setpriv; do command -v "$tool" > /dev/null || missing+="${missing:+, }$tool"; done
  echo "$missing"
}
enter_namespaces() {
  local inner code options=(--net --mount --pid --fork --kill-child --mount-proc)
  [[ $EUID -eq 0 ]] || options=(--map-root-user "${options[@]}")
  (: <> /dev/net/tun) 2>/dev/null && unshare "${options[@]}" true 2>/dev/null || return 1
  BANYAN_IN_NAMESPACES=1 setpriv --pdeathsig KILL unshare "${options[@]}" bash "$@" &
  inner=$!
  # It does not pass on what is to end it; the script in there is its only child.
  trap 'kill $(cat "/proc/$inner/task/$inner/children") 2>/dev/null || true' INT TERM HUP
  while true; do
    code=0
    wait "$inner" || code=$?
    kill -0 "$inner" 2>/dev/null || exit "$code"
  done
}

make_wire() {
  local seed=$1 name number=0 answer
  shift
  mkfifo "$scratch/wire.commands" "$scratch/wire.answers"
  "$("$banyan" --java)" "${tool_options[@]}" Wire "$seed" $# \
    < "$scratch/wire.commands" > "$scratch/wire.answers" &
  pids[wire]=$!
  exec {wire_in}> "$scratch/wire.commands" {wire_out}< "$scratch/wire.answers"
  read -r -t 180 -u "$wire_out" answer && [[ $answer == ready ]] || return 1
  mkdir "$scratch/namespaces"
  for name in "$@"; do
    number=$((number + 1))
    wire_numbers[$name]=$number
    : > "$scratch/namespaces/$name"
    unshare --net="$scratch/namespaces/$name" true
    inside[$name]="nsenter --net=$scratch/namespaces/$name"
    ip link set "wire$number" netns "$scratch/namespaces/$name" || return 1
    ${inside[$name]} ip address add "$(place "$name")/24" dev "wire$number"
    ${inside[$name]} ip link set "wire$number" up
    ${inside[$name]} ip link set lo up
  done
}

# The scratch folder cannot go while a namespace is bound to a file in it.
unmake_wire() {
  local file
  for file in "$scratch"/namespaces/*; do umount "$file" 2>/dev/null || true; done
}

place() {
  if [[ -n ${wire_numbers[$1]:-} ]]; then echo "10.66.0.${wire_numbers[$1]}"; else echo 127.0.0.1; fi
}

wire_command() {
  local answer
  printf '%s\n' "$*" >&"$wire_in"
  read -r -t 10 -u "$wire_out" answer && echo "$answer"
}
path() {
  local from=${wire_numbers[$1]} to=${wire_numbers[$2]}
  shift 2
  [[ $(wire_command path "$from" "$to" "$@") == ok ]] || fail "the wire does not obey: path $from $to $*"
}
wire_counts() { wire_command count; }
