/** A whole soak: what the machine can do, half of that for as long as was asked, and what has grown meanwhile. */
import type { FoundSystem } from '../../operate/find-system.ts'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import { beginRun, type Origin } from '../bench/machine.ts'
import type { OpenLoopResult } from '../overload/open-loop.ts'
import { growthsOf, type Judgement, judge, type Sample } from './judge-series.ts'
import { LEFT_OUT, REFUSED, RIGHT } from './outcomes.ts'
import { sampleDuring } from './sampling.ts'
import { send } from './sender-client.ts'
import { type SystemWatch, watchSystem } from './watch-system.ts'

export interface SoakSettings {
  /** Of the load. */
  lengthMs: number
  seed: number
  /** In place of half of what the machine can do. */
  flowsPerSecond?: number | undefined
}

export interface SoakResult extends Origin {
  soak: true
  settings: SoakSettings
  /** Of the time, that was left out of the judgement. */
  warmupMs: number
  samples: number
  peakFlowsPerSecond: number
  load: Omit<OpenLoopResult, 'bySecond'>
  requestsPerSecond: number
  judgement: Judgement
  books: { invariants: number; broken: string[]; pending: number; payments: number }
  problems: string[]
}

/** The longest wait between two samples; a short run has as many of them. */
const SAMPLE_MS_MAX = 15_000
const SAMPLES_MIN = 80
const SAMPLE_MS_MIN = 500
const WARMUP_SHARE = 0.25
/** Jobs run once a minute: over less, a rate shows which jobs it met. */
const RATE_MS_MAX = 60_000

const PEAK_SECONDS_MAX = 15
const PEAK_CONCURRENCY = 32
const LOAD_SHARE = 0.5
/** Twenty minutes at more would fill disks, and take long to verify. */
const FLOWS_PER_SECOND_MAX = 150
const UNDER_WAY_MAX = 256
/** Of flows that were left out or refused. More would be another load than half; a few are what others on the machine make of a second. */
const NOT_DONE_SHARE_MAX = 0.02
const MISSED_MAX = 3
const SETTLE_MS = 180_000

export async function runSoak(
  system: FoundSystem,
  settings: SoakSettings,
  say: (line: string) => void,
): Promise<SoakResult> {
  const end = beginRun()
  const { lengthMs } = settings
  const peakFlowsPerSecond = await measurePeak(system, settings)
  const perSecond = settings.flowsPerSecond ?? Math.min(peakFlowsPerSecond * LOAD_SHARE, FLOWS_PER_SECOND_MAX)
  say(
    `${peakFlowsPerSecond.toFixed(1)} flows/s at most; now ${perSecond.toFixed(1)}/s for ${minutes(lengthMs)} minutes`,
  )
  const watch = await watchSystem(system)
  try {
    const seen = await load(system, settings, perSecond, watch, say)
    const warmupMs = lengthMs * WARMUP_SHARE
    const judgement = judge(seen.samples, { warmupMs, rateMs: Math.min(RATE_MS_MAX, lengthMs / 10) })
    const books = await verifyBooks(system, say)
    const { bySecond: _, ...loaded } = seen.result
    return {
      soak: true,
      ...(await end(system.databaseUrl)),
      ...{ settings, warmupMs, samples: seen.samples.length, peakFlowsPerSecond },
      load: loaded,
      requestsPerSecond: requestsPerSecondIn(seen.samples),
      ...{ judgement, books },
      problems: [
        ...loadProblems(loaded),
        ...seen.problems,
        ...watch.restarts().map(name => `${name} had to be started again`),
        ...growthsOf(judgement),
        ...judgement.untold.map(name => `too few samples to tell: ${name}`),
        ...books.broken.map(name => `invariant broken: ${name}`),
        ...(books.pending > 0 ? [`${books.pending} findings are pending`] : []),
      ],
    }
  } finally {
    await watch.close()
  }
}

const minutes = (ms: number): string => (ms / 60_000).toFixed(ms < 60_000 ? 1 : 0)

