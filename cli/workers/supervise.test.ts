import { beforeEach, describe, expect, test } from 'vitest';
import { supervise, type Supervisor, type WorkerEnd, type WorkerEvents } from './supervise.ts';

const URL = 'http://127.0.0.1:4000';
const EXIT_0: WorkerEnd = { code: 0, signal: null };
const EXIT_1: WorkerEnd = { code: 1, signal: null };
const KILLED: WorkerEnd = { code: null, signal: 'SIGKILL' };

let nowMs: number;
let timers: { at: number; work: () => void }[];
/** Every process ever forked, in order. */
let forked: { worker: number; events: WorkerEvents; stops: number }[];
let told: string[];
let supervisor: Supervisor;

beforeEach(() => {
  nowMs = 0;
  timers = [];
  forked = [];
  told = [];
});

function superviseTwo(): void {
  supervisor = supervise({
    count: 2,
    fork(worker, events) {
      const process = { worker, events, stops: 0 };
      forked.push(process);
      return { send: ({ kind }) => told.push(`${kind} to ${worker}`), stop: () => void (process.stops += 1) };
    },
    clock: () => nowMs,
    later(work, ms) {
      const timer = { at: nowMs + ms, work };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    onReady: (url) => told.push(`ready ${url}`),
    onMessage(worker, { kind, id }, from) {
      told.push(`${kind} from ${worker}`);
      from.send({ kind: 'EXPOSITION', id, text: '' });
    },
    onDeath: ({ worker, wasReady }) => told.push(`${worker} died ${wasReady ? 'serving' : 'starting'}`),
  });
}

function pass(ms: number): void {
  nowMs += ms;
  const due = timers.filter(({ at }) => at <= nowMs);
  timers = timers.filter(({ at }) => at > nowMs);
  for (const { work } of due) work();
}

/** The newest process of a worker. */
const newest = (worker: number) => forked.findLast((process) => process.worker === worker)!;
const ready = (worker: number) => newest(worker).events.message({ kind: 'READY', url: URL });
const end = (worker: number, how: WorkerEnd) => newest(worker).events.ended(how);
const forks = () => forked.map(({ worker }) => worker);
const serving = () => [...supervisor.serving().keys()];

function superviseTwoReady(): void {
  superviseTwo();
  ready(1);
  ready(2);
  pass(60_000);
  told = [];
}

describe('workers', () => {
  test('are ready once, when all of them answer', () => {
    superviseTwo();
    expect(forks()).toEqual([1, 2]);
    ready(2);
    expect(told).toEqual([]);
    expect(serving()).toEqual([2]);
    ready(1);
    expect(told).toEqual([`ready ${URL}`]);
    end(1, KILLED);
    pass(0);
    ready(1);
    expect(told).toEqual([`ready ${URL}`, '1 died serving']);
  });

  test('hand on what else they say, with the way to answer', () => {
    superviseTwoReady();
    newest(2).events.message({ kind: 'SCRAPED', id: 4 });
    expect(told).toEqual(['SCRAPED from 2', 'EXPOSITION to 2']);
  });

  test.each([
    ['killed', KILLED],
    ['ended by an error', EXIT_1],
    ['told to end by somebody else', EXIT_0],
  ])('are replaced at once when one that ran a while is %s', (_, how) => {
    superviseTwoReady();
    end(2, how);
    expect(serving()).toEqual([1]);
    pass(0);
    expect(forks()).toEqual([1, 2, 2]);
    expect(serving()).toEqual([1]);
    ready(2);
    expect(serving().toSorted()).toEqual([1, 2]);
    expect(supervisor.deaths).toBe(1);
  });

  test('that die as soon as they answer are replaced a second after their start, and no sooner, for ever', () => {
    superviseTwoReady();
    end(1, KILLED);
    pass(0);
    for (let round = 0; round < 10; round++) {
      const before = forked.length;
      ready(1);
      end(1, KILLED);
      pass(999);
      expect(forked).toHaveLength(before);
      pass(1);
      expect(forked).toHaveLength(before + 1);
    }
    expect(supervisor.deaths).toBe(11);
  });

  test('that fail to start are tried again at distances that double up to half a minute, while others answer', () => {
    superviseTwoReady();
    end(1, KILLED);
    pass(0);
    for (const seconds of [2, 4, 8, 16, 30, 30]) {
      const before = forked.length;
      end(1, EXIT_1);
      pass(seconds * 1000 - 1);
      expect(forked).toHaveLength(before);
      pass(1);
      expect(forked).toHaveLength(before + 1);
    }
    ready(1);
    end(1, EXIT_1);
    pass(1_000);
    ready(1);
    expect(serving().toSorted()).toEqual([1, 2]);
  });

  test('are given up when one fails to start three times in a row before the city was ready; the others are asked to finish', async () => {
    superviseTwo();
    ready(2);
    for (const seconds of [2, 4]) {
      end(1, EXIT_1);
      pass(seconds * 1000);
    }
    expect(newest(2).stops).toBe(0);
    end(1, EXIT_1);
    expect(newest(2).stops).toBe(1);
    end(2, EXIT_0);
    await expect(supervisor.ended).rejects.toThrow('Worker 1 ended 3 times in a row while it started');
    expect(told).toEqual(['1 died starting', '1 died starting', '1 died starting']);
    expect(timers).toEqual([]);
  });

  test('are given up when none answers any more and one does not come up', async () => {
    superviseTwoReady();
    end(1, KILLED);
    end(2, KILLED);
    pass(0);
    for (const seconds of [2, 4]) {
      end(1, EXIT_1);
      pass(seconds * 1000);
    }
    end(1, EXIT_1);
    end(2, { code: null, signal: 'SIGTERM' });
    await expect(supervisor.ended).rejects.toThrow('Worker 1 ended 3 times in a row while it started');
  });
});

describe('a stop', () => {
  test('asks every worker once and waits for the last', async () => {
    superviseTwoReady();
    let ended = false;
    void supervisor.ended.then(() => (ended = true));
    supervisor.stop();
    expect(forked.map(({ stops }) => stops)).toEqual([1, 1]);
    end(1, EXIT_0);
    await Promise.resolve();
    expect(ended).toBe(false);
    end(2, EXIT_0);
    await expect(supervisor.ended).resolves.toEqual({ drained: true });
    expect(supervisor.deaths).toBe(0);
    pass(60_000);
    expect(forks()).toEqual([1, 2]);
  });

  test.each([
    ['cut requests off', EXIT_1],
    ['was killed', KILLED],
    ['died by the signal although it had answered', { code: null, signal: 'SIGTERM' }],
  ])('is not clean when a worker %s', async (_, how) => {
    superviseTwoReady();
    supervisor.stop();
    end(1, how);
    end(2, EXIT_0);
    await expect(supervisor.ended).resolves.toEqual({ drained: false });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('is clean when a worker that never answered dies by %s', async (signal) => {
    superviseTwo();
    supervisor.stop();
    end(1, { code: null, signal });
    end(2, { code: null, signal });
    await expect(supervisor.ended).resolves.toEqual({ drained: true });
    expect(told).toEqual([]);
  });

  test('forgets a replacement that was to come', async () => {
    superviseTwo();
    end(1, EXIT_1);
    supervisor.stop();
    end(2, EXIT_0);
    await expect(supervisor.ended).resolves.toEqual({ drained: true });
    pass(60_000);
    expect(forks()).toEqual([1, 2]);
  });
});
