/** GET /operator/settlements/{batchId}: what it reads, what it answers, and what documents say about it. */
import { AS_OPERATOR, LOCAL_ORIGIN, newestBatch } from '../curl.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { batchPath, operatorBatchView, sampleOperatorBatch } from '../settlement-views.ts'

export const contract = defineContract({
  route: 'GET /operator/settlements/{batchId}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: batchPath,
  answers: { 200: operatorBatchView },
  refusals: ['NOT_FOUND', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A settlement batch, for operators', ko: '정산 배치(운영자용)' },
  description: {
    en: 'As `GET /settlements/{batchId}`, and whether an approver may allow another payout.',
    ko: '`GET /settlements/{batchId}`와 같고, 승인자가 지급을 더 허용할 수 있는지도 나옵니다.',
  },
  answers: {
    200: {
      words: { en: 'The batch.', ko: '정산 배치입니다.' },
      examples: {
        example: {
          summary: { en: 'The bank has its payout', ko: '은행이 지급을 접수함' },
          value: sampleOperatorBatch(),
        },
      },
    },
  },
  curl: `${newestBatch()}curl -i "${LOCAL_ORIGIN}/operator/settlements/$BATCH_ID"${AS_OPERATOR}`,
})
