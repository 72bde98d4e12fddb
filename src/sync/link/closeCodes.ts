/** WebSocket close codes of our own, from the range for applications. */
export const closeCodes = {
  /** A frame could not be read or came at a wrong moment. */
  malformed: 4000,
  /** A newer connection of the same workspace took over; the older one must not come back by itself. */
  superseded: 4001,
  /** The hello was refused; a `refused` frame said why. */
  refused: 4002,
  /** The end that closes cannot go on, e.g. because its disk failed. */
  failed: 4003,
} as const;

/** Silence after which a connection counts as dead, in milliseconds. */
export const deadAfterMs = 15_000;
/** A client says something at least this often, in milliseconds. */
export const heartbeatMs = 5_000;
