import { encodeUtf8 } from '../utf8.ts';

/** The members of an answer, in their order; what is undefined is not written. */
export interface Answer {
  errors?: readonly unknown[] | undefined;
  data?: Readonly<Record<string, unknown>> | null | undefined;
  extensions?: unknown;
}

/** Elements from which on a list is written one by one. */
const MANY = 8;

/**
 * An answer as JSON in UTF-8. A list of many at its root, as of subjects, is written element by element: the text of them all would be
 * laid out anew before it is encoded, in memory that is asked of the system each time.
 */
export function encodeAnswer({ errors, data, extensions }: Answer): Buffer {
  if (data == null || !Object.values(data).some(isOfMany)) return encodeUtf8([JSON.stringify({ errors, data, extensions })]);
  const texts = ['{'];
  if (errors !== undefined) texts.push(`"errors":${JSON.stringify(errors)},`);
  Object.entries(data).forEach(([name, value], index) => {
    texts.push(`${index === 0 ? '"data":{' : ','}${JSON.stringify(name)}:`);
    writeValue(value, texts);
  });
  texts.push('}');
  if (extensions !== undefined) texts.push(`,"extensions":${JSON.stringify(extensions)}`);
  texts.push('}');
  return encodeUtf8(texts);
}

function isOfMany(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length >= MANY;
}

function writeValue(value: unknown, texts: string[]): void {
  if (!isOfMany(value)) return void texts.push(JSON.stringify(value));
  value.forEach((element, index) => texts.push(index === 0 ? '[' : ',', JSON.stringify(element)));
  texts.push(']');
}
