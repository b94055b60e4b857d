/** The killing: every few seconds one service dies by SIGKILL while requests are on the wire, and must come back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../shared/runtime/until.ts'
import type { Control } from '../system/control.ts'
import type { InFlight } from './in-flight.ts'
import type { Random } from './random.ts'

export const victims = ['kafka', 'mariadb', 'redis', 'api'] as const
export type Victim = (typeof victims)[number]

export interface Kill {
  round: number
  victim: Victim
  /** Requests on the wire when the kill was ordered. */
  inFlight: number
  /** How many of those got no final answer. */
  cutOff: number
  recoveryMs: number
}

export interface RoundsOptions {
  control: Control
  apiUrl: string
  inFlight: InFlight
  random: Random
  onKill: (kill: Kill) => void
}

const PAUSE_MIN_MS = 3_000
const PAUSE_MAX_MS = 8_000
const RECOVERY_DEADLINE_MS = 120_000
/** At least so many requests on the wire before a kill is ordered. */
const IN_FLIGHT_MIN = 2
const IN_FLIGHT_DEADLINE_MS = 30_000

/** The victims of each round; with `each` all four once, in an order of the seed. */
export function drawVictims(random: Random, rounds: number, each: boolean): Victim[] {
  if (!each) return Array.from({ length: rounds }, () => random.pick(victims))
  const left: Victim[] = [...victims]
  return victims.map(() => left.splice(random.integer(0, left.length - 1), 1)[0]!)
}

/** Kills and waits for recovery, one victim after the other. Throws when one does not come back. */
export async function killRounds(options: RoundsOptions, order: Victim[]): Promise<Kill[]> {
  const kills: Kill[] = []
  for (const [index, victim] of order.entries()) {
    await sleep(options.random.integer(PAUSE_MIN_MS, PAUSE_MAX_MS))
    const kill = await killOnce(options, victim, index + 1)
    options.onKill(kill)
    kills.push(kill)
  }
  return kills
}

async function killOnce(options: RoundsOptions, victim: Victim, round: number): Promise<Kill> {
  const { control, inFlight, apiUrl } = options
  const before = await rowOf(control, victim)
  await until(() => inFlight.count >= IN_FLIGHT_MIN, {
    what: 'requests on the wire',
    intervalMs: 1,
    deadlineMs: IN_FLIGHT_DEADLINE_MS,
  })
  const startedMs = performance.now()
  const flights = inFlight.now()
  await control.kill(victim)
  await until(async () => (await rowOf(control, victim)).restarts > before.restarts && isReady(control, victim), {
    what: `${victim} to be ready again`,
    deadlineMs: RECOVERY_DEADLINE_MS,
  })
  await until(() => isHealthy(apiUrl), { what: 'the API to find everything up', deadlineMs: RECOVERY_DEADLINE_MS })
  const recoveryMs = performance.now() - startedMs
  const cutOff = flights.filter(flight => flight.final === false).length
  return { round, victim, inFlight: flights.length, cutOff, recoveryMs }
}

async function rowOf(control: Control, victim: Victim) {
  const row = (await control.status()).processes.find(process => process.name === victim)
  if (!row) throw new Error(`${victim} is not part of this system`)
  return row
}

const isReady = async (control: Control, victim: Victim): Promise<boolean> =>
  (await rowOf(control, victim)).state === 'ready'

async function isHealthy(apiUrl: string): Promise<boolean> {
  const response = await fetch(`${apiUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) })
  const { status } = (await response.json()) as { status: string }
  return response.status === 200 && status === 'ok'
}
