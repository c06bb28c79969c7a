/** Often enough to look alive, seldom enough to cost nothing. Milliseconds. */
const REDRAW_EVERY = 200;

/** Tells on a terminal how many entries of a log are done, on one line; elsewhere tells nothing. `clock` in milliseconds. */
export function progressLine(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>, clock: () => number) {
  const started = clock();
  let drawn = started;
  return {
    show(entries: bigint, size: bigint): void {
      const now = clock();
      if (!stream.isTTY || now - drawn < REDRAW_EVERY) return;
      drawn = now;
      const speed = Math.round((Number(entries) * 1_000) / (now - started));
      stream.write(`\r${(entries * 100n) / (size || 1n)}% ${entries}/${size} ${speed} 条/秒\u001B[K`);
    },
    clear(): void {
      if (stream.isTTY) stream.write('\r\u001B[K');
    },
  };
}
