import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Departments } from '../execution/execution.ts';
import type { DepartmentObservation } from '../execution/resilient-department.ts';
import { LATENCY_BUCKETS } from './latency-buckets.ts';

/** How the departments are doing, each by its name. */
export interface DepartmentMetrics {
  observeDepartment(observation: DepartmentObservation): void;
  /** Counts a request in which several queries travel. */
  observeJoined(joined: { department: string; queries: number }): void;
  /** Reads at each exposition how busy they are kept. */
  observeLoad(read: Departments['load']): void;
}

/** Series in the given registries. */
export function departmentMetrics(registers: Registry[]): DepartmentMetrics {
  const duration = new Histogram({
    name: 'xinqiao_department_duration_seconds',
    help: 'One attempt at one department, by how it ended; OVERLOADED: too many waited, so it was not asked.',
    labelNames: ['department', 'outcome'],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const joined = new Histogram({
    name: 'xinqiao_joined_queries',
    help: 'Queries in each request to a department that carried more than one.',
    labelNames: ['department'],
    buckets: [2, 4, 8, 16, 32, 64, 128],
    registers,
  });
  return {
    observeDepartment: ({ department, outcome, durationMs }) => duration.observe({ department, outcome }, durationMs / 1000),
    observeJoined: ({ department, queries }) => joined.observe({ department }, queries),
    observeLoad(read) {
      for (const [part, name, help] of LOAD) {
        const gauge: Gauge<'department'> = new Gauge({
          name,
          help,
          labelNames: ['department'],
          registers,
          collect: () => Object.entries(read()).forEach(([department, load]) => gauge.set({ department }, load[part])),
        });
      }
    },
  };
}

const LOAD = [
  ['underWay', 'xinqiao_department_requests', 'Requests under way at each department.'],
  ['waiting', 'xinqiao_department_queue', 'Queries that wait for each department.'],
] as const;
