import { describe, expect, test } from 'vitest';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { createMetrics } from './metrics.ts';

const RECEIPT = { origin: 'city/log', index: '1', leafHash: 'aa' };
const ENTRY: QueryLogEntry = {
  version: 1,
  time: '2026-01-01T00:00:00.000Z',
  requestId: 'request-secret',
  caller: { actor: 'DEPARTMENT', organization: 'organization-secret', operator: 'operator-secret', subject: 'o-secret' },
  purpose: 'BIDDING',
  matter: 'matter-secret',
  policyHash: 'p1',
  operation: { hash: 'h1', name: 'name-secret' },
  subjects: { asked: ['o-secret'], returned: ['o-secret'] },
  fields: [],
  departments: ['tax'],
  unavailable: [],
  decision: 'RELEASED',
  code: null,
  durationMs: 12,
};

describe('metrics', () => {
  test('count what the log holds by closed codes, and nobody by name', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const log = metrics.measured({ append: async () => RECEIPT });
    expect(await log.append(ENTRY)).toBe(RECEIPT);
    await log.append({ ...ENTRY, decision: 'REFUSED', code: 'PURPOSE_FORBIDDEN', purpose: null });
    await log.append({ ...ENTRY, decision: 'REFUSED', code: 'UNAUTHENTICATED', purpose: null, caller: null });
    const { text, contentType } = await metrics.expose();
    expect(contentType).toContain('text/plain');
    expect(text).toContain('xinqiao_queries_total{purpose="BIDDING",actor="DEPARTMENT",decision="RELEASED",code="NONE"} 1');
    expect(text).toContain(
      'xinqiao_queries_total{purpose="NONE",actor="DEPARTMENT",decision="REFUSED",code="PURPOSE_FORBIDDEN"} 1',
    );
    expect(text).toContain('xinqiao_queries_total{purpose="NONE",actor="UNKNOWN",decision="REFUSED",code="UNAUTHENTICATED"} 1');
    expect(text).toContain('xinqiao_query_duration_seconds_sum{purpose="BIDDING",decision="RELEASED"} 0.012');
    expect(text).toContain('xinqiao_log_append_duration_seconds_count{outcome="DURABLE"} 3');
    expect(text).not.toContain('secret');
  });

  test('an append that fails is timed, not counted as a look, and fails on', async () => {
    const metrics = createMetrics({ processMetrics: false });
    await expect(metrics.measured({ append: async () => Promise.reject(new Error('disk full')) }).append(ENTRY)).rejects.toThrow(
      'disk full',
    );
    const { text } = await metrics.expose();
    expect(text).toContain('xinqiao_log_append_duration_seconds_count{outcome="FAILED"} 1');
    expect(text).not.toContain('xinqiao_queries_total{');
  });

  test('tell the departments apart and how each attempt ended', async () => {
    const metrics = createMetrics();
    metrics.observeDepartment({ department: 'tax', outcome: 'TIMEOUT', durationMs: 2_000, reason: 'x' });
    metrics.observeDepartment({ department: 'tax', outcome: 'OVERLOADED', durationMs: 0 });
    metrics.observeJoined({ department: 'tax', queries: 5 });
    metrics.observeLoad(() => ({ tax: { underWay: 2, waiting: 3 } }));
    metrics.observeHttp({ method: 'POST', status: 200, seconds: 0.01 });
    metrics.gauge('xinqiao_waiting', 'Waiting.', () => 7);
    const { text } = await metrics.expose();
    expect(text).toContain('xinqiao_department_duration_seconds_sum{department="tax",outcome="TIMEOUT"} 2');
    expect(text).toContain('xinqiao_department_duration_seconds_count{department="tax",outcome="OVERLOADED"} 1');
    expect(text).toContain('xinqiao_joined_queries_sum{department="tax"} 5');
    expect(text).toContain('xinqiao_department_requests{department="tax"} 2');
    expect(text).toContain('xinqiao_department_queue{department="tax"} 3');
    expect(text).toContain('xinqiao_http_duration_seconds_count{method="POST",status="200"} 1');
    expect(text).toContain('xinqiao_waiting 7');
    expect(text).toContain('process_cpu');
  });
});
