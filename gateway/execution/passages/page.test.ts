import { expect, test } from 'vitest';
import { openPage } from './page.ts';

test('a page takes more than it had room for', () => {
  const page = openPage();
  const many = Buffer.alloc(2_000_000, 'a');
  page.copy(many, 0, many.length);
  page.write('-');
  page.copy(many, 5, 15);
  expect(page.text()).toBe(`${'a'.repeat(2_000_000)}-${'a'.repeat(10)}`);
  expect(openPage().text()).toBe('');
});

test('a page that is opened again is empty', () => {
  openPage().write('abc');
  expect(openPage().text()).toBe('');
});

test.each([
  ['a quotation mark', '"'],
  ['a backslash', '\\'],
  ['a control character', '\n'],
  ['no byte', '云'],
])('a text with %s is not written as it is, nor any of it', (_, character) => {
  const page = openPage();
  expect(page.writeText(`ab${character}`)).toBe(false);
  expect(page.writeText('cd')).toBe(true);
  expect(page.text()).toBe('"cd"');
});

test('what is no byte text cannot be written', () => {
  expect(() => openPage().write('云')).toThrow(TypeError);
});
