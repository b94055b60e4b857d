/** GET /operator/payments: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { paymentFilters, searchedTime } from '../finding.ts'
import { paymentMethod } from '../identifiers.ts'
import { paymentView, time } from '../payment.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { refundedSample, SAMPLE_MERCHANT_ID, sampleTime } from '../sample-purchase.ts'
import { APPROVING_TOKEN } from '../test-tokens.ts'

/** A time and an id, in base64. */
const CURSOR_LENGTH_MAX = 80

export const findQuery = onlyThese({
  ...paymentFilters,
  limit: pageLimit('Payments on a page.', '한 페이지의 결제 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type FindQuery = z.infer<typeof findQuery>

const foundPaymentView = paymentView.extend({ method: paymentMethod }).meta({ id: 'FoundPayment' })

export const foundPaymentsView = z
  .object({
    items: z.array(foundPaymentView),
    nextCursor,
    partial: z.boolean().meta({
      description:
        'The page ends before it is full: 20,000 payments were looked at. There may be others; `nextCursor` goes on.',
      'x-description-ko':
        '결제 2만 건을 살펴본 뒤 페이지가 다 차기 전에 멈췄습니다. 더 있을 수 있으며 `nextCursor`로 이어집니다.',
    }),
    ...searchedTime,
    searchedTo: time.meta({
      description: 'How far back this page and those before it have searched.',
      'x-description-ko': '이 페이지까지 검색이 거슬러 올라간 시각.',
    }),
  })
  .meta({
    id: 'FoundPayments',
    description: 'A page of payments under filters, newest first.',
    'x-description-ko': '조건에 맞는 결제 목록 한 페이지(최신순).',
  })
export type FoundPaymentsView = z.infer<typeof foundPaymentsView>

export const contract = defineContract({
  route: 'GET /operator/payments',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: findQuery,
  answers: { 200: foundPaymentsView },
  refusals: ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Payments under filters, newest first', ko: '조건에 맞는 결제(최신순)' },
  description: {
    en: 'Of the last 7 days unless `from` and `to` say otherwise. A page looks at no more than 20,000 payments: where few fit, it ends with `partial` and a `nextCursor` that goes on from there. Send the same filters with the cursor, and `from` and `to` as the first answer has them.',
    ko: '`from`과 `to`가 없으면 최근 7일입니다. 한 페이지는 결제를 2만 건까지만 살펴봅니다. 맞는 결제가 적으면 `partial`로 끝나고 `nextCursor`로 이어집니다. 커서를 보낼 때 조건과, 첫 응답의 `from`, `to`도 똑같이 보내세요.',
  },
  answers: {
    200: {
      words: { en: 'A page of payments.', ko: '결제 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: {
            items: [{ ...refundedSample(), method: APPROVING_TOKEN }],
            nextCursor: null,
            partial: false,
            from: '2026-11-16T00:00:00.000Z',
            to: '2026-11-23T00:00:00.000Z',
            searchedTo: '2026-11-16T00:00:00.000Z',
          },
        },
        partial: {
          summary: { en: 'Few fit: ended before the page was full', ko: '맞는 결제가 적어 도중에 멈춤' },
          value: {
            items: [],
            nextCursor: 'MTc5NTMyNzIwMDEyMyBwYXlfMDFNODFYWkhKVzE3WUdaTlJDTTVYOUpXWDk',
            partial: true,
            from: '2026-11-16T00:00:00.000Z',
            to: '2026-11-23T00:00:00.000Z',
            searchedTo: sampleTime(0, '00.123'),
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/payments?merchantId=${SAMPLE_MERCHANT_ID}&status=DECLINED,FAILED' -b console.cookies -H "x-console-secret: $SECRET"`,
})
