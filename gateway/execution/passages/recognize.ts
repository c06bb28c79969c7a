import { isUtf8 } from 'node:buffer';
import { type GraphQLSchema, isObjectType, Kind, parse, type SelectionNode } from 'graphql';
import { type Form, formsOf, type ObjectForm } from './form.ts';
import { BACKSLASH, type EndOf, endOfBytes, FIRST_CHARACTER, NOWHERE, QUOTE } from './leaf-ends.ts';
import { Passage, type Recognized } from './passage.ts';

/**
 * Reads the answer to one text as far as anybody has to, and no further: entities with passages for their fields. Undefined for an
 * answer of any other form, an error in it included: that is JSON to be parsed. Never throws.
 */
export type RecognizeAnswer = (bytes: Buffer) => Record<string, unknown> | undefined;

/** Where a value ends that has a form, its marks noted; {@link NOWHERE} when it has not. `view` is of the same bytes. */
type Recognize = (bytes: Uint8Array, view: DataView, at: number, marks: number[]) => number;

/** Bytes that are compared at a time. */
const WORD = 4;
const LINE_FEED = 0x0a;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const endOfNull = endOfBytes(Buffer.from('null'));
const endOfHead = endOfBytes(Buffer.from('{"data":{"_entities":['));
const endOfTail = endOfBytes(Buffer.from(']}}'));

/** A field of the entities. One without fields of its own is read: others may have to know it. */
interface EntityField {
  key: string;
  endOfKey: EndOf;
  form: Form;
  isRead: boolean;
  recognize: Recognize;
}

/**
 * Answers to a text that are parsed before others are recognized: what is asked now and then is not worth the time, nor the memory, that
 * a recognition takes.
 */
export const PARSED_FIRST = 100;

const RECOGNIZES_NOTHING: RecognizeAnswer = () => undefined;

/**
 * The recognition of answers to a text that asks for entities of one type; of any other, and where one of the entities' fields has no form or
 * is an object that the plan has to read, nothing is recognized.
 */
export function recognitionOf(text: string, read: ReadonlySet<string>, schema: GraphQLSchema): RecognizeAnswer {
  let answers = 0;
  let recognize: RecognizeAnswer | undefined;
  return (bytes) => {
    if (answers++ < PARSED_FIRST) return undefined;
    recognize ??= compileRecognition(text, read, schema);
    return recognize(bytes);
  };
}

function compileRecognition(text: string, read: ReadonlySet<string>, schema: GraphQLSchema): RecognizeAnswer {
  const [operation] = parse(text, { noLocation: true }).definitions;
  const root = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  const fields = entityFields(root, schema);
  if (fields === undefined || fields.some(({ key, isRead }) => !isRead && read.has(key))) return RECOGNIZES_NOTHING;
  return (bytes) => {
    let at = endOfHead(bytes, 0);
    if (at === NOWHERE || !isUtf8(bytes)) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const json = bytes.toString('latin1');
    const answer = { bytes, json, hasEscapes: json.includes('\\'), marks: [] as number[] };
    const entities: unknown[] = [];
    for (let isFirst = true; bytes[at] !== CLOSE_LIST; isFirst = false) {
      if (!isFirst && bytes[at++] !== COMMA) return undefined;
      const afterNull = endOfNull(bytes, at);
      const entity = afterNull === NOWHERE ? {} : null;
      at = entity === null ? afterNull : recognizeEntity(view, { at, fields, answer, entity });
      if (at === NOWHERE) return undefined;
      entities.push(entity);
    }
    at = endOfTail(bytes, at);
    // Apollo Server ends its answers with a line break.
    const end = bytes[at] === LINE_FEED ? at + 1 : at;
    return end === bytes.length ? { _entities: entities } : undefined;
  };
}

interface Recognizing {
  at: number;
  fields: readonly EntityField[];
  answer: Recognized & { marks: number[] };
  entity: Record<string, unknown>;
}

function recognizeEntity(view: DataView, { at: begin, fields, answer, entity }: Recognizing): number {
  const { bytes, json, marks } = answer;
  let at = begin;
  let before = OPEN_OBJECT;
  for (const { key, endOfKey, form, isRead, recognize } of fields) {
    if (bytes[at] !== before) return NOWHERE;
    before = COMMA;
    const from = endOfKey(bytes, at + 1);
    if (from === NOWHERE) return NOWHERE;
    const mark = marks.length;
    const to = recognize(bytes, view, from, marks);
    if (to === NOWHERE) return NOWHERE;
    entity[key] = isRead ? JSON.parse(json.slice(from, to)) : new Passage(form, answer, { from, to, mark });
    at = to;
  }
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOWHERE;
}

