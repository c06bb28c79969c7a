import { expect, test } from 'vitest';
import { clerk, fakeDepartment, operation, SUPERGRAPH } from './city.fixture.ts';
import { createDepartments } from './department-execution.ts';

const BOTH = operation('{ subject(id: "o-1") { name tax { hasArrears } } }');

test.each([
  ['a value of another type', { hasArrears: 'no' }, { hasArrears: null }, ['subject', 'tax', 'hasArrears']],
  ['a list for an object', [{ hasArrears: true }], null, ['subject', 'tax']],
  ['an object for a value', { hasArrears: { toString: 'x' } }, { hasArrears: null }, ['subject', 'tax', 'hasArrears']],
])('a department that answers %s has not answered that field, and is named', async (_, tax, shown, path) => {
  const department = fakeDepartment('tax');
  department.behave(async () => ({ data: { _entities: [{ tax }] } }));
  const departments = createDepartments({
    departments: { registry: fakeDepartment('registry'), tax: department },
    signContext: () => 'token',
    clock: () => 0,
    timeouts: { department: 100 },
  });
  const answer = await departments.over(SUPERGRAPH).execute(BOTH, {}, clerk());
  expect(answer.complete()).toEqual({
    data: { subject: { name: 'name of o-1', tax: shown } },
    failures: [{ path, department: 'tax', code: 'DEPARTMENT_UNAVAILABLE' }],
    departments: ['registry', 'tax'],
    unavailable: ['tax'],
  });
  await departments.close();
});
