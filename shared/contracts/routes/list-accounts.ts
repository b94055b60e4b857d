/** GET /ledger/accounts: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { accountType, atQuery, moment, sums } from '../account-views.ts'
import { LOCAL_ORIGIN } from '../curl.ts'
import { accountName, currency } from '../identifiers.ts'
import { nextCursor, onlyThese, pageCursor, pageLimit } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_CURRENCY, sampleTime } from '../sample-purchase.ts'

/** An account and its currency, in base64. */
const CURSOR_LENGTH_MAX = 96

export const accountsQuery = onlyThese({
  prefix: accountName.optional().meta({
    description: 'Only accounts whose name begins like this.',
    'x-description-ko': '이름이 이렇게 시작하는 계정만.',
    examples: ['merchant_payable:'],
  }),
  currency: currency.optional(),
  at: atQuery,
  limit: pageLimit(
    'Accounts on a page. With `currency` a page may hold fewer, even none, before the last.',
    '한 페이지의 계정 수. `currency`를 보내면 마지막이 아니어도 더 적거나 비어 있을 수 있습니다.',
  ),
  cursor: pageCursor(CURSOR_LENGTH_MAX),
})
export type AccountsQuery = z.infer<typeof accountsQuery>

export const accountListView = z
  .object({
    ...moment,
    items: z.array(
      z.object({ account: accountName, type: accountType, ...sums }).meta({
        id: 'AccountInCurrency',
        description: 'An account in one of its currencies.',
        'x-description-ko': '한 통화에서 본 계정.',
      }),
    ),
    nextCursor,
  })
  .meta({
    id: 'AccountList',
    description: 'A page of accounts, in the order of their names.',
    'x-description-ko': '계정 목록 한 페이지(이름순).',
  })
export type AccountListView = z.infer<typeof accountListView>

export const contract = defineContract({
  route: 'GET /ledger/accounts',
  tag: 'ledger',
  routeClass: 'reads',
  query: accountsQuery,
  answers: { 200: accountListView },
  refusals: ['VALIDATION_FAILED', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'A page of accounts with their balances', ko: '계정과 잔액 목록' },
  description: {
    en: 'Every account that ever had an entry, once for each of its currencies. Send the `at` of the first page with the next ones: then all of them are of one moment, and the balances of a currency add up to 0.',
    ko: '분개가 있었던 모든 계정을 통화마다 하나씩 보여 줍니다. 첫 페이지의 `at`을 다음 페이지에도 보내면 모두 같은 시각의 잔액이며, 통화별 합은 0입니다.',
  },
  answers: {
    200: {
      words: { en: 'A page of accounts.', ko: '계정 목록 한 페이지입니다.' },
      examples: {
        example: {
          summary: { en: 'The last page', ko: '마지막 페이지' },
          value: {
            at: sampleTime(2, '00.000'),
            provisional: false,
            items: [
              {
                account: 'fee_revenue',
                type: 'income',
                currency: SAMPLE_CURRENCY,
                debits: '0',
                credits: '38750',
                balance: '-38750',
                entryCount: 1,
              },
            ],
            nextCursor: null,
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/ledger/accounts?prefix=merchant_payable%3A&limit=2'`,
})
