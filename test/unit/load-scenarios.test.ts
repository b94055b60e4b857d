/** The load scenarios as k6 wants them: typed for k6, no names without `.ts`, nothing kept between iterations; and what their reports say. */
import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { readHistory, rowOf } from '../../scripts/lab/load/history.ts'
import { findRunner } from '../../scripts/lab/load/runners.ts'
import { listScenarios, scenarioNames } from '../../scripts/lab/load/scenarios.ts'
import { trendPage } from '../../scripts/lab/load/trend.ts'
import { figuresOf, type SummaryData } from '../load/summary/figures.ts'
import { htmlOf } from '../load/summary/html.ts'
import { junitOf } from '../load/summary/junit.ts'
import { textOf } from '../load/summary/text.ts'
import { repositoryFolder } from '../support/system.ts'

const folder = join(repositoryFolder, 'test/load')
const files = globSync('**/*.ts', { cwd: folder })
const sourceOf = (file: string) => readFileSync(join(folder, file), 'utf8')

describe('the scenarios', () => {
  test('fit the types of k6, without those of Node', async () => {
    const tsc = join(repositoryFolder, 'node_modules/.bin/tsc')
    const types = promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', folder], {
      env: { PATH: process.env.PATH },
    })
    await expect(types).resolves.toMatchObject({ stdout: '' })
  }, 60_000)

  test.each(files)('%s imports what k6 can: its own modules, and files with their whole name', file => {
    const specifiers = [...sourceOf(file).matchAll(/\bfrom '([^']+)'/g)].map(([, specifier]) => specifier!)
    for (const specifier of specifiers) expect(specifier).toMatch(/^(k6(\/[a-z]+)?|\.{1,2}\/.*\.ts)$/)
  })

  // In k6 each VU has modules of its own; in the stand-in all have the same.
  test.each(files)('%s keeps nothing in a variable of the module', file => {
    expect(sourceOf(file)).not.toMatch(/^(export )?(let|var) /m)
  })

  test.each(scenarioNames())(
    '%s says what it is, ends its runs with the books, and names itself in its reports',
    name => {
      const source = sourceOf(`scenarios/${name}.ts`)
      expect(listScenarios().find(line => line.trim().startsWith(`${name} `))).toMatch(/ \S.*\.$/)
      expect(source).toContain("export { begin as setup, end as teardown } from '../run.ts'")
      expect(source).toContain(`export const handleSummary = summaryOf('${name}')`)
    },
  )
})

const facts = {
  ...{ scenario: 'smoke', baseUrl: 'http://127.0.0.1:8080', endedAt: '2026-01-02T03:04:05.000Z' },
  ...{ timeScale: 1, rateScale: 1 },
}

/** As k6 hands it over; `isVoid` makes it one of the stand-in. */
function dataWith(ok: boolean, isVoid?: boolean): SummaryData {
  const trend = { 'p(95)': 12.345, 'p(99)': 20 }
  return {
    metrics: {
      checks: {
        type: 'rate',
        contains: 'default',
        values: { rate: 1, passes: 2, fails: 0 },
        thresholds: { 'rate==1': { ok: true } },
      },
      http_req_duration: { type: 'trend', contains: 'time', values: trend, thresholds: { 'p(95)<5': { ok } } },
    },
    root_group: { checks: [{ name: 'status <201> & "more"', passes: 2, fails: ok ? 0 : 1 }] },
    state: { testRunDurationMs: 2_500 },
    setup_data: { seed: 'run-1' },
    ...(isVoid !== undefined && { standIn: { label: 'stand-in (not k6)', lagMs: 25, lagMsMax: 10, isVoid } }),
  }
}

describe('a report', () => {
  test('of k6 says k6, and its cases are the thresholds and the checks', () => {
    const figures = figuresOf(dataWith(true), facts)
    expect(figures).toMatchObject({ runner: 'k6', verdict: 'passed', seed: 'run-1', durationS: 2.5, standIn: null })
    const xml = junitOf(figures)
    expect(xml).toContain(
      '<testsuite name="load smoke (k6)" tests="3" failures="0" errors="0" skipped="0" time="2.500">',
    )
    expect(xml).toContain('name="check: status &lt;201&gt; &amp; &quot;more&quot;"/>')
  })

  test('of a broken threshold is a failure in every form', () => {
    const figures = figuresOf(dataWith(false), facts)
    expect(figures.verdict).toBe('failed')
    expect(junitOf(figures)).toContain('<failure message="threshold broken: p(95)=12.35 p(99)=20"/>')
    expect(junitOf(figures)).toContain('failures="2"')
    expect(htmlOf(figures)).toContain('failed · 실패')
    expect(textOf(figures)).toContain('✗ http_req_duration p(95)<5')
  })

  test.each([true, false])('of a void run judges no speed, whether the threshold held (%p) or not', ok => {
    const figures = figuresOf(dataWith(ok, true), facts)
    expect(figures).toMatchObject({ runner: 'stand-in (not k6)', verdict: 'void' })
    expect(junitOf(figures)).toContain('<skipped message="void: the generator was late;')
    expect(textOf(figures)).toContain('VOID')
    for (const form of [junitOf, htmlOf, textOf]) expect(form(figures)).toContain('not k6')
  })

  test('in a form that k6 may come to choose is refused', () => {
    const other = { ...dataWith(true), metrics: { checks: { type: 'rate' } } } as unknown as SummaryData
    expect(() => figuresOf(other, facts)).toThrow('K6_NEW_MACHINE_READABLE_SUMMARY')
  })
})

describe('the history', () => {
  const row = rowOf(figuresOf(dataWith(true, false), facts), '7')

  test('keeps what a trend needs', () => {
    expect(row).toMatchObject({ build: '7', scenario: 'smoke', p95Ms: '12.35', p99Ms: '20.00', goodputPerS: '0.00' })
    const [head, line] = [Object.keys(row).join(','), Object.values(row).join(',')]
    expect(readHistory(`${head}\n${line}\n`)).toEqual([row])
  })

  test('draws k6 and its stand-in apart', () => {
    const page = trendPage([row, { ...row, runner: 'k6' }, row], ['smoke.html'])
    expect([...page.matchAll(/<h2>(smoke.*)<\/h2>/g)].map(([, name]) => name)).toEqual([
      'smoke, stand-in (not k6)',
      'smoke, k6',
    ])
    expect(page.match(/<circle/g)).toHaveLength(6)
    expect(page).toContain('<a href="smoke.html">')
  })
})

test('k6 is taken from PATH when it is there; without it nobody who wished for it gets something else', () => {
  const env = { PATH: '/no/such/folder' }
  expect(findRunner(undefined, env).label).toContain('not k6')
  expect(() => findRunner('k6', env)).toThrow('there is no k6 on PATH')
})
