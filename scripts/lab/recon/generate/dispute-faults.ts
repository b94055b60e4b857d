/** What card holders take back through the acquirer, rightly and wrongly, and what must be found then. */
import { startOf } from './days.ts'
import { acquirerDisputeFee, merchantDisputeFee } from './dispute-terms.ts'
import {
  type LineTarget,
  type LineValues,
  missing,
  operation,
  settleRightly,
  small,
  subjectOf,
  unexpected,
  valuesOf,
} from './line-faults.ts'
import { type Currency, currencies, feeOf, vatOf } from './money.ts'
import type { DisputeTruth, FoundClass, PaymentRow } from './truth.ts'
import { dueOf, type Sale, type Settled, type World } from './world.ts'

/** Where one is planted. `mutation`: its name. */
interface Place {
  world: World
  target: LineTarget
  currency: Currency
  mutation: string
}

/** Payments of before are not settled. */
export const SETTLED_FROM = '2026-09-10'
const BEFORE_SETTLEMENT = '2026-09-01'

interface Purchase {
  captures: Sale[]
  /** Captured less refunded and what a refund asks for. */
  left: number
}

interface Buying {
  /** Captures of the same amount. */
  parts?: number
  refunded?: (captured: number) => number
  /** By a refund that is under way. */
  asked?: (captured: number) => number
  /** The line of the capture never comes. */
  isMissing?: boolean
}

const none = () => 0

/** A payment that the books know, with lines of its captures and refunds in the file of the day. */
function bought(place: Place, { parts = 1, refunded = none, asked = none, isMissing = false }: Buying = {}): Purchase {
  const { world, target, currency } = place
  const first = target.capture(currency)
  const captures = [first, ...Array.from({ length: parts - 1 }, () => anotherPart(world, first))]
  for (const capture of captures) {
    operation(world, capture, 'SUCCEEDED')
    if (isMissing) missing(world, target, capture, place.mutation)
    else settleRightly(world, target, capture)
  }
  const captured = first.amount * parts
  const [back, asks] = [refunded(captured), asked(captured)]
  if (back > 0) refund(place, first, back)
  const pendingOperationId = asks > 0 ? askBack(world, first, asks) : null
  payment(world, first, { amount: captured, captured, refunded: back, pendingOperationId })
  return { captures, left: captured - back - asks }
}

type PaymentSums = Pick<PaymentRow, 'amount' | 'captured' | 'refunded' | 'pendingOperationId'>

function payment(world: World, { paymentId, merchantId, currency }: Sale, of: PaymentSums, atMs = world.atMs()): void {
  world.rows.payments.push({ paymentId, merchantId, currency, ...of, atMs })
}

const anotherPart = (world: World, capture: Sale): Sale => ({
  ...capture,
  operationId: world.newId('op', world.atMs()),
})

function refundOf(world: World, capture: Sale, amount: number): Sale {
  const fee = -feeOf(amount)
  return { ...anotherPart(world, capture), kind: 'refund', amount: -amount, fee, vat: vatOf(fee) }
}

function refund({ world, target }: Place, capture: Sale, amount: number): void {
  const sale = refundOf(world, capture, amount)
  operation(world, sale, 'SUCCEEDED')
  settleRightly(world, target, sale)
}

function askBack(world: World, capture: Sale, amount: number): string {
  const sale = refundOf(world, capture, amount)
  operation(world, sale, 'PENDING')
  return sale.operationId
}

const half = (captured: number): number => Math.floor(captured / 2)
const third = (captured: number): number => Math.floor(captured / 3)
const all = (captured: number): number => captured

const claimOf = (capture: Sale, amount: number, day: string): Settled => ({
  ...capture,
  kind: 'chargeback',
  amount: -amount,
  fee: acquirerDisputeFee(day),
  vat: 0,
})

