# For the scripts that run a main class which stands among a module's tests. To be sourced from the repository's root.

# run_main MODULE CLASS ARGUMENT...: builds first, and runs in a JVM as a node's.
run_main() {
  local module=$1 main=$2 file classpath flags
  shift 2
  file=$(mktemp)
  mvn -B -q -pl "$module" -am -DskipTests test-compile dependency:build-classpath \
    -Dmdep.outputFile="$file" >&2 || { rm -f "$file"; return 1; }
  classpath=$module/target/test-classes:$module/target/classes:$(cat "$file")
  rm -f "$file"
  read -ra flags <<<"$(scripts/banyan --flags)"
  "$(scripts/banyan --java)" "${flags[@]}" -Xmx1g -cp "$classpath" "$main" "$@"
}
