import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { StepFailure } from '../terminal/output.ts'
import { anyFreePort } from './ports.ts'
import { identityOf, isAlive, parseStat } from './process-table.ts'
import type { ProcessRow } from './run-file.ts'
import { type ChildSpec, SupervisedProcess } from './supervised-process.ts'

let folder: string
let said: string[]
let running: SupervisedProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervised-'))
  said = []
  running = []
})

afterEach(async () => {
  for (const part of running) await part.stop()
  rmSync(folder, { recursive: true })
})

/** A program that listens on PORT. */
const listener = `
  console.log('listening')
  require('node:net').createServer().listen(Number(process.env.PORT), '127.0.0.1')
`

function probePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(void socket.destroy())).once('error', reject)
  })
}

async function supervise(program: string, changes: Partial<ChildSpec> = {}): Promise<SupervisedProcess> {
  const port = await anyFreePort(new Set())
  const part = new SupervisedProcess(
    {
      name: 'redis',
      command: process.execPath,
      args: ['-e', program],
      env: { ...process.env, NODE_OPTIONS: '', PORT: String(port) },
      port,
      log: join(folder, 'redis.log'),
      probe: () => probePort(port),
      readyDeadlineMs: 30_000,
      stopDeadlineMs: 5_000,
      ...changes,
    },
    { changed() {}, say: text => said.push(text) },
  )
  running.push(part)
  return part
}

async function ready(part: SupervisedProcess, restarts: number): Promise<ProcessRow> {
  const isBack = () => part.row().state === 'ready' && part.row().restarts === restarts
  await until(isBack, { what: `restart ${restarts}` })
  return part.row()
}

describe('a supervised process', () => {
  test('is ready when it answers, with its pid and start time', async () => {
    const part = await supervise(listener)
    await part.start()
    const { pid, startedAt, state } = part.row()
    expect(state).toBe('ready')
    expect(isAlive({ pid: pid!, startedAt: startedAt! })).toBe(true)
  })

  test('that ends while its disk is full waits for room, and then comes back at once', async () => {
    let hasRoom = true
    const part = await supervise(listener, { hasRoom: () => hasRoom })
    await part.start()
    hasRoom = false
    await part.kill()
    await until(() => said.includes('redis waits for room: its disk is full'), { what: 'the wait to be said' })
    expect(part.row()).toMatchObject({ state: 'restarting', restarts: 0, pid: undefined })

    hasRoom = true
    await ready(part, 1)
  })

  test('that waits for room can be stopped', async () => {
    const part = await supervise(listener, { hasRoom: () => false })
    await part.start()
    await part.kill()
    await until(() => said.includes('redis waits for room: its disk is full'), { what: 'the wait to be said' })
    await part.stop()
    expect(part.row()).toMatchObject({ state: 'stopped', restarts: 0 })
  })

  test('that is killed comes back on the same port, and it is said', async () => {
    const part = await supervise(listener)
    await part.start()
    const { pid, port } = part.row()
    await part.kill()
    expect(part.row()).toMatchObject({ state: 'restarting', pid: undefined })

    const again = await ready(part, 1)
    expect(again.pid).not.toBe(pid)
    await probePort(port)
    expect(said[0]).toBe('redis was ended by SIGKILL: starting it again')
    expect(said[1]).toMatch(/^redis is back after .+ \(restart 1\)$/)
  })

  test('that is killed from outside, again and again, comes back each time', async () => {
    const part = await supervise(listener)
    await part.start()
    for (const restarts of [1, 2]) {
      process.kill(part.row().pid!, 'SIGKILL')
      await ready(part, restarts)
    }
  })

  test('that is stopped stays down until it is started', async () => {
    const part = await supervise(listener)
    await part.start()
    const { port } = part.row()
    await part.stop()
    expect(part.row()).toMatchObject({ state: 'stopped', pid: undefined, restarts: 0 })
    await expect(probePort(port)).rejects.toThrow('ECONNREFUSED')

    await part.start()
    expect(part.row().state).toBe('ready')
    expect(said).toEqual([])
  })

  test('that is stopped while it waits to come back stays down', async () => {
    const part = await supervise(listener)
    await part.start()
    await part.kill()
    await part.stop()
    expect(part.row()).toMatchObject({ state: 'stopped', pid: undefined })
  })

  test('that ignores TERM is killed when its time is up', async () => {
    const part = await supervise(`process.on('SIGTERM', () => {}); ${listener}`, { stopDeadlineMs: 100 })
    await part.start()
    const identity = identityOf(part.row().pid!)
    await part.stop()
    expect(isAlive(identity)).toBe(false)
  })

  test('takes its own children with it when it is killed', async () => {
    const childFile = join(folder, 'child-pid')
    const part = await supervise(`
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
      require('node:fs').writeFileSync(${JSON.stringify(childFile)}, String(child.pid))
      ${listener}`)
    await part.start()
    const grandchild = identityOf(Number(readFileSync(childFile, 'utf8')))
    expect(isAlive(grandchild)).toBe(true)
    process.kill(part.row().pid!, 'SIGKILL')
    await until(() => !isAlive(grandchild), { what: 'the end of the grandchild' })
  })
})

