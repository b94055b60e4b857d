/** The bank's days: deposits of the acquirer, payouts and what comes back, transfers of our own, and money that nobody knows. */

import type { DueBatch } from './acquirer-days.ts'
import { addDays, businessDaysAfter, isBusinessDay } from './days.ts'
import { Deck } from './deck.ts'
import { type Currency, currencies } from './money.ts'
import {
  type CurrencyPart,
  closingOf,
  damagedStatement,
  type Entry,
  type Movement,
  momentsOf,
  type StatementDamage,
  statementDamages,
  statementText,
} from './statement.ts'
import type { PayoutRow, Step } from './truth.ts'
import { faultsPerThousand, type GeneratorOptions, type Season, seasonsOf, type World } from './world.ts'

type BankAccount = 'operating' | 'safeguarded'
type FileStep = Extract<Step, { kind: 'file' }>

const depositFaults = [
  'split',
  'short',
  'excess',
  'paid-twice',
  'unpaid',
  'paid-next-season',
  'no-reference',
  'no-reference-and-short',
  'no-reference-early',
  'no-reference-at-last',
  'no-reference-too-late',
] as const
type DepositFault = (typeof depositFaults)[number]

const payoutFaults = [
  'payout-over',
  'payout-under',
  'payout-failed-here',
  'payout-canceled-here',
  'payout-never-paid',
  'payout-next-season',
  'payout-twice',
  'payout-returned',
  'payout-returned-less',
  'payout-returned-twice',
  'payout-no-reference',
  'payout-no-reference-twice',
  'payout-twin-later',
  'payout-ambiguous',
] as const
type PayoutFault = (typeof payoutFaults)[number]

const statementFaults = [
  ...statementDamages.map(damage => `broken:${damage}` as const),
  'statement-resent',
  'statement-late',
] as const
type StatementFault = (typeof statementFaults)[number]

const unknownMoney = ['credit', 'debit', 'credit-no-reference', 'debit-no-reference'] as const

/** Far above what is deposited or paid out, so that nothing has this amount by chance. */
const UNKNOWN_FROM = 7_000_000_000
/** Business days that what is due may take. */
const SLA_DAYS = 2
const OPENING = 1_234_567
/** What was not empty before anybody read its statements. */
const opened: readonly string[] = ['operating KRW', 'operating KWD', 'safeguarded KRW']

interface Book {
  balance: number
  statements: number
}

interface Planned {
  day: string
  account: BankAccount
  movement: Movement
}

type NewMovement = Pick<Movement, 'amount' | 'currency' | 'kind' | 'endToEndId' | 'party' | 'partyAccount'>

export class BankDays {
  readonly #world: World
  readonly #seasons: readonly [Season, Season]
  readonly #deposits: Deck<DepositFault>
  readonly #payouts: Deck<PayoutFault>
  readonly #statements: Deck<StatementFault>
  readonly #perDay: number
  readonly #books = new Map<string, Book>()
  /** Of deposits, by currency: no two that are waited for may have the same. */
  readonly #nets = new Set<string>()
  /** What must be read on its day: later it would be found to be something else. */
  readonly #punctual = new Set<Movement>()
  /** Statements that come after the next one was tried. */
  readonly #late = new Map<BankAccount, FileStep>()
  #planned: Planned[] = []
  #count = 0
  #amounts = 0
  #depositPlace = 0
  #payoutPlace = 0
  #statementPlace = 0

