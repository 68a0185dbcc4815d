#!/usr/bin/env bash
# Installs the foreign programs that tests hold Banyan's network against: js-libp2p, and a Node that
# runs it. They go to p2p/src/test/js/node_modules. Does nothing if they are there already.
set -eu -o pipefail
cd "$(dirname "$0")/../p2p/src/test/js"

command -v npm >/dev/null || {
  echo "install-test-tools: there is no npm; install Node's npm first" >&2
  exit 1
}
wanted=$(cksum package.json package-lock.json)
installed=node_modules/.installed
if [ -f "$installed" ] && [ "$(cat "$installed")" = "$wanted" ]; then
  echo "js-libp2p is installed"
  exit 0
fi
npm ci --no-audit --no-fund --loglevel=error
printf '%s\n' "$wanted" > "$installed"
echo "js-libp2p is installed now"
