/** Takes a file of the acquirer or the bank: all its lines, or nothing. Whoever takes the same bytes again goes on, or changes nothing. */

import type { ReconProfile } from '../contracts/lists.ts'
import {
  type Clock,
  DuplicateKeyError,
  type Ids,
  type OutboxWriter,
  type SeparateTransactions,
  type Transaction,
} from '../payments/ports.ts'
import type { AcquirerTermsReader, AuditLog, Calendars, SettlementIds } from '../settlement/ports.ts'
import { dueDatesOf } from './due-dates.ts'
import {
  type ClosingBalance,
  type DiskFiles,
  type ReadFile,
  type ReadLine,
  type ReadLines,
  type ReconFile,
  ReconFileError,
  type ReconFiles,
  type ReconFileTotals,
  type ReconIds,
  type ReconLine,
  type ReconLines,
  type ReconSource,
  type ReconSources,
} from './ports.ts'
import { fileImportedEvent } from './recon-event.ts'
import { rejectFile } from './reject-file.ts'

export interface ImportFilePorts {
  transactions: SeparateTransactions
  reconSources: ReconSources
  reconFiles: ReconFiles
  reconFileTotals: ReconFileTotals
  reconLines: ReconLines
  acquirerTerms: AcquirerTermsReader
  calendars: Calendars
  readers: Readonly<Record<ReconProfile, ReadLines>>
  diskFiles: DiskFiles
  outbox: OutboxWriter
  auditLog: Pick<AuditLog, 'append'>
  clock: Clock
  ids: Pick<Ids, 'event'> & Pick<SettlementIds, 'event'> & Pick<ReconIds, 'reconFile'>
}

export interface ImportRequest {
  sourceId: string
  /** On a disk of this machine. */
  path: string
  /** What its sender calls it. */
  name: string
  /** Whether a file that was rejected begins anew. */
  again: boolean
  /** No chunk begins after it (epoch, real time). */
  deadlineMs: number
  /** Who hands it in, and why; undefined: a job. */
  by?: { actor: string; reason: string }
}

export type Imported =
  | { kind: 'imported'; file: ReconFile }
  /** These bytes were taken before, or rejected before and are not to begin anew. */
  | { kind: 'known'; file: ReconFile }
  | { kind: 'rejected'; file: ReconFile }
  /** The time was over. The same file goes on when it is handed in again. */
  | { kind: 'unfinished'; file: ReconFile }
  /** Somebody else imports it. */
  | { kind: 'elsewhere'; file: ReconFile }
  | { kind: 'unknown_source' }

/** Each with its own transaction. More would be a little faster, and whoever pays meanwhile waits for them. */
export const CHUNK_LINES = 500
/** Of one look at what was written. */
const SUMMED_LINES = 100_000

/** Throws DependencyUnavailableError, or what reading from the disk throws; the file goes on when it is handed in again. */
export async function importFile(
  ports: ImportFilePorts,
  request: ImportRequest,
  chunkLines = CHUNK_LINES,
): Promise<Imported> {
  await ports.clock.catchUp()
  const source = await ports.reconSources.find(request.sourceId)
  if (source === undefined) return { kind: 'unknown_source' }
  const sha256 = await ports.diskFiles.sha256(request.path)
  const file = await begin(ports, request, sha256)
  if (file.state !== 'RECEIVED') return { kind: 'known', file }
  if (file.failure !== null) return rejectFile(ports, file.fileId, file.failure, request.deadlineMs)
  try {
    return await new Import(ports, { source, file, request, chunkLines }).run()
  } catch (error) {
    if (!(error instanceof ReconFileError)) throw error
    return rejectFile(ports, file.fileId, error.message, request.deadlineMs)
  }
}

/** The file as RECEIVED, or as whatever became of these bytes. */
async function begin(ports: ImportFilePorts, request: ImportRequest, sha256: string): Promise<ReconFile> {
  for (;;) {
    const found = await ports.reconFiles.findBySha(request.sourceId, sha256)
    if (found !== undefined && (found.state !== 'REJECTED' || !request.again)) return found
    const begun = await (found === undefined ? receive(ports, request, sha256) : beginAnew(ports, request, found))
    if (begun !== undefined) return begun
  }
}

