/** What the sidecar is told by its environment. */
export interface SidecarSettings {
  /** Port on 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  /** SHA-256 of the session's token. */
  readonly tokenHash: Buffer;
  /** Folder that holds `files` and `state`. */
  readonly volume: string;
}

/** Reads `PODLOOP_PORT`, `PODLOOP_TOKEN_SHA256` and `PODLOOP_VOLUME`; throws an error that names what is wrong. */
export function readSettings(env: NodeJS.ProcessEnv): SidecarSettings {
  const port = Number(required(env, 'PODLOOP_PORT'));
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error('PODLOOP_PORT is not a port number.');
  const tokenHash = Buffer.from(required(env, 'PODLOOP_TOKEN_SHA256'), 'hex');
  if (tokenHash.length !== 32) throw new Error('PODLOOP_TOKEN_SHA256 is not 64 hexadecimal digits.');
  return { port, tokenHash, volume: required(env, 'PODLOOP_VOLUME') };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set.`);
  return value;
}
