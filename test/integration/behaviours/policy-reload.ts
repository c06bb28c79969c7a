import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask, type Deployment, entryOf } from '../deployment.ts';

/** A rule that the city adds on one day: the strictest rule wins. */
const WITHHOLD_CAPITAL = `
  - id: PUB-9
    note: 试验：注册资本不予公开。
    basis: [山东省社会信用条例第二十条]
    fields: [Registration.registeredCapital]
    treatment: withhold
`;

/** Policies are replaced while queries are answered. */
export function policyReload(deployment: () => Deployment): void {
  const file = () => join(deployment().policies, 'purposes', 'PUBLIC_QUERY.yaml');
  const look = async () => {
    const { unifiedSocialCreditCode: code } = deployment().manifest.demonstration;
    const query =
      'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { registration { registeredCapital } } }';
    const answer = await ask(deployment(), { query, variables: { code }, purpose: 'PUBLIC_QUERY' });
    const { entry } = await entryOf(deployment(), answer.disclosure.receipt);
    expect(entry.policyHash).toBe(answer.disclosure.policyVersion);
    return {
      capital: answer.data.subject.registration.registeredCapital,
      hash: entry.policyHash,
      withheld: answer.disclosure.withheld,
    };
  };

  describe('a change of the policies', () => {
    let original: string | undefined;
    afterEach(async () => {
      if (original !== undefined) await writeFile(file(), original);
    });

    test('changes the answer and the hash in the log without a restart, and a broken file changes neither', {
      timeout: 60_000,
    }, async () => {
      original = await readFile(file(), 'utf8');
      const before = await look();
      expect(before).toMatchObject({ capital: '5000000.00', withheld: [] });

      await writeFile(file(), original + WITHHOLD_CAPITAL);
      await deployment().untilReported('policies reloaded', 1);
      const after = await look();
      expect(after).toMatchObject({ capital: null, withheld: [{ coordinate: 'Registration.registeredCapital', rule: 'PUB-9' }] });
      expect(after.hash).not.toBe(before.hash);

      await writeFile(file(), `${original}\n  - this is: [not a rule`);
      await deployment().untilReported('policies not reloaded', 1);
      expect(await look()).toEqual(after);

      await writeFile(file(), original);
      await deployment().untilReported('policies reloaded', 2);
      expect(await look()).toEqual(before);
    });
  });
}
