/** A field error of the joined answer itself: a value that its type does not allow. */
export interface Fault {
  message: string;
  /** Response path, from the root. */
  path: (string | number)[];
  /** Subgraphs that may have given the value. */
  owners: readonly string[];
}

/** Notes a fault of a value, which becomes null. Its path is added on the way out, last step first. */
export function spoilt(faults: Fault[], message: string): null {
  faults.push({ message, path: [], owners: [] });
  return null;
}

/** Adds the step before; of several owners of a shared field, those of the field around it are meant. */
export function extendPaths(faults: readonly Fault[], from: number, step: string | number, owners: readonly string[] = []): void {
  for (const fault of faults.slice(from)) {
    fault.path.push(step);
    if (fault.owners.length === 0) fault.owners = owners;
    else if (fault.owners.length > 1) fault.owners = common(fault.owners, owners);
  }
}

function common(inner: readonly string[], outer: readonly string[]): readonly string[] {
  const both = inner.filter((owner) => outer.includes(owner));
  return both.length > 0 ? both : inner;
}
