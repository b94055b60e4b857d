/** The ports of breaks for tests, each a table in memory that refuses what the real one refuses. */
import type { BreakClass, ExpectationState, ReconSourceKind } from '../contracts/lists.ts'
import { FakeExpectations } from '../payments/fake-settlement.ts'
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import { createPayoutPorts } from '../settlement/fake-payouts.ts'
import type { Operator } from '../settlement/ports.ts'
import type {
  AcquirerBatch,
  Breaks,
  BreakTargets,
  ReconBreak,
  ReconBreakAction,
  ReconEntry,
  ReconLedger,
  ReconSource,
  SmallBreaks,
} from './ports.ts'

const keyOf = (...parts: readonly (string | number)[]): string => parts.join(' ')

export class FakeBreaks implements Breaks, SmallBreaks {
  readonly tolerant: Awaited<ReturnType<SmallBreaks['listTolerant']>> = []
  readonly table: Table<ReconBreak>
  readonly actions: Table<ReconBreakAction>
  readonly #once: Table<string>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.actions = new Table(db)
    this.#once = new Table(db)
  }

  async insert(tx: Transaction, breaks: readonly ReconBreak[]): Promise<void> {
    for (const made of breaks) {
      await this.table.insert(tx, made.breakId, checked(made))
      await this.#once.insert(tx, keyOf(made.subject, made.class), made.breakId)
    }
  }

  lock(tx: Transaction, breakId: string): Promise<ReconBreak | undefined> {
    return this.table.lock(tx, breakId)
  }

  async update(tx: Transaction, changed: ReconBreak): Promise<void> {
    if (!this.table.isLockedBy(tx, changed.breakId)) throw new Error(`break ${changed.breakId} is not locked`)
    await this.table.update(tx, changed.breakId, () => checked(changed))
  }

  async insertActions(tx: Transaction, actions: readonly ReconBreakAction[]): Promise<void> {
    for (const action of actions) await this.actions.insert(tx, keyOf(action.breakId, action.sequence), action)
  }

  find(breakId: string): Promise<ReconBreak | undefined> {
    return this.table.find(undefined, breakId)
  }

  async listActions(breakId: string): Promise<ReconBreakAction[]> {
    const rows = await this.actions.filter(undefined, action => action.breakId === breakId)
    return rows.sort((a, b) => a.sequence - b.sequence)
  }

  async listTolerant() {
    return [...this.tolerant]
  }

  async listSmall(
    { sourceId, toleranceMinor }: Pick<ReconSource, 'sourceId' | 'toleranceMinor'>,
    classes: readonly BreakClass[],
    limit: number,
    after = '',
  ): Promise<string[]> {
    const rows = await this.table.filter(
      undefined,
      row =>
        classes.includes(row.class) &&
        row.state === 'OPEN' &&
        row.breakId > after &&
        row.sourceId === sourceId &&
        row.remainingMinor !== 0 &&
        Math.abs(row.remainingMinor) <= toleranceMinor,
    )
    return rows
      .map(({ breakId }) => breakId)
      .toSorted()
      .slice(0, limit)
  }

  async writtenOffMinor(tx: Transaction, sourceId: string, currency: string, sinceMs: number): Promise<number> {
    const own = await this.table.filter(tx, row => row.sourceId === sourceId && row.currency === currency)
    const ids = new Set(own.map(({ breakId }) => breakId))
    const isCounted = ({ action, breakId, atMs }: ReconBreakAction) =>
      action === 'write_off' && ids.has(breakId) && atMs >= sinceMs
    const actions = await this.actions.filter(tx, isCounted)
    return actions.reduce((sum, { amountMinor }) => sum + Math.abs(amountMinor!), 0)
  }
}

function checked(row: ReconBreak): ReconBreak {
  const isOpen = ['OPEN', 'ASSIGNED', 'PROPOSED'].includes(row.state)
  if (isOpen !== (row.closedAtMs === null)) throw new RowRefusedError('recon_break_closed')
  if (!isOpen && row.remainingMinor !== 0) throw new RowRefusedError('recon_break_closed')
  return row
}

