/** Which system a tool looks at: the file that is named before everything, then the environment. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { bankOf, findSystem, systemNamedBy } from './find-system.ts'

const folder = mkdtempSync(join(tmpdir(), 'find-system-'))
const runFile = join(folder, 'run.json')
const env = {
  DATABASE_URL: 'mysql://run-file/paydb',
  KAFKA_BROKERS: '127.0.0.1:1,127.0.0.1:2',
  API_URL: 'http://run-file',
}
const processes = ['mariadb', 'kafka'].map(name => ({ name, state: 'ready' }))
writeFileSync(runFile, JSON.stringify({ env, controlSocket: '/tmp/socket', processes }))

afterAll(() => rmSync(folder, { recursive: true }))

const elsewhere = { DATABASE_URL: 'mysql://elsewhere/paydb', KAFKA_BROKERS: '127.0.0.1:9', API_URL: 'http://elsewhere' }

test('a named run file is believed, whatever else the environment says', async () => {
  const expected = { databaseUrl: env.DATABASE_URL, brokers: ['127.0.0.1:1', '127.0.0.1:2'], apiUrl: env.API_URL }
  expect(await findSystem(runFile, elsewhere)).toMatchObject(expected)
  expect(await findSystem(undefined, { ...elsewhere, PAY_RUN_FILE: runFile })).toMatchObject(expected)
})

test('without one the environment names it', async () => {
  const { databaseUrl, brokers, apiUrl } = await findSystem(undefined, elsewhere)
  expect([databaseUrl, brokers, apiUrl]).toEqual(['mysql://elsewhere/paydb', ['127.0.0.1:9'], 'http://elsewhere'])
})

test('the acquirer of a run file decided what is in the database of that run file, and nothing elsewhere', async () => {
  const ACQUIRER_URL = 'http://acquirer'
  const path = join(folder, 'with-acquirer.json')
  writeFileSync(path, JSON.stringify({ env: { ...env, ACQUIRER_URL }, controlSocket: '/tmp/socket', processes }))
  expect((await findSystem(path, {})).acquirerUrl).toBe(ACQUIRER_URL)
  expect((await findSystem(undefined, { ...elsewhere, ACQUIRER_URL })).acquirerUrl).toBe(ACQUIRER_URL)
  expect((await findSystem(runFile, {})).acquirerUrl).toBeNull()
})

describe('the bank', () => {
  const BANK_URL = 'http://bank'

  test('of a run file is that of a named one, whatever the environment says', async () => {
    const path = join(folder, 'with-bank.json')
    writeFileSync(path, JSON.stringify({ env: { ...env, BANK_URL }, controlSocket: '/tmp/socket', processes }))
    expect((await findSystem(path, { BANK_URL: 'http://elsewhere' })).bankUrl).toBe(BANK_URL)
  })

  // It is no default: a bank that runs here by chance would say that it has moved what is another system's.
  test('is none where nothing names it', async () => {
    expect((await findSystem(runFile, {})).bankUrl).toBeNull()
    const envFile = join(folder, 'no-bank')
    writeFileSync(envFile, `DATABASE_URL="${elsewhere.DATABASE_URL}"\n`)
    expect((await systemNamedBy({ envFile }, {}, ['DATABASE_URL'])).bankUrl).toBeNull()
  })

  test('and the database are both those that a starter wrote down, or neither is', () => {
    const { DATABASE_URL } = env
    const run = { env: { BANK_URL, DATABASE_URL } }
    const other = { BANK_URL: 'http://elsewhere', DATABASE_URL: elsewhere.DATABASE_URL }
    expect(bankOf({ BANK_URL, DATABASE_URL }, run)).toBe(BANK_URL)
    expect(bankOf(other, run)).toBe(other.BANK_URL)
    expect(bankOf({ ...other, BANK_URL }, run)).toBeNull()
    expect(bankOf({ ...other, DATABASE_URL }, run)).toBeNull()
    expect(bankOf(other, undefined)).toBe(other.BANK_URL)
  })
})

test('the terms of a run file are those by which its functions booked, whatever the environment says', async () => {
  const SETTLEMENT_TERMS = '{"vatMode":"exclusive"}'
  const path = join(folder, 'with-terms.json')
  writeFileSync(path, JSON.stringify({ env: { ...env, SETTLEMENT_TERMS }, controlSocket: '/tmp/socket', processes }))
  const vatModeOf = async (named: string, given: Record<string, string>) =>
    (await findSystem(named, given)).config.settlementDefaults.vatMode
  expect(await vatModeOf(path, {})).toBe('exclusive')
  expect(await vatModeOf(path, { SETTLEMENT_TERMS: '{"vatMode":"inclusive"}' })).toBe('exclusive')
  expect(await vatModeOf(runFile, {})).toBe('none')
})

test('a named run file that is not there is an error, not a reason to look elsewhere', async () => {
  await expect(findSystem(join(folder, 'none.json'), elsewhere)).rejects.toThrow('none.json')
})

test.each(['{}', '{"name":"payment-backend"}', '[]', 'null', '7'])(
  'a named file that holds %s is no run.json',
  async text => {
    const foreign = join(folder, 'foreign.json')
    writeFileSync(foreign, text)
    await expect(findSystem(foreign, elsewhere)).rejects.toThrow(`${foreign} is no run.json`)
  },
)

test('a run file brings no TLS and no login: those of the environment are for other brokers', async () => {
  const login = { KAFKA_SSL: 'true', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }
  expect(await findSystem(runFile, login)).toMatchObject({ ssl: false, sasl: undefined })
  expect(await findSystem(undefined, { ...elsewhere, ...login })).toMatchObject({ ssl: true, sasl: { username: 'u' } })
})

test('a login without the brokers that it is for counts for nothing', async () => {
  const { DATABASE_URL } = elsewhere
  const password = { DATABASE_URL, KAFKA_SASL_PASSWORD: 'p', KAFKA_SSL: 'true' }
  expect(await findSystem(undefined, password, ['DATABASE_URL'])).toMatchObject({ ssl: false, sasl: undefined })
})

test('a system is of this machine when every address that is needed is one of its run file', async () => {
  expect(await findSystem(runFile, {})).toMatchObject({ isOfThisMachine: true })
  expect(await findSystem(undefined, elsewhere)).toMatchObject({ isOfThisMachine: false })
  const given = join(folder, 'given.json')
  const external = processes.map(row => ({ ...row, state: row.name === 'mariadb' ? 'external' : 'ready' }))
  writeFileSync(given, JSON.stringify({ env, controlSocket: '/tmp/socket', processes: external }))
  expect(await findSystem(given, {})).toMatchObject({ isOfThisMachine: false })
  expect(await findSystem(given, {}, ['KAFKA_BROKERS'])).toMatchObject({ isOfThisMachine: true })
})

describe('an env file', () => {
  const envFile = join(folder, 'prod.env')
  const lines = [
    'DATABASE_URL=mysql://pay:db-secret@db.internal:3306/paydb?ssl=Amazon%20RDS',
    'KAFKA_BROKERS=b-1:9096, b-2:9096',
    'KAFKA_SSL=true',
    'KAFKA_SASL_MECHANISM=scram-sha-512',
    'KAFKA_SASL_USERNAME=pay',
    'KAFKA_SASL_PASSWORD=kafka-secret',
  ]
  const written = (text: string[]) => {
    writeFileSync(envFile, text.join('\n'))
    return { envFile }
  }

  test('says addresses, TLS and login as the functions read them, whatever else is named', async () => {
    const system = await systemNamedBy(written(lines), { ...elsewhere, PAY_RUN_FILE: runFile })
    expect(system).toMatchObject({
      databaseUrl: 'mysql://pay:db-secret@db.internal:3306/paydb?ssl=Amazon%20RDS',
      brokers: ['b-1:9096', 'b-2:9096'],
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'pay', password: 'kafka-secret' },
      runFile: null,
      isOfThisMachine: false,
      where: 'MariaDB db.internal:3306/paydb, Kafka b-1:9096, b-2:9096 (TLS, as pay)',
    })
  })

  test('must say what the tool needs; no default stands in for it', async () => {
    await expect(systemNamedBy(written(lines.slice(1)), {})).rejects.toThrow('says DATABASE_URL')
    const { where } = await systemNamedBy(written(lines.slice(1)), {}, ['KAFKA_BROKERS'])
    expect(where).toBe('Kafka b-1:9096, b-2:9096 (TLS, as pay)')
  })

  test('that has half a login is refused as the functions refuse it', async () => {
    await expect(systemNamedBy(written(lines.slice(0, -1)), {})).rejects.toThrow('KAFKA_SASL_PASSWORD is missing')
  })
})
