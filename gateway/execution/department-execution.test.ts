import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { gathered } from '../after-turns.fixture.ts';
import type { SignedContext } from '../../schema/signed-context.ts';
import { clerk, type FakeDepartment, fakeDepartment, NEXT_SUPERGRAPH, operation, SUPERGRAPH } from './city.fixture.ts';
import { createDepartments } from './department-execution.ts';
import { TransportError } from './department-transport.ts';
import type { Departments, SupergraphExecution } from './execution.ts';
import type { DepartmentObservation } from './resilient-department.ts';

const BOTH = operation('query Both($id: ID!) { subject(id: $id) { name tax { hasArrears } } }', 'Both');
let registry: FakeDepartment;
let tax: FakeDepartment;
let signed: SignedContext[];
let departments: Departments;
let execution: SupergraphExecution;
let observed: DepartmentObservation[];

beforeEach(() => {
  registry = fakeDepartment('registry');
  tax = fakeDepartment('tax');
  signed = [];
  observed = [];
  departments = createDepartments({
    departments: { registry, tax },
    signContext: (context) => `token ${signed.push(context)} for ${context.audience}`,
    clock: () => 0,
    timeouts: { department: 100 },
    observe: (observation) => observed.push(observation),
  });
  execution = departments.over(SUPERGRAPH);
});
afterEach(async () => {
  vi.useRealTimers();
  await departments.close();
});

/** Executes an operation and takes the pass over what came back. */
const execute = async (...query: Parameters<typeof execution.execute>) => (await execution.execute(...query)).complete();
const ask = (id = 'o-1', context = clerk()) => execute(BOTH, { id, unused: 'x' }, context);
/** Lets both departments be asked, one after the other: each at the end of a turn, and its answer joined in the next. */
const bothAsked = async () => {
  for (let turns = 0; turns < 4; turns++) await gathered();
};

describe('execution', () => {
  test('joins what two departments answer and names who was asked', async () => {
    expect(await ask()).toEqual({
      data: { subject: { name: 'name of o-1', tax: { hasArrears: true } } },
      failures: [],
      departments: ['registry', 'tax'],
      unavailable: [],
    });
  });

  test('a department is asked nothing when none of its fields is', async () => {
    const answer = await execute(operation('{ subject(id: "o-1") { name } }'), {}, clerk());
    expect(answer.departments).toEqual(['registry']);
    expect(tax.received).toEqual([]);
  });

  test('each department gets a context signed for it, and only the variables of the operation', async () => {
    await ask();
    expect(registry.received[0]).toMatchObject({
      contextToken: 'token 1 for registry',
      requestId: 'request-1',
      variables: { id: 'o-1' },
    });
    expect(tax.received[0]?.contextToken).toBe('token 2 for tax');
    expect(signed).toEqual([
      {
        audience: 'registry',
        actor: 'DEPARTMENT',
        organization: '113701',
        department: 'licensing',
        purpose: 'ADMIN_APPROVAL_CHECK',
      },
      { audience: 'tax', actor: 'DEPARTMENT', organization: '113701', department: 'licensing', purpose: 'ADMIN_APPROVAL_CHECK' },
    ]);
  });

  test('a caller from a department without records of its own is not given one', async () => {
    const context = { ...clerk(), caller: { ...clerk().caller, department: 'fire-brigade', subject: 'o-1' } };
    await ask('o-1', context);
    expect(signed[0]).not.toHaveProperty('department');
    expect(signed[0]?.subject).toBe('o-1');
  });

  test('operations with the same client name and another pruning never share a plan', async () => {
    const wide = operation('query Q { subject(id: "o-1") { name tax { hasArrears } } }', 'Q');
    const narrow = operation('query Q { subject(id: "o-1") { name } }', 'Q');
    await execute(wide, {}, clerk());
    const answer = await execute(narrow, {}, clerk());
    expect(answer.data).toEqual({ subject: { name: 'name of o-1' } });
    expect(tax.received).toHaveLength(1);
  });

  test('introspection is answered without asking anybody', async () => {
    const answer = await execute(operation('{ __type(name: "TaxStanding") { name fields { name } } }'), {}, clerk());
    expect(answer).toEqual({
      data: { __type: { name: 'TaxStanding', fields: [{ name: 'hasArrears' }] } },
      failures: [],
      departments: [],
      unavailable: [],
    });
  });

  test('a new supergraph joins the same departments, and the old one goes on for the queries it began', async () => {
    const next = departments.over(NEXT_SUPERGRAPH);
    expect((await ask()).data).toEqual({ subject: { name: 'name of o-1', tax: { hasArrears: true } } });
    tax.behave(async () => ({ data: { _entities: [{ audited: true }] } }));
    const answer = (await next.execute(operation('{ subject(id: "o-1") { audited } }'), {}, clerk())).complete();
    expect(answer.data).toEqual({ subject: { audited: true } });
  });

  test('a supergraph that cannot be used is refused', () => {
    expect(() => departments.over('type Query { x: Int }')).toThrow();
  });

  test('a supergraph that names a department nobody can reach does not load', () => {
    const city = { clock: () => 0, timeouts: { department: 100 } };
    const options = { ...city, departments: { registry }, signContext: () => '' };
    expect(() => createDepartments(options).over(SUPERGRAPH)).toThrow('the department tax, which has no address');
  });
});

