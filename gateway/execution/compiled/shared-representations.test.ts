import { expect, test, vi } from 'vitest';
import type { Run } from './run.ts';
import { createBeginning, type Represented } from './shared-representations.ts';

const newRun = (): Run => ({
  data: {},
  errors: [],
  texts: { put: (value) => value, read: (text) => text },
  variables: {},
  send: () => Promise.reject(new Error('nobody is asked')),
});
const representing = () => vi.fn<() => Represented>(() => ({ representations: [], texts: [], targets: [] }));

test('fetches that begin together represent the same objects once, and anew in the next run', () => {
  const beginning = createBeginning();
  const represent = representing();
  const fetches = [1, 2, 3].map(() => beginning.share('keys', represent));
  for (const run of [newRun(), newRun()]) {
    const [first, ...others] = fetches.map((fetch) => fetch(run));
    for (const other of others) expect(other).toBe(first);
  }
  expect(represent).toHaveBeenCalledTimes(2);
});

test('other keys are represented by themselves', () => {
  const beginning = createBeginning();
  const [one, other] = [representing(), representing()];
  const fetches = [beginning.share('one', one), beginning.share('other', other)];
  const run = newRun();
  for (const fetch of fetches) fetch(run);
  expect([one, other].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
});

test('once all have begun, what they asked about is forgotten: later the same run has other data', () => {
  const beginning = createBeginning();
  const represent = representing();
  const fetches = [1, 2].map(() => beginning.share('keys', represent));
  const run = newRun();
  for (const fetch of [...fetches, ...fetches]) fetch(run);
  expect(represent).toHaveBeenCalledTimes(2);
});

test('a run that broke off half-way leaves nothing to the next', () => {
  const beginning = createBeginning();
  const represent = representing();
  const [first, second] = [beginning.share('keys', represent), beginning.share('keys', represent)];
  first(newRun());
  const run = newRun();
  expect(second(run)).toBe(first(run));
  expect(represent).toHaveBeenCalledTimes(2);
});
