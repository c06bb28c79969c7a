import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gathered } from '../after-turns.fixture.ts';
import { codeOf } from '../errors.ts';
import { clerk, type FakeDepartment, fakeDepartment, operation, SUPERGRAPH } from './city.fixture.ts';
import { createDepartments } from './department-execution.ts';
import type { QueueLimits } from './department-queue.ts';
import type { Departments, ExecutionContext, SupergraphExecution } from './execution.ts';

const BOTH = operation('query Both($id: ID!) { subject(id: $id) { name tax { hasArrears } } }', 'Both');
const GRADE = operation('query Grade($id: ID!, $year: Int) { subject(id: $id) { grade(year: $year) } }', 'Grade');
let registry: FakeDepartment;
let tax: FakeDepartment;
let departments: Departments;
let execution: SupergraphExecution;
let joined: { department: string; queries: number }[];

function open(limits: QueueLimits) {
  registry = fakeDepartment('registry');
  tax = fakeDepartment('tax');
  joined = [];
  departments = createDepartments({
    departments: { registry, tax },
    signContext: ({ audience, organization, purpose, subject }) => JSON.stringify([audience, organization, purpose, subject]),
    clock: () => 0,
    timeouts: { department: 1_000 },
    limits,
    observeJoined: (seen) => joined.push(seen),
  });
  execution = departments.over(SUPERGRAPH);
}
beforeEach(() => open({ concurrency: 32, waiting: 100, joined: 64 }));
afterEach(() => departments.close());

const ask = async (id: string, context = clerk(), asked = BOTH, variables = {}) =>
  (await execution.execute(asked, { id, ...variables }, context)).complete();
const caller = (organization: string, purpose: 'BIDDING' | 'FISCAL_FUND', requestId: string): ExecutionContext => ({
  ...clerk(),
  requestId,
  caller: { actor: 'DEPARTMENT', organization, developer: false },
  purpose: { code: purpose },
});
const representations = (request: FakeDepartment['received'][number]) =>
  (request.variables['representations'] as { id: string }[]).map(({ id }) => id);

describe('queries at the same moment', () => {
  test('cost a department far fewer requests than there are queries, and each gets its own subject', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `o-${index}`);
    const answers = await Promise.all(ids.map((id) => ask(id)));
    expect(answers.map(({ data }) => data)).toEqual(
      ids.map((id) => ({ subject: { name: `name of ${id}`, tax: { hasArrears: true } } })),
    );
    expect(tax.received.length).toBeLessThan(10);
    expect(tax.received.flatMap(representations).sort()).toEqual(ids.sort());
    expect(joined.reduce((sum, { queries }) => sum + queries, 0)).toBeGreaterThan(30);
  });

  test('of different callers and purposes never share a request', async () => {
    const callers = ['one', 'two', 'three'].flatMap((organization) =>
      (['BIDDING', 'FISCAL_FUND'] as const).map((purpose) => ({ organization, purpose })),
    );
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const { organization, purpose } = callers[index % callers.length]!;
        return ask(`o-${organization}-${purpose}-${index}`, caller(organization, purpose, `r-${index}`));
      }),
    );
    expect(tax.received.some((request) => representations(request).length > 1)).toBe(true);
    for (const request of tax.received) {
      const [, organization, purpose] = JSON.parse(request.contextToken) as string[];
      expect(representations(request).every((id) => id.startsWith(`o-${organization}-${purpose}-`))).toBe(true);
    }
  });

  test('for the same subject ask for it once, and no answer is another’s object', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('o-1')));
    const asked = [...registry.received, ...tax.received];
    expect(asked.map(({ requestId }) => requestId.split(',').length)).toEqual([10, 10]);
    for (const each of answers) expect(each.data).toEqual({ subject: { name: 'name of o-1', tax: { hasArrears: true } } });
    expect(new Set(answers.map(({ data }) => data?.['subject'])).size).toBe(10);
  });

  test('get each its own errors, at its own paths', async () => {
    const ids = ['o-1', 'o-2', 'o-broken', 'o-3', 'o-broken', 'o-4'];
    const answers = await Promise.all(ids.map((id) => ask(id, clerk(), GRADE, { year: 2024 })));
    expect(tax.received.length).toBeLessThan(ids.length);
    expect(answers.map(({ failures, unavailable }) => ({ failures, unavailable }))).toEqual(
      ids.map((id) =>
        id === 'o-broken'
          ? {
              failures: [{ path: ['subject', 'grade'], department: 'tax', code: 'DEPARTMENT_UNAVAILABLE' }],
              unavailable: ['tax'],
            }
          : { failures: [], unavailable: [] },
      ),
    );
  });

  test('never share a request for different variables', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => ask(`o-${index % 2}-${index}`, clerk(), GRADE, { year: 2020 + (index % 2) })),
    );
    for (const request of tax.received)
      expect(representations(request).every((id) => id.startsWith(`o-${Number(request.variables['year']) - 2020}-`))).toBe(true);
  });
});

describe('more than a department takes', () => {
  test('refuses the whole query at once, and what it asked of others is given up', async () => {
    open({ concurrency: 1, waiting: 0, joined: 1 });
    registry.behave(() => new Promise(() => {}));
    const first = new AbortController();
    void ask('o-1', clerk(first.signal));
    await gathered();
    await expect(ask('o-2').catch(codeOf)).resolves.toBe('OVERLOADED');
    expect(registry.received).toHaveLength(1);
    expect(departments.load()).toEqual({ registry: { underWay: 1, waiting: 0 }, tax: { underWay: 0, waiting: 0 } });
    first.abort();
  });

  test('lets clients go that leave, and their places with them', async () => {
    open({ concurrency: 1, waiting: 5, joined: 1 });
    registry.behave(() => new Promise(() => {}));
    const clients = Array.from({ length: 6 }, () => new AbortController());
    const answers = clients.map(({ signal }, index) => ask(`o-${index}`, clerk(signal)));
    await gathered();
    expect(departments.load()['registry']).toEqual({ underWay: 1, waiting: 5 });
    for (const client of clients) client.abort();
    for (const answer of await Promise.all(answers)) expect(answer.data).toEqual({ subject: null });
    await gathered();
    expect(departments.load()['registry']).toEqual({ underWay: 0, waiting: 0 });
    expect(registry.received).toHaveLength(1);
  });

  test('is held back by the thousand without asking the department for more than it takes at a time', async () => {
    open({ concurrency: 4, waiting: 50, joined: 1 });
    let underWay = 0;
    let most = 0;
    registry.behave(async ({ variables }) => {
      most = Math.max(most, ++underWay);
      await gathered();
      underWay--;
      return { data: { subject: { __typename: 'CreditSubject', id: variables['id'], name: 'name' } } };
    });
    const NAME = operation('query Name($id: ID!) { subject(id: $id) { name } }', 'Name');
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => ask(`o-${index}`, clerk(), NAME).then(() => 'ANSWERED', codeOf)),
    );
    expect(most).toBe(4);
    expect(outcomes.filter((outcome) => outcome === 'ANSWERED')).toHaveLength(54);
    expect(outcomes.filter((outcome) => outcome === 'OVERLOADED')).toHaveLength(946);
  });
});
