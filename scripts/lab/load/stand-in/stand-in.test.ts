/** The parts of the stand-in against k6's definitions, and whole runs of small scenarios against a server of this test. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { arrivalTimes } from './arrivals.ts'
import { execute } from './executors.ts'
import { Metrics, percentile } from './metrics.ts'
import { optionsFrom } from './options.ts'
import { exitCode } from './run-module.ts'
import { abortingThreshold, compileThreshold } from './thresholds.ts'

// Whole runs are processes of their own, and machines are busy.
jest.setTimeout(60_000)

describe('percentiles', () => {
  test.each([
    [[], 95, 0],
    [[7], 99, 7],
    [[1, 2, 3, 4], 50, 2.5],
    [[1, 2, 3, 4, 5], 25, 2],
    [[10, 20], 90, 19],
    [[1, 2, 3], 100, 3],
  ])('of %j at %i is %d: between two samples it is interpolated', (values, percent, expected) => {
    expect(percentile(values, percent)).toBeCloseTo(expected, 9)
  })

  test('are of the samples in order, and go on being so when more come', () => {
    const metrics = new Metrics()
    for (const value of [30, 10, 20]) metrics.add('http_req_duration', value, {})
    expect(metrics.select('http_req_duration').values(['min', 'med', 'max', 'avg'], 1)).toEqual({
      ...{ min: 10, med: 20, max: 30, avg: 20 },
    })
    metrics.add('http_req_duration', 5, {})
    expect(metrics.select('http_req_duration').read('min', 1)).toBe(5)
  })
})

describe('metrics', () => {
  test('keep samples apart by their tags', () => {
    const metrics = new Metrics()
    const part = metrics.select('http_reqs{scenario:hot,status:429}')
    metrics.add('http_reqs', 1, { scenario: 'hot', status: '429' })
    metrics.add('http_reqs', 1, { scenario: 'hot', status: '201' })
    expect([part.count, metrics.select('http_reqs').count]).toEqual([1, 2])
  })

  test('are of one type', () => {
    expect(() => new Metrics().define('checks', 'counter')).toThrow('is a rate already')
  })
})

const seconds = (rate: number, stages: [target: number, s: number][]): number[] => [
  ...arrivalTimes(
    rate,
    stages.map(([target, s]) => ({ target, duration: s * 1_000 })),
    1_000,
  ),
]

describe('arrival times', () => {
  test('at a constant rate are evenly spread, whatever the answers do', () => {
    expect(seconds(4, [[4, 1]])).toEqual([0, 250, 500, 750])
  })

  test('of a ramp from 0 to 10 a second in 2 s are 10, and come closer to each other', () => {
    const times = seconds(0, [[10, 2]])
    expect(times).toHaveLength(10)
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(gaps).toEqual(gaps.toSorted((a, b) => b - a))
    // So many are due by then: 2.5 t².
    for (const [index, time] of times.entries()) expect(2.5 * (time / 1_000) ** 2).toBeCloseTo(index, 6)
  })

  test('go on from stage to stage without a gap or a jump', () => {
    const times = seconds(10, [
      [10, 1],
      [20, 1],
      [0, 1],
    ])
    expect(times).toHaveLength(10 + 15 + 10)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[10]).toBe(1_000)
    expect(times.at(-1)).toBeLessThan(3_000)
  })
})

interface Seen {
  began: number[]
  dropped: number
  latest: number
}

/** Runs a scenario whose iterations take so long. */
async function run(given: object, lengthMs: number): Promise<Seen> {
  const { scenarios } = optionsFrom({ scenarios: { one: { exec: 'one', ...given } } })
  const seen: Seen = { began: [], dropped: 0, latest: 0 }
  await execute(scenarios.one!, {
    run: async iteration => {
      seen.began.push(iteration)
      await new Promise(done => setTimeout(done, lengthMs))
    },
    dropped: count => (seen.dropped += count),
    late: ms => (seen.latest = Math.max(seen.latest, ms)),
    isOver: () => false,
  })
  return seen
}

