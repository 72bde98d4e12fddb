import { z } from 'zod';
import { remotePath } from '../base/paths.ts';
import type { PortMapping } from './devConfig.ts';
import { canonicalQuantity } from './quantity.ts';

/** Types of single settings, as they are written in the file. */

export const port = z.int('must be a port number').min(1, 'must be 1 or more').max(65_535, 'must be 65535 or less');

const portText = z
  .string()
  .regex(/^(\d{0,5}:)?\d{1,5}$/, 'must be written as 8080, 3000:8080 (local:remote) or :8080 (any free local port)')
  .transform((text): PortMapping => {
    const [first = '', second] = text.split(':');
    return second === undefined ? samePort(Number(first)) : { local: Number(first), remote: Number(second) };
  })
  .refine(({ local, remote }) => remote >= 1 && Math.max(local, remote) <= 65_535, 'must be 65535 or less');

export const portMapping = z
  .union([port.transform(samePort), portText], 'must be a port number or a text such as "3000:8080"')
  .meta({ description: 'A port of the pod offered on this machine: 8080, "3000:8080" (local:remote) or ":8080".' });

/** A folder in the container other than its root. */
export const remoteFolder = z
  .string()
  .regex(/^\/[^:\0]*[^/:\0]/, 'must be an absolute folder of its own, such as /app')
  .transform((text) => remotePath(text.replace(/\/+$/, '')));

export const shell = z.union(
  [
    z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .transform((text) => text.split(/\s+/)),
    z.array(z.string()).min(1, 'must not be empty'),
  ],
  'must be a command such as bash',
);

export const text = z.string('must be a text').min(1, 'must not be empty');
export const flag = z.boolean('must be true or false');
export const count = z.int('must be a whole number').min(0, 'must not be negative');

/** Name of an object in the cluster. */
export const objectName = z
  .string('must be a name')
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of an object, such as web-settings');

export const quantity = z
  .union([z.number().min(0), z.string()], 'must be a quantity such as 500m or 1Gi')
  .transform((value, context) => {
    const canonical = canonicalQuantity(String(value));
    if (canonical !== undefined) return canonical;
    context.addIssue({ code: 'custom', message: 'must be a quantity such as 500m or 1Gi' });
    return z.NEVER;
  });

function samePort(number: number): PortMapping {
  return { remote: number, local: number };
}
