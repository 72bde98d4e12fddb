import path from 'node:path';
import type { ClusterPlace } from './place.ts';
import type { ProgramFolders } from './programs.ts';

/** One program of the cluster. */
export interface Component {
  readonly name: ComponentName;
  readonly command: readonly string[];
  /** Whether it starts with the cluster, or only once the API server answers. */
  readonly when: 'at once' | 'with the API server';
}

/** The programs of the cluster by their own names; a log is called after its component. */
export type ComponentName =
  | 'etcd'
  | 'kube-apiserver'
  | 'containerd'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubelet'
  | 'kube-proxy'
  | 'coredns';

/** All components with their arguments. */
export function clusterComponents(place: ClusterPlace, programs: ProgramFolders): Component[] {
  const { state } = place;
  const key = (file: string): string => path.join(state, 'pki', file);
  const kubernetes = (name: ComponentName, args: readonly string[]): readonly string[] => [
    path.join(programs.kubernetes ?? '', name),
    ...args,
  ];
  const containerd = programs.containerd ?? '';
  return [
    { name: 'etcd', when: 'at once', command: [path.join(programs.etcd ?? '', 'server'), ...etcdFlags(state)] },
    { name: 'kube-apiserver', when: 'at once', command: kubernetes('kube-apiserver', apiServerFlags(place, key)) },
    {
      name: 'containerd',
      when: 'at once',
      // It looks for its shim on the path.
      command: [
        '/usr/bin/env',
        `PATH=${containerd}:/usr/sbin:/usr/bin:/sbin:/bin`,
        path.join(containerd, 'containerd'),
        `--config=${state}/containerd.toml`,
        '--log-level=warn',
      ],
    },
    {
      name: 'kube-controller-manager',
      when: 'with the API server',
      command: kubernetes('kube-controller-manager', [
        `--kubeconfig=${key('controller.kubeconfig')}`,
        `--service-account-private-key-file=${key('sa.key')}`,
        `--root-ca-file=${key('ca.crt')}`,
        '--use-service-account-credentials',
        '--leader-elect=false',
        '--allocate-node-cidrs=false',
        '--kube-api-qps=200',
        '--kube-api-burst=400',
      ]),
    },
    {
      name: 'kube-scheduler',
      when: 'with the API server',
      command: kubernetes('kube-scheduler', [`--kubeconfig=${key('scheduler.kubeconfig')}`, '--leader-elect=false']),
    },
    {
      name: 'kubelet',
      when: 'with the API server',
      command: kubernetes('kubelet', [
        `--config=${state}/kubelet.json`,
        `--kubeconfig=${key('kubelet.kubeconfig')}`,
        `--root-dir=${state}/kubelet`,
        `--cert-dir=${state}/pki`,
        '--hostname-override=localhost',
      ]),
    },
    {
      name: 'kube-proxy',
      when: 'with the API server',
      command: kubernetes('kube-proxy', [
        `--kubeconfig=${key('proxy.kubeconfig')}`,
        '--hostname-override=localhost',
        '--proxy-mode=iptables',
        '--iptables-min-sync-period=100ms',
        // The machine's connection tracking is not this cluster's to tune.
        '--conntrack-max-per-core=0',
        '--conntrack-min=0',
        '--conntrack-tcp-timeout-established=0',
        '--conntrack-tcp-timeout-close-wait=0',
      ]),
    },
    {
      name: 'coredns',
      when: 'with the API server',
      command: [path.join(programs.coredns ?? '', 'coredns'), '-conf', `${state}/Corefile`],
    },
  ];
}

function etcdFlags(state: string): readonly string[] {
  return [
    `--data-dir=${state}/etcd`,
    // A test cluster's database need not survive a power cut.
    '--unsafe-no-fsync',
    '--log-level=warn',
    '--listen-client-urls=http://127.0.0.1:2379',
    '--advertise-client-urls=http://127.0.0.1:2379',
    '--listen-peer-urls=http://127.0.0.1:2380',
    '--initial-advertise-peer-urls=http://127.0.0.1:2380',
    '--initial-cluster=default=http://127.0.0.1:2380',
  ];
}

function apiServerFlags(place: ClusterPlace, key: (file: string) => string): readonly string[] {
  return [
    '--etcd-servers=http://127.0.0.1:2379',
    '--bind-address=0.0.0.0',
    '--secure-port=6443',
    `--advertise-address=${place.nodeAddress}`,
    `--tls-cert-file=${key('apiserver.crt')}`,
    `--tls-private-key-file=${key('apiserver.key')}`,
    `--client-ca-file=${key('ca.crt')}`,
    `--service-account-key-file=${key('sa.pub')}`,
    `--service-account-signing-key-file=${key('sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged',
    `--kubelet-client-certificate=${key('admin.crt')}`,
    `--kubelet-client-key=${key('admin.key')}`,
    `--kubelet-certificate-authority=${key('ca.crt')}`,
    // The node is called localhost, so that the way to the kubelet never leaves the loopback interface.
    '--kubelet-preferred-address-types=Hostname',
    '--shutdown-delay-duration=0s',
  ];
}
