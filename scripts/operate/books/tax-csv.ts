/** The fees of a month as a table: heads, and a row for each merchant and currency. */
import type { FeeTotal } from '../../../shared/books/total-fees.ts'
import type { Language } from '../../../shared/contracts/errors.ts'
import { guarded, majorUnits } from '../csv.ts'

export const taxHeads: Record<Language, readonly string[]> = {
  en: [
    ...['merchant', 'month', 'currency', 'captures', 'captured', 'supply value', 'VAT', 'total'],
    ...['refunds', 'refunded', 'supply value returned', 'VAT returned', 'total returned'],
    ...['supply value in the ledger', 'VAT in the ledger'],
  ],
  ko: [
    ...['가맹점', '매출 월', '통화', '매입 건수', '매입 금액', '공급가액', '세액', '합계'],
    ...['환불 건수', '환불 금액', '반환 공급가액', '반환 세액', '반환 합계'],
    ...['원장 공급가액', '원장 세액'],
  ],
}

/** What was returned is positive in its own columns. */
export function taxCells({ merchantId, currency, sales, refunds, booked }: FeeTotal, month: string): string[] {
  const text = (amountMinor: bigint) => majorUnits(amountMinor, currency)
  return [
    ...[guarded(merchantId), month, currency],
    ...[String(sales.count), ...[sales.grossMinor, sales.supplyMinor, sales.vatMinor].map(text)],
    text(sales.supplyMinor + sales.vatMinor),
    ...[String(refunds.count), ...[-refunds.grossMinor, -refunds.supplyMinor, -refunds.vatMinor].map(text)],
    text(-refunds.supplyMinor - refunds.vatMinor),
    ...[booked.supplyMinor, booked.vatMinor].map(text),
  ]
}
