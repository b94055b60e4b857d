/** POST /payments/void/{paymentId}: what it reads, what it answers, and what documents say about it. */
import type * as z from 'zod'
import { change } from '../curl.ts'
import { mutationView } from '../payment.ts'
import { onlyThese, ownMerchantId, paymentPath, reason } from '../requests.ts'
import { type DocsOf, defineContract, mutationRefusals } from '../route-contract.ts'
import { sampleOperationIds, voidedSample } from '../sample-purchase.ts'

export const voidRequest = onlyThese({ merchantId: ownMerchantId, reason }).meta({ id: 'VoidRequest' })
export type VoidRequest = z.infer<typeof voidRequest>

export const contract = defineContract({
  route: 'POST /payments/void/{paymentId}',
  tag: 'payments',
  path: paymentPath,
  body: voidRequest,
  bodyOptional: true,
  mutation: 'void',
  routeClass: 'mutations',
  needsKey: () => false,
  answers: { 200: mutationView },
  refusals: ['NOT_FOUND', 'VOID_CONFLICT', ...mutationRefusals],
  onTimeout: 'OUTCOME_UNKNOWN',
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Let go of the money that is held', ko: '잡아 둔 돈을 풀어 줍니다(승인 취소)' },
  description: {
    en: 'Releases what is authorized and not captured. After a partial capture the rest is released and the payment is COMPLETED; else it is VOIDED. The body may be left out. Without a key a repeat is safe by state: it gets a 409.',
    ko: '승인되었지만 매입하지 않은 금액을 해제합니다. 일부를 매입한 뒤라면 나머지를 해제하고 결제는 COMPLETED, 아니면 VOIDED가 됩니다. 본문은 생략할 수 있습니다. 키가 없어도 상태 덕분에 안전하며, 반복하면 409를 받습니다.',
  },
  requests: {
    all: { summary: { en: 'All that is left', ko: '남은 전액' }, value: { reason: 'out of stock' } },
  },
  answers: {
    200: {
      words: { en: 'The money is released.', ko: '해제되었습니다.' },
      examples: {
        example: {
          summary: { en: 'Voided', ko: '승인 취소됨' },
          value: { ...voidedSample(), operationId: sampleOperationIds.void },
        },
      },
    },
  },
  next: ['getPayment', 'listOperations'],
  curl: change('void', 'AUTHORIZED', '{"reason":"out of stock"}'),
})
