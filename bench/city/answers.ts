import {
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isListType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { subjectId } from '../../schema/identifiers/subject-id.ts';

/** Records of a list whose length nobody asks for. */
const RECORDS = 5;
/** Stand where an answer names its subject: an answer that reaches the wrong subject is then seen. */
const ID = '\u0001';
const CODE = '\u0002';

interface SubjectBy {
  unifiedSocialCreditCode: string;
}

const [LIST, LIST_END, NEXT] = ['[', ']', ','].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
const [ANSWER, ANSWER_END] = [Buffer.from('{"data":{'), Buffer.from('}}')];

/**
 * Answers any department's operations over one schema, the same for the same subject: values depend on type, position
 * and subject alone. A text is parsed once, and what it asks of a subject is written once; an answer then costs little more than copying it.
 */
export function createAnswers(apiSchema: GraphQLSchema, subjectKey: string): (body: string) => Buffer {
  const codes = new Map<string, string>();
  const idOf = oncePer((code: string): string => {
    const id = subjectId(subjectKey, { type: 'USCC', value: code });
    codes.set(id, code);
    return id;
  });

  const answerTo = oncePer((query: string) => {
    const operation = parse(query).definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    const roots = rootsOf(operation!.selectionSet).map(({ field, condition }) => ({ condition, answer: compileRoot(field) }));
    return (variables: Record<string, unknown>) => {
      const asked = roots.filter(({ condition }) => condition === undefined || variables[condition] === true);
      return Buffer.concat([ANSWER, ...inARow(asked.map(({ answer }) => answer(variables))), ANSWER_END]);
    };
  });

  function compileRoot(root: FieldNode): (variables: Record<string, unknown>) => Buffer[] {
    const parts = split(JSON.stringify(objectOf(root, apiSchema.getType('CreditSubject'))));
    const of = oncePer((id: string) => [Buffer.from(fill(parts, id, codes.get(id) ?? ''))]);
    const open = Buffer.from(`${JSON.stringify(keyOf(root))}:`);
    const list = (ids: readonly string[]) => [open, LIST, ...inARow(ids.map(of)), LIST_END];
    if (root.name.value === '_entities')
      return ({ representations }) => list((representations as { id: string }[]).map(({ id }) => id));
    const by = (variables: Record<string, unknown>) => argument(root, 'by', variables);
    if (root.name.value === 'subjects')
      return (variables) => list((by(variables) as SubjectBy[]).map((each) => idOf(each.unifiedSocialCreditCode)));
    return (variables) => [open, ...of(idOf((by(variables) as SubjectBy).unifiedSocialCreditCode))];
  }

  return (body) => {
    const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    return answerTo(query)(variables ?? {});
  };
}

/** Keeps what is made of each text: there are as many as subjects and questions of the benchmarks. */
function oncePer<Made>(make: (text: string) => Made): (text: string) => Made {
  const known = new Map<string, Made>();
  return (text) => {
    const made = known.get(text) ?? make(text);
    known.set(text, made);
    return made;
  };
}

function fill(parts: readonly string[], id: string, code: string): string {
  return parts.map((part) => (part === ID ? id : part === CODE ? code : part)).join('');
}

/** With a comma between one and the next. */
function inARow(all: readonly (readonly Buffer[])[]): Buffer[] {
  return all.flatMap((each, index) => (index === 0 ? each : [NEXT, ...each]));
}

/** The text around its marks, and the marks. */
function split(text: string): readonly string[] {
  return text
    .replaceAll('\\u0001', ID)
    .replaceAll('\\u0002', CODE)
    .split(/(\u0001|\u0002)/);
}

function argument(field: FieldNode, name: string, variables: Record<string, unknown>): unknown {
  const given = field.arguments?.find((each) => each.name.value === name);
  return given && valueFromASTUntyped(given.value, variables);
}

function objectOf(field: FieldNode, type: GraphQLNamedType | undefined, index = 0): Record<string, unknown> {
  if (!isObjectType(type) || !field.selectionSet) throw new TypeError(`no object ${field.name.value}`);
  return Object.fromEntries(
    fields(field.selectionSet).map((inner) => {
      const name = inner.name.value;
      return [
        keyOf(inner),
        name === '__typename' ? type.name : valueOf(inner, type.getFields()[name]!.type, { index, parent: type.name }),
      ];
    }),
  );
}

interface Place {
  index: number;
  parent: string;
}

function valueOf(field: FieldNode, type: GraphQLOutputType, place: Place): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const first = argument(field, 'first', {});
    const length = typeof first === 'number' ? first : RECORDS;
    return Array.from({ length }, (_, index) => valueOf(field, nullable.ofType, { ...place, index }));
  }
  const named = getNamedType(type);
  if (isObjectType(named)) return objectOf(field, named, place.index);
  if (isEnumType(named)) return named.getValues()[0]!.name;
  if (place.parent === 'CreditSubject' && field.name.value === 'id') return ID;
  return SCALARS[named.name]?.(place.index) ?? `${field.name.value}：${CODE}的第${place.index + 1}条记录`;
}

/** Plausible values, so that masks have their usual work. */
const SCALARS: Readonly<Record<string, (index: number) => unknown>> = {
  Int: (index) => index + 1,
  Float: (index) => index + 0.5,
  Boolean: (index) => index % 2 === 0,
  ID: (index) => `2026-batch-${index}`,
  Money: (index) => `${(index + 1) * 37_281}.10`,
  Count: (index) => String(26 + index),
  Quantity: (index) => `${8_420 + index}.500`,
  Percentage: () => '33.50',
  Date: (index) => `2026-0${(index % 9) + 1}-15`,
  Month: (index) => `2026-0${(index % 9) + 1}`,
  DateTime: (index) => `2026-07-0${(index % 9) + 1}T08:00:00Z`,
  USCC: () => CODE,
  SubjectName: () => '云汀市青禾餐饮管理有限公司',
  PersonName: () => '林雨桐',
  IdDocumentNo: () => '999999195207109160',
  AccountNo: () => '9999000000000000018',
  Address: () => '云汀市青禾区云锦路18号',
  Phone: () => '16099990000',
};

function fields({ selections }: SelectionSetNode): FieldNode[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node];
    return node.kind === Kind.INLINE_FRAGMENT ? fields(node.selectionSet) : [];
  });
}

/** The root fields, each with the variable that includes it, if one does. */
function rootsOf({ selections }: SelectionSetNode, condition?: string): { field: FieldNode; condition: string | undefined }[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [{ field: node, condition }];
    if (node.kind !== Kind.INLINE_FRAGMENT) return [];
    const value = node.directives?.[0]?.arguments?.[0]?.value;
    return rootsOf(node.selectionSet, value?.kind === Kind.VARIABLE ? value.name.value : condition);
  });
}

function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}