/** What is asked of `_entities`: by name, that of its only type. */
function entityFields(root: readonly SelectionNode[], schema: GraphQLSchema): readonly EntityField[] | undefined {
  const [entities, ...besides] = root;
  if (entities?.kind !== Kind.FIELD || entities.name.value !== '_entities' || entities.alias || besides.length > 0)
    return undefined;
  const [ofType, ...ofOthers] = entities.selectionSet?.selections ?? [];
  if (ofType?.kind !== Kind.INLINE_FRAGMENT || ofOthers.length > 0) return undefined;
  const type = schema.getType(ofType.typeCondition?.name.value ?? '');
  if (!isObjectType(type)) return undefined;
  return formsOf(ofType.selectionSet, type)?.map(({ key, form }) => ({
    key,
    endOfKey: endOfBytes(Buffer.from(`${JSON.stringify(key)}:`)),
    form,
    isRead: isOfLeaves(form),
    recognize: compileForm(form),
  }));
}

function isOfLeaves(form: Form): boolean {
  return form.kind === 'list' ? isOfLeaves(form.of) : form.kind === 'leaf';
}

function compileForm(form: Form): Recognize {
  const recognize = recognizePresent(form);
  if (!form.nullable) return recognize;
  const isMarked = form.kind === 'object';
  return (bytes, view, at, marks) => {
    const end = endOfNull(bytes, at);
    if (end !== NOWHERE) {
      marks.push(-end);
      return end;
    }
    if (isMarked) marks.push(0);
    return recognize(bytes, view, at, marks);
  };
}

function recognizePresent(form: Form): Recognize {
  switch (form.kind) {
    case 'leaf': {
      const { endOf } = form;
      return (bytes, _, at, marks) => {
        const end = endOf(bytes, at);
        marks.push(end);
        return end;
      };
    }
    case 'list':
      return recognizeList(compileForm(form.of));
    case 'object':
      return recognizeObject(form.fields);
  }
}

function recognizeList(recognize: Recognize): Recognize {
  return (bytes, view, at, marks) => {
    if (bytes[at] !== OPEN_LIST) return NOWHERE;
    const place = marks.push(0) - 1;
    if (bytes[at + 1] === CLOSE_LIST) return at + 2;
    let end = at;
    let elements = 0;
    do {
      end = recognize(bytes, view, end + 1, marks);
      elements++;
    } while (end !== NOWHERE && bytes[end] === COMMA);
    if (end === NOWHERE || bytes[end] !== CLOSE_LIST) return NOWHERE;
    marks[place] = elements;
    return end + 1;
  };
}

/**
 * Compiled to JavaScript of its own, like the objects of the response (`../compiled/compile-object.ts`): names are compared with constants, four
 * bytes at a time, and a text is passed over where it stands. Measured, that takes a third of what calls and loops take, and two sevenths of
 * JSON.parse. Of the fields only the bytes of their names get into the source, as numbers.
 */
function recognizeObject(fields: ObjectForm['fields']): Recognize {
  const source = fields.map(({ key, form }, index) => {
    const name = Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`);
    const recognize = `at = recognize${index}(bytes, view, at, marks); if (at === ${NOWHERE}) return ${NOWHERE};`;
    return `if (at + ${name.length} > bytes.length || ${differsFrom(name)}) return ${NOWHERE};
      at += ${name.length};
      ${form.kind === 'leaf' && form.isText ? `${PASS_TEXT} else { ${recognize} }` : recognize}`;
  });
  const names = fields.map((_, index) => `recognize${index}`);
  const make = new Function(
    ...names,
    `return (bytes, view, at, marks) => {
      let end, byte;
      ${source.join('\n')}
      return bytes[at] === ${CLOSE_OBJECT} ? at + 1 : ${NOWHERE};
    };`,
  ) as (...parts: readonly Recognize[]) => Recognize;
  return make(...fields.map(({ form }) => compileForm(form)));
}

/** Whether other bytes stand there. A name, with what is around it, has more than four; the last four may be compared in part twice. */
function differsFrom(name: Buffer): string {
  const last = name.length - WORD;
  const words = Array.from({ length: Math.ceil(name.length / WORD) }, (_, index) => Math.min(index * WORD, last));
  return words.map((offset) => `view.getInt32(at + ${offset}, true) !== ${name.readInt32LE(offset)}`).join(' || ');
}

/** A text without escapes; whatever else stands there is left to its form. */
const PASS_TEXT = `end = at;
  byte = 0;
  if (bytes[at] === ${QUOTE}) do byte = bytes[++end]; while (byte >= ${FIRST_CHARACTER} && byte !== ${QUOTE} && byte !== ${BACKSLASH});
  if (byte === ${QUOTE}) marks.push((at = end + 1));`;
