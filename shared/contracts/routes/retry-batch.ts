/** POST /operator/settlements/{batchId}/retry: what it reads, what it answers, and what documents say about it. */
import { newestBatch, operatorWrites } from '../curl.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'
import { batchPath, retriedBatchView, SAMPLE_BATCH_ID } from '../settlement-views.ts'

export const contract = defineContract({
  route: 'POST /operator/settlements/{batchId}/retry',
  tag: 'operator',
  operator: 'approver',
  writes: true,
  routeClass: 'mutations',
  path: batchPath,
  body: onlyThese(operatorWrite).meta({ id: 'RetryBatchRequest' }),
  answers: { 200: retriedBatchView },
  refusals: ['NOT_FOUND', 'BATCH_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Allow a settlement batch one more payout', ko: '정산 배치의 지급을 한 번 더 허용합니다' },
  description: {
    en: 'As `npm run settle -- retry`: only when all payouts that the batch may have failed or were canceled. The payout waits for an approval as any other.',
    ko: '`npm run settle -- retry`와 같습니다. 허용된 지급이 모두 실패했거나 취소된 배치만 됩니다. 지급은 다른 지급처럼 승인을 기다립니다.',
  },
  requests: {
    example: {
      summary: { en: 'The account is put right', ko: '계좌를 바로잡음' },
      value: { ...sampleWrite, reason: 'the account is put right' },
    },
  },
  answers: {
    200: {
      words: { en: 'Its next payout, and when it is made.', ko: '다음 지급과 만들어지는 때입니다.' },
      examples: {
        example: {
          summary: { en: 'Within a minute', ko: '1분 안' },
          value: { batchId: SAMPLE_BATCH_ID, attempt: 6, standing: 'payable', account: 'acct_pay', from: null },
        },
      },
    },
  },
  curl: `${newestBatch()}${operatorWrites('settlements/$BATCH_ID/retry')}`,
})
