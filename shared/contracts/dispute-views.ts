/** What the answers about disputes share. */
import * as z from 'zod'
import { amountMinor, currency, disputeId, merchantId, oneOf, paymentId } from './identifiers.ts'
import { disputeStates } from './lists.ts'
import { time } from './payment.ts'
import {
  SAMPLE_AMOUNT_MINOR,
  SAMPLE_CURRENCY,
  SAMPLE_MERCHANT_ID,
  SAMPLE_PAYMENT_ID,
  sampleOperationIds,
} from './sample-purchase.ts'

export const disputeState = oneOf(disputeStates).meta({
  id: 'DisputeState',
  description:
    'OPEN: the acquirer took the money back. WON: it came again. LOST: somebody gave it up. What is OPEN or LOST cannot be refunded.',
  'x-description-ko':
    'OPEN: 매입사가 금액을 도로 가져감. WON: 금액이 다시 들어옴. LOST: 담당자가 포기함. OPEN과 LOST인 금액은 환불할 수 없습니다.',
})

export const disputeView = z
  .object({
    disputeId,
    paymentId,
    merchantId,
    currency,
    state: disputeState,
    amount: amountMinor,
    fee: z.int().min(0).meta({
      description: 'In minor units: what it costs the merchant. It does not come back.',
      'x-description-ko': '최소 단위. 가맹점이 내는 분쟁 수수료이며, 돌려주지 않습니다.',
    }),
    externalRef: z.string().meta({
      description: 'As the acquirer names it: the operation of the capture.',
      'x-description-ko': '매입사가 쓰는 이름: 매입 작업의 식별자.',
    }),
    openedAt: time,
    closedAt: time.nullable().meta({
      description: 'When it was won or given up; null while it is OPEN.',
      'x-description-ko': '이기거나 포기한 시각. OPEN이면 null입니다.',
    }),
  })
  .meta({
    id: 'Dispute',
    description: 'What a card holder took back of one capture.',
    'x-description-ko': '카드 소유자가 매입 하나에서 도로 가져간 금액.',
  })
export type DisputeView = z.infer<typeof disputeView>

export const disputePath = z.object({ disputeId })

export const sampleDispute = (): DisputeView => ({
  disputeId: 'dsp_01M8K0V4E8R2T5Y7P9Q3W6Z1XD',
  paymentId: SAMPLE_PAYMENT_ID,
  merchantId: SAMPLE_MERCHANT_ID,
  currency: SAMPLE_CURRENCY,
  state: 'OPEN',
  amount: SAMPLE_AMOUNT_MINOR,
  fee: 15_000,
  externalRef: sampleOperationIds.capture,
  openedAt: '2026-11-26T00:10:31.204Z',
  closedAt: null,
})
