/** POST /payments/capture/{paymentId}: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { change } from '../curl.ts'
import { amountMinor } from '../identifiers.ts'
import { mutationView } from '../payment.ts'
import { problemTexts, schemaMessages } from '../problem-texts.ts'
import { onlyThese, ownMerchantId, paymentPath } from '../requests.ts'
import { type DocsOf, defineContract, mutationRefusals } from '../route-contract.ts'
import { capturedSample, SAMPLE_AMOUNT_MINOR, SAMPLE_MERCHANT_ID, sampleOperationIds } from '../sample-purchase.ts'

export const captureRequest = onlyThese({
  amount: amountMinor.optional().meta({
    description: 'Default: all that is authorized. A part is not supported yet (400).',
    'x-description-ko': '기본값: 승인된 전액. 부분 매입은 아직 지원하지 않습니다(400).',
  }),
  merchantId: ownMerchantId,
  finalCapture: z.boolean(schemaMessages.boolean).optional().meta({
    description: '`false` is not supported yet (400).',
    'x-description-ko': '`false`는 아직 지원하지 않습니다(400).',
  }),
}).meta({ id: 'CaptureRequest' })
export type CaptureRequest = z.infer<typeof captureRequest>

export const contract = defineContract({
  route: 'POST /payments/capture/{paymentId}',
  tag: 'payments',
  path: paymentPath,
  body: captureRequest,
  bodyOptional: true,
  check: ({ finalCapture }: CaptureRequest) =>
    finalCapture === false ? [{ path: '/finalCapture', message: problemTexts.finalCaptureNotYet }] : [],
  mutation: 'capture',
  needsKey: body => body.finalCapture === false,
  answers: { 200: mutationView },
  refusals: ['NOT_FOUND', 'CAPTURE_CONFLICT', ...mutationRefusals],
  onTimeout: 'OUTCOME_UNKNOWN',
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Take the money that is held', ko: '잡아 둔 돈을 가져옵니다(매입)' },
  description: {
    en: 'Captures all that is authorized and writes the ledger entry in the same transaction. The body may be left out. Without a key a repeat is safe by state: it gets a 409, never a second capture. With a key it gets the first answer again.',
    ko: '승인된 전액을 매입하고 같은 트랜잭션에서 원장에 기록합니다. 본문은 생략할 수 있습니다. 키가 없어도 상태 덕분에 안전합니다. 반복하면 409를 받을 뿐 두 번 매입되지 않습니다. 키가 있으면 처음 응답을 다시 받습니다.',
  },
  requests: {
    all: { summary: { en: 'All that is authorized', ko: '승인된 전액' }, value: {} },
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
