import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { confirmed } from './confirm.ts'

const terminalOf = (isTTY: boolean) => ({
  input: Object.assign(new PassThrough(), { isTTY }),
  output: Object.assign(new PassThrough(), { isTTY }),
})

const asked = { question: 'Send 3 records?', yes: false, command: 'npm run dlq -- redrive --all --yes' }

test.each([
  ['y\n', true],
  ['YES \n', true],
  ['\n', false],
  ['n\n', false],
  ['yep\n', false],
])('a person answers %j', async (answer, expected) => {
  const terminal = terminalOf(true)
  terminal.input.write(answer)
  expect(await confirmed(asked, terminal)).toBe(expected)
  expect(String(terminal.output.read())).toContain('Send 3 records? [y/N]')
})

test('without a terminal the answer is no, with what to type', async () => {
  const terminal = terminalOf(false)
  expect(await confirmed(asked, terminal)).toBe(false)
  expect(String(terminal.output.read())).toContain('npm run dlq -- redrive --all --yes')
})

test('--yes asks nobody', async () => {
  const terminal = terminalOf(true)
  expect(await confirmed({ ...asked, yes: true }, terminal)).toBe(true)
  expect(terminal.output.read()).toBeNull()
})
