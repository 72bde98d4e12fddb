import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import { toError } from '../../base/errors.ts';
import { Emitter } from '../../base/event.ts';
import { parentSyncNode, syncNodeId, type SyncNode, type SyncRow } from '../../present/syncNode.ts';
import type { Log } from '../../base/log.ts';
import type { SyncReader } from '../../present/syncArrivals.ts';
import { syncRows } from '../../present/syncRows.ts';
import type { WorkloadId } from '../../session/core/state.ts';
import type { OpenSessions } from '../session/openSessions.ts';
import type { VersionLists } from './versionLists.ts';

/** A row as VS Code holds it: the same object for the same id, whatever the row says meanwhile. */
export class SyncElement {
  readonly id: string;
  row: SyncRow;

  constructor(id: string, row: SyncRow) {
    this.id = id;
    this.row = row;
  }
}

/** What the tree takes from outside. */
export interface SyncTreeDeps {
  readonly sessions: OpenSessions;
  readonly versions: VersionLists;
  readonly reader: () => SyncReader;
  readonly log: Log;
}

/** What was last handed out below a row. */
interface Shown {
  readonly node: SyncNode | undefined;
  /** Texts of the rows by id. */
  readonly rows: Map<string, string>;
  /** Whether it was told that other rows are to be asked for. */
  stale: boolean;
}

/** Rows about the sync of each session of the window. It says what changed only while somebody looks. */
export class SyncTree implements Disposable {
  readonly #deps: SyncTreeDeps;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<SyncElement | undefined>());
  readonly #elements = new Map<string, SyncElement>();
  /** By id; that of the top is ''. */
  readonly #shown = new Map<string, Shown>();
  /** What had happened to each session when its versions were last told to have changed. */
  readonly #seen = new Map<string, string>();
  #visible = true;

  /** A row whose own text or children changed; `undefined` is the top. */
  readonly onChange = this.#changed.event;

  constructor(deps: SyncTreeDeps) {
    this.#deps = deps;
    this.#store.add(
      deps.sessions.onChange(() => {
        this.#update();
      }),
    );
  }

  /** Gets what is needed to hand out the rows below one. */
  async prepare(parent: SyncElement | undefined): Promise<void> {
    const node = parent?.row.node;
    if (node?.kind !== 'group' || node.group !== 'versions') return;
    const { versions, log } = this.#deps;
    await versions.ask(node.workload).catch((error: unknown) => {
      log.warn(`The versions to restore are not known: ${toError(error).message}`);
    });
  }

  children(parent: SyncElement | undefined): readonly SyncElement[] {
    const id = parent?.id ?? '';
    const rows = this.#rows(parent?.row.node);
    const handed = new Map(rows.map((row) => [syncNodeId(row.node), row]));
    for (const gone of this.#shown.get(id)?.rows.keys() ?? []) if (!handed.has(gone)) this.#forget(gone);
    this.#shown.set(id, { node: parent?.row.node, rows: texts(rows), stale: false });
    return [...handed].map(([child, row]) => {
      const element = this.#elements.get(child) ?? new SyncElement(child, row);
      element.row = row;
      this.#elements.set(child, element);
      return element;
    });
  }

  parent(element: SyncElement): SyncElement | undefined {
    const above = parentSyncNode(element.row.node);
    return above === undefined ? undefined : this.#elements.get(syncNodeId(above));
  }

  /** The row that stands for something, asking for the rows above it where nobody has yet. */
  find(node: SyncNode): SyncElement | undefined {
    const above = parentSyncNode(node);
    const parent = above === undefined ? undefined : this.find(above);
    if (above !== undefined && parent === undefined) return undefined;
    return this.children(parent).find(({ id }) => id === syncNodeId(node));
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#update();
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Tells the rows that show something else by now, and those below which rows came or went. */
  #update(): void {
    if (!this.#visible) return;
    for (const [id, shown] of [...this.#shown]) if (!shown.stale) this.#tellChangesBelow(id, shown);
    for (const { workload, arrivals, conflicts } of this.#deps.sessions.states) {
      this.#tellVersions(workload, JSON.stringify([arrivals[0]?.id, conflicts.map(({ id }) => id)]));
    }
  }

  /** Whatever arrives and whatever is settled leaves versions behind; they are asked for again where they are shown. */
  #tellVersions(workload: WorkloadId, seen: string): void {
    const id = syncNodeId({ kind: 'group', workload, group: 'versions' });
    const shown = this.#shown.get(id);
    if (shown !== undefined && !shown.stale && this.#seen.get(id) !== seen) {
      shown.stale = true;
      this.#changed.fire(this.#elements.get(id));
    }
    this.#seen.set(id, seen);
  }

  #tellChangesBelow(id: string, shown: Shown): void {
    const rows = this.#rows(shown.node);
    const now = texts(rows);
    if ([...now.keys()].join('\n') !== [...shown.rows.keys()].join('\n')) {
      shown.stale = true;
      this.#changed.fire(id === '' ? undefined : this.#elements.get(id));
      return;
    }
    for (const row of rows) {
      const child = syncNodeId(row.node);
      const text = now.get(child) ?? '';
      const element = this.#elements.get(child);
      if (element === undefined || shown.rows.get(child) === text) continue;
      element.row = row;
      shown.rows.set(child, text);
      this.#changed.fire(element);
    }
  }

  #rows(parent: SyncNode | undefined): readonly SyncRow[] {
    const { sessions, versions, reader } = this.#deps;
    const facts = { ...reader(), sessions: sessions.states, versions: (workload: WorkloadId) => versions.of(workload) };
    return syncRows(parent, facts);
  }

  /** Lets go of a row that is gone, with everything below it. */
  #forget(id: string): void {
    for (const below of this.#shown.get(id)?.rows.keys() ?? []) this.#forget(below);
    this.#shown.delete(id);
    this.#elements.delete(id);
  }
}

function texts(rows: readonly SyncRow[]): Map<string, string> {
  return new Map(rows.map((row) => [syncNodeId(row.node), JSON.stringify(row)]));
}
