/**
 * Ten business days of everything that settlement, reconciliation and the books do: sales of merchants whose terms and accounts make
 * each thing happen, every scheduled job each morning, and what operators decide. A month ends after three of them. Whoever does the
 * steps may be disturbed.
 */
import {
  addBusinessDays,
  addDays,
  type BusinessCalendar,
  dayEndsAtMs,
  soldOn,
} from '../../../shared/domain/business-days.ts'
import type { DatedTerms } from '../../../shared/domain/settlement-terms.ts'
import { approveFile } from '../../../shared/settlement/decide-file.ts'
import { kafkaEvent } from '../../unit/lambda-events.ts'
import { expectMutation } from '../contract.ts'
import { authorizeBody, newKey, newMerchant } from '../payments.ts'
import { withNewestFile } from './acquirer-file.ts'
import { booksTallies } from './books-tallies.ts'
import type { Command } from './crash-commands.ts'
import type { Hands } from './hands.ts'
import { monthBefore, nearMonthsEnd, untilKnown } from './month-of-days.ts'
import { type ReconTallies, since } from './recon-tallies.ts'
import { type EventRow, moveClockTo, recordOf, type SettlementPlace } from './settlement-cell.ts'

/** Until a dispute that was won, on the seventh day, is paid by the acquirer, and on a statement: nothing is left for the next days. */
export const DAYS = 9

/** Their terms differ from the defaults in this. */
const merchants = {
  /** A part is held, used by what comes back, and released. */
  kept: { reserveBasisPoints: 1_000, reserveDays: 3 },
  /** Owes a fee, is invoiced, and pays with its next sale. */
  owing: { invoiceAfterDays: 1 },
  /** Owes a fee that is given up. */
  losing: { invoiceAfterDays: 1 },
  /** Its account is closed: five payouts fail. */
  refused: { accountToken: 'acct_fail' },
  /** The money comes back, so that it is held until it has another account. */
  returned: { accountToken: 'acct_return' },
  /** Is paid a day late. */
  late: { accountToken: 'acct_late' },
  /** The bank takes its file, and forgets it. */
  forgotten: { accountToken: 'acct_lost' },
  /** The acquirer settles its sales wrongly. */
  spoiled: {},
  /** Card holders take its sales back. */
  disputed: { disputeFeeMinor: 500 },
  /** Sells every day. */
  daily: {},
} as const satisfies Record<string, Partial<DatedTerms>>
type Name = keyof typeof merchants

/** What is taken back, and nobody fights for. */
const GIVEN_UP = 80_000

const MINUTE_MS = 60_000
const SEOUL = { timezone: 'Asia/Seoul', cutoff: '24:00' }
/** Funds of a day are calculated five minutes after it. */
const MORNING_MS = 6 * MINUTE_MS
/** On the first day and on others: one for each attempt of a payout after the one that is canceled, and one for what has to be asked again. */
const ROUNDS = [5, 2] as const

/** What these days have come to. */
export async function settledDays(place: SettlementPlace, hands: Hands): Promise<ReconTallies> {
  const before = await booksTallies(place.system.database)
  await new SettledDays(place, hands).play()
  return since(before, await booksTallies(place.system.database))
}

class SettledDays {
  readonly #place: SettlementPlace
  readonly #hands: Hands
  readonly #ids: Record<Name, string>
  /** Deliveries that are held back until the acquirer's file was matched. */
  #unread: unknown

  constructor(place: SettlementPlace, hands: Hands) {
    this.#place = place
    this.#hands = hands
    const names = Object.keys(merchants) as Name[]
    this.#ids = Object.fromEntries(names.map(name => [name, newMerchant(name)])) as Record<Name, string>
  }

  async play(): Promise<void> {
    await this.#toMonthsEnd()
    for (const name of Object.keys(merchants) as Name[]) await this.#setTerms(name)
    await this.#sellFirst()
    for (let day = 1; day <= DAYS; day++) {
      await this.#toNextMorning()
      await this.#morning(day)
      await this.#noon(day)
    }
  }

