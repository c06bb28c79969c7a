import type { CancelSignal } from './cancellation.ts';
import { toByteTexts } from '../byte-text.ts';
import { readAnswer, TransportError } from './department-transport.ts';
import type { DepartmentRequest, DepartmentTransport } from './department-transport.ts';

/** A department that runs in this process (subgraphs/kit); it verifies the signed context like any other. */
export interface LocalDepartment {
  execute(request: DepartmentRequest & { contextToken: string; requestId: string; signal: CancelSignal }): Promise<unknown>;
}

/** Reaches a department in the same process, without HTTP and with the same checks on both sides. */
export function inProcess(department: LocalDepartment): DepartmentTransport {
  return {
    async send(request, { contextToken, requestId, signal }) {
      let body: unknown;
      try {
        body = await department.execute({ contextToken, requestId, signal, ...request });
      } catch (cause) {
        throw new TransportError('the department failed', false, { cause });
      }
      return readAnswer(toByteTexts(body));
    },
    ready: async () => true,
    close: async () => {},
  };
}
