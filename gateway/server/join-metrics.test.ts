import { expect, test } from 'vitest';
import { joinMetrics } from './join-metrics.ts';
import { createMetrics } from './metrics.ts';

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('series of several processes are kept apart by worker, each metric described once', async () => {
  const [one, two] = [createMetrics({ processMetrics: false }), createMetrics({ processMetrics: false })];
  one.countRejected('OVERLOADED');
  one.countRejected('OVERLOADED');
  two.countRejected('OVERLOADED');
  two.gauge('xinqiao_waiting', 'Waiting.', () => 7);
  two.observeHttp({ method: 'POST', status: 200, seconds: 0.01 });
  const text = await joinMetrics(
    new Map([
      ['1', await one.series()],
      ['2', await two.series()],
    ]),
  );
  expect(linesOf(text)).toEqual(
    expect.arrayContaining([
      'xinqiao_rejected_requests_total{code="OVERLOADED",worker="1"} 2',
      'xinqiao_rejected_requests_total{code="OVERLOADED",worker="2"} 1',
      'xinqiao_waiting{worker="2"} 7',
      'xinqiao_http_duration_seconds_count{method="POST",status="200",worker="2"} 1',
      'xinqiao_http_duration_seconds_bucket{le="+Inf",method="POST",status="200",worker="2"} 1',
    ]),
  );
  expect(text.match(/# TYPE xinqiao_rejected_requests_total counter/g)).toHaveLength(1);
});

test("what a process's own exposition has, the joined one has of every process", async () => {
  const metrics = createMetrics();
  const own = linesOf((await metrics.expose()).text).map((line) => line.split(/[ {]/)[0]);
  const series = await metrics.series();
  const joined = linesOf(
    await joinMetrics(
      new Map([
        ['1', series],
        ['2', series],
      ]),
    ),
  ).map((line) => line.split(/[ {]/)[0]);
  expect(own).toContain('process_start_time_seconds');
  expect(joined.toSorted()).toEqual([...own, ...own].toSorted());
});
