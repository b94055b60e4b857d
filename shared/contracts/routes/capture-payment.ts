/** POST /payments/capture/{paymentId}: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { change } from '../curl.ts'
import { amountMinor } from '../identifiers.ts'
import { mutationView } from '../payment.ts'
import { schemaMessages } from '../problem-texts.ts'
import { onlyThese, ownMerchantId, paymentPath } from '../requests.ts'
import { type DocsOf, defineContract, mutationRefusals } from '../route-contract.ts'
import { capturedSample, SAMPLE_AMOUNT_MINOR, SAMPLE_MERCHANT_ID, sampleOperationIds } from '../sample-purchase.ts'

export const captureRequest = onlyThese({
  amount: amountMinor.optional().meta({
    description: 'Default: all that is not captured yet.',
    'x-description-ko': '기본값: 아직 매입하지 않은 전액.',
  }),
  merchantId: ownMerchantId,
  finalCapture: z.boolean(schemaMessages.boolean).optional().meta({
    description:
      'Default `true`: what this capture leaves of the hold is released. `false` keeps it for further captures, and needs a key.',
    'x-description-ko':
      '기본값 `true`: 이번 매입 뒤 남은 승인 금액은 해제됩니다. `false`면 다음 매입을 위해 남겨 두며, 키가 필요합니다.',
  }),
}).meta({ id: 'CaptureRequest' })
export type CaptureRequest = z.infer<typeof captureRequest>

export const contract = defineContract({
  route: 'POST /payments/capture/{paymentId}',
  tag: 'payments',
  path: paymentPath,
  body: captureRequest,
  bodyOptional: true,
  mutation: 'capture',
  routeClass: 'mutations',
  needsKey: body => body.finalCapture === false,
  answers: { 200: mutationView },
  refusals: ['NOT_FOUND', 'CAPTURE_CONFLICT', ...mutationRefusals],
  onTimeout: 'OUTCOME_UNKNOWN',
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Take the money that is held', ko: '잡아 둔 돈을 가져옵니다(매입)' },
  description: {
    en: 'Captures all that is left, or a part, and writes the ledger entry in the same transaction. The rest is released, unless you send `finalCapture: false`. The body may be left out. Without a key a repeat of a final capture is safe by state: it gets a 409, never a second capture. With a key it gets the first answer again.',
    ko: '남은 전액이나 일부를 매입하고 같은 트랜잭션에서 원장에 기록합니다. `finalCapture: false`를 보내지 않으면 나머지 승인 금액은 해제됩니다. 본문은 생략할 수 있습니다. 최종 매입은 키가 없어도 상태 덕분에 안전합니다. 반복하면 409를 받을 뿐 두 번 매입되지 않습니다. 키가 있으면 처음 응답을 다시 받습니다.',
  },
  requests: {
    all: { summary: { en: 'All that is left', ko: '남은 전액' }, value: {} },
    part: {
      summary: { en: 'A part, and more later', ko: '일부만, 나머지는 나중에' },
      value: { amount: 550_000, finalCapture: false },
    },
    checked: {
      summary: { en: 'With the amount and merchant that you expect', ko: '예상하는 금액과 가맹점을 함께' },
      value: { amount: SAMPLE_AMOUNT_MINOR, merchantId: SAMPLE_MERCHANT_ID, finalCapture: true },
    },
  },
  answers: {
    200: {
      words: { en: 'The money is captured.', ko: '매입되었습니다.' },
      examples: {
        example: {
          summary: { en: 'Captured', ko: '매입됨' },
          value: { ...capturedSample(), operationId: sampleOperationIds.capture },
        },
      },
    },
  },
  next: ['refundPayment', 'getPayment', 'listOperations'],
  curl: change('capture', 'AUTHORIZED', '{}'),
})
