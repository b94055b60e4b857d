/** Deposits that came before the acquirer's file: when their batch is there, they are for it, and their breaks are resolved. */
import { CASH_IN_TRANSIT } from '../domain/recon-ledger.ts'
import type { Doorbell, SeparateTransactions, Transaction } from '../payments/ports.ts'
import { type ActPorts, actOnBreak, SYSTEM } from './act-on-breaks.ts'
import { type FactPorts, lockAll } from './bank-facts.ts'
import { subjectOfBatch } from './break-subjects.ts'
import {
  type BankFacts,
  type BankLineDecision,
  batchRefsIn,
  commonPart,
  decideBankLine,
  leftOf,
} from './decide-bank-line.ts'
import { openBreaks } from './open-breaks.ts'
import type {
  AcquirerBatch,
  BatchKey,
  ReconBreak,
  ReconFiles,
  ReconLine,
  ReconLines,
  ReconSources,
  UnknownLine,
} from './ports.ts'
import { ringAll } from './ring-all.ts'
import { growingSources } from './sources-with-files.ts'
import { arrive, shortBreak } from './write-bank-lines.ts'

export interface LateBatchPorts extends ActPorts {
  /** Separate: a job. */
  transactions: SeparateTransactions
  acquirerBatches: FactPorts['acquirerBatches']
  allocations: FactPorts['allocations']
  bankPayouts: FactPorts['bankPayouts']
  bankBreaks: FactPorts['bankBreaks']
  reconFiles: Pick<ReconFiles, 'listByState'>
  reconLines: Pick<ReconLines, 'list'>
  reconSources: Pick<ReconSources, 'list'>
  doorbell: Doorbell
}

const PAGE_BREAKS = 500

/** Returns how many lines found their batch. Begins nothing after `deadlineMs` (epoch, real time). Throws DependencyUnavailableError. */
export async function resolveLateBatches(ports: LateBatchPorts, deadlineMs: number): Promise<number> {
  const done: Late[] = []
  for (let after = ''; ; ) {
    const page = await ports.bankBreaks.listUnknownLines(after, PAGE_BREAKS)
    for (const unknown of await withBatches(ports, page)) {
      if (ports.clock.nowMs() >= deadlineMs) break
      const late = await ports.transactions.run(unknown.of.breakId, tx => resolve(ports, tx, unknown))
      if (late !== undefined) done.push(late)
    }
    if (page.length < PAGE_BREAKS || ports.clock.nowMs() >= deadlineMs) break
    after = page.at(-1)!.of.breakId
  }
  // A batch may be paid by several of them: whether something is left is known after the last.
  for (const late of lastOfBatches(done))
    await ports.transactions.run(late.batch.batchRef, tx => closeShort(ports, tx, late))
  if (done.length > 0) await ringAll(ports.doorbell)
  return done.length
}

/** A line of which a batch took something. */
interface Late {
  batch: BatchKey
  of: ReconBreak
}

const lastOfBatches = (done: readonly Late[]): Late[] => [
  ...new Map(done.map(late => [subjectOfBatch(late.batch), late])).values(),
]

/** Those whose batch is there, whole, and has something left. */
async function withBatches(ports: LateBatchPorts, page: readonly UnknownLine[]): Promise<UnknownLine[]> {
  const refs = [...new Set(page.flatMap(({ matchKey }) => batchRefsIn(matchKey)))]
  const batches = await ports.acquirerBatches.withRefs(refs)
  const growing = await growingSources(ports, batches)
  const open = new Set(batches.filter(batch => leftOf(batch) !== 0 && !growing.has(batch.sourceId)).map(refOf))
  return page.filter(({ of, matchKey }) =>
    batchRefsIn(matchKey).some(batchRef => open.has(refOf({ batchRef, currency: of.currency }))),
  )
}

const refOf = ({ batchRef, currency }: Pick<BatchKey, 'batchRef' | 'currency'>): string => `${batchRef} ${currency}`

