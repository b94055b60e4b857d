/** GET /operator/settlements: what it reads, what it answers, and what documents say about it. */
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { oneOf } from '../identifiers.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { docs as docsOfList, settlementListView, settlementsQuery } from './list-settlements.ts'

const findBatchesQuery = settlementsQuery.extend({
  usedUp: oneOf(['true']).optional().meta({
    description:
      'Only CLOSED batches of which all payouts that they may have failed or were canceled: an approver may allow another.',
    'x-description-ko':
      '허용된 지급이 모두 실패했거나 취소된 CLOSED 배치만. 승인자가 지급을 한 번 더 허용할 수 있습니다.',
  }),
})

export const contract = defineContract({
  route: 'GET /operator/settlements',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: findBatchesQuery,
  answers: { 200: settlementListView },
  refusals: ['VALIDATION_FAILED', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  ...docsOfList(),
  summary: { en: 'Settlement batches, for operators', ko: '정산 배치 목록(운영자용)' },
  description: {
    en: 'As `GET /settlements`, also only those whose payouts are used up.',
    ko: '`GET /settlements`와 같으며, 허용된 지급을 모두 쓴 배치만 찾을 수도 있습니다.',
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/settlements?state=CLOSED&limit=2'${AS_OPERATOR}`,
})
