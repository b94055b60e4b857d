/** Which system a tool looks at: a named run file before everything, then the environment. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { findSystem } from './find-system.ts'

const folder = mkdtempSync(join(tmpdir(), 'find-system-'))
const runFile = join(folder, 'run.json')
const env = {
  DATABASE_URL: 'mysql://run-file/paydb',
  KAFKA_BROKERS: '127.0.0.1:1,127.0.0.1:2',
  API_URL: 'http://run-file',
}
writeFileSync(runFile, JSON.stringify({ env, controlSocket: '/tmp/socket' }))

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

test('a named run file that is not there is an error, not a reason to look elsewhere', async () => {
  await expect(findSystem(join(folder, 'none.json'), elsewhere)).rejects.toThrow('none.json')
})
