import type { DirectiveNode, DefinitionNode, DocumentNode, GraphQLSchema } from 'graphql';
import { buildASTSchema, Kind, parse, visit } from 'graphql';

const MACHINERY = /^(join|link|core)__|^(link|core|classified)$/;

/**
 * The schema clients see: a supergraph without federation's machinery and without the classification, which is
 * reported apart. Throws when the text is not a supergraph.
 */
export function apiSchemaOf(supergraphSdl: string): GraphQLSchema {
  const document = parse(supergraphSdl, { noLocation: true });
  const clientDocument: DocumentNode = { ...document, definitions: document.definitions.filter((node) => !isMachinery(node)) };
  return buildASTSchema(visit(clientDocument, { Directive: { enter: dropped } }));
}

function isMachinery(node: DefinitionNode): boolean {
  return node.kind !== Kind.SCHEMA_DEFINITION && 'name' in node && MACHINERY.test(node.name?.value ?? '');
}

function dropped({ name }: DirectiveNode): null | undefined {
  return MACHINERY.test(name.value) ? null : undefined;
}
