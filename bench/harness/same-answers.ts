import { deepStrictEqual } from 'node:assert/strict';
import {
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { applyMask, compileMask } from '../../gateway/desensitization/compile-mask.ts';
import { parseMasks } from '../../policies/masks-file.ts';
import { readCatalogue } from '../../schema/classification.ts';

/** The GraphQL answer of a contender. */
export interface Answer {
  data: Record<string, unknown>;
  extensions?: Record<string, unknown>;
}

/** Applies the masks that a governed answer says were applied to an answer that nobody governed. */
export type MaskLike = (ungoverned: Answer, governed: Answer) => unknown;

/** Knows the masks of every field; `masksYaml` is the text of policies/masks.yaml. */
export function createMaskLike({ supergraphSdl, apiSchema, masksYaml, query }: MaskLikeOptions): MaskLike {
  const catalogue = readCatalogue(supergraphSdl);
  const { masks } = parseMasks('masks.yaml', masksYaml);
  const operation = parse(query).definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;

  function rebuild(value: unknown, selections: SelectionSetNode | undefined, around: Around): unknown {
    if (Array.isArray(value)) return value.map((each) => rebuild(each, selections, around));
    if (value === null || typeof value !== 'object' || selections === undefined) return value;
    return Object.fromEntries(
      selections.selections.map((node) => {
        if (node.kind !== Kind.FIELD) throw new TypeError('the questions of benchmarks hold no fragments');
        const name = node.name.value;
        const inner = (value as Record<string, unknown>)[name];
        const coordinate = `${around.type.name}.${name}`;
        const type = getNamedType(around.type.getFields()[name]!.type);
        if (isObjectType(type)) return [name, rebuild(inner, node.selectionSet, { ...around, type })];
        if (!around.treated.has(coordinate)) return [name, inner];
        return [name, applyMask(compileMask(masks.get(catalogue.get(coordinate)?.mask ?? '')!.shape))(inner)];
      }),
    );
  }

  return (ungoverned, governed) => {
    const disclosure = governed.extensions?.['disclosure'] as Record<'masked' | 'generalized', string[]> | undefined;
    const treated = new Set([...(disclosure?.masked ?? []), ...(disclosure?.generalized ?? [])]);
    return rebuild(ungoverned.data, operation.selectionSet, { type: apiSchema.getQueryType()!, treated });
  };
}

/** Asserts that a contender without masks answers what the governed answer was made of. @throws {AssertionError} */
export function assertSame(name: string, answer: Answer, { governed, maskLike }: { governed: Answer; maskLike: MaskLike }): void {
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
  deepStrictEqual(plain(maskLike(answer, governed)), plain(governed.data), `${name} answers something else`);
}

interface MaskLikeOptions {
  supergraphSdl: string;
  apiSchema: GraphQLSchema;
  masksYaml: string;
  query: string;
}

interface Around {
  type: GraphQLObjectType;
  treated: ReadonlySet<string>;
}
