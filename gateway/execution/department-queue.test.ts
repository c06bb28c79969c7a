import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../errors.ts';
import { Cancellation } from './cancellation.ts';
import { DepartmentQueue, type QueueLimits } from './department-queue.ts';
import type { DepartmentAnswer, DepartmentRequest } from './department-transport.ts';
import { TransportError } from './department-transport.ts';
import type { AskDepartment } from './resilient-department.ts';

type Sent = {
  ids: string[];
  call: Parameters<AskDepartment>[1];
  answer: (answer?: DepartmentAnswer) => void;
  fail: (error: Error) => void;
};
let sent: Sent[];
let seen: { joined: number[]; overloaded: number };
let queue: DepartmentQueue;

const TEXT = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { tax { hasArrears } } }';
const idsOf = ({ variables }: DepartmentRequest) => (variables['representations'] as { id: string }[]).map(({ id }) => id);
const truth = (ids: readonly string[]): DepartmentAnswer => ({ data: { _entities: ids.map((id) => ({ of: id })) }, errors: [] });

/** A department that answers when the test says so. */
const ask: AskDepartment = (request, call) =>
  new Promise((resolve, reject) => {
    const ids = idsOf(request);
    sent.push({ ids, call, answer: (answer = truth(ids)) => resolve(answer), fail: reject });
    call.signal.addEventListener('abort', () => reject(call.signal.reason as Error));
  });

function open(limits: Partial<QueueLimits> = {}) {
  sent = [];
  seen = { joined: [], overloaded: 0 };
  queue = new DepartmentQueue(
    ask,
    { concurrency: 3, waiting: 10, joined: 8, ...limits },
    { overloaded: () => void seen.overloaded++, joined: (queries) => void seen.joined.push(queries) },
  );
}

interface How {
  token?: string;
  query?: string;
  year?: number;
  idempotent?: boolean;
  signal?: Cancellation;
}
let queries = 0;
/** What became of a query: the ids it was answered, or why it was not. */
function query(
  ids: string[],
  { token = 'clerk', query: text = TEXT, year, idempotent = true, signal = new Cancellation() }: How = {},
) {
  const representations = ids.map((id) => ({ __typename: 'CreditSubject', id }));
  const request = { query: text, variables: { representations, ...(year !== undefined && { year }) } };
  return queue.ask(request, { contextToken: token, requestId: `r-${++queries}`, signal, idempotent }).then(
    ({ data, errors }) =>
      data === null ? errors.map(({ code }) => code) : (data['_entities'] as { of: string }[]).map(({ of }) => of),
    (error: unknown) => (error instanceof Error ? error.message : error),
  );
}
/** Lets promises that are settled call back. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  queries = 0;
  open();
});

describe('a request', () => {
  test('is sent at once and as it is while there is room', () => {
    void query(['a']);
    void query(['b']);
    expect(sent.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
    expect(sent[0]?.call).toMatchObject({ contextToken: 'clerk', requestId: 'r-1', idempotent: true });
  });

  test('travels with those of the same question that wait for the same, each subject once, under all their ids', async () => {
    const answers = [['a'], ['b'], ['c', 'd'], ['d'], ['e']].map((ids) => query(ids));
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
    void query(['a']);
    void query(['b']);
    void query(['c']);
    void query(['d'], how);
    void query(['e'], how);
    for (const each of sent) each.answer();
    await settled();
    for (const each of sent) each.answer();
    await settled();
    const together = sent.filter(({ ids }) => ids.includes('c') && ids.length > 1);
    expect(together).toEqual([]);
    expect(sent.flatMap(({ ids }) => ids).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('takes no more along than a joined request may hold, and fills none by itself', async () => {
    const eight = ['1', '2', '3', '4', '5', '6', '7', '8'];
    void query(['a']);
    void query(['b']);
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
  function three() {
    void query(['a']);
    void query(['b']);
    const clients = ['c', 'd', 'e'].map((id) => ({ id, signal: new Cancellation() }));
    return clients.map(({ id, signal }) => ({ leave: () => signal.abort('gone'), answer: query([id], { signal }) }));
  }

  test('while it waits, is not asked for', async () => {
    const [c, d, e] = three();
    d?.leave();
    expect(await d?.answer).toBe('gone');
    sent[0]?.answer();
    await settled();
    expect(sent[2]?.ids).toEqual(['c', 'e']);
    sent[2]?.answer();
    expect([await c?.answer, await e?.answer]).toEqual([['c'], ['e']]);
  });

  test('while its part is under way, takes nobody else along', async () => {
    const [c, d, e] = three();
    sent[0]?.answer();
    await settled();
    c?.leave();
    expect(await c?.answer).toBe('gone');
    expect(sent[2]?.call.signal.aborted).toBe(false);
    sent[2]?.answer();
    expect([await d?.answer, await e?.answer]).toEqual([['d'], ['e']]);
  });

  test('as the last of them gives the request up', async () => {
    const clients = three();
    sent[0]?.answer();
    await settled();
    for (const { leave } of clients) leave();
    expect(sent[2]?.call.signal.aborted).toBe(true);
    sent[1]?.answer();
    await settled();
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
  });

  test('with all who wait with it costs the department nothing', async () => {
    for (const { leave } of three()) leave();
    for (const each of sent) each.answer();
    await settled();
    expect(sent).toHaveLength(2);
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
    void query(['f']);
    expect(sent).toHaveLength(3);
  });
});

describe('a joined request', () => {
  test.each<[string, (last: Sent) => void]>([
    ['is answered with too few subjects', ({ answer }) => answer({ data: { _entities: [] }, errors: [] })],
    ['is refused as a whole', ({ answer }) => answer({ data: null, errors: [{ code: 'INPUT_INVALID' }] })],
    ['is answered with more than may be taken', ({ fail }) => fail(new TransportError('too long', false, { tooLong: true }))],
  ])('that %s is asked again one by one, so that nobody is denied an answer by a neighbour', async (_, spoil) => {
    void query(['a']);
    void query(['b']);
    const answers = [query(['c']), query(['d'])];
    sent[0]?.answer();
    await settled();
    spoil(sent[2] as Sent);
    await settled();
    for (const each of sent) each.answer();
    expect(await Promise.all(answers)).toEqual([['c'], ['d']]);
    expect(sent.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c', 'd'], ['c'], ['d']]);
    await settled();
    expect(queue.load).toEqual({ underWay: 0, waiting: 0 });
  });

  test('that the department does not answer fails for all of them', async () => {
    void query(['a']);
    void query(['b']);
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
    for (let round = 0; round < 3; round++) {
      for (const each of sent) each.answer();
      await settled();
    }
    expect(await Promise.all(waiting)).toEqual([['a'], ['b'], ['c']]);
    void query(['d'], { token: 'd' });
    expect(sent.at(-1)?.ids).toEqual(['d']);
  });

  test('asks nothing for a client that has gone before', async () => {
    const signal = new Cancellation();
    signal.abort('gone');
    expect(await query(['a'], { signal })).toBe('gone');
    expect(sent).toEqual([]);
  });
});
