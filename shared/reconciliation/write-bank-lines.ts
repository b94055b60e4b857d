/** Writes what the lines of a statement were found to be for. What they are for must be locked. */
import { CASH_IN_TRANSIT, reconMovement } from '../domain/recon-ledger.ts'
import { merchantPayable } from '../domain/settlement-ledger.ts'
import type { Transaction } from '../payments/ports.ts'
import { type ActPorts, actOnBreak, SYSTEM } from './act-on-breaks.ts'
import type { ChunkFacts } from './bank-facts.ts'
import { subjectOfBatch, subjectOfLine } from './break-subjects.ts'
import { dayAt } from './business-day.ts'
import type { Chunk } from './chunk.ts'
import { type Arrival, type BankLineDecision, type LineBreak, leftOf } from './decide-bank-line.ts'
import { type PayoutMove, type PayoutMovePorts, writePaid } from './move-paid-payouts.ts'
import { type NewBreak, type OpenBreakPorts, openBreaks } from './open-breaks.ts'
import type {
  AcquirerBatch,
  AcquirerBatches,
  Allocation,
  Allocations,
  BankLines,
  ReconLine,
  ReconSource,
} from './ports.ts'
import { entriesUnder } from './recon-entries.ts'
import { chunkBookedEvent } from './recon-event.ts'
import { safeSum } from './safe-sum.ts'
import { type ReturnPorts, takeBack } from './take-back-payouts.ts'

export interface WriteBankPorts extends OpenBreakPorts, ActPorts, PayoutMovePorts, ReturnPorts {
  ids: OpenBreakPorts['ids'] & ReturnPorts['ids']
  acquirerBatches: AcquirerBatches
  allocations: Allocations
  bankLines: BankLines
}

type Decided = Omit<ChunkFacts, 'found'> & { decisions: readonly BankLineDecision[] }

/** Returns how many events it told of the file. */
export async function writeBankLines(
  ports: WriteBankPorts,
  tx: Transaction,
  chunk: Chunk,
  decided: Decided,
): Promise<number> {
  const { decisions } = decided
  const short = chunk.isLast ? shortBatches(decided) : []
  await writeStates(ports, tx, chunk, decisions)
  await ports.allocations.insert(tx, decisions.flatMap(allocationOf))
  await moveBatches(ports, tx, decisions, short)
  await writePaid(ports, tx, movesOf(chunk.source, decisions, 'PAID'))
  await openBreaks(ports, tx, [
    ...decisions.flatMap(decision => breakOf(ports, chunk.source, decision)),
    ...short.map(batch => shortBreak(ports, chunk.source, chunk.file.fileId, batch)),
  ])
  for (const { line, arrivals } of decisions) for (const arrival of arrivals) await arrive(ports, tx, line, arrival)
  const told = await bookAllocated(ports, tx, chunk, decisions)
  // It locks the terms and the audit log, which others wait for.
  await takeBack(ports, tx, movesOf(chunk.source, decisions, 'RETURNED'))
  return told
}

/** What the statement paid a part of and left something of. */
function shortBatches({ decisions, facts, touched, wereShort }: Decided): AcquirerBatch[] {
  const paid = [...touched, ...decisions.flatMap(paidBatch)].map(({ subject, currency }) => `${subject} ${currency}`)
  const isPaid = new Set(paid)
  return [...facts.batches.values()]
    .flat()
    .filter(batch => isPaid.has(`${batch.batchRef} ${batch.currency}`))
    .filter(batch => leftOf(batch) !== 0 && !wereShort.has(subjectOfBatch(batch)))
}

const paidBatch = ({ line: { currency }, allocation }: BankLineDecision) =>
  allocation?.kind === 'batch' ? [{ subject: allocation.subject, currency }] : []

async function writeStates(
  { bankLines }: WriteBankPorts,
  tx: Transaction,
  { file }: Chunk,
  decisions: readonly BankLineDecision[],
): Promise<void> {
  const numbersOf = (isBroken: boolean) =>
    decisions.filter(({ broken }) => (broken !== undefined) === isBroken).map(({ line }) => line.lineNo)
  await bankLines.setState(tx, file.fileId, numbersOf(false), 'MATCHED')
  await bankLines.setState(tx, file.fileId, numbersOf(true), 'BROKEN')
}

const allocationOf = ({ line, allocation }: BankLineDecision): Allocation[] => {
  if (allocation === undefined) return []
  const { fileId, lineNo, currency } = line
  const { kind: subjectKind, subject, amountMinor } = allocation
  return [{ fileId, lineNo, subjectKind, subject, currency, amountMinor }]
}

async function moveBatches(
  { acquirerBatches }: WriteBankPorts,
  tx: Transaction,
  decisions: readonly BankLineDecision[],
  short: readonly AcquirerBatch[],
): Promise<void> {
  for (const { allocation, arrivals } of decisions) {
    if (allocation?.kind !== 'batch') continue
    const cameBackMinor = arrivals.reduce((sum, { movedMinor }) => sum + movedMinor, 0)
    const by = { allocatedMinor: allocation.amountMinor, movedMinor: 0 - cameBackMinor }
    await acquirerBatches.add(tx, allocation.batch!, by)
  }
  for (const batch of short) await acquirerBatches.add(tx, batch, { movedMinor: leftOf(batch) })
}

