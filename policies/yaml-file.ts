import * as v from 'valibot';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { PolicyFault } from './fault.ts';

/** The path of a value inside a file. */
export type Path = readonly (string | number)[];

/** One YAML file, with the line of any value in it. */
export interface YamlFile {
  /** Path below the policy directory. */
  name: string;
  value: unknown;
  /** `name:line` of the value at the path, or of the nearest thing around it that the file has. */
  at(path: Path): string;
}

/** Parses YAML 1.2 (core schema, so `no` and dates stay text); duplicate keys and aliases are faults. */
export function readYaml(name: string, text: string): { file: YamlFile; faults: readonly PolicyFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', uniqueKeys: true });
  const faults = [...document.errors, ...document.warnings].map((error) => ({
    at: `${name}:${lines.linePos(error.pos[0]).line}`,
    message: error.message.split('\n')[0] ?? error.message,
  }));
  const value: unknown = faults.length > 0 ? null : toValue(document, name, faults);
  return { file: { name, value, at: (path) => `${name}:${lineOf(document, lines, path)}` }, faults };
}

/** Holds the file's value against a valibot schema; every issue becomes a fault at its line. */
export function validateYaml<const Schema extends v.GenericSchema>(
  schema: Schema,
  file: YamlFile,
): { value: v.InferOutput<Schema> | undefined; faults: readonly PolicyFault[] } {
  const result = v.safeParse(schema, file.value);
  if (result.success) return { value: result.output, faults: [] };
  return { value: undefined, faults: result.issues.map((issue) => faultOf(file, issue)) };
}

function toValue(document: Document, name: string, faults: PolicyFault[]): unknown {
  try {
    // A file of aliases that multiply must not exhaust the process that reads it.
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    faults.push({ at: `${name}:1`, message: 'aliases (&, *) are not used in policies' });
    return null;
  }
}

function faultOf(file: YamlFile, issue: v.BaseIssue<unknown>): PolicyFault {
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  return { at: file.at(path), message: `${where}${issue.message}` };
}

function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
