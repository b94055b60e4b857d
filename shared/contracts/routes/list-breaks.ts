/** GET /reconciliation/breaks: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { currency } from '../identifiers.ts'
import { breakClass, breakState, breakView, sampleBreak, sourceId } from '../recon-views.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

/** An id, in base64. */
const CURSOR_LENGTH_MAX = 64

export const breaksQuery = onlyThese({
  class: breakClass.optional(),
  state: breakState.optional(),
  sourceId: sourceId.optional(),
  currency: currency.optional(),
  limit: pageLimit('Breaks on a page.', '한 페이지의 불일치 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type BreaksQuery = z.infer<typeof breaksQuery>

export const breakListView = z.object({ items: z.array(breakView), nextCursor }).meta({
  id: 'BreakList',
  description: 'A page of breaks, newest first.',
  'x-description-ko': '불일치 목록 한 페이지(최신순).',
})
export type BreakListView = z.infer<typeof breakListView>

export const contract = defineContract({
  route: 'GET /reconciliation/breaks',
  tag: 'reconciliation',
  routeClass: 'reads',
  query: breaksQuery,
  answers: { 200: breakListView },
  refusals: ['VALIDATION_FAILED', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of breaks, newest first', ko: '불일치 목록(최신순)' },
  description: {
    en: 'What of the files does not fit the books. The `remaining` of all open ones is what recon_suspense holds. `npm run breaks` resolves them.',
    ko: '파일과 장부가 맞지 않는 것들입니다. 열린 불일치의 `remaining`을 모두 더하면 recon_suspense의 잔액입니다. 해결은 `npm run breaks`로 합니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of breaks.', ko: '불일치 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [sampleBreak()], nextCursor: null },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/reconciliation/breaks?class=AMOUNT_UNDER&state=OPEN&limit=2'`,
})
