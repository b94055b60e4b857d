/** A merchant's statement of one batch, as a table: heads, a row for each item, and the totals. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { ItemType } from '../../../shared/contracts/lists.ts'
import type { SettlementItem } from '../../../shared/settlement/ports.ts'
import { guarded, majorUnits } from '../csv.ts'

export interface StatementTotals {
  itemCount: number
  grossMinor: bigint
  feeMinor: bigint
  vatMinor: bigint
  netMinor: bigint
}

type Heads = readonly string[]

export const statementHeads: Record<Language, Heads> = {
  en: ['merchant', 'batch', 'item', 'type', 'sold on', 'due on', 'payment', 'currency', 'gross', 'fee', 'VAT', 'net'],
  ko: [
    ...['가맹점', '정산 배치', '항목', '구분', '판매일', '지급 예정일', '결제', '통화'],
    ...['거래 금액', '수수료', '부가세', '정산 금액'],
  ],
}

const totalWords: Record<Language, string> = { en: 'total', ko: '합계' }

const typeWords: Record<Language, Record<ItemType, string>> = {
  en: {
    capture: 'sale',
    refund: 'refund',
    carry_in: 'carried from the last batch',
    carry_out: 'carried to the next batch',
    payout_returned: 'payout that came back',
    adjustment: 'adjustment',
    reserve_hold: 'held in reserve',
    reserve_release: 'released from reserve',
    reserve_use: 'taken from reserve',
    invoiced: 'negative balance, invoiced',
    deducted: 'deducted for an invoice',
    chargeback: 'chargeback',
    chargeback_won: 'chargeback won',
    dispute_fee: 'dispute fee',
  },
  ko: {
    ...{ capture: '매출', refund: '환불', carry_in: '이전 배치에서 이월', carry_out: '다음 배치로 이월' },
    ...{ payout_returned: '반환된 지급', adjustment: '조정', reserve_hold: '담보 유보', reserve_release: '담보 반환' },
    ...{ reserve_use: '담보 충당', invoiced: '음수 잔액 청구', deducted: '청구액 차감' },
    ...{ chargeback: '차지백', chargeback_won: '차지백 환입', dispute_fee: '분쟁 수수료' },
  },
}

export const noTotals = (): StatementTotals => ({
  itemCount: 0,
  grossMinor: 0n,
  feeMinor: 0n,
  vatMinor: 0n,
  netMinor: 0n,
})

export function addTo(totals: StatementTotals, item: SettlementItem): void {
  totals.itemCount++
  totals.grossMinor += BigInt(item.grossMinor)
  totals.feeMinor += BigInt(item.feeMinor)
  totals.vatMinor += BigInt(item.vatMinor)
  totals.netMinor += BigInt(item.netMinor)
}

export function itemCells(item: SettlementItem, batchId: string, language: Language): string[] {
  const { merchantId, itemId, type, soldOn, dueOn, paymentId, currency } = item
  const words = [merchantId, batchId, itemId, typeWords[language][type], soldOn, dueOn ?? '', paymentId ?? '', currency]
  const amounts = [item.grossMinor, item.feeMinor, item.vatMinor, item.netMinor]
  return [...words.map(guarded), ...amounts.map(amountMinor => majorUnits(BigInt(amountMinor), currency))]
}

export function totalCells(
  { grossMinor, feeMinor, vatMinor, netMinor }: StatementTotals,
  { merchantId, batchId, currency }: { merchantId: string; batchId: string; currency: string },
  language: Language,
): string[] {
  const amounts = [grossMinor, feeMinor, vatMinor, netMinor].map(sum => majorUnits(sum, currency))
  const words = [merchantId, batchId, totalWords[language], '', '', '', '', currency]
  return [...words.map(guarded), ...amounts]
}
