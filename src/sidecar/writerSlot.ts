/** A connection that wants to write to the volume. */
export interface Writer {
  readonly workspaceId: string;
  readonly sessionId: string;
  /** Ends the connection because another one of the same workspace took its place. */
  supersede(by: Writer): void;
}

/**
 * At most one writer at a time. A new connection of the same workspace takes over, because the old one is most likely
 * dead without anybody having noticed yet; another workspace is refused while a writer is connected.
 */
export class WriterSlot {
  #current: Writer | undefined;

  /** Makes `writer` the one writer; `false` when another workspace is writing. */
  take(writer: Writer): boolean {
    const before = this.#current;
    if (before !== undefined && before.workspaceId !== writer.workspaceId) return false;
    this.#current = writer;
    before?.supersede(writer);
    return true;
  }

  /** Frees the slot if `writer` still holds it. */
  release(writer: Writer): void {
    if (this.#current === writer) this.#current = undefined;
  }
}
