/** POST /operator/reconciliation/breaks/{breakId}/propose: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { seenVersion } from '../break-views.ts'
import { newestBreak, operatorWrites } from '../curl.ts'
import { AMOUNT_MAX, accountName, atLeast, atMost } from '../identifiers.ts'
import { operatorWrite, operatorWriteRefusals, sampleWrite } from '../operator-write.ts'
import { inBoth, schemaMessages } from '../problem-texts.ts'
import { breakPath, breakView, sampleBreak } from '../recon-views.ts'
import { charactersAtMost, onlyThese } from '../requests.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

const TARGET_LENGTH_MAX = 64

/** What a break's money may be proposed for. */
const wanted = z
  .discriminatedUnion(
    'kind',
    [
      onlyThese({
        kind: z.literal('resolve'),
        account: accountName,
        amount: z
          .number(schemaMessages.integer)
          .int(schemaMessages.integer)
          .min(-AMOUNT_MAX, atLeast(-AMOUNT_MAX))
          .max(AMOUNT_MAX, atMost(AMOUNT_MAX))
          .optional()
          .meta({
            description: 'In minor units, signed as `remaining`; all that remains when absent.',
            'x-description-ko': '최소 단위이며 부호는 `remaining`과 같습니다. 없으면 남은 금액 전부입니다.',
          }),
        target: z
          .string(schemaMessages.text)
          .min(1, inBoth('must not be empty', '비어 있으면 안 됩니다'))
          .max(TARGET_LENGTH_MAX, charactersAtMost(TARGET_LENGTH_MAX))
          .optional()
          .meta({
            description: 'A batch of the acquirer, a payout, an invoice, a correction, or another break.',
            'x-description-ko': '매입사의 배치, 지급, 청구, 정정, 또는 다른 불일치.',
          }),
      }),
      onlyThese({ kind: z.literal('close') }),
      onlyThese({ kind: z.literal('give_up') }),
    ],
    inBoth('must be of a kind that can be proposed', '제안할 수 있는 종류여야 합니다'),
  )
  .meta({
    description: 'An amount goes to an account; or nothing remains and it is closed; or what is missing is given up.',
    'x-description-ko': '금액을 계정으로 보내거나, 남은 금액 없이 닫거나, 들어오지 않은 것을 포기합니다.',
  })
export type ProposedResolution = z.infer<typeof wanted>

export const contract = defineContract({
  route: 'POST /operator/reconciliation/breaks/{breakId}/propose',
  tag: 'operator',
  operator: 'operator',
  writes: true,
  routeClass: 'mutations',
  path: breakPath,
  body: onlyThese({ ...operatorWrite, version: seenVersion, wanted }).meta({ id: 'ProposeForBreakRequest' }),
  answers: { 200: breakView },
  refusals: ['NOT_FOUND', 'BREAK_CONFLICT', ...operatorWriteRefusals],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Propose where the money of a break goes', ko: '불일치 금액을 어디로 보낼지 제안합니다' },
  description: {
    en: 'As `npm run breaks -- propose`, `close` and `give-up`. It books nothing: another person, an approver, decides. What could not be approved as things stand is refused at once.',
    ko: '`npm run breaks -- propose`, `close`, `give-up`과 같습니다. 아무것도 기장하지 않으며, 다른 승인자가 결정합니다. 지금 승인할 수 없는 제안은 바로 거절됩니다.',
  },
  requests: {
    example: {
      summary: { en: 'The acquirer will pay it', ko: '매입사가 나중에 지급' },
      value: { ...sampleWrite, version: 0, wanted: { kind: 'resolve', account: 'acquirer_receivable' } },
    },
  },
  answers: {
    200: {
      words: { en: 'The break.', ko: '불일치입니다.' },
      examples: { example: { summary: { en: 'Proposed', ko: '승인 대기' }, value: sampleBreak() } },
    },
  },
  curl: `${newestBreak()}${operatorWrites('reconciliation/breaks/$BREAK_ID/propose', ',\\"version\\":0,\\"wanted\\":{\\"kind\\":\\"resolve\\",\\"account\\":\\"own_funds\\"}')}`,
})
