import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { createReporter, StepFailure } from '../terminal/output.ts'
import { readComposeServices } from './compose-file.ts'
import { Compose, ContainerPart, findEngine } from './docker.ts'
import { clearLeftovers } from './leftovers.ts'
import { type DataFolder, dataFolder } from './paths.ts'
import { writeRunFile } from './run-file.ts'

let bin: string
let folder: DataFolder
const usualPath = process.env.PATH

/** A `docker` that writes down how it was called, and ends as the script says. */
function fakeDocker(script = '') {
  const recorder = `#!/bin/sh
echo "$COMPOSE_PROJECT_NAME MARIADB_PORT=$MARIADB_PORT env_file=$COMPOSE_DISABLE_ENV_FILE: $*" >> ${bin}/calls
${script}
`
  writeFileSync(join(bin, 'docker'), recorder)
  chmodSync(join(bin, 'docker'), 0o755)
}

const calls = () => readFileSync(join(bin, 'calls'), 'utf8').trim().split('\n')
const commands = () => calls().map(call => call.split(': ')[1])

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'fake-docker-'))
  folder = { ...dataFolder('docker-test'), root: bin, logs: join(bin, 'logs'), runFile: join(bin, 'run.json') }
  process.env.PATH = `${bin}:${usualPath}`
})

afterEach(() => {
  process.env.PATH = usualPath
  rmSync(bin, { recursive: true })
})

describe('an engine', () => {
  test('is found when it answers and has Compose', () => {
    fakeDocker('case "$1" in info) echo 28.2.2;; compose) echo 2.36.2;; esac')
    expect(findEngine()).toEqual({ engine: '28.2.2', compose: '2.36.2' })
  })

  test('is not there when only the client is', () => {
    fakeDocker('echo "Cannot connect to the Docker daemon" >&2; exit 1')
    expect(findEngine()).toEqual({ missing: 'no Docker engine answers' })
  })

  test('without Compose is of no use, and says so', () => {
    fakeDocker('case "$1" in info) echo 28.2.2;; *) exit 1;; esac')
    expect(findEngine()).toEqual({ missing: 'Docker 28.2.2 answers, but it has no Compose plugin' })
  })
})

function partWith(probe: () => Promise<void> = async () => {}) {
  const compose = new Compose(folder, readComposeServices({ MARIADB_PORT: '13306' }))
  return { compose, part: new ContainerPart('kafka', compose, 9092, probe, { changed() {}, say() {} }) }
}

describe('containers', () => {
  test('belong to a project of their data folder, get its ports, and read no .env file', async () => {
    fakeDocker()
    const { compose } = partWith()
    await compose.run(['up', '-d', '--wait', 'mariadb', 'kafka', 'redis'])
    expect(calls()).toEqual([
      'payment-backend-docker-test MARIADB_PORT=13306 env_file=1: compose up -d --wait mariadb kafka redis',
    ])
  })

  test('are ready when they answer from this side', async () => {
    fakeDocker()
    const { part } = partWith()
    expect(part.row()).toMatchObject({ state: 'starting', port: 9092 })
    await part.ready()
    expect(part.row()).toEqual({ name: 'kafka', state: 'ready', port: 9092, restarts: 0 })
  })

  test('that do not answer are a failure with the log of the container', async () => {
    fakeDocker('echo "no space left"')
    const { part } = partWith(() => Promise.reject(new Error('ECONNREFUSED')))
    const failure = await part.ready().catch(error => error)
    expect(failure).toBeInstanceOf(StepFailure)
    expect(failure.message).toContain('does not answer on 127.0.0.1:9092: ECONNREFUSED')
    expect(failure.log.tail).toEqual(['no space left'])
  })

  test('are stopped and started by name', async () => {
    fakeDocker()
    const { part } = partWith()
    await part.stop()
    expect(part.row().state).toBe('stopped')
    await part.start()
    expect(commands()).toEqual(['compose stop kafka', 'compose up -d --wait kafka'])
  })

  test('that are killed are brought back by us: Docker would leave them down', async () => {
    fakeDocker()
    const { part } = partWith()
    await part.kill()
    await until(() => part.row().state === 'ready', { what: 'the return of the container' })
    expect(commands()).toEqual(['compose kill --signal SIGKILL kafka', 'compose up -d --wait kafka'])
    expect(part.row().restarts).toBe(1)
  })

  test('are paused and resumed by name; a start resumes, and a stop or a kill comes after the pause', async () => {
    fakeDocker()
    const { part } = partWith()
    await part.ready()
    for (const end of [() => part.resume(), () => part.start(), () => part.stop()]) {
      await part.pause()
      expect(part.row().state).toBe('paused')
      await end()
    }
    const [pause, unpause] = ['compose pause kafka', 'compose unpause kafka']
    expect(commands()).toEqual([pause, unpause, pause, unpause, pause, unpause, 'compose stop kafka'])
    await expect(part.pause()).rejects.toThrow('kafka is stopped, not ready')
  })

  test('that cannot be started say what Docker said', async () => {
    fakeDocker('echo "port is already allocated" >&2; exit 1')
    const { part } = partWith()
    const failure = await part.start().catch(error => error)
    expect(failure.message).toMatch(/^docker compose up -d --wait kafka failed/)
    expect(failure.log.tail).toEqual(['port is already allocated'])
  })
})

test('containers that a killed starter left are taken down before the next start', async () => {
  fakeDocker()
  const env = {
    DATABASE_URL: '',
    KAFKA_BROKERS: '',
    REDIS_URL: '',
    ACQUIRER_URL: 'http://a',
    BANK_URL: 'http://b',
    API_URL: '',
  }
  const supervisor = { pid: 1, startedAt: 'long ago' }
  writeRunFile(folder.runFile, { supervisor, mode: 'docker', controlSocket: '', stopping: false, env, processes: [] })
  await clearLeftovers(folder, createReporter({ write() {} }))
  expect(commands()).toEqual(['compose down'])
})

test('of those that are paused are let go first', async () => {
  fakeDocker()
  const env = {
    DATABASE_URL: '',
    KAFKA_BROKERS: '',
    REDIS_URL: '',
    ACQUIRER_URL: 'http://a',
    BANK_URL: 'http://b',
    API_URL: '',
  }
  const supervisor = { pid: 1, startedAt: 'long ago' }
  const processes = (['ready', 'paused'] as const).map((state, index) => ({
    name: (['redis', 'kafka'] as const)[index]!,
    port: 1,
    state,
    restarts: 0,
  }))
  writeRunFile(folder.runFile, { supervisor, mode: 'docker', controlSocket: '', stopping: false, env, processes })
  await clearLeftovers(folder, createReporter({ write() {} }))
  expect(commands()).toEqual(['compose unpause kafka', 'compose down'])
})
