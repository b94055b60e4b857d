/** What the console's lists share: their filters, and the words of them. */
import * as z from 'zod'
import { AMOUNT_MAX, atLeast, atMost, currency, merchantId, orderId, paymentMethod } from './identifiers.ts'
import { paymentStatuses } from './lists.ts'
import { time } from './payment.ts'
import { inBoth, schemaMessages } from './problem-texts.ts'

/** How far back a list goes when it is not told. */
export const DAYS_DEFAULT = 7

/** A count does not go on beyond it. */
export const COUNT_MAX = 10_000

const notATime = inBoth(
  'must be a time in UTC such as 2026-11-29T00:00:00.000Z',
  '2026-11-29T00:00:00.000Z 같은 UTC 시각이어야 합니다',
)

const timeQuery = (en: string, ko: string) =>
  z.iso
    .datetime(notATime)
    .optional()
    .meta({ description: en, 'x-description-ko': ko, examples: ['2026-11-22T00:00:00.000Z'] })

/** One or several members of a list, separated by commas. */
export const severalOf = (members: readonly string[]) => {
  const member = `(?:${members.join('|')})`
  return z
    .string(schemaMessages.text)
    .regex(
      new RegExp(`^${member}(?:,${member}){0,${members.length - 1}}$`),
      inBoth(
        `must be one or more of ${members.join(', ')}, separated by commas`,
        `다음 중 하나 이상을 쉼표로 구분해야 합니다: ${members.join(', ')}`,
      ),
    )
}

const statuses = severalOf(paymentStatuses)
  .optional()
  .meta({
    description: 'One or more statuses, separated by commas.',
    'x-description-ko': '하나 이상의 상태(쉼표로 구분).',
    examples: ['DECLINED,FAILED'],
  })

/** Digits only: `Number` also reads `0x10`, `1e1`, spaces and nothing at all. */
const digits = (sent: unknown): unknown =>
  typeof sent === 'string' && /^(?:0|[1-9]\d{0,11})$/.test(sent) ? Number(sent) : sent

const amountQuery = (en: string, ko: string) =>
  z
    .preprocess(
      digits,
      z
        .number(schemaMessages.integer)
        .int(schemaMessages.integer)
        .min(1, atLeast(1))
        .max(AMOUNT_MAX, atMost(AMOUNT_MAX)),
    )
    .optional()
    .meta({ description: en, 'x-description-ko': ko })

/** Of lists and counts alike. */
export const paymentFilters = {
  from: timeQuery(
    `Payments that were created at this time or later; ${DAYS_DEFAULT} days before \`to\` when absent.`,
    `이 시각이거나 그 뒤에 생성된 결제. 없으면 \`to\`의 ${DAYS_DEFAULT}일 전입니다.`,
  ),
  to: timeQuery(
    'Payments that were created before this time; now when absent.',
    '이 시각 전에 생성된 결제. 없으면 현재입니다.',
  ),
  merchantId: merchantId.optional(),
  orderId: orderId.optional(),
  currency: currency.optional(),
  method: paymentMethod.optional(),
  status: statuses,
  amountMin: amountQuery(
    'Of at least this amount, in minor units. It compares numbers: give a currency with it.',
    '이 금액(최소 단위) 이상. 숫자만 비교하므로 통화도 함께 보내세요.',
  ),
  amountMax: amountQuery('Of at most this amount, in minor units.', '이 금액(최소 단위) 이하.'),
}

const filtersQuery = z.object(paymentFilters)
export type FiltersQuery = z.infer<typeof filtersQuery>

/** Which time was searched. */
export const searchedTime = {
  from: time.meta({ description: 'Searched from this time on.', 'x-description-ko': '검색 범위의 시작.' }),
  to: time.meta({ description: 'And before this one.', 'x-description-ko': '검색 범위의 끝(이 시각은 제외).' }),
}
