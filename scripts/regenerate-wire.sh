#!/bin/sh
# Generates BanyanWire.java from schema/banyan.capnp and records the digests of both, which
# WireFreshnessTest holds against the files. Run it after each change of the schema.
#
# The generator is the prebuilt one that capnp-maven-plugin brings (Linux, macOS and Windows on
# x86). It embeds the name of the schema as it is called, hence the fixed folder.
set -eu
cd "$(dirname "$0")/.."

mvn -B -q -pl schema -Pregenerate-wire generate-sources

generated=$(find schema/target/regenerated-wire -name BanyanWire.java)
if [ -z "$generated" ]; then
  echo "regenerate-wire: the generator left no BanyanWire.java" >&2
  exit 1
fi
mkdir -p schema/src/main/java/io/banyan/schema/wire
mv "$generated" schema/src/main/java/io/banyan/schema/wire/BanyanWire.java
rm -rf schema/target/regenerated-wire

cd schema
if command -v sha256sum >/dev/null; then sum="sha256sum"; else sum="shasum -a 256"; fi
$sum banyan.capnp src/main/java/io/banyan/schema/wire/BanyanWire.java >GENERATED.sha256
cat GENERATED.sha256
