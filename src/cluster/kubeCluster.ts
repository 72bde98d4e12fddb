import type { Duplex, Readable } from 'node:stream';
import type { Disposable } from '../base/disposable.ts';
import { AbortError, UserError } from '../base/errors.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Log } from '../base/log.ts';
import type { Scheduler } from '../base/scheduler.ts';
import { ApiClient } from './apiClient.ts';
import type {
  AccessQuestion,
  Cluster,
  ExecOptions,
  ExecStream,
  ListScope,
  LiveState,
  LogOptions,
  ObjectList,
  Patch,
  ServerVersion,
} from './cluster.ts';
import { listInChunks } from './chunkedList.ts';
import { ClusterLogin } from './clusterLogin.ts';
import type { ApiAction, LoginProgram } from './core/apiAction.ts';
import { malformedAnswer } from './core/apiErrors.ts';
import { apiPath } from './core/apiPath.ts';
import { objectField, objectsField, textField } from './core/fields.ts';
import type { KubeContext } from './core/kubeconfigContexts.ts';
import { apiVersionOf, type KubeObject, type ObjectRef, type ResourceType } from './core/objects.ts';
import { readObject } from './core/readObject.ts';
import { LiveLists } from './liveLists.ts';
import { PodStreams } from './podStreams.ts';

/** What opening a cluster takes. */
export interface KubeClusterOptions {
  readonly context: KubeContext;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** The cluster of a kubeconfig context. Nothing is sent before the first call. */
export function openKubeCluster(options: KubeClusterOptions): Cluster {
  return new KubeCluster(options);
}

class KubeCluster implements Cluster {
  readonly context: string;
  readonly defaultNamespace: string;
  readonly server: string;
  readonly #closed = new AbortController();
  readonly #login: ClusterLogin;
  readonly #client: ApiClient;
  readonly #lists: LiveLists;
  readonly #streams: PodStreams;

  constructor({ context, scheduler, log }: KubeClusterOptions) {
    this.context = context.name;
    this.defaultNamespace = context.namespace ?? 'default';
    this.server = context.server;
    const place = { context: context.name, server: context.server, file: context.file, login: loginProgram(context) };
    this.#login = new ClusterLogin(context);
    this.#client = new ApiClient(place, this.#login, scheduler, this.#closed.signal);
    this.#lists = new LiveLists({ client: this.#client, scheduler, log });
    this.#streams = new PodStreams(this.#client, scheduler, this.#closed.signal);
  }

  async serverVersion(signal: AbortSignal): Promise<ServerVersion> {
    const action: ApiAction = { verb: 'get', type: undefined };
    const { major, minor, gitVersion } = await this.#client.json({ method: 'GET', path: '/version', action }, signal);
    // Some providers mark their own builds in the minor version: `30+`.
    const number = (value: Json | undefined): number => Number.parseInt(textField(value) ?? '0', 10);
    return { major: number(major), minor: number(minor), gitVersion: textField(gitVersion) ?? '' };
  }

  async apiGroups(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const action: ApiAction = { verb: 'get', type: undefined };
    const { groups } = await this.#client.json({ method: 'GET', path: '/apis', action }, signal);
    return new Set(objectsField(groups).flatMap(({ name }) => textField(name) ?? []));
  }

  async get(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> {
    const action: ApiAction = { verb: 'get', ...ref };
    try {
      return this.#object(
        ref.type,
        action,
        await this.#client.json({ method: 'GET', path: apiPath(ref), action }, signal),
      );
    } catch (error) {
      if (isCode(error, 'cluster.not-found')) return undefined;
      throw error;
    }
  }

