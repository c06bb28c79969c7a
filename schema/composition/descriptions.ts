import type { DefinitionNode, DocumentNode, StringValueNode, TypeExtensionNode } from 'graphql';
import { Kind } from 'graphql';
import { coordinatesOf } from './coordinates.ts';
import type { CompositionFault } from './fault.ts';
import type { SubgraphDocument } from './subgraph-rules.ts';

/** Chinese up to a full stop, then a word of English: `名称。 Name.` Latin letters within the Chinese do not count. */
const BILINGUAL = /^[^。]*\p{Script=Han}[^]*。[^\p{Script=Han}]*\p{Script=Latin}{2}/u;
const NEEDED = 'the official Chinese term first, then English: 名称。 Name.';

/**
 * What is not described in both languages: types, fields, arguments, input fields and enum values. Where several subgraphs
 * declare one, a single description is enough, but every description given is held to the rule.
 */
export function descriptionFaults(subgraphs: readonly SubgraphDocument[]): CompositionFault[] {
  const declared = subgraphs.flatMap(({ name: subgraph, document }) =>
    descriptionsOf(document).map(([coordinate, description]) => ({ subgraph, coordinate, description })),
  );
  const described = new Set(declared.filter(({ description }) => description !== undefined).map(({ coordinate }) => coordinate));
  const first = new Map(declared.toReversed().map((one) => [one.coordinate, one]));
  return [
    ...declared
      .filter((one) => !described.has(one.coordinate) && first.get(one.coordinate) === one)
      .map((one) => fault('UNDESCRIBED', one, `must be described, ${NEEDED}`)),
    ...declared
      .filter(({ description }) => description !== undefined && !BILINGUAL.test(description))
      .map((one) => fault('NOT_BILINGUAL', one, `must be described in both languages, ${NEEDED}`)),
  ];
}

interface Declared {
  subgraph: string;
  coordinate: string;
  description: string | undefined;
}

function fault(code: 'UNDESCRIBED' | 'NOT_BILINGUAL', { subgraph, coordinate }: Declared, message: string): CompositionFault {
  return { code, subgraph, coordinate, message };
}

function descriptionsOf(document: DocumentNode): [string, string | undefined][] {
  return [
    ...document.definitions.flatMap(ofType),
    ...coordinatesOf(document).map(({ coordinate, node }): [string, string | undefined] => [coordinate, textOf(node)]),
  ];
}

function ofType(node: DefinitionNode): [string, string | undefined][] {
  switch (node.kind) {
    case Kind.ENUM_TYPE_DEFINITION:
    case Kind.ENUM_TYPE_EXTENSION:
      return [
        [node.name.value, textOf(node)],
        ...(node.values ?? []).map((value): [string, string | undefined] => [
          `${node.name.value}.${value.name.value}`,
          textOf(value),
        ]),
      ];
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_EXTENSION:
    case Kind.SCALAR_TYPE_DEFINITION:
      return [[node.name.value, textOf(node)]];
    default:
      return [];
  }
}

/** An extension is never described by itself: the type it extends is. */
function textOf(node: { description?: StringValueNode | undefined } | TypeExtensionNode): string | undefined {
  return 'description' in node ? node.description?.value : undefined;
}
