/** What the console's answers about breaks share: their ages, and what is known of each. */
import * as z from 'zod'
import { atLeast, currency, expectationId, operationId, paymentId, sumMinor } from './identifiers.ts'
import { ageEscalations, ageNames, breakClasses, operationKinds, operationStates, reconFileStates } from './lists.ts'
import { inBoth, schemaMessages } from './problem-texts.ts'
import { breakDetail, breakView, sampleBreak, sampleBreakDetail } from './recon-views.ts'
import { charactersAtMost } from './requests.ts'
import { SAMPLE_MERCHANT_ID, SAMPLE_PAYMENT_ID, sampleOperationIds } from './sample-purchase.ts'

const OPERATOR_LENGTH_MAX = 64

/** An operator by the name that the audit log has. */
export const assignee = z
  .string(schemaMessages.text)
  .min(1, inBoth('must not be empty', '비어 있으면 안 됩니다'))
  .max(OPERATOR_LENGTH_MAX, charactersAtMost(OPERATOR_LENGTH_MAX))
  .meta({ description: 'The operator who works on it.', 'x-description-ko': '담당 운영자.', examples: ['kim'] })

/** How many actions the break had when the operator looked at it. */
export const seenVersion = z.number(schemaMessages.integer).int(schemaMessages.integer).min(0, atLeast(0)).meta({
  description: 'That of the break as you have seen it. When it is another one by now, nothing is done.',
  'x-description-ko': '화면에서 본 불일치의 `version`. 그사이 바뀌었으면 아무것도 하지 않습니다.',
})

const ageFields = {
  businessDays: z.int().min(0).nullable().meta({
    description: 'For how many business days of its source it is open; null when it is closed.',
    'x-description-ko': '출처의 영업일로 센 경과일. 닫혔으면 null입니다.',
  }),
  age: z.enum(ageNames).nullable().meta({
    description: 'In business days; null when it is closed.',
    'x-description-ko': '경과 구간(영업일). 닫혔으면 null입니다.',
  }),
  escalation: z.enum(ageEscalations).nullable().meta({
    description: 'Who has to know of it at this age; null when it is closed.',
    'x-description-ko': '이 경과에서 알아야 하는 사람. 닫혔으면 null입니다.',
  }),
}

export const agedBreakView = breakView.extend(ageFields).meta({
  id: 'AgedBreak',
  description: 'A break, and for how long it is open.',
  'x-description-ko': '불일치와 그 경과.',
})
export type AgedBreakView = z.infer<typeof agedBreakView>

const signed = z.int()
const amounts = { amount: signed, fee: signed, vat: signed, currency }

export const explainedBreakView = breakDetail
  .extend({
    ...ageFields,
    file: z.object({ name: z.string(), externalId: z.string().nullable(), revision: z.int().nullable() }).nullable(),
    line: z
      .object({
        ...{ lineNo: z.int().min(1), lineKey: z.string(), matchKey: z.string(), kind: z.string() },
        ...{ ...amounts, net: signed, batchRef: z.string().nullable() },
        ...{ bookedOn: z.iso.date(), valueOn: z.iso.date().nullable() },
        ...{ partyAccount: z.string().nullable(), remittance: z.string().nullable() },
      })
      .nullable()
      .meta({
        description: 'Of the file. Amounts are signed.',
        'x-description-ko': '파일의 줄. 금액에 부호가 있습니다.',
      }),
    expectation: z
      .object({
        ...{ expectationId, matchKey: z.string(), kind: z.string(), paymentId: paymentId.nullable() },
        ...{ ...amounts, dueOn: z.iso.date().nullable() },
      })
      .nullable(),
    operation: z
      .object({
        ...{ operationId, kind: z.enum(operationKinds), state: z.enum(operationStates) },
        ...{ paymentId, merchantId: z.string() },
      })
      .nullable()
      .meta({ description: 'That the line names.', 'x-description-ko': '줄이 가리키는 작업.' }),
    hints: z
      .array(
        z.object({
          ...{ account: z.string(), target: z.string(), amount: signed, dueOn: z.iso.date().nullable() },
        }),
      )
      .meta({
        description: 'What its money may be for, by the amount: an account and a target to propose.',
        'x-description-ko': '금액으로 본 후보. 제안할 계정과 대상.',
      }),
  })
  .meta({
    id: 'ExplainedBreak',
    description: 'A break with its story.',
    'x-description-ko': '불일치와 그 경위.',
  })
