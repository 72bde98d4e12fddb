import type { Duplex, Readable } from 'node:stream';
import { type Disposable, toDisposable } from '../../src/base/disposable.ts';
import { AbortError, abortReason, toError, type UserError } from '../../src/base/errors.ts';
import { jsonEqual, type JsonObject } from '../../src/base/json.ts';
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
} from '../../src/cluster/cluster.ts';
import type { ApiAction } from '../../src/cluster/core/apiAction.ts';
import { statusError } from '../../src/cluster/core/apiErrors.ts';
import { apiVersionOf, type KubeObject, type ObjectRef, type ResourceType } from '../../src/cluster/core/objects.ts';
import { ObjectSet } from '../../src/cluster/core/objectSet.ts';
import { matchScope } from './matchSelector.ts';
import { patchObject } from './patchObject.ts';

/** One call of the cluster, as a test sees it. */
export interface FakeRequest extends ApiAction {
  readonly type: ResourceType;
  readonly dryRun?: boolean;
  readonly patch?: Patch;
}

/** How a fake differs from an empty cluster that allows everything. */
export interface FakeClusterOptions {
  readonly context?: string;
  readonly defaultNamespace?: string;
  readonly minor?: number;
  /** API groups besides those of Kubernetes itself. */
  readonly apiGroups?: readonly string[];
  /** Called before each request is carried out, watches included; what it throws is the request's failure. */
  readonly onRequest?: (request: FakeRequest) => void | Promise<void>;
  /** Changes what is about to be stored, as an admission webhook does. */
  readonly admit?: (type: ResourceType, object: KubeObject) => KubeObject;
  readonly mayI?: (question: AccessQuestion) => boolean;
  readonly exec?: (options: ExecOptions) => Promise<ExecStream>;
  readonly portForward?: (target: { namespace: string; pod: string; port: number }) => Promise<Duplex>;
  readonly logs?: (options: LogOptions) => Readable;
}

interface Watch {
  readonly type: ResourceType;
  readonly scope: ListScope;
  readonly listener: (state: LiveState) => void;
  readonly objects: ObjectSet;
  scheduled: boolean;
}

/**
 * A cluster in memory for fast tests. It keeps objects and their versions as the API server does, and has neither
 * controllers nor kubelets: tests play those with `put` and `remove`.
 */
export class FakeCluster implements Cluster {
  readonly context: string;
  readonly defaultNamespace: string;
  readonly server = 'https://cluster.test:6443';
  /** All requests so far, in order. */
  readonly requests: FakeRequest[] = [];
  readonly #options: FakeClusterOptions;
  readonly #objects = new Map<string, KubeObject>();
  readonly #watches = new Set<Watch>();
  #outage: Error | undefined;
  #disposed = false;
  #version = 100;

  constructor(options: FakeClusterOptions = {}) {
    this.#options = options;
    this.context = options.context ?? 'test';
    this.defaultNamespace = options.defaultNamespace ?? 'default';
  }

  /** Watches that are not disposed. */
  get openWatches(): number {
    return this.#watches.size;
  }

  /** Stores an object as a controller would, status included; keeps the uid of one that exists. */
  put(type: ResourceType, object: KubeObject): KubeObject {
    const ref = refOf(type, object);
    const old = this.peek(ref);
    return this.#store(ref, old === undefined ? this.#born(type, object) : this.#changed(type, old, object));
  }

  /** Changes part of an object as a controller would, by a merge patch. */
  merge(ref: ObjectRef, body: JsonObject): KubeObject {
    const old = this.#existing({ verb: 'patch', ...ref });
    return this.#store(ref, this.#changed(ref.type, old, asObject(patchObject(old, { kind: 'merge', body }))));
  }

