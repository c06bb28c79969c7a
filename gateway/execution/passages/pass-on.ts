import { type GraphQLSchema, TypeNameMetaFieldDef } from 'graphql';
import type { Tally } from '../../desensitization/tally.ts';
import type { TreatedField } from '../../desensitization/treatments.ts';
import { oncePer } from '../../once-per.ts';
import { Written } from '../../written.ts';
import { type CollectedField, collectFields } from '../compiled/collect-fields.ts';
import type { Selection } from '../compiled/resolve-selections.ts';
import type { Form, ObjectForm } from './form.ts';
import { compileMembers, type Member, type Pass, type Treated } from './pass-members.ts';
import type { Passage } from './passage.ts';
import { Passing } from './passing.ts';

/** What the client selects of a value, and how it is treated; undefined where nothing is. */
export interface Selected {
  groups: readonly (readonly Selection[])[];
  treatment: (Pick<TreatedField, 'fields' | 'treated'> & { isSubject?: boolean }) | undefined;
}

/**
 * Passes a passage on: its JSON as the response has it, each value treated and noted as the pass over read values would. Undefined where the
 * response differs from the passage's form by more than names, values and fields that nobody was asked for: then it has to be read.
 */
export type PassOn = (passage: Passage, tally: Tally) => Written | undefined;

/** How one selection is passed on, compiled for each form that comes by; mostly it is one. */
export function createPassOn(selected: Selected, schema: GraphQLSchema): PassOn {
  const compile = oncePer((form: Form) => ({ form, pass: compilePass(form, selected, schema) }));
  let last: ReturnType<typeof compile> | undefined;
  return (passage, tally) => {
    if (last?.form !== passage.form) last = compile(passage.form);
    if (last.pass === undefined) return undefined;
    const passing = new Passing(passage);
    last.pass(passing, tally);
    return new Written([passing.end()]);
  };
}

function compilePass(form: Form, selected: Selected, schema: GraphQLSchema): Pass | undefined {
  switch (form.kind) {
    case 'leaf':
      return leafPass(selected.treatment?.treated);
    case 'list': {
      const element = compilePass(form.of, selected, schema);
      return element && passList(element);
    }
    case 'object': {
      const members = membersOf(form, selected, schema);
      return members && passObject(form, members, selected.treatment?.treated?.objects);
    }
  }
}

const passLeaf: Pass = (passing) => {
  passing.at = Math.abs(passing.nextMark());
};

function leafPass(treated: Treated | undefined): Pass {
  return treated === undefined ? passLeaf : treatedLeaf(treated);
}

function treatedLeaf({ byKind }: Treated): Pass {
  return (passing, tally) => {
    const { slot, show } = byKind[tally.kind];
    const from = passing.at;
    const mark = passing.nextMark();
    passing.at = Math.abs(mark);
    if (mark < 0) return tally.noteMet(slot);
    tally.notePresent(slot);
    if (show !== undefined) passing.show(from, mark, show);
  };
}

function passList(element: Pass): Pass {
  return (passing, tally) => {
    const elements = passing.nextMark();
    if (elements < 0) {
      passing.at = -elements;
      return;
    }
    for (let index = 0; index < elements; index++) {
      // The bracket or comma before it.
      passing.at += 1;
      element(passing, tally);
    }
    passing.at += elements === 0 ? '[]'.length : 1;
  };
}

function passObject({ nullable }: ObjectForm, members: readonly Member[], slot: number | undefined): Pass {
  const passMembers = compileMembers(members);
  return (passing, tally) => {
    const mark = nullable ? passing.nextMark() : 0;
    if (mark < 0) {
      passing.at = -mark;
      return;
    }
    if (slot !== undefined) tally.notePresent(slot);
    passing.at += 1;
    passMembers(passing, tally);
    passing.at += 1;
  };
}

/** A field of the response, with how it is treated. */
interface ShownField {
  responseKey: string;
  collected: CollectedField | undefined;
  treatment: TreatedField | undefined;
}

/** The members of an object in the response's order; undefined when the form has them in another, or has others. */
function membersOf(form: ObjectForm, selected: Selected, schema: GraphQLSchema): readonly Member[] | undefined {
  const shown = shownFields(form, selected, schema);
  // Whoever enters a subject has to know its id, and what is fetched for the record is not the client's.
  if (shown === undefined || selected.treatment?.isSubject || shown.some(({ treatment }) => treatment?.isHidden))
    return undefined;
  const members: Member[] = [];
  let passed = 0;
  for (const field of shown) {
    const { collected, treatment, responseKey } = field;
    if (collected === undefined) {
      if (treatment === undefined) return undefined;
      members.push(nullMember(responseKey, { isBefore: passed === 0 }, treatment.treated));
      continue;
    }
    const own = form.fields[passed];
    if (own?.key !== collected.planKey) return undefined;
    const value = passValue(own.form, { ...field, collected }, schema);
    if (value === undefined) return undefined;
    members.push(memberOf(value, { ...own, responseKey, isFirst: passed === 0 }));
    passed++;
  }
  return passed === form.fields.length ? members : undefined;
}

