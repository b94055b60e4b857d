/** POST /operator/payouts/{payoutId}/cancel: what it reads, what it answers, and what documents say about it. */
import { operatorWrites } from '../curl.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'
import { payoutPath, payoutView, samplePayout } from '../settlement-views.ts'

export const contract = defineContract({
  route: 'POST /operator/payouts/{payoutId}/cancel',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: payoutPath,
  body: onlyThese(operatorWrite).meta({ id: 'CancelPayoutRequest' }),
  answers: { 200: payoutView },
  refusals: ['NOT_FOUND', 'PAYOUT_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Cancel a payout that was not sent', ko: '보내지 않은 지급을 취소합니다' },
  description: {
    en: 'As `npm run settle -- cancel`: it is booked back, and its file goes without it.',
    ko: '`npm run settle -- cancel`과 같습니다. 되돌려 기장하고 파일에서 뺍니다.',
  },
  requests: { example: { summary: { en: 'Why', ko: '사유' }, value: sampleWrite } },
  answers: {
    200: {
      words: { en: 'The payout, canceled.', ko: '취소된 지급입니다.' },
      examples: {
        example: { summary: { en: 'Canceled', ko: '취소됨' }, value: { ...samplePayout(), state: 'CANCELED' } },
      },
    },
  },
  curl: operatorWrites(`payouts/${samplePayout().payoutId}/cancel`),
})
