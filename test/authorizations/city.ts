import { generateKeyPairSync } from 'node:crypto';
import type { Db } from '../../database/db.ts';
import { createActs } from '../../gateway/acts/acts.ts';
import { createAuthorize } from '../../gateway/authorization/authorize.ts';
import type { PresentedAuthorization } from '../../gateway/authorization/present-authorization.ts';
import { BANK, KEY, noticeOf } from '../../gateway/authorizations/authorization.fixture.ts';
import { createDesk } from '../../gateway/authorizations/desk.ts';
import { GatewayError } from '../../gateway/errors.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { policies } from '../../policies/policies.fixture.ts';
import type { Acting } from '../../schema/acting.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const BY = { purpose: 'AUTHORIZATION_HANDLING', requestId: 'r' };
const bank: Acting = { actor: 'BANK', organization: BANK, ...BY, credentials: { keyThumbprint: KEY } };
const signatory = (subject: string): Acting => ({
  actor: 'SUBJECT',
  organization: subject,
  subject,
  ...BY,
  credentials: { signatory: 'LEGAL_REPRESENTATIVE', assurance: 'HIGH', channel: 'CITY_PORTAL' },
});
const DAY_MS = 86_400_000;

/** What became of one attempt. */
export type Outcome = 'RELEASED' | 'RETURNED' | string;

/** A gateway in so far as authorizations go through it: its own log writer, acts, desk and authorization stage over one database. */
export function openGateway(db: Db) {
  const queryLog = createQueryLog({ db, origin: 'city.example/log' });
  const acts = createActs({ queryLog, policies: { current: () => policies }, clock: Date.now });
  const desk = createDesk({
    db,
    acts,
    policies: { current: () => policies },
    signer: { privateKey, keyId: 'k' },
    clock: Date.now,
  });
  const authorize = createAuthorize({ db, clock: Date.now });

  /** Asks and grants; the n-th is of a company of its own. */
  async function granted(n: number, uses: number): Promise<PresentedAuthorization> {
    const subject = `o-${String(n).padStart(22, '0')}` as SubjectId;
    const now = Date.now();
    const {
      id,
      dataFrom: from,
      dataTo: to,
    } = await desk.request(bank, {
      subject,
      purpose: 'LOAN_PRE',
      categories: ['TAX'],
      dataFrom: '2026-01-01',
      dataTo: '2026-01-31',
      notBefore: new Date(now).toISOString(),
      expiresAt: new Date(now + 10 * DAY_MS).toISOString(),
      maxUses: uses,
      maxUsesPerDay: uses,
      dataLifeDays: 30,
      matter: 'DK-1',
      template: 'LOAN_PRE',
      templateVersion: '2026.1',
      noticeHash: noticeOf('LOAN_PRE'),
    });
    await desk.grant(signatory(subject), id, { separateConsent: true, noticeHash: noticeOf('LOAN_PRE') });
    return { id, subject, from, to, categories: ['TAX'] };
  }

  /** One query by it, as the flow has it: reserve, answer or fail, append the release. */
  async function attempt(authorization: PresentedAuthorization, fails = false): Promise<Outcome> {
    const caller = { actor: 'BANK', organization: BANK, keyThumbprint: KEY, developer: false } as const;
    const asking = { requestId: 'r', caller, purpose: { code: 'LOAN_PRE', matter: 'DK-1' }, authorization };
    try {
      const grant = await authorize({ asked: [authorization.subject], questions: [] }, asking, policies);
      if (fails) {
        await grant.undo();
        return 'RETURNED';
      }
      await grant.settle([authorization.subject]);
      const subjects = { asked: [authorization.subject], returned: [authorization.subject] };
      const time = new Date().toISOString();
      try {
        await queryLog.append(
          entryOf('r', { time, decision: 'RELEASED', code: null, authorizations: [authorization.id], subjects }),
          grant.release,
        );
      } catch (error) {
        await grant.undo();
        throw error;
      }
      return 'RELEASED';
    } catch (error) {
      if (error instanceof GatewayError) return error.code;
      throw error;
    }
  }

  return {
    granted,
    attempt,
    revoke: ({ id, subject }: PresentedAuthorization) => desk.revoke(signatory(subject), id),
    close: () => queryLog.close(),
  };
}
