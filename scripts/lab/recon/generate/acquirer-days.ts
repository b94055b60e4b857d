/** The acquirer's days: sales with and without faults, their batches, and the files that say so, resent, amended, late and broken ones too. */

import type { Random } from '../../random.ts'
import {
  bytesOf,
  type Damage,
  damagedBytes,
  damages,
  type FileContent,
  type FileLine,
  type Look,
  looks,
  netOf,
  rowsOf,
  totalNetOf,
} from './acquirer-file.ts'
import { addDays, compact } from './days.ts'
import { Deck } from './deck.ts'
import {
  type DisputeFault,
  disputeFaults,
  earlyDisputes,
  isDispute,
  mayDispute,
  plantDispute,
  rightDisputes,
} from './dispute-faults.ts'
import {
  type LineFault,
  type LineTarget,
  type LineValues,
  lineFaults,
  mayFail,
  settleRightly,
  subjectOf,
} from './line-faults.ts'
import { type Currency, currencies, feeOf, vatOf } from './money.ts'
import type { Step } from './truth.ts'
import {
  dueOf,
  faultsPerThousand,
  type GeneratorOptions,
  type Sale,
  type Season,
  type Settled,
  seasonsOf,
  type World,
} from './world.ts'

/** What becomes of a whole file. */
const fileFaults = [
  'resent-as-it-is',
  'resent-as-revision',
  'amended',
  'amended-twice',
  'line-in-revision',
  'revision-taken',
  'carry-of-nothing',
  'carry-changed',
  ...damages.map(damage => `broken:${damage}` as const),
] as const
/** When a file comes instead of in its order; one of each in a season, the last in the first season only. */
const detours = ['out-of-order', 'after-deposit', 'after-overdue'] as const
type Detour = (typeof detours)[number]

type FileFault = (typeof fileFaults)[number] | Detour

interface Batch {
  reference: string
  currency: Currency
  day: string
  lines: PlacedLine[]
}

/** Lines of a file that say something else in its next revision, and by how much. */
const AMENDED_MAX = 3
const AMENDED_BY_MAX = 90

interface PlacedLine extends FileLine {
  sale?: Settled
  settles: boolean
  isPlain: boolean
}

/** What the bank is to be paid for a batch. */
export interface DueBatch {
  reference: string
  currency: Currency
  net: number
  dueOn: string
  /** The deposit comes before the file, and is plain. */
  isBeforeFile: boolean
}

/** A file that is to come on a later day. */
interface Held {
  day: string
  step: Step
  isBeforeOthers: boolean
}

const shares: ReadonlyArray<readonly [Currency, number]> = [
  ['KRW', 0.6],
  ['USD', 0.16],
  ['JPY', 0.14],
  ['KWD', 0.1],
]

const rangeOf: Record<Currency, readonly [number, number]> = {
  KRW: [1_000, 300_000],
  USD: [500, 40_000],
  JPY: [500, 40_000],
  KWD: [1_000, 60_000],
}

/** Of the first season: so many times the lines of another day. */
const BUSY_DAY = 2
const BUSY_FACTOR = 4
/** Less than what is left of a refund when its fee is given back. */
const AFTER_FEE = 0.98
/** Far enough for what may go wrong with the payment of a batch. */
const ABOVE_ZERO = 1_000
/** Within what the bank and a payment may be. */
const HUGE = 400_000_000_000

/** Of each kind, where nothing goes wrong. */
const DISPUTES = 2
const REFUNDS = 0.12
const REMEMBERED = 500

/** A capture that may be refunded, in parts too, on later days. */
interface Captured {
  sale: Sale
  left: number
}

export class AcquirerDays {
  readonly #world: World
  readonly #seasons: readonly [Season, Season]
  readonly #linesPerDay: number
  readonly #deck: Deck<LineFault | DisputeFault>
  readonly #fileDeck: Deck<FileFault>
  readonly #batches = new Map<string, Batch>()
  readonly #captured = new Map<Currency, Captured[]>()
  readonly #carried = new Map<Currency, FileLine>()
  /** Files that come out of their order, by day and currency. */
  readonly #apart = new Map<string, Detour>()
  #tomorrow: Array<() => void> = []
  #held: Held[] = []
  #place = 0
  #filePlace = 0
  /** Batches with a net above 0, for the bank. */
  readonly due: DueBatch[] = []
  /** Captures whose disputes are given up when the files of the day are matched. */
  readonly lost: string[] = []

