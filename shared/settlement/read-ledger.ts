/** Reads of the console: the accounts of the ledger by their control account, and what moved on one of them with the balance after each entry. */
import type { InvariantRun } from '../contracts/invariant-runs.ts'
import {
  comparedControls,
  EXPORT_ENTRIES_MAX,
  EXPORT_PART_ENTRIES,
  GROUP_ACCOUNTS_DEFAULT,
} from '../contracts/ledger-limits.ts'
import type { AccountEntryView } from '../contracts/ledger-views.ts'
import type { ExportQuery, ExportView } from '../contracts/routes/export-entries.ts'
import type { LedgerQuery, LedgerView } from '../contracts/routes/get-ledger.ts'
import type { LedgerEntryDetailView } from '../contracts/routes/get-ledger-entry.ts'
import type { AccountEntriesQuery, AccountEntriesView } from '../contracts/routes/list-account-entries.ts'
import type { AccountBalances, AccountHistory, AccountKey, AccountSums, EntryPlace, RecordedMovement } from './ports.ts'
import {
  type BalancePorts,
  cursorOf,
  type Moment,
  momentView,
  SETTLED_AFTER_MS,
  sumsView,
  typeOf,
} from './read-balances.ts'

export interface LedgerPorts extends BalancePorts {
  /** The runs of the job that checks the books. */
  invariantRuns: { lastComplete(): Promise<InvariantRun | undefined> }
}

export interface HistoryPorts extends BalancePorts {
  accountHistory: AccountHistory
}

type GroupView = LedgerView['groups'][number]

/** Accounts that are found by one look. */
const LOOK_ACCOUNTS = 50
/** The chart has eighteen; wrong entries may have made others. */
const LOOKS_MAX = 50
/** Behind every character that a name may hold. */
const BEHIND_ALL = '\x7f'
/** Entries that are shown before the one that was asked for. */
const ENTRIES_ABOVE = 5

/** `after` is where the page before ended; only of one group. Throws DependencyUnavailableError. */
export async function readLedger(
  { balances, invariantRuns }: LedgerPorts,
  query: Omit<LedgerQuery, 'at' | 'cursor'> & { after: AccountKey | undefined },
  moment: Moment,
): Promise<LedgerView> {
  const { group, merchant, after } = query
  const [pass, found] = await Promise.all([
    invariantRuns.lastComplete(),
    group === undefined ? groupsIn(balances, merchant) : groupOf(balances, group, merchant, after),
  ])
  const keys = found.flatMap(each => each.keys)
  const sums = keys.length === 0 ? [] : await balances.sumsAt(keys, moment.atMs)
  const byName = Map.groupBy(sums, ({ account }) => nameOf(account))
  const groups = found.map(each => groupView(each, byName.get(each.name) ?? [], pass))
  const isWhole = group === undefined && merchant === undefined && groups.every(({ totals }) => totals !== null)
  return {
    ...momentView(moment),
    groups,
    trial: isWhole ? totalsOf(sums) : null,
    passEndedAt: pass === undefined ? null : timeOf(pass.finishedAtMs),
  }
}

interface FoundGroup {
  name: string
  isOfMerchants: boolean
  keys: AccountKey[]
  /** Whether the keys are all that there are. */
  isWhole: boolean
  next: AccountKey | undefined
}

const nameOf = (account: string): string => account.split(':', 1)[0]!
const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

/** Every group; of those of merchants the first accounts. Looks past the accounts of a group, however many there are. */
async function groupsIn(balances: AccountBalances, merchant: string | undefined): Promise<FoundGroup[]> {
  const found = new Map<string, FoundGroup>()
  let after: AccountKey | undefined
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const page = await balances.listAccounts('', after, LOOK_ACCOUNTS)
    const end = page.findIndex(({ account }) => account.includes(':'))
    for (const key of end === -1 ? page : page.slice(0, end)) addTo(found, key)
    if (end === -1 && page.length < LOOK_ACCOUNTS) break
    if (end === -1) after = page.at(-1)
    else {
      const name = nameOf(page[end]!.account)
      const [members] = await groupOf(balances, name, merchant, undefined)
      const single = found.get(name)
      if (members) found.set(name, { ...members, keys: [...(single?.keys ?? []), ...members.keys] })
      after = { account: `${name}:${BEHIND_ALL}`, currency: '' }
    }
  }
  const groups = [...found.values()]
  return merchant === undefined ? groups : groups.filter(({ isOfMerchants }) => isOfMerchants)
}

function addTo(found: Map<string, FoundGroup>, key: AccountKey): void {
  const name = key.account
  const known = found.get(name)
  if (known) known.keys.push(key)
  else found.set(name, { name, isOfMerchants: false, keys: [key], isWhole: true, next: undefined })
}