const winOf = (capture: Sale, amount = capture.amount): Settled => ({
  ...capture,
  kind: 'chargeback_won',
  amount,
  fee: 0,
  vat: 0,
})

interface Claim {
  amount?: number
  /** On which its file comes. */
  day?: string
  state?: DisputeTruth['state']
  isPlain?: boolean
  /** What the line says otherwise than it should. */
  says?: Partial<LineValues>
  /** The captures of which any one may be disputed. */
  anyOf?: readonly Sale[]
}

/** A chargeback that makes a dispute, whose line says what it should or something else. */
function disputed(place: Place, capture: Sale, claim: Claim = {}): void {
  const { world, target, mutation } = place
  const {
    amount = capture.amount,
    day = target.today,
    state = 'OPEN',
    isPlain = false,
    says,
    anyOf = [capture],
  } = claim
  const { paymentId, merchantId, currency } = capture
  const expected = claimOf(capture, amount, day)
  const values = { ...valuesOf(expected), ...says }
  const charged = merchantDisputeFee(merchantId, currency, day)
  target.line(expected, values, { day, isPlain })
  world.dispute(expected, values, charged)
  compared(place, expected, values)
  const externalRefs = anyOf.map(({ operationId }) => operationId)
  world.disputes.push({ externalRefs, paymentId, merchantId, currency, amount, fee: charged, state, mutation })
}

/** Its dispute is won, by a line of this day that says what it should or something else. */
function won(place: Place, capture: Sale, { amount, day, says }: Pick<Claim, 'amount' | 'day' | 'says'> = {}): void {
  const expected = winOf(capture, amount)
  const values = { ...valuesOf(expected), ...says }
  place.target.line(expected, values, { day: day ?? place.target.today })
  place.world.dispute(expected, values, 0)
  compared(place, expected, values)
}

/** A line that settles what was expected: nothing to find, or one break over what it says otherwise. */
function compared({ world, mutation }: Place, expected: Settled, line: LineValues): void {
  const row = { subject: subjectOf(expected), currency: expected.currency, mutation }
  const [amount, fee, vat] = [expected.amount - line.amount, line.fee - expected.fee, line.vat - expected.vat]
  const booked = amount + fee + vat
  if (amount !== 0) world.truth({ ...row, class: amount < 0 ? 'AMOUNT_OVER' : 'AMOUNT_UNDER', booked })
  else if (fee !== 0 || vat !== 0) world.truth({ ...row, class: 'FEE', booked })
  else world.say({ ...row, class: 'MATCHED' })
}

/** A line that makes no dispute and wins none. */
function stray({ world, target, mutation }: Place, of: FoundClass, line: Settled, day = target.today): void {
  target.line(line, valuesOf(line), { day })
  unexpected(world, line, valuesOf(line), { class: of, mutation })
}

const charge = ({ target }: Place, capture: Sale, amount = capture.amount): Settled =>
  claimOf(capture, amount, target.today)

const tomorrowOf = ({ target }: Place): string => target.nextDay!

/** A line of tomorrow's that is another of its kind, or more than is left. */
const strayTomorrow = (place: Place, of: FoundClass, capture: Sale, kind: 'chargeback' | 'chargeback_won'): void => {
  const day = tomorrowOf(place)
  const line = kind === 'chargeback' ? claimOf(capture, capture.amount, day) : winOf(capture)
  stray(place, of, line, day)
}

const onlyCapture = (place: Place, options?: Buying): Sale => bought(place, options).captures[0]!

/** Of a capture that is not one: nothing may be disputed. */
function notCaptured(place: Place, state: 'PENDING' | 'DECLINED'): void {
  const capture = place.target.capture(place.currency)
  operation(place.world, capture, state)
  const pendingOperationId = state === 'PENDING' ? capture.operationId : null
  payment(place.world, capture, { amount: capture.amount, captured: 0, refunded: 0, pendingOperationId })
  stray(place, 'STATUS', charge(place, capture))
}

