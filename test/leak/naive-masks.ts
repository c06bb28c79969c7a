/** A mask as masks.yaml states it, read as plain data. */
export interface NaiveMask {
  keep?: { first?: number; last?: number; fill: number; hides?: number };
  bands?: string[];
  precision?: 'month' | 'year';
  kind?: 'name' | 'phone' | 'email' | 'address';
}

const COMPOUND_SURNAMES = [
  '欧阳',
  '司马',
  '上官',
  '诸葛',
  '东方',
  '皇甫',
  '尉迟',
  '公孙',
  '慕容',
  '司徒',
  '令狐',
  '夏侯',
  '端木',
  '百里',
  '呼延',
  '南宫',
  '西门',
  '独孤',
  '长孙',
  '宇文',
];

/**
 * What a masked value looks like, worked out a second time, slowly and without any of the code under test: the leak
 * test's own reading of masks.yaml. Only raw values come in.
 */
export function naiveMask({ keep, bands, precision, kind }: NaiveMask, value: string): string {
  if (keep) return naiveKeep(keep, value);
  if (bands) return naiveBand(bands, value);
  if (precision) return value.slice(0, precision === 'month' ? 7 : 4);
  if (kind === 'name') return naiveName(value);
  if (kind === 'phone') return naivePhone(value);
  if (kind === 'email') return naiveEmail(value);
  return naiveAddress(value);
}

function naiveKeep({ first = 0, last = 0, fill, hides = 1 }: NonNullable<NaiveMask['keep']>, value: string): string {
  const characters = Array.from(value);
  if (characters.length - first - last < hides) return '*'.repeat(first + fill + last);
  return characters.slice(0, first).join('') + '*'.repeat(fill) + (last > 0 ? characters.slice(-last).join('') : '');
}

function naiveBand(bounds: string[], value: string): string {
  const amount = thousandths(value);
  const from = bounds.filter((bound) => thousandths(bound) <= amount).at(-1);
  const to = bounds.find((bound) => thousandths(bound) > amount);
  return `${from === undefined ? '(' : `[${from}`},${to ?? ''})`;
}

function thousandths(decimal: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? [];
  if (whole === undefined) throw new Error('the oracle was given something that is not a decimal');
  return BigInt(`${sign}${whole}${fraction.padEnd(3, '0').slice(0, 3)}`);
}

function naiveName(value: string): string {
  const characters = Array.from(value);
  const surname = characters.length > 2 && COMPOUND_SURNAMES.includes(characters.slice(0, 2).join('')) ? 2 : 1;
  return characters.length < 2 ? '***' : `${characters.slice(0, surname).join('')}**`;
}

function naivePhone(value: string): string {
  if (/^1\d{10}$/.test(value)) return `${value.slice(0, 3)}****${value.slice(-4)}`;
  const landline = /^(0\d{2,3})-?\d{5,6}(\d\d)$/.exec(value);
  return landline ? `${landline[1]}-****${landline[2]}` : '****';
}

function naiveEmail(value: string): string {
  const [local = '', domain = ''] = value.split('@');
  return local.length > 1 ? `${local[0]}***@${domain}` : `****@${domain}`;
}

function naiveAddress(value: string): string {
  const district = /^.*?(?:市.+?[区县市]|[区县])/.exec(value);
  return district ? `${district[0]}****` : '****';
}
