import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { gathered } from '../after-turns.fixture.ts';
import { Cancellation } from './cancellation.ts';
import { openQueue } from './department-queue.fixture.ts';
import type { QueueLimits } from './department-queue.ts';

type Opened = ReturnType<typeof openQueue>;
let queue: Opened['queue'];
let sent: Opened['sent'];
let idsSent: Opened['idsSent'];
let seen: Opened['seen'];
let query: Opened['query'];
const open = (limits?: Partial<QueueLimits>) => void ({ queue, sent, idsSent, seen, query } = openQueue(limits));
beforeEach(() => open());

/** Lets promises that are settled call back, and what is due then be sent. */
const settled = async () => {
  await gathered();
  await gathered();
};

describe('a request', () => {
  test('travels with all of the same question that come in the same turn, each subject once, under all their ids', async () => {
    const answers = [query(['a']), query(['b', 'a'])];
    // As answers that came together do, each calling back by itself.
    await Promise.resolve();
    answers.push(query(['c']));
    expect(queue.load).toEqual({ underWay: 1, waiting: 0 });
    await gathered();
    expect(idsSent()).toEqual([['a', 'b', 'c']]);
    expect(sent[0]?.call).toMatchObject({ requestId: 'r-1,r-2,r-3', contextToken: 'clerk' });
    sent[0]?.answer();
    expect(await Promise.all(answers)).toEqual([['a'], ['b', 'a'], ['c']]);
    expect(seen.joined).toEqual([3]);
    await settled();
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
  });

  test('travels with one that comes a turn of the event loop later, and not with one that comes after that', async () => {
    void query(['a']);
    await turn();
    void query(['b']);
    expect(idsSent()).toEqual([]);
    await turn();
    void query(['c']);
    expect(idsSent()).toEqual([['a', 'b']]);
    await gathered();
    expect(idsSent()).toEqual([['a', 'b'], ['c']]);
  });

  test('goes at once when it is one of thirty-two, each of them once', async () => {
    open({ joined: 64 });
    const answers = Array.from({ length: 36 }, (_, n) => query([`s${n}`]));
    expect(idsSent()).toEqual([Array.from({ length: 32 }, (_, n) => `s${n}`)]);
    expect(queue.load).toEqual({ underWay: 2, waiting: 0 });
    await gathered();
    expect(idsSent()).toHaveLength(2);
    expect(idsSent()[1]).toEqual(['s32', 's33', 's34', 's35']);
    for (const each of sent) each.answer();
    expect(await Promise.all(answers)).toEqual(answers.map((_, n) => [`s${n}`]));
    await settled();
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
  });

  test('that is due takes no more along than a joined request may hold', async () => {
    open({ joined: 4, concurrency: 1 });
    const answers = [query(['a', 'b']), query(['c']), query(['d', 'e']), query(['f'])];
    expect(queue.load).toEqual({ underWay: 1, waiting: 2 });
    await gathered();
    expect(idsSent()).toEqual([['a', 'b', 'c']]);
    sent[0]?.answer();
    await settled();
    expect(idsSent()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
    sent[1]?.answer();
    expect(await Promise.all(answers)).toEqual([['a', 'b'], ['c'], ['d', 'e'], ['f']]);
  });
});

describe('a client that goes', () => {
  test('in the turn in which it came is not asked for', async () => {
    const gone = new Cancellation();
    const answers = [query(['a']), query(['b'], { signal: gone }), query(['c'])];
    gone.abort('gone');
    expect(await answers[1]).toBe('gone');
    await gathered();
    expect(sent).toMatchObject([{ ids: ['a', 'c'], call: { requestId: 'r-1,r-3' } }]);
    sent[0]?.answer();
    expect(await Promise.all(answers)).toEqual([['a'], 'gone', ['c']]);
  });

  test('with all who came in the same turn costs the department nothing', async () => {
    for (let round = 0; round < 3; round++) {
      const gone = new Cancellation();
      void query(['a'], { signal: gone });
      void query(['b'], { signal: gone });
      gone.abort('gone');
      await gathered();
      expect(sent).toEqual([]);
      expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
    }
    // And nobody who asks the same later.
    void query(['c']);
    await gathered();
    expect(idsSent()).toEqual([['c']]);
  });
});

describe('a department that is asked too much', () => {
  test('lets none wait that travel in the same turn: they never count against those that may', async () => {
    open({ concurrency: 2, waiting: 1 });
    const answers = [query(['a']), query(['b'], { token: 'bank' }), query(['c'], { token: 'court' })];
    // As many wait now as may. What is due takes along whoever asks the same; for others there is no room.
    answers.push(query(['d']), query(['e'], { token: 'bank' }));
    expect(await query(['f'], { token: 'police' })).toBe('OVERLOADED');
    expect(seen.overloaded).toBe(1);
    expect(queue.load).toEqual({ underWay: 2, waiting: 1 });
    await gathered();
    expect(idsSent()).toEqual([
      ['a', 'd'],
      ['b', 'e'],
    ]);
    for (let round = 0; round < 2; round++) {
      for (const each of sent) each.answer();
      await settled();
    }
    expect(await Promise.all(answers)).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
  });

  test('of which none may wait takes all that fits into what is due, and refuses one more', async () => {
    open({ concurrency: 1, waiting: 0, joined: 3 });
    const answers = ['a', 'b', 'c'].map((id) => query([id]));
    expect(await query(['d'])).toBe('OVERLOADED');
    await gathered();
    expect(await query(['e'])).toBe('OVERLOADED');
    expect(idsSent()).toEqual([['a', 'b', 'c']]);
    sent[0]?.answer();
    expect(await Promise.all(answers)).toEqual([['a'], ['b'], ['c']]);
  });

  test.each([0, 1])('counts whoever is to travel with the next, where %i may wait', async (waiting) => {
    open({ waiting });
    for (const id of ['a', 'b']) {
      void query([id]);
      await gathered();
    }
    for (let place = 0; place < waiting; place++) void query(['c']);
    expect(await query(['d'])).toBe('OVERLOADED');
    expect(queue.load).toEqual({ underWay: 2, waiting });
  });
});
