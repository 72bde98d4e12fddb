import { z } from 'zod';
import { UserError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { describeRef, type KubeObject, type ObjectRef } from '../../cluster/core/objects.ts';
import { writeAt } from './documentPath.ts';
import { type DevModeRecord, recordAnnotation, type RecordedEdit } from './record.ts';

/** What all annotations of an object together may hold, keys and values, in UTF-8 bytes: the API server's limit. */
const annotationLimit = 256 * 1024;

/**
 * The record on a workload, `undefined` when it is not in dev mode. Throws `UserError` `devmode.record-newer` when a
 * newer version of Podloop wrote it and `devmode.record-damaged` when it cannot be understood.
 */
export function readRecord(workload: KubeObject): DevModeRecord | undefined {
  const text = workload.metadata.annotations?.[recordAnnotation];
  if (text === undefined) return undefined;
  const name = `${workload.kind ?? 'Workload'} ${workload.metadata.name}`;
  const parsed = parseJson(text);
  const { data: header } = headerSchema.safeParse(parsed);
  if (header !== undefined && header.version > 1) throw newerError(name, header.podloop);
  const { data, error } = recordSchema.safeParse(parsed);
  if (data !== undefined) {
    const { edits, owners, node, templatePath, ending, ...rest } = data;
    return {
      ...{ ...rest, edits: edits.map(toEdit) },
      ...(owners === undefined ? {} : { owners }),
      ...(node === undefined ? {} : { node }),
      ...(templatePath === undefined ? {} : { templatePath }),
      ...(ending === undefined ? {} : { ending }),
    };
  }
  throw damagedError(name, z.prettifyError(error));
}

/**
 * The workload with the record on it; `metadata.annotations` exists. Throws `UserError` `devmode.record-too-large` when
 * the object's annotations would outgrow what the API server takes.
 */
export function withRecord(ref: ObjectRef, workload: KubeObject, record: DevModeRecord): KubeObject {
  const text = JSON.stringify(record);
  const annotations = { ...workload.metadata.annotations, [recordAnnotation]: text };
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + utf8Length(key) + utf8Length(value), 0);
  if (size > annotationLimit) {
    throw new UserError({
      code: 'devmode.record-too-large',
      message: `${describeRef(ref)} has so many annotations that the record of dev mode does not fit (${size} of ${annotationLimit} bytes).`,
      next: 'Remove annotations that are not needed, for example an old kubectl.kubernetes.io/last-applied-configuration.',
    });
  }
  // Setting an annotation leaves a Kubernetes object.
  return writeAt(workload, ['metadata', 'annotations', recordAnnotation], text) as KubeObject;
}

const json: z.ZodType<Json> = z.json();
const pathStep = z.union([z.string(), z.strictObject({ key: z.string(), value: z.string() })]);
const editSchema = z.object({
  // Dev mode changes nothing else, so nothing else is ever written back, whatever an annotation says.
  path: z.array(pathStep).refine((path) => path[0] === 'spec' || (path[0] === 'metadata' && path[1] === 'annotations')),
  before: json.optional(),
  after: json.optional(),
  next: z.string().optional(),
});
const headerSchema = z.object({ version: z.number(), podloop: z.string().optional() });
const recordSchema = z.object({
  version: z.literal(1),
  session: z.string().min(1),
  developer: z.object({ user: z.string(), host: z.string(), installation: z.string() }),
  since: z.string(),
  container: z.string(),
  workDir: z.string(),
  podloop: z.string(),
  edits: z.array(editSchema),
  owners: z.array(z.record(z.string(), json)).optional(),
  node: z.string().optional(),
  templatePath: z.array(z.string()).optional(),
  ending: z.literal(true).optional(),
});

function toEdit({ path, before, after, next }: z.output<typeof editSchema>): RecordedEdit {
  return { path, before, after, ...(next === undefined ? {} : { next }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is one of the ways to be damaged; the schema says so.
    return undefined;
  }
}

function newerError(name: string, podloop: string | undefined): UserError {
  return new UserError({
    code: 'devmode.record-newer',
    message: `${name} was put into dev mode by a newer version of Podloop${podloop === undefined ? '' : ` (${podloop})`}.`,
    next: 'Update Podloop, or end dev mode on the machine that started it.',
  });
}

function damagedError(name: string, detail: string): UserError {
  return new UserError({
    code: 'devmode.record-damaged',
    message: `The annotation ${recordAnnotation} on ${name} cannot be understood, so dev mode cannot be ended from it.`,
    next: 'Put the workload back with "kubectl rollout undo" or by deploying it again, then remove the annotation.',
    detail,
  });
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
