import type { MaskShape } from './policy-source.ts';

/** Where the bands of a mask begin: the only values a question may ask about, so that its answer is the same for a whole band. */
export interface OfferedThresholds {
  /** For people: the bounds, or the form of the dates at which a month or year begins. */
  offered: readonly string[];
  /** The threshold in its one spelling; undefined for a value at which no band begins. */
  canonical(value: string): string | undefined;
}

/** The thresholds that the bands of a mask offer; undefined for a mask without bands. */
export function offeredThresholds(shape: MaskShape | undefined): OfferedThresholds | undefined {
  if (shape?.kind === 'bands') return ofBands(shape.bounds);
  if (shape?.kind === 'precision') return shape.to === 'year' ? OF_YEARS : OF_MONTHS;
  return undefined;
}

function ofBands(bounds: readonly string[]): OfferedThresholds {
  const bySpelling = new Map(bounds.map((bound) => [plain(bound), bound]));
  return { offered: bounds, canonical: (value) => bySpelling.get(plain(value)) };
}

/** A decimal without the zeros that change nothing. */
function plain(decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.');
  const digits = fraction.replace(/0+$/, '');
  return whole.replace(/^(-?)0+(?=\d)/, '$1').replace(/^-(?=0$)/, '') + (digits === '' ? '' : `.${digits}`);
}

const OF_YEARS = atDates(/^\d{4}-01(-01)?$/, ['YYYY-01', 'YYYY-01-01']);
const OF_MONTHS = atDates(/^\d{4}-\d{2}(-01)?$/, ['YYYY-MM', 'YYYY-MM-01']);

function atDates(pattern: RegExp, offered: readonly string[]): OfferedThresholds {
  return { offered, canonical: (value) => (pattern.test(value) ? value : undefined) };
}
