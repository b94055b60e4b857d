/**
 * One cell of the crash matrix of settlement: three merchants sell, a step is disturbed while it settles that, and others go on until
 * nothing is left to do. One merchant is paid, the account of one refuses every payout, and one owes more than it has sold.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { addBusinessDays, addDays, dayEndsAtMs, soldOn } from '../../../shared/domain/business-days.ts'
import { TARGET_OFFSET_MS_MAX } from '../../../shared/payments/advance-clock.ts'
import { VIRTUAL_AGE_MS_MAX } from '../../../shared/payments/ports.ts'
import type { Ports } from '../../../shared/runtime/wiring.ts'
import { approveFile } from '../../../shared/settlement/decide-file.ts'
import { settlementJobs } from '../../../shared/settlement/due-jobs.ts'
import { kafkaEvent } from '../../unit/lambda-events.ts'
import { expectMutation } from '../contract.ts'
import { authorizeBody, newKey, newMerchant } from '../payments.ts'
import type { CrashSystem } from './crash-system.ts'
import { type Tallies, talliesOf } from './settlement-tallies.ts'

export const settlementSteps = [
  'expectSettlement',
  'closeBatches',
  'createPayouts',
  'sendPayoutFiles',
  'inquirePayouts',
] as const
export type SettlementStep = (typeof settlementSteps)[number]

/** What happens while a step is done for the first time. */
export interface Disturbance {
  step: SettlementStep
  /** Does the step with `act`, and says whether anything happened to it. */
  disturb(act: () => Promise<void>): Promise<boolean>
  /** How many do each step at once afterwards. */
  runners: number
}

export interface SettlementResult {
  isDisturbed: boolean
  tallies: Tallies
}

/** Where a cell runs. */
export interface SettlementPlace {
  system: CrashSystem
  /** Of the sandbox: its clock and its calendar, and the approvals. */
  ports: Ports
  approver: string
  /** Of the approver kim and the operator han. */
  tokens: Record<'kim' | 'han', string>
}

/** Five attempts of a payout, and some more for what has to be asked again. */
const ROUNDS_MAX = 12
const DELIVERIES_MAX = 5
const SEOUL = { timezone: 'Asia/Seoul', cutoff: '24:00' }
const MINUTE_MS = 60_000
/** From then on every process knows the new time. */
const KNOWN_AFTER_MS = VIRTUAL_AGE_MS_MAX + 100

/** Until every payout has come to its end. */
export const settle = (place: SettlementPlace, disturbance?: Disturbance): Promise<SettlementResult> =>
  new CellRun(place, disturbance).toTheEnd()

class CellRun {
  readonly #place: SettlementPlace
  readonly #disturbance: Disturbance | undefined
  readonly #merchants = [newMerchant('paid'), newMerchant('refused'), newMerchant('owing')] as const
  #isTried = false
  #isDisturbed = false

  constructor(place: SettlementPlace, disturbance: Disturbance | undefined) {
    this.#place = place
    this.#disturbance = disturbance
  }

