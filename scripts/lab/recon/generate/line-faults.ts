/** What may be wrong with a line of the acquirer, and what must be found then. */
import { addDays, businessDaysAfter, startOf } from './days.ts'
import { type Currency, currencies } from './money.ts'
import type { FoundClass } from './truth.ts'
import { dueOf, type Sale, type Settled, type World } from './world.ts'

export interface LineValues {
  amount: number
  fee: number
  vat: number
}

/** Where lines go: to the batch of a currency, today's or one to come. */
export interface LineTarget {
  today: string
  /** The next day with sales of the same season; undefined on its last. */
  nextDay: string | undefined
  /** The first day of the next season; undefined in the last. */
  nextSeasonDay: string | undefined
  sale(currency: Currency): Sale
  /** A capture that nothing else refunds. */
  capture(currency: Currency): Sale
  /** `settles`: it is the only line that settles the expectation of the sale, with nothing else to find but what it says. */
  line(sale: Settled, values: LineValues, options?: { day?: string; settles?: boolean; isPlain?: boolean }): void
  /** Whether the file of that day comes out of its order, so that nothing else may depend on it. */
  isApart(currency: Currency, day?: string): boolean
  /** What is to be put into the books on the next day. */
  later(work: () => void): void
  /** Somebody gives the dispute of this capture up when the files of the day are matched. */
  lose(externalRef: string): void
}

type Fault = (world: World, target: LineTarget, sale: Sale) => void

export const subjectOf = ({ operationId, kind }: Pick<Settled, 'operationId' | 'kind'>): string =>
  `op:${operationId}:${kind}`

export const valuesOf = ({ amount, fee, vat }: LineValues): LineValues => ({ amount, fee, vat })
const netOf = ({ amount, fee, vat }: LineValues): number => amount - fee - vat

/** A part of the amount that leaves its sign. */
const part = ({ random }: World, { amount }: Sale): number =>
  random.integer(1, Math.max(1, Math.floor(Math.abs(amount) / 3)))
export const small = ({ random }: World): number => random.integer(1, 100)

/** One line that settles its expectation and says other values: one break. */
function differing(
  of: FoundClass,
  changes: (world: World, sale: Sale) => Partial<LineValues>,
  mutation: string,
): Fault {
  return (world, target, sale) => {
    const values = { ...valuesOf(sale), ...changes(world, sale) }
    world.expect(sale, dueOf(target.today))
    target.line(sale, values, { settles: true })
    world.settle(sale, values)
    const booked = sale.amount - values.amount + (values.fee - sale.fee) + (values.vat - sale.vat)
    world.truth({ subject: subjectOf(sale), class: of, currency: sale.currency, booked, mutation })
  }
}

/** A line that settles nothing: its net goes to suspense. */
export function unexpected(
  world: World,
  sale: Settled,
  values: LineValues,
  truth: { class: FoundClass; mutation: string },
): void {
  world.move(sale.currency, 'cash_in_transit', netOf(values))
  world.truth({ subject: subjectOf(sale), currency: sale.currency, booked: -netOf(values), ...truth })
}

export function operation(world: World, sale: Sale, state: 'PENDING' | 'SUCCEEDED' | 'DECLINED'): void {
  const { operationId, paymentId, merchantId, kind, amount, currency } = sale
  const row = {
    operationId,
    paymentId,
    merchantId,
    kind,
    amount: Math.abs(amount),
    currency,
    state,
    atMs: world.atMs(),
  }
  world.rows.operations.push(row)
}

