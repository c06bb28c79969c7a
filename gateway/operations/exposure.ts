import {
  type DocumentNode,
  getNamedType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  validate,
  visit,
} from 'graphql';
import { covers } from '../../policies/authorized-scope.ts';
import { strictness } from '../../policies/evaluate-cell.ts';
import type { PolicySet, PurposeRules } from '../../policies/policy-set.ts';
import type { Cell } from '../../policies/treatment.ts';
import { CATEGORIES } from '../../schema/classification.ts';
import { SUBJECT_BY } from '../disclosure/asked-subjects.ts';
import { compilePlan, isOwn, type CompiledPlan } from '../disclosure/compile-plan.ts';
import type { PlannedField } from '../disclosure/disclosure.ts';
import { fieldsWithArguments } from '../disclosure/argument-uses.ts';
import { type ResolvedField, resolveOperation } from '../disclosure/resolve-operation.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';

/** Without the subject's authorization and with the widest there could be, each for organisations and for persons. */
export const COLUMNS = ['organization', 'person', 'authorizedOrganization', 'authorizedPerson'] as const;
export type Column = (typeof COLUMNS)[number];

/** What could become of one field of an operation, or of one of its arguments: in whatever place, for whatever variables. */
export type Exposed = { coordinate: string } & Readonly<Record<Column, Cell>>;

/** Whose operation, for which purpose, under which rules. */
export interface ExposureInput {
  document: DocumentNode;
  caller: Pick<Caller, 'actor' | 'organization' | 'department'>;
  purpose: string;
  policy: PolicySet;
  apiSchema: GraphQLSchema;
  /** City date. */
  date: string;
}

/**
 * All that an operation could ever show this kind of caller, by the planner that will decide: whatever skip and include say,
 * whatever the variables hold, and whatever an authorization opens. In the operation's order, each coordinate once.
 * @throws {GatewayError} INPUT_INVALID (not valid against the schema, or not exactly one operation), PURPOSE_UNKNOWN, QUERY_TOO_COSTLY,
 * ACT_NOT_ALONE.
 */
export function exposureOf(input: ExposureInput): Exposed[] {
  const { apiSchema, policy, date } = input;
  const purpose = policy.purpose(input.purpose, date);
  if (purpose === undefined) throw new GatewayError('PURPOSE_UNKNOWN');
  if (validate(apiSchema, input.document, undefined, { maxErrors: 1 }).length > 0)
    throw new GatewayError('INPUT_INVALID', { argument: 'document' });
  const { operation, fields } = resolveWhole(input.document, apiSchema);
  const plans = [undefined, new Set(fields.filter(namesSubject).map(({ responseKey }) => responseKey))].map((roots) =>
    compilePlan({
      operation,
      fields,
      caller: { developer: false, ...input.caller },
      purpose,
      policy,
      catalogue: policy.catalogue,
      schema: apiSchema,
      kinds: new Map(),
      ...(roots && { authorized: { scope: EVERYTHING, roots } }),
      // Shapes pseudonyms, and no value is ever shown here.
      pseudonymKey: 'exposure',
      date,
    }),
  );
  const exposed = new Map<string, Exposed>();
  plans.forEach((plan, index) => {
    const columns = index === 0 ? UNAUTHORIZED : AUTHORIZED;
    for (const cells of [...fieldCells(plan.plan.fields), ...argumentCells(fields, plan, { ...input, purpose })])
      widen(exposed, cells, columns);
  });
  return [...exposed.values()];
}

/**
 * Every field that the one operation of a document could ask for, conditions left out of account.
 * The document must be valid against the schema.
 * @throws {GatewayError} INPUT_INVALID (not exactly one operation), QUERY_TOO_COSTLY, ACT_NOT_ALONE.
 */
function resolveWhole(
  document: DocumentNode,
  schema: GraphQLSchema,
): { operation: OperationDefinitionNode; fields: readonly ResolvedField[] } {
  const unconditional: DocumentNode = visit(document, {
    Directive: ({ name }) => (name.value === 'skip' || name.value === 'include' ? null : undefined),
  });
  const operations = unconditional.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operation === undefined || operations.length > 1 || operation.operation === 'subscription')
    throw new GatewayError('INPUT_INVALID', { argument: 'document' });
  return { operation, fields: resolveOperation({ document: unconditional, operation, schema, variables: {} }) };
}

