import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** An operation, and the schema it is valid for. */
interface OfSchema {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
}

/** What is compiled of an operation, once a schema: it goes with the documents that are kept. */
export function oncePerOperation<Of extends OfSchema, Made extends object>(compile: (of: Of) => Made): (of: Of) => Made {
  const schemas = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, Made>>();
  return (of) => {
    const operations = schemas.get(of.schema) ?? new WeakMap<OperationDefinitionNode, Made>();
    const known = operations.get(of.operation);
    if (known !== undefined) return known;
    const made = compile(of);
    schemas.set(of.schema, operations.set(of.operation, made));
    return made;
  };
}