/** Also warms everything up. */
async function measurePeak({ apiUrl }: FoundSystem, { lengthMs, seed }: SoakSettings): Promise<number> {
  const seconds = Math.min(PEAK_SECONDS_MAX, lengthMs / 4_000)
  const order = { origin: apiUrl, seed, runId: newRunId('peak'), concurrency: PEAK_CONCURRENCY }
  const { flowsPerSecond } = await send({ kind: 'peak', ...order, seconds, warmupSeconds: seconds })
  if (flowsPerSecond === 0) throw new Error('no flow was answered as it should be')
  return flowsPerSecond
}

/** Keys are kept for good, and a system may be soaked twice. */
const newRunId = (name: string): string => `soak-${name}-${Date.now().toString(36)}`

interface Seen {
  result: OpenLoopResult
  samples: Sample[]
  problems: string[]
}

async function load(
  { apiUrl }: FoundSystem,
  { lengthMs, seed }: SoakSettings,
  perSecond: number,
  watch: SystemWatch,
  say: (line: string) => void,
): Promise<Seen> {
  const samples: Sample[] = []
  const missed: string[] = []
  let alarms: Record<string, number> = {}
  const paced = send({
    kind: 'pace',
    ...{ origin: apiUrl, seed, perSecond, underWayMax: UNDER_WAY_MAX },
    runId: newRunId('pace'),
    seconds: lengthMs / 1_000,
  })
  const { result } = await sampleDuring(paced, {
    everyMs: Math.max(Math.min(SAMPLE_MS_MAX, lengthMs / SAMPLES_MIN), SAMPLE_MS_MIN),
    take: async () => {
      const { readings, totals, alarms: now } = await watch.read()
      alarms = now
      return { readings, totals }
    },
    taken: sample => {
      samples.push(sample)
      if (samples.length % 8 === 0) say(progressLine(sample))
    },
    missed: error => missed.push(error.message),
  })
  return {
    result,
    samples,
    problems: [
      ...Object.entries(alarms).map(([name, value]) => `${name} is ${value}`),
      ...(missed.length > MISSED_MAX ? [`${missed.length} samples could not be taken: ${missed[0]}`] : []),
    ],
  }
}

function progressLine({ atMs, readings }: Sample): string {
  const of = (kind: string, name: string) =>
    readings.find(reading => reading.kind === kind && reading.of === name)?.value.toFixed(0) ?? 'n/a'
  return (
    `${(atMs / 60_000).toFixed(1)} min: API ${of('memory', 'api')} MB resident, ${of('handles', 'api')} handles; ` +
    `${of('waiting', 'events in the outbox')} events and ${of('waiting', 'pending operations')} operations wait`
  )
}

function requestsPerSecondIn(samples: readonly Sample[]): number {
  const counted = samples.flatMap(({ atMs, totals }) => (totals ? [{ atMs, requests: totals.requests }] : []))
  const [first, last] = [counted[0], counted.at(-1)]
  if (first === undefined || last === undefined || last.atMs === first.atMs) return 0
  return ((last.requests - first.requests) * 1_000) / (last.atMs - first.atMs)
}

export function loadProblems({ sent, outcomes }: Pick<OpenLoopResult, 'sent' | 'outcomes'>): string[] {
  const countOf = (outcome: string) => outcomes[outcome]?.count ?? 0
  const notDone = countOf(LEFT_OUT) + countOf(REFUSED)
  const wrong = Object.entries(outcomes).filter(([outcome]) => ![RIGHT, LEFT_OUT, REFUSED].includes(outcome))
  return [
    ...(countOf(RIGHT) === 0 ? ['nothing was answered as it should be'] : []),
    ...(notDone > sent * NOT_DONE_SHARE_MAX
      ? [`${notDone} of ${sent} flows were left out or refused: the machine did not keep up`]
      : []),
    ...wrong.map(([outcome, { count }]) => `${count} × ${outcome}`),
  ]
}

async function verifyBooks(system: FoundSystem, say: (line: string) => void): Promise<SoakResult['books']> {
  say('verifying the books')
  const report = await verify(system, { ...defaultOptions, settleMs: SETTLE_MS })
  const broken = report.results.filter(({ ok }) => !ok).map(({ name }) => name)
  return { invariants: report.results.length, broken, pending: report.pending, payments: report.figures.payments }
}
