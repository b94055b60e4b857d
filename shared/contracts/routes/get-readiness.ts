/** GET /health/ready: what it answers, and what documents say about it. */
import * as z from 'zod'
import { LOCAL_ORIGIN } from '../curl.ts'
import { type DocsOf, defineContract } from '../route-contract.ts'

const dependencyState = z.enum(['up', 'down'])

/** What somebody should look at although every dependency answers, or why one does not. */
export const problemKinds = [
  'database_refuses',
  'disk_full',
  'events_waiting',
  'topic_unavailable',
  'consumer_standing_still',
  'acquirer_circuit_open',
  'outcomes_unknown',
  'calendar_ends',
  'defaults_changed',
] as const

export const readinessProblem = z
  .object({
    kind: z.enum(problemKinds),
    message: z.string().meta({
      description: 'Names the part and what to do, for operators.',
      'x-description-ko': '문제가 있는 부분과 조치를 알려 주는 운영자용 문장입니다.',
    }),
    since: z.iso.datetime({ precision: 3 }).nullable(),
  })
  .meta({ id: 'ReadinessProblem' })

export const readinessView = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']).meta({
      description:
        '`degraded`: Kafka or Redis is away, and payments go on; the acquirer is away, and only what was paid before can be read; or `problems` names something. `down`: MariaDB is away or refuses the login.',
      'x-description-ko':
        '`degraded`: Kafka나 Redis에 연결할 수 없지만 결제는 계속되거나, 매입사가 응답하지 않아 조회만 되거나, `problems`에 문제가 있습니다. `down`: MariaDB에 연결할 수 없거나 MariaDB가 로그인을 거부합니다.',
    }),
    dependencies: z.object({
      mariadb: dependencyState,
      kafka: dependencyState,
      redis: dependencyState,
      acquirer: dependencyState,
    }),
    problems: z.array(readinessProblem),
  })
  .meta({ id: 'Readiness' })

export const contract = defineContract({
  route: 'GET /health/ready',
  tag: 'health',
  answers: { 200: readinessView, 503: readinessView },
  refusals: ['INTERNAL_ERROR'],
})

export const docs = (): DocsOf<typeof contract> => ({
  summary: { en: 'Its dependencies answer', ko: '의존 서비스가 응답하는지' },
  description: {
    en: 'Only MariaDB away is a 503. Without Kafka or Redis payments go on: 200 with `status: "degraded"`. So it is without the acquirer: payments can be read, new ones get a 503.',
    ko: 'MariaDB에 연결할 수 없을 때만 503입니다. Kafka나 Redis에 연결할 수 없어도 결제는 계속되며 `status: "degraded"`와 200을 돌려줍니다. 매입사가 응답하지 않을 때도 같습니다. 조회는 되고 새 결제는 503을 받습니다.',
  },
  answers: {
    200: {
      words: { en: 'Payments can be made.', ko: '결제할 수 있습니다.' },
      examples: {
        ok: {
          summary: { en: 'All is well', ko: '모두 정상' },
          value: {
            status: 'ok',
            dependencies: { mariadb: 'up', kafka: 'up', redis: 'up', acquirer: 'up' },
            problems: [],
          },
        },
        degraded: {
          summary: { en: 'Kafka is away, payments go on', ko: 'Kafka에 연결할 수 없지만 결제는 계속됨' },
          value: {
            status: 'degraded',
            dependencies: { mariadb: 'up', kafka: 'down', redis: 'up', acquirer: 'up' },
            problems: [
              {
                kind: 'events_waiting',
                message: '12 events of payment.captured wait to be published; see npm run outbox',
                since: '2026-11-22T15:21:05.789Z',
              },
            ],
          },
        },
      },
    },
    503: {
      words: { en: 'MariaDB is away: no payment can be made.', ko: 'MariaDB에 연결할 수 없어 결제할 수 없습니다.' },
      examples: {
        example: {
          summary: { en: 'MariaDB is away', ko: 'MariaDB에 연결할 수 없음' },
          value: {
            status: 'down',
            dependencies: { mariadb: 'down', kafka: 'up', redis: 'up', acquirer: 'up' },
            problems: [],
          },
        },
      },
    },
  },
  curl: `curl -i '${LOCAL_ORIGIN}/health/ready'`,
})
