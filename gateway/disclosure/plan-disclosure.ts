import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { covers } from '../../policies/authorized-scope.ts';
import type { AuthorizedScope } from '../../policies/authorized-scope.ts';
import type { PolicySet, PurposeRules } from '../../policies/policy-set.ts';
import { rulesOf } from '../../policies/validate-policies.ts';
import { cityToday } from '../../schema/city-clock.ts';
import type { Catalogue } from '../../schema/classification.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import { coerceVariables } from '../coerce-variables.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import type { QueryRequest } from '../request.ts';
import { argumentUse, fieldsWithArguments } from './argument-uses.ts';
import type { ArgumentUse } from './argument-uses.ts';
import { askedId } from './asked-subjects.ts';
import type { AskedSubject } from './asked-subjects.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { compilePlan, isOwn } from './compile-plan.ts';
import type { CompiledPlan, PlanInput } from './compile-plan.ts';
import type { Disclosure, DisclosurePlan, SubjectKinds } from './disclosure.ts';
import { questionsOf } from './questions.ts';
import { conditionVariables, findOperation, resolveOperation, usesVariables } from './resolve-operation.ts';
import type { ResolvedField, Variables } from './resolve-operation.ts';

/**
 * Decides what a request would show, before anything is fetched. Pure but for its cache of plans.
 * @throws {GatewayError} INPUT_INVALID, ARGUMENT_FORBIDDEN (naming the coordinate and the rule), PURPOSE_UNKNOWN,
 * PURPOSE_FORBIDDEN (a self-query about another), AUTHORIZATION_REQUIRED, SUBJECTS_TOO_MANY, THRESHOLD_FORBIDDEN, QUERY_TOO_COSTLY, ACT_NOT_ALONE, ACT_FORBIDDEN (naming the
 * coordinate and the rule).
 */
export type PlanDisclosure = (request: QueryRequest, asking: Asking, policy: PolicySet) => Disclosure;

/** Who asks, why, and by which authorization, if any: whether it is valid, and of the subject asked for, is not decided here. */
export interface Asking {
  caller: Caller;
  purpose: DeclaredPurpose;
  authorization?: AuthorizedScope;
}

/** What a planner is made for: one schema. Another schema needs another planner. */
export interface DisclosurePlannerOptions {
  catalogue: Catalogue;
  apiSchema: GraphQLSchema;
  /** Key of the opaque subject ids. */
  subjectKey: string;
  /** Key of pseudonyms. */
  pseudonymKey: string;
  /** Most plans kept, and most resolved operations, of a hundred fields each; larger ones take the room of several. */
  maxPlans?: number;
}

/** A plan of a hundred fields takes about 50 KiB: some 50 MiB in all. */
const DEFAULT_MAX_PLANS = 1000;
const FIELDS_PER_PLAN = 100;
/** Subjects of a refused query that go on the log, where the purpose sets no limit. */
const SUBJECTS_ON_RECORD = 100;

/** Creates a planner. Plans are compiled once per operation, conditions, policy version, caller class and subject kinds. */
export function createDisclosurePlanner(options: DisclosurePlannerOptions): PlanDisclosure {
  const { catalogue, apiSchema, subjectKey, pseudonymKey, maxPlans = DEFAULT_MAX_PLANS } = options;
  const conditions = createBoundedCache<readonly string[]>(maxPlans);
  // By weight: anybody may send operations of thousands of fields, and as many of them as there is room for.
  const room = maxPlans * FIELDS_PER_PLAN;
  const operations = createBoundedCache<Resolved>(room, ({ fields }) => weightOf(fields));
  const plans = createBoundedCache<CompiledPlan>(room, ({ plan }) => weightOf(plan.fields));

  return (request, { caller, purpose: declared, authorization }, policy) => {
    const date = cityToday(() => request.receivedAt);
    const purpose = policy.purpose(declared.code, date);
    if (!purpose) throw new GatewayError('PURPOSE_UNKNOWN');
    const operation = findOperation(request.document, request.operationName);
    const variables = variablesOf(apiSchema, operation, request.variables);

    const deciding = conditions.remember(request.documentHash, () => conditionVariables(request.document));
    const shape = [request.documentHash, operation.name?.value, ...deciding.map((name) => variables[name])].join(' ');
    const { fields, governed } = operations.remember(shape, () => {
      const resolved = resolveOperation({ document: request.document, operation, schema: apiSchema, variables });
      return { fields: resolved, governed: fieldsWithArguments(resolved).map(fixedUse) };
    });

    const uses = governed.map((each) => ('values' in each ? each : argumentUse(each, variables)));
    const kinds = kindsByRootField(fields, uses);
    const authorized = authorization && { scope: authorization, roots: rootsNaming(fields, uses) };
    const by = { caller, purpose, policy, kinds, ...(authorized && { authorized }) };
    const plan = plans.remember(planKey(shape, by), () =>
      compilePlan({ ...by, operation, fields, catalogue, schema: apiSchema, pseudonymKey, date }),
    );
    const subjects = uses.flatMap((use) => use.subjects);
    return onRecord(subjects, { purpose, subjectKey }, () => {
      if (plan.plan.acts) assertMayAct(plan.plan);
      // Before an identifier is looked at: to be told that a number is wrong is to have it checked.
      governArguments(uses, { plan, catalogue, date, ...by });
      const asked = askedIds(subjects, purpose, subjectKey);
      if (purpose.requires.self) requireSelf(asked, caller);
      // By the rules of this day: those of the next, which may have begun when rights are looked at, may require none.
      if (purpose.requires.authorization !== 'none' && authorization === undefined)
        throw new GatewayError('AUTHORIZATION_REQUIRED');
      return { plan: plan.plan, asked, questions: questionsOf(uses, plan, policy) };
    });
  };
}

