import { describe, expect, it } from 'vitest';
import { assertReferencesAnswered } from './required-references.ts';

const policy = {
  purpose: (code: string, date: string) =>
    code === 'ADMIN_APPROVAL_CHECK' && date === '2026-06-01' ? ({ requiredDepartments: ['registry'] } as never) : undefined,
};

describe('a purpose that must consult a department', () => {
  const purpose = { code: 'ADMIN_APPROVAL_CHECK' };

  it.each([
    { unavailable: [], refused: false },
    { unavailable: [], failing: 'registry', refused: true },
    { unavailable: [], failing: 'tax', refused: false },
    { unavailable: ['tax'], refused: false },
    { unavailable: ['registry'], refused: true },
    { unavailable: ['registry', 'tax'], refused: true },
  ])('is refused $refused when $unavailable do not answer and $failing refuses', ({ unavailable, failing, refused }) => {
    const failures = failing === undefined ? [] : [{ path: [], department: failing, code: 'DEPARTMENT_REFUSED' as const }];
    const check = () =>
      assertReferencesAnswered({ unavailable, failures }, purpose, { policy, receivedAt: Date.parse('2026-05-31T16:00:00Z') });
    if (refused)
      expect(check).toThrow(expect.objectContaining({ code: 'REFERENCE_UNAVAILABLE', details: { departments: ['registry'] } }));
    else expect(check).not.toThrow();
  });
});
