/** GET /operator/ledger/accounts/{account}/entries: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { accountType, atQuery, moment } from '../account-views.ts'
import { LOCAL_ORIGIN } from '../curl.ts'
import { accountName, currency } from '../identifiers.ts'
import { accountEntryView, total } from '../ledger-views.ts'
import { inBoth, schemaMessages } from '../problem-texts.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import {
  SAMPLE_CURRENCY,
  SAMPLE_MERCHANT_ID,
  SAMPLE_PAYMENT_ID,
  sampleEntries,
  sampleTime,
} from '../sample-purchase.ts'

/** A time, an amount and an id, in base64. */
const CURSOR_LENGTH_MAX = 96

const askedEntry = z
  .string(schemaMessages.text)
  .regex(/^led_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, inBoth('must be the id of an entry', '분개 번호여야 합니다'))

export const accountEntriesQuery = onlyThese({
  currency: currency.optional().meta({
    description: 'The first that the account has when absent.',
    'x-description-ko': '없으면 계정의 첫 통화입니다.',
  }),
  at: atQuery,
  entry: askedEntry.optional().meta({
    description: 'Begins a few entries before this one. One that is not of this account counts as absent.',
    'x-description-ko': '이 분개보다 조금 앞에서 시작합니다. 이 계정의 분개가 아니면 무시합니다.',
  }),
  limit: pageLimit('Entries on a page.', '한 페이지의 분개 수.'),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type AccountEntriesQuery = z.infer<typeof accountEntriesQuery>

export const accountEntriesView = z
  .object({
    account: accountName,
    type: accountType,
    ...moment,
    balances: z.array(total).meta({
      description: 'Of each currency in which the account has ever had an entry.',
      'x-description-ko': '이 계정에 분개가 있었던 통화마다 하나씩.',
    }),
    currency: currency.meta({ description: 'Of these entries.', 'x-description-ko': '이 분개들의 통화.' }),
    entries: z.array(accountEntryView),
    nextCursor,
  })
  .meta({
    id: 'AccountEntries',
    description: 'A page of what moved on an account, the last recorded first, with the balance after each.',
    'x-description-ko': '계정의 분개 한 페이지. 나중에 기록된 것부터이며, 각 분개 뒤의 잔액이 있습니다.',
  })
export type AccountEntriesView = z.infer<typeof accountEntriesView>

export const contract = defineContract({
  route: 'GET /operator/ledger/accounts/{account}/entries',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: z.object({ account: accountName }),
  query: accountEntriesQuery,
  answers: { 200: accountEntriesView },
  refusals: ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What moved on an account, with the balance after each entry', ko: '계정의 분개와 잔액' },
  description: {
    en: 'In the order in which the entries were recorded, the last first; those of one millisecond by amount and id. Send the `at` of the first page with the next ones: then all of them are of one moment.',
    ko: '기록된 순서의 역순입니다. 같은 밀리초에서는 금액과 번호순입니다. 첫 페이지의 `at`을 다음 페이지에도 보내면 모두 같은 시각을 기준으로 합니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of entries.', ko: '분개 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'A capture and its fee', ko: '매입과 수수료' },
          value: {
            account: `merchant_payable:${SAMPLE_MERCHANT_ID}`,
            type: 'liability',
            at: sampleTime(2, '00.000'),
            provisional: false,
            balances: [
              { currency: SAMPLE_CURRENCY, debits: '38750', credits: '1550000', balance: '-1511250', entryCount: 2 },
            ],
            currency: SAMPLE_CURRENCY,
            entries: (['fee', 'capture'] as const).map(name => {
              const { debitAccount, creditAccount, ...entry } = sampleEntries()[name]
              const isDebit = name === 'fee'
              return {
                ...entry,
                recordedAt: sampleTime(0, isDebit ? '17.502' : '17.450'),
                eventId: 'evt_01M81XZHR2D5YB3J8GQXWZ6N1A',
                paymentId: SAMPLE_PAYMENT_ID,
                subjectId: null,
                batchId: null,
                side: isDebit ? ('debit' as const) : ('credit' as const),
                counterAccount: isDebit ? creditAccount : debitAccount,
                balance: isDebit ? '-1511250' : '-1550000',
                provisional: false,
              }
            }),
            nextCursor: null,
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/ledger/accounts/merchant_payable%3A${SAMPLE_MERCHANT_ID}/entries' -b console.cookies -H "x-console-secret: $SECRET"`,
})