/** When its lines come. */
type When = 'today' | 'tomorrow' | 'next-season'

type Plan = readonly [When, (place: Place) => void]

/** Nothing is wrong with them. */
const right = {
  chargeback: ['tomorrow', place => disputed(place, onlyCapture(place), { day: tomorrowOf(place), isPlain: true })],
  'chargeback-of-today': ['today', place => disputed(place, onlyCapture(place), { isPlain: true })],
  'chargeback-of-a-part': [
    'today',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { amount: half(capture.amount) })
    },
  ],
  'chargeback-of-what-is-left': [
    'today',
    place => {
      const { captures, left } = bought(place, { refunded: third })
      disputed(place, captures[0]!, { amount: left })
    },
  ],
  'chargeback-beside-a-refund': [
    'today',
    place => {
      const { captures, left } = bought(place, { refunded: third, asked: third })
      disputed(place, captures[0]!, { amount: left })
    },
  ],
  'chargeback-of-both-parts': [
    'today',
    place => {
      for (const capture of bought(place, { parts: 2 }).captures) disputed(place, capture)
    },
  ],
  'chargeback-won': [
    'tomorrow',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { state: 'WON' })
      won(place, capture, { day: tomorrowOf(place) })
    },
  ],
  'part-won': [
    'tomorrow',
    place => {
      const capture = onlyCapture(place)
      const amount = half(capture.amount)
      disputed(place, capture, { state: 'WON', amount })
      won(place, capture, { amount, day: tomorrowOf(place) })
    },
  ],
  'won-in-the-same-file': [
    'today',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { state: 'WON' })
      won(place, capture)
    },
  ],
  'chargeback-lost': [
    'tomorrow',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { state: 'LOST' })
      place.target.lose(capture.operationId)
    },
  ],
  // What is won can be disputed again, by the other part.
  'other-part-after-a-win': [
    'tomorrow',
    place => {
      const [one, other] = bought(place, { parts: 2, refunded: half }).captures
      disputed(place, one!, { state: 'WON' })
      won(place, one!)
      disputed(place, other!, { day: tomorrowOf(place) })
    },
  ],
  'other-part-after-a-win-in-the-same-file': [
    'today',
    place => {
      const [one, other] = bought(place, { parts: 2, refunded: half }).captures
      disputed(place, one!, { state: 'WON' })
      won(place, one!)
      disputed(place, other!)
    },
  ],
  'chargeback-next-season': [
    'next-season',
    place => disputed(place, onlyCapture(place), { day: place.target.nextSeasonDay! }),
  ],
  'won-next-season': [
    'next-season',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { state: 'WON' })
      won(place, capture, { day: place.target.nextSeasonDay! })
    },
  ],
} satisfies Record<string, Plan>

