/** Everything that a run needs, on free ports and data of its own: the system, the empty handlers, the load generator. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { deleteData } from '../../local/delete-data.ts'
import { type DataFolder, dataFolder, dataRoot, shortPath } from '../../local/paths.ts'
import { forgetServices } from '../../local/plan-ports.ts'
import { anyFreePort } from '../../local/ports.ts'
import { readRunFile, type SystemEnv } from '../../local/run-file.ts'
import { releaseLock, takeLock } from '../../local/starter-lock.ts'
import { System } from '../../local/system.ts'
import { type FoundSystem, findSystem } from '../../operate/find-system.ts'
import type { Reporter } from '../../terminal/output.ts'
import { closingAfter, type OnClose } from '../closers.ts'
import { cpuSecondsOf } from './cpu.ts'
import { type EmptyHandler, type EmptyService, emptyServices, makeEmptyHandler } from './empty-handler.ts'
import { frontEnvironment } from './front/front-environment.ts'
import { type Generator, startGenerator } from './generator-client.ts'

export interface Stage {
  system: FoundSystem
  env: SystemEnv
  folder: DataFolder
  /** None when nobody asked for one. */
  empties: Partial<Record<EmptyService, EmptyHandler>>
  /** Where the minimal front of each listens; none unless it was asked for. */
  front?: Record<'product' | 'empty', string>
  generator: Generator
  /** CPU seconds so far, by process. */
  cpu(): Record<string, number | null>
  /** What was opened last is closed first. */
  onClose: OnClose
}

const USUAL_LOCK = `${dataRoot}/bench-run.lock`

interface StageNeeds {
  reporter: Reporter
  withEmptyHandlers: boolean
  /** Beside serverless-offline, in the processes of the API and of the empty handler. */
  withFront?: boolean
  /** Services run natively then. */
  mariadbFlags?: readonly string[]
  /** Too large to be kept for a look: of a run that is not good, only the logs stay. */
  isLarge?: boolean
}

/** Runs `work` on a stage of its own, and takes it down again. Its data is kept unless `work` resolves and `isGood` says yes. */
export async function onStage<T>(
  { reporter, withEmptyHandlers, withFront = false, mariadbFlags, isLarge = false }: StageNeeds,
  work: (stage: Stage) => Promise<T>,
  isGood: (result: T) => boolean,
): Promise<T> {
  // Without API_PORT it takes a free one: the machine's usual ports are left alone.
  forgetServices(reporter, 'the benchmark brings its own system', ['API_PORT', 'PAY_RUN_FILE'])
  const folder = takeLock(USUAL_LOCK) ? dataFolder(`bench-${process.pid}`) : dataFolder('bench')
  await deleteData(folder, reporter)
  const services = mariadbFlags === undefined ? 'auto' : 'native'
  const front = withFront ? await frontPorts() : undefined
  const options = {
    data: folder.name,
    services,
    ports: 'free',
    web: false,
    ...(mariadbFlags && { mariadbFlags }),
    ...(front && { detour: { apiEnv: () => frontEnvironment(front.product) } }),
  } as const
  const system = new System(options, reporter)
  let good = false
  return closingAfter(async onClose => {
    onClose(async () => {
      if (good) await deleteData(folder, reporter)
      else keepForALook(folder, isLarge, reporter)
      if (folder.name === 'bench') releaseLock(USUAL_LOCK)
    })
    onClose(() => system.stop())
    await system.start()
    const result = await work(await prepare(system, folder, { withEmptyHandlers, front, onClose }))
    good = isGood(result)
    return result
  })
}

function keepForALook(folder: DataFolder, isLarge: boolean, reporter: Reporter): void {
  if (isLarge)
    for (const part of ['mariadb', 'kafka', 'acquirer', 'bank'])
      rmSync(join(folder.root, part), { recursive: true, force: true })
  const data = isLarge ? '' : `, ${shortPath(folder.root)}/ (data)`
  reporter.note(`kept for a look: ${shortPath(folder.logs)}/ (logs)${data}`)
}

type FrontPorts = Record<'product' | 'empty', number>

async function frontPorts(): Promise<FrontPorts> {
  const taken = new Set<number>()
  return { product: await anyFreePort(taken), empty: await anyFreePort(taken) }
}

interface Preparation {
  withEmptyHandlers: boolean
  front: FrontPorts | undefined
  onClose: OnClose
}

async function prepare(
  system: System,
  folder: DataFolder,
  { withEmptyHandlers, front, onClose }: Preparation,
): Promise<Stage> {
  const empties: Stage['empties'] = {}
  for (const name of withEmptyHandlers ? emptyServices : []) {
    const extraEnv = front && name === 'empty-handler' ? frontEnvironment(front.empty) : undefined
    const empty = await makeEmptyHandler(name, folder, system.env, { extraEnv })
    // Before it starts: a signal may come meanwhile.
    onClose(() => empty.stop())
    await empty.start()
    empties[name] = empty
  }
  const generator = startGenerator()
  onClose(() => generator.stop())
  const found = await findSystem(folder.runFile, process.env)
  return {
    ...{ system: found, env: system.env, folder, empties, generator, onClose },
    ...(front && { front: { product: originAt(front.product), empty: originAt(front.empty) } }),
    cpu: () => cpuOf(folder, empties),
  }
}

const originAt = (port: number): string => `http://127.0.0.1:${port}`

export function cpuOf(folder: DataFolder, empties: Stage['empties']): Record<string, number | null> {
  const rows = readRunFile(folder.runFile)?.processes ?? []
  const { user, system } = process.cpuUsage()
  // Of the two, one waits while the other is measured.
  const both = Object.values(empties)
  return {
    ...Object.fromEntries(rows.map(({ name, pid }) => [name, cpuSecondsOf(pid)])),
    ...(both.length > 0 && { empty: both.reduce((sum, empty) => sum + (cpuSecondsOf(empty.pid()) ?? Number.NaN), 0) }),
    tool: (user + system) / 1e6,
  }
}
