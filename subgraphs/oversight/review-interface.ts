import type { Acting } from '../../schema/acting.ts';

/** An alert as the gateway's queue has it, in so far as it is shown in another form. */
export interface QueuedAlert {
  id: string;
  number: bigint;
  organization: string;
  figures: Readonly<Record<string, number | string>>;
  entries: readonly bigint[];
}

/** Which alerts: all that is given must hold. */
export interface AlertFilter {
  state?: 'OPEN' | 'ASSIGNED' | 'EXPLAINED' | 'CONFIRMED' | 'CLOSED' | null;
  rule?: string | null;
  organization?: string | null;
  operator?: string | null;
  subject?: string | null;
  assignee?: string | null;
}

/** The review queue, as the gateway implements it. Its refusals are codes of the gateway's table. */
export interface Reviews {
  alerts(filter: AlertFilter, page: { limit: number; olderThan?: bigint | undefined }): Promise<readonly QueuedAlert[]>;
  alert(id: string): Promise<QueuedAlert | undefined>;
  steps(alert: string): Promise<readonly unknown[]>;
  days(from: string, to: string): Promise<readonly { accesses: bigint; unexplained: bigint; alerts: bigint }[]>;
  rules(): readonly { thresholds: Readonly<Record<string, unknown>> }[];
  desk: {
    assign(by: Acting, id: string, operator: string | null, comment: string | null): Promise<QueuedAlert>;
    explain(by: Acting, id: string, comment: string): Promise<QueuedAlert>;
    confirm(by: Acting, id: string, comment: string): Promise<QueuedAlert>;
    close(by: Acting, id: string, comment: string | null): Promise<QueuedAlert>;
    comment(by: Acting, id: string, comment: string): Promise<QueuedAlert>;
  };
  unsealing: {
    of(alert: string): Promise<readonly unknown[]>;
    request(by: Acting, alert: string, reason: string): Promise<unknown>;
    approve(by: Acting, id: string): Promise<unknown>;
    read(by: Acting, id: string): Promise<readonly { index: bigint; look: UnsealedLook }[]>;
  };
  watches: {
    watch(by: Acting, subject: string): Promise<unknown>;
    unwatch(by: Acting, subject: string): Promise<unknown>;
    watched(): Promise<readonly unknown[]>;
  };
}

/** What was sealed beside one look. */
interface UnsealedLook {
  operatorName: string | null;
  matterText: string | null;
  subjectNames: ReadonlyMap<string, string>;
}
