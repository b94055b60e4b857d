/** `npm run bench:kafka-events`: a broker alone, and the plugin's own benchmark against it. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readCommand } from '../../../plugins/kafka-events/bench/settings.ts'
import { readComposeServices } from '../../local/compose-file.ts'
import { deleteData } from '../../local/delete-data.ts'
import { fetchKafkaJars, haveKafkaJars } from '../../local/kafka-jars.ts'
import { nativeServices } from '../../local/native-services.ts'
import { type DataFolder, dataFolder, dataRoot, projectRoot, shortPath } from '../../local/paths.ts'
import { anyFreePort } from '../../local/ports.ts'
import { identityOf } from '../../local/process-table.ts'
import { findProgram, type Program, type ProgramName } from '../../local/programs.ts'
import { removeRunFile, type SystemEnv, writeRunFile } from '../../local/run-file.ts'
import { releaseLock, takeLock } from '../../local/starter-lock.ts'
import { SupervisedProcess } from '../../local/supervised-process.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { createReporter, StepFailure } from '../../terminal/output.ts'
import { closingAfter, type OnClose } from '../closers.ts'
import { resultFile } from '../result-file.ts'

const reporter = createReporter()
const benchProgram = join(projectRoot, 'plugins/kafka-events/bench/bench.ts')
const USUAL_LOCK = join(dataRoot, 'bench-kafka-events-run.lock')

/** The exit code of the benchmark. Throws, before anything is started, when it would refuse one of its flags. */
export async function benchKafkaEvents({ save }: { save?: true | undefined }, flags: string[]): Promise<number> {
  const all = save ? [...flags, '--json', resultFile('kafka-events')] : flags
  const asked = understood(all)
  return closingAfter(async (onClose, signal) => {
    // Nothing is measured: no broker is needed.
    if (asked?.from !== undefined) return runBench(all, {}, onClose)
    const folder = takeLock(USUAL_LOCK)
      ? dataFolder(`bench-kafka-events-${process.pid}`)
      : dataFolder('bench-kafka-events')
    let code = 1
    onClose(async () => {
      removeRunFile(folder.runFile)
      if (code === 0) await deleteData(folder, reporter)
      else reporter.note(`kept for a look: ${shortPath(folder.logs)}/`)
      if (folder.name === 'bench-kafka-events') releaseLock(USUAL_LOCK)
    })
    await deleteData(folder, reporter)
    const { kafka, brokers } = await startKafka(folder, onClose, signal)
    const env = { KAFKA_BROKERS: brokers, BENCH_BROKER_PID: String(kafka.row().pid ?? '') }
    code = await runBench(all, env, onClose)
    return code
  })
}

/** By the benchmark itself, whose flags they are. */
function understood(flags: string[]) {
  try {
    return readCommand(flags, process.env)
  } catch (error) {
    throw new WrongArguments((error as Error).message, { cause: error })
  }
}

function program(name: ProgramName): Program {
  const found = findProgram(name)
  if (found) return found
  throw new StepFailure(`${name} is missing`, { fix: '`npm run doctor` says how to get it' })
}

/** Kafka alone, on free ports. What a killed run leaves behind is found by its run file. */
async function startKafka(
  folder: DataFolder,
  onClose: OnClose,
  signal: AbortSignal,
): Promise<{ kafka: SupervisedProcess; brokers: string }> {
  mkdirSync(folder.logs, { recursive: true })
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
  onClose(() => kafka.stop())
  await reporter.step('kafka', async detail => {
    detail(brokers)
    await kafka.start()
  })
  return { kafka, brokers }
}

function runBench(args: string[], env: NodeJS.ProcessEnv, onClose: OnClose): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', benchProgram, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? 1))
  })
  onClose(async () => {
    child.kill('SIGTERM')
    await exited
  })
  return exited
}
