import { afterAll, beforeAll, describe } from 'vitest';
import { openDatabaseCopy } from '../../gateway/evidence/database-copy.ts';
import { verifyLog } from '../../gateway/evidence/verify-log.ts';
import { exports } from './behaviours/exports.ts';
import { fourCallers } from './behaviours/four-callers.ts';
import { hardCases } from './behaviours/hard-cases.ts';
import { loanLife } from './behaviours/loan-life.ts';
import { oneLoan } from './behaviours/one-loan.ts';
import { outages } from './behaviours/outages.ts';
import { policyReload } from './behaviours/policy-reload.ts';
import { operations } from './behaviours/operations.ts';
import { refusals } from './behaviours/refusals.ts';
import { reviews } from './behaviours/reviews.ts';
import { sealedNames } from './behaviours/sealed-names.ts';
import { suspensions } from './behaviours/suspensions.ts';
import { ask, type Deployment } from './deployment.ts';
import { openEmbedded } from './embedded-deployment.ts';
import { cityClock } from './test-city.ts';

describe('the embedded default', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await openEmbedded();
  }, 120_000);
  afterAll(() => deployment?.close());

  loanLife(() => ({
    ask: (question) => ask(deployment, question),
    log: deployment.log,
    company: deployment.manifest.demonstration.unifiedSocialCreditCode,
    clock: cityClock,
    async verifyLog() {
      const { findings } = await verifyLog(openDatabaseCopy(deployment.log), { toleranceMs: 120_000 });
      if (findings.exitCode !== 0) throw new Error(JSON.stringify(findings.faults));
      return findings.exitCode;
    },
  }));

  for (const behave of [
    fourCallers,
    hardCases,
    refusals,
    suspensions,
    reviews,
    operations,
    exports,
    sealedNames,
    oneLoan,
    outages,
    policyReload,
  ])
    behave(() => deployment);
});