export class FakeReconLedger implements ReconLedger {
  readonly table: Table<ReconEntry>
  readonly #once: Table<string>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.#once = new Table(db)
  }

  async insertOfRecon(tx: Transaction, entries: readonly ReconEntry[]): Promise<void> {
    for (const entry of entries) {
      if (entry.amountMinor <= 0) throw new RowRefusedError('ledger_entry_amount')
      await this.table.insert(tx, entry.entryId, entry)
      await this.#once.insert(tx, keyOf(entry.eventId, entry.type), entry.entryId)
    }
  }

  /** Debits less credits. */
  balanceMinor(account: string, currency = 'KRW'): number {
    const sideOf = (entry: ReconEntry) =>
      (entry.debitAccount === account ? 1 : 0) - (entry.creditAccount === account ? 1 : 0)
    return this.table
      .rows()
      .filter(entry => entry.currency === currency)
      .reduce((sum, entry) => sum + sideOf(entry) * entry.amountMinor, 0)
  }
}

interface ExpectationRow {
  amountMinor: number
  currency: string
  state: ExpectationState
}

/** `acquirer` and `bank-operating` are there. */
export class FakeBreakTargets implements BreakTargets {
  readonly sources: Table<ReconSourceKind>
  readonly expectations: Table<ExpectationRow>
  readonly batches: Table<AcquirerBatch>

  constructor(db: FakeDatabase) {
    this.sources = new Table(db)
    this.expectations = new Table(db)
    this.batches = new Table(db)
    this.sources.restore(
      new Map([
        ['acquirer', 'acquirer'],
        ['bank-operating', 'bank'],
      ]),
    )
  }

  lockSource(tx: Transaction, sourceId: string): Promise<ReconSourceKind | undefined> {
    return this.sources.lock(tx, sourceId)
  }

  lockExpectation(tx: Transaction, expectationId: string): Promise<ExpectationRow | undefined> {
    return this.expectations.lock(tx, expectationId)
  }

  async settleExpectation(tx: Transaction, expectationId: string): Promise<void> {
    if (!this.expectations.isLockedBy(tx, expectationId)) throw new Error(`${expectationId} is not locked`)
    await this.expectations.update(tx, expectationId, row => ({ ...row, state: 'SETTLED' }))
  }

  async lockBatch(tx: Transaction, batchRef: string, currency: string): Promise<AcquirerBatch | undefined> {
    return this.batches.lock(tx, keyOf(batchRef, currency))
  }

  async moveFromBatch(tx: Transaction, { batchRef, currency }: AcquirerBatch, amountMinor: number): Promise<void> {
    const key = keyOf(batchRef, currency)
    if (!this.batches.isLockedBy(tx, key)) throw new Error(`batch ${batchRef} is not locked`)
    await this.batches.update(tx, key, row => ({ ...row, movedMinor: row.movedMinor + amountMinor }))
  }
}

const operatorOf = (name: string, disabledAtMs: number | null = null): Operator => ({
  ...{ operatorId: `opr_${name}`, name, role: 'operator', tokenHash: name, createdAtMs: 0, disabledAtMs },
})

/** Every port of breaks over one store. */
export function createBreakPorts(db: FakeDatabase, options: { seed?: number; nowMs?: number } = {}) {
  const ports = createPayoutPorts(db, options)
  const { ids } = ports
  const withPrefix = (prefix: string) => () => `${prefix}_${ids.event().slice(4)}`
  return {
    ...ports,
    breaks: new FakeBreaks(db),
    reconLedger: new FakeReconLedger(db),
    breakTargets: new FakeBreakTargets(db),
    expectations: new FakeExpectations(db),
    /** The accounts that have entries. */
    balances: { known: new Set(['merchant_payable:shop']), listCurrencies: listKrw },
    operators: { list: async () => [operatorOf('Kim'), operatorOf('Lee'), operatorOf('Gone', 1)] },
    ids: { ...ids, reconBreak: withPrefix('brk'), reconFile: withPrefix('rcf') },
  }
}

async function listKrw(this: { known: Set<string> }, account: string): Promise<string[]> {
  return this.known.has(account) ? ['KRW'] : []
}

export type FakeBreakPorts = ReturnType<typeof createBreakPorts>
