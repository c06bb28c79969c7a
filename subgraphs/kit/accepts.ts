import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parse } from 'yaml';

/** The owner's veto: what a department decides about each purpose. A purpose it does not list is refused. */
export interface Accepts {
  /** Whether the department answers queries for the purpose. */
  has(purpose: string): boolean;
  /** Every decision, in the file's order, for people and for the check. */
  readonly decisions: readonly AcceptDecision[];
}

export type AcceptDecision = v.InferOutput<typeof DECISION>;

const DECISION = v.strictObject({
  code: v.pipe(v.string(), v.regex(/^[A-Z][A-Z_]*$/, 'a purpose code such as SELF_QUERY')),
  accept: v.boolean(),
  reason: v.pipe(v.string(), v.trim(), v.minLength(1, 'a reason in one line')),
});
const FILE = v.strictObject({ department: v.string(), purposes: v.array(DECISION) });

/**
 * Reads a department's accepts.yaml. Throws an Error naming the file and the fault when the file is not of the form
 * `{department, purposes: [{code, accept, reason}]}`, names another department, or decides one purpose twice.
 */
export function loadAccepts(file: string | URL, department: string): Accepts {
  const parsed = v.safeParse(FILE, parse(readFileSync(file, 'utf8')));
  if (!parsed.success)
    throw new Error(`${file}: ${parsed.issues.map((issue) => `${v.getDotPath(issue)}: expected ${issue.message}`).join('; ')}`);
  const { department: named, purposes: decisions } = parsed.output;
  if (named !== department) throw new Error(`${file}: it is for ${named}, not ${department}`);
  const twice = decisions.find(({ code }, index) => decisions.findIndex((other) => other.code === code) !== index);
  if (twice) throw new Error(`${file}: ${twice.code} is decided twice`);
  const accepted = new Set(decisions.flatMap(({ code, accept }) => (accept ? [code] : [])));
  return { has: (purpose) => accepted.has(purpose), decisions };
}
