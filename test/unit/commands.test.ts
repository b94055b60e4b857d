/** Every npm command has a file of its own, is short, says what it does, and refuses what it does not know. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { projectRoot } from '../../scripts/local/paths.ts'

const LINES_MAX = 40
const OPTIONS = ['--disable-warning=ExperimentalWarning']
/** As many as a small machine has processors. */
const SIDE_BY_SIDE = 2
/** One that does its work although it should refuse it must not go on after the test. */
const ONE_MS_MAX = 60_000
const ALL_MS_MAX = 600_000

/** npm scripts that are programs of others. */
const withoutFile = ['format']

const commands = readdirSync(join(projectRoot, 'scripts'))
  .filter(file => file.endsWith('.ts'))
  .map(file => file.replace(/\.ts$/, ''))

const npmScripts: Record<string, string> = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).scripts
const runBy = new Map(
  Object.entries(npmScripts).map(([script, line]) => [script, /^node (?:-- )?scripts\/run\.mjs (\S+)/.exec(line)?.[1]]),
)

interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** What a command wants whatever else is typed; it says so before it looks at the rest. */
const wanted: Record<string, string[]> = { reread: ['--since', '2026-01-31T09:00:00Z'] }

const typed = (name: string, flag: string): Promise<Ended> =>
  promisify(execFile)(process.execPath, [...OPTIONS, `scripts/${name}.ts`, ...(wanted[name] ?? []), flag], {
    cwd: projectRoot,
    timeout: ONE_MS_MAX,
    // Whatever it did would be done to a system that is not there.
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(projectRoot, '.data/compile-cache'),
      NODE_OPTIONS: '',
      PAY_RUN_FILE: join(projectRoot, '.data/no-such-system/run.json'),
    },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  )

test('every file is run by an npm script', () => {
  const files = new Set([...runBy.values()].filter(name => name !== undefined))
  expect([...files].toSorted()).toEqual(commands.toSorted())
})

test('every npm script runs a file of scripts/, but for programs of others', () => {
  expect([...runBy].filter(([, file]) => file === undefined).map(([script]) => script)).toEqual(withoutFile)
})

test.each(commands)('%s says what it does and has at most 40 lines', name => {
  const text = readFileSync(join(projectRoot, `scripts/${name}.ts`), 'utf8')
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(LINES_MAX)
  expect(text).toMatch(/^\/\*\* /)
})

describe('typed', () => {
  const flags = ['--help', '--no-such-flag']
  const ended = new Map<string, Ended>()

  beforeAll(async () => {
    const waiting = commands.flatMap(name => flags.map(flag => [name, flag] as const))
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) ended.set(next.join(' '), await typed(...next))
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  }, ALL_MS_MAX)

  test.each(commands)('%s --help prints its usage and ends with 0', name => {
    const { code, stdout, stderr } = ended.get(`${name} --help`)!
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Usage: npm (run )?[a-z:-]+ -- /)
  })

  test.each([
    ['soak', 20],
    ['chaos', 1],
  ])('%s --help says its minutes in minutes', (name, minutes) => {
    const { stdout } = ended.get(`${name} --help`)!
    expect(stdout.replace(/\s+/g, ' ')).toMatch(new RegExp(`--minutes <n> [^(]*\\(default: ${minutes}\\)`))
  })

  test.each(commands)('%s with an unknown flag prints its usage, does nothing and ends with 1', name => {
    const { code, stdout, stderr } = ended.get(`${name} --no-such-flag`)!
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^error: unknown option '--no-such-flag'\n/i)
    expect(stderr).toMatch(/^Usage: npm /m)
  })
})
