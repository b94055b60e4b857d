/** What the answers about reconciliation share: files of the acquirer and the bank, and breaks. */
import * as z from 'zod'
import { breakId, currency, oneOf, payoutId, reconFileId } from './identifiers.ts'
import { breakActions, breakClasses, breakStates, reconFileStates } from './lists.ts'
import { time } from './payment.ts'
import { inBoth, schemaMessages } from './problem-texts.ts'

export const reconFileState = oneOf(reconFileStates).meta({
  id: 'ReconFileState',
  description:
    'RECEIVED: its lines are being read. PARSED: all are there, and its totals are right. MATCHING. DONE. REJECTED: something is wrong with it, and nothing of it is booked.',
  'x-description-ko':
    'RECEIVED: 줄을 읽는 중. PARSED: 모두 읽었고 합계가 맞음. MATCHING: 대사 중. DONE: 끝남. REJECTED: 잘못된 파일이며 아무것도 기록하지 않음.',
})

export const breakClass = oneOf(breakClasses).meta({
  id: 'BreakClass',
  description:
    'The first that applies: DUPLICATE settled twice · MISSING_HERE unknown here · STATUS pending, declined or failed here · CURRENCY · AMOUNT_OVER · AMOUNT_UNDER · FEE fee or VAT · DATE · MISSING_THERE did not come · AMENDED changed by a later file.',
  'x-description-ko':
    '처음으로 맞는 것: DUPLICATE 중복 정산 · MISSING_HERE 내부 기록 없음 · STATUS 내부에서는 미확정·거절·실패 · CURRENCY 통화 · AMOUNT_OVER 초과 · AMOUNT_UNDER 부족 · FEE 수수료나 부가세 · DATE 날짜 · MISSING_THERE 들어오지 않음 · AMENDED 이후 파일에서 변경.',
})

export const breakState = oneOf(breakStates).meta({
  id: 'BreakState',
  description: 'OPEN → ASSIGNED → PROPOSED → RESOLVED or WRITTEN_OFF. A proposal that is refused is ASSIGNED again.',
  'x-description-ko': 'OPEN → ASSIGNED → PROPOSED → RESOLVED 또는 WRITTEN_OFF. 거절된 제안은 다시 ASSIGNED가 됩니다.',
})

export const sourceId = z
  .string(schemaMessages.text)
  .regex(/^[\x21-\x7E]{1,32}$/, inBoth('must be the id of a source', '출처의 식별자여야 합니다'))
  .meta({ description: 'Who sends files.', 'x-description-ko': '파일을 보내는 쪽.', examples: ['acquirer'] })

const day = z.iso.date().nullable()
const signed = (en: string, ko: string) => z.int().meta({ description: en, 'x-description-ko': ko })

const fileFields = {
  fileId: reconFileId,
  sourceId: z.string(),
  name: z.string(),
  externalId: z.string().nullable().meta({
    description: "The acquirer's batch, or account and day of a statement; null: not known.",
    'x-description-ko': '매입사의 배치, 또는 거래명세의 계좌와 날짜. 모르면 null입니다.',
  }),
  revision: z.int().nullable(),
  day,
  dueOn: day,
  state: reconFileState,
  lineCount: z.int().min(0),
  matchedTo: z.int().min(0).meta({
    description: 'The last line that was matched.',
    'x-description-ko': '대사를 마친 마지막 줄.',
  }),
  failure: z.string().nullable().meta({
    description: 'Why it was rejected; null otherwise.',
    'x-description-ko': '거부된 이유. 없으면 null입니다.',
  }),
  receivedAt: time,
  doneAt: time.nullable(),
}

export const reconFileView = z.object(fileFields).meta({
  id: 'ReconFile',
  description: 'A file of the acquirer or the bank.',
  'x-description-ko': '매입사나 은행의 파일.',
})
export type ReconFileView = z.infer<typeof reconFileView>

const balance = (en: string, ko: string) => z.int().nullable().meta({ description: en, 'x-description-ko': ko })

export const reconFileDetail = z
  .object({
    ...fileFields,
    totals: z.array(
      z.object({
        currency,
        lineCount: z.int().min(0),
        net: signed('In minor units: the sum of its lines.', '최소 단위. 줄의 합계.'),
        opening: balance('Of a statement; null otherwise.', '거래명세의 시작 잔액. 아니면 null입니다.'),
        closing: balance('Of a statement; null otherwise.', '거래명세의 마감 잔액. 아니면 null입니다.'),
      }),
    ),
  })
  .meta({
    id: 'ReconFileDetail',
    description: 'A file, with what it says of itself in each currency.',
    'x-description-ko': '파일과, 그 파일이 통화마다 스스로 밝힌 합계.',
  })