/** The line came first; its expectation is there a day later, and the system closes what it can. */
function comesLater(
  of: 'MISSING_HERE' | 'STATUS',
  state: 'PENDING' | 'SUCCEEDED',
  more: (world: World) => number,
  mutation: string,
): Fault {
  return (world, target, sale) => {
    operation(world, sale, state)
    target.line(sale, valuesOf(sale))
    world.move(sale.currency, 'cash_in_transit', netOf(sale))
    const expected = { ...sale, amount: sale.amount + more(world) }
    target.later(() => {
      world.expect(expected, dueOf(target.today))
      world.move(sale.currency, 'acquirer_receivable', -expected.amount)
      world.move(sale.currency, 'acquirer_fee', sale.fee)
      world.move(sale.currency, 'vat_receivable', sale.vat)
    })
    const left = expected.amount - sale.amount
    const found = { booked: -netOf(sale), left, closed: left === 0 }
    world.truth({ subject: subjectOf(sale), class: of, currency: sale.currency, mutation, ...found })
  }
}

/** The last moment of the day in Seoul, and the first one of the next. */
const lastMs = ({ today: day }: LineTarget): number => startOf(addDays(day, 1)) - 1
const firstOfNextMs = (target: LineTarget): number => lastMs(target) + 1

/** The acquirer settles what it was asked for around midnight on another day than ours. */
function settledOn(
  find: 'DATE' | 'FEE' | 'none',
  lateDay: (target: LineTarget) => string,
  dueOn: (target: LineTarget) => string,
  mutation: string,
  atMs = lastMs,
): Fault {
  return (world, target, sale) => {
    const day = lateDay(target)
    const fee = sale.fee + (find === 'FEE' ? small(world) : 0)
    const values = { ...valuesOf(sale), fee }
    world.expect(sale, dueOn(target), atMs(target))
    target.line(sale, values, { day, settles: true })
    world.settle(sale, values)
    const row = { subject: subjectOf(sale), currency: sale.currency, mutation }
    if (find === 'none') world.say({ ...row, class: 'MATCHED' })
    else world.truth({ ...row, class: find, booked: fee - sale.fee })
  }
}

function clean(world: World, target: LineTarget, sale: Sale): void {
  world.expect(sale, dueOf(target.today))
  target.line(sale, valuesOf(sale), { settles: true, isPlain: true })
  world.settle(sale, valuesOf(sale))
}

export function missing(world: World, target: LineTarget, sale: Sale, mutation: string): void {
  world.expect(sale, dueOf(target.today))
  world.truth({ subject: subjectOf(sale), class: 'MISSING_THERE', currency: sale.currency, booked: 0, mutation })
}

/** Same merchant, amount and day. */
const twinOf = (world: World, sale: Sale): Sale => ({
  ...sale,
  operationId: world.newId('op', world.atMs()),
  paymentId: world.newId('pay', world.atMs()),
})

/** Each of its sums by half, towards 0. */
const halfOf = ({ amount, fee, vat }: Sale): LineValues => ({
  amount: Math.trunc(amount / 2),
  fee: Math.trunc(fee / 2),
  vat: Math.trunc(vat / 2),
})

function duplicated(times: number, day: (target: LineTarget) => string, mutation: string): Fault {
  return (world, target, sale) => {
    world.expect(sale, dueOf(target.today))
    target.line(sale, valuesOf(sale), { settles: true })
    world.settle(sale, valuesOf(sale))
    for (let time = 0; time < times; time += 1) {
      target.line(sale, valuesOf(sale), { day: day(target) })
      unexpected(world, sale, valuesOf(sale), { class: 'DUPLICATE', mutation })
    }
  }
}

const today = ({ today: day }: LineTarget): string => day
const nextDay = ({ nextDay: day }: LineTarget): string => day!

