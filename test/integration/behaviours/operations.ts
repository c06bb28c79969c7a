import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Answered, ask, type Bearer, type Deployment, entryOf, type Question } from '../deployment.ts';
import { OFFICE, registering } from '../registering.ts';

const BANK: Bearer = { actor: 'BANK', org: 'operations-bank', operator: 'system' };
const OTHER: Bearer = { actor: 'BANK', org: 'other-bank', operator: 'system' };
/** One that nobody has registered yet. */
const look = () => `query Look($code: USCC!) { # ${randomUUID().slice(0, 8)}
  subject(by: { unifiedSocialCreditCode: $code }) { name tax { hasArrears refundAccountNo } } }`;

/** Operations are registered by those who run them, and reviewed by the credit office on what they would disclose. */
export function operations(deployment: () => Deployment): void {
  const { act, register, approve, decide, read } = registering(deployment);

  describe('registration and review', () => {
    test('a bank registers, the credit office sees what would be disclosed, approves exactly that, and all is on record', async () => {
      const document = look();
      const made = (await register(BANK, document)).data.registerOperation;
      expect(made).toMatchObject({
        hash: createHash('sha256').update(document).digest('hex'),
        state: 'IN_REVIEW',
        organization: `operations-bank-${deployment().run}`,
      });
      const seen = await read(made.id);
      const fields = new Map(seen.disclosure.fields.map((field: { coordinate: string }) => [field.coordinate, field]));
      expect(fields.get('TaxStanding.hasArrears')).toMatchObject({
        organization: { treatment: 'WITHHOLD', rule: 'LPRE-1' },
        authorizedOrganization: { treatment: 'REVEAL', rule: 'LPRE-11' },
      });
      expect(fields.get('TaxStanding.refundAccountNo')).toMatchObject({ authorizedPerson: { treatment: 'WITHHOLD' } });
      expect(fields.get('SubjectBy.residentIdNumber')).toMatchObject({ organization: { treatment: 'WITHHOLD', rule: 'LPRE-3' } });

      expect((await approve(made.id, 'something else')).codes).toEqual(['ALREADY_DONE']);
      const approved = (await approve(made.id, seen.disclosure.digest)).data.approveOperation;
      expect(approved).toMatchObject({ state: 'APPROVED', validUntil: '2026-12-31', disclosure: { widened: [] } });
      const { rows } = await deployment().log.query<{ canonical: string }>(
        `select canonical from querylog.entry where canonical like '%"object":"' || $1 || '"%' order by seq`,
        [made.id],
      );
      expect(rows.map(({ canonical }) => JSON.parse(canonical).act.kind)).toEqual(['OPERATION_REGISTERED', 'OPERATION_APPROVED']);
      expect(rows.map(({ canonical }) => canonical).join()).not.toContain('审查贷款');
    });

    test('a bank runs what was approved, in full or by its hash, until it is withdrawn, and nothing else', async () => {
      const query = look();
      const hash = createHash('sha256').update(query).digest('hex');
      const variables = { code: deployment().manifest.demonstration.unifiedSocialCreditCode };
      const byHash = { persistedQuery: { version: 1, sha256Hash: hash } };
      const run = (given: Partial<Question> = {}, bearer = BANK) =>
        ask(deployment(), { query, variables, bearer, purpose: 'LOAN_PRE', ...given });

      expect((await run({ query: undefined, extensions: byHash })).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
      const refused = await run();
      expect([refused.status, refused.codes, refused.data ?? null]).toEqual([403, ['OPERATION_NOT_REGISTERED'], null]);
      expect((await entryOf(deployment(), refused.disclosure.receipt)).entry).toMatchObject({
        decision: 'REFUSED',
        code: 'OPERATION_NOT_REGISTERED',
        operation: { hash },
        departments: [],
      });

      const { id, disclosure } = (await register(BANK, query)).data.registerOperation;
      expect((await run()).codes).toEqual(['OPERATION_PENDING']);
      await approve(id, disclosure.digest);
      const shown = await run();
      expect([shown.status, shown.codes]).toEqual([200, []]);
      expect((await run({ query: undefined, extensions: byHash })).data).toEqual(shown.data);
      expect((await run({ extensions: byHash })).data).toEqual(shown.data);
      expect((await run({ query: `${query} `, extensions: byHash })).codes).toEqual(['INPUT_INVALID']);
      expect((await run({ query: `${query} ` })).codes).toEqual(['OPERATION_NOT_REGISTERED']);
      expect((await run({ purpose: 'LOAN_POST' })).codes).toEqual(['OPERATION_NOT_REGISTERED']);
      expect((await run({}, OTHER)).codes).toEqual(['OPERATION_NOT_REGISTERED']);

      await decide('withdraw', id);
      expect((await run()).codes).toEqual(['OPERATION_NOT_REGISTERED']);
    });

    test('what is rejected or withdrawn stays so, and may be registered anew; what is live may not', async () => {
      const document = look();
      const { id } = (await register(BANK, document)).data.registerOperation;
      expect((await register(BANK, document)).codes).toEqual(['ALREADY_DONE']);
      expect((await register(OTHER, document)).codes).toEqual([]);
      expect((await decide('reject', id, { reason: '字段过多' })).data.rejectOperation).toMatchObject({
        state: 'REJECTED',
        decisionReason: '字段过多',
      });
      expect((await decide('withdraw', id)).codes).toEqual(['ALREADY_DONE']);
      const again = (await register(BANK, document)).data.registerOperation;
      expect((await decide('withdraw', again.id, { bearer: BANK })).data.withdrawOperation.state).toBe('WITHDRAWN');
    });

    test('a refused act says which argument it was, and what would do', async () => {
      const said = ({ errors }: Answered) => errors.map(({ extensions }) => ({ ...extensions, requestId: undefined }));
      const invalid = (details: object) => [{ code: 'INPUT_INVALID', ...details }];
      expect(said(await register(BANK, 'query { no'))).toEqual(invalid({ argument: 'document' }));
      expect(said(await register(BANK, look(), { purpose: 'NONE' }))).toEqual(invalid({ argument: 'purpose' }));
      const { id, disclosure } = (await register(BANK, look())).data.registerOperation;
      expect(said(await approve(id, disclosure.digest, { validUntil: '2036-01-01' }))).toEqual(
        invalid({ argument: 'validUntil', latest: '2027-11-01' }),
      );
      expect(said(await approve(id, 'something else'))).toEqual([{ code: 'ALREADY_DONE', changed: 'disclosure' }]);
    });

    test('a bank sees and withdraws its own alone', async () => {
      const document = look();
      const { id } = (await register(BANK, document)).data.registerOperation;
      expect(await read(id, OTHER)).toBeNull();
      expect((await decide('withdraw', id, { bearer: OTHER })).codes).toEqual(['NOT_FOUND']);
      const list = `query ($hash: String) { registeredOperations(hash: $hash) { id } }`;
      const hash = createHash('sha256').update(document).digest('hex');
      expect((await act(OTHER, list, { hash })).data.registeredOperations).toEqual([]);
      expect((await act(BANK, list, { hash })).data.registeredOperations).toEqual([{ id }]);
      expect((await act(OFFICE, list, { hash })).data.registeredOperations).toEqual([{ id }]);
      const page = `query ($after: ID) { registeredOperations(first: 1, after: $after) { id } }`;
      const newer = (await register(BANK, look())).data.registerOperation;
      expect((await act(BANK, page, {})).data.registeredOperations).toEqual([{ id: newer.id }]);
      for (const bearer of [BANK, OFFICE])
        expect((await act(bearer, page, { after: newer.id })).data.registeredOperations).toEqual([{ id }]);
      expect((await act(OTHER, page, { after: newer.id })).codes).toEqual(['NOT_FOUND']);
    });

    test.each<[string, Record<string, unknown>]>([
      ['that is none', { document: 'query {' }],
      ['that does not fit the schema', { document: '{ nothing }' }],
      ['of two operations', { document: 'query A { __typename } query B { __typename }' }],
      ['with somebody’s number in it', { document: '{ subject(by: { residentIdNumber: "11010519491231002X" }) { name } }' }],
      ['for a purpose that is not a bank’s', { purpose: 'DAILY_SUPERVISION' }],
      ['for a purpose that there is not', { purpose: 'CURIOSITY' }],
      ['without a reason', { reason: ' ' }],
    ])('a document %s is not registered', async (_, given) => {
      expect((await register(BANK, look(), given)).codes).toEqual(['INPUT_INVALID']);
    });

    test.each<[string, string]>([
      ['yesterday', '2026-01-01'],
      ['longer than the policy allows', '2030-01-01'],
    ])('nothing is approved until %s', async (_, validUntil) => {
      const { id, disclosure } = (await register(BANK, look())).data.registerOperation;
      expect((await approve(id, disclosure.digest, { validUntil })).codes).toEqual(['INPUT_INVALID']);
    });

    test('a bank approves nothing, and the credit office registers nothing', async () => {
      const { id, disclosure } = (await register(BANK, look())).data.registerOperation;
      expect((await approve(id, disclosure.digest, { bearer: BANK })).codes).toEqual(['ACT_FORBIDDEN']);
      expect((await register(OFFICE, look())).codes).toEqual(['ACT_FORBIDDEN']);
    });
  });
}
