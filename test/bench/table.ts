import type { Row } from './row.ts';

/** The rows as one table in Markdown, works in their order, peers below each. */
export function markdownTable(rows: readonly Row[]): string {
  const head = [
    'work',
    'peer',
    'p50',
    'p99',
    'n',
    'to Podloop',
    'sent',
    'received',
    'CPU here',
    'CPU pod',
    'memory here',
    'memory pod',
    'note',
  ];
  const lines = rows.map((row, index) => {
    const first = rows[index - 1]?.work !== row.work;
    return [first ? row.title : '', row.peer, ...cellsOf(row, rows)];
  });
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellsOf({ work, result }: Row, rows: readonly Row[]): string[] {
  if (result.kind === 'cannot') return Array.from({ length: 11 }, (_, index) => (index === 0 ? '-' : ''));
  if (result.kind === 'failed') return [...Array.from({ length: 10 }, () => ''), result.reason];
  const { time, note = '' } = result;
  return [
    show(time?.p50, showTime),
    time === undefined || time.count < 3 ? '' : showTime(time.p99),
    show(time?.count, String),
    show(time?.p50, (own) => ratio(own, podloopTime(work, rows))),
    show(result.sent, showBytes),
    show(result.received, showBytes),
    show(result.cpuHere, showCpu),
    show(result.cpuPod, showCpu),
    show(result.memoryHere, showMemory),
    show(result.memoryPod, showMemory),
    note,
  ];
}

function show(figure: number | undefined, how: (figure: number) => string): string {
  return figure === undefined ? '' : how(figure);
}

/** One row as it is told while the bench runs. */
export function line(row: Row): string {
  const cells = cellsOf(row, []).filter((cell) => cell !== '');
  return `  ${row.peer.padEnd(10)} ${cells.join('  ')}`;
}

function podloopTime(work: string, rows: readonly Row[]): number | undefined {
  const own = rows.find((row) => row.work === work && row.peer === 'Podloop')?.result;
  return own?.kind === 'measured' ? own.time?.p50 : undefined;
}

function ratio(time: number, own: number | undefined): string {
  if (own === undefined) return '';
  const value = time / own;
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(2)} ×`;
}

function showTime(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds >= 1_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return milliseconds >= 20 ? `${milliseconds.toFixed(0)} ms` : `${milliseconds.toFixed(2)} ms`;
}

function showBytes(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1e4 ? `${(bytes / 1e3).toFixed(0)} KB` : `${bytes.toFixed(0)} B`;
}

function showCpu(seconds: number): string {
  return seconds >= 1 ? `${seconds.toFixed(1)} s` : `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
}

function showMemory(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
}
