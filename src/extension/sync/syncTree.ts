import { type Disposable, DisposableStore } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import type { SyncReader } from '../../present/syncArrivals.ts';
import { parentSyncNode, syncNodeId, type SyncNode, type SyncRow } from '../../present/syncNode.ts';
import { syncRows } from '../../present/syncRows.ts';
import type { OpenSessions } from '../session/openSessions.ts';

/** A row as VS Code holds it: the same object for the same id, whatever the row says meanwhile. */
export class SyncElement {
  readonly id: string;
  row: SyncRow;

  constructor(id: string, row: SyncRow) {
    this.id = id;
    this.row = row;
  }
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
  readonly #sessions: OpenSessions;
  readonly #reader: () => SyncReader;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<SyncElement | undefined>());
  readonly #elements = new Map<string, SyncElement>();
  /** By id; that of the top is ''. */
  readonly #shown = new Map<string, Shown>();
  #visible = true;

  /** A row whose own text or children changed; `undefined` is the top. */
  readonly onChange = this.#changed.event;

  constructor(sessions: OpenSessions, reader: () => SyncReader) {
    this.#sessions = sessions;
    this.#reader = reader;
    this.#store.add(
      sessions.onChange(() => {
        this.#tellChanges();
      }),
    );
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
    this.#tellChanges();
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** Tells the rows that show something else by now, and those below which rows came or went. */
  #tellChanges(): void {
    if (!this.#visible) return;
    for (const [id, shown] of [...this.#shown]) if (!shown.stale) this.#tellChangesBelow(id, shown);
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
    return syncRows(parent, this.#sessions.states, this.#reader());
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
