/** GET /operator/payments/{paymentId}/timeline: what it reads, what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN, newest } from '../curl.ts'
import { amountMinor, currency, operationId, paymentId } from '../identifiers.ts'
import { eventView, ledgerEntryView, operationKind, operationState, time, virtualAheadMs } from '../payment.ts'
import { paymentPath } from '../requests.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import {
  SAMPLE_AMOUNT_MINOR,
  SAMPLE_CURRENCY,
  SAMPLE_PAYMENT_ID,
  sampleEntries,
  sampleOperationIds,
  sampleTime,
} from '../sample-purchase.ts'

const virtual = (en: string, ko: string) =>
  time.meta({ description: `${en} Virtual time.`, 'x-description-ko': `${ko} 가상 시각입니다.` })
const real = (en: string, ko: string) =>
  time.nullable().meta({ description: `${en} Real time.`, 'x-description-ko': `${ko} 실제 시각입니다.` })
const duration = (en: string, ko: string) => z.int().min(0).nullable().meta({ description: en, 'x-description-ko': ko })

/** Who asked for an operation, or settled it. */
export const actor = z
  .object({
    kind: z.enum(['request', 'operator', 'job', 'person']).meta({
      description:
        'A caller’s request, an operator’s in the console, a job, or a person who settled the operation by hand.',
      'x-description-ko': '호출자의 요청, 콘솔에서 요청한 운영자, 작업(job), 또는 손으로 확정한 사람.',
    }),
    requestId: z.string().nullable().meta({
      description: 'Of the request that claimed the operation; null when a job did, or when it is not known.',
      'x-description-ko': '작업을 시작한 요청. job이 시작했거나 알 수 없으면 null입니다.',
    }),
    person: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'TimelineActor' })

const timelineOperationView = z
  .object({
    operationId,
    kind: operationKind,
    state: operationState,
    amount: amountMinor,
    currency,
    declineReason: z.string().nullable(),
    attempt: z.int(),
    by: actor,
    claimedAt: virtual('When the operation was claimed.', '작업을 시작한 시각.'),
    askedAt: real('When the acquirer was last asked.', '카드사에 마지막으로 물은 시각.'),
    answeredAt: real('When the answer that was recorded came.', '기록된 응답이 온 시각.'),
    recordedAt: virtual('When the outcome was recorded.', '결과를 기록한 시각.').nullable(),
    event: eventView.nullable(),
    entries: z.array(ledgerEntryView.extend({ recordedAt: time }).meta({ id: 'TimelineEntry' })),
    durations: z
      .object({
        acquirerMs: duration('From asked to answered.', '질의부터 응답까지.'),
        recordMs: duration(
          'From answered to the event, which is recorded with the outcome.',
          '응답부터 이벤트 기록까지.',
        ),
        publishMs: duration('Until Kafka had the event.', 'Kafka가 이벤트를 받을 때까지.'),
        bookMs: duration(
          'From then until the ledger consumer’s last entry.',
          '그때부터 원장 컨슈머의 마지막 분개까지.',
        ),
      })
      .meta({
        id: 'TimelineDurations',
        description: 'Between real times only; null where one is not known, or the later is before the earlier.',
        'x-description-ko': '실제 시각 사이만 계산하며, 모르거나 앞뒤가 바뀐 경우 null입니다.',
      }),
  })
  .meta({ id: 'TimelineOperation' })

export const timelineView = z.object({ paymentId, virtualAheadMs, operations: z.array(timelineOperationView) }).meta({
  id: 'Timeline',
  description: 'Everything that happened to a payment, operation by operation.',
  'x-description-ko': '결제에 일어난 모든 일을 작업별로.',
})
export type TimelineView = z.infer<typeof timelineView>

export const contract = defineContract({
  route: 'GET /operator/payments/{paymentId}/timeline',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  path: paymentPath,
  answers: { 200: timelineView },
  refusals: ['NOT_FOUND', 'UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

const captured = (): TimelineView['operations'][number] => ({
  operationId: sampleOperationIds.capture,
  kind: 'capture',
  state: 'SUCCEEDED',
  amount: SAMPLE_AMOUNT_MINOR,
  currency: SAMPLE_CURRENCY,
  declineReason: null,
  attempt: 1,
  by: { kind: 'request', requestId: 'req_01M81Y01SZ8B4X6V2N9M7K5J3H', person: null, reason: null },
  claimedAt: sampleTime(0, '17.421'),
  askedAt: sampleTime(0, '17.424'),
  answeredAt: sampleTime(0, '17.445'),
  recordedAt: sampleTime(0, '17.449'),
  event: {
    eventId: 'evt_01M81Y01V8C3W7N5J2Q9XZ6R1B',
    type: 'payment.captured',
    sequence: 2,
    createdAt: sampleTime(0, '17.449'),
    publishedAt: sampleTime(0, '17.466'),
  },
  entries: [
    { ...sampleEntries().capture, recordedAt: sampleTime(0, '17.449') },
    { ...sampleEntries().fee, recordedAt: sampleTime(0, '17.491') },
  ],
  durations: { acquirerMs: 21, recordMs: 4, publishMs: 17, bookMs: 25 },
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Everything that happened to a payment', ko: '결제에 일어난 모든 일' },
  description: {
    en: 'One row for each operation: who asked for it, when it was claimed, asked, answered and recorded, with its event and its ledger entries. Some times are virtual: the sandbox clock moves them. Durations are between real ones.',
    ko: '작업마다 한 행입니다. 누가 요청했는지, 시작·질의·응답·기록 시각, 이벤트와 원장 분개를 보여 줍니다. 일부는 샌드박스 시계가 움직이는 가상 시각이며, 소요 시간은 실제 시각끼리만 계산합니다.',
  },
  answers: {
    200: {
      words: { en: 'The timeline.', ko: '타임라인입니다.' },
      examples: {
        example: {
          summary: { en: 'A capture', ko: '매입' },
          value: { paymentId: SAMPLE_PAYMENT_ID, virtualAheadMs: 0, operations: [captured()] },
        },
      },
    },
  },
  curl: `${newest('REFUNDED')}curl -i "${LOCAL_ORIGIN}/operator/payments/$PAYMENT_ID/timeline" -b console.cookies -H "x-console-secret: $SECRET"`,
})
