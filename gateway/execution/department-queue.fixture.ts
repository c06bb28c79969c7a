import { GatewayError } from '../errors.ts';
import { Cancellation } from './cancellation.ts';
import { DepartmentQueue, type QueueLimits } from './department-queue.ts';
import type { DepartmentAnswer, DepartmentRequest } from './department-transport.ts';
import type { AskDepartment } from './resilient-department.ts';

/** What the department was sent, to be answered when the test says so. */
export interface Sent {
  ids: string[];
  call: Parameters<AskDepartment>[1];
  answer: (answer?: DepartmentAnswer) => void;
  fail: (error: Error) => void;
}

/** What a query has that others may not have. */
export interface How {
  token?: string;
  query?: string;
  year?: number;
  idempotent?: boolean;
  signal?: Cancellation;
}

/** The text of a query that says nothing else. */
export const TEXT = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { tax { hasArrears } } }';
const idsOf = ({ variables }: DepartmentRequest) => (variables['representations'] as { id: string }[]).map(({ id }) => id);
const truth = (ids: readonly string[]): DepartmentAnswer => ({ data: { _entities: ids.map((id) => ({ of: id })) }, errors: [] });

/** A queue before a department that answers when the test says so. */
export function openQueue(limits: Partial<QueueLimits> = {}) {
  const sent: Sent[] = [];
  const seen = { joined: [] as number[], overloaded: 0 };
  const ask: AskDepartment = (request, call) =>
    new Promise((resolve, reject) => {
      const ids = idsOf(request);
      sent.push({ ids, call, answer: (answer = truth(ids)) => resolve(answer), fail: reject });
      call.signal.addEventListener('abort', () => reject(call.signal.reason as Error));
    });
  const queue = new DepartmentQueue(
    ask,
    { concurrency: 3, waiting: 10, joined: 8, ...limits },
    { overloaded: () => void seen.overloaded++, joined: (queries) => void seen.joined.push(queries) },
  );
  let queries = 0;
  return {
    queue,
    sent,
    /** Of which subjects, request by request. */
    idsSent: () => sent.map(({ ids }) => ids),
    seen,
    /** What became of a query: the ids it was answered, or why it was not. */
    async query(
      ids: string[],
      { token = 'clerk', query: text = TEXT, year, idempotent = true, signal = new Cancellation() }: How = {},
    ): Promise<unknown> {
      const representations = ids.map((id) => ({ __typename: 'CreditSubject', id }));
      const request = { query: text, variables: { representations, ...(year !== undefined && { year }) } };
      try {
        const call = { contextToken: token, requestId: `r-${++queries}`, signal, idempotent };
        const { data, errors } = await queue.ask(request, call);
        return data === null ? errors.map(({ code }) => code) : (data['_entities'] as { of: string }[]).map(({ of }) => of);
      } catch (error) {
        if (error instanceof GatewayError) return error.code;
        return error instanceof Error ? error.message : error;
      }
    },
  };
}
