/** What the console's answers about the ledger share. */
import * as z from 'zod'
import { sums } from './account-views.ts'
import { accountName, amountMinor, batchId, currency, entryId, eventId, paymentId } from './identifiers.ts'
import { time } from './payment.ts'
import { inBoth } from './problem-texts.ts'

const ISO = inBoth(
  'must be a time in UTC such as 2026-11-29T00:00:00.000Z',
  '2026-11-29T00:00:00.000Z 같은 UTC 시각이어야 합니다',
)
export const timeOf = (en: string, ko: string) =>
  z.iso.datetime(ISO).meta({ description: en, 'x-description-ko': ko, examples: ['2026-11-22T00:00:00.000Z'] })

export const accountInCurrency = z.object({ account: accountName, ...sums }).meta({ id: 'LedgerAccount' })

export const total = z.object(sums).meta({ id: 'LedgerTotal' })

export const entryFields = {
  entryId,
  type: z.string().meta({ description: 'As the ledger has it.', 'x-description-ko': '원장에 적힌 그대로.' }),
  amount: amountMinor,
  currency,
  recordedAt: time.meta({ description: 'Real time.', 'x-description-ko': '실제 시각.' }),
  occurredAt: time.meta({
    description: 'When the money moved: virtual time.',
    'x-description-ko': '돈이 움직인 가상 시각.',
  }),
  eventId,
  paymentId: paymentId.nullable(),
  subjectId: z.string().nullable().meta({
    description: 'Of an entry that is of no payment: the batch, payout, reserve, invoice, dispute, file or break.',
    'x-description-ko': '결제가 없는 분개의 대상: 정산 배치, 지급, 유보, 청구, 분쟁, 파일, 불일치.',
  }),
  batchId: batchId.nullable().meta({
    description: 'Of an entry of a payout: the batch that it pays.',
    'x-description-ko': '지급의 분개이면 그 지급의 정산 배치.',
  }),
}

export const signedSum = (en: string, ko: string) =>
  z
    .string()
    .regex(/^(?:0|-?[1-9]\d*)$/)
    .meta({ description: en, 'x-description-ko': ko, examples: ['-1511250'] })

/** An entry as the account sees it. */
export const accountEntryView = z
  .object({
    ...entryFields,
    side: z.enum(['debit', 'credit']).meta({
      description: 'Of this account.',
      'x-description-ko': '이 계정이 선 쪽.',
    }),
    counterAccount: z.string(),
    balance: signedSum(
      'Of this account after this entry: all debits less all credits that were recorded up to it.',
      '이 분개까지 기록된 차변 − 대변.',
    ),
    provisional: z.boolean().meta({
      description: 'Recorded in the last minute: an earlier entry may still come before it.',
      'x-description-ko': '최근 1분 안에 기록되어, 더 이른 분개가 앞에 들어올 수 있습니다.',
    }),
  })
  .meta({ id: 'AccountEntry' })
export type AccountEntryView = z.infer<typeof accountEntryView>
