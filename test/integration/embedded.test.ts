import { afterAll, beforeAll, describe } from 'vitest';
import { fourCallers } from './behaviours/four-callers.ts';
import { hardCases } from './behaviours/hard-cases.ts';
import { outages } from './behaviours/outages.ts';
import { policyReload } from './behaviours/policy-reload.ts';
import { refusals } from './behaviours/refusals.ts';
import type { Deployment } from './deployment.ts';
import { openEmbedded } from './embedded-deployment.ts';

describe('the embedded default', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await openEmbedded();
  }, 120_000);
  afterAll(() => deployment?.close());

  for (const behave of [fourCallers, hardCases, refusals, outages, policyReload]) behave(() => deployment);
});
