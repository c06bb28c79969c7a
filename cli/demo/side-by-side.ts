/** One line of the comparison: where the value is, and what each caller was shown there. */
export interface ComparedRow {
  path: string;
  cells: readonly string[];
}

/** Shown where a caller's answer is null: withheld, or nothing there. */
const NOTHING = '—';

/** Lays answers to one question side by side, a line for every leaf that at least one of them shows, in the answers' order. */
export function sideBySide(answers: readonly unknown[]): ComparedRow[] {
  const flattened = answers.map((answer) => new Map(leaves(answer, '')));
  const paths = new Set([...flattened].sort((a, b) => b.size - a.size).flatMap((leafs) => [...leafs.keys()]));
  return [...paths]
    .map((path) => ({ path, cells: flattened.map((leafs) => leafs.get(path) ?? NOTHING) }))
    .filter(({ cells }) => cells.some((cell) => cell !== NOTHING));
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* leaves(item, `${path}[${index + 1}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, path === '' ? key : `${path}.${key}`);
  } else {
    yield [path, value === null || value === undefined ? NOTHING : String(value)];
  }
}
