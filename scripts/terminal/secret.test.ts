import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { askSecret } from './secret.ts'

const terminalOf = (isTTY: boolean) => ({
  input: Object.assign(new PassThrough(), { isTTY, setRawMode: () => {} }),
  output: Object.assign(new PassThrough(), { isTTY }),
})

test('what is typed is read, and not shown', async () => {
  const terminal = terminalOf(true)
  terminal.input.write(' opk_secret\n')

  expect(await askSecret('Token: ', terminal)).toBe('opk_secret')
  expect(String(terminal.output.read())).toBe('Token: \n')
})

test('without a terminal nobody is asked', async () => {
  const terminal = terminalOf(false)

  expect(await askSecret('Token: ', terminal)).toBeUndefined()
  expect(terminal.output.read()).toBeNull()
})
