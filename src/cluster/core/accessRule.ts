import { stringify } from 'yaml';
import type { JsonObject } from '../../base/json.ts';
import type { ApiAction } from './apiAction.ts';

/**
 * Manifests of a role and its binding that would allow the action to the user, as YAML for `kubectl apply -f -`. `user`
 * is the name that the API server knows the caller by. Without a namespace in the action it is a cluster role.
 * `undefined` for an action outside the resource tree.
 */
export function accessManifest(user: string, action: ApiAction): string | undefined {
  if (action.type === undefined) return undefined;
  const { namespace } = action;
  const scope = namespace === undefined ? 'Cluster' : '';
  const resource =
    action.subresource === undefined ? action.type.plural : `${action.type.plural}/${action.subresource}`;
  const name = `podloop-${action.verb}-${resource.replace('/', '-')}`;
  const metadata: JsonObject = { name, namespace };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const role: JsonObject = {
    apiVersion,
    kind: `${scope}Role`,
    metadata,
    rules: [{ apiGroups: [action.type.group], resources: [resource], verbs: verbsWith(action) }],
  };
  const binding: JsonObject = {
    apiVersion,
    kind: `${scope}RoleBinding`,
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: `${scope}Role`, name },
    subjects: [subjectOf(user)],
  };
  return `${stringify(role)}---\n${stringify(binding)}`;
}

/** Reading verbs are granted together, as a tree that may list but not watch would stay half blind. */
function verbsWith({ verb, subresource }: ApiAction): readonly string[] {
  // The API server checks `get` for streams opened by WebSocket on older servers, `create` on newer ones.
  if (subresource === 'exec' || subresource === 'portforward') return ['get', 'create'];
  if (subresource === 'log') return ['get'];
  return verb === 'get' || verb === 'list' || verb === 'watch' ? ['get', 'list', 'watch'] : [verb];
}

function subjectOf(user: string): JsonObject {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (account !== null) return { kind: 'ServiceAccount', namespace: account[1], name: account[2] };
  return { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user };
}
