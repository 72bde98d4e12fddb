import type { JsonObject } from '../../base/json.ts';
import { textField } from './fields.ts';
import type { KubeconfigEntry, KubeconfigFile, KubeconfigProblem } from './kubeconfigFile.ts';

/** One context that can be opened. */
export interface KubeContext {
  readonly name: string;
  /** Whether it is the current context of the files that `kubectl` would read. */
  readonly current: boolean;
  /** The kubeconfig file that defines it. */
  readonly file: string;
  /** Name of its cluster entry. */
  readonly cluster: string;
  /** Address of the API server. */
  readonly server: string;
  /** Name of its user entry. */
  readonly user: string | undefined;
  readonly namespace: string | undefined;
  /** The entries themselves, for opening it; they may hold secrets and are never shown or logged. */
  readonly entries: { readonly cluster: KubeconfigEntry; readonly user: KubeconfigEntry | undefined };
}

/** What a set of kubeconfig files comes to. */
export interface KubeconfigContexts {
  readonly contexts: readonly KubeContext[];
  readonly problems: readonly KubeconfigProblem[];
}

/**
 * The contexts of several groups of files. Within a group files are merged as `kubectl` merges those of `KUBECONFIG`:
 * the first to define a name wins. Groups do not see each other's clusters and users; of two contexts with one name the
 * first stays and the other is reported.
 */
export function contextsOf(groups: readonly (readonly KubeconfigFile[])[]): KubeconfigContexts {
  const contexts = new Map<string, KubeContext>();
  const problems: KubeconfigProblem[] = [];
  groups.forEach((files, index) => {
    problems.push(...files.flatMap((file) => file.problems));
    const current = index === 0 ? files.find((file) => file.currentContext !== undefined)?.currentContext : undefined;
    const [clusters, users] = [firstOfName(files, 'clusters'), firstOfName(files, 'users')];
    for (const entry of firstOfName(files, 'contexts').values()) {
      const known = contexts.get(entry.name);
      const read = readContext(entry, clusters, users);
      if (known !== undefined) {
        problems.push(problem(entry, `Context ${entry.name} is defined in ${known.file} already.`));
      } else if (typeof read === 'string') {
        problems.push(problem(entry, read));
      } else {
        contexts.set(entry.name, { ...read, current: entry.name === current });
      }
    }
  });
  return { contexts: [...contexts.values()], problems };
}

type Entries = ReadonlyMap<string, KubeconfigEntry>;

function firstOfName(files: readonly KubeconfigFile[], list: 'clusters' | 'users' | 'contexts'): Entries {
  const found = new Map<string, KubeconfigEntry>();
  for (const entry of files.flatMap((file) => file[list])) {
    if (!found.has(entry.name)) found.set(entry.name, entry);
  }
  return found;
}

/** The context, or what is wrong with it. */
function readContext(entry: KubeconfigEntry, clusters: Entries, users: Entries): Omit<KubeContext, 'current'> | string {
  const clusterName = textField(entry.body.cluster);
  if (clusterName === undefined) return `Context ${entry.name} names no cluster.`;
  const cluster = clusters.get(clusterName);
  if (cluster === undefined) return `Context ${entry.name} names cluster ${clusterName}, which is not defined.`;
  const server = readServer(cluster.body);
  if (server === undefined) return `Cluster ${clusterName} has no server that is an http or https address.`;
  const userName = textField(entry.body.user);
  const user = userName === undefined ? undefined : users.get(userName);
  if (userName !== undefined && user === undefined)
    return `Context ${entry.name} names user ${userName}, which is not defined.`;
  return {
    name: entry.name,
    file: entry.file,
    cluster: clusterName,
    server,
    user: userName,
    namespace: textField(entry.body.namespace),
    entries: { cluster, user },
  };
}

function readServer({ server }: JsonObject): string | undefined {
  const address = textField(server)?.replace(/\/+$/, '');
  return address !== undefined && /^https?:\/\/[^/\s]+/.test(address) ? address : undefined;
}

function problem({ file, line }: KubeconfigEntry, message: string): KubeconfigProblem {
  return { file, line, message };
}