describe('a fault of ours', () => {
  test('a context that cannot be signed fails the whole query, and asks nobody', async () => {
    const options = { departments: { registry, tax }, clock: () => 0, timeouts: { department: 100 } };
    const unsigned = createDepartments({
      ...options,
      signContext: () => {
        throw new Error('no key');
      },
    });
    const answer = await unsigned.over(SUPERGRAPH).execute(BOTH, { id: 'o-1' }, clerk());
    expect(() => answer.complete()).toThrow('the departments could not be joined');
    expect(registry.received).toEqual([]);
    await unsigned.close();
  });
});

describe('a department that fails', () => {
  const down = async () => Promise.reject(new TransportError('connection refused', true));
  const taxFailed = (code: string, unavailable = ['tax']) => ({
    data: { subject: { name: 'name of o-1', tax: null } },
    failures: [{ path: ['subject', 'tax'], department: 'tax', code }],
    departments: ['registry', 'tax'],
    unavailable,
  });

  test('costs its own fields only, and is named', async () => {
    tax.behave(down);
    expect(await ask()).toEqual(taxFailed('DEPARTMENT_UNAVAILABLE'));
  });

  test('is named for each subject it left without data', async () => {
    tax.behave(down);
    const answer = await execute(
      operation('{ subjects(ids: ["o-1", "o-none", "o-2"]) { tax { hasArrears } grade(year: 2024) } }'),
      {},
      clerk(),
    );
    expect(answer.data).toEqual({ subjects: [{ tax: null, grade: null }, null, { tax: null, grade: null }] });
    expect(answer.failures.map(({ path }) => path.join('.'))).toEqual([
      'subjects.0.tax',
      'subjects.0.grade',
      'subjects.2.tax',
      'subjects.2.grade',
    ]);
  });

  test('at the root leaves the whole answer null and is named', async () => {
    registry.behave(down);
    expect(await ask()).toEqual({
      data: { subject: null },
      failures: [{ path: ['subject'], department: 'registry', code: 'DEPARTMENT_UNAVAILABLE' }],
      departments: ['registry'],
      unavailable: ['registry'],
    });
  });

  test('by refusing the purpose is refused, not unavailable, and not asked again', async () => {
    tax.behave(async () => ({ data: null, errors: [{ message: 'no', extensions: { code: 'PURPOSE_NOT_ACCEPTED' } }] }));
    expect(await ask()).toEqual(taxFailed('DEPARTMENT_REFUSED', []));
    expect(tax.received).toHaveLength(1);
  });

  test('by not knowing our signature is our fault, and its data are missing', async () => {
    tax.behave(async () => ({ errors: [{ message: 'no', extensions: { code: 'CONTEXT_INVALID' } }] }));
    expect(await ask()).toEqual(taxFailed('INTERNAL'));
    expect(observed.at(-1)).toMatchObject({ department: 'tax', outcome: 'REJECTED', reason: 'CONTEXT_INVALID' });
  });

  test('in one field keeps its other fields, and its text is heard by nobody', async () => {
    const answer = await execute(
      operation('{ subjects(ids: ["o-1", "o-broken"]) { tax { hasArrears } grade(year: 2024) } }'),
      {},
      clerk(),
    );
    expect(answer).toEqual({
      data: {
        subjects: [
          { tax: { hasArrears: true }, grade: 'A' },
          { tax: { hasArrears: true }, grade: null },
        ],
      },
      failures: [{ path: ['subjects', 1, 'grade'], department: 'tax', code: 'DEPARTMENT_UNAVAILABLE' }],
      departments: ['registry', 'tax'],
      unavailable: ['tax'],
    });
    expect(JSON.stringify(answer)).not.toContain('91370112');
  });

  test('by poisoning its answer changes no prototype and adds no field', async () => {
    tax.behave(async () =>
      JSON.parse(
        '{"data":{"_entities":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"name":"other","tax":{"hasArrears":true}}]}}',
      ),
    );
    const answer = await ask();
    expect(Object.keys(answer.data?.['subject'] as object)).toEqual(['name', 'tax']);
    expect({}).not.toHaveProperty('polluted');
  });

  test.each([
    ['too few entities', { data: { _entities: [] } }],
    ['entities that are no list', { data: { _entities: 'x' } }],
    ['an empty object', {}],
    ['a list', []],
    ['data that are text', { data: 'x' }],
    ['errors that are no list', { errors: 'x' }],
    ['null data without an error', { data: null }],
  ])('by answering %s is unavailable', async (_, body) => {
    tax.behave(async () => body);
    expect(await ask()).toEqual(taxFailed('DEPARTMENT_UNAVAILABLE'));
  });
});

