/** GET /operator/payments/{paymentId}: what it reads, what it answers, and what documents say about it. */
import { LOCAL_ORIGIN, newest } from '../curl.ts'
import { paymentPath } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { capturedSample, sampleEntries, sampleEvents } from '../sample-purchase.ts'
import { paymentDetailView } from './get-payment.ts'

export const contract = defineContract({
  route: 'GET /operator/payments/{paymentId}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: paymentPath,
  answers: { 200: paymentDetailView },
  refusals: ['NOT_FOUND', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'One payment, for an operator', ko: '운영자가 보는 결제 하나' },
  description: {
    en: 'What `GET /payments/{paymentId}` answers, in the session of the console.',
    ko: '`GET /payments/{paymentId}`와 같은 응답을 콘솔 세션으로 받습니다.',
  },
  answers: {
    200: {
      words: { en: 'The payment.', ko: '결제입니다.' },
      examples: {
        example: {
          summary: { en: 'Captured, with its fee', ko: '매입되고 수수료까지 기록됨' },
          value: {
            ...capturedSample(),
            ledgerEntries: [sampleEntries().capture, sampleEntries().fee],
            events: sampleEvents(),
          },
        },
      },
    },
  },
  curl: `${newest('REFUNDED')}curl -i "${LOCAL_ORIGIN}/operator/payments/$PAYMENT_ID" -b console.cookies -H "x-console-secret: $SECRET"`,
})
