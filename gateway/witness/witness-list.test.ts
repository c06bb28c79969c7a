import * as v from 'valibot';
import { expect, test } from 'vitest';
import { formatVerifierKey } from '../querylog/signed-note.ts';
import { LOG, WITNESS } from './witness.fixture.ts';
import { witnessList } from './witness-list.ts';

const KEY = formatVerifierKey(WITNESS.verifierKey);
const read = (text: string) => v.safeParse(witnessList(), text);

test('witnesses are addresses with their keys, separated by commas', () => {
  expect(read(`https://w1.example/ ${KEY}, http://127.0.0.1:4200 ${KEY}`).output).toEqual([
    { url: 'https://w1.example', verifierKey: KEY },
    { url: 'http://127.0.0.1:4200', verifierKey: KEY },
  ]);
});

test.each([
  ['no key', 'https://w1.example'],
  ['no address', KEY],
  ['another protocol', `ftp://w1.example ${KEY}`],
  ['a key that is none', 'https://w1.example w1+00000000+AAAA'],
  ['the key of a log', `https://w1.example ${formatVerifierKey(LOG.verifierKey)}`],
  ['a word too many', `https://w1.example ${KEY} please`],
])('%s is refused', (_, text) => {
  expect(read(text).issues?.[0]?.message).toMatch(/^addresses each with the verifier key/);
});