const wrong = {
  'over-disputed-after-a-refund': [
    'today',
    place => {
      const capture = onlyCapture(place, { refunded: all })
      stray(place, 'OVER_DISPUTED', charge(place, capture))
    },
  ],
  'over-disputed-by-one': [
    'today',
    place => {
      const { captures, left } = bought(place, { refunded: third })
      stray(place, 'OVER_DISPUTED', charge(place, captures[0]!, left + 1))
    },
  ],
  'over-disputed-beside-a-refund': [
    'today',
    place => {
      const { captures, left } = bought(place, { asked: half })
      stray(place, 'OVER_DISPUTED', charge(place, captures[0]!, left + 1))
    },
  ],
  'over-disputed-other-part': [
    'tomorrow',
    place => {
      const [one, other] = bought(place, { parts: 2, refunded: third }).captures
      disputed(place, one!)
      strayTomorrow(place, 'OVER_DISPUTED', other!, 'chargeback')
    },
  ],
  // A dispute that was given up is still one.
  'over-disputed-after-a-loss': [
    'tomorrow',
    place => {
      const [one, other] = bought(place, { parts: 2, refunded: third }).captures
      disputed(place, one!, { state: 'LOST' })
      place.target.lose(one!.operationId)
      strayTomorrow(place, 'OVER_DISPUTED', other!, 'chargeback')
    },
  ],
  // Either of the two may come first.
  'over-disputed-in-one-file': [
    'today',
    place => {
      const { world, target, mutation } = place
      const anyOf = bought(place, { parts: 2, refunded: captured => third(captured) + 1 }).captures
      const [one, other] = anyOf as [Sale, Sale]
      disputed(place, one, { anyOf })
      const line = charge(place, other)
      const [values, subjects] = [
        valuesOf(line),
        { subject: subjectOf(line), orSubject: subjectOf(charge(place, one)) },
      ]
      target.line(line, values)
      const booked = -(values.amount - values.fee)
      world.move(line.currency, 'cash_in_transit', -booked)
      world.truth({ ...subjects, class: 'OVER_DISPUTED', currency: line.currency, booked, mutation })
    },
  ],
  'over-disputed-before-the-win': [
    'today',
    place => {
      const [one, other] = bought(place, { parts: 2, refunded: half }).captures
      disputed(place, one!, { state: 'WON' })
      stray(place, 'OVER_DISPUTED', charge(place, other!))
      won(place, one!)
    },
  ],
  'over-disputed-twice': [
    'today',
    place => {
      const capture = onlyCapture(place, { refunded: half })
      for (const name of ['OVER_DISPUTED', 'DUPLICATE'] as const) stray(place, name, charge(place, capture))
    },
  ],
  'won-of-over-disputed': [
    'today',
    place => {
      const capture = onlyCapture(place, { refunded: half })
      stray(place, 'OVER_DISPUTED', charge(place, capture))
      stray(place, 'MISSING_HERE', winOf(capture))
    },
  ],
  'chargeback-fee-high': differing((world, fee) => ({ fee: fee + small(world) })),
  'chargeback-fee-low': differing((world, fee) => ({ fee: fee - small(world) })),
  'chargeback-without-fee': differing(() => ({ fee: 0 })),
  'chargeback-with-vat': differing((world, fee) => ({ fee: fee - 100, vat: small(world) })),
  'chargeback-twice-in-file': [
    'today',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture)
      stray(place, 'DUPLICATE', charge(place, capture))
    },
  ],
  'chargeback-again-next-day': [
    'tomorrow',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture)
      strayTomorrow(place, 'DUPLICATE', capture, 'chargeback')
    },
  ],
  'chargeback-again-after-a-win': [
    'tomorrow',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { state: 'WON' })
      won(place, capture)
      strayTomorrow(place, 'DUPLICATE', capture, 'chargeback')
    },
  ],
  'chargeback-of-what-never-came': ['today', place => disputed(place, onlyCapture(place, { isMissing: true }))],
  'chargeback-unknown': [
    'today',
    place => stray(place, 'MISSING_HERE', charge(place, place.target.capture(place.currency))),
  ],
  'chargeback-before-its-books': ['tomorrow', place => beforeBooks(place)],
  'chargeback-of-declined': ['today', place => notCaptured(place, 'DECLINED')],
  'chargeback-of-pending': ['today', place => notCaptured(place, 'PENDING')],
  'chargeback-other-currency': [
    'today',
    place => {
      const capture = onlyCapture(place)
      const currency = place.world.random.pick(currencies.filter(each => each !== place.currency))
      stray(place, 'MISSING_HERE', { ...charge(place, capture), currency })
    },
  ],
  'chargeback-before-settlement': ['today', place => beforeSettlement(place)],
  'won-of-nothing': ['today', place => stray(place, 'MISSING_HERE', winOf(onlyCapture(place)))],
  'won-of-lost': [
    'tomorrow',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { state: 'LOST' })
      place.target.lose(capture.operationId)
      strayTomorrow(place, 'STATUS', capture, 'chargeback_won')
    },
  ],
  'won-twice': [
    'tomorrow',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { state: 'WON' })
      won(place, capture)
      strayTomorrow(place, 'DUPLICATE', capture, 'chargeback_won')
    },
  ],
  'won-more': wonOtherwise((world, amount) => ({ amount: amount + small(world) })),
  'won-less': wonOtherwise((world, amount) => ({ amount: amount - small(world) })),
  'won-with-fee': wonOtherwise(world => ({ fee: small(world) })),
  'won-more-with-fee': wonOtherwise((world, amount) => ({ amount: amount + small(world), fee: small(world) })),
} satisfies Record<string, Plan>

