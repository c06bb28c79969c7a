import type { PolicyFault } from '../../policies/fault.ts';
import type { MaskSpec } from '../../policies/policy-source.ts';
import { compileMask } from './compile-mask.ts';

/** Examples of masks.yaml that do not come out as written, or that change when masked again. */
export function maskExampleFaults(masks: ReadonlyMap<string, MaskSpec>): PolicyFault[] {
  return [...masks.values()].flatMap(({ name, shape, examples }) => {
    const mask = compileMask(shape);
    return Object.entries(examples)
      .filter(([raw, masked]) => mask(raw) !== masked || mask(masked) !== masked)
      .map(([raw, masked]) => ({ at: 'masks.yaml:1', message: `${name}: ${raw} becomes ${mask(raw)}, not ${masked}` }));
  });
}
