import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { scalars } from './index.ts';

const shared = parse(readFileSync(new URL('../shared.graphql', import.meta.url), 'utf8'));

test('there is one for every scalar of the shared schema and no other', () => {
  const declared = shared.definitions.flatMap((node) => (node.kind === Kind.SCALAR_TYPE_DEFINITION ? node.name.value : []));
  expect(Object.keys(scalars).sort()).toEqual(declared.sort());
  for (const [name, scalar] of Object.entries(scalars)) expect(scalar.name).toBe(name);
});

describe('a client’s value', () => {
  test.each([
    ['USCC', '91350100m000100y43', '91350100M000100Y43'],
    ['BusinessRegistrationNo', '9999 0009 4580 730', '999900094580730'],
    ['ResidentId', '11010519491231002x', '11010519491231002X'],
    ['Date', '2024-02-29', '2024-02-29'],
    ['Month', '2024-02', '2024-02'],
    ['DateTime', '2024-02-29T08:30:00+08:00', '2024-02-29T00:30:00.000Z'],
    ['Money', '12345.6', '12345.60'],
    ['Money', '-0.00', '0.00'],
    ['Count', '17', '17'],
    ['Quantity', '0012.5', '12.500'],
    ['Percentage', '33.5', '33.50'],
    ['SubjectName', ' 云汀市青禾餐饮管理有限公司 ', '云汀市青禾餐饮管理有限公司'],
    ['PersonName', '欧阳龘', '欧阳龘'],
    ['Email', 'a@example.cn', 'a@example.cn'],
    ['Phone', '0539-1234567', '0539-1234567'],
  ])('of %s %j becomes %j', (name, text, canonical) => {
    expect(scalars[name]?.parseValue(text)).toBe(canonical);
    expect(scalars[name]?.parseLiteral({ kind: Kind.STRING, value: text })).toBe(canonical);
  });

  test.each([
    ['USCC', '91350100M000100Y4Z'],
    ['USCC', '91**************43'],
    ['ResidentId', '110105194912310021'],
    ['ResidentId', '1****************X'],
    ['Date', '2023-02-29'],
    ['Date', '2023-02'],
    ['Month', '2024'],
    ['DateTime', '2024-02-30T08:30:00Z'],
    ['DateTime', '2024-02-29T08:30:00'],
    ['Money', '1.005'],
    ['Money', '1e5'],
    ['Money', '[1,5)'],
    ['Money', '9'.repeat(20)],
    ['Count', '-1'],
    ['Count', '1.0'],
    ['Percentage', '100.01'],
    ['SubjectName', '\u0000'],
    ['SubjectName', ''],
    ['Email', 'nobody'],
  ])('of %s %j is refused without being repeated', (name, text) => {
    expect(() => scalars[name]?.parseValue(text)).toThrow(`The value is not a valid ${name}.`);
  });

  test.each(Object.keys(scalars))('of %s that is not text is refused', (name) => {
    for (const value of [12, true, null, {}, ['2024-01-01']]) {
      expect(() => scalars[name]?.parseValue(value)).toThrow(`The value is not a valid ${name}.`);
    }
    expect(() => scalars[name]?.parseLiteral({ kind: Kind.INT, value: '12' })).toThrow('not a valid');
  });
});

describe('a department’s value', () => {
  test.each<[string, unknown, string]>([
    ['Money', 1234567n, '12345.67'],
    ['Money', -5n, '-0.05'],
    ['Money', '12345.6', '12345.60'],
    ['Count', 3, '3'],
    ['Count', 3n, '3'],
    ['Quantity', '12.5', '12.500'],
    ['Quantity', 7n, '7.000'],
    ['Percentage', '33.5', '33.50'],
    ['Date', '2024-03-01', '2024-03-01'],
    ['DateTime', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['DateTime', '2026-11-21T21:00:00.123456+00:00', '2026-11-21T21:00:00.123Z'],
  ])('of %s %s is served as %s', (name, value, text) => {
    expect(scalars[name]?.serialize(value)).toBe(text);
  });

  test.each([
    ['USCC', '92**************4H'],
    ['BusinessRegistrationNo', '99***********30'],
    ['ResidentId', '9****************2'],
    ['Date', '2024-03'],
    ['Date', '2024'],
    ['Month', '2024'],
    ['Money', '[100000,500000)'],
    ['Money', '[5000000,)'],
    ['Count', '[10,50)'],
    ['Quantity', '[0,100)'],
    ['Percentage', '[50,100)'],
    ['SubjectName', '云**'],
    ['PersonName', '欧阳**'],
    ['Phone', '138****1234'],
    ['Email', 'a***@example.cn'],
    ['Address', '云汀市青禾区****'],
    ['AccountNo', '****1234'],
    ['IdDocumentNo', 'E*******8'],
  ])('of %s is served in its masked form %j', (name, text) => {
    expect(scalars[name]?.serialize(text)).toBe(text);
  });

  test.each([
    ['Email', '无'],
    ['Email', 'a@example.cn；b@example.cn'],
    ['Phone', '0538-1234567 ext 8'],
    ['Address', '云汀市东篱区\n一街1号'],
    ['PersonName', '张三\u0085李四'],
    ['SubjectName', '泰'.repeat(201)],
    ['AccountNo', '1'.repeat(65)],
    ['IdDocumentNo', 'E'.repeat(65)],
  ])('of %s is served as it was filed, whatever a client may give: %j', (name, text) => {
    expect(scalars[name]?.serialize(text)).toBe(text);
    expect(() => scalars[name]?.parseValue(text)).toThrow('not a valid');
  });

  test.each<[string, unknown]>([
    ['Money', 12.5],
    ['Count', 1.5],
    ['Date', new Date(0)],
    ['Date', 'secret'],
    ['DateTime', new Date(Number.NaN)],
    ['USCC', 'secret'],
    ['Quantity', Number.NaN],
    ['PersonName', 7],
  ])('of %s that cannot be one is refused without being repeated', (name, value) => {
    expect(() => scalars[name]?.serialize(value)).toThrow(`A stored value is not a valid ${name}.`);
  });

  test('of any amount survives the way out and back in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), (amountFen) => {
        const text = scalars['Money']?.serialize(amountFen) ?? '';
        return scalars['Money']?.parseValue(text) === text && BigInt(text.replace('.', '')) === amountFen;
      }),
    );
  });
});
