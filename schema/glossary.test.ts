import { readFileSync } from 'node:fs';
import { isEnumType, isInputObjectType, isObjectType, isSpecifiedScalarType } from 'graphql';
import { expect, test } from 'vitest';
import { apiSchemaOf } from './api-schema.ts';

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
const types = Object.values(apiSchemaOf(read('supergraph.graphql')).getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);
const fields = types.flatMap((type) => (isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : []));
const values = types.flatMap((type) => (isEnumType(type) ? type.getValues().map(({ name }) => name) : []));

const [, rows = ''] = /^## In the schemas$([^]*?)^## /m.exec(read('glossary.md')) ?? [];
const listed = new Set([...rows.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));

test('the glossary has an official term for every type and field of the schemas', () => {
  expect([...types.map(({ name }) => name), ...fields].filter((name) => !listed.has(name))).toEqual([]);
});

test('the glossary names nothing that the schemas do not have', () => {
  // Classes and categories are in every subgraph but, being of the directive alone, not in the API.
  const ofDirective = [...read('shared.graphql').matchAll(/^(?:enum |  )(\w+)/gm)].map(([, name = '']) => name);
  const known = new Set([...types.map(({ name }) => name), ...fields, ...values, ...ofDirective]);
  expect([...listed].filter((name) => !known.has(name))).toEqual([]);
});
