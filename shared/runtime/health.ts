/** Asks each dependency whether it is there, and what else is wrong, each with its own short deadline. */
import type { z } from 'zod'
import type { readinessProblem } from '../contracts/routes/get-readiness.ts'

export type DependencyState = 'up' | 'down'
export type Dependency = 'mariadb' | 'kafka' | 'redis' | 'acquirer'

export type ReadinessProblem = z.infer<typeof readinessProblem>

export interface Readiness {
  /** `down` only without MariaDB: payments work without Kafka and Redis, reads without the acquirer, and both in spite of other problems. */
  status: 'ok' | 'degraded' | 'down'
  dependencies: Record<Dependency, DependencyState>
  problems: ReadinessProblem[]
}

export type Probes = Record<Dependency, () => Promise<unknown>>

const PROBE_DEADLINE_MS = 1_500

/** When `findProblems` fails or hangs, only the states of the dependencies are reported. Never throws. */
export async function checkReadiness(
  probes: Probes,
  findProblems: () => Promise<ReadinessProblem[]>,
): Promise<Readiness> {
  const [mariadb, kafka, redis, acquirer, problems] = await Promise.all([
    stateOf(probes.mariadb),
    stateOf(probes.kafka),
    stateOf(probes.redis),
    stateOf(probes.acquirer),
    withinDeadline(findProblems, []),
  ])
  const dependencies = { mariadb, kafka, redis, acquirer }
  if (mariadb === 'down') return { status: 'down', dependencies, problems }
  const isWhole = Object.values(dependencies).every(state => state === 'up') && problems.length === 0
  return { status: isWhole ? 'ok' : 'degraded', dependencies, problems }
}

const stateOf = (probe: () => Promise<unknown>): Promise<DependencyState> =>
  withinDeadline<DependencyState>(async () => {
    await probe()
    return 'up'
  }, 'down')

/** The result of `ask` if it comes in time; else `otherwise`. */
async function withinDeadline<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<T>(resolve => {
    timer = setTimeout(() => resolve(otherwise), PROBE_DEADLINE_MS)
  })
  const answer = Promise.try(ask).catch(() => otherwise)
  const first = await Promise.race([answer, deadline])
  clearTimeout(timer)
  return first
}
