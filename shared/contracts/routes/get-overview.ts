/** GET /operator/overview: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { amountMinor, currency, operationId, paymentId } from '../identifiers.ts'
import { operationKind, time, virtualAheadMs } from '../payment.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import {
  SAMPLE_AMOUNT_MINOR,
  SAMPLE_CURRENCY,
  SAMPLE_PAYMENT_ID,
  sampleOperationIds,
  sampleTime,
} from '../sample-purchase.ts'

/** The hour that the small charts show, in as many parts. */
export const SLOTS = 12

/** A count of what waits does not go on beyond it. */
export const WAITING_MAX = 10_000

export const overviewParts = [
  'invariants',
  'outbox',
  'consumers',
  'deadLetters',
  'unknown',
  'payments',
  'acquirer',
] as const
export type OverviewPart = (typeof overviewParts)[number]

export const missingReasons = ['unavailable', 'not_yet'] as const

const count = z.int().min(0)

const invariants = z
  .object({
    rules: count.meta({ description: 'How many the job judges.', 'x-description-ko': '정기 작업이 검사하는 개수.' }),
    failed: count.meta({
      description: 'How many a run of this pass or the one before found broken. Must be 0.',
      'x-description-ko': '이번 회차나 직전 회차에서 위반이 발견된 개수. 0이어야 합니다.',
    }),
    checkedAt: time.meta({ description: 'When the last run ended.', 'x-description-ko': '마지막 검사가 끝난 시각.' }),
    passEndedAt: time.nullable().meta({
      description: 'When every payment had been seen the last time; null: never.',
      'x-description-ko': '모든 결제를 검사한 마지막 시각. 아직 없으면 null입니다.',
    }),
  })
  .meta({ id: 'OverviewInvariants' })

const outbox = z
  .object({
    waiting: count.meta({
      description: 'Events that wait to be published, parked ones aside. At most 10,000 of each shard are counted.',
      'x-description-ko': '발행을 기다리는 이벤트(보류 제외). 샤드마다 10,000건까지만 셉니다.',
    }),
    oldestCreatedAt: time.nullable().meta({
      description: 'When the oldest of them was written; null: none waits.',
      'x-description-ko': '그중 가장 오래된 것이 기록된 시각. 없으면 null입니다.',
    }),
    parked: count.meta({
      description: 'Events that wait for a person. At most 10,000 of each shard are counted.',
      'x-description-ko': '사람을 기다리는 보류된 이벤트. 샤드마다 10,000건까지만 셉니다.',
    }),
  })
  .meta({ id: 'OverviewOutbox' })

const consumers = z
  .object({
    lag: count.meta({
      description: 'Records that consumer groups have not read, together.',
      'x-description-ko': '컨슈머 그룹이 아직 읽지 않은 레코드의 합계.',
    }),
    standingStill: count.meta({
      description: 'Partitions where records wait and the group does not move.',
      'x-description-ko': '레코드가 있는데도 그룹이 진행하지 않는 파티션.',
    }),
    observedAt: time.meta({
      description: 'Observed each minute, as long as Kafka answers.',
      'x-description-ko': 'Kafka가 응답하는 동안 매분 관측합니다.',
    }),
  })
  .meta({ id: 'OverviewConsumers' })

const deadLetters = z
  .object({
    waiting: count.max(WAITING_MAX).meta({
      description: 'Dead letters that nobody has redriven or put aside. A count of 10,000 means so many or more.',
      'x-description-ko': '재투입하지도 제외하지도 않은 데드 레터. 10,000은 그 이상이라는 뜻입니다.',
    }),
  })
  .meta({ id: 'OverviewDeadLetters' })

const unknownOperation = z
  .object({ operationId, paymentId, kind: operationKind, amount: amountMinor, currency, claimedAt: time })
  .meta({ id: 'UnknownOperation' })

const unknown = z
  .object({
    operations: count.meta({
      description: 'Operations whose outcome is unknown.',
      'x-description-ko': '결과를 알 수 없는 작업.',
    }),
    oldest: z.array(unknownOperation).meta({
      description: 'The oldest of them, at most 10.',
      'x-description-ko': '그중 가장 오래된 것(최대 10개).',
    }),
  })
  .meta({ id: 'OverviewUnknown' })

const outcomes = {
  approved: count.meta({
    description: 'The acquirer approved the authorization.',
    'x-description-ko': '매입사가 승인한 결제.',
  }),
  refused: count.meta({ description: 'DECLINED or FAILED.', 'x-description-ko': 'DECLINED 또는 FAILED.' }),
  undecided: count.meta({ description: 'REQUESTED.', 'x-description-ko': 'REQUESTED.' }),
}

const payments = z
  .object({
    from: time.meta({
      description: 'Payments that were created from this time on: an hour, or the newest 20,000 (virtual time).',
      'x-description-ko': '이 시각부터 생성된 결제. 한 시간, 또는 최신 2만 건(가상 시각).',
    }),
    to: time,
    ...outcomes,
    slots: z.array(z.object({ from: time, ...outcomes }).meta({ id: 'OutcomeSlot' })).meta({
      description: 'The same by five minutes, the oldest first, those without a payment too.',
      'x-description-ko': '5분 단위로 나눈 값, 오래된 순. 결제가 없는 구간도 있습니다.',
    }),
  })
  .meta({ id: 'OverviewPayments' })

const milliseconds = z.int().min(0)

