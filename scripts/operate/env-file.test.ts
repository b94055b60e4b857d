/** An env file is read whole or refused, and no message repeats what stands in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { withEnvFile } from './env-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'env-file-'))
const path = join(folder, 'prod.env')

afterAll(() => rmSync(folder, { recursive: true }))

function given(text: string, env: Record<string, string> = {}) {
  writeFileSync(path, text)
  return withEnvFile(path, env)
}

test('it wins over the environment, which says the rest; a run file is not meant then', () => {
  const env = { DATABASE_URL: 'mysql://shell/paydb', KAFKA_SASL_PASSWORD: 'secret', PAY_RUN_FILE: '/run.json' }
  expect(given('DATABASE_URL=mysql://file/paydb\n', env)).toEqual({
    DATABASE_URL: 'mysql://file/paydb',
    KAFKA_SASL_PASSWORD: 'secret',
  })
})

test('comments, empty lines, `export`, quotes, and values over several lines are understood', () => {
  const text = '# ours\n\nexport A=1\r\nB = "two # 2"\nC=\'three\nNOT A LINE\n3\'\nD=\n'
  expect(given(text)).toEqual({ A: '1', B: 'two # 2', C: 'three\nNOT A LINE\n3', D: '' })
})

test.each([
  ['a line without a value', 'A=1\nsecret-password\n', 'line 2 '],
  ['a name that is none', 'A=1\n\nse cret=1\n', 'line 3 '],
  ['a quote that is not closed', 'A=1\nB="secret\nC=3\n', 'line 2 '],
])('%s is named, and not shown', (_, text, place) => {
  expect(() => given(text)).toThrow(place)
  expect(() => given(text)).not.toThrow(/secret|se cret/)
})

test('what Node reads only as it starts is refused, unless it did', () => {
  expect(() => given('NODE_EXTRA_CA_CERTS=/ca.pem\n')).toThrow('only as it starts')
  expect(given('NODE_EXTRA_CA_CERTS=/ca.pem\n', { NODE_EXTRA_CA_CERTS: '/ca.pem' })).toBeDefined()
})

test('a file that is not there is an error', () => {
  expect(() => withEnvFile(join(folder, 'none.env'), {})).toThrow(`there is no ${join(folder, 'none.env')}`)
})
