/** POST /operator/payments/{paymentId}/capture: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { newest, operatorWrites } from '../curl.ts'
import { amountMinor } from '../identifiers.ts'
import { operatorMutationRefusals, operatorWrite, sampleWrite } from '../operator-write.ts'
import { mutationView } from '../payment.ts'
import { schemaMessages } from '../problem-texts.ts'
import { onlyThese, paymentPath } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'
import { capturedSample, sampleOperationIds } from '../sample-purchase.ts'

const operatorCaptureRequest = onlyThese({
  amount: amountMinor.optional().meta({
    description: 'Default: all that is not captured yet.',
    'x-description-ko': '기본값: 아직 매입하지 않은 전액.',
  }),
  finalCapture: z.boolean(schemaMessages.boolean).optional().meta({
    description:
      'Default `true`: what this capture leaves of the hold is released. `false` keeps it for further captures.',
    'x-description-ko':
      '기본값 `true`: 이번 매입 뒤 남은 승인 금액은 해제됩니다. `false`면 다음 매입을 위해 남겨 둡니다.',
  }),
  ...operatorWrite,
}).meta({ id: 'OperatorCaptureRequest' })

export const contract = defineContract({
  route: 'POST /operator/payments/{paymentId}/capture',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: paymentPath,
  body: operatorCaptureRequest,
  answers: { 200: mutationView },
  refusals: [...operatorMutationRefusals, 'CAPTURE_CONFLICT'],
  onTimeout: 'OUTCOME_UNKNOWN',
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Capture as an operator', ko: '운영자로 매입합니다' },
  description: {
    en: 'As `POST /payments/capture/{paymentId}`, by an operator. The key is that of the payment’s merchant, too: the same key and request get the first answer again, and two at once move money once. Who asked and why is in the audit log before the acquirer is asked.',
    ko: '운영자가 하는 `POST /payments/capture/{paymentId}`입니다. 키는 결제 가맹점의 멱등 키이기도 합니다. 같은 키와 요청은 처음 응답을 다시 받고, 동시에 두 번 보내도 돈은 한 번만 움직입니다. 누가 왜 요청했는지는 매입사에 묻기 전에 감사 로그에 남습니다.',
  },
  requests: {
    all: { summary: { en: 'All that is left', ko: '남은 전액' }, value: sampleWrite },
    part: {
      summary: { en: 'A part, and more later', ko: '일부만, 나머지는 나중에' },
      value: { ...sampleWrite, amount: 550_000, finalCapture: false },
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
  curl: `${newest('AUTHORIZED')}${operatorWrites('payments/$PAYMENT_ID/capture')}`,
})
