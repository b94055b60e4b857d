/** One side of a comparison: a checkout's own system, started by its own starter. Its API and empty handlers run in its turns only. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../../shared/runtime/until.ts'
import { connectControl } from '../../local/control.ts'
import { tailOf } from '../../local/log-file.ts'
import { type DataFolder, dataFolder, shortPath } from '../../local/paths.ts'
import { namedRunFile, readRunFile } from '../../local/run-file.ts'
import { type FoundSystem, findSystem } from '../../operate/find-system.ts'
import { StepFailure } from '../../terminal/output.ts'
import type { OnClose } from '../closers.ts'
import type { Checkout } from './checkout.ts'
import type { SideName } from './comparison.ts'
import { type EmptyService, makeEmptyHandler } from './empty-handler.ts'
import type { Generator } from './generator-client.ts'
import { cpuOf, type Stage } from './stage.ts'

export type TurnContext = Pick<Stage, 'system' | 'empties' | 'generator' | 'cpu'>

export interface Side {
  system: FoundSystem
  /** Starts the API and the empty handlers anew, and stops them again. */
  turn<T>(work: (context: TurnContext) => Promise<T>): Promise<T>
  /** Whether its own `npm run verify` finds the books right; if not, what it said. */
  verify(): Promise<string | undefined>
}

/** Another commit's starter may have to install its packages first. */
const START_DEADLINE_MS = 600_000

export const folderOf = (name: SideName, { root }: Pick<Checkout, 'root'>): DataFolder =>
  dataFolder(`bench-${name}`, join(root, '.data'))

interface SideNeeds {
  name: SideName
  checkout: Checkout
  generator: Generator
  empties: readonly EmptyService[]
  onClose: OnClose
}

/** The caller knows that nothing runs in its data folder. */
export async function openSide({ name, checkout, generator, empties, onClose }: SideNeeds): Promise<Side> {
  const folder = folderOf(name, checkout)
  await startSystem(checkout, folder, onClose)
  const control = connectControl(folder.runFile)
  const { env } = namedRunFile(folder.runFile)
  const system = await findSystem(folder.runFile, process.env)
  const services: Stage['empties'] = {}
  for (const service of empties) {
    const empty = await makeEmptyHandler(service, folder, env, { root: checkout.root })
    onClose(() => empty.stop())
    services[service] = empty
  }
  const context: TurnContext = { system, empties: services, generator, cpu: () => cpuOf(folder, services) }
  await control.stop('api')
  return {
    system,
    turn: async work => {
      await Promise.all([control.start('api'), ...Object.values(services).map(empty => empty.start())])
      try {
        return await work(context)
      } finally {
        await Promise.all([control.stop('api'), ...Object.values(services).map(empty => empty.stop())])
      }
    },
    verify: async () => {
      await control.start('api')
      return verifyBooks(checkout, folder, onClose)
    },
  }
}

async function startSystem({ root }: Checkout, folder: DataFolder, onClose: OnClose): Promise<void> {
  mkdirSync(folder.logs, { recursive: true })
  const log = join(folder.logs, 'starter.log')
  const starter = runNpmCommand(root, log, 'start', '--data', folder.name, '--ports', 'free', '--no-web')
  onClose(() => end(starter))
  await until(() => !isRunning(starter) || isReady(folder.runFile), {
    what: `the system that logs to ${shortPath(log)}`,
    deadlineMs: START_DEADLINE_MS,
  })
  if (!isRunning(starter))
    throw new StepFailure(`the system of ${shortPath(root)} did not start`, {
      log: { path: shortPath(log), tail: tailOf(log) },
    })
}

async function verifyBooks({ root }: Checkout, folder: DataFolder, onClose: OnClose): Promise<string | undefined> {
  const log = join(folder.logs, 'verify.log')
  const child = runNpmCommand(root, log, 'verify', '--settle', '120', '--run-file', folder.runFile)
  onClose(() => end(child))
  const [code] = await once(child, 'exit')
  return code === 0 ? undefined : tailOf(log, 3).join(' ')
}

/** A group of its own: a terminal's Ctrl-C is ours to pass on, in our order. It ends by itself when we are gone. */
function runNpmCommand(root: string, log: string, ...args: string[]): ChildProcess {
  const file = openSync(log, 'a')
  const child = spawn(process.execPath, [join(root, 'scripts/run.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', file, file],
    detached: true,
  })
  closeSync(file)
  return child
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

const isReady = (runFile: string): boolean =>
  readRunFile(runFile)?.processes.some(part => part.name === 'api' && part.state === 'ready') ?? false

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
