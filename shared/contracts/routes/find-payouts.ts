/** GET /operator/payouts: what it reads, what it answers, and what documents say about it. */
import type * as z from 'zod'
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { askedUlid } from '../identifiers.ts'
import { inBoth } from '../problem-texts.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { docs as docsOfList, payoutListView, payoutsQuery } from './list-payouts.ts'

const findPayoutsQuery = payoutsQuery.extend({
  fileId: askedUlid('pof', inBoth('must be the id of a payout file', '지급 파일의 번호여야 합니다')).optional().meta({
    description: 'Those of this file.',
    'x-description-ko': '이 파일에 담긴 지급.',
  }),
})
export type FindPayoutsQuery = z.infer<typeof findPayoutsQuery>

export const contract = defineContract({
  route: 'GET /operator/payouts',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: findPayoutsQuery,
  answers: { 200: payoutListView },
  refusals: ['VALIDATION_FAILED', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  ...docsOfList(),
  summary: { en: 'Payouts, for operators', ko: '지급 목록(운영자용)' },
  description: {
    en: 'As `GET /payouts`, also those of one payout file.',
    ko: '`GET /payouts`와 같으며, 지급 파일 하나에 담긴 지급도 찾을 수 있습니다.',
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/payouts?state=CREATED&limit=2'${AS_OPERATOR}`,
})
