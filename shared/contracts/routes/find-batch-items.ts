/** GET /operator/settlements/{batchId}/items: what it reads, what it answers, and what documents say about it. */
import { AS_OPERATOR, LOCAL_ORIGIN, newestBatch } from '../curl.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { batchPath } from '../settlement-views.ts'
import { docs as docsOfItems, itemListView, itemsQuery } from './list-settlement-items.ts'

export const contract = defineContract({
  route: 'GET /operator/settlements/{batchId}/items',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: batchPath,
  query: itemsQuery,
  answers: { 200: itemListView },
  refusals: ['VALIDATION_FAILED', 'NOT_FOUND', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  ...docsOfItems(),
  summary: { en: 'What a settlement batch pays for, for operators', ko: '정산 배치의 항목(운영자용)' },
  description: { en: 'As `GET /settlements/{batchId}/items`.', ko: '`GET /settlements/{batchId}/items`와 같습니다.' },
  curl: `${newestBatch()}curl -i "${LOCAL_ORIGIN}/operator/settlements/$BATCH_ID/items?limit=2"${AS_OPERATOR}`,
})
