import { describe, expect, test } from 'vitest';
import type { ActKind } from '../querylog/act.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { authorizationsAreKeptTo } from './authorization-rule.ts';

const limits = { maxUses: 2, expiresAt: '2026-07-01T00:00:00.000Z' };
const act = (kind: ActKind, object = 'a') =>
  entryOf('r', { decision: 'ACTED', act: { kind, object, ...(kind === 'AUTHORIZATION_GRANTED' && { limits }) } });
const look = (changes: Partial<QueryLogEntry> = {}) =>
  entryOf('r', { decision: 'RELEASED', authorizations: ['a'], time: '2026-06-15T00:00:00.000Z', ...changes });
const granted = act('AUTHORIZATION_GRANTED');
const faultsOf = (entries: readonly QueryLogEntry[]) =>
  entries.map(authorizationsAreKeptTo()).filter((fault) => fault !== undefined);

describe('an authorization is kept to', () => {
  test.each<[string, QueryLogEntry[]]>([
    ['by as many answers as it allows', [granted, look(), look()]],
    ['by answers before it is revoked', [granted, look(), act('AUTHORIZATION_REVOKED')]],
    [
      'by refusals after that, however many',
      [granted, act('AUTHORIZATION_REVOKED'), look({ decision: 'REFUSED' }), look({ decision: 'FAILED' })],
    ],
    [
      'by another that is still in force',
      [granted, act('AUTHORIZATION_GRANTED', 'b'), act('AUTHORIZATION_REVOKED', 'b'), look()],
    ],
    ['by answers that stand on none', [look({ authorizations: [] })]],
  ])('%s', (_, entries) => {
    expect(faultsOf(entries)).toEqual([]);
  });
});

describe('it is told from the log alone', () => {
  test.each<[string, QueryLogEntry[], string]>([
    ['that one answer too many left', [granted, look(), look(), look()], 'OVERUSED_AUTHORIZATION'],
    ['that one left after it was revoked', [granted, act('AUTHORIZATION_REVOKED'), look()], 'RELEASED_AFTER_END'],
    ['that one left after the loan was closed', [granted, act('AUTHORIZATION_SUSPENDED'), look()], 'RELEASED_AFTER_END'],
    [
      'that one left after its end, which nobody recorded',
      [granted, look({ time: '2026-07-01T00:00:00.000Z' })],
      'RELEASED_AFTER_END',
    ],
    ['that it was never granted', [act('AUTHORIZATION_REQUESTED'), look()], 'UNGRANTED_AUTHORIZATION'],
    ['that it was granted only afterwards', [look(), granted], 'UNGRANTED_AUTHORIZATION'],
    ['that a second grant gives no new uses', [granted, look(), look(), granted, look()], 'OVERUSED_AUTHORIZATION'],
  ])('%s', (_, entries, fault) => {
    expect(faultsOf(entries)).toEqual([fault]);
  });
});
