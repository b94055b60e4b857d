/** The terms by which a merchant is settled, and which of them were in force when something happened. */
import type { RefundFee, SettlementCycle, VatMode } from '../contracts/lists.ts'
import { divideHalfEven } from './fee.ts'

export interface SettlementTerms {
  cycle: SettlementCycle
  /** Business days from the end of the period to the payout. */
  delayDays: number
  /** `HH:MM` in the time zone: what is later belongs to the next day. `24:00`: the day is that of the calendar. */
  cutoff: string
  /** An IANA name. */
  timezone: string
  /** Whose business days count, such as `KR`. */
  calendar: string
  vatMode: VatMode
  refundFee: RefundFee
  /** Minor units. A batch of less is carried to the next. */
  payoutMinMinor: number
  /** Hundredths of a per cent of what a batch would pay that are held back; less than all of it. */
  reserveBasisPoints: number
  /** Business days from the end of the period until what was held is released. */
  reserveDays: number
  /** Business days after which a balance that has stayed negative is invoiced; null: never. */
  invoiceAfterDays: number | null
  /** Minor units, without VAT: what a dispute costs the merchant. */
  disputeFeeMinor: number
  /** The merchant's bank account; null: its batches wait. */
  accountToken: string | null
  /** Why nothing is paid out; null: it is. */
  heldReason: string | null
}

const BASIS_POINTS_PER_WHOLE = 10_000n

/** What is held back of a batch of this sum, in minor units: rounded half to even. */
export const reserveOfMinor = (netMinor: number, { reserveBasisPoints }: SettlementTerms): number =>
  netMinor <= 0 ? 0 : Number(divideHalfEven(BigInt(netMinor) * BigInt(reserveBasisPoints), BASIS_POINTS_PER_WHOLE))

/** What may change at any time. Bank accounts wait for an approval. */
export type ChangedTerms = Partial<Omit<SettlementTerms, 'accountToken'>>

export interface DatedTerms extends SettlementTerms {
  merchantId: string
  currency: string
  /** Virtual time. */
  validFromMs: number
}

/** The newest terms of this merchant and currency that were in force at this time (virtual), or the defaults. */
export function termsAt(
  rows: readonly DatedTerms[],
  defaults: SettlementTerms,
  merchantId: string,
  currency: string,
  atMs: number,
): SettlementTerms {
  const own = rows.filter(row => row.merchantId === merchantId && row.currency === currency)
  return inForce(own, atMs) ?? defaults
}

/** The terms of a merchant and currency that were in force at this time (virtual). */
export type TermsOfAccount = (account: Pick<DatedTerms, 'merchantId' | 'currency'>, atMs: number) => SettlementTerms

/** As `termsAt`, for many events of several merchants. */
export function termsIn(rows: readonly DatedTerms[], defaults: SettlementTerms): TermsOfAccount {
  const byMerchant = Map.groupBy(rows, row => row.merchantId)
  return ({ merchantId, currency }, atMs) =>
    termsAt(byMerchant.get(merchantId) ?? [], defaults, merchantId, currency, atMs)
}

/** The first moment from then on at which none of these rows begins: no two of an account may begin together. */
export function freeFrom(own: readonly DatedTerms[], atMs: number): number {
  let freeMs = atMs
  while (own.some(row => row.validFromMs === freeMs)) freeMs++
  return freeMs
}

/** What we expect an acquirer to take of us, and when it pays. */
export interface AcquirerTerms extends Pick<SettlementTerms, 'vatMode' | 'refundFee' | 'timezone' | 'calendar'> {
  /** Virtual time. */
  validFromMs: number
  /** Hundredths of a per cent of a capture. */
  feeBasisPoints: number
  /** Business days from the sale to its payment. */
  delayDays: number
  /** Minor units of whatever currency, without VAT: what it takes for a dispute. */
  disputeFeeMinor: number
}

/** The newest of these rows that were in force at this time. */
export const inForce = <Row extends { validFromMs: number }>(rows: readonly Row[], atMs: number): Row | undefined =>
  rows
    .filter(row => row.validFromMs <= atMs)
    .reduce<Row | undefined>(
      (newest, row) => (newest === undefined || row.validFromMs > newest.validFromMs ? row : newest),
      undefined,
    )
