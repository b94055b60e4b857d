/** The ports of matching bank lines for tests, each a table in memory that refuses what the real one refuses. */
import type { BreakClass, ReconLineState } from '../contracts/lists.ts'
import { type FakeDatabase, Table } from '../payments/fake-store.ts'
import { FakeTerms } from '../payments/fake-tables.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import { createPayoutPorts } from '../settlement/fake-payouts.ts'
import type { Payout } from '../settlement/ports.ts'
import { subjectOfBatch } from './break-subjects.ts'
import { leftOf } from './decide-bank-line.ts'
import { FakeReconLedger } from './fake-recon-ledger.ts'
import type {
  AcquirerBatch,
  AcquirerBatches,
  Allocation,
  Allocations,
  AmountQuery,
  AwaitedPayout,
  BankBreaks,
  BankLines,
  BankPayouts,
  BatchKey,
  Breaks,
  OpenTransfer,
  OpenTransfers,
  ReconAlarms,
  ReconBreak,
  ReconBreakAction,
  ReconFile,
  ReconFiles,
  ReconLine,
  ReconLines,
  ReconSource,
  ReconSources,
  UnknownLine,
} from './ports.ts'

const keyOf = (...parts: readonly (string | number)[]): string => parts.join(' ')

const isBetween = (day: string | null, { from, to }: AmountQuery): boolean =>
  day !== null && (from === undefined || day >= from) && (to === undefined || day <= to)

export class FakeAcquirerBatches implements AcquirerBatches {
  readonly table: Table<AcquirerBatch>
  readonly #breaks: FakeBankBreaks

  constructor(db: FakeDatabase, breaks: FakeBankBreaks) {
    this.table = new Table(db)
    this.#breaks = breaks
  }

  withRefs(refs: readonly string[], tx?: Transaction): Promise<AcquirerBatch[]> {
    return this.table.filter(tx, ({ batchRef }) => refs.includes(batchRef))
  }

  async withLeft(query: AmountQuery, tx?: Transaction): Promise<AcquirerBatch[]> {
    const isWanted = (batch: AcquirerBatch) =>
      query.amountsMinor.includes(leftOf(batch)) &&
      ((query.from === undefined && query.to === undefined) || isBetween(batch.dueOn, query))
    return (await this.table.filter(tx, isWanted)).slice(0, query.limit)
  }

  async lock(tx: Transaction, keys: readonly BatchKey[]): Promise<AcquirerBatch[]> {
    const locked = []
    for (const key of [...new Set(keys.map(subjectOfBatch))].sort()) locked.push(await this.table.lock(tx, key))
    return locked.filter(batch => batch !== undefined)
  }

  async add(tx: Transaction, key: BatchKey, { allocatedMinor = 0, movedMinor = 0 }): Promise<void> {
    if (!this.table.isLockedBy(tx, subjectOfBatch(key))) throw new Error(`batch ${key.batchRef} is not locked`)
    await this.table.update(tx, subjectOfBatch(key), row => ({
      ...row,
      allocatedMinor: row.allocatedMinor + allocatedMinor,
      movedMinor: row.movedMinor + movedMinor,
    }))
  }

  async listMissing(dueOnMax: string, limit: number): Promise<AcquirerBatch[]> {
    const isMissing = (batch: AcquirerBatch) =>
      batch.dueOn !== null &&
      batch.dueOn <= dueOnMax &&
      leftOf(batch) !== 0 &&
      !this.#breaks.isKnown(subjectOfBatch(batch))
    return (await this.table.filter(undefined, isMissing)).slice(0, limit)
  }
}

export class FakeAllocations implements Allocations, OpenTransfers {
  readonly table: Table<Allocation>
  readonly #files: Table<ReconFile>
  readonly #lines: Table<ReconLine>

  constructor(db: FakeDatabase, files: Table<ReconFile>, lines: Table<ReconLine>) {
    this.table = new Table(db)
    this.#files = files
    this.#lines = lines
  }

