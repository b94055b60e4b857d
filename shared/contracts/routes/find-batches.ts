/** GET /operator/settlements: what it reads, what it answers, and what documents say about it. */
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { docs as docsOfList, settlementListView, settlementsQuery } from './list-settlements.ts'

export const contract = defineContract({
  route: 'GET /operator/settlements',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: settlementsQuery,
  answers: { 200: settlementListView },
  refusals: ['VALIDATION_FAILED', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  ...docsOfList(),
  summary: { en: 'Settlement batches, for operators', ko: '정산 배치 목록(운영자용)' },
  description: { en: 'As `GET /settlements`.', ko: '`GET /settlements`와 같습니다.' },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/settlements?state=CLOSED&limit=2'${AS_OPERATOR}`,
})
