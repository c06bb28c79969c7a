import { expect, test } from 'vitest';
import { codeOf, GatewayError } from '../errors.ts';
import { afterAct } from './assert-done.ts';

const lost = new GatewayError('LOG_UNAVAILABLE');

test('where the answer of an act cannot be put on record, nobody is told to try again', () => {
  expect(codeOf(afterAct(lost, true, { acts: true }))).toBe('ACT_UNCERTAIN');
});

test.each([
  ['a query', lost, true, { acts: false }],
  ['an act that was not answered for yet', lost, false, { acts: true }],
  ['what was refused before it was planned', lost, false, undefined],
  ['an act that was refused', new GatewayError('NOT_FOUND'), true, { acts: true }],
] as const)('%s keeps its own code', (_, error, isAnswered, plan) => {
  expect(afterAct(error, isAnswered, plan)).toBe(error);
});