describe('dropped iterations', () => {
  const arrivals = { executor: 'constant-arrival-rate', rate: 10, duration: '1s', preAllocatedVUs: 1 }

  test('are those that find no VU: one VU and a second each leave one of ten', async () => {
    expect(await run({ ...arrivals, maxVUs: 1 }, 2_000)).toMatchObject({ began: [0], dropped: 9 })
  })

  test('make more VUs, up to the most that may be', async () => {
    // The first begins, the second is dropped and makes a VU, the third takes it, and so on.
    expect(await run({ ...arrivals, maxVUs: 3 }, 2_000)).toMatchObject({ began: [0, 1, 2], dropped: 7 })
  })

  test('are none when the VUs suffice, each with a number of its own', async () => {
    const { began, dropped } = await run({ ...arrivals, preAllocatedVUs: 10 }, 2_000)
    expect({ began, dropped }).toEqual({ began: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], dropped: 0 })
  })

  test('of shared iterations are those for which no time was left', async () => {
    const shared = { executor: 'shared-iterations', vus: 2, iterations: 10, maxDuration: '500ms' }
    expect(await run(shared, 1_000)).toMatchObject({ began: [0, 1], dropped: 8 })
  })
})

const compile = (metrics: Metrics, selector: string, threshold: string, more: object = {}) =>
  compileThreshold(metrics, selector, { threshold, abortOnFail: false, delayAbortEval: 0, ...more })

describe('thresholds', () => {
  test.each([
    ['http_req_duration', 'p(50)<20', false],
    ['http_req_duration', 'p(50)<=20', true],
    ['http_req_duration', 'avg > 19.5', true],
    ['http_req_duration', 'max!=30', false],
    ['http_reqs', 'count==3', true],
    ['http_reqs', 'rate>=1.5', true],
    ['http_reqs', 'rate>1.5', false],
    ['checks', 'rate===1', false],
    ['dropped_iterations', 'count==0', true],
  ])('%s %s holds: %p', (selector, expression, expected) => {
    const metrics = new Metrics()
    for (const value of [10, 20, 30]) {
      metrics.add('http_req_duration', value, {})
      metrics.add('http_reqs', 1, {})
      metrics.add('checks', Number(value < 30), {})
    }
    expect(compile(metrics, selector, expression).holds(2)).toBe(expected)
  })

  test.each([
    ['http_req_duration', 'p(95)', 'no threshold that the stand-in can read'],
    ['http_req_duration', 'count<1', 'a trend has no "count"'],
    ['http_reqs', 'p(95)<1', 'a counter has no "p(95)"'],
    ['no_such_metric', 'count<1', 'there is no metric'],
    ['http_reqs{scenario}', 'count<1', 'not name:value'],
  ])('%s %s is refused', (selector, expression, message) => {
    expect(() => compile(new Metrics(), selector, expression)).toThrow(message)
  })

  test('that abort end a run only after their delay, with samples, and when broken', () => {
    const metrics = new Metrics()
    const watched = compile(metrics, 'http_reqs', 'count<2', { abortOnFail: true, delayAbortEval: 10_000 })
    const others = compile(metrics, 'http_reqs', 'count<1')
    expect(abortingThreshold([others, watched], 20_000)).toBeUndefined()
    for (let count = 0; count < 2; count++) metrics.add('http_reqs', 1, {})
    expect(abortingThreshold([others, watched], 9_999)).toBeUndefined()
    expect(abortingThreshold([others, watched], 10_000)).toBe(watched)
  })

  test('of answers count in a void run, those of speed do not', () => {
    const metrics = new Metrics()
    const ofSpeed = [compile(metrics, 'http_req_duration', 'max<1'), compile(metrics, 'dropped_iterations', 'count<1')]
    const ofAnswers = compile(metrics, 'checks', 'rate==1')
    expect([exitCode([], false), exitCode([], true), exitCode(ofSpeed, true)]).toEqual([0, 3, 3])
    expect([exitCode(ofSpeed, false), exitCode([ofAnswers], true)]).toEqual([99, 99])
  })
})