export const lineFaults = {
  'amount-under': differing(
    'AMOUNT_UNDER',
    (world, sale) => ({ amount: sale.amount - part(world, sale) }),
    'amount-under',
  ),
  'amount-over': differing(
    'AMOUNT_OVER',
    (world, sale) => ({ amount: sale.amount + part(world, sale) }),
    'amount-over',
  ),
  'fee-high': differing('FEE', (world, { fee }) => ({ fee: fee + small(world) }), 'fee-high'),
  'fee-low': differing('FEE', (world, { fee }) => ({ fee: fee - small(world) }), 'fee-low'),
  'vat-wrong': differing(
    'FEE',
    (world, { vat }) => ({ vat: vat + world.random.pick([-1, 1]) * small(world) }),
    'vat-wrong',
  ),
  'fee-and-vat': differing(
    'FEE',
    (world, { fee, vat }) => ({ fee: fee + small(world), vat: vat + small(world) }),
    'fee-and-vat',
  ),
  'fee-offset-by-vat': differing(
    'FEE',
    (world, { fee, vat }) => {
      const by = small(world)
      return { fee: fee + by, vat: vat - by }
    },
    'fee-offset-by-vat',
  ),
  'over-and-fee': differing(
    'AMOUNT_OVER',
    (world, sale) => ({ amount: sale.amount + part(world, sale), fee: sale.fee + small(world) }),
    'over-and-fee',
  ),
  'under-and-fee': differing(
    'AMOUNT_UNDER',
    (world, sale) => ({ amount: sale.amount - part(world, sale), fee: sale.fee + small(world) }),
    'under-and-fee',
  ),
  'over-offset-by-fee': differing(
    'AMOUNT_OVER',
    (world, sale) => {
      const by = part(world, sale)
      return { amount: sale.amount + by, fee: sale.fee + by }
    },
    'over-offset-by-fee',
  ),
  'twice-in-file': duplicated(1, today, 'twice-in-file'),
  'thrice-in-file': duplicated(2, today, 'thrice-in-file'),
  'again-next-day': duplicated(1, nextDay, 'again-next-day'),
  'twice-and-under': (world, target, sale) => {
    const values = { ...valuesOf(sale), amount: sale.amount - part(world, sale) }
    world.expect(sale, dueOf(target.today))
    target.line(sale, values, { settles: true })
    target.line(sale, values)
    world.settle(sale, values)
    const row = { subject: subjectOf(sale), currency: sale.currency, mutation: 'twice-and-under' }
    world.truth({ ...row, class: 'AMOUNT_UNDER', booked: sale.amount - values.amount })
    unexpected(world, sale, values, { class: 'DUPLICATE', mutation: 'twice-and-under' })
  },
  // What is left of it looks like a second line of the same refund.
  'refund-over-two-batches': (world, target, sale) => {
    const row = { subject: subjectOf(sale), currency: sale.currency, mutation: 'refund-over-two-batches' }
    const first = halfOf(sale)
    const rest = { amount: sale.amount - first.amount, fee: sale.fee - first.fee, vat: sale.vat - first.vat }
    world.expect(sale, dueOf(target.today))
    target.line(sale, first, { settles: true })
    target.line(sale, rest, { day: nextDay(target) })
    world.settle(sale, first)
    world.truth({ ...row, class: 'AMOUNT_OVER', booked: netOf(rest) })
    unexpected(world, sale, rest, { class: 'DUPLICATE', mutation: row.mutation })
  },
  'unknown-operation': (world, target, sale) => {
    target.line(sale, valuesOf(sale))
    unexpected(world, sale, valuesOf(sale), { class: 'MISSING_HERE', mutation: 'unknown-operation' })
  },
  'unknown-twice': (world, target, sale) => {
    for (const name of ['MISSING_HERE', 'DUPLICATE'] as const) {
      target.line(sale, valuesOf(sale))
      unexpected(world, sale, valuesOf(sale), { class: name, mutation: 'unknown-twice' })
    }
  },
  'books-late': comesLater('MISSING_HERE', 'SUCCEEDED', () => 0, 'books-late'),
  'books-late-and-more': comesLater('MISSING_HERE', 'SUCCEEDED', small, 'books-late-and-more'),
  'pending-then-captured': comesLater('STATUS', 'PENDING', () => 0, 'pending-then-captured'),
  'pending-here': (world, target, sale) => {
    operation(world, sale, 'PENDING')
    target.line(sale, valuesOf(sale))
    unexpected(world, sale, valuesOf(sale), { class: 'STATUS', mutation: 'pending-here' })
  },
  'declined-here': (world, target, sale) => {
    operation(world, sale, 'DECLINED')
    target.line(sale, valuesOf(sale))
    unexpected(world, sale, valuesOf(sale), { class: 'STATUS', mutation: 'declined-here' })
  },
  'other-currency': (world, target, sale) => {
    const other = { ...sale, currency: world.random.pick(currencies.filter(each => each !== sale.currency)) }
    target.line(other, valuesOf(sale))
    unexpected(world, other, valuesOf(sale), { class: 'CURRENCY', mutation: 'other-currency' })
    missing(world, target, sale, 'other-currency')
  },
  'settled-next-day': settledOn('DATE', nextDay, target => dueOf(target.today), 'settled-next-day'),
  'settled-next-day-with-fee': settledOn('FEE', nextDay, target => dueOf(target.today), 'settled-next-day-with-fee'),
  'next-day-due-the-same': settledOn('none', nextDay, target => dueOf(target.today), 'next-day-due-the-same'),
  'after-midnight-here': settledOn(
    'none',
    today,
    target => businessDaysAfter(dueOf(target.today), 1),
    'after-midnight-here',
    firstOfNextMs,
  ),
  'paid-early': settledOn('DATE', today, target => businessDaysAfter(dueOf(target.today), 2), 'paid-early'),
  'never-settled': (world, target, sale) => missing(world, target, sale, 'never-settled'),
  'settled-next-season': (world, target, sale) => {
    const row = { subject: subjectOf(sale), currency: sale.currency, booked: 0, mutation: 'settled-next-season' }
    world.expect(sale, dueOf(target.today))
    target.line(sale, valuesOf(sale), { day: target.nextSeasonDay! })
    world.settle(sale, valuesOf(sale))
    world.truth({ ...row, class: 'MISSING_THERE', closed: true })
  },
  'twin-missing': (world, target, sale) => {
    const twins = [sale, twinOf(world, sale)]
    const gone = world.random.integer(0, 1)
    clean(world, target, twins[1 - gone]!)
    missing(world, target, twins[gone]!, 'twin-missing')
  },
  'twin-under': (world, target, sale) => {
    clean(world, target, twinOf(world, sale))
    lineFaults['amount-under'](world, target, sale)
  },
} satisfies Record<string, Fault>

