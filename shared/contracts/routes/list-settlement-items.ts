/** GET /settlements/{batchId}/items: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN, newestBatch } from '../curl.ts'
import { batchId } from '../identifiers.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { batchPath, itemView, SAMPLE_BATCH_ID, sampleItem } from '../settlement-views.ts'

/** A day and an id, in base64. */
const CURSOR_LENGTH_MAX = 64

export const itemsQuery = onlyThese({
  limit: pageLimit('Items on a page.', '한 페이지의 항목 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type ItemsQuery = z.infer<typeof itemsQuery>

export const itemListView = z.object({ batchId, items: z.array(itemView), nextCursor }).meta({
  id: 'SettlementItemList',
  description: 'A page of what a batch pays for.',
  'x-description-ko': '배치에 담긴 항목 목록 한 페이지.',
})
export type ItemListView = z.infer<typeof itemListView>

export const contract = defineContract({
  route: 'GET /settlements/{batchId}/items',
  tag: 'settlement',
  routeClass: 'reads',
  path: batchPath,
  query: itemsQuery,
  answers: { 200: itemListView },
  refusals: ['VALIDATION_FAILED', 'NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of what a settlement batch pays for', ko: '정산 배치에 담긴 항목 목록' },
  description: {
    en: 'Oldest first, by their periods. The `net` of all items adds up to that of the batch. Of a batch that is OPEN, a page may lack what is put in while you read.',
    ko: '기간순, 오래된 항목이 먼저입니다. 모든 항목의 `net`을 더하면 배치의 `net`입니다. OPEN인 배치는 읽는 동안 담긴 항목이 빠질 수 있습니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of items.', ko: '항목 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { batchId: SAMPLE_BATCH_ID, items: [sampleItem()], nextCursor: null },
        },
      },
    },
  },
  curl: `${newestBatch()}curl -i "${LOCAL_ORIGIN}/settlements/$BATCH_ID/items?limit=2"`,
})