/** The state that the system knows of it: T is stopped by a signal. */
const stateOf = (pid: number) => parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).state

describe('a process that is paused', () => {
  async function paused(changes: Partial<ChildSpec> = {}) {
    const part = await supervise(listener, changes)
    await part.start()
    await part.pause()
    return { part, identity: identityOf(part.row().pid!) }
  }

  test('stands still, is said to, and goes on when it is resumed', async () => {
    const { part, identity } = await paused()
    expect(part.row()).toMatchObject({ state: 'paused', pid: identity.pid })
    await until(() => stateOf(identity.pid) === 'T', { what: 'the process to stand still' })
    await part.resume()
    expect(part.row()).toMatchObject({ state: 'ready', pid: identity.pid, restarts: 0 })
    await until(() => stateOf(identity.pid) !== 'T', { what: 'the process to go on' })
    expect(said).toEqual([])
  })

  test('goes on when it is started', async () => {
    const { part, identity } = await paused()
    await part.start()
    expect(part.row()).toMatchObject({ state: 'ready', pid: identity.pid })
  })

  test('can be stopped: it ends in an orderly way', async () => {
    const { part, identity } = await paused({ stopDeadlineMs: 60_000 })
    await part.stop()
    expect(part.row()).toMatchObject({ state: 'stopped', pid: undefined })
    expect(isAlive(identity)).toBe(false)
  })

  test('and then killed comes back', async () => {
    const { part } = await paused()
    await part.kill()
    await ready(part, 1)
    expect(said[0]).toBe('redis was ended by SIGKILL: starting it again')
  })

  test('is not paused twice; one that runs is not resumed, one that is stopped not paused', async () => {
    const { part } = await paused()
    await expect(part.pause()).rejects.toThrow('redis is paused, not ready')
    await part.resume()
    await expect(part.resume()).rejects.toThrow('redis is ready, not paused')
    await part.stop()
    await expect(part.pause()).rejects.toThrow('redis is stopped, not ready')
  })
})

describe('a first start that fails', () => {
  test('says why, what to do, and shows the end of the log', async () => {
    const part = await supervise(`console.error('port is mine'); process.exit(3)`, {
      fixFor: tail => (tail.includes('port is mine') ? 'share' : undefined),
    })
    const failure = await part.start().catch(error => error)
    expect(failure).toBeInstanceOf(StepFailure)
    expect(failure.message).toMatch(/^redis did not start: it exited with code 3 \(after .+\)$/)
    expect(failure.fix).toBe('share')
    expect(failure.log.tail).toEqual(['port is mine'])
    expect(part.row().state).toBe('stopped')
  })

  test('names a program that cannot be run', async () => {
    const part = await supervise('', { command: join(folder, 'no-such-program') })
    await expect(part.start()).rejects.toThrow(/could not be run: .*ENOENT/)
  })

  test('gives up on one that never answers, and leaves no process behind', async () => {
    const part = await supervise('setInterval(() => {}, 1000)', { readyDeadlineMs: 200 })
    const starting = part.start()
    const identity = identityOf(part.row().pid!)
    await expect(starting).rejects.toThrow(/did not answer: .*ECONNREFUSED/)
    expect(isAlive(identity)).toBe(false)
  })
})
