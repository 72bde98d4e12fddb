import type { Random } from '../unit/sync/random.ts';
import type { Side } from './places.ts';
import type { CallKind } from './simulatedDisk.ts';

/** One thing that is wrong with a disk for a while. */
export interface DiskFault {
  readonly side: Side;
  readonly code: string;
  hits(name: string, kind: CallKind, real: string, random: Random): boolean;
}

/** The error that Node would throw. */
export function diskError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${syscall} '${path}'`), { code, syscall, path });
}

/** No room is left, or the quota is used up. */
export function full(side: Side, code: 'ENOSPC' | 'EDQUOT'): DiskFault {
  return { side, code, hits: (_name, kind) => kind === 'grow' };
}

/** Nothing below a folder can be written. */
export function readOnly(side: Side, top: string): DiskFault {
  return { side, code: 'EROFS', hits: (_name, kind, real) => kind !== 'read' && isBelow(real, top) };
}

/** A folder whose permissions let nobody in: it can be seen, and nothing in it. */
export function denied(side: Side, top: string): DiskFault {
  const opens = new Set(['openSync', 'readdirSync', 'watch']);
  return {
    side,
    code: 'EACCES',
    hits: (name, _kind, real) => (real === top ? opens.has(name) : isBelow(real, top)),
  };
}

/** Some reads below a folder fail. */
export function unreadable(side: Side, top: string, chance: number): DiskFault {
  const reads = new Set(['openSync', 'readSync', 'readdirSync', 'readFileSync', 'lstatSync', 'fstatSync']);
  return {
    side,
    code: 'EIO',
    hits: (name, _kind, real, random) => reads.has(name) && isBelow(real, top) && random.chance(chance),
  };
}

/** Some changes below a folder find it in use. */
export function busy(side: Side, top: string, chance: number): DiskFault {
  const changes = new Set(['renameSync', 'rmdirSync', 'unlinkSync', 'linkSync']);
  return {
    side,
    code: 'EBUSY',
    hits: (name, _kind, real, random) => changes.has(name) && isBelow(real, top) && random.chance(chance),
  };
}

/** The process has too many files open. */
export function tooManyOpen(side: Side, top: string, chance: number): DiskFault {
  return {
    side,
    code: 'EMFILE',
    hits: (name, _kind, real, random) => name === 'openSync' && isBelow(real, top) && random.chance(chance),
  };
}

/** The system's watches are used up. */
export function outOfWatches(side: Side): DiskFault {
  return { side, code: 'ENOSPC', hits: (name) => name === 'watch' };
}

function isBelow(real: string, top: string): boolean {
  return real === top || real.startsWith(`${top}/`);
}
