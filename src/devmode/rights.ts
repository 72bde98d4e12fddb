import { UserError } from '../base/errors.ts';
import type { AccessQuestion, Cluster, ServerVersion } from '../cluster/cluster.ts';
import { types } from '../cluster/core/objects.ts';
import { developableKind, type WorkloadRef } from './core/developableKinds.ts';

/**
 * Throws `UserError` `devmode.forbidden` when the user lacks a right without which a session could not go on after the
 * workload has been changed.
 */
export async function refuseWithoutRights(
  cluster: Cluster,
  ref: WorkloadRef,
  version: ServerVersion,
  signal: AbortSignal,
): Promise<void> {
  const questions = neededRights(ref, version);
  const answers = await Promise.all(questions.map((question) => cluster.mayI(question, signal)));
  const [missing] = questions.filter((_, index) => answers[index] === false);
  if (missing === undefined) return;
  const resource = resourceOf(missing);
  const place = missing.namespace === undefined ? '' : ` in namespace ${missing.namespace}`;
  const rule = `{ apiGroups: ["${missing.type.group}"], resources: ["${resource}"], verbs: ["${missing.verb}"] }`;
  throw new UserError({
    code: 'devmode.forbidden',
    message: `Dev mode needs the right to ${missing.verb} ${resource}${place}, which you do not have.`,
    next: `Ask for a role with the rule ${rule}.`,
    remedies: [{ kind: 'copyText', label: 'Copy Rule', text: rule }],
  });
}

function neededRights(ref: WorkloadRef, { major, minor }: ServerVersion): readonly AccessQuestion[] {
  const kind = developableKind(ref);
  const scope = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  // Streams are opened by a GET; newer servers ask for "create" as well.
  const verbs = major > 1 || minor >= 35 ? ['get', 'create'] : ['get'];
  return [
    { verb: 'patch', type: ref.type, ...scope },
    { verb: 'list', type: types.pod, ...scope },
    { verb: 'watch', type: types.pod, ...scope },
    ...(kind.deletes === 'none' ? [] : [{ verb: 'delete', type: types.pod, ...scope }]),
    ...(kind.runsJob ? ['create', 'delete'].map((verb) => ({ verb, type: types.job, ...scope })) : []),
    ...['exec', 'portforward'].flatMap((subresource) =>
      verbs.map((verb) => ({ verb, type: types.pod, subresource, ...scope })),
    ),
  ];
}

function resourceOf({ type, subresource }: AccessQuestion): string {
  return subresource === undefined ? type.plural : `${type.plural}/${subresource}`;
}
