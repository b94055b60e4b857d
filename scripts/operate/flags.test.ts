/** Commands that take --env-file: Node has a flag of that name, and looks for it among a program's arguments, too. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const scriptsFolder = new URL('..', import.meta.url)
const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

const commands = readdirSync(scriptsFolder)
  .filter(name => name.endsWith('.ts'))
  .filter(name => readFileSync(new URL(name, scriptsFolder), 'utf8').includes('operatorCommand('))
  .map(name => name.slice(0, -'.ts'.length))

test('are started with `--` before the program, where Node stops to look', () => {
  expect(commands).toEqual(expect.arrayContaining(['dlq', 'migrate', 'outbox', 'reread', 'smoke', 'verify']))
  expect(commands.map(name => scripts[name])).toEqual(commands.map(name => `node -- scripts/run.mjs ${name}`))
})
