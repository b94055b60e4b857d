/** The benchmark at scale, small: a run of both shapes, whose books are right and whose figures are there. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { consoleLookups } from '../../scripts/lab/bench/scale/console-lookups.ts'
import { lookups } from '../../scripts/lab/bench/scale/lookups.ts'
import { measuredJobs } from '../../scripts/lab/bench/scale/measured-jobs.ts'
import type { ScaleResult } from '../../scripts/lab/bench/scale/run-scale.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder } from '../support/system.ts'

jest.setTimeout(600_000)

const PAYMENTS = 2_000

const execute = promisify(execFile)
const { PAY_RUN_FILE: _, ...env } = inheritedEnv()

describe.each(['books', 'lists'] as const)('npm run bench -- --rows, %s', shape => {
  let folder: string
  let output: string
  let result: ScaleResult

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-scale-'))
    const file = join(folder, 'scale.json')
    const args = ['--rows', String(PAYMENTS), '--shape', shape, '--quick', '--seed', '1', '--json', file]
    output = (await execute(process.execPath, ['scripts/bench.ts', ...args], { cwd: repositoryFolder, env })).stdout
    result = JSON.parse(await readFile(file, 'utf8'))
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('filled what was asked for, and the books are right before and after', () => {
    expect(result.problems).toEqual([])
    expect(result.filled.payments).toBe(PAYMENTS)
    expect(result.verify.broken).toEqual([])
    expect(result.verify.payments).toBeGreaterThanOrEqual(PAYMENTS)
    expect(result.books).toMatchObject({ ok: true, broken: [] })
    expect(result.filled.records).toBe(shape === 'books' ? result.filled.events : 0)
  })

  test('timed every read, on both databases', () => {
    for (const look of [result.empty, result.full])
      expect(look.lookups.map(({ name, latencyMs }) => [name, (latencyMs?.count ?? 0) > 0])).toEqual(
        [...lookups, ...consoleLookups].map(({ name }) => [name, true]),
      )
  })

  test('each job did the work that was planted for it', () => {
    const due: Record<string, unknown> = Object.fromEntries(result.jobs.map(job => [job.job, job.due?.result]))
    expect(Object.keys(due)).toEqual([...measuredJobs])
    expect(due['expire-authorizations']).toEqual({ expired: 20, unknown: 0 })
    expect(due['resolve-unknown']).toEqual({ resolved: 10, stillUnknown: 0 })
    expect((due['archive-outbox'] as { archived: number }).archived).toBeGreaterThanOrEqual(100)
    expect((due['prune-answers'] as { pruned: number }).pruned).toBeGreaterThan(100)
  })

  test('the drains were measured, and say where the time goes', () => {
    expect(result.drains.map(({ what }) => what)).toEqual(shape === 'books' ? ['relay', 'consumer'] : [])
    for (const { perSecond, profile, cpuSeconds } of result.drains) {
      expect(perSecond).toBeGreaterThan(0)
      expect(cpuSeconds.api).toBeGreaterThan(0)
      expect(profile.modules.length).toBeGreaterThan(0)
    }
  })

  test('prints floors and tables, and leaves nothing behind', () => {
    for (const line of [/^Floors$/m, /^authorize @2, full ÷ empty +≥ 75 %/m, /^verify, payments +≥ 3000\/s/m])
      expect(output).toMatch(line)
    expect(output).toMatch(/innodb-buffer-pool-size=4G/)
    expect(existsSync(join(repositoryFolder, '.data/bench/mariadb'))).toBe(false)
  })
})