/** Undefined when somebody else was first. */
async function receive(ports: ImportFilePorts, request: ImportRequest, sha256: string): Promise<ReconFile | undefined> {
  const file: ReconFile = {
    ...{ fileId: ports.ids.reconFile(), sourceId: request.sourceId, name: request.name, sha256 },
    ...{ externalId: null, revision: null, day: null, dueOn: null, lineCount: 0, matchedTo: 0, state: 'RECEIVED' },
    ...{ failure: null, eventCount: 0, receivedAtMs: ports.clock.virtualNowMs(), doneAtMs: null },
  }
  try {
    await ports.transactions.run(file.fileId, async tx => {
      await ports.reconFiles.insert(tx, file)
      await tellAudit(ports, tx, request, file)
    })
    return file
  } catch (error) {
    if (error instanceof DuplicateKeyError) return undefined
    throw error
  }
}

const beginAnew = (ports: ImportFilePorts, request: ImportRequest, { fileId }: ReconFile) =>
  ports.transactions.run(fileId, async tx => {
    const locked = await ports.reconFiles.lock(tx, fileId)
    if (locked?.state !== 'REJECTED') return undefined
    const receivedAtMs = ports.clock.virtualNowMs()
    const file: ReconFile = { ...locked, name: request.name, state: 'RECEIVED', failure: null, receivedAtMs }
    await ports.reconFiles.update(tx, file)
    await tellAudit(ports, tx, request, file)
    return file
  })

async function tellAudit(
  { auditLog }: ImportFilePorts,
  tx: Transaction,
  { by }: ImportRequest,
  { fileId, sourceId, name, sha256 }: ReconFile,
): Promise<void> {
  if (by === undefined) return
  const { actor, reason } = by
  await auditLog.append(tx, {
    actor,
    action: 'recon-file.imported',
    subject: fileId,
    reason,
    details: { sourceId, name, sha256 },
  })
}

interface ImportOf {
  source: ReconSource
  /** As it was received. */
  file: ReconFile
  request: ImportRequest
  chunkLines: number
}

/** One passage through a file. */
class Import {
  readonly #ports: ImportFilePorts
  readonly #of: ImportOf

  constructor(ports: ImportFilePorts, of: ImportOf) {
    this.#ports = ports
    this.#of = of
  }

