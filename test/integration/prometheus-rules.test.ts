/** The rules of deploy/prometheus under `promtool`: their own tests pass, and find every alert that never or always fires. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ensurePrometheus, prometheusFolder } from '../../scripts/local/prometheus.ts'
import { type AlertRule, rulesIn } from '../support/known-metrics.ts'
import { systemUnderTest } from '../support/system.ts'

let promtool: string
let copy: string

beforeAll(async () => {
  promtool = (await ensurePrometheus({ log: join(systemUnderTest().logsFolder, 'install.log') })).promtool
  copy = mkdtempSync(join(tmpdir(), 'rules-'))
  cpSync(prometheusFolder, copy, { recursive: true })
}, 120_000)
afterAll(() => rmSync(copy, { recursive: true, force: true }))

function run(args: string[], cwd = prometheusFolder) {
  const { status, stdout, stderr } = spawnSync(promtool, args, { cwd, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

const testFiles = readdirSync(prometheusFolder).filter(file => file.endsWith('.test.yml'))

test('the configuration and its rules are valid', () => {
  const { status, said } = run(['check', 'config', 'prometheus.yml'])
  expect({ status, said }).toMatchObject({ status: 0 })
})

test('the tests of the rules pass', () => {
  expect(testFiles).toHaveLength(2)
  const { status, said } = run(['test', 'rules', ...testFiles])
  expect({ status, said }).toMatchObject({ status: 0 })
}, 120_000)

/** The rules with every expression replaced. */
const withExpression = (expr: string) =>
  readFileSync(join(prometheusFolder, 'alert-rules.yml'), 'utf8').replaceAll(
    /^ {8}expr: (\|\n( {10}.*\n)+|.*\n)/gm,
    `        expr: ${expr}\n`,
  )

/** What the tests of the rules say when every alert has this expression. */
function complaintsAbout(expr: string): string {
  writeFileSync(join(copy, 'alert-rules.yml'), withExpression(expr))
  const { status, said } = run(['test', 'rules', 'alert-rules.test.yml'], copy)
  expect(status).toBe(1)
  return said
}

test('the tests of the rules find each alert that never fires', () => {
  const found = [...complaintsAbout('vector(0) > 1').matchAll(/exp: .*alertname="(\w+)".*\n\s*got: nil/g)]
  const alerts = rulesIn<AlertRule>('alert-rules.yml').map(({ alert }) => alert)
  expect(found.map(([, alert]) => alert).sort()).toEqual(alerts.sort())
}, 120_000)

test('the tests of the rules find alerts that always fire, in every check', () => {
  const checks = readFileSync(join(copy, 'alert-rules.test.yml'), 'utf8').match(/^ {6}- expr: /gm)
  expect(complaintsAbout('vector(1)').match(/^ +expr: /gm)).toHaveLength(checks!.length)
}, 120_000)
