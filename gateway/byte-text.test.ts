import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, fromByteText, parseByteTexts, toByteText, toByteTexts } from './byte-text.ts';

/** Any text without halves of surrogate pairs, and any at all. */
const wellFormed = fc.string({ unit: 'grapheme' });
const anyText = fc.string({ unit: 'binary' });
/** Any JSON, its texts in any script. */
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    wellFormed,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 5 }),
    fc.dictionary(wellFormed, tie('json'), { maxKeys: 5 }),
  ),
}));
const read = (text: string | Buffer) => parseByteTexts(Buffer.from(text as string));
/** As servers write that escape all but ASCII. */
const escaped = (text: string) => text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('a byte text', () => {
  test('is the bytes of its text, a character each', () => {
    fc.assert(fc.property(anyText, (text) => Buffer.from(toByteText(text), 'latin1').equals(Buffer.from(text))));
  });

  test('says what its text said', () => {
    fc.assert(fc.property(wellFormed, (text) => fromByteText(toByteText(text)) === text));
    expect(fromByteText(toByteText('云汀市𠮷野家')).length).toBe('云汀市𠮷野家'.length);
  });

  test('is the text itself where that is ASCII', () => {
    fc.assert(fc.property(fc.string(), (text) => toByteText(text) === text && fromByteText(text) === text));
  });

  test('of bytes that are none says U+FFFD, and so does one of half a character', () => {
    expect(fromByteText('a\u00ff')).toBe('a\ufffd');
    expect(fromByteText(toByteText('a\ud842'))).toBe('a\ufffd');
  });
});

describe('JSON is read', () => {
  test('with byte texts for its texts and keys, however it was written', () => {
    fc.assert(
      fc.property(json, (value) => {
        const expected = toByteTexts(value);
        const text = JSON.stringify(value);
        expect(read(text)).toEqual(expected);
        expect(read(`\ufeff${text}`)).toEqual(expected);
        expect(read(escaped(text))).toEqual(expected);
      }),
    );
  });

  test.each([
    ['an escape of Chinese', '{"name":"\\u4e91汀"}', '云汀'],
    ['an escape of HTML', '{"name":"\\u003c云汀\\u003e"}', '<云汀>'],
    ['a backslash before a u', '{"name":"\\\\u4e91汀"}', '\\u4e91汀'],
    ['an escape of half a character', '{"name":"\\ud842云"}', '\ufffd云'],
    ['an escape of a control character', '{"name":"\\u0085云"}', '\u0085云'],
  ])('with %s in it', (_, text, name) => {
    const value = read(text) as { name: string };
    expect(fromByteText(value.name)).toBe(name);
    expect(bytesOf([JSON.stringify(value)]).toString()).toBe(JSON.stringify({ name }));
  });

  test('with U+FFFD for bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"name":"云'), Buffer.from([0xff, 0x41]), Buffer.from('"}')]);
    expect(fromByteText((parseByteTexts(bytes) as { name: string }).name)).toBe('云\ufffdA');
  });

  test('with a member called __proto__ as a member', () => {
    for (const text of ['{"__proto__":"云"}', '{"__proto__":"\\u4e91"}']) {
      const value = read(text) as object;
      expect(Object.hasOwn(value, '__proto__')).toBe(true);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });

  test.each(['', '{', '{"a":"\\u4e9"}', '{"a":\ufeff1}'])('and refused when it is none: %j', (text) => {
    expect(() => read(text)).toThrow(SyntaxError);
  });
});

describe('byte texts leave', () => {
  test('as the bytes of their texts', () => {
    fc.assert(
      fc.property(fc.array(wellFormed), (texts) => {
        expect(bytesOf(texts.map(toByteText)).toString()).toBe(texts.join(''));
      }),
    );
  });

  test('after values of JSON were written with them', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(bytesOf([JSON.stringify(toByteTexts(value))]).toString()).toBe(JSON.stringify(value));
      }),
    );
  });

  test.each(['云汀', 'é', 'a\u00e9b', '\ud842'])('and never text that is none: %j', (text) => {
    expect(() => bytesOf(['{', text, '}'])).toThrow(TypeError);
  });
});
