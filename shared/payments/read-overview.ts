/** The console's overview: what is stuck or wrong, each part read by itself, so that one that cannot be had hides no other. */

import type { PaymentStatus } from '../contracts/lists.ts'
import {
  type OverviewPart,
  type OverviewView,
  overviewParts,
  SLOTS,
  WAITING_MAX,
} from '../contracts/routes/get-overview.ts'
import { lagOf, standsStill } from './observe-delivery.ts'
import { leaseTimes, type OperationPolicy } from './operation.ts'
import {
  type AnswerTime,
  type Clock,
  type DeadLetterRows,
  type DeliveryProgress,
  DependencyUnavailableError,
  type Operations,
  type OutboxShards,
  type OverviewReader,
  type SlotCount,
} from './ports.ts'
import { virtualAheadMs } from './virtual-ahead.ts'

export interface OverviewPorts {
  overview: OverviewReader
  progress: Pick<DeliveryProgress, 'readConsumers'>
  outboxShards: OutboxShards
  deadLetterRows: Pick<DeadLetterRows, 'countWaiting'>
  operations: Pick<Operations, 'unknown'>
  clock: Clock
  policy: OperationPolicy
}

type Parts = Omit<OverviewView, 'asOf' | 'virtualAheadMs' | 'missing'>
/** Undefined: nobody has looked yet. Throws DependencyUnavailableError. */
type Reading<Part extends OverviewPart> = () => Promise<NonNullable<Parts[Part]> | undefined>

const SLOT_MS = 5 * 60_000
const HOUR_MS = SLOTS * SLOT_MS
const ANSWERS_OF_SLOT = 200
const UNKNOWN_SHOWN = 10
const SLOWEST_SHOWN = 5

const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()

/** `invariants`: what the checks of the books found last. Throws what is not DependencyUnavailableError, and that of the clock. */
export async function readOverview(ports: OverviewPorts, invariants: Reading<'invariants'>): Promise<OverviewView> {
  await ports.clock.catchUp()
  const aheadMs = virtualAheadMs(ports.clock)
  const asOfMs = ports.clock.nowMs()
  const readings: { [Part in OverviewPart]: Reading<Part> } = {
    invariants,
    outbox: () => readOutbox(ports),
    consumers: () => readConsumers(ports),
    deadLetters: () => readDeadLetters(ports),
    unknown: () => readUnknown(ports),
    payments: () => readPayments(ports),
    acquirer: () => readAcquirer(ports, asOfMs),
  }
  const read = await Promise.all(overviewParts.map(async part => [part, await partOf(readings[part])] as const))
  const missing = read.flatMap(([part, { reason }]) => (reason === undefined ? [] : [{ part, reason }]))
  const parts = Object.fromEntries(read.map(([part, { value }]) => [part, value])) as Parts
  return { asOf: timeOf(asOfMs), virtualAheadMs: aheadMs, ...parts, missing }
}

async function partOf(reading: Reading<OverviewPart>) {
  try {
    const value = await reading()
    return value === undefined ? ({ value: null, reason: 'not_yet' } as const) : { value, reason: undefined }
  } catch (error) {
    if (error instanceof DependencyUnavailableError) return { value: null, reason: 'unavailable' } as const
    throw error
  }
}

async function readOutbox({ outboxShards }: OverviewPorts) {
  const shards = await outboxShards.readShards(WAITING_MAX)
  const oldestMs = shards.flatMap(({ oldestWaiting }) => oldestWaiting?.createdAtMs ?? [])
  return {
    waiting: shards.reduce((sum, { waitingCount }) => sum + waitingCount, 0),
    oldestCreatedAt: oldestMs.length === 0 ? null : timeOf(Math.min(...oldestMs)),
    parked: shards.reduce((sum, { parkedCount }) => sum + parkedCount, 0),
  }
}

/** As `observe-state` saw them last: a page need not wait for Kafka, and sees how old it is. */
async function readConsumers({ progress }: OverviewPorts) {
  const consumers = await progress.readConsumers()
  if (consumers.length === 0) return undefined
  return {
    lag: consumers.reduce((sum, consumer) => sum + lagOf(consumer), 0),
    standingStill: consumers.filter(standsStill).length,
    observedAt: timeOf(Math.min(...consumers.map(({ observedAtMs }) => observedAtMs))),
  }
}

