/** The faults: two at once at most, drawn from the seed, each printed with its time and over before the system has to heal. */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../../shared/runtime/until.ts'
import type { Random } from '../random.ts'
import { killAndWait, RECOVERY_DEADLINE_MS, rowOf } from '../service-faults.ts'
import { type Stage, type Victim, victims } from './stage.ts'
import { untilEntryStandsAlone } from './worst-moment.ts'

export const faultKinds = ['kill', 'pause', 'restart', 'cut', 'refuse', 'delay', 'hold'] as const
export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  victim: Victim
  kind: FaultKind
  /** How long it lasts; 0 of one that is done at once. */
  lengthMs: number
  /** Of a delay, for each direction. */
  delayMs: number
}

export interface FaultsOptions {
  stage: Stage
  random: Random
  leaseMs: number
  signal: AbortSignal
  say: (line: string) => void
}

const LANES = 2
const CALM_MIN_MS = 500
const CALM_MAX_MS = 4_000
const SHORT_MS = 1_000
const PAUSE_MS = 5_000
/** So much longer than the lease that others have taken over what was under way. */
const BEYOND_LEASE_MS = 3_000
const DELAYS_MS = [20, 200, 1_500]

/** Every kind at every victim once, in an order and with lengths that the generator draws. */
export function drawFaults(random: Random, leaseMs: number): Fault[] {
  const left = victims.flatMap(victim => faultKinds.map(kind => ({ victim, kind })))
  const shuffled = Array.from({ length: left.length }, () => left.splice(random.integer(0, left.length - 1), 1)[0]!)
  return shuffled.map(({ victim, kind }) => {
    const lengthMs = random.pick(lengthsMs[kind](leaseMs))
    return { victim, kind, lengthMs, delayMs: kind === 'delay' ? random.pick(DELAYS_MS) : 0 }
  })
}

const lengthsMs: Record<FaultKind, (leaseMs: number) => number[]> = {
  kill: () => [0],
  pause: leaseMs => [PAUSE_MS, leaseMs + BEYOND_LEASE_MS],
  restart: () => [0],
  cut: () => [0],
  refuse: () => [SHORT_MS, PAUSE_MS],
  delay: () => [PAUSE_MS, 2 * PAUSE_MS],
  hold: leaseMs => [SHORT_MS, PAUSE_MS, leaseMs + BEYOND_LEASE_MS],
}

/** In words: `kafka paused for 18 s`. */
export function wordsOf({ victim, kind, lengthMs, delayMs }: Fault): string {
  const seconds = `for ${lengthMs / 1_000} s`
  const words: Record<FaultKind, string> = {
    kill: 'killed',
    pause: `paused ${seconds}`,
    restart: 'restarted',
    cut: 'connections cut',
    refuse: `connections refused ${seconds}`,
    delay: `delayed by ${delayMs} ms each way ${seconds}`,
    hold: `held back ${seconds}`,
  }
  return `${victim} ${words[kind]}`
}

export interface DoneFault extends Fault {
  /** The API was killed between an entry of the audit log and the operation. */
  atWorstMoment: boolean
}

/** Makes faults until the signal; then the last ones are ended early. Throws when a service does not come back. */
export async function makeFaults(options: FaultsOptions): Promise<DoneFault[]> {
  const done: DoneFault[] = []
  const busy = new Set<Victim>()
  await Promise.all(Array.from({ length: LANES }, () => lane(options, options.random.fork(), busy, done)))
  return done
}

async function lane(options: FaultsOptions, random: Random, busy: Set<Victim>, done: DoneFault[]): Promise<void> {
  const { signal, leaseMs } = options
  let waiting: Fault[] = []
  while (!signal.aborted) {
    await pauseUnless(signal, random.integer(CALM_MIN_MS, CALM_MAX_MS))
    if (signal.aborted) return
    if (waiting.length === 0) waiting = drawFaults(random, leaseMs)
    const index = waiting.findIndex(({ victim }) => !busy.has(victim))
    if (index < 0) continue
    const [fault] = waiting.splice(index, 1)
    busy.add(fault!.victim)
    options.say(wordsOf(fault!))
    const atWorstMoment = (await acts[fault!.kind](options.stage, fault!, signal)) === true
    if (atWorstMoment) options.say('api was killed between an entry of the audit log and its operation')
    done.push({ ...fault!, atWorstMoment })
    busy.delete(fault!.victim)
  }
}

const pauseUnless = (signal: AbortSignal, ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {})

/** True: at the worst moment. */
type Act = (stage: Stage, fault: Fault, signal: AbortSignal) => Promise<unknown>

const acts: Record<FaultKind, Act> = {
  kill: async (stage, { victim }) => {
    const { control } = stage
    await untilReady(control, victim)
    const atWorstMoment = victim === 'api' && (await untilEntryStandsAlone(stage))
    await killAndWait(control, victim)
    return atWorstMoment
  },
  pause: async ({ control }, { victim, lengthMs }, signal) => {
    await untilReady(control, victim)
    await control.pause(victim)
    await pauseUnless(signal, lengthMs)
    await control.resume(victim)
  },
  restart: async ({ control }, { victim }) => {
    await control.stop(victim)
    await control.start(victim)
  },
  cut: async ({ proxies }, { victim }) => void proxies[victim].cut(),
  refuse: (stage, fault, signal) => inWeather(stage, fault, { kind: 'refuse' }, signal),
  delay: (stage, fault, signal) => inWeather(stage, fault, { kind: 'delay', delayMs: fault.delayMs }, signal),
  hold: (stage, fault, signal) => inWeather(stage, fault, { kind: 'hold' }, signal),
}

async function inWeather(
  { proxies }: Stage,
  { victim, lengthMs }: Fault,
  weather: Stage['proxies'][Victim]['weather'],
  signal: AbortSignal,
): Promise<void> {
  proxies[victim].weather = weather
  await pauseUnless(signal, lengthMs)
  proxies[victim].weather = { kind: 'calm' }
}

const untilReady = (control: Stage['control'], victim: Victim) =>
  until(async () => (await rowOf(control, victim)).state === 'ready', {
    what: `${victim} to be ready`,
    deadlineMs: RECOVERY_DEADLINE_MS,
  })
