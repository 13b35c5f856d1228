import { createHook } from 'node:async_hooks';

/** The signatures that Node.js verified, or made, in its thread pool. */
export interface PoolSignatures {
  /** The number of signatures since the start. */
  readonly total: number;
  /** The number of signatures that are in the pool now. */
  readonly inPool: number;
  /** The largest number that were in the pool at once. */
  readonly most: number;
  stop(): void;
}

interface Job {
  /** Set by Node.js for a job of the thread pool, after the job was created. */
  readonly ondone?: unknown;
}

/** Counts the signatures in the thread pool of this process, by any library, until `stop` is called. */
export function watchPoolSignatures(): PoolSignatures {
  const inPool = new Set<number>();
  const counts = { total: 0, most: 0 };
  const add = (id: number, { ondone }: Job): void => {
    if (ondone === undefined) return;
    inPool.add(id);
    counts.total += 1;
    counts.most = Math.max(counts.most, inPool.size);
  };
  const hook = createHook({
    init: (id, type, _trigger, job) => {
      if (type === 'SIGNREQUEST') queueMicrotask(() => add(id, job));
    },
    before: (id) => void inPool.delete(id),
  }).enable();
  return {
    get total() {
      return counts.total;
    },
    get inPool() {
      return inPool.size;
    },
    get most() {
      return counts.most;
    },
    stop: () => void hook.disable(),
  };
}
