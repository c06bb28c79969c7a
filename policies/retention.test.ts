import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POLICIES_DIRECTORY } from './policies.fixture.ts';
import { loadRetention } from './retention.ts';

const shipped = readFileSync(join(POLICIES_DIRECTORY, 'retention.yaml'), 'utf8');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'retention-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function load(from: string | RegExp = '', to = '') {
  writeFileSync(join(directory, 'retention.yaml'), shipped.replace(from, to));
  return loadRetention(directory);
}

describe('retention', () => {
  it.each([
    ['queryLog', '2026-11-22', '2016-11'],
    ['queryLog', '2026-01-01', '2016-01'],
    ['queryLog', '2026-12-31', '2016-12'],
    ['sealedTexts', '2026-11-22', '2023-11'],
  ] as const)('of %s on %s is from the longest rule in force: kept from %s', (kept, today, month) => {
    expect(load().keptFrom(kept, today)).toBe(month);
  });

  it('ends with its last rule, so that nothing expires without one', () => {
    const ended = load('effective: { from: 2018-01-01 }', 'effective: { from: 2018-01-01, to: 2026-06-30 }');
    expect(ended.keptFrom('queryLog', '2026-06-30')).toBe('2016-06');
    expect(ended.keptFrom('queryLog', '2026-07-01')).toBe('2021-07');
    expect(() => ended.keptFrom('queryLog', '2017-07-01')).toThrow('no rule is in force on 2017-07-01');
  });

  it.each<[string, string | RegExp, string, string]>([
    ['below the legal floor', 'months: 36', 'months: 5', 'retention.yaml:25: RET-3: 5 months are below the legal floor of 6'],
    ['without a legal basis', 'basis: [深圳经济特区社会信用条例]', 'basis: []', 'a legal basis is required'],
    ['for no time', 'months: 120', 'months: 0', 'must be at least 1'],
    ['without a floor', /floor:\n(.*\n){3}/, 'floor: []\n', 'names no floor'],
    ['of a day that is none', '2018-01-01', '2018-02-30', 'must be a date'],
  ])('%s does not load', (_, from, to, message) => {
    expect(() => load(from, to)).toThrow(message);
  });

  it('that is not there does not load', () => {
    expect(() => loadRetention(directory)).toThrow('cannot be read (ENOENT)');
  });

  it('below a floor that was not in force in its time loads', () => {
    expect(() => load(/months: 36([^]*)from: 2025-01-01/, 'months: 5$1from: 2016-01-01, to: 2017-05-31')).not.toThrow();
  });
});