  constructor(world: World, { lines, mix }: GeneratorOptions) {
    const faults = faultsPerThousand[mix]
    this.#world = world
    this.#seasons = seasonsOf(lines)
    const days = this.#seasons.flatMap(({ saleDays }) => saleDays).length
    this.#linesPerDay = Math.max(4, Math.ceil(lines / (days + BUSY_FACTOR - 1)))
    const names = Object.keys(lineFaults) as LineFault[]
    const wrongs = [...names, ...disputeFaults.filter(name => !rightDisputes.includes(name))]
    const each = faults === 0 ? 0 : Math.max(2, Math.round((faults * lines) / 1_000))
    this.#deck = new Deck(
      world.random.fork(),
      [...wrongs.map(name => [name, each] as const), ...rightDisputes.map(name => [name, each || DISPUTES] as const)],
      this.#linesPerDay * (days + BUSY_FACTOR - 1),
      ['settled-next-season', 'settled-next-day', 'settled-next-day-with-fee', ...earlyDisputes],
    )
    const files = days * currencies.length
    const eachFile = faults === 0 ? 0 : Math.max(1, Math.round((faults * files) / 100))
    this.#fileDeck = new Deck(
      world.random.fork(),
      fileFaults.map(name => [name, eachFile] as const),
      files / 2,
      ['carry-changed'],
    )
    if (faults > 0) this.#setApart(world.random.fork())
  }

  /** Neither on the first day of a season, which gets what is late from the one before, nor on its last. */
  #setApart(random: Random): void {
    for (const season of this.#seasons)
      for (const [index, detour] of detours.entries()) {
        if (detour === 'after-overdue' && season !== this.#seasons[0]) continue
        const day = random.pick(season.saleDays.slice(1, -1))
        this.#apart.set(keyOf(day, currencies[index + 1]!), detour)
      }
  }

  /** What found no place. */
  get unplanted(): string[] {
    return [...this.#deck.left, ...this.#fileDeck.left]
  }

  /** The sales of the world's day, into books and batches. */
  sell(season: Season): void {
    const { random, day } = this.#world
    const target = this.#targetOf(season)
    for (const work of this.#tomorrow.splice(0)) work()
    for (let count = this.#countOf(season); count > 0; count -= 1) {
      const sale = this.#saleOf(this.#currency())
      this.#plant(target, sale)
    }
    // What the first day leaves below 0 is carried into a batch that is paid.
    if (target.nextDay === undefined || day === this.#seasons[0].saleDays[1]) this.#endAboveZero(target)
    else if (target.today === this.#seasons[0].saleDays[0]) this.#sellMuchBack(target)
    else random.pick(this.#ends)(target)
  }

  #plant(target: LineTarget, sale: Sale): void {
    const world = this.#world
    const fault = this.#deck.draw(this.#place, name =>
      isDispute(name) ? mayDispute(name, target, sale.currency) : mayFail(name, target, sale),
    )
    this.#place += 1
    if (fault === undefined || isDispute(fault)) settleRightly(world, target, sale)
    else lineFaults[fault](world, target, sale)
    if (fault !== undefined && isDispute(fault)) plantDispute(fault, world, target, sale.currency)
  }

  /** How a day may end. */
  readonly #ends: ReadonlyArray<(target: LineTarget) => void> = [
    target => this.#sellMuchBack(target),
    target => this.#sellAllBack(target),
    target => {
      const amount = HUGE + this.#world.random.integer(0, HUGE)
      settleRightly(this.#world, target, this.#saleOver('KRW', amount))
    },
    () => {},
  ]

  /** One day of a large world has a file of several chunks. */
  #countOf(season: Season): number {
    const isBusy = this.#world.day === this.#seasons[0].saleDays[BUSY_DAY] && season === this.#seasons[0]
    return isBusy ? this.#linesPerDay * BUSY_FACTOR : this.#linesPerDay
  }

  /** The files of the day, and those that come late. */
  *files(season: Season): Generator<Step> {
    const day = this.#world.day
    yield* this.#heldUntil(day, true)
    for (const currency of currencies) {
      const batch = this.#batches.get(keyOf(day, currency))
      if (batch === undefined || batch.lines.length === 0) continue
      this.#batches.delete(keyOf(day, currency))
      yield* this.#filesOf(batch, season)
    }
    yield* this.#heldUntil(day, false)
  }

  /** On a day without sales: what comes late. */
  *late(): Generator<Step> {
    for (const work of this.#tomorrow.splice(0)) work()
    yield* this.#heldUntil(this.#world.day, true)
    yield* this.#heldUntil(this.#world.day, false)
  }

  *#heldUntil(day: string, isBeforeOthers: boolean): Generator<Step> {
    const ready = this.#held.filter(held => held.day <= day && held.isBeforeOthers === isBeforeOthers)
    this.#held = this.#held.filter(held => !ready.includes(held))
    for (const { step } of ready) yield { ...step, day } as Step
  }

  #currency(): Currency {
    let at = this.#world.random.fraction()
    for (const [currency, share] of shares) {
      if (at < share) return currency
      at -= share
    }
    return 'KRW'
  }

  #saleOf(currency: Currency): Sale {
    const known = this.#captured.get(currency) ?? []
    const { random } = this.#world
    return known.length > 0 && random.fraction() < REFUNDS
      ? this.#refundOf(random.pick(known))
      : this.#captureOf(currency)
  }

  #captureOf(currency: Currency): Sale {
    const known = this.#captured.get(currency) ?? []
    const sale = this.#saleOver(currency, this.#world.random.integer(...rangeOf[currency]))
    known.push({ sale, left: sale.amount })
    this.#captured.set(currency, known.slice(-REMEMBERED))
    return sale
  }

  #saleOver(currency: Currency, amount: number): Sale {
    const fee = feeOf(amount)
    return this.#operation({ kind: 'capture', currency, amount, fee, vat: vatOf(fee) })
  }

  /** All that is left, or a part, so that some are refunded over several batches. */
  #refundOf(captured: Captured): Sale {
    const { sale, left } = captured
    const amount = this.#world.random.fraction() < 0.5 ? left : Math.max(1, Math.floor(left / 2))
    captured.left -= amount
    const known = this.#captured.get(sale.currency)!
    if (captured.left === 0) known.splice(known.indexOf(captured), 1)
    const fee = -feeOf(amount)
    const { paymentId, merchantId, currency } = sale
    return {
      ...this.#operation({ kind: 'refund', currency, amount: -amount, fee, vat: vatOf(fee) }),
      paymentId,
      merchantId,
    }
  }

  #operation(of: Pick<Sale, 'kind' | 'currency' | 'amount' | 'fee' | 'vat'>): Sale {
    const atMs = this.#world.atMs()
    const [operationId, paymentId] = [this.#world.newId('op', atMs), this.#world.newId('pay', atMs)]
    return { operationId, paymentId, merchantId: this.#world.merchant(), ...of }
  }

  /** One refund of an old payment makes the batch of a currency negative: the next batch carries it. */
  #sellMuchBack(target: LineTarget): void {
    const { random } = this.#world
    const inOrder = currencies.filter(each => !target.isApart(each) && !target.isApart(each, target.nextDay))
    const currency = random.pick(inOrder)
    const net = totalNetOf(this.#batchOf(currency, target.today).lines)
    const amount = Math.max(1_000, Math.ceil((net + random.integer(1_000, 50_000)) / AFTER_FEE))
    const fee = -feeOf(amount)
    settleRightly(
      this.#world,
      target,
      this.#operation({ kind: 'refund', currency, amount: -amount, fee, vat: vatOf(fee) }),
    )
  }

  /** A refund without fee makes the batch of a currency come to nothing: it is neither paid nor carried. */
  #sellAllBack(target: LineTarget): void {
    const currency = this.#world.random.pick(currencies)
    const net = totalNetOf(this.#batchOf(currency, target.today).lines) + (this.#carried.get(currency)?.amount ?? 0)
    if (net <= 0 || target.isApart(currency)) return
    const refund = { kind: 'refund', currency, amount: -net, fee: 0, vat: 0 } as const
    settleRightly(this.#world, target, this.#operation(refund))
  }

  /** What a season ends with is paid, so that nothing is carried into the next. */
  #endAboveZero(target: LineTarget): void {
    for (const currency of currencies) {
      const carried = this.#carried.get(currency)
      const batch = this.#batches.get(keyOf(target.today, currency))
      if (carried === undefined && batch === undefined) continue
      const { lines } = this.#batchOf(currency, target.today)
      while (totalNetOf(lines) + (carried?.amount ?? 0) <= ABOVE_ZERO)
        settleRightly(this.#world, target, this.#captureOf(currency))
    }
  }

  #targetOf(season: Season): LineTarget {
    const day = this.#world.day
    const index = season.saleDays.indexOf(day)
    const isFirst = season === this.#seasons[0]
    return {
      today: day,
      nextDay: season.saleDays[index + 1],
      nextSeasonDay: isFirst ? this.#seasons[1].saleDays[0] : undefined,
      sale: currency => this.#saleOf(currency),
      capture: currency => this.#saleOver(currency, this.#world.random.integer(...rangeOf[currency])),
      line: (sale, values, { day: on = day, settles = false, isPlain = false } = {}) =>
        this.#line(sale, values, { day: on, soldOn: day, settles, isPlain }),
      isApart: (currency, on = day) => this.#apart.has(keyOf(on, currency)),
      later: work => void this.#tomorrow.push(work),
      lose: externalRef => void this.lost.push(externalRef),
    }
  }

  #line(
    sale: Settled,
    { amount, fee, vat }: LineValues,
    of: { day: string; soldOn: string; settles: boolean; isPlain: boolean },
  ): void {
    const { kind, operationId: reference } = sale
    const { day, settles, isPlain } = of
    // The day on which the bank decided about it.
    const soldOn = kind === 'chargeback' || kind === 'chargeback_won' ? day : of.soldOn
    this.#batchOf(sale.currency, day).lines.push({
      kind,
      reference,
      soldOn,
      amount,
      fee,
      vat,
      sale,
      settles,
      isPlain,
    })
    this.#world.lineCount += 1
  }

  #batchOf(currency: Currency, day: string): Batch {
    const key = keyOf(day, currency)
    const known = this.#batches.get(key)
    if (known !== undefined) return known
    const made = { reference: `ACQ-${compact(day)}-${currency}`, currency, day, lines: [] }
    this.#batches.set(key, made)
    return made
  }

  *#filesOf(batch: Batch, season: Season): Generator<Step> {
    const carried = this.#carried.get(batch.currency)
    this.#carried.delete(batch.currency)
    const planted = batch.lines.filter(isOfDispute)
    shuffle(batch.lines, this.#world.random)
    putInOrder(batch.lines, planted)
    if (carried !== undefined) batch.lines.unshift({ ...carried, settles: false, isPlain: false })
    const net = totalNetOf(batch.lines)
    const isInOrder = carried !== undefined || net <= 0
    const detour = isInOrder ? undefined : this.#apart.get(keyOf(batch.day, batch.currency))
    const drawn = (names: (name: FileFault) => boolean) =>
      this.#fileDeck.draw(this.#filePlace, name => names(name) && mayHappen(name, net, batch))
    // Few files carry anything.
    const fault = detour ?? drawn(name => name === 'carry-changed') ?? drawn(() => true)
    this.#filePlace += 1
    if (fault === 'carry-of-nothing') this.#carryNothing(batch)
    if (fault === 'carry-changed') this.#changeCarry(batch)
    const first = fileStep(batch, 1, this.#world.random.pick(looks))
    const amended = yield* this.#send(batch, first, fault, season)
    this.#pay(batch, amended, fault === 'after-deposit' || fault === 'after-overdue')
  }

  /** Returns the lines that count in the end. */
  *#send(batch: Batch, first: Step, fault: FileFault | undefined, season: Season): Generator<Step, FileLine[]> {
    const { day, lines } = batch
    const at = addDays(day, 1)
    switch (fault) {
      case undefined:
      case 'carry-of-nothing':
      case 'carry-changed':
        yield first
        return lines
      case 'resent-as-it-is':
        yield first
        this.#hold(at, { ...(first as FileStep), name: nameOf(batch, 2), becomes: 'KNOWN' })
        return lines
      case 'resent-as-revision':
        yield first
        this.#hold(at, fileStep(batch, 2, other(first)))
        return lines
      case 'revision-taken':
        yield first
        this.#hold(at, { ...fileStep(batch, 1, other(first)), becomes: 'REJECTED' })
        this.#refused(batch, fault)
        return lines
      case 'amended':
      case 'amended-twice': {
        yield first
        const changed = this.#amend(lines, batch.currency)
        this.#hold(at, fileStep({ ...batch, lines: changed }, 2, 'plain'))
        if (fault === 'amended') return changed
        const again = this.#amend(changed, batch.currency)
        this.#hold(at, fileStep({ ...batch, lines: again }, 3, 'plain'))
        return again
      }
      case 'line-in-revision': {
        const without = lines.filter(line => line !== lines.at(-1))
        yield fileStep({ ...batch, lines: without }, 1, 'plain')
        this.#hold(at, fileStep(batch, 2, 'plain'))
        return lines
      }
      case 'out-of-order':
        this.#hold(at, first, false)
        return lines
      case 'after-deposit':
        this.#hold(addDays(dueOf(day), 1), first)
        return lines
      case 'after-overdue':
        this.#hold(addDays(season.agedOn, 1), first)
        this.#overdue(lines)
        return lines
      default: {
        const damage = fault.slice('broken:'.length) as Damage
        const bytes = damagedBytes(batch, damage, this.#world.random)
        yield { ...(first as FileStep), bytes, becomes: 'REJECTED' }
        yield { ...(first as FileStep), bytes, becomes: 'KNOWN' }
        this.#refused(batch, fault)
        yield first
        return lines
      }
    }
  }

  /** The acquirer takes less than it says, for a batch that it never had. */
  #carryNothing({ lines, currency, day }: Batch): void {
    const amount = -this.#world.random.integer(1, 400)
    const reference = `ACQ-20250102-${currency}`
    lines.unshift({
      ...{ kind: 'carry', reference, soldOn: day, amount, fee: 0, vat: 0 },
      settles: false,
      isPlain: false,
    })
    this.#world.move(currency, 'cash_in_transit', amount)
    const row = { subject: `op:${reference}:carry`, currency, mutation: 'carry-of-nothing' }
    this.#world.truth({ ...row, class: 'MISSING_HERE', booked: -amount })
  }

  /** It fits no batch then, and the one that it was of is carried by nobody. */
  #changeCarry({ lines, currency }: Batch): void {
    const carry = lines[0]!
    carry.amount += this.#world.random.integer(1, 400)
    const { reference, amount } = carry
    this.#world.move(currency, 'cash_in_transit', amount)
    const row = { currency, mutation: 'carry-changed' }
    this.#world.truth({ ...row, subject: `op:${reference}:carry`, class: 'MISSING_HERE', booked: -amount })
    this.#world.truth({ ...row, subject: `batch:${reference}`, class: 'MISSING_THERE', booked: 0 })
  }

  #hold(day: string, step: Step, isBeforeOthers = true): void {
    this.#held.push({ day, step, isBeforeOthers })
  }

  #refused(batch: Batch, mutation: string): void {
    const { reference, currency } = batch
    this.#world.say({ subject: `file:${reference}`, class: 'REJECTED', currency, mutation })
  }

  /** A few lines that were right say something else: the break is over what they changed. */
  #amend(lines: readonly PlacedLine[], currency: Currency): PlacedLine[] {
    const { random } = this.#world
    const chosen = new Set(lines.filter(isAmendable).slice(0, random.integer(1, AMENDED_MAX)))
    return lines.map(line => {
      if (!chosen.has(line)) return line
      const amount = line.amount + random.integer(1, AMENDED_BY_MAX)
      const changed = { ...line, amount }
      this.#world.move(currency, 'cash_in_transit', netOf(changed) - netOf(line))
      const subject = subjectOf(line.sale!)
      this.#world.truth({
        subject,
        class: 'AMENDED',
        currency,
        booked: netOf(line) - netOf(changed),
        mutation: 'amended',
      })
      return changed
    })
  }

  /** All of it was missed before it came. */
  #overdue(lines: readonly PlacedLine[]): void {
    for (const { sale, settles } of lines)
      if (settles) {
        const row = { subject: subjectOf(sale!), currency: sale!.currency, mutation: 'after-overdue' }
        this.#world.truth({ ...row, class: 'MISSING_THERE', booked: 0, closed: true })
      }
  }

  #pay({ reference, currency, day }: Batch, lines: readonly FileLine[], isBeforeFile: boolean): void {
    const net = totalNetOf(lines)
    if (net > 0) this.due.push({ reference, currency, net, dueOn: dueOf(day), isBeforeFile })
    if (net < 0) this.#carried.set(currency, { kind: 'carry', reference, soldOn: day, amount: net, fee: 0, vat: 0 })
  }
}

