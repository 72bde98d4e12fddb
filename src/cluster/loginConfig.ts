import path from 'node:path';
import type { Json, JsonObject } from '../base/json.ts';
import { objectField, objectsField, textField, textsField } from './core/fields.ts';
import type { KubeContext } from './core/kubeconfigContexts.ts';
import type { KubeconfigEntry } from './core/kubeconfigFile.ts';

/**
 * A kubeconfig of this one context for client-node: paths are absolute, and what `kubectl` understands but client-node
 * does not is said in client-node's way. `programPath` is the PATH in which a login program is looked up.
 */
export function loginConfig(context: KubeContext, user: KubeconfigEntry | undefined, programPath: string): JsonObject {
  const { cluster } = context.entries;
  const name = 'context';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: clusterConfig(context, cluster) }],
    users: [{ name, user: user === undefined ? {} : userConfig(user, cluster, programPath) }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

/** Headers for what client-node leaves out of a user's entry: groups and uid of an impersonation. */
export function userHeaders(user: JsonObject | undefined): Readonly<Record<string, string | string[]>> {
  const groups = textsField(user?.['as-groups']);
  const uid = textField(user?.['as-uid']);
  return {
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': [...groups] }),
    ...(uid === undefined ? {} : { 'Impersonate-Uid': uid }),
  };
}

function clusterConfig(context: KubeContext, entry: KubeconfigEntry): JsonObject {
  return {
    ...entry.body,
    server: context.server,
    ...absolute(entry, 'certificate-authority'),
    // client-node refuses plain HTTP unless verification is off, although there is nothing to verify.
    ...(context.server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {}),
  };
}

function userConfig(entry: KubeconfigEntry, cluster: KubeconfigEntry, programPath: string): JsonObject {
  const { body } = entry;
  const tokenFile = textField(body.tokenFile);
  return {
    ...body,
    ...absolute(entry, 'client-certificate'),
    ...absolute(entry, 'client-key'),
    ...(body.exec === undefined ? {} : { exec: execConfig(entry, cluster, programPath) }),
    ...(tokenFile === undefined
      ? {}
      : {
          'auth-provider': { name: 'tokenFile', config: { tokenFile: resolved(entry, tokenFile) } },
          // The file is the newer of the two.
          token: undefined,
        }),
  };
}

/** Plugins read their protocol version and the cluster from a variable that client-node does not set. */
function execConfig(entry: KubeconfigEntry, cluster: KubeconfigEntry, programPath: string): JsonObject {
  const exec = objectField(entry.body.exec);
  const command = textField(exec.command) ?? '';
  const spec: JsonObject = {
    interactive: false,
    ...(exec.provideClusterInfo === true ? { cluster: { ...cluster.body } } : {}),
  };
  const info: Json = { apiVersion: exec.apiVersion ?? '', kind: 'ExecCredential', spec };
  return {
    ...exec,
    // A command with a separator is relative to its file; a bare one is looked up in PATH.
    command: /[\\/]/.test(command) ? resolved(entry, command) : command,
    env: [
      // First, so that the entry may name a PATH of its own.
      { name: 'PATH', value: programPath },
      ...objectsField(exec.env),
      { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) },
    ],
  };
}

function absolute(entry: KubeconfigEntry, key: string): JsonObject {
  const file = textField(entry.body[key]);
  return file === undefined ? {} : { [key]: resolved(entry, file) };
}

function resolved({ file }: KubeconfigEntry, relative: string): string {
  return path.resolve(path.dirname(file), relative);
}