  async run(): Promise<Imported> {
    const { source } = this.#of
    const closings = source.kind === 'bank' ? await this.#ports.reconFileTotals.closings(source.sourceId) : []
    let declared: ReadFile | undefined
    const lines = noted(await this.#read(closings), end => {
      declared = end
    })
    const { stop, lineCount } = await this.#writeAll(lines)
    return stop ?? this.#end(declared!, lineCount, closings)
  }

  /** The next chunk is read while one is written. */
  async #writeAll(lines: AsyncIterable<ReadLine>): Promise<{ stop: Imported | undefined; lineCount: number }> {
    let [lineCount, chunk]: [number, ReconLine[]] = [0, []]
    let writing: Promise<Imported | undefined> = Promise.resolve(undefined)
    try {
      for await (const line of lines) {
        lineCount++
        // Those of an earlier passage are there.
        if (lineCount <= this.#of.file.lineCount) continue
        chunk.push(this.#lineOf(line, lineCount))
        if (chunk.length < this.#of.chunkLines) continue
        const stop = await writing
        if (stop !== undefined) return { stop, lineCount }
        writing = this.#write(chunk)
        // It is looked at above and below, later.
        writing.catch(() => undefined)
        chunk = []
      }
      const stop = (await writing) ?? (chunk.length === 0 ? undefined : await this.#write(chunk))
      return { stop, lineCount }
    } finally {
      await writing.catch(() => undefined)
    }
  }

  async #read(closings: readonly ClosingBalance[]): Promise<AsyncGenerator<ReadLine, ReadFile, void>> {
    const { source, file, request } = this.#of
    const dueOn = await dueDatesOf(this.#ports, source)
    const bytes = this.#ports.diskFiles.read(request.path, file.sha256)
    return this.#ports.readers[source.profile](bytes, { name: file.name, source, dueOn, closings })
  }

  #lineOf(line: ReadLine, lineNo: number): ReconLine {
    const { fileId, sourceId } = this.#of.file
    return { ...line, fileId, lineNo, sourceId, state: 'READ', expectationId: null }
  }

  /** Undefined when the lines are there, whoever wrote them. */
  async #write(chunk: readonly ReconLine[]): Promise<Imported | undefined> {
    const { file, request } = this.#of
    const { transactions, reconFiles, reconLines, clock } = this.#ports
    if (clock.nowMs() >= request.deadlineMs) return { kind: 'unfinished', file: (await reconFiles.find(file.fileId))! }
    const [first, last] = [chunk[0]!.lineNo, chunk.at(-1)!.lineNo]
    return transactions.run(file.fileId, async tx => {
      const locked = (await reconFiles.lock(tx, file.fileId))!
      if (locked.state !== 'RECEIVED' || locked.failure !== null || locked.lineCount < first - 1)
        return { kind: 'elsewhere', file: locked }
      if (locked.lineCount >= last) return undefined
      await reconLines.insert(
        tx,
        chunk.filter(line => line.lineNo > locked.lineCount),
      )
      await reconFiles.update(tx, { ...locked, lineCount: last })
      return undefined
    })
  }

  async #end(declared: ReadFile, lineCount: number, closings: readonly ClosingBalance[]): Promise<Imported> {
    const { file } = this.#of
    await this.#checkSums(declared)
    try {
      return await this.#ports.transactions.run(file.fileId, tx =>
        this.#writeEnd(tx, { declared, lineCount, closings }),
      )
    } catch (error) {
      if (error instanceof DuplicateKeyError) throw await this.#takenRevision(declared, error)
      throw error
    }
  }

  /** What is in the table, and not only what was read. */
  async #checkSums({ totals }: ReadFile): Promise<void> {
    const { fileId } = this.#of.file
    const found = new Map<string, { count: number; netMinor: bigint }>()
    const { lineCount } = (await this.#ports.reconFiles.find(fileId))!
    for (let afterLine = 0; afterLine < lineCount; afterLine += SUMMED_LINES)
      for (const sum of await this.#ports.reconLines.sums(fileId, { afterLine, toLine: afterLine + SUMMED_LINES })) {
        const before = found.get(sum.currency) ?? { count: 0, netMinor: 0n }
        found.set(sum.currency, { count: before.count + sum.count, netMinor: before.netMinor + sum.netMinor })
      }
    const isRight = ({ currency, lineCount: count, netMinor }: ReadFile['totals'][number]) => {
      const sum = found.get(currency) ?? { count: 0, netMinor: 0n }
      found.delete(currency)
      return sum.count === count && sum.netMinor === BigInt(netMinor)
    }
    if (!totals.every(isRight) || found.size > 0)
      throw new ReconFileError('the lines that were kept are not those of the file: hand it in again')
  }

  /** The source's row is locked before the file's, as the matcher does. */
  async #writeEnd(
    tx: Transaction,
    { declared, lineCount, closings }: { declared: ReadFile; lineCount: number; closings: readonly ClosingBalance[] },
  ): Promise<Imported> {
    const { ids, clock, reconSources, reconFiles, reconFileTotals, outbox } = this.#ports
    const { source, file } = this.#of
    if (source.kind === 'bank') {
      await reconSources.lock(tx, source.sourceId)
      if (!isSame(await reconFileTotals.closings(source.sourceId, tx), closings))
        throw new ReconFileError('another statement was imported meanwhile: hand this one in again')
    }
    const locked = (await reconFiles.lock(tx, file.fileId))!
    if (locked.state !== 'RECEIVED' || locked.failure !== null || locked.lineCount !== lineCount)
      return { kind: 'elsewhere', file: locked }
    const { externalId, revision, day, dueOn, totals } = declared
    const eventCount = locked.eventCount + 1
    const parsed: ReconFile = { ...locked, externalId, revision, day, dueOn, state: 'PARSED', eventCount }
    await reconFileTotals.insert(
      tx,
      totals.map(total => ({ ...total, fileId: file.fileId })),
    )
    await reconFiles.update(tx, parsed)
    await outbox.insert(tx, fileImportedEvent(ids.event(), parsed, clock.virtualNowMs()), clock.nowMs())
    return { kind: 'imported', file: parsed }
  }

  async #takenRevision({ externalId, revision }: ReadFile, error: DuplicateKeyError): Promise<Error> {
    const other = await this.#ports.reconFiles.findRevision(this.#of.file.sourceId, externalId, revision)
    if (other === undefined || other.fileId === this.#of.file.fileId) return error
    return new ReconFileError(
      `revision ${revision} of ${externalId} was imported as ${other.fileId} with other bytes: a change needs the next revision`,
    )
  }
}

/** The lines, and what comes after the last of them. */
async function* noted(
  lines: AsyncGenerator<ReadLine, ReadFile, void>,
  note: (end: ReadFile) => void,
): AsyncGenerator<ReadLine, void, void> {
  note(yield* lines)
}

const isSame = (one: readonly ClosingBalance[], other: readonly ClosingBalance[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