  async listOpen(): Promise<OpenTransfer[]> {
    const rows = await this.table.filter(undefined, row => row.subjectKind === 'transfer')
    const open = [...Map.groupBy(rows, ({ subject, currency }) => keyOf(subject, currency)).values()].filter(
      legs => legs.reduce((sum, { amountMinor }) => sum + amountMinor, 0) !== 0,
    )
    return Promise.all(open.map(([leg]) => this.#openOf(leg!)))
  }

  async #openOf({ fileId, lineNo, subject: reference, currency, amountMinor }: Allocation): Promise<OpenTransfer> {
    const { sourceId, bookedOn } = (await this.#lines.find(undefined, keyOf(fileId, lineNo)))!
    return { reference, currency, amountMinor, sourceId, bookedOn }
  }

  async insert(tx: Transaction, allocations: readonly Allocation[]): Promise<void> {
    for (const allocation of allocations) await this.table.insert(tx, placeOf(allocation), allocation)
  }

  async add(tx: Transaction, allocation: Allocation): Promise<void> {
    const isThere = await this.table.update(tx, placeOf(allocation), row => ({
      ...row,
      amountMinor: row.amountMinor + allocation.amountMinor,
    }))
    if (!isThere) await this.insert(tx, [allocation])
  }

  async ofLine(tx: Transaction, { fileId, lineNo }: Pick<Allocation, 'fileId' | 'lineNo'>): Promise<number> {
    const rows = await this.table.filter(tx, row => row.fileId === fileId && row.lineNo === lineNo)
    return rows.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  }

  batchesOf(tx: Transaction, fileId: string): Promise<Allocation[]> {
    return this.table.filter(tx, row => row.fileId === fileId && row.subjectKind === 'batch')
  }

  async transfers(tx: Transaction, references: readonly string[]): Promise<Array<Allocation & { sourceId: string }>> {
    const rows = await this.table.filter(tx, row => row.subjectKind === 'transfer' && references.includes(row.subject))
    return Promise.all(
      rows.map(async row => ({ ...row, sourceId: (await this.#files.find(tx, row.fileId))!.sourceId })),
    )
  }
}

const placeOf = ({ fileId, lineNo, subjectKind, subject }: Allocation): string =>
  keyOf(fileId, lineNo, subjectKind, subject)

type PayoutTables = Pick<ReturnType<typeof createPayoutPorts>, 'payouts' | 'batches' | 'payoutFiles'>

const AWAITED = ['SENT', 'CONFIRMED']

export class FakeBankPayouts implements BankPayouts {
  readonly #tables: PayoutTables
  readonly #breaks: Pick<FakeBankBreaks, 'has'>

  constructor(tables: PayoutTables, breaks: Pick<FakeBankBreaks, 'has'>) {
    this.#tables = tables
    this.#breaks = breaks
  }

  async lock(tx: Transaction, payoutIds: readonly string[]): Promise<Payout[]> {
    const { payouts, batches } = this.#tables
    const seen = await payouts.table.filter(tx, ({ payoutId }) => payoutIds.includes(payoutId))
    for (const batchId of seen.map(payout => payout.batchId).sort()) await batches.lock(tx, batchId)
    const locked = []
    for (const payoutId of seen.map(payout => payout.payoutId).sort()) locked.push(await payouts.lock(tx, payoutId))
    return locked.filter(payout => payout !== undefined)
  }

  async markBatchesPaid(tx: Transaction, batchIds: readonly string[]): Promise<void> {
    const { batches } = this.#tables
    for (const batchId of batchIds) {
      const batch = await batches.lock(tx, batchId)
      await batches.update(tx, { ...batch!, state: 'PAID' })
    }
  }

  async withAmounts(query: AmountQuery, tx?: Transaction): Promise<AwaitedPayout[]> {
    const rows = await this.#awaited(tx)
    return rows
      .filter(({ amountMinor, executeOn }) => query.amountsMinor.includes(amountMinor) && isBetween(executeOn, query))
      .slice(0, query.limit)
  }

  async listMissing(executeOnMax: string, limit: number): Promise<AwaitedPayout[]> {
    const rows = await this.#awaited(undefined)
    return rows
      .filter(({ payoutId, executeOn }) => executeOn <= executeOnMax && !this.#breaks.has(payoutId, 'MISSING_THERE'))
      .slice(0, limit)
  }

  async #awaited(tx: Transaction | undefined): Promise<AwaitedPayout[]> {
    const { payouts, payoutFiles } = this.#tables
    const rows = await payouts.table.filter(tx, ({ state }) => AWAITED.includes(state))
    return Promise.all(
      rows.map(async row => ({ ...row, executeOn: (await payoutFiles.table.find(tx, row.fileId!))!.executeOn })),
    )
  }
}

export class FakeBankBreaks implements Breaks, BankBreaks {
  readonly table: Table<ReconBreak>
  readonly actions: Table<ReconBreakAction>
  readonly #once: Table<string>
  readonly #lines: Table<ReconLine>

  constructor(db: FakeDatabase, lines: Table<ReconLine>) {
    this.table = new Table(db)
    this.actions = new Table(db)
    this.#once = new Table(db)
    this.#lines = lines
  }

  has(subject: string, name: BreakClass): boolean {
    return this.table.rows().some(row => row.subject === subject && row.class === name)
  }

  /** Missed now, or missed once and short of something. */
  isKnown(subject: string): boolean {
    const isOpen = (row: ReconBreak) => row.closedAtMs === null || this.has(subject, 'AMOUNT_UNDER')
    return this.table.rows().some(row => row.subject === subject && row.class === 'MISSING_THERE' && isOpen(row))
  }

  async insert(tx: Transaction, breaks: readonly ReconBreak[]): Promise<void> {
    for (const made of breaks) {
      await this.table.insert(tx, made.breakId, made)
      await this.#once.insert(tx, keyOf(made.subject, made.class), made.breakId)
    }
  }

  lock(tx: Transaction, breakId: string): Promise<ReconBreak | undefined> {
    return this.table.lock(tx, breakId)
  }

  async update(tx: Transaction, changed: ReconBreak): Promise<void> {
    if (!this.table.isLockedBy(tx, changed.breakId)) throw new Error(`break ${changed.breakId} is not locked`)
    if (changed.closedAtMs !== null && changed.remainingMinor !== 0) throw new RowRefusedError('recon_break_closed')
    await this.table.update(tx, changed.breakId, () => changed)
  }

  async insertActions(tx: Transaction, actions: readonly ReconBreakAction[]): Promise<void> {
    for (const action of actions) await this.actions.insert(tx, keyOf(action.breakId, action.sequence), action)
  }

  find(breakId: string): Promise<ReconBreak | undefined> {
    return this.table.find(undefined, breakId)
  }

  listActions(breakId: string): Promise<ReconBreakAction[]> {
    return this.actions.filter(undefined, action => action.breakId === breakId)
  }

  async lockOn(tx: Transaction, subjects: readonly string[], classes: readonly BreakClass[]): Promise<ReconBreak[]> {
    const rows = await this.table.filter(tx, row => subjects.includes(row.subject) && classes.includes(row.class))
    const locked = []
    for (const { breakId } of rows) locked.push(await this.lock(tx, breakId))
    return locked.filter(row => row !== undefined)
  }

  async listUnknownLines(afterBreakId: string, limit: number): Promise<UnknownLine[]> {
    const rows = await this.table.filter(
      undefined,
      row => row.class === 'MISSING_HERE' && row.closedAtMs === null && row.breakId > afterBreakId,
    )
    const lines = await Promise.all(rows.map(row => this.#lines.find(undefined, keyOf(row.fileId!, row.lineNo!))))
    return rows
      .map((of, index) => ({ of, matchKey: lines[index]!.matchKey }))
      .filter(({ matchKey }) => matchKey !== '')
      .slice(0, limit)
  }
}

export class FakeBankLines implements BankLines, Pick<ReconLines, 'list'> {
  readonly table: Table<ReconLine>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async list(fileId: string, { afterLine, limit }: { afterLine: number; limit: number }, tx?: Transaction) {
    const rows = await this.table.filter(tx, row => row.fileId === fileId && row.lineNo > afterLine)
    return rows.sort((one, other) => one.lineNo - other.lineNo).slice(0, limit)
  }

  async ourAccounts(): Promise<Array<{ sourceId: string; bankAccount: string }>> {
    return fakeBanks.map(({ sourceId, bankAccount }) => ({ sourceId, bankAccount: bankAccount! }))
  }

  async setState(tx: Transaction, fileId: string, lineNos: readonly number[], state: ReconLineState): Promise<void> {
    for (const lineNo of lineNos) await this.table.update(tx, keyOf(fileId, lineNo), row => ({ ...row, state }))
  }
}

export class FakeStatusAlarms implements Pick<ReconAlarms, 'statusDiffers'> {
  readonly raised: string[] = []

  statusDiffers({ matchKey }: Pick<ReconLine, 'matchKey'>, status: string): void {
    this.raised.push(`${matchKey} is ${status}`)
  }
}

const bankOf = (sourceId: string, bankAccount: string, account: string): ReconSource => ({
  ...{ sourceId, kind: 'bank', profile: 'camt-053', bankAccount, account, reversalRule: 'marks' },
  ...{ timezone: 'Asia/Seoul', calendar: 'KR', earlyDays: 1, slaDays: 2, toleranceMinor: 0, toleranceMaxMinor: 0 },
})

export const fakeBanks: readonly ReconSource[] = [
  bankOf('bank-operating', 'operating', 'cash'),
  bankOf('bank-safeguarded', 'safeguarded', 'cash_safeguarded'),
]

/** Every port of bank lines over one store, with those of payouts. */
export function createBankPorts(db: FakeDatabase) {
  const payoutPorts = createPayoutPorts(db)
  const { ids } = payoutPorts
  const bankLines = new FakeBankLines(db)
  const files = new Table<ReconFile>(db)
  const breaks = new FakeBankBreaks(db, bankLines.table)
  const reconSources: Pick<ReconSources, 'list' | 'lock'> = {
    list: async () => [...fakeBanks],
    lock: async (_tx, sourceId) => fakeBanks.find(source => source.sourceId === sourceId),
  }
  const reconFiles: Pick<ReconFiles, 'listByState'> = {
    listByState: (states, _limit, sourceId) =>
      files.filter(undefined, file => states.includes(file.state) && file.sourceId === sourceId),
  }
  return {
    ...{ ...payoutPorts, reconFiles },
    ...{ bankLines, reconLines: bankLines, files, breaks, bankBreaks: breaks, reconSources },
    terms: new FakeTerms(),
    reconAlarms: new FakeStatusAlarms(),
    acquirerBatches: new FakeAcquirerBatches(db, breaks),
    allocations: new FakeAllocations(db, files, bankLines.table),
    bankPayouts: new FakeBankPayouts(payoutPorts, breaks),
    reconLedger: new FakeReconLedger(db),
    ids: {
      ...ids,
      reconFile: () => `rcf_${ids.event().slice(4)}`,
      reconBreak: () => `brk_${ids.event().slice(4)}`,
    },
  }
}

export type FakeBankPorts = ReturnType<typeof createBankPorts>
