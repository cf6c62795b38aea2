#!/usr/bin/env bash
# Builds what the cluster tests run from Go modules, once per version, outside the repository.
#
#   build.sh [control-plane|kwok|kustomize|helm|jsonnet|sops|age-keygen|act|registry|node]...
#                                                    builds what is missing (all without arguments)
#   build.sh --print                                 prints where they are, as shell assignments
#   build.sh --no-node                               prints why no node can run on this machine; nothing where one can
#
# A node is a kubelet, containerd, what Debian's packages hold of the rest (runc, network plugins, busybox), unpacked
# and not installed, and a small application of ours. Where none can run, it is built only when it is asked for.
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
containerd=v2.3.2

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
kubelet_path=$cache/kubelet/$kubernetes-$(cat "$here"/kubelet/*.go "$here/module.sh" | git hash-object --stdin | cut -c1-12)/kubelet
containerd_path=$cache/tools/containerd-$containerd/bin
packages_path=$cache/tools/node-packages-1/root
web_path=$cache/tools/web-$(cat "$here"/web/*.go | git hash-object --stdin | cut -c1-12)/web

# Builds NAME into PATH with COMMAND, which leaves the binary (or the folder) in the directory that it is given.
# It appears under its name only when it is whole.
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

# Builds the Go files of a FOLDER with Kubernetes' packages: kubernetes_binary NAME FOLDER DIRECTORY.
kubernetes_binary() {
  local version=k8s.io/component-base/version minor=${kubernetes#1.}
  cp "$2"/*.go "$3"
  "$here/module.sh" "$kubernetes" "$3"
  cd "$3"
  CGO_ENABLED=0 go build -trimpath -o "$1" -ldflags "-s -w \
    -X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}" .
  cd "$here"
}

# Its go.mod replaces modules, so `go install` refuses it.
containerd() {
  local source
  cd /
  go mod download "github.com/containerd/containerd/v2@$containerd"
  source=$(go list -m -f '{{.Dir}}' "github.com/containerd/containerd/v2@$containerd")
  cd "$source"
  mkdir "$1/bin"
  CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -tags 'no_btrfs no_zfs no_devmapper' -o "$1/bin" \
    ./cmd/containerd ./cmd/containerd-shim-runc-v2
  cd "$here"
}

# Unpacks what a node needs of Debian's packages. With lists of its own, so that nothing on the machine changes.
packages() {
  local package state=(-o "Dir::State::Lists=$1/lists" -o "Dir::Cache=$1/cache" -o APT::Sandbox::User=root)
  mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/root"
  cd "$1"
  apt-get "${state[@]}" update --quiet=2 >&2
  apt-get "${state[@]}" download --quiet=2 runc libseccomp2 containernetworking-plugins busybox-static >&2
  for package in ./*.deb; do
    dpkg-deb --extract "$package" root
  done
  cd "$here"
}

web() {
  CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$1/web" "$here/web/main.go"
}

# Prints why no node can run here; nothing where one can.
no_node() {
  if [ "$(uname -s)" != Linux ]; then
    echo "a node needs Linux"
  elif [ "$(id -u)" != 0 ]; then
    echo "a node needs root"
  elif ! [ -e /etc/debian_version ]; then
    echo "a node is made of Debian's packages"
  elif ! unshare --mount --pid --fork --mount-proc true 2> /dev/null; then
    echo "a node needs the right to mount"
  elif ! [ -w /sys/fs/cgroup ] || { [ -e /sys/fs/cgroup/memory ] && ! [ -w /sys/fs/cgroup/memory ]; }; then
    echo "a node needs cgroups that it may write"
  fi
}

node() {
  build "kubelet $kubernetes" "$kubelet_path" kubernetes_binary kubelet "$here/kubelet"
  build "containerd $containerd" "$containerd_path" containerd
  build "a node's packages" "$packages_path" packages
  build "the tests' web application" "$web_path" web
}

install() {
  CGO_ENABLED=0 GOBIN=$2 go install -trimpath -ldflags '-s -w' "$1"
}

build_one() {
  case $1 in
    control-plane) build "control-plane $kubernetes" "$control_plane_path" kubernetes_binary control-plane "$here" ;;
    kwok) build "kwok $kwok" "$kwok_path" install "sigs.k8s.io/kwok/cmd/kwok@$kwok" ;;
    kustomize) build "kustomize $kustomize" "$kustomize_path" install "sigs.k8s.io/kustomize/kustomize/v5@$kustomize" ;;
    helm) build "helm $helm" "$helm_path" install "helm.sh/helm/v4/cmd/helm@$helm" ;;
    jsonnet) build "jsonnet $jsonnet" "$jsonnet_path" install "github.com/google/go-jsonnet/cmd/jsonnet@$jsonnet" ;;
    sops) build "sops $sops" "$sops_path" install "github.com/getsops/sops/v3/cmd/sops@$sops" ;;
    age-keygen) build "age-keygen $age" "$age_keygen_path" install "filippo.io/age/cmd/age-keygen@$age" ;;
    act) build "act $act" "$act_path" install "github.com/nektos/act@$act" ;;
    registry) build "registry $registry" "$registry_path" install "github.com/distribution/distribution/v3/cmd/registry@$registry" ;;
    node) node ;;
    *) echo "build.sh builds control-plane, kwok, kustomize, helm, jsonnet, sops, age-keygen, act, registry and node, not $1" >&2; exit 2 ;;
  esac
}

if [ "${1:-}" = --print ]; then
  printf '%s=%q\n' CONTROL_PLANE "$control_plane_path" KWOK "$kwok_path" KUSTOMIZE "$kustomize_path" \
    HELM "$helm_path" JSONNET "$jsonnet_path" SOPS "$sops_path" AGE_KEYGEN "$age_keygen_path" ACT "$act_path" REGISTRY "$registry_path" \
    KUBELET "$kubelet_path" CONTAINERD "$containerd_path" NODE "$packages_path" WEB "$web_path"
  exit
fi

if [ "${1:-}" = --no-node ]; then
  no_node
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
  [ -n "$(no_node)" ] || set -- "$@" node
fi
for name in "$@"; do
  build_one "$name"
done
