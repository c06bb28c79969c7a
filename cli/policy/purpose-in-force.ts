import { inForce } from '../../policies/decision-table.ts';
import { PolicyError } from '../../policies/fault.ts';
import type { PolicySet, PurposeRules } from '../../policies/policy-set.ts';

/** The purpose of the code in force on a city date. @throws {PolicyError} naming those there are, when it is none of them. */
export function purposeInForce(policies: PolicySet, code: string, date: string): PurposeRules {
  const purpose = policies.purpose(code, date);
  if (purpose !== undefined) return purpose;
  const codes = inForce(policies, date).map((known) => known.code);
  throw new PolicyError([
    {
      at: `--purpose ${code}`,
      message: `${date} 没有此用途，有效的用途如下。 There is no such purpose on ${date}; there are ${codes.join(', ')}.`,
    },
  ]);
}

/** That a purpose is not open to a kind of caller, and to whom it is. */
export function notOpen({ code, actors }: Pick<PurposeRules, 'code' | 'actors'>, actor: string): string {
  const to = actors.join(', ');
  return `用途 ${code} 不向 ${actor} 开放，只向 ${to} 开放。 ${code} is not open to ${actor}, only to ${to}.`;
}