/** Accounts of one group, after this one. Without a merchant in its name it is one account. */
async function groupOf(
  balances: AccountBalances,
  name: string,
  merchant = '',
  after: AccountKey | undefined,
): Promise<FoundGroup[]> {
  const found = await balances.listAccounts(`${name}:${merchant}`, after, GROUP_ACCOUNTS_DEFAULT + 1)
  if (found.length > 0) {
    const keys = found.slice(0, GROUP_ACCOUNTS_DEFAULT)
    const hasMore = found.length > keys.length
    const isWhole = !hasMore && after === undefined && merchant === ''
    return [{ name, isOfMerchants: true, keys, isWhole, next: hasMore ? keys.at(-1) : undefined }]
  }
  if (merchant !== '' || after !== undefined) return []
  const currencies = await balances.listCurrencies(name)
  const keys = currencies.map(currency => ({ account: name, currency }))
  return keys.length === 0 ? [] : [{ name, isOfMerchants: false, keys, isWhole: true, next: undefined }]
}

function groupView(
  { name, isOfMerchants, isWhole, next }: FoundGroup,
  sums: readonly AccountSums[],
  pass: InvariantRun | undefined,
): GroupView {
  return {
    name,
    type: typeOf(name),
    ofMerchants: isOfMerchants,
    comparable: comparedControls.some(control => control === name),
    totals: isWhole ? totalsOf(sums) : null,
    accounts: sums.map(each => ({ account: each.account, ...sumsView(each) })),
    nextCursor: next === undefined ? null : cursorOf(next),
    lastPass: differencesOf(name, pass),
  }
}

function differencesOf(name: string, pass: InvariantRun | undefined): GroupView['lastPass'] {
  const own = (pass?.passDifferences ?? []).filter(({ account }) => account === name)
  return own.length === 0 ? null : own.map(({ currency, differenceMinor: difference }) => ({ currency, difference }))
}

/** By currency, in their order. */
function totalsOf(sums: readonly AccountSums[]) {
  const totals = new Map<string, AccountSums>()
  for (const { currency, debitsMinor, creditsMinor, entryCount } of sums) {
    const total = totals.get(currency) ?? { account: '', currency, debitsMinor: 0n, creditsMinor: 0n, entryCount: 0 }
    total.debitsMinor += debitsMinor
    total.creditsMinor += creditsMinor
    total.entryCount += entryCount
    totals.set(currency, total)
  }
  return [...totals.values()].sort((one, other) => (one.currency < other.currency ? -1 : 1)).map(sumsView)
}

/**
 * A page of entries, the last recorded first; undefined when the account never had one. `after` is where the page before ended.
 * The balance is added up from below the page: an entry that comes meanwhile is in neither or in both. Throws DependencyUnavailableError.
 */
export async function listEntries(
  ports: HistoryPorts,
  account: string,
  query: Pick<AccountEntriesQuery, 'currency' | 'entry' | 'limit'> & { after: EntryPlace | undefined },
  moment: Moment,
): Promise<AccountEntriesView | undefined> {
  const { balances, accountHistory } = ports
  const currencies = await balances.listCurrencies(account)
  if (currencies.length === 0) return undefined
  const asked = query.entry === undefined ? undefined : await accountHistory.entry(query.entry)
  const own = asked !== undefined && isOn(account, asked) ? asked : undefined
  const currency = query.currency ?? own?.currency ?? currencies[0]!
  const key = { account, currency }
  const keys = currencies.map(each => ({ account, currency: each }))
  const start = query.after ?? (await startOf(accountHistory, key, own, moment))
  const [sums, found] = await Promise.all([
    balances.sumsAt(keys, moment.atMs),
    accountHistory.entriesBefore(key, start, query.limit + 1),
  ])
  const shown = found.slice(0, query.limit)
  const last = shown.at(-1)
  return {
    account,
    type: typeOf(account),
    ...momentView(moment),
    balances: sums.map(sumsView),
    currency,
    entries: (await withBalances(ports, key, shown.toReversed())).toReversed(),
    nextCursor: last === undefined || found.length === shown.length ? null : placeCursor(last),
  }
}

const isOn = (account: string, { debitAccount, creditAccount }: RecordedMovement): boolean =>
  debitAccount === account || creditAccount === account

/** The first place of a time: before every entry of it. */
const beginningOf = (atMs: number): EntryPlace => ({ recordedAtMs: atMs, amountMinor: 0, entryId: '' })

/** Ids have no such character: nothing stands between the entry and this place. */
const behind = ({ recordedAtMs, amountMinor, entryId }: EntryPlace): EntryPlace => ({
  recordedAtMs,
  amountMinor,
  entryId: `${entryId}~`,
})

