import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { connectTestCluster, type TestCluster, type TestNamespace } from '../cluster/fixture.ts';
import { freePort } from '../machine/freePort.ts';
import { until } from '../machine/until.ts';
import { scenario } from '../vscode/scenario.ts';
import { packagedExtension } from '../vscode/packagedExtension.ts';
import { VsCode } from '../vscode/vsCode.ts';

// What the tree says when a cluster cannot be shown. The kubeconfig changes under the window, as it does for a person.

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[];
  readonly contexts: readonly { readonly name: string; readonly context: Readonly<Record<string, unknown>> }[];
  readonly [key: string]: unknown;
}

let cluster: TestCluster;
let namespace: TestNamespace;
let folder: string;
let kubeconfig: string;
let vsCode: VsCode;

const tree = () => vsCode.tree('Podloop: Clusters');
const show = (text: string): void => {
  writeFileSync(kubeconfig, text);
};
const withServer = (text: string, change: Readonly<Record<string, unknown>>): string => {
  const config = JSON.parse(text) as Kubeconfig;
  const clusters = config.clusters.map(({ name, cluster }) => ({ name, cluster: { ...cluster, ...change } }));
  return JSON.stringify({ ...config, clusters });
};

/** A certificate that has signed nothing here, base64. */
function otherAuthority(): string {
  const subject = ['-subj', '/CN=somebody-else', '-days', '1', '-nodes', '-newkey', 'rsa:2048'];
  const files = ['-keyout', path.join(folder, 'other.key'), '-out', path.join(folder, 'other.crt')];
  execFileSync('openssl', ['req', '-x509', ...subject, ...files], { stdio: 'ignore' });
  return readFileSync(path.join(folder, 'other.crt')).toString('base64');
}

before(async () => {
  cluster = await connectTestCluster();
  namespace = await cluster.createNamespace();
  folder = mkdtempSync(path.join(tmpdir(), 'podloop-errors-'));
  kubeconfig = path.join(folder, 'kubeconfig');
  vsCode = await VsCode.open({
    name: 'tree-errors',
    folder,
    vsix: [await packagedExtension()],
    env: { KUBECONFIG: kubeconfig },
  });
});

after(async () => {
  await vsCode.dispose();
  await namespace.dispose();
  cluster.dispose();
  rmSync(folder, { recursive: true, force: true });
});

scenario(
  'without a kubeconfig the view says where it looks and how to add one',
  () => vsCode,
  async ({ workbench }, step) => {
    await step('open the view', () => workbench.openView('Podloop'));
    await step('read what it offers', async () => {
      const text = await until('the view says something', async () => {
        const rows = await tree().rows();
        if (rows.length === 0) return (await tree().welcomeText()) || undefined;
        return rows.map(({ label, description }) => `${label} ${description}`).join('\n');
      });
      assert.match(text, /kubeconfig/i);
    });
  },
);

scenario(
  'a broken kubeconfig is a row that names file and line and opens it',
  () => vsCode,
  async ({ editor }, step) => {
    await step('break the file', async () => {
      show('apiVersion: v1\nkind: Config\nclusters:\n  - name: a\n   cluster: {}\n');
      await until('a row names the line', async () =>
        (await tree().rows()).some(({ label }) => /^kubeconfig:\d+$/.test(label)),
      );
    });
    await step('open it from the row', async () => {
      const row = (await tree().rows()).find(({ label }) => label.startsWith('kubeconfig:'));
      await tree().click(row?.label ?? '');
      await until('the file is open', async () => (await editor.tabs()).includes('kubeconfig'));
    });
  },
);

scenario(
  'a server that is away, a wrong certificate and an expired login are told apart',
  () => vsCode,
  async (_, step) => {
    const good = readFileSync(cluster.kubeconfig, 'utf8');
    const says = (label: string) => async (): Promise<void> => {
      await tree().expand(cluster.context);
      await tree().find(cluster.context, label);
    };
    const port = await freePort();
    await step('the server is away', async () => {
      show(withServer(good, { server: `https://127.0.0.1:${port}` }));
      await says('Cluster cannot be reached')();
    });
    await step('the certificate is of another authority', async () => {
      show(withServer(good, { 'certificate-authority-data': otherAuthority() }));
      await says('Certificate is not trusted')();
    });
    await step('the token is refused', async () => {
      const config = JSON.parse(good) as Kubeconfig & { readonly users: readonly { readonly name: string }[] };
      const users = config.users.map(({ name }) => ({ name, user: { token: 'expired' } }));
      show(JSON.stringify({ ...config, users }));
      await says('Login has expired')();
    });
    await step('all is well again', async () => {
      show(good);
      await tree().find(cluster.context, 'default');
    });
  },
);

scenario(
  'a user with rights in one namespace only names it and works there',
  () => vsCode,
  async ({ quickInput }, step) => {
    const rules = [{ apiGroups: ['', 'apps', 'batch'], resources: ['*'], verbs: ['get', 'list', 'watch'] }];
    await step('few rights: the namespace of the context and a way to name others', async () => {
      show(readFileSync(await cluster.restrictedKubeconfig(namespace.name, rules), 'utf8'));
      await tree().find(cluster.context, 'Other namespaces are not listed');
      await tree().find(cluster.context, namespace.name);
    });
    await step('name another namespace', async () => {
      await tree().click(cluster.context, 'Other namespaces are not listed');
      await quickInput.waitFor(/Use Namespace/);
      await quickInput.answer('kube-public');
      await tree().find(cluster.context, 'kube-public');
    });
    await step('the forbidden one says which right is missing', async () => {
      await tree().expand(cluster.context, 'kube-public', 'Deployments');
      await tree().find(cluster.context, 'kube-public', 'Deployments', 'No permission');
    });
  },
);
