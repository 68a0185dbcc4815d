# For the scripts that run a main class which stands among a module's tests. To be sourced from the repository's root.

# run_main MODULE CLASS ARGUMENT...: builds first, and runs in a JVM as a node's.
run_main() {
  local main=()
  prepare_main "$1" "$2"
  shift 2
  "${main[@]}" "$@"
}

# prepare_main MODULE CLASS: builds; main is then the command, without arguments.
prepare_main() {
  local file classpath flags
  file=$(mktemp)
  mvn -B -q -pl "$1" -am -DskipTests test-compile dependency:build-classpath \
    -Dmdep.outputFile="$file" >&2 || { rm -f "$file"; return 1; }
  classpath=$1/target/test-classes:$1/target/classes:$(cat "$file")
  rm -f "$file"
  read -ra flags <<<"$(scripts/banyan --flags)"
  main=("$(scripts/banyan --java)" "${flags[@]}" -Xmx1g -cp "$classpath" "$2")
}
