import jsonwebtoken, { type JwtPayload } from 'jsonwebtoken';
import type { DepartmentTransport } from '../../gateway/execution/department-transport.ts';
import { type Recognitions, recognizedAnswer } from '../support/recognized.ts';
import type { OracleCaller } from './oracle-caller.ts';

/** A request that a department received. */
export interface SentRequest {
  department: string;
  query: string;
  contextToken: string;
  /** Ids of the queries it was for: of one, or of those that were joined. */
  requestIds: readonly string[];
}

/** Notes whatever the departments are sent, and has them answer as over HTTP, where answers pass unread if they can. */
export function watchDepartments() {
  let sent: SentRequest[] = [];
  const recognitions: Recognitions = { recognized: 0, answers: 0 };
  return {
    recognitions,
    transport: (department: string, usual: DepartmentTransport): DepartmentTransport => ({
      ...usual,
      async send(request, call) {
        sent.push({ department, query: request.query, contextToken: call.contextToken, requestIds: call.requestId.split(',') });
        return recognizedAnswer(await usual.send(request, call), request, recognitions);
      },
    }),
    /** What was sent since the last time. */
    take() {
      const taken = sent;
      sent = [];
      return taken;
    },
  };
}

/** Queries that reached a department under the context of somebody other than their caller. */
export function strangers(sent: readonly SentRequest[], callers: ReadonlyMap<string, OracleCaller>): string[] {
  return sent.flatMap(({ department, contextToken, requestIds }) => {
    const context = jsonwebtoken.decode(contextToken) as JwtPayload;
    const asked = requestIds.map((id) => callers.get(id));
    const one = new Set(asked.map((caller) => JSON.stringify(caller && identity(caller)))).size === 1;
    const theirs = asked.every(
      (caller) => caller && Object.entries(signed(caller)).every(([name, value]) => context[name] === value),
    );
    return one && theirs
      ? []
      : [`${department} was asked by ${JSON.stringify(asked)} under the context of ${JSON.stringify(context)}`];
  });
}

/** What of a caller must be in the context as it is; a subject is there by its id. */
function signed({ actor, purpose, organization }: OracleCaller): Readonly<Record<string, string>> {
  return { actor, purpose, organization: actor === 'PUBLIC' ? '' : organization };
}

function identity(caller: OracleCaller) {
  return { ...signed(caller), department: caller.department, subject: caller.subject };
}
