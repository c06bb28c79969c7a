import { afterEach, describe, expect, test } from 'vitest';
import { request } from 'undici';
import { type Answered, ask, askUntil, type Bearer, type Deployment, entryOf, type Question } from '../deployment.ts';

const CLERK: Bearer = { actor: 'DEPARTMENT', org: 'licensing-bureau', department: 'licensing', operator: 'clerk' };
const QUERY = `query ($code: USCC!) {
  subject(by: { unifiedSocialCreditCode: $code }) { name licenses(first: 1) { certificateName } tax { hasArrears } }
}`;
/** A department that was away is tried again after five seconds; a loaded machine takes its time. */
const RECOVERY_MS = 60_000;

/** What happens while a part is away, and that everything comes back by itself. */
export function outages(deployment: () => Deployment): void {
  const clerk = (): Question => ({
    query: QUERY,
    variables: { code: deployment().manifest.demonstration.unifiedSocialCreditCode },
    bearer: CLERK,
    purpose: 'ADMIN_APPROVAL_CHECK',
    matter: '云审受字〔2026〕第0007号',
  });
  const isWhole = ({ status, codes }: Answered) => status === 200 && codes.length === 0;
  const answered = {
    name: '云汀市青禾餐饮管理有限公司',
    licenses: [{ certificateName: '公共场所卫生许可证' }],
    tax: { hasArrears: true },
  };

  describe('a department that is down', () => {
    afterEach(async () => {
      for (const department of ['tax', 'registry'] as const) await deployment().startDepartment(department);
      await askUntil(deployment(), clerk(), isWhole);
    }, RECOVERY_MS);

    test('leaves its own fields null and is named, and the rest is answered', { timeout: RECOVERY_MS }, async () => {
      await deployment().stopDepartment('tax');
      const answer = await ask(deployment(), clerk());
      expect(answer).toMatchObject({
        status: 200,
        data: { subject: { ...answered, tax: null } },
        errors: [{ path: ['subject', 'tax'], extensions: { code: 'DEPARTMENT_UNAVAILABLE', department: 'tax' } }],
        disclosure: { unavailable: ['tax'] },
      });
      expect((await entryOf(deployment(), answer.disclosure.receipt)).entry).toMatchObject({
        decision: 'RELEASED',
        code: null,
        departments: ['licensing', 'registry', 'tax'],
        unavailable: ['tax'],
      });
      expect(await readiness(deployment())).toMatchObject({
        status: 200,
        body: { ready: true, checks: { log: true, tax: false, registry: true } },
      });
    });

    test('fails the whole query where the purpose must consult it', { timeout: RECOVERY_MS }, async () => {
      await deployment().stopDepartment('registry');
      const answer = await ask(deployment(), clerk());
      expect(answer).toMatchObject({ status: 503, codes: ['REFERENCE_UNAVAILABLE'], data: undefined });
      expect(answer.errors[0]?.extensions).toMatchObject({ departments: ['registry'] });
      expect((await entryOf(deployment(), answer.disclosure.receipt)).entry).toMatchObject({
        decision: 'FAILED',
        code: 'REFERENCE_UNAVAILABLE',
        unavailable: ['registry'],
        subjects: { returned: [] },
      });
    });

    test('is asked again by itself once it is back', { timeout: RECOVERY_MS }, async () => {
      await deployment().stopDepartment('tax');
      for (let times = 0; times < 6; times++) expect((await ask(deployment(), clerk())).disclosure.unavailable).toEqual(['tax']);
      await deployment().startDepartment('tax');
      expect((await askUntil(deployment(), clerk(), isWhole)).data).toEqual({ subject: answered });
    });
  });

  describe('while the log cannot be written', () => {
    afterEach(() => deployment().mendLog());

    test('nothing is answered, not even a refusal’s reason, and afterwards everything is again', {
      timeout: RECOVERY_MS,
    }, async () => {
      const before = await logSize(deployment());
      await deployment().breakLog();
      for (const question of [clerk(), { ...clerk(), purpose: 'CURIOSITY' }]) {
        const answer = await ask(deployment(), question);
        expect(answer).toMatchObject({ status: 503, codes: ['LOG_UNAVAILABLE'] });
        expect(Object.keys(JSON.parse(answer.text)).sort()).toEqual(['errors', 'extensions']);
        expect(answer.disclosure).toEqual({ receipt: null });
        for (const shown of ['青禾', '卫生许可', 'hasArrears', 'PURPOSE_UNKNOWN']) expect(answer.text).not.toContain(shown);
      }
      expect(await readiness(deployment())).toMatchObject({ status: 503, body: { ready: false, checks: { log: false } } });

      await deployment().mendLog();
      const answer = await askUntil(deployment(), clerk(), isWhole);
      expect(answer.data).toEqual({ subject: answered });
      expect(await readiness(deployment())).toMatchObject({ status: 200, body: { ready: true } });
      // What was refused for want of a log has no place in it: the next receipt follows the last.
      expect(BigInt(answer.disclosure.receipt?.index ?? -1)).toBeGreaterThanOrEqual(before);
      const { rows } = await deployment().log.query(
        'select count(*) as entries, max(seq) + 1 as size, (select size from querylog.head) as head from querylog.entry',
      );
      expect(rows).toEqual([{ entries: rows[0]?.['head'], size: rows[0]?.['head'], head: rows[0]?.['head'] }]);
    });
  });
}

async function readiness({ url }: Deployment): Promise<{ status: number; body: unknown }> {
  const { statusCode, body } = await request(`${url}/health/ready`);
  return { status: statusCode, body: await body.json() };
}

async function logSize({ log }: Deployment): Promise<bigint> {
  const { rows } = await log.query<{ size: bigint }>('select size from querylog.head');
  return rows[0]?.size ?? 0n;
}
