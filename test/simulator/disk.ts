import * as fs from 'node:fs';
import path from 'node:path';
import type { Actor, SimulatedDisk } from './simulatedDisk.ts';

// What the engine gets instead of `node:fs`: the same calls, each on its way through the simulated disk. A call that is
// not listed here goes to the real disk directly; then a run may not repeat exactly, and nothing else is lost.

export * from 'node:fs';

let mounted: SimulatedDisk | undefined;

/** Lets all calls go through this disk from now on. */
export function mount(disk: SimulatedDisk | undefined): void {
  mounted = disk;
}

function disk(): SimulatedDisk {
  if (mounted === undefined) throw new Error('No simulated disk is mounted.');
  return mounted;
}

export const renameSync: typeof fs.renameSync = (from, to) => {
  rename(String(from), String(to), fs.renameSync);
};

export const linkSync: typeof fs.linkSync = (from, to) => {
  disk().call('linkSync', 'grow', String(to), false, (actor, real) => {
    fs.linkSync(from, to);
    disk().changed(real, actor, false);
    disk().renamed(real, actor);
  });
};

function rename(from: string, to: string, run: typeof fs.renameSync): void {
  disk().call('renameSync', 'change', from, false, (_actor, realFrom) => {
    disk().call('renameSync', 'change', to, false, (actor, real) => {
      const replaced = realFrom === real ? undefined : disk().leaving(real, actor);
      run(from, to);
      disk().left(real, replaced);
      disk().renamed(realFrom, actor);
      disk().changed(real, actor, false);
      disk().renamed(real, actor);
    });
  });
}

export const unlinkSync: typeof fs.unlinkSync = (given) => {
  remove('unlinkSync', String(given), () => {
    fs.unlinkSync(given);
  });
};

export const rmdirSync: typeof fs.rmdirSync = (given) => {
  remove('rmdirSync', String(given), () => {
    fs.rmdirSync(given);
  });
};

export const rmSync: typeof fs.rmSync = (given, options) => {
  const top = String(given);
  const stats = disk().call('lstatSync', 'read', top, false, () => fs.lstatSync(top, { throwIfNoEntry: false }));
  if (stats === undefined && options?.force === true) return;
  if (stats?.isDirectory() !== true || options?.recursive !== true) {
    unlinkSync(top);
    return;
  }
  for (const name of fs.readdirSync(top).sort()) rmSync(path.join(top, name), options);
  rmdirSync(top);
};

function remove(name: string, given: string, run: () => void): void {
  disk().call(name, 'change', given, false, (actor, real) => {
    const gone = disk().leaving(real, actor);
    run();
    disk().left(real, gone);
    disk().renamed(real, actor);
  });
}

export const mkdirSync = ((given, options) => {
  const folder = String(given);
  const recursive = typeof options === 'object' && options?.recursive === true;
  if (recursive && fs.existsSync(folder)) return undefined;
  if (recursive) mkdirSync(path.dirname(folder), { recursive });
  create('mkdirSync', folder, () => {
    fs.mkdirSync(folder);
  });
  return undefined;
}) as typeof fs.mkdirSync;

export const symlinkSync: typeof fs.symlinkSync = (target, given) => {
  create('symlinkSync', String(given), () => {
    fs.symlinkSync(target, given);
  });
};

function create(name: string, given: string, run: () => void): void {
  disk().call(name, 'grow', given, false, (actor, real) => {
    run();
    disk().born(real, actor);
  });
}

export const chmodSync: typeof fs.chmodSync = (given, mode) => {
  disk().call('chmodSync', 'change', String(given), true, (actor, real) => {
    fs.chmodSync(given, mode);
    disk().changed(real, actor, false);
  });
};

export const lchownSync: typeof fs.lchownSync = (given) => {
  disk().call('lchownSync', 'change', String(given), false, (actor, real) => {
    disk().changed(real, actor, false);
  });
};

export const utimesSync: typeof fs.utimesSync = (given, _accessed, modified) => {
  disk().call('utimesSync', 'change', String(given), true, (actor, real) => {
    disk().changed(real, actor, true, BigInt(Math.floor(Number(modified) * 1e9)));
  });
};

export const openSync = ((given: string, flags: string | number, mode?: number) => {
  const { O_CREAT, O_NOFOLLOW, O_TRUNC } = fs.constants;
  const bits = typeof flags === 'number' ? flags : (textFlags[flags] ?? 0);
  const kind = (bits & O_CREAT) === 0 || fs.existsSync(given) ? 'read' : 'grow';
  return disk().call('openSync', kind, given, (bits & O_NOFOLLOW) === 0, (actor, real) => {
    const before = fs.statSync(given, { throwIfNoEntry: false });
    const descriptor = fs.openSync(given, flags, mode);
    disk().opened(descriptor, real, actor);
    // Through a link it is another path.
    const opened = (): string => fs.readlinkSync(`/proc/self/fd/${descriptor}`);
    if (before === undefined) disk().born(opened(), actor);
    else if ((bits & O_TRUNC) !== 0 && before.size > 0) disk().changed(opened(), actor, true);
    return descriptor;
  });
}) as typeof fs.openSync;

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_APPEND } = fs.constants;
const textFlags: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
};