  get #runners(): number {
    return this.#isDisturbed ? this.#disturbance!.runners : 1
  }

  async toTheEnd(): Promise<SettlementResult> {
    await this.#sell()
    const events = await this.#moneyEvents()
    await this.#place.system.invoke('recordLedger', events)
    await this.#step('expectSettlement', () => this.#deliver(events))
    await toNextBusinessDay(this.#place)
    await this.#untilNothingIsLeft()
    return { isDisturbed: this.#isDisturbed, tallies: await talliesOf(this.#place.system.database, this.#merchants) }
  }

  async #sell(): Promise<void> {
    const [paid, refused, owing] = this.#merchants
    await this.#setAccount(refused, 'acct_fail')
    await this.#sale(paid, 700_000)
    await this.#refund(await this.#sale(paid, 500_000), 200_000)
    await this.#sale(refused, 300_000)
    await this.#refund(await this.#sale(owing, 100_000), 100_000)
  }

  async #setAccount(merchantId: string, accountToken: string): Promise<void> {
    const { ports } = this.#place
    await ports.clock.catchUp()
    const since = { merchantId, currency: 'KRW', validFromMs: ports.clock.virtualNowMs() }
    const terms = { ...ports.settlementDefaults, ...since, accountToken }
    await ports.database.runAlone(tx => ports.terms.insertTerms(tx, terms, 'a test', ports.clock.nowMs()))
  }

  async #sale(merchantId: string, amount: number): Promise<string> {
    const body = authorizeBody({ merchantId, amount, capture: true })
    return expectMutation(await this.#place.system.api.authorize(body), 201).paymentId
  }

  async #refund(paymentId: string, amount: number): Promise<void> {
    const key = { 'idempotency-key': newKey() }
    expectMutation(await this.#place.system.api.refund(paymentId, { amount }, key), 200)
  }

  async #moneyEvents() {
    const rows = await this.#place.system.database.rows<EventRow>(
      `SELECT event_id, topic, message_key, payload FROM outbox_event WHERE topic IN ('payment.captured', 'payment.refunded')
         AND message_key IN (SELECT payment_id FROM payment WHERE merchant_id IN (?)) ORDER BY id`,
      [this.#merchants],
    )
    return kafkaEvent(rows.map(recordOf))
  }

  /** Of two deliveries at the same moment one may fail, and is delivered again. */
  async #deliver(events: unknown): Promise<void> {
    for (let delivery = 1; ; delivery++) {
      try {
        return await this.#place.system.invoke('expectSettlement', events)
      } catch (error) {
        if (this.#runners === 1 || delivery === DELIVERIES_MAX) throw error
      }
    }
  }

  /** Is disturbed the first time, when it is the one; then as many as are wanted do it at once. */
  async #step(step: SettlementStep, act = () => this.#place.system.invoke(step)): Promise<void> {
    if (this.#disturbance?.step === step && !this.#isTried) {
      this.#isTried = true
      this.#isDisturbed = await this.#disturbance.disturb(act)
      if (!this.#isDisturbed) return
    }
    await Promise.all(Array.from({ length: this.#runners }, act))
  }

  async #untilNothingIsLeft(): Promise<void> {
    for (let round = 1; round <= ROUNDS_MAX; round++) {
      await this.#step('closeBatches')
      await this.#step('createPayouts')
      await this.#approve()
      await this.#step('sendPayoutFiles')
      await this.#step('inquirePayouts')
      const [due, onTheWay] = await Promise.all([this.#due(), this.#onTheWay()])
      if (due + onTheWay === 0) return
      // The bank has not answered, and is asked again later.
      if (due === 0) await moveClockTo(this.#place.ports, this.#place.ports.clock.virtualNowMs() + MINUTE_MS)
    }
    throw new Error(`payouts are left after ${ROUNDS_MAX} rounds`)
  }

  async #approve(): Promise<void> {
    const { system, ports, approver: actor } = this.#place
    const files = await system.database.rows<{ file_id: string }>(
      `SELECT file_id FROM payout_file WHERE state = 'PREPARED'`,
    )
    for (const { file_id: fileId } of files)
      await approveFile(ports.forSettlement, fileId, { actor, reason: 'what is due' })
  }

  /** What a job of settlement would do now. */
  async #due(): Promise<number> {
    const { ports } = this.#place
    await ports.clock.catchUp()
    const jobs = settlementJobs(ports.forSettlement)
    const counts = await Promise.all(jobs.map(job => job.left(ports.clock.virtualNowMs())))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Payouts that the bank has not decided. */
  #onTheWay(): Promise<number> {
    const { database } = this.#place.system
    return database.count(
      `SELECT COUNT(*) FROM payout WHERE merchant_id IN (?) AND state IN ('CREATED', 'APPROVED', 'SENT')`,
      [this.#merchants],
    )
  }
}

/** To its first minute, so that no sale falls into two days. */
export async function toNextBusinessDay({ ports }: SettlementPlace): Promise<void> {
  await ports.clock.catchUp()
  const calendar = await ports.calendars.calendar('KR')
  const day = addBusinessDays(calendar, soldOn(ports.clock.virtualNowMs(), SEOUL), 1)
  if (day === undefined) throw new Error('the calendar does not know the next business day')
  await moveClockTo(ports, dayEndsAtMs(addDays(day, -1), SEOUL) + MINUTE_MS)
}

/** As POST /sandbox/clock does, but for what falls due on the way. */
export async function moveClockTo(ports: Ports, virtualMs: number): Promise<void> {
  const clock = ports.processClock!
  const to = virtualMs - clock.nowMs()
  for (const following of ports.followingClocks) await following.advanceTo(to)
  const { offsetMs, targetOffsetMs } = await clock.read()
  await clock.addToTarget(to - targetOffsetMs, TARGET_OFFSET_MS_MAX)
  await clock.move(offsetMs, to, clock.nowMs())
  await sleep(KNOWN_AFTER_MS)
}

export interface EventRow {
  event_id: string
  topic: string
  message_key: string
  payload: string
}

export const recordOf = ({ event_id: id, topic, message_key: key, payload: value }: EventRow) => ({
  topic,
  key,
  value,
  headers: { 'event-id': id, 'event-type': topic },
})
