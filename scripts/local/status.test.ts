import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { serveControl } from './control-server.ts'
import { identityOf, type ProcessIdentity } from './process-table.ts'
import { type ProcessRow, type RunFile, writeRunFile } from './run-file.ts'
import { linesOf, systemStatus, useRow } from './status.ts'

let folder: string
const closed: Array<() => void> = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'status-'))
})
afterEach(() => {
  for (const close of closed.splice(0)) close()
  rmSync(folder, { recursive: true })
})

const runFile = () => join(folder, 'run.json')
const here = identityOf(process.pid)
const gone: ProcessIdentity = { pid: process.pid, startedAt: 'long ago' }

function rowOf(name: ProcessRow['name'], identity: ProcessIdentity, state: ProcessRow['state'] = 'ready'): ProcessRow {
  return { name, ...identity, port: 3306, state, restarts: 2 }
}

function runOf(supervisor: ProcessIdentity, processes: ProcessRow[], apiUrl = 'http://127.0.0.1:1'): RunFile {
  return {
    supervisor,
    mode: 'native',
    controlSocket: join(folder, 'control.sock'),
    stopping: false,
    env: {
      DATABASE_URL: 'mysql://d',
      KAFKA_BROKERS: 'k:9092',
      REDIS_URL: 'redis://r',
      ACQUIRER_URL: 'http://a',
      BANK_URL: 'http://b',
      API_URL: apiUrl,
    },
    processes,
  }
}

/** A starter's control socket, and the API that it speaks of. */
async function running(processes: ProcessRow[], readiness?: object): Promise<void> {
  const api = createServer((_, response) => response.end(JSON.stringify(readiness)))
  await new Promise<void>(resolve => api.listen(0, '127.0.0.1', resolve))
  const { port } = api.address() as AddressInfo
  const run = runOf(here, processes, `http://127.0.0.1:${readiness ? port : 1}`)
  const control = await serveControl(run.controlSocket, {
    run: () => run,
    part: () => undefined,
    verify: async () => undefined,
  })
  closed.push(
    () => api.close(),
    () => control.close(),
  )
  writeRunFile(runFile(), run)
}

const dependencies = { mariadb: 'up', kafka: 'up', redis: 'up', acquirer: 'up' }

describe('npm run status', () => {
  test('where nothing runs', async () => {
    const found = await systemStatus(runFile())
    expect(found).toEqual({ state: 'absent', isWell: false, runFile: runFile(), processes: [] })
    expect(linesOf(found).join('\n')).toContain('Nothing is running')
  })

  test('after a starter that was killed: what it left, and nothing that only has the same pid', async () => {
    writeRunFile(runFile(), runOf(gone, [rowOf('mariadb', here), rowOf('kafka', gone)]))
    const found = await systemStatus(runFile())
    expect(found).toMatchObject({ state: 'killed', isWell: false, processes: [{ name: 'mariadb', pid: process.pid }] })
    expect(linesOf(found)[1]).toBe(`  mariadb still runs: pid ${process.pid}, port 3306`)
  })

  test('of a system that is well', async () => {
    await running([rowOf('mariadb', here), rowOf('redis', gone, 'external')], {
      status: 'ok',
      dependencies,
      problems: [],
    })
    const found = await systemStatus(runFile())
    expect(found).toMatchObject({
      state: 'running',
      isWell: true,
      services: 'native',
      env: { DATABASE_URL: 'mysql://d' },
      starter: { pid: process.pid },
      processes: [
        { name: 'mariadb', restarts: 2 },
        { name: 'redis', state: 'external' },
      ],
      api: { httpStatus: 200, status: 'ok', dependencies },
    })
    expect(found.starter!.memoryBytes).toBeGreaterThan(0)
    expect(linesOf(found).at(-1)).toBe('/health/ready: 200 ok: mariadb up, kafka up, redis up, acquirer up')
  })

  test('of a system that is degraded names what is wrong', async () => {
    const problems = [{ kind: 'disk_full', message: 'make\u001b[2J room', since: null }]
    await running([rowOf('mariadb', here)], { status: 'degraded', dependencies, problems })
    const found = await systemStatus(runFile())
    expect(found.isWell).toBe(false)
    expect(linesOf(found).at(-1)).toBe('  ! make\\u{1b}[2J room')
  })

  test('with a part that is paused is not well', async () => {
    await running([rowOf('mariadb', here, 'paused')], { status: 'ok', dependencies, problems: [] })
    expect((await systemStatus(runFile())).isWell).toBe(false)
  })

  test('of a system whose API does not answer', async () => {
    await running([rowOf('mariadb', here)])
    const found = await systemStatus(runFile())
    expect(found).toMatchObject({ isWell: false, api: { error: expect.any(String) } })
    expect(linesOf(found).at(-1)).toContain('/health/ready: no answer (')
  })
})

test('--memory says CPU of the time that passed, and nothing of a part that has gone', () => {
  const use = { rssBytes: 3_145_728, pssBytes: 2_097_152, cpuMs: 100 }
  expect(useRow('api', use, { ...use, cpuMs: 350 }, 5_000)).toEqual(['api', '3 MB', '2 MB', '5.0 %'])
  expect(useRow('api', use, undefined, 5_000)).toEqual(['api', '', '', ''])
})
