import { createHash } from 'node:crypto';
import { parse, validate } from 'graphql';
import { createDisclosurePlanner } from '../../gateway/disclosure/plan-disclosure.ts';
import type { DisclosureNotice, PlannedField } from '../../gateway/disclosure/disclosure.ts';
import { codeOf, GatewayError } from '../../gateway/errors.ts';
import type { Caller } from '../../gateway/identity/caller.ts';
import { ownColumns } from '../../policies/decision-table.ts';
import { evaluateCell } from '../../policies/evaluate-cell.ts';
import { loadPolicies } from '../../policies/load-policies.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Cell, CellKey } from '../../policies/treatment.ts';
import { isSubjectId, type SubjectId } from '../../schema/identifiers/subject-id.ts';
import type { Actor } from '../../schema/signed-context.ts';
import { PolicyError } from '../../policies/fault.ts';
import { CATEGORIES } from '../../schema/classification.ts';
import { apiSchemaOf } from '../../schema/api-schema.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { readNamedFile } from '../named-file.ts';
import { readSchema } from './policy-sources.ts';
import { purposeInForce } from './purpose-in-force.ts';
import type { SourceOptions } from './policy-sources.ts';

/** One cell with every rule that spoke; the first decided. */
export interface CellExplanation extends CellKey {
  /** 名称 of the purpose, and what it is for. */
  purposeName: string;
  /** Whom the purpose is open to; others are shown nothing, whatever its rules say. */
  openTo: readonly Actor[];
  cell: Cell;
  /** All rules that spoke, the deciding one first, each with the place it stands. */
  rules: readonly { id: string; at: string; treatment: Cell['treatment']; basis: readonly string[] }[];
}

/**
 * Explains one cell, `own` also where the department given owns the field.
 * @throws {PolicyError} when no purpose of the code is in force, the schema has no such coordinate, or none that this kind of caller can own.
 */
export function explainCell(options: SourceOptions, asked: CellKey & { department?: string }, date: string): CellExplanation {
  const policies = loadPolicies(options.policies, readSchema(options).catalogue);
  const { department, ...cellKey } = asked;
  const { coordinate } = cellKey;
  const { code, name, actors, effective } = purposeInForce(policies, cellKey.purpose, date);
  const entry = policies.catalogue.get(coordinate);
  const purpose = policies.source.purposes.find((source) => source.code === code && source.effective.from === effective.from);
  if (!purpose || !entry)
    throw new PolicyError([
      {
        at: coordinate,
        message: '没有此字段，见 xinqiao policy matrix。 There is no such coordinate; see `xinqiao policy matrix`.',
      },
    ]);
  const canOwn = ownColumns(cellKey.actor, entry).includes(true);
  if (cellKey.own && !canOwn)
    throw new PolicyError([
      {
        at: '--own',
        message: `${coordinate} 不是该主体的本部门数据。 ${coordinate} is nothing that ${cellKey.actor} can own.`,
      },
    ]);
  const key = { ...cellKey, own: cellKey.own || (canOwn && department !== undefined && entry.owner === department) };
  const { candidates } = evaluateCell({ ...key, purpose, entry }, policies);
  return {
    ...key,
    purposeName: name,
    openTo: actors,
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
  const date = cityToday(() => question.at);
  const { actor } = question.caller;
  const { actors, requires } = purposeInForce(policies, question.purpose, date);
  if (!actors.includes(actor)) throw new GatewayError('PURPOSE_FORBIDDEN');
  const text = readNamedFile('--operation', question.file);
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
    asItself(policies),
  );
  if (requires.self || actor === 'SUBJECT') assertOneself(disclosure.asked);
  if (question.authorized) assertItsSubject(disclosure.asked);
  const { operation, departments, fields, notices } = disclosure.plan;
  return { operation: operation.text, departments, revealed: [...new Set(revealedIn(fields))], notices };
}

/** Whoever may ask about itself alone is taken for whom the operation asks about. */
function asItself(policies: PolicySet): PolicySet {
  const purpose: PolicySet['purpose'] = (code, date) => {
    const found = policies.purpose(code, date);
    return found && { ...found, requires: { ...found.requires, self: false } };
  };
  return { ...policies, purpose };
}

function assertOneself(asked: readonly SubjectId[]): void {
  if (asked.length > 1 || !asked.every(isSubjectId)) throw new GatewayError('PURPOSE_FORBIDDEN', { reason: 'self' });
}

/** An authorization is of one subject, and of nobody whom an old number stands for. */
function assertItsSubject(asked: readonly SubjectId[]): void {
  if (asked.length !== 1 || !asked.every(isSubjectId)) throw new GatewayError('AUTHORIZATION_SUBJECT_MISMATCH');
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
