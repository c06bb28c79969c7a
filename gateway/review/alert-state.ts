/** Where an alert stands. CLOSED absorbs: nothing leaves it. */
export type AlertState = 'OPEN' | 'ASSIGNED' | 'EXPLAINED' | 'CONFIRMED' | 'CLOSED';

/** What an auditor may do about an alert that moves it on. */
export type AlertMove = 'ASSIGN' | 'EXPLAIN' | 'CONFIRM' | 'CLOSE';

const MOVES: Readonly<Record<AlertMove, { from: readonly AlertState[]; to: AlertState }>> = {
  ASSIGN: { from: ['OPEN', 'ASSIGNED'], to: 'ASSIGNED' },
  EXPLAIN: { from: ['ASSIGNED'], to: 'EXPLAINED' },
  CONFIRM: { from: ['ASSIGNED'], to: 'CONFIRMED' },
  CLOSE: { from: ['EXPLAINED', 'CONFIRMED'], to: 'CLOSED' },
};

/** Where a move leads; undefined where the alert does not stand where it could be made from. */
export function stateAfter(state: AlertState, move: AlertMove): AlertState | undefined {
  const { from, to } = MOVES[move];
  return from.includes(state) ? to : undefined;
}
