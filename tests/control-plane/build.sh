#!/usr/bin/env bash
# Builds what the cluster tests run from Go modules, once per version, outside the repository.
#
#   build.sh [control-plane|kwok|kustomize|helm|jsonnet|sops|age-keygen|act|registry]...   builds what is missing (all without arguments)
#   build.sh --print                                 prints where they are, as shell assignments
#
# LANDFALL_KUBERNETES chooses the version of Kubernetes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kubernetes=${LANDFALL_KUBERNETES:-1.36.3}
kwok=v0.8.0
kustomize=v5.8.1
helm=v4.3.1
jsonnet=v0.22.0
sops=v3.13.3
age=v1.3.2
act=v0.2.89
registry=v3.1.1

cache=${XDG_CACHE_HOME:-$HOME/.cache}/landfall
# What the binary is made of; another tool below does not build it anew.
sources=$(cat "$here"/*.go "$here/module.sh" | git hash-object --stdin | cut -c1-12)
control_plane_path=$cache/control-plane/$kubernetes-$sources/control-plane
kwok_path=$cache/tools/kwok-$kwok/kwok
kustomize_path=$cache/tools/kustomize-$kustomize/kustomize
helm_path=$cache/tools/helm-$helm/helm
jsonnet_path=$cache/tools/jsonnet-$jsonnet/jsonnet
sops_path=$cache/tools/sops-$sops/sops
age_keygen_path=$cache/tools/age-$age/age-keygen
act_path=$cache/tools/act-$act/act
registry_path=$cache/tools/registry-$registry/registry

# Builds NAME into PATH with COMMAND, which leaves the binary in the directory that it is given.
# A binary appears under its name only when it is whole.
build() {
  local name=$1 path=$2 directory started=$SECONDS
  shift 2
  [ -x "$path" ] && return
  echo "building $name (once, minutes on a cold machine)" >&2
  mkdir -p "$(dirname "$path")"
  directory=$(mktemp -d "$(dirname "$path")/.build.XXXXXX")
  "$@" "$directory"
  mv "$directory/$(basename "$path")" "$path"
  chmod -R u+w "$directory"
  rm -rf "$directory"
  echo "built $name in $((SECONDS - started)) s: $path" >&2
}

control_plane() {
  local version=k8s.io/component-base/version minor=${kubernetes#1.}
  cp "$here"/*.go "$1"
  "$here/module.sh" "$kubernetes" "$1"
  cd "$1"
  CGO_ENABLED=0 go build -trimpath -o control-plane -ldflags "-s -w \
    -X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}" .
  cd "$here"
}

install() {
  CGO_ENABLED=0 GOBIN=$2 go install -trimpath -ldflags '-s -w' "$1"
}

build_one() {
  case $1 in
    control-plane) build "control-plane $kubernetes" "$control_plane_path" control_plane ;;
    kwok) build "kwok $kwok" "$kwok_path" install "sigs.k8s.io/kwok/cmd/kwok@$kwok" ;;
    kustomize) build "kustomize $kustomize" "$kustomize_path" install "sigs.k8s.io/kustomize/kustomize/v5@$kustomize" ;;
    helm) build "helm $helm" "$helm_path" install "helm.sh/helm/v4/cmd/helm@$helm" ;;
    jsonnet) build "jsonnet $jsonnet" "$jsonnet_path" install "github.com/google/go-jsonnet/cmd/jsonnet@$jsonnet" ;;
    sops) build "sops $sops" "$sops_path" install "github.com/getsops/sops/v3/cmd/sops@$sops" ;;
    age-keygen) build "age-keygen $age" "$age_keygen_path" install "filippo.io/age/cmd/age-keygen@$age" ;;
    act) build "act $act" "$act_path" install "github.com/nektos/act@$act" ;;
    registry) build "registry $registry" "$registry_path" install "github.com/distribution/distribution/v3/cmd/registry@$registry" ;;
    *) echo "build.sh builds control-plane, kwok, kustomize, helm, jsonnet, sops, age-keygen, act and registry, not $1" >&2; exit 2 ;;
  esac
}

if [ "${1:-}" = --print ]; then
  printf '%s=%q\n' CONTROL_PLANE "$control_plane_path" KWOK "$kwok_path" KUSTOMIZE "$kustomize_path" \
    HELM "$helm_path" JSONNET "$jsonnet_path" SOPS "$sops_path" AGE_KEYGEN "$age_keygen_path" ACT "$act_path" REGISTRY "$registry_path"
  exit
fi

# Two runs at once would both take the minutes; where there is no flock, they do.
mkdir -p "$cache"
exec 9> "$cache/building"
if command -v flock > /dev/null; then
  flock 9
fi
if [ $# -eq 0 ]; then
  set -- control-plane kwok kustomize helm jsonnet sops age-keygen act registry
fi
for name in "$@"; do
  build_one "$name"
done
