/** Reads the journal in pages, however long it is, and adds up what it says of each account. */
import type { AccountTotal, Journal, JournalEntry, JournalPosition, Span } from './ports.ts'

/** Entries in memory at once. */
const PAGE_ENTRIES = 2_000

/** Every entry of the span that moves the account; without one, every entry. */
export async function* journalEntries(
  journal: Journal,
  span: Span,
  account?: string,
  pageEntries = PAGE_ENTRIES,
): AsyncGenerator<JournalEntry> {
  // Not a condition of the query: an account with few entries would make a page read the whole span.
  for await (const page of journalPages(journal, span, pageEntries))
    for (const entry of page) if (moves(entry, account)) yield entry
}

/** Every entry of the span. No page is empty. */
export async function* journalPages(
  journal: Journal,
  span: Span,
  pageEntries = PAGE_ENTRIES,
): AsyncGenerator<JournalEntry[]> {
  let after: JournalPosition | undefined
  do {
    const page = await journal.listEntries(span, pageEntries, after)
    if (page.length > 0) yield page
    after = page.at(pageEntries - 1)
  } while (after !== undefined)
}

/** `merchant_payable` means those of all merchants. */
export const moves = ({ debitAccount, creditAccount }: JournalEntry, account: string | undefined): boolean =>
  account === undefined || isOf(debitAccount, account) || isOf(creditAccount, account)

const isOf = (name: string, account: string): boolean => name === account || name.startsWith(`${account}:`)

export class AccountTotals {
  entryCount = 0
  readonly #totals = new Map<string, AccountTotal>()

  add({ debitAccount, creditAccount, currency, amountMinor }: JournalEntry): void {
    this.entryCount++
    this.#of(debitAccount, currency).debitsMinor += BigInt(amountMinor)
    this.#of(creditAccount, currency).creditsMinor += BigInt(amountMinor)
  }

  /** By currency, then by account. */
  list(): AccountTotal[] {
    return [...this.#totals.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, total]) => total)
  }

  /** Of all accounts together, by currency: debits and credits are the same. */
  sums(): AccountTotal[] {
    const sums = new Map<string, AccountTotal>()
    for (const { currency, debitsMinor, creditsMinor } of this.list()) {
      const sum = sums.get(currency) ?? { account: '', currency, debitsMinor: 0n, creditsMinor: 0n }
      sum.debitsMinor += debitsMinor
      sum.creditsMinor += creditsMinor
      sums.set(currency, sum)
    }
    return [...sums.values()]
  }

  #of(account: string, currency: string): AccountTotal {
    const name = `${currency} ${account}`
    const known = this.#totals.get(name)
    if (known !== undefined) return known
    const made = { account, currency, debitsMinor: 0n, creditsMinor: 0n }
    this.#totals.set(name, made)
    return made
  }
}
