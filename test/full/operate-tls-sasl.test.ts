/** The operator tools against a MariaDB and a Kafka that want TLS and a login, named by a file of the functions' own variables. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { Kafka, logLevel } from 'kafkajs'
import { topicDefinitions } from '../../shared/contracts/topics.ts'
import {
  type EncryptedServices,
  encryptedServicesObstacle,
  startEncryptedServices,
} from '../support/encrypted-services.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const { logsFolder, mode } = systemUnderTest()
const obstacle = mode === 'native' ? encryptedServicesObstacle() : 'the services run in Docker'
if (obstacle !== undefined) console.warn(`not tested: ${obstacle}`)
const describeWithServices = obstacle === undefined ? describe : describe.skip

interface Ended {
  code: number
  stdout: string
  stderr: string
}

describeWithServices('against services that want TLS and a login', () => {
  let services: EncryptedServices
  let settings: Record<string, string>

  beforeAll(async () => {
    services = await startEncryptedServices('operate-tls')
    settings = {
      DATABASE_URL: services.databaseUrl,
      KAFKA_BROKERS: services.brokers.join(','),
      KAFKA_SSL: 'true',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: services.login.username,
      KAFKA_SASL_PASSWORD: services.login.password,
    }
  })
  afterAll(() => services?.stop())

  let files = 0
  function envFile(changed: Record<string, string> = {}): string {
    const path = join(logsFolder, `operate-tls-${++files}.env`)
    const lines = Object.entries({ ...settings, ...changed }).map(([name, value]) => `${name}="${value}"\n`)
    writeFileSync(path, lines.join(''), { mode: 0o600 })
    return path
  }

  /** As a person would, who has told Node of the authority. The run file of the system under test must not matter. */
  async function runWith(file: string, [script, ...args]: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const command = ['--', `scripts/${script}.ts`, ...args, '--env-file', file]
    const trusting = { ...inheritedEnv(), NODE_EXTRA_CA_CERTS: services.certificate }
    const ended = await promisify(execFile)(process.execPath, command, {
      cwd: repositoryFolder,
      env: { ...trusting, ...env },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )
    for (const secret of [services.login.password, encodeURIComponent(services.login.password)])
      expect(ended.stdout + ended.stderr).not.toContain(secret)
    return ended
  }
  const run = (...command: string[]) => runWith(envFile(), command)

  const WHERE = () =>
    `System: MariaDB ${new URL(services.databaseUrl).host}/paydb, Kafka ${services.brokers} (TLS, as pay)`

  test('`migrate` changes nothing unasked, and says of which system it speaks', async () => {
    const { code, stdout } = await run('migrate', '--topics')
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining(WHERE()) })
    expect(stdout).toMatch(/npm run migrate -- --topics --env-file \S+ --yes\n$/)
    expect(await withAdmin(admin => admin.listTopics())).toEqual([])
  })

  test('`migrate` makes the schema and the topics, once', async () => {
    const first = await run('migrate', '--topics', '--yes')
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Applied 0001.*\nCreated .*payment\.dlq/m) })
    const again = await run('migrate', '--topics', '--yes')
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('up to date.\nEvery topic is there.') })
    expect((await withAdmin(admin => admin.listTopics())).sort()).toEqual(
      expect.arrayContaining(topicDefinitions.map(({ name }) => name)),
    )
  })

  test('`verify` proves the empty books', async () => {
    const { code, stdout } = await run('verify', '--now', '--json')
    const results = JSON.parse(stdout) as { ok: boolean }[]
    expect({ code, ok: results.every(({ ok }) => ok) }).toEqual({ code: 0, ok: true })
  })

  test('`outbox` reads and writes', async () => {
    const listed = await run('outbox', '--json')
    expect(JSON.parse(listed.stdout)).toEqual({ rows: [], hasMore: false })
    const redriven = await run('outbox', 'redrive', '--all', '--yes')
    expect(redriven).toMatchObject({ code: 0, stdout: expect.stringContaining('0 rows un-parked') })
  })

  test('`dlq` lists a dead letter and sends it once more; `reread` moves the ledger back to it', async () => {
    const letter = { topic: 'payment.captured', partition: 0, offset: 7, error: 'planted', failedAt: '', headers: [] }
    const value = Buffer.from('the very bytes').toString('base64')
    await withKafka(async kafka => {
      const producer = kafka.producer()
      await producer.connect()
      await producer.send({ topic: 'payment.dlq', messages: [{ value: JSON.stringify({ ...letter, value }) }] })
      await producer.disconnect()
    })
    const listed = await run('dlq', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id: '0/0', state: 'waiting', original: { offset: 7, value } }])
    expect(await run('dlq', 'redrive', '0/0')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^System: Kafka /m),
    })
    expect(await run('dlq', 'redrive', '0/0', '--yes')).toMatchObject({ code: 0 })

    const group = { groupId: 'record-ledger-captured', topic: 'payment.captured' }
    await withAdmin(async admin => {
      const [end] = (await admin.fetchTopicOffsets(group.topic)).filter(({ partition }) => partition === 0)
      expect(end!.high).toBe('1')
      await admin.setOffsets({ ...group, partitions: [{ partition: 0, offset: end!.high }] })
    })
    const since = ['--since', '2026-01-01T00:00:00Z']
    expect(await run('reread', ...since)).toMatchObject({ code: 1, stdout: expect.stringContaining('as pay') })
    expect(await run('reread', ...since, '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('record-ledger-captured: 1 records of payment.captured will be read again'),
    })
  })

  describe('who is not let in is told why, in one line', () => {
    const wrongDatabase = () => ({ DATABASE_URL: services.databaseUrl.replace(/:[^:]*@/, ':wrong@') })
    const unencrypted = () => ({ DATABASE_URL: services.databaseUrl.replace(/\?.*/, '') })
    const verify = ['verify', '--now']
    const cases: [string, string[], () => Record<string, string>, NodeJS.ProcessEnv, RegExp][] = [
      [
        'the wrong password of Kafka',
        ['dlq'],
        () => ({ KAFKA_SASL_PASSWORD: 'wrong' }),
        {},
        /^Kafka .*authentication failed/i,
      ],
      ['the wrong password of MariaDB', ['outbox'], wrongDatabase, {}, /^MariaDB .*Access denied for user 'pay'/],
      [
        'an authority that Kafka has and Node does not know',
        ['dlq'],
        () => ({}),
        { NODE_EXTRA_CA_CERTS: '' },
        /^Kafka .*certificate.*NODE_EXTRA_CA_CERTS/,
      ],
      [
        'an authority that MariaDB has and Node does not know',
        verify,
        () => ({}),
        { NODE_EXTRA_CA_CERTS: '' },
        /^MariaDB .*certificate.*NODE_EXTRA_CA_CERTS/,
      ],
      ['no TLS to MariaDB', ['migrate', '--yes'], unencrypted, {}, /^MariaDB does not let us in/],
      [
        'no TLS to Kafka',
        ['reread', '--since', '2026-01-01', '--yes'],
        () => ({ KAFKA_SSL: 'false' }),
        {},
        /^Kafka does not let us in/,
      ],
    ]
    test.each(cases)('%s', async (_, command, changed, env, message) => {
      const { code, stderr } = await runWith(envFile(changed()), command, env)
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^npm run \w+: [^\n]*\n$/) })
      expect(stderr.replace(/^npm run \w+: /, '')).toMatch(message)
    })
  })

  test('a file that is not there or is none is told, too', async () => {
    const nowhere = join(logsFolder, 'nowhere.env')
    const missing = await runWith(nowhere, ['verify'])
    expect(missing).toMatchObject({ code: 1, stderr: `npm run verify: there is no ${nowhere}\n` })
    const malformed = envFile()
    writeFileSync(malformed, `${readFileSync(malformed, 'utf8')}no assignment\n`)
    expect(await runWith(malformed, ['outbox'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('line 7 is no'),
    })
  })

  async function withKafka<T>(work: (kafka: Kafka) => Promise<T>): Promise<T> {
    const { brokers, certificate, login } = services
    const sasl = { mechanism: 'scram-sha-512' as const, ...login }
    const ssl = { ca: [readFileSync(certificate, 'utf8')] }
    return work(new Kafka({ clientId: 'system-tests', brokers, ssl, sasl, logLevel: logLevel.NOTHING }))
  }

  const withAdmin = <T>(work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> =>
    withKafka(async kafka => {
      const admin = kafka.admin()
      await admin.connect()
      return work(admin).finally(() => admin.disconnect())
    })
})
