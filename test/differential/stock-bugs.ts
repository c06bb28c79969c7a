import { isDeepStrictEqual } from 'node:util';
import { type DocumentNode, Kind, print, visit } from 'graphql';
import type { ExecutionAnswer } from '../../gateway/execution/index.ts';
import type { StockAnswer } from './stock-execution.ts';

/** One operation with both answers. */
export interface Difference {
  document: DocumentNode;
  supergraphSdl: string;
  ours: ExecutionAnswer;
  stock: StockAnswer;
  /** Whether one service over the same data answered as we did. */
  specified: boolean;
}

/** What `@apollo/gateway` 2.14.4 answers otherwise than the specification (October 2021) says, and how to tell. */
export const STOCK_BUGS: readonly { name: string; clause: string; explains(difference: Difference): boolean }[] = [
  {
    name: 'a client’s alias meets a field that the plan fetches for a key, for @requires or under the same alias in another type',
    clause: '6.3.2 Field Collection: a response key stands for the client’s field alone',
    explains: ({ document }) => aliases(document).some((alias) => FETCHED_BY_PLANS.has(alias)),
  },
  {
    name: 'a field with arguments meets the same field of a @requires with other arguments',
    clause: '6.4.1 Coercing Field Arguments: a field has the arguments it was given',
    explains: ({ document, supergraphSdl }) =>
      supergraphSdl.includes('requires: "price') &&
      ['price', 'needs', 'needsToo'].filter((name) => selects(document, name)).length > 1,
  },
  {
    name: 'an object is null because a field of it fails that only a @requires asks for',
    clause: '6.4.4 Errors and Non-Null Fields: null propagates from the fields that were selected',
    explains: ({ document, supergraphSdl, ours }) =>
      supergraphSdl.includes('requires: "box') &&
      ['box', 'needs'].every((name) => selects(document, name)) &&
      errors(ours).some((error) => /\.[wh] /.test(error)),
  },
  {
    name: 'the __typename of an @interfaceObject replaces the object’s own, and its fragments no longer apply',
    clause: '6.3.2 Field Collection, DoesFragmentTypeApply',
    explains: ({ document, supergraphSdl }) =>
      supergraphSdl.includes('isInterfaceObject: true') && INTERFACE_OBJECT_FIELDS.some((name) => selects(document, name)),
  },
  {
    name: 'a field without a condition is fetched only where a condition of a field beside it holds',
    clause: '3.13.2 @include: the directive is about its own selection',
    explains: ({ document, specified }) =>
      specified && ['needs', 'needsToo'].some((name) => selects(document, name)) && hasConditions(document),
  },
  {
    name: 'introspection in a fragment under a condition is not answered',
    clause: '4.1 Schema Introspection: a field of the query root like any other',
    explains: ({ document, specified, stock }) =>
      ['__schema', '__type'].some((name) => selects(document, name)) &&
      hasConditions(document) &&
      hasFragments(document) &&
      (specified || (stock.errors ?? []).some(({ message }) => message.startsWith('Was not able to find any options for __'))),
  },
  {
    name: 'an object of which no field is left is not fetched and shown as null',
    clause: '6.4.3 Value Completion: an object without selected fields is an empty object',
    explains: ({ document, ours, stock }) =>
      (hasConditions(document) || hasFragments(document)) && differsAtEmptyObjects(ours.data, stock.data ?? null),
  },
  {
    name: 'fields of a fragment in a fragment on an interface or union that the subgraph does not know are left out',
    clause: '6.3.2 Field Collection: a fragment in a fragment applies by itself',
    explains: ({ document, ours, stock }) =>
      /\bon (Thing|Either)\b/.test(print(document)) && differsByMissingFields(ours.data, stock.data),
  },
  {
    name: 'an error of an entity is shown at another element when the list has entities that the subgraph was not asked for',
    clause: '7.1.2 Errors: the path of the field which experienced the error',
    explains: ({ ours, stock }) =>
      sameData(ours, stock) &&
      isDeepStrictEqual(errors(ours).map(withoutIndexes).sort(), errors(stock).map(withoutIndexes).sort()),
  },
  {
    name: 'a value that clients must not know is told of',
    clause: 'Apollo Federation, @inaccessible: the value is not in the API schema',
    explains: ({ document, supergraphSdl, ours, stock }) => {
      const known = errors(ours);
      const keys = coloured(document, supergraphSdl);
      const places = errors(stock)
        .filter((error) => !known.includes(error))
        .map((error) => /(\w+)(?:\.\d+)* INVALID_GRAPHQL$/.exec(error)?.[1] ?? '');
      return sameData(ours, stock) && places.every((key) => keys.has(key));
    },
  },
  {
    name: 'null where null is not allowed is no error when a subgraph answered one elsewhere',
    clause: '6.4.4 Errors and Non-Null Fields: a field error is raised',
    explains: ({ ours, stock }) => {
      if ((stock.errors?.length ?? 0) === 0) return false;
      const [known, told] = [errors(ours), errors(stock)];
      const added = known.filter((error) => !told.includes(error));
      return (
        sameData(ours, stock) &&
        told.every((error) => known.includes(error)) &&
        added.every((error) => error.endsWith('INVALID_GRAPHQL'))
      );
    },
  },
];

