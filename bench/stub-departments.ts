import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  isEnumType,
  isListType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { loadSupergraph } from '../gateway/execution/compiled/supergraph.ts';

/**
 * Departments that cost almost nothing: every request is answered from memory after the first of its text. Run as a
 * child process; sends its parent the address of each department, by name. Answers depend on types alone.
 */
const RECORDS = 5;
const { apiSchema, subgraphs } = loadSupergraph(
  readFileSync(fileURLToPath(new URL('../schema/supergraph.graphql', import.meta.url)), 'utf8'),
);
const answers = new Map<string, Buffer>();

const ports = subgraphs.map(async (name) => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const answer = answers.get(body) ?? Buffer.from(JSON.stringify({ data: answerTo(body) }));
      answers.set(body, answer);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [name, `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`] as const;
});
process.send?.(Object.fromEntries(await Promise.all(ports)));
process.on('disconnect', () => process.exit());

function answerTo(body: string): Record<string, unknown> {
  const { query, variables } = JSON.parse(body) as { query: string; variables: { representations?: unknown[] } };
  const [operation] = parse(query).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('no operation');
  const subject = apiSchema.getType('CreditSubject');
  return Object.fromEntries(
    fields(operation.selectionSet).map((field) => {
      if (field.name.value !== '_entities')
        return [key(field), valueOf(field, apiSchema.getQueryType()!.getFields()[field.name.value]!.type)];
      return [key(field), variables.representations?.map(() => object(field, subject))];
    }),
  );
}

function valueOf(field: FieldNode, type: GraphQLOutputType): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return Array.from({ length: RECORDS }, () => valueOf(field, nullable.ofType));
  const named = getNamedType(type);
  if (isObjectType(named)) return object(field, named);
  if (isEnumType(named)) return named.getValues()[0]!.name;
  return { Int: 12, Float: 1.5, Boolean: true }[named.name] ?? `${field.name.value} of the subject`;
}

function object(field: FieldNode, type: GraphQLNamedType | undefined): unknown {
  if (!isObjectType(type) || !field.selectionSet) throw new TypeError(`no object ${field.name.value}`);
  const entries = fields(field.selectionSet).map((inner) => [
    key(inner),
    inner.name.value === '__typename' ? type.name : valueOf(inner, type.getFields()[inner.name.value]!.type),
  ]);
  return Object.fromEntries(entries);
}

function fields({ selections }: SelectionSetNode): FieldNode[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node];
    return node.kind === Kind.INLINE_FRAGMENT ? fields(node.selectionSet) : [];
  });
}

function key({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}
