#!/usr/bin/env bash
# Builds a job in AssemblyScript: build.sh [SOURCE.ts [MODULE.wasm [more options for asc …]]]; job.ts if nothing is said.
# Needs Node.js and npm; the compiler comes from npm at first use, at the version that package.json names.
set -euo pipefail
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(realpath "${1:-$kit/job.ts}")
module=$(realpath -m "${2:-${source%.ts}.wasm}")

wanted=$(sed -n 's/.*"assemblyscript": "\(.*\)".*/\1/p' "$kit/package.json")
grep -qs "\"version\": \"$wanted\"" "$kit/node_modules/assemblyscript/package.json" ||
  (cd "$kit" && npm install --no-package-lock --no-audit --no-fund --ignore-scripts >&2)

# The stub runtime only allocates, which is all that an instance for one call needs. asc wants paths that are relative.
cd "$(dirname "$source")"
exec "$kit/node_modules/.bin/asc" "$(basename "$source")" -O2 --converge --runtime stub --initialMemory 1 "${@:3}" --outFile "$module"
