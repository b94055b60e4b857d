/** The accounts of a list of entries, as the stores keep them, in memory. For tests only. */
import { DependencyUnavailableError, DuplicateKeyError, type Transaction } from '../payments/ports.ts'
import type {
  AccountBalances,
  AccountKey,
  AccountSnapshot,
  AccountSnapshots,
  AccountSums,
  SnapshotPass,
} from './ports.ts'

export interface RecordedEntry {
  debitAccount: string
  creditAccount: string
  currency: string
  amountMinor: number
  recordedAtMs: number
}

const nameOf = ({ account, currency }: AccountKey): string => `${account} ${currency}`

export class FakeBalances implements AccountBalances, AccountSnapshots {
  away = false
  readonly entries: RecordedEntry[] = []
  readonly snapshots: AccountSnapshot[] = []
  pass: SnapshotPass = { activeSinceMs: 0, doneBeforeMs: 0, after: undefined }

  async listAccounts(prefix: string, after: AccountKey | undefined, limit: number): Promise<AccountKey[]> {
    return this.#listed(prefix, after, limit).map(({ account, currency }) => ({ account, currency }))
  }

  async listCurrencies(account: string): Promise<string[]> {
    return this.#listed(account, undefined, Number.MAX_SAFE_INTEGER)
      .filter(key => key.account === account)
      .map(({ currency }) => currency)
  }

  async sumsAt(keys: readonly AccountKey[], atMs: number): Promise<AccountSums[]> {
    return keys.map(key => {
      const { recordedBeforeMs: _, ...sums } = this.#summed(key, atMs + 1)
      return sums
    })
  }

  async listActivity(after: AccountKey | undefined, limit: number): Promise<Array<AccountKey & { newestMs: number }>> {
    return this.#listed('', after, limit)
  }

  async newestSnapshots(keys: readonly AccountKey[]): Promise<AccountSnapshot[]> {
    return keys.map(key => this.snapshots.findLast(each => nameOf(each) === nameOf(key)) ?? { ...this.#summed(key, 0) })
  }

  async nextSnapshot(last: AccountSnapshot, entries: number, beforeMs: number): Promise<AccountSnapshot | undefined> {
    const isNew = ({ recordedAtMs }: RecordedEntry) => recordedAtMs >= last.recordedBeforeMs && recordedAtMs < beforeMs
    const mine = this.entries.filter(each => each.currency === last.currency && isNew(each))
    const times = (['debitAccount', 'creditAccount'] as const).flatMap(side => {
      const ofSide = mine.filter(each => each[side] === last.account).map(({ recordedAtMs }) => recordedAtMs)
      return ofSide.sort((one, other) => one - other).slice(entries - 1, entries)
    })
    return times.length === 0 ? undefined : this.#summed(last, Math.min(...times) + 1)
  }

  async insert(_: Transaction, snapshots: readonly AccountSnapshot[]): Promise<void> {
    const known = new Set(this.snapshots.map(each => `${nameOf(each)} ${each.recordedBeforeMs}`))
    if (snapshots.some(each => known.has(`${nameOf(each)} ${each.recordedBeforeMs}`)))
      throw new DuplicateKeyError('account_snapshot_pk')
    this.snapshots.push(...snapshots)
  }

  async readPass(): Promise<SnapshotPass> {
    return this.pass
  }

  async writePass(pass: SnapshotPass): Promise<void> {
    this.pass = pass
  }

  #listed(prefix: string, after: AccountKey | undefined, limit: number): Array<AccountKey & { newestMs: number }> {
    if (this.away) throw new DependencyUnavailableError('the database is away')
    const found = new Map<string, AccountKey & { newestMs: number }>()
    for (const { debitAccount, creditAccount, currency, recordedAtMs } of this.entries)
      for (const account of [debitAccount, creditAccount]) {
        const name = nameOf({ account, currency })
        found.set(name, { account, currency, newestMs: Math.max(recordedAtMs, found.get(name)?.newestMs ?? 0) })
      }
    // A space stands before every character of a name.
    const inOrder = [...found].sort(([one], [other]) => (one < other ? -1 : 1))
    return inOrder
      .filter(([name]) => name.startsWith(prefix) && (after === undefined || name > nameOf(after)))
      .slice(0, limit)
      .map(([, each]) => each)
  }

  #summed({ account, currency }: AccountKey, beforeMs: number): AccountSnapshot {
    const mine = this.entries.filter(each => each.currency === currency && each.recordedAtMs < beforeMs)
    const [debits, credits] = [
      mine.filter(each => each.debitAccount === account),
      mine.filter(each => each.creditAccount === account),
    ]
    const sumOf = (entries: RecordedEntry[]) => entries.reduce((sum, each) => sum + BigInt(each.amountMinor), 0n)
    return {
      account,
      currency,
      recordedBeforeMs: beforeMs,
      debitsMinor: sumOf(debits),
      creditsMinor: sumOf(credits),
      entryCount: debits.length + credits.length,
    }
  }
}
