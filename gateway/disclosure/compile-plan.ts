import { createHash } from 'node:crypto';
import { Kind, print } from 'graphql';
import type { FieldNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { covers } from '../../policies/authorized-scope.ts';
import type { AuthorizedScope } from '../../policies/authorized-scope.ts';
import type { PolicySet, PurposeRules } from '../../policies/policy-set.ts';
import type { Cell, Treatment } from '../../policies/treatment.ts';
import type { Catalogue } from '../../schema/classification.ts';
import type { Caller } from '../identity/caller.ts';
import { applyMask, compileByteMask, onByteTexts } from '../desensitization/compile-mask.ts';
import { pseudonymMask } from '../desensitization/masks/pseudonym.ts';
import type { ArgumentUse } from './argument-uses.ts';
import { FOUND_KEY, SUBJECT_ID_KEY } from './disclosure.ts';
import type { DisclosurePlan, FieldTreatment, PlannedField, SubjectKinds } from './disclosure.ts';
import { noticesOf } from './notices.ts';
import type { ResolvedField } from './resolve-operation.ts';
import { sentDocument } from './sent-document.ts';

/** What one plan is compiled from. */
export interface PlanInput {
  operation: OperationDefinitionNode;
  fields: readonly ResolvedField[];
  caller: Caller;
  purpose: PurposeRules;
  policy: PolicySet;
  catalogue: Catalogue;
  schema: GraphQLSchema;
  /** Kinds of the subjects each field of the root asks for, by response key; both where none is named. */
  kinds: ReadonlyMap<string, SubjectKinds>;
  /** What an authorization covers, and the fields of the root that ask for its subject, by response key; none without one. */
  authorized?: { scope: AuthorizedScope; roots: ReadonlySet<string> };
  pseudonymKey: string;
  /** City date the decisions are for. */
  date: string;
}

/** A plan with what governing its arguments still needs. */
export interface CompiledPlan {
  plan: DisclosurePlan;
  /** The fields that are fetched, by path, and whom they are fetched for: theirs are the arguments to govern. */
  fetched: ReadonlyMap<string, FetchedFor>;
  /** Uses of arguments that were governed and found in order, with the day: they hold no variable, so they stay so. */
  inOrder: WeakMap<ArgumentUse, string>;
}

/** For which kinds of subject a field is fetched, and whether for one that an authorization is of. */
export interface FetchedFor {
  kinds: SubjectKinds;
  authorized: boolean;
}

/**
 * Decides every field, prunes what is withheld and prints what is left: the only text departments ever see.
 * Where nothing is left of a selection it becomes `__typename`, so that an object can still be told from null.
 */
export function compilePlan(input: PlanInput): CompiledPlan {
  const work: Work = { input, treatments: new Map(), fetched: new Map(), departments: new Set() };
  const { planned, selections } = planFields(input.fields, { owner: null, kinds: undefined, authorized: false }, work);
  const sent = selections.length > 0 ? selections : [TYPENAME_SELECTION];
  const { document, variableNames } = sentDocument(input.operation, sent, input.schema);
  const text = print(document);
  const plan: DisclosurePlan = {
    operation: {
      document,
      text,
      hash: createHash('sha256').update(text).digest('hex'),
      name: input.operation.name?.value ?? null,
      variableNames,
    },
    fields: planned,
    departments: [...work.departments].sort(),
    acts: input.operation.operation === 'mutation',
    introspects: input.fields.some(isIntrospection),
    notices: noticesOf(planned, input.kinds),
    policyHash: input.policy.hash,
  };
  return { plan, fetched: work.fetched, inOrder: new WeakMap() };
}

/** Whether the caller's department owns the coordinate; what departments share belongs to the owner of the field around it. */
export function isOwn(caller: Caller, owner: string | null): boolean {
  return caller.actor === 'DEPARTMENT' && owner !== null && caller.department === owner;
}

interface Work {
  input: PlanInput;
  /** Treatments by cell: cells are interned, so a mask is compiled once a plan. */
  treatments: Map<Cell, FieldTreatment>;
  fetched: Map<string, FetchedFor>;
  departments: Set<string>;
}

interface Surroundings {
  owner: string | null;
  /** Undefined at the root, where each field has its own. */
  kinds: SubjectKinds | undefined;
  /** Whether it is within what the authorized subject's root field asks for, and not below another subject. */
  authorized: boolean;
}

interface Planned {
  planned: PlannedField[];
  selections: FieldNode[];
}

function planFields(fields: readonly ResolvedField[], around: Surroundings, work: Work): Planned {
  const result: Planned = { planned: [], selections: [] };
  for (const field of fields) {
    const { planned, selection } = field.coordinate === null ? planMeta(field) : planField(field, field.coordinate, around, work);
    result.planned.push(planned);
    if (selection) result.selections.push(selection);
  }
  return result;
}

const AS_IS: FieldTreatment = Object.freeze({ treatment: 'REVEAL', rule: 'schema', basis: Object.freeze([]) });

/** `__typename`, `__schema` and `__type` describe the schema, not a subject: they pass untouched. */
function planMeta(field: ResolvedField): { planned: PlannedField; selection: FieldNode } {
  const planned = { responseKey: field.responseKey, coordinate: null, organization: AS_IS, person: AS_IS };
  return { planned, selection: untouched(field) };
}

function planField(
  field: ResolvedField,
  coordinate: string,
  around: Surroundings,
  work: Work,
): { planned: PlannedField; selection?: FieldNode } {
  const { catalogue, kinds: asked } = work.input;
  const owner = catalogue.get(coordinate)?.owner ?? around.owner;
  const isSubject = field.typeName === SUBJECT_TYPE;
  const isRoot = around.kinds === undefined;
  const kinds = around.kinds ?? asked.get(field.responseKey) ?? 'both';
  const authorized = isRoot ? (work.input.authorized?.roots.has(field.responseKey) ?? false) : around.authorized;
  const place = { coordinate, owner, authorized };
  const organization = treatmentOf({ ...place, person: false }, work);
  const person = treatmentOf({ ...place, person: true }, work);
  const planned: PlannedField = { responseKey: field.responseKey, coordinate, organization, person };
  if (isWithheld({ organization, person }, kinds)) return { planned };

  work.fetched.set(field.path, { kinds, authorized });
  if (owner !== null) work.departments.add(owner);
  if (field.fields === undefined) return { planned, selection: fieldNode(field) };
  // A subject reached from another may be of the other kind: a firm's predecessor can be a sole proprietor.
  const isOther = isSubject && !isRoot;
  const within = { owner, kinds: isOther ? ('both' as const) : kinds, authorized: authorized && !isOther };
  const below = planFields(field.fields, within, work);
  const isPage = field.typeName === PAGE_TYPE;
  const id = tellsOfSubject(field.typeName, work.input.caller) ? SUBJECT_IDS.get(field.typeName) : undefined;
  const ours = [...(id ? [id] : []), ...(isPage ? [FOUND_SELECTION] : [])];
  const selections = [...ours, ...below.selections];
  return {
    planned: { ...planned, fields: [...(isPage ? [FOUND] : []), ...below.planned], ...(id && { isSubject: true }) },
    selection: fieldNode(field, selections.length > 0 ? selections : [TYPENAME_SELECTION]),
  };
}

const SUBJECT_TYPE = 'CreditSubject';
/** Types whose objects tell of one subject, each with the field that says of whom. */
const SUBJECT_ID_FIELDS = { [SUBJECT_TYPE]: 'id', Authorization: 'subject', UnsealedName: 'subject' };
/** What a search answers with. */
const PAGE_TYPE = 'CreditSubjectConnection';
/** Whom it found: to be told that there is somebody is to be told of somebody. */
const FOUND: PlannedField = Object.freeze({
  responseKey: FOUND_KEY,
  coordinate: null,
  organization: AS_IS,
  person: AS_IS,
  isHidden: true,
  fields: [{ responseKey: 'node', coordinate: null, organization: AS_IS, person: AS_IS, isSubject: true, fields: [] }],
});

/** Whose object it is goes on record with it; but a party's own authorization tells it of nobody it did not name itself, which is on record. */
function tellsOfSubject(typeName: string, { actor }: Caller): boolean {
  return typeName !== 'Authorization' || (actor !== 'BANK' && actor !== 'SUBJECT');
}

function isWithheld(field: Pick<PlannedField, 'organization' | 'person'>, kinds: SubjectKinds): boolean {
  const organization = kinds === 'persons' || field.organization.treatment === 'WITHHOLD';
  const person = kinds === 'organizations' || field.person.treatment === 'WITHHOLD';
  return organization && person;
}

interface Place {
  coordinate: string;
  owner: string | null;
  person: boolean;
  authorized: boolean;
}

function treatmentOf({ coordinate, owner, person, ...place }: Place, { input, treatments }: Work): FieldTreatment {
  const { policy, purpose, caller, date } = input;
  const authorized = place.authorized && covers(input.authorized?.scope, coordinate, policy);
  const cell = policy.decide(
    { purpose: purpose.code, actor: caller.actor, own: isOwn(caller, owner), person, authorized, coordinate },
    date,
  );
  const known = treatments.get(cell) ?? compileTreatment(cell, input);
  treatments.set(cell, known);
  return known;
}

function compileTreatment({ treatment, mask, rule, basis }: Cell, input: PlanInput): FieldTreatment {
  const apply = applierOf(treatment, mask, input);
  return Object.freeze({ treatment, ...(mask !== undefined && { mask }), rule, basis, ...(apply && { apply }) });
}

function applierOf(treatment: Treatment, mask: string | undefined, { policy, purpose, caller, pseudonymKey }: PlanInput) {
  if (treatment === 'REVEAL' || treatment === 'WITHHOLD') return undefined;
  if (treatment === 'PSEUDONYMIZE')
    return applyMask(onByteTexts(pseudonymMask({ key: pseudonymKey, purpose: purpose.code, organization: caller.organization })));
  const spec = mask === undefined ? undefined : policy.masks.get(mask);
  if (!spec) throw new TypeError(`cell without a mask: ${treatment}`);
  return applyMask(compileByteMask(spec.shape));
}

function isIntrospection({ name }: ResolvedField): boolean {
  return name === '__schema' || name === '__type';
}

function untouched(field: ResolvedField): FieldNode {
  return fieldNode(field, field.fields?.map(untouched));
}

function fieldNode({ responseKey, name, arguments: args }: ResolvedField, selections?: readonly FieldNode[]): FieldNode {
  return {
    kind: Kind.FIELD,
    ...(responseKey !== name && { alias: nameNode(responseKey) }),
    name: nameNode(name),
    arguments: args,
    ...(selections && { selectionSet: { kind: Kind.SELECTION_SET, selections } }),
  };
}

function nameNode(value: string) {
  return { kind: Kind.NAME, value } as const;
}

const TYPENAME_SELECTION: FieldNode = { kind: Kind.FIELD, name: nameNode('__typename') };
const SUBJECT_IDS: ReadonlyMap<string, FieldNode> = new Map(
  Object.entries(SUBJECT_ID_FIELDS).map(([type, name]) => [type, subjectIdSelection(name)]),
);
/** `edges { node { id } }`, under keys of ours. */
const FOUND_SELECTION = ourSelection(FOUND_KEY, 'edges', [ourSelection(undefined, 'node', [subjectIdSelection('id')])]);

function subjectIdSelection(name: string): FieldNode {
  return { kind: Kind.FIELD, alias: nameNode(SUBJECT_ID_KEY), name: nameNode(name) };
}

function ourSelection(alias: string | undefined, name: string, selections: readonly FieldNode[]): FieldNode {
  return {
    kind: Kind.FIELD,
    ...(alias !== undefined && { alias: nameNode(alias) }),
    name: nameNode(name),
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}
