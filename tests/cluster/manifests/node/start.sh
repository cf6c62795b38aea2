#!/bin/sh
# Starts a node in namespaces of its own: start.sh FOLDER NAME KUBECONFIG. NAME is its bridge and the root of its cgroups.
#
# The end of its first process ends every other one, every container and every mount. What is left then, the bridge
# and the cgroups, is removed by a process that waits outside for that.
set -eu
folder=$1
name=$2

remove_what_is_left() {
  busybox ip link delete "$name"
  for cgroup in "/sys/fs/cgroup/$name" /sys/fs/cgroup/*/"$name"; do
    if [ -d "$cgroup" ]; then
      find "$cgroup" -depth -type d -exec rmdir {} \;
    fi
  done
}

# The network plugin would make the bridge with the first pod; the kubelet needs its address before.
busybox ip link add "$name" type bridge
busybox ip address add @@GATEWAY@@/24 dev "$name"
busybox ip link set "$name" up

mkfifo "$folder/alive"
(
  cat "$folder/alive"
  remove_what_is_left
) &
# Every process of the node holds it open, and none writes.
exec 3> "$folder/alive"
exec unshare --mount --pid --fork --kill-child --mount-proc sh "$folder/run.sh" "$@"
