/** What the answers about settlement share: batches, what is in them, and payouts. */
import * as z from 'zod'
import {
  amountMinor,
  batchId,
  currency,
  eventId,
  itemId,
  merchantId,
  oneOf,
  paymentId,
  payoutFileId,
  payoutId,
} from './identifiers.ts'
import { batchStandings, batchStates, itemTypes, payoutFileStates, payoutStates } from './lists.ts'
import { time } from './payment.ts'
import { inBoth } from './problem-texts.ts'
import { SAMPLE_AMOUNT_MINOR, SAMPLE_CURRENCY, SAMPLE_MERCHANT_ID, SAMPLE_PAYMENT_ID } from './sample-purchase.ts'

export const batchState = oneOf(batchStates).meta({
  id: 'BatchState',
  description:
    'OPEN: items are still put in. CLOSED: it never changes, and is paid when it is due. HELD: it waits for a person. PAID. CARRIED: nothing is paid, and its sum is in the next batch.',
  'x-description-ko':
    'OPEN: 항목을 담는 중. CLOSED: 더 바뀌지 않으며 지급일에 지급됨. HELD: 사람의 확인을 기다림. PAID: 지급됨. CARRIED: 지급하지 않고 금액이 다음 배치로 이월됨.',
})

export const payoutState = oneOf(payoutStates).meta({
  id: 'PayoutState',
  description:
    'CREATED → APPROVED by a person → SENT → CONFIRMED by the bank → PAID by its statement. FAILED and CANCELED: the money did not move. RETURNED: it came back.',
  'x-description-ko':
    'CREATED → APPROVED(사람의 승인) → SENT → CONFIRMED(은행의 답) → PAID(은행 명세). FAILED와 CANCELED는 돈이 움직이지 않음, RETURNED는 되돌아옴.',
})

const day = (en: string, ko: string) => z.iso.date().meta({ description: en, 'x-description-ko': ko })

const notADay = inBoth('must be a day such as 2026-11-29', '2026-11-29 같은 날짜여야 합니다')

export const dayQuery = (en: string, ko: string) =>
  z.iso
    .date(notADay)
    .optional()
    .meta({ description: en, 'x-description-ko': ko, examples: ['2026-11-29'] })

const signed = (en: string, ko: string) => z.int().meta({ description: en, 'x-description-ko': ko })