  list(type: ResourceType, scope: ListScope, signal: AbortSignal): Promise<ObjectList> {
    return listInChunks(this.#client, type, scope, signal);
  }

  async create(
    type: ResourceType,
    object: KubeObject,
    signal: AbortSignal,
    options: { dryRun?: boolean } = {},
  ): Promise<KubeObject> {
    const { namespace, name } = object.metadata;
    const action: ApiAction = { verb: 'create', type, namespace, name };
    const body = { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
    const path = apiPath({ type, namespace }, writeQuery(options));
    return this.#object(type, action, await this.#client.json({ method: 'POST', path, action, body }, signal));
  }

  async patch(
    ref: ObjectRef,
    patch: Patch,
    signal: AbortSignal,
    options: { dryRun?: boolean } = {},
  ): Promise<KubeObject> {
    const action: ApiAction = { verb: 'patch', ...ref };
    const [contentType, body]: [string, Json] =
      patch.kind === 'json'
        ? ['application/json-patch+json', patch.operations]
        : ['application/merge-patch+json', patch.body];
    const request = { method: 'PATCH', path: apiPath(ref, writeQuery(options)), action, contentType, body } as const;
    return this.#object(ref.type, action, await this.#client.json(request, signal));
  }

  async delete(
    ref: ObjectRef,
    signal: AbortSignal,
    options: { uid?: string; gracePeriodSeconds?: number } = {},
  ): Promise<void> {
    const { uid, gracePeriodSeconds } = options;
    const body: JsonObject = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      gracePeriodSeconds,
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    };
    const action: ApiAction = { verb: 'delete', ...ref };
    try {
      await this.#client.json({ method: 'DELETE', path: apiPath(ref), action, body }, signal);
    } catch (error) {
      // A conflict says that the name belongs to another object by now: the one that was meant is gone.
      const gone = isCode(error, 'cluster.not-found') || (uid !== undefined && isCode(error, 'cluster.conflict'));
      if (!gone) throw error;
    }
  }

  async mayI({ verb, type, subresource, namespace }: AccessQuestion, signal: AbortSignal): Promise<boolean> {
    const review = {
      group: 'authorization.k8s.io',
      version: 'v1',
      plural: 'selfsubjectaccessreviews',
      kind: 'SelfSubjectAccessReview',
      namespaced: false,
    };
    const resourceAttributes: JsonObject = { verb, group: type.group, resource: type.plural, subresource, namespace };
    const answer = await this.#client.json(
      {
        method: 'POST',
        path: apiPath({ type: review }),
        action: { verb: 'create', type: review },
        body: { apiVersion: apiVersionOf(review), kind: review.kind, spec: { resourceAttributes } },
      },
      signal,
    );
    return objectField(answer.status).allowed === true;
  }

  watch(type: ResourceType, scope: ListScope, listener: (state: LiveState) => void): Disposable {
    return this.#lists.watch(type, scope, listener);
  }

  exec(options: ExecOptions, signal: AbortSignal): Promise<ExecStream> {
    return this.#streams.exec(options, signal);
  }

  portForward(target: { namespace: string; pod: string; port: number }, signal: AbortSignal): Promise<Duplex> {
    return this.#streams.portForward(target, signal);
  }

  logs(options: LogOptions, signal: AbortSignal): Promise<Readable> {
    return this.#streams.logs(options, signal);
  }

  dispose(): void {
    if (this.#closed.signal.aborted) return;
    this.#lists.dispose();
    this.#closed.abort(new AbortError(`The connection of context ${this.context} was closed`));
    this.#login.dispose();
  }

  #object(type: ResourceType, action: ApiAction, body: JsonObject): KubeObject {
    const object = readObject(type, body);
    if (object !== undefined) return object;
    throw malformedAnswer(this.#client.place, action);
  }
}

function loginProgram({ entries }: KubeContext): LoginProgram | undefined {
  const exec = objectField(entries.user?.body.exec);
  const command = textField(exec.command);
  return command === undefined ? undefined : { command, installHint: textField(exec.installHint)?.trim() };
}

function writeQuery({ dryRun }: { readonly dryRun?: boolean }): Record<string, string | undefined> {
  return { fieldManager: 'podloop', dryRun: dryRun === true ? 'All' : undefined };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof UserError && error.code === code;
}
