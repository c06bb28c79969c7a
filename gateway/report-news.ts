/** Tells of work that is tried again and again: the same failure once, until another comes or the work succeeds. */
export interface News {
  failed(error: unknown): void;
  succeeded(): void;
}

/** News for whoever is told of failures; `report` must not throw. */
export function reportNews(report: (error: unknown) => void): News {
  let last: string | undefined;
  return {
    failed(error) {
      const failure = String(error);
      if (failure !== last) report(error);
      last = failure;
    },
    succeeded() {
      last = undefined;
    },
  };
}
