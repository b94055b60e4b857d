/** The ports of files and their lines for tests, each a table in memory that refuses what the real one refuses. */
import type { ReconFileState, ReconLineState } from '../contracts/lists.ts'
import { FakeExpectations, FakeSettlementStart } from '../payments/fake-settlement.ts'
import { FakeDatabase, Table } from '../payments/fake-store.ts'
import { FakeOutbox } from '../payments/fake-tables.ts'
import { FakeClock, FakeDoorbell } from '../payments/fakes.ts'
import { RowRefusedError, type Transaction } from '../payments/ports.ts'
import { createFakeSettlementIds, FakeAudit, FakeCalendars, PAYOUTS_NOW_MS } from '../settlement/fake-payouts.ts'
import {
  type ClosingBalance,
  type DiskFiles,
  type ReadLine,
  type ReconAlarms,
  type ReconFile,
  type ReconFiles,
  type ReconFileTotal,
  type ReconFileTotals,
  type ReconLine,
  type ReconLines,
  type ReconSource,
  type ReconSources,
  type SettlementFiles,
  SourceAwayError,
  type Statements,
  type TemporaryFiles,
} from './ports.ts'

const keyOf = (...parts: readonly (string | number)[]): string => parts.join(' ')

const inOrder =
  <Row>(keyIn: (row: Row) => string) =>
  (a: Row, b: Row): number =>
    keyIn(a) < keyIn(b) ? -1 : 1

const common: Omit<ReconSource, 'sourceId' | 'kind' | 'profile' | 'bankAccount' | 'account'> = {
  ...{ reversalRule: 'marks', timezone: 'Asia/Seoul', calendar: 'KR', earlyDays: 1, slaDays: 2 },
  ...{ toleranceMinor: 0, toleranceMaxMinor: 0 },
}

/** Those that the migration brings. */
export const fakeSources: readonly ReconSource[] = [
  { ...common, sourceId: 'acquirer', kind: 'acquirer', profile: 'acquirer-csv', bankAccount: null, account: null },
  ...(['operating', 'safeguarded'] as const).map(
    (bankAccount): ReconSource => ({
      ...{ ...common, sourceId: `bank-${bankAccount}`, kind: 'bank', profile: 'camt-053', bankAccount },
      account: bankAccount === 'operating' ? 'cash' : 'cash_safeguarded',
    }),
  ),
]

export class FakeReconSources implements ReconSources {
  readonly table: Table<ReconSource>

  constructor(db: FakeDatabase, sources: readonly ReconSource[] = fakeSources) {
    this.table = new Table(db)
    this.table.restore(new Map(sources.map(source => [source.sourceId, source])))
  }

  async list(): Promise<ReconSource[]> {
    return (await this.table.filter(undefined, () => true)).sort(inOrder(({ sourceId }) => sourceId))
  }

  find(sourceId: string): Promise<ReconSource | undefined> {
    return this.table.find(undefined, sourceId)
  }

  lock(tx: Transaction, sourceId: string): Promise<ReconSource | undefined> {
    return this.table.lock(tx, sourceId)
  }
}

const wholeStates: readonly ReconFileState[] = ['PARSED', 'MATCHING', 'DONE']
const isWhole = ({ state }: ReconFile): boolean => wholeStates.includes(state)

