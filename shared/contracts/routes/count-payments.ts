/** GET /operator/payments/counts: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { COUNT_MAX, paymentFilters, searchedTime } from '../finding.ts'
import { paymentStatus } from '../payment.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

export const countQuery = onlyThese(paymentFilters)

const count = z.int().min(0).max(COUNT_MAX)
const isAtLeast = z.boolean().meta({
  description: 'There are so many or more, as in “≥ 10,000”.',
  'x-description-ko': '이 수 이상입니다(예: “≥ 10,000”).',
})

export const paymentCountsView = z
  .object({
    total: count,
    atLeast: isAtLeast,
    statuses: z.array(z.object({ status: paymentStatus, count, atLeast: isAtLeast }).meta({ id: 'StatusCount' })).meta({
      description: 'Of each status that occurs.',
      'x-description-ko': '있는 상태마다 하나씩.',
    }),
    ...searchedTime,
  })
  .meta({
    id: 'PaymentCounts',
    description: 'How many payments fit the filters.',
    'x-description-ko': '조건에 맞는 결제의 수.',
  })
export type PaymentCountsView = z.infer<typeof paymentCountsView>

export const contract = defineContract({
  route: 'GET /operator/payments/counts',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: countQuery,
  answers: { 200: paymentCountsView },
  refusals: ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'How many payments fit filters, by status', ko: '조건에 맞는 결제의 수(상태별)' },
  description: {
    en: 'The filters of the list. A count is exact unless `atLeast` is true: it ends at 10,000, and no more than the newest 20,000 payments are looked at.',
    ko: '목록과 같은 조건입니다. `atLeast`가 false면 정확한 수입니다. 만 건에서 멈추며, 최신 결제 2만 건까지만 살펴봅니다.',
  },
  answers: {
    200: {
      words: { en: 'The counts.', ko: '결제의 수입니다.' },
      examples: {
        example: {
          summary: { en: 'A busy week', ko: '바쁜 한 주' },
          value: {
            total: COUNT_MAX,
            atLeast: true,
            statuses: [
              { status: 'COMPLETED', count: COUNT_MAX, atLeast: true },
              { status: 'DECLINED', count: 412, atLeast: false },
            ],
            from: '2026-11-16T00:00:00.000Z',
            to: '2026-11-23T00:00:00.000Z',
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/payments/counts?currency=KRW' -b console.cookies -H "x-console-secret: $SECRET"`,
})