/** The end of the moment, or a few entries above the one that was asked for. */
async function startOf(
  history: AccountHistory,
  key: AccountKey,
  asked: RecordedMovement | undefined,
  { atMs }: Moment,
): Promise<EntryPlace> {
  if (asked === undefined || asked.currency !== key.currency || asked.recordedAtMs > atMs) return beginningOf(atMs + 1)
  const above = await history.entriesAfter(key, asked, ENTRIES_ABOVE)
  return behind(above.findLast(({ recordedAtMs }) => recordedAtMs <= atMs) ?? asked)
}

/** The entries come in their order. */
async function withBalances(
  { accountHistory, clock }: HistoryPorts,
  key: AccountKey,
  entries: readonly RecordedMovement[],
): Promise<AccountEntryView[]> {
  const [first] = entries
  if (first === undefined) return []
  const settledMs = clock.nowMs() - SETTLED_AFTER_MS
  let balance = await accountHistory.balanceBefore(key, first)
  return entries.map(entry => {
    const isDebit = entry.debitAccount === key.account
    balance += BigInt(isDebit ? entry.amountMinor : -entry.amountMinor)
    return {
      ...fieldsOf(entry),
      side: isDebit ? ('debit' as const) : ('credit' as const),
      counterAccount: isDebit ? entry.creditAccount : entry.debitAccount,
      balance: String(balance),
      provisional: entry.recordedAtMs > settledMs,
    }
  })
}

const fieldsOf = (entry: RecordedMovement) => ({
  entryId: entry.entryId,
  type: entry.type,
  amount: entry.amountMinor,
  currency: entry.currency,
  recordedAt: timeOf(entry.recordedAtMs),
  occurredAt: timeOf(entry.occurredAtMs),
  eventId: entry.eventId,
  paymentId: entry.paymentId,
  subjectId: entry.subjectId,
  batchId: entry.batchId,
})

/** One part of what was recorded in a time, in its order; undefined when the account never had an entry. Throws DependencyUnavailableError. */
export async function exportEntries(
  ports: HistoryPorts,
  account: string,
  { currency, from, to }: Pick<ExportQuery, 'currency' | 'from' | 'to'>,
  after: EntryPlace | undefined,
): Promise<ExportView | undefined> {
  const { balances, accountHistory } = ports
  if ((await balances.listCurrencies(account)).length === 0) return undefined
  const key = { account, currency }
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
  const [before, until] = await Promise.all([fromMs, toMs].map(atMs => balances.sumsAt([key], atMs - 1)))
  const entryCount = Math.max(0, until![0]!.entryCount - before![0]!.entryCount)
  const tooMany = entryCount > EXPORT_ENTRIES_MAX
  const found = tooMany
    ? []
    : await accountHistory.entriesAfter(key, after ?? beginningOf(fromMs), EXPORT_PART_ENTRIES + 1)
  const inTime = found.filter(({ recordedAtMs }) => recordedAtMs < toMs)
  const shown = inTime.slice(0, EXPORT_PART_ENTRIES)
  const opening = await accountHistory.balanceBefore(key, shown[0] ?? beginningOf(fromMs))
  return {
    ...{ account, currency, from: timeOf(fromMs), to: timeOf(toMs), entryCount, tooMany },
    openingBalance: String(opening),
    entries: await withBalances(ports, key, shown),
    nextCursor: inTime.length > shown.length ? placeCursor(shown.at(-1)!) : null,
  }
}

/** Undefined when there is none. Throws DependencyUnavailableError. */
export async function readEntry(history: AccountHistory, entryId: string): Promise<LedgerEntryDetailView | undefined> {
  const entry = await history.entry(entryId)
  return entry && { ...fieldsOf(entry), debitAccount: entry.debitAccount, creditAccount: entry.creditAccount }
}

const placeCursor = ({ recordedAtMs, amountMinor, entryId }: EntryPlace): string =>
  Buffer.from(`${recordedAtMs} ${amountMinor} ${entryId}`, 'utf8').toString('base64url')

/** The place inside a cursor; undefined when it is not one of ours. */
export function entryPlaceOf(cursor: string): EntryPlace | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const [, recordedAt, amount, entryId] = /^(\d{1,14}) (\d{1,15}) (led_[0-9A-Z]{26})$/.exec(text) ?? []
  if (recordedAt === undefined || amount === undefined || entryId === undefined) return undefined
  const place = { recordedAtMs: Number(recordedAt), amountMinor: Number(amount), entryId }
  return placeCursor(place) === cursor ? place : undefined
}
