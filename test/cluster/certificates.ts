import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ClusterPlace, contextName } from './place.ts';

/** Address of the API server's own Service, first of the Service range. */
export const apiServiceAddress = '10.96.0.1';

/** Who talks to the API server from within the cluster, by the file name of its key pair. */
const clients: Readonly<Record<string, string>> = {
  admin: '/O=system:masters/CN=admin',
  controller: '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  kubelet: '/O=system:nodes/CN=system:node:localhost',
  proxy: '/CN=system:kube-proxy',
  dns: '/O=podloop:dns/CN=coredns',
};

/** Makes the authority, key pairs and kubeconfigs of a cluster; what is there already stays. */
export function makeCertificates(place: ClusterPlace): void {
  const folder = path.join(place.state, 'pki');
  if (existsSync(path.join(folder, 'complete'))) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '3650',
    '-subj',
    '/CN=podloop-test',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  const sign = (name: string, subject: string, names: string): void => {
    openssl('req', ...newKey, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    writeFileSync(
      path.join(folder, `${name}.ext`),
      `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`,
    );
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...authority,
      '-days',
      '3650',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    );
  };
  sign('apiserver', '/CN=kube-apiserver', apiServerNames(place));
  for (const [name, subject] of Object.entries(clients)) sign(name, subject, 'DNS:localhost,IP:127.0.0.1');
  openssl('genrsa', '-out', 'sa.key', '2048');
  openssl('rsa', '-in', 'sa.key', '-pubout', '-out', 'sa.pub');
  for (const name of Object.keys(clients)) {
    const server = name === 'admin' ? place.nodeAddress : '127.0.0.1';
    const file = name === 'admin' ? place.kubeconfig : path.join(folder, `${name}.kubeconfig`);
    const key = {
      'client-certificate-data': encoded(folder, `${name}.crt`),
      'client-key-data': encoded(folder, `${name}.key`),
    };
    writeFileSync(file, kubeconfigText(place, { user: name, credentials: key, server }), { mode: 0o600 });
  }
  writeFileSync(path.join(folder, 'complete'), '');
}

/** A kubeconfig, as JSON (which is YAML), for a user of this cluster. */
export function kubeconfigText(
  place: ClusterPlace,
  options: { user: string; credentials: Readonly<Record<string, string>>; namespace?: string; server?: string },
): string {
  const { user, credentials, namespace, server = place.nodeAddress } = options;
  const authority = encoded(path.join(place.state, 'pki'), 'ca.crt');
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: contextName, cluster: { server: `https://${server}:6443`, 'certificate-authority-data': authority } },
      ],
      users: [{ name: user, user: credentials }],
      contexts: [
        {
          name: contextName,
          context: { cluster: contextName, user, ...(namespace === undefined ? {} : { namespace }) },
        },
      ],
      'current-context': contextName,
    },
    null,
    2,
  );
}

function encoded(folder: string, file: string): string {
  return readFileSync(path.join(folder, file)).toString('base64');
}

function apiServerNames(place: ClusterPlace): string {
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  const addresses = ['127.0.0.1', apiServiceAddress, place.nodeAddress];
  return ['localhost', ...service]
    .map((name) => `DNS:${name}`)
    .concat(addresses.map((ip) => `IP:${ip}`))
    .join(',');
}
