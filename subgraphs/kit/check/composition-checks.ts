import { composeSupergraph } from '../../../schema/compose.ts';
import type { CompositionFault } from '../../../schema/composition/fault.ts';
import type { Check, CheckOptions } from './check.ts';
import { describedSdl } from './described-sdl.ts';
import type { Target } from './target.ts';

/** Faults of classification; the others are faults of composition. */
const CLASSIFICATION: ReadonlySet<CompositionFault['code']> = new Set([
  'UNCLASSIFIED',
  'NON_NULL',
  'UNKNOWN_MASK',
  'MASK_ON_NON_TEXT',
  'CLASSIFICATION_DIFFERS',
]);

/** The department's schema joins the others', and every field of it can be governed. */
export function compositionChecks(options: Pick<CheckOptions, 'others' | 'masks'>): readonly Check[] {
  let composed: Promise<readonly CompositionFault[]> | undefined;
  const found = (target: Target) => (composed ??= faults(target, options));
  return [
    {
      id: 'SC20',
      level: 'MUST',
      title: 'describes itself to a signed context (_service.sdl)',
      run: async (target) => void (await describedSdl(target)),
    },
    {
      id: 'SC21',
      level: 'MUST',
      title: 'classifies every field and argument',
      run: async (target) => report(await found(target), true),
    },
    {
      id: 'SC22',
      level: 'MUST',
      title: 'composes with the other departments',
      run: async (target) => report(await found(target), false),
    },
  ];
}

async function faults(
  target: Target,
  { others, masks }: Pick<CheckOptions, 'others' | 'masks'>,
): Promise<readonly CompositionFault[]> {
  const own = { name: target.department, sdl: await describedSdl(target) };
  const composed = composeSupergraph([...others.filter(({ name }) => name !== own.name), own], masks);
  return composed.ok ? [] : composed.faults;
}

function report(found: readonly CompositionFault[], ofClassification: boolean): void {
  // An SDL that cannot be read fails both: nothing can be said of its fields.
  const mine = found.filter(({ code }) => code === 'SDL_INVALID' || CLASSIFICATION.has(code) === ofClassification);
  if (mine.length > 0)
    throw new Error(mine.map(({ code, coordinate, message }) => `${code} ${coordinate}: ${message}`).join('; '));
}
