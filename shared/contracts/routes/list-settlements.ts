/** GET /settlements: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { currency, merchantId } from '../identifiers.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_MERCHANT_ID } from '../sample-purchase.ts'
import { batchInListView, batchState, dayQuery, sampleBatchInList } from '../settlement-views.ts'

/** A day and an id, in base64. */
const CURSOR_LENGTH_MAX = 64

export const settlementsQuery = onlyThese({
  merchantId: merchantId.optional(),
  currency: currency.optional(),
  state: batchState.optional(),
  soldFrom: dayQuery('Batches whose period ends on this day or later.', '기간의 마지막 날이 이날이거나 그 뒤인 배치.'),
  soldTo: dayQuery('Batches whose period ends on this day or earlier.', '기간의 마지막 날이 이날이거나 그 앞인 배치.'),
  dueFrom: dayQuery(
    'Batches that are due on this day or later. Not together with soldFrom or soldTo.',
    '지급일이 이날이거나 그 뒤인 배치. soldFrom, soldTo와 함께 보낼 수 없습니다.',
  ),
  dueTo: dayQuery(
    'Batches that are due on this day or earlier. Not together with soldFrom or soldTo.',
    '지급일이 이날이거나 그 앞인 배치. soldFrom, soldTo와 함께 보낼 수 없습니다.',
  ),
  limit: pageLimit('Batches on a page.', '한 페이지의 배치 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type SettlementsQuery = z.infer<typeof settlementsQuery>

export const settlementListView = z.object({ items: z.array(batchInListView), nextCursor }).meta({
  id: 'SettlementList',
  description: 'A page of batches, newest first.',
  'x-description-ko': '정산 배치 목록 한 페이지(최신순).',
})
export type SettlementListView = z.infer<typeof settlementListView>

export const contract = defineContract({
  route: 'GET /settlements',
  tag: 'settlement',
  routeClass: 'reads',
  query: settlementsQuery,
  answers: { 200: settlementListView },
  refusals: ['VALIDATION_FAILED', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of settlement batches, newest first', ko: '정산 배치 목록(최신순)' },
  description: {
    en: 'The last period comes first; with `dueFrom` or `dueTo` the last day of payment. Ask by the day of sale or by the day of payment, not by both. Send the same filters with the cursor.',
    ko: '기간이 늦은 배치가 먼저이며, `dueFrom`이나 `dueTo`를 보내면 지급일이 늦은 배치가 먼저입니다. 판매일과 지급일 중 한 가지로만 찾을 수 있습니다. 커서를 보낼 때 조건도 똑같이 보내세요.',
  },
  answers: {
    200: {
      words: { en: 'A page of batches.', ko: '배치 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [sampleBatchInList()], nextCursor: null },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/settlements?merchantId=${SAMPLE_MERCHANT_ID}&limit=2'`,
})
