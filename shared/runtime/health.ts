/** Asks each dependency whether it is there, each with its own short deadline. */

export type DependencyState = 'up' | 'down'
export type Dependency = 'mariadb' | 'kafka' | 'redis'

export interface Readiness {
  /** `down` only without MariaDB: payments go on without Kafka and Redis. */
  status: 'ok' | 'degraded' | 'down'
  dependencies: Record<Dependency, DependencyState>
}

export type Probes = Record<Dependency, () => Promise<unknown>>

const PROBE_DEADLINE_MS = 1_500

export async function checkReadiness(probes: Probes): Promise<Readiness> {
  const [mariadb, kafka, redis] = await Promise.all([
    stateOf(probes.mariadb),
    stateOf(probes.kafka),
    stateOf(probes.redis),
  ])
  const dependencies = { mariadb, kafka, redis }
  if (mariadb === 'down') return { status: 'down', dependencies }
  return { status: kafka === 'up' && redis === 'up' ? 'ok' : 'degraded', dependencies }
}

async function stateOf(probe: () => Promise<unknown>): Promise<DependencyState> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<DependencyState>(resolve => {
    timer = setTimeout(() => resolve('down'), PROBE_DEADLINE_MS)
  })
  const answer = Promise.try(probe).then(
    (): DependencyState => 'up',
    (): DependencyState => 'down',
  )
  const state = await Promise.race([answer, deadline])
  clearTimeout(timer)
  return state
}
