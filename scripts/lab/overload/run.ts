/**
 * Two overloads and what the product does with them: twice the requests that it can serve at full speed, and five times those that it
 * can serve while the acquirer takes three seconds. Afterwards every answer is held against the database.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { defaultOptions, verify } from '../../operate/verify/settle.ts'
import { openBooks } from '../bench/books.ts'
import { beginRun, type Origin } from '../bench/machine.ts'
import { percentilesOf } from '../bench/percentiles.ts'
import type { Stage } from '../bench/stage.ts'
import type { OpenLoopResult } from './open-loop.ts'
import type { SendOrder, SendReport } from './sender.ts'

export interface OverloadSettings {
  /** Of each overload. */
  seconds: number
  seed: number
}

export interface Overload {
  name: string
  /** Authorizes a second that were answered 201 without an overload, as many at once as there are places. */
  peakPerSecond: number
  load: OpenLoopResult
  /** Those answered 201 within the overload's time. */
  goodputPerSecond: number
  /** After the overload, at half the peak: seconds until no request was refused any more. */
  recoverySeconds: number
  /** Milliseconds, of a list of payments every 100 ms meanwhile. */
  readMsP99: number
  /** Answers that differ from the database. */
  lost: string[]
}

export interface OverloadResult extends Origin {
  settings: OverloadSettings
  overloads: Overload[]
  invariants: { ok: number; broken: string[] }
  problems: string[]
}

const WARMUP_SECONDS = 5
const AFTER_SECONDS = 8
const READ_EVERY_MS = 100
const SETTLE_MS = 180_000
/** The sender shares the machine: later than this it measured itself. */
const LATE_MS_MAX = 50

const cases = [
  { name: 'full speed, twice the peak', paymentMethod: 'tok_approve', factor: 2, concurrency: 32 },
  { name: 'slow acquirer (3 s), five times the peak', paymentMethod: 'tok_slow', factor: 5, concurrency: 64 },
] as const

export async function runOverload(
  stage: Stage,
  settings: OverloadSettings,
  say: (line: string) => void,
): Promise<OverloadResult> {
  const end = beginRun()
  const books = await openBooks(stage.system.databaseUrl, stage.system.brokers)
  const overloads: Overload[] = []
  try {
    const context = { stage, settings, database: books.database, say }
    say('warming up')
    await closedLoop(context, { paymentMethod: 'tok_approve', concurrency: 32, seconds: WARMUP_SECONDS })
    for (const each of cases) overloads.push(await overload(context, each))
  } finally {
    await books.close()
  }
  const report = await verify(stage.system, { ...defaultOptions, settleMs: SETTLE_MS })
  const broken = report.results.filter(({ ok }) => !ok).map(({ name }) => name)
  return {
    ...(await end(stage.system.databaseUrl)),
    settings,
    overloads,
    invariants: { ok: report.results.length - broken.length, broken },
    problems: [...overloads.flatMap(problemsOf), ...broken.map(name => `invariant broken: ${name}`)],
  }
}

interface Context {
  stage: Stage
  settings: OverloadSettings
  database: Connection
  say: (line: string) => void
}

async function overload(context: Context, { name, paymentMethod, factor, concurrency }: (typeof cases)[number]) {
  const { settings, say } = context
  const peakPerSecond = await closedLoop(context, { paymentMethod, concurrency, seconds: settings.seconds / 2 })
  say(`${name}: peak ${peakPerSecond.toFixed(1)}/s`)
  const send = (perSecond: number, seconds: number) => openLoopOf(context, { perSecond, seconds, paymentMethod })
  const reads = readProbe(context.stage.system.apiUrl)
  const { result: load, runId } = await send(peakPerSecond * factor, settings.seconds)
  const readMsP99 = await reads.end()
  const after = await send(peakPerSecond / 2, AFTER_SECONDS)
  const lost = [
    ...(await differences(context.database, runId, load)),
    ...(await differences(context.database, after.runId, after.result)),
  ]
  const goodputPerSecond = acceptedWithin(load) / settings.seconds
  return { name, peakPerSecond, load, goodputPerSecond, recoverySeconds: recoveryOf(after.result), readMsP99, lost }
}

const acceptedWithin = ({ bySecond, seconds }: OpenLoopResult): number =>
  bySecond.slice(0, seconds).reduce((sum, second) => sum + (second['201'] ?? 0), 0)

