/** GET /settlements/{batchId}: what it reads, what it answers, and what documents say about it. */
import { LOCAL_ORIGIN, newestBatch } from '../curl.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { batchPath, batchView, sampleBatch } from '../settlement-views.ts'

export const contract = defineContract({
  route: 'GET /settlements/{batchId}',
  tag: 'settlement',
  routeClass: 'reads',
  path: batchPath,
  answers: { 200: batchView },
  refusals: ['NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A settlement batch with all its payouts', ko: '정산 배치와 모든 지급' },
  description: {
    en: 'A batch has at most one payout that may still move the money. Those before it failed or were canceled.',
    ko: '한 배치에서 돈을 움직일 수 있는 지급은 최대 하나입니다. 그 앞의 지급은 실패했거나 취소되었습니다.',
  },
  answers: {
    200: {
      words: { en: 'The batch.', ko: '정산 배치입니다.' },
      examples: {
        example: { summary: { en: 'The bank has its payout', ko: '은행이 지급을 접수함' }, value: sampleBatch() },
      },
    },
  },
  curl: `${newestBatch()}curl -i "${LOCAL_ORIGIN}/settlements/$BATCH_ID"`,
})