/**
 * An operation as far as its conditions settle it, and those of its fields whose arguments are to be governed: what they use, where no
 * variable has a part in it.
 */
interface Resolved {
  fields: readonly ResolvedField[];
  governed: readonly (ResolvedField | ArgumentUse)[];
}

function fixedUse(field: ResolvedField): ResolvedField | ArgumentUse {
  return usesVariables(field.arguments) ? field : { ...argumentUse(field, {}), isFixed: true };
}

/** The fields of a tree; at least what a plan of {@link FIELDS_PER_PLAN} weighs, so that small ones are bounded in number too. */
function weightOf(fields: readonly Tree[]): number {
  return Math.max(FIELDS_PER_PLAN, countFields(fields));
}

interface Tree {
  fields?: readonly Tree[];
}

function countFields(fields: readonly Tree[]): number {
  return fields.reduce((count, { fields: below = [] }) => count + 1 + countFields(below), 0);
}

function variablesOf(schema: GraphQLSchema, operation: OperationDefinitionNode, given: Variables): Variables {
  const { coerced, errors } = coerceVariables(schema, operation, given);
  // The library's message would repeat the value.
  if (!coerced) throw new GatewayError('INPUT_INVALID', { argument: variableOf(errors) });
  // Without a prototype: a variable may be called `constructor`.
  return Object.assign(Object.create(null) as Record<string, unknown>, coerced);
}

function variableOf(errors: NonNullable<ReturnType<typeof coerceVariables>['errors']>): string {
  const node = errors[0]?.nodes?.[0];
  return node?.kind === 'VariableDefinition' ? `$${node.variable.name.value}` : 'variables';
}

/** A root field that names only organisations, or only persons, is planned for those alone. */
function kindsByRootField(fields: readonly ResolvedField[], uses: readonly ArgumentUse[]): ReadonlyMap<string, SubjectKinds> {
  const subjects = new Map(uses.map((use) => [use.field, use.subjects]));
  return new Map(fields.map((field) => [field.responseKey, kindsOf(subjects.get(field) ?? [])]));
}

function kindsOf(subjects: readonly AskedSubject[]): SubjectKinds {
  if (subjects.length > 0 && subjects.every(({ person }) => person === true)) return 'persons';
  if (subjects.length > 0 && subjects.every(({ person }) => person === false)) return 'organizations';
  return 'both';
}

/** The fields of the root that name a subject: an authorization opens nothing of what a search comes upon. */
function rootsNaming(fields: readonly ResolvedField[], uses: readonly ArgumentUse[]): ReadonlySet<string> {
  const naming = new Set(uses.filter(({ subjects }) => subjects.length > 0).map(({ field }) => field));
  return new Set(fields.filter((field) => naming.has(field)).map(({ responseKey }) => responseKey));
}

/** What a plan depends on beside the operation; of an authorization what it covers, not which one it is. */
type PlannedBy = Pick<PlanInput, 'caller' | 'purpose' | 'policy' | 'kinds' | 'authorized'>;

function planKey(shape: string, { caller, purpose, policy, kinds, authorized }: PlannedBy): string {
  const { actor, department, organization } = caller;
  // Pseudonyms are bound to the organisation; all other plans are shared by callers of one class.
  const scope = pseudonymising(policy).has(purpose.code) ? organization : undefined;
  const by = JSON.stringify([department, scope, authorized && authorizedClass(authorized)]);
  let asked = '';
  for (const [root, kind] of kinds) asked += `${root} ${kind},`;
  return [shape, policy.hash, purpose.code, purpose.effective.from, actor, asked, by].join('\n');
}

function authorizedClass({ scope, roots }: NonNullable<PlanInput['authorized']>): unknown {
  return [[...new Set(scope.categories)].sort(), scope.fields ? [...new Set(scope.fields)].sort() : null, [...roots]];
}

