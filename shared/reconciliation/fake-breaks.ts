/** The ports of breaks for tests, each a table in memory that refuses what the real one refuses. */
import type { BreakClass } from '../contracts/lists.ts'
import { FakeExpectations } from '../payments/fake-settlement.ts'
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import { createPayoutPorts } from '../settlement/fake-payouts.ts'
import { FakeInvoices } from '../settlement/fake-reserves.ts'
import type { Expectation, Operator } from '../settlement/ports.ts'
import { FakeBankPayouts } from './fake-bank.ts'
import { FakeReconSources } from './fake-recon.ts'
import { FakeReconLedger } from './fake-recon-ledger.ts'
import type {
  AcquirerBatch,
  AcquirerBatches,
  BatchKey,
  Breaks,
  LockedExpectation,
  MissedExpectations,
  ReconBreak,
  ReconBreakAction,
  ReconSource,
  SmallBreaks,
} from './ports.ts'

const keyOf = (...parts: readonly (string | number)[]): string => parts.join(' ')

export class FakeBreaks implements Breaks, SmallBreaks {
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

  async lockMissing(tx: Transaction, subjects: readonly string[]): Promise<Map<string, ReconBreak>> {
    const isMissing = (row: ReconBreak) => row.class === 'MISSING_THERE' && subjects.includes(row.subject)
    const rows = await this.table.filter(tx, isMissing)
    const locked = await Promise.all(rows.map(({ breakId }) => this.lock(tx, breakId)))
    const open = locked.flatMap(row => (row === undefined || row.closedAtMs !== null ? [] : [row]))
    return new Map(open.map(row => [row.subject, row]))
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

export class FakeMissedExpectations implements MissedExpectations {
  readonly table: Table<LockedExpectation>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  lock(tx: Transaction, expectationId: string): Promise<LockedExpectation | undefined> {
    return this.table.lock(tx, expectationId)
  }

  async settle(tx: Transaction, expectationId: string): Promise<void> {
    if (!this.table.isLockedBy(tx, expectationId)) throw new Error(`${expectationId} is not locked`)
    await this.table.update(tx, expectationId, row => ({ ...row, state: 'SETTLED' }))
  }
}

/** What is expected may be settled by people. */
class SettledExpectations extends FakeExpectations {
  readonly #missed: FakeMissedExpectations

  constructor(db: FakeDatabase, missed: FakeMissedExpectations) {
    super(db)
    this.#missed = missed
  }

  override async insert(tx: Transaction, expectations: readonly Expectation[]): Promise<void> {
    await super.insert(tx, expectations)
    for (const { expectationId, sourceId, kind, amountMinor, currency } of expectations)
      await this.#missed.table.insert(tx, expectationId, { sourceId, kind, amountMinor, currency, state: 'OPEN' })
  }
}

const keyOfBatch = ({ sourceId, batchRef, currency }: BatchKey): string => keyOf(sourceId, batchRef, currency)

export class FakeAcquirerBatches implements Pick<AcquirerBatches, 'withRefs' | 'lock' | 'add'> {
  readonly table: Table<AcquirerBatch>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  withRefs(refs: readonly string[], tx?: Transaction): Promise<AcquirerBatch[]> {
    return this.table.filter(tx, ({ batchRef }) => refs.includes(batchRef))
  }

  async lock(tx: Transaction, keys: readonly BatchKey[]): Promise<AcquirerBatch[]> {
    const rows: AcquirerBatch[] = []
    for (const key of keys.map(keyOfBatch).toSorted()) {
      const row = await this.table.lock(tx, key)
      if (row !== undefined) rows.push(row)
    }
    return rows
  }

  async add(tx: Transaction, key: BatchKey, by: { allocatedMinor?: number; movedMinor?: number }): Promise<void> {
    const { allocatedMinor = 0, movedMinor = 0 } = by
    if (!this.table.isLockedBy(tx, keyOfBatch(key))) throw new Error(`batch ${key.batchRef} is not locked`)
    await this.table.update(tx, keyOfBatch(key), row => ({
      ...row,
      allocatedMinor: row.allocatedMinor + allocatedMinor,
      movedMinor: row.movedMinor + movedMinor,
    }))
  }
}

const operatorOf = (name: string, rest: Partial<Operator> = {}): Operator => ({
  ...{ operatorId: `opr_${name}`, name, role: 'operator', tokenHash: name, createdAtMs: 0, disabledAtMs: null },
  ...rest,
})
const people = [
  ...[operatorOf('Kim'), operatorOf('Lee'), operatorOf('Gone', { disabledAtMs: 1 })],
  operatorOf('Park', { role: 'approver' }),
]

/** Every port of breaks over one store. */
export function createBreakPorts(db: FakeDatabase, options: { seed?: number; nowMs?: number } = {}) {
  const ports = createPayoutPorts(db, options)
  const { ids } = ports
  const [breaks, missedExpectations] = [new FakeBreaks(db), new FakeMissedExpectations(db)]
  const expectations = new SettledExpectations(db, missedExpectations)
  const withPrefix = (prefix: string) => () => `${prefix}_${ids.event().slice(4)}`
  return {
    ...ports,
    ...{ breaks, matching: breaks, missedExpectations, expectations, acquirerTerms: expectations },
    reconLedger: new FakeReconLedger(db),
    reconSources: new FakeReconSources(db),
    invoices: new FakeInvoices(db),
    acquirerBatches: new FakeAcquirerBatches(db),
    bankPayouts: new FakeBankPayouts(ports, { has: () => false }),
    /** The accounts that have entries. */
    balances: { known: new Set(['merchant_payable:shop']), listCurrencies: listKrw },
    operators: {
      list: async () => people,
      ofName: async (wanted: string) => people.find(({ name }) => name === wanted),
    },
    ids: { ...ids, reconBreak: withPrefix('brk'), reconFile: withPrefix('rcf') },
  }
}

async function listKrw(this: { known: Set<string> }, account: string): Promise<string[]> {
  return this.known.has(account) ? ['KRW'] : []
}

export type FakeBreakPorts = ReturnType<typeof createBreakPorts>
