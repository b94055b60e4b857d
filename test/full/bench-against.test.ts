/** `npm run bench -- --against`: a run of a few seconds over two checkouts, whose figures fit together. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { ComparisonResult } from '../../scripts/lab/bench/comparison.ts'
import type { CaseMedians } from '../../scripts/lab/bench/run.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { repositoryFolder } from '../support/system.ts'

jest.setTimeout(400_000)

const execute = promisify(execFile)
const { PAY_RUN_FILE: _, ...env } = inheritedEnv()
const bench = (...args: string[]) =>
  execute(process.execPath, ['scripts/bench.ts', ...args], { cwd: repositoryFolder, env })

// An unpacked archive has no other commit.
const describeInRepository = existsSync(join(repositoryFolder, '.git')) ? describe : describe.skip

describeInRepository('npm run bench -- --against', () => {
  let result: ComparisonResult

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'))
    const file = join(folder, 'against.json')
    const brief = ['--quick', '--seconds', '3', '--rounds', '1', '--seed', '1', '--json', file]
    // Figures with problems end with 1: they are looked at below.
    await bench('--against', 'HEAD', ...brief).catch(error => console.error(error.stdout, error.stderr))
    result = JSON.parse(await readFile(file, 'utf8'))
    await rm(folder, { recursive: true, force: true })
  })

  test('measured both sides in turns, and the books of both are right', () => {
    expect(result.problems).toEqual([])
    const order = result.samples.map(({ side, kind }) => `${side} ${kind}`)
    expect(order).toEqual(['before authorize', 'before empty', 'after authorize', 'after empty'])
    for (const { figures } of result.samples) expect(figures.requestsPerSecond).toBeGreaterThan(0)
  })

  test('the share of each side is that of its own cases', () => {
    const [share] = result.shares
    for (const side of ['before', 'after'] as const) {
      const speedOf = (kind: CaseMedians['kind']) =>
        result.samples.find(each => each.side === side && each.kind === kind)!.figures.requestsPerSecond
      expect(share?.[side]).toBeCloseTo(speedOf('authorize') / speedOf('empty'))
    }
    expect(share?.percent).toBeCloseTo((100 * share!.after) / share!.before)
  })

  test('leaves no checkout and no data behind', () => {
    for (const name of ['bench-checkout', 'bench-after', 'bench-against.lock'])
      expect(existsSync(join(repositoryFolder, '.data', name))).toBe(false)
  })
})