export type LineFault = keyof typeof lineFaults

const goesOnNextDay: ReadonlySet<string> = new Set<LineFault>(['again-next-day', 'refund-over-two-batches'])
const followsTomorrow: ReadonlySet<string> = new Set<LineFault>([
  'books-late',
  'books-late-and-more',
  'pending-then-captured',
])
const nextDayIsDueLater: ReadonlySet<string> = new Set<LineFault>(['settled-next-day', 'settled-next-day-with-fee'])

/** Whether the fault may be planted at this place. */
export function mayFail(name: LineFault, target: LineTarget, { amount, currency }: Sale): boolean {
  const { today: day, nextDay: next, nextSeasonDay } = target
  const isApart = target.isApart(currency) || target.isApart(currency, target.nextDay)
  // What was missed before it came is no DATE, too.
  const needsOrder = goesOnNextDay.has(name) || followsTomorrow.has(name) || nextDayIsDueLater.has(name)
  if (isApart && needsOrder) return false
  if (name === 'refund-over-two-batches' && amount > -2) return false
  if (goesOnNextDay.has(name) || followsTomorrow.has(name)) return next !== undefined
  if (nextDayIsDueLater.has(name)) return next !== undefined && dueOf(next) > dueOf(day)
  if (name === 'next-day-due-the-same') return next !== undefined && dueOf(next) === dueOf(day)
  if (name === 'settled-next-season') return nextSeasonDay !== undefined
  // A refund of another payment, so that its twin is a sale.
  if (name.startsWith('twin')) return amount > 0
  return true
}

export { clean as settleRightly }
