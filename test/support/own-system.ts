/** Starts a whole system of its own for tests that leave behind what no other test may find, and removes it with its data. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, cpSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deleteData } from '../../scripts/local/delete-data.ts'
import { dataFolder } from '../../scripts/local/paths.ts'
import { type ProcessName, readRunFile } from '../../scripts/local/run-file.ts'
import { createReporter } from '../../scripts/terminal/output.ts'
import { until } from '../../shared/runtime/until.ts'
import { inheritedEnv, isRunning } from './extra-api.ts'
import { readSystem, repositoryFolder, type SystemUnderTest, systemUnderTest } from './system.ts'

export interface OwnSystem {
  system: SystemUnderTest
  /** For tools that want to be told which system, and where its data lies. */
  runFile: string
  stop(): Promise<void>
}

/** A disk for the data folder alone. */
export interface Disk {
  /** Makes the folder, on the disk. */
  mount(folder: string): void
  /** When nothing runs there any more, before the folder is deleted. */
  unmount(folder: string): void
}

const START_DEADLINE_MS = 120_000

/**
 * Runs its services as the system under test runs them: natively or in Docker. With a disk of its own the starter logs there, too. `env`: what
 * its processes inherit besides. `web`: with shop and console.
 */
export async function startOwnSystem(
  name: string,
  disk?: Disk,
  env: NodeJS.ProcessEnv = {},
  { web = false }: { web?: boolean } = {},
): Promise<OwnSystem> {
  const { logsFolder, mode } = systemUnderTest()
  mkdirSync(logsFolder, { recursive: true })
  const folder = dataFolder(`${name}-${process.pid}`)
  disk?.mount(folder.root)
  const logFile = join(disk ? folder.root : logsFolder, `${name}.log`)
  const log = openSync(logFile, 'w')
  const options = ['--data', folder.name, '--ports', 'free', ...(web ? [] : ['--no-web']), `--${mode}`]
  // The starter ends by itself when this process is gone.
  const starter = spawn(process.execPath, [join(repositoryFolder, 'scripts/start.ts'), ...options], {
    cwd: repositoryFolder,
    env: { ...withoutExternals(), ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)

  const stop = async () => {
    if (isRunning(starter)) {
      const ended = once(starter, 'exit')
      starter.kill('SIGTERM')
      await ended
    }
    cpSync(folder.logs, join(logsFolder, name), { recursive: true })
    if (disk) cpSync(logFile, join(logsFolder, `${name}.log`))
    disk?.unmount(folder.root)
    await deleteData(folder, createReporter())
  }
  try {
    await until(() => !isRunning(starter) || isReady(folder.runFile, web ? ['api', 'web'] : ['api']), {
      what: `the system that logs to ${logFile}`,
      deadlineMs: START_DEADLINE_MS,
    })
    if (!isRunning(starter)) throw new Error(`it ended at once:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`)
  } catch (error) {
    await stop()
    throw error
  }
  return { system: readSystem(folder.runFile), runFile: folder.runFile, stop }
}

function isReady(runFile: string, names: ProcessName[]): boolean {
  const parts = readRunFile(runFile)?.processes ?? []
  return names.every(name => parts.some(part => part.name === name && part.state === 'ready'))
}

/** Services and ports that somebody's variables name are not for tests. */
function withoutExternals(): NodeJS.ProcessEnv {
  const external = /^(DATABASE_URL|KAFKA_BROKERS|REDIS_URL|ACQUIRER_URL|BANK_URL|PAY_RUN_FILE|\w+_PORT)$/
  return Object.fromEntries(Object.entries(inheritedEnv()).filter(([name]) => !external.test(name)))
}
