import type { Import } from './imports.ts';
import { mayImport, purePackages, pureRooms, soleImporters } from './table.ts';

/** Every edge that breaks the architecture, each as one line that names file, line and reason. */
export function violations(imports: readonly Import[]): string[] {
  return [
    ...imports.flatMap((edge) => [...layerFaults(edge), ...purityFaults(edge), ...ownerFaults(edge)]),
    ...runtimeCycles(imports).map((cycle) => `run-time import cycle: ${cycle.join(' -> ')}`),
  ];
}

function layerFaults(edge: Import): string[] {
  if (edge.bare) return [];
  const [from, to] = [roomOf(edge.from), roomOf(edge.to)];
  if (from === to) return [];
  const allowed = mayImport[from];
  if (allowed === undefined) return [say(edge, `room '${from}' is not in the table`)];
  if (allowed.some((room) => edge.to.startsWith(`${room}/`))) return [];
  return [say(edge, `${from} may import only: ${allowed.join(', ') || 'nothing'}`)];
}

function purityFaults(edge: Import): string[] {
  if (!isPure(edge.from)) return [];
  if (edge.bare) {
    const allowed = purePackages.some((name) => edge.to === name || edge.to.startsWith(`${name}/`));
    return allowed ? [] : [say(edge, 'pure code may not reach a host or this package')];
  }
  if (isPure(edge.to) || edge.typeOnly) return [];
  return [say(edge, 'pure code may not import an impure neighbour')];
}

function ownerFaults(edge: Import): string[] {
  if (!edge.bare) return [];
  for (const [name, room] of Object.entries(soleImporters)) {
    if ((edge.to === name || edge.to.startsWith(`${name}/`)) && roomOf(edge.from) !== room) {
      return [say(edge, `only ${room} may import ${name}`)];
    }
  }
  return [];
}

/** Cycles among imports that remain when types are stripped; dynamic imports count as well. */
function runtimeCycles(imports: readonly Import[]): string[][] {
  const edges = new Map<string, string[]>();
  for (const { from, to, bare, typeOnly } of imports) {
    if (!bare && !typeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const cycles: string[][] = [];
  const walk = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      cycles.push([...trail.slice(start), file]);
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return cycles;
}

function isPure(file: string): boolean {
  return pureRooms.includes(roomOf(file)) || file.split('/').includes('core');
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function say(edge: Import, reason: string): string {
  return `src/${edge.from}:${edge.line} imports ${edge.bare ? edge.to : `src/${edge.to}`}: ${reason}`;
}
