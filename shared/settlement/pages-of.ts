/** A long list, page by page. */

/** `list` gives at most `limit` rows behind the row `after`, in an order that does not change. Empty pages are left out. */
export async function* pagesOf<Row>(
  limit: number,
  list: (after: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  let after: Row | undefined
  do {
    const page = await list(after)
    if (page.length > 0) yield page
    after = page.length < limit ? undefined : page.at(-1)
  } while (after !== undefined)
}
