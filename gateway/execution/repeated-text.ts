import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';

/** Longest text made, in characters; departments refuse longer ones than twice this. */
const LONGEST_TEXT = 50_000;
const PREFIX = 'each';
/** Texts kept; each operation has at most seven lengths. */
const KEPT_TEXTS = 2_000;

/** An operation whose fields are asked several times in one text, each time with variables of its own. */
export interface RepeatedText {
  /** Times the operation can be asked at most; 1 when it cannot be repeated. */
  most: number;
  /** The text for at least so many times: lengths are powers of two, so that a department meets few and keeps them parsed. */
  for(times: number): { text: string; times: number };
}

const known = createBoundedCache<RepeatedText>(KEPT_TEXTS);

/** The name of one time's variable or root key. */
export function nameOf(time: number, name: string): string {
  return `${PREFIX}${time}_${name}`;
}

/** The variable that says whether a time is asked at all: the last of a text may stand empty. */
export function askedOf(time: number): string {
  return `${PREFIX}${time}`;
}

/** The time and name that {@link nameOf} put together; undefined for any other. */
export function readName(made: string | number | undefined): { time: number; name: string } | undefined {
  const [, time, name] = (typeof made === 'string' && /^each(\d+)_(.*)$/s.exec(made)) || [];
  return time === undefined || name === undefined ? undefined : { time: Number(time), name };
}

/** Prepares a query's text for being repeated. */
export function repeatText(query: string): RepeatedText {
  return known.remember(query, () => prepare(query));
}

function prepare(query: string): RepeatedText {
  const document = parse(query, { noLocation: true });
  const [operation, ...others] = document.definitions;
  // Fragments would have to be renamed with the variables in them; plans have none.
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0)
    return { most: 1, for: () => ({ text: query, times: 1 }) };
  const once = print(repeated(operation, 1)).length;
  const texts = new Map<number, string>();
  return {
    most: 2 ** Math.max(0, Math.floor(Math.log2(LONGEST_TEXT / once))),
    for(wanted) {
      const times = 2 ** Math.ceil(Math.log2(wanted));
      const text = texts.get(times) ?? print(repeated(operation, times));
      texts.set(times, text);
      return { text, times };
    },
  };
}

function repeated(operation: OperationDefinitionNode, times: number): DocumentNode {
  const copies = Array.from({ length: times }, (_, time) => copyOf(operation, time));
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        variableDefinitions: copies.flatMap(({ variableDefinitions = [] }) => variableDefinitions),
        selectionSet: { kind: Kind.SELECTION_SET, selections: copies.flatMap(({ selectionSet }) => selectionSet.selections) },
      },
    ],
  };
}

function copyOf(operation: OperationDefinitionNode, time: number): OperationDefinitionNode {
  const renamed = visit(operation, {
    Variable: (node) => ({ ...node, name: { ...node.name, value: nameOf(time, node.name.value) } }),
  });
  const asked = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: askedOf(time) } } as const;
  return {
    ...renamed,
    variableDefinitions: [
      ...(renamed.variableDefinitions ?? []),
      {
        kind: Kind.VARIABLE_DEFINITION,
        variable: asked,
        type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'Boolean' } } },
      },
    ],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [
        {
          kind: Kind.INLINE_FRAGMENT,
          directives: [
            {
              kind: Kind.DIRECTIVE,
              name: { kind: Kind.NAME, value: 'include' },
              arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'if' }, value: asked }],
            },
          ],
          selectionSet: underOwnKeys(renamed.selectionSet, time),
        },
      ],
    },
  };
}

function underOwnKeys(set: SelectionSetNode, time: number): SelectionSetNode {
  const rename = (node: FieldNode): FieldNode => ({
    ...node,
    alias: { kind: Kind.NAME, value: nameOf(time, (node.alias ?? node.name).value) },
  });
  const selections = set.selections.map((node): SelectionNode => {
    if (node.kind === Kind.FIELD) return rename(node);
    return node.kind === Kind.INLINE_FRAGMENT ? { ...node, selectionSet: underOwnKeys(node.selectionSet, time) } : node;
  });
  return { ...set, selections };
}
