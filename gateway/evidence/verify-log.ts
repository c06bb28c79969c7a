import type { Checkpoint } from '../querylog/checkpoint.ts';
import type { VerifierKey } from '../querylog/signed-note.ts';
import { CheckpointTrail, type TrailOptions } from './checkpoint-trail.ts';
import { authorizationsAreKeptTo } from './authorization-rule.ts';
import { checkEntries, type EntryRule, policyIsKnown, timeDoesNotRunBackwards } from './entry-rules.ts';
import { Findings } from './findings.ts';
import type { LogCopy } from './log-copy.ts';
import { readCheckpoint, type Signers } from './read-checkpoint.ts';
import { verifyTree } from './verify-tree.ts';

/** How a log is verified. */
export interface VerifyOptions {
  /** Keys that are believed to be the log's; without any, those kept beside the log are, which proves only that it agrees with itself. */
  keys?: readonly VerifierKey[];
  /** Signed notes of the same log that somebody kept: the log must still continue them. */
  known?: readonly string[];
  /** How far the time of an entry may be behind an earlier one, in milliseconds. */
  toleranceMs: number;
  onProgress?: (entries: bigint, size: bigint) => void;
}

/** What was found. */
export interface Verification {
  /** The newest checkpoint, when it could be read. */
  checkpoint: Checkpoint | undefined;
  checkpoints: number;
  /** Policy versions the entries were held against; undefined when none are kept beside the log. */
  policies: number | undefined;
  findings: Findings;
}

/**
 * Verifies everything there is to a log: signatures, entries against tiles against every checkpoint, and what the entries say. Reads
 * it once, in order, in bounded memory. Nothing wrong in the log rejects; what cannot be read for other reasons does.
 */
export async function verifyLog(copy: LogCopy, options: VerifyOptions): Promise<Verification> {
  const findings = new Findings();
  // Before everything else: a running log has kept whatever explains a checkpoint by the time it is there.
  const note = await copy.newest();
  const policies = await copy.policies();
  const signers = await signersOf(copy, options.keys, findings);
  const newest = readNewest(note, signers, findings);
  if (newest === undefined) return { checkpoint: undefined, checkpoints: 0, policies: policies?.size, findings };
  const held = { newest, findings, signers };
  const trail = new CheckpointTrail(copy.checkpoints(), [newest, ...readKnown(options.known ?? [], held)], held);
  const rules = rulesOf(policies, options.toleranceMs);
  await verifyTree(copy, {
    newest,
    trail,
    findings,
    onEntries: (first, entries) => checkEntries(first, entries, rules, findings),
    onProgress: (entries) => options.onProgress?.(entries, newest.size),
  });
  for await (const path of copy.foreign(newest.size, trail.count)) findings.add('FOREIGN_FILE', path);
  return { checkpoint: newest, checkpoints: trail.count, policies: policies?.size, findings };
}

async function signersOf(copy: LogCopy, given: readonly VerifierKey[] | undefined, findings: Findings): Promise<Signers> {
  const kept = await copy.keys();
  if (kept === undefined) findings.add('MALFORMED', 'keys');
  const known = [...(given ?? []), ...(kept ?? [])];
  return { trusted: given ?? known, known };
}

function readNewest(note: string | undefined, signers: Signers, findings: Findings): Checkpoint | undefined {
  const newest = note === undefined ? 'MALFORMED' : readCheckpoint(note, signers);
  if (typeof newest !== 'string') return newest;
  findings.add(newest, 'the newest checkpoint');
  return undefined;
}

/** A log that is shorter than what it once signed has lost its end, whatever else it proves. */
function readKnown(notes: readonly string[], { newest, findings, signers }: TrailOptions): Checkpoint[] {
  return notes.flatMap((note, n) => {
    const checkpoint = readCheckpoint(note, signers);
    const at = `known checkpoint ${n + 1}`;
    if (typeof checkpoint === 'string') findings.add(checkpoint, at);
    else if (checkpoint.origin !== newest.origin) findings.add('MALFORMED', `${at} is of another log`);
    else if (checkpoint.size > newest.size) findings.add('TRUNCATED', `size ${newest.size}, but ${at} has ${checkpoint.size}`);
    else return [checkpoint];
    return [];
  });
}

function rulesOf(policies: ReadonlyMap<string, unknown> | undefined, toleranceMs: number): EntryRule[] {
  const rules = [timeDoesNotRunBackwards(toleranceMs), authorizationsAreKeptTo()];
  return policies === undefined ? rules : [...rules, policyIsKnown(policies)];
}
