/** Environment variable of processes that Run or Debug started; its value is the session's id. */
const runMarker = 'PODLOOP_RUN';

const terminalEnv = 'export TERM=xterm-256color COLORTERM=truecolor';

/**
 * Command for a program started by Run or Debug: `commandLine` goes to `sh -c` in `workDir`. The session's marker is in
 * its environment and so in that of its children, by which they are found again from any connection.
 */
export function runScript(session: string, workDir: string, commandLine: string): readonly string[] {
  const script = `cd "$1" && ${terminalEnv} ${runMarker}="$2" && exec sh -c "$3"`;
  return ['sh', '-c', script, 'podloop', workDir, session, commandLine];
}

/**
 * Command that ends every program that Run or Debug of this session left running: TERM to all of them, KILL to what is
 * left after about 5 seconds. Exits 0 when none is left. Needs only `sh` and `grep`, as any image with a shell has.
 */
export function stopScript(session: string): readonly string[] {
  // One grep over all processes: a loop with a pipe for each takes seconds where there are many.
  const script = `
marked() {
  for file in $(grep -ls "${runMarker}=$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}; echo "\${pid%/environ}"
  done
}
pids=$(marked "$1"); [ -z "$pids" ] && exit 0
kill -TERM $pids 2>/dev/null
i=0
while [ $i -lt 100 ]; do
  pids=$(marked "$1"); [ -z "$pids" ] && exit 0
  sleep 0.05; i=$((i + 1))
done
kill -KILL $pids 2>/dev/null
exit 0`;
  return ['sh', '-c', script, 'podloop', session];
}

/** Command of a terminal: the configured shell in `workDir`, or `sh` where the image does not have it. */
export function shellScript(workDir: string, shell: readonly string[]): readonly string[] {
  const script = `cd "$1" && shift && ${terminalEnv} && command -v "$1" >/dev/null 2>&1 && exec "$@"; exec sh`;
  return ['sh', '-c', script, 'podloop', workDir, ...shell];
}
