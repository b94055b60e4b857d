/** What the answers about accounts share. */
import * as z from 'zod'
import { currency, sumMinor } from './identifiers.ts'
import { accountTypes } from './lists.ts'
import { time } from './payment.ts'
import { inBoth } from './problem-texts.ts'

export const accountType = z.enum(accountTypes).nullable().meta({
  description: 'Null: the ledger has no such account, and an entry is wrong.',
  'x-description-ko': 'null이면 원장에 없는 계정이며, 잘못된 분개입니다.',
})

/** What an account has in a currency. */
export const sums = {
  currency,
  debits: sumMinor('In minor units.', '최소 단위.'),
  credits: sumMinor('In minor units.', '최소 단위.'),
  balance: sumMinor(
    'Debits less credits, of every type of account: what we owe is negative.',
    '차변 − 대변. 모든 계정 유형에서 같으므로 우리가 갚을 돈은 음수입니다.',
  ),
  entryCount: z.int().min(0),
}

export const moment = {
  at: time.meta({
    description: 'All that was recorded up to then is counted.',
    'x-description-ko': '이 시각까지 기록된 분개를 모두 더했습니다.',
  }),
  provisional: z.boolean().meta({
    description: 'True in the last minute: an entry of that time may still be on its way.',
    'x-description-ko': '최근 1분이면 true입니다. 그 시각의 분개가 더 기록될 수 있습니다.',
  }),
}

const notATime = inBoth(
  'must be a time in UTC such as 2026-11-29T00:00:00.000Z',
  '2026-11-29T00:00:00.000Z 같은 UTC 시각이어야 합니다',
)

export const atQuery = z.iso
  .datetime(notATime)
  .optional()
  .meta({
    description:
      'By the times at which entries were recorded, which no clock of the sandbox moves; now when absent. The future is a 400.',
    'x-description-ko': '분개가 기록된 시각 기준이며 샌드박스 시계와 무관합니다. 없으면 현재이고, 미래는 400입니다.',
    examples: ['2026-11-22T06:03:00.000Z'],
  })
