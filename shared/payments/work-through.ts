/** Works on the items of a list, several at a time. */

/**
 * Calls `work` with each item, the first ones first and at most `concurrency` at the same time, as long as `mayGoOn` says so before
 * each. Resolves when all that were begun have ended; rejects as soon as one does.
 */
export async function workThrough<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
  mayGoOn: () => boolean = () => true,
): Promise<void> {
  const waiting = [...items]
  const worker = async () => {
    while (waiting.length > 0 && mayGoOn()) await work(waiting.shift()!)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
