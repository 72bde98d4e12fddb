import { contentHash, type ContentHash } from '../../../src/protocol/contentHash.ts';
import { readSyncPath, type SyncPath } from '../../../src/base/paths.ts';
import type { Base, Content, Frame } from '../../../src/protocol/frame.ts';
import { protocolVersion } from '../../../src/protocol/limits.ts';
import type { FileState, PathState } from '../../../src/protocol/pathState.ts';
import type { Random } from '../sync/random.ts';

/** A path that must be a legal one. */
export function at(path: string): SyncPath {
  const read = readSyncPath(path);
  if (read === undefined) throw new Error(`Not a sync path: ${path}`);
  return read;
}

/** One random frame of each kind, within all limits. */
export function randomFrames(random: Random): Frame[] {
  const head = () => ({
    sequence: number(random),
    batched: random.chance(0.5),
    path: path(random),
    base: base(random),
  });
  const transfer = number(random);
  const executable = random.pick(['yes', 'no', 'keep'] as const);
  const reason = random.pick(['base', 'content', 'diskFull', 'name', 'failed'] as const);
  const both = { protocolVersion, productVersion: text(random) };
  return [
    { kind: 'hello', ...both, workspaceId: text(random), sessionId: text(random) },
    { kind: 'welcome', ...both, volumeId: text(random), bootId: text(random), credit: number(random) },
    {
      kind: 'refused',
      ...both,
      reason: random.pick(['version', 'busy', 'volume', 'malformed']),
      message: text(random),
    },
    { kind: 'ping', id: number(random) },
    { kind: 'pong', id: number(random) },
    { kind: 'credit', bytes: number(random), copied: number(random) },
    { kind: 'ack', sequence: number(random) },
    {
      kind: 'nack',
      sequence: number(random),
      reason,
      current: random.chance(0.5) ? state(random) : undefined,
      message: text(random),
    },
    { kind: 'flush', id: number(random) },
    { kind: 'flushed', id: number(random) },
    { kind: 'put', ...head(), hash: hash(random), executable, content: content(random) },
    { kind: 'commit', ...head(), transfer, hash: hash(random), size: random.below(2 ** 40), executable },
    { kind: 'makeFolder', ...head() },
    { kind: 'makeLink', ...head(), target: `t${text(random)}` },
    { kind: 'setExecutable', ...head(), executable },
    { kind: 'delete', ...head() },
    { kind: 'move', ...head(), from: path(random), fromState: state(random), exchange: random.chance(0.5) },
    { kind: 'moveTree', ...head(), from: path(random), digest: hash(random) },
    { kind: 'forget', ...head() },
    {
      kind: 'partials',
      items: several(random, () => ({ key: hash(random).slice(0, 32), bytes: random.below(2 ** 40) })),
    },
    {
      kind: 'begin',
      transfer,
      size: random.below(2 ** 40),
      allocated: random.below(2 ** 40),
      source: random.chance(0.5) ? { path: path(random), size: random.below(2 ** 40) } : undefined,
      key: random.chance(0.5) ? hash(random).slice(0, 32) : undefined,
    },
    {
      kind: 'copy',
      transfer,
      from: random.pick(['source', 'zeros', 'kept']),
      ranges: several(random, () => ({ offset: random.below(2 ** 40), length: random.below(100_000) })),
    },
    { kind: 'chunk', transfer, data: random.bytes(random.below(2000)) },
    { kind: 'discard', transfer },
    { kind: 'halt', transfer, reason, message: text(random) },
    { kind: 'batchBegin' },
    { kind: 'batchEnd' },
    { kind: 'listDigests', everything: random.chance(0.5) },
    {
      kind: 'digests',
      last: random.chance(0.5),
      folders: several(random, () => ({ path: path(random), digest: hash(random).slice(0, 16) })),
    },
    { kind: 'need', folders: several(random, () => path(random)) },
    {
      kind: 'listing',
      last: random.chance(0.5),
      folder: at(''),
      entries: several(random, () => ({
        name: `n${number(random)}`,
        put: random.chance(0.5) ? state(random) : undefined,
        current: state(random),
      })),
    },
    {
      kind: 'rules',
      watch: random.pick(['nothing', 'pull', 'all']),
      content: random.chance(0.5),
      pull: several(random, () => text(random)),
      ignore: several(random, () => text(random)),
      credit: number(random),
    },
    {
      kind: 'offer',
      path: path(random),
      current: state(random),
      body: random.chance(0.5) ? random.bytes(random.below(2000)) : undefined,
    },
    { kind: 'fetch', id: number(random), from: { kind: 'live', path: path(random), hash: hash(random) } },
    { kind: 'fetch', id: number(random), from: { kind: 'kept', item: text(random) } },
    { kind: 'fetched', id: number(random), state: state(random) },
    { kind: 'unfetched', id: number(random), message: text(random) },
    { kind: 'listKept' },
    {
      kind: 'kept',
      last: random.chance(0.5),
      items: several(random, () => ({
        id: text(random),
        path: path(random),
        at: number(random),
        bytes: random.below(2 ** 40),
        why: random.pick(['replaced', 'deleted', 'rescued']),
      })),
    },
    {
      kind: 'pack',
      encoding: random.pick(['raw', 'brotli', 'zstd']),
      size: random.below(1000),
      bytes: random.bytes(random.below(1000)),
    },
  ];
}

function number(random: Random): number {
  return random.pick([0, 1, 127, 128, 16_383, 16_384, 2 ** 32, Number.MAX_SAFE_INTEGER, random.below(1_000_000)]);
}

function text(random: Random): string {
  return random.pick(['', 'plain', 'Grüße, 世界 𝄞', '\uFEFFwith a mark', 'line\nline', 'x'.repeat(100)]);
}

function path(random: Random): SyncPath {
  return at(
    random.pick([
      'a',
      'a/b',
      'Ä/世界/𝄞',
      '\uFEFFmarked',
      '-x',
      'a\\b',
      'new\nline',
      `${'d/'.repeat(500)}e`,
      'n'.repeat(255),
    ]),
  );
}

function hash(random: Random): ContentHash {
  return contentHash(Buffer.from(random.bytes(32)).toString('hex'));
}

function file(random: Random): FileState {
  return {
    kind: 'file',
    hash: hash(random),
    size: random.below(2 ** 40),
    executable: random.pick(['yes', 'no', 'keep']),
  };
}

function state(random: Random): PathState {
  return random.pick([{ kind: 'absent' }, { kind: 'folder' }, { kind: 'link', target: '../x' }, file(random)]);
}

function content(random: Random): Content {
  if (random.chance(0.5)) return { kind: 'whole', bytes: random.bytes(random.below(2000)) };
  const steps = several(random, () => {
    const offset = random.below(5000);
    return { offset, length: random.below(5000 - offset), bytes: random.bytes(random.below(50)) };
  });
  return { kind: 'delta', source: random.chance(0.5) ? path(random) : undefined, sourceSize: 5000, steps };
}

function base(random: Random): Base {
  return random.chance(0.2) ? { kind: 'any' } : state(random);
}

function several<T>(random: Random, make: () => T): T[] {
  return Array.from({ length: random.below(20) }, make);
}
