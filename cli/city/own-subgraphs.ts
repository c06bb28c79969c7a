import type { Db } from '../../database/db.ts';
import type { Acts } from '../../gateway/acts/acts.ts';
import { createDesk } from '../../gateway/authorizations/desk.ts';
import { logReading } from '../../gateway/audit/log-reading.ts';
import { operationDesk, type OperationDeskOptions } from '../../gateway/operations/operation-desk.ts';
import { openReviews } from '../../gateway/review/reviews.ts';
import { notificationDesk } from '../../gateway/notifications/notification-desk.ts';
import { readSealKeys } from '../../gateway/sealed/seal-keys.ts';
import type { Config } from '../../gateway/config.ts';
import { exportDesk } from '../../gateway/exports/export-desk.ts';
import { suspensionDesk } from '../../gateway/suspension/suspension-desk.ts';
import type { Suspended } from '../../gateway/suspension/suspended.ts';
import type { Secrets } from '../../gateway/secrets.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { authorizationsSubgraph } from '../../subgraphs/authorizations/department.ts';
import { contextKeyId } from '../../schema/sign-context.ts';
import type { Department } from '../../subgraphs/kit/department.ts';
import { operationsSubgraph } from '../../subgraphs/operations/department.ts';
import { oversightSubgraph } from '../../subgraphs/oversight/department.ts';
import { querylogSubgraph } from '../../subgraphs/querylog/department.ts';

/** What the gateway's own subgraphs stand on. */
export interface OwnSubgraphParts {
  db: Db;
  config: Pick<Config, 'logOrigin' | 'notify'>;
  policies: { current(): PolicySet };
  acts: Acts;
  suspended: Suspended;
  operations: OperationDeskOptions['operations'];
  /** What operations are held against. */
  rules: OperationDeskOptions['rules'];
  secrets: Pick<Secrets, 'contextKey' | 'sealKey'>;
  clock: Clock;
}

/** The subgraphs that are the gateway's own, each with the desks it needs. */
export function ownSubgraphs(parts: OwnSubgraphParts): Department[] {
  const { db, config, policies, acts, suspended, operations, rules, secrets, clock } = parts;
  // One ES256 key signs contexts and authorizations, told apart by `typ`: whoever can verify one can verify the other.
  const signer = { privateKey: secrets.contextKey, keyId: contextKeyId(secrets.contextKey) };
  const keys = readSealKeys(secrets.sealKey);
  return [
    querylogSubgraph(logReading({ db, origin: config.logOrigin, policies, clock }), {
      exports: exportDesk({ db, acts, keys, policies, clock }),
      notifications: notificationDesk({ db, acts, available: config.notify !== undefined, clock }),
    }),
    operationsSubgraph(operationDesk({ db, acts, operations, rules, clock })),
    authorizationsSubgraph(createDesk({ db, acts, policies, signer, clock })),
    oversightSubgraph({
      suspensions: suspensionDesk({ db, acts, suspended, policies, clock }),
      reviews: openReviews({ db, acts, policies, keys, clock }),
    }),
  ];
}
