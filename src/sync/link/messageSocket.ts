/** A connection that carries whole messages in order, as a WebSocket does: all that the two ends need of one. */
export interface MessageSocket {
  readonly readyState: number;
  readonly OPEN: number;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** `onTaken` is called when the message has left this process, or with what went wrong. */
  send(bytes: Uint8Array, onTaken?: (error?: Error) => void): void;
  /** Says goodbye after everything that was sent. */
  close(code: number, reason: string): void;
  /** Ends the connection at once. */
  terminate(): void;
}
