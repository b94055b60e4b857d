/** The entries of accounts, and control accounts with their subledgers, as the stores keep them, in memory. For tests only. */
import type { InvariantRun } from '../contracts/invariant-runs.ts'
import { DependencyUnavailableError } from '../payments/ports.ts'
import { FakeBalances } from './fake-balances.ts'
import type {
  AccountHistory,
  AccountKey,
  ComparedAccount,
  ControlBooks,
  EntryPlace,
  RecordedMovement,
} from './ports.ts'

const inOrder = (one: EntryPlace, other: EntryPlace): number =>
  one.recordedAtMs - other.recordedAtMs ||
  one.amountMinor - other.amountMinor ||
  (one.entryId < other.entryId ? -1 : one.entryId > other.entryId ? 1 : 0)

/** Both see the same entries. */
export class FakeAccountHistory implements AccountHistory {
  readonly balances = new FakeBalances()
  readonly #entries: RecordedMovement[] = []

  add(entry: RecordedMovement): void {
    this.#entries.push(entry)
    this.balances.entries.push(entry)
  }

  async entriesBefore(key: AccountKey, place: EntryPlace, limit: number): Promise<RecordedMovement[]> {
    return this.#of(key)
      .filter(entry => inOrder(entry, place) < 0)
      .reverse()
      .slice(0, limit)
  }

  async entriesAfter(key: AccountKey, place: EntryPlace, limit: number): Promise<RecordedMovement[]> {
    return this.#of(key)
      .filter(entry => inOrder(entry, place) > 0)
      .slice(0, limit)
  }

  async balanceBefore(key: AccountKey, place: EntryPlace): Promise<bigint> {
    const before = this.#of(key).filter(entry => inOrder(entry, place) < 0)
    const signed = before.map(({ debitAccount, amountMinor }) =>
      BigInt(debitAccount === key.account ? amountMinor : -amountMinor),
    )
    return signed.reduce((sum, amount) => sum + amount, 0n)
  }

  async entry(entryId: string): Promise<RecordedMovement | undefined> {
    if (this.balances.away) throw new DependencyUnavailableError('the database is away')
    return this.#entries.find(entry => entry.entryId === entryId)
  }

  #of({ account, currency }: AccountKey): RecordedMovement[] {
    return this.#entries
      .filter(entry => entry.currency === currency && [entry.debitAccount, entry.creditAccount].includes(account))
      .sort(inOrder)
  }
}

export class FakeControlBooks implements ControlBooks {
  away = false
  settledFromMs = 0
  accounts: ComparedAccount[] = []

  async compare(control: string, after: AccountKey | undefined, limit: number) {
    if (this.away) throw new DependencyUnavailableError('the database is away')
    const nameOf = ({ account, currency }: AccountKey) => `${account} ${currency}`
    const own = this.accounts
      .filter(({ account }) => account.split(':', 1)[0] === control)
      .filter(each => after === undefined || nameOf(each) > nameOf(after))
    return { accounts: own.slice(0, limit), hasMore: own.length > limit, settledFromMs: this.settledFromMs }
  }
}

export class FakePasses {
  last: InvariantRun | undefined

  async lastComplete(): Promise<InvariantRun | undefined> {
    return this.last
  }
}
