/** Reads and locks what the lines of a statement may be for. */
import type { BreakClass } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Calendars, Payout } from '../settlement/ports.ts'
import { subjectOfBatch, subjectOfPayout } from './break-subjects.ts'
import type { Chunk } from './chunk.ts'
import { type BankFacts, batchRefsIn, type FoundSubject, type TransferLeg } from './decide-bank-line.ts'
import { type FindPorts, findByAmount, hasNoReference } from './find-by-amount.ts'
import type {
  AcquirerBatch,
  AcquirerBatches,
  Allocation,
  Allocations,
  BankBreaks,
  BankLines,
  BankPayouts,
  BatchKey,
  ReconBreak,
  ReconLine,
} from './ports.ts'

export interface FactPorts extends FindPorts {
  acquirerBatches: AcquirerBatches
  allocations: Allocations
  bankPayouts: BankPayouts
  bankBreaks: BankBreaks
  bankLines: BankLines
  calendars: Calendars
}

/** A batch that lines of the same file have paid a part of. */
export type TouchedBatch = Pick<Allocation, 'subject' | 'currency'>

export interface ChunkFacts {
  facts: BankFacts
  /** By the number of the line. */
  found: Map<number, FoundSubject>
  /** By earlier lines, when the last ones are among these. */
  touched: TouchedBatch[]
  wereShort: Locked['wereShort']
}

/** Looks at all first and locks then, so that everything is locked in one order. */
export async function factsOf(ports: FactPorts, tx: Transaction, chunk: Chunk): Promise<ChunkFacts> {
  const { source, file, lines, isLast } = chunk
  const otherAccounts = await accountsBut(ports, tx, source.sourceId)
  const found = await findByAmount(ports, tx, source, lines.filter(isUnnamed(otherAccounts)))
  const touched = isLast ? await ports.allocations.batchesOf(tx, file.fileId) : []
  const refs = [...lines.flatMap(({ matchKey }) => batchRefsIn(matchKey)), ...touched.map(({ subject }) => subject)]
  const seen = [...(await ports.acquirerBatches.withRefs(unique(refs), tx)), ...batchesIn(found)]
  const payoutIds = unique([...lines.map(({ matchKey }) => matchKey).filter(isPayoutId), ...payoutsIn(found)])
  const transfers = await legsOf(ports, tx, lines)
  const { wereShort, missed: _, ...locked } = await lockAll(ports, tx, payoutIds, seen)
  return { facts: { ...locked, transfers, otherAccounts }, found, touched, wereShort }
}

async function accountsBut({ bankLines }: FactPorts, tx: Transaction, sourceId: string): Promise<Set<string>> {
  const ours = await bankLines.ourAccounts(tx)
  return new Set(ours.filter(account => account.sourceId !== sourceId).map(({ bankAccount }) => bankAccount))
}

const isUnnamed =
  (otherAccounts: ReadonlySet<string>) =>
  (line: ReconLine): boolean =>
    hasNoReference(line) && !(line.partyAccount !== null && otherAccounts.has(line.partyAccount))

const isPayoutId = (matchKey: string): boolean => matchKey.startsWith('out_')

const unique = (words: readonly string[]): string[] => [...new Set(words)]

const batchesIn = (found: ReadonlyMap<number, FoundSubject>): BatchKey[] =>
  [...found.values()].flatMap(subject => ('batch' in subject ? [subject.batch] : []))

const payoutsIn = (found: ReadonlyMap<number, FoundSubject>): string[] =>
  [...found.values()].flatMap(subject => ('payoutId' in subject ? [subject.payoutId] : []))

async function legsOf(
  { allocations }: FactPorts,
  tx: Transaction,
  lines: readonly ReconLine[],
): Promise<TransferLeg[]> {
  const references = unique(lines.map(({ matchKey }) => matchKey).filter(key => key !== '' && !isPayoutId(key)))
  const found = await allocations.transfers(tx, references)
  return found.map(({ sourceId, subject: reference, currency, amountMinor }) => ({
    ...{ sourceId, reference, currency, amountMinor },
  }))
}

interface Locked {
  /** Subjects of batches that a statement has left something of before. A batch is short once. */
  wereShort: ReadonlySet<string>
  /** Subjects that were missed before. */
  missed: ReadonlySet<string>
}

/** Breaks first, as who acts on a break; then the payouts with their batches, and the batches of acquirers. */
export async function lockAll(
  ports: Pick<FactPorts, 'bankBreaks' | 'bankPayouts' | 'acquirerBatches'>,
  tx: Transaction,
  payoutIds: readonly string[],
  keys: readonly BatchKey[],
): Promise<Pick<BankFacts, 'openBreaks' | 'payouts' | 'batches'> & Locked> {
  const subjects = [...payoutIds.map(payoutId => subjectOfPayout({ payoutId })), ...keys.map(subjectOfBatch)]
  const breaks = await ports.bankBreaks.lockOn(tx, unique(subjects), ['MISSING_THERE', 'AMOUNT_UNDER'])
  const payouts = await ports.bankPayouts.lock(tx, payoutIds)
  const batches = await ports.acquirerBatches.lock(tx, keys)
  return {
    openBreaks: Map.groupBy(breaks.filter(isOpen), ({ subject }) => subject),
    payouts: new Map(payouts.map((payout): [string, Payout] => [payout.payoutId, payout])),
    batches: Map.groupBy(batches, ({ batchRef }: AcquirerBatch) => batchRef),
    wereShort: new Set(breaks.filter(isOf('AMOUNT_UNDER')).map(({ subject }) => subject)),
    missed: new Set(breaks.filter(isOf('MISSING_THERE')).map(({ subject }) => subject)),
  }
}

const isOf =
  (name: BreakClass) =>
  (of: ReconBreak): boolean =>
    of.class === name
const isOpen = ({ closedAtMs }: ReconBreak): boolean => closedAtMs === null
