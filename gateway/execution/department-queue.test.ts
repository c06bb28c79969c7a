import { beforeEach, describe, expect, test } from 'vitest';
import { gathered } from '../after-turns.fixture.ts';
import { codeOf } from '../errors.ts';
import { Cancellation } from './cancellation.ts';
import { type How, openQueue, type Sent, TEXT } from './department-queue.fixture.ts';
import type { QueueLimits } from './department-queue.ts';
import { TransportError } from './department-transport.ts';

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
/** As many of one question as may be under way at a time, each sent alone: the next of that question wait behind them. */
async function twoUnderWay() {
  void query(['a']);
  await gathered();
  void query(['b']);
  await gathered();
}

describe('a request', () => {
  test('is sent within turns of the event loop, and as it is, while there is room', async () => {
    void query(['a']);
    await Promise.resolve();
    expect(sent).toEqual([]);
    await gathered();
    expect(idsSent()).toEqual([['a']]);
    void query(['b']);
    await gathered();
    expect(idsSent()).toEqual([['a'], ['b']]);
    expect(sent[0]?.call).toMatchObject({ contextToken: 'clerk', requestId: 'r-1', idempotent: true });
    expect(seen.joined).toEqual([]);
  });

  test('travels with those of the same question that wait for the same, each subject once, under all their ids', async () => {
    const answers: ReturnType<typeof query>[] = [];
    for (const ids of [['a'], ['b'], ['c', 'd'], ['d'], ['e']]) {
      answers.push(query(ids));
      await gathered();
    }
    expect(idsSent()).toEqual([['a'], ['b']]);
    expect(queue.load).toEqual({ underWay: 2, waiting: 3 });
    sent[0]?.answer();
    await settled();
    expect(sent[2]).toMatchObject({ ids: ['c', 'd', 'e'], call: { requestId: 'r-3,r-4,r-5', contextToken: 'clerk' } });
    for (const each of sent) each.answer();
    expect(await Promise.all(answers)).toEqual([['a'], ['b'], ['c', 'd'], ['d'], ['e']]);
    expect(seen.joined).toEqual([3]);
    await settled();
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
  });

  test.each<[string, How]>([
    ['another signed context', { token: 'bank' }],
    ['another text', { query: `${TEXT} ` }],
    ['other variables', { year: 2024 }],
    ['something to change', { idempotent: false }],
  ])('never travels with one that has %s', async (_, how) => {
    // In the same turn,
    void query(['a']);
    void query(['d'], how);
    await gathered();
    // and behind others.
    void query(['b']);
    await gathered();
    void query(['c']);
    void query(['e'], how);
    void query(['f'], how);
    for (let round = 0; round < 3; round++) {
      for (const each of sent) each.answer();
      await settled();
    }
    const together = idsSent().filter((ids) => ids.some((id) => 'abc'.includes(id)) && ids.length > 1);
    expect(together).toEqual([]);
    expect(idsSent().flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('that has something to change travels alone, even when it comes with its like', async () => {
    const answers = [query(['a'], { idempotent: false }), query(['a'], { idempotent: false })];
    await gathered();
    expect(sent).toMatchObject([
      { ids: ['a'], call: { requestId: 'r-1', idempotent: false } },
      { ids: ['a'], call: { requestId: 'r-2', idempotent: false } },
    ]);
    for (const each of sent) each.answer();
    expect(await Promise.all(answers)).toEqual([['a'], ['a']]);
  });

  test('takes no more along than a joined request may hold, and fills none by itself', async () => {
    const eight = ['1', '2', '3', '4', '5', '6', '7', '8'];
    await twoUnderWay();
    const answers = [query(['c', 'd', 'e']), query(['f', 'g', 'h']), query(['i', 'j', 'k']), query(eight)];
    for (let round = 0; round < 4; round++) {
      for (const each of sent) each.answer();
      await settled();
    }
    expect(sent.map(({ ids }) => ids.length)).toEqual([1, 1, 8, 6, 3]);
    expect(await Promise.all(answers)).toEqual([['c', 'd', 'e'], ['f', 'g', 'h'], ['i', 'j', 'k'], eight]);
  });
});

describe('a client that goes', () => {
  /** Two queries under way, three of the same question behind them. */
  async function three() {
    await twoUnderWay();
    const clients = ['c', 'd', 'e'].map((id) => ({ id, signal: new Cancellation() }));
    return clients.map(({ id, signal }) => ({ leave: () => signal.abort('gone'), answer: query([id], { signal }) }));
  }

  test('while it waits, is not asked for', async () => {
    const [c, d, e] = await three();
    d?.leave();
    expect(await d?.answer).toBe('gone');
    sent[0]?.answer();
    await settled();
    expect(sent[2]?.ids).toEqual(['c', 'e']);
    sent[2]?.answer();
    expect([await c?.answer, await e?.answer]).toEqual([['c'], ['e']]);
  });

  test('while its part is under way, takes nobody else along', async () => {
    const [c, d, e] = await three();
    sent[0]?.answer();
    await settled();
    c?.leave();
    expect(await c?.answer).toBe('gone');
    expect(sent[2]?.call.signal.aborted).toBe(false);
    sent[2]?.answer();
    expect([await d?.answer, await e?.answer]).toEqual([['d'], ['e']]);
  });

  test('as the last of them gives the request up', async () => {
    const clients = await three();
    sent[0]?.answer();
    await settled();
    for (const { leave } of clients) leave();
    expect(sent[2]?.call.signal.aborted).toBe(true);
    sent[1]?.answer();
    await settled();
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
  });

  test('with all who wait with it costs the department nothing', async () => {
    for (const { leave } of await three()) leave();
    for (const each of sent) each.answer();
    await settled();
    expect(sent).toHaveLength(2);
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
    void query(['f']);
    await gathered();
    expect(idsSent()).toEqual([['a'], ['b'], ['f']]);
  });
});

describe('a joined request', () => {
  test.each<[string, (last: Sent) => void]>([
    ['is answered with too few subjects', ({ answer }) => answer({ data: { _entities: [] }, errors: [] })],
    ['is refused as a whole', ({ answer }) => answer({ data: null, errors: [{ code: 'INPUT_INVALID' }] })],
    ['is answered with more than may be taken', ({ fail }) => fail(new TransportError('too long', false, { tooLong: true }))],
    ['is answered with what is no answer', ({ fail }) => fail(new TransportError('broken JSON', false))],
  ])('that %s is asked again one by one, so that nobody is denied an answer by a neighbour', async (_, spoil) => {
    await twoUnderWay();
    const answers = [query(['c']), query(['d'])];
    sent[0]?.answer();
    await settled();
    spoil(sent[2] as Sent);
    await settled();
    for (const each of sent) each.answer();
    expect(await Promise.all(answers)).toEqual([['c'], ['d']]);
    expect(idsSent()).toEqual([['a'], ['b'], ['c', 'd'], ['c'], ['d']]);
    await settled();
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
  });

  test('that the department does not answer fails for all of them', async () => {
    await twoUnderWay();
    const answers = [query(['c']), query(['d'])];
    sent[0]?.answer();
    await settled();
    sent[2]?.fail(new TransportError('down', true));
    expect(await Promise.all(answers)).toEqual(['down', 'down']);
    expect(sent).toHaveLength(3);
  });
});

describe('a department that is asked too much', () => {
  test('is sent no more at a time than it takes, whoever asks', async () => {
    for (let caller = 0; caller < 8; caller++) void query(['a'], { token: `caller ${caller}` });
    expect(queue.load).toEqual({ underWay: 3, waiting: 5 });
    await gathered();
    expect(sent).toHaveLength(3);
    let most = 0;
    while (sent.some(({ call }) => !call.signal.aborted) && queue.load.underWay > 0) {
      for (const each of sent) each.answer();
      await settled();
      most = Math.max(most, queue.load.underWay);
    }
    expect(most).toBeLessThanOrEqual(3);
    expect(sent).toHaveLength(8);
  });

  test('refuses one more than may wait at once, with the code of the table, and takes them again when there is room', async () => {
    open({ concurrency: 1, waiting: 2 });
    const waiting = ['a', 'b', 'c'].map((token) => query([token], { token }));
    const refused = queue.ask(
      { query: TEXT, variables: { representations: [] } },
      {
        contextToken: 'd',
        requestId: 'r-4',
        signal: new Cancellation(),
        idempotent: true,
      },
    );
    expect(await refused.catch(codeOf)).toBe('OVERLOADED');
    expect(seen.overloaded).toBe(1);
    await gathered();
    for (let round = 0; round < 3; round++) {
      for (const each of sent) each.answer();
      await settled();
    }
    expect(await Promise.all(waiting)).toEqual([['a'], ['b'], ['c']]);
    void query(['d'], { token: 'd' });
    await gathered();
    expect(sent.at(-1)?.ids).toEqual(['d']);
  });

  test('asks nothing for a client that has gone before', async () => {
    const signal = new Cancellation();
    signal.abort('gone');
    expect(await query(['a'], { signal })).toBe('gone');
    await gathered();
    expect(sent).toEqual([]);
  });
});
