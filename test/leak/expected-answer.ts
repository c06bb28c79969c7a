import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** Where the oracle keeps the id of each subject in the raw answer. */
const ORACLE_ID = 'oracleSubjectId';
/** The day of a record that is public in part: outside the window it stays, and only what the authorization opens of it goes. */
const ORACLE_PUBLIC_DAY = 'oraclePublicDay';
/** What the oracle fetches beside the question, by type: to know whose a value is, and whether the row should be there at all. */
const BESIDE: Readonly<Record<string, readonly { alias: string; name: string }[]>> = {
  CreditSubject: [{ alias: ORACLE_ID, name: 'id' }],
  AdministrativeLicense: [{ alias: ORACLE_PUBLIC_DAY, name: 'decisionDate' }],
  AdministrativePenalty: [
    { alias: 'oracleDecisionNo', name: 'decisionDocumentNo' },
    { alias: ORACLE_PUBLIC_DAY, name: 'decisionDate' },
  ],
  TaxCreditGrade: [{ alias: 'oracleGrade', name: 'grade' }],
  TaxArrears: [{ alias: 'oracleDay', name: 'since' }],
  TaxPayment: [{ alias: 'oracleMonth', name: 'month' }],
  TaxPaidYear: [{ alias: 'oracleYear', name: 'year' }],
  DeclaredSales: [{ alias: 'oracleYear', name: 'year' }],
  SocialSecurityContribution: [{ alias: 'oracleMonth', name: 'month' }],
  UtilityBill: [{ alias: 'oracleMonth', name: 'month' }],
};

/** What the policy says of one value, found the slow way. */
export type Judge = (question: {
  coordinate: string;
  owner: string;
  person: boolean;
  within: boolean;
  day?: string | undefined;
}) => (raw: unknown) => unknown;

interface Surroundings {
  person: boolean | undefined;
  owner: string;
  /** Whether below the subject that an authorization is of; undefined at the root. */
  within: boolean | undefined;
  /** Day of the record that is public in part. */
  day?: string;
}

/** The withheld mark a judge returns in place of a treatment. */
export const WITHHELD: (raw: unknown) => unknown = () => null;

/** Keeps every selection from being empty. */
const TYPE_BESIDE = { alias: 'oracleType', name: '__typename' };

/**
 * The same document with what the oracle needs fetched beside what was asked, to be executed without any disclosure.
 * Conditions are settled here: where nothing is left of a selection, the stock gateway answers null for the whole object.
 */
export function rawDocument(
  document: DocumentNode,
  schema: GraphQLSchema,
  variables: Readonly<Record<string, unknown>>,
): DocumentNode {
  const types: (GraphQLObjectType | undefined)[] = [];
  const enter = (type: GraphQLObjectType | undefined) => types.push(type);
  const leave = () => types.pop();
  return visit(document, {
    OperationDefinition: { enter: () => void enter(schema.getQueryType() ?? undefined), leave: () => void leave() },
    FragmentDefinition: {
      enter: (node) => void enter(typeNamed(schema, node.typeCondition.name.value)),
      leave: () => void leave(),
    },
    InlineFragment: {
      enter: (node) =>
        isIncluded(node, variables)
          ? void enter(node.typeCondition ? typeNamed(schema, node.typeCondition.name.value) : types.at(-1))
          : null,
      leave: () => void leave(),
    },
    Field: {
      enter: (node) => (isIncluded(node, variables) ? void enter(fieldType(types.at(-1), node.name.value)) : null),
      leave: () => void leave(),
    },
    FragmentSpread: { enter: (node) => (isIncluded(node, variables) ? undefined : null) },
    Directive: () => null,
    SelectionSet: {
      leave: (node): SelectionSetNode => {
        const type = types.at(-1)?.name;
        // The schema itself is asked as the client asked it.
        const beside = type === undefined ? [] : [TYPE_BESIDE, ...(BESIDE[type] ?? [])];
        return { ...node, selections: [...node.selections, ...beside.map(fieldNamed)] };
      },
    },
  });
}

