/** GET /ledger/accounts/{account}: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { accountType, atQuery, moment, sums } from '../account-views.ts'
import { LOCAL_ORIGIN } from '../curl.ts'
import { accountName } from '../identifiers.ts'
import { onlyThese } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_CURRENCY, SAMPLE_MERCHANT_ID, sampleTime } from '../sample-purchase.ts'

export const accountView = z
  .object({
    account: accountName,
    type: accountType,
    ...moment,
    balances: z.array(z.object(sums).meta({ id: 'AccountBalance' })).meta({
      description: 'Of each currency in which the account has ever had an entry.',
      'x-description-ko': '이 계정에 분개가 있었던 통화마다 하나씩.',
    }),
  })
  .meta({ id: 'Account', description: 'What an account holds.', 'x-description-ko': '계정의 잔액.' })
export type AccountView = z.infer<typeof accountView>

export const contract = defineContract({
  route: 'GET /ledger/accounts/{account}',
  tag: 'ledger',
  routeClass: 'reads',
  path: z.object({ account: accountName }),
  query: onlyThese({ at: atQuery }),
  answers: { 200: accountView },
  refusals: ['VALIDATION_FAILED', 'NOT_FOUND', ...readRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What an account holds, now or at a time', ko: '계정의 현재 또는 과거 잔액' },
  description: {
    en: 'The sums of all entries that were recorded up to `at`. What is older than a minute never changes: an entry is not edited, a correction is a new one.',
    ko: '`at`까지 기록된 모든 분개의 합계입니다. 1분이 지난 시각의 잔액은 바뀌지 않습니다. 분개는 고치지 않고, 정정은 새 분개로 합니다.',
  },
  answers: {
    200: {
      words: { en: 'The account.', ko: '계정입니다.' },
      examples: {
        payable: {
          summary: {
            en: 'What a merchant is owed after a capture and its fee',
            ko: '매입과 수수료 뒤에 가맹점에 줄 돈',
          },
          value: {
            account: `merchant_payable:${SAMPLE_MERCHANT_ID}`,
            type: 'liability',
            at: sampleTime(2, '00.000'),
            provisional: false,
            balances: [
              {
                currency: SAMPLE_CURRENCY,
                debits: '38750',
                credits: '1550000',
                balance: '-1511250',
                entryCount: 2,
              },
            ],
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/ledger/accounts/merchant_payable%3A${SAMPLE_MERCHANT_ID}'`,
})
