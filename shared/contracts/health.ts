/** What the health routes answer. */
import * as z from 'zod'

export const livenessView = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' })

const dependencyState = z.enum(['up', 'down'])

export const readinessView = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']).meta({
      description: '`degraded`: Kafka or Redis is away and payments go on. `down`: MariaDB is away.',
      'x-description-ko': '`degraded`: Kafka나 Redis가 없지만 결제는 계속됩니다. `down`: MariaDB가 없습니다.',
    }),
    dependencies: z.object({ mariadb: dependencyState, kafka: dependencyState, redis: dependencyState }),
  })
  .meta({ id: 'Readiness' })
