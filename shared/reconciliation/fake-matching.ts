/** The ports of matching an acquirer's lines for tests, over tables in memory that refuse what the real ones refuse. */
import type { ExpectationState, OperationState, ReconLineState } from '../contracts/lists.ts'
import { FakeSettlementStart } from '../payments/fake-settlement.ts'
import { FakeDatabase, Table } from '../payments/fake-store.ts'
import { FakeLedger, FakeOperations, FakePayments } from '../payments/fake-tables.ts'
import type { Transaction } from '../payments/ports.ts'
import { FakeDisputedPayments, FakeDisputes, type PaymentTables } from '../settlement/fake-disputes.ts'
import { FakeSettlementItems, FakeSettlementLedger, FakeTerms, fakeTerms } from '../settlement/fake-payouts.ts'
import type { Expectation } from '../settlement/ports.ts'
import type { AgingStep } from './age-breaks.ts'
import { isOpen } from './classify-line.ts'
import { leftOf } from './decide-bank-line.ts'
import { FakeBreaks } from './fake-breaks.ts'
import { createImportPorts, type FakeReconFiles, type FakeReconLines, reconLineOf } from './fake-recon.ts'
import { FakeReconLedger } from './fake-recon-ledger.ts'
import { matchAcquirerChunk } from './match-acquirer.ts'
import type { LatePass } from './match-files.ts'
import type {
  AcquirerBatch,
  EarlierLine,
  ExpectedLine,
  LateLine,
  LateLines,
  LatePlace,
  LineRange,
  Matching,
  MissingLines,
  ReconAlarms,
  ReconBreak,
  ReconLine,
} from './ports.ts'
import { resolveLate } from './resolve-late.ts'

const keyOf = (...parts: readonly (string | number)[]): string => parts.join(' ')

type ExpectationRow = ExpectedLine & Pick<ReconLine, 'sourceId' | 'matchKey'> & { kind: string; occurredAtMs: number }
type BatchKey = Pick<AcquirerBatch, 'sourceId' | 'batchRef' | 'currency'>

interface Allocation {
  fileId: string
  lineNo: number
  batchRef: string
  amountMinor: number
}

interface Tables {
  files: FakeReconFiles
  lines: FakeReconLines
  breaks: FakeBreaks
}

const isTaken = ({ state }: ReconLine): boolean => state === 'MATCHED' || state === 'BROKEN'
const batchKeyOf = ({ sourceId, batchRef, currency }: BatchKey): string => keyOf(sourceId, batchRef, currency)
const byBreak = (a: { breakId: string }, b: { breakId: string }): number => (a.breakId < b.breakId ? -1 : 1)

export class FakeMatching implements Matching, Omit<LateLines, 'settle'>, MissingLines {
  readonly expectationTable: Table<ExpectationRow>
  readonly batches: Table<AcquirerBatch>
  readonly allocations: Table<Allocation>
  /** The states of operations, by operation and kind. */
  readonly operations = new Map<string, OperationState>()
  readonly #once: Table<string>
  readonly #tables: Tables

  constructor(db: FakeDatabase, tables: Tables) {
    this.expectationTable = new Table(db)
    this.#once = new Table(db)
    this.batches = new Table(db)
    this.allocations = new Table(db)
    this.#tables = tables
  }

  /** Of a captured or refunded event. */
  async expect(tx: Transaction, row: ExpectationRow): Promise<void> {
    await this.expectationTable.insert(tx, row.expectationId, row)
    await this.#once.insert(tx, keyOf(row.sourceId, row.matchKey, row.kind), row.expectationId)
  }

  /** As the port of expectations. */
  async insertExpected(tx: Transaction, expectations: readonly Expectation[], nowMs: number): Promise<void> {
    for (const expectation of expectations)
      await this.expect(tx, { ...expectation, state: 'OPEN', occurredAtMs: nowMs })
  }

