/** GET /payments/{paymentId}: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN, newest } from '../curl.ts'
import { eventView, paymentView } from '../payment.ts'
import { paymentPath } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { capturedSample, capturingSample, sampleEntries, sampleEvents } from '../sample-purchase.ts'

export const paymentDetailView = paymentView
  .extend({
    events: z.array(eventView).meta({ description: 'In order of `sequence`.', 'x-description-ko': '`sequence` 순서.' }),
  })
  .meta({ id: 'PaymentDetail', description: 'The payment with its events.', 'x-description-ko': '결제와 그 이벤트.' })
export type PaymentDetailView = z.infer<typeof paymentDetailView>

export const contract = defineContract({
  route: 'GET /payments/{paymentId}',
  tag: 'payments',
  routeClass: 'reads',
  path: paymentPath,
  answers: { 200: paymentDetailView },
  refusals: ['NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'One payment with its ledger and events', ko: '결제 하나와 그 원장, 이벤트' },
  description: {
    en: 'The present state, every movement of money, and every event with the time when Kafka took it.',
    ko: '현재 상태, 모든 돈의 움직임, 그리고 각 이벤트를 Kafka가 받은 시각입니다.',
  },
  answers: {
    200: {
      words: { en: 'The payment.', ko: '결제입니다.' },
      examples: {
        captured: {
          summary: { en: 'Captured, with its fee', ko: '매입되고 수수료까지 기록됨' },
          value: {
            ...capturedSample(),
            ledgerEntries: [sampleEntries().capture, sampleEntries().fee],
            events: sampleEvents(),
          },
        },
        pending: {
          summary: { en: 'A capture is in progress', ko: '매입 진행 중' },
          value: { ...capturingSample(), events: sampleEvents().slice(0, 1) },
        },
      },
    },
  },
  curl: `${newest('REFUNDED')}curl -i "${LOCAL_ORIGIN}/payments/$PAYMENT_ID"`,
})
