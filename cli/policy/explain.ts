import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { createDisclosurePlanner } from '../../gateway/disclosure/plan-disclosure.ts';
import type { DisclosureNotice, PlannedField } from '../../gateway/disclosure/disclosure.ts';
import { codeOf, GatewayError } from '../../gateway/errors.ts';
import type { Caller } from '../../gateway/identity/caller.ts';
import { evaluateCell } from '../../policies/evaluate-cell.ts';
import { loadPolicies } from '../../policies/load-policies.ts';
import type { Cell, CellKey } from '../../policies/treatment.ts';
import { CATEGORIES } from '../../schema/classification.ts';
import { apiSchemaOf } from '../../schema/api-schema.ts';
import { readSchema } from './policy-sources.ts';
import type { SourceOptions } from './policy-sources.ts';

/** One cell with every rule that spoke; the first decided. */
export interface CellExplanation extends CellKey {
  /** 名称 of the purpose, and what it is for. */
  purposeName: string;
  cell: Cell;
  /** All rules that spoke, the deciding one first, each with the place it stands. */
  rules: readonly { id: string; at: string; treatment: Cell['treatment']; basis: readonly string[] }[];
}

/** Explains one cell, `own` also where the department given owns the field; undefined when no purpose of the code is in force or the schema has no such coordinate. */
export function explainCell(
  options: SourceOptions,
  asked: CellKey & { department?: string },
  date: string,
): CellExplanation | undefined {
  const policies = loadPolicies(options.policies, readSchema(options).catalogue);
  const { department, ...cellKey } = asked;
  const rules = policies.purpose(cellKey.purpose, date);
  const entry = policies.catalogue.get(cellKey.coordinate);
  const purpose = policies.source.purposes.find(
    ({ code, effective }) => code === rules?.code && effective.from === rules.effective.from,
  );
  if (!purpose || !entry) return undefined;
  const key = { ...cellKey, own: cellKey.own || (department !== undefined && entry.owner === department) };
  const { candidates } = evaluateCell({ ...key, purpose, entry }, policies);
  return {
    ...key,
    purposeName: purpose.name,
    cell: policies.decide(key, date),
    rules: candidates.map(({ rule, cell }) => ({ id: rule.id, at: rule.at, treatment: cell.treatment, basis: cell.basis })),
  };
}

/** What a whole operation would show a caller. */
export interface OperationExplanation {
  /** The operation departments would be sent. */
  operation: string;
  departments: readonly string[];
  /** Coordinates that leave as they are. */
  revealed: readonly string[];
  notices: readonly DisclosureNotice[];
}

/** Whose look to explain. */
export interface OperationQuestion {
  file: string;
  caller: Caller;
  purpose: string;
  /** Whether an authorization covers all the operation asks for. */
  authorized: boolean;
  variables: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Plans the operation as the gateway would. @throws {GatewayError} as the gateway would refuse it. */
export function explainOperation(options: SourceOptions, question: OperationQuestion): OperationExplanation {
  const { catalogue, sdl } = readSchema(options);
  const policies = loadPolicies(options.policies, catalogue);
  const apiSchema = apiSchemaOf(sdl);
  const text = readFileSync(question.file, 'utf8');
  const document = parse(text);
  const [error] = validate(apiSchema, document);
  if (error) throw new GatewayError('INPUT_INVALID', { message: error.message });
  // The keys shape opaque ids only, and none is printed.
  const plan = createDisclosurePlanner({ catalogue, apiSchema, subjectKey: 'explain', pseudonymKey: 'explain' });
  const disclosure = plan(
    {
      id: 'explain',
      receivedAt: question.at,
      header: () => undefined,
      extensions: {},
      schema: apiSchema,
      document,
      documentHash: createHash('sha256').update(text).digest('hex'),
      operationName: null,
      variables: question.variables,
      signal: new AbortController().signal,
    },
    {
      caller: question.caller,
      purpose: { code: question.purpose },
      ...(question.authorized && { authorization: { categories: CATEGORIES } }),
    },
    policies,
  );
  const { operation, departments, fields, notices } = disclosure.plan;
  return { operation: operation.text, departments, revealed: [...new Set(revealedIn(fields))], notices };
}

/** The refusal of an operation as a sentence. */
export function describeRefusal(error: unknown): string {
  if (!(error instanceof GatewayError)) throw error;
  return `${codeOf(error)}: ${error.message} ${JSON.stringify(error.details)}`;
}

function revealedIn(fields: readonly PlannedField[]): string[] {
  return fields.flatMap((field) => {
    const shown = field.organization.treatment === 'REVEAL' && field.person.treatment === 'REVEAL';
    return [...(shown && field.coordinate !== null ? [field.coordinate] : []), ...revealedIn(field.fields ?? [])];
  });
}