export class FakeReconFiles implements ReconFiles {
  readonly table: Table<ReconFile>
  readonly #bytes: Table<string>
  readonly #revisions: Table<string>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
    this.#bytes = new Table(db)
    this.#revisions = new Table(db)
  }

  async insert(tx: Transaction, file: ReconFile): Promise<void> {
    await this.table.insert(tx, file.fileId, file)
    await this.#bytes.insert(tx, keyOf(file.sourceId, file.sha256), file.fileId)
    await this.#takeRevision(tx, file)
  }

  find(fileId: string): Promise<ReconFile | undefined> {
    return this.table.find(undefined, fileId)
  }

  findBySha(sourceId: string, sha256: string): Promise<ReconFile | undefined> {
    return this.#first(row => row.sourceId === sourceId && row.sha256 === sha256)
  }

  async listBySha(sourceId: string, sha256s: readonly string[]): Promise<ReconFile[]> {
    return this.table.filter(undefined, row => row.sourceId === sourceId && sha256s.includes(row.sha256))
  }

  findRevision(sourceId: string, externalId: string, revision: number): Promise<ReconFile | undefined> {
    return this.#first(row => row.sourceId === sourceId && row.externalId === externalId && row.revision === revision)
  }

  lock(tx: Transaction, fileId: string): Promise<ReconFile | undefined> {
    return this.table.lock(tx, fileId)
  }

  async update(tx: Transaction, file: ReconFile): Promise<void> {
    if (!this.table.isLockedBy(tx, file.fileId)) throw new Error(`file ${file.fileId} is not locked`)
    const before = (await this.table.find(tx, file.fileId))!
    if (before.revision !== null && before.revision !== file.revision)
      await this.#revisions.remove(tx, keyOf(file.sourceId, before.externalId!, before.revision))
    if (before.revision !== file.revision) await this.#takeRevision(tx, file)
    const { sourceId, sha256 } = before
    await this.table.update(tx, file.fileId, () => ({ ...file, sourceId, sha256 }))
  }

  async listByState(states: readonly ReconFileState[], limit: number, sourceId?: string): Promise<ReconFile[]> {
    const rows = await this.table.filter(
      undefined,
      row => states.includes(row.state) && (sourceId === undefined || row.sourceId === sourceId),
    )
    return rows.sort(inOrder(row => keyOf(row.sourceId, row.day ?? '', row.fileId))).slice(0, limit)
  }

  async listNewest(limit: number, sourceId?: string): Promise<ReconFile[]> {
    const rows = await this.table.filter(undefined, row => sourceId === undefined || row.sourceId === sourceId)
    return rows
      .sort(inOrder(({ fileId }) => fileId))
      .reverse()
      .slice(0, limit)
  }

  async lastDay(sourceId: string): Promise<string | undefined> {
    const rows = await this.table.filter(undefined, row => row.sourceId === sourceId && isWhole(row))
    return rows
      .map(({ day }) => day!)
      .sort()
      .at(-1)
  }

  async countByState(): Promise<{ sourceId: string; state: ReconFileState; count: number }[]> {
    const rows = await this.table.filter(undefined, () => true)
    const groups = Map.groupBy(rows, ({ sourceId, state }) => keyOf(sourceId, state))
    return [...groups.values()].map(files => ({
      ...{ sourceId: files[0]!.sourceId, state: files[0]!.state, count: files.length },
    }))
  }

  async #takeRevision(tx: Transaction, { sourceId, externalId, revision, fileId }: ReconFile): Promise<void> {
    if (externalId !== null && revision !== null)
      await this.#revisions.insert(tx, keyOf(sourceId, externalId, revision), fileId)
  }

  async #first(wanted: (row: ReconFile) => boolean): Promise<ReconFile | undefined> {
    const [row] = await this.table.filter(undefined, wanted)
    return row
  }
}

export class FakeReconFileTotals implements ReconFileTotals {
  readonly table: Table<ReconFileTotal>
  readonly #files: FakeReconFiles

  constructor(db: FakeDatabase, files: FakeReconFiles) {
    this.table = new Table(db)
    this.#files = files
  }

  async insert(tx: Transaction, totals: readonly ReconFileTotal[]): Promise<void> {
    for (const total of totals) {
      const { openingMinor, closingMinor, netMinor } = total
      if (openingMinor !== null && closingMinor !== openingMinor + netMinor)
        throw new RowRefusedError('constraint recon_file_total_balance')
      await this.table.insert(tx, keyOf(total.fileId, total.currency), total)
    }
  }

  async list(fileId: string): Promise<ReconFileTotal[]> {
    const rows = await this.table.filter(undefined, row => row.fileId === fileId)
    return rows.sort(inOrder(({ currency }) => currency))
  }

  async closings(sourceId: string, tx?: Transaction): Promise<ClosingBalance[]> {
    const files = await this.#files.table.filter(tx, row => row.sourceId === sourceId && isWhole(row))
    const totals = await this.table.filter(tx, ({ closingMinor }) => closingMinor !== null)
    const newest = new Map<string, ClosingBalance>()
    for (const { fileId, day } of files.sort(inOrder(row => row.day!)))
      for (const { currency, closingMinor } of totals.filter(total => total.fileId === fileId))
        newest.set(currency, { currency, day: day!, closingMinor: closingMinor! })
    return [...newest.values()].sort(inOrder(({ currency }) => currency))
  }
}

