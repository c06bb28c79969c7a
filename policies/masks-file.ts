import * as v from 'valibot';
import type { PolicyFault } from './fault.ts';
import type { MaskShape, MaskSpec } from './policy-source.ts';
import { readYaml, validateYaml } from './yaml-file.ts';

/** Reads `masks.yaml`: a map from the mask's name to its shape, the scalars it is for, and examples. */
export function parseMasks(name: string, text: string): { masks: ReadonlyMap<string, MaskSpec>; faults: readonly PolicyFault[] } {
  const { file, faults } = readYaml(name, text);
  if (faults.length > 0) return { masks: new Map(), faults };
  const { value, faults: wrong } = validateYaml(masksSchema, file);
  if (value === undefined) return { masks: new Map(), faults: wrong };
  return { masks: new Map(Object.entries(value).map(([mask, yaml]) => [mask, specOf(mask, yaml)])), faults: [] };
}

/** Fewest characters a mask must hide where it keeps some: below it a value is hidden whole. */
const LEAST_HIDDEN = 1;

const words = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const length = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(32));
const keepSchema = v.pipe(
  v.strictObject({
    first: v.optional(length, 0),
    last: v.optional(length, 0),
    fill: v.pipe(length, v.minValue(1, 'at least one asterisk')),
    hides: v.optional(v.pipe(length, v.minValue(LEAST_HIDDEN)), LEAST_HIDDEN),
  }),
  // A masked value must itself be long enough to be masked again to the same text.
  v.check(({ fill, hides }) => fill >= hides, 'fill must be at least hides'),
);
const boundsSchema = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^(0|[1-9]\d*)(\.\d+)?$/, 'must be a decimal in quotes'))),
  v.minLength(1),
  v.check((bounds) => bounds.every((bound, i) => i === 0 || Number(bounds[i - 1]) < Number(bound)), 'must rise'),
);
const maskSchema = v.pipe(
  v.strictObject({
    name: words,
    scalars: v.pipe(v.array(words), v.minLength(1, 'names no scalar')),
    keep: v.optional(keepSchema),
    bands: v.optional(boundsSchema),
    precision: v.optional(v.picklist(['month', 'year'])),
    kind: v.optional(v.picklist(['name', 'phone', 'email', 'address'])),
    examples: v.record(v.string(), v.string()),
  }),
  v.check(
    ({ keep, bands, precision, kind }) => [keep, bands, precision, kind].filter((shape) => shape !== undefined).length === 1,
    'must have exactly one of keep, bands, precision, kind',
  ),
  v.check(({ examples }) => Object.keys(examples).length > 0, 'needs an example'),
);
const masksSchema = v.record(v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]*$/, 'must be upper case')), maskSchema);

function specOf(name: string, yaml: v.InferOutput<typeof maskSchema>): MaskSpec {
  return { name, title: yaml.name, shape: shapeOf(yaml), scalars: yaml.scalars, examples: yaml.examples };
}

function shapeOf({ keep, bands, precision, kind }: v.InferOutput<typeof maskSchema>): MaskShape {
  if (keep !== undefined) return { kind: 'keep', ...keep };
  if (bands !== undefined) return { kind: 'bands', bounds: bands };
  if (precision !== undefined) return { kind: 'precision', to: precision };
  if (kind !== undefined) return { kind };
  throw new TypeError('the schema admits exactly one shape');
}
