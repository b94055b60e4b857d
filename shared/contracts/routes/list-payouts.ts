/** GET /payouts: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { merchantId } from '../identifiers.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_MERCHANT_ID } from '../sample-purchase.ts'
import { payoutState, payoutView, samplePayout } from '../settlement-views.ts'

/** An id, in base64. */
const CURSOR_LENGTH_MAX = 64

export const payoutsQuery = onlyThese({
  merchantId: merchantId.optional(),
  state: payoutState.optional(),
  limit: pageLimit('Payouts on a page.', '한 페이지의 지급 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type PayoutsQuery = z.infer<typeof payoutsQuery>

export const payoutListView = z.object({ items: z.array(payoutView), nextCursor }).meta({
  id: 'PayoutList',
  description: 'A page of payouts, newest first.',
  'x-description-ko': '지급 목록 한 페이지(최신순).',
})
export type PayoutListView = z.infer<typeof payoutListView>

export const contract = defineContract({
  route: 'GET /payouts',
  tag: 'settlement',
  routeClass: 'reads',
  query: payoutsQuery,
  answers: { 200: payoutListView },
  refusals: ['VALIDATION_FAILED', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of payouts, newest first', ko: '지급 목록(최신순)' },
  description: {
    en: 'Payments to merchants, each attempt by itself. `CREATED` ones wait for an approval, `SENT` ones for the bank.',
    ko: '가맹점에 대한 지급을 회차마다 하나씩 보여 줍니다. `CREATED`는 승인을, `SENT`는 은행의 답을 기다립니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of payouts.', ko: '지급 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [samplePayout()], nextCursor: null },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/payouts?merchantId=${SAMPLE_MERCHANT_ID}&limit=2'`,
})
