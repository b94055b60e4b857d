/** GET /operator/settlement-days: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { currency, merchantId, sumMinor } from '../identifiers.ts'
import { batchDayKinds } from '../lists.ts'
import { inBoth } from '../problem-texts.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'
import { SAMPLE_CURRENCY, SAMPLE_MERCHANT_ID } from '../sample-purchase.ts'
import { batchState, dayQuery } from '../settlement-views.ts'

const notADayKind = inBoth('must be sold or due', '판매일이나 지급일 기준이어야 합니다')

const batchDayKind = z.enum(batchDayKinds, notADayKind).meta({
  id: 'BatchDayKind',
  description: '`sold`: by the last day of the period. `due`: by the day of payment.',
  'x-description-ko': '`sold`: 기간의 마지막 날 기준. `due`: 지급일 기준.',
})

const batchDaysQuery = onlyThese({
  merchantId,
  currency: currency.optional(),
  by: batchDayKind.optional(),
  from: dayQuery('The first day.', '첫날.'),
  to: dayQuery('The last day. Else the newest.', '마지막 날. 없으면 가장 최근.'),
})

const net = sumMinor('Minor units: the sum of the batches.', '최소 단위. 배치의 합계.')

const batchDay = z
  .object({
    day: z.iso.date(),
    currency,
    batchCount: z.int().min(1),
    itemCount: z.int().min(0),
    net,
    states: z
      .array(z.object({ state: batchState, batchCount: z.int().min(1), net }))
      .meta({ description: 'The same by state.', 'x-description-ko': '상태별로 나눈 것.' }),
  })
  .meta({
    id: 'SettlementDay',
    description: 'What the batches of a day come to.',
    'x-description-ko': '하루의 정산 배치 합계.',
  })
export type BatchDayView = z.infer<typeof batchDay>

const batchDaysView = z
  .object({
    items: z.array(batchDay),
    earlierTo: z.iso.date().nullable().meta({
      description: 'Send it as `to` for the days before; null when there is none.',
      'x-description-ko': '이전 날짜를 보려면 `to`로 보내세요. 없으면 null입니다.',
    }),
  })
  .meta({
    id: 'SettlementDays',
    description: 'Whole days, the newest first.',
    'x-description-ko': '하루 단위 합계(최신순).',
  })
export type BatchDaysView = z.infer<typeof batchDaysView>

export const contract = defineContract({
  route: 'GET /operator/settlement-days',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: batchDaysQuery,
  answers: { 200: batchDaysView },
  refusals: ['VALIDATION_FAILED', ...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What a merchant’s batches come to, day by day', ko: '가맹점의 날짜별 정산 합계' },
  description: {
    en: 'At most 14 days that have a batch, by day and currency. The batches of each are listed by `GET /operator/settlements`.',
    ko: '배치가 있는 날을 최대 14일까지, 날짜와 통화별로 더합니다. 각 배치는 `GET /operator/settlements`로 봅니다.',
  },
  answers: {
    200: {
      words: { en: 'The days.', ko: '날짜별 합계입니다.' },
      examples: {
        example: {
          summary: { en: 'A day of which one batch is paid', ko: '한 배치가 지급된 하루' },
          value: {
            items: [
              {
                ...{ day: '2026-11-22', currency: SAMPLE_CURRENCY, batchCount: 2, itemCount: 3, net: '1520961' },
                states: [
                  { state: 'CLOSED', batchCount: 1, net: '9711' },
                  { state: 'PAID', batchCount: 1, net: '1511250' },
                ],
              },
            ],
            earlierTo: null,
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/settlement-days?merchantId=${SAMPLE_MERCHANT_ID}&by=due'${AS_OPERATOR}`,
})