/** The seconds after which only 201 came. */
const recoveryOf = ({ bySecond }: OpenLoopResult): number =>
  bySecond.findLastIndex(second => Object.keys(second).some(outcome => outcome !== '201')) + 1

/** Authorizes a second that are answered 201, so many at a time. */
async function closedLoop(
  { stage, settings }: Context,
  { paymentMethod, concurrency, seconds }: { paymentMethod: string; concurrency: number; seconds: number },
): Promise<number> {
  const { requests, seconds: measured } = await stage.generator.run({
    target: { kind: 'http', origin: stage.system.apiUrl },
    unit: 'authorize',
    paymentMethod,
    concurrency,
    warmupMs: 1_000,
    durationMs: seconds * 1_000,
    seed: settings.seed,
    runId: newRunId(),
  })
  return requests / measured
}

async function openLoopOf(
  { stage, settings }: Context,
  { perSecond, seconds, paymentMethod }: { perSecond: number; seconds: number; paymentMethod: string },
): Promise<{ result: OpenLoopResult; runId: string }> {
  const runId = newRunId()
  const child = fork(join(import.meta.dirname, 'sender.ts'), { stdio: 'inherit' })
  try {
    const origin = stage.system.apiUrl
    child.send({ origin, perSecond, seconds, seed: settings.seed, runId, paymentMethod } satisfies SendOrder)
    const ended = once(child, 'exit').then((): never => {
      throw new Error('the sender ended')
    })
    const [report] = (await Promise.race([once(child, 'message'), ended])) as [SendReport]
    if (report.kind === 'failed') throw new Error(`the sender failed: ${report.message}`)
    return { result: report.result, runId }
  } finally {
    child.kill()
  }
}

let runs = 0
const newRunId = (): string => `over-${Date.now().toString(36)}-${runs++}`

/** A list of payments again and again: a slow acquirer must not stop those who only read. */
function readProbe(apiUrl: string): { end(): Promise<number> } {
  const times: number[] = []
  let isOver = false
  const work = (async () => {
    while (!isOver) {
      const startedMs = performance.now()
      await fetch(`${apiUrl}/payments?merchantId=bench-00&limit=10`).then(answer => answer.text())
      times.push(performance.now() - startedMs)
      await sleep(READ_EVERY_MS)
    }
  })()
  return {
    end: async () => {
      isOver = true
      await work
      return percentilesOf(times)?.p99 ?? 0
    },
  }
}

/** What callers were told, and what the database says of their keys. A refused key must not be there. */
async function differences(database: Connection, runId: string, { outcomes }: OpenLoopResult): Promise<string[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    `SELECT o.state, COUNT(*) AS count FROM payment_operation o
     WHERE o.idempotency_key LIKE ? AND o.kind = 'authorize' GROUP BY o.state`,
    [`${runId}-%`],
  )
  const inDatabase = (state: string): number => Number(rows.find(row => row.state === state)?.count ?? 0)
  const told = (is: (outcome: string) => boolean): number =>
    Object.entries(outcomes).reduce((sum, [outcome, { count }]) => sum + (is(outcome) ? count : 0), 0)
  const accepted = told(outcome => outcome === '201')
  // Begun, and its caller was not told how it ended.
  const open = told(outcome => outcome.startsWith('503 OUTCOME_UNKNOWN') || outcome.startsWith('no answer'))
  const all = rows.reduce((sum, row) => sum + Number(row.count), 0)
  return [
    ...(inDatabase('SUCCEEDED') < accepted || inDatabase('SUCCEEDED') > accepted + open
      ? [`${accepted} were told 201 and ${open} nothing final, the database holds ${inDatabase('SUCCEEDED')}`]
      : []),
    ...(all > accepted + open ? [`the database holds ${all} operations, of which ${accepted + open} were begun`] : []),
  ]
}

function problemsOf({ name, load, lost }: Overload): string[] {
  const unexpected = Object.keys(load.outcomes).filter(
    outcome => outcome !== '201' && outcome !== '503 SERVICE_UNAVAILABLE overloaded',
  )
  return [
    ...lost,
    ...unexpected.map(outcome => `${load.outcomes[outcome]!.count} answers ${outcome}`),
    ...(load.lateMs.p99 > LATE_MS_MAX ? [`the sender was late by ${load.lateMs.p99.toFixed(0)} ms (p99)`] : []),
  ].map(problem => `${name}: ${problem}`)
}
