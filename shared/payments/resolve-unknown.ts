/** Asks the acquirer about operations whose lease ran out, and brings each to a final state. */
import { reached } from '../contracts/crash-points.ts'
import type { OperationKind } from '../contracts/lists.ts'
import type { Caller } from './answer.ts'
import { ask, goOn, leaseTimes, type OperationPorts, orderOf, postpone, record, takeOver } from './operation.ts'
import type { AcquirerOrder, Asked } from './ports.ts'
import type { FinalVerdict } from './record-outcome.ts'
import { spanned } from './traced.ts'

export interface ResolveSummary {
  resolved: number
  /** At the last look. */
  stillUnknown: number
}

/** An operation that has its final state now, and what the acquirer said of it. */
export interface ResolvedOperation {
  paymentId: string
  operationId: string
  kind: OperationKind
  verdict: FinalVerdict['kind']
}

export type Resolution =
  | { kind: 'resolved'; operation: ResolvedOperation }
  /** The acquirer did not say. It is asked again later. */
  | { kind: 'unclear' }
  /** Finished, or somebody else works on it. */
  | { kind: 'not_ours' }

export interface ResolveObserver {
  resolved(operation: ResolvedOperation): void
  /** The operation is taken over again when its lease has run out. */
  failed(operationId: string, error: unknown): void
}

export interface ResolveOptions {
  /** How many operations are asked about at the same time. */
  concurrency: number
  /** None is begun later than this (epoch, real time). */
  deadlineMs: number
  observer: ResolveObserver
}

/** An operation whose first try was unclear is asked about again after a second or two. */
const LOOK_INTERVAL_MS = 2_000

/** There is no caller. The answer is stored for a repeat with the key. */
const resolver: Caller = { language: 'en', requestId: 'resolve-unknown', by: 'resolve-unknown' }

/**
 * Takes over every operation that is due, the longest due first, and looks again every 2 s. Ends when no outcome is unknown, or at
 * the deadline with those that are under way. Begins none while the acquirer is known to be away.
 * Only the acquirer's confirmation makes an operation FAILED. Throws DependencyUnavailableError when the database is away.
 */
export const resolveUnknown = (ports: OperationPorts, options: ResolveOptions): Promise<ResolveSummary> =>
  new ResolverRun(ports, options).untilNoneOrLate()

/** The same without waiting: what is due now is asked about, once. */
export const resolveDueNow = (ports: OperationPorts, options: ResolveOptions): Promise<ResolveSummary> =>
  new ResolverRun(ports, options).once()

/**
 * Takes one operation over, whether it is due or not, and asks the acquirer: records what it decided, and cancels what it does
 * not know. Throws DependencyUnavailableError.
 */
export function resolveOperation(ports: OperationPorts, operationId: string): Promise<Resolution> {
  const span = ports.tracer.enter({ name: 'resolve operation' }, undefined)
  const caller = { ...resolver, traceparent: span.traceparent }
  return spanned([span], () => resolve(ports, operationId, caller))
}

async function resolve(ports: OperationPorts, operationId: string, caller: Caller): Promise<Resolution> {
  const operation = await takeOver(ports, operationId)
  if (operation === undefined) return { kind: 'not_ours' }
  const order = orderOf(operation)
  const found = await ask(ports, () => ports.acquirer.inquire(order, caller.traceparent))
  reached('payments:inquired')
  const { said, asked } = isFound(found) ? found : await ask(ports, () => cancel(ports, order, caller))
  if (said.kind === 'unknown') {
    await postpone(ports, operation, asked)
    return { kind: 'unclear' }
  }
  const recorded = await record(ports, operation, said, caller, { asked })
  if (recorded === undefined) return { kind: 'not_ours' }
  await goOn(ports, recorded, caller)
  const { paymentId, kind } = operation
  return { kind: 'resolved', operation: { paymentId, operationId, kind, verdict: said.kind } }
}

interface Answered<Said extends { kind: string }> {
  said: Said
  asked: Asked
}

const isFound = <Said extends { kind: string }>(
  answered: Answered<Said>,
): answered is Answered<Exclude<Said, { kind: 'not_found' }>> => answered.said.kind !== 'not_found'

async function cancel({ acquirer }: OperationPorts, order: AcquirerOrder, { traceparent }: Caller) {
  const said = await acquirer.cancel(order, traceparent)
  reached('payments:canceled')
  return said
}

class ResolverRun {
  readonly #ports: OperationPorts
  readonly #options: ResolveOptions
  readonly #summary: ResolveSummary = { resolved: 0, stillUnknown: 0 }
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(ports: OperationPorts, options: ResolveOptions) {
    this.#ports = ports
    this.#options = options
  }

  async once(): Promise<ResolveSummary> {
    await this.#beginDue()
    await Promise.all(this.#underWay.values())
    return this.#summary
  }

  async untilNoneOrLate(): Promise<ResolveSummary> {
    try {
      for (;;) {
        const hasBegun = await this.#beginDue()
        if (!hasBegun && !(await this.#mayLookAgain())) return this.#summary
      }
    } finally {
      await Promise.all(this.#underWay.values())
    }
  }

  /** False when nothing new is due, or none may be begun. An operation that keeps its place long holds back no other. */
  async #beginDue(): Promise<boolean> {
    if (!this.#mayBegin()) return false
    await this.#ports.clock.catchUp()
    // As many as are under way may be among those that are found.
    const limit = 2 * this.#options.concurrency
    const due = await this.#ports.operations.due(leaseTimes(this.#ports), limit)
    const found = due.filter(operationId => !this.#underWay.has(operationId))
    for (const operationId of found) {
      if (this.#underWay.size >= this.#options.concurrency) await Promise.race(this.#underWay.values())
      if (!this.#mayBegin()) return false
      this.#begin(operationId)
    }
    return found.length > 0
  }

  #mayBegin(): boolean {
    return this.#ports.clock.nowMs() < this.#options.deadlineMs && this.#ports.acquirer.mayTry()
  }

  #begin(operationId: string): void {
    const work = this.#resolve(operationId).finally(() => this.#underWay.delete(operationId))
    this.#underWay.set(operationId, work)
  }

  /** Never throws: one operation that cannot be recorded must not hold the others back. */
  async #resolve(operationId: string): Promise<void> {
    const { observer } = this.#options
    try {
      const resolution = await resolveOperation(this.#ports, operationId)
      if (resolution.kind !== 'resolved') return
      this.#summary.resolved++
      observer.resolved(resolution.operation)
    } catch (error) {
      observer.failed(operationId, error)
    }
  }

  /** Waits until one of those under way has ended; without any, for a while. False when no outcome is unknown, or it is too late. */
  async #mayLookAgain(): Promise<boolean> {
    const { clock, operations } = this.#ports
    const { deadlineMs } = this.#options
    const isIdle = this.#underWay.size === 0
    if (!isIdle) await Promise.race(this.#underWay.values())
    const unknown = await operations.unknown(leaseTimes(this.#ports))
    this.#summary.stillUnknown = unknown.count
    if (unknown.count === 0) return false
    if (!isIdle) return clock.nowMs() < deadlineMs
    if (clock.nowMs() + LOOK_INTERVAL_MS >= deadlineMs) return false
    await clock.sleep(LOOK_INTERVAL_MS)
    return true
  }
}
