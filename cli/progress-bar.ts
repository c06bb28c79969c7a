import type { ImportProgress } from '../subgraphs/kit/import/import-file.ts';

const WIDTH = 30;
/** Often enough to look alive, seldom enough to cost nothing. Milliseconds. */
const REDRAW_EVERY = 100;

/** Draws an import's progress on a terminal, on one line that {@link ProgressBar.clear} removes; elsewhere draws nothing. */
export interface ProgressBar {
  readonly show: (progress: ImportProgress) => void;
  readonly clear: () => void;
}

/** A bar on `stream`, which is silent when it is no terminal. */
export function progressBar(stream: NodeJS.WriteStream, clock: () => number): ProgressBar {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  const started = clock();
  let drawn = 0;
  return {
    show({ rows, readBytes, totalBytes }) {
      const now = clock();
      if (now - drawn < REDRAW_EVERY) return;
      drawn = now;
      const share = totalBytes ? Math.min(1, readBytes / totalBytes) : 0;
      const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░');
      const speed = Math.round(rows / Math.max(0.001, (now - started) / 1000));
      stream.write(`\r${bar} ${Math.round(share * 100)}% ${rows} 行 ${speed} 行/秒\u001B[K`);
    },
    clear: () => {
      if (drawn > 0) stream.write('\r\u001B[K');
    },
  };
}
