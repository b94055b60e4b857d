/** The faults: every few seconds one service is killed or paused while requests are on the wire, an operator's among them, and must come back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../../shared/runtime/until.ts'
import type { Control } from '../../local/control.ts'
import type { Random } from '../random.ts'
import { killAndWait, readinessOf, untilAllUp } from '../service-faults.ts'
import type { InFlight } from './in-flight.ts'

export const victims = ['kafka', 'mariadb', 'redis', 'api'] as const
export type Victim = (typeof victims)[number]

/** SIGKILL, or SIGSTOP for so long: a process that keeps its connections and answers nobody. */
export type Fault = { victim: Victim; kind: 'kill' } | { victim: Victim; kind: 'pause'; pauseMs: number }

export interface FaultOutcome {
  round: number
  fault: Fault
  /** Requests on the wire when it was ordered. */
  inFlight: number
  /** How many of those got no final answer. */
  cutOff: number
  /** And how many of these were of operators. */
  operatorsCutOff: number
  /** What `/health/ready` said shortly before the pause ended; null after a kill. */
  readyWhilePaused: string | null
  /** Since the kill, or since the pause ended. */
  recoveryMs: number
}

export interface RoundsOptions {
  control: Control
  apiUrl: string
  inFlight: InFlight
  random: Random
  onFault: (outcome: FaultOutcome) => void
}

const CALM_MIN_MS = 3_000
const CALM_MAX_MS = 8_000
/** At least so many requests on the wire before a fault is ordered. */
const IN_FLIGHT_MIN = 2
const IN_FLIGHT_DEADLINE_MS = 30_000
/** Shorter than clients wait, longer than they wait, and long enough for sessions, time-outs and idle limits of every kind. */
export const pausesMs = [5_000, 18_000, 60_000] as const
/** So long before the end of a pause `/health/ready` is asked, and waited for. */
const ASK_BEFORE_END_MS = 4_000
export const NO_ANSWER = 'no answer'

export interface DrawOptions {
  rounds: number
  /** Kill and pause each victim once instead of `rounds` drawn faults. */
  each: boolean
  pauseMsMax: number
}

/** Victim and fault of each round, as the seed says. */
export function drawFaults(random: Random, { rounds, each, pauseMsMax }: DrawOptions): Fault[] {
  const lengths = pausesMs.filter(pauseMs => pauseMs <= pauseMsMax)
  const pauseOf = (victim: Victim): Fault => ({ victim, kind: 'pause', pauseMs: random.pick(lengths) })
  const killOf = (victim: Victim): Fault => ({ victim, kind: 'kill' })
  const mayPause = lengths.length > 0
  if (!each)
    return Array.from({ length: rounds }, () => {
      const victim = random.pick(victims)
      return mayPause && random.fraction() < 0.5 ? pauseOf(victim) : killOf(victim)
    })
  const left = victims.flatMap(victim => (mayPause ? [killOf(victim), pauseOf(victim)] : [killOf(victim)]))
  return Array.from({ length: left.length }, () => left.splice(random.integer(0, left.length - 1), 1)[0]!)
}

/** In words: `killed kafka`, `paused kafka for 18 s`. */
export const wordsOf = (fault: Fault): string =>
  fault.kind === 'kill' ? `killed ${fault.victim}` : `paused ${fault.victim} for ${fault.pauseMs / 1_000} s`

/** One fault after the other, each with its recovery. Throws when a service does not come back. */
export async function faultRounds(options: RoundsOptions, faults: readonly Fault[]): Promise<FaultOutcome[]> {
  const outcomes: FaultOutcome[] = []
  for (const [index, fault] of faults.entries()) {
    await sleep(options.random.integer(CALM_MIN_MS, CALM_MAX_MS))
    const outcome = await inject(options, fault, index + 1)
    options.onFault(outcome)
    outcomes.push(outcome)
  }
  return outcomes
}

async function inject(
  { control, inFlight, apiUrl }: RoundsOptions,
  fault: Fault,
  round: number,
): Promise<FaultOutcome> {
  await until(() => inFlight.count >= IN_FLIGHT_MIN && inFlight.hasOperator, {
    what: 'requests on the wire, one of them an operator’s',
    intervalMs: 1,
    deadlineMs: IN_FLIGHT_DEADLINE_MS,
  })
  const flights = inFlight.now()
  let startedMs = performance.now()
  let readyWhilePaused: string | null = null
  if (fault.kind === 'kill') await killAndWait(control, fault.victim)
  else {
    readyWhilePaused = await pauseFor(control, apiUrl, fault)
    startedMs = performance.now()
  }
  await untilAllUp(apiUrl, `the API to find everything up after we ${wordsOf(fault)}`)
  const recoveryMs = performance.now() - startedMs
  const cut = flights.filter(flight => flight.final === false)
  const counts = { cutOff: cut.length, operatorsCutOff: cut.filter(({ byOperator }) => byOperator).length }
  return { round, fault, inFlight: flights.length, ...counts, readyWhilePaused, recoveryMs }
}

/** What `/health/ready` says towards its end. */
async function pauseFor(
  control: Control,
  apiUrl: string,
  { victim, pauseMs }: Extract<Fault, { kind: 'pause' }>,
): Promise<string> {
  await control.pause(victim)
  try {
    const endMs = performance.now() + pauseMs
    await sleep(pauseMs - ASK_BEFORE_END_MS)
    const ready = await readinessOf(apiUrl, ASK_BEFORE_END_MS).then(
      ({ status }) => status,
      () => NO_ANSWER,
    )
    await sleep(endMs - performance.now())
    return ready
  } finally {
    await control.resume(victim)
  }
}
