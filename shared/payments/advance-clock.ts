/**
 * Moves the sandbox's virtual clock forward, and does what falls due on the way when it falls due: as in days that pass, in a moment.
 * Several may move it at once. Each goes on only when nothing is left that fell due before, whoever does it.
 */
import { expirePayments } from './expire-payments.ts'
import { leaseTimes, type OperationPorts } from './operation.ts'
import {
  type AnswerKeeper,
  type Clock,
  type ClockPosition,
  DependencyUnavailableError,
  type DueJob,
  type DueWork,
  type FollowingClock,
  type SandboxClock,
  VIRTUAL_AGE_MS_MAX,
  type WorkLeft,
} from './ports.ts'
import { pruneAnswers } from './prune-answers.ts'
import { type ResolveObserver, resolveDueNow } from './resolve-unknown.ts'

export interface AdvancePorts extends OperationPorts {
  answers: OperationPorts['answers'] & AnswerKeeper
  dueWork: DueWork
  /** In the order in which one makes work for the next. */
  dueJobs: readonly DueJob[]
  /** They are told before the clock moves: what they decide by it must not come too early for ours. */
  followingClocks: readonly FollowingClock[]
}

/** What was done by this call. Jobs, and others who move the clock, do their part. */
export interface AdvanceCounts {
  expired: number
  resolved: number
  pruned: number
  /** Batches, payouts and files that a step of settlement was done on. */
  settled: number
}

export type Advanced = { position: ClockPosition; counts: AdvanceCounts } & (
  | { kind: 'arrived' }
  /** The time was over, or a clock that follows went away. `left` is what falls due until the target. */
  | { kind: 'under_way'; left: AllLeft }
)

export type AllLeft = WorkLeft & { settlements: number }

/** A hundred years: the year of every time that we write has four digits. */
export const TARGET_OFFSET_MS_MAX = 36_525 * 24 * 60 * 60_000
/** Jobs run each minute: what falls due is done at the next one. */
const JOB_INTERVAL_MS = 60_000
/** Of one look at what is due. */
const WORK_ITEMS_MAX = 1_000
const CONCURRENCY = 8
/** From then on every process knows the new time. Timers of two processes do not run alike, so it is a little more. */
const KNOWN_AFTER_MS = VIRTUAL_AGE_MS_MAX + 100
/** Pause when all that is left is being worked on by others. */
const POLL_MS = 50

/**
 * Adds `advanceMs` to the target of the clock and goes there, from due time to due time; begins nothing after `workMs` of real time.
 * Resolves when every process knows the new time. `too_far`: the target would pass TARGET_OFFSET_MS_MAX, and nothing was changed.
 * Throws DependencyUnavailableError; when a clock that follows does not answer at the beginning, nothing was changed.
 */
export async function advanceClock(
  ports: AdvancePorts,
  clock: Clock & SandboxClock,
  { advanceMs, workMs }: { advanceMs: number; workMs: number },
): Promise<Advanced | { kind: 'too_far' }> {
  const deadlineMs = clock.nowMs() + workMs
  await tell(ports.followingClocks, (await clock.read()).offsetMs)
  const aimed = await clock.addToTarget(advanceMs, TARGET_OFFSET_MS_MAX)
  if (aimed === undefined) return { kind: 'too_far' }

  // From here on the advance counts. A caller who repeats it would advance twice.
  const counts: AdvanceCounts = { expired: 0, resolved: 0, pruned: 0, settled: 0 }
  const isThere = await goTo(ports, clock, aimed.targetOffsetMs, deadlineMs, counts).catch(ifAway)
  await clock.sleep(KNOWN_AFTER_MS)
  const position = await clock.read()
  if (isThere) return { kind: 'arrived', position, counts }
  return { kind: 'under_way', position, counts, left: await leftUntil(ports, clock, position) }
}

function ifAway(error: unknown): false {
  if (error instanceof DependencyUnavailableError) return false
  throw error
}

