/** Whatever ends `npm start`, nothing of it stays behind: no process, no port, no run.json. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { deleteData } from '../../scripts/local/delete-data.ts'
import { type DataFolder, dataFolder, projectRoot } from '../../scripts/local/paths.ts'
import { isFree } from '../../scripts/local/ports.ts'
import { isAlive, type ProcessIdentity } from '../../scripts/local/process-table.ts'
import { type RunFile, readRunFile } from '../../scripts/local/run-file.ts'
import { createReporter } from '../../scripts/terminal/output.ts'
import { until } from '../../shared/runtime/until.ts'

const startDeadlineMs = 150_000
const stopDeadlineMs = 60_000

let folder: DataFolder
const started: ChildProcess[] = []

beforeAll(() => {
  folder = dataFolder(`starter-${process.pid}`)
})

afterAll(async () => {
  for (const npm of started) if (npm.exitCode === null && npm.signalCode === null) process.kill(-npm.pid!, 'SIGKILL')
  await deleteData(folder, createReporter({ write() {} }))
}, stopDeadlineMs)

interface Started {
  npm: ChildProcess
  run: RunFile
  output(): string
}

/** `npm start` as a terminal would: in a process group of its own. */
async function npmStart(): Promise<Started> {
  const { PAY_RUN_FILE, NODE_OPTIONS, ...env } = process.env
  const args = ['start', '--', '--data', folder.name, '--ports', 'free', '--no-web']
  const npm = spawn('npm', args, { cwd: projectRoot, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(npm)
  let text = ''
  for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding('utf8').on('data', chunk => (text += chunk))
  await until(() => text.includes('Ready in') || hasEnded(npm), { what: 'npm start', deadlineMs: startDeadlineMs })
  if (hasEnded(npm)) throw new Error(`npm start ended:\n${text}`)
  return { npm, run: readRunFile(folder.runFile)!, output: () => text }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

const identitiesOf = ({ supervisor, processes }: RunFile): ProcessIdentity[] => [
  supervisor,
  ...processes.flatMap(({ pid, startedAt }) => (pid && startedAt ? [{ pid, startedAt }] : [])),
]

const survivors = (run: RunFile) => identitiesOf(run).filter(isAlive)

async function expectNothingLeft(run: RunFile): Promise<void> {
  await until(() => survivors(run).length === 0, { what: 'the end of every process', deadlineMs: stopDeadlineMs })
  await until(() => !existsSync(folder.runFile), { what: 'the end of run.json', deadlineMs: stopDeadlineMs })
  for (const { port } of run.processes) expect(await isFree(port)).toBe(true)
  expect(existsSync(folder.lockFile)).toBe(false)
  expect(existsSync(run.controlSocket)).toBe(false)
}

describe('npm start', () => {
  test(
    'whose starter is killed is cleaned up by the next one, which then works; Ctrl-C ends that one; paused processes too',
    async () => {
      const first = await npmStart()
      expect(survivors(first.run).length).toBeGreaterThan(1)
      await connectControl(folder.runFile).pause('mariadb')
      process.kill(first.run.supervisor.pid, 'SIGKILL')
      await until(() => !isAlive(first.run.supervisor) && hasEnded(first.npm), { what: 'the end of the first npm' })

      const second = await npmStart()
      expect(second.output()).toContain('of a starter that was killed')
      expect(survivors(first.run)).toEqual([])
      expect(readFileSync(`${folder.logs}/mariadb.previous.log`, 'utf8')).toContain('Shutdown complete')
      expect((await fetch(`${second.run.env.API_URL}/health/ready`)).status).toBe(200)
      expect(second.output()).toContain(`${second.run.env.API_URL}/docs`)

      await connectControl(folder.runFile).pause('kafka')
      // A terminal's Ctrl-C: to npm and everything in its group at once.
      process.kill(-second.npm.pid!, 'SIGINT')
      await expectNothingLeft(second.run)
    },
    2 * startDeadlineMs + stopDeadlineMs,
  )

  test(
    "ends when npm's own pid gets TERM, which npm does not pass on; a start beside it is refused, one right after it waits",
    async () => {
      const { npm, run } = await npmStart()
      await expect(npmStart()).rejects.toThrow(`Already running (pid ${run.supervisor.pid})`)
      expect(survivors(run).length).toBe(identitiesOf(run).length)

      process.kill(npm.pid!, 'SIGTERM')
      const next = await npmStart()
      expect(survivors(run)).toEqual([])
      expect(readFileSync(`${folder.logs}/mariadb.previous.log`, 'utf8')).toContain('Shutdown complete')

      process.kill(next.npm.pid!, 'SIGTERM')
      await expectNothingLeft(next.run)
    },
    2 * startDeadlineMs + stopDeadlineMs,
  )
})
