/** GET /operator/funds: what it answers, and what documents say about it. */
import * as z from 'zod'
import { AS_OPERATOR, LOCAL_ORIGIN } from '../curl.ts'
import { currency, sumMinor } from '../identifiers.ts'
import { time } from '../payment.ts'
import { type DocsOf, defineContract, operatorReadRefusals } from '../route-contract.ts'

/** Days and currencies together. */
export const FUNDS_ROWS_MAX = 60

const fundsView = z
  .object({
    days: z.array(
      z.object({
        day: z.iso.date(),
        currency,
        required: sumMinor(
          'What has to be kept apart for merchants at the end of the day.',
          '하루가 끝날 때 따로 두어야 하는 정산자금.',
        ),
        safeguarded: sumMinor('What the safeguarded account held.', '별도 관리 계좌의 잔액.'),
        missing: sumMinor('What is missing; 0 when nothing is.', '모자라는 금액. 없으면 0입니다.'),
        statementDay: z.iso.date().nullable().meta({
          description: "The day of the bank's statement that says so; null: there was none.",
          'x-description-ko': '잔액의 근거가 되는 거래명세의 날짜. 없으면 null입니다.',
        }),
        calculatedAt: time,
      }),
    ),
  })
  .meta({
    id: 'DailyFunds',
    description: 'What had to be kept apart for merchants, day by day, the newest first.',
    'x-description-ko': '날짜별 정산자금(최신순).',
  })
export type FundsView = z.infer<typeof fundsView>

export const contract = defineContract({
  route: 'GET /operator/funds',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  answers: { 200: fundsView },
  refusals: [...operatorReadRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What has to be kept apart for merchants, day by day', ko: '날짜별 정산자금' },
  description: {
    en: `The newest ${FUNDS_ROWS_MAX} rows; of a day one row a currency. Sums are text, since they may be more than a JSON number holds.`,
    ko: `최근 ${FUNDS_ROWS_MAX}행이며, 하루에 통화마다 한 행입니다. 합계는 JSON 숫자를 넘을 수 있어 문자열입니다.`,
  },
  answers: {
    200: {
      words: { en: 'The days.', ko: '날짜별 금액입니다.' },
      examples: {
        example: {
          summary: { en: 'Something is missing', ko: '모자라는 날' },
          value: {
            days: [
              {
                ...{ day: '2026-11-27', currency: 'KRW', required: '184220510', safeguarded: '180000000' },
                ...{ missing: '4220510', statementDay: '2026-11-27', calculatedAt: '2026-11-27T15:05:00.412Z' },
              },
            ],
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/funds'${AS_OPERATOR}`,
})
