/** GET /operator/ledger/controls/{control}: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { accountName, currency } from '../identifiers.ts'
import { COMPARED_ACCOUNTS, comparedControls, comparisonResults, SUBLEDGER_ROWS_MAX } from '../ledger-limits.ts'
import { signedSum } from '../ledger-views.ts'
import { time } from '../payment.ts'
import { nextCursor, onlyThese, pageCursor } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_CURRENCY, SAMPLE_MERCHANT_ID, sampleTime } from '../sample-purchase.ts'

/** An account and its currency, in base64. */
const CURSOR_LENGTH_MAX = 96

export const compareQuery = onlyThese({ cursor: pageCursor(CURSOR_LENGTH_MAX) })

const comparison = z
  .object({
    account: accountName,
    currency,
    ledger: signedSum('Debits less credits of its entries.', '분개의 차변 − 대변.'),
    subledger: signedSum('What its subledger says that it should be.', '보조부에 따른 값.')
      .nullable()
      .meta({
        description: `Null when the subledger has more than ${SUBLEDGER_ROWS_MAX} rows.`,
        'x-description-ko': `보조부가 ${SUBLEDGER_ROWS_MAX}행을 넘으면 null입니다.`,
      }),
    underWay: z
      .object({
        amount: signedSum('What they explain of the difference.', '차이 중 이것으로 설명되는 금액.'),
        events: z.int().min(0),
        since: time.nullable().meta({
          description: 'When the oldest of their entries was recorded.',
          'x-description-ko': '그중 가장 먼저 기록된 분개의 시각.',
        }),
      })
      .meta({
        id: 'UnderWay',
        description: 'Events that the ledger has and the subledger has not yet, or the other way round.',
        'x-description-ko': '원장과 보조부 중 한쪽에만 아직 기록된 이벤트.',
      }),
    result: z.enum(comparisonResults),
  })
  .meta({ id: 'ControlComparison' })

export const comparisonView = z
  .object({
    control: z.enum(comparedControls),
    comparedAt: time,
    accounts: z.array(comparison),
    nextCursor,
  })
  .meta({
    id: 'ControlComparisons',
    description: 'Some accounts of a control account, each against its subledger, at one moment.',
    'x-description-ko': '통제 계정의 일부 계정을 같은 순간의 보조부와 비교한 것.',
  })
export type ComparisonView = z.infer<typeof comparisonView>

export const contract = defineContract({
  route: 'GET /operator/ledger/controls/{control}',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: z.object({ control: z.enum(comparedControls) }),
  query: compareQuery,
  answers: { 200: comparisonView },
  refusals: ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A control account against its subledger', ko: '통제 계정과 보조부 비교' },
  description: {
    en: `${COMPARED_ACCOUNTS} accounts a page. What merchants are owed is compared with items and batches, reserves with what is held, invoices with what remains of them, acquirer_receivable with what is expected of the acquirer, payout_in_transit with payouts, recon_suspense with breaks. \`npm run verify\` proves the same for everything at once.`,
    ko: `한 페이지에 계정 ${COMPARED_ACCOUNTS}개입니다. 가맹점 미지급금은 정산 항목과 배치, 유보금은 유보 내역, 가맹점 미수금은 청구 잔액, 매입사 미수금은 예상, 지급 중은 지급, 미결산 계정은 불일치와 비교합니다. \`npm run verify\`는 같은 것을 전체에 대해 한 번에 증명합니다.`,
  },
  answers: {
    200: {
      words: { en: 'A page of accounts.', ko: '계정 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'An account that is right', ko: '맞는 계정' },
          value: {
            control: 'merchant_payable',
            comparedAt: sampleTime(2, '00.000'),
            accounts: [
              {
                account: `merchant_payable:${SAMPLE_MERCHANT_ID}`,
                currency: SAMPLE_CURRENCY,
                ledger: '-1511250',
                subledger: '-1511250',
                underWay: { amount: '0', events: 0, since: null },
                result: 'equal',
              },
            ],
            nextCursor: null,
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/ledger/controls/merchant_payable' -b console.cookies -H "x-console-secret: $SECRET"`,
})
