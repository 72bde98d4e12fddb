import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import path from 'node:path';
import type * as simulator from './runSimulation.ts';

type Simulator = typeof simulator;

/** One way to break the engine: a text of a source file that becomes another one. */
export interface Mutation {
  readonly name: string;
  /** Below `src`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.resolve(here, '../../src');
const mutations = new Map<string, Mutation>();
let isHooked = false;

/**
 * Loads the simulator with a copy of the engine of its own, whose `node:fs` is the simulated disk; with a mutation, the
 * engine is broken in that way.
 */
export async function loadSimulator(mutation?: Mutation): Promise<Simulator> {
  hook();
  const world = mutation === undefined ? 'whole' : `broken-${mutations.size + 1}`;
  if (mutation !== undefined) mutations.set(world, mutation);
  const url = pathToFileURL(path.join(here, 'runSimulation.ts'));
  return (await import(`${url.href}?world=${world}`)) as Simulator;
}

function hook(): void {
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      const world = worldOf(context.parentURL);
      if (world === undefined) return next(specifier, context);
      if (specifier === 'node:fs' && isSource(context.parentURL)) {
        const url = pathToFileURL(path.join(here, 'disk.ts'));
        return { url: `${url.href}?world=${world}`, shortCircuit: true };
      }
      const found = next(specifier, context);
      const isOurs = found.url.startsWith('file:') && !found.url.includes('/node_modules/');
      return isOurs ? { ...found, url: `${found.url}?world=${world}` } : found;
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const mutation = mutations.get(worldOf(url) ?? '');
      if (mutation === undefined || !isSource(url)) return loaded;
      if (fileURLToPath(url) !== path.join(source, mutation.file)) return loaded;
      const text = new TextDecoder().decode(loaded.source as Uint8Array);
      if (text.split(mutation.from).length !== 2) {
        throw new Error(`${mutation.name}: src/${mutation.file} has not exactly once: ${mutation.from}`);
      }
      return { ...loaded, source: text.replace(mutation.from, () => mutation.to) };
    },
  });
}

function worldOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : /[?&]world=([^&]*)/.exec(url)?.[1];
}

function isSource(url: string | undefined): boolean {
  return url?.startsWith(pathToFileURL(source).href) === true;
}