export const closeSync: typeof fs.closeSync = (descriptor) => {
  // A process that is dead has closed everything already, or will have.
  if (disk().actor?.kind === 'engine' && disk().isDead(disk().actor?.side ?? 'local')) return;
  disk().closed(descriptor);
  fs.closeSync(descriptor);
};

export const writeSync = writeBytes as typeof fs.writeSync;

function writeBytes(
  descriptor: number,
  data: Uint8Array,
  offset = 0,
  length = data.length - offset,
  position: number | null = null,
): number {
  return disk().callOpen('writeSync', 'grow', descriptor, (actor) => {
    const short = disk().isTorn || (disk().rules.shortCalls && length > 1 && disk().random.chance(0.2));
    const count = short ? Math.ceil(disk().random.below(length) / 2) : length;
    const written = fs.writeSync(descriptor, data, offset, count, position);
    noteWritten(descriptor, actor);
    return written;
  });
}

export const ftruncateSync: typeof fs.ftruncateSync = (descriptor, length) => {
  disk().callOpen('ftruncateSync', 'change', descriptor, (actor) => {
    fs.ftruncateSync(descriptor, length);
    noteWritten(descriptor, actor);
  });
};

/** Whatever the file is called by now, if it has a name. */
function noteWritten(descriptor: number, actor: Actor): void {
  const now = fs.readlinkSync(`/proc/self/fd/${descriptor}`);
  if (fs.existsSync(now)) disk().changed(now, actor, true);
  else disk().changedUnderOtherName(fs.fstatSync(descriptor, { bigint: true }), actor);
}

export const writeFileSync = ((given: string, data: string | Uint8Array, options?: { mode?: number }) => {
  writeWhole(openSync(given, 'w', options?.mode), data);
}) as typeof fs.writeFileSync;

export const appendFileSync = ((given: string, data: string | Uint8Array) => {
  writeWhole(openSync(given, 'a'), data);
}) as typeof fs.appendFileSync;

function writeWhole(descriptor: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  try {
    for (let offset = 0; offset < bytes.length;) offset += writeBytes(descriptor, bytes, offset);
  } finally {
    closeSync(descriptor);
  }
}

export const lstatSync = ((given: string, options?: fs.StatSyncOptions) =>
  disk().call('lstatSync', 'read', given, false, (_actor, real) => {
    const stats = fs.lstatSync(given, options);
    return stats !== undefined && typeof stats.size === 'bigint'
      ? disk().show(stats as unknown as fs.BigIntStats, real)
      : stats;
  })) as typeof fs.lstatSync;

export const fstatSync = ((descriptor: number, options?: fs.StatOptions) =>
  disk().callOpen('fstatSync', 'read', descriptor, (_actor, real) => {
    const stats = fs.fstatSync(descriptor, options);
    return typeof stats.size === 'bigint' ? disk().show(stats as fs.BigIntStats, real) : stats;
  })) as typeof fs.fstatSync;

export const readSync = ((descriptor: number, into: Uint8Array, offset: number, length: number, position: number) =>
  disk().callOpen('readSync', 'read', descriptor, () => {
    const short = disk().rules.shortCalls && length > 1 && disk().random.chance(0.2);
    return fs.readSync(descriptor, into, offset, short ? disk().random.below(length - 1) + 1 : length, position);
  })) as typeof fs.readSync;

/** Always in one order: the real one depends on what the disk was used for before. */
export const readdirSync = ((given: string) =>
  disk().call('readdirSync', 'read', given, true, () => fs.readdirSync(given).sort())) as typeof fs.readdirSync;

export const readFileSync = ((given: string, encoding?: 'utf8') =>
  disk().call('readFileSync', 'read', given, true, () =>
    encoding === undefined ? fs.readFileSync(given) : fs.readFileSync(given, encoding),
  )) as typeof fs.readFileSync;

export const readlinkSync = ((given: string) =>
  disk().call('readlinkSync', 'read', given, false, () => fs.readlinkSync(given))) as typeof fs.readlinkSync;

export const realpathSync = ((given: string) =>
  disk().call('realpathSync', 'read', given, true, () => fs.realpathSync(given))) as typeof fs.realpathSync;

export const existsSync: typeof fs.existsSync = (given) => {
  if (String(given).startsWith('/proc/')) return disk().rules.descriptors;
  return disk().call('existsSync', 'read', String(given), true, () => fs.existsSync(given));
};

export const statfsSync = ((given: string) =>
  disk().call('statfsSync', 'read', given, true, (actor) => {
    const isFull = [...disk().faults].some(({ side, code }) => side === actor.side && /^(ENOSPC|EDQUOT)$/.test(code));
    return Object.assign(fs.statfsSync(given), isFull ? { bavail: 0, bfree: 0 } : {});
  })) as typeof fs.statfsSync;

type Notice = (kind: 'rename' | 'change', name: string | null) => void;

export const watch = ((given: string, options: object | Notice, listener?: Notice) =>
  disk().call('watch', 'read', given, true, (actor) => {
    return disk().watches[actor.side].add(given, listener ?? (options as Notice));
  })) as unknown as typeof fs.watch;
