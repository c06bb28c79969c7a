import type { CatalogueEntry, Sensitivity } from '../schema/classification.ts';
import type { Actor } from '../schema/signed-context.ts';
import { authorizedColumns, decisionTable, ownColumns } from './decision-table.ts';
import { evaluateCell, strictness } from './evaluate-cell.ts';
import type { PolicyFault } from './fault.ts';
import type { PolicySource, PurposeSource, Rule } from './policy-source.ts';
import type { PolicySet } from './policy-set.ts';
import { unreachableFields } from './reachability.ts';
import type { Treatment } from './treatment.ts';
import { rulesOf } from './validate-policies.ts';

/** A remark on policies that load: an error breaks a law of policy sets, a warning is most likely a slip. */
export interface PolicyFinding extends PolicyFault {
  level: 'error' | 'warning';
  /** Short name of the check. */
  check:
    | 'dead-rule'
    | 'gentler-class'
    | 'two-masks'
    | 'key-withheld'
    | 'authorized-less'
    | 'unnamed-field'
    | 'unlisted-filter'
    | 'unreachable-field';
}

/** Holds a policy set to the laws every set keeps (design, "Laws that hold for every policy set"). */
export function checkPolicies(policies: PolicySet): PolicyFinding[] {
  const { source } = policies;
  return [
    ...source.purposes.flatMap((purpose) => ruleFindings(purpose, policies)),
    ...source.purposes.flatMap((purpose) => rulesOf(purpose).flatMap(gentlerClasses)),
    ...unnamedFields(policies),
    ...unlistedFilters(policies),
    ...unreachableFields(policies).map(({ at, message }) => ({
      level: 'warning' as const,
      check: 'unreachable-field' as const,
      at,
      message,
    })),
  ];
}

/**
 * Evaluates a purpose's cells once for: rules that decide none, rules that disagree on a mask, keys that are withheld, cells that
 * an authorization makes stricter.
 */
function ruleFindings(purpose: PurposeSource, policies: PolicySet): PolicyFinding[] {
  const deciding = new Set<string>();
  const findings = new Map<string, PolicyFinding>();
  const add = (check: PolicyFinding['check'], at: string, message: string) =>
    findings.set(`${check} ${message}`, { level: 'error', check, at, message });
  for (const actor of purpose.actors)
    for (const entry of policies.catalogue.values())
      for (const own of ownColumns(actor, entry))
        for (const person of [false, true]) {
          const [plain, ...others] = authorizedColumns(purpose.authorized.length > 0).map((authorized) =>
            evaluateCell({ purpose, actor, own, person, authorized, entry }, policies),
          );
          if (plain === undefined) continue;
          for (const { cell, candidates } of [plain, ...others]) {
            deciding.add(cell.rule);
            const [first, second] = candidates;
            if (first && second && first.cell.treatment === second.cell.treatment && first.cell.mask !== second.cell.mask)
              add(
                'two-masks',
                second.rule.at,
                `${entry.coordinate}: ${first.rule.id} and ${second.rule.id} name different masks`,
              );
            if (entry.isKey && cell.treatment === 'WITHHOLD' && isEntered(entry, { purpose, actor }, policies))
              add(
                'key-withheld',
                purpose.at,
                `${purpose.code}: ${entry.coordinate} is a key and may not be withheld from ${actor}`,
              );
            if (strictness(cell.treatment) > strictness(plain.cell.treatment))
              add(
                'authorized-less',
                purpose.at,
                `${cell.rule}: shows less of ${entry.coordinate} with an authorization than without`,
              );
          }
        }
  for (const rule of rulesOf(purpose)) if (!deciding.has(rule.id)) add('dead-rule', rule.at, `${rule.id}: decides no cell`);
  return [...findings.values()];
}

/** Whether the purpose lets anything be asked of the type around a key: where nothing leads to it, nobody misses its key. */
function isEntered(
  key: CatalogueEntry,
  { purpose, actor }: { purpose: PurposeSource; actor: Actor },
  policies: Parameters<typeof evaluateCell>[1] & Pick<PolicySet, 'catalogue'>,
): boolean {
  const type = key.coordinate.slice(0, key.coordinate.indexOf('.'));
  return [...policies.catalogue.values()].some(
    (entry) =>
      entry.kind === 'field' &&
      entry.typeName === type &&
      ownColumns(actor, entry).some((own) =>
        [false, true].some(
          (person) =>
            evaluateCell({ purpose, actor, own, person, authorized: false, entry }, policies).cell.treatment !== 'WITHHOLD',
        ),
      ),
  );
}

