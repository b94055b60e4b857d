/**
 * Opens and wins disputes by the lines of an acquirer, before these are compared with anything: what the books then expect of such a
 * line is written here. A chunk without these lines costs no statement.
 */
import { termsIn } from '../domain/settlement-terms.ts'
import type { Ids, OutboxWriter, Transaction } from '../payments/ports.ts'
import { acquirerTermsAt } from '../settlement/expected-event.ts'
import type {
  AcquirerTermsReader,
  DisputedPayments,
  Disputes,
  Expectation,
  Expectations,
  SettlementIds,
  SettlementLedger,
  SettlementStart,
} from '../settlement/ports.ts'
import { disputeToldEvent } from '../settlement/settlement-event.ts'
import { entryOfSubject } from '../settlement/subject-entry.ts'
import { type ItemPorts, writeItems } from '../settlement/write-items.ts'
import type { Chunk } from './chunk.ts'
import { sameCurrency } from './chunk-facts.ts'
import { isRepeated } from './classify-line.ts'
import {
  type DisputeFacts,
  type DisputeMoves,
  type DisputeStep,
  givenBackMinor,
  judgeDisputes,
  type NoDispute,
} from './judge-disputes.ts'
import type { Matching, ReconLine } from './ports.ts'
import { safeSum } from './safe-sum.ts'

export interface OpenDisputePorts extends Omit<ItemPorts, 'ids'> {
  disputes: Pick<Disputes, 'insert' | 'lockByRefs' | 'update'>
  disputedPayments: DisputedPayments
  matching: Pick<Matching, 'earlierLines' | 'takenBefore'>
  expectations: Pick<Expectations, 'insert'>
  acquirerTerms: AcquirerTermsReader
  settlementStart: SettlementStart
  settlementLedger: SettlementLedger
  outbox: OutboxWriter
  ids: Pick<SettlementIds, 'item' | 'expectation' | 'dispute'> & Pick<Ids, 'event' | 'entry'>
}

/** What came of a chunk's lines of disputes. */
export interface ChunkDisputes {
  /** By the line's number. */
  refused: ReadonlyMap<number, NoDispute>
  /** The line of each expectation that was made for one. Nothing was expected when the lines before it came. */
  expectedBy: ReadonlyMap<string, number>
}

const NOTHING: ChunkDisputes = { refused: new Map(), expectedBy: new Map() }

const isOfDispute = ({ kind }: Pick<ReconLine, 'kind'>): boolean => kind === 'chargeback' || kind === 'chargeback_won'

/** Of one transaction, which must stay below a second: each of these lines is a row of seven tables. */
const DISPUTES_MAX = 250

/** The lines up to the last one that a transaction takes; the next one takes the rest. */
export function linesWithFewDisputes(lines: readonly ReconLine[]): readonly ReconLine[] {
  const places = lines.flatMap((line, place) => (isOfDispute(line) ? [place] : []))
  return lines.slice(0, places[DISPUTES_MAX])
}

/** Locks the payments of the lines, then their disputes. All is written in the caller's transaction. */
export async function openDisputes(ports: OpenDisputePorts, tx: Transaction, chunk: Chunk): Promise<ChunkDisputes> {
  const lines = await newLines(ports, tx, chunk)
  if (lines.length === 0) return NOTHING
  const { facts, moves, feeMinor } = await readDisputeFacts(ports, tx, chunk.source.sourceId, lines)
  const { steps, refused } = judgeDisputes(lines, facts, moves)
  if (steps.length === 0) return { ...NOTHING, refused }
  const told = steps.map(step => toldOf(ports, step, feeMinor))
  await writeSteps(ports, tx, told)
  return { refused, expectedBy: new Map(told.map(({ line, expectation: of }) => [of.expectationId, line.lineNo])) }
}

/** Those that no earlier file had, the first of each operation and kind. */
async function newLines(
  { matching }: OpenDisputePorts,
  tx: Transaction,
  { file: { fileId }, lines }: Chunk,
): Promise<ReconLine[]> {
  const own = lines.filter(isOfDispute)
  if (own.length === 0) return []
  const range = { fileId, fromLine: own[0]!.lineNo, toLine: own.at(-1)!.lineNo }
  const lineNos = own.map(({ lineNo }) => lineNo)
  const [found, taken] = await Promise.all([
    matching.earlierLines(tx, range),
    matching.takenBefore(tx, fileId, lineNos),
  ])
  const earlier = sameCurrency(found, own)
  // A line that is amended takes its operation, too.
  const first = firstOfEach(own.filter(line => !isRepeated(line, earlier.get(line.lineNo))))
  return first.filter(({ lineNo }) => !earlier.has(lineNo) && !taken.has(lineNo))
}

function firstOfEach(lines: readonly ReconLine[]): ReconLine[] {
  const groups = Map.groupBy(lines, ({ matchKey, kind, currency }) => `${matchKey} ${kind} ${currency}`)
  return [...groups.values()].map(([first]) => first!)
}

