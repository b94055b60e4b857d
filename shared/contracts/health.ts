/** What the health routes answer. */
import * as z from 'zod'

export const livenessView = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' })

const dependencyState = z.enum(['up', 'down'])

/** What somebody should look at although every dependency answers, or why one does not. */
export const problemKinds = [
  'database_refuses',
  'disk_full',
  'events_waiting',
  'topic_unavailable',
  'consumer_standing_still',
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
        '`degraded`: Kafka or Redis is away, and payments go on; or `problems` names something. `down`: MariaDB is away or refuses the login.',
      'x-description-ko':
        '`degraded`: Kafka나 Redis가 없지만 결제는 계속되거나, `problems`에 문제가 있습니다. `down`: MariaDB가 없거나 로그인을 거부합니다.',
    }),
    dependencies: z.object({ mariadb: dependencyState, kafka: dependencyState, redis: dependencyState }),
    problems: z.array(readinessProblem),
  })
  .meta({ id: 'Readiness' })
