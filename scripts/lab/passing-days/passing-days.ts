/**
 * Days that pass on the sandbox clock of a system that a tool disturbs: merchants have terms, an office approves what is to be paid, and
 * in the end everything that was sold is paid out, settled by the acquirer and on a statement. What fails on the way is tried again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../../shared/runtime/until.ts'
import type { FoundSystem } from '../../operate/find-system.ts'
import type { Merchant } from '../month/merchants.ts'
import { agreeOn, approveAll, type OfficePorts, officePorts, openOffice } from '../month/office.ts'

export type MerchantTerms = Pick<Merchant, 'merchantId' | 'currency' | 'terms'>

export interface PassingDaysOptions {
  system: FoundSystem
  /** Where the API is reached while it is disturbed. */
  apiUrl: string
  merchants: readonly MerchantTerms[]
}

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** Closes and payouts of a day fall due at its end: each step passes one or none. */
const STEP_MS = 12 * HOUR_MS
/** Terms apply a minute after they are written, and an account a day after it was approved. */
const TERMS_MS = 25 * HOUR_MS
/** One step on a system that is not disturbed, or not any more. */
const ARRIVE_MS_MAX = 300_000
const REQUEST_MS_MAX = 20_000

export class PassingDays {
  readonly #apiUrl: string
  readonly #ports: OfficePorts
  /** Where the sandbox clock stood at the beginning. */
  readonly #beganMs: number
  /** How far it is to be after that. The first day is that of the terms. */
  #passedMs = 0
  /** Payout files. */
  approved = 0

  private constructor(apiUrl: string, ports: OfficePorts, beganMs: number) {
    this.#apiUrl = apiUrl
    this.#ports = ports
    this.#beganMs = beganMs
  }

  /** On a new system that nobody disturbs so far. */
  static async begin({ system, apiUrl, merchants }: PassingDaysOptions): Promise<PassingDays> {
    const ports = officePorts(system)
    await openOffice(ports)
    for (const merchant of merchants) await agreeOn(ports, merchant, 'the contract')
    const { targetMs } = await moveClockTo(apiUrl, 0)
    const days = new PassingDays(apiUrl, ports, targetMs)
    await days.#advance(TERMS_MS)
    return days
  }

  /** In so many virtual days. */
  get passed(): number {
    return this.#passedMs / DAY_MS
  }

  /**
   * Half a day after the other, in `lengthMs` or as long as it takes; ends early when it is over, which is `disturbedMs` after the beginning
   * at the latest: faults may hold up the clock all that time.
   */
  async pass(
    count: number,
    { lengthMs, disturbedMs }: { lengthMs: number; disturbedMs: number },
    isOver: () => boolean,
  ): Promise<void> {
    const steps = Math.round((count * DAY_MS) / STEP_MS)
    const startedMs = performance.now()
    for (let step = 1; step <= steps && !isOver(); step++) {
      const waitMs = startedMs + (step * lengthMs) / (steps + 1) - performance.now()
      await waitUnless(isOver, waitMs)
      if (!isOver()) await this.#advance(STEP_MS, disturbedMs + ARRIVE_MS_MAX)
    }
  }

  /** So many days more, on a system that is not disturbed any more. */
  async settle(count: number): Promise<void> {
    for (let day = 0; day < count; day++) {
      await this.#advance(DAY_MS)
      // What was approved is sent, confirmed, and in the statement of this day.
      await this.#advance(60_000)
    }
  }

  /** On the sandbox clock. */
  async virtualNowMs(): Promise<number> {
    await this.#ports.clock.catchUp()
    return this.#ports.clock.virtualNowMs()
  }

  close(): Promise<void> {
    return this.#ports.database.close()
  }

  async #advance(ms: number, deadlineMs = ARRIVE_MS_MAX): Promise<void> {
    this.#passedMs += ms
    const goalMs = this.#beganMs + this.#passedMs
    await until(async () => (await moveClockTo(this.#apiUrl, goalMs)).isThere, {
      what: 'the sandbox clock to arrive',
      deadlineMs,
      intervalMs: 50,
    })
    this.approved += await until(async () => ({ count: await approveAll(this.#ports) }), {
      what: 'the office to approve payout files',
      deadlineMs: ARRIVE_MS_MAX,
    }).then(({ count }) => count)
  }
}

async function waitUnless(isOver: () => boolean, ms: number): Promise<void> {
  const endMs = performance.now() + ms
  while (!isOver() && performance.now() < endMs) await sleep(Math.min(200, Math.max(0, endMs - performance.now())))
}

interface Position {
  /** How far ahead it is to be. */
  targetMs: number
  isThere: boolean
}

/** Adds what its target lacks of the goal. An answer that was lost may have done so: its target is asked for first. */
export async function moveClockTo(apiUrl: string, goalMs: number): Promise<Position> {
  const { targetMs, isThere } = await move(apiUrl, 'PT0S')
  const lackingMs = goalMs - targetMs
  if (lackingMs <= 0) return { targetMs, isThere }
  return move(apiUrl, `PT${Math.ceil(lackingMs / 1_000)}S`)
}

async function move(apiUrl: string, advance: string): Promise<Position> {
  const response = await fetch(`${apiUrl}/sandbox/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance }),
    signal: AbortSignal.timeout(REQUEST_MS_MAX),
  })
  const body = (await response.json()) as { now: string; offsetMs: number; target?: string }
  if (response.status !== 200 && response.status !== 202) throw new Error(`${response.status} ${JSON.stringify(body)}`)
  const aheadMs = body.target === undefined ? 0 : Date.parse(body.target) - Date.parse(body.now)
  return { targetMs: body.offsetMs + aheadMs, isThere: response.status === 200 }
}