/** Undefined when nothing was left of the break or of the batch. */
async function resolve(
  ports: LateBatchPorts,
  tx: Transaction,
  { of: { breakId }, matchKey }: UnknownLine,
): Promise<Late | undefined> {
  const of = await ports.breaks.lock(tx, breakId)
  if (of === undefined || of.closedAtMs !== null) return undefined
  const line = await lineOf(ports, tx, of)
  const amountMinor = await freeOf(ports, tx, of, line)
  if (amountMinor === 0) return undefined
  const facts = await factsOf(ports, tx, matchKey)
  const decision = decideBankLine({ ...line, amountMinor }, facts)
  const { allocation } = decision
  if (allocation?.batch === undefined) return undefined
  await write(ports, tx, of, decision, allocation.batch)
  return { batch: allocation.batch, of }
}

async function lineOf({ reconLines }: LateBatchPorts, tx: Transaction, of: ReconBreak): Promise<ReconLine> {
  const [line] = await reconLines.list(of.fileId!, { afterLine: of.lineNo! - 1, limit: 1 }, tx)
  return line!
}

/** What was resolved of it by hand is not for the batch any more, nor is what the break took over from another one. */
async function freeOf(
  { allocations }: LateBatchPorts,
  tx: Transaction,
  { remainingMinor }: ReconBreak,
  line: ReconLine,
): Promise<number> {
  const allocatedMinor = await allocations.ofLine(tx, line)
  return commonPart(-remainingMinor, line.amountMinor - allocatedMinor)
}

async function factsOf(ports: LateBatchPorts, tx: Transaction, matchKey: string): Promise<BankFacts> {
  const seen = await ports.acquirerBatches.withRefs(batchRefsIn(matchKey), tx)
  const { wereShort: _short, missed: _missed, ...locked } = await lockAll(ports, tx, [], seen)
  return { ...locked, transfers: [], otherAccounts: new Set() }
}

/** The money is in the account of the statement already: it goes from the break to where the batch's money stands. */
async function write(
  ports: LateBatchPorts,
  tx: Transaction,
  of: ReconBreak,
  { line, allocation, arrivals }: BankLineDecision,
  batch: AcquirerBatch,
): Promise<void> {
  const { amountMinor } = allocation!
  const { fileId, lineNo, currency } = line
  const cameBackMinor = arrivals.reduce((sum, { movedMinor }) => sum + movedMinor, 0)
  await ports.allocations.add(tx, {
    ...{ fileId, lineNo, subjectKind: 'batch', subject: batch.batchRef, currency, amountMinor },
  })
  await ports.acquirerBatches.add(tx, batch, { allocatedMinor: amountMinor, movedMinor: 0 - cameBackMinor })
  for (const arrival of arrivals) await arrive(ports, tx, line, arrival)
  await actOnBreak(ports, tx, of, {
    ...{ actor: SYSTEM, action: 'expected', reason: `batch ${batch.batchRef} has come`, closesAs: 'RESOLVED' },
    ...{ account: CASH_IN_TRANSIT, target: batch.batchRef, amountMinor: -amountMinor },
    movements: [{ type: 'resolved', signedMinor: -amountMinor, account: CASH_IN_TRANSIT }],
  })
}

/** As at the end of a statement. */
async function closeShort(ports: LateBatchPorts, tx: Transaction, { batch: key, of }: Late): Promise<void> {
  const { wereShort, batches } = await lockAll(ports, tx, [], [key])
  const [batch] = batches.get(key.batchRef) ?? []
  if (batch === undefined || leftOf(batch) === 0 || wereShort.has(subjectOfBatch(batch))) return
  const sources = await ports.reconSources.list()
  const source = sources.find(({ sourceId }) => sourceId === of.sourceId)!
  await ports.acquirerBatches.add(tx, batch, { movedMinor: leftOf(batch) })
  await openBreaks(ports, tx, [shortBreak(ports, source, of.fileId!, batch)])
}
