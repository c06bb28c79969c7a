import { describe, expect, test } from 'vitest';
import { progressBar } from './progress-bar.ts';

/** A stream that keeps what it is told, and a clock that is set by hand. */
function terminal({ isTTY }: { isTTY: boolean }) {
  const written: string[] = [];
  const state = { now: 1_000_000 };
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  return { written, state, bar: progressBar(stream, () => state.now) };
}

const half = { rows: 4_000, readBytes: 500, totalBytes: 1_000 };
const LINE_START = '\r';
const CLEAR_TO_END = '\u001B[K';

describe('the progress bar', () => {
  test('draws share, rows and speed on one line', () => {
    const { written, state, bar } = terminal({ isTTY: true });
    state.now += 2_000;
    bar.show(half);
    expect(written).toEqual([`${LINE_START}${'█'.repeat(15)}${'░'.repeat(15)} 50% 4000 行 2000 行/秒${CLEAR_TO_END}`]);
  });

  test('redraws at most ten times a second', () => {
    const { written, state, bar } = terminal({ isTTY: true });
    for (const later of [0, 99, 1, 50, 50]) {
      state.now += later;
      bar.show(half);
    }
    expect(written).toHaveLength(3);
  });

  test('is full at the end, and never more than full', () => {
    const { written, bar } = terminal({ isTTY: true });
    bar.show({ rows: 1, readBytes: 1_100, totalBytes: 1_000 });
    expect(written.join()).toContain(`${'█'.repeat(30)} 100% 1 行`);
  });

  test.each([null, 0])('shows rows where the size is %o', (totalBytes) => {
    const { written, bar } = terminal({ isTTY: true });
    bar.show({ ...half, totalBytes });
    expect(written.join()).toContain(`${'░'.repeat(30)} 0% 4000 行`);
  });

  test('clears its line, and only when it drew one', () => {
    const { written, bar } = terminal({ isTTY: true });
    bar.clear();
    expect(written).toEqual([]);
    bar.show(half);
    bar.clear();
    expect(written.at(-1)).toBe(LINE_START + CLEAR_TO_END);
  });

  test('is silent where there is no terminal', () => {
    const { written, bar } = terminal({ isTTY: false });
    bar.show(half);
    bar.clear();
    expect(written).toEqual([]);
  });
});
