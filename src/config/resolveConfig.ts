import { type RemotePath, remotePath } from '../base/paths.ts';
import type { ConfigEntry } from './configSchema.ts';
import { debugCommand } from './debugCommand.ts';
import type { DevConfig } from './devConfig.ts';
import type { Detection } from './detectProject.ts';
import { languageDefaults } from './languageDefaults.ts';

/** What the workload says of the container. */
export interface ContainerFacts {
  /** TCP ports that it declares, in order. */
  readonly ports: readonly number[];
  /** Its working directory, where the workload names one. */
  readonly workingDir: string | undefined;
}

/** A config that is complete but for the image, which nobody can guess without the language. */
export type ResolvedConfig = Omit<DevConfig, 'image'> & { readonly image: string | undefined };

/** Joins what is known of a container: the file decides, then what was detected, then defaults. */
export function resolveConfig(
  entry: ConfigEntry | undefined,
  detected: Detection,
  facts: ContainerFacts,
): ResolvedConfig {
  const language = entry?.language ?? detected.language;
  const defaults = language === undefined ? undefined : languageDefaults[language];
  const run = entry?.run ?? detected.run;
  const debugPort = entry?.debugPort ?? defaults?.debugPort ?? languageDefaults.node.debugPort;
  const guessed =
    language === undefined || run === undefined ? undefined : debugCommand(language, run, debugPort, detected.scripts);
  return {
    image: entry?.image ?? defaults?.image,
    language,
    workDir: entry?.workDir ?? usableWorkDir(facts.workingDir) ?? remotePath('/app'),
    // Not a login shell: that would reset the image's PATH.
    shell: entry?.shell ?? ['bash'],
    run,
    debug: entry?.debug ?? guessed,
    debugPort,
    // A command that somebody wrote may follow changes by itself; for any other a save is live without another click.
    restartOnSync: entry?.restartOnSync ?? entry?.run === undefined,
    ports: entry?.ports ?? facts.ports.map((remote) => ({ remote, local: 0 })),
    ignore: entry?.ignore ?? [],
    sync: { mode: entry?.sync?.mode ?? 'push', pull: entry?.sync?.pull ?? [] },
  };
}

/** The container's working directory, if its name says that the program's files are there. */
export function usableWorkDir(workingDir: string | undefined): RemotePath | undefined {
  const plain = workingDir?.replace(/\/+$/, '') ?? '';
  // A top-level system folder as working directory says nothing about where the program's files are.
  const ownFolder = /^\/(app|code|home|opt|srv|usr\/src|var\/www|work|workspace)(\/|$)/.test(plain);
  return ownFolder ? remotePath(plain) : undefined;
}