const readDeadLetters = async ({ deadLetterRows }: OverviewPorts) => ({
  waiting: await deadLetterRows.countWaiting(WAITING_MAX),
})

async function readUnknown(ports: OverviewPorts) {
  const now = leaseTimes(ports)
  const [{ count }, oldest] = await Promise.all([
    ports.operations.unknown(now),
    ports.overview.oldestUnknown(now, UNKNOWN_SHOWN),
  ])
  return {
    operations: count,
    oldest: oldest.map(({ amountMinor, createdAtMs, ...operation }) => ({
      ...operation,
      amount: amountMinor,
      claimedAt: timeOf(createdAtMs),
    })),
  }
}

const outcomeOf: Record<PaymentStatus, 'approved' | 'refused' | 'undecided'> = {
  REQUESTED: 'undecided',
  DECLINED: 'refused',
  FAILED: 'refused',
  AUTHORIZED: 'approved',
  PARTIALLY_CAPTURED: 'approved',
  COMPLETED: 'approved',
  VOIDED: 'approved',
  EXPIRED: 'approved',
  PARTIALLY_REFUNDED: 'approved',
  REFUNDED: 'approved',
}

function outcomesOf(counts: readonly SlotCount[]) {
  const outcomes = { approved: 0, refused: 0, undecided: 0 }
  for (const { status, count } of counts) outcomes[outcomeOf[status]] += count
  return outcomes
}

async function readPayments({ overview, clock }: OverviewPorts) {
  // The present millisecond is in it.
  const toMs = clock.virtualNowMs() + 1
  const beganMs = toMs - HOUR_MS
  const { counts, fromMs } = await overview.outcomes({ fromMs: beganMs, toMs, slotMs: SLOT_MS })
  const slots = slotsFrom(beganMs).map(({ fromMs: from }, slot) => ({
    from: timeOf(from),
    ...outcomesOf(counts.filter(each => each.slot === slot)),
  }))
  return { from: timeOf(fromMs), to: timeOf(toMs), ...outcomesOf(counts), slots }
}

/** From the operations, because each process has metrics of its own, and those of a Lambda are gone with it. */
async function readAcquirer({ overview }: OverviewPorts, nowMs: number) {
  const ranges = slotsFrom(nowMs - HOUR_MS)
  const answers = (await overview.answerTimes(ranges, ANSWERS_OF_SLOT)).filter(
    ({ askedAtMs, answeredAtMs }) => answeredAtMs >= askedAtMs,
  )
  const slots = ranges.map(({ fromMs }, slot) => ({
    from: timeOf(fromMs),
    ...figuresOf(answers.filter(each => each.slot === slot)),
  }))
  return { ...figuresOf(answers), slots, slowest: slowestOf(answers) }
}

const slotsFrom = (beganMs: number) =>
  Array.from({ length: SLOTS }, (_, slot) => ({
    fromMs: beganMs + slot * SLOT_MS,
    toMs: beganMs + (slot + 1) * SLOT_MS,
  }))

const tookMsOf = ({ askedAtMs, answeredAtMs }: AnswerTime): number => answeredAtMs - askedAtMs

/** The 95th percentile by nearest rank. */
function figuresOf(answers: readonly AnswerTime[]) {
  const tookMs = answers.map(tookMsOf).sort((a, b) => a - b)
  return { operations: tookMs.length, p95Ms: tookMs[Math.ceil(tookMs.length * 0.95) - 1] ?? null }
}

const slowestOf = (answers: readonly AnswerTime[]) =>
  answers
    .toSorted((a, b) => tookMsOf(b) - tookMsOf(a))
    .slice(0, SLOWEST_SHOWN)
    .map(answer => ({
      operationId: answer.operationId,
      paymentId: answer.paymentId,
      kind: answer.kind,
      tookMs: tookMsOf(answer),
      answeredAt: timeOf(answer.answeredAtMs),
    }))
