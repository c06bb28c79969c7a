import { createHmac, generateKeyPairSync } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import type { Check } from './check.ts';
import type { Reply, Target } from './target.ts';

/** A purpose no department has heard of. */
const UNHEARD_OF = 'XINQIAO_UNHEARD_OF';
/** A resident number that nobody has (division 999999), of a wrong form by one digit too many. */
const ODD_VALUE = '9999991990010100169';

/** The department answers the gateway, and nobody else. */
export const contextChecks: readonly Check[] = [
  must('SC01', 'answers GET /health/live and /health/ready with 200', async (target) => {
    for (const path of ['/health/live', '/health/ready']) {
      const status = await target.get(path);
      if (status !== 200) throw new Error(`${path} answered ${status}`);
    }
  }),
  must('SC02', 'refuses a request without a signed context (401)', async (target) =>
    refused(await target.ask('{ __typename }', undefined)),
  ),
  must('SC03', 'gives no introspection and no SDL without a signed context (401)', async (target) => {
    refused(await target.ask('{ __schema { types { name } } }', undefined));
    refused(await target.ask('{ _service { sdl } }', undefined));
  }),
  must(
    'SC04',
    'refuses a context for another department (401)',
    refuses((target) => target.sign({ aud: `not-${target.department}` })),
  ),
  must(
    'SC05',
    'refuses an expired context (401)',
    refuses((target) => target.sign(shifted(target, -120))),
  ),
  must(
    'SC06',
    'refuses a context that lives longer than 60 seconds (401)',
    refuses((target) => target.sign({ exp: Number(target.claims()['iat']) + 3600 })),
  ),
  must(
    'SC07',
    'refuses a context from the future (401)',
    refuses((target) => target.sign(shifted(target, 600))),
  ),
  must(
    'SC08',
    'refuses a context from another issuer (401)',
    refuses((target) => target.sign({ iss: 'somebody-else' })),
  ),
  must('SC09', 'refuses a context signed with another key (401)', refuses(byStranger)),
  must('SC10', 'refuses an unsigned context, `alg: none` (401)', refuses(unsigned)),
  must('SC11', 'refuses HS256 with the public key as its secret (401)', refuses(byPublicKey)),
  must('SC12', 'refuses a purpose it has not accepted (PURPOSE_NOT_ACCEPTED, no data)', async (target) => {
    const reply = await target.ask('{ __typename }', target.sign({ purpose: UNHEARD_OF }));
    if (reply.data !== null || !reply.codes.includes('PURPOSE_NOT_ACCEPTED')) throw new Error(seen(reply));
  }),
  must('SC13', 'never repeats a value it refuses (INPUT_INVALID)', async (target) => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }';
    const reply = await target.ask(query, target.sign(), { r: [{ __typename: 'CreditSubject', id: ODD_VALUE }] });
    if (!reply.codes.includes('INPUT_INVALID')) throw new Error(seen(reply));
    if (reply.text.includes(ODD_VALUE)) throw new Error('the answer repeats the value');
  }),
];

function must(id: string, title: string, run: Check['run']): Check {
  return { id, level: 'MUST', title, run };
}

function refuses(token: (target: Target) => string): Check['run'] {
  return async (target) => refused(await target.ask('{ __typename }', token(target)));
}

function refused(reply: Reply): void {
  if (reply.status !== 401 || reply.data !== null) throw new Error(seen(reply));
}

function seen({ status, data, codes }: Reply): string {
  return `answered ${status}${codes.length > 0 ? ` ${codes.join(' ')}` : ''}${data === null ? '' : ' with data'}`;
}

function shifted(target: Target, seconds: number): Record<string, unknown> {
  const { iat, exp } = target.claims();
  return { iat: Number(iat) + seconds, exp: Number(exp) + seconds };
}

function byStranger(target: Target): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { header } = jsonwebtoken.decode(target.sign(), { complete: true }) ?? {};
  return jsonwebtoken.sign(target.claims(), privateKey, { algorithm: 'ES256', keyid: header?.kid ?? '' });
}

function unsigned(target: Target): string {
  return `${relabelled(target, 'none')}.`;
}

function byPublicKey(target: Target): string {
  const signed = relabelled(target, 'HS256');
  return `${signed}.${createHmac('sha256', target.publicKeyPem).update(signed).digest('base64url')}`;
}

/** A genuine context's key id and claims under another algorithm's name. */
function relabelled(target: Target, alg: string): string {
  const { header } = jsonwebtoken.decode(target.sign(), { complete: true }) ?? {};
  return [{ alg, typ: 'JWT', kid: header?.kid }, target.claims()]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}