async function readDisputeFacts(
  ports: OpenDisputePorts,
  tx: Transaction,
  sourceId: string,
  lines: readonly ReconLine[],
): Promise<{ facts: DisputeFacts; moves: DisputeMoves; feeMinor: number }> {
  const refs = [...new Set(lines.map(({ matchKey }) => matchKey))]
  // Payments before disputes: whoever locks both does it in this order.
  const captures = await ports.disputedPayments.lockCaptures(tx, refs)
  const merchantIds = [...new Set(captures.map(({ merchantId }) => merchantId))]
  const [disputes, terms, acquirerTerms, settledFromMs] = await Promise.all([
    ports.disputes.lockByRefs(tx, sourceId, refs),
    merchantIds.length === 0 ? [] : ports.terms.listTerms(tx, merchantIds),
    ports.acquirerTerms.listAcquirerTerms(tx, sourceId),
    ports.settlementStart.settledFromMs(tx),
  ])
  const atMs = ports.clock.virtualNowMs()
  return {
    facts: { captures, disputes, settledFromMs },
    moves: movesAt(ports, termsIn(terms, ports.settlementDefaults), atMs),
    feeMinor: acquirerTermsAt(acquirerTerms, atMs).disputeFeeMinor,
  }
}

/** At this moment (virtual time), and by its terms. */
const movesAt = ({ ids }: OpenDisputePorts, termsOf: ReturnType<typeof termsIn>, atMs: number): DisputeMoves => ({
  open: ({ sourceId, matchKey: externalRef, amountMinor }, { paymentId, merchantId, currency }) => ({
    ...{ disputeId: ids.dispute(), sourceId, externalRef, paymentId, merchantId, currency },
    ...{ amountMinor: -amountMinor, feeMinor: termsOf({ merchantId, currency }, atMs).disputeFeeMinor },
    ...{ state: 'OPEN', eventCount: 1, openedAtMs: atMs, closedAtMs: null },
  }),
  win: dispute => ({ ...dispute, state: 'WON', eventCount: dispute.eventCount + 1, closedAtMs: atMs }),
})

/** A step with the event that tells it and what is expected of its line. */
interface ToldStep extends DisputeStep {
  eventId: string
  /** Virtual time. */
  atMs: number
  expectation: Expectation
}

const stepKinds = {
  OPEN: { kind: 'chargeback', eventType: 'dispute.opened' },
  WON: { kind: 'chargeback_won', eventType: 'dispute.won' },
} as const

/** `feeMinor` is what the acquirer takes for a dispute. It takes nothing when it is won. */
function toldOf({ ids, clock }: OpenDisputePorts, step: DisputeStep, feeMinor: number): ToldStep {
  const { line, dispute } = step
  const eventId = ids.event()
  const expectation: Expectation = {
    ...{ expectationId: ids.expectation(), sourceId: line.sourceId, matchKey: line.matchKey, eventId },
    ...{ kind: stepKinds[dispute.state].kind, paymentId: dispute.paymentId, currency: line.currency },
    ...{ amountMinor: givenBackMinor(step), feeMinor: dispute.state === 'OPEN' ? feeMinor : 0, vatMinor: 0 },
    dueOn: line.valueOn,
  }
  return { ...step, eventId, atMs: clock.virtualNowMs(), expectation }
}

async function writeSteps(ports: OpenDisputePorts, tx: Transaction, steps: readonly ToldStep[]): Promise<void> {
  const nowMs = ports.clock.nowMs()
  // All that begin first: one may be won in the same chunk.
  for (const { dispute } of steps) if (dispute.state === 'OPEN') await ports.disputes.insert(tx, dispute)
  for (const { dispute } of steps) if (dispute.state === 'WON') await ports.disputes.update(tx, dispute)
  await writeDisputed(ports, tx, steps)
  const owed = steps.flatMap(owedBy)
  const entries = owed.map(({ netMinor, type, ...of }) =>
    entryOfSubject(ports.ids, type, { ...of, amountMinor: Math.abs(netMinor) }),
  )
  await ports.settlementLedger.insertOfSubjects(tx, entries, nowMs)
  await writeItems(ports, tx, owed)
  const expectations = steps.map(({ expectation }) => expectation)
  await ports.expectations.insert(tx, expectations, nowMs)
  for (const { eventId, dispute, atMs } of steps) {
    const told = disputeToldEvent(eventId, stepKinds[dispute.state].eventType, dispute, atMs)
    await ports.outbox.insert(tx, told, nowMs)
  }
}

/** Each payment once: together its disputes may leave it as it was. */
async function writeDisputed(
  { disputedPayments }: OpenDisputePorts,
  tx: Transaction,
  steps: readonly ToldStep[],
): Promise<void> {
  for (const [paymentId, own] of Map.groupBy(steps, ({ dispute }) => dispute.paymentId)) {
    const byMinor = -safeSum(own.map(givenBackMinor))
    if (byMinor !== 0) await disputedPayments.addDisputed(tx, paymentId, byMinor, own[0]!.atMs)
  }
}

/** What the merchant owes by a step, or is owed again: an item and an entry each. */
function owedBy(step: ToldStep) {
  const { dispute, eventId, atMs } = step
  const { disputeId: subjectId, paymentId, merchantId, currency, feeMinor, state } = dispute
  const of = { subjectId, paymentId, merchantId, currency, eventId, atMs }
  const moved = { ...of, type: stepKinds[state].kind, netMinor: givenBackMinor(step) }
  if (state === 'WON' || feeMinor === 0) return [moved]
  return [moved, { ...of, type: 'dispute_fee' as const, netMinor: -feeMinor }]
}