/** Whether both give the same data, whatever the order of keys: stock’s is the planner’s, not the client’s (section 6.3.2). */
export function sameData(ours: ExecutionAnswer, stock: StockAnswer): boolean {
  return isDeepStrictEqual(plain(ours.data), plain(stock.data ?? null));
}

/** Errors as `path code`, each once, those included that the stock executor only mentions in an extension. */
export function errors(answer: ExecutionAnswer | StockAnswer): string[] {
  const hidden = 'extensions' in answer ? (answer.extensions?.valueCompletion ?? []) : [];
  const all = [...(answer.errors ?? []), ...hidden];
  return [...new Set(all.map(({ path, extensions }) => `${path?.join('.') ?? '?'} ${String(extensions?.['code'])}`))].sort();
}

/** Names in the random federations of keys and of fields that are required. */
const FETCHED_BY_PLANS: ReadonlySet<string> = new Set(['id', 'base', 'price']);

/** What the random federations' `@interfaceObject` gives; asking for it brings the interface's name. */
const INTERFACE_OBJECT_FIELDS = ['b0', 'b1', 'b_medias', 'b_best'];

/** Response keys of the operation's fields that show a colour, of which clients do not know every one. */
function coloured(document: DocumentNode, supergraphSdl: string): ReadonlySet<string> {
  const names = new Set([...supergraphSdl.matchAll(/(\w+)(?:\([^)]*\))?: \[*Color\b/g)].map(([, name]) => name));
  const keys = new Set<string>();
  visit(document, { Field: ({ alias, name }) => void (names.has(name.value) && keys.add((alias ?? name).value)) });
  return keys;
}

function hasFragments(document: DocumentNode): boolean {
  return print(document).includes('...');
}

function aliases(document: DocumentNode): string[] {
  const found: string[] = [];
  visit(document, { Field: ({ alias }) => void (alias && found.push(alias.value)) });
  return found;
}

function selects(document: DocumentNode, name: string): boolean {
  let found = false;
  visit(document, { [Kind.FIELD]: (node: { name: { value: string } }) => void (found ||= node.name.value === name) });
  return found;
}

function hasConditions(document: DocumentNode): boolean {
  return /@(skip|include)/.test(print(document));
}

function differsAtEmptyObjects(ours: unknown, stock: unknown): boolean {
  if (isDeepStrictEqual(plain(ours), plain(stock))) return true;
  if (stock === null || stock === undefined) return isHollow(ours);
  if (typeof ours !== 'object' || ours === null || typeof stock !== 'object') return false;
  return Object.entries(ours).every(([key, value]) => differsAtEmptyObjects(value, (stock as Record<string, unknown>)[key]));
}

/** Whether the stock executor's objects have fewer fields and are the same otherwise. */
function differsByMissingFields(ours: unknown, stock: unknown): boolean {
  if (stock === undefined || isDeepStrictEqual(plain(ours), plain(stock))) return true;
  if (typeof ours !== 'object' || ours === null || typeof stock !== 'object' || stock === null) return false;
  return Object.entries(ours).every(([key, value]) => differsByMissingFields(value, (stock as Record<string, unknown>)[key]));
}

function isHollow(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.values(value).every(isHollow));
}

function withoutIndexes(error: string): string {
  return error.replaceAll(/\.\d+(?=[. ])/g, '.#');
}

/** Without the missing prototypes of the stock executor's objects. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