const EVERYTHING = { categories: CATEGORIES };
const UNAUTHORIZED = { organization: 'organization', person: 'person' } as const;
const AUTHORIZED = { organization: 'authorizedOrganization', person: 'authorizedPerson' } as const;

/** Whether a field of the root can be given a subject, and so asked under an authorization. */
function namesSubject({ arguments: given, definition }: ResolvedField): boolean {
  const names = new Set(given.map(({ name }) => name.value));
  return definition.args.some(({ name, type }) => names.has(name) && inputFields(type).some(({ of }) => of === SUBJECT_BY));
}

interface Cells {
  coordinate: string;
  organization: Cell;
  person: Cell;
}

function fieldCells(planned: readonly PlannedField[]): Cells[] {
  return planned.flatMap(({ coordinate, organization, person, fields = [] }) => [
    ...(coordinate === null ? [] : [{ coordinate, organization, person }]),
    ...fieldCells(fields),
  ]);
}

/** Arguments of what is fetched: each that is supplied, and of an input object all that a variable could put there. */
function argumentCells(
  fields: readonly ResolvedField[],
  { fetched }: CompiledPlan,
  { policy, caller, purpose, date }: Omit<ExposureInput, 'purpose'> & { purpose: PurposeRules },
): Cells[] {
  return fieldsWithArguments(fields).flatMap((field) => {
    const place = fetched.get(field.path);
    if (place === undefined) return [];
    return suppliedCoordinates(field).map((coordinate) => {
      const own = isOwn({ developer: false, ...caller }, policy.catalogue.get(coordinate)?.owner ?? null);
      const authorized = place.authorized && covers(EVERYTHING, coordinate, policy);
      const key = { purpose: purpose.code, actor: caller.actor, own, authorized, coordinate };
      const cell = (person: boolean) => policy.decide({ ...key, person }, date);
      return { coordinate, organization: cell(false), person: cell(true) };
    });
  });
}

function suppliedCoordinates({ coordinate, arguments: given, definition }: ResolvedField): string[] {
  return given.flatMap(({ name }) => {
    const argument = definition.args.find((one) => one.name === name.value);
    if (argument === undefined) return [];
    return [`${coordinate}(${argument.name}:)`, ...inputFields(argument.type).map(({ of, field }) => `${of}.${field}`)];
  });
}

/** Every field of an input type, those of the input types within it included. */
function inputFields(type: GraphQLInputType, seen: ReadonlySet<string> = new Set()): { of: string; field: string }[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named.name)) return [];
  const within = new Set([...seen, named.name]);
  return Object.values(named.getFields()).flatMap((field) => [
    { of: named.name, field: field.name },
    ...inputFields(field.type, within),
  ]);
}

/** A coordinate that stands in several places counts as its most open one. */
function widen(exposed: Map<string, Exposed>, cells: Cells, columns: typeof UNAUTHORIZED | typeof AUTHORIZED): void {
  const { coordinate } = cells;
  const known = exposed.get(coordinate) ?? { coordinate, ...NOTHING };
  const organization = opener(known[columns.organization], cells.organization);
  const person = opener(known[columns.person], cells.person);
  exposed.set(coordinate, { ...known, [columns.organization]: organization, [columns.person]: person });
}

function opener(known: Cell, other: Cell): Cell {
  if (known === NOT_FETCHED) return plain(other);
  return strictness(other.treatment) < strictness(known.treatment) ? plain(other) : known;
}

/** Of what a plan has, only what the table says. */
function plain({ treatment, mask, rule, basis }: Cell): Cell {
  return { treatment, ...(mask !== undefined && { mask }), rule, basis };
}

/** Where it is within something that is withheld. */
const NOT_FETCHED: Cell = Object.freeze({ treatment: 'WITHHOLD', rule: 'default', basis: Object.freeze([]) });
const NOTHING: Record<Column, Cell> = {
  organization: NOT_FETCHED,
  person: NOT_FETCHED,
  authorizedOrganization: NOT_FETCHED,
  authorizedPerson: NOT_FETCHED,
};
