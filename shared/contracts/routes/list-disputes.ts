/** GET /disputes: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { disputeState, disputeView, sampleDispute } from '../dispute-views.ts'
import { merchantId, paymentId } from '../identifiers.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_MERCHANT_ID } from '../sample-purchase.ts'

/** An id, in base64. */
const CURSOR_LENGTH_MAX = 64

export const disputesQuery = onlyThese({
  merchantId: merchantId.optional(),
  paymentId: paymentId.optional(),
  state: disputeState.optional(),
  limit: pageLimit('Disputes on a page.', '한 페이지의 분쟁 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type DisputesQuery = z.infer<typeof disputesQuery>

export const disputeListView = z.object({ items: z.array(disputeView), nextCursor }).meta({
  id: 'DisputeList',
  description: 'A page of disputes, newest first.',
  'x-description-ko': '분쟁 목록 한 페이지(최신순).',
})
export type DisputeListView = z.infer<typeof disputeListView>

export const contract = defineContract({
  route: 'GET /disputes',
  tag: 'settlement',
  routeClass: 'reads',
  query: disputesQuery,
  answers: { 200: disputeListView },
  refusals: ['VALIDATION_FAILED', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of disputes, newest first', ko: '분쟁 목록(최신순)' },
  description: {
    en: 'What card holders took back through the acquirer, one for each capture. `OPEN` ones may still be won.',
    ko: '카드 소유자가 매입사를 거쳐 도로 가져간 금액(차지백)을 매입마다 하나씩 보여 줍니다. `OPEN`은 아직 이길 수 있습니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of disputes.', ko: '분쟁 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [sampleDispute()], nextCursor: null },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/disputes?merchantId=${SAMPLE_MERCHANT_ID}&limit=2'`,
})
