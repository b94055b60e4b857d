/** GET /operator/ledger/accounts/{account}/export: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { accountName, currency } from '../identifiers.ts'
import { EXPORT_ENTRIES_MAX, EXPORT_PART_ENTRIES } from '../ledger-limits.ts'
import { accountEntryView, signedSum, timeOf } from '../ledger-views.ts'
import { time } from '../payment.ts'
import { nextCursor, onlyThese, pageCursor } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_CURRENCY, SAMPLE_MERCHANT_ID, sampleTime } from '../sample-purchase.ts'

/** A time, an amount and an id, in base64. */
const CURSOR_LENGTH_MAX = 96

export const exportQuery = onlyThese({
  currency,
  from: timeOf('Entries that were recorded at this time or later.', '이 시각이거나 그 뒤에 기록된 분개.'),
  to: timeOf(
    'Entries that were recorded before this time; not in the future.',
    '이 시각 전에 기록된 분개. 미래는 안 됩니다.',
  ),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type ExportQuery = z.infer<typeof exportQuery>

export const exportView = z
  .object({
    account: accountName,
    currency,
    from: time,
    to: time,
    entryCount: z
      .int()
      .min(0)
      .meta({
        description: `Of the whole time. Above ${EXPORT_ENTRIES_MAX} no entries are given: ask for a shorter time.`,
        'x-description-ko': `기간 전체의 분개 수. ${EXPORT_ENTRIES_MAX}개를 넘으면 분개를 주지 않으니 기간을 줄이세요.`,
      }),
    tooMany: z.boolean(),
    openingBalance: signedSum('Before the first entry of this part.', '이 부분의 첫 분개 앞의 잔액.'),
    entries: z.array(accountEntryView),
    nextCursor,
  })
  .meta({
    id: 'ExportedEntries',
    description: 'A part of what moved on an account in some time, the first recorded first.',
    'x-description-ko': '한 기간에 계정에서 움직인 분개의 일부. 먼저 기록된 것부터입니다.',
  })
export type ExportView = z.infer<typeof exportView>

export const contract = defineContract({
  route: 'GET /operator/ledger/accounts/{account}/export',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: z.object({ account: accountName }),
  query: exportQuery,
  answers: { 200: exportView },
  refusals: ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What moved on an account in some time, for a file', ko: '파일로 저장할 계정의 분개' },
  description: {
    en: `In parts of ${EXPORT_PART_ENTRIES} entries, ${EXPORT_ENTRIES_MAX} at most, from which the console makes a CSV file. Send the same query with each \`cursor\`.`,
    ko: `분개 ${EXPORT_PART_ENTRIES}개씩, 최대 ${EXPORT_ENTRIES_MAX}개이며 콘솔이 CSV 파일로 만듭니다. \`cursor\`를 보낼 때 조건도 똑같이 보내세요.`,
  },
  answers: {
    200: {
      words: { en: 'A part.', ko: '일부입니다.' },
      examples: {
        example: {
          summary: { en: 'A time without entries', ko: '분개가 없는 기간' },
          value: {
            account: `merchant_payable:${SAMPLE_MERCHANT_ID}`,
            currency: SAMPLE_CURRENCY,
            from: sampleTime(3, '00.000'),
            to: sampleTime(4, '00.000'),
            entryCount: 0,
            tooMany: false,
            openingBalance: '-1511250',
            entries: [],
            nextCursor: null,
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/ledger/accounts/merchant_payable%3A${SAMPLE_MERCHANT_ID}/export?currency=${SAMPLE_CURRENCY}&from=2026-11-22T00:00:00.000Z&to=2026-11-23T00:00:00.000Z' -b console.cookies -H "x-console-secret: $SECRET"`,
})
