/** `npm run bench:kafka-events`: the Kafka plugin's own benchmark on a broker of this run's own. Exit as the benchmark. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readComposeServices } from './local/compose-file.ts'
import { deleteData } from './local/delete-data.ts'
import { fetchKafkaJars, haveKafkaJars } from './local/kafka-jars.ts'
import { nativeServices } from './local/native-services.ts'
import { watchParents } from './local/parent-watch.mjs'
import { type DataFolder, dataFolder, dataRoot, projectRoot, shortPath } from './local/paths.ts'
import { anyFreePort } from './local/ports.ts'
import { identityOf } from './local/process-table.ts'
import { findProgram, type Program, type ProgramName } from './local/programs.ts'
import { removeRunFile, type SystemEnv, writeRunFile } from './local/run-file.ts'
import { releaseLock, takeLock } from './local/starter-lock.ts'
import { SupervisedProcess } from './local/supervised-process.ts'
import { createReporter, StepFailure } from './terminal/output.ts'

const reporter = createReporter()
const stopping = new AbortController()
const benchProgram = join(projectRoot, 'plugins/kafka-events/bench/bench.ts')
const usualLock = join(dataRoot, 'bench-kafka-events-run.lock')

/** `--save` is `--json` with the house's own place. */
function benchArguments(): string[] {
  const file = join(projectRoot, `scripts/lab/results/kafka-events-${new Date().toISOString().slice(0, 10)}.json`)
  return process.argv.slice(2).flatMap(argument => (argument === '--save' ? ['--json', file] : [argument]))
}

function program(name: ProgramName): Program {
  const found = findProgram(name)
  if (found) return found
  throw new StepFailure(`${name} is missing`, { fix: '`npm run doctor` says how to get it' })
}

/** Kafka alone, on free ports. What a killed run leaves behind is found by its run file. */
async function startKafka(folder: DataFolder): Promise<{ kafka: SupervisedProcess; brokers: string }> {
  mkdirSync(folder.logs, { recursive: true })
  const { signal } = stopping
  if (!haveKafkaJars()) await fetchKafkaJars(program('mvn').path, join(folder.logs, 'install.log'), signal)
  const taken = new Set<number>()
  const [port, controllerPort] = [await anyFreePort(taken), await anyFreePort(taken)]
  const brokers = `127.0.0.1:${port}`
  const env = { KAFKA_BROKERS: brokers } as SystemEnv
  const compose = readComposeServices({ ...process.env, KAFKA_PORT: String(port) })
  const spec = await nativeServices.kafka({ folder, compose, env, program, controllerPort, signal })
  const supervisor = identityOf(process.pid)
  const kafka: SupervisedProcess = new SupervisedProcess(spec, {
    changed: () =>
      writeRunFile(folder.runFile, {
        supervisor,
        mode: 'native',
        controlSocket: '',
        stopping: signal.aborted,
        env,
        processes: [kafka.row()],
      }),
    say: text => reporter.note(text),
  })
  cleanUps.push(() => kafka.stop())
  await reporter.step('kafka', async detail => {
    detail(brokers)
    await kafka.start()
  })
  return { kafka, brokers }
}

function runBench(brokers: string, brokerPid: number | undefined): Promise<number> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=TimeoutNegativeWarning', benchProgram, ...benchArguments()],
    {
      stdio: 'inherit',
      env: { ...process.env, KAFKA_BROKERS: brokers, BENCH_BROKER_PID: String(brokerPid ?? '') },
    },
  )
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? 1))
  })
  cleanUps.push(() => endChild(child, exited))
  return exited
}

async function endChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  await exited
}

/** What was started last is stopped first. */
const cleanUps: (() => Promise<void>)[] = []
let closing: Promise<void> | undefined

function close(): Promise<void> {
  stopping.abort()
  closing ??= (async () => {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp().catch(error => reporter.failure(error))
  })()
  return closing
}

function closeOnSignals(): void {
  const end = (code: number) => () => void close().finally(() => process.exit(code))
  process.once('SIGINT', end(130))
  process.once('SIGTERM', end(143))
  process.once('SIGHUP', end(143))
  watchParents(end(143))
}

async function main(): Promise<number> {
  const args = process.argv.slice(2)
  // Nothing is measured: no broker is needed.
  if (args.some(argument => ['--help', '--from'].includes(argument.split('=')[0]!))) return runBench('', undefined)
  const folder = takeLock(usualLock)
    ? dataFolder(`bench-kafka-events-${process.pid}`)
    : dataFolder('bench-kafka-events')
  cleanUps.push(async () => {
    if (folder.name === 'bench-kafka-events') releaseLock(usualLock)
    removeRunFile(folder.runFile)
  })
  await deleteData(folder, reporter)
  const { kafka, brokers } = await startKafka(folder)
  const code = await runBench(brokers, kafka.row().pid)
  await close()
  if (code === 0) await deleteData(folder, reporter)
  else reporter.note(`kept for a look: ${shortPath(folder.logs)}/`)
  return code
}

closeOnSignals()
main().then(
  code => (stopping.signal.aborted && closing ? closing.then(() => process.exit(code)) : process.exit(code)),
  async error => {
    await close()
    reporter.failure(error)
    process.exit(1)
  },
)
