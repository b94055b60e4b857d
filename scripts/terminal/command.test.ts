import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'

/** More than a pipe takes before somebody reads it. */
const LONG = 900_000

const PROGRAM = `
import { collected, npmCommand, positiveNumber, run, secondsAsMs, wholeNumber } from './command.ts'
import { StepFailure } from './output.ts'
const command = npmCommand('npm run try', 'Tries it.')
  .option('--rounds <n>', 'how many', wholeNumber, 3)
  .option('--runs <n>', 'how many', positiveNumber, 1)
  .option('--settle <seconds>', 'how long', secondsAsMs)
  .option('--param <name=value>', 'may be repeated', collected)
  .argument('[word]')
await run(command, (flags, word) => {
  if (word === 'fail') throw new Error('no \\u001b[1mtopic')
  if (word === 'explain')
    throw new StepFailure('kafka did not start', { fix: 'more memory', log: { path: 'kafka.log', tail: ['a'] } })
  if (word === 'full') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: 'run.json' })
  console.log(word === 'long' ? 'x'.repeat(${LONG}) : JSON.stringify(flags))
  return word === 'bad' ? 1 : 0
})`

interface Ended {
  code: number
  stdout: string
  stderr: string
}

const argumentsOf = (...args: string[]): string[] => [
  '--disable-warning=ExperimentalWarning',
  '--input-type=module',
  '-e',
  PROGRAM,
  '--',
  ...args,
]

/** A process of its own: the command reads its arguments and ends it. */
const typed = (...args: string[]): Promise<Ended> =>
  promisify(execFile)(process.execPath, argumentsOf(...args), { cwd: import.meta.dirname }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )

describe('an npm command', () => {
  test('gets its flags as values, with their defaults', async () => {
    const { code, stdout } = await typed('--settle', '1.5', '--param', 'a=1', '--param', 'b=2', '--runs', '7')
    expect({ code, flags: JSON.parse(stdout) }).toEqual({
      code: 0,
      flags: { rounds: 3, runs: 7, settle: 1_500, param: ['a=1', 'b=2'] },
    })
  })

  test('ends with the code of its work', async () => {
    expect((await typed('bad')).code).toBe(1)
  })

  test('is read to the end of what it prints, and may be read less far', async () => {
    expect((await typed('long')).stdout.length).toBe(LONG + 1)

    const child = spawn(process.execPath, argumentsOf('long'), { cwd: import.meta.dirname })
    child.stdout.once('data', () => child.stdout.destroy())
    const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('--help prints summary and flags, and does nothing', async () => {
    const { code, stdout, stderr } = await typed('--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Usage: npm run try -- \[options\] \[word\]\n\nTries it\.\n/)
    expect(stdout).toContain('--rounds <n>')
  })

  test.each([
    ['an unknown flag', ['--no-such-flag'], "error: unknown option '--no-such-flag'"],
    ['a mistyped flag', ['--round', '2'], '(Did you mean --rounds?)'],
    ['a flag without its value', ['--rounds'], "error: option '--rounds <n>' argument missing"],
    ['no whole number', ['--rounds', '2.5'], "argument '2.5' is invalid. It wants a whole number."],
    ['a negative number', ['--rounds', '-1'], "argument '-1' is invalid. It wants a whole number."],
    ['a number that is too large', ['--rounds', '9007199254740993'], 'It wants a whole number.'],
    ['zero where one is the least', ['--runs', '0'], 'It wants a whole number from 1 on.'],
    ['no seconds', ['--settle', 'soon'], "argument 'soon' is invalid. It wants seconds."],
    ['one word too many', ['good', 'more'], 'error: too many arguments'],
    ['what would steer the terminal', ['--\u001b[2J'], "unknown option '--\\u{1b}[2J'"],
  ])('refuses %s, with the usage, and does nothing', async (_, args, message) => {
    const { code, stdout, stderr } = await typed(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain('Usage: npm run try --')
  })

  test.each([
    ['an error: its message', 'fail', 'npm run try: no \\u{1b}[1mtopic\n'],
    ['a failure: its fix and its log', 'explain', 'kafka did not start\n  fix: more memory\n  log: kafka.log\n  | a\n'],
    ['a full disk: what to do', 'full', 'the disk is full: run.json cannot be written\n  fix: make room\n'],
  ])('says of %s', async (_, word, printed) => {
    expect(await typed(word)).toEqual({ code: 1, stdout: '', stderr: printed })
  })
})
