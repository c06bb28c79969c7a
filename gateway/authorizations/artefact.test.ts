import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { artefactOf, digestOf, openArtefact, sealArtefact } from './artefact.ts';
import { asked, consent, context, NOW } from './authorization.fixture.ts';
import { readConsent } from './consent.ts';
import { readTerms } from './terms.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKey = createPublicKey(privateKey);
const { terms, template } = readTerms(asked(), context());
const artefact = artefactOf(terms, readConsent(consent(), terms, template), NOW);
const sealed = sealArtefact(artefact, { privateKey, keyId: 'k1' });

test('an artefact holds the terms, the consent and its day, in canonical JSON', () => {
  expect(JSON.parse(sealed.canonical)).toEqual(artefact);
  expect(artefact).toMatchObject({ version: 1, createdAt: '2026-06-15T04:00:00.000Z', separateConsent: true, maxUses: 3 });
  expect(sealed.canonical).toMatch(/^\{"assurance":"HIGH","channel":"CITY_PORTAL","createdAt":/);
  expect(sealed.digest).toBe(digestOf(sealed.canonical));
});

test('its JWS opens with the key that sealed it, and says byte for byte what is kept', () => {
  expect(openArtefact(sealed.jws, publicKey)).toEqual(artefact);
  expect(Buffer.from(sealed.jws.split('.')[1] ?? '', 'base64url').toString()).toBe(sealed.canonical);
});

test.each([
  [
    'by another key',
    sealArtefact(artefact, { privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, keyId: 'k1' }).jws,
  ],
  ['of another type', jsonwebtoken.sign(sealed.canonical, privateKey, { algorithm: 'ES256' })],
  [
    'changed in one letter',
    sealed.jws.replace(/^([^.]+\.[^.]{40})(.)/, (_, head: string, letter: string) => head + (letter === 'A' ? 'B' : 'A')),
  ],
  ['that is none', 'x.y.z'],
])('a JWS %s does not open', (_, jws) => {
  expect(openArtefact(jws, publicKey)).toBeUndefined();
});