export const payoutView = z
  .object({
    payoutId,
    batchId,
    merchantId,
    currency,
    attempt: z.int().min(1).meta({
      description: 'A batch whose payout failed is paid by another one.',
      'x-description-ko': '지급이 실패하면 같은 배치를 다음 회차의 지급으로 다시 보냅니다.',
    }),
    state: payoutState,
    amount: amountMinor,
    failure: z.string().nullable().meta({
      description: 'Why the money did not move; null otherwise.',
      'x-description-ko': '돈이 움직이지 않은 이유. 없으면 null입니다.',
    }),
    fileId: payoutFileId.nullable().meta({
      description: 'The file in which it goes to the bank; null until it is in one.',
      'x-description-ko': '은행에 보내는 파일. 아직 없으면 null입니다.',
    }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Payout', description: 'A payment to a merchant.', 'x-description-ko': '가맹점에 대한 지급.' })
export type PayoutView = z.infer<typeof payoutView>

export const payoutFileState = oneOf(payoutFileStates).meta({
  id: 'PayoutFileState',
  description:
    'PREPARED → APPROVED by a person → SENT → ACCEPTED by the bank, or REJECTED whole. CANCELED: nothing of it was sent.',
  'x-description-ko':
    'PREPARED → APPROVED(사람의 승인) → SENT → 은행이 ACCEPTED 또는 전부 REJECTED. CANCELED는 아무것도 보내지 않음.',
})

export const payoutFileView = z
  .object({
    fileId: payoutFileId,
    currency,
    executeOn: day('The day on which the bank is to execute it.', '은행이 집행할 날.'),
    payoutCount: z.int().min(0),
    total: z.int().min(0).meta({
      description: 'In minor units: the sum of its payouts.',
      'x-description-ko': '최소 단위. 담긴 지급의 합계.',
    }),
    state: payoutFileState,
    preparedAt: time,
    approvedBy: z.string().nullable().meta({
      description: 'The operator who approved it; null: nobody has.',
      'x-description-ko': '승인한 운영자. 아직이면 null입니다.',
    }),
    approvedAt: time.nullable(),
    sha256: z.string().nullable().meta({
      description: 'Of the bytes that were sent; null until then.',
      'x-description-ko': '보낸 파일의 해시. 보내기 전에는 null입니다.',
    }),
    failure: z.string().nullable().meta({
      description: 'Why the bank rejected it; null otherwise.',
      'x-description-ko': '은행이 거절한 이유. 없으면 null입니다.',
    }),
  })
  .meta({
    id: 'PayoutFile',
    description: 'Payouts of a currency and day that go to the bank together.',
    'x-description-ko': '은행에 함께 보내는, 통화와 날짜가 같은 지급.',
  })
export type PayoutFileView = z.infer<typeof payoutFileView>

export const payoutFilePath = z.object({ fileId: payoutFileId })
export const payoutPath = z.object({ payoutId })

const batchFields = {
  batchId,
  merchantId,
  currency,
  periodEnd: day('The last day that it pays for.', '정산 대상 기간의 마지막 날.'),
  dueOn: day('The first business day on which it may be paid.', '지급할 수 있는 첫 영업일.'),
  state: batchState,
  itemCount: z.int().min(0),
  net: signed(
    'In minor units: the sum of its items. 0 when it was carried.',
    '최소 단위. 항목의 합계이며, 이월된 배치는 0입니다.',
  ),
}

export const batchInListView = z
  .object({
    ...batchFields,
    payout: z
      .object({ payoutId, state: payoutState, attempt: z.int().min(1) })
      .nullable()
      .meta({ description: 'The newest one.', 'x-description-ko': '가장 최근의 지급.' }),
  })
  .meta({ id: 'SettlementInList', description: 'A batch in a list.', 'x-description-ko': '목록의 정산 배치.' })
export type BatchInListView = z.infer<typeof batchInListView>

export const batchView = z
  .object({
    ...batchFields,
    payouts: z
      .array(payoutView)
      .meta({ description: 'In the order of their attempts.', 'x-description-ko': '회차순.' }),
  })
  .meta({
    id: 'Settlement',
    description: 'A batch: what a merchant is paid together for a period.',
    'x-description-ko': '정산 배치: 한 기간에 대해 가맹점에 함께 지급하는 금액.',
  })
export type BatchView = z.infer<typeof batchView>

export const operatorBatchView = batchView
  .extend({
    canRetry: z.boolean().meta({
      description: 'All payouts that it may have failed or were canceled: an approver may allow one more.',
      'x-description-ko': '허용된 지급이 모두 실패했거나 취소되어, 승인자가 한 번 더 허용할 수 있습니다.',
    }),
  })
  .meta({
    id: 'OperatorSettlement',
    description: 'A batch, for operators.',
    'x-description-ko': '정산 배치(운영자용).',
  })
export type OperatorBatchView = z.infer<typeof operatorBatchView>

export const retriedBatchView = z
  .object({
    batchId,
    attempt: z.int().min(1).meta({
      description: 'Its next payout. It waits for an approval as any other.',
      'x-description-ko': '다음 지급의 회차. 다른 지급처럼 승인을 기다립니다.',
    }),
    standing: z.enum(batchStandings).meta({
      description:
        'When it is made. `payable`: within a minute. `waits`: on a business day. `held`, `no_account`: when that has changed. `too_large`: never, as it is more than one payment may be.',
      'x-description-ko':
        '언제 만들어지는지. `payable`: 1분 안. `waits`: 영업일이 되면. `held`, `no_account`: 보류가 풀리거나 계좌가 생기면. `too_large`: 한 번에 보낼 수 있는 금액을 넘어 만들어지지 않습니다.',
    }),
    account: z.string().nullable().meta({
      description: 'With `payable`: the token of the account that it is paid to.',
      'x-description-ko': '`payable`일 때: 지급할 계좌의 토큰.',
    }),
    from: time.nullable().meta({
      description:
        'With `waits`: from when on it is made (virtual time); null when the calendar does not know the day.',
      'x-description-ko': '`waits`일 때: 만들어지는 때(가상 시각). 달력에 없으면 null입니다.',
    }),
  })
  .meta({
    id: 'RetriedSettlement',
    description: 'What becomes of a batch that may have one more payout.',
    'x-description-ko': '지급을 한 번 더 허용한 배치.',
  })
export type RetriedBatchView = z.infer<typeof retriedBatchView>

export const itemView = z
  .object({
    itemId,
    type: z.enum(itemTypes),
    paymentId: paymentId.nullable().meta({
      description: 'Null when it is of no single payment, such as a sum that was carried.',
      'x-description-ko': '이월 금액처럼 결제 하나에 대한 것이 아니면 null입니다.',
    }),
    eventId,
    gross: signed('In minor units; a refund is negative.', '최소 단위. 환불은 음수입니다.'),
    fee: signed(
      'In minor units, without VAT; one that is returned is negative.',
      '최소 단위, 부가세 제외. 돌려주는 수수료는 음수입니다.',
    ),
    vat: signed('In minor units: of the fee.', '최소 단위. 수수료의 부가세.'),
    net: signed('`gross` − `fee` − `vat`: what the merchant is owed.', '`gross` − `fee` − `vat`: 가맹점에 줄 금액.'),
    soldOn: day('The day of the sale or refund, by the terms.', '정산 조건에 따른 판매일 또는 환불일.'),
    dueOn: z.iso.date().nullable().meta({
      description: 'When it was due by the terms; null when the calendar of its year was not loaded.',
      'x-description-ko': '정산 조건에 따른 지급일. 그해의 달력이 없었으면 null입니다.',
    }),
  })
  .meta({ id: 'SettlementItem', description: 'What a batch pays for.', 'x-description-ko': '배치가 지급하는 항목.' })
export type ItemView = z.infer<typeof itemView>

export const batchPath = z.object({ batchId })

export const SAMPLE_BATCH_ID = 'bat_01M8E2V4T0C5X9QK7R3HWN6B1D'
const SAMPLE_FEE_MINOR = 38_750

const sampleBatchFields = () => ({
  batchId: SAMPLE_BATCH_ID,
  merchantId: SAMPLE_MERCHANT_ID,
  currency: SAMPLE_CURRENCY,
  periodEnd: '2026-11-22',
  dueOn: '2026-11-24',
  state: 'CLOSED' as const,
  itemCount: 1,
  net: SAMPLE_AMOUNT_MINOR - SAMPLE_FEE_MINOR,
})

export const samplePayout = (): PayoutView => ({
  payoutId: 'out_01M8GMZ8R0V3T6KX2Q9HJ5NC7W',
  batchId: SAMPLE_BATCH_ID,
  merchantId: SAMPLE_MERCHANT_ID,
  currency: SAMPLE_CURRENCY,
  attempt: 1,
  state: 'CONFIRMED',
  amount: SAMPLE_AMOUNT_MINOR - SAMPLE_FEE_MINOR,
  failure: null,
  fileId: 'pof_01M8GMZ9A4E7W1SB8D6MP0YR2G',
  createdAt: '2026-11-24T00:00:31.108Z',
  updatedAt: '2026-11-24T01:12:05.730Z',
})

export const samplePayoutFile = (): PayoutFileView => ({
  ...{ fileId: 'pof_01M8GMZ9A4E7W1SB8D6MP0YR2G', currency: SAMPLE_CURRENCY, executeOn: '2026-11-24', payoutCount: 1 },
  ...{ total: SAMPLE_AMOUNT_MINOR - SAMPLE_FEE_MINOR, state: 'PREPARED', preparedAt: '2026-11-24T00:00:31.108Z' },
  ...{ approvedBy: null, approvedAt: null, sha256: null, failure: null },
})

export const sampleBatchInList = (): BatchInListView => {
  const { payoutId, state, attempt } = samplePayout()
  return { ...sampleBatchFields(), payout: { payoutId, state, attempt } }
}

export const sampleBatch = (): BatchView => ({ ...sampleBatchFields(), payouts: [samplePayout()] })

export const sampleOperatorBatch = (): OperatorBatchView => ({ ...sampleBatch(), canRetry: false })

export const sampleItem = (): ItemView => ({
  itemId: 'itm_01M81Y02BX5C8QR1W4T7JH9ZND',
  type: 'capture',
  paymentId: SAMPLE_PAYMENT_ID,
  eventId: 'evt_01M81Y01V5D9JX3Q7E1KZ6H8PF',
  gross: SAMPLE_AMOUNT_MINOR,
  fee: SAMPLE_FEE_MINOR,
  vat: 0,
  net: SAMPLE_AMOUNT_MINOR - SAMPLE_FEE_MINOR,
  soldOn: '2026-11-22',
  dueOn: '2026-11-24',
})
