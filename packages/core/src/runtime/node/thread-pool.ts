import type { ParallelSignatures } from '../crypto-runtime.ts';

// Together they take at most 6 ms of one thread. With fewer, threads fall asleep between two signatures.
const maxFast = 64;
const defaultThreads = 4;
const maxThreads = 1024;

/**
 * The number of signatures that may be in the thread pool of Node.js at once. Slow ones leave one of its threads to file
 * access and DNS; fast ones leave when they are done, after a few milliseconds at most.
 */
export function maxParallelSignatures(): ParallelSignatures {
  const slow = Math.max(1, threadPoolSize(process.env['UV_THREADPOOL_SIZE']) - 1);
  return { slow, fast: Math.max(maxFast, slow) };
}

/** The number of threads that libuv creates for a value of `UV_THREADPOOL_SIZE`. */
export function threadPoolSize(value: string | undefined): number {
  if (value === undefined) return defaultThreads;
  // As `atoi` of C does: leading white space and a sign, digits, and anything after them.
  const threads = Number.parseInt(value, 10) || 0;
  if (threads === 0) return 1;
  return threads < 0 ? maxThreads : Math.min(maxThreads, threads);
}
