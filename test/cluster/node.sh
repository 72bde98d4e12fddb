#!/bin/bash
# First process of an embedded cluster, in mount, network and process namespaces of its own: prepares them, starts the
# components and starts again each one that ends. When it dies, the kernel ends everything below it, and every mount,
# interface and rule goes with the namespaces.
#   STATE      the cluster's folder: components/NAME has a command, a word per line; logs/NAME.log its output; pids/NAME
#              its process number in here while it runs
#   AT_ONCE, WITH_API_SERVER   names of the components, by when they start
#   HOST, NODE addresses of the two ends of the link
#   KUBECTL, CTR               programs
set -u

prepare_namespaces() {
  set -e
  # A fresh /sys shows this network namespace; the machine's cgroups are carried over into it.
  mkdir -p "$STATE/cgroup"
  mount --rbind /sys/fs/cgroup "$STATE/cgroup"
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount --rbind "$STATE/cgroup" /sys/fs/cgroup
  # Pod sandboxes, sockets and locks of iptables: nothing of them in the machine's own folder.
  mount -t tmpfs -o mode=755 tmpfs /run
  ip link set lo up
  until ip link show eth0 >/dev/null 2>&1; do sleep 0.01; done
  ip addr add "$NODE/30" dev eth0
  ip link set eth0 up
  ip route add default via "$HOST"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  set +e
}

declare -A names

start() {
  local name=$1 command
  mapfile -t command <"$STATE/components/$name"
  "${command[@]}" >>"$STATE/logs/$name.log" 2>&1 &
  names[$!]=$name
  echo $! >"$STATE/pids/$name"
}

# Containers of an earlier life of this folder are gone; only their images are worth keeping. Run beside the components,
# it ends when the API server and containerd can be used.
await_ground() {
  local containers
  until "$CTR" version >/dev/null 2>&1; do sleep 0.05; done
  containers=$("$CTR" -n k8s.io containers ls -q)
  if [ -n "$containers" ]; then
    "$CTR" -n k8s.io containers rm $containers >/dev/null 2>&1
    # It has read its list of pods already.
    kill -KILL "$(cat "$STATE/pids/containerd")"
    until "$CTR" version >/dev/null 2>&1; do sleep 0.05; done
  fi
  until [ "$("$KUBECTL" --kubeconfig "$STATE/kubeconfig" get --raw /readyz 2>/dev/null)" = ok ]; do sleep 0.05; done
}

is_over() { ! [ -d "/proc/$1" ]; }

prepare_namespaces
for name in $AT_ONCE; do start "$name"; done
await_ground &
ground=$!
while :; do
  # `wait -n` knows nothing of what ended while something else was done here, so all are looked at once a second.
  sleep 1 &
  wait -n
  if [ -n "$ground" ] && is_over "$ground"; then
    ground=
    for name in $WITH_API_SERVER; do start "$name"; done
    # In a cluster that is started again these objects are there.
    "$KUBECTL" --kubeconfig "$STATE/kubeconfig" create --validate=false -f "$STATE/dns.json" >>"$STATE/logs/node.log" 2>&1 &
  fi
  for pid in "${!names[@]}"; do
    is_over "$pid" || continue
    name=${names[$pid]}
    unset "names[$pid]"
    rm -f "$STATE/pids/$name"
    wait "$pid"
    code=$?
    echo "podloop: $name ended with code $code and is started again" | tee -a "$STATE/logs/$name.log"
    # One that cannot start must not keep a processor busy.
    sleep 0.2
    start "$name"
  done
done
