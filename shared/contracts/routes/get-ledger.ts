/** GET /operator/ledger: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { accountType, atQuery, moment } from '../account-views.ts'
import { LOCAL_ORIGIN } from '../curl.ts'
import { accountName, currency, merchantId } from '../identifiers.ts'
import { GROUP_ACCOUNTS_DEFAULT } from '../ledger-limits.ts'
import { accountInCurrency, signedSum, total } from '../ledger-views.ts'
import { time } from '../payment.ts'
import { nextCursor, onlyThese, pageCursor } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_CURRENCY, SAMPLE_MERCHANT_ID, sampleTime } from '../sample-purchase.ts'

/** An account and its currency, in base64. */
const CURSOR_LENGTH_MAX = 96

export const ledgerQuery = onlyThese({
  at: atQuery,
  group: accountName.optional().meta({
    description: 'Only this group, such as `merchant_payable`; its accounts page by `cursor`.',
    'x-description-ko': '`merchant_payable` 같은 그룹 하나만. 계정은 `cursor`로 이어집니다.',
    examples: ['merchant_payable'],
  }),
  merchant: merchantId.optional().meta({
    description: 'Only accounts of merchants whose id begins like this.',
    'x-description-ko': '식별자가 이렇게 시작하는 가맹점의 계정만.',
    examples: ['moonlight'],
  }),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type LedgerQuery = z.infer<typeof ledgerQuery>

const group = z
  .object({
    name: z.string(),
    type: accountType,
    ofMerchants: z.boolean().meta({
      description: 'Each merchant has an account of it, behind a colon. Others are one account.',
      'x-description-ko': '가맹점마다 콜론 뒤에 계정이 하나씩 있습니다. 아니면 계정이 하나입니다.',
    }),
    comparable: z.boolean().meta({
      description: 'Can be compared with its subledger.',
      'x-description-ko': '보조부와 비교할 수 있습니다.',
    }),
    totals: z.array(total).nullable().meta({
      description: 'Of all its accounts, by currency; null when not all of them are on this page.',
      'x-description-ko': '모든 계정의 통화별 합계. 이 페이지에 다 있지 않으면 null입니다.',
    }),
    accounts: z.array(accountInCurrency),
    nextCursor,
    lastPass: z
      .array(z.object({ currency, difference: signedSum('0 when right.', '맞으면 0.') }).meta({ id: 'PassDifference' }))
      .nullable()
      .meta({
        description:
          'What its entries differed by from payments and events in the last whole pass of the check; null when that pass says nothing of it.',
        'x-description-ko': '마지막 전체 검사에서 결제·이벤트와 달랐던 금액. 그 검사가 다루지 않으면 null입니다.',
      }),
  })
  .meta({ id: 'LedgerGroup', description: 'A control account.', 'x-description-ko': '통제 계정.' })

export const ledgerView = z
  .object({
    ...moment,
    groups: z.array(group),
    trial: z.array(total).nullable().meta({
      description: 'Of all accounts, by currency; null when not all of them are here.',
      'x-description-ko': '모든 계정의 통화별 합계. 다 있지 않으면 null입니다.',
    }),
    passEndedAt: time.nullable().meta({
      description: 'When the last whole pass of the check ended; null before the first.',
      'x-description-ko': '마지막 전체 검사가 끝난 시각. 아직 없으면 null입니다.',
    }),
  })
  .meta({
    id: 'Ledger',
    description: 'The accounts of the ledger, grouped by control account.',
    'x-description-ko': '통제 계정별로 묶은 원장의 계정.',
  })
export type LedgerView = z.infer<typeof ledgerView>

export const contract = defineContract({
  route: 'GET /operator/ledger',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  query: ledgerQuery,
  answers: { 200: ledgerView },
  refusals: ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'The accounts of the ledger, by control account', ko: '통제 계정별 원장 계정' },
  description: {
    en: `Of a group that has an account for each merchant, the first ${GROUP_ACCOUNTS_DEFAULT} are shown; \`group\` and its \`nextCursor\` lead to the others.`,
    ko: `가맹점마다 계정이 있는 그룹은 처음 ${GROUP_ACCOUNTS_DEFAULT}개를 보여 줍니다. 나머지는 \`group\`과 그 \`nextCursor\`로 이어집니다.`,
  },
  answers: {
    200: {
      words: { en: 'The groups, in the order of their names.', ko: '이름순 그룹입니다.' },
      examples: {
        example: {
          summary: { en: 'What one merchant is owed', ko: '한 가맹점에 줄 돈' },
          value: {
            at: sampleTime(2, '00.000'),
            provisional: false,
            groups: [
              {
                name: 'merchant_payable',
                type: 'liability',
                ofMerchants: true,
                comparable: true,
                totals: [
                  {
                    currency: SAMPLE_CURRENCY,
                    debits: '38750',
                    credits: '1550000',
                    balance: '-1511250',
                    entryCount: 2,
                  },
                ],
                accounts: [
                  {
                    account: `merchant_payable:${SAMPLE_MERCHANT_ID}`,
                    currency: SAMPLE_CURRENCY,
                    debits: '38750',
                    credits: '1550000',
                    balance: '-1511250',
                    entryCount: 2,
                  },
                ],
                nextCursor: null,
                lastPass: [{ currency: SAMPLE_CURRENCY, difference: '0' }],
              },
            ],
            trial: null,
            passEndedAt: sampleTime(1, '00.107'),
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/ledger?group=merchant_payable' -b console.cookies -H "x-console-secret: $SECRET"`,
})