  /** Takes an object away as a controller would. */
  remove(ref: ObjectRef): void {
    if (this.#objects.delete(keyOf(ref))) this.#notify(ref.type);
  }

  /** The stored object, without a request. */
  peek(ref: ObjectRef): KubeObject | undefined {
    return this.#objects.get(keyOf(ref));
  }

  /** From now on requests fail with `error` and watches say so; `undefined` ends the outage. */
  setOutage(error: Error | undefined): void {
    this.#outage = error;
    for (const watch of this.#watches) this.#schedule(watch);
  }

  async serverVersion(signal: AbortSignal): Promise<ServerVersion> {
    await this.#turn(signal);
    const minor = this.#options.minor ?? 36;
    return { major: 1, minor, gitVersion: `v1.${minor}.0` };
  }

  async apiGroups(signal: AbortSignal): Promise<ReadonlySet<string>> {
    await this.#turn(signal);
    return new Set(['apps', 'batch', 'autoscaling', ...(this.#options.apiGroups ?? [])]);
  }

  async get(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> {
    await this.#request({ verb: 'get', ...ref }, signal);
    return this.peek(ref);
  }

  async list(type: ResourceType, scope: ListScope, signal: AbortSignal): Promise<ObjectList> {
    await this.#request({ verb: 'list', type, namespace: scope.namespace }, signal);
    return { items: this.#matching(type, scope), resourceVersion: String(this.#version) };
  }

  async create(
    type: ResourceType,
    object: KubeObject,
    signal: AbortSignal,
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<KubeObject> {
    const ref = refOf(type, object);
    const request: FakeRequest = { verb: 'create', ...ref, dryRun };
    await this.#request(request, signal);
    if (this.peek(ref) !== undefined) throw this.#failure(request, 409, 'AlreadyExists');
    const created = this.#born(type, this.#admitted(type, object));
    return dryRun ? created : this.#store(ref, created);
  }

  async patch(
    ref: ObjectRef,
    patch: Patch,
    signal: AbortSignal,
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<KubeObject> {
    const request: FakeRequest = { verb: 'patch', ...ref, dryRun, patch };
    await this.#request(request, signal);
    const old = this.#existing(request);
    const patched = this.#patched(request, old, patch);
    if (patched.metadata.resourceVersion !== old.metadata.resourceVersion) {
      throw this.#failure(request, 409, 'Conflict');
    }
    const changed = this.#changed(ref.type, old, this.#admitted(ref.type, patched));
    return dryRun ? changed : this.#store(ref, changed);
  }

  async delete(
    ref: ObjectRef,
    signal: AbortSignal,
    { uid }: { uid?: string; gracePeriodSeconds?: number } = {},
  ): Promise<void> {
    await this.#request({ verb: 'delete', ...ref }, signal);
    const old = this.peek(ref);
    if (old !== undefined && (uid === undefined || old.metadata.uid === uid)) this.remove(ref);
  }

  async mayI(question: AccessQuestion, signal: AbortSignal): Promise<boolean> {
    await this.#turn(signal);
    return this.#options.mayI?.(question) ?? true;
  }

  watch(type: ResourceType, scope: ListScope, listener: (state: LiveState) => void): Disposable {
    if (this.#disposed) return toDisposable(() => undefined);
    const watch: Watch = { type, scope, listener, objects: new ObjectSet(), scheduled: false };
    this.#watches.add(watch);
    this.#schedule(watch);
    return toDisposable(() => this.#watches.delete(watch));
  }

  async exec(options: ExecOptions, signal: AbortSignal): Promise<ExecStream> {
    const { namespace, pod: name } = options;
    return this.#stream({ verb: 'create', type: podType, subresource: 'exec', namespace, name }, signal, () =>
      this.#options.exec?.(options),
    );
  }

  async portForward(target: { namespace: string; pod: string; port: number }, signal: AbortSignal): Promise<Duplex> {
    const { namespace, pod: name } = target;
    return this.#stream({ verb: 'create', type: podType, subresource: 'portforward', namespace, name }, signal, () =>
      this.#options.portForward?.(target),
    );
  }

  async logs(options: LogOptions, signal: AbortSignal): Promise<Readable> {
    const { namespace, pod: name } = options;
    return this.#stream({ verb: 'get', type: podType, subresource: 'log', namespace, name }, signal, () =>
      this.#options.logs?.(options),
    );
  }

  dispose(): void {
    this.#disposed = true;
    this.#watches.clear();
  }

  async #stream<T>(request: FakeRequest, signal: AbortSignal, open: () => T | Promise<T> | undefined): Promise<T> {
    await this.#request(request, signal);
    const stream = await open();
    if (stream === undefined) throw this.#failure(request, 404, 'NotFound');
    return stream;
  }

  async #request(request: FakeRequest, signal: AbortSignal): Promise<void> {
    this.requests.push(request);
    await this.#turn(signal);
    await this.#options.onRequest?.(request);
    signal.throwIfAborted();
    if (this.#outage !== undefined) throw this.#outage;
  }

  /** Nothing of a real cluster answers in the same turn. */
  async #turn(signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    if (signal.aborted) throw abortReason(signal);
    if (this.#disposed) throw new AbortError();
  }

  #existing(request: FakeRequest): KubeObject {
    const { type, namespace, name = '' } = request;
    const old = this.#objects.get(keyOf({ type, ...(namespace === undefined ? {} : { namespace }), name }));
    if (old === undefined) throw this.#failure(request, 404, 'NotFound');
    return old;
  }

  #patched(request: FakeRequest, old: KubeObject, patch: Patch): KubeObject {
    try {
      return asObject(patchObject(old, patch));
    } catch (error) {
      throw this.#failure(request, 422, 'Invalid', toError(error).message);
    }
  }

  #admitted(type: ResourceType, object: KubeObject): KubeObject {
    return this.#options.admit?.(type, object) ?? object;
  }

  #born(type: ResourceType, object: KubeObject): KubeObject {
    const serial = String(this.#objects.size + this.#version).padStart(12, '0');
    return {
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      ...object,
      metadata: {
        ...object.metadata,
        uid: `00000000-0000-4000-8000-${serial}`,
        resourceVersion: '0',
        ...(object.spec === undefined ? {} : { generation: 1 }),
        creationTimestamp: object.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z',
      },
    };
  }

  /** What cannot be changed stays, a change of the spec counts as a new generation. */
  #changed(type: ResourceType, old: KubeObject, object: KubeObject): KubeObject {
    const { uid, resourceVersion, generation, creationTimestamp } = old.metadata;
    const kept = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(generation === undefined ? {} : { generation: generation + (jsonEqual(old.spec, object.spec) ? 0 : 1) }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    };
    const head = { apiVersion: apiVersionOf(type), kind: type.kind };
    return { ...head, ...object, metadata: { ...object.metadata, ...kept } };
  }

  /** A write that changes nothing makes no new version, as with the API server. */
  #store(ref: ObjectRef, object: KubeObject): KubeObject {
    const old = this.peek(ref);
    if (old !== undefined && jsonEqual(old, object)) return old;
    this.#version += 1;
    const stored = structuredClone({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#version) },
    });
    this.#objects.set(keyOf(ref), stored);
    this.#notify(ref.type);
    return stored;
  }

  #matching(type: ResourceType, scope: ListScope): readonly KubeObject[] {
    const prefix = keyOf({ type, name: '' });
    return [...this.#objects].flatMap(([key, object]) =>
      key.startsWith(prefix) && matchScope(object, scope) ? [object] : [],
    );
  }

  #notify(type: ResourceType): void {
    for (const watch of this.#watches) {
      if (watch.type.plural === type.plural && watch.type.group === type.group) this.#schedule(watch);
    }
  }

