/**
 * Runs a task for each item with limited concurrency. Returns the outcomes in the order of the items.
 *
 * @param concurrency - The number of tasks in flight, at least 1.
 */
export async function settleAll<TItem, TResult>(
  items: Iterable<TItem>,
  concurrency: number,
  task: (item: TItem) => TResult | Promise<TResult>,
): Promise<PromiseSettledResult<TResult>[]> {
  const results: PromiseSettledResult<TResult>[] = [];
  const all = [...items];
  // One iterator for all runners: each takes the next item when it is free.
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
