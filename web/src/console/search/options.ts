/** What the search offers for what was typed: the page of an id, whatever an id leads to, a merchant's payments, and the pages of the console. */
import { paymentsOfMerchant, queryText } from '../payments/search.ts'

export interface Place {
  name: string
  /** An address of the console, with its beginning. */
  href: string
}

export type Option = { kind: 'open' | 'lookup' | 'merchant'; id: string; href: string } | ({ kind: 'page' } & Place)

/** Where the console is, and which addresses it has. */
export interface Places {
  base: string
  pages: readonly Place[]
  has: (path: string) => boolean
}

/** Ids that have a page of their own, by their prefix. A console that has no such page looks the id up. */
const ownPages = {
  pay: '/payments/$paymentId',
  led: '/ledger/entries/$entryId',
  bat: '/settlement/batches/$batchId',
  pof: '/settlement/files/$fileId',
  brk: '/reconciliation/breaks/$breakId',
  rcf: '/reconciliation/files/$fileId',
} as const
type Prefix = keyof typeof ownPages

/** Of ours: a prefix and a ULID. */
const AN_ID = /^([a-z]{2,4})_[0-9A-HJKMNP-TV-Z]{26}$/

function pageOf(id: string): string | undefined {
  const prefix = AN_ID.exec(id)?.[1] ?? ''
  return Object.hasOwn(ownPages, prefix) ? ownPages[prefix as Prefix] : undefined
}

/** The address below the console of the page of this very thing; undefined when such things have none. */
export const ownAddress = (id: string): string | undefined => pageOf(id)?.replace(/\$\w+/, id)

/** Of what a look-up found. What is no id of ours is an account of the ledger. */
export const addressOfPage = (pageId: string) => {
  const own = ownAddress(pageId)
  return own === undefined ? ({ to: '/ledger/$account', params: { account: pageId } } as const) : { to: own }
}

/** As the API takes one. */
const MAY_BE_AN_ID = /^[\x21-\x7E]{1,300}$/

export function optionsFor(text: string, places: Places): Option[] {
  const typed = text.trim()
  const part = typed.toLowerCase()
  const found = places.pages
    .filter(({ name }) => name.toLowerCase().includes(part))
    .map(page => ({ kind: 'page' as const, ...page }))
  if (!MAY_BE_AN_ID.test(typed)) return found
  const id = ofId(typed, places)
  return AN_ID.test(typed) ? [id, ...found] : [...found, id, ...ofMerchant(typed, places)]
}

/** A look-up knows no merchants: whether there is one, its list says. */
function ofMerchant(id: string, { base }: Places): Option[] {
  const search = paymentsOfMerchant(id)
  return search === undefined ? [] : [{ kind: 'merchant', id, href: `${base}/payments${queryText(search)}` }]
}

function ofId(id: string, { base, has }: Places): Option & { id: string } {
  const path = pageOf(id)
  return path !== undefined && has(path)
    ? { kind: 'open', id, href: base + ownAddress(id) }
    : { kind: 'lookup', id, href: `${base}/lookup?${new URLSearchParams({ id })}` }
}

/** Where a pasted text leads at once; undefined when it is none of our ids. */
export function pastedPlace(text: string, places: Places): string | undefined {
  const id = text.trim()
  return AN_ID.test(id) ? ofId(id, places).href : undefined
}
