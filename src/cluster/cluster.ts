import type { Duplex, Readable, Writable } from 'node:stream';
import type { Disposable } from '../base/disposable.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { KubeObject, ObjectRef, ResourceType } from './core/objects.ts';

/** One operation of an RFC 6902 JSON Patch. */
export interface JsonPatchOperation extends JsonObject {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly value?: Json;
}

/** The body of a patch, by its content type. A merge patch may carry `metadata.resourceVersion` as a precondition. */
export type Patch =
  | { readonly kind: 'json'; readonly operations: readonly JsonPatchOperation[] }
  | { readonly kind: 'merge'; readonly body: JsonObject };

/** Which objects a list or watch covers. No `namespace` means all namespaces (or a cluster-scoped type). */
export interface ListScope {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ObjectList {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

/** What a live list tells its listener. `items` is the whole set, keyed by uid order of arrival, after each change. */
export type LiveState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live'; readonly items: readonly KubeObject[] }
  /** The list is not live now; `items` are the last known ones (empty if none). It goes on trying by itself. */
  | { readonly kind: 'failed'; readonly error: Error; readonly items: readonly KubeObject[] };

/** A process in a container. `stdout` and `stderr` have back-pressure to the kubelet; with a tty all is `stdout`. */
export interface ExecStream extends Disposable {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Tells the terminal's size, in character cells; ignored without a tty. */
  resize(columns: number, rows: number): void;
  /**
   * Resolves with the exit code when the process ended; rejects when the connection broke before that or the
   * process could not be started.
   */
  readonly exit: Promise<number>;
}

export interface ExecOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  readonly tty: boolean;
}

export interface LogOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly follow: boolean;
  readonly tailLines?: number;
  readonly previous?: boolean;
}

/** What is asked in a SelfSubjectAccessReview. */
export interface AccessQuestion {
  readonly verb: string;
  readonly type: ResourceType;
  readonly subresource?: string;
  readonly namespace?: string;
}

export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  /** As the server says it: `v1.36.3`. */
  readonly gitVersion: string;
}

/**
 * One Kubernetes API server as one user sees it, bound to a context for life: a later switch of the current context
 * changes nothing here. Failures are `UserError`s with code `cluster.*` (see `core/apiErrors.ts`); cancellation is an
 * `AbortError`.
 */
export interface Cluster extends Disposable {
  /** The kubeconfig context's name. */
  readonly context: string;
  /** The namespace that the context names, `default` otherwise. */
  readonly defaultNamespace: string;
  /** Address of the API server, for messages. */
  readonly server: string;

  serverVersion(signal: AbortSignal): Promise<ServerVersion>;
  /** The named API groups that the server has, such as `apps`. */
  apiGroups(signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** The object, or `undefined` when there is none. */
  get(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined>;
  list(type: ResourceType, scope: ListScope, signal: AbortSignal): Promise<ObjectList>;
  create(
    type: ResourceType,
    object: KubeObject,
    signal: AbortSignal,
    options?: { dryRun?: boolean },
  ): Promise<KubeObject>;
  patch(ref: ObjectRef, patch: Patch, signal: AbortSignal, options?: { dryRun?: boolean }): Promise<KubeObject>;
  /** Deletes in the background; an object that is gone already is no error. `uid` guards against a namesake. */
  delete(ref: ObjectRef, signal: AbortSignal, options?: { uid?: string; gracePeriodSeconds?: number }): Promise<void>;
  mayI(question: AccessQuestion, signal: AbortSignal): Promise<boolean>;

  /**
   * Keeps a list alive: lists, watches, lists again when the watch expired, backs off while the server is away, and
   * tells `listener` the state after each change (coalesced, at most one call per turn). Ends when disposed.
   */
  watch(type: ResourceType, scope: ListScope, listener: (state: LiveState) => void): Disposable;

  /** Starts a process. `signal` ends the opening; the open stream ends when disposed or with the cluster. */
  exec(options: ExecOptions, signal: AbortSignal): Promise<ExecStream>;
  /** A byte stream to a TCP port of the pod, listening on its loopback or any address; one connection per call. As for `exec`. */
  portForward(target: { namespace: string; pod: string; port: number }, signal: AbortSignal): Promise<Duplex>;
  logs(options: LogOptions, signal: AbortSignal): Promise<Readable>;
}
