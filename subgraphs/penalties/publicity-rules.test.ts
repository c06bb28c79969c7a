import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadPublicityRules } from './publicity-rules.ts';

function file(text: string): string {
  const name = path.join(mkdtempSync(path.join(tmpdir(), 'rules-')), 'rules.yaml');
  writeFileSync(name, text);
  return name;
}

test('turns the file into one object a tier, in order, amounts in fen', () => {
  const rules = file(`rules:
  - { id: R, name: 规则, basis: [令], effective: { from: '2026-04-01' }, tiers: [{ tier: SERIOUS, publicityMonths: 36, fineAtLeast: '10000.00' }, { tier: GENERAL, publicityMonths: 12 }] }`);
  expect(JSON.parse(loadPublicityRules(rules))).toEqual([
    {
      rank: 0,
      effective_from: '2026-04-01',
      effective_to: 'infinity',
      tier: 'SERIOUS',
      publicity_months: 36,
      fine_at_least_fen: '1000000',
    },
    { rank: 1, effective_from: '2026-04-01', effective_to: 'infinity', tier: 'GENERAL', publicity_months: 12 },
  ]);
});

test.each([
  ['a rule without a legal basis', `basis: []`],
  ['an unknown tier', `basis: [令], tiers: [{ tier: HUGE, publicityMonths: 1 }]`],
  ['a date that is none', `basis: [令], effective: { from: soon }`],
  ['an unknown condition', `basis: [令], tiers: [{ tier: MINOR, publicityMonths: 1, weather: rain }]`],
  [
    'a category that no penalty has',
    `basis: [令], tiers: [{ tier: SERIOUS, publicityMonths: 1, anyCategory: [LICENCE_REVOCATION] }]`,
  ],
  ['days that run backwards', `basis: [令], effective: { from: '2026-04-01', to: '2026-03-31' }`],
  ['a fine that is not yuan', `basis: [令], tiers: [{ tier: MINOR, publicityMonths: 1, fineBelow: '1.234' }]`],
])('refuses %s', (_, changed) => {
  const rest = Object.entries({ effective: '{}', tiers: '[{ tier: MINOR, publicityMonths: 0 }]' }).filter(
    ([key]) => !changed.includes(`${key}:`),
  );
  const text = `rules:\n  - { id: R, name: 规则, ${[changed, ...rest.map(([key, value]) => `${key}: ${value}`)].join(', ')} }`;
  expect(() => loadPublicityRules(file(text))).toThrow('expected');
});
