import { canonicalJson } from '../../policies/canonical-json.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { offeredThresholds } from '../../policies/thresholds.ts';
import { GatewayError } from '../errors.ts';
import type { ArgumentUse } from './argument-uses.ts';
import type { CompiledPlan } from './compile-plan.ts';
import type { Question } from './disclosure.ts';

/**
 * Holds every threshold of the fields that are fetched to those that are offered, whoever asks, and gives back the different
 * questions that are asked by an authorization: however many aliases ask one, it is one.
 * @throws {GatewayError} THRESHOLD_FORBIDDEN, with the thresholds that are offered.
 */
export function questionsOf(uses: readonly ArgumentUse[], { fetched }: CompiledPlan, policy: PolicySet): Question[] {
  const questions = new Map<string, Question>();
  for (const { field, values } of uses) {
    const { coordinate } = field;
    const place = fetched.get(field.path);
    if (place === undefined || coordinate === null) continue;
    if (![...values.keys()].some((argument) => policy.source.thresholds.has(argument))) continue;
    const spelt = [...values].map(([argument, value]) => [argument, spelling(argument, value, policy)] as const);
    const asked = canonicalJson(Object.fromEntries(spelt.map(([argument, value]) => [nameOf(argument), value])));
    if (place.authorized) questions.set(`${coordinate} ${asked}`, { coordinate, asked });
  }
  return [...questions.values()];
}

function spelling(argument: string, value: unknown, { source, catalogue, masks }: PolicySet): unknown {
  const field = source.thresholds.get(argument);
  if (field === undefined) return value;
  const thresholds = offeredThresholds(masks.get(catalogue.get(field)?.mask ?? '')?.shape);
  const canonical = typeof value === 'string' ? thresholds?.canonical(value) : undefined;
  if (canonical === undefined)
    throw new GatewayError('THRESHOLD_FORBIDDEN', { coordinate: argument, offered: thresholds?.offered ?? [] });
  return canonical;
}

function nameOf(argument: string): string {
  return argument.slice(argument.indexOf('(') + 1, -':)'.length);
}
