import { setMaxListeners } from 'node:events';
import {
  type DocumentNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  isRequiredArgument,
  parse,
  print,
} from 'graphql';
import { ownSubgraphs } from '../../cli/city/own-subgraphs.ts';
import type { Db } from '../../database/db.ts';
import type { Config } from '../../gateway/config.ts';
import { createDepartments } from '../../gateway/execution/department-execution.ts';
import type { DepartmentTransport } from '../../gateway/execution/department-transport.ts';
import type { CompletedAnswer, Execution } from '../../gateway/execution/execution.ts';
import { inProcess } from '../../gateway/execution/in-process.ts';
import { encodeAnswer } from '../../gateway/server/encode-answer.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { followOperations } from '../../gateway/operations/live-operations.ts';
import { followSuspensions } from '../../gateway/suspension/suspended.ts';
import { loadPolicies } from '../../policies/load-policies.ts';
import { apiSchemaOf } from '../../schema/api-schema.ts';
import { readCatalogue } from '../../schema/classification.ts';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { contextKeyId, signContext } from '../../schema/sign-context.ts';
import { type Actor, DEPARTMENTS } from '../../schema/signed-context.ts';
import { departments } from '../../subgraphs/departments.ts';
import { createSubgraph } from '../../subgraphs/kit/create-subgraph.ts';
import type { OracleCaller } from './oracle-caller.ts';

/** The city joined without any disclosure: the departments answer, nobody prunes or masks. */
export async function rawExecution(
  supergraphSdl: string,
  { db, config, clock }: { db: Db; config: Config; clock: () => number },
) {
  const { subjectKey, contextKey, contextPublicKey } = requireSecrets(config, ['subjectKey', 'contextKey', 'contextPublicKey']);
  const keyId = contextKeyId(contextPublicKey);
  const publicKeys = new Map([[keyId, contextPublicKey]]);
  const transports: [string, DepartmentTransport][] = DEPARTMENTS.map((name) => [
    name,
    inProcess(createSubgraph(departments[name], { db, publicKeys, subjectKey, clock })),
  ]);
  const policies = { current: () => loadPolicies(config.policiesDirectory, readCatalogue(supergraphSdl)) };
  // The oracle only reads: what was done, was done by the gateway under test.
  const acts = { record: () => Promise.reject(new Error('the oracle does not act')) };
  const suspended = await followSuspensions({ db, report: () => {} });
  const operations = await followOperations({ db, clock, report: () => {} });
  const apiSchema = apiSchemaOf(supergraphSdl);
  const rules = { current: () => ({ policy: policies.current(), schema: { apiSchema } }) };
  for (const own of ownSubgraphs({
    db,
    config,
    policies,
    acts,
    suspended,
    operations,
    rules,
    secrets: { contextKey, sealKey: 'the oracle opens nothing' },
    clock,
  }))
    transports.push([own.name, inProcess(createSubgraph(own, { db, publicKeys, subjectKey, clock }))]);
  const joined = createDepartments({
    departments: Object.fromEntries(transports),
    signContext: (context) => signContext(context, { privateKey: contextKey, keyId, clock }),
    clock,
    timeouts: { department: 30_000 },
  });
  return {
    execution: joined.over(supergraphSdl),
    close: () => Promise.all([joined.close(), suspended.close(), operations.close()]),
    subjectKey,
  };
}

/** Executes a document as this caller's departments would answer it. */
export async function runRaw(
  execution: Execution,
  document: DocumentNode,
  { variables, name }: { variables: Record<string, unknown>; name: string | null },
  caller: OracleCaller & { actor: Actor },
  subjectKey: string,
) {
  const text = print(document);
  const { subject, actor, organization, department, purpose, authorization } = caller;
  const answer = await execution.execute(
    { document, text, hash: `raw ${text}`, name, variableNames: new Set(Object.keys(variables)) },
    variables,
    {
      requestId: 'oracle',
      caller: {
        actor,
        organization,
        developer: false,
        ...(department !== undefined && { department }),
        ...(subject !== undefined && { subject: subjectId(subjectKey, { type: 'USCC', value: subject }) }),
      },
      purpose: { code: purpose },
      ...(authorization && { authorization }),
      signal: endless(),
    },
  );
  const completed = answer.complete();
  // As a client would read it.
  const { data } = JSON.parse(encodeAnswer(completed).toString()) as Pick<CompletedAnswer, 'data'>;
  return { ...completed, data };
}

/** A signal that never aborts; a wide question hangs more listeners on it than Node takes for a leak. */
function endless(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

/** Every raw value of the city with its coordinate, as the auditor's departments would give them. */
export async function everything(
  execution: Execution,
  schema: GraphQLSchema,
  db: Db,
): Promise<[coordinate: string, value: unknown][]> {
  const { rows } = await db.query<{ id: string }>('select subject_id as id from registry.subject');
  const subject = schema.getType('CreditSubject') as GraphQLObjectType;
  const found: [string, unknown][] = [];
  for (const { id } of rows) {
    const document = parse(`{ subject(by: {id: "${id}"}) ${selectAll(subject, 1)} }`);
    const caller = { actor: 'AUDITOR' as const, organization: 'oracle', purpose: 'AUDIT_SUPERVISION' };
    const { data } = await runRaw(execution, document, { variables: {}, name: null }, caller, '');
    found.push(...leaves(data?.subject, subject));
  }
  return found;
}

function selectAll(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    // A question has no value of its own to find again.
    if (field.args.some(isRequiredArgument)) return [];
    const below = getNamedType(field.type);
    if (!isObjectType(below)) return [field.name];
    const isOtherSubject = below.name === 'CreditSubject';
    const page = field.args.some(({ name }) => name === 'first') ? '(first: 100)' : '';
    return isOtherSubject || depth > 6 ? [] : [`${field.name}${page} ${selectAll(below, depth + 1)}`];
  });
  return `{ ${fields.join(' ')} }`;
}

function* leaves(value: unknown, type: GraphQLObjectType): Generator<[string, unknown]> {
  if (Array.isArray(value)) for (const item of value) yield* leaves(item, type);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const below = getNamedType(type.getFields()[name]?.type);
      if (isObjectType(below)) yield* leaves(inner, below);
      else for (const item of Array.isArray(inner) ? inner : [inner]) yield [`${type.name}.${name}`, item];
    }
  }
}
