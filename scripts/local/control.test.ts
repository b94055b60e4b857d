import { mkdtempSync, rmSync, statSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { verifyStarterAt } from '../../shared/runtime/verify-starter.ts'
import { type Control, connectControl } from './control.ts'
import { serveControl } from './control-server.ts'
import { type ProcessName, type ProcessRow, type RunFile, writeRunFile } from './run-file.ts'
import type { SystemPart } from './supervised-process.ts'

let folder: string
let server: Server
let control: Control
let calls: string[]

const RUN = 'vrf_01M81Y5M2N7C4X9QK8R3HW6B1D'
const REFUSED_RUN = 'vrf_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'

function fakePart(name: ProcessName, state: ProcessRow['state']): SystemPart {
  const record = (what: string) => async () => {
    calls.push(`${what} ${name}`)
    if (name === 'web' && what === 'start') throw new Error('web did not start')
  }
  const row = (): ProcessRow => ({ name, port: 1, state, restarts: 0 })
  return {
    name,
    row,
    start: record('start'),
    stop: record('stop'),
    kill: record('kill'),
    pause: record('pause'),
    resume: record('resume'),
    killNow: record('killNow'),
  }
}

beforeEach(async () => {
  calls = []
  folder = mkdtempSync(join(tmpdir(), 'control-'))
  const controlSocket = join(folder, 'sockets/control.sock')
  const parts = [fakePart('kafka', 'ready'), fakePart('redis', 'external'), fakePart('web', 'stopped')]
  const run: RunFile = {
    supervisor: { pid: 1, startedAt: 'x' },
    mode: 'native',
    controlSocket,
    stopping: false,
    env: {
      DATABASE_URL: 'd',
      KAFKA_BROKERS: 'k',
      REDIS_URL: 'r',
      ACQUIRER_URL: 'http://a',
      BANK_URL: 'http://b',
      API_URL: 'a',
    },
    processes: parts.map(part => part.row()),
  }
  server = await serveControl(controlSocket, {
    run: () => run,
    part: name => parts.find(part => part.name === name),
    verify: async runId => {
      calls.push(`verify ${runId}`)
      if (runId === REFUSED_RUN) throw new Error('nothing is begun any more')
    },
  })
  writeRunFile(join(folder, 'run.json'), run)
  control = connectControl(join(folder, 'run.json'))
})

afterEach(async () => {
  await new Promise(resolve => server.close(resolve))
  rmSync(folder, { recursive: true })
})

describe('the control socket', () => {
  test('says what runs', async () => {
    expect((await control.status()).processes.map(row => row.name)).toEqual(['kafka', 'redis', 'web'])
  })

  test('stops, starts, kills, pauses and resumes one part, and answers with its row', async () => {
    expect(await control.stop('kafka')).toMatchObject({ name: 'kafka', state: 'ready' })
    await control.start('kafka')
    await control.kill('kafka')
    await control.pause('kafka')
    await control.resume('kafka')
    expect(calls).toEqual(['stop kafka', 'start kafka', 'kill kafka', 'pause kafka', 'resume kafka'])
  })

  test("does not touch somebody else's service", async () => {
    await expect(control.stop('redis')).rejects.toThrow("redis is somebody else's")
    expect(calls).toEqual([])
  })

  test('passes a failure on in words', async () => {
    await expect(control.start('web')).rejects.toThrow('web did not start')
  })

  test('refuses what it does not know', async () => {
    await expect(control.stop('mariadb')).rejects.toThrow('no such request: POST /stop/mariadb')
  })

  test('begins a verification for the API, and passes a refusal on', async () => {
    const starter = verifyStarterAt(join(folder, 'sockets/control.sock'))
    await starter.start(RUN)
    await expect(starter.start(REFUSED_RUN)).rejects.toThrow('the starter does not begin it')
    await expect(starter.start('vrf_1; rm')).rejects.toThrow()
    expect(calls).toEqual([`verify ${RUN}`, `verify ${REFUSED_RUN}`])
  })

  test('is for this user only', () => {
    expect(statSync(join(folder, 'sockets/control.sock')).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'sockets')).mode & 0o777).toBe(0o700)
  })
})

test('a starter that was killed is named, and what to do next', async () => {
  await new Promise(resolve => server.close(resolve))
  await expect(control.stop('kafka')).rejects.toThrow('the starter does not answer; `npm run status`')
})

test('without a run.json there is nothing to control', () => {
  expect(() => connectControl(join(folder, 'none.json'))).toThrow('nothing is running')
})
