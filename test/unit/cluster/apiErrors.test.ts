import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { ApiAction } from '../../../src/cluster/core/apiAction.ts';
import { readStatus, statusError } from '../../../src/cluster/core/apiErrors.ts';
import { connectionError, loginFailed } from '../../../src/cluster/core/connectionErrors.ts';
import { types } from '../../../src/cluster/core/objects.ts';

const place = { context: 'dev', server: 'https://api.test:6443', file: '/home/ann/.kube/config' };
const patchWeb: ApiAction = { verb: 'patch', type: types.deployment, namespace: 'shop', name: 'web' };
const listNamespaces: ApiAction = { verb: 'list', type: types.namespace };

function status(code: number, reason: string, message: string, details: object = {}): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details });
}

/** Answers of a real API server 1.36, shortened, and what a person reads. */
const answers: readonly {
  readonly name: string;
  readonly code: number;
  readonly body: string;
  readonly action?: ApiAction;
  readonly says: readonly [code: string, message: string];
}[] = [
  {
    name: 'expired token',
    code: 401,
    body: status(401, 'Unauthorized', 'Unauthorized'),
    says: ['cluster.login-expired', 'The login of context dev has expired or is not valid at https://api.test:6443.'],
  },
  {
    name: 'missing right',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'deployments.apps "web" is forbidden: User "ann" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
    ),
    says: [
      'cluster.forbidden',
      'User ann may not patch Deployment web in namespace shop (patch deployments.apps) on https://api.test:6443.',
    ],
  },
  {
    name: 'missing right to exec',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'pods "web-1" is forbidden: User "ann" cannot create resource "pods/exec" in API group "" in the namespace "shop"',
    ),
    action: { verb: 'create', type: types.pod, subresource: 'exec', namespace: 'shop', name: 'web-1' },
    says: [
      'cluster.forbidden',
      'User ann may not run a command in Pod web-1 in namespace shop (create pods/exec) on https://api.test:6443.',
    ],
  },
  {
    name: 'missing right to list namespaces',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'namespaces is forbidden: User "ann" cannot list resource "namespaces" in API group "" at the cluster scope',
    ),
    action: listNamespaces,
    says: ['cluster.forbidden', 'User ann may not list namespaces (list namespaces) on https://api.test:6443.'],
  },
  {
    name: 'a proxy that forbids',
    code: 403,
    body: '<html>Forbidden</html>',
    says: [
      'cluster.forbidden',
      'Your account may not patch Deployment web in namespace shop (patch deployments.apps) on https://api.test:6443.',
    ],
  },
  {
    name: 'quota',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'pods "web-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2',
    ),
    says: [
      'cluster.quota-exceeded',
      'Cannot patch Deployment web in namespace shop: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2.',
    ],
  },
  {
    name: 'pod security',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
    ),
    says: [
      'cluster.policy-refused',
      'Cannot patch Deployment web in namespace shop: a policy of the cluster refuses it. pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true.',
    ],
  },
  {
    name: 'webhook',
    code: 400,
    body: status(400, 'BadRequest', 'admission webhook "policy.example.com" denied the request: no latest tags'),
    says: [
      'cluster.policy-refused',
      'Cannot patch Deployment web in namespace shop: a policy of the cluster refuses it. admission webhook "policy.example.com" denied the request: no latest tags.',
    ],
  },
  {
    name: 'namespace being deleted',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'configmaps "x" is forbidden: unable to create new content in namespace shop because it is being terminated',
      {
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace shop is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    ),
    says: [
      'cluster.namespace-ending',
      'Cannot patch Deployment web in namespace shop: the namespace is being deleted.',
    ],
  },
  {
    name: 'missing object',
    code: 404,
    body: status(404, 'NotFound', 'deployments.apps "web" not found'),
    says: ['cluster.not-found', 'Cannot patch Deployment web in namespace shop: it does not exist.'],
  },
  {
    name: 'conflict',
    code: 409,
    body: status(409, 'Conflict', 'Operation cannot be fulfilled on deployments.apps "web"'),
    says: [
      'cluster.conflict',
      'Cannot patch Deployment web in namespace shop: it was changed by someone else meanwhile.',
    ],
  },
  {
    name: 'existing object, which shares its code with a conflict',
    code: 409,
    body: status(409, 'AlreadyExists', 'deployments.apps "web" already exists'),
    says: ['cluster.already-exists', 'Cannot patch Deployment web in namespace shop: it exists already.'],
  },
  {
    name: 'invalid fields',
    code: 422,
    body: status(422, 'Invalid', 'Deployment.apps "web" is invalid: …', {
      causes: [
        { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.selector' },
        { reason: 'FieldValueInvalid', message: 'Invalid value: -1', field: 'spec.replicas' },
      ],
    }),
    says: [
      'cluster.invalid',
      'Cannot patch Deployment web in namespace shop: spec.selector: Required value; spec.replicas: Invalid value: -1.',
    ],
  },
  {
    name: 'overload',
    code: 429,
    body: status(429, 'TooManyRequests', 'The API server is overloaded', { retryAfterSeconds: 1 }),
    says: [
      'cluster.too-many-requests',
      'Cannot patch Deployment web in namespace shop: the API server has too many requests.',
    ],
  },
  {
    name: 'time limit of the server',
    code: 504,
    body: status(504, 'Timeout', 'request did not complete within requested timeout'),
    says: [
      'cluster.timeout',
      'Cannot patch Deployment web in namespace shop: https://api.test:6443 took too long to answer.',
    ],
  },
  {
    name: 'expired version',
    code: 410,
    body: status(410, 'Expired', 'The provided continue parameter is too old'),
    says: ['cluster.expired', 'Cannot patch Deployment web in namespace shop: the server no longer has that version.'],
  },
  {
    name: 'broken gateway',
    code: 502,
    body: 'Bad Gateway\nnginx',
    says: [
      'cluster.server',
      'Cannot patch Deployment web in namespace shop: https://api.test:6443 answered with an error. Bad Gateway.',
    ],
  },
];

