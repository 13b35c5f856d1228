const defaultThreads = 4;
const maxThreads = 1024;

/**
 * The number of signatures that may be in the thread pool of Node.js at once: one less than it has threads, so that file
 * access and DNS do not wait for signatures.
 */
export function maxParallelSignatures(): number {
  return Math.max(1, threadPoolSize(process.env['UV_THREADPOOL_SIZE']) - 1);
}

/** The number of threads that libuv creates for a value of `UV_THREADPOOL_SIZE`. */
export function threadPoolSize(value: string | undefined): number {
  if (value === undefined) return defaultThreads;
  // As `atoi` of C does: leading white space and a sign, digits, and anything after them.
  const threads = Number.parseInt(value, 10) || 0;
  if (threads === 0) return 1;
  return threads < 0 ? maxThreads : Math.min(maxThreads, threads);
}