  async expectations(tx: Transaction, range: LineRange): Promise<Map<number, ExpectedLine>> {
    const rows = await this.expectationTable.filter(tx, () => true)
    const pairs = (await this.#inRange(tx, range)).map(line => [line.lineNo, rows.find(isFor(line))] as const)
    return new Map(pairs.flatMap(([lineNo, row]) => (row === undefined ? [] : [[lineNo, row]])))
  }

  async earlierLines(tx: Transaction, range: LineRange): Promise<Map<number, EarlierLine>> {
    const own = await this.#tables.files.table.find(tx, range.fileId)
    const found = new Map<number, EarlierLine>()
    for (const line of await this.#inRange(tx, range)) {
      const same = (other: ReconLine) =>
        other.sourceId === line.sourceId && other.lineKey === line.lineKey && other.fileId !== line.fileId
      for (const other of await this.#tables.lines.table.filter(tx, row => same(row) && isTaken(row))) {
        const file = await this.#tables.files.table.find(tx, other.fileId)
        const isLater = file!.externalId === own!.externalId && file!.revision! > own!.revision!
        found.set(line.lineNo, { ...other, isLater })
      }
    }
    return found
  }

  async takenBefore(tx: Transaction, fileId: string, lineNos: readonly number[]): Promise<Set<number>> {
    const rows = await this.#tables.lines.table.filter(tx, isTaken)
    const lines = await this.#numbered(tx, fileId, lineNos)
    const taken = lines.filter(line =>
      rows.some(
        other =>
          keyOf(other.matchKey, other.kind) === keyOf(line.matchKey, line.kind) &&
          (other.expectationId !== null || other.currency === line.currency),
      ),
    )
    return new Set(taken.map(({ lineNo }) => lineNo))
  }

  async operationStates(
    tx: Transaction,
    fileId: string,
    lineNos: readonly number[],
  ): Promise<Map<number, OperationState>> {
    const lines = await this.#numbered(tx, fileId, lineNos)
    const pairs = lines.map(line => [line.lineNo, this.operations.get(operationKeyOf(line))] as const)
    return new Map(pairs.flatMap(([lineNo, state]) => (state === undefined ? [] : [[lineNo, state]])))
  }

  async expectationStates(tx: Transaction, expectationIds: readonly string[]): Promise<Map<string, ExpectationState>> {
    const rows = await this.expectationTable.filter(tx, row => expectationIds.includes(row.expectationId))
    return new Map(rows.map(({ expectationId, state }) => [expectationId, state]))
  }

  lockMissing(tx: Transaction, subjects: readonly string[]): Promise<Map<string, ReconBreak>> {
    return this.#tables.breaks.lockMissing(tx, subjects)
  }

  async settle(
    tx: Transaction,
    range: LineRange,
    { broken, others, count }: { broken: readonly number[]; others: readonly number[]; count: number },
  ): Promise<void> {
    let settled = 0
    for (const line of (await this.#inRange(tx, range)).filter(({ lineNo }) => !others.includes(lineNo))) {
      const [row] = await this.expectationTable.filter(tx, isFor(line))
      if (row === undefined || !(await this.#settleOne(tx, row.expectationId))) continue
      settled++
      const state = broken.includes(line.lineNo) ? 'BROKEN' : 'MATCHED'
      await this.#change(tx, line, { state, expectationId: row.expectationId })
    }
    if (settled !== count) throw new Error(`${settled} expectations are settled by ${count} lines`)
  }

  async mark(tx: Transaction, fileId: string, lineNos: readonly number[], state: ReconLineState): Promise<void> {
    for (const line of await this.#numbered(tx, fileId, lineNos)) await this.#change(tx, line, { state })
  }

  async addToBatches(
    tx: Transaction,
    added: readonly Pick<AcquirerBatch, 'sourceId' | 'batchRef' | 'currency' | 'netMinor' | 'dueOn'>[],
  ): Promise<void> {
    for (const batch of added) {
      const grown = await this.batches.update(tx, batchKeyOf(batch), row => ({
        ...{ ...row, netMinor: row.netMinor + batch.netMinor, dueOn: row.dueOn ?? batch.dueOn },
      }))
      if (!grown) await this.batches.insert(tx, batchKeyOf(batch), { ...batch, allocatedMinor: 0, movedMinor: 0 })
    }
  }

  lockBatch(tx: Transaction, batch: BatchKey): Promise<AcquirerBatch | undefined> {
    return this.batches.lock(tx, batchKeyOf(batch))
  }

  async carryOut(tx: Transaction, batch: AcquirerBatch, { fileId, lineNo }: Pick<ReconLine, 'fileId' | 'lineNo'>) {
    const amountMinor = leftOf(batch)
    await this.batches.update(tx, batchKeyOf(batch), row => ({
      ...{ ...row, allocatedMinor: row.allocatedMinor + amountMinor },
    }))
    const { batchRef } = batch
    await this.allocations.insert(tx, keyOf(fileId, lineNo, batchRef), { fileId, lineNo, batchRef, amountMinor })
  }

  async list({ sourceId, class: name, state, afterBreakId }: LatePlace, limit: number): Promise<LateLine[]> {
    const isWanted = (row: ReconBreak) =>
      row.sourceId === sourceId && row.class === name && row.state === state && row.breakId > afterBreakId
    const breaks = await this.#tables.breaks.table.filter(undefined, isWanted)
    const found = []
    for (const { breakId, remainingMinor, fileId, lineNo } of breaks.sort(byBreak).slice(0, limit)) {
      const line = (await this.#tables.lines.table.find(undefined, keyOf(fileId!, lineNo!)))!
      const isExpected = (row: ExpectationRow) => isFor(line)(row) && isOpen(row) && row.currency === line.currency
      const [expectation] = await this.expectationTable.filter(undefined, isExpected)
      const batch = await this.batches.find(undefined, batchKeyOf({ ...line, batchRef: line.matchKey }))
      found.push({ breakId, remainingMinor, line, expectation, batch: line.kind === 'carry' ? batch : undefined })
    }
    return found
  }

  /** As the port of late lines: the name that it shares with matching has another form. */
  async settleLate(tx: Transaction, line: LateLine['line'], { expectationId }: ExpectedLine): Promise<boolean> {
    if (!(await this.#settleOne(tx, expectationId))) return false
    await this.#change(tx, line, { expectationId })
    return true
  }

  async listDue(tx: Transaction | undefined, sourceId: string, dueOnMax: string, limit: number) {
    const isDue = (row: ExpectationRow) =>
      row.sourceId === sourceId && row.state === 'OPEN' && row.dueOn !== null && row.dueOn <= dueOnMax
    const rows = await this.expectationTable.filter(tx, isDue)
    const placeOf = (row: ExpectationRow) => keyOf(row.dueOn!, row.expectationId)
    return rows.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).slice(0, limit)
  }

  async markOverdue(tx: Transaction, expectationIds: readonly string[]): Promise<void> {
    for (const id of expectationIds) await this.expectationTable.update(tx, id, row => ({ ...row, state: 'OVERDUE' }))
  }

  async nextDueOn(sourceId: string, afterDay: string): Promise<string | undefined> {
    const rows = await this.expectationTable.filter(
      undefined,
      row => row.sourceId === sourceId && row.state === 'OPEN' && row.dueOn !== null && row.dueOn > afterDay,
    )
    const [first] = rows.map(({ dueOn }) => dueOn!).sort()
    return first
  }

  async listUndated(sourceId: string, limit: number, after = '') {
    const isUndated = (row: ExpectationRow) =>
      row.sourceId === sourceId && row.state === 'OPEN' && row.dueOn === null && row.expectationId > after
    const rows = await this.expectationTable.filter(undefined, isUndated)
    return rows.sort((a, b) => (a.expectationId < b.expectationId ? -1 : 1)).slice(0, limit)
  }

  async setDueDates(tx: Transaction, dated: readonly { expectationId: string; dueOn: string }[]): Promise<void> {
    for (const { expectationId, dueOn } of dated)
      await this.expectationTable.update(tx, expectationId, row => ({ ...row, dueOn }))
  }

  async listUndatedBatches(sourceId: string, limit: number): Promise<(BatchKey & { day: string })[]> {
    const isUndated = (row: AcquirerBatch) => row.sourceId === sourceId && row.dueOn === null && leftOf(row) !== 0
    const files = await this.#tables.files.table.filter(undefined, row => row.sourceId === sourceId)
    const dayOf = ({ batchRef }: AcquirerBatch) => files.find(({ externalId }) => externalId === batchRef)!.day!
    const batches = await this.batches.filter(undefined, isUndated)
    return batches.map(batch => ({ ...batch, day: dayOf(batch) })).slice(0, limit)
  }

  async setBatchDueDates(tx: Transaction, dated: readonly (BatchKey & { dueOn: string })[]): Promise<void> {
    for (const { dueOn, ...key } of dated)
      await this.batches.update(tx, batchKeyOf(key), row => ({ ...row, dueOn: row.dueOn ?? dueOn }))
  }

  #settleOne(tx: Transaction, expectationId: string): Promise<boolean> {
    return this.expectationTable.update(tx, expectationId, row =>
      isOpen(row) ? { ...row, state: 'SETTLED' } : undefined,
    )
  }

  async #change(tx: Transaction, { fileId, lineNo }: Pick<ReconLine, 'fileId' | 'lineNo'>, to: Partial<ReconLine>) {
    await this.#tables.lines.table.update(tx, keyOf(fileId, lineNo), row => ({ ...row, ...to }))
  }

  #inRange(tx: Transaction, { fileId, fromLine, toLine }: LineRange): Promise<ReconLine[]> {
    return this.#tables.lines.list(fileId, { afterLine: fromLine - 1, limit: toLine - fromLine + 1 }, tx)
  }

  #numbered(tx: Transaction, fileId: string, lineNos: readonly number[]): Promise<ReconLine[]> {
    return this.#tables.lines.table.filter(tx, row => row.fileId === fileId && lineNos.includes(row.lineNo))
  }
}

/** A dispute is of a capture. */
const operationKeyOf = ({ matchKey, kind }: ReconLine): string =>
  keyOf(matchKey, kind.startsWith('chargeback') ? 'capture' : kind)

const isFor =
  ({ sourceId, matchKey, kind }: ReconLine) =>
  (row: ExpectationRow): boolean =>
    row.sourceId === sourceId && row.matchKey === matchKey && row.kind === kind

/** Keeps what it is told. */
export class FakeReconAlarms implements Pick<ReconAlarms, 'statusDiffers'> {
  readonly told: Array<[lineNo: number, status: string]> = []

  statusDiffers({ lineNo }: Pick<ReconLine, 'lineNo'>, status: string): void {
    this.told.push([lineNo, status])
  }
}

/** Every port of matching and aging over one store; several of them share it, as processes do. */
export function createMatchingPorts(
  db = new FakeDatabase(),
  options: { seed?: number; nowMs?: number; books?: PaymentTables } = {},
) {
  const ports = createImportPorts(db, options)
  const books = options.books ?? paymentTablesOf(db)
  const breaks = new FakeBreaks(db)
  const matching = new FakeMatching(db, { files: ports.reconFiles, lines: ports.reconLines, breaks })
  const parts = {
    ...{ ...ports, breaks, matching, missingLines: matching, reconAlarms: new FakeReconAlarms() },
    ...{ reconLedger: new FakeReconLedger(db), agingSteps: [] as AgingStep[] },
    ...{ disputes: new FakeDisputes(db), disputedPayments: new FakeDisputedPayments(books), books },
    ...{ items: new FakeSettlementItems(db), settlementLedger: new FakeSettlementLedger(db) },
    ...{ terms: new FakeTerms(), settlementDefaults: fakeTerms, settlementStart: new FakeSettlementStart() },
    expectations: { insert: matching.insertExpected.bind(matching) },
    lateLines: {
      list: matching.list.bind(matching),
      settle: matching.settleLate.bind(matching),
    } satisfies LateLines,
  }
  const latePasses: LatePass[] = [deadlineMs => resolveLate(parts, deadlineMs)]
  return { ...parts, latePasses, matchers: { acquirer: matchAcquirerChunk(parts) } }
}

function paymentTablesOf(db: FakeDatabase): PaymentTables {
  const operations = new FakeOperations(db)
  return { operations, payments: new FakePayments(db, operations), ledger: new FakeLedger(db) }
}

export type FakeMatchingPorts = ReturnType<typeof createMatchingPorts>

const BATCH = 'ACQ-20260102-KRW'

/** An operation that the books have: 10,000 with a fee of 150 and VAT of 15, due on the 6th of January 2026. */
export async function expectIn(ports: FakeMatchingPorts, matchKey: string, given: Partial<ExpectationRow> = {}) {
  const row: ExpectationRow = {
    ...{ expectationId: `exp_${matchKey}`, sourceId: 'acquirer', matchKey, kind: 'capture', state: 'OPEN' },
    ...{ amountMinor: 10_000, feeMinor: 150, vatMinor: 15, currency: 'KRW', dueOn: '2026-01-06' },
    occurredAtMs: ports.clock.virtualNowMs(),
    ...given,
  }
  await ports.transactions.run('expectation', tx => ports.matching.expect(tx, row))
}

/** A file that was read: its lines say what `expectIn` expects, unless they say something else. */
export async function receiveIn(
  ports: FakeMatchingPorts,
  given: readonly Partial<ReconLine>[],
  { revision = 1, day = '2026-01-02', batchRef = BATCH } = {},
): Promise<string> {
  const fileId = ports.ids.reconFile()
  const lines = given.map((each, index) => {
    const { amountMinor, feeMinor, vatMinor } = { ...reconLineOf(), ...each }
    const [lineNo, netMinor] = [index + 1, amountMinor - feeMinor - vatMinor]
    const line = reconLineOf({ fileId, lineNo, netMinor, batchRef, lineKey: `${batchRef}:${lineNo}`, ...each })
    return { ...line, contentHash: keyOf(line.matchKey, line.kind, amountMinor, feeMinor, vatMinor, line.currency) }
  })
  await ports.transactions.run(fileId, async tx => {
    await ports.reconFiles.insert(tx, {
      ...{ fileId, sourceId: 'acquirer', name: `${batchRef}-r${revision}.csv`, sha256: fileId, externalId: batchRef },
      ...{ revision, day, dueOn: '2026-01-06', lineCount: lines.length, matchedTo: 0, state: 'PARSED', failure: null },
      ...{ eventCount: 1, receivedAtMs: ports.clock.virtualNowMs(), doneAtMs: null },
    })
    await ports.reconLines.insert(tx, lines)
  })
  return fileId
}
