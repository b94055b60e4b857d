/** GET /invariants: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { paymentId } from '../identifiers.ts'
import { time } from '../payment.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_PAYMENT_ID, sampleTime } from '../sample-purchase.ts'

const count = z.int().min(0)

const offendingRow = z.object({ row: z.string(), problem: z.string() }).meta({
  id: 'OffendingRow',
  description: 'A row, and what is wrong with it.',
  'x-description-ko': '잘못된 행과 그 내용.',
})

const lastRun = z
  .object({
    startedAt: time,
    finishedAt: time,
    pass: count,
    afterPaymentId: paymentId.nullable().meta({
      description: 'It covered the payments after this one; null: from the first.',
      'x-description-ko': '이 결제 다음부터 검사했습니다. null이면 처음부터입니다.',
    }),
    lastPaymentId: paymentId.nullable().meta({
      description: 'And up to this one; null: to the end.',
      'x-description-ko': '이 결제까지 검사했습니다. null이면 끝까지입니다.',
    }),
    endsPass: z.boolean(),
    payments: count,
    checked: count,
    failed: count,
    pending: count,
  })
  .meta({
    id: 'InvariantRun',
    description: 'One run of the job: the payments that it covered, and how many rows it checked.',
    'x-description-ko': '검사 한 번. 검사한 결제의 범위와 검사한 행의 수.',
  })

const lastPass = z.object({ pass: count, beganAt: time, endedAt: time, payments: count, failed: count }).meta({
  id: 'InvariantPass',
  description: 'The runs from the first payment to the last, together.',
  'x-description-ko': '첫 결제부터 마지막 결제까지의 검사를 모은 것.',
})

const rule = z
  .object({
    name: z.string(),
    group: z.string(),
    sentence: z.string(),
    covered: z.boolean().meta({
      description: 'Whether the job can judge it. The others need everything at once: `npm run verify`.',
      'x-description-ko':
        '정기 작업이 검사하는 규칙인지 여부. 나머지는 전체를 함께 봐야 하므로 `npm run verify`가 검사합니다.',
    }),
    checked: count.nullable().meta({
      description: 'Rows that the last run checked by it, as `failed` and `pending`; null: it was not judged.',
      'x-description-ko':
        '마지막 검사에서 확인한 행의 수. `failed`, `pending`도 같습니다. 검사하지 않았으면 null입니다.',
    }),
    failed: count.nullable(),
    pending: count.nullable().meta({
      description: 'May still become right by itself: younger than a minute.',
      'x-description-ko': '1분이 지나지 않아 저절로 맞을 수 있는 행.',
    }),
    rows: z.array(offendingRow).meta({
      description: 'The first failures of the last run, else what is pending; at most 10.',
      'x-description-ko': '마지막 검사의 실패 중 처음 것들(최대 10개). 실패가 없으면 대기 중인 행입니다.',
    }),
    lastFailure: z
      .object({ at: time, pass: count, failed: count, rows: z.array(offendingRow) })
      .nullable()
      .meta({
        description: 'The newest run of this pass and the one before in which it failed.',
        'x-description-ko': '이번 회차와 직전 회차에서 가장 최근에 실패한 검사.',
      }),
  })
  .meta({
    id: 'InvariantRule',
    description: 'A sentence that must be true of every payment, and what was found.',
    'x-description-ko': '모든 결제에서 참이어야 하는 문장과 검사 결과.',
  })

export const invariantsView = z
  .object({ lastRun: lastRun.nullable(), lastPass: lastPass.nullable(), rules: z.array(rule) })
  .meta({
    id: 'Invariants',
    description:
      'What the job that checks the books found last. `lastRun` is null until it has run, `lastPass` until it has seen every payment once.',
    'x-description-ko':
      '장부를 검사하는 정기 작업의 최근 결과. 아직 실행하지 않았으면 `lastRun`이, 모든 결제를 한 번 검사하기 전이면 `lastPass`가 null입니다.',
  })
export type InvariantsView = z.infer<typeof invariantsView>

export const contract = defineContract({
  route: 'GET /invariants',
  tag: 'health',
  routeClass: 'reads',
  answers: { 200: invariantsView },
  refusals: [...readRefusals],
})

type RuleView = InvariantsView['rules'][number]

const captured = (given: Partial<RuleView>): RuleView => ({
  name: 'captured-in-ledger',
  group: 'Ledger',
  sentence: 'The capture entries of a payment add up to its captured amount.',
  covered: true,
  checked: 500,
  failed: 0,
  pending: 0,
  rows: [],
  lastFailure: null,
  ...given,
})

const balanced = (): RuleView =>
  captured({
    name: 'trial-balance',
    sentence: 'Per currency, the debits of all accounts that exist equal the credits of all accounts that exist.',
    covered: false,
    checked: null,
    failed: null,
    pending: null,
  })

const offending = () => [{ row: SAMPLE_PAYMENT_ID, problem: 'capture entries is 1549999, expected 1550000' }]

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'What the check of the books found', ko: '장부 검사 결과' },
  description: {
    en: 'Each minute a job judges the next payments by every rule that one payment can answer, and begins anew behind the last one. A failure stays in `lastFailure` until a whole pass has not found it. Rules that need all payments, Kafka or the acquirer together are not `covered`.',
    ko: '매분 정기 작업이 다음 결제들을 검사하고, 마지막 결제까지 마치면 처음부터 다시 시작합니다. 실패는 한 회차 전체에서 다시 나타나지 않을 때까지 `lastFailure`에 남습니다. 전체 결제, Kafka, 매입사를 함께 봐야 하는 규칙은 `covered`가 false입니다.',
  },
  answers: {
    200: {
      words: { en: 'The last run, rule by rule.', ko: '마지막 검사를 규칙별로 보여 줍니다.' },
      examples: {
        broken: {
          summary: { en: 'A payment and the ledger disagree', ko: '결제와 원장이 다름' },
          value: {
            lastRun: {
              startedAt: sampleTime(4, '00.101'),
              finishedAt: sampleTime(4, '00.422'),
              pass: 8,
              afterPaymentId: null,
              lastPaymentId: SAMPLE_PAYMENT_ID,
              endsPass: false,
              payments: 500,
              checked: 14_000,
              failed: 1,
              pending: 0,
            },
            lastPass: {
              pass: 7,
              beganAt: sampleTime(0, '00.104'),
              endedAt: sampleTime(3, '00.187'),
              payments: 1_720,
              failed: 0,
            },
            rules: [
              captured({
                failed: 1,
                rows: offending(),
                lastFailure: { at: sampleTime(4, '00.101'), pass: 8, failed: 1, rows: offending() },
              }),
              balanced(),
            ],
          },
        },
        not_yet: {
          summary: { en: 'The job has not run yet', ko: '아직 실행하지 않음' },
          value: {
            lastRun: null,
            lastPass: null,
            rules: [captured({ checked: null, failed: null, pending: null }), balanced()],
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/invariants'`,
})
