/** `npm run soak`, the whole twenty minutes; and before it that what it looks with finds a process that leaks, and lets one be that does not. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, createWriteStream, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { INSPECTOR_ON_DEMAND } from '../../scripts/lab/bench/inspector.ts'
import { growthsOf, judge, type Sample } from '../../scripts/lab/soak/judge-series.ts'
import { watchNodeProcess } from '../../scripts/lab/soak/node-processes.ts'
import type { SoakResult } from '../../scripts/lab/soak/run.ts'
import { sampleDuring } from '../../scripts/lab/soak/sampling.ts'
import { until } from '../../shared/runtime/until.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

const MINUTES = 20
const SEED = 20_261_130
/** With the start, the peak before and the books afterwards. */
const DEADLINE_MS = (MINUTES + 20) * 60_000
const WATCHED_MS = 15_000

jest.setTimeout(DEADLINE_MS)

/** Works a little all the time; `keeps` says what becomes of it. */
const worker = (keeps: string) => `
const { openSync } = require('node:fs')
const kept = []
setInterval(() => {
  const work = Array.from({ length: 2_000 }, (_, index) => ({ index, text: 'text ' + index }))
  ${keeps}
}, 50)
console.log('working')
`

const started: ChildProcess[] = []

afterAll(() => {
  for (const child of started) child.kill()
})

/** What is said of a process that is watched for a quarter of a minute. */
async function growthsWhileWatching(name: string, keeps: string): Promise<string[]> {
  const { logsFolder } = systemUnderTest()
  mkdirSync(logsFolder, { recursive: true })
  const log = join(logsFolder, `soak-${name}.log`)
  const output = openSync(log, 'w')
  const child = spawn(process.execPath, [INSPECTOR_ON_DEMAND, '-e', worker(keeps)], {
    env: inheritedEnv(),
    stdio: ['ignore', output, output],
  })
  started.push(child)
  closeSync(output)
  await until(() => readFileSync(log, 'utf8').includes('working'), { what: `${name} to work` })
  const watch = await watchNodeProcess({ name, pid: child.pid!, log })
  const samples: Sample[] = []
  await sampleDuring(sleep(WATCHED_MS), {
    everyMs: 250,
    take: async () => ({ readings: await watch.readings({ withHeap: true }) }),
    taken: sample => void samples.push(sample),
    missed: error => {
      throw error
    },
  })
  watch.close()
  const ended = once(child, 'exit')
  child.kill()
  await ended
  return growthsOf(judge(samples, { warmupMs: WATCHED_MS / 4, rateMs: WATCHED_MS / 10 }))
}

const onLinux = process.platform === 'linux' ? test : test.skip

describe('a process of ours', () => {
  onLinux('that keeps what it worked on, and files open, is found by its heap, its memory and its files', async () => {
    const growths = await growthsWhileWatching('leaking', `kept.push(work); openSync(process.execPath, 'r')`)

    for (const figure of ['heap after GC', 'resident', 'open files'])
      expect(growths).toContainEqual(expect.stringMatching(new RegExp(`^leaking: ${figure}.* grows: `)))
  })

  onLinux('that keeps nothing is let be', async () => {
    expect(await growthsWhileWatching('steady', 'kept[0] = work')).toEqual([])
  })
})

/** Ends by itself when this process is gone. */
async function runSoak(): Promise<{ code: number | null; result: SoakResult }> {
  const { logsFolder } = systemUnderTest()
  const file = join(logsFolder, 'soak.json')
  const log = createWriteStream(join(logsFolder, 'soak.log'))
  const flags = ['--minutes', String(MINUTES), '--seed', String(SEED), '--json', file]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/soak.ts', ...flags], {
    cwd: repositoryFolder,
    env: { ...inheritedEnv(), PAY_RUN_FILE: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const [code] = await once(child, 'close')
  log.end()
  return { code, result: JSON.parse(readFileSync(file, 'utf8')) }
}

const natively = systemUnderTest().mode === 'native' ? test : test.skip

natively(`nothing grows in ${MINUTES} minutes at half load, and the books are right (seed ${SEED})`, async () => {
  const { code, result } = await runSoak()

  expect({ code, problems: result.problems }).toEqual({ code: 0, problems: [] })
  expect(result.samples).toBeGreaterThan(MINUTES * 3)
  const judged = new Set(result.judgement.series.map(({ kind, of }) => `${kind} ${of}`))
  for (const name of ['api', 'acquirer', 'bank', 'mariadb', 'kafka', 'redis']) {
    expect(judged).toContain(`files ${name}`)
    expect(judged).toContain(`cpu ${name}`)
  }
  for (const name of ['api', 'acquirer', 'bank']) {
    expect(judged).toContain(`memory ${name}`)
    expect(judged).toContain(`heap ${name}`)
  }
  for (const name of ['mariadb', 'kafka']) expect(judged).toContain(`serviceMemory ${name}`)
  expect(judged).toContain('rowsExamined mariadb')
  expect(result.judgement.statements.length).toBeGreaterThan(20)
  expect(result.books).toMatchObject({ broken: [], pending: 0 })
})