describe('options that are not known are refused', () => {
  const scenario = { executor: 'shared-iterations', exec: 'one', vus: 1, iterations: 1 }
  test.each([
    ['an option', { scenarios: {}, noConnectionReuse: true }, 'noConnectionReuse'],
    ['an executor', { scenarios: { one: { ...scenario, executor: 'externally-controlled' } } }, 'scenarios.one'],
    ['an option of an executor', { scenarios: { one: { ...scenario, startTime: '5s' } } }, 'startTime'],
    ['a duration', { scenarios: { one: { ...scenario, maxDuration: '5 minutes' } } }, 'maxDuration'],
    [
      'an option of a threshold',
      { scenarios: {}, thresholds: { checks: [{ threshold: 'rate==1', abort: true }] } },
      'checks',
    ],
  ])('%s', (_, options, named) => {
    expect(() => optionsFrom(options)).toThrow(named)
  })
})

interface Data {
  standIn: { lagMs: number }
  metrics: Record<string, { values: Record<string, number> }>
}

interface Ended {
  code: number
  printed: string
}

describe('a run', () => {
  let server: Server
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'load-stand-in-'))
    server = createServer((request, response) => {
      request.resume()
      const answer = () => response.writeHead(201, { 'retry-after': '7' }).end(JSON.stringify({ path: request.url }))
      setTimeout(answer, request.url === '/slow' ? 300 : 0)
    })
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    server.closeAllConnections()
    await new Promise(done => server.close(done))
  })

  const head = `import { check } from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'
export const handleSummary = data => ({ [__ENV.OUT]: JSON.stringify(data) })
const ask = (path, params) => http.asyncRequest('GET', __ENV.BASE_URL + path, null, params)
`
  const scenarios = `{ one: { executor: 'shared-iterations', exec: 'one', vus: 2, iterations: 4 } }`
  const arriving = `{ one: { executor: 'constant-arrival-rate', exec: 'one', rate: 20, duration: '2s', preAllocatedVUs: 40 } }`

  async function ran(source: string): Promise<Ended & { data: () => Data }> {
    const file = join(folder, 'scenario.mjs')
    const out = join(folder, 'out.json')
    writeFileSync(file, head + source)
    rmSync(out, { force: true })
    const { port } = server.address() as AddressInfo
    const main = join(import.meta.dirname, 'main.ts')
    const args = ['-e', `BASE_URL=http://127.0.0.1:${port}`, '-e', `OUT=${out}`, file]
    const ended = await promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, ...args],
      {
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    ).then(
      ({ stdout, stderr }) => ({ code: 0, printed: stdout + stderr }),
      error => ({ code: error.code, printed: error.stdout + error.stderr }),
    )
    return { ...ended, data: () => JSON.parse(readFileSync(out, 'utf8')) }
  }

  test('asks, checks, numbers its iterations, hands setup’s data on, and says that it is not k6', async () => {
    const { code, printed, data } = await ran(`
export const options = { scenarios: ${scenarios}, thresholds: { checks: ['rate==1'], http_reqs: ['count==5'] } }
export const setup = () => ({ path: '/from-setup' })
export async function one({ path }) {
  const { status, headers, body, timings } = await ask(path + exec.scenario.iterationInTest)
  check(status, {
    status: seen => seen === 201,
    header: () => headers['Retry-After'] === '7',
    body: () => JSON.parse(body).path === path + exec.scenario.iterationInTest && exec.scenario.name === 'one',
    time: () => timings.duration > 0,
  })
}
export const teardown = async ({ path }) => check(await ask(path), { teardown: ({ status }) => status === 201 })
`)
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringContaining('This is not k6') })
    expect(data()).toMatchObject({
      standIn: { label: 'stand-in (not k6)', isVoid: false },
      setup_data: { path: '/from-setup' },
      root_group: { checks: expect.arrayContaining([{ name: 'body', passes: 4, fails: 0 }]) },
      metrics: { checks: { thresholds: { 'rate==1': { ok: true } } }, iterations: { values: { count: 4 } } },
    })
  })

  test('ends with 99 when a threshold breaks, and says which', async () => {
    const { code, data } = await ran(`
export const options = { scenarios: ${scenarios}, thresholds: { checks: ['rate==1'] } }
export const one = async () => check(await ask('/'), { wrong: ({ status }) => status === 200 })
`)
    expect(code).toBe(99)
    expect(data().metrics.checks).toMatchObject({
      values: { passes: 0, fails: 4 },
      thresholds: { 'rate==1': { ok: false } },
    })
  })

  test('counts no answer as a failed request, and an expected status as none', async () => {
    const { data } = await ran(`
export const options = { scenarios: ${scenarios} }
export async function one() {
  await ask('/slow', { timeout: '20ms' })
  await ask('/', { responseCallback: http.expectedStatuses(201) })
  await ask('/', { responseCallback: http.expectedStatuses(429) })
}
`)
    expect(data().metrics.http_req_failed!.values).toMatchObject({ passes: 8, fails: 4 })
    expect(data().metrics.http_reqs!.values.count).toBe(12)
  })

  test('is void when the generator was too late for its own times: code 3', async () => {
    const { code, data } = await ran(`
export const options = { scenarios: ${arriving}, thresholds: { http_req_duration: ['p(95)<1'], checks: ['rate==1'] } }
export async function one() {
  const untilMs = Date.now() + 60
  while (Date.now() < untilMs);
  check(await ask('/'), { right: ({ status }) => status === 201 })
}
`)
    expect({ code, standIn: data().standIn }).toMatchObject({ code: 3, standIn: { isVoid: true, lagMsMax: 10 } })
    expect(data().standIn.lagMs).toBeGreaterThan(10)
    // Each takes 10 ms longer than there is time for, and 40 of them are due: the last begins far too late.
    expect(data().metrics.scheduled_latency!.values['p(95)']).toBeGreaterThan(250)
  })

  test('times an iteration also from when it should have begun', async () => {
    const { data } = await ran(`
export const options = { scenarios: ${arriving}, summaryTrendStats: ['min', 'max'] }
export const one = () => ask('/slow')
`)
    const { scheduled_latency, http_req_duration, iteration_duration } = data().metrics
    expect(http_req_duration!.values.min).toBeGreaterThanOrEqual(295)
    expect(scheduled_latency!.values.min).toBeGreaterThanOrEqual(iteration_duration!.values.min!)
  })

  test.each([
    ['an import of k6', `import { sha256 } from 'k6/crypto'`, 'has no module "k6/crypto"'],
    ['an import of an npm package', `import x from 'undici'`, 'has no module "undici"'],
    ['an import of Node', `import fs from 'node:fs'`, 'has no module "node:fs"'],
    ['a name of a module', `import { sleep } from 'k6'`, 'sleep'],
    ['an option', `export const options = { scenarios: {}, vus: 3 }`, 'vus'],
    ['a function', `export const options = { scenarios: ${scenarios} }`, 'exports no function "one"'],
    [
      'a parameter of a request',
      `export const options = { scenarios: ${scenarios} }
export const one = () => ask('/', { redirects: 0 })`,
      'does not know the parameter "redirects"',
    ],
  ])('that wants what there is not ends with 1: %s', async (_, source, message) => {
    const { code, printed } = await ran(source)
    expect({ code, printed }).toEqual({ code: 1, printed: expect.stringContaining(message) })
  })
})
