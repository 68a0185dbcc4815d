#!/usr/bin/env bash
# Puts every file of the tree in format; `mvn verify` checks that nothing is left to do here.
set -eu -o pipefail
cd "$(dirname "$0")/.."
exec mvn -B -q -N verify -Dformat=apply