const acquirer = z
  .object({
    operations: count.meta({
      description:
        'Operations that the figures are of: the newest 200 of each five minutes of the last hour (real time).',
      'x-description-ko': '값을 계산한 작업의 수. 최근 한 시간의 5분마다 최신 200건(실제 시각).',
    }),
    p95Ms: milliseconds.nullable().meta({
      description:
        'Of twenty operations, nineteen were answered by the acquirer within this time; null: there were none.',
      'x-description-ko': '작업 20건 중 19건은 매입사가 이 시간 안에 답했습니다. 작업이 없으면 null입니다.',
    }),
    slots: z
      .array(z.object({ from: time, operations: count, p95Ms: milliseconds.nullable() }).meta({ id: 'AnswerTimeSlot' }))
      .meta({ description: 'The same by five minutes, the oldest first.', 'x-description-ko': '5분 단위, 오래된 순.' }),
    slowest: z
      .array(
        z
          .object({ operationId, paymentId, kind: operationKind, tookMs: milliseconds, answeredAt: time })
          .meta({ id: 'SlowOperation' }),
      )
      .meta({ description: 'The slowest of them, at most 5.', 'x-description-ko': '가장 느린 작업(최대 5개).' }),
  })
  .meta({ id: 'OverviewAcquirer' })

export const overviewView = z
  .object({
    asOf: time,
    virtualAheadMs,
    invariants: invariants.nullable(),
    outbox: outbox.nullable(),
    consumers: consumers.nullable(),
    deadLetters: deadLetters.nullable(),
    unknown: unknown.nullable(),
    payments: payments.nullable(),
    acquirer: acquirer.nullable(),
    missing: z
      .array(z.object({ part: z.enum(overviewParts), reason: z.enum(missingReasons) }).meta({ id: 'MissingPart' }))
      .meta({
        description:
          'Why a part is null. `unavailable`: who knows it does not answer. `not_yet`: nobody has looked yet.',
        'x-description-ko':
          '값이 null인 이유. `unavailable`은 값을 아는 서비스가 응답하지 않음, `not_yet`은 아직 아무도 확인하지 않음입니다.',
      }),
  })
  .meta({
    id: 'Overview',
    description: 'Whether anything is stuck or wrong, in one answer.',
    'x-description-ko': '막히거나 잘못된 것이 있는지 한 번에 보여 줍니다.',
  })
export type OverviewView = z.infer<typeof overviewView>

export const contract = defineContract({
  route: 'GET /operator/overview',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  answers: { 200: overviewView },
  refusals: ['UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

const quietSlot = (minutes: number) => ({ from: sampleTime(minutes, '00.000'), approved: 41, refused: 2, undecided: 0 })

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Whether anything is stuck or wrong', ko: '막히거나 잘못된 것이 있는지' },
  description: {
    en: 'One bounded answer. A part that cannot be had is null and named in `missing`; the others are given. Of payments at most the newest 20,000 of the last hour are counted. How long the acquirer took is read from the operations: the newest 200 of each five minutes.',
    ko: '크기가 제한된 응답 하나입니다. 알 수 없는 부분은 null이며 `missing`에 이유가 있고, 나머지는 그대로 줍니다. 결제는 최근 한 시간 중 최신 2만 건까지만 세고, 매입사의 응답 시간은 5분마다 최신 작업 200건에서 계산합니다.',
  },
  answers: {
    200: {
      words: { en: 'What is known now.', ko: '지금 아는 것입니다.' },
      examples: {
        one_unknown: {
          summary: {
            en: 'One outcome is unknown, and nobody has looked at the consumers yet',
            ko: '결과 하나를 모르고, 컨슈머는 아직 관측한 적이 없음',
          },
          value: {
            asOf: sampleTime(9, '58.204'),
            virtualAheadMs: 0,
            invariants: {
              rules: 61,
              failed: 0,
              checkedAt: sampleTime(9, '00.422'),
              passEndedAt: sampleTime(7, '00.187'),
            },
            outbox: { waiting: 3, oldestCreatedAt: sampleTime(8, '12.041'), parked: 0 },
            consumers: null,
            deadLetters: { waiting: 0 },
            unknown: {
              operations: 1,
              oldest: [
                {
                  operationId: sampleOperationIds.capture,
                  paymentId: SAMPLE_PAYMENT_ID,
                  kind: 'capture',
                  amount: SAMPLE_AMOUNT_MINOR,
                  currency: SAMPLE_CURRENCY,
                  claimedAt: sampleTime(8, '10.902'),
                },
              ],
            },
            payments: {
              from: sampleTime(0, '00.000'),
              to: sampleTime(9, '58.205'),
              approved: 82,
              refused: 4,
              undecided: 0,
              slots: [quietSlot(0), quietSlot(5)],
            },
            acquirer: {
              operations: 1,
              p95Ms: 121,
              slots: [{ from: sampleTime(5, '00.000'), operations: 1, p95Ms: 121 }],
              slowest: [
                {
                  operationId: sampleOperationIds.authorize,
                  paymentId: SAMPLE_PAYMENT_ID,
                  kind: 'authorize',
                  tookMs: 121,
                  answeredAt: sampleTime(5, '17.449'),
                },
              ],
            },
            missing: [{ part: 'consumers', reason: 'not_yet' }],
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/overview' -b console.cookies -H "x-console-secret: $SECRET"`,
})
