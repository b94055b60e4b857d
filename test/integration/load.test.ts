/** `npm run load`: the smoke scenario passes against the running system, and its reports say what ran; a wrong API breaks its thresholds. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, jest, test } from '@jest/globals'
import type { Figures } from '../load/summary/figures.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(180_000)

const { apiUrl } = systemUnderTest()
const folder = mkdtempSync(join(tmpdir(), 'load-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  code: number
  printed: string
}

/** Runs the tool as a person would who has no k6. The books are judged by the phase `verify`. */
const load = (...args: string[]): Promise<Ended> =>
  promisify(execFile)(process.execPath, ['scripts/load.ts', ...args], {
    cwd: repositoryFolder,
    env: { ...inheritedEnv(), NODE_OPTIONS: '', BUILD_NUMBER: '7' },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, printed: stdout + stderr }),
    error => ({ code: error.code, printed: error.stdout + error.stderr }),
  )

const report = (name: string) => readFileSync(join(folder, name), 'utf8')
const figures = (): Figures => JSON.parse(report('smoke.json'))
const smoke = ['smoke', '--runner', 'stand-in', '--reports', folder, '--history', join(folder, 'runs.csv')]
const LABEL = 'stand-in (not k6)'

describe('the smoke scenario', () => {
  test('passes: every flow, every check, and nothing is taken for k6', async () => {
    const { code, printed } = await load(...smoke, '--api', apiUrl, '--seed', `test-${process.pid}`)
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringContaining('This is not k6') })
    const { checks, runner, verdict, seed, metrics } = figures()
    expect({ runner, verdict, seed }).toEqual({ runner: LABEL, verdict: 'passed', seed: `test-${process.pid}` })
    expect(checks.length).toBeGreaterThan(25)
    expect(checks.filter(({ passes, fails }) => passes === 0 || fails > 0)).toEqual([])
    expect(metrics.goodput?.values.count).toBe(50)
  })

  test('has told the same as JUnit, as a page and in the history, each with who ran it', () => {
    const { thresholds, checks } = figures()
    const cases = thresholds.length + checks.length
    expect(report('smoke.xml')).toContain(`<testsuite name="load smoke (${LABEL})" tests="${cases}" failures="0"`)
    expect(report('smoke.html')).toContain(`<b>${LABEL}</b>`)
    expect(report('index.html')).toContain(`<h2>smoke, ${LABEL}</h2>`)
    for (const page of ['smoke.html', 'index.html']) expect(report(page)).not.toMatch(/<script|https?:\/\/(?!127)/)
    expect(report('runs.csv').trim().split('\n').at(-1)).toMatch(/,7,smoke,stand-in \(not k6\),passed,\d/)
  })

  test('fails with 99 when answers are wrong, and says so in every report', async () => {
    const wrong = createServer((request, response) =>
      request.resume().on('end', () => response.writeHead(201).end('{}')),
    )
    await new Promise<void>(done => wrong.listen(0, '127.0.0.1', done))
    const { port } = wrong.address() as AddressInfo
    const { code, printed } = await load(...smoke, '--api', `http://127.0.0.1:${port}`)
    await new Promise(done => wrong.close(done))
    expect({ code, printed }).toMatchObject({ code: 99, printed: expect.stringContaining('✗ checks rate==1') })
    expect(figures().verdict).toBe('failed')
    expect(report('smoke.xml')).toContain('<failure message="threshold broken: ')
    expect(report('smoke.html')).toContain('failed · 실패')
    expect(report('runs.csv').trim().split('\n')).toHaveLength(3)
  })

  test('with no API to ask fails, too', async () => {
    const { code } = await load(...smoke, '--api', 'http://127.0.0.1:9')
    expect(code).toBe(99)
    expect(figures().metrics.http_req_failed?.values.rate).toBe(1)
  })
})

describe('it refuses', () => {
  test('a scenario that there is not, with the list of those that there are', async () => {
    const { code, printed } = await load('smok')
    expect(code).toBe(1)
    for (const name of ['smoke', 'load-full-flow', 'soak-conflicts']) expect(printed).toContain(name)
  })

  test('a factor that is none', async () => {
    rmSync(join(folder, 'smoke.json'), { force: true })
    const { code, printed } = await load(...smoke, '--api', apiUrl, '--rate-scale', 'much')
    expect({ code, printed }).toEqual({
      code: 1,
      printed: expect.stringContaining('RATE_SCALE must be a number above 0'),
    })
    expect(existsSync(join(folder, 'smoke.json'))).toBe(false)
  })
})