/** Whether it got there, and did all that fell due, before the deadline. */
async function goTo(
  ports: AdvancePorts,
  clock: Clock & SandboxClock,
  goalMs: number,
  deadlineMs: number,
  counts: AdvanceCounts,
): Promise<boolean> {
  for (;;) {
    const { offsetMs } = await clock.read()
    if (!(await finishDue(ports, deadlineMs, counts))) return false
    if (offsetMs >= goalMs) return true
    if (clock.nowMs() >= deadlineMs) return false
    await step(ports, clock, offsetMs, goalMs)
  }
}

/** False when the deadline came first. */
async function finishDue(ports: AdvancePorts, deadlineMs: number, counts: AdvanceCounts): Promise<boolean> {
  const { clock, policy } = ports
  for (;;) {
    if (isNothing(await leftAt(ports, clock.virtualNowMs()))) return true
    if (clock.nowMs() >= deadlineMs) return false
    const before = totalOf(counts)
    counts.resolved += (
      await resolveDueNow(ports, { concurrency: CONCURRENCY, deadlineMs, observer: counted })
    ).resolved
    counts.expired += (
      await expirePayments(ports, { limit: WORK_ITEMS_MAX, concurrency: CONCURRENCY, deadlineMs })
    ).expired
    counts.pruned += await pruneAnswers(ports, policy.answersKeptMs, deadlineMs)
    for (const job of ports.dueJobs) counts.settled += await job.run(deadlineMs)
    if (totalOf(counts) === before) await clock.sleep(POLL_MS)
  }
}

/** The summary is enough: an operation that could not be recorded stays due, and so among what is left. */
const counted: ResolveObserver = { resolved() {}, failed() {} }

const isNothing = (left: AllLeft): boolean => left.expiries + left.inquiries + left.answers + left.settlements === 0
const totalOf = ({ expired, resolved, pruned, settled }: AdvanceCounts): number => expired + resolved + pruned + settled

/** To the next minute at which a job has something to do, or to the goal. */
async function step(ports: AdvancePorts, clock: Clock & SandboxClock, offsetMs: number, goalMs: number): Promise<void> {
  const dueMs = await nextDueMs(ports)
  const nowMs = clock.nowMs()
  const jobMs = Math.ceil(dueMs / JOB_INTERVAL_MS) * JOB_INTERVAL_MS
  const to = Math.min(goalMs, Math.max(jobMs - nowMs, offsetMs))
  await tell(ports.followingClocks, to)
  await clock.move(offsetMs, to, nowMs)
}

async function tell(clocks: readonly FollowingClock[], offsetMs: number): Promise<void> {
  for (const clock of clocks) await clock.advanceTo(offsetMs)
}

const leftUntil = (ports: AdvancePorts, clock: Clock, { targetOffsetMs }: ClockPosition): Promise<AllLeft> =>
  leftAt(ports, clock.nowMs() + targetOffsetMs)

/** What is due at this virtual time. */
async function leftAt(ports: AdvancePorts, virtualNowMs: number): Promise<AllLeft> {
  const times = { ...leaseTimes(ports), virtualNowMs }
  const [left, ...ofJobs] = await Promise.all([
    ports.dueWork.left(times, ports.policy.answersKeptMs),
    ...ports.dueJobs.map(job => job.left(virtualNowMs)),
  ])
  return { ...left, settlements: ofJobs.reduce((sum, each) => sum + each, 0) }
}

/** When something falls due next; never, when nothing waits. */
async function nextDueMs(ports: AdvancePorts): Promise<number> {
  const times = await Promise.all([
    ports.dueWork.nextDueMs(leaseTimes(ports), ports.policy.answersKeptMs),
    ...ports.dueJobs.map(job => job.nextDueMs()),
  ])
  return Math.min(...times.map(timeMs => timeMs ?? Number.POSITIVE_INFINITY))
}