  constructor(world: World, { lines, mix }: GeneratorOptions) {
    const faults = faultsPerThousand[mix]
    const each = (count: number) => (faults === 0 ? 0 : Math.max(1, Math.round((faults * count) / 100)))
    this.#world = world
    this.#seasons = seasonsOf(lines)
    const days = this.#seasons.flatMap(({ saleDays }) => saleDays).length
    this.#perDay = Math.max(8, Math.round(lines / 150 / days))
    const dealt = <Name extends string>(names: readonly Name[], count: number, places: number, early: Name[]) =>
      new Deck<Name>(
        world.random.fork(),
        names.map(name => [name, count] as const),
        places,
        early,
      )
    this.#deposits = dealt(depositFaults, each(days * 3), days * 2, ['paid-next-season'])
    this.#payouts = dealt(payoutFaults, each(this.#perDay * days), Math.floor(this.#perDay * days * 0.6), [
      'payout-next-season',
    ])
    this.#statements = dealt(statementFaults, each(days * 3), days * 2, [])
  }

  get unplanted(): string[] {
    return [...this.#deposits.left, ...this.#payouts.left, ...this.#statements.left]
  }

  /** What the acquirer pays for a batch, on the day that it is due. */
  deposit(batch: DueBatch, season: Season): void {
    const { reference, currency, net, dueOn, isBeforeFile } = batch
    this.#depositPlace += 1
    const key = `${currency} ${net}`
    const isAlone = !this.#nets.has(key)
    this.#nets.add(key)
    const fault = isBeforeFile
      ? undefined
      : this.#deposits.draw(this.#depositPlace, name => this.#mayHappen(name, { net, isAlone, season }))
    if (isBeforeFile) this.#beforeFile(batch)
    else if (fault === undefined) this.#credit(dueOn, { reference, amount: net, currency, allocated: net })
    else this.#faultyDeposits[fault](batch, this.#world.random.integer(1, 1_000))
  }

  #mayHappen(name: DepositFault, { net, isAlone, season }: { net: number; isAlone: boolean; season: Season }): boolean {
    if (name === 'paid-next-season') return season === this.#seasons[0]
    if (name.startsWith('no-reference')) return isAlone && net > 5_000
    return net > 5_000
  }

  #beforeFile({ reference, currency, net, dueOn }: DueBatch): void {
    const movement = this.#credit(dueOn, { reference, amount: net, currency, allocated: net })
    this.#punctual.add(movement)
    const row = { subject: subjectOf(movement), currency, mutation: 'deposit-before-file' }
    this.#world.truth({ ...row, class: 'MISSING_HERE', booked: -net, closed: true })
  }

  /** What is done for a batch, and what must be found; `part` is by how much it is wrong. */
  readonly #faultyDeposits: Record<DepositFault, (batch: DueBatch, part: number) => void> = {
    split: ({ reference, currency, net, dueOn }) => {
      const first = this.#world.random.integer(1, net - 1)
      this.#credit(dueOn, { reference: `${reference}-1`, amount: first, currency, allocated: first })
      this.#credit(dueOn, { reference: `${reference}-2`, amount: net - first, currency, allocated: net - first })
      this.#world.say({ subject: `batch:${reference}`, class: 'MATCHED', currency, mutation: 'split' })
    },
    short: ({ reference, currency, net, dueOn }, part) => {
      this.#credit(dueOn, { reference, amount: net - part, currency, allocated: net })
      const row = { subject: `batch:${reference}`, currency, mutation: 'short' }
      this.#world.truth({ ...row, class: 'AMOUNT_UNDER', booked: part })
    },
    excess: ({ reference, currency, net, dueOn }, part) => {
      const movement = this.#credit(dueOn, { reference, amount: net + part, currency, allocated: net })
      const row = { subject: subjectOf(movement), orSubject: `batch:${reference}`, currency, mutation: 'excess' }
      this.#world.truth({ ...row, class: 'AMOUNT_OVER', booked: -part })
    },
    'paid-twice': ({ reference, currency, net, dueOn }) => {
      this.#credit(dueOn, { reference, amount: net, currency, allocated: net })
      const movement = this.#credit(dueOn, { reference, amount: net, currency, allocated: 0 })
      const row = { subject: subjectOf(movement), orSubject: `batch:${reference}`, currency, mutation: 'paid-twice' }
      this.#world.truth({ ...row, class: 'AMOUNT_OVER', booked: -net })
    },
    unpaid: ({ reference, currency }) =>
      this.#world.truth({ ...neverCame(`batch:${reference}`), currency, mutation: 'unpaid' }),
    'paid-next-season': ({ reference, currency, net }) => {
      const day = this.#seasons[1].saleDays[0]!
      this.#credit(day, { reference, amount: net, currency, allocated: net })
      const row = { currency, mutation: 'paid-next-season' }
      this.#world.truth({ ...row, ...neverCame(`batch:${reference}`), closed: true })
    },
    'no-reference': batch => this.#withoutReference(batch, batch.dueOn, 'no-reference'),
    'no-reference-early': batch => this.#withoutReference(batch, dayBefore(batch.dueOn), 'no-reference-early'),
    'no-reference-at-last': batch =>
      this.#withoutReference(batch, businessDaysAfter(batch.dueOn, SLA_DAYS), 'no-reference-at-last'),
    'no-reference-too-late': ({ reference, currency, net, dueOn }) => {
      const day = businessDaysAfter(dueOn, SLA_DAYS + 1)
      const movement = this.#credit(day, { amount: net, currency, allocated: 0 })
      const row = { currency, mutation: 'no-reference-too-late' }
      const unknown = { subject: subjectOf(movement), class: 'MISSING_HERE', booked: -net, keyed: false } as const
      this.#world.truth({ ...row, ...unknown })
      this.#world.truth({ ...row, ...neverCame(`batch:${reference}`) })
    },
    'no-reference-and-short': ({ reference, currency, net, dueOn }, part) => {
      const amount = net - part
      const movement = this.#credit(dueOn, { amount, currency, allocated: 0 })
      const row = { currency, mutation: 'no-reference-and-short' }
      const unknown = { subject: subjectOf(movement), class: 'MISSING_HERE', booked: -amount, keyed: false } as const
      this.#world.truth({ ...row, ...unknown })
      this.#world.truth({ ...row, ...neverCame(`batch:${reference}`) })
    },
  }

  /** On the first and the last day on which its amount alone still says what it is for. */
  #withoutReference({ reference, currency, net }: DueBatch, day: string, mutation: string): void {
    const movement = this.#credit(day, { amount: net, currency, allocated: net })
    this.#punctual.add(movement)
    const row = { currency, mutation }
    this.#world.say({ ...row, subject: subjectOf(movement), class: 'MATCHED', keyed: false, targets: [reference] })
  }

  /** Money of the acquirer. `allocated` leaves cash in transit. */
  #credit(day: string, of: { reference?: string; amount: number; currency: Currency; allocated: number }): Movement {
    const { reference, amount, currency, allocated } = of
    this.#world.move(currency, 'cash_in_transit', -allocated)
    return this.#plan(day, 'operating', {
      ...(reference === undefined ? this.#noReference() : { endToEndId: reference }),
      ...{ amount, currency, kind: 'deposit', party: 'acquirer' },
    })
  }

  /** Some banks leave it out, some write ISO 20022's word for it. */
  #noReference(): { endToEndId?: string } {
    return this.#world.random.fraction() < 0.5 ? {} : { endToEndId: 'NOTPROVIDED' }
  }

  #booked(day: string): { bookedAt?: string } {
    const { random } = this.#world
    return random.fraction() < 0.5 ? {} : { bookedAt: random.pick(momentsOf(day)) }
  }

  #plan(day: string, account: BankAccount, of: NewMovement): Movement {
    this.#count += 1
    const number = String(this.#count).padStart(9, '0')
    const movement = {
      ...of,
      ...this.#booked(day),
      bankReference: `BK${number}`,
      remittance: `${of.party} ${number}`,
    }
    this.#planned.push({ day, account, movement })
    return movement
  }

  /** The payouts of a day: their rows, and what the statement of the day will say. */
  payOut(season: Season): void {
    const { day, random } = this.#world
    if (!isBusinessDay(day)) return
    const made: PayoutRow[] = []
    for (let count = 0; count < this.#perDay; count += 1) {
      const fault = this.#payouts.draw(
        this.#payoutPlace,
        name => name !== 'payout-next-season' || season === this.#seasons[0],
      )
      this.#payoutPlace += 1
      const currency = random.fraction() < 0.7 ? 'KRW' : random.pick(currencies)
      made.push(...this.#payout(currency, fault))
    }
    this.#fileOf(made)
  }

  #amount(currency: Currency): number {
    this.#amounts += 1
    const least: Record<Currency, number> = { KRW: 500_000, USD: 100_000, JPY: 100_000, KWD: 100_000 }
    return least[currency] + this.#amounts * 1_013 + this.#world.random.integer(0, 1_000)
  }

  #payout(currency: Currency, fault: PayoutFault | undefined): PayoutRow[] {
    const amount = this.#amount(currency)
    if (fault !== undefined) return this.#faultyPayouts[fault](currency, amount)
    const payout = this.#row(currency, amount, this.#world.random.pick(['SENT', 'CONFIRMED'] as const))
    this.#pay(payout)
    return [payout]
  }

  /** A payout as it should be, and its line. */
  #pay(payout: PayoutRow, amount = payout.amount, options: { day?: string; isKeyed?: boolean } = {}): Movement {
    this.#world.move(payout.currency, 'payout_in_transit', payout.amount)
    return this.#debit(payout, amount, options)
  }

  #row(currency: Currency, amount: number, state: PayoutRow['state'] = 'CONFIRMED'): PayoutRow {
    const world = this.#world
    const atMs = world.atMs()
    const [payoutId, batchId] = [world.newId('out', atMs), world.newId('bat', atMs)]
    const row = {
      payoutId,
      batchId,
      fileId: null,
      merchantId: world.merchant(),
      amount,
      currency,
      state,
      dueOn: world.day,
      atMs,
    }
    const payable = `merchant_payable:${row.merchantId}`
    const base = { paymentId: null, subjectId: payoutId, amount, currency, atMs }
    const transit = 'payout_in_transit'
    world.entry({ ...base, eventId: world.newId('evt', atMs), type: 'payout', debit: payable, credit: transit })
    if (state === 'FAILED' || state === 'CANCELED')
      world.entry({
        ...base,
        eventId: world.newId('evt', atMs),
        type: 'payout_failed',
        debit: transit,
        credit: payable,
      })
    else world.move(currency, transit, -amount)
    return row
  }

  #debit(payout: PayoutRow, amount: number, { day = this.#world.day, isKeyed = true } = {}): Movement {
    const { payoutId, currency, merchantId } = payout
    const reference = isKeyed ? { endToEndId: payoutId } : this.#noReference()
    return this.#plan(day, 'operating', {
      ...reference,
      amount: -amount,
      currency,
      kind: 'payout',
      party: merchantId,
      partyAccount: 'acct_pay',
    })
  }

  /** What is done for a payout of this amount, and what must be found. */
  readonly #faultyPayouts: Record<PayoutFault, (currency: Currency, amount: number) => PayoutRow[]> = {
    'payout-over': (currency, amount) => [this.#paidOtherwise(this.#row(currency, amount), 1)],
    'payout-under': (currency, amount) => [this.#paidOtherwise(this.#row(currency, amount), -1)],
    'payout-failed-here': (currency, amount) => [this.#wronglyPaid(this.#row(currency, amount, 'FAILED'))],
    'payout-canceled-here': (currency, amount) => [this.#wronglyPaid(this.#row(currency, amount, 'CANCELED'))],
    'payout-ambiguous': (currency, amount) => this.#ambiguous(this.#row(currency, amount), this.#row(currency, amount)),
    'payout-never-paid': (currency, amount) => {
      const payout = this.#row(currency, amount)
      this.#world.truth({ ...neverCame(subjectOfPayout(payout)), currency, mutation: 'payout-never-paid' })
      return [payout]
    },
    'payout-next-season': (currency, amount) => {
      const payout = this.#row(currency, amount)
      this.#pay(payout, amount, { day: this.#seasons[1].saleDays[0]! })
      const row = { currency, mutation: 'payout-next-season' }
      this.#world.truth({ ...row, ...neverCame(subjectOfPayout(payout)), closed: true })
      return [payout]
    },
    'payout-twice': (currency, amount) => {
      const payout = this.#row(currency, amount)
      this.#pay(payout)
      const movement = this.#debit(payout, amount)
      const subjects = { subject: subjectOfPayout(payout), orSubject: subjectOf(movement) }
      this.#world.truth({ ...subjects, class: 'DUPLICATE', currency, booked: amount, mutation: 'payout-twice' })
      return [payout]
    },
    'payout-returned': (currency, amount) => [this.#returned(this.#row(currency, amount), 0)],
    'payout-returned-less': (currency, amount) => [
      this.#returned(this.#row(currency, amount), this.#world.random.integer(1, 1_000)),
    ],
    'payout-returned-twice': (currency, amount) => {
      const payout = this.#returned(this.#row(currency, amount), 0)
      const movement = this.#moneyBack(payout, amount, 2)
      const row = { subject: subjectOf(movement), orSubject: subjectOfPayout(payout), currency }
      this.#world.truth({ ...row, class: 'DUPLICATE', booked: -amount, mutation: 'payout-returned-twice' })
      return [payout]
    },
    'payout-no-reference': (currency, amount) => [this.#withoutKey(this.#row(currency, amount), 'payout-no-reference')],
    'payout-no-reference-twice': (currency, amount) => {
      const payout = this.#withoutKey(this.#row(currency, amount), 'payout-no-reference-twice')
      const movement = this.#debit(payout, amount, { day: addDays(this.#world.day, 1), isKeyed: false })
      const row = { subject: subjectOf(movement), currency, mutation: 'payout-no-reference-twice', keyed: false }
      this.#world.truth({ ...row, class: 'MISSING_HERE', booked: amount })
      return [payout]
    },
    'payout-twin-later': (currency, amount) =>
      this.#twinLater(this.#row(currency, amount), this.#row(currency, amount)),
  }

  #paidOtherwise(payout: PayoutRow, sign: 1 | -1): PayoutRow {
    const by = sign * this.#world.random.integer(1, 1_000)
    const { currency, amount } = payout
    const movement = this.#pay(payout, amount + by)
    const [of, mutation] =
      by > 0 ? (['AMOUNT_OVER', 'payout-over'] as const) : (['AMOUNT_UNDER', 'payout-under'] as const)
    const subjects = { subject: subjectOfPayout(payout), orSubject: subjectOf(movement) }
    this.#world.truth({ ...subjects, class: of, currency, booked: by, mutation })
    return payout
  }

  /** Of a payout that was booked back. */
  #wronglyPaid(payout: PayoutRow): PayoutRow {
    const { currency, amount, state } = payout
    const movement = this.#debit(payout, amount)
    const subjects = { subject: subjectOfPayout(payout), orSubject: subjectOf(movement) }
    const mutation = `payout-${state.toLowerCase()}-here`
    this.#world.truth({ ...subjects, class: 'STATUS', currency, booked: amount, mutation })
    return payout
  }

  /** Of two with the same amount one is paid with its reference, and a day later the other without: it is the only one left. */
  #twinLater(one: PayoutRow, other: PayoutRow): PayoutRow[] {
    this.#pay(one)
    const movement = this.#pay(other, other.amount, { day: addDays(this.#world.day, 1), isKeyed: false })
    const row = { subject: subjectOf(movement), currency: one.currency, mutation: 'payout-twin-later' }
    this.#world.say({ ...row, class: 'MATCHED', keyed: false, targets: [other.payoutId] })
    return [one, other]
  }

  /** Paid, and on the next day the money is back. */
  #returned(payout: PayoutRow, less: number): PayoutRow {
    const { currency, amount } = payout
    this.#pay(payout)
    const movement = this.#moneyBack(payout, amount - less, 1)
    this.#world.move(currency, 'merchant_payable', -amount)
    const row = { subject: subjectOfPayout(payout), orSubject: subjectOf(movement), currency }
    if (less === 0) this.#world.say({ ...row, class: 'MATCHED', mutation: 'payout-returned' })
    else this.#world.truth({ ...row, class: 'AMOUNT_UNDER', booked: less, mutation: 'payout-returned-less' })
    return payout
  }

  #moneyBack({ payoutId, currency, merchantId }: PayoutRow, amount: number, daysLater: number): Movement {
    const of = { endToEndId: payoutId, amount, currency, party: merchantId, partyAccount: 'acct_return' }
    return this.#plan(addDays(this.#world.day, daysLater), 'operating', { ...of, kind: 'return' })
  }

  #withoutKey(payout: PayoutRow, mutation: string): PayoutRow {
    const movement = this.#pay(payout, payout.amount, { isKeyed: false })
    const row = { subject: subjectOf(movement), currency: payout.currency, mutation }
    this.#world.say({ ...row, class: 'MATCHED', keyed: false, targets: [payout.payoutId] })
    return payout
  }

  /** Two of the same amount and two lines without a reference: nobody can tell which is which, so nothing is settled. */
  #ambiguous(one: PayoutRow, other: PayoutRow): PayoutRow[] {
    const targets = [one.payoutId, other.payoutId]
    for (const payout of [one, other]) {
      const { payoutId, amount, currency } = payout
      const row = { currency, mutation: 'payout-ambiguous' }
      const movement = this.#debit(payout, amount, { isKeyed: false })
      this.#world.truth({
        ...row,
        subject: subjectOf(movement),
        class: 'MISSING_HERE',
        booked: amount,
        keyed: false,
        targets,
      })
      this.#world.truth({ ...row, subject: `payout:${payoutId}`, class: 'MISSING_THERE', booked: 0 })
    }
    return [one, other]
  }

  #fileOf(payouts: PayoutRow[]): void {
    for (const currency of currencies) {
      const sent = payouts.filter(each => each.currency === currency && each.state !== 'CANCELED')
      const { rows, day } = this.#world
      const fileId = this.#world.newId('pof', this.#world.atMs())
      rows.payouts.push(...payouts.filter(each => each.currency === currency && each.state === 'CANCELED'))
      rows.payouts.push(...sent.map(each => ({ ...each, fileId })))
      const total = sent.reduce((sum, { amount }) => sum + amount, 0)
      if (sent.length > 0)
        rows.payoutFiles.push({ fileId, currency, executeOn: day, count: sent.length, total, atMs: this.#world.atMs() })
    }
  }

  /** Money that nobody knows, and transfers of our own, on some days. */
  plantUnknown(season: Season): void {
    const { random, day } = this.#world
    if (random.fraction() < 0.5) this.#unknown(random.pick(unknownMoney))
    const index = season.saleDays.indexOf(day)
    if (index === 1) for (const kind of unknownMoney) this.#unknown(kind)
    if (index === 1) this.#transfer(day)
    if (index === 2) this.#transfer(addDays(day, 1))
  }

  #unknown(kind: (typeof unknownMoney)[number]): void {
    const { random, day } = this.#world
    const currency = random.pick(currencies)
    this.#amounts += 1
    const size = UNKNOWN_FROM + this.#amounts
    const amount = kind.startsWith('credit') ? size : -size
    const keyed = !kind.endsWith('no-reference')
    const reference = keyed ? { endToEndId: `UNKNOWN-${this.#amounts}` } : this.#noReference()
    const movement = this.#plan(day, 'operating', {
      ...reference,
      amount,
      currency,
      kind: 'deposit',
      party: 'somebody',
    })
    const truth = { subject: subjectOf(movement), class: 'MISSING_HERE', currency, booked: -amount, keyed } as const
    this.#world.truth({ ...truth, mutation: `unknown-${kind}` })
  }

  /** Out of one account, and into the other, maybe a day later. */
  #transfer(arrivesOn: string): void {
    const { random, day } = this.#world
    const amount = random.integer(10_000, 90_000)
    const of = {
      endToEndId: `MOVE-${this.#amounts}-${day}`,
      currency: 'KRW',
      kind: 'transfer',
      party: 'ourselves',
    } as const
    this.#plan(day, 'operating', { ...of, amount: -amount, partyAccount: 'safeguarded' })
    this.#plan(arrivesOn, 'safeguarded', { ...of, amount, partyAccount: 'operating' })
  }

  /** The statements of the day, of the accounts that moved. */
  *statements(): Generator<Step> {
    const { day } = this.#world
    for (const account of ['operating', 'safeguarded'] as const) {
      const moved = this.#planned.filter(planned => planned.account === account && planned.day === day)
      if (moved.length === 0 && !(isBusinessDay(day) && this.#books.has(`${account} KRW`))) continue
      yield* this.#statement(
        account,
        moved.map(({ movement }) => movement),
      )
    }
    this.#planned = this.#planned.filter(planned => planned.day > day)
  }

  *#statement(account: BankAccount, movements: readonly Movement[]): Generator<Step> {
    const { day } = this.#world
    const ofAccount = currencies.filter(
      currency => this.#books.has(`${account} ${currency}`) || movements.some(each => each.currency === currency),
    )
    const isFirst = !ofAccount.every(currency => this.#books.has(`${account} ${currency}`))
    const parts = ofAccount.map(currency =>
      this.#part(
        account,
        currency,
        movements.filter(each => each.currency === currency),
      ),
    )
    const text = statementText({ account, day, parts })
    const step = { kind: 'file', day, sourceId: `bank-${account}`, name: `${account}-${day}.xml` } as const
    const fault = this.#statements.draw(this.#statementPlace, name => this.#mayBreak(name, isFirst, account, movements))
    this.#statementPlace += 1
    const right: FileStep = { ...step, bytes: Buffer.from(text), becomes: 'DONE' }
    if (fault === 'statement-late') this.#late.set(account, right)
    else yield* this.#handed(account, right, fault)
  }

  *#handed(account: BankAccount, right: FileStep, fault: StatementFault | undefined): Generator<Step> {
    const { day } = this.#world
    const late = this.#late.get(account)
    this.#late.delete(account)
    if (late !== undefined) {
      this.#refused(right.name, 'statement-late')
      yield { ...right, becomes: 'REJECTED' }
      yield { ...late, day }
    }
    if (fault?.startsWith('broken:')) {
      const damage = fault.slice('broken:'.length) as StatementDamage
      const bytes = Buffer.from(damagedStatement(right.bytes.toString('utf8'), damage))
      this.#refused(right.name, `statement-${fault}`)
      yield { ...right, bytes, becomes: 'REJECTED' }
    }
    yield late === undefined ? right : { ...right, again: true }
    if (fault === 'statement-resent') yield { ...right, name: `again-${right.name}`, becomes: 'KNOWN' }
  }

  #refused(name: string, mutation: string): void {
    this.#world.say({ subject: `file:${name}`, class: 'REJECTED', currency: 'KRW', mutation })
  }

  #mayBreak(name: StatementFault, isFirst: boolean, account: BankAccount, moved: readonly Movement[]): boolean {
    if (this.#late.has(account)) return false
    if (name === 'broken:day-missing') return !isFirst
    if (name !== 'statement-late') return name !== 'broken:details-differ' || moved.length > 0
    const isAwaited = moved.some(movement => this.#punctual.has(movement))
    // So that the next one does not open where the last one closed.
    const changes = currencies.some(
      currency => moved.reduce((sum, { amount, currency: of }) => sum + (of === currency ? amount : 0), 0) !== 0,
    )
    return !isFirst && !isAwaited && changes && this.#followsAnother()
  }

  /** Whether a statement comes on one of the next days, before anything is missed. */
  #followsAnother(): boolean {
    const { day } = this.#world
    return this.#seasons.some(({ saleDays }) => saleDays.includes(day) && isBusinessDay(addDays(day, 1)))
  }

  #part(account: BankAccount, currency: Currency, movements: readonly Movement[]): CurrencyPart {
    const key = `${account} ${currency}`
    const book = this.#books.get(key) ?? { balance: this.#opening(account, currency), statements: 0 }
    const entries = this.#entriesOf(movements)
    const made = { currency, number: book.statements + 1, opening: book.balance, entries }
    const balance = closingOf(made)
    this.#books.set(key, { balance, statements: made.number })
    this.#world.balances[currency][account === 'operating' ? 'cash' : 'cash_safeguarded'] = balance
    return made
  }

  /** There was money on the account before anybody read its statements. */
  #opening(account: BankAccount, currency: Currency): number {
    if (!opened.includes(`${account} ${currency}`)) return 0
    const subject = `opening:bank-${account}:${currency}`
    this.#world.truth({ subject, class: 'MISSING_HERE', currency, booked: -OPENING, mutation: 'first-opening' })
    return OPENING
  }

  /** On some days the bank books the payouts of a file as one entry. */
  #entriesOf(movements: readonly Movement[]): Entry[] {
    const isTogether = this.#world.random.fraction() < 0.4
    const payouts = movements.filter(({ kind }) => kind === 'payout')
    if (!isTogether || payouts.length < 2) return movements.map(movement => [movement])
    return [payouts, ...movements.filter(({ kind }) => kind !== 'payout').map(movement => [movement])]
  }
}

/** The business day before. */
function dayBefore(day: string): string {
  const before = addDays(day, -1)
  return isBusinessDay(before) ? before : dayBefore(before)
}

const subjectOf = ({ remittance }: Movement): string => `bank:${remittance}`
const subjectOfPayout = ({ payoutId }: PayoutRow): string => `payout:${payoutId}`

const neverCame = (subject: string) => ({ subject, class: 'MISSING_THERE', booked: 0 }) as const
