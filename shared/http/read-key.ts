/** The `Idempotency-Key` header: bare or quoted, once or, with one value, several times. */
import { idempotencyKey } from '../contracts/identifiers.ts'
import { type ProblemText, problemText, problemTexts } from '../contracts/problem-texts.ts'

/**
 * The text in quotes (RFC 8941, a structured-field string), or else up to the next comma. API Gateway joins repeated headers with
 * commas, so that `a,b` may be two keys: a key that holds a comma is given in quotes, or in the body.
 */
const ITEM = /\s*(?:"((?:\\.|[^\\])*?)"(?=\s*(?:,|$))|([^,]*))\s*(,|$)/y
/** No client sends a key more often. A limit, because each quoted key costs a search for its end. */
const ITEMS_MAX = 8

/** The one key that the header means, or what is wrong with it. */
export function readKeyHeader(header: string): { key: string } | { problem: ProblemText } {
  const key = onlyItemOf(header)
  if (key === undefined) return { problem: problemTexts.keysDiffer }
  const parsed = idempotencyKey.safeParse(key)
  return parsed.success ? { key } : { problem: problemText(parsed.error.issues[0]!.message) }
}

/** Undefined when there are different ones. */
function onlyItemOf(header: string): string | undefined {
  let first: string | undefined
  ITEM.lastIndex = 0
  for (let count = 1; count <= ITEMS_MAX; count++) {
    const [, quoted, bare = '', end] = ITEM.exec(header) ?? []
    const item = quoted === undefined ? bare.trimEnd() : quoted.replaceAll(/\\(["\\])/g, '$1')
    first ??= item
    if (item !== first) return undefined
    if (end !== ',') return first
  }
  return undefined
}
