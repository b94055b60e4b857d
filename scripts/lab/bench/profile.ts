/** `npm run bench -- --profile`: where the API's CPU time goes, and what one request costs MariaDB. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectControl } from '../../local/control.ts'
import { apiChild } from '../../local/node-children.ts'
import { projectRoot } from '../../local/paths.ts'
import type { PortPlan } from '../../local/plan-ports.ts'
import { anyFreePort } from '../../local/ports.ts'
import { SupervisedProcess } from '../../local/supervised-process.ts'
import { createRandom } from '../random.ts'
import { type Books, openBooks } from './books.ts'
import { cpuSecondsOf } from './cpu.ts'
import { type CpuProfile, IDLE, type ModuleShare, sharesOf } from './cpu-profile.ts'
import { drawPurchase } from './http-units.ts'
import { connectProfiler } from './inspector.ts'
import { beginRun, type Origin } from './machine.ts'
import { type LoadResult, type Order, type Unit, units } from './order.ts'
import { type BookResult, verifyBooks } from './run.ts'
import { type Counters, countersOf, perUnitWithoutIdle } from './server-counters.ts'
import type { BenchSettings } from './settings.ts'
import type { Stage } from './stage.ts'
import { briefly, openWireTap, type WireTap } from './wire-tap.ts'

export interface ProfileResult extends Origin {
  settings: Pick<BenchSettings, 'seconds' | 'warmupSeconds' | 'seed'> & { concurrency: number }
  /** Times are the thread's: on a busy machine they hold its waits for a core. `cpuSeconds` is the process's CPU time alone, or null. */
  profile: { requests: number; seconds: number; cpuSeconds: number | null; idleMs: number; modules: ModuleShare[] }
  /** Commands of one authorize, each a round trip, in short. */
  commands: string[]
  /** Of one unit: the request alone (Kafka stopped, so that neither relay nor consumer works), and with all that follows. */
  costs: { unit: Unit; kafka: 'stopped' | 'running'; units: number; roundTrips: number; counters: Counters }[]
  /** What the waiting system did by itself a second; taken off above. */
  idlePerSecond: { stopped: Counters; running: Counters }
  books: BookResult
  problems: string[]
}

interface Probe {
  stage: Stage
  settings: ProfileResult['settings']
  tap: WireTap
  books: Books
  problems: string[]
  say: (line: string) => void
}

const IDLE_SECONDS = 12

export async function runProfile(
  stage: Stage,
  settings: BenchSettings,
  say: (line: string) => void,
): Promise<ProfileResult> {
  const end = beginRun()
  const control = connectControl(stage.system.runFile!)
  const tap = await openWireTap(stage.system.databaseUrl)
  stage.onClose(() => tap.close())
  const books = await openBooks(stage.system.databaseUrl, stage.system.brokers)
  stage.onClose(() => books.close())
  const { seconds, warmupSeconds, seed } = settings
  const concurrency = settings.concurrency.includes(32) ? 32 : settings.concurrency[0]!
  const probe: Probe = { stage, settings: { seconds, warmupSeconds, seed, concurrency }, tap, books, problems: [], say }

  await control.stop('api')
  const api = await startProfiledApi(stage, tap.url)
  say('the API runs with an inspector, and with a tap on its way to MariaDB')
  const profile = await takeProfile(probe, api)
  const running = await costsOf(probe, 'running')
  await control.stop('kafka')
  const stopped = await costsOf(probe, 'stopped')
  const commands = await commandsOfOneAuthorize(probe)
  await control.start('kafka')
  const verified = await verifyBooks({ stage, say })
  return {
    ...(await end(stage.system.databaseUrl)),
    settings: probe.settings,
    profile,
    commands,
    costs: [...stopped.costs, ...running.costs],
    idlePerSecond: { stopped: stopped.idlePerSecond, running: running.idlePerSecond },
    books: verified,
    problems: [...probe.problems, ...verified.problems],
  }
}

export interface ProfiledApi {
  log: string
  cpuSeconds(): number | null
  stop(): Promise<void>
}

/** In the place of the system's own, which is held down. It is stopped with the stage at the latest. */
export async function startProfiledApi(
  { system, env, folder, onClose }: Stage,
  databaseUrl: string,
): Promise<ProfiledApi> {
  const ports = { api: Number(new URL(system.apiUrl).port), lambda: await anyFreePort(new Set()) } as PortPlan
  const spec = apiChild(folder, { ...env, DATABASE_URL: databaseUrl }, ports)
  const log = join(folder.logs, 'api-profiled.log')
  const options = `${spec.env.NODE_OPTIONS} --inspect=127.0.0.1:0`
  const say = (text: string) => console.error(`profiled API: ${text}`)
  const api = new SupervisedProcess(
    { ...spec, env: { ...spec.env, NODE_OPTIONS: options }, log },
    { changed: () => {}, say },
  )
  onClose(() => api.stop())
  await api.start()
  return { log, cpuSeconds: () => cpuSecondsOf(api.row().pid), stop: () => api.stop() }
}

