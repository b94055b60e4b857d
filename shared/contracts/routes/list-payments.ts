/** GET /payments: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { merchantId, orderId } from '../identifiers.ts'
import { paymentStatus, paymentView } from '../payment.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { refundedSample } from '../sample-purchase.ts'

const CURSOR_LENGTH_MAX = 64

export const listQuery = onlyThese({
  merchantId: merchantId.optional(),
  orderId: orderId.optional(),
  status: paymentStatus.optional(),
  limit: pageLimit('Payments on a page.', '한 페이지의 결제 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type ListQuery = z.infer<typeof listQuery>

export const paymentListView = z
  .object({
    items: z.array(paymentView),
    nextCursor,
  })
  .meta({
    id: 'PaymentList',
    description: 'A page of payments, newest first.',
    'x-description-ko': '결제 목록 한 페이지(최신순).',
  })
export type PaymentListView = z.infer<typeof paymentListView>

export const contract = defineContract({
  route: 'GET /payments',
  tag: 'payments',
  routeClass: 'reads',
  query: listQuery,
  answers: { 200: paymentListView },
  refusals: ['VALIDATION_FAILED', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of payments, newest first', ko: '결제 목록(최신순)' },
  description: {
    en: 'Keyset pages: they neither skip nor repeat a payment while new ones arrive. `nextCursor` is null on the last page.',
    ko: '키셋 페이지 방식이라 새 결제가 들어와도 빠지거나 겹치지 않습니다. 마지막 페이지에서 `nextCursor`는 null입니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of payments.', ko: '결제 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: { items: [refundedSample()], nextCursor: null },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/payments?merchantId=moonlight-mobile&limit=2'`,
})