/** By policy set, which is immutable: codes of the purposes that replace a value by a pseudonym. */
const pseudonymisingPurposes = new WeakMap<PolicySet, ReadonlySet<string>>();

function pseudonymising(policy: PolicySet): ReadonlySet<string> {
  const known = pseudonymisingPurposes.get(policy);
  if (known !== undefined) return known;
  const using = policy.source.purposes.filter((purpose) =>
    rulesOf(purpose).some(({ treatments }) => Object.values(treatments).includes('PSEUDONYMIZE')),
  );
  const codes = new Set(using.map(({ code }) => code));
  pseudonymisingPurposes.set(policy, codes);
  return codes;
}

/** A query is answered without what is withheld; an act is done as it was asked, or refused. */
function assertMayAct({ fields: [act] }: DisclosurePlan): void {
  if (act === undefined || act.coordinate === null) throw new GatewayError('ACT_NOT_ALONE');
  const barred = [act.organization, act.person].find(({ treatment }) => treatment !== 'REVEAL');
  if (barred !== undefined) throw new GatewayError('ACT_FORBIDDEN', { coordinate: act.coordinate, rule: barred.rule });
}

/** Every argument of a field that is fetched must be revealed to the caller; arguments of pruned fields go nowhere. */
function governArguments(
  uses: readonly ArgumentUse[],
  by: PlannedBy & { plan: CompiledPlan; catalogue: Catalogue; date: string },
): void {
  const { plan, caller, purpose, policy, catalogue, date } = by;
  for (const use of uses) {
    const { field, coordinates } = use;
    const fetched = plan.fetched.get(field.path);
    // The same use under the same plan on the same day was found in order.
    if (fetched === undefined || plan.inOrder.get(use) === date) continue;
    for (const { coordinate, person: told, wellFormed } of coordinates) {
      const own = isOwn(caller, catalogue.get(coordinate)?.owner ?? null);
      const authorized = fetched.authorized && covers(by.authorized?.scope, coordinate, policy);
      for (const person of personsOf(told, fetched.kinds)) {
        const cell = policy.decide({ purpose: purpose.code, actor: caller.actor, own, person, authorized, coordinate }, date);
        if (cell.treatment !== 'REVEAL') throw new GatewayError('ARGUMENT_FORBIDDEN', { coordinate, rule: cell.rule });
      }
      if (!wellFormed) throw new GatewayError('INPUT_INVALID', { coordinate });
    }
    if (use.isFixed) plan.inOrder.set(use, date);
  }
}

/** The columns of the table that can apply: the identifier's own kind, else that of the subjects around it. */
function personsOf(told: boolean | undefined, kinds: SubjectKinds): readonly boolean[] {
  if (told !== undefined) return [told];
  return kinds === 'both' ? [false, true] : [kinds === 'persons'];
}

function askedIds(subjects: readonly AskedSubject[], { limits }: PurposeRules, subjectKey: string): SubjectId[] {
  const { subjectsPerRequest: limit = Number.POSITIVE_INFINITY } = limits;
  // Counted before they are hashed, so that a list of millions costs nothing.
  const few = subjects.length > limit ? distinct(subjects) : subjects;
  if (few.length > limit) throw new GatewayError('SUBJECTS_TOO_MANY', { limit });
  return [...new Set(few.map((subject) => askedId(subject, subjectKey)))];
}

function distinct(subjects: readonly AskedSubject[]): readonly AskedSubject[] {
  return [...new Map(subjects.map((subject) => [`${subject.by}\n${subject.text}`, subject])).values()];
}

/** A refusal carries the subjects it kept from the caller to the log: whoever was asked for may know of the attempt. */
function onRecord<Result>(
  subjects: readonly AskedSubject[],
  { purpose, subjectKey }: { purpose: PurposeRules; subjectKey: string },
  decide: () => Result,
): Result {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code === 'SUBJECTS_TOO_MANY') throw error;
    const few = subjects.slice(0, purpose.limits.subjectsPerRequest ?? SUBJECTS_ON_RECORD);
    throw new GatewayError(error.code, error.details, { asked: few.flatMap((subject) => validId(subject, subjectKey)) });
  }
}

/** What cannot be genuine names nobody. */
function validId(subject: AskedSubject, subjectKey: string): SubjectId[] {
  try {
    return [askedId(subject, subjectKey)];
  } catch {
    return [];
  }
}

/** An old number that only the registry can resolve is refused too: whose it is would show after the fetch. */
function requireSelf(asked: readonly SubjectId[], { subject }: Caller): void {
  if (subject === undefined || asked.some((id) => id !== subject))
    throw new GatewayError('PURPOSE_FORBIDDEN', { reason: 'self' });
}
