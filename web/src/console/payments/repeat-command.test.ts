/** What a shell makes of the command: the very request, whatever stands in its key and its body. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { readKeyHeader } from '../../../../shared/http/read-key.ts'
import { quoted, repeatCommand } from './repeat-command.ts'

const ORIGIN = 'http://127.0.0.1:5173'
const NASTY = [
  "it's",
  '"$HOME"',
  '$(touch x)',
  '`id`',
  '\\',
  '\\n',
  'a\nb',
  '!!',
  '; exit 1 #',
  '*',
  '~',
  '한글 📞',
  "''",
]

/** The arguments that a program of this name would be given. `SECRET` is set, and nothing else. */
function argumentsIn(command: string): string[] {
  const shown = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], {
    env: { PATH: process.env.PATH, SECRET: 'opx_of_mine' },
    encoding: 'utf8',
  })
  return shown.split('\0').slice(0, -1)
}

const after = (given: string[], flag: string): string[] =>
  given.flatMap((word, index) => (word === flag ? [given[index + 1]!] : []))

const request = (given: { key?: string; body?: Record<string, unknown>; path?: string } = {}) => ({
  ...{ method: 'POST' as const, path: '/payments/refund/pay_1', key: 'key-1', body: {} },
  ...given,
})

describe('quoted', () => {
  test.each(NASTY)('%j comes through a shell as it is', text => {
    expect(argumentsIn(`curl ${quoted(text)}`)).toEqual([text])
  })
})

describe('repeatCommand', () => {
  test('sends the same request with its own key', () => {
    expect(repeatCommand(ORIGIN, request({ body: { amount: 1_000 } }))).toBe(
      [
        "curl -i -X POST 'http://127.0.0.1:5173/payments/refund/pay_1'",
        "-H 'idempotency-key: key-1'",
        "-H 'content-type: application/json'",
        `-d '{"amount":1000}'`,
      ].join(' \\\n  '),
    )
  })

  test.each(NASTY)('with %j in the body, the body is the same', text => {
    const body = { reason: text, [text]: { deep: [text, 1, null] } }
    const given = argumentsIn(repeatCommand(ORIGIN, request({ body })))

    expect(given[3]).toBe(`${ORIGIN}/payments/refund/pay_1`)
    expect(JSON.parse(after(given, '-d')[0]!)).toEqual(body)
  })

  test.each(['key-1', "it's", 'a,b', '"quoted"', '"', '\\"', 'a"b', '$(x)`y`', 'a\\b,c'])(
    'with the key %j, the API reads that key',
    key => {
      const [header] = after(argumentsIn(repeatCommand(ORIGIN, request({ key }))), '-H')
      const { name, value } = /^(?<name>[^:]+): (?<value>.*)$/.exec(header!)!.groups!

      expect([name, readKeyHeader(value!)]).toEqual(['idempotency-key', { key }])
    },
  )

  test('what cannot be seen stands there by its number, and means the same', () => {
    const reason = 'a\u202eb\u0000c\u{e0041}\ud800'
    const command = repeatCommand(ORIGIN, request({ body: { reason } }))

    expect(command).not.toMatch(/[^\P{C}\n]/u)
    expect(JSON.parse(after(argumentsIn(command), '-d')[0]!)).toEqual({ reason })
  })

  test('of an operator wants the session of who sends it, and holds no secret', () => {
    const key = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'
    const path = '/operator/payments/pay_1/refund'
    const command = repeatCommand(ORIGIN, request({ path, key, body: { amount: 5, reason: "it's" } }))
    const given = argumentsIn(command)

    expect(command).not.toMatch(/idempotency-key|op[klsx]_/)
    expect(after(given, '-b')).toEqual(['console.cookies'])
    expect(after(given, '-H')).toEqual([
      'x-console-secret: opx_of_mine',
      `origin: ${ORIGIN}`,
      'content-type: application/json',
    ])
    expect(JSON.parse(after(given, '-d')[0]!)).toEqual({ key, amount: 5, reason: "it's" })
  })
})
