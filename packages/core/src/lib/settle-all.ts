/**
 * Runs a task for each item, so many at a time, and returns how each ended, in the order of the items.
 *
 * @param concurrency - How many tasks are under way at once, at least 1.
 */
export async function settleAll<TItem, TResult>(
  items: Iterable<TItem>,
  concurrency: number,
  task: (item: TItem) => TResult | Promise<TResult>,
): Promise<PromiseSettledResult<TResult>[]> {
  const results: PromiseSettledResult<TResult>[] = [];
  // Shared by all runners: each takes the next item when it is free.
  const all = [...items];
  const entries = all.entries();
  const run = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await settle(item, task);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, all.length) }, run));
  return results;
}

async function settle<TItem, TResult>(
  item: TItem,
  task: (item: TItem) => TResult | Promise<TResult>,
): Promise<PromiseSettledResult<TResult>> {
  try {
    return { status: 'fulfilled', value: await task(item) };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