/** What the client must be shown: the raw answer walked along the client's own document, each value as the judge says. */
export function expectedAnswer(question: {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>>;
  schema: GraphQLSchema;
  owners: (coordinate: string) => string | null;
  judge: Judge;
  raw: Record<string, unknown>;
}): Record<string, unknown> {
  const { document, operation, variables, schema, owners, judge, raw } = question;
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const query = schema.getQueryType();
  if (!query) throw new Error('a schema without queries');
  return object([operation.selectionSet], query, raw, { person: undefined, owner: '', within: undefined });

  function object(
    sets: readonly SelectionSetNode[],
    type: GraphQLObjectType,
    source: Record<string, unknown>,
    around: Surroundings,
  ): Record<string, unknown> {
    const id = source[ORACLE_ID];
    const person = typeof id === 'string' && type.name === 'CreditSubject' ? id.startsWith('p') : around.person;
    const grouped = new Map<string, FieldNode[]>();
    for (const set of sets) collect(set.selections, grouped);
    const shown: Record<string, unknown> = {};
    const day = source[ORACLE_PUBLIC_DAY];
    const inside = { ...around, person, ...(typeof day === 'string' && { day }) };
    for (const [key, nodes] of grouped) shown[key] = field(nodes, type, source[key], inside);
    return shown;
  }

  function field(nodes: FieldNode[], type: GraphQLObjectType, value: unknown, around: Surroundings): unknown {
    const name = nodes[0]?.name.value ?? '';
    if (name.startsWith('__')) return value;
    const coordinate = `${type.name}.${name}`;
    const owner = owners(coordinate) ?? around.owner;
    const fieldType_ = getNamedType(type.getFields()[name]?.type);
    // An authorization is of whom a field of the root names, and of nobody who is reached from there.
    const isRoot = around.within === undefined;
    const within = around.within ?? nodes[0]?.arguments?.some(({ name: argument }) => argument.value === 'by') ?? false;
    const decide = (person: boolean) => judge({ coordinate, owner, person, within, day: around.day });
    // Above the first subject nobody's data is in question: both readings must allow it.
    const treat = around.person === undefined ? strictest(decide(false), decide(true)) : decide(around.person);
    if (treat === WITHHELD || value === null || value === undefined) return null;
    if (!isObjectType(fieldType_))
      return Array.isArray(value) ? value.map((item) => (item === null ? null : treat(item))) : treat(value);
    const sets = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
    const below = (item: unknown) =>
      item === null
        ? null
        : object(sets, fieldType_, item as Record<string, unknown>, {
            person: around.person,
            owner,
            within: within && (isRoot || fieldType_.name !== 'CreditSubject'),
          });
    return Array.isArray(value) ? value.map(below) : below(value);
  }

  function collect(selections: readonly SelectionNode[], into: Map<string, FieldNode[]>): void {
    for (const node of selections) {
      if (!isIncluded(node, variables)) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        into.set(key, [...(into.get(key) ?? []), node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet.selections, into);
      else collect(fragments.get(node.name.value)?.selectionSet.selections ?? [], into);
    }
  }
}
/** Rows of the raw answer that this caller's departments should have kept back. */
export function* rowsKeptBack(raw: unknown, hidden: { decisions: ReadonlySet<string>; grades: boolean }): Generator<string> {
  if (typeof raw !== 'object' || raw === null) return;
  const { oracleDecisionNo, oracleGrade } = raw as Record<string, unknown>;
  if (typeof oracleDecisionNo === 'string' && hidden.decisions.has(oracleDecisionNo)) yield 'a penalty that is no longer public';
  if (hidden.grades && typeof oracleGrade === 'string' && oracleGrade !== 'A') yield 'a tax credit grade that is not published';
  for (const inner of Object.values(raw)) yield* rowsKeptBack(inner, hidden);
}

/**
 * Records of the raw answer that reach out of the window of the authorization: the owners should have kept them back. Where its fields are
 * named, and the day is none of them, the owners do not tell it.
 */
export function* rowsOutside(
  raw: unknown,
  window: { from: string; to: string; fields?: readonly string[] } | undefined,
): Generator<string> {
  if (typeof raw !== 'object' || raw === null || window === undefined) return;
  const { oracleDay, oracleMonth, oracleYear } = raw as Record<string, unknown>;
  const [first, last] = periodOf(oracleDay, oracleMonth, oracleYear);
  if (first !== undefined && last !== undefined && (first < window.from || last > window.to))
    yield `a record of ${first} outside the window`;
  if (oracleDay === null && (window.fields?.includes('TaxArrears.since') ?? true)) yield 'a record without a day, in no window';
  for (const inner of Object.values(raw)) yield* rowsOutside(inner, window);
}

/** First and last day; of a month its 28th, since no window of the test ends between that and the last. */
function periodOf(day: unknown, month: unknown, year: unknown): [first: string, last: string] | [] {
  if (typeof day === 'string') return [day, day];
  if (typeof month === 'string') return [`${month}-01`, `${month}-28`];
  return typeof year === 'number' ? [`${year}-01-01`, `${year}-12-31`] : [];
}

function isIncluded(node: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  return (node.directives ?? []).every((directive) => {
    const argument = directive.arguments?.[0]?.value;
    const condition =
      argument?.kind === Kind.VARIABLE ? variables[argument.name.value] : argument?.kind === Kind.BOOLEAN && argument.value;
    return directive.name.value === 'skip' ? condition !== true : condition === true;
  });
}

function fieldNamed({ alias, name }: { alias: string; name: string }): FieldNode {
  return { kind: Kind.FIELD, alias: { kind: Kind.NAME, value: alias }, name: { kind: Kind.NAME, value: name } };
}

function strictest(a: (raw: unknown) => unknown, b: (raw: unknown) => unknown) {
  return a === WITHHELD ? a : b;
}

function typeNamed(schema: GraphQLSchema, name: string): GraphQLObjectType | undefined {
  const type = schema.getType(name);
  return isObjectType(type) ? type : undefined;
}

function fieldType(parent: GraphQLObjectType | undefined, name: string): GraphQLObjectType | undefined {
  const type = getNamedType(parent?.getFields()[name]?.type);
  return isObjectType(type) ? type : undefined;
}
