/** GET /operator/consumers: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { time } from '../payment.ts'
import { type DocsOf, defineContract, readRefusals } from '../route-contract.ts'

const lag = z.int().min(0).meta({
  description: 'Records that the group has not finished.',
  'x-description-ko': '그룹이 아직 끝내지 못한 레코드 수.',
})

const groupView = z
  .object({
    groupId: z.string(),
    topic: z.string(),
    lag,
    partitions: z.array(
      z.object({
        partition: z.int().min(0),
        committed: z.int().min(0).meta({
          description: 'The next record that the group will read.',
          'x-description-ko': '그룹이 다음에 읽을 레코드.',
        }),
        end: z.int().min(0).meta({
          description: 'The next record that Kafka will write.',
          'x-description-ko': 'Kafka가 다음에 쓸 레코드.',
        }),
        lag,
        stillSince: time.nullable().meta({
          description: 'Since when records wait and the group has not moved, as seen each minute; else null.',
          'x-description-ko': '레코드가 있는데도 그룹이 움직이지 않은 시각(1분마다 확인). 아니면 null입니다.',
        }),
      }),
    ),
  })
  .meta({ id: 'ConsumerGroup' })

export const consumersView = z
  .object({
    live: z.boolean().meta({
      description: 'False: Kafka did not answer within three seconds, and this is what was noted before.',
      'x-description-ko': 'false면 Kafka가 3초 안에 답하지 않아, 전에 기록해 둔 값입니다.',
    }),
    asOf: time.nullable().meta({
      description: 'Real time. Null: nothing was noted yet.',
      'x-description-ko': '실제 시각. 기록해 둔 것이 없으면 null입니다.',
    }),
    groups: z.array(groupView),
  })
  .meta({
    id: 'Consumers',
    description: 'How far the consumer groups are.',
    'x-description-ko': '컨슈머 그룹의 진행 상황.',
  })
export type ConsumersView = z.infer<typeof consumersView>

export const contract = defineContract({
  route: 'GET /operator/consumers',
  tag: 'operator',
  operator: 'viewer',
  routeClass: 'reads',
  answers: { 200: consumersView },
  refusals: ['UNAUTHENTICATED', 'FORBIDDEN', ...readRefusals],
})

const sample = (): ConsumersView['groups'] => [
  {
    groupId: 'record-ledger-captured',
    topic: 'payment.captured',
    lag: 3,
    partitions: [
      { partition: 0, committed: 211, end: 214, lag: 3, stillSince: null },
      { partition: 1, committed: 190, end: 190, lag: 0, stillSince: null },
    ],
  },
]

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'How far the consumer groups are', ko: '컨슈머 그룹의 진행 상황' },
  description: {
    en: 'Kafka is asked, for three seconds at most. When it does not answer, the answer has what the job `observe-state` noted last: `live` is false, and `asOf` says when that was.',
    ko: 'Kafka에 최대 3초 동안 묻습니다. 답이 없으면 `observe-state` 작업이 마지막으로 기록한 값을 주며, 이때 `live`는 false이고 `asOf`는 기록한 시각입니다.',
  },
  answers: {
    200: {
      words: { en: 'Each group, partition by partition.', ko: '그룹과 파티션별 위치입니다.' },
      examples: {
        example: {
          summary: { en: 'As Kafka says it', ko: 'Kafka가 답한 값' },
          value: { live: true, asOf: '2026-11-22T15:30:53.000Z', groups: sample() },
        },
        away: {
          summary: { en: 'Kafka is away', ko: 'Kafka 중단' },
          value: { live: false, asOf: '2026-11-22T15:30:00.100Z', groups: sample() },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/operator/consumers' -b console.cookies -H "x-console-secret: $SECRET"`,
})
