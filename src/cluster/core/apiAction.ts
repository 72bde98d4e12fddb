import type { ResourceType } from './objects.ts';

/** The API server that a request goes to, as messages name it. */
export interface ApiPlace {
  /** The kubeconfig context. */
  readonly context: string;
  /** Address of the API server. */
  readonly server: string;
  /** The kubeconfig file that defines the context. */
  readonly file: string | undefined;
  /** The program that the kubeconfig file has log in, if it does so by one. */
  readonly login?: LoginProgram | undefined;
}

/** A credential plugin, as messages name it. */
export interface LoginProgram {
  /** Without its arguments, which may hold secrets. */
  readonly command: string;
  /** What the kubeconfig file says to who does not have it. */
  readonly installHint: string | undefined;
}

/** What a request asks for, in the words of Kubernetes' access rules. */
export interface ApiAction {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  /** Absent for paths outside the resource tree, such as `/version`. */
  readonly type: ResourceType | undefined;
  readonly subresource?: 'exec' | 'portforward' | 'log' | undefined;
  readonly namespace?: string | undefined;
  /** Absent for lists and for objects whose name is not known yet. */
  readonly name?: string | undefined;
}

/** The action after "Cannot": `list pods in namespace shop`, `run a command in Pod web-1 in namespace shop`. */
export function describeAction({ verb, type, subresource, namespace, name }: ApiAction): string {
  if (type === undefined) return 'read the version of the API server';
  const place = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const object = name === undefined ? `${type.plural}${place}` : `${type.kind} ${name}${place}`;
  return `${subresource === undefined ? verb : subresourceWords[subresource]} ${object}`;
}

const subresourceWords = {
  exec: 'run a command in',
  portforward: 'forward a port of',
  log: 'read the log of',
} as const;