describe('a slow or broken department', () => {
  test('is asked once more, and the second answer is good', async () => {
    tax.behave(async () => {
      if (tax.received.length === 1) throw new TransportError('reset', true);
      return { data: { _entities: [{ tax: { hasArrears: false } }] } };
    });
    expect((await ask()).data).toEqual({ subject: { name: 'name of o-1', tax: { hasArrears: false } } });
    expect(tax.received).toHaveLength(2);
  });

  test('is not asked again when that could not help', async () => {
    tax.behave(async () => Promise.reject(new TransportError('answer too long', false)));
    expect((await ask()).unavailable).toEqual(['tax']);
    expect(tax.received).toHaveLength(1);
  });

  test('costs two timeouts at most, and its late attempts are aborted', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    tax.behave(() => new Promise(() => {}));
    const answer = ask();
    await bothAsked();
    await vi.advanceTimersByTimeAsync(100 + 50 + 100);
    expect((await answer).unavailable).toEqual(['tax']);
    expect(tax.received.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  test('is left alone after five failures in a row, then tried again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    const failing = async () => {
      const answer = ask();
      await bothAsked();
      await vi.advanceTimersByTimeAsync(50);
      expect((await answer).unavailable).toEqual(['tax']);
    };
    tax.behave(async () => Promise.reject(new TransportError('down', true)));
    for (let query = 0; query < 4; query++) await failing();
    expect(tax.received).toHaveLength(5);
    tax.behave(async () => ({ data: { _entities: [{ tax: null }] } }));
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await ask()).unavailable).toEqual([]);
    expect(tax.received).toHaveLength(6);
  });

  test('a refusal by the owner never opens the circuit', async () => {
    tax.behave(async () => ({ data: null, errors: [{ message: 'no', extensions: { code: 'PURPOSE_NOT_ACCEPTED' } }] }));
    for (let query = 0; query < 10; query++) await ask();
    expect(tax.received).toHaveLength(10);
  });

  test('a client that goes away aborts what is under way, without a second attempt and without opening the circuit', async () => {
    for (let query = 0; query < 10; query++) {
      const client = new AbortController();
      tax.behave((_, { signal }) => {
        queueMicrotask(() => client.abort());
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      });
      expect((await ask('o-1', clerk(client.signal))).unavailable).toEqual(['tax']);
    }
    expect(tax.received).toHaveLength(10);
    expect(tax.received.every(({ signal }) => signal.aborted)).toBe(true);
  });
});
