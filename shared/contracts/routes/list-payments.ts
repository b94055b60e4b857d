/** GET /payments: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { atLeast, atMost, merchantId, orderId } from '../identifiers.ts'
import { paymentStatus, paymentView } from '../payment.ts'
import { schemaMessages } from '../problem-texts.ts'
import { charactersAtMost, onlyThese } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { refundedSample } from '../sample-purchase.ts'

const LIMIT_DEFAULT = 20
const LIMIT_MAX = 100
const CURSOR_LENGTH_MAX = 64

/** Digits only: `Number` also reads `0x10`, `1e1`, spaces and nothing at all. */
const wholeNumber = (sent: unknown): unknown =>
  typeof sent === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(sent) ? Number(sent) : sent

export const listQuery = onlyThese({
  merchantId: merchantId.optional(),
  orderId: orderId.optional(),
  status: paymentStatus.optional(),
  limit: z
    .preprocess(
      wholeNumber,
      z.number(schemaMessages.integer).int(schemaMessages.integer).min(1, atLeast(1)).max(LIMIT_MAX, atMost(LIMIT_MAX)),
    )
    .default(LIMIT_DEFAULT)
    .meta({
      override: { default: LIMIT_DEFAULT },
      description: 'Payments on a page.',
      'x-description-ko': '한 페이지의 결제 수.',
    }),
  cursor: z.string(schemaMessages.text).max(CURSOR_LENGTH_MAX, charactersAtMost(CURSOR_LENGTH_MAX)).optional().meta({
    description: 'The `nextCursor` of the page before. Anything else is a 400.',
    'x-description-ko': '앞 페이지의 `nextCursor`. 다른 값은 400입니다.',
  }),
})
export type ListQuery = z.infer<typeof listQuery>

export const paymentListView = z
  .object({
    items: z.array(paymentView),
    nextCursor: z.string().nullable().meta({
      description: 'Send it as `cursor` for the next page; null at the end.',
      'x-description-ko': '다음 페이지를 받을 때 `cursor`로 보내세요. 끝이면 null입니다.',
    }),
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
