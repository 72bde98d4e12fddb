import type { UserError } from '../../base/errors.ts';

/** Something that stands in the way of a rollout now. */
export interface Problem {
  /** Same while the trouble is the same, so that its age can be told. */
  readonly key: string;
  /** How long it may stand before it counts, in milliseconds: many troubles pass by themselves. */
  readonly grace: number;
  readonly error: UserError;
}

/** A problem of one kind at one place. */
export function problemAt(place: string, grace: number, error: UserError): Problem {
  return { key: `${error.code} ${place}`, grace, error };
}

/** Long enough for one more try of the scheduler or a controller, in milliseconds; short for a person who waits. */
export const oneRetry = 8000;
