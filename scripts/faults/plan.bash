# What is to happen in which job: sourced by test-faults.sh. All of it comes from the seed.
#
#   reseed N             begins the N-th job's chances
#   plan_job             sets $kind, one of those of jobs.bash, when faults are planned
#   plan_fault KIND      sets $fault: "KIND MILLIS BEGIN WHERE…"; it lasts for MILLIS, is not tried before BEGIN, in
#                        milliseconds since the job began, and strikes the first of WHERE that holds a lease then
#   plan_weather         sets weather: what happens to packets on every path, in the words of Wire.java

chance=0
reseed() { chance=$(((seed + 1) * 1000003 + $1)); draw 2; draw 2; }
# draw N: sets $drawn to one of 0 … N-1. Knuth's MMIX generator; the high bits are the good ones.
draw() {
  chance=$((chance * 6364136223846793005 + 1442695040888963407))
  drawn=$(((chance >> 33 & 0x3fffffff) % $1))
}
# pick WORD…: sets $picked to one of them.
pick() { draw $#; shift "$drawn"; picked=$1; }
# turn WORD…: sets turned to them, beginning at any.
turn() { draw $#; turned=("${@:drawn + 1}" "${@:1:drawn}"); }

# In the short form what is to be killed with a lease in its hand surely gets one: primes are worth lending.
plan_job() {
  if ! $short; then
    pick primes primes primes search search search sort picture
  elif [[ ${faults[*]} = kill-* ]]; then
    picked=primes
  else
    pick primes search
  fi
  kind=$picked
}

# Of stops and cuts a quarter each ends before its peer is suspect, before leases are over, about then, and after.
plan_fault() {
  local kind=$1 millis
  case $kind in
    kill-worker) turn a b ;;
    kill-manager) turn c d ;;
    restart-entry) next_moment; turned=("${moment[@]}") ;;
    stop) turn a b c d ;;
    stop-entry) turned=(e) ;;
    cut) turn a-c a-d b-c b-d c-e d-e ;;
    cut-one-way) turn a-c c-a a-d d-a b-c c-b b-d d-b c-e e-c d-e e-d ;;
  esac
  case $kind in
    kill-* | restart-entry) draw 5000; millis=$drawn ;;
    stop-entry) draw 4000; millis=$((500 + drawn)) ;;
    *) pick 1500 4000 8000 13000; millis=$picked; draw 1000; millis=$((millis + drawn)) ;;
  esac
  draw 900
  fault="$kind $millis $drawn ${turned[*]}"
}

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
