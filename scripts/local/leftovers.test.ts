import { type ChildProcess, spawn } from 'node:child_process'
import { afterEach, describe, expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { leftoversOf, stopLeftovers } from './leftovers.ts'
import { identityOf, isAlive, startedAt } from './process-table.ts'
import type { ProcessRow, RunFile } from './run-file.ts'

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A child in a group of its own that ends on TERM only if it is told to. */
async function startChild(obeys: boolean): Promise<ChildProcess & { pid: number }> {
  const trap = obeys ? '' : "process.on('SIGTERM', () => {});"
  const child = spawn(process.execPath, ['-e', `${trap} setInterval(() => {}, 1000); console.log('up')`], {
    detached: true,
  })
  children.push(child)
  await new Promise(resolve => child.stdout.once('data', resolve))
  return child as ChildProcess & { pid: number }
}

function rowOf(pid: number, started = startedAt(pid)): ProcessRow {
  return { name: 'redis', pid, startedAt: started, port: 1, state: 'ready', restarts: 0 }
}

const runOf = (processes: ProcessRow[]): RunFile => ({
  supervisor: { pid: 1, startedAt: 'long ago' },
  mode: 'native',
  controlSocket: '',
  stopping: false,
  env: {
    DATABASE_URL: '',
    KAFKA_BROKERS: '',
    REDIS_URL: '',
    ACQUIRER_URL: 'http://a',
    BANK_URL: 'http://b',
    API_URL: '',
  },
  processes,
})

describe('leftovers of a killed starter', () => {
  test('are those whose pid still has the start time that was written down', () => {
    const ours = rowOf(process.pid)
    const reused = rowOf(process.pid, 'another boot:1')
    const neverStarted = { ...ours, pid: undefined, startedAt: undefined }
    expect(leftoversOf(runOf([ours, reused, neverStarted]))).toEqual([ours])
  })

  test('are stopped', async () => {
    const child = await startChild(true)
    await stopLeftovers([rowOf(child.pid)])
    expect(isAlive(identityOf(child.pid))).toBe(false)
    await until(() => child.signalCode === 'SIGTERM', { what: 'the exit of the child' })
  })

  test('that were paused are stopped in an orderly way', async () => {
    const child = await startChild(true)
    process.kill(child.pid, 'SIGSTOP')
    await stopLeftovers([rowOf(child.pid)])
    await until(() => child.signalCode === 'SIGTERM', { what: 'the exit of the child' })
  })

  test('that ignore TERM are killed', async () => {
    const child = await startChild(false)
    await stopLeftovers([rowOf(child.pid)], 100)
    await until(() => child.signalCode === 'SIGKILL', { what: 'the exit of the child' })
  })
})
