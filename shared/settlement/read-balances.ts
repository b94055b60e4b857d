/** Reads: what accounts hold, one by its name or a page of them. Amounts leave as text, since a sum may be more than a number holds. */
import { type AccountType, accounts } from '../contracts/lists.ts'
import type { AccountView } from '../contracts/routes/get-account.ts'
import type { AccountListView, AccountsQuery } from '../contracts/routes/list-accounts.ts'
import type { Clock } from '../payments/ports.ts'
import type { AccountBalances, AccountKey, AccountSums } from './ports.ts'

export interface BalancePorts {
  balances: AccountBalances
  /** Entries are recorded by real time. */
  clock: Pick<Clock, 'nowMs'>
}

/** After this, no entry of a time is on its way any more: a transaction lasts ten seconds at the most. */
export const SETTLED_AFTER_MS = 60_000

/** Accounts that are looked at for one page, where most may be of other currencies. */
const LOOKED_AT_MAX = 1_000

export interface Moment {
  atMs: number
  isProvisional: boolean
}

/** Now when `at` is absent. Undefined when it is in the future. */
export function momentOf(at: string | undefined, nowMs: number): Moment | undefined {
  const atMs = at === undefined ? nowMs : Date.parse(at)
  return atMs > nowMs ? undefined : { atMs, isProvisional: atMs > nowMs - SETTLED_AFTER_MS }
}

/** Every currency of the account; undefined when it never had an entry. Throws DependencyUnavailableError. */
export async function readAccount(
  { balances }: BalancePorts,
  account: string,
  moment: Moment,
): Promise<AccountView | undefined> {
  const currencies = await balances.listCurrencies(account)
  if (currencies.length === 0) return undefined
  const keys = currencies.map(currency => ({ account, currency }))
  const sums = await balances.sumsAt(keys, moment.atMs)
  return { account, type: typeOf(account), ...momentView(moment), balances: sums.map(sumsView) }
}

/** One page, in the order of names. `after` is where the page before ended. Throws DependencyUnavailableError. */
export async function listAccounts(
  { balances }: BalancePorts,
  query: Pick<AccountsQuery, 'prefix' | 'currency' | 'limit'> & { after: AccountKey | undefined },
  moment: Moment,
): Promise<AccountListView> {
  const { page, last } = await pageOf(balances, query)
  const sums = page.length === 0 ? [] : await balances.sumsAt(page, moment.atMs)
  const items = sums.map(each => ({ account: each.account, type: typeOf(each.account), ...sumsView(each) }))
  return { ...momentView(moment), items, nextCursor: last === undefined ? null : cursorOf(last) }
}

/** `last` is the last account that was looked at, when there are more. */
async function pageOf(
  balances: AccountBalances,
  { prefix = '', currency, limit, after }: Parameters<typeof listAccounts>[1],
): Promise<{ page: AccountKey[]; last: AccountKey | undefined }> {
  const lookedAtMax = currency === undefined ? limit : LOOKED_AT_MAX
  const found = await balances.listAccounts(prefix, after, lookedAtMax + 1)
  const lookedAt = found.slice(0, lookedAtMax)
  const wanted = lookedAt.filter(key => currency === undefined || key.currency === currency)
  const page = wanted.slice(0, limit)
  if (wanted.length > limit) return { page, last: page.at(-1) }
  return { page, last: found.length > lookedAtMax ? lookedAt.at(-1) : undefined }
}

const typeByName: Readonly<Record<string, AccountType>> = accounts

/** Null when the ledger has no such account. */
export const typeOf = (account: string): AccountType | null => {
  const name = account.split(':', 1)[0]!
  return Object.hasOwn(typeByName, name) ? typeByName[name]! : null
}

export const momentView = ({ atMs, isProvisional }: Moment) => ({
  at: new Date(atMs).toISOString(),
  provisional: isProvisional,
})

export const sumsView = ({ currency, debitsMinor, creditsMinor, entryCount }: AccountSums) => ({
  currency,
  debits: String(debitsMinor),
  credits: String(creditsMinor),
  balance: String(debitsMinor - creditsMinor),
  entryCount,
})

export const cursorOf = ({ account, currency }: AccountKey): string =>
  Buffer.from(`${account} ${currency}`, 'utf8').toString('base64url')

/** The account inside a cursor; undefined when it is not one of ours. */
export function keyOfCursor(cursor: string): AccountKey | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const [, account, currency] = /^([\x21-\x7E]{1,64}) ([A-Z]{3})$/.exec(text) ?? []
  if (account === undefined || currency === undefined) return undefined
  return cursorOf({ account, currency }) === cursor ? { account, currency } : undefined
}
