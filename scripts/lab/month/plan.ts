/** What is bought, captured in parts and refunded on each day of the month: the same of the same seed. */
import { settlementFaults } from '../../../shared/contracts/test-tokens.ts'
import type { Random } from '../random.ts'
import { type Merchant, merchants } from './merchants.ts'

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
}

export const DAYS = 31

/** What happens to a sale besides being settled rightly, of 1,000. */
const SPOILED_SHARE = 24
const DECLINED_SHARE = 15
const VOIDED_SHARE = 15
const PARTS_SHARE = 60
const REFUNDED_SHARE = 90
const REFUND_DAYS_MAX = 9

/** By day, `count` in all. Sundays sell as well as other days. */
export function planOf(random: Random, count: number): Purchase[][] {
  const days = Array.from({ length: DAYS }, (): Purchase[] => [])
  for (let number = 0; number < count; number++) days[number % DAYS]!.push(purchaseOf(random, number))
  return days
}

function purchaseOf(random: Random, number: number): Purchase {
  const merchant = merchantOf(random)
  const amountMinor = random.integer(merchant.smallest, merchant.largest)
  const one = random.integer(1, 1_000)
  const paymentMethod = tokenOf(random, number, one)
  const isSold = one > SPOILED_SHARE + DECLINED_SHARE + VOIDED_SHARE || one <= SPOILED_SHARE
  const captures = isSold ? partsOf(random, amountMinor) : []
  return { number, merchant, amountMinor, paymentMethod, captures, refunds: refundsOf(random, captures) }
}

const lots = merchants.flatMap(merchant => Array.from({ length: merchant.share }, () => merchant))
const merchantOf = (random: Random): Merchant => random.pick(lots)

/** The first sales have one of each fault, so that a small month has them all. */
function tokenOf(random: Random, number: number, one: number): string {
  const spoiled = (fault: string) => `tok_settle_${fault}`
  if (number % 50 === 7 && number < 50 * settlementFaults.length) return spoiled(settlementFaults[(number - 7) / 50]!)
  if (one <= SPOILED_SHARE) return spoiled(random.pick(settlementFaults))
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
