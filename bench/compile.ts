import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type DocumentNode,
  getNamedType,
  getOperationAST,
  type GraphQLObjectType,
  isObjectType,
  isRequiredArgument,
  type OperationDefinitionNode,
  parse,
  visit,
} from 'graphql';
import { compileOperation } from '../gateway/execution/compiled/compile-operation.ts';
import { planDocument } from '../gateway/execution/compiled/plan-document.ts';
import { resolveSelections } from '../gateway/execution/compiled/resolve-selections.ts';
import { loadSupergraph } from '../gateway/execution/compiled/supergraph.ts';
import { createRandom } from '../test/support/random.ts';
import { median } from './harness/rounds.ts';

/**
 * What the first request of an operation costs: compiling an operation of about 200 fields of the city, one that the
 * process has not seen, beside planning alone. CPU milliseconds, garbage collection included; compilation has no wait in it.
 */
const OPERATIONS = Number(process.env['BENCH_OPERATIONS'] ?? 200);
const WARM_UP = OPERATIONS / 2;

const supergraph = loadSupergraph(readFileSync(fileURLToPath(new URL('../schema/supergraph.graphql', import.meta.url)), 'utf8'));
const random = createRandom(20_260_601);
const subject = supergraph.apiSchema.getType('CreditSubject') as GraphQLObjectType;

const figures = { fields: [] as number[], compile: [] as number[], plan: [] as number[] };
for (let index = 0; index < WARM_UP + OPERATIONS; index++) {
  const document = parse(`query Operation${index}($id: ID!) { subject(by: { id: $id }) ${selection(subject, 1)} }`);
  const operation = getOperationAST(document) as OperationDefinitionNode;
  const resolved = resolveSelections({ ...supergraph, schema: supergraph.apiSchema, document, operation, conditions: {} });
  const planned = planDocument({ schema: supergraph.apiSchema, ownKey: supergraph.ownKey }, operation, resolved);
  const work = {
    compile: () => compileOperation(supergraph, { document, operation, conditions: {}, overrides: [] }),
    plan: () => planned && supergraph.plan(planned, []),
  };
  // By turns: the second finds the processor's caches filled by the first.
  const [first, second] = index % 2 === 0 ? (['compile', 'plan'] as const) : (['plan', 'compile'] as const);
  const [before, after] = [timed(work[first]), timed(work[second])];
  if (index < WARM_UP) continue;
  figures.fields.push(countFields(document));
  figures[first].push(before);
  figures[second].push(after);
}
const [compile, plan] = [median(figures.compile), median(figures.plan)];
process.stdout.write(
  `${JSON.stringify(
    {
      operations: OPERATIONS,
      fields: median(figures.fields),
      compileMs: round(compile),
      compileMsOfSlowestTenth: round(figures.compile.sort((one, other) => one - other)[Math.floor(OPERATIONS * 0.9)] ?? 0),
      planMs: round(plan),
      timesPlanning: round(compile / plan),
    },
    null,
    2,
  )}\n`,
);

function countFields(document: DocumentNode): number {
  let fields = 0;
  visit(document, { Field: () => void fields++ });
  return fields;
}

function timed(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Most of the fields below a type, under aliases now and then, so that no two operations are one. */
function selection(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const below = getNamedType(field.type);
    if (field.args.some(isRequiredArgument)) return [];
    if ((isObjectType(below) && (depth > 5 || below.name === subject.name)) || random.chance(0.1)) return [];
    const alias = random.chance(0.1) ? `alias${field.name}: ` : '';
    return [`${alias}${field.name} ${isObjectType(below) ? selection(below, depth + 1) : ''}`];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
