/** GET /operator/outbox: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { eventId } from '../identifiers.ts'
import { time } from '../payment.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'
import { SAMPLE_PAYMENT_ID } from '../sample-purchase.ts'
import { SHARD_COUNT } from '../topics.ts'

const rowCount = (en: string, ko: string) =>
  z
    .object({
      count: z.int().min(0),
      atLeast: z.boolean().meta({
        description: 'There are more: 10,000 are counted.',
        'x-description-ko': '더 있습니다. 10,000개까지만 셉니다.',
      }),
    })
    .meta({ description: en, 'x-description-ko': ko })

const unpublished = z.object({
  eventId,
  topic: z.string(),
  subjectId: z.string().meta({
    description: 'The Kafka key: the payment that the event is of, or the batch, payout or file.',
    'x-description-ko': 'Kafka 키: 이벤트가 속한 결제나 배치, 지급, 파일.',
  }),
  createdAt: time,
})

const shardView = z
  .object({
    shard: z
      .int()
      .min(0)
      .max(SHARD_COUNT - 1),
    waiting: rowCount('Rows that wait for Kafka, parked ones aside.', 'Kafka로 보내기를 기다리는 행(보류된 행 제외).'),
    parked: rowCount(
      'Rows that Kafka refused, and those that wait behind one: they wait for a person.',
      'Kafka가 거부한 행과 그 뒤에서 기다리는 행. 사람이 처리해야 합니다.',
    ),
    oldestWaiting: unpublished.nullable().meta({
      description: 'Null when none waits.',
      'x-description-ko': '기다리는 행이 없으면 null입니다.',
    }),
    firstParked: unpublished
      .extend({ parkedAt: time, lastError: z.string().nullable() })
      .nullable()
      .meta({ description: 'Null when none is parked.', 'x-description-ko': '보류된 행이 없으면 null입니다.' }),
  })
  .meta({ id: 'OutboxShard' })

export const outboxView = z.object({ asOf: time, shards: z.array(shardView) }).meta({
  id: 'Outbox',
  description: 'What waits for Kafka, shard by shard. Real times.',
  'x-description-ko': 'Kafka로 보내기를 기다리는 이벤트(샤드별). 실제 시각입니다.',
})
export type OutboxView = z.infer<typeof outboxView>

export const contract = defineContract({
  route: 'GET /operator/outbox',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  answers: { 200: outboxView },
  refusals: ['UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

const nothing = { count: 0, atLeast: false }
const emptyShard = (shard: number): OutboxView['shards'][number] => ({
  ...{ shard, waiting: nothing, parked: nothing, oldestWaiting: null, firstParked: null },
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'The outbox, shard by shard', ko: '아웃박스(샤드별)' },
  description: {
    en: 'Events that are written and not in Kafka yet. Usually there are none: each is published within milliseconds.',
    ko: '기록되었지만 아직 Kafka에 없는 이벤트입니다. 보통은 없습니다. 이벤트는 몇 밀리초 안에 발행됩니다.',
  },
  answers: {
    200: {
      words: { en: 'Every shard.', ko: '모든 샤드입니다.' },
      examples: {
        example: {
          summary: { en: 'Kafka is away: two events wait', ko: 'Kafka 중단: 이벤트 두 개가 대기 중' },
          value: {
            asOf: '2026-11-22T15:30:53.000Z',
            shards: [
              emptyShard(0),
              {
                ...emptyShard(1),
                waiting: { count: 2, atLeast: false },
                oldestWaiting: {
                  eventId: 'evt_01M81Y01V8C3W7N5J2Q9XZ6R1B',
                  topic: 'payment.captured',
                  subjectId: SAMPLE_PAYMENT_ID,
                  createdAt: '2026-11-22T15:30:21.120Z',
                },
              },
              emptyShard(2),
              emptyShard(3),
            ],
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/outbox' -b console.cookies -H "x-console-secret: $SECRET"`,
})
