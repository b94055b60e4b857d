/** The rules of deploy/prometheus under `promtool`: their own tests pass, and find every alert that never or always fires. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ensurePrometheus, prometheusFolder } from '../../scripts/local/prometheus.ts'
import { type AlertRule, rulesIn } from '../support/known-metrics.ts'
import { systemUnderTest } from '../support/system.ts'

interface Said {
  status: number
  said: string
}

const ALERT_TESTS = 'alert-rules.test.yml'
const testFiles = readdirSync(prometheusFolder).filter(file => file.endsWith('.test.yml'))

const copies: string[] = []
let said: Record<'config' | 'tests' | 'neverFiring' | 'alwaysFiring', Said>

beforeAll(async () => {
  const { promtool } = await ensurePrometheus({ log: join(systemUnderTest().logsFolder, 'install.log') })
  const run = (args: string[], cwd = prometheusFolder): Promise<Said> =>
    promisify(execFile)(promtool, args, { cwd, maxBuffer: 64 * 2 ** 20 }).then(
      ({ stdout, stderr }) => ({ status: 0, said: stdout + stderr }),
      error => ({ status: error.code, said: `${error.stdout}${error.stderr}` }),
    )
  // Each takes seconds of one core.
  const [config, tests, neverFiring, alwaysFiring] = await Promise.all([
    run(['check', 'config', 'prometheus.yml']),
    run(['test', 'rules', ...testFiles]),
    run(['test', 'rules', ALERT_TESTS], copyWithExpression('vector(0) > 1')),
    run(['test', 'rules', ALERT_TESTS], copyWithExpression('vector(1)')),
  ])
  said = { config, tests, neverFiring, alwaysFiring }
}, 300_000)
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true })
})

/** The rules with every expression replaced. */
function copyWithExpression(expr: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'rules-'))
  copies.push(copy)
  cpSync(prometheusFolder, copy, { recursive: true })
  const rules = readFileSync(join(copy, 'alert-rules.yml'), 'utf8')
  const replaced = rules.replaceAll(/^ {8}expr: (\|\n( {10}.*\n)+|.*\n)/gm, `        expr: ${expr}\n`)
  writeFileSync(join(copy, 'alert-rules.yml'), replaced)
  return copy
}

test('the configuration and its rules are valid', () => {
  expect(said.config).toMatchObject({ status: 0 })
})

test('the tests of the rules pass', () => {
  expect(testFiles).toHaveLength(2)
  expect(said.tests).toMatchObject({ status: 0 })
})

test('the tests of the rules find each alert that never fires', () => {
  expect(said.neverFiring.status).toBe(1)
  const found = [...said.neverFiring.said.matchAll(/exp: .*alertname="(\w+)".*\n\s*got: nil/g)]
  const alerts = rulesIn<AlertRule>('alert-rules.yml').map(({ alert }) => alert)
  expect(found.map(([, alert]) => alert).sort()).toEqual(alerts.sort())
})

test('the tests of the rules find alerts that always fire, in every check', () => {
  const checks = readFileSync(join(prometheusFolder, ALERT_TESTS), 'utf8').match(/^ {6}- expr: /gm)
  expect(said.alwaysFiring.status).toBe(1)
  expect(said.alwaysFiring.said.match(/^ +expr: /gm)).toHaveLength(checks!.length)
})
