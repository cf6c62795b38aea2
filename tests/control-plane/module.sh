#!/usr/bin/env bash
# Writes go.mod and go.sum for one version of Kubernetes: module.sh VERSION DIRECTORY.
# Kubernetes' own go.mod names its staging modules v0.0.0; their released versions follow from its own.
set -euo pipefail

version=$1
directory=$2

# Outside any module, so that the module that is being written cannot change the answer.
upstream=$(cd / && go list -m -f '{{.GoMod}}' "k8s.io/kubernetes@v$version")
etcd=$(awk '$1 == "go.etcd.io/etcd/client/v3" { print $2; exit }' "$upstream")

{
  echo "module landfall/tests/control-plane"
  # The language version and the debug settings are Kubernetes' own: they decide how the parts behave.
  grep -E '^(go|godebug) ' "$upstream"
  echo "require k8s.io/kubernetes v$version"
  echo "require go.etcd.io/etcd/server/v3 $etcd"
  awk -v staging="v0.${version#1.}" \
    '$1 ~ /^k8s\.io\// && $2 == "v0.0.0" { print "replace", $1, "=>", $1, staging }' "$upstream"
} > "$directory/go.mod"

cd "$directory"
go mod tidy