function shownFields(
  { type }: ObjectForm,
  { groups, treatment }: Selected,
  schema: GraphQLSchema,
): readonly ShownField[] | undefined {
  // The form may be of a schema that was replaced since.
  if (schema.getType(type.name) !== type) return undefined;
  const collected = collectFields(groups, type, schema);
  if (treatment === undefined)
    return collected.map((field) => ({ responseKey: field.responseKey, collected: field, treatment: undefined }));
  const byKey = new Map(collected.map((field) => [field.responseKey, field]));
  return treatment.fields?.map((field) => ({
    responseKey: field.responseKey,
    collected: byKey.get(field.responseKey),
    treatment: field,
  }));
}

/** How a value is passed: a leaf that is never withheld by its treatment alone. */
type Value = Pass | { treated: Treated | undefined };

function passValue(
  form: Form,
  { collected, treatment }: ShownField & { collected: CollectedField },
  schema: GraphQLSchema,
): Value | undefined {
  const { definition, below } = collected;
  const treated = treatment?.treated;
  if (definition === TypeNameMetaFieldDef) return treated === undefined ? { treated } : undefined;
  const isSometimesWithheld = treated?.byKind.some(({ withheld }) => withheld) ?? false;
  if (form.kind === 'leaf' && !isSometimesWithheld) return { treated };
  const value = compilePass(form, { groups: below, treatment }, schema);
  if (value === undefined || treated === undefined) return value;
  const isOfLeaves = treatment?.fields === undefined && form.kind === 'list';
  const passed = isOfLeaves ? leavesMet(value, treated) : value;
  return isSometimesWithheld ? sometimesWithheld(passed, form, treated) : passed;
}

/** A list of leaves is met, whether it has any or not. */
function leavesMet(value: Pass, { byKind }: Treated): Pass {
  return (passing, tally) => {
    tally.noteMet(byKind[tally.kind].slot);
    value(passing, tally);
  };
}

function sometimesWithheld(value: Pass, form: Form, { byKind }: Treated): Pass {
  const passOver = compilePassOver(form);
  return (passing, tally) => {
    const { slot, withheld } = byKind[tally.kind];
    if (!withheld) return value(passing, tally);
    tally.noteMet(slot);
    const from = passing.at;
    passOver(passing, tally);
    passing.replace(from, passing.at, 'null');
  };
}

/** Nothing of it is noted. */
function compilePassOver(form: Form): Pass {
  if (form.kind === 'leaf') return passLeaf;
  if (form.kind === 'list') return passList(compilePassOver(form.of));
  const members = form.fields.map(({ key, form: inner }, index) => {
    const value = inner.kind === 'leaf' ? { treated: undefined } : compilePassOver(inner);
    return memberOf(value, { key, responseKey: key, isFirst: index === 0 });
  });
  return passObject(form, members, undefined);
}

function memberOf(value: Value, { key, responseKey, isFirst }: { key: string; responseKey: string; isFirst: boolean }): Member {
  const comma = isFirst ? 0 : 1;
  const { length } = JSON.stringify(key);
  // The colon.
  const bytesBefore = comma + length + 1;
  if (typeof value !== 'function' && responseKey === key) return { bytesBefore, ...value };
  const pass = typeof value === 'function' ? value : leafPass(value.treated);
  const renamed = responseKey === key ? undefined : JSON.stringify(responseKey);
  return (passing, tally) => {
    const from = passing.at + comma;
    if (renamed !== undefined) passing.replace(from, from + length, renamed);
    passing.at += bytesBefore;
    pass(passing, tally);
  };
}

/** A field that was not fetched, before or behind some that were: it is null, and on record where a rule says that it is. */
function nullMember(responseKey: string, { isBefore }: { isBefore: boolean }, treated: Treated | undefined): Pass {
  const text = `${JSON.stringify(responseKey)}:null`;
  const member = isBefore ? `${text},` : `,${text}`;
  return (passing, tally) => {
    if (treated !== undefined) tally.noteMet(treated.byKind[tally.kind].slot);
    passing.replace(passing.at, passing.at, member);
  };
}
