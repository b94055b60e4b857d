import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { findApi } from './find-api.ts'

const folder = mkdtempSync(join(tmpdir(), 'find-api-'))
afterAll(() => rmSync(folder, { recursive: true }))

function runFileOf(name: string): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ controlSocket: '/tmp/socket', env: { API_URL: `http://${name}:8080` } }))
  return path
}
const main = runFileOf('main')
const named = runFileOf('named')
const nowhere = join(folder, 'nowhere')

describe('the API of the smoke test', () => {
  test.each([
    ['--api', { api: 'http://127.0.0.1:81/', runFile: named }, { API_URL: 'http://env' }, 'http://127.0.0.1:81'],
    ['--run-file', { runFile: named }, { PAY_RUN_FILE: main, API_URL: 'http://env' }, 'http://named:8080'],
    ['PAY_RUN_FILE', {}, { PAY_RUN_FILE: named, API_URL: 'http://env' }, 'http://named:8080'],
    ['API_URL', {}, { API_URL: 'https://env/base/' }, 'https://env/base'],
    ['the run file of `npm start`', {}, { API_URL: '' }, 'http://main:8080'],
  ])('is what %s says, when nothing before it is given', (_, given, env, url) => {
    expect(findApi(given, env, main)).toBe(url)
  })

  test('is asked for when nothing names one and nothing runs', () => {
    expect(() => findApi({}, {}, nowhere)).toThrow(/npm start.*--api http/)
  })

  test('is never another one than the run file that was named', () => {
    expect(() => findApi({ runFile: nowhere }, { API_URL: 'http://env' }, main)).toThrow(`there is no ${nowhere}`)
  })

  test('is never another one than the env file says', () => {
    const envFile = 'prod.env'
    expect(findApi({ envFile }, { API_URL: 'https://prod' }, main)).toBe('https://prod')
    expect(() => findApi({ envFile }, {}, main)).toThrow('neither prod.env nor the environment says API_URL')
  })

  test.each(['127.0.0.1:8080', 'localhost', 'ftp://host', ''])('is refused as %j', api => {
    expect(() => findApi({ api, runFile: api === '' ? nowhere : undefined }, {}, main)).toThrow()
  })
})
