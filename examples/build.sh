#!/usr/bin/env bash
# Builds the example modules from their sources, the same bytes each time, and prints size and SHA-256 of each.
#
#   examples/build.sh                 builds all and puts each .wasm beside its source
#   examples/build.sh NAME…           only these folders
#   examples/build.sh --check [NAME…] builds into a temporary folder and compares with what stands beside the sources
#
# Checking all of them, it also builds what each kit begins with, in a copy of the kit, as a user would.
#
# Missing compilers are installed with apt-get (as root, or with sudo), npm and Maven, npm's into a folder that git ignores; nothing
# is installed that a chosen example does not need. The modules that are committed were built with clang 14.0.6, lld 14.0.6,
# wasi-libc 0.0~git20220510, rustc 1.63.0, AssemblyScript 0.28.20, and javac 17.0.15 with TeaVM 0.10.2; other versions may well give
# other bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# The compiler of the distribution, which has the wasm32 standard library beside it; one of rustup's may not.
export RUSTC=${RUSTC:-/usr/bin/rustc}

all=(wordcount-c wordcount-rust wordcount-assemblyscript wordcount-java wordcount-wasi wordfreq fuzzy-search matmul mandelbrot primes quicksort)
check=false
names=()
for argument in "$@"; do
  case "$argument" in
    --check) check=true ;;
    -*) echo "unknown option: $argument; usage: examples/build.sh [--check] [NAME…]" >&2; exit 2 ;;
    *)
      name=${argument%/}
      [[ " ${all[*]} " == *" $name "* ]] || { echo "no example is called $name; there are: ${all[*]}" >&2; exit 2; }
      names+=("$name")
      ;;
  esac
done
[[ ${#names[@]} -gt 0 ]] || names=("${all[@]}")

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

# ---- What is needed ---------------------------------------------------------------------------------------------

debian() { # PACKAGE FILE…: installs the package unless one of its files is there
  local package=$1 file
  shift
  for file in "$@"; do
    compgen -G "$file" >/dev/null && return
  done
  local root=()
  [[ $EUID -eq 0 ]] || root=(sudo)
  echo "installing $package" >&2
  "${root[@]}" apt-get install -y --no-install-recommends "$package" >&2 ||
    { "${root[@]}" apt-get update >&2 && "${root[@]}" apt-get install -y --no-install-recommends "$package" >&2; }
}

need_clang() {
  debian clang-14 /usr/bin/clang-14
  debian lld-14 /usr/bin/wasm-ld-14
}

need_rust() {
  debian rustc "$RUSTC"
  debian libstd-rust-dev-wasm32 '/usr/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib'
  debian lld-14 /usr/bin/wasm-ld-14
}

need_assemblyscript() {
  command -v npm >/dev/null || debian npm /usr/bin/npm
}

need_java() {
  command -v mvn >/dev/null || debian maven /usr/bin/mvn
  teavm_jdk >/dev/null || debian default-jdk-headless ''
}

# TeaVM 0.10.2 reads the classes of the Java that Maven runs on, and knows those of Java 23 at most.
teavm_jdk() {
  local home version
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null) || continue
    [[ -x $home/bin/javac && $version -ge 17 && $version -le 23 ]] && echo "$home" && return
  done
  return 1
}

# ---- How each is built: FOLDER MODULE ---------------------------------------------------------------------------

# A node sets memory aside for each call, as much as the module's declared maximum allows: who needs little says so, and
# more calls run side by side. 32 MiB hold the largest chunk (16 MiB) and what comes of it. wordfreq, matmul and quicksort
# make tables and copies, or take a shared matrix; they declare nothing and may take what the job allows.
memory_bytes_max=$((32 << 20))

build_c() {
  need_clang
  local maximum=(-Wl,--max-memory="$memory_bytes_max")
  case "$1" in wordfreq | matmul | quicksort) maximum=() ;; esac
  kits/c/build.sh "$1"/*.c "$2" "${maximum[@]}"
}

# No kit: this one is an ordinary C program.
build_wasi() {
  need_clang
  debian wasi-libc '/usr/lib/wasm32-wasi/libc.a'
  debian libclang-rt-14-dev-wasm32 '/usr/lib/llvm-14/lib/clang/14*/lib/wasi/libclang_rt.builtins-wasm32.a'
  clang-14 --target=wasm32-wasi --sysroot=/usr -std=c17 -O2 -Wall -Wextra -Werror -c -o "$temporary/object" "$1"/*.c
  clang-14 --target=wasm32-wasi --sysroot=/usr \
    -Wl,--strip-all,--stack-first,-z,stack-size=16384,--max-memory="$memory_bytes_max" -o "$2" "$temporary/object"
}

build_rust() {
  need_rust
  kits/rust/build.sh "$1"/*.rs "$2" -C link-arg=--max-memory="$memory_bytes_max"
}

build_assemblyscript() {
  need_assemblyscript
  kits/assemblyscript/build.sh "$1"/*.ts "$2" --maximumMemory $((memory_bytes_max / 65536)) # in pages of 64 KiB
}

# In a copy of the kit, which has another job in the place of its own.
build_java() {
  need_java
  local copy=$temporary/$1 main
  main=$(basename "$1"/*.java .java)
  cp -R kits/java "$copy"
  rm -rf "$copy/target" "$copy/src/main/java/Job.java"
  cp "$1/$main.java" "$copy/src/main/java"
  run_maven "$copy" -Djob.main="$main"
  cp "$copy/target/job.wasm" "$2"
}

run_maven() { # FOLDER OPTION…
  JAVA_HOME=$(teavm_jdk) mvn -B -q -ntp -f "$1" compile "${@:2}" >&2
}

# ---- Build, then compare or install ------------------------------------------------------------------------------

failed=0
for name in "${names[@]}"; do
  case "$name" in
    wordcount-wasi) how=build_wasi ;;
    wordcount-rust) how=build_rust ;;
    wordcount-assemblyscript) how=build_assemblyscript ;;
    wordcount-java) how=build_java ;;
    *) how=build_c ;;
  esac
  module=$(sed -n 's/^module=//p' "$name/example.properties")
  built=$temporary/$module
  "$how" "$name" "$built"
  chmod 644 "$built"
  printf '%-26s %7d bytes  sha256 %s' "$name" "$(stat -c %s "$built")" "$(sha256sum <"$built" | cut -d' ' -f1)"
  if ! $check; then
    mv "$built" "$name/$module"
    echo
  elif cmp -s "$built" "$name/$module"; then
    echo '  same'
    rm "$built"
  else
    echo "  DIFFERS from examples/$name/$module"
    failed=1
  fi
done

# ---- What each kit begins with ------------------------------------------------------------------------------------

if $check && [[ ${#names[@]} -eq ${#all[@]} ]]; then
  for kit in c rust assemblyscript java; do
    copy=$temporary/kit-$kit
    cp -R "kits/$kit" "$copy"
    rm -rf "$copy/target" "$copy/job.wasm"
    case "$kit" in
      java) run_maven "$copy" && mv "$copy/target/job.wasm" "$copy" ;;
      *) "$copy/build.sh" ;;
    esac
    printf '%-26s %7d bytes\n' "kits/$kit" "$(stat -c %s "$copy/job.wasm")"
  done
fi
exit "$failed"