let orders = 0

const orderOf = ({ stage, settings }: Probe, unit: Unit): Order => ({
  target: { kind: 'http', origin: stage.system.apiUrl },
  unit,
  concurrency: settings.concurrency,
  warmupMs: settings.warmupSeconds * 1_000,
  durationMs: settings.seconds * 1_000,
  seed: settings.seed + orders,
  runId: `p${settings.seed}-${orders++}`,
})

async function runOrder(probe: Probe, order: Order, moments?: { begins(): void; ends(): void }): Promise<LoadResult> {
  const load = await probe.stage.generator.run(order, moments)
  probe.problems.push(...Object.entries(load.errors).map(([what, count]) => `${count} × ${what}`))
  return load
}

/** Of the measured time of an authorize load. The profiler starts well before: its start alone holds the thread up. */
async function takeProfile(probe: Probe, api: ProfiledApi): Promise<ProfileResult['profile']> {
  const profiler = await connectProfiler(api.log)
  try {
    await runOrder(probe, { ...orderOf(probe, 'authorize'), warmupMs: 0 })
    await profiler.start()
    const { promise: taken, resolve } = Promise.withResolvers<CpuProfile | Promise<CpuProfile>>()
    const cpu: (number | null)[] = []
    const load = await runOrder(probe, orderOf(probe, 'authorize'), {
      begins: () => cpu.push(api.cpuSeconds()),
      ends: () => {
        cpu.push(api.cpuSeconds())
        resolve(profiler.stop())
      },
    })
    const [cpuAtStart = null, cpuAtEnd = null] = cpu
    const cpuSeconds = cpuAtStart === null || cpuAtEnd === null ? null : cpuAtEnd - cpuAtStart
    const shares = sharesOf(await taken, projectRoot, load.seconds)
    const idleMs = shares.find(({ module }) => module === IDLE)?.selfMs ?? 0
    const modules = shares.filter(({ module }) => module !== IDLE)
    return { requests: load.requests, seconds: load.seconds, cpuSeconds, idleMs, modules }
  } finally {
    profiler.close()
  }
}

/** Kafka is stopped or running as the caller says. */
async function costsOf(probe: Probe, kafka: 'stopped' | 'running') {
  if (kafka === 'running') await probe.books.drained()
  const idlePerSecond = await idleCounters(probe)
  probe.say(`Kafka ${kafka}: waiting costs MariaDB ${idlePerSecond.roundTrips?.toFixed(1)} round trips a second`)
  const costs: ProfileResult['costs'] = []
  for (const unit of units) costs.push(await costOf(probe, unit, kafka, idlePerSecond))
  return { idlePerSecond, costs }
}

const countAll = async ({ tap, books }: Probe): Promise<Counters> => ({
  roundTrips: tap.count(),
  ...(await countersOf(books.database)),
})

async function idleCounters(probe: Probe): Promise<Counters> {
  const before = await countAll(probe)
  await sleep(IDLE_SECONDS * 1_000)
  return perUnitWithoutIdle(before, await countAll(probe), IDLE_SECONDS, IDLE_SECONDS)
}

async function costOf(probe: Probe, unit: Unit, kafka: 'stopped' | 'running', idlePerSecond: Counters) {
  const before = await countAll(probe)
  const startedMs = performance.now()
  const load = await runOrder(probe, { ...orderOf(probe, unit), warmupMs: 0 })
  if (kafka === 'running') await probe.books.drained()
  const seconds = (performance.now() - startedMs) / 1_000
  const after = await countAll(probe)
  const { roundTrips, ...counters } = perUnitWithoutIdle(before, after, load.all.units, seconds, idlePerSecond)
  return { unit, kafka, units: load.all.units, roundTrips: roundTrips!, counters }
}

/** Sent alone, after others have warmed everything up. The sweep's look for waiting rows may come between: it is left out. */
async function commandsOfOneAuthorize({ stage, settings, tap, problems }: Probe): Promise<string[]> {
  const purchase = drawPurchase(createRandom(settings.seed), `p${settings.seed}-alone`)
  const seen = tap.record()
  const response = await fetch(`${stage.system.apiUrl}/payments/authorize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(purchase),
  })
  if (response.status !== 201) problems.push(`an authorize alone was answered ${response.status}`)
  await response.text()
  return seen.filter(command => !isBackground(command)).map(briefly)
}

const isBackground = (command: string): boolean => /^SELECT 1 FROM outbox_event|next_attempt_at_ms <=/.test(command)
