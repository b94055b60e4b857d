/** Before a change: which system it is, and what to type where nobody can be asked. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { mayChange } from './may-change.ts'

const system = { where: 'MariaDB db.internal/paydb\u001b[2J' }
const printed: string[] = []

beforeEach(() => {
  printed.length = 0
  jest.spyOn(console, 'log').mockImplementation(line => void printed.push(`${line}\n`))
  jest.spyOn(process.stdout, 'write').mockImplementation(text => printed.push(String(text)) > 0)
})
afterEach(() => void jest.restoreAllMocks())

const ask = (yes: boolean, ...args: string[]) =>
  mayChange(system, { typed: 'npm run outbox', question: 'Un-park?', yes }, args)

test('the system is named, whether somebody is asked or not', async () => {
  expect(await ask(true, 'redrive', '--all')).toBe(true)
  expect(printed).toEqual(['System: MariaDB db.internal/paydb\\u{1b}[2J\n'])
})

test('without a terminal the answer is no, and the command that does it stands there as a shell wants it', async () => {
  expect(await ask(false, 'redrive', 'evt_1', '--env-file', "the owner's.env")).toBe(false)
  expect(printed.join('')).toContain("npm run outbox -- redrive evt_1 --env-file 'the owner'\\''s.env' --yes")
})