  /** Nothing happens until then; what the jobs have to do about that is done. */
  async #toMonthsEnd(): Promise<void> {
    await this.#toMorning(nearMonthsEnd)
    for (const step of ['importFiles', 'matchFiles', 'dailyFunds'] as const) await this.#place.system.invoke(step)
  }

  #toNextMorning(): Promise<void> {
    return this.#toMorning((calendar, today) => addBusinessDays(calendar, today, 1))
  }

  async #toMorning(after: (calendar: BusinessCalendar, today: string) => string | undefined): Promise<void> {
    const day = await this.#dayAfter(after)
    await moveClockTo(this.#place.ports, dayEndsAtMs(addDays(day, -1), SEOUL) + MORNING_MS)
  }

  async #dayAfter(after: (calendar: BusinessCalendar, today: string) => string | undefined): Promise<string> {
    const { ports } = this.#place
    await ports.clock.catchUp()
    const day = after(await ports.calendars.calendar('KR'), soldOn(ports.clock.virtualNowMs(), SEOUL))
    if (day === undefined) throw new Error('the calendar does not reach so far')
    return day
  }

  async #setTerms(name: Name): Promise<void> {
    const { ports } = this.#place
    const currency = name === 'forgotten' ? 'USD' : 'KRW'
    const from = { merchantId: this.#ids[name], currency, validFromMs: ports.clock.virtualNowMs() }
    const terms: DatedTerms = { ...ports.settlementDefaults, ...merchants[name], ...from }
    await ports.database.runAlone(tx => ports.terms.insertTerms(tx, terms, 'a test', ports.clock.nowMs()))
  }

  async #sellFirst(): Promise<void> {
    await this.#sale('kept', 700_000)
    await this.#refund(await this.#sale('kept', 500_000), 200_000)
    await this.#refund(await this.#sale('owing', 100_000), 100_000)
    await this.#refund(await this.#sale('losing', 200_000), 200_000)
    for (const name of ['refused', 'returned', 'late', 'forgotten'] as const) await this.#sale(name, 300_000)
    for (const fault of ['short', 'twice', 'wrong_fee', 'missing'])
      await this.#sale('spoiled', 400_000, `tok_settle_${fault}`)
    for (const fault of ['chargeback', 'chargeback_won']) await this.#sale('disputed', 90_000, `tok_settle_${fault}`)
    await this.#sale('disputed', GIVEN_UP, 'tok_settle_chargeback')
    await this.#refund(await this.#sale('disputed', 90_000, 'tok_settle_over_disputed'), 10_000)
    await this.#deliver(0)
    await this.#sale('daily', 50_000)
    this.#unread = await this.#newEvents()
  }

  async #sale(name: Name, amount: number, paymentMethod = 'tok_approve'): Promise<string> {
    const currency = name === 'forgotten' ? 'USD' : 'KRW'
    const body = authorizeBody({ merchantId: this.#ids[name], amount, currency, capture: true, paymentMethod })
    return expectMutation(await this.#place.system.api.authorize(body), 201).paymentId
  }

  async #refund(paymentId: string, amount: number): Promise<void> {
    const key = { 'idempotency-key': newKey() }
    expectMutation(await this.#place.system.api.refund(paymentId, { amount }, key), 200)
  }

  async #deliver(day: number): Promise<void> {
    await this.#take(await this.#newEvents(), day)
  }

  async #take(events: unknown, day: number): Promise<void> {
    await this.#hands.run('recordLedger', day, events)
    await this.#hands.run('expectSettlement', day, events)
  }

  /** Captures and refunds that have no item, as records. */
  async #newEvents(): Promise<unknown> {
    const rows = await this.#place.system.database.rows<EventRow>(
      `SELECT e.event_id, e.topic, e.message_key, e.payload FROM outbox_event e JOIN payment p ON p.payment_id = e.message_key
       WHERE e.topic IN ('payment.captured', 'payment.refunded') AND p.merchant_id IN (?)
         AND NOT EXISTS (SELECT 1 FROM settlement_item i WHERE i.event_id = e.event_id) ORDER BY e.id`,
      [Object.values(this.#ids)],
    )
    return kafkaEvent(rows.map(recordOf))
  }

  async #morning(day: number): Promise<void> {
    if (day === 4) await this.#importByHand(day)
    for (const step of ['importFiles', 'matchFiles', 'ageBreaks', 'closeBatches'] as const)
      await this.#hands.run(step, day)
    if (day === 1) await this.#cancelPayout(day)
    for (let round = 0; round < ROUNDS[day === 1 ? 0 : 1]; round++) await this.#payOut(day)
    for (const step of ['dailyFunds', 'snapshotBalances', 'checkInvariants'] as const) await this.#hands.run(step, day)
  }

  /** The acquirer's newest file, before the job takes it: it has the chargebacks. It is received, has its lines, and is whole. */
  #importByHand(day: number): Promise<void> {
    return withNewestFile(this.#place, path => {
      const words = ['import', path, '--source', 'acquirer']
      return this.#hands.type({ by: 'han', tool: 'recon', words, unsure: 'changes nothing', commits: 3 }, day)
    })
  }

  async #payOut(day: number): Promise<void> {
    const { ports } = this.#place
    await this.#hands.run('createPayouts', day)
    const files = await this.#find('SELECT file_id AS id FROM payout_file WHERE state = ? ORDER BY file_id', 'PREPARED')
    for (const fileId of files) await this.#approve(fileId, day)
    await this.#hands.run('sendPayoutFiles', day)
    await this.#hands.run('inquirePayouts', day)
    await moveClockTo(ports, ports.clock.virtualNowMs() + MINUTE_MS)
  }

  /** By the command on the first day: it takes seconds. */
  async #approve(fileId: string, day: number): Promise<void> {
    if (day === 1) return this.#type('kim', 'settle', ['approve', fileId], day)
    const { ports, approver: actor } = this.#place
    await approveFile(ports.forSettlement, fileId, { actor, reason: 'what is due' })
  }

  async #cancelPayout(day: number): Promise<void> {
    await this.#hands.run('createPayouts', day)
    const [payoutId] = await this.#find('SELECT payout_id AS id FROM payout WHERE merchant_id = ?', this.#ids.refused)
    await this.#type('han', 'settle', ['cancel', payoutId!], day)
  }

  async #noon(day: number): Promise<void> {
    if (day === 1) await this.#secondDay(day)
    if (day === 3) await this.#fourthDay(day)
    if (day === 4) await this.#type('han', 'settle', this.#termsOfReturned('--release', '--from', 'soon'), day, 'looks')
    if (day === 5) await this.#sixthDay(day)
    if (day === DAYS - 1) await this.#closeMonth(day)
    if (day === 2) await this.#sale('owing', 80_000)
    // So much that the acquirer's batch with the chargebacks is paid, and not carried to the next days.
    if (day <= 4) await this.#sale('daily', 900_000 + day)
    await this.#deliver(day)
  }

  /** What comes back is less than what is held of the first day; and what nobody had read of the first day is read. */
  async #secondDay(day: number): Promise<void> {
    const [first] = await this.#find(
      'SELECT payment_id AS id FROM payment WHERE merchant_id = ? AND amount = 700000',
      this.#ids.kept,
    )
    await this.#refund(first!, 50_000)
    await this.#take(this.#unread, day)
  }

  async #fourthDay(day: number): Promise<void> {
    const [invoice] = await this.#find(
      'SELECT invoice_id AS id FROM merchant_invoice WHERE merchant_id = ?',
      this.#ids.losing,
    )
    await this.#type('kim', 'settle', ['lose', invoice!], day)
    await this.#type('han', 'settle', this.#termsOfReturned('--account', 'acct_pay'), day, 'looks')
    const [change] = await this.#find(
      `SELECT change_id AS id FROM account_change WHERE merchant_id = ? ORDER BY change_id DESC`,
      this.#ids.returned,
    )
    await this.#type('kim', 'settle', ['approve-account', change!], day)
    // The bank is asked after the commit.
    const safeguard = ['safeguard', '--currency', 'KRW', '--amount', String(1_000 + day)]
    await this.#type('han', 'settle', safeguard, day, 'finishes it')
    await this.#resolveBreaks(day)
  }

  /** Nobody fights for a dispute any longer, and the next day becomes a holiday. */
  async #sixthDay(day: number): Promise<void> {
    const [dispute] = await this.#find(
      `SELECT d.dispute_id AS id FROM dispute d JOIN payment p ON p.payment_id = d.payment_id
       WHERE p.merchant_id = ? AND p.amount = ${GIVEN_UP}`,
      this.#ids.disputed,
    )
    await this.#type('han', 'disputes', ['lose', dispute!], day)
    const holiday = await this.#dayAfter((calendar, today) => addBusinessDays(calendar, today, 1))
    await this.#type('han', 'settle', ['calendar', 'add', holiday, '--name', 'a day off'], day)
  }

  async #closeMonth(day: number): Promise<void> {
    const month = await monthBefore(this.#place)
    await untilKnown(this.#place, month)
    await this.#hands.run('checkInvariants', day)
    await this.#type('kim', 'books', ['close', '--month', month], day)
  }

  #termsOfReturned(...flags: string[]): string[] {
    return ['terms', 'set', this.#ids.returned, '--currency', 'KRW', ...flags]
  }

  /** One is given to somebody and refused first. */
  async #resolveBreaks(day: number): Promise<void> {
    const breaks = await this.#find(
      `SELECT b.break_id AS id FROM recon_break b JOIN recon_line l ON l.file_id = b.file_id AND l.line_no = b.line_no
       JOIN payment_operation o ON o.operation_id = l.match_key WHERE o.merchant_id = ? AND b.state = 'OPEN' ORDER BY b.class`,
      this.#ids.spoiled,
    )
    const [first, second] = breaks
    const type = (by: 'kim' | 'han', ...words: string[]) => this.#type(by, 'breaks', words, day)
    await type('han', 'propose', first!, '--to', 'own_funds')
    await type('kim', 'refuse', first!)
    await type('han', 'propose', first!, '--to', 'recon_gain')
    await type('kim', 'approve', first!)
    await type('han', 'propose', second!, '--to', 'acquirer_fee')
    await type('kim', 'approve', second!)
  }

  #type(
    by: 'kim' | 'han',
    tool: Command['tool'],
    words: readonly string[],
    day: number,
    unsure: Command['unsure'] = 'changes nothing',
  ): Promise<void> {
    return this.#hands.type({ by, tool, words, unsure }, day)
  }

  async #find(sql: string, value: string): Promise<string[]> {
    const rows = await this.#place.system.database.rows<{ id: string }>(sql, [value])
    return rows.map(({ id }) => id)
  }
}
