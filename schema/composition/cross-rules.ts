import type { DocumentNode } from 'graphql';
import { Kind, print } from 'graphql';
import type { Coordinate } from './coordinates.ts';
import { coordinatesOf, directiveOf, isObject } from './coordinates.ts';
import type { CompositionFault } from './fault.ts';
import type { SubgraphDocument } from './subgraph-rules.ts';

interface Declaration extends Coordinate {
  subgraph: string;
}

/** What is wrong between subgraphs: two owners of a field, or two classifications of one coordinate. */
export function crossFaults(subgraphs: readonly SubgraphDocument[]): CompositionFault[] {
  const declarations = new Map<string, Declaration[]>();
  for (const { name, document } of subgraphs) {
    for (const coordinate of coordinatesOf(document)) {
      const same = declarations.get(coordinate.coordinate) ?? [];
      declarations.set(coordinate.coordinate, [...same, { ...coordinate, subgraph: name }]);
    }
  }
  return [...declarations.values()].flatMap((same) => [...twoOwners(same), ...differing(same)]);
}

/** What nobody has described: types, fields, input fields and enum values. One subgraph's description is enough. */
export function undescribed(subgraphs: readonly SubgraphDocument[]): CompositionFault[] {
  const described = new Map<string, { subgraph: string; is: boolean }>();
  for (const { name: subgraph, document } of subgraphs) {
    for (const [coordinate, is] of descriptionsOf(document)) {
      const before = described.get(coordinate);
      described.set(coordinate, { subgraph: before?.subgraph ?? subgraph, is: is || before?.is === true });
    }
  }
  return [...described]
    .filter(([, { is }]) => !is)
    .map(([coordinate, { subgraph }]) => {
      return { code: 'UNDESCRIBED', subgraph, coordinate, message: 'must be described, with the official Chinese term first' };
    });
}

function twoOwners(same: readonly Declaration[]): CompositionFault[] {
  const [first] = same;
  if (first === undefined || first.kind === 'argument' || same.length === 1) return [];
  if (same.every(({ isKey, isShareable }) => isKey || isShareable)) return [];
  const subgraphs = same.map(({ subgraph }) => subgraph).join(', ');
  return [
    {
      code: 'TWO_OWNERS',
      subgraph: '',
      coordinate: first.coordinate,
      message: `declared by ${subgraphs}; a value has one owner`,
    },
  ];
}

function differing([first, ...others]: readonly Declaration[]): CompositionFault[] {
  if (first === undefined) return [];
  const other = others.find(({ node }) => classification(node) !== classification(first.node));
  if (other === undefined) return [];
  const message = `classified differently by ${first.subgraph} and ${other.subgraph}`;
  return [{ code: 'CLASSIFICATION_DIFFERS', subgraph: other.subgraph, coordinate: first.coordinate, message }];
}

/** The classification as comparable text: the order of the directive's arguments means nothing. */
function classification(node: Coordinate['node']): string {
  return (directiveOf(node, 'classified')?.arguments ?? []).map(print).sort().join();
}

function descriptionsOf({ definitions }: DocumentNode): [string, boolean][] {
  return definitions.flatMap((node): [string, boolean][] => {
    if (isObject(node) || node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || node.kind === Kind.ENUM_TYPE_DEFINITION) {
      const members = node.kind === Kind.ENUM_TYPE_DEFINITION ? (node.values ?? []) : (node.fields ?? []);
      const own = 'description' in node && node.description !== undefined;
      const ownEntry: [string, boolean][] = isRoot(node.name.value) ? [] : [[node.name.value, own]];
      return [
        ...ownEntry,
        ...members.map((member): [string, boolean] => [
          `${node.name.value}.${member.name.value}`,
          member.description !== undefined,
        ]),
      ];
    }
    return node.kind === Kind.SCALAR_TYPE_DEFINITION ? [[node.name.value, node.description !== undefined]] : [];
  });
}

function isRoot(name: string): boolean {
  return name === 'Query' || name === 'Mutation';
}
