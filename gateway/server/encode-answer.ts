import { bytesOf, toByteText } from '../byte-text.ts';
import { Written, writeList, writeObject } from '../written.ts';

/** The members of an answer, in their order; what is undefined is not written. */
export interface Answer {
  errors?: readonly unknown[] | undefined;
  /** Its texts are byte texts. */
  data?: Readonly<Record<string, unknown>> | null | undefined;
  extensions?: unknown;
}

/** Elements from which on a list is written one by one. */
const MANY = 8;

/**
 * An answer as JSON in UTF-8. A list of many at its root, as of subjects, is written element by element: the text of them all would be
 * laid out anew before its bytes are taken, in memory that is asked of the system each time.
 * @throws {TypeError} when text that is no byte text is in the data.
 */
export function encodeAnswer({ errors, data, extensions }: Answer): Buffer {
  const texts: string[] = [];
  const begin = (member: string) => texts.push(`${texts.length === 0 ? '{' : ','}"${member}":`);
  if (errors !== undefined) {
    begin('errors');
    texts.push(toByteText(JSON.stringify(errors)));
  }
  if (data !== undefined) {
    begin('data');
    writeData(data, texts);
  }
  if (extensions !== undefined) {
    begin('extensions');
    texts.push(toByteText(JSON.stringify(extensions)));
  }
  texts.push(texts.length === 0 ? '{}' : '}');
  return bytesOf(texts);
}

function writeData(data: NonNullable<Answer['data']> | null, texts: string[]): void {
  const values = Object.values(data ?? {}).map((value) => (isOfMany(value) ? writeList(value) : value));
  if (data === null || !values.some((value) => value instanceof Written)) return void texts.push(JSON.stringify(data));
  const names = Object.keys(data).map((name) => JSON.stringify(name));
  for (const part of writeObject(names, values).parts) texts.push(part);
}

function isOfMany(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length >= MANY;
}
