import { print } from 'graphql';
import type { Coordinate } from './coordinates.ts';
import { coordinatesOf, directiveOf } from './coordinates.ts';
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