/** What it says then has the same sign. */
const isAmendable = ({ isPlain, amount }: PlacedLine): boolean => isPlain && Math.abs(amount) > AMENDED_BY_MAX

/** In place: what belongs together stands anywhere in its file. */
function shuffle<T>(list: T[], random: Random): void {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last)
    const one = list[last]!
    list[last] = list[other]!
    list[other] = one
  }
}

const isOfDispute = ({ kind }: PlacedLine): boolean => kind === 'chargeback' || kind === 'chargeback_won'

/** In place: of one payment what is taken and won stands in the order of `planted`, wherever it stands. */
function putInOrder(lines: PlacedLine[], planted: readonly PlacedLine[]): void {
  const places = Map.groupBy(
    [...lines.entries()].filter(([, line]) => isOfDispute(line)),
    ([, line]) => line.sale!.paymentId,
  )
  for (const [paymentId, ofPlanted] of Map.groupBy(planted, line => line.sale!.paymentId))
    for (const [index, [place]] of places.get(paymentId)!.entries()) lines[place] = ofPlanted[index]!
}

type FileStep = Extract<Step, { kind: 'file' }>

const keyOf = (day: string, currency: Currency): string => `${day} ${currency}`

const nameOf = ({ reference }: Pick<Batch, 'reference'>, revision: number): string => `${reference}-r${revision}.csv`

function fileStep(batch: FileContent, revision: number, look: Look): FileStep {
  const bytes = bytesOf(rowsOf(batch), look)
  const name = nameOf(batch, revision)
  return { kind: 'file', day: batch.day, sourceId: 'acquirer', name, bytes, becomes: 'DONE' }
}

/** A look with other bytes. */
const other = (first: Step): Look => ((first as FileStep).bytes.includes('\r\n') ? 'plain' : 'crlf')

const changesLines: ReadonlySet<string> = new Set<FileFault>(['amended', 'amended-twice', 'line-in-revision'])

function mayHappen(name: FileFault, net: number, { lines }: Batch): boolean {
  if (lines.length < 2) return false
  if (name === 'carry-changed') return net > 1_000 && lines[0]!.kind === 'carry' && lines[0]!.amount < -1_000
  if (name === 'carry-of-nothing') return net > 1_000 && lines[0]!.kind !== 'carry'
  if (!changesLines.has(name)) return true
  const hasPlain = lines.some(isAmendable)
  return hasPlain && net > 0 && (name !== 'line-in-revision' || lines.at(-1)!.isPlain)
}
