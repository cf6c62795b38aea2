#!/bin/sh
# The first process of a node: run.sh FOLDER NAME KUBECONFIG. What its parts write is in memory, and goes with its mounts.
set -eu
folder=$1
name=$2
kubeconfig=$3

for directory in /run /var/lib /var/log; do
  mount -t tmpfs tmpfs "$directory"
done
mkdir /var/lib/kubelet
mount -t tmpfs -o size=@@DISK@@ tmpfs /var/lib/kubelet
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*/; do
  if [ -e "$hierarchy/cgroup.procs" ]; then
    mkdir -p "$hierarchy/$name"
  fi
done

containerd --config "$folder/containerd.toml" &
until [ -S /run/containerd/containerd.sock ]; do
  sleep 0.05
done
kubelet --config="$folder/kubelet.yaml" --kubeconfig="$kubeconfig" --hostname-override="$name" --node-ip=@@GATEWAY@@