/** Which class is more sensitive than which; personal data and commercial secrets do not compare. */
const MORE_SENSITIVE: readonly (readonly [Sensitivity, Sensitivity])[] = [
  ['PUBLIC', 'INTERNAL'],
  ['PUBLIC', 'PERSONAL'],
  ['PUBLIC', 'COMMERCIAL'],
  ['PUBLIC', 'SENSITIVE'],
  ['INTERNAL', 'PERSONAL'],
  ['INTERNAL', 'COMMERCIAL'],
  ['INTERNAL', 'SENSITIVE'],
  ['PERSONAL', 'SENSITIVE'],
  ['COMMERCIAL', 'SENSITIVE'],
];

function gentlerClasses(rule: Rule): PolicyFinding[] {
  return MORE_SENSITIVE.flatMap(([less, more]) => {
    const open = rule.treatments[less];
    const guarded = rule.treatments[more];
    if (open === undefined || guarded === undefined || rank(guarded) >= rank(open)) return [];
    const message = `${rule.id}: treats ${more} (${guarded}) more gently than ${less} (${open})`;
    return [{ level: 'error', check: 'gentler-class', at: rule.at, message }];
  });
}

/** In a rule, mask and generalize both mean the mask of the field: they weigh the same. */
function rank(treatment: Treatment): number {
  return strictness(treatment === 'GENERALIZE' ? 'MASK' : treatment);
}

/** A field nobody ever sees is listed with its reason, and one that is listed is seen by nobody. */
function unnamedFields(policies: PolicySet): PolicyFinding[] {
  const dates = policies.purposes.map(({ effective }) => effective.from);
  const rows = [...new Set(dates)].flatMap((date) => decisionTable(policies, date));
  const disclosed = new Set(rows.filter(({ cell }) => cell.treatment !== 'WITHHOLD').map(({ coordinate }) => coordinate));
  const finding = (message: string): PolicyFinding => ({
    level: 'error',
    check: 'unnamed-field',
    at: 'policy-set.yaml:1',
    message,
  });
  return [...policies.catalogue.keys()].flatMap((coordinate) => {
    const listed = policies.source.undisclosed.has(coordinate);
    if (!disclosed.has(coordinate) && !listed)
      return [finding(`${coordinate}: no purpose discloses it and \`undisclosed\` does not say why`)];
    return disclosed.has(coordinate) && listed ? [finding(`${coordinate}: is listed as undisclosed, but is disclosed`)] : [];
  });
}

/** Arguments that page or identify, and filter by no field. */
const NO_FILTER = new Set(['first', 'skip', 'after', 'by', 'last', 'before', 'filter', 'groupBy', 'interval']);
/** Found by the registry's own rule: policies/policy-set.yaml says why. */
const OWN_RULE = new Set(['Query.searchSubjects(name:)']);

function unlistedFilters({ catalogue, source }: { catalogue: PolicySet['catalogue']; source: PolicySource }): PolicyFinding[] {
  // Arguments of a question choose what is asked, and filter nothing.
  const asks = new Set([...source.thresholds.keys()].map(fieldOf));
  return [...catalogue.values()]
    .filter(
      ({ kind, coordinate, category }) =>
        // A proof is asked for by position: no field of a record is filtered by. An act does not filter.
        category !== 'LOG_PROOF' &&
        !coordinate.startsWith('Mutation.') &&
        ((kind === 'argument' && !NO_FILTER.has(/\((\w+):\)/.exec(coordinate)?.[1] ?? '') && !OWN_RULE.has(coordinate)) ||
          (kind === 'input' && /^\w+Filter\./.test(coordinate))),
    )
    .filter(({ coordinate }) => !source.filters.has(coordinate) && !asks.has(fieldOf(coordinate)))
    .map(({ coordinate }) => ({
      level: 'error',
      check: 'unlisted-filter',
      at: 'policy-set.yaml:1',
      message: `${coordinate}: \`filters\` does not say which field it filters by`,
    }));
}

function fieldOf(argument: string): string {
  return argument.slice(0, argument.indexOf('('));
}
