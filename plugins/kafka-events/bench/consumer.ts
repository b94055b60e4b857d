/** A process that consumes: the fixture service under `serverless offline`, or the bare loop; what it tells while it runs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type CpuSeconds, cpuSecondsBetween, readCpuSeconds } from './cpu.ts'
import { freePorts } from './free-ports.ts'
import type { Settings } from './settings.ts'

export const variants = ['plugin', 'bare', 'raw'] as const
/** The plugin; a loop that builds AWS's event by itself; a loop that hands kafkajs's messages over as they are. */
export type Variant = (typeof variants)[number]
export type HandlerName = 'noop' | 'decode' | 'arrive'

export interface ConsumerOrder {
  brokers: string
  variant: Variant
  handler: HandlerName
  batchSize: number
  topic: string
  groupId: string
  warmUpRecords: number
  records: number
}

export interface Figures {
  seconds: number
  records: number
  calls: number
  commits: number
  /** Of the consuming process, all threads. */
  cpuSeconds: number
}

export interface Measured {
  figures: Figures
  /** Since its start: warm-up and all. */
  handled: number
  checksum: number
  /** Empty unless the handler is `arrive`. */
  latenciesMs: number[]
  /** Of the others, in the same time. */
  otherCpuSeconds: CpuSeconds
  firstRecord: Record<string, unknown> | undefined
}

type Message =
  | { kind: 'first'; record: Record<string, unknown> }
  | { kind: 'begun' }
  | ({ kind: 'measured' } & Pick<Measured, 'figures' | 'handled' | 'checksum' | 'latenciesMs'>)
  | { kind: 'excess'; records: number }

export interface Consumer {
  /** Rejects when it ends before all records are handled, or takes too long. */
  measured: Promise<Measured>
  /** Ends it in an orderly way. Says what must not be: a bad exit code, records handled again. */
  stop(): Promise<string[]>
}

const folder = join(import.meta.dirname, 'fixture')
const requireHere = createRequire(import.meta.url)
const MEASURE_DEADLINE_MS = 180_000
const STOP_DEADLINE_MS = 15_000
const OUTPUT_SHOWN = 2000

const running = new Set<ChildProcess>()

/** For a run that is called off. */
export function killConsumers(): void {
  for (const child of running) child.kill('SIGKILL')
}

export async function startConsumer(order: ConsumerOrder, settings: Settings): Promise<Consumer> {
  const child = await launch(order, settings)
  running.add(child)
  const exited = new Promise<number | null>(done => child.once('exit', code => done(code)))
  void exited.then(() => running.delete(child))
  let output = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => (output += chunk))
  let excess = 0
  child.on('message', (message: Message) => {
    if (message.kind === 'excess') excess += message.records
  })
  const shown = () => (output === '' ? '' : `; it wrote:\n${output.slice(-OUTPUT_SHOWN)}`)
  const measured = untilMeasured(child, exited, settings).catch(error => {
    child.kill('SIGKILL')
    throw new Error(`${order.variant}: ${error.message}${shown()}`)
  })
  // Reported where it is awaited.
  measured.catch(() => {})
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
    const code = await exited
    clearTimeout(late)
    const problems = code === 0 ? [] : [`it ended with exit code ${code}${shown()}`]
    return excess === 0 ? problems : [...problems, `${excess} records were handled after the last one`]
  }
  return { measured, stop }
}

function untilMeasured(child: ChildProcess, exited: Promise<unknown>, { brokerPid }: Settings): Promise<Measured> {
  const { promise, resolve, reject } = Promise.withResolvers<Measured>()
  const late = setTimeout(
    () => reject(new Error(`not done after ${MEASURE_DEADLINE_MS / 1000} s`)),
    MEASURE_DEADLINE_MS,
  )
  let firstRecord: Measured['firstRecord']
  let begun: CpuSeconds = {}
  child.on('message', (message: Message) => {
    if (message.kind === 'first') firstRecord = message.record
    if (message.kind === 'begun') begun = readCpuSeconds(brokerPid)
    if (message.kind !== 'measured') return
    const { figures, handled, checksum, latenciesMs } = message
    const otherCpuSeconds = cpuSecondsBetween(begun, readCpuSeconds(brokerPid))
    resolve({ figures, handled, checksum, latenciesMs, otherCpuSeconds, firstRecord })
  })
  void exited.then(code => reject(new Error(`it ended with exit code ${code} before all was handled`)))
  return promise.finally(() => clearTimeout(late))
}

async function launch(order: ConsumerOrder, { plugin, profileFolder }: Settings): Promise<ChildProcess> {
  const [httpPort, lambdaPort] = await freePorts(2)
  const isPlugin = order.variant === 'plugin'
  const serverless = requireHere.resolve('serverless/bin/serverless.js')
  const args = isPlugin
    ? [serverless, 'offline', 'start', '--useInProcess']
    : [join(import.meta.dirname, 'bare-loop.ts')]
  const handler =
    order.variant === 'raw' ? `raw${order.handler[0]!.toUpperCase()}${order.handler.slice(1)}` : order.handler
  return spawn(process.execPath, [...profileOptions(order, profileFolder), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      // A test runner's own flags are not for it.
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning',
      NODE_ENV: 'development',
      NO_COLOR: '1',
      SLS_LOG_LEVEL: 'warning',
      SLS_TELEMETRY_DISABLED: '1',
      SLS_NOTIFICATIONS_MODE: 'off',
      KAFKA_BROKERS: order.brokers,
      BENCH_PLUGIN: resolve(plugin),
      BENCH_HTTP_PORT: String(httpPort),
      BENCH_LAMBDA_PORT: String(lambdaPort),
      BENCH_HANDLER: handler,
      BENCH_EVENT: order.variant === 'raw' ? 'raw' : 'aws',
      BENCH_TOPIC: order.topic,
      BENCH_GROUP: order.groupId,
      BENCH_BATCH_SIZE: String(order.batchSize),
      BENCH_WARM_UP_RECORDS: String(order.warmUpRecords),
      BENCH_RECORDS: String(order.records),
    },
  })
}

const profileOptions = ({ variant, handler, batchSize }: ConsumerOrder, profileFolder: string | undefined): string[] =>
  profileFolder === undefined
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${variant}-${handler}-${batchSize}.cpuprofile`]