describe('answers of an API server', () => {
  for (const { name, code, body, action = patchWeb, says } of answers) {
    test(name, () => {
      const error = statusError(place, action, readStatus(code, body));
      assert.deepEqual([error.code, error.message], says);
      assert.ok(error.next?.endsWith('.'), 'there is a next step');
      assert.ok(error.detail?.startsWith('HTTP '));
    });
  }

  test('a missing right offers the rule that would give it', () => {
    const user = 'system:serviceaccount:team:ci';
    const message = `pods "web-1" is forbidden: User "${user}" cannot create resource "pods/exec" in API group "" in the namespace "shop"`;
    const action: ApiAction = {
      verb: 'create',
      type: types.pod,
      subresource: 'exec',
      namespace: 'shop',
      name: 'web-1',
    };
    const { remedies } = statusError(place, action, readStatus(403, status(403, 'Forbidden', message)));
    const [copy] = remedies;
    assert.ok(copy?.kind === 'copyText');
    assert.deepEqual(
      parseAllDocuments(copy.text).map((document) => document.toJS() as unknown),
      [
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { name: 'podloop-create-pods-exec', namespace: 'shop' },
          rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] }],
        },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: 'podloop-create-pods-exec', namespace: 'shop' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'podloop-create-pods-exec' },
          subjects: [{ kind: 'ServiceAccount', namespace: 'team', name: 'ci' }],
        },
      ],
    );
  });

  test('who may not list namespaces may name one', () => {
    const message =
      'namespaces is forbidden: User "ann" cannot list resource "namespaces" in API group "" at the cluster scope';
    const { remedies } = statusError(place, listNamespaces, readStatus(403, status(403, 'Forbidden', message)));
    assert.deepEqual(
      remedies.map(({ kind }) => kind),
      ['copyText', 'nameNamespace'],
    );
    const [copy] = remedies;
    assert.match(copy?.kind === 'copyText' ? copy.text : '', /kind: ClusterRole\n/);
  });
});

function systemError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

/** Errors of Node's sockets and TLS, and what a person reads. */
const failures: readonly (readonly [error: Error, code: string, message: RegExp])[] = [
  [
    systemError('ECONNREFUSED'),
    'cluster.unreachable',
    /^The cluster of context dev at \S+ cannot be reached: the connection was refused\.$/,
  ],
  [systemError('ENOTFOUND'), 'cluster.unreachable', /its name is not known\.$/],
  [systemError('ENETUNREACH'), 'cluster.unreachable', /there is no network\.$/],
  [new AggregateError([systemError('ECONNREFUSED'), systemError('EHOSTUNREACH')]), 'cluster.unreachable', /refused\.$/],
  [new Error('socket hang up'), 'cluster.unreachable', /cannot be reached: socket hang up\.$/],
  [systemError('ETIMEDOUT'), 'cluster.timeout', /does not answer\.$/],
  [
    systemError('SELF_SIGNED_CERT_IN_CHAIN'),
    'cluster.certificate',
    /is not trusted: its certificate is signed by an unknown authority\.$/,
  ],
  [systemError('CERT_HAS_EXPIRED'), 'cluster.certificate', /its certificate has expired\.$/],
  [
    systemError('ERR_TLS_CERT_ALTNAME_INVALID', "Host: a. is not in the cert's altnames"),
    'cluster.certificate',
    /altnames\.$/,
  ],
  [
    systemError('EPROTO', 'write EPROTO 4:error:0A:SSL routines:f:wrong version number:f.c:7:'),
    'cluster.certificate',
    /it does not speak TLS\.$/,
  ],
];

describe('connections that fail', () => {
  for (const [error, code, message] of failures) {
    test('code' in error ? String(error.code) : error.message || error.name, () => {
      const shown = connectionError(place, error);
      assert.ok('code' in shown && shown.code === code, String(shown));
      assert.match(shown.message, message);
      assert.equal(shown.cause, error);
    });
  }

  test('a cancellation stays one', () => {
    const abort = AbortSignal.abort().reason as Error;
    assert.equal(connectionError(place, abort), abort);
    assert.equal(loginFailed(place, abort), abort);
  });

  test('a login program that is missing is named', () => {
    const shown = loginFailed(place, Object.assign(systemError('ENOENT'), { path: 'kubelogin' }));
    assert.equal(shown.message, 'Logging in to context dev needs kubelogin, which was not found.');
    assert.ok('code' in shown && shown.code === 'cluster.login');
  });

  test('a login program that fails is quoted by its first line', () => {
    const shown = loginFailed(place, new Error('token expired\nusage: …'));
    assert.equal(shown.message, 'Logging in to context dev failed: token expired');
  });
});
