/**
 * What the events of a payment must have booked of fees and VAT, by the terms of its merchant. Written apart from the product's own
 * reckoning, on purpose: it counts in integers of any size, and takes from each refund what the ones before have given back.
 */
import type { EntryType, RefundFee, VatMode } from '../contracts/lists.ts'
import type { EventFacts, OutboxRow, PaymentHistory } from './payment-history.ts'

/** The terms that fees and their VAT depend on. */
export interface ChargeTerms {
  vatMode: VatMode
  refundFee: RefundFee
}

/** Of one merchant and currency, from a moment of virtual time on. */
export interface TermsRow extends ChargeTerms {
  validFromMs: number
}

/** The entries that no total of the payment says: fees and VAT. The ledger consumer writes them. */
export type ChargeType = Exclude<EntryType, 'capture' | 'refund'>

/** What one event must have booked. Of an amount of 0 there must be no entry. */
export interface Charge {
  row: OutboxRow
  type: ChargeType
  amount: number
  /** Of the event's own time. */
  vatMode: VatMode
}

/** The terms that were in force when this event happened. */
export function termsOf(history: PaymentHistory, event: EventFacts, defaults: ChargeTerms): ChargeTerms {
  if (history.terms.length === 0) return defaults
  const atMs = Date.parse(event.occurredAt)
  const begun = history.terms.filter(({ validFromMs }) => validFromMs <= atMs)
  return begun.toSorted((a, b) => a.validFromMs - b.validFromMs).at(-1) ?? defaults
}

/** Of every event of the payment that can be read, in the order of their sequence. */
export function chargesOf(history: PaymentHistory, defaults: ChargeTerms): Charge[] {
  const charges: Charge[] = []
  const taken = { fee: 0, vat: 0, captured: 0 }
  const given = { fee: 0, vat: 0, refunded: 0 }
  for (const row of history.outbox.toSorted((a, b) => a.sequence - b.sequence)) {
    if (row.event === null) continue
    const terms = termsOf(history, row.event, defaults)
    const charge = (type: ChargeType, amount: number) => charges.push({ row, type, amount, vatMode: terms.vatMode })
    if (row.topic === 'payment.captured') {
      const fee = row.event.feeAmount ?? 0
      const vat = vatOn(fee, terms.vatMode)
      taken.fee += terms.vatMode === 'inclusive' ? fee - vat : fee
      taken.vat += vat
      taken.captured += row.event.amount
      charge('fee', fee)
      charge('fee_vat', vat)
    } else if (row.topic === 'payment.refunded') {
      const returned = terms.refundFee === 'return' ? row.event.amount : 0
      given.refunded += returned
      const fee = returned === 0 ? 0 : share(taken.fee, given.refunded, taken.captured) - given.fee
      const vat = returned === 0 ? 0 : share(taken.vat, given.refunded, taken.captured) - given.vat
      given.fee += fee
      given.vat += vat
      charge('refund_fee', fee)
      charge('refund_fee_vat', vat)
    }
  }
  return charges
}

/** A tenth on top of a fee, or the eleventh that is within it. */
function vatOn(fee: number, mode: VatMode): number {
  if (mode === 'none') return 0
  return share(fee, 1, mode === 'exclusive' ? 10 : 11)
}

const share = (whole: number, numerator: number, denominator: number): number =>
  denominator <= 0 ? 0 : Number(halfEven(BigInt(whole) * BigInt(numerator), BigInt(denominator)))

/** The whole number that is nearest to the quotient; of two that are as near, the even one. */
export function halfEven(dividend: bigint, divisor: bigint): bigint {
  const floor = dividend / divisor
  const [toFloor, toNext] = [dividend - floor * divisor, (floor + 1n) * divisor - dividend]
  if (toFloor === toNext) return floor % 2n === 0n ? floor : floor + 1n
  return toFloor < toNext ? floor : floor + 1n
}