export type ReconFileDetail = z.infer<typeof reconFileDetail>

const breakFields = {
  breakId,
  class: breakClass,
  state: breakState,
  sourceId: z.string(),
  subject: z.string().meta({
    description: 'What it is about: a line (`fileId:lineNo`), an expectation, a batch of the acquirer, or a payout.',
    'x-description-ko': '무엇에 대한 것인지: 줄(`fileId:lineNo`), 예상, 매입사의 배치, 지급.',
  }),
  fileId: reconFileId.nullable(),
  lineNo: z.int().min(1).nullable(),
  payoutId: payoutId.nullable(),
  batchRef: z.string().nullable().meta({
    description: "The acquirer's batch.",
    'x-description-ko': '매입사의 배치.',
  }),
  differences: z.record(z.string(), z.unknown()).meta({
    description: 'What was expected and what was found, by what differs.',
    'x-description-ko': '다른 항목마다 예상한 값과 실제 값.',
  }),
  booked: signed(
    'In minor units, debit positive: what it put on recon_suspense.',
    '최소 단위, 차변이 양수. recon_suspense에 기록한 금액.',
  ),
  remaining: signed('What of it is not resolved.', '그중 아직 해결하지 못한 금액.'),
  currency,
  openedOn: z.iso.date(),
  openedAt: time,
  closedAt: time.nullable(),
  assignee: z.string().nullable(),
  version: z.int().min(0).meta({ description: 'How many actions it has.', 'x-description-ko': '조치의 수.' }),
}

export const breakView = z.object(breakFields).meta({
  id: 'Break',
  description: 'Something that does not fit the books, and what of it is not explained yet.',
  'x-description-ko': '장부와 맞지 않는 것과, 그중 아직 설명하지 못한 금액.',
})
export type BreakView = z.infer<typeof breakView>

export const breakDetail = z
  .object({
    ...breakFields,
    actions: z.array(
      z.object({
        sequence: z.int().min(1),
        actor: z.string().meta({
          description: 'An operator; `system`: a job.',
          'x-description-ko': '운영자. `system`은 정기 작업입니다.',
        }),
        action: z.enum(breakActions),
        account: z.string().nullable(),
        target: z.string().nullable(),
        amount: z.int().nullable(),
        reason: z.string(),
        at: time,
      }),
    ),
  })
  .meta({
    id: 'BreakDetail',
    description: 'A break, with everything that was done with it.',
    'x-description-ko': '불일치와, 그에 대한 모든 조치.',
  })
export type BreakDetail = z.infer<typeof breakDetail>

export const reconFilePath = z.object({ fileId: reconFileId })
export const breakPath = z.object({ breakId })

const SAMPLE_FILE_ID = 'rcf_01M8HT4C7Q2W9E5R8T1Y6V3B0N'

export const sampleReconFile = (): ReconFileView => ({
  ...{ fileId: SAMPLE_FILE_ID, sourceId: 'acquirer', name: 'ACQ-20261127-KRW.csv', externalId: 'ACQ-20261127-KRW' },
  ...{ revision: 1, day: '2026-11-27', dueOn: '2026-12-01', state: 'DONE', lineCount: 1_204, matchedTo: 1_204 },
  ...{ failure: null, receivedAt: '2026-11-28T00:01:10.204Z', doneAt: '2026-11-28T00:02:03.551Z' },
})

export const sampleReconFileDetail = (): ReconFileDetail => ({
  ...sampleReconFile(),
  totals: [{ currency: 'KRW', lineCount: 1_204, net: 184_220_510, opening: null, closing: null }],
})

export const sampleBreak = (): BreakView => ({
  ...{ breakId: 'brk_01M8HT5D1Z4X7C0V3B6N9M2K5J', class: 'AMOUNT_UNDER', state: 'PROPOSED', sourceId: 'acquirer' },
  ...{ subject: `${SAMPLE_FILE_ID}:17`, fileId: SAMPLE_FILE_ID, lineNo: 17, payoutId: null, batchRef: null },
  ...{ differences: { amount: { expected: 10_000, found: 9_000 } }, booked: 1_000, remaining: 1_000, currency: 'KRW' },
  ...{ openedOn: '2026-11-28', openedAt: '2026-11-28T00:02:03.551Z', closedAt: null, assignee: 'kim', version: 1 },
})

export const sampleBreakDetail = (): BreakDetail => ({
  ...sampleBreak(),
  actions: [
    {
      ...{ sequence: 1, actor: 'kim', action: 'propose', account: 'acquirer_receivable', target: null, amount: 1_000 },
      ...{ reason: 'they pay the rest tomorrow', at: '2026-11-28T01:20:44.019Z' },
    },
  ],
})