export class FakeReconLines implements ReconLines {
  readonly table: Table<ReconLine>

  constructor(db: FakeDatabase) {
    this.table = new Table(db)
  }

  async insert(tx: Transaction, lines: readonly ReconLine[]): Promise<void> {
    for (const line of lines) {
      if (line.netMinor !== line.amountMinor - line.feeMinor - line.vatMinor)
        throw new RowRefusedError('constraint recon_line_net')
      await this.table.insert(tx, keyOf(line.fileId, line.lineNo), line)
    }
  }

  async list(
    fileId: string,
    { afterLine, limit, states }: { afterLine: number; limit: number; states?: readonly ReconLineState[] },
    tx?: Transaction,
  ): Promise<ReconLine[]> {
    const rows = await this.table.filter(
      tx,
      row => row.fileId === fileId && row.lineNo > afterLine && (states?.includes(row.state) ?? true),
    )
    return rows.sort((a, b) => a.lineNo - b.lineNo).slice(0, limit)
  }

  async countByState(fileId: string): Promise<Partial<Record<ReconLineState, number>>> {
    const rows = await this.table.filter(undefined, row => row.fileId === fileId)
    const groups = Map.groupBy(rows, ({ state }) => state)
    return Object.fromEntries([...groups].map(([state, lines]) => [state, lines.length]))
  }

  async sums(fileId: string, { afterLine, toLine }: { afterLine: number; toLine: number }) {
    const rows = await this.table.filter(
      undefined,
      row => row.fileId === fileId && row.lineNo > afterLine && row.lineNo <= toLine,
    )
    return [...Map.groupBy(rows, ({ currency }) => currency)].map(([currency, lines]) => ({
      ...{ currency, count: lines.length },
      netMinor: lines.reduce((sum, { netMinor }) => sum + BigInt(netMinor), 0n),
    }))
  }

  async deleteLast(tx: Transaction, fileId: string, limit: number): Promise<number> {
    const rows = await this.table.filter(tx, row => row.fileId === fileId)
    const last = rows.sort((a, b) => b.lineNo - a.lineNo).slice(0, limit)
    for (const { lineNo } of last) await this.table.remove(tx, keyOf(fileId, lineNo))
    return last.length
  }
}

/** Their bytes are their text, and their hash, too. A reader may be stopped within. */
export class FakeDiskFiles implements DiskFiles {
  readonly texts = new Map<string, string>()
  /** Reading throws after so many pieces, each a line. */
  breaksAfter = Number.POSITIVE_INFINITY

  async *read(path: string): AsyncGenerator<Uint8Array, void, void> {
    let pieces = 0
    for (const line of this.#text(path).split(/(?<=\n)/)) {
      if (pieces++ >= this.breaksAfter) throw new Error('the disk is away')
      yield new TextEncoder().encode(line)
    }
  }

  async sha256(path: string): Promise<string> {
    return hashOf(this.#text(path))
  }

  #text(path: string): string {
    const text = this.texts.get(path)
    if (text === undefined) throw new Error(`there is no ${path}`)
    return text
  }
}

/** What an acquirer has, in the order of making, by two a page. */
export class FakeSettlementFiles implements SettlementFiles {
  readonly files: { name: string; sha256: string; text: string }[] = []
  /** Answers nothing. */
  away = false
  /** What was fetched. */
  readonly reads: string[] = []

  add(name: string, text: string): void {
    this.files.push({ name, sha256: hashOf(text), text })
  }

  async list(after: number) {
    if (this.away) throw new SourceAwayError('the fake acquirer is away')
    const next = after + 2
    return { files: this.files.slice(after, next), next: next < this.files.length ? next : null }
  }

  async *read(name: string): AsyncGenerator<Uint8Array, void, void> {
    this.reads.push(name)
    yield new TextEncoder().encode(this.files.find(file => file.name === name)!.text)
  }
}

/** What a bank has, by account and day. */
export class FakeStatements implements Statements {
  readonly texts = new Map<string, string>()
  away = false
  readonly reads: string[] = []
  /** How often it was asked. */
  looks = 0

  async has(account: string, day: string): Promise<boolean> {
    if (this.away) throw new SourceAwayError('the fake bank is away')
    this.looks++
    return this.texts.has(`${account} ${day}`)
  }

