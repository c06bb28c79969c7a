/**
 * A set of positions in the log as the stretches it is made of: first and last of each in turn, rising. Of a system whose every look
 * counts that is two numbers a day, of anybody else at most sixteen bytes a look. Plain data.
 */
export type Positions = number[];

/** Adds a position; false when it was in the set. Cheapest for the highest, which is what comes next in the log. */
export function addPosition(positions: Positions, position: number): boolean {
  const after = stretchAfter(positions, position);
  const [before, last] = [after - 2, positions[after - 1] ?? Number.NEGATIVE_INFINITY];
  if (before >= 0 && position <= last) return false;
  const joinsBefore = before >= 0 && last === position - 1;
  const joinsAfter = positions[after] === position + 1;
  if (joinsBefore && joinsAfter) positions.splice(after - 1, 2);
  else if (joinsBefore) positions[after - 1] = position;
  else if (joinsAfter) positions[after] = position;
  else positions.splice(after, 0, position, position);
  return true;
}

/** Whether a position is in the set. */
export function hasPosition(positions: Positions, position: number): boolean {
  const after = stretchAfter(positions, position);
  return after > 0 && position <= (positions[after - 1] ?? Number.NEGATIVE_INFINITY);
}

/** How many positions the set has. */
export function countPositions(positions: Positions): number {
  let count = 0;
  for (let at = 0; at < positions.length; at += 2) count += (positions[at + 1] ?? 0) - (positions[at] ?? 0) + 1;
  return count;
}

/** Every position, rising. */
export function allPositions(positions: Positions): number[] {
  const all: number[] = [];
  for (let at = 0; at < positions.length; at += 2)
    for (let position = positions[at] ?? 0; position <= (positions[at + 1] ?? 0); position++) all.push(position);
  return all;
}

/** Where the first stretch begins that lies wholly after the position. */
function stretchAfter(positions: Positions, position: number): number {
  let [low, high] = [0, positions.length / 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[2 * middle] ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}
