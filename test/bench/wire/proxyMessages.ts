/** Bytes that a peer sent to the API server and got from it, TLS included. */
export interface Traffic {
  readonly up: number;
  readonly down: number;
}

/** What the proxy's process is asked. */
export type ProxyRequest = { readonly id: number } & (
  | { readonly kind: 'open' | 'count' | 'cut'; readonly name: string }
  /** Half of it is added each way, in milliseconds. */
  | { readonly kind: 'roundTrip'; readonly milliseconds: number }
);

export interface ProxyAnswer {
  readonly id: number;
  readonly port?: number;
  readonly traffic?: Traffic;
}

/** What the proxy's process is started with. */
export interface ProxySettings {
  readonly host: string;
  readonly port: number;
}
