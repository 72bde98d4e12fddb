import type { ConfigEntry } from '../config/configSchema.ts';
import type { DevConfig } from '../config/devConfig.ts';

/** Whose config is written. */
export interface ConfigOwner {
  readonly workload: string;
  readonly container: string;
}

/** What a session uses, as an entry of the config file. */
export function sessionEntry({ workload, container }: ConfigOwner, config: DevConfig): ConfigEntry {
  const { image, workDir, run, debug, restartOnSync, ports } = config;
  return {
    workload,
    container,
    image,
    workDir,
    ...(run === undefined ? {} : { run }),
    ...(debug === undefined ? {} : { debug }),
    restartOnSync,
    ports: [...ports],
  };
}

/** The text of a new `.podloop/config.yaml` for a workload: what is used now, ready to be changed and committed. */
export function configTemplate({ workload, container }: ConfigOwner, config: DevConfig): string {
  const ports = config.ports.map(({ remote, local }) =>
    local === remote ? `${remote}` : `'${local || ''}:${remote}'`,
  );
  return `# How Podloop develops this folder in a cluster. Everybody who opens the folder uses the same.
version: 1
containers:
  - workload: ${workload}
    container: ${container}
    image: ${quoted(config.image)}
    workDir: ${quoted(config.workDir)}
${line('run', config.run, 'npm start')}
${line('debug', config.debug, 'node --inspect=127.0.0.1:9229 server.js')}
    # Start the program again after each batch of synced changes.
    restartOnSync: ${config.restartOnSync}
    # Ports of the pod that are offered on this machine.
    ports: [${ports.join(', ')}]
    # Besides .gitignore and .podloopignore.
    ignore: []
    # push: the pod follows this folder. twoWay: changes in the pod come back. mirror: the pod has nothing else.
    sync:
      mode: ${config.sync.mode}
      # With push, paths that come back from the pod nevertheless.
      pull: [${config.sync.pull.map(quoted).join(', ')}]
`;
}

function line(key: string, value: string | undefined, example: string): string {
  return value === undefined ? `    # ${key}: ${example}` : `    ${key}: ${quoted(value)}`;
}

/** Plain where YAML reads it back as the same text; JSON's quotes are YAML's otherwise. */
function quoted(text: string): string {
  return /^[A-Za-z/][\w./:@-]*$/.test(text) && !/:$|^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