export type ExplainedBreakView = z.infer<typeof explainedBreakView>

export const reconOverviewView = z
  .object({
    open: z.array(
      z.object({
        class: z.enum(breakClasses),
        currency,
        count: z.int().min(0),
        byAge: z.record(z.enum(ageNames), z.int().min(0)),
        oldestDays: z.int().min(0).meta({ description: 'In business days.', 'x-description-ko': '영업일.' }),
        remaining: sumMinor('Debit positive.', '차변이 양수.'),
        absolute: sumMinor('Without their signs.', '부호를 뺀 합계.'),
      }),
    ),
    suspense: z
      .array(z.object({ currency, balance: sumMinor('Debits less credits.', '차변 − 대변.') }))
      .meta({ description: 'What recon_suspense holds.', 'x-description-ko': '미결산 계정의 잔액.' }),
    files: z.array(z.object({ sourceId: z.string(), state: z.enum(reconFileStates), count: z.int().min(0) })),
  })
  .meta({
    id: 'ReconOverview',
    description: 'Open breaks by class, currency and age; files by source and state.',
    'x-description-ko': '구분·통화·경과별 미해결 불일치와, 출처·상태별 파일 수.',
  })
export type ReconOverviewView = z.infer<typeof reconOverviewView>

const sampleAge = { businessDays: 2, age: '2-5', escalation: 'operator' } as const

export const sampleAgedBreak = (): AgedBreakView => ({ ...sampleBreak(), ...sampleAge })

const sampleAmounts = { amount: 10_000, fee: 150, vat: 15, currency: 'KRW' }

export const sampleExplainedBreak = (): ExplainedBreakView => ({
  ...sampleBreakDetail(),
  ...sampleAge,
  file: { name: 'ACQ-20261127-KRW.csv', externalId: 'ACQ-20261127-KRW', revision: 1 },
  line: {
    ...{ lineNo: 17, lineKey: 'ACQ-20261127-KRW:17', matchKey: sampleOperationIds.capture, kind: 'capture' },
    ...{ ...sampleAmounts, amount: 9_000, net: 8_835, batchRef: 'ACQ-20261127-KRW' },
    ...{ bookedOn: '2026-11-27', valueOn: '2026-12-01', partyAccount: null, remittance: null },
  },
  expectation: {
    ...{ expectationId: 'exp_01M8HT5D1Z4X7C0V3B6N9M2K5E', matchKey: sampleOperationIds.capture, kind: 'capture' },
    ...{ paymentId: SAMPLE_PAYMENT_ID, ...sampleAmounts, dueOn: '2026-12-01' },
  },
  operation: {
    ...{ operationId: sampleOperationIds.capture, kind: 'capture', state: 'SUCCEEDED' },
    ...{ paymentId: SAMPLE_PAYMENT_ID, merchantId: SAMPLE_MERCHANT_ID },
  },
  hints: [],
})

export const sampleReconOverview = (): ReconOverviewView => ({
  open: [
    {
      ...{ class: 'AMOUNT_UNDER', currency: 'KRW', count: 1, oldestDays: 2, remaining: '1000', absolute: '1000' },
      byAge: { '0-1': 0, '2-5': 1, '6-20': 0, '>20': 0 },
    },
  ],
  suspense: [{ currency: 'KRW', balance: '1000' }],
  files: [{ sourceId: 'acquirer', state: 'DONE', count: 12 }],
})
