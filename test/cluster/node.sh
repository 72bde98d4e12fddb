#!/bin/bash
# First process of an embedded cluster, in mount, network and process namespaces of its own: prepares them, starts the
# components and starts again each one that ends. When it dies, the kernel ends everything below it, and every mount,
# interface and rule goes with the namespaces.
#   STATE  the cluster's folder          HOST, NODE  addresses of the two ends of the link
#   CGROUP name of the kubelet's cgroup  BIN_*       folders of the programs
set -eu

prepare_namespaces() {
  mount --make-rprivate /
  # A fresh /sys shows this network namespace; the machine's cgroups are carried over into it.
  mkdir -p "$STATE/cgroup"
  mount --rbind /sys/fs/cgroup "$STATE/cgroup"
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  [ -w /sys/fs/cgroup ] || true
  mount --rbind "$STATE/cgroup" /sys/fs/cgroup
  mount -t tmpfs tmpfs /run
  ip link set lo up
  until ip link show eth0 >/dev/null 2>&1; do sleep 0.01; done
  ip addr add "$NODE/30" dev eth0
  ip link set eth0 up
  ip route add default via "$HOST"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  # Pods may watch many files: the limits are per user, and every container here is the same one.
  echo 65536 >/proc/sys/fs/inotify/max_user_instances 2>/dev/null || true
}

# keep NAME PROGRAM [ARGUMENT ...]: runs the program again whenever it ends; its log is logs/NAME.log.
keep() {
  local name=$1
  shift
  (
    while :; do
      "$@" >>"$STATE/logs/$name.log" 2>&1 &
      echo $! >"$STATE/pids/$name"
      wait $! || true
      echo "podloop: $name ended; starting it again" >>"$STATE/logs/$name.log"
      sleep 0.2
    done
  ) &
}

api() {
  "$BIN_KUBERNETES/kubectl" --kubeconfig "$STATE/kubeconfig" --server https://127.0.0.1:6443 "$@"
}

until_ok() {
  until "$@" >/dev/null 2>&1; do sleep 0.05; done
}

prepare_namespaces
PKI=$STATE/pki
keep etcd "$BIN_ETCD/server" --data-dir "$STATE/etcd" --unsafe-no-fsync --log-level warn \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
  --initial-cluster default=http://127.0.0.1:2380
keep apiserver "$BIN_KUBERNETES/kube-apiserver" --etcd-servers http://127.0.0.1:2379 \
  --bind-address 0.0.0.0 --secure-port 6443 --advertise-address "$NODE" \
  --tls-cert-file "$PKI/apiserver.crt" --tls-private-key-file "$PKI/apiserver.key" --client-ca-file "$PKI/ca.crt" \
  --service-account-key-file "$PKI/sa.pub" --service-account-signing-key-file "$PKI/sa.key" \
  --service-account-issuer https://kubernetes.default.svc --service-cluster-ip-range 10.96.0.0/16 \
  --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged \
  --kubelet-client-certificate "$PKI/admin.crt" --kubelet-client-key "$PKI/admin.key" \
  --kubelet-preferred-address-types Hostname --shutdown-delay-duration 0s
PATH=$BIN_CONTAINERD:$PATH keep containerd "$BIN_CONTAINERD/containerd" --config "$STATE/containerd.toml" --log-level warn

# Containers of an earlier life of this folder are gone; only their images are worth keeping.
until_ok "$BIN_CONTAINERD/ctr" version
"$BIN_CONTAINERD/ctr" -n k8s.io containers ls -q | xargs -r "$BIN_CONTAINERD/ctr" -n k8s.io containers rm \
  >>"$STATE/logs/containerd.log" 2>&1 || true

until_ok api get --raw /readyz
keep controller-manager "$BIN_KUBERNETES/kube-controller-manager" --kubeconfig "$PKI/controller.kubeconfig" \
  --service-account-private-key-file "$PKI/sa.key" --root-ca-file "$PKI/ca.crt" \
  --use-service-account-credentials --leader-elect=false --allocate-node-cidrs=false
keep scheduler "$BIN_KUBERNETES/kube-scheduler" --kubeconfig "$PKI/scheduler.kubeconfig" --leader-elect=false
keep kubelet "$BIN_KUBERNETES/kubelet" --config "$STATE/kubelet.json" --kubeconfig "$PKI/kubelet.kubeconfig" \
  --root-dir "$STATE/kubelet" --cert-dir "$PKI" --hostname-override localhost
keep proxy "$BIN_KUBERNETES/kube-proxy" --kubeconfig "$PKI/proxy.kubeconfig" --hostname-override localhost \
  --proxy-mode iptables --conntrack-max-per-core 0 --conntrack-min 0 \
  --conntrack-tcp-timeout-established 0 --conntrack-tcp-timeout-close-wait 0
api apply -f "$STATE/dns.json" >>"$STATE/logs/dns.log" 2>&1 || true
keep dns "$BIN_COREDNS/coredns" -conf "$STATE/Corefile"
wait