function movesOf(
  { account }: ReconSource,
  decisions: readonly BankLineDecision[],
  becomes: 'PAID' | 'RETURNED',
): PayoutMove[] {
  return decisions.flatMap(({ line, payout }) => {
    if (payout?.becomes !== becomes) return []
    const { was, movedMinor } = payout
    const bankRef = becomes === 'PAID' ? (was.bankRef ?? referenceOf(line)) : referenceOf(line)
    return [{ payout: was, bankRef, bookedOn: line.bookedOn, movedMinor, account: account! }]
  })
}

/** The column of a payout's reference holds no more. The end says which line it is. */
const REFERENCE_CHARACTERS_MAX = 64
const referenceOf = ({ lineKey }: ReconLine): string => lineKey.slice(-REFERENCE_CHARACTERS_MAX)

const openedOn = ({ clock }: Pick<OpenBreakPorts, 'clock'>, source: ReconSource): string =>
  dayAt(source, clock.virtualNowMs())

function breakOf(ports: WriteBankPorts, source: ReconSource, decision: BankLineDecision): NewBreak[] {
  const { line, broken } = decision
  if (broken === undefined) return []
  const { class: name, differences, movement, payoutId = null, batchRef = null } = broken
  const { fileId, lineNo, currency } = line
  return [
    {
      ...{ subject: subjectOfLine(line), class: name, sourceId: source.sourceId, differences, currency },
      ...{ openedOn: openedOn(ports, source), fileId, lineNo, payoutId, batchRef },
      movements: [{ ...movement, account: counterAccount(source, movement, decision) }],
    },
  ]
}

function counterAccount(source: ReconSource, { type }: LineBreak['movement'], { payout }: BankLineDecision): string {
  return type === 'payout_returned_difference' ? merchantPayable(payout!.was.merchantId) : source.account!
}

/** What lines of the bank have left of a batch; `fileId`: of the statement, null when none says it. */
export function shortBreak(
  ports: Pick<OpenBreakPorts, 'clock'>,
  source: ReconSource,
  fileId: string | null,
  batch: AcquirerBatch,
): NewBreak {
  const leftMinor = leftOf(batch)
  const { batchRef, currency, netMinor } = batch
  return {
    ...{ subject: subjectOfBatch(batch), class: 'AMOUNT_UNDER', sourceId: source.sourceId, currency },
    ...{ openedOn: openedOn(ports, source), fileId, batchRef },
    differences: { amount: { expected: netMinor, found: netMinor - leftMinor } },
    movements: [{ type: 'short_paid', signedMinor: leftMinor }],
  }
}

/** What was missing came: the break is resolved, and what it held goes back to where the line takes it from. */
export async function arrive(ports: ActPorts, tx: Transaction, line: ReconLine, { of, movedMinor }: Arrival) {
  const movement = { type: 'resolved', signedMinor: movedMinor, account: CASH_IN_TRANSIT } as const
  await actOnBreak(ports, tx, of, {
    ...{ actor: SYSTEM, action: 'arrived', target: subjectOfLine(line), closesAs: 'RESOLVED' },
    ...(movedMinor === 0 ? {} : { account: CASH_IN_TRANSIT, amountMinor: movedMinor, movements: [movement] }),
    reason: reasonOf(of, line),
  })
}

const reasonOf = ({ differences: { dueOn } }: Arrival['of'], { bookedOn }: ReconLine): string =>
  dueOn === undefined ? `the rest came on ${bookedOn}` : `it was due on ${dueOn} and came on ${bookedOn}`

/** One event for each currency in which something was allocated to batches or transfers. Returns how many. */
async function bookAllocated(
  ports: WriteBankPorts,
  tx: Transaction,
  { source, file, lines }: Chunk,
  decisions: readonly BankLineDecision[],
): Promise<number> {
  const atMs = ports.clock.virtualNowMs()
  const sums = [...allocatedSums(decisions)].map(([currency, allocated], index) => ({
    ...{ currency, allocated, eventId: ports.ids.event(), eventCount: file.eventCount + 1 + index },
  }))
  const entries = sums.flatMap(({ currency, allocated, eventId }) =>
    entriesUnder(
      ports.ids,
      { subjectId: file.fileId, eventId, occurredAtMs: atMs },
      reconMovement('allocated', { signedMinor: allocated, currency, account: source.account! }),
    ),
  )
  await ports.reconLedger.insertOfRecon(tx, entries, ports.clock.nowMs())
  const place = { sourceId: source.sourceId, fromLine: lines[0]?.lineNo ?? 1, toLine: lines.at(-1)?.lineNo ?? 1 }
  for (const { currency, allocated, eventId, eventCount } of sums) {
    const booked = { ...place, currency, net: 0, fee: 0, vat: 0, allocated }
    const event = chunkBookedEvent(eventId, { fileId: file.fileId, eventCount }, booked, atMs)
    await ports.outbox.insert(tx, event, ports.clock.nowMs())
  }
  return sums.length
}

/** By currency, in the order of the lines. */
function allocatedSums(decisions: readonly BankLineDecision[]): Map<string, number> {
  const allocated = decisions.flatMap(({ line: { currency }, allocation }) =>
    allocation?.kind === 'batch' || allocation?.kind === 'transfer'
      ? [{ currency, amountMinor: allocation.amountMinor }]
      : [],
  )
  const groups = Map.groupBy(allocated, ({ currency }) => currency)
  return new Map([...groups].map(([currency, all]) => [currency, safeSum(all.map(({ amountMinor }) => amountMinor))]))
}
