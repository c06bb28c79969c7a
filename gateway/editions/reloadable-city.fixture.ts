import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kind, parse, type SelectionSetNode } from 'graphql';
import { POLICIES_DIRECTORY, SUPERGRAPH_SDL } from '../../policies/policies.fixture.ts';
import { DEPARTMENTS, GATEWAY_SUBGRAPHS } from '../../schema/signed-context.ts';
import { createDepartments } from '../execution/department-execution.ts';
import type { DepartmentRequest } from '../execution/department-transport.ts';
import { openEditions } from './editions.ts';

export const NOW = Date.parse('2026-06-01T00:00:00Z');

/** The project's supergraph with one text replaced; throws when the text is not there. */
export function supergraphWith(from: string, to: string): string {
  if (!SUPERGRAPH_SDL.includes(from)) throw new Error(`the supergraph does not contain ${from}`);
  return SUPERGRAPH_SDL.replace(from, to);
}

/** The supergraph after the registry added a field. */
export const WITH_MOTTO = supergraphWith(
  '  registeredCapital: Money',
  '  motto: String @classified(as: PUBLIC, category: REGISTRATION)\n  registeredCapital: Money',
);

/** What the public reads of the registered capital, and what a change of policy says instead. */
export const CAPITAL_WITHHELD = `
  - id: PUB-9
    note: 试验：注册资本不予公开。
    basis: [山东省社会信用条例第二十条]
    fields: [Registration.registeredCapital]
    treatment: withhold
`;

/** Editions over files of their own that a test may change, and departments that answer from nothing when they are let. */
export async function reloadableCity() {
  const folder = mkdtempSync(join(tmpdir(), 'editions-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  const directory = join(folder, 'policies');
  writeFileSync(supergraphFile, SUPERGRAPH_SDL);
  for (const name of ['masks.yaml', 'policy-set.yaml', 'purposes', 'authorization-templates'])
    cpSync(join(POLICIES_DIRECTORY, name), join(directory, name), { recursive: true });
  const state = { asked: [] as string[], answering: Promise.resolve() };
  const departments = createDepartments({
    departments: Object.fromEntries([...DEPARTMENTS, ...GATEWAY_SUBGRAPHS].map((name) => [name, transport(state)])),
    signContext: () => 'token',
    clock: () => NOW,
    timeouts: { department: 60_000 },
  });
  const editions = await openEditions({
    supergraphFile,
    policies: { directory, clock: () => NOW },
    planner: { subjectKey: 'a key for tests that is 32 characters or longer', pseudonymKey: 'pseudonyms' },
    departments,
  });
  const publicQuery = join(directory, 'purposes/PUBLIC_QUERY.yaml');
  const policyText = readFileSync(publicQuery, 'utf8');
  return {
    editions,
    state,
    writeSupergraph: (sdl: string) => writeFileSync(supergraphFile, sdl),
    /** Appends to what the public may read. */
    writePolicy: (more: string) => writeFileSync(publicQuery, policyText + more),
    async close() {
      await editions.close();
      await departments.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function transport(state: { asked: string[]; answering: Promise<void> }) {
  return {
    async send({ query }: DepartmentRequest) {
      state.asked.push(query);
      await state.answering;
      const [operation] = parse(query).definitions;
      return { errors: [], data: operation?.kind === Kind.OPERATION_DEFINITION ? valuesOf(operation.selectionSet) : {} };
    },
    ready: async () => true,
    close: async () => {},
  };
}

const LEAVES: Readonly<Record<string, unknown>> = { id: 'o-0123456789abcdefghijkl', registeredCapital: '5000000.00' };

function valuesOf({ selections }: SelectionSetNode): Record<string, unknown> {
  const values = selections.map((node) => {
    if (node.kind !== Kind.FIELD) return node.kind === Kind.INLINE_FRAGMENT ? valuesOf(node.selectionSet) : {};
    const { alias, name, selectionSet } = node;
    return { [(alias ?? name).value]: selectionSet ? valuesOf(selectionSet) : (LEAVES[name.value] ?? `some ${name.value}`) };
  });
  return Object.assign({}, ...values) as Record<string, unknown>;
}
