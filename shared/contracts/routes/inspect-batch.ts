/** GET /operator/settlements/{batchId}: what it reads, what it answers, and what documents say about it. */
import { AS_OPERATOR, LOCAL_ORIGIN, newestBatch } from '../curl.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { batchPath, batchView } from '../settlement-views.ts'
import { docs as docsOfBatch } from './get-settlement.ts'

export const contract = defineContract({
  route: 'GET /operator/settlements/{batchId}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: batchPath,
  answers: { 200: batchView },
  refusals: ['NOT_FOUND', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  ...docsOfBatch(),
  summary: { en: 'A settlement batch, for operators', ko: '정산 배치(운영자용)' },
  description: { en: 'As `GET /settlements/{batchId}`.', ko: '`GET /settlements/{batchId}`와 같습니다.' },
  curl: `${newestBatch()}curl -i "${LOCAL_ORIGIN}/operator/settlements/$BATCH_ID"${AS_OPERATOR}`,
})