/** A chargeback that makes a dispute, though its fee or VAT is wrong. */
function differing(says: (world: World, fee: number) => Partial<LineValues>): Plan {
  return [
    'today',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { says: says(place.world, acquirerDisputeFee(place.target.today)) })
    },
  ]
}

function wonOtherwise(says: (world: World, amount: number) => Partial<LineValues>): Plan {
  return [
    'tomorrow',
    place => {
      const capture = onlyCapture(place)
      disputed(place, capture, { state: 'WON' })
      won(place, capture, { day: tomorrowOf(place), says: says(place.world, capture.amount) })
    },
  ]
}

/** Its capture is known a day later: what the capture opened is closed then, and nothing becomes a dispute by itself. */
function beforeBooks(place: Place): void {
  const { world, target, mutation } = place
  const capture = target.capture(place.currency)
  const { amount, currency } = capture
  target.line(capture, valuesOf(capture))
  world.move(currency, 'cash_in_transit', amount - capture.fee - capture.vat)
  const booked = capture.fee + capture.vat - amount
  world.truth({ subject: subjectOf(capture), class: 'MISSING_HERE', currency, booked, closed: true, mutation })
  stray(place, 'MISSING_HERE', charge(place, capture))
  target.later(() => {
    operation(world, capture, 'SUCCEEDED')
    payment(world, capture, { amount, captured: amount, refunded: 0, pendingOperationId: null })
    world.expect(capture, dueOf(target.today))
    world.move(currency, 'acquirer_receivable', -amount)
    world.move(currency, 'acquirer_fee', capture.fee)
    world.move(currency, 'vat_receivable', capture.vat)
  })
}

/** The books know the payment, and owe nobody anything for it. */
function beforeSettlement(place: Place): void {
  const { world, target, currency } = place
  const capture = target.capture(currency)
  const { amount } = capture
  const atMs = startOf(BEFORE_SETTLEMENT)
  world.rows.operations.push({ ...capture, kind: 'capture', state: 'SUCCEEDED', atMs })
  payment(world, capture, { amount, captured: amount, refunded: 0, pendingOperationId: null }, atMs)
  stray(place, 'MISSING_HERE', charge(place, capture))
}

const plans = { ...right, ...wrong }
export type DisputeFault = keyof typeof plans

export const rightDisputes = Object.keys(right) as DisputeFault[]
export const disputeFaults = Object.keys(plans) as DisputeFault[]
/** They need a season behind them. */
export const earlyDisputes = disputeFaults.filter(name => plans[name][0] === 'next-season')

export const isDispute = (name: string): name is DisputeFault => name in plans

export function plantDispute(name: DisputeFault, world: World, target: LineTarget, currency: Currency): void {
  const [, plant] = plans[name]
  plant({ world, target, currency, mutation: name })
}

/** Whether it may be planted at this place: what comes later must find its own day in order. */
export function mayDispute(name: DisputeFault, target: LineTarget, currency: Currency): boolean {
  const [when] = plans[name]
  if (when === 'today') return true
  if (target.isApart(currency)) return false
  if (when === 'next-season') return target.nextSeasonDay !== undefined
  return target.nextDay !== undefined && !target.isApart(currency, target.nextDay)
}
