/** The benchmark's own test: a run of a few seconds, on a system of its own, whose figures fit together. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { BenchResult, CaseMedians } from '../../scripts/lab/bench/run.ts'
import { caseKinds } from '../../scripts/lab/bench/settings.ts'
import { stageNames } from '../../scripts/lab/bench/stages.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(400_000)

const execute = promisify(execFile)
const { PAY_RUN_FILE: _, ...env } = inheritedEnv()
const bench = (...args: string[]) =>
  execute(process.execPath, ['scripts/bench.ts', ...args], { cwd: repositoryFolder, env })

describe('npm run bench', () => {
  let folder: string
  let output: string
  let result: BenchResult

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-'))
    const file = join(folder, 'bench.json')
    output = (await bench('--quick', '--seconds', '0.5', '--warmup', '0.2', '--seed', '1', '--json', file)).stdout
    result = JSON.parse(await readFile(file, 'utf8'))
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  const figuresOf = (kind: CaseMedians['kind']) => {
    const found = result.cases.find(each => each.kind === kind)
    if (found === undefined) throw new Error(`there is no case ${kind}`)
    return found.figures
  }

  test('ran every case without an unexpected answer, and the books are right', () => {
    expect(result.problems).toEqual([])
    expect(result.cases.map(({ kind }) => kind)).toEqual([
      'authorize',
      'flow',
      'empty',
      'empty-quick',
      'empty-typescript',
      'direct-authorize',
      'direct-flow',
    ])
    expect(result.books).toMatchObject({ ok: true, pending: 0, broken: [] })
    const written = figuresOf('authorize').load.all.units + figuresOf('flow').load.all.units
    expect(result.books.payments).toBeGreaterThan(written)
  })

  test.each(caseKinds)('%s: the figures fit together', kind => {
    const { requestsPerSecond, load } = figuresOf(kind)
    const { latencyMs, requests, units, all, seconds } = load
    const requestsOfUnit = kind.endsWith('flow') ? 3 : 1
    expect(requests).toBeGreaterThan(0)
    expect(requestsPerSecond).toBeCloseTo(requests / seconds)
    expect(all.requests).toBe(all.units * requestsOfUnit)
    expect(all.units).toBeGreaterThanOrEqual(units)
    expect(latencyMs.p50).toBeGreaterThan(0)
    expect(latencyMs.p50).toBeLessThanOrEqual(latencyMs.p95)
    expect(latencyMs.p95).toBeLessThanOrEqual(latencyMs.p99)
    expect(load.cpuSeconds).toBeGreaterThan(0)
  })

  test.each(['authorize', 'flow'] as const)('%s: every event is in Kafka, and its lag is known', kind => {
    const { events } = figuresOf(kind)
    expect(events?.recordsPerEvent).toBeGreaterThanOrEqual(1)
    expect(events?.doorbellsPerEvent).toBeGreaterThan(0)
    expect(events?.outboxLagMs?.count).toBeGreaterThan(0)
    expect(events?.backlogMax).toBeGreaterThan(0)
    expect(events?.ledgerLagMs !== undefined).toBe(kind === 'flow')
  })

  test('says how busy the machine was, and how fast it is by itself', () => {
    for (const { figures } of result.cases) {
      expect(figures.machineBusy).toBeGreaterThan(0)
      expect(figures.machineBusy).toBeLessThanOrEqual(1.05)
    }
    expect(result.speed?.fdatasyncMs).toBeGreaterThan(0)
    expect(result.speed?.hashMiBPerSecond).toBeGreaterThan(0)
  })

  test('--stages: together they are what the client waited', async () => {
    const file = join(folder, 'stages.json')
    const only = ['--only', 'authorize', '--quick', '--seconds', '2', '--warmup', '0.2', '--seed', '1']
    await bench('--stages', ...only, '--json', file)
    const traced: BenchResult = JSON.parse(await readFile(file, 'utf8'))
    const { stages, requestsPerSecond } = traced.cases[0]!.figures
    expect(stages?.traces).toBeGreaterThan(0)
    const meanMs = stages!.meanMs
    for (const name of stageNames) expect({ [name]: meanMs[name] >= 0 }).toEqual({ [name]: true })
    const together = stageNames.reduce((sum, name) => sum + meanMs[name], 0)
    expect(together).toBeCloseTo((traced.settings.concurrency[0]! * 1_000) / requestsPerSecond)
  })

  test('--front minimal: both fronts are measured in one run, and the product writes the same through either', async () => {
    const file = join(folder, 'front.json')
    const only = ['--only', 'authorize,authorize-minimal,flow-minimal,empty-minimal', '--quick', '--seed', '1']
    const { stdout } = await bench('--front', 'minimal', ...only, '--json', file)
    const { problems, cases, books }: BenchResult = JSON.parse(await readFile(file, 'utf8'))
    expect({ problems, ok: books.ok }).toEqual({ problems: [], ok: true })
    expect(cases.map(({ kind }) => kind)).toEqual(['authorize', 'authorize-minimal', 'flow-minimal', 'empty-minimal'])
    for (const { figures } of cases) expect(figures.requestsPerSecond).toBeGreaterThan(0)
    expect(stdout).toMatch(/^authorize-minimal ÷ authorize +@2 +\d+ % +/m)
  })

  test('names the CPU time of every process that it can see', () => {
    const seen = systemUnderTest().mode === 'native'
    const { cpuSeconds, cpuMsPerRequest } = figuresOf('authorize')
    for (const name of ['api', 'mariadb', 'kafka', 'redis'])
      expect(cpuSeconds[name]).toEqual(seen || name === 'api' ? expect.any(Number) : null)
    expect(cpuMsPerRequest).toEqual(seen ? expect.any(Number) : null)
    expect(figuresOf('empty').cpuMsPerRequest).toBeGreaterThan(0)
  })

  test('prints the tables, and prints them again from the file, as Markdown too', async () => {
    for (const line of [/^seed 1$/m, /^authorize @2 +\d+/m, /^flow ÷ direct-flow +\d+\.\d %$/m, /^books: all \d+/m])
      expect(output).toMatch(line)
    const again = await bench(
      '--from',
      join(folder, 'bench.json'),
      '--markdown',
      '--compare',
      join(folder, 'bench.json'),
    )
    expect(again.stdout).toMatch(/^\| authorize @2 \| \d+ \|/m)
    expect(again.stdout).toMatch(/^\| authorize @2 \| (\d+) \| \1 \| 0\.0 % \|/m)
  })
})
