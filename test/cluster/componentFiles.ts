import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClusterPlace } from './place.ts';
import type { ProgramFolders } from './programs.ts';

/** Address of the cluster's DNS Service. */
const dnsAddress = '10.96.0.10';

/** Writes the files that the components read at start. */
export function writeComponentFiles(place: ClusterPlace, programs: ProgramFolders): void {
  const write = (name: string, content: string): void => {
    writeFileSync(path.join(place.state, name), content);
  };
  write('containerd.toml', containerdConfig(place, programs));
  write('cni/10-pods.conflist', JSON.stringify(podNetwork));
  write('kubelet.json', JSON.stringify(kubeletConfig(place)));
  write('Corefile', corefile(place));
  write('dns.json', JSON.stringify(dnsObjects(place)));
  // Pods have no way out of the machine, so there is nobody to ask for other names.
  write('resolv.conf', 'nameserver 127.0.0.1\n');
}

function containerdConfig(place: ClusterPlace, programs: ProgramFolders): string {
  const runtime = "plugins.'io.containerd.cri.v1.runtime'";
  return `version = 3
root = '${place.state}/containerd'
state = '/run/containerd'
[grpc]
  address = '/run/containerd/containerd.sock'
[${runtime}]
  # Lowering the score of a process below one's own needs a capability that sandboxed machines lack.
  restrict_oom_score_adj = true
[${runtime}.containerd]
  default_runtime_name = 'runc'
[${runtime}.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[${runtime}.containerd.runtimes.runc.options]
  BinaryName = '${programs.runc}/runc'
  SystemdCgroup = false
[${runtime}.cni]
  bin_dirs = ['${programs.cni}']
  conf_dir = '${place.state}/cni'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = 'localhost/podloop/pause:1'
`;
}

/** A bridge per node; hairpin mode lets a pod reach its own Service. */
const podNetwork = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: '/run/cni',
        ranges: [[{ subnet: '10.244.0.0/22' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

function kubeletConfig(place: ClusterPlace): unknown {
  const pki = path.join(place.state, 'pki');
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '127.0.0.1',
    tlsCertFile: path.join(pki, 'kubelet.crt'),
    tlsPrivateKeyFile: path.join(pki, 'kubelet.key'),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: path.join(pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${place.cgroup}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    // The machine may be short of disk or have swap; neither is this cluster's business.
    evictionHard: {},
    failSwapOn: false,
    failCgroupV1: false,
    clusterDNS: [dnsAddress],
    clusterDomain: 'cluster.local',
    resolvConf: path.join(place.state, 'resolv.conf'),
    maxPods: 500,
    podsPerCore: 0,
    registryPullQPS: 0,
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
    eventRecordQPS: 0,
    shutdownGracePeriod: '0s',
  };
}

function corefile(place: ClusterPlace): string {
  return `.:53 {
  bind ${place.nodeAddress}
  errors
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${place.state}/pki/dns.kubeconfig
    ttl 2
  }
  ready ${place.nodeAddress}:8181
}
`;
}

/** CoreDNS runs on the node itself; a Service without selector leads pods to it. */
function dnsObjects(place: ClusterPlace): unknown {
  const metadata = { name: 'kube-dns', namespace: 'kube-system', labels: { 'kubernetes.io/service-name': 'kube-dns' } };
  const ports = [
    { name: 'dns', protocol: 'UDP', port: 53 },
    { name: 'dns-tcp', protocol: 'TCP', port: 53 },
  ];
  const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'podloop:dns' };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: dnsAddress, ports } },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata,
        addressType: 'IPv4',
        endpoints: [{ addresses: [place.nodeAddress] }],
        ports,
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: role.name },
        rules: [
          { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: role.name },
        roleRef: role,
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'coredns' }],
      },
    ],
  };
}
