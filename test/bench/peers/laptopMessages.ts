/** Where the laptop syncs to. */
export interface LaptopSettings {
  readonly root: string;
  readonly stateDir: string;
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly token: string;
}

export type LaptopRequest = { readonly id: number } & LaptopWish;

/** What the laptop's process is asked. */
export type LaptopWish =
  /** Has the cluster ready; `open` begins to sync. */
  | { readonly kind: 'prepare'; readonly settings: LaptopSettings }
  | { readonly kind: 'open' | 'flush' | 'reconnect' | 'reopen' | 'reloads' | 'close' }
  /** An absolute path; there is no answer. */
  | { readonly kind: 'saved'; readonly file: string };

export interface LaptopAnswer {
  readonly id: number;
  readonly error?: string;
  /** Batches so far that a program in the pod was told of. */
  readonly reloads: number;
}
