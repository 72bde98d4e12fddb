/** Marks processes that Run or Debug started, so that they can be found again from any connection. */
export const runMarker = 'PODLOOP_RUN';

const terminalEnv = 'export TERM=xterm-256color COLORTERM=truecolor';

/**
 * Command for a program started by Run or Debug: `commandLine` goes to `sh -c` in `workDir`. The marker is in its
 * environment and so in that of its children.
 */
export function runScript(kind: string, workDir: string, commandLine: string): readonly string[] {
  const script = `cd "$1" && ${terminalEnv} ${runMarker}="$2" && exec sh -c "$3"`;
  return ['sh', '-c', script, 'podloop', workDir, kind, commandLine];
}

/**
 * Command that ends every program that Run or Debug left running: TERM to all of them, KILL to what is left after
 * about 5 seconds. Exits 0 when none is left. Needs only `sh`, `tr` and `grep`, as any image with a shell has.
 */
export function stopScript(): readonly string[] {
  const script = `
marked() {
  for file in /proc/[0-9]*/environ; do
    if tr '\\0' '\\n' < "$file" 2>/dev/null | grep -q '^${runMarker}='; then
      pid=\${file#/proc/}; echo "\${pid%/environ}"
    fi
  done 2>/dev/null
}
pids=$(marked); [ -z "$pids" ] && exit 0
kill -TERM $pids 2>/dev/null
i=0
while [ $i -lt 100 ]; do
  pids=$(marked); [ -z "$pids" ] && exit 0
  sleep 0.05; i=$((i + 1))
done
kill -KILL $pids 2>/dev/null
exit 0`;
  return ['sh', '-c', script];
}

/** Command of a terminal: the configured shell in `workDir`, or `sh` where the image does not have it. */
export function shellScript(workDir: string, shell: readonly string[]): readonly string[] {
  const script = `cd "$1" && shift && ${terminalEnv} && command -v "$1" >/dev/null 2>&1 && exec "$@"; exec sh`;
  return ['sh', '-c', script, 'podloop', workDir, ...shell];
}