  async read(account: string, day: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    if (!(await this.has(account, day))) return undefined
    this.reads.push(`${account} ${day}`)
    return inOnePiece(this.texts.get(`${account} ${day}`)!)
  }
}

async function* inOnePiece(text: string): AsyncGenerator<Uint8Array, void, void> {
  yield new TextEncoder().encode(text)
}

/** Keeps them with the files of the disk. */
export class FakeTemporaryFiles implements TemporaryFiles {
  readonly #disk: FakeDiskFiles
  #count = 0

  constructor(disk: FakeDiskFiles) {
    this.#disk = disk
  }

  async save(bytes: AsyncIterable<Uint8Array>): Promise<{ path: string; sha256: string }> {
    const path = `/tmp/${++this.#count}`
    const decoder = new TextDecoder()
    let text = ''
    for await (const piece of bytes) text += decoder.decode(piece, { stream: true })
    this.#disk.texts.set(path, text)
    return { path, sha256: hashOf(text) }
  }

  async remove(path: string): Promise<void> {
    this.#disk.texts.delete(path)
  }
}

const hashOf = (text: string): string => `sha of ${text}`

export class FakeImportAlarms implements Pick<ReconAlarms, 'fileRejected' | 'sourceAway'> {
  readonly raised: string[] = []

  fileRejected({ name, failure }: Pick<ReconFile, 'name' | 'failure'>): void {
    this.raised.push(`rejected ${name}: ${failure}`)
  }

  sourceAway(sourceId: string, error: Error): void {
    this.raised.push(`away ${sourceId}: ${error.message}`)
  }
}

/** A line that reads `given`. */
export const readLineOf = (given: Partial<ReadLine> = {}): ReadLine => ({
  ...{ lineKey: 'ACQ-20260102-KRW:1', contentHash: '0'.repeat(32), matchKey: 'op_1', kind: 'capture', currency: 'KRW' },
  ...{ amountMinor: 10_000, feeMinor: 150, vatMinor: 15, netMinor: 9_835, batchRef: 'ACQ-20260102-KRW' },
  ...{ bookedOn: '2026-01-02', valueOn: '2026-01-06', partyAccount: null, remittance: null },
  ...given,
})

export const reconLineOf = (given: Partial<ReconLine> = {}): ReconLine => ({
  ...readLineOf(),
  ...{ fileId: 'rcf_1', lineNo: 1, sourceId: 'acquirer', state: 'READ', expectationId: null },
  ...given,
})

/** Every port of an import over one store; several of them share it, as processes do. */
export function createImportPorts(transactions = new FakeDatabase(), { seed = 0, nowMs = PAYOUTS_NOW_MS } = {}) {
  const ids = createFakeSettlementIds(seed)
  const reconFiles = new FakeReconFiles(transactions)
  return {
    transactions,
    reconSources: new FakeReconSources(transactions),
    reconFiles,
    reconFileTotals: new FakeReconFileTotals(transactions, reconFiles),
    reconLines: new FakeReconLines(transactions),
    acquirerTerms: new FakeExpectations(transactions),
    calendars: new FakeCalendars(),
    diskFiles: new FakeDiskFiles(),
    outbox: new FakeOutbox(transactions),
    auditLog: new FakeAudit(transactions),
    doorbell: new FakeDoorbell(),
    clock: new FakeClock(nowMs),
    ids: { ...ids, reconFile: () => `rcf_${ids.event().slice(4)}`, reconBreak: () => `brk_${ids.event().slice(4)}` },
  }
}

/** As `createImportPorts`, with an acquirer and a bank that have nothing yet. */
export function createFetchPorts(transactions = new FakeDatabase(), options: { seed?: number; nowMs?: number } = {}) {
  const ports = createImportPorts(transactions, options)
  return {
    ...ports,
    settlementFiles: new FakeSettlementFiles(),
    statements: new FakeStatements(),
    temporaryFiles: new FakeTemporaryFiles(ports.diskFiles),
    settlementStart: new FakeSettlementStart(),
    reconAlarms: new FakeImportAlarms(),
    awaitedFiles: { isAwaited: async () => true },
  }
}

export type FakeImportPorts = ReturnType<typeof createImportPorts>
