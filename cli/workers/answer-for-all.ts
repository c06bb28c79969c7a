import type { Metrics } from '../../gateway/server/metrics.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** A worker's end of the channel to its primary. */
export interface Channel {
  send(message: FromWorker): void;
  listen(listener: (message: ToWorker) => void): void;
}

/** A worker's metrics as it exposes them: those of all workers, whichever of them is scraped. */
export function answerForAll(own: Metrics, channel: Channel): Metrics {
  const waiting = new Map<number, (text: string) => void>();
  let scrapes = 0;
  channel.listen((message) => {
    if (message.kind === 'EXPOSITION') {
      waiting.get(message.id)?.(message.text);
      waiting.delete(message.id);
    } else {
      void own.series().then((series) => channel.send({ kind: 'SERIES', id: message.id, series }));
    }
  });
  return {
    ...own,
    async expose() {
      const id = ++scrapes;
      const text = new Promise<string>((resolve) => waiting.set(id, resolve));
      channel.send({ kind: 'SCRAPED', id });
      return { contentType: own.contentType, text: await text };
    },
  };
}