  #schedule(watch: Watch): void {
    if (watch.scheduled) return;
    watch.scheduled = true;
    queueMicrotask(() => {
      watch.scheduled = false;
      if (this.#watches.has(watch)) this.#tell(watch).catch((error: unknown) => this.#tellFailure(watch, error));
    });
  }

  async #tell(watch: Watch): Promise<void> {
    const { type, scope } = watch;
    if (this.#outage !== undefined) throw this.#outage;
    await this.#options.onRequest?.({ verb: 'watch', type, namespace: scope.namespace });
    watch.objects.replaceAll(this.#matching(type, scope));
    if (this.#watches.has(watch)) watch.listener({ kind: 'live', items: watch.objects.items });
  }

  #tellFailure(watch: Watch, error: unknown): void {
    if (this.#watches.has(watch)) watch.listener({ kind: 'failed', error: toError(error), items: watch.objects.items });
  }

  #failure(request: FakeRequest, code: number, reason: string, message = reason): UserError {
    const place = { context: this.context, server: this.server, file: undefined };
    return statusError(place, request, { code, reason, message, causes: [], retryAfterSeconds: undefined });
  }
}

const podType: ResourceType = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };

function refOf(type: ResourceType, object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return { type, ...(namespace === undefined ? {} : { namespace }), name };
}

/** Starts with what names the type, so that the objects of one type share a prefix. */
function keyOf({ type, namespace, name }: ObjectRef): string {
  return [type.group, type.plural, ...(name === '' ? [''] : [namespace ?? '', name])].join('|');
}

function asObject(value: JsonObject): KubeObject {
  const { metadata } = value;
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata)) throw new Error('no metadata.name');
  return value as KubeObject;
}
