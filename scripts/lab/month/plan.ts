/** What is bought, captured in parts and refunded on each day of the month: the same of the same seed. */
import {
  disputedFaults,
  type SettlementFault,
  settlementFaults,
  settlementTokenOf,
} from '../../../shared/contracts/test-tokens.ts'
import type { Random } from '../random.ts'
import { indebted, type Merchant, merchants } from './merchants.ts'

export interface Purchase {
  /** Counts over the month. */
  number: number
  merchant: Merchant
  amountMinor: number
  paymentMethod: string
  /** What is captured, one after another; none: the hold is given up. */
  captures: readonly number[]
  /** What is given back, and how many days later. */
  refunds: readonly { afterDays: number; amountMinor: number }[]
  /** An operator gives its dispute up as soon as there is one. */
  isGivenUp: boolean
}

export const DAYS = 31

/** What happens to a sale besides being settled rightly, of 1,000. */
const SPOILED_SHARE = 24
const DECLINED_SHARE = 15
const VOIDED_SHARE = 15
const PARTS_SHARE = 60
const REFUNDED_SHARE = 90
const REFUND_DAYS_MAX = 9
/** When a dispute that is won is over for certain. */
const AFTER_DISPUTE_DAYS = 16

/** By day, `count` in all. Sundays sell as well as other days. */
export function planOf(random: Random, count: number): Purchase[][] {
  const days = Array.from({ length: DAYS }, (): Purchase[] => [])
  const fixed = certain(random)
  for (const { day, ...purchase } of fixed) days[day]!.push(purchase)
  for (let number = fixed.length; number < count; number++) days[number % DAYS]!.push(purchaseOf(random, number))
  return days
}

/** What every month has, however small: each fault, a refund that a merchant cannot cover, and what follows on a dispute. */
function certain(random: Random): (Purchase & { day: number })[] {
  const sales: { day: number; fault?: SettlementFault; changes?: (of: Purchase) => Partial<Purchase> }[] = [
    ...settlementFaults.map((fault, index) => ({ day: 1 + index, fault })),
    // Its line is paid later than it should be unless the next day's is paid as early: so on several days.
    ...[2, 3, 4, 5, 6].map(day => ({ day, fault: 'late' as const })),
    { day: 2, changes: cannotCover },
    { day: 3, fault: 'over_disputed', changes: of => ({ refunds: [{ afterDays: 1, amountMinor: of.amountMinor }] }) },
    { day: 4, fault: 'chargeback', changes: of => ({ refunds: [{ afterDays: 0, amountMinor: half(of) }] }) },
    { day: 5, fault: 'chargeback', changes: () => ({ isGivenUp: true }) },
    // What comes of it is won all the same.
    { day: 6, fault: 'chargeback_won', changes: () => ({ isGivenUp: true }) },
    {
      ...{ day: 7, fault: 'chargeback_won' },
      changes: of => ({ refunds: [{ afterDays: AFTER_DISPUTE_DAYS, amountMinor: half(of) }] }),
    },
  ]
  return sales.map(({ day, fault, changes = () => ({}) }, number) => {
    const paymentMethod = fault === undefined ? 'tok_approve' : settlementTokenOf(fault)
    const merchant = merchants[number % merchants.length]!
    const amountMinor = random.integer(merchant.smallest, merchant.largest)
    const purchase = {
      number,
      merchant,
      amountMinor,
      paymentMethod,
      refunds: [],
      isGivenUp: false,
      captures: [amountMinor],
    }
    return { ...purchase, ...changes(purchase), day }
  })
}

const half = ({ amountMinor }: Purchase): number => Math.ceil(amountMinor / 2)

/** More than its shop sells in several days, and given back. */
function cannotCover(): Partial<Purchase> {
  const amountMinor = 60 * indebted.largest
  return { merchant: indebted, amountMinor, captures: [amountMinor], refunds: [{ afterDays: 4, amountMinor }] }
}

function purchaseOf(random: Random, number: number): Purchase {
  const merchant = merchantOf(random)
  const amountMinor = random.integer(merchant.smallest, merchant.largest)
  const one = random.integer(1, 1_000)
  const paymentMethod = tokenOf(random, one)
  const isSold = one > SPOILED_SHARE + DECLINED_SHARE + VOIDED_SHARE || one <= SPOILED_SHARE
  const captures = isSold ? partsOf(random, amountMinor) : []
  const refunds = isDisputed(paymentMethod) ? [] : refundsOf(random, captures)
  return { number, merchant, amountMinor, paymentMethod, captures, refunds, isGivenUp: false }
}

/** What was taken back is not refunded. */
const isDisputed = (paymentMethod: string): boolean => disputedFaults.map(settlementTokenOf).includes(paymentMethod)

const lots = merchants.flatMap(merchant => Array.from({ length: merchant.share }, () => merchant))
const merchantOf = (random: Random): Merchant => random.pick(lots)

function tokenOf(random: Random, one: number): string {
  if (one <= SPOILED_SHARE) return settlementTokenOf(random.pick(settlementFaults))
  return one <= SPOILED_SHARE + DECLINED_SHARE ? 'tok_decline' : 'tok_approve'
}

function partsOf(random: Random, amountMinor: number): number[] {
  if (random.integer(1, 1_000) > PARTS_SHARE) return [amountMinor]
  const first = random.integer(1, amountMinor - 1)
  return [first, amountMinor - first]
}

function refundsOf(random: Random, captures: readonly number[]): Purchase['refunds'] {
  const capturedMinor = captures.reduce((sum, part) => sum + part, 0)
  if (capturedMinor === 0 || random.integer(1, 1_000) > REFUNDED_SHARE) return []
  const afterDays = random.integer(0, REFUND_DAYS_MAX)
  if (random.fraction() < 0.5) return [{ afterDays, amountMinor: capturedMinor }]
  const first = random.integer(1, capturedMinor)
  const second = random.integer(0, capturedMinor - first)
  const later = afterDays + random.integer(1, REFUND_DAYS_MAX)
  return [{ afterDays, amountMinor: first }, ...(second > 0 ? [{ afterDays: later, amountMinor: second }] : [])]
}
