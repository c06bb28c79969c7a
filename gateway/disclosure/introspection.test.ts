import { expect, it } from 'vitest';
import { assertIntrospectionAllowed } from './introspection.ts';

it.each([
  { introspects: true, open: false, developer: false, allowed: false },
  { introspects: true, open: false, developer: true, allowed: true },
  { introspects: true, open: true, developer: false, allowed: true },
  { introspects: false, open: false, developer: false, allowed: true },
])(
  'the schema may be read $allowed when open $open, developer $developer, asked $introspects',
  ({ introspects, open, developer, allowed }) => {
    const check = () => assertIntrospectionAllowed({ introspects }, { developer }, open);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'INTROSPECTION_FORBIDDEN' }));
  },
);
